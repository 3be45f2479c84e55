"""Sở Thông tin và Truyền thông: a department on Liferay; one article at many addresses, portlets for documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from tests.portals.addresses import HOSTS, SECTIONS
from tests.portals.model import CAPTION, Article, Block, Document
from tests.portals.sites.base import Handler, Site, files_html, links, window
from tests.portals.state import State
from tests.portals.web import Request, Response, clock, esc, fill, lines, page, validators

HIGHLIGHTS = {"tin-noi-bat": "Tin nổi bật"}
ASSETS = {"p_p_id": "101", "p_p_lifecycle": "0", "p_p_state": "normal", "p_p_mode": "view", "p_p_col_id": "column-1"}
PORTLET = "4_WAR_portalvbpqportlet"
DETAIL = "/html/portlet/list/view_detail.jsp"
LABELS = {
    "vi": ("Số/Ký hiệu", "Ngày ban hành", "Người ký", "Trích yếu", "Cơ quan ban hành", "Loại văn bản", "Tệp đính kèm"),
    "en": (
        "Legislation code",
        "Issuing date",
        "Signer",
        "Subject",
        "Agencies issued",
        "Legislation type",
        "File attach",
    ),
}


class Sotttt(Site):
    """`/{vi|en|}/{section}/-/view_content/{id}-{slug}.html`, print view, `_101_cur=N`, `_4_WAR_..._cur=N`."""

    portal = "sotttt_mau"
    host = HOSTS[portal]
    sections = SECTIONS[portal] | HIGHLIGHTS
    page_size = 5

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Home, print view, articles, documents, sections."""
        section = "|".join(self.sections)
        return (
            (r"/(vi|en)?/?", self.home),
            (rf"/(?:(?:vi|en)/)?(?:{section})/-/view_content/pop_up/(\d+)-[a-z0-9-]*\.html", self.printed),
            (rf"/(?:(vi|en)/)?({section})/-/view_content/(\d+)-[a-z0-9-]*\.html", self.article),
            (r"/(?:(vi|en)/)?van-ban-phap-quy", self.documents),
            (rf"/(?:(vi|en)/)?({section})", self.listing),
        )

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """Newest articles, linked under their own section."""
        items = lines(_item(article, "vi", article.section_slug) for article in state.articles(self.portal)[:6])
        return page(self._frame(state, "Trang chủ", items))

    def listing(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of a section's asset publisher."""
        language, section = match[1] or "vi", match[2]
        number = max(1, request.number("_101_cur", 1))
        shown, count = window(state.articles(self.portal, section), number, self.page_size)
        items = lines(_item(article, language, section) for article in shown)
        path = f"http://{self.host}/{language}/{section}"
        body = items + _pager(path, ASSETS | {"_101_delta": str(self.page_size)}, "_101_cur", number, count)
        return page(self._frame(state, self.sections[section], body, self.sections[section]))

    def article(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One article in one of its places."""
        section = match[2]
        views = state.visit() - 5_700_000
        others = state.articles(self.portal, section)

        def render(article: Article) -> str:
            related = links(others, article, 5)
            body = _content(article, f"&nbsp;|&nbsp;View count: {views}") + fill(
                "sotttt_mau_tools", related=related, url=article.urls[-1]
            )
            return self._frame(state, article.title, body, self.sections[section])

        return self.article_page(state, match[3], render)

    def printed(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The print view: the article in a pop-up without chrome."""
        return self.article_page(
            state, match[1], lambda article: fill("sotttt_mau_print", title=esc(article.title), main=_content(article))
        )

    def documents(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The document portlet: its list, or the page of the document whose id is asked."""
        language = match[1] or "vi"
        key = request.value(f"_{PORTLET}_id")
        if key:
            found = state.document(self.portal, key)
            return self._detail(state, found, language) if found else self.missing()
        number = max(1, request.number(f"_{PORTLET}_cur", 1))
        shown, count = window(state.documents(self.portal), number, self.page_size)
        labels = LABELS[language]
        head = "".join(f'<th class="">{labels[index]}</th>' for index in (0, 3, 4, 1, 2, 6))
        rows = lines(_document_row(document, language) for document in shown)
        query = {**ASSETS, "p_p_id": PORTLET, f"_{PORTLET}_delta": str(self.page_size)}
        path = f"http://{self.host}/{language}/van-ban-phap-quy"
        body = fill("sotttt_mau_documents", head=head, rows=rows)
        body += _pager(path, query, f"_{PORTLET}_cur", number, count)
        return page(self._frame(state, "Văn bản pháp quy", body, "Văn bản pháp quy"))

    def _detail(self, state: State, document: Document, language: str) -> Response:
        values = (
            document.number_shown,
            f"{document.issued_date:%d/%m/%Y}",
            document.signer,
            document.subject,
            document.issuer,
            document.doc_type,
        )
        rows = lines(
            f'<tr>\n<td class="vbpq-detail-col1">\n\t{label}\n</td>\n<td>{esc(value)}</td>\n</tr>'
            for label, value in zip(LABELS[language], values, strict=False)
        )
        files = lines(
            f'<table><tr><td><a href="{file.url}"><img alt="" src="/images/PDF.png" /></a></td>'
            f'<td><a href="{file.url}">{esc(file.name)}</a></td></tr></table>'
            for file in document.attachments
        )
        body = fill("sotttt_mau_document", rows=rows, files=files, label=LABELS[language][6])
        response = page(self._frame(state, "Văn bản pháp quy", body, "Văn bản pháp quy"))
        response.headers |= validators(document.number_shown + document.subject, document.published_at)
        return response

    def _frame(self, state: State, title: str, main: str, place: str = "") -> str:
        menu = lines(f'<li><a href="http://{self.host}/vi/{slug}">{name}</a></li>' for slug, name in MENU.items())
        visits = str(state.visit())
        return fill(
            "sotttt_mau_page",
            title=esc(title),
            clock=clock(state.now),
            menu=menu,
            place=place,
            main=main,
            visits=visits,
        )


MENU = Sotttt.sections | {"van-ban-phap-quy": "Văn bản pháp quy"}


def _content(article: Article, counted: str = "") -> str:
    return fill(
        "sotttt_mau_article",
        key=article.key,
        title=esc(article.title),
        date=f"{twelve_hours(article)}{counted}",
        lead=esc(article.shown_lead),
        body=lines(map(_piece, article.blocks)),
        author=esc(article.byline),
        files=files_html(article),
    )


def twelve_hours(article: Article) -> str:
    """'16/05/2025 | 1:00 PM'."""
    moment = article.published_at
    return f"{moment:%d/%m/%Y} | {moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'}"


def _piece(block: Block) -> str:
    if block.kind == CAPTION and block.caption:
        return (
            '<p align="center"><img src="/documents/554897/555005/anh.jpg" style="width: 518px;" /></p>\n'
            f'<p align="center"><span style="color:#0000FF;"><em>{esc(block.caption.shown)}</em></span></p>'
        )
    return f'<p style="text-align: justify;">{esc(block.text)}</p>'


def _item(article: Article, language: str, section: str) -> str:
    name = article.url.rpartition("/")[2]
    url = f"http://{Sotttt.host}/{language}/{section}/-/view_content/{name}"
    return fill(
        "sotttt_mau_item", url=url, title=esc(article.title), date=twelve_hours(article), lead=esc(article.shown_lead)
    )


def _document_row(document: Document, language: str) -> str:
    url = esc(document.urls[0 if language == "vi" else 1])
    cells = (
        ("vbpq-sohieuvanban first", esc(document.number_shown)),
        ("", esc(document.subject)),
        ("vbpq-donvibanhanh", document.issuer),
        ("vbpq-ngaybanhanh", f"{document.issued_date:%d/%m/%Y}"),
        ("vbpq-nguoiky", f"{document.signer} - {document.signer_title}"),
    )
    shown = "".join(f'<td class="table-cell {name}">\n<a href="{url}">{text}</a> </td>' for name, text in cells)
    files = "".join(
        f'<div><a href="{file.url}" download><span>Tải về</span></a></div>' for file in document.attachments
    )
    return f'<tr class=" ">{shown}<td class="table-cell vbpq-file-dinh-kem last">{files}</td></tr>'


def _pager(path: str, query: dict[str, str], name: str, number: int, count: int) -> str:
    """Liferay's page menu of every number, then Next and Last."""

    def link(target: int, text: str) -> str:
        return (
            f'<li class="custom-paging"><a href="{path}?{esc(urlencode({**query, name: str(target)}))}">{text}</a></li>'
        )

    menu = lines(link(target, str(target)) for target in range(1, count + 1))
    following = link(number + 1, "Tiếp") + link(count, "Cuối →") if number < count else ""
    return fill("sotttt_mau_pager", menu=menu, number=str(number), count=str(count), following=following)
