"""VNPT portals: ``/vi/tin-bai/slug?type=NEWS&id=N``, older ones ``/Default.aspx?sname=...&pageid=N&id=N``."""

from __future__ import annotations

from dataclasses import replace

from crawlers.families.base import Family, patterns
from crawlers.families.hints import COMMON_DROP, GENERIC, DocumentHints

HINTS = replace(
    GENERIC,
    container=(".ArticleContent", ".ArticleDetail", "#divArticleContent", ".noi-dung", ".detail-content"),
    title=(".ArticleHeader", ".ArticleTitle", "h1.title", "h1"),
    date=(".Ngaydang", ".ArticleDate", ".ngay-dang", ".date"),
    lead=(".ArticleSummary", ".ArticleSapo", ".sapo"),
    author=(".ArticleAuthor", ".tac-gia", ".author"),
    drop=(".ArticleOfCat", ".ArticleTool", *COMMON_DROP),
    document=DocumentHints(files=(".file-dinh-kem a", ".ArticleAttach a", ".attachments a")),
)

FAMILY = Family(
    "vnpt",
    articles=patterns(
        r"\?(?=(?:.*&)?type=NEWS)(?:.*&)?id=(?P<key>\d+)",
        r"/tin-bai/[^/?]+\?(?!(?:.*&)?type=)(?:.*&)?id=(?P<key>\d+)",
        r"/DetailView/(?P<key>\d+)/",
        r"/Default\.aspx\?(?=(?:.*&)?sname=)(?:.*&)?(?:id|newsid)=(?P<key>\d+)",
    ),
    documents=patterns(
        r"\?(?=(?:.*&)?type=(?:DOCUMENT|DOC|VANBAN|LEGAL))(?:.*&)?id=(?P<key>\d+)",
        r"/Default\.aspx\?(?=(?:.*&)?sname=)(?:.*&)?(?:docid|vbid|vanbanid)=(?P<key>\d+)",
    ),
    noise=patterns(r"^(?:p_print|in|print)$"),
    hints=HINTS,
)
