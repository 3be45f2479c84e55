"""Công báo Tuyên Quang: a gazette; documents by type and by issue, a little news."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from tests.portals.minis.base import Mini, files, properties
from tests.portals.minis.furniture import changed, tools
from tests.portals.minis.gold import FIRST, LAST, Address, DocumentDraft
from tests.portals.model import Article, Document, slug
from tests.portals.plan import Batch
from tests.portals.sites.base import Handler, links, window
from tests.portals.state import State
from tests.portals.texts import Draft
from tests.portals.web import Request, Response, esc, lines, page

PER_ISSUE, FIRST_ISSUE = 5, 41
Issue = tuple[int, tuple[Document, ...]]


class Congbao(Mini):
    """`/van-ban/the-loai/{type}/trang-N.html`, `/van-ban/{slug}-{id}.html`, `/cong-bao/2025/so-N.html`."""

    portal = "congbao_mau"
    host = "congbao.tuyenquang.test"
    title = "Công báo tỉnh Tuyên Quang"
    like = "baosongthao"
    sections: ClassVar[dict[str, str]] = {"tin-tuc": "Tin tức", "thong-bao": "Thông báo"}
    page_size = 7
    document_count = 64
    document_types = ("Quyết định", "Nghị quyết", "Chỉ thị")
    plan = (
        Batch("tin-tuc", ("cchc", "chuyendoiso", "dautucong"), 22, FIRST, LAST),
        Batch("thong-bao", ("giaothong", "anninh"), 8, FIRST, LAST),
    )

    def address(self, draft: Draft, index: int) -> Address:
        """Below its section, also as a page to print."""
        key = str(311 + 2 * index)
        path = f"/{draft.section}/{slug(draft.title)}-{key}.html"
        return key, (path, f"{path}?in=1")

    def document_address(self, draft: DocumentDraft, index: int) -> Address:
        """Beside the types."""
        key = str(18_200 + 3 * index)
        return key, (f"/van-ban/{draft.slug}-{key}.html",)

    def file_path(self, draft: DocumentDraft, key: str) -> str:
        """In the folder of its year."""
        return f"/congbao/2025/{draft.slug}.signed.pdf"

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Home, types, issues, documents, news."""
        types = "|".join(map(slug, self.document_types))
        return (
            (r"/", self.home),
            (rf"/van-ban/the-loai/({types})(?:/trang-(\d+))?\.html", self.type_list),
            (r"/van-ban/[a-z0-9-]+-(\d+)\.html", self.document),
            (r"/cong-bao(?:/trang-(\d+))?\.html", self.issue_list),
            (r"/cong-bao/2025/so-(\d+)\.html", self.issue),
            (rf"/({'|'.join(self.sections)})(?:/trang-(\d+))?\.html", self.listing),
            (rf"/(?:{'|'.join(self.sections)})/[a-z0-9-]+-(\d+)\.html", self.article),
        )

    def menu(self) -> str:
        """Issues, types below a second level, news."""
        types = lines(
            f'<li><a href="/van-ban/the-loai/{slug(name)}.html">{name}</a></li>' for name in self.document_types
        )
        items = [
            '<li><a href="/cong-bao.html">Số công báo</a></li>',
            f'<li><a href="#">Văn bản</a><ul>{types}</ul></li>',
        ]
        items += [f'<li><a href="/{name}.html">{text}</a></li>' for name, text in self.sections.items()]
        return lines(items)

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The newest issue's documents and news."""
        newest = _table(self.shown_documents(state)[:PER_ISSUE])
        return page(self.frame(state, "Trang chủ", f"{newest}<h3>Tin tức</h3>{_items(self.shown(state)[:4])}"))

    def type_list(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of the documents of a type."""
        number = int(match[2] or 1)
        chosen = [item for item in self.shown_documents(state) if slug(item.doc_type) == match[1]]
        shown, count = window(chosen, number, self.page_size)
        main = (
            f'<div class="list-van-ban">{_table(shown)}</div>{_pager(f"/van-ban/the-loai/{match[1]}", number, count)}'
        )
        return page(self.frame(state, "Văn bản", main))

    def issue_list(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of the gazette's issues."""
        number = int(match[1] or 1)
        shown, count = window(self.issues(state)[::-1], number, self.page_size)
        rows = lines(
            f'<li><a href="/cong-bao/2025/so-{issue}.html">Công báo số {issue}</a>'
            f"<span>({items[-1].published_at:%d/%m/%Y})</span></li>"
            for issue, items in shown
        )
        main = f'<ul class="so-cong-bao">{rows}</ul>{_pager("/cong-bao", number, count)}'
        return page(self.frame(state, "Số công báo", main))

    def issue(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One issue: the table of its documents."""
        found = [items for number, items in self.issues(state) if number == int(match[1])]
        if not found:
            return self.missing()
        return page(self.frame(state, f"Công báo số {match[1]}", f"<h1>Công báo số {match[1]}</h1>{_table(found[0])}"))

    def issues(self, state: State) -> list[Issue]:
        """Number and documents of each issue, oldest first."""
        oldest = tuple(self.shown_documents(state)[::-1])
        printed = (oldest[start : start + PER_ISSUE] for start in range(0, len(oldest), PER_ISSUE))
        return list(enumerate(printed, FIRST_ISSUE))

    def listing(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of a section of news."""
        number = int(match[2] or 1)
        shown, count = window(self.shown(state, match[1]), number, self.page_size)
        main = f'<div class="list-tin">{_items(shown)}</div>{_pager(f"/{match[1]}", number, count)}'
        return page(self.frame(state, self.sections[match[1]], main))

    def article(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One article."""
        return self.article_answer(state, match[1], lambda article: self._article(state, article))

    def document(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One document and the issue that printed it."""
        return self.document_answer(state, match[1], lambda document: self._document(state, document))

    def _article(self, state: State, article: Article) -> str:
        main = (
            f'<div class="chi-tiet-tin"><h1 class="tieu-de">{esc(article.title)}</h1>'
            f'<span class="ngay-dang">Ngày đăng: {article.published_at:%d/%m/%Y, %H:%M}{changed(article)}</span>'
            f'<div class="tom-tat">{esc(article.shown_lead)}</div>'
            f'<div class="noi-dung">{self.style.html(article)}</div><p class="tac-gia">{esc(article.byline)}</p></div>'
            f'<a class="in" href="{article.urls[1]}">Bản in</a>'
            f"{tools(article)}"
            f'<div class="tin-khac"><ul>{links(self.shown(state), article, 4)}</ul></div>'
        )
        return self.frame(state, article.title, main)

    def _document(self, state: State, document: Document) -> str:
        issue = next(number for number, items in self.issues(state) if document in items)
        rows = lines(f"<tr><th>{label}</th><td>{value}</td></tr>" for label, value in properties(document))
        printed = f'<p class="so">Công báo số <a href="/cong-bao/2025/so-{issue}.html">{issue}</a></p>'
        main = f'<table class="thuoc-tinh">{rows}</table>{printed}<div class="tai-ve">{files(document)}</div>'
        return self.frame(state, f"{document.doc_type} {document.number_shown}", main)


def _table(documents: Sequence[Document]) -> str:
    head = "<tr><th>STT</th><th>Số ký hiệu</th><th>Ngày ban hành</th><th>Trích yếu</th><th>Tải về</th></tr>"
    return (
        f'<table class="van-ban">{head}{lines(_row(number, item) for number, item in enumerate(documents, 1))}</table>'
    )


def _row(number: int, document: Document) -> str:
    url = esc(document.url)
    return (
        f'<tr><td>{number}</td><td><a href="{url}">{document.number_shown}</a></td>'
        f'<td>{document.issued_date:%d/%m/%Y}</td><td><a href="{url}">{esc(document.subject)}</a></td>'
        f'<td><a href="{document.attachments[0].url}">PDF</a></td></tr>'
    )


def _items(articles: Sequence[Article]) -> str:
    return lines(
        f'<div class="tin"><h3><a href="{esc(a.url)}">{esc(a.title)}</a></h3>'
        f'<span class="ngay-dang">{a.published_at:%d/%m/%Y}</span><p>{esc(a.shown_lead)}</p></div>'
        for a in articles
    )


def _pager(path: str, number: int, count: int) -> str:
    """Neighbours and the last page; the first has no number in its address."""
    numbers = [n for n in range(1, count + 1) if abs(n - number) < 3 or n == count]
    parts = [
        f"<b>{n}</b>" if n == number else f'<a href="{path}{f"/trang-{n}" if n > 1 else ""}.html">{n}</a>'
        for n in numbers
    ]
    return f'<div class="phan-trang">{lines(parts)}</div>'
