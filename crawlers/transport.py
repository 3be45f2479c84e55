"""The way to the portal: every request, robots.txt, redirects and retries included, waits for its turn at the host.

An answer is bounded in time by DOWNLOAD_TIMEOUT as a whole and by a least rate, its head by HEAD_MAXSIZE.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _LenientHTTP11ClientProtocol
from scrapy.exceptions import DownloadTimeoutError, StopDownload
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web.client import _HTTP11ClientFactory

from crawlers.budget import Budget, Stopped
from crawlers.guards import OversizedHead, Refused, host_of, is_robots
from warehouse.schema import Outcome

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class CarefulHandler(HTTP11DownloadHandler):
    """Scrapy's handler of http and https behind the host's budget."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._window = settings.getfloat("RATE_WINDOW")
        self._least = settings.getint("RATE_MIN") * self._window
        self._robots = settings.getint("ROBOTS_MAXSIZE")
        self._received: dict[Request, int] = {}
        self._pool._factory = bounded_factory(settings.getint("HEAD_MAXSIZE"))
        crawler.signals.connect(self.count, signals.bytes_received)

    async def download_request(self, request: Request) -> Response:
        """The answer to a request, after its turn; raises Refused when the crawl ends before."""
        try:
            async with Budget.of(self._crawler).turn(host_of(request)):
                return await self._watched(request)
        except Stopped as error:
            raise Refused(Outcome.TIMEOUT, "the crawl was stopped before the portal was asked") from error

    def count(self, data: bytes, request: Request) -> None:
        """Signal: counts what came; of robots.txt no more is taken than is read."""
        received = self._received[request] = self._received.get(request, 0) + len(data)
        if received > self._robots and is_robots(request):
            raise StopDownload(fail=False)

    async def _watched(self, request: Request) -> Response:
        """The answer, given up when from its first byte on less than RATE_MIN comes in a window of RATE_WINDOW."""
        task, before = asyncio.ensure_future(super().download_request(request)), 0
        try:
            while not (await asyncio.wait({task}, timeout=self._window))[0]:
                received = self._received.get(request, 0)
                if before and received - before < self._least:
                    raise DownloadTimeoutError(f"less than {self._least:.0f} bytes in {self._window:.0f} seconds")
                before = received
            return task.result()
        finally:
            task.cancel()
            self._received.pop(request, None)


def bounded_factory(most: int) -> type[_HTTP11ClientFactory]:
    """A factory, as Twisted's pool of connections wants it, whose answers have heads of at most ``most`` bytes."""

    class Factory(_HTTP11ClientFactory):
        noisy = False

        def buildProtocol(self, addr: Any) -> HTTP11ClientProtocol:  # noqa: ARG002, N802 - Twisted's name
            return _BoundedProtocol(most, self._quiescentCallback)

    return Factory


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Gives an answer up whose head does not end; Twisted bounds a line but not their number."""

    def __init__(self, most: int, *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]
        self._most, self._head = most, 0

    def request(self, request: Any) -> Any:
        answer = super().request(request)
        self._head = 0
        if self._parser is not None:
            self._parser.MAX_LENGTH = self._most
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._head += len(data)
            if self._head > self._most:
                self._giveUp(Failure(OversizedHead()))  # type: ignore[no-untyped-call]
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]
