"""Sở Nông nghiệp và Môi trường: a department on SharePoint, ids full of web-part GUIDs, two kinds of pagers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from tests.portals.minis import webforms
from tests.portals.minis.base import Mini, files
from tests.portals.minis.furniture import LayoutTables, changed, tools, view_state
from tests.portals.minis.gold import FIRST, LAST, Address, DocumentDraft
from tests.portals.model import Article, Document, slug
from tests.portals.plan import Batch
from tests.portals.sites.base import Handler, links, window
from tests.portals.state import State
from tests.portals.texts import Draft
from tests.portals.web import Request, Response, esc, lines, page, redirect

GUID = "g_5f0c1a27_93be_4d0e_8a64_2b7e90c1d3f4"
PART = f"ctl00_ctl24_{GUID}_ctl00"
CATEGORIES = {"chan-nuoi-thu-y": 41, "tai-nguyen-moi-truong": 57}  # sections with a number, paged by postback
LIST = "tin-hoat-dong"  # the section whose list stands at a page of its own, paged by ?Page=N


class Nongnghiep(Mini):
    """`/tintuc/Pages/{list}.aspx?ItemID=N`, `/vn/tin-tuc/{id}/{slug}.aspx`, `/vn/chuyen-muc/{id}/{slug}.aspx`."""

    portal = "sonnmt_mau"
    host = "sonnmt.dienbien.test"
    title = "Sở Nông nghiệp và Môi trường"
    like = "truyenhinhmuongthanh"
    style = LayoutTables()
    sections: ClassVar[dict[str, str]] = {
        LIST: "Tin hoạt động",
        "chan-nuoi-thu-y": "Chăn nuôi - Thú y",
        "tai-nguyen-moi-truong": "Tài nguyên - Môi trường",
    }
    page_size = 5
    document_count = 16
    plan = (
        Batch(LIST, ("nongnghiep", "dautucong", "chuyendoiso", "giamngheo"), 26, FIRST, LAST),
        Batch("chan-nuoi-thu-y", ("nongnghiep", "yte", "thientai"), 10, FIRST, LAST),
        Batch("tai-nguyen-moi-truong", ("moitruong", "thientai", "giaothong", "anninh"), 31, FIRST, LAST),
    )

    def address(self, draft: Draft, index: int) -> Address:
        """List items by ItemID, also as a dialog; articles of numbered sections by number and slug."""
        key = str(6_710 + 4 * index)
        if draft.section == LIST:
            path = f"/tintuc/Pages/{LIST}.aspx?ItemID={key}"
            return key, (path, f"{path}&IsDlg=1")
        path = f"/vn/tin-tuc/{key}/{slug(draft.title)}.aspx"
        return key, (path, f"{path}?IsDlg=1")

    def document_address(self, draft: DocumentDraft, index: int) -> Address:
        """By ItemID."""
        key = str(2_305 + 3 * index)
        return key, (f"/vanban/Pages/chi-tiet-van-ban.aspx?ItemID={key}",)

    def file_path(self, draft: DocumentDraft, key: str) -> str:
        """Below the list's attachments."""
        return f"/vanban/Lists/VanBan/Attachments/{key}/{draft.slug}.pdf"

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Home, lists, numbered sections, articles, documents."""
        return (
            (r"/", self.start),
            (r"/Trang/Default\.aspx", self.home),
            (rf"/tintuc/Pages/{LIST}\.aspx", self.list_page),
            (rf"/vn/chuyen-muc/\d+/({'|'.join(CATEGORIES)})\.aspx", self.category),
            (r"/vn/tin-tuc/(\d+)/[a-z0-9-]*\.aspx", self.article),
            (r"/vanban/Pages/van-ban\.aspx", self.document_list),
            (r"/vanban/Pages/chi-tiet-van-ban\.aspx", self.document),
        )

    def menu(self) -> str:
        """The list's page, the numbered sections, the documents' page."""
        items = [f'<li class="static"><a href="/tintuc/Pages/{LIST}.aspx">{self.sections[LIST]}</a></li>']
        items += [
            f'<li class="static"><a href="/vn/chuyen-muc/{number}/{name}.aspx">{self.sections[name]}</a></li>'
            for name, number in CATEGORIES.items()
        ]
        return lines([*items, '<li class="static"><a href="/vanban/Pages/van-ban.aspx">Văn bản</a></li>'])

    def start(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The home page has a long address."""
        return redirect(f"http://{self.host}/Trang/Default.aspx", 302)

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The newest articles."""
        return page(self.frame(state, "Trang chủ", _items(self.shown(state)[:6])))

    def list_page(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The article whose ItemID is asked, else a page of the list."""
        if request.value("ItemID"):
            return self._shown_article(state, request.value("ItemID"))
        number = request.number("Page", 1)
        shown, count = window(self.shown(state, LIST), number, self.page_size)
        main = _items(shown) + _pager(f"/tintuc/Pages/{LIST}.aspx", number, count)
        return page(self.frame(state, self.sections[LIST], main))

    def category(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of a numbered section: the first, or the one that an event of its pager asks for."""
        control = f"ctl00$ctl24${GUID}$ctl00$rptPager"
        number = webforms.asked_page(request, control)
        shown, count = window(self.shown(state, match[1]), number, self.page_size)
        if not shown:
            return self.missing(500)
        cells = (
            f'<a href="{href}">{text}</a>' if href else f"<span>{text}</span>"
            for text, href in webforms.pager(control, number, count)
        )
        main = f'{_items(shown)}<div id="{PART}_divPager" class="phantrang">{lines(cells)}</div>'
        return page(self.frame(state, self.sections[match[1]], webforms.form(request, number, count, main)))

    def article(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One article of a numbered section."""
        return self._shown_article(state, match[1])

    def document_list(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of the table of documents."""
        number = request.number("Page", 1)
        shown, count = window(self.shown_documents(state), number, self.page_size)
        main = f'<table class="ms-listviewtable" id="{PART}_tblVanBan">{lines(map(_row, shown))}</table>'
        return page(self.frame(state, "Văn bản", main + _pager("/vanban/Pages/van-ban.aspx", number, count)))

    def document(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One document."""
        return self.document_answer(state, request.value("ItemID"), lambda document: self._document(state, document))

    def _shown_article(self, state: State, key: str) -> Response:
        return self.article_answer(state, key, lambda article: self._article(state, article))

    def _article(self, state: State, article: Article) -> str:
        main = (
            f'{view_state(article.key)}<div id="{PART}_divArticle">'
            f'<div id="news-title"><h1>{esc(article.title)}</h1></div><div class="ngay-dang" id="{PART}_lblNgayDang">'
            f"{article.published_at:%d/%m/%Y %H:%M}{changed(article)}</div>"
            f'<div id="news-des">{esc(article.shown_lead)}</div>'
            f'<div id="{PART}_ControlWrapper_RichHtmlField" class="ms-rtestate-field">{self.style.html(article)}</div>'
            f'<div class="tac-gia">{esc(article.byline)}</div></div>'
            f'<a class="in-bai" href="{esc(article.urls[1])}">In trang</a>'
            f"{tools(article)}"
            f'<div class="tin-khac"><h3>Các tin khác</h3><ul>{links(self.shown(state), article, 5)}</ul></div>'
        )
        return self.frame(state, article.title, main)

    def _document(self, state: State, document: Document) -> str:
        fields = (
            ("Số ký hiệu", "lblSoKyHieu", document.number_shown),
            ("Ngày ban hành", "lblNgayBanHanh", f"{document.issued_date:%d/%m/%Y}"),
            ("Loại văn bản", "lblLoaiVanBan", document.doc_type),
            ("Người ký", "lblNguoiKy", document.signer),
            ("Trích yếu", "lblNoiDung", document.subject),
        )
        rows = lines(
            f'<tr><td class="label">{label}</td><td><span id="{PART}_{name}">{esc(value)}</span></td></tr>'
            for label, name, value in fields
        )
        issuer = f'<tr id="row_donvibanhanh_chinh"><td>Cơ quan ban hành</td><td>{esc(document.issuer)}</td></tr>'
        attached = f'<tr id="row_file"><td>Tệp</td><td>{files(document)}</td></tr>'
        main = f'<table class="chi-tiet-vb">{rows}{issuer}{attached}</table>'
        return self.frame(state, f"{document.doc_type} {document.number_shown}", main)


def _items(articles: Sequence[Article]) -> str:
    return lines(
        f'<div class="news-item"><a class="news-title" href="{esc(a.url)}">{esc(a.title)}</a>'
        f'<span class="news-date">{a.published_at:%d/%m/%Y %H:%M}</span><p>{esc(a.shown_lead)}</p></div>'
        for a in articles
    )


def _row(document: Document) -> str:
    url = esc(document.url)
    return (
        f'<tr><td><a href="{url}">{document.number_shown}</a></td><td>{document.issued_date:%d/%m/%Y}</td>'
        f'<td><a href="{url}">{esc(document.subject)}</a></td></tr>'
    )


def _pager(path: str, number: int, count: int) -> str:
    parts = [
        f"<b>{n}</b>" if n == number else f'<a href="{path}?date=&amp;EventID=0&amp;Page={n}">{n}</a>'
        for n in range(1, count + 1)
    ]
    return f'<div class="paging">{lines(parts)}</div>'
