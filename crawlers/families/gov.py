"""Portals of the "gov-xxx" vendor (Hà Nội, Hải Phòng): ``/section/slug-1234567890123456.htm``, lists by post.

A section's first page holds its first entries; further ones are posted for with ``PageIndex``, which counts from 0.
Documents have ids of any length below a section of documents, mostly on a host of their own (``vanban.``), and their
files lie on a store (``datafiles.``, ``cdn.``).
"""

from __future__ import annotations

import re
from dataclasses import replace

from crawlers.families.base import Family, patterns
from crawlers.families.hints import COMMON_DROP, GENERIC, DocumentHints

MOBILE = (re.compile(r"^(https?://)(?:m\.)+(?=[^/.]+\.)"), r"\1")

HINTS = replace(
    GENERIC,
    container=(".detail-content", ".news-detail .news-content", "[itemprop=articleBody]", ".article-body"),
    title=("h1.detail-title", ".news-detail h1", "h1.news-title", "h1"),
    date=("[data-role=publishdate]", ".news-detail .news-time", ".detail-time", ".date-pub"),
    lead=("[data-role=sapo]", ".detail-sapo", ".news-detail .news-sapo", ".sapo"),
    author=("[data-role=author]", ".detail-author", ".author"),
    drop=(".UIDocumentList_Default", ".news-related", ".detail-tool", *COMMON_DROP),
    document=DocumentHints(
        rows=(".UIDocumentDetail_Default tr", ".document-detail tr", "table tr"),
        files=("a[href*='/gov-'][href*='/VanBan/']", ".attachments a"),
    ),
)

FAMILY = Family(
    "gov",
    articles=patterns(r"/[^/?]*-(?P<key>\d{16,17})\.htm(?:\?|$)"),
    documents=patterns(r"/(?:he-thong-)?van-ban(?:-[^/?]*)?/[^/?]+-(?P<key>\d{4,})/?(?:\?|$)"),
    views=(MOBILE, (re.compile(r"/print/(?=[^/?]+-\d{16,17}\.htm)"), "/")),
    noise=patterns(r"^(?:PageIndex|zoneId|layout)$"),
    post="PageIndex={page}",
    first_page=0,
    items=(".news-item",),
    dates=(".news-time", ".date-pub"),
    hints=HINTS,
)
