"""Báo Kỳ Cùng: a paper on VCCorp's CMS, further pages of a zone as fragments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from tests.portals.minis.base import Mini
from tests.portals.minis.furniture import Boxes, tools
from tests.portals.minis.gold import FIRST, LAST, Address
from tests.portals.minis.gov import linked_data, sitemap
from tests.portals.model import Article, slug
from tests.portals.plan import Batch
from tests.portals.sites.base import Handler, links, window
from tests.portals.state import State
from tests.portals.texts import Draft
from tests.portals.web import Request, Response, esc, lines, page

ZONES = {"thoi-su": 1191, "kinh-te": 1197, "doi-song": 11_102}


class KyCung(Mini):
    """`/{slug}-{18 digits}.htm`, `/{section}.htm`, `/timelinelist/{zone}/{n}.htm`."""

    portal = "baokycung_mau"
    host = "baokycung.test"
    title = "Báo Kỳ Cùng"
    like = "congxulang"
    style = Boxes("VCSortableInPreviewMode box-lien-quan")
    sections: ClassVar[dict[str, str]] = {"thoi-su": "Thời sự", "kinh-te": "Kinh tế", "doi-song": "Đời sống"}
    page_size = 7
    plan = (
        Batch("thoi-su", ("cchc", "giaothong", "dautucong", "thientai"), 44, FIRST, LAST),
        Batch("kinh-te", ("nongnghiep", "moitruong"), 15, FIRST, LAST),
        Batch("doi-song", ("giaoduc", "yte", "dulich"), 12, FIRST, LAST),
    )

    def address(self, draft: Draft, index: int) -> Address:
        """One long number, also as a page for phones."""
        key = f"1882{draft.published_at:%y%m%d%H%M}{index:04d}"
        path = f"/{slug(draft.title)}-{key}.htm"
        return key, (path, f"/amp{path}")

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Home, sitemap, sections, fragments, articles."""
        return (
            (r"/", self.home),
            (r"/sitemap\.xml", self.sitemap),
            (rf"/({'|'.join(self.sections)})\.htm", self.listing),
            (r"/timelinelist/(\d+)/(\d+)\.htm", self.fragment),
            (r"/(?:amp/)?[a-z0-9-]*-(\d{18})\.htm", self.article),
        )

    def menu(self) -> str:
        """Sections end in .htm."""
        return lines(f'<li><a href="/{slug}.htm">{name}</a></li>' for slug, name in self.sections.items())

    def hot(self, state: State, count: int = 4) -> str:
        """More links than the list has entries, and to the pages for phones."""
        return lines(f'<li><a href="{esc(a.urls[1])}">{esc(a.title)}</a></li>' for a in self.shown(state)[:12])

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The newest articles."""
        return page(self.frame(state, "Trang chủ", _items(self.shown(state)[:6])))

    def sitemap(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """Every article with its day."""
        return sitemap(self.shown(state))

    def listing(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The first page of a section; its zone is hidden in it."""
        shown, _ = window(self.shown(state, match[1]), 1, self.page_size)
        zone = f'<input type="hidden" name="hdZoneId" id="hdZoneId" value="{ZONES[match[1]]}">'
        more = '<div class="list__viewmore"><a href="javascript:;" title="Xem thêm">Xem thêm</a></div>'
        main = f'{zone}<div class="box-category timeline" id="load-list-news">{_items(shown)}</div>{more}'
        return page(self.frame(state, self.sections[match[1]], main))

    def fragment(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """A further page of a zone: entries and nothing else; nothing behind the last."""
        section = next((slug for slug, zone in ZONES.items() if str(zone) == match[1]), None)
        shown, _ = window(self.shown(state, section) if section else [], int(match[2]), self.page_size)
        return page(_items(shown))

    def article(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One article."""
        return self.article_answer(state, match[1], lambda article: self._article(state, article))

    def _article(self, state: State, article: Article) -> str:
        main = (
            f'<div class="detail"><a class="detail-cate" data-role="cate-name">{article.section}</a>'
            f'<h1 class="detail-title" data-role="title">{esc(article.title)}</h1>'
            f'<div class="detail-time" data-role="publishdate">{article.published_at:%d/%m/%Y %H:%M}</div>'
            f'<h2 class="detail-sapo" data-role="sapo">{esc(article.shown_lead)}</h2>'
            f'<div class="detail-content afcbc-body" data-role="content">{self.style.html(article)}</div>'
            f'<div class="detail-author" data-role="author">{esc(article.byline)}</div></div>'
            f"{tools(article)}"
            f'<div class="detail-related"><ul>{links(self.shown(state), article, 5)}</ul></div>'
        )
        return self.frame(state, article.title, main, linked_data(article))


def _items(articles: Sequence[Article]) -> str:
    return lines(
        f'<div class="box-category-item" data-id="{a.key}">'
        f'<a class="box-category-avatar" href="{esc(a.url)}" title="{esc(a.title)}"><img src="/anh.jpg" alt=""></a>'
        f'<div class="box-category-content"><h3><a href="{esc(a.url)}" title="{esc(a.title)}">{esc(a.title)}</a></h3>'
        f'<span class="box-category-time" title="{a.published_at:%Y-%m-%dT%H:%M:%S}">mới đây</span>'
        f'<p class="box-category-sapo" data-type="sapo">{esc(a.shown_lead)}</p></div></div>'
        for a in articles
    )
