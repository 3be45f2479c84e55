"""Cổng Sông Nhuệ: a city portal of the "gov-xxx" vendor, lists by post, files on a store of its own."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import ClassVar
from urllib.parse import parse_qs

from tests.portals.minis.base import Mini, files, properties
from tests.portals.minis.furniture import tools
from tests.portals.minis.gold import FIRST, LAST, Address, DocumentDraft
from tests.portals.model import Article, Attachment, Document, slug
from tests.portals.plan import Batch
from tests.portals.sites.base import Handler, links, window
from tests.portals.state import State
from tests.portals.texts import Draft
from tests.portals.web import Request, Response, esc, lines, page

LEGAL = "van-ban-chi-dao-dieu-hanh"


class SongNhue(Mini):
    """`/{section}/{slug}-{16 digits}.htm`, sections by POST of `PageIndex`, documents `/van-ban-.../{slug}-{id}`."""

    portal = "songnhue_mau"
    host = "songnhue.test"
    stores = ("datafiles.songnhue.test",)
    title = "Cổng thông tin điện tử thành phố Sông Nhuệ"
    like = "sotttt_mau"
    sections: ClassVar[dict[str, str]] = {"tin-tuc-su-kien": "Tin tức", "kinh-te": "Kinh tế", "thong-bao": "Thông báo"}
    page_size = 6
    document_count = 22
    plan = (
        Batch("tin-tuc-su-kien", ("chuyendoiso", "cchc", "giaothong", "yte", "giaoduc"), 40, FIRST, LAST),
        Batch("kinh-te", ("dautucong", "nongnghiep"), 13, FIRST, LAST),
        Batch("thong-bao", ("thientai", "anninh"), 9, FIRST, LAST),
    )

    def address(self, draft: Draft, index: int) -> Address:
        """Below its section, also to print."""
        key = str(4_250_627_081_500_000 + 137 * index)
        name = f"{slug(draft.title)}-{key}.htm"
        return key, (f"/{draft.section}/{name}", f"/{draft.section}/print/{name}")

    def document_address(self, draft: DocumentDraft, index: int) -> Address:
        """An id without suffix."""
        key = str(68_017 + 3 * index)
        return key, (f"/{LEGAL}/{draft.slug}-{key}",)

    def file_path(self, draft: DocumentDraft, key: str) -> str:
        """By organisation and day."""
        return f"/gov-snh/24/VanBan/2025/{draft.published_at.month}/{draft.published_at.day}/{draft.slug}.pdf"

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Documents whose files lie on the store."""
        return tuple(
            replace(item, attachments=tuple(map(self._stored, item.attachments))) for item in super().documents
        )

    def _stored(self, file: Attachment) -> Attachment:
        return replace(file, url=file.url.replace(self.host, self.stores[0]))

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Home, sitemap, sections, articles, documents."""
        names = "|".join(self.sections)
        return (
            (r"/", self.home),
            (r"/sitemap\.xml", self.sitemap),
            (rf"/({names})", self.listing),
            (rf"/(?:{names})/(?:print/)?[a-z0-9-]*-(\d{{16}})\.htm", self.article),
            (rf"/{LEGAL}", self.document_list),
            (rf"/{LEGAL}/[a-z0-9-]*-(\d+)", self.document),
        )

    def menu(self) -> str:
        """Sections and documents."""
        return super().menu() + f'<li><a href="/{LEGAL}">Văn bản</a></li>'

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The newest articles."""
        return page(self.frame(state, "Trang chủ", _items(self.shown(state)[:5], state.now)))

    def sitemap(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """Every article with its day."""
        return sitemap(self.shown(state))

    def listing(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """A section: the first entries in a page, the others as fragments by post."""
        articles = self.shown(state, match[1])
        if request.method == "POST":
            index = parse_qs(request.body.decode()).get("PageIndex", [""])[0]
            shown, _ = window(articles, int(index) + 1 if index.isdigit() else 0, self.page_size)
            return page(_items(shown, state.now))
        shown, _ = window(articles, 1, self.page_size)
        more = '<button class="btn-more" onclick="loadMore()">Xem thêm</button>'
        main = f'<div class="news-list" id="news-list">{_items(shown, state.now)}</div>{more}'
        return page(self.frame(state, self.sections[match[1]], main))

    def article(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One article."""
        return self.article_answer(state, match[1], lambda article: self._article(state, article))

    def document_list(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of the grid of documents, its pager in the last row."""
        number = request.number("Page", 1)
        shown, count = window(self.shown_documents(state), number, self.page_size)
        head = (
            '<tr><th class="CodeClass">Số ký hiệu</th><th class="EpitomizeClass">Trích yếu</th>'
            '<th class="DateOfIssuedClass">Ngày ban hành</th><th>Tệp</th></tr>'
        )
        numbers = lines(f'<a href="/{LEGAL}?Page={n}">{n}</a>' for n in range(1, count + 1) if n != number)
        grid = f'{head}{lines(map(_row, shown))}<tr class="tr-pager"><td colspan="4">{numbers}</td></tr>'
        main = f'<div class="UIDocumentList_Default"><table id="ctrl_68017_92_gr_items">{grid}</table></div>'
        return page(self.frame(state, "Văn bản", main))

    def document(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One document."""
        return self.document_answer(state, match[1], lambda document: self._document(state, document))

    def _article(self, state: State, article: Article) -> str:
        main = (
            f'<p class="breadcrumb"><a href="/{article.section_slug}">{article.section}</a></p>'
            f'<div class="news-detail"><h1 class="detail-title">{esc(article.title)}</h1>'
            f'<span class="news-time" title="{_moment(article)}">{_ago(article, state.now)}</span>'
            f'<p class="news-sapo">{esc(article.shown_lead)}</p>'
            f'<div class="detail-content">{self.style.html(article)}</div>'
            f'<div class="detail-author">{esc(article.byline)}</div></div>'
            f'<a class="print" href="{esc(article.urls[1])}">In bài</a>'
            f"{tools(article)}"
            f'<div class="news-related"><ul>{links(self.shown(state), article, 4)}</ul></div>'
        )
        return self.frame(state, article.title, main, linked_data(article))

    def _document(self, state: State, document: Document) -> str:
        rows = lines(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in properties(document))
        main = f'<table class="document-detail">{rows}<tr><td>Tệp</td><td>{files(document)}</td></tr></table>'
        return self.frame(state, f"{document.doc_type} {document.number_shown}", main)


def sitemap(articles: Sequence[Article]) -> Response:
    """A sitemap of ``articles`` with their days."""
    urls = lines(f"<url><loc>{esc(a.url)}</loc><lastmod>{a.published_at:%Y-%m-%d}</lastmod></url>" for a in articles)
    text = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    return Response(200, text.encode(), {"Content-Type": "application/xml; charset=utf-8"})


def linked_data(article: Article) -> str:
    """The article as JSON-LD."""
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": article.published_at.isoformat(),
        "dateModified": (article.updated_at or article.published_at).isoformat(),
    }
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


def _items(articles: Sequence[Article], now: dt.datetime) -> str:
    return lines(
        f'<div class="news-item" data-id="{a.key}"><a class="news-avatar" href="{esc(a.url)}"><img src="/anh.jpg"></a>'
        f'<div class="news-info"><a href="{esc(a.url)}"><h3 class="news-title">{esc(a.title)}</h3></a>'
        f'<span class="news-time" title="{_moment(a)}">{_ago(a, now)}</span>'
        f'<p class="news-sapo">{esc(a.shown_lead)}</p></div></div>'
        for a in articles
    )


def _row(document: Document) -> str:
    url, file = esc(document.url), document.attachments[0].url
    return (
        f'<tr><td class="CodeClass"><a href="{url}">{document.number_shown}</a></td>'
        f'<td class="EpitomizeClass"><a href="{url}">{esc(document.subject)}</a></td>'
        f'<td><span class="date-pub">{document.issued_date:%d/%m/%Y}</span></td>'
        f'<td><a href="{file}">Tải về</a></td></tr>'
    )


def _moment(article: Article) -> str:
    return f"{article.published_at:%H:%M, %d/%m/%Y}"


def _ago(article: Article, now: dt.datetime) -> str:
    hours = int((now - article.published_at).total_seconds() // 3600)
    return f"{hours} giờ trước" if hours < 24 else f"{hours // 24} ngày trước"
