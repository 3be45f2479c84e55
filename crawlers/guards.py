"""Guards around every request: allowed hosts, public addresses, sizes, redirects, patience; and what a failure means.

All of them see retries and redirects again, so a redirect is checked like a first request.
"""

from __future__ import annotations

import asyncio
import email.utils
import ipaddress
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy import exceptions as errors
from scrapy import signals
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from scrapy.utils.defer import maybe_deferred_to_future
from service_identity import VerificationError
from twisted.internet import error as network

from crawlers.responses import FILE_SUFFIXES, REMEDIES
from warehouse.schema import Outcome

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    from crawlers.job import CrawlJob


class Refused(IgnoreRequest):
    """A request that is not made, or not followed, with the outcome that says why."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


class ForbiddenAddress(network.DNSLookupError):
    """A name that leads to an address outside the public internet."""


def is_public(address: str) -> bool:
    """Whether an IP address is a public unicast one (not private, loopback, link-local, multicast or reserved)."""
    ip = ipaddress.ip_address(address)
    mapped = getattr(ip, "ipv4_mapped", None)
    return is_public(str(mapped)) if mapped else ip.is_global and not ip.is_multicast


def literal_address(host: str) -> str | None:
    """The host as an IP address, None if it is a name."""
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return None


class GuardedResolver(CachingThreadedResolver):
    """Resolves names and refuses those outside the public internet, except the proxy that the job itself names.

    What it answered is cached, so the address that was checked is the address that is connected to.
    """

    trusted: str | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> GuardedResolver:
        """The resolver of a crawl; setting CRAWL_PROXY names the trusted proxy."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.trusted = urlsplit(crawler.settings.get("CRAWL_PROXY") or "").hostname
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        """The IPv4 address of a name; fails with ForbiddenAddress where it is not public."""
        return self.lookup(name, timeout).addCallback(self._checked, name)

    def lookup(self, name: str, timeout: Any) -> Deferred[str]:
        """The address as the system's resolver gives it."""
        return super().getHostByName(name, timeout)

    def _checked(self, address: str, name: str) -> str:
        if name != self.trusted and not is_public(address):
            raise ForbiddenAddress(f"{name} leads to {address}, which is not on the public internet")
        return address


