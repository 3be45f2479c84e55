"""The one spider: from a portal's sources and listings to its candidates, their pages and their files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy import Request, signals
from scrapy.http import TextResponse

from crawlers import feeds, urls
from crawlers.attachments import MOST_FILES, find_files
from crawlers.discovery import Selection, Walk, plan_for
from crawlers.families import family
from crawlers.families.base import Ask, Kind
from crawlers.families.home import Home, read_home
from crawlers.families.listing import read_listing
from crawlers.guards import asked_url, outcome_of
from crawlers.job import Candidate, CrawlJob, Problem, Source
from crawlers.page_map import PAGE_MAP, PageMap
from crawlers.plans import Missing
from warehouse.schema import Outcome

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawlers.recorder import Recorder

ABSENT = frozenset({Outcome.GONE, Outcome.SOFT_404, Outcome.EMPTY})
logger = logging.getLogger(__name__)

MOST_FEEDS = 5  # of those that the home page links
MOST_SOURCES = 100  # feeds and sitemaps of one crawl
FILES_REMEDY = "if the others are wanted, raise MOST_FILES in crawlers/attachments.py and clear the task"
UNPACKS_TOO_FAR = "the sitemap unpacks to more than the limit"
Reader = Callable[["Response | None", Missing], Iterable[Request]]


class PortalSpider(scrapy.Spider):
    """Crawls one portal as its job says: sources, then listings, then what only the sources or the inventory know.

    ``recorder`` is set by the crawl's process before the start.
    """

    name = "portal"
    most_sources = MOST_SOURCES
    recorder: Recorder

    def __init__(self, job: CrawlJob, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job = job
        self.family = family(job.portal.family, job.portal.options, str(job.portal.home))
        self.walks: list[Walk] = []
        self.page_map = PageMap.load(job.archive / job.portal.id / PAGE_MAP)
        self._stages = [self._sources, self._listings, self._leftovers]
        self._open = 0  # requests of discovery that are not answered yet
        self._home = Home((), ())
        self._sources_asked: set[str] = set()
        self._robots_sitemaps: list[str] = []
        self._files_asked: set[str] = set()
        self._further: dict[str, list[feeds.SitemapEntry]] = {}  # sitemaps that a sitemap just read names

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> PortalSpider:
        """Scrapy's constructor."""
        spider: PortalSpider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.heed_robots, signals.robots_parsed)
        return spider

    def heed_robots(self, robotparser: Any, request: Request) -> None:
        """Signal: notes the sitemaps that robots.txt names; they are read where the portal's file names none."""
        named = (urls.absolute(request.url, url) for url in robotparser.rp.sitemaps)
        self._robots_sitemaps += [url for url in named if url and self._is_own(url)]

    async def start(self) -> AsyncIterator[Request]:
        """First requests."""
        self.selection = Selection(self.job, self.recorder.inventory, self.family)
        for request in self._advance():
            yield request

    def closed(self, reason: str) -> None:  # noqa: ARG002 - Scrapy's signature
        """Keeps what the listings showed for later crawls, also of a crawl that was stopped."""
        if not self.job.dry_run:
            self.page_map.save({walk.name: walk.chart() for walk in self.walks})
        if (traps := self.recorder.books.traps()).count:
            cut = "%d links lead to endless spaces or other views of the same pages and were not followed, first: %s"
            logger.info(cut, traps.count, traps.examples[0])

    # Discovery, stage by stage

    def _advance(self) -> Iterator[Request]:
        while self._stages and not self._open:
            yield from list(self._stages.pop(0)())  # whole: an answer must not find a stage half begun

    def _sources(self) -> Iterator[Request]:
        portal = self.job.portal
        if not portal.sections and not (portal.documents and portal.kind == "gazette"):
            yield self._ask(Ask(str(portal.home)), self._read_home)
        for url in self._resolved(portal.feeds):
            yield from self._ask_once(url, self._read_feed)
        for url in self._resolved(portal.sitemaps):
            yield from self._ask_once(url, self._read_sitemap)

    def _listings(self) -> Iterator[Request]:
        portal = self.job.portal
        sections: list[tuple[str, Kind]] = [(url, "article") for url in self._resolved(portal.sections)]
        sections += [(url, "article") for url in self._home.sections]
        sections += [(url, "document") for url in self._resolved(portal.documents)]
        for url, kind in sections:
            yield from self._next_page(*self._walk(url, kind))

    def _leftovers(self) -> Iterator[Request]:
        self.recorder.natural_end(bool(self.walks) and all(walk.natural for walk in self.walks))
        yield from self._fetch(self.selection.leftovers(self.walks))

    def _ask(self, ask: Ask, read: Reader, *, may_be_absent: bool = False) -> Request:
        self._open += 1
        return Request(
            ask.url,
            method=ask.method,
            body=ask.body.encode(),
            headers=dict(ask.headers),
            callback=self._answered,
            errback=self._unanswered,
            cb_kwargs={"read": read},
            meta={"role": "listing", "may_be_absent": may_be_absent, "label": ask.label},
            dont_filter=True,
        )

    def _ask_once(self, url: str, read: Reader, *, may_be_absent: bool = False) -> Iterator[Request]:
        if url not in self._sources_asked:
            self._sources_asked.add(url)
            yield self._ask(Ask(url), read, may_be_absent=may_be_absent)

    async def _answered(self, response: Response, read: Reader) -> AsyncIterator[Request]:
        verdict = self.recorder.listing(response, may_be_absent=response.meta["may_be_absent"])
        missing = Missing.BEYOND if verdict.outcome in ABSENT else Missing.FAILED
        if verdict.ok and read == self._read_sitemap:
            self._further[response.url] = await self._digest_sitemap(response)
        self._note_feed_lost(verdict.ok, read, response.url)
        for request in self._closed(read(response if verdict.ok else None, missing)):
            yield request

    def _unanswered(self, failure: Failure) -> Iterator[Request]:
        request: Request = failure.request  # type: ignore[attr-defined]
        outcome, message, remedy = outcome_of(failure)
        self.recorder.fail(None, outcome, message, role="listing", url=request.meta["label"], remedy=remedy)
        self._note_feed_lost(False, request.cb_kwargs["read"], request.url)
        yield from self._closed(request.cb_kwargs["read"](None, Missing.FAILED))

    def _note_feed_lost(self, read_well: bool, read: Reader, url: str) -> None:
        if not read_well and read == self._read_feed:
            self.recorder.showed(Source(url=url, kind="feed", entries=0), url)

    def _closed(self, requests: Iterable[Request]) -> Iterator[Request]:
        """Ends an answer of discovery; one that cannot be read for a defect of ours must not end the others."""
        defect = None
        try:
            yield from requests
        except Exception as error:
            defect = error
        self._open -= 1
        yield from self._advance()
        if defect:
            raise defect

    # Sources

    def _read_home(self, response: Response | None, missing: Missing) -> Iterator[Request]:
        walk, _ = self._walk(str(self.job.portal.home), "article")
        if isinstance(response, TextResponse):
            self._home = read_home(response.text, response.url, self.family, self.job.portal.allows)
            for url in self._home.feeds[:MOST_FEEDS]:
                yield from self._ask_once(url, self._read_feed)
        if response is not None or missing is Missing.BEYOND:  # a home page built by script may have a sitemap
            for url in self._usual_sitemaps():
                yield from self._ask_once(url, self._read_sitemap, may_be_absent=True)
        yield from self._listing_reader(walk)(response, missing)

    def _usual_sitemaps(self) -> list[str]:
        """Sitemaps that robots.txt names, else where most portals have theirs; none where the portal's file says."""
        if self.job.portal.sitemaps:
            return []
        if len(self._robots_sitemaps) > self.most_sources:
            logger.warning(
                "robots.txt names %d sitemaps, the first %d are read", len(self._robots_sitemaps), self.most_sources
            )
        return self._robots_sitemaps[: self.most_sources] or self._resolved(["/sitemap.xml"])

    def _read_feed(self, response: Response | None, _: Missing) -> Iterator[Request]:
        if response is not None:
            entries = list(feeds.read_feed(response.body, response.url))
            self.selection.note_feed(entries, response.url)
            self.recorder.showed(Source(url=response.url, kind="feed", entries=len(entries)), response.url)
        yield from ()

    def _read_sitemap(self, response: Response | None, _: Missing) -> Iterator[Request]:
        further = self._further.pop(response.url, []) if response is not None else []
        fresh = [entry for entry in further if entry.url not in self._sources_asked]
        left = max(0, self.most_sources - len(self._sources_asked))
        if response is not None and len(fresh) > left:
            cut = "%s: names %d sitemaps, the newest %d are read; set 'sitemaps' to those wanted"
            logger.warning(cut, response.url, len(fresh), left)
        for entry in feeds.newest(fresh, left):
            yield from self._ask_once(entry.url, self._read_sitemap)

    async def _digest_sitemap(self, response: Response) -> list[feeds.SitemapEntry]:
        """Notes the pages of a sitemap, part by part so that a huge one holds up nothing else; further sitemaps."""
        body = feeds.unpacked(response.body, self.settings.getint("UNPACKED_MAXSIZE"))
        further: list[feeds.SitemapEntry] = []
        if body is None:
            self.recorder.fail(None, Outcome.BOMB, UNPACKS_TOO_FAR, role="listing", url=response.url)
        for part in feeds.sitemap_batches(body or b"", response.url):
            self.selection.note_sitemap(part.pages, response.url)
            further += (e for e in part.sitemaps if self._is_own(e.url) and self.selection.may_matter(e))
            await asyncio.sleep(0)
        return further

    # Listings

    def _walk(self, url: str, kind: Kind) -> tuple[Walk, Ask | None]:
        chart = self.page_map.chart(f"{kind} {url}")
        walk = Walk(url, kind, plan_for(self.job, self.family, chart), self.family)
        self.walks.append(walk)
        return walk, walk.start()

    def _next_page(self, walk: Walk, ask: Ask | None) -> Iterator[Request]:
        if ask is not None and self.recorder.budget_left() and not self.recorder.blocked:
            yield self._ask(ask, self._listing_reader(walk), may_be_absent=walk.number > 1)

    def _listing_reader(self, walk: Walk) -> Reader:
        def read(response: Response | None, missing: Missing) -> Iterator[Request]:
            if not isinstance(response, TextResponse):
                if walk.number == 1:
                    self.recorder.showed(Source(url=walk.section, kind="listing", entries=0), walk.section)
                yield from self._next_page(walk, walk.missing(missing))
                return
            page = read_listing(response.text, response.url, self.family, walk.kind)
            if walk.number == 1:
                pages = page.pager.last if page.pager else 1
                shown = Source(url=walk.section, kind="listing", entries=len(page.items), last_page=pages)
                self.recorder.showed(shown, response.url)
            self._note_traps(page.traps)
            chosen, following = self.selection.read(walk, page)
            yield from self._fetch(chosen)
            yield from self._next_page(walk, following)

        return read

    def _note_traps(self, links: Iterable[str]) -> None:
        for link in links:
            if self._is_own(link) and (reason := urls.trap(link)):
                self.recorder.books.trapped(link, reason)

    # Candidates and their files

    def _fetch(self, candidates: Iterable[Candidate]) -> Iterator[Request]:
        for candidate in candidates:
            if not self.recorder.budget_left() or self.recorder.blocked:
                return
            if self.recorder.found(candidate) and not self.job.dry_run and not self.recorder.answered(candidate):
                files = self.recorder.missing_files(candidate)  # of a page that an earlier attempt has
                yield from self._file_requests(files, candidate) if files else [self._candidate_request(candidate)]

    def _candidate_request(self, candidate: Candidate) -> Request:
        known = self.recorder.inventory.get(candidate.id(self.job.portal.id))
        return Request(
            candidate.url,
            headers=known.conditional_headers if known else {},
            callback=self._page,
            errback=self._no_page,
            cb_kwargs={"candidate": candidate},
            meta={"role": candidate.kind},
            priority=1,
            dont_filter=True,
        )

    def _page(self, response: Response, candidate: Candidate) -> Iterator[Request]:
        if response.status == 304:
            self.recorder.unchanged(candidate, response)
            return
        files: list[str] = []
        if isinstance(response, TextResponse) and response.status == 200:
            files = self._found_files(response)
        verdict = self.recorder.store(candidate, response, role=candidate.kind, attachments=files)
        yield from self._file_requests(files if verdict.ok else (), candidate)

    def _found_files(self, response: TextResponse) -> list[str]:
        """Files of a page; of more than ``MOST_FILES`` the first, and a problem."""
        found = find_files(response.text, response.url, self.family.hints, self.job.portal.allows, most=None)
        if len(found) > MOST_FILES:
            cut = f"the page links {len(found)} files, the first {MOST_FILES} are fetched"
            oversized = Outcome.OVERSIZED.value
            self.recorder.books.cut(Problem(url=response.url, outcome=oversized, message=cut, remedy=FILES_REMEDY))
            logger.warning("%s: %s. Remedy: %s", response.url, cut, FILES_REMEDY)
        return found[:MOST_FILES]

    def _no_page(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        outcome, message, remedy = outcome_of(failure)
        candidate = request.cb_kwargs["candidate"]
        self.recorder.fail(candidate, outcome, message, role=candidate.kind, url=asked_url(request), remedy=remedy)

    def _file_requests(self, urls: Iterable[str], candidate: Candidate) -> Iterator[Request]:
        for url in urls:
            if url not in self._files_asked and not self.recorder.attached(url):
                self._files_asked.add(url)
                yield self._file_request(url, candidate)

    def _file_request(self, url: str, candidate: Candidate) -> Request:
        return Request(
            url,
            callback=self._file,
            errback=self._no_file,
            cb_kwargs={"candidate": candidate},
            meta={"role": "attachment"},
            priority=2,
            dont_filter=True,
        )

    def _file(self, response: Response, candidate: Candidate) -> None:
        self.recorder.store(candidate, response, role="attachment", parent_url=candidate.url)

    def _no_file(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        outcome, message, remedy = outcome_of(failure)
        said = {"url": asked_url(request), "remedy": remedy, "parent_url": request.cb_kwargs["candidate"].url}
        self.recorder.fail(request.cb_kwargs["candidate"], outcome, message, role="attachment", **said)

    def _is_own(self, url: str) -> bool:
        return self.job.portal.allows(urlsplit(url).hostname or "")

    def _resolved(self, paths: Iterable[str]) -> list[str]:
        return [urljoin(str(self.job.portal.home), path) for path in paths]
