"""Báo Sông Thao: a provincial newspaper with deep paginated sections and an RSS feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import format_datetime

from tests.portals.addresses import HOSTS, SECTIONS
from tests.portals.model import Article
from tests.portals.sites.base import Handler, Site, body_html, links, window
from tests.portals.state import State
from tests.portals.web import Request, Response, clock, esc, fill, lines, page

FEED_SIZE = 20


class Baosongthao(Site):
    """`/{section}/YYYYMM/{slug}-{hex}/`, `?page=N`, `/rss/home.rss`."""

    portal = "baosongthao"
    host = HOSTS[portal]
    sections = SECTIONS[portal]
    page_size = 5

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Home, feed, sections, articles."""
        return (
            (r"/", self.home),
            (r"/rss/home\.rss", self.feed),
            (rf"/({'|'.join(self.sections)})/?", self.listing),
            (r"/[a-z-]+/\d{6}/[a-z0-9-]*-([0-9a-f]{7})/", self.article),
        )

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """Newest articles of every section."""
        newest = state.articles(self.portal)[:10]
        return page(self._frame(state, "Báo Sông Thao điện tử", lines(map(_item, newest))))

    def listing(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of a section; beyond the last page the list is empty."""
        number = request.number("page", 1)
        shown, count = window(state.articles(self.portal, match[1]), number, self.page_size)
        body = fill(
            "baosongthao_listing",
            name=self.sections[match[1]],
            items=lines(map(_item, shown)),
            pages=_pager(f"/{match[1]}/", number, count),
        )
        return page(self._frame(state, self.sections[match[1]], body))

    def feed(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The newest articles as RSS 2.0."""
        items = lines(map(_feed_item, state.articles(self.portal)[:FEED_SIZE]))
        text = fill("baosongthao_rss", items=items, built=format_datetime(state.now))
        return Response(200, text.encode(), {"Content-Type": "application/rss+xml; charset=utf-8"})

    def article(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One article."""
        return self.article_page(state, match[1], lambda article: self._article(state, article))

    def _article(self, state: State, article: Article) -> str:
        body = fill(
            "baosongthao_article",
            section=article.section,
            section_slug=article.section_slug,
            title=esc(article.title),
            date=f"{article.published_at:%d/%m/%Y %H:%M}",
            lead=esc(article.shown_lead),
            body=body_html(article.blocks),
            author=esc(article.byline),
            related=links(state.articles(self.portal, article.section_slug), article, 5),
        )
        return self._frame(state, article.title, body)

    def _frame(self, state: State, title: str, main: str) -> str:
        return fill(
            "baosongthao_page",
            title=esc(title),
            clock=clock(state.now),
            menu=lines(f'<li><a href="/{slug}/">{name}</a></li>' for slug, name in self.sections.items()),
            hot=links(state.articles(self.portal), None, 4),
            visits=f"{state.visit():,}".replace(",", "."),
            main=main,
        )


def _item(article: Article) -> str:
    return fill(
        "baosongthao_item",
        url=article.url,
        title=esc(article.title),
        date=f"{article.published_at:%d/%m/%Y %H:%M}",
        lead=esc(article.shown_lead),
    )


def _feed_item(article: Article) -> str:
    return (
        f"<item><title>{esc(article.title)}</title><link>{article.url}</link>"
        f'<guid isPermaLink="true">{article.url}</guid><pubDate>{format_datetime(article.published_at)}</pubDate>'
        f"<description>{esc(article.shown_lead)}</description></item>"
    )


def _pager(path: str, number: int, count: int) -> str:
    """Neighbouring pages, next and last."""
    numbers = [n for n in range(number - 2, number + 3) if 1 <= n <= count]
    parts = [f'<a class="{"current" if n == number else ""}" href="{path}?page={n}">{n}</a>' for n in numbers]
    if number < count:
        parts.append(f'<a class="next" rel="next" href="{path}?page={number + 1}">Tiếp</a>')
        parts.append(f'<a class="last" href="{path}?page={count}">Cuối</a>')
    return lines(parts)
