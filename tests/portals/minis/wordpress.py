"""Báo Sông Bằng: a paper on WordPress, known by its home page alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import format_datetime
from typing import ClassVar

from crawlers.listing_dates import MONTHS
from tests.portals.minis.base import Mini
from tests.portals.minis.furniture import Blocks, tools
from tests.portals.minis.gold import FIRST, LAST, Address
from tests.portals.minis.gov import sitemap
from tests.portals.model import Article, slug
from tests.portals.plan import Batch
from tests.portals.sites.base import Handler, links, window
from tests.portals.state import State
from tests.portals.texts import Draft
from tests.portals.web import Request, Response, esc, lines, page, redirect

FEED = '<link rel="alternate" type="application/rss+xml" title="Dòng tin" href="/feed/">'


class SongBang(Mini):
    """`/YYYY/MM/{slug}/`, `/?p=N`, `/category/{section}/page/N/`, `/feed/`, `/wp-sitemap.xml`."""

    portal = "baosongbang_mau"
    host = "baosongbang.test"
    title = "Báo Sông Bằng"
    like = "sotttt_mau"
    style = Blocks("yarpp related-in-text")
    robots = "User-agent: *\nDisallow: /wp-admin/\n\nSitemap: http://baosongbang.test/wp-sitemap.xml\n"
    sections: ClassVar[dict[str, str]] = {"thoi-su": "Thời sự", "kinh-te": "Kinh tế", "du-lich": "Du lịch"}
    page_size = 6
    plan = (
        Batch("thoi-su", ("cchc", "giaothong", "chuyendoiso", "thientai"), 40, FIRST, LAST),
        Batch("kinh-te", ("nongnghiep", "moitruong"), 14, FIRST, LAST),
        Batch("du-lich", ("dulich",), 9, FIRST, LAST),
    )

    def address(self, draft: Draft, index: int) -> Address:
        """Month and slug; the number only in the short link. The gold's key is the slug."""
        name = slug(draft.title)
        path = f"/{draft.published_at:%Y/%m}/{name}/"
        return name, (path, f"{path}amp/")

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Home, feed, sitemaps, categories, posts."""
        return (
            (r"/(?:page/(\d+)/)?", self.home),
            (r"/feed/", self.feed),
            (r"/wp-sitemap\.xml", self.sitemap_index),
            (r"/wp-sitemap-posts-post-1\.xml", self.sitemap),
            (rf"/category/({'|'.join(self.sections)})/(?:page/(\d+)/)?", self.listing),
            (r"/\d{4}/\d{2}/([a-z0-9-]+)/(?:amp/)?", self.article),
        )

    def menu(self) -> str:
        """Categories."""
        return lines(f'<li><a href="/category/{slug}/">{name}</a></li>' for slug, name in self.sections.items())

    def frame(self, state: State, title: str, main: str, head: str = "") -> str:
        """Every page announces the feed."""
        return super().frame(state, title, main, FEED + head)

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """A page of all posts, or the post whose number is asked."""
        if request.value("p"):
            found = [item for item in self.shown(state) if self.number(item) == request.value("p")]
            return redirect(found[0].url) if found else self.missing()
        return self._archive(state, "Trang chủ", "/", self.shown(state), int(match[1] or 1))

    def feed(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The newest posts; a guid is the short link."""
        items = lines(
            f"<item><title>{esc(a.title)}</title><link>{a.url}</link>"
            f'<guid isPermaLink="false">http://{self.host}/?p={self.number(a)}</guid>'
            f"<pubDate>{format_datetime(a.published_at)}</pubDate></item>"
            for a in self.shown(state)[:10]
        )
        text = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{items}</channel></rss>'
        return Response(200, text.encode(), {"Content-Type": "application/rss+xml; charset=UTF-8"})

    def sitemap_index(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The sitemap of posts."""
        where = f"<sitemap><loc>http://{self.host}/wp-sitemap-posts-post-1.xml</loc></sitemap>"
        text = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{where}</sitemapindex>'
        return Response(200, text.encode(), {"Content-Type": "application/xml; charset=utf-8"})

    def sitemap(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """Every post."""
        return sitemap(self.shown(state))

    def listing(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """A page of a category."""
        posts = self.shown(state, match[1])
        return self._archive(state, self.sections[match[1]], f"/category/{match[1]}/", posts, int(match[2] or 1))

    def article(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One post."""
        return self.article_answer(state, match[1], lambda article: self._article(state, article))

    def number(self, article: Article) -> str:
        """The number of a post."""
        return str(512 + 3 * self.articles.index(article))

    def _archive(self, state: State, name: str, path: str, posts: Sequence[Article], number: int) -> Response:
        shown, count = window(posts, number, self.page_size)
        if not shown:
            return self.missing()
        main = f'<main id="main" class="site-main">{lines(map(self._post, shown))}{_pager(path, number, count)}</main>'
        return page(self.frame(state, name, main))

    def _post(self, article: Article) -> str:
        url, title, number = esc(article.url), esc(article.title), self.number(article)
        return (
            f'<article id="post-{number}" class="post-{number} post type-post status-publish format-standard hentry '
            f'category-{article.section_slug}"><header class="entry-header"><h2 class="entry-title">'
            f'<a href="{url}" rel="bookmark">{title}</a></h2>{_posted_on(article)}</header>'
            f'<div class="entry-summary"><p>{esc(article.shown_lead)}</p><a class="more-link" href="{url}">Xem thêm '
            f'<span class="screen-reader-text">{title}</span></a></div></article>'
        )

    def _article(self, state: State, article: Article) -> str:
        number = self.number(article)
        main = (
            f'<article id="post-{number}" class="post-{number} post hentry">'
            f'<h1 class="entry-title">{esc(article.title)}</h1>{_posted_on(article)}'
            f'<p class="entry-author">{esc(article.byline)}</p>'
            f'<span class="cat-links"><a href="/category/{article.section_slug}/">{article.section}</a></span>'
            f'<p class="sapo">{esc(article.shown_lead)}</p><div class="entry-content">{self.style.html(article)}</div>'
            f"</article>{tools(article)}"
            f'<div class="jp-relatedposts"><ul>{links(self.shown(state), article, 3)}</ul></div>'
        )
        return self.frame(state, article.title, main, f'<link rel="shortlink" href="http://{self.host}/?p={number}">')


def _posted_on(article: Article) -> str:
    day = article.published_at
    changed = f'<time class="updated" datetime="{article.updated_at.isoformat()}"></time>' if article.updated_at else ""
    shown = f"{day.day} Tháng {MONTHS[day.month - 1].title()}, {day.year}"
    first = f'<time class="entry-date published" datetime="{day.isoformat()}">{shown}</time>'
    return f'<span class="posted-on">{first}{changed}</span>'


def _pager(path: str, number: int, count: int) -> str:
    """Neighbours and the last page, as WordPress numbers them."""
    numbers = [n for n in range(1, count + 1) if abs(n - number) < 2 or n in (1, count)]
    parts = [
        f'<span class="page-numbers current">{n}</span>'
        if n == number
        else f'<a class="page-numbers" href="{path}{f"page/{n}/" if n > 1 else ""}">{n}</a>'
        for n in numbers
    ]
    if number < count:
        parts.append(f'<a class="next page-numbers" href="{path}page/{number + 1}/">Trang sau</a>')
    return f'<nav class="navigation pagination"><div class="nav-links">{lines(parts)}</div></nav>'
