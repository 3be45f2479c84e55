"""The form of a harvest: shown when a run is triggered and in the Backfill dialog, in Vietnamese and English."""

from __future__ import annotations

from airflow.sdk import Param

from crawlers.portal import Cadence, load_registry, provinces
from dags.plan import defaults

MODES = {
    "refetch": "refetch: tải lại từ cổng · fetch from the portals",
    "reparse": "reparse: chỉ đọc lại kho lưu trữ · re-read the archive, no request",
    "retag": "retag: chỉ gắn nhãn lại văn bản đã lưu · tag stored texts anew, no request, no archive",
}


def harvest_params(cadence: Cadence) -> dict[str, Param]:
    """Parameters of a harvest DAG; portals that are not enabled may be chosen by hand."""
    return {
        "portals": _portals(cadence),
        "provinces": _provinces(),
        "mode": Param(
            "refetch",
            type="string",
            enum=list(MODES),
            values_display=MODES,
            title="Chế độ · Mode",
            description="Tải trang mới, bóc tách lại kho lưu trữ, hoặc chỉ gắn nhãn lại văn bản đã lưu "
            "(hai cách sau không gửi yêu cầu nào). "
            "Fetch pages, parse again what the archive holds, or only tag the stored texts anew "
            "(the last two make no request).",
        ),
        "from": _day("Từ ngày · From", "đầu tiên", "First"),
        "to": _day("Đến ngày · To", "cuối cùng", "Last"),
        "limit": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            title="Giới hạn · Limit",
            description="Số trang tối đa mỗi cổng; để trống = không giới hạn. "
            "Most pages to fetch from each portal; empty = no limit.",
        ),
        "dry_run": Param(
            False,
            type="boolean",
            title="Chạy thử · Dry run",
            description="Chỉ liệt kê những trang sẽ tải, không tải và không ghi gì. "
            "Only list in the log what would be fetched; nothing is fetched or loaded.",
        ),
    }


def _portals(cadence: Cadence) -> Param:
    registry = load_registry()
    return Param(
        defaults(cadence),
        type="array",
        items={"type": "string", "enum": list(registry)},
        examples=list(registry),
        values_display={portal.id: f"{portal.name} ({portal.id})" for portal in registry.values()},
        title="Cổng · Portals",
        description="Các cổng cần thu thập; mặc định là các cổng đang bật trong danh mục. "
        "Portals to harvest; by default the ones that the registry enables.",
    )


def _provinces() -> Param:
    by_slug = provinces()
    return Param(
        [],
        type="array",
        items={"type": "string", "enum": list(by_slug)},
        examples=list(by_slug),
        values_display={slug: province.name for slug, province in by_slug.items()},
        title="Tỉnh · Provinces",
        description="Trong số các cổng đã chọn, chỉ lấy của những tỉnh này; để trống = mọi tỉnh. "
        "Of the chosen portals, only those of these provinces; empty = all.",
    )


def _day(title: str, which: str, which_english: str) -> Param:
    return Param(
        None,
        type=["null", "string"],
        format="date",
        title=title,
        description=f"Ngày {which} của một lượt thu thập cả khoảng ngày (lần nạp đầu tiên của một cổng); "
        "để trống = ngày của phân vùng. "
        f"{which_english} local day of a run that sweeps a range in one crawl (the first load of a portal); "
        "empty = the partition's day.",
    )
