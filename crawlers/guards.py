"""Guards around every request: allowed hosts, public addresses, redirects, patience; and what a failure means.

All of them see retries and redirects again, so a redirect is checked like a first request.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from OpenSSL import SSL
from scrapy import exceptions as errors
from scrapy import signals
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.defer import maybe_deferred_to_future
from service_identity import VerificationError
from twisted.internet import error as network
from twisted.web._newclient import ParseError

from crawlers.addresses import ForbiddenAddress, is_public, literal_address
from crawlers.budget import Budget, BudgetError
from crawlers.responses import REMEDIES
from warehouse.schema import Outcome

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawlers.job import CrawlJob


WEB = ("http", "https")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NOT_WEB_REMEDY = "nothing to do: such addresses are never asked for"


class Refused(IgnoreRequest):
    """A request that is not made, or not followed, with the outcome that says why and, if not the usual, the remedy."""

    def __init__(self, outcome: Outcome, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        self.outcome, self.remedy = outcome, remedy or REMEDIES[outcome]


class OversizedHead(Exception):  # noqa: N818 - the outcome's name
    """The head of an answer does not end within its limit."""


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
        host = host_of(request)
        self._check_target(parts, host, request)
        proxied = bool(self.job.proxy) and parts.scheme == "http"
        request.meta["proxy"] = self.job.proxy if proxied else None
        if not proxied:
            await self._check_name(host)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Hands robots.txt answers to the archive."""
        if is_robots(request):
            _spider(self.crawler).recorder.robots(response)
        return response

    async def heed(self, robotparser: Any, request: Request) -> None:
        """Signal: keeps the Crawl-delay of robots.txt, up to CRAWL_DELAY_MAX, for every crawl of the host."""
        settings = self.crawler.settings
        asked = robotparser.crawl_delay(settings["USER_AGENT"]) or 0.0
        await Budget.of(self.crawler).slow(host_of(request), min(asked, settings.getfloat("CRAWL_DELAY_MAX")))

    def _check_target(self, parts: SplitResult, host: str, request: Request) -> None:
        if parts.scheme not in WEB:
            raise Refused(Outcome.OFFSITE, f"{request.url} is no http address", NOT_WEB_REMEDY)
        if "@" in parts.netloc:
            raise Refused(Outcome.OFFSITE, f"the address at {host} carries a user name or a password", NOT_WEB_REMEDY)
        address = literal_address(host)
        if address and not is_public(address):
            raise Refused(Outcome.FORBIDDEN_ADDRESS, f"{_path(request)} leads to {address}, which is not public")
        sent_for_rules = is_robots(request) and "redirect_urls" in request.meta  # RFC 9309 has them followed anywhere
        if not (self.job.portal.allows(host) or sent_for_rules):
            raise Refused(Outcome.OFFSITE, f"{_path(request)} leads to the host {host}, which is not the portal's")

    async def _check_name(self, host: str) -> None:
        from twisted.internet import reactor

        try:
            await maybe_deferred_to_future(reactor.resolve(host))  # type: ignore[arg-type]
        except ForbiddenAddress as error:
            raise Refused(Outcome.FORBIDDEN_ADDRESS, str(error.args[0])) from error
        except network.DNSLookupError as error:
            raise errors.CannotResolveHostError(f"the name {host} cannot be resolved") from error


class CountedRedirects(RedirectMiddleware):
    """Follows redirects; a circle or an endless chain is an outcome.

    A page may be redirected to once more (portals that set a cookie on the way do so), not twice more. Redirects are
    never filtered as duplicates: the filter would drop them without a word.
    """

    def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Follows a redirect; one that leads out of the web is refused."""
        target = header(response, "Location")
        try:
            result: Request | Response = super().process_response(request, response)
        except ValueError:  # an address that is none
            result = response
        if result is response and response.status in REDIRECTS and target:
            raise Refused(Outcome.OFFSITE, f"{_path(request)} -> {target[:200]} is no http address", NOT_WEB_REMEDY)
        return result

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

    async def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Retries by status; an answer that asks for a longer pause than allowed is final, and the host rests as long
        as is allowed."""
        if response.status not in self.retry_http_codes or request.meta.get("dont_retry"):
            return response
        asked = retry_after(header(response, "Retry-After"), time.time())
        if asked is not None and asked > self.longest:
            await self._pause(request, asked)
            return response
        result: Request | Response = super().process_response(request, response)
        if result is not response or asked is not None:
            await self._pause(request, asked)
        return result

    async def process_exception(  # type: ignore[override]
        self, request: Request, exception: Exception
    ) -> Request | Response | None:
        """Retries network failures."""
        result: Request | Response | None = super().process_exception(request, exception)
        if result is not None:
            await self._pause(request, None)
        return result

    async def _pause(self, request: Request, asked: float | None) -> None:
        seconds = self.backoff * 2 ** request.meta.get("retry_times", 0) if asked is None else asked
        if seconds > 0:
            await Budget.of(self.crawler).pause(host_of(request), seconds)


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
    """Outcome, message and remedy of a request that ended without a response; want of memory is raised anew."""
    if isinstance(failure.value, MemoryError):
        raise failure.value  # the process is at its end, the page is not to blame
    return explain(failure.value)


def explain(error: BaseException | None) -> tuple[Outcome, str, str]:
    """Outcome, message and remedy of an exception that ended a request."""
    reasons = [reason.value for reason in getattr(error and error.__cause__, "reasons", None) or ()]
    distrust = _distrust(reasons)
    if distrust:
        return Outcome.NETWORK_ERROR, DISTRUSTED.format(distrust), CERTIFICATE_REMEDY
    if isinstance(error, Refused):
        return error.outcome, str(error), error.remedy
    if isinstance(error, BudgetError):
        return Outcome.NETWORK_ERROR, str(error), error.remedy
    outcome, message = _bad_head(reasons) or _meaning(error)
    return outcome, message, REMEDIES[outcome]


def _bad_head(reasons: Iterable[BaseException]) -> tuple[Outcome, str] | None:
    """What the head of an answer suffered from; None where it was readable."""
    for reason in reasons:
        if isinstance(reason, OversizedHead):
            return Outcome.OVERSIZED, "the head of the answer is larger than the limit"
        if isinstance(reason, ParseError):
            return Outcome.UNREADABLE, "the answer is no HTTP"
    return None


def _distrust(reasons: Iterable[BaseException]) -> str | None:
    """What is wrong with the certificate that ended a request; None where something else did."""
    for reason in reasons:
        if isinstance(reason, VerificationError):
            return "it is made out to another host"
        if isinstance(reason, SSL.Error) and "certificate verify failed" in str(reason):
            return "its issuer is unknown, its chain is incomplete or it has expired"
    return None


def _meaning(error: BaseException | None) -> tuple[Outcome, str]:
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


def host_of(request: Request) -> str:
    """The host that a request goes to."""
    return (urlsplit(request.url).hostname or "").lower()


def is_robots(request: Request) -> bool:
    """Whether a request is the one for robots.txt, redirected or not."""
    return bool(request.meta.get("dont_obey_robotstxt"))


def _path(request: Request) -> str:
    """The way that led to a refused URL, for messages."""
    way = [*request.meta.get("redirect_urls", []), request.url]
    return " -> ".join(way)
