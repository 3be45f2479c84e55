"""Truyền hình Mường Thanh: a provincial broadcaster; neither feed nor sitemap, captions in `td.image_desc`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.portals.addresses import HOSTS, SECTIONS
from tests.portals.model import Article
from tests.portals.sites.base import Handler, Site, body_html, links, window
from tests.portals.state import State
from tests.portals.web import WEEKDAYS, Request, Response, clock, esc, fill, lines, page


class Muongthanh(Site):
    """`/{section}/YYYYMM/{slug}-{7 digits}/`, `?p=N`, dates with weekday and [GMT+7]."""

    portal = "truyenhinhmuongthanh"
    host = HOSTS[portal]
    sections = SECTIONS[portal]
    page_size = 6

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Home, schedule, sections, articles."""
        return (
            (r"/", self.home),
            (r"/lich-phat-song/", self.schedule),
            (rf"/({'|'.join(self.sections)})/?", self.listing),
            (r"/[a-z-]+/\d{6}/[a-z0-9-]*-(\d{7})/", self.article),
        )

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """Newest articles of every section."""
        items = lines(_item(article, index) for index, article in enumerate(state.articles(self.portal)[:8]))
        return page(self._frame(state, "Trang chủ", items))

    def schedule(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The broadcasting schedule: a page with dates and no article."""
        rows = "".join(f"<tr><td>{hour:02d}:30</td><td>Bản tin {hour:02d} giờ 30</td></tr>" for hour in range(6, 22, 3))
        return page(self._frame(state, "Lịch phát sóng", f"<table>{rows}</table>"))

    def listing(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of a section."""
        number = request.number("p", 1)
        shown, count = window(state.articles(self.portal, match[1]), number, self.page_size)
        body = fill(
            "truyenhinhmuongthanh_listing",
            name=self.sections[match[1]],
            items=lines(_item(article, index) for index, article in enumerate(shown)),
            pages=_pager(f"/{match[1]}/", number, count),
        )
        return page(self._frame(state, self.sections[match[1]], body))

    def article(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One article."""
        return self.article_page(state, match[1], lambda article: self._article(state, article))

    def _article(self, state: State, article: Article) -> str:
        body = fill(
            "truyenhinhmuongthanh_article",
            section=article.section,
            section_slug=article.section_slug,
            title=esc(article.title),
            date=long_moment(article),
            lead=esc(article.shown_lead),
            body=body_html(article.blocks),
            author=esc(article.byline),
            related=links(state.articles(self.portal, article.section_slug), article, 6),
        )
        return self._frame(state, article.title, body)

    def _frame(self, state: State, title: str, main: str) -> str:
        return fill(
            "truyenhinhmuongthanh_page",
            title=esc(title),
            clock=clock(state.now),
            time=f"{state.now:%H:%M}",
            menu=lines(f'<td><a href="/{slug}/">{name.upper()}</a></td>' for slug, name in self.sections.items()),
            main=main,
        )


def long_moment(article: Article) -> str:
    """'Thứ Sáu, 27/06/2025, 20:35 [GMT+7]'."""
    moment = article.published_at
    return f"{WEEKDAYS[moment.weekday()]}, {moment:%d/%m/%Y, %H:%M} [GMT+7]"


def _item(article: Article, index: int) -> str:
    date = f"({article.published_at:%d/%m/%Y %H:%M})" if index else long_moment(article)
    return (
        f'<div class="story"><a class="title" href="{article.url}">{esc(article.title)}</a>'
        f'<span class="date">{date}</span><div class="lead">{esc(article.shown_lead)}</div></div>'
    )


def _pager(path: str, number: int, count: int) -> str:
    parts = [
        f"<b>{n}</b>" if n == number else f'<a href="{path}?p={n}">{n}</a>'
        for n in range(1, count + 1)
        if abs(n - number) < 4
    ]
    if number < count:
        parts.append(f'<a href="{path}?p={number + 1}">Trang sau &rsaquo;&rsaquo;</a>')
    return " | ".join(parts)
