"""Rows for tests: a small registry, observations and runs that look like real ones."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from warehouse.schema import OBSERVATIONS, PORTALS

PORTAL, PROVINCE = "baosongthao", "tuyen_quang"
NOON = dt.datetime(2025, 6, 27, 5, tzinfo=dt.UTC)
SENTENCES = (
    "Sáng nay, Ủy ban nhân dân xã Sông Thao họp bàn việc sửa chữa tuyến kênh dẫn nước vào cánh đồng Nà Lươn.",
    "Theo Kế hoạch số 78/KH-UBND, xã phấn đấu giải ngân 4,5 tỷ đồng vốn đầu tư công trước cuối tháng.",
    "Trưởng thôn cho biết, bà con đã góp hơn 200 ngày công và hiến 1.500 m2 đất làm đường liên thôn.",
    "Đoàn thanh niên tổ chức thu gom rác thải dọc bờ sông, trồng thêm 300 cây lát hoa.",
)


def identity(key: object) -> str:
    """A stable 24-character id."""
    return hashlib.sha256(str(key).encode()).hexdigest()[:24]


def digest(key: object) -> str:
    """A stable sha256."""
    return hashlib.sha256(str(key).encode()).hexdigest()


def observation(
    key: object = 1, day: str | None = "2025-06-27", run_id: str = "run-1", **values: Any
) -> dict[str, Any]:
    """One observation of article ``key`` published on ``day``; any column by name. ``text`` decides content_hash."""
    outcome = values.get("outcome", "ok")
    fetched = values.pop("fetched_at", NOON)
    row = {
        "province": PROVINCE,
        "month": (day or "2025-06-27")[:7],
        "portal": PORTAL,
        "run_id": run_id,
        "kind": "article",
        "id": identity(key),
        "url": f"http://baosongthao.test/202506/tin-{key}.html?utm=rss",
        "canonical_url": f"http://baosongthao.test/202506/tin-{key}.html",
        "portal_key": str(key),
        "outcome": outcome,
        "fetched_at": fetched,
        "parsed_at": fetched + dt.timedelta(minutes=5),
        "warc_file": f"{PORTAL}/{run_id}/part-000.warc.gz",
        "warc_offset": 1000,
        "warc_length": 500,
    }
    if outcome == "ok":
        row |= content(key, day, values.get("text"))
    return row | values


def content(key: object, day: str | None, text: str | None = None) -> dict[str, Any]:
    """The content columns of an article or document that was read."""
    text = text or f"Bản tin số {key}. " + "\n\n".join(SENTENCES)
    return {
        "title": f"Xã Sông Thao sửa kênh mương, bản tin {key}",
        "lead": SENTENCES[0],
        "text": text,
        "published_date": dt.date.fromisoformat(day) if day else None,
        "published_at": dt.datetime.fromisoformat(f"{day}T01:00:00+00:00") if day else None,
        "published_precision": "minute" if day else "unknown",
        "language": "vi",
        "content_hash": digest(text),
        "digest": digest(f"<html>{key}{text}"),
        "captions": [{"text": "Tuyến kênh Nà Lươn sau khi sửa.", "credit": "Ảnh: Lò Thị Mẩy"}],
        "attachments": [],
        "extractor_version": "1",
        "tagger_version": "1",
        **tags(text),
    }


def tags(text: str) -> dict[str, Any]:
    """Tags in the shape that the taggers give."""
    start = max(text.find("78/KH-UBND"), 0)
    return {
        "topics": [{"topic": "thủy lợi", "score": 1.5, "rank": 1, "terms": ["kênh"], "method": "lexicon"}],
        "mentions": [
            {"type": "LOC", "start": 10, "end": 19, "text": "Sông Thao", "rule": "gazetteer", "level": "commune"},
            {"type": "DOC", "start": start, "end": start + 10, "text": "78/KH-UBND", "rule": "number"},
        ],
        "citations": [{"start": start, "end": start + 10, "raw": "78/KH-UBND", "number": "78/KH-UBND"}],
        "quantities": [{"start": 3, "end": 9, "raw": "4,5 tỷ", "value": 4.5, "unit": "tỷ đồng", "normal_value": 4.5e9}],
    }


def document(key: object = "vb1", issued: str = "2025-06-26", **values: Any) -> dict[str, Any]:
    """One observation of a document issued on ``issued``."""
    values = {"kind": "document", "number": f"{key}/QĐ-UBND", "doc_type": "Quyết định", "text_source": "html"} | values
    return observation(key, issued, issued_date=dt.date.fromisoformat(issued), **structure(), **values)


def structure() -> dict[str, Any]:
    """One section, one assignment and one file in the shape that the reading of documents gives."""
    spans = {"start": 0, "end": 40, "title_start": 3, "title_end": 9, "body_start": 10, "body_end": 40}
    section = {"path": "I", "section_kind": "roman", "label": "I", "level": 1, "title": "Sở Y tế", "section_text": "Rà"}
    task = {"start": 10, "end": 40, "text": "Rà soát trước ngày 30/6/2025.", "deadline": dt.date(2025, 6, 30)}
    assignment = {"section": "I", "agency": "Sở Y tế", "start": 3, "end": 9, "form": "heading", "tasks": [task]}
    file = {"url": "http://baosongthao.test/vb/1.pdf", "name": "1.pdf", "outcome": "ok"}
    return {
        "sections": [section | spans],
        "assignments": [assignment | {"deadline": task["deadline"], "partners": []}],
        "attachments": [file],
    }


def batch(rows: Iterable[dict[str, Any]]) -> pa.RecordBatch:
    """Observations as the pipeline hands them over."""
    return pa.RecordBatch.from_pylist(list(rows), schema=OBSERVATIONS.arrow())


def table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Observations as a table."""
    return pa.Table.from_pylist(list(rows), schema=OBSERVATIONS.arrow())


def run(run_id: str = "run-1", first: str = "2025-06-27", last: str | None = None, **values: Any) -> dict[str, Any]:
    """One row of runs without province and month."""
    end = dt.date.fromisoformat(last or first) + dt.timedelta(days=1)
    finished = dt.datetime.combine(end, dt.time(1), dt.UTC)
    numbers = dict.fromkeys(
        ("requests", "listing_requests", "bytes", "candidates", "articles", "documents", "unchanged", "errors"), 0
    )
    row = {
        "portal": PORTAL,
        "run_id": run_id,
        "mode": "refetch",
        "state": "finished",
        "expect_min": 1,
        "expect_max": 50,
    }
    dates = {"date_from": dt.date.fromisoformat(first), "date_to": dt.date.fromisoformat(last or first)}
    return row | numbers | dates | {"started_at": finished - dt.timedelta(hours=1), "finished_at": finished} | values


def portals(*ids: str, province: str = PROVINCE) -> pa.Table:
    """The registry table of these portals, by default the one of PORTAL."""
    rows = [
        {
            "portal": name,
            "name": "Báo Sông Thao",
            "kind": "newspaper",
            "province": province,
            "province_code": "08",
            "province_2025": "tuyen_quang",
            "home": f"http://{name}.test/",
            "family": "newspaper",
            "cadence": "daily",
            "enabled": True,
        }
        for name in ids or (PORTAL,)
    ]
    return pa.Table.from_pylist(rows, schema=PORTALS.arrow())
