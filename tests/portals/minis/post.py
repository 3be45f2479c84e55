"""Báo Thanh Thủy: a paper with `-post123456.html`, stories with "xem thêm" below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from tests.portals.minis.base import Mini
from tests.portals.minis.furniture import Boxes, changed, tools
from tests.portals.minis.gold import FIRST, LAST, Address
from tests.portals.model import Article, slug
from tests.portals.plan import Batch
from tests.portals.sites.base import Handler, links, window
from tests.portals.state import State
from tests.portals.texts import Draft
from tests.portals.web import Request, Response, esc, lines, page


class ThanhThuy(Mini):
    """`/{slug}-post{N}.html`, `/{section}/?page=N` behind "xem thêm"."""

    portal = "baothanhthuy_mau"
    host = "baothanhthuy.test"
    title = "Báo Thanh Thủy"
    like = "truyenhinhmuongthanh"
    style = Boxes("article__related inside")
    sections: ClassVar[dict[str, str]] = {"thoi-su": "Thời sự", "kinh-te": "Kinh tế", "van-hoa": "Văn hóa"}
    page_size = 6
    plan = (
        Batch("thoi-su", ("cchc", "giaothong", "dautucong", "thientai", "anninh"), 42, FIRST, LAST),
        Batch("kinh-te", ("nongnghiep", "moitruong"), 14, FIRST, LAST),
        Batch("van-hoa", ("dulich", "giaoduc"), 10, FIRST, LAST),
    )

    def address(self, draft: Draft, index: int) -> Address:
        """Number behind 'post', also as a page for phones."""
        key = str(384_731 + 2 * index)
        path = f"/{slug(draft.title)}-post{key}.html"
        return key, (path, f"/amp{path}")

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Home, sections, articles."""
        return (
            (r"/", self.home),
            (rf"/({'|'.join(self.sections)})/?", self.listing),
            (r"/(?:amp/)?[a-z0-9-]*-post(\d+)\.html", self.article),
        )

    def menu(self) -> str:
        """Sections end in a slash."""
        return lines(f'<li><a href="/{slug}/">{name}</a></li>' for slug, name in self.sections.items())

    def hot(self, state: State, count: int = 4) -> str:
        """The pages for phones."""
        return lines(f'<li><a href="{esc(a.urls[1])}">{esc(a.title)}</a></li>' for a in self.shown(state)[:9])

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The newest stories."""
        return page(self.frame(state, "Trang chủ", _stories(self.shown(state)[:6])))

    def listing(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of a section; a link leads on while there is more."""
        number = request.number("page", 1)
        shown, count = window(self.shown(state, match[1]), number, self.page_size)
        more = f'<a class="control__loadmore" href="/{match[1]}/?page={number + 1}">Xem thêm</a>'
        main = f'<div class="box-content content-list">{_stories(shown)}</div>{more if number < count else ""}'
        return page(self.frame(state, self.sections[match[1]], main))

    def article(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One article."""
        return self.article_answer(state, match[1], lambda article: self._article(state, article))

    def _article(self, state: State, article: Article) -> str:
        related = "".join(_story(other) for other in self.shown(state)[:3])
        main = (
            f'<ul class="breadcrumb"><li><a href="/{article.section_slug}/">{article.section}</a></li></ul>'
            f'<div class="article"><h1 class="article__title cms-title">{esc(article.title)}</h1>'
            f'<div class="article__meta"><time class="time" datetime="{_stamp(article)}">'
            f"{article.published_at:%d/%m/%Y %H:%M}</time>{changed(article)}</div>"
            f'<div class="article__sapo cms-desc">{esc(article.shown_lead)}</div>'
            f'<div class="article__body cms-body" itemprop="articleBody">{self.style.html(article)}</div>'
            f'<div class="article__author">{esc(article.byline)}</div></div>'
            f"{tools(article)}"
            f'<div class="article__related">{related}<ul>{links(self.shown(state), article, 3)}</ul></div>'
        )
        return self.frame(state, article.title, main)


def _stories(articles: Sequence[Article]) -> str:
    return lines(map(_story, articles))


def _story(article: Article) -> str:
    url, title = esc(article.url), esc(article.title)
    return (
        f'<article class="story"><figure class="story__thumb"><a class="cms-link" href="{url}" title="{title}">'
        f'<img src="https://cdn.baothanhthuy.test/images/9f2c41/anh.jpg" alt="{title}"></a></figure>'
        f'<h2 class="story__heading"><a class="cms-link" href="{url}" title="{title}">{title}</a></h2>'
        f'<div class="story__meta"><time datetime="{_stamp(article)}">{article.published_at:%d/%m/%Y}</time></div>'
        f'<div class="story__summary">{esc(article.shown_lead)}</div></article>'
    )


def _stamp(article: Article) -> str:
    return f"{article.published_at:%Y-%m-%dT%H:%M:%S%z}"
