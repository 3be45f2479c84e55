"""Trang Công chức Lạng Sơn: a department on DotNetNuke, tabs by number, a Telerik grid of documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from tests.portals.minis import webforms
from tests.portals.minis.base import Mini, files, properties
from tests.portals.minis.furniture import Word, changed, tools
from tests.portals.minis.gold import FIRST, LAST, Address, DocumentDraft
from tests.portals.model import Article, Document
from tests.portals.plan import Batch
from tests.portals.sites.base import Handler, links, window
from tests.portals.state import State
from tests.portals.texts import Draft
from tests.portals.web import Request, Response, esc, lines, page

MODULE, LAW = "dnn_ctr567_ViewNews", "dnn_ctr3988_IndexLawDetail"
TABS = {"tin-noi-vu": 62, "cai-cach-hanh-chinh": 63}
DOCUMENTS = 140
PRINT = "?dnnprintmode=true&SkinSrc=%5BG%5DSkins%2F_default%2FNo+Skin"


class Congchuc(Mini):
    """`/Default.aspx?tabid=N`, `/tabid/N/ctl/ViewDetail/mid/567/ItemID/K/Default.aspx`, the same below a language."""

    portal = "congchuc_mau"
    host = "congchuc.xulang.test"
    title = "Trang thông tin Sở Nội vụ"
    like = "congxulang"
    style = Word()
    sections: ClassVar[dict[str, str]] = {"tin-noi-vu": "Tin nội vụ", "cai-cach-hanh-chinh": "Cải cách hành chính"}
    page_size = 6
    document_count = 40
    plan = (
        Batch("tin-noi-vu", ("giamngheo", "giaoduc", "anninh", "dautucong"), 34, FIRST, LAST),
        Batch("cai-cach-hanh-chinh", ("cchc", "chuyendoiso"), 27, FIRST, LAST),
    )

    def address(self, draft: Draft, index: int) -> Address:
        """In its tab, in the same tab with a language, in the print view."""
        key = str(1_204 + 5 * index)
        rest = f"ctl/ViewDetail/mid/567/ItemID/{key}/Default.aspx"
        plain = f"/tabid/{TABS[draft.section]}/{rest}"
        return key, (plain, f"/tabid/{TABS[draft.section]}/language/vi-VN/{rest}", plain + PRINT)

    def document_address(self, draft: DocumentDraft, index: int) -> Address:
        """A control of the grid's module."""
        key = str(4_500 + 2 * index)
        return key, (f"/Default.aspx?tabid={DOCUMENTS}&ctl=IndexLawDetail&mid=3988&ItemID={key}",)

    def file_path(self, draft: DocumentDraft, key: str) -> str:
        """In the portal's folder."""
        return f"/Portals/0/VanBan/2025/{draft.slug}.pdf"

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Home and tabs share an address."""
        return (
            (r"/", self.home),
            (r"/Default\.aspx", self.tab),
            (r"/tabid/\d+/(?:language/[a-zA-Z-]+/)?ctl/ViewDetail/mid/567/ItemID/(\d+)/Default\.aspx", self.article),
        )

    def menu(self) -> str:
        """Tabs by number, the documents below a second level."""
        items = [
            f'<li><a href="/Default.aspx?tabid={TABS[name]}">{text}</a></li>' for name, text in self.sections.items()
        ]
        below = f'<ul><li><a href="/Default.aspx?tabid={DOCUMENTS}">Văn bản quy phạm pháp luật</a></li></ul>'
        return lines([*items, f'<li><a href="/Default.aspx?tabid=139">Văn bản</a>{below}</li>'])

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The newest articles."""
        return page(self.frame(state, "Trang chủ", _items(self.shown(state)[:6])))

    def tab(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """A section, the documents' grid, one document, or a page with nothing but words."""
        number = request.number("tabid", 0)
        if number == DOCUMENTS:
            return self.document(request, state) if request.value("ItemID") else self.grid(request, state)
        names = [name for name, tab in TABS.items() if tab == number]
        if names:
            return self.listing(request, state, names[0])
        if number == 139:
            return page(self.frame(state, "Văn bản", "<p>Chọn loại văn bản ở danh mục bên trên.</p>"))
        return self.missing()

    def listing(self, request: Request, state: State, section: str) -> Response:
        """One page of a section."""
        number = request.number("p", 1)
        shown, count = window(self.shown(state, section), number, self.page_size)
        numbers = [
            f'<a class="Normal" href="/Default.aspx?tabid={TABS[section]}&amp;p={n}">{n}</a>'
            for n in range(1, count + 1)
        ]
        main = f'<div id="{MODULE}_pnlList">{_items(shown)}</div><div class="PagingTable">{lines(numbers)}</div>'
        return page(self.frame(state, self.sections[section], main))

    def article(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One article, with or without language; the print view has no skin."""
        printed = request.value("dnnprintmode") == "true"
        return self.article_answer(state, match[1], lambda article: self._article(state, article, printed))

    def grid(self, request: Request, state: State) -> Response:
        """One page of the grid: the first, or the one that an event of its pager asks for."""
        control = "dnn$ctr3988$IndexLaw$RadGrid1$ctl00$ctl03$ctl01"
        number = webforms.asked_page(request, control)
        shown, count = window(self.shown_documents(state), number, self.page_size)
        if not shown:
            return self.missing(500)
        numbers = (
            f'<a href="{href}"><span>{text}</span></a>' if href else f'<a class="rgCurrentPage"><span>{text}</span></a>'
            for text, href in webforms.pager(control, number, count)
        )
        pager = f'<div class="rgWrap rgNumPart">{lines(numbers)}</div>'
        head = "<thead><tr><th>Số ký hiệu</th><th>Ngày ban hành</th><th>Trích yếu</th></tr></thead>"
        rows = f"<tbody>{lines(_row(document, n) for n, document in enumerate(shown))}</tbody>"
        main = (
            f'<div class="RadGrid" id="dnn_ctr3988_IndexLaw_RadGrid1"><table class="rgMasterTable">{head}{rows}</table>'
        )
        main += f'<div class="rgPager">{pager}</div></div>'
        return page(self.frame(state, "Văn bản", webforms.form(request, number, count, main)))

    def document(self, request: Request, state: State) -> Response:
        """One document."""
        return self.document_answer(state, request.value("ItemID"), lambda document: self._document(state, document))

    def _article(self, state: State, article: Article, printed: bool) -> str:
        main = (
            f'<div id="{MODULE}_pnlDetail"><span id="{MODULE}_lblTitle" class="NewsTitle">{esc(article.title)}</span>'
            f'<span id="{MODULE}_lblDate" class="NewsDate">{article.published_at:%d/%m/%Y %H:%M:%S}'
            f"{changed(article)}</span>"
            f'<div id="{MODULE}_lblSummary" class="NewsSummary">{esc(article.shown_lead)}</div>'
            f'<div id="{MODULE}_lblContent" class="NewsContent">{self.style.html(article)}</div>'
            f'<div class="NewsAuthor">{esc(article.byline)}</div></div>'
        )
        if printed:
            return f"<html><head><title>{esc(article.title)}</title></head><body>{main}</body></html>"
        others = links(self.shown(state, article.section_slug), article, 5)
        buttons = f'<a class="CommandButton" href="{esc(article.urls[2])}">Bản in</a>'
        buttons += f'<a class="Language" href="{esc(article.urls[1])}">Tiếng Việt</a>'
        return self.frame(
            state, article.title, f'{main}{buttons}{tools(article)}<div class="OtherNews"><ul>{others}</ul></div>'
        )

    def _document(self, state: State, document: Document) -> str:
        rows = lines(f"<tr><td>{label}:</td><td>{value}</td></tr>" for label, value in properties(document))
        main = f'<div id="{LAW}_divthuoctinh"><table>{rows}</table></div>'
        main += f'<div id="{LAW}_divtaive">Tải về: {files(document)}</div>'
        return self.frame(state, f"{document.doc_type} {document.number_shown}", main)


def _items(articles: Sequence[Article]) -> str:
    return lines(
        f'<table class="NewsItem"><tr><td><a class="NewsTitle" href="{esc(a.url)}">{esc(a.title)}</a>'
        f' <span class="NewsDate">({a.published_at:%d/%m/%Y})</span><br>{esc(a.shown_lead)}</td></tr></table>'
        for a in articles
    )


def _row(document: Document, number: int) -> str:
    url = esc(document.url)
    return (
        f'<tr class="{"rgAltRow" if number % 2 else "rgRow"}"><td><a href="{url}">{document.number_shown}</a></td>'
        f"<td>{document.issued_date:%d/%m/%Y}</td>"
        f'<td><a href="{url}">{esc(document.subject)}</a></td></tr>'
    )
