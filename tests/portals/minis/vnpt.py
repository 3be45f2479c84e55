"""Xã Tân Trào: a commune on the VNPT portal, one menu of categories, articles by type and id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from tests.portals.minis.base import Mini, files, properties
from tests.portals.minis.furniture import Breaks, changed, tools
from tests.portals.minis.gold import FIRST, LAST, Address, DocumentDraft
from tests.portals.model import Article, Document, slug
from tests.portals.plan import Batch
from tests.portals.sites.base import Handler, links, window
from tests.portals.state import State
from tests.portals.texts import Draft
from tests.portals.web import Request, Response, esc, lines, page


class TanTrao(Mini):
    """`/vi/tin-bai/{slug}?type=NEWS&id=N`, `/vi/danh-muc/{section}?trang=N`, documents `?type=DOCUMENT&id=N`."""

    portal = "xatantrao_mau"
    host = "xatantrao.tuyenquang.test"
    title = "Trang thông tin điện tử xã Tân Trào"
    like = "baosongthao"
    style = Breaks()
    sections: ClassVar[dict[str, str]] = {
        "tin-tuc-su-kien": "Tin tức - Sự kiện",
        "thong-bao": "Thông báo",
        "chuyen-doi-so": "Chuyển đổi số",
    }
    page_size = 8
    document_count = 18
    plan = (
        Batch("tin-tuc-su-kien", ("nongnghiep", "giaothong", "giaoduc", "yte", "dulich"), 34, FIRST, LAST),
        Batch("thong-bao", ("cchc", "moitruong", "anninh"), 14, FIRST, LAST),
        Batch("chuyen-doi-so", ("chuyendoiso", "antoanthongtin"), 12, FIRST, LAST),
    )

    def address(self, draft: Draft, index: int) -> Address:
        """Found by its id alone."""
        key = str(53_945 + 3 * index)
        return key, (f"/vi/tin-bai/{slug(draft.title)}?type=NEWS&id={key}",)

    def document_address(self, draft: DocumentDraft, index: int) -> Address:
        """The same with another type."""
        key = str(8_120 + index)
        return key, (f"/vi/van-ban/{draft.slug}?type=DOCUMENT&id={key}",)

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Home, categories, articles, documents."""
        return (
            (r"/(?:vi/?)?", self.home),
            (rf"/vi/danh-muc/({'|'.join(self.sections)})", self.listing),
            (r"/vi/tin-bai/[a-z0-9-]*", self.article),
            (r"/vi/van-ban", self.document_list),
            (r"/vi/van-ban/[a-z0-9-]*", self.document),
        )

    def menu(self) -> str:
        """Categories and documents."""
        items = [f'<li><a href="/vi/danh-muc/{slug}">{name}</a></li>' for slug, name in self.sections.items()]
        return lines([*items, '<li><a href="/vi/van-ban">Văn bản</a></li>'])

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The newest articles of every category."""
        return page(self.frame(state, "Trang chủ", f'<ul class="ArticleOfCat">{_items(self.shown(state)[:6])}</ul>'))

    def listing(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of a category."""
        number = request.number("trang", 1)
        shown, count = window(self.shown(state, match[1]), number, self.page_size)
        main = (
            f'<div class="ArticleCat"><h2>{self.sections[match[1]]}</h2>'
            f'<ul class="ArticleOfCat">{_items(shown)}</ul></div>{_pager(f"/vi/danh-muc/{match[1]}", number, count)}'
        )
        return page(self.frame(state, self.sections[match[1]], main))

    def article(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One article."""
        if request.value("type") != "NEWS":
            return self.missing()
        return self.article_answer(state, request.value("id"), lambda article: self._article(state, article))

    def document_list(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of the documents."""
        number = request.number("trang", 1)
        shown, count = window(self.shown_documents(state), number, self.page_size)
        main = f'<ul class="ArticleList">{lines(map(_row, shown))}</ul>{_pager("/vi/van-ban", number, count)}'
        return page(self.frame(state, "Văn bản", main))

    def document(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One document: a table of its properties and its file."""
        return self.document_answer(state, request.value("id"), lambda document: self._document(state, document))

    def _article(self, state: State, article: Article) -> str:
        main = (
            f'<div class="ArticleDetail"><h1 class="ArticleHeader">{esc(article.title)}</h1>'
            f'<div class="Ngaydang">{article.published_at:%d/%m/%Y %H:%M}{changed(article)}</div>'
            f'<div class="ArticleSummary">{esc(article.shown_lead)}</div>'
            f'<div class="ArticleContent">{self.style.html(article)}</div>'
            f'<div class="ArticleAuthor">{esc(article.byline)}</div></div>'
            f"{tools(article)}"
            f'<div class="tin-lien-quan"><h3>Các tin khác</h3><ul>{links(self.shown(state), article, 5)}</ul></div>'
        )
        return self.frame(state, article.title, main)

    def _document(self, state: State, document: Document) -> str:
        rows = lines(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in properties(document))
        main = f'<table class="VanBan">{rows}</table><div class="file-dinh-kem">{files(document)}</div>'
        return self.frame(state, f"{document.doc_type} {document.number_shown}", main)


def _items(articles: Sequence[Article]) -> str:
    return lines(
        f'<li><a class="Title" href="{esc(a.url)}">{esc(a.title)}</a>'
        f'<span class="Ngaydang">({a.published_at:%d/%m/%Y})</span><p>{esc(a.shown_lead)}</p></li>'
        for a in articles
    )


def _row(document: Document) -> str:
    return (
        f'<li class="row"><a href="{esc(document.url)}">{document.number_shown}</a> '
        f'<span class="Ngaydang">{document.issued_date:%d/%m/%Y}</span>'
        f'<p><a href="{esc(document.url)}">{esc(document.subject)}</a></p></li>'
    )


def _pager(path: str, number: int, count: int) -> str:
    numbers = [n for n in range(number - 2, number + 3) if 1 <= n <= count]
    parts = [f'<a class="{"active" if n == number else ""}" href="{path}?trang={n}">{n}</a>' for n in numbers]
    if number < count:
        parts.append(f'<a class="next" href="{path}?trang={number + 1}">Trang sau</a>')
    return f'<div class="phan-trang">{lines(parts)}</div>'
