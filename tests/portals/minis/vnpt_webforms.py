"""Xã Mường Ảng: a commune on the older VNPT portal, everything in parameters and a grid that posts back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from tests.portals.minis import webforms
from tests.portals.minis.base import Mini
from tests.portals.minis.furniture import Fonts, changed, tools
from tests.portals.minis.gold import FIRST, LAST, Address
from tests.portals.model import Article, slug
from tests.portals.plan import Batch
from tests.portals.sites.base import Handler, links, window
from tests.portals.state import State
from tests.portals.texts import Draft
from tests.portals.web import Request, Response, esc, lines, page

PAGES = {"tin-tuc": 468, "thong-bao": 469}
ROOT = "/Default.aspx?sname=xamuongang&sid=4&pageid="
CONTROL = "ctl00$ContentPlaceHolder1$grvTinTuc"


class MuongAng(Mini):
    """`/Default.aspx?sname=S&sid=4&pageid=N`, articles `...&catid=N&id=K&catname=...&title=...`."""

    portal = "xamuongang_mau"
    host = "xamuongang.dienbien.test"
    title = "Cổng thông tin điện tử xã Mường Ảng"
    like = "truyenhinhmuongthanh"
    style = Fonts()
    sections: ClassVar[dict[str, str]] = {"tin-tuc": "Tin tức", "thong-bao": "Thông báo"}
    page_size = 6
    plan = (
        Batch("tin-tuc", ("nongnghiep", "giaoduc", "yte", "giamngheo", "dulich"), 42, FIRST, LAST),
        Batch("thong-bao", ("cchc", "thientai", "anninh"), 18, FIRST, LAST),
    )

    def address(self, draft: Draft, index: int) -> Address:
        """Everything in parameters; also as a page to print."""
        key = str(3_412 + 7 * index)
        query = f"{PAGES[draft.section]}&catid=12&id={key}&catname={draft.section}&title={slug(draft.title)}"
        return key, (ROOT + query, f"{ROOT}{query}&print=true")

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """One address for everything."""
        return ((r"/", self.home), (r"/Default\.aspx", self.default))

    def menu(self) -> str:
        """Pages by number."""
        return lines(f'<li><a href="{esc(ROOT)}{PAGES[name]}">{text}</a></li>' for name, text in self.sections.items())

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The newest articles."""
        return page(self.frame(state, "Trang chủ", _items(self.shown(state)[:5])))

    def default(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The article whose id is asked, else a page of a section."""
        if request.value("id"):
            return self.article_answer(state, request.value("id"), lambda article: self._article(state, article))
        names = [name for name, number in PAGES.items() if number == request.number("pageid", 0)]
        number = webforms.asked_page(request, CONTROL)
        shown, count = window(self.shown(state, names[0]), number, self.page_size) if names else ([], 0)
        if not shown:
            return self.missing(500 if names else 404)
        cells = (
            f'<td><a href="{href}">{text}</a></td>' if href else f"<td><span>{text}</span></td>"
            for text, href in webforms.pager(CONTROL, number, count, arguments=True)
        )
        main = f'<table class="grvTinTuc">{_items(shown)}<tr class="pgr"><td><table><tr>{lines(cells)}</tr></table>'
        main += "</td></tr></table>"
        return page(self.frame(state, self.sections[names[0]], webforms.form(request, number, count, main)))

    def _article(self, state: State, article: Article) -> str:
        main = (
            f'<div class="ArticleDetail"><div class="ArticleHeader">{esc(article.title)}</div>'
            f'<span class="ArticleDate">{article.published_at:%H:%M | %d/%m/%Y}{changed(article)}</span>'
            f'<div class="ArticleSummary">{esc(article.shown_lead)}</div>'
            f'<div class="ArticleContent">{self.style.html(article)}</div>'
            f'<div class="ArticleAuthor">{esc(article.byline)}</div></div>'
            f'<a href="{esc(article.urls[1])}">In trang</a>'
            f"{tools(article)}"
            f'<div class="tin-khac"><ul>{links(self.shown(state, article.section_slug), article, 5)}</ul></div>'
        )
        return self.frame(state, article.title, main)


def _items(articles: Sequence[Article]) -> str:
    return lines(
        f'<tr><td><a class="ArticleTitle" href="{esc(a.url)}">{esc(a.title)}</a> '
        f'<span class="Ngaydang">{a.published_at:%d/%m/%Y}</span><p>{esc(a.shown_lead)}</p></td></tr>'
        for a in articles
    )
