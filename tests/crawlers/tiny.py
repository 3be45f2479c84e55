"""The smallest spider that uses the recorder as the real one does: one listing, its pages, their files."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar

import scrapy
from twisted.internet import defer

from crawlers.addresses import GuardedResolver
from crawlers.guards import asked_url, outcome_of
from crawlers.job import Candidate, CrawlJob
from crawlers.recorder import Recorder

DAY = dt.date(2025, 6, 27)


class TinySpider(scrapy.Spider):
    """Reads ``/list`` of the portal and fetches what it links with class ``item``."""

    name = "portal"
    recorder: Recorder

    def __init__(self, job: CrawlJob, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job = job

    async def start(self) -> AsyncIterator[scrapy.Request]:
        home = str(self.job.portal.home)
        yield scrapy.Request(f"{home}list", self.listing, errback=self.listing_failed, meta={"role": "listing"})

    def listing(self, response: Any) -> Iterator[scrapy.Request]:
        if not self.recorder.listing(response).ok:
            return
        for position, link in enumerate(response.css("a.item")):
            url = response.urljoin(link.attrib["href"])
            candidate = Candidate(
                url=url,
                canonical_url=url,
                kind="article",
                listing_url=response.url,
                title=link.css("::text").get(),
                date_text="27/06/2025",
                date=DAY,
                position=position,
            )
            if self.recorder.budget_left() and self.recorder.found(candidate) and not self.recorder.answered(candidate):
                yield self.request(url, candidate, "article", self.page)
        self.recorder.natural_end(True)

    def request(self, url: str, candidate: Candidate, role: str, callback: Any, parent: str | None = None) -> Any:
        meta = {"candidate": candidate, "role": role, "parent": parent}
        return scrapy.Request(url, callback, errback=self.failed, meta=meta)

    def page(self, response: Any) -> Iterator[scrapy.Request]:
        candidate = response.meta["candidate"]
        if "bug" in response.url:
            raise RuntimeError("a selector that nobody tested")
        html = response.body[:5].lower() == b"<html"
        files = [response.urljoin(link) for link in response.css("a::attr(href)").getall()] if html else []
        self.recorder.store(candidate, response, role="article", attachments=files)
        for url in files:
            if not self.recorder.attached(url):
                yield self.request(url, candidate, "attachment", self.file, response.url)

    def file(self, response: Any) -> None:
        meta = response.meta
        self.recorder.store(meta["candidate"], response, role="attachment", parent_url=meta["parent"])

    def listing_failed(self, failure: Any) -> None:
        outcome, message, remedy = outcome_of(failure)
        self.recorder.fail(None, outcome, message, role="listing", url=failure.request.url, remedy=remedy)

    def failed(self, failure: Any) -> None:
        outcome, message, remedy = outcome_of(failure)
        meta = failure.request.meta
        self.recorder.fail(
            meta["candidate"],
            outcome,
            message,
            role=meta["role"],
            url=asked_url(failure.request),
            remedy=remedy,
            parent_url=meta["parent"],
        )


class FakeDns(GuardedResolver):
    """Names as a poisoned or careless zone gives them."""

    NAMES: ClassVar = {"bao.test": "10.1.2.3", "rebind.test": "127.0.0.1", "127.0.0.1": "127.0.0.1"}

    def lookup(self, name: str, timeout: Any) -> Any:
        return defer.succeed(self.NAMES[name])


class OnlyIpv6(GuardedResolver):
    """Names without an IPv4 address; the loopback one stands for a public one."""

    def lookup(self, name: str, timeout: Any) -> Any:
        from twisted.internet.error import DNSLookupError

        return defer.fail(DNSLookupError(name)).addErrback(self._lookup_ipv6, "::1")

    def _checked(self, address: str, name: str) -> str:
        return address