class AddressGuard:
    """Lets a request pass only to an allowed host at a public address; plain http goes through the job's proxy."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        crawler.signals.connect(self.heed, signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressGuard:
        """Scrapy's constructor."""
        return cls(crawler)

    @property
    def job(self) -> CrawlJob:
        """The job of the crawl's spider."""
        job: CrawlJob = _spider(self.crawler).job
        return job

    async def process_request(self, request: Request) -> None:
        """Raises Refused for a URL that must not be asked for."""
        parts = urlsplit(request.url)
        host = (parts.hostname or "").lower()
        self._check_target(parts.scheme, host, request)
        proxied = bool(self.job.proxy) and parts.scheme == "http"
        request.meta["proxy"] = self.job.proxy if proxied else None
        if not proxied:
            await self._check_name(host)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Hands robots.txt answers to the archive."""
        if request.meta.get("dont_obey_robotstxt") and urlsplit(request.url).path == "/robots.txt":
            _spider(self.crawler).recorder.robots(response)
        return response

    def heed(self, robotparser: Any, request: Request) -> None:
        """Signal: keeps a longer Crawl-delay of robots.txt, up to CRAWL_DELAY_MAX."""
        settings = self.crawler.settings
        asked = robotparser.crawl_delay(settings["USER_AGENT"]) or 0.0
        delay = max(settings.getfloat("DOWNLOAD_DELAY"), min(asked, settings.getfloat("CRAWL_DELAY_MAX")))
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        downloader.per_slot_settings[key] = {**downloader.per_slot_settings.get(key, {}), "delay": delay}
        if key in downloader.slots:
            downloader.slots[key].delay = delay

    def _check_target(self, scheme: str, host: str, request: Request) -> None:
        if scheme not in ("http", "https"):
            raise Refused(Outcome.OFFSITE, f"{request.url} is no http address")
        address = literal_address(host)
        if address and not is_public(address):
            raise Refused(Outcome.FORBIDDEN_ADDRESS, f"{_path(request)} leads to {address}, which is not public")
        if not self.job.portal.allows(host):
            raise Refused(Outcome.OFFSITE, f"{_path(request)} leads to the host {host}, which is not the portal's")

    async def _check_name(self, host: str) -> None:
        from twisted.internet import reactor

        try:
            await maybe_deferred_to_future(reactor.resolve(host))  # type: ignore[arg-type]
        except ForbiddenAddress as error:
            raise Refused(Outcome.FORBIDDEN_ADDRESS, str(error.args[0])) from error
        except network.DNSLookupError as error:
            raise errors.CannotResolveHostError(f"the name {host} cannot be resolved") from error


class SizeLimits:
    """Limits raw answers by what was asked for, and what a compressed one unpacks to."""

    def __init__(self, page: int, file: int, unpacked: int) -> None:
        self.page, self.file, self.unpacked = page, file, unpacked

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SizeLimits:
        """Scrapy's constructor; sizes are bytes."""
        names = ("PAGE_MAXSIZE", "FILE_MAXSIZE", "UNPACKED_MAXSIZE")
        return cls(*(crawler.settings.getint(name) for name in names))

    def process_request(self, request: Request) -> None:
        """Sets the limit of the raw answer."""
        is_file = request.meta.get("role") == "attachment" or urlsplit(request.url).path.lower().endswith(FILE_SUFFIXES)
        request.meta["download_maxsize"] = self.file if is_file else self.page

    def process_response(self, request: Request, response: Response) -> Response:
        """Sets the limit of unpacking, which comes next, and remembers the encoding, which unpacking removes."""
        request.meta["download_maxsize"] = self.unpacked
        request.meta["content_encoding"] = header(response, "Content-Encoding")
        return response


class CountedRedirects(RedirectMiddleware):
    """Follows redirects; a circle or an endless chain is an outcome.

    A page may be redirected to once more (portals that set a cookie on the way do so), not twice more. Redirects are
    never filtered as duplicates: the filter would drop them without a word.
    """

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        visited = [*request.meta.get("redirect_urls", []), request.url]
        if visited.count(redirected.url) > 1:
            raise Refused(Outcome.REDIRECT_LOOP, f"redirects in a circle: {' -> '.join([*visited, redirected.url])}")
        try:
            result = super()._redirect(redirected, request, reason)
        except IgnoreRequest as error:
            raise Refused(Outcome.REDIRECT_LOOP, f"more than {len(visited) - 1} redirects in a row") from error
        result.dont_filter = True
        return result


class PatientRetry(RetryMiddleware):
    """Retries failed requests after the pause that the portal asks for, or a growing one; the whole host waits."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.longest = settings.getfloat("RETRY_AFTER_MAX")
        self.backoff = settings.getfloat("RETRY_BACKOFF")
        self.until: dict[str, float] = {}

    async def process_request(self, request: Request) -> None:
        """Waits while the host asked for a pause; a crawl that is being stopped does not wait."""
        while (left := self.until.get(_host(request), 0.0) - time.monotonic()) > 0:
            if _spider(self.crawler).recorder.stopping:
                raise Refused(Outcome.TIMEOUT, "the crawl was stopped while the portal asked for a pause")
            await asyncio.sleep(min(left, 0.25))

    def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Retries by status; an answer that asks for a longer pause than allowed is final, and the host rests as long
        as is allowed."""
        if response.status not in self.retry_http_codes or request.meta.get("dont_retry"):
            return response
        asked = retry_after(header(response, "Retry-After"), time.time())
        if asked is not None and asked > self.longest:
            self._pause(request, asked)
            return response
        result: Request | Response = super().process_response(request, response)
        if result is not response:
            self._pause(request, asked)
        return result

    def process_exception(  # type: ignore[override]
        self, request: Request, exception: Exception
    ) -> Request | Response | None:
        """Retries network failures."""
        result: Request | Response | None = super().process_exception(request, exception)
        if result is not None:
            self._pause(request, None)
        return result

    def _pause(self, request: Request, asked: float | None) -> None:
        seconds = self.backoff * 2 ** request.meta.get("retry_times", 0) if asked is None else asked
        host = _host(request)
        self.until[host] = max(self.until.get(host, 0.0), time.monotonic() + min(seconds, self.longest))


