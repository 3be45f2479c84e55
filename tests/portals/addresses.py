"""From drafts to articles: each portal's keys, addresses and section names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from tests.portals.documents import attachments
from tests.portals.model import Article, slug
from tests.portals.plan import drafts
from tests.portals.texts import Draft

HOSTS = {
    "baosongthao": "baosongthao.test",
    "truyenhinhmuongthanh": "muongthanhtv.test",
    "congxulang": "xulang.gov.test",
    "huyentienyen_mau": "tienhai.quangninh.test",
    "sotttt_mau": "sotttt.thudo.test",
}
SECTIONS: dict[str, dict[str, str]] = {
    "baosongthao": {"thoi-su": "Thời sự", "kinh-te": "Kinh tế", "van-hoa-xa-hoi": "Văn hóa - Xã hội"},
    "truyenhinhmuongthanh": {"chinh-tri": "Chính trị", "xa-hoi": "Xã hội"},
    "congxulang": {"tin-tuc-su-kien": "Tin tức - Sự kiện", "chi-dao-dieu-hanh": "Chỉ đạo, điều hành"},
    "huyentienyen_mau": {"tin-trong-huyen": "Tin trong huyện", "thong-bao": "Thông báo"},
    "sotttt_mau": {"chuyen-doi-so": "Chuyển đổi số", "buu-chinh-vien-thong": "Bưu chính viễn thông"},
}
UNIT = "Trung tâm Truyền thông và Văn hóa"
Address = Callable[[Draft, int], tuple[str, tuple[str, ...]]]


def articles(portal: str) -> list[Article]:
    """Every article of ``portal`` in order of publication."""
    ordered = sorted(drafts(portal), key=lambda draft: (draft.published_at, draft.title))
    made = [_article(portal, draft, index) for index, draft in enumerate(ordered)]
    return EXTRAS.get(portal, list)(made)


def _article(portal: str, draft: Draft, index: int) -> Article:
    key, urls = ADDRESSES[portal](draft, index)
    section = SECTIONS[portal][draft.section]
    return Article(
        portal=portal,
        key=key,
        urls=tuple(f"http://{HOSTS[portal]}{url}" for url in urls),
        title=draft.title,
        lead=draft.lead,
        blocks=tuple(draft.blocks),
        author=draft.author,
        section=section,
        section_slug=draft.section,
        published_at=draft.published_at,
        attachments=attachments(portal, key, draft.title),
        encoding="windows-1258" if draft.vice == "windows-1258" else "utf-8",
        byline=draft.author or "",
        form="NFD" if draft.vice == "NFD" else "NFC",
    )


def _newspaper(draft: Draft, index: int) -> tuple[str, tuple[str, ...]]:
    key = hashlib.sha256(draft.title.encode()).hexdigest()[:7]
    return key, (f"/{draft.section}/{draft.published_at:%Y%m}/{slug(draft.title)}-{key}/",)


def _broadcaster(draft: Draft, index: int) -> tuple[str, tuple[str, ...]]:
    key = str(5_471_200 + 7 * index)
    return key, (f"/{draft.section}/{draft.published_at:%Y%m}/{slug(draft.title)}-{key}/",)


def _drupal(draft: Draft, index: int) -> tuple[str, tuple[str, ...]]:
    """Node and alias; every sixth node never got an alias."""
    key = str(10_200 + 3 * index)
    node = f"/vi/node/{key}"
    return key, (node,) if index % 6 == 5 else (f"/vi/{draft.section}/{slug(draft.title)}", node)


def _district(draft: Draft, index: int) -> tuple[str, tuple[str, ...]]:
    key = str(53_900 + 11 * index)
    return key, (f"/tin-bai/{slug(draft.title)}?type=NEWS&id={key}",)


def _liferay(draft: Draft, index: int) -> tuple[str, tuple[str, ...]]:
    """Under its section, under 'tin noi bat', in the English menu, without language, and the print view."""
    key = str(4_410_275 + 131 * index)
    name = f"{key}-{slug(draft.title)}.html"
    shown = f"/-/view_content/{name}"
    places = (f"/vi/{draft.section}", "/vi/tin-noi-bat", f"/en/{draft.section}", f"/{draft.section}")
    printed = f"/vi/{draft.section}/-/view_content/pop_up/{name}?_101_viewMode=print"
    return key, (*(place + shown for place in places), printed)


ADDRESSES: dict[str, Address] = {
    "baosongthao": _newspaper,
    "truyenhinhmuongthanh": _broadcaster,
    "congxulang": _drupal,
    "huyentienyen_mau": _district,
    "sotttt_mau": _liferay,
}


def _broadcaster_extras(made: list[Article]) -> list[Article]:
    """Leads open with the station's name and bylines end with it, as newsrooms write them."""
    return [
        replace(
            item,
            dateline="Mường Thanh TV - ",
            author=item.author.replace(" - ", "; ") if item.author else None,
            byline=f"{item.author}/MUONGTHANHTV.TEST" if item.author else "",
        )
        for item in made
    ]


def _district_extras(made: list[Article]) -> list[Article]:
    """The writer's unit stands in brackets."""
    return [
        replace(item, author=f"{item.author}; {UNIT}", byline=f"{item.author} ({UNIT})") if item.author else item
        for item in made
    ]


def _liferay_extras(made: list[Article]) -> list[Article]:
    """Every other article also stands in the section of highlights."""
    return [replace(item, also_in=("tin-noi-bat",)) if index % 2 else item for index, item in enumerate(made)]


EXTRAS: dict[str, Callable[[list[Article]], list[Article]]] = {
    "truyenhinhmuongthanh": _broadcaster_extras,
    "huyentienyen_mau": _district_extras,
    "sotttt_mau": _liferay_extras,
}
