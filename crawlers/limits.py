"""Limits on what an answer may weigh, raw and unpacked, and on the cookies that a portal may make the crawl carry."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.cookies import CookiesMiddleware

from crawlers.guards import header, is_robots
from crawlers.responses import FILE_SUFFIXES

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

SITEMAP_SUFFIXES = (".xml", ".gz")
MOST_COOKIES = 50  # of an answer, and of the whole crawl; no portal needs more
COOKIE_BYTES = 4096  # of one Set-Cookie header, as browsers allow
UNLIMITED = 0  # Scrapy's word


class SizeLimits:
    """Limits raw answers by what was asked for, and what a compressed one unpacks to.

    What is parsed as one tree must be smaller than a file, which is only stored: a page unpacks to a page's size.
    """

    def __init__(self, page: int, file: int, unpacked: int) -> None:
        self.page, self.file, self.unpacked = page, file, unpacked

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SizeLimits:
        """Scrapy's constructor; sizes are bytes."""
        names = ("PAGE_MAXSIZE", "FILE_MAXSIZE", "UNPACKED_MAXSIZE")
        return cls(*(crawler.settings.getint(name) for name in names))

    def process_request(self, request: Request) -> None:
        """Sets the limit of the raw answer; robots.txt is not refused for its size but cut, see crawlers.transport."""
        limit = self.file if _is_file(request) else self.page
        request.meta["download_maxsize"] = UNLIMITED if is_robots(request) else limit

    def process_response(self, request: Request, response: Response) -> Response:
        """Sets the limit of unpacking, which comes next, and remembers the encoding, which unpacking removes."""
        large = _is_file(request) or urlsplit(request.url).path.lower().endswith(SITEMAP_SUFFIXES)
        request.meta["download_maxsize"] = self.unpacked if large else self.page
        request.meta["content_encoding"] = header(response, "Content-Encoding")
        return response


class BoundedCookies(CookiesMiddleware):
    """Keeps few and small cookies, so that no portal can swell the requests or the memory of a crawl."""

    def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Takes an answer's cookies; a jar that overflows is emptied."""
        offered = response.headers.getlist("Set-Cookie")
        kept = [cookie for cookie in offered if len(cookie) <= COOKIE_BYTES][:MOST_COOKIES]
        if len(kept) < len(offered):
            response.headers.setlist("Set-Cookie", kept)
        result: Request | Response = super().process_response(request, response)
        for jar in self.jars.values():
            if len(jar) > MOST_COOKIES:
                jar.clear()
        return result


def _is_file(request: Request) -> bool:
    return request.meta.get("role") == "attachment" or urlsplit(request.url).path.lower().endswith(FILE_SUFFIXES)
