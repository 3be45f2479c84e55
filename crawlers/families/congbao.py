"""Gazettes (công báo): documents by type at ``/van-ban/the-loai/loai/trang-N.html``, issues, a little news."""

from __future__ import annotations

from dataclasses import replace

from crawlers.families.base import Family, patterns
from crawlers.families.hints import COMMON_DROP, GENERIC, DocumentHints

HINTS = replace(
    GENERIC,
    container=(".noi-dung", ".noi-dung-van-ban", ".chi-tiet-tin", ".detail-content"),
    title=("h1.tieu-de", ".tieu-de", "h1"),
    date=(".ngay-dang", ".date", ".time"),
    lead=(".tom-tat", ".trich-yeu", ".sapo"),
    author=(".tac-gia", ".author"),
    drop=(".in", ".so", *COMMON_DROP),
    document=DocumentHints(rows=("table.thuoc-tinh tr", "table tr"), files=(".tai-ve a", ".file-dinh-kem a")),
)

FAMILY = Family(
    "congbao",
    articles=patterns(r"^/(?!van-ban/|cong-bao/|so-cong-bao/)(?:[^?]*/)?[^/?]+-[^/?]+-(?P<key>\d+)\.html(?:\?|$)"),
    documents=patterns(
        r"/van-ban/(?:[^?]*/)?(?!trang-\d+\.)[^/?]+-(?P<key>\d+)\.html(?:\?|$)",
        r"/van-ban/(?:chi-tiet/)?(?P<key>\d+)(?:/[^/?]*)?\.html(?:\?|$)",
    ),
    noise=patterns(r"^in$"),
    hints=HINTS,
)
