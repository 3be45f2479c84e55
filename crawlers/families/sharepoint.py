"""SharePoint: list pages with ``?ItemID=N``, numbered sections ``/vn/chuyen-muc/N/slug.aspx``, lists of documents."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from crawlers.families.base import Family, patterns, target
from crawlers.families.hints import COMMON_DROP, GENERIC, DocumentHints

ITEM = r"\.aspx\?(?:[^#]*&)?(?:ItemID|nid|NewsID|IDTin|TinID|ArticleID)=(?P<key>\d+)"
LEGAL = r"(?:van-?ban|vbpq|vbqppl|vbpl|phap-?luat|legal)"
LAW_VIEW = re.compile(r"/vbpq-[a-z-]+$")  # text, properties, relations and original of one document

HINTS = replace(
    GENERIC,
    container=(
        "[id$=RichHtmlField]",
        "#divArticleDescription2",
        "#divArticleContent",
        "#news-detail",
        ".ms-rtestate-field",
        ".detail-content",
    ),
    title=("#news-title h1", "#news-title", "#divArticleDescription3 h1", "[id$=lblTitle]", "[id$=lblTieuDe]", "h1"),
    date=("[id$=lblNgayDang]", "[id$=lblDate]", ".ngay-dang", ".news-date", ".date"),
    lead=("#news-des", "#divArticleDescription1", "[id$=lblTomTat]", ".sapo"),
    author=("[id$=lblTacGia]", ".tac-gia", ".author"),
    drop=(".ms-webpart-chrome-title", ".in-bai", *COMMON_DROP),
    document=DocumentHints(
        rows=("table:has([id$=lblSoKyHieu]) tr", "table.chi-tiet-vb tr", "table tr"),
        files=("#row_file a", "[id$=row_file] a", "a[href*='/Attachments/']"),
    ),
)


@dataclass(frozen=True)
class SharePointFamily(Family):
    """Numbers of list items count within their list only: the page that shows the list belongs to the id."""

    def article_key(self, url: str) -> str | None:
        """``list page:number`` of a list item, the bare number of an article below a numbered section."""
        number = super().article_key(url)
        if number is None or "=" not in target(url):
            return number
        page = unquote(urlsplit(url).path).lower().removesuffix(".aspx")
        return f"{LAW_VIEW.sub('/vbpq', page)}:{number}"


FAMILY = SharePointFamily(
    "sharepoint",
    articles=patterns(
        rf"/(?:Pages|Trang|SitePages)/[^/?]+{ITEM}",
        r"/vn/(?!chuyen-muc/)[^/?]+/(?:\d+/)?(?P<key>\d+)/[^/?]+\.aspx(?:\?|$)",
    ),
    documents=patterns(rf"{LEGAL}[^?]*{ITEM}"),
    noise=patterns(
        r"^(?:IsDlg|Source|InitialTabId|VisibilityContext|PageVersion|RootFolder|ContentTypeId|EventID|date)$"
    ),
    hints=HINTS,
)
