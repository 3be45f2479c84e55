"""The spider that looks at a site: its home page, a page or two of every listing, the head of every source, examples.

Crawls like :class:`crawlers.spider.PortalSpider`, with the same manners and guards. Every page that can be read goes
into the archive; pages of discovery have the role ``listing`` and say in ``listing_title`` what they were asked for
as (``home``, ``section``, ``documents``, ``feed``, ``sitemap``), in ``listing_url`` of which section, and in
``listing_position`` which page of it, from 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request
from scrapy.http import Response, TextResponse

from crawlers import feeds
from crawlers.discovery import Walk
from crawlers.families import family
from crawlers.families.base import Ask, Kind
from crawlers.families.home import read_home
from crawlers.families.listing import read_listing
from crawlers.guards import header
from crawlers.job import Candidate, CrawlJob
from crawlers.plans import Missing, every_page
from crawlers.spider import MOST_FEEDS, PortalSpider, Reader
from crawlers.survey.evidence import Seen, best_family, score_families
from crawlers.survey.reading import is_document_section

PAGES_OF_A_LISTING = 2
MOST_ARTICLES, MOST_DOCUMENTS = 3, 1  # examples
MOST_NESTED = 2  # sitemaps of an index
MOST_GUESSED = 40  # addresses of sections that are tried
LANGUAGE = re.compile(r"^/(?:vi|en)(?=/|$)")
DECIDE = "SURVEY_DECIDES"  # setting: the site's pages, not the job's portal, say which family is used
KIND = "SURVEY_KIND"  # setting: the kind of portal, where it is known


class SurveySpider(PortalSpider):
    """One look at one site."""

    name = "survey"

    def __init__(self, job: CrawlJob, **kwargs: Any) -> None:
        super().__init__(job, **kwargs)
        self._stages = [self._front, self._sources, self._listings, self._elsewhere, self._elsewhere, self._examples]
        self._entries: list[list[Candidate]] = []  # of each listing
        self._kept: set[str] = set()
        self._menus: list[str] = []  # what menus of sections name that the home page does not

    def _front(self) -> Iterator[Request]:
        yield self._ask(Ask(str(self.job.portal.home)), self._read_home)

    def _read_home(self, response: Response | None, _: Missing) -> Iterator[Request]:
        if isinstance(response, TextResponse):
            self._keep(response, "home", response.url, 1)
            self._decide(response)
            self._home = read_home(response.text, response.url, self.family, self.job.portal.allows)
            self._entries.append(list(read_listing(response.text, response.url, self.family).items))
        yield from ()

    def _decide(self, response: TextResponse) -> None:
        if self.settings.getbool(DECIDE):
            headers = {
                name.decode("latin-1").lower(): header(response, name.decode("latin-1")) for name in response.headers
            }
            scores = score_families([Seen(response.url, response.text, headers)], self.settings.get(KIND))
            self.family = family(best_family(scores), {}, str(self.job.portal.home))

    # Sources

    def _sources(self) -> Iterator[Request]:
        portal = self.job.portal
        for url in self._resolved(portal.feeds) or self._home.feeds[:MOST_FEEDS]:
            yield from self._ask_once(url, self._read_feed)
        for url in self._resolved(portal.sitemaps):
            yield from self._ask_once(url, self._read_sitemap)
        for url in self._usual_sitemaps()[:MOST_FEEDS]:
            yield from self._ask_once(url, self._read_sitemap, may_be_absent=True)

    def _read_feed(self, response: Response | None, _: Missing) -> Iterator[Request]:
        if response is not None:
            self._keep(response, "feed", response.url, 1)
        yield from ()

    def _read_sitemap(self, response: Response | None, _: Missing) -> Iterator[Request]:
        if response is None:
            return
        self._keep(response, "sitemap", response.url, 1)
        body = feeds.unpacked(response.body, self.settings.getint("UNPACKED_MAXSIZE"))
        own = (entry.url for entry in feeds.read_sitemap(body or b"", response.url).sitemaps if self._is_own(entry.url))
        for url in list(own)[:MOST_NESTED]:
            yield from self._ask_once(url, self._read_sitemap)

    # Listings

    def _listings(self) -> Iterator[Request]:
        portal = self.job.portal
        sections: list[tuple[str, Kind]] = [(url, "article") for url in self._resolved(portal.sections)]
        sections += [(url, "document") for url in self._resolved(portal.documents)]
        if not sections:
            sections = [(url, self._kind(url)) for url in self._home.sections]
        for url, kind in sections:
            yield from self._next_page(*self._walk(url, kind))

    def _elsewhere(self) -> Iterator[Request]:
        """Sections that the home page does not lead to, where none that it names shows entries.

        First the folders of its articles and its menu's addresses in the portal's main language, then what the menus
        of those that answered name.
        """
        portal = self.job.portal
        found = any(self._entries[1:]) and not self._menus
        if portal.sections or portal.documents or not self._entries or found:
            return
        links = [item.url for item in self._entries[0]]
        known = self._menus or [self._main_language(url) for url in (*self._home.sections, *map(_folder, links))]
        asked = {walk.section for walk in self.walks}
        for url in [url for url in dict.fromkeys(known) if url not in asked and _is_plain(url)][:MOST_GUESSED]:
            walk, ask = self._walk(url, self._kind(url))
            if ask is not None:
                yield self._ask(ask, self._listing_reader(walk), may_be_absent=True)

    def _main_language(self, url: str) -> str:
        parts = urlsplit(url)
        path = LANGUAGE.sub("", parts.path).removesuffix(".html")
        return urlunsplit((parts.scheme, parts.netloc, f"/vi{path}", "", ""))

    def _kind(self, url: str) -> Kind:
        """A family that knows the addresses of documents tells them from news by itself."""
        return "document" if not self.family.documents and is_document_section(url) else "article"

    def _walk(self, url: str, kind: Kind) -> tuple[Walk, Ask | None]:
        walk = Walk(url, kind, every_page(PAGES_OF_A_LISTING), self.family)
        self.walks.append(walk)
        return walk, walk.start()

    def _listing_reader(self, walk: Walk) -> Reader:
        def read(response: Response | None, missing: Missing) -> Iterator[Request]:
            if not isinstance(response, TextResponse):
                yield from self._next_page(walk, walk.missing(missing))
                return
            page = read_listing(response.text, response.url, self.family, walk.kind)
            self._keep(response, "documents" if walk.kind == "document" else "section", walk.section, walk.number)
            self._entries.append(list(page.items))
            if page.items and walk.section not in self._home.sections:
                self._menus += read_home(response.text, response.url, self.family, self.job.portal.allows).sections
            yield from self._next_page(walk, walk.page(page, [item.date for item in page.items]))

        return read

    # Examples

    def _examples(self) -> Iterator[Request]:
        in_turn = [item for item in chain(*zip_longest(*reversed(self._entries))) if item]
        own = {
            item.canonical_url: item for item in in_turn if self.job.portal.allows(urlsplit(item.url).hostname or "")
        }
        articles = [item for item in own.values() if item.kind == "article"][:MOST_ARTICLES]
        documents = [item for item in own.values() if item.kind == "document"][:MOST_DOCUMENTS]
        yield from self._fetch([*articles, *documents])

    def _page(self, response: Response, candidate: Candidate) -> Iterator[Request]:
        files = list(super()._page(response, candidate))
        yield from files[:1] if candidate.kind == "document" else ()

    def _keep(self, response: Response, what: str, section: str, number: int) -> None:
        """Archives a page of discovery. Pages that are posted share a URL and get their number as its fragment."""
        asked = str(response.meta.get("redirect_urls", [response.url])[0])
        posted = response.request is not None and response.request.method != "GET"
        url = f"{asked}#{number}" if posted else asked
        if url in self._kept:  # a menu that links the home page
            return
        self._kept.add(url)
        page = Candidate(url=url, canonical_url=url, kind="article", listing_url=section, title=what, position=number)
        self.recorder.store(page, response, role="listing")


def _folder(url: str) -> str:
    """The section that an article's address lies below."""
    parts = urlsplit(url)
    path = parts.path.partition("/-/")[0] if "/-/" in parts.path else f"/{parts.path.split('/')[1]}"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _is_plain(url: str) -> bool:
    """Whether a section's address is a path below the host, not a page or a view of it."""
    return not urlsplit(url).query and urlsplit(url).path.strip("/") != ""