def retry_after(value: str, now: float) -> float | None:
    """Seconds that a Retry-After header (seconds or an HTTP date) asks for; ``now`` is a Unix time."""
    if value.isascii() and value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


FAILURES: tuple[tuple[tuple[type[BaseException], ...], Outcome, str], ...] = (
    ((errors.DownloadTimeoutError, network.TimeoutError), Outcome.TIMEOUT, "no whole answer in time"),
    ((errors.DownloadCancelledError,), Outcome.OVERSIZED, "the answer is larger than the limit"),
    ((errors.ResponseDataLossError,), Outcome.TRUNCATED, "the connection ended before the answer was whole"),
    ((errors.CannotResolveHostError,), Outcome.NETWORK_ERROR, "the host name cannot be resolved"),
    ((errors.DownloadConnectionRefusedError,), Outcome.NETWORK_ERROR, "the host refuses connections"),
    (
        (errors.DownloadFailedError, network.ConnectError, network.ConnectionDone, network.ConnectionLost),
        Outcome.NETWORK_ERROR,
        "the connection failed",
    ),
)
IGNORED: tuple[tuple[str, Outcome, str], ...] = (
    ("robots.txt", Outcome.ROBOTS, "robots.txt forbids the page"),
    ("during decompression", Outcome.BOMB, "the answer unpacks to more than the limit"),
)


DISTRUSTED = "the portal's certificate cannot be trusted ({})"
CERTIFICATE_REMEDY = (
    "look at the certificate in a browser; if only its chain is incomplete, set verify_certificate: false in the "
    "portal's file; if every portal fails so, install the system's ca-certificates"
)


def asked_url(request: Request) -> str:
    """The URL that was asked for before any redirect."""
    return str(request.meta.get("redirect_urls", [request.url])[0])


def outcome_of(failure: Failure) -> tuple[Outcome, str, str]:
    """Outcome, message and remedy of a request that ended without a response."""
    distrust = _distrust(failure.value)
    if distrust:
        return Outcome.NETWORK_ERROR, DISTRUSTED.format(distrust), CERTIFICATE_REMEDY
    outcome, message = _meaning(failure.value)
    return outcome, message, REMEDIES[outcome]


def _distrust(error: BaseException | None) -> str | None:
    """What is wrong with the certificate that ended a request; None where something else did."""
    reasons = [reason.value for reason in getattr(error and error.__cause__, "reasons", None) or ()]
    for reason in reasons:
        if isinstance(reason, VerificationError):
            return "it is made out to another host"
        if isinstance(reason, SSL.Error) and "certificate verify failed" in str(reason):
            return "its issuer is unknown, its chain is incomplete or it has expired"
    return None


def _meaning(error: BaseException | None) -> tuple[Outcome, str]:
    if isinstance(error, Refused):
        return error.outcome, str(error)
    if isinstance(error, IgnoreRequest):
        for text, outcome, message in IGNORED:
            if text in str(error):
                return outcome, message
    for kinds, outcome, message in FAILURES:
        if isinstance(error, kinds):
            return outcome, message
    return Outcome.UNREADABLE, f"the answer cannot be read ({type(error).__name__}: {error})"


def header(response: Response, name: str) -> str:
    """A response header's first value as text, '' where there is none."""
    return (response.headers.get(name) or b"").decode("latin-1")


def _spider(crawler: Crawler) -> Any:
    """The crawl's spider, which has ``job`` and ``recorder``."""
    return crawler.spider


def _host(request: Request) -> str:
    return urlsplit(request.url).netloc.lower()


def _path(request: Request) -> str:
    """The way that led to a refused URL, for messages."""
    way = [*request.meta.get("redirect_urls", []), request.url]
    return " -> ".join(way)
