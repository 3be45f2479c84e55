"""Limits on what an answer may weigh, raw and unpacked, and on the cookies that a portal may make the crawl carry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.http import TextResponse

from crawlers.guards import Refused, header, is_robots
from crawlers.responses import FILE_SUFFIXES
from warehouse.schema import Outcome

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

SITEMAP_SUFFIXES = (".xml", ".gz")
MOST_COOKIES = 50  # of an answer, and of the whole crawl; no portal needs more
COOKIE_BYTES = 4096  # of one Set-Cookie header, as browsers allow
TAGS_REMEDY = "if it is wanted, raise TAGS_MOST in crawlers/settings.py and clear the task"
NO_REMEDY = "nothing to do: no real page has such a tag"
MOST_ATTRIBUTES = 5000  # of one tag
BARE_TAG = re.compile(rb"<[a-zA-Z][^<>]{10000,}+")
QUOTED = re.compile(rb"\"[^\"]*+\"|'[^']*+'")
QUOTED_TAG = re.compile(rb"<[a-zA-Z](?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+")
INLINE_PICTURE = re.compile(rb"[\"']data:[^\"'<>,]{0,100};base64,[A-Za-z0-9+/=\s]*+[\"']")
SEPARATOR = re.compile(rb"[\s\"'=/]+")
UNLIMITED = 0  # Scrapy's word


class SizeLimits:
    """Limits raw answers by what was asked for, and what a compressed one unpacks to.

    What is parsed as a tree must be smaller than a file, which is only stored.
    """

    def __init__(self, page: int, file: int, unpacked: int) -> None:
        self.page, self.file, self.unpacked = page, file, unpacked

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SizeLimits:
        """Scrapy's constructor; sizes are bytes."""
        names = ("PAGE_MAXSIZE", "FILE_MAXSIZE", "UNPACKED_MAXSIZE")
        return cls(*(crawler.settings.getint(name) for name in names))

    def tree(self, request: Request) -> int:
        """The limit of what is parsed: a sitemap's or a page's."""
        is_sitemap = urlsplit(request.url).path.lower().endswith(SITEMAP_SUFFIXES)
        return self.unpacked if is_sitemap else self.page

    def process_request(self, request: Request) -> None:
        """Sets the limit of the raw answer; robots.txt is not refused for its size but cut, see crawlers.transport."""
        limit = self.file if _is_file(request) else self.tree(request)
        request.meta["download_maxsize"] = UNLIMITED if is_robots(request) else limit

    def process_response(self, request: Request, response: Response) -> Response:
        """Sets the limit of unpacking, which comes next, and remembers the encoding, which unpacking removes."""
        request.meta["download_maxsize"] = self.file if _is_file(request) else self.tree(request)
        request.meta["content_encoding"] = header(response, "Content-Encoding")
        return response


class TagLimit:
    """Refuses a page of so many tags that its tree would fill the memory, or with a tag of very many attributes.

    A parser compares each attribute with all others of its tag: a megabyte of them takes hours.
    """

    def __init__(self, most: int) -> None:
        self.most = most

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TagLimit:
        """Scrapy's constructor."""
        return cls(crawler.settings.getint("TAGS_MOST"))

    def process_response(self, request: Request, response: Response) -> Response:
        """Raises Refused for such a page."""
        if isinstance(response, TextResponse) and not _is_file(request):
            tags = response.body.count(b"<")
            if tags > self.most:
                raise Refused(Outcome.OVERSIZED, f"the page has {tags} tags, the limit is {self.most}", TAGS_REMEDY)
            if most_attributes(response.body) > MOST_ATTRIBUTES:
                raise Refused(Outcome.OVERSIZED, f"a tag has more than {MOST_ATTRIBUTES} attributes", NO_REMEDY)
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


def most_attributes(body: bytes) -> int:
    """About how many attributes the longest tags of a page have at most; tags below 10,000 bytes are not looked at."""
    bare = (INLINE_PICTURE.sub(b"", match[0]) for match in BARE_TAG.finditer(body))
    quoted = (QUOTED.sub(b"", match[0]) for match in QUOTED_TAG.finditer(body) if len(match[0]) > 10_000)
    return max((len(SEPARATOR.findall(tag)) for tag in (*bare, *quoted)), default=0)


def _is_file(request: Request) -> bool:
    return request.meta.get("role") == "attachment" or urlsplit(request.url).path.lower().endswith(FILE_SUFFIXES)
