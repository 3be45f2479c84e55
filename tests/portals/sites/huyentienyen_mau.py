"""Cổng thông tin huyện Tiên Yên: a district portal on layout tables, `<br><br>` paragraphs, restless counters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.portals.addresses import HOSTS, SECTIONS
from tests.portals.model import CAPTION, ROW, Article, Block
from tests.portals.sites.base import Handler, Site, files_html, links, window
from tests.portals.state import State
from tests.portals.web import Request, Response, clock, esc, fill, lines, page


class Huyentienyen(Site):
    """`/tin-bai/{slug}?type=NEWS&id=N`, `/danh-muc/{section}?page=N`; nothing after 2025-06-30."""

    portal = "huyentienyen_mau"
    host = HOSTS[portal]
    sections = SECTIONS[portal]
    page_size = 8

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Home, sections, articles."""
        return (
            (r"/", self.home),
            (rf"/danh-muc/({'|'.join(self.sections)})", self.listing),
            (r"/tin-bai/[a-z0-9-]*", self.article),
        )

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """Newest articles of every section."""
        return page(self._frame(state, "Trang chủ", lines(map(_item, state.articles(self.portal)[:8]))))

    def listing(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of a section."""
        number = request.number("page", 1)
        shown, count = window(state.articles(self.portal, match[1]), number, self.page_size)
        numbers = lines(
            f'<a class="so-trang" href="/danh-muc/{match[1]}?page={n}">{n}</a>' for n in range(1, count + 1)
        )
        body = f'<h2 class="tieu-de-muc">{self.sections[match[1]]}</h2>{lines(map(_item, shown))}'
        return page(self._frame(state, self.sections[match[1]], f'{body}<div class="phan-trang">{numbers}</div>'))

    def article(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One article, found by its id alone."""
        if request.value("type") != "NEWS":
            return self.missing()
        return self.article_page(state, request.value("id"), lambda article: self._article(state, article))

    def _article(self, state: State, article: Article) -> str:
        body = fill(
            "huyentienyen_mau_article",
            section=article.section,
            title=esc(article.title),
            date=f"{article.published_at:%d-%m-%Y %H:%M}",
            lead=esc(article.shown_lead),
            body=_body(article.blocks),
            author=esc(article.byline),
            files=files_html(article),
            related=links(state.articles(self.portal, article.section_slug), article, 5),
        )
        return self._frame(state, article.title, body, article.encoding)

    def _frame(self, state: State, title: str, main: str, charset: str = "utf-8") -> str:
        total = state.visit()
        return fill(
            "huyentienyen_mau_page",
            charset=charset,
            title=esc(title),
            clock=clock(state.now),
            menu=lines(f'<a href="/danh-muc/{slug}">{name}</a>' for slug, name in self.sections.items()),
            hot=lines(f'<a href="{a.url}">{esc(a.title)}</a><br>' for a in state.articles(self.portal)[:3]),
            today=str(373 + total % 89),
            total=str(total),
            main=main,
        )


def _body(blocks: Sequence[Block]) -> str:
    """Naked text runs between double line breaks; pictures in a table of their own."""
    return "<br><br>\n".join(map(_piece, blocks))


def _piece(block: Block) -> str:
    if block.kind == CAPTION and block.caption:
        return (
            '<table border="0" align="center"><tr><td><img src="/upload/anh1.jpg"></td></tr>'
            f'<tr><td align="center"><i>{esc(block.caption.shown)}</i></td></tr></table>'
        )
    return esc(" | ".join(block.cells) if block.kind == ROW else block.text)


def _item(article: Article) -> str:
    return (
        f'<table class="tin"><tr><td><img src="/upload/nho.jpg" width="80"></td><td><a href="{esc(article.url)}">'
        f'{esc(article.title)}</a> <span class="ngay">({article.published_at:%d/%m/%Y %H:%M})</span><br>'
        f"{esc(article.shown_lead)}</td></tr></table>"
    )
