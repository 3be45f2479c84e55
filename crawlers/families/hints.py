"""What a family knows about the inside of its pages: CSS selectors and row labels, pure data for extraction.

Selectors of one field are alternatives in order of trust: the first that matches anything wins. They are hints,
not a contract: extraction keeps working when none of them matches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

Selectors = tuple[str, ...]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "số/ký hiệu": "number",
        "số ký hiệu": "number",
        "số hiệu": "number",
        "số văn bản": "number",
        "số hiệu văn bản": "number",
        "ký hiệu": "number",
        "legislation code": "number",
        "code": "number",
        "ngày ban hành": "issued_date",
        "ngày văn bản": "issued_date",
        "ngày ký": "issued_date",
        "issuing date": "issued_date",
        "date issued": "issued_date",
        "ngày hiệu lực": "effective_date",
        "ngày có hiệu lực": "effective_date",
        "hiệu lực từ": "effective_date",
        "effective date": "effective_date",
        "ngày đăng": "published_date",
        "ngày đăng tải": "published_date",
        "ngày xuất bản": "published_date",
        "published time": "published_date",
        "publish date": "published_date",
        "người ký": "signer",
        "người ký duyệt": "signer",
        "signer": "signer",
        "trích yếu": "subject",
        "trích yếu nội dung": "subject",
        "nội dung trích yếu": "subject",
        "về việc": "subject",
        "subject": "subject",
        "cơ quan ban hành": "issuer",
        "cơ quan": "issuer",
        "đơn vị ban hành": "issuer",
        "nơi ban hành": "issuer",
        "agencies issued": "issuer",
        "issuing agency": "issuer",
        "loại văn bản": "doc_type",
        "thể loại": "doc_type",
        "hình thức văn bản": "doc_type",
        "hình thức": "doc_type",
        "legislation type": "doc_type",
        "type": "doc_type",
        "lĩnh vực": "field",
        "field": "field",
    }
)


@dataclass(frozen=True, slots=True)
class DocumentHints:
    """Where a document page keeps its label and value rows and its files.

    ``labels`` maps a row label (lower case, without colon) to a column of ``warehouse.schema.DOCUMENT_FIELDS``, to
    ``published_date``, or to ``field`` (subject area, kept nowhere). ``files`` selects the links of the files.
    """

    rows: Selectors = ("table tr", "dl > div", "ul.thuoc-tinh > li")
    labels: Mapping[str, str] = field(default_factory=lambda: LABELS, hash=False)
    files: Selectors = ()


@dataclass(frozen=True, slots=True)
class Hints:
    """Selectors of one family. ``print_rule`` is a regular expression and its replacement on the article URL."""

    container: Selectors = ()
    title: Selectors = ()
    date: Selectors = ()
    lead: Selectors = ()
    author: Selectors = ()
    section: Selectors = ()
    drop: Selectors = ()
    caption: Selectors = ()
    tags: Selectors = ()
    source: Selectors = ()
    document: DocumentHints = DocumentHints()
    print_rule: tuple[str, str] | None = None

    def print_url(self, url: str) -> str | None:
        """URL of the print view of the article at ``url``; None where the family has none."""
        if self.print_rule is None or not re.search(self.print_rule[0], url):
            return None
        return re.sub(self.print_rule[0], self.print_rule[1], url, count=1)


# Chrome that Vietnamese portals of every vendor put inside or beside the text.
COMMON_DROP: Selectors = (
    ".breadcrumb",
    ".breadcrumbs",
    ".share",
    ".social",
    ".social-share",
    ".tool-bar",
    ".toolbar",
    ".print",
    ".tags",
    ".related",
    ".related-news",
    ".tin-lien-quan",
    ".tin-khac",
    ".other-news",
    ".comment",
    ".comments",
    ".binh-luan",
    ".rating",
    ".counter",
    ".thong-ke",
    ".view-count",
)

COMMON_TAGS: Selectors = (
    "[rel=tag]",
    ".tags",
    ".tag-list",
    ".tags-links",
    ".post-tags",
    ".article-tags",
    ".article__tag",
    ".detail-tag",
    ".detail__tag",
    ".lfr-asset-tags",
    ".field--name-field-tags",
    ".keywords",
    ".keyword",
    ".tu-khoa",
    ".tukhoa",
)
COMMON_SOURCE: Selectors = (
    ".source",
    ".article-source",
    ".article__source",
    ".detail-source",
    ".nguon",
    ".nguon-tin",
    ".field--name-field-nguon",
)

GENERIC = Hints(
    container=("[itemprop=articleBody]", ".article-body", ".article-content", ".detail-content", "article"),
    title=("[itemprop=headline]", "article h1", "h1.title", "h1"),
    date=("[itemprop=datePublished]", "article time", "time[datetime]", ".publish-date", ".post-date", ".date"),
    lead=("[itemprop=description]", ".sapo", ".summary", ".lead"),
    author=("[itemprop=author]", "[rel=author]", ".author", ".tac-gia"),
    section=(".breadcrumb li:last-child a", ".breadcrumb a:last-of-type", "[itemprop=articleSection]"),
    drop=COMMON_DROP,
    caption=("figcaption", ".caption", ".image-caption", ".photo-caption", "td.pic + td", ".chu-thich"),
    tags=COMMON_TAGS,
    source=COMMON_SOURCE,
    document=DocumentHints(files=(".attachments a", ".file-dinh-kem a", ".files a")),
)

LIFERAY = replace(
    GENERIC,
    container=(".asset-full-content", ".journal-content-article", ".contentDetail", "#contentnews"),
    title=(".asset-full-content-title", ".asset-title", ".titleDetail", "h1.header-title"),
    date=(".assetPublishDate", ".asset-publish-date", ".metadata-publish-date", ".time-detail"),
    lead=(".sapo", ".asset-summary"),
    author=(".asset-author", ".metadata-author", ".author"),
    section=(".dd_chuyenmuc .tintuc", ".dd_chuyenmuc a:last-of-type", ".dd_chuyenmuc", ".breadcrumb li:last-child"),
    drop=(
        ".related_asset_list",
        ".asset-related",
        ".asset-actions",
        ".asset_actions_custom_style",
        ".asset-ratings",
        ".asset-discussion",
        ".taglib-discussion",
        ".view-count",
        ".dd_chuyenmuc",
        ".lfr-asset-tags",
        ".entry-links",
        *COMMON_DROP,
    ),
    document=DocumentHints(
        rows=(".vbpq-detail tr", ".legal-detail tr", "#table_pna tr"), files=(".vbpq-attachfile a",)
    ),
    print_rule=(r"/-/view_content/(?!pop_up/)([^/?#]+)(?:[?#].*)?$", r"/-/view_content/pop_up/\1?_101_viewMode=print"),
)

DRUPAL = replace(
    GENERIC,
    container=(".field--name-body", ".field-name-body", "article .node__content", ".node-content", "article.node"),
    title=("h1.page-header", "h1.page-title", "h1#page-title", ".field--name-title", "h1"),
    date=(
        ".field--name-created",
        ".field--name-field-ngay-dang",
        ".node__submitted",
        ".submitted",
        ".date-display-single",
    ),
    lead=(".field--name-field-tom-tat", ".field--name-field-summary", ".field-name-field-trich-dan"),
    author=(".field--name-field-tac-gia", ".field-name-field-tac-gia", ".username"),
    section=(
        ".field--name-field-chuyen-muc",
        ".field-name-field-chuyen-muc",
        ".breadcrumb li:last-child",
        ".breadcrumb a:last-of-type",
    ),
    drop=(
        ".visually-hidden",
        ".skip-link",
        ".node__links",
        ".links",
        ".field--name-field-tags",
        ".slogan",
        *COMMON_DROP,
    ),
    document=DocumentHints(
        rows=("table.van-ban tr", ".node--type-van-ban tr", ".node--type-van-ban .field", "article table tr"),
        files=(".field-file a", ".field--name-field-tep-dinh-kem a", ".field--type-file a", ".file a", ".file-link a"),
    ),
)

NEWSPAPER = replace(
    GENERIC,
    container=(
        "[itemprop=articleBody]",
        ".news_detail",
        ".detail-content",
        ".article__body",
        "#content",
        "div.content",
    ),
    section=("a.cate_name", *GENERIC.section),
    title=("[itemprop=headline]", "h1.title", "h1.article__title", ".detail-title", "h1"),
    date=("[itemprop=datePublished]", "span.date_up", ".article__meta time", "p.post-date", "time", ".date"),
    lead=(".sapo", ".Summary", ".summary", ".article__sapo", "[itemprop=description]"),
    author=("[itemprop=author]", ".author", ".article__author", ".tac-gia", "p.author"),
    caption=("figcaption", ".caption", ".image-caption", "td.caption", ".chu-thich-anh"),
    drop=(
        ".send-feedback",
        ".print-article",
        ".box-related",
        ".box-gui-phan-hoi",
        ".tools",
        ".other",
        "#feedback",
        *COMMON_DROP,
    ),
)

BROADCASTER = replace(
    GENERIC,
    container=("#article-body", "#content", ".news-content", ".detail-content", "[itemprop=articleBody]"),
    section=(".folder-name", *GENERIC.section),
    title=("h1.news-title", ".detail-title", "h1"),
    date=(".date", ".news-date", ".time", "span.post-date"),
    lead=(".sapo", ".lead", ".summary"),
    author=(".author", ".news-author", ".tac-gia"),
    caption=("figcaption", ".caption", "td.image_desc", ".image_desc", ".note"),
    drop=(
        ".lich-phat-song",
        ".schedule",
        ".video-box",
        ".media-info",
        ".xem-them",
        ".feedback",
        ".others",
        *COMMON_DROP,
    ),
)

DISTRICT = replace(
    GENERIC,
    container=(".chi-tiet-tin", ".news-detail", ".ArticleContent", ".noi-dung", ".content-detail"),
    title=(".tieu-de", ".ArticleHeader", "h1.title", "h1", "h2.title"),
    date=(".ngay-dang", ".Ngaydang", ".date", ".time"),
    section=(".chuyen-muc", *GENERIC.section),
    lead=(".tom-tat", ".ArticleSummary", ".sapo"),
    author=(".tac-gia", ".ArticleAuthor", ".author"),
    drop=(".tin-nong", ".thong-ke-truy-cap", ".truy-cap", ".cung-chuyen-muc", ".lien-quan", ".duong-dan", *COMMON_DROP),
    document=DocumentHints(files=(".tep a", ".tep-dinh-kem a", ".file-dinh-kem a", ".attachments a")),
)


def hints_for(family: str) -> Hints:
    """Extraction hints of ``family``; KeyError names the families there are."""
    from crawlers.families import FAMILIES  # which imports this module

    if family not in FAMILIES:
        raise KeyError(f"no family {family!r}; there are {', '.join(FAMILIES)}")
    return FAMILIES[family].hints
