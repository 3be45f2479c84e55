"""robots.txt by RFC 9309: what cannot be found allows everything, what cannot be read forbids everything.

Redirects are followed to any public host, and what comes there is obeyed for the host that was asked.
Fetched once in a crawl and host, so the next run asks again. Extends Scrapy's middleware at its two inner turns, what
an answer and what a failure mean, which it offers no setting for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware

from crawlers.guards import Refused, explain
from crawlers.responses import REMEDIES
from warehouse.schema import Outcome

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

TOO_MANY_REQUESTS = 429  # a 4xx by its number, but it says "not now", not "there is none"


class RobotsRules(RobotsTxtMiddleware):
    """Obeys robots.txt; where it cannot be read, every page is refused with the outcome that robots.txt had."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._most = crawler.settings.getint("ROBOTS_MAXSIZE")
        self._closed: dict[str, Refused] = {}

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raises Refused or Scrapy's IgnoreRequest for a page that may not be asked for."""
        closed = self._closed.get(_netloc(request))
        if closed:
            raise Refused(closed.outcome, str(closed), closed.remedy)
        super().process_request_2(rp, request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == TOO_MANY_REQUESTS:
            raise Refused(Outcome.SERVER_ERROR, f"the portal answers HTTP {response.status}")
        body = response.body[: self._most] if 200 <= response.status < 300 else b""
        await super()._parse_robots(response.replace(body=body), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        outcome, message, remedy = explain(exc)
        if not (isinstance(exc, Refused) and outcome is Outcome.REDIRECT_LOOP):  # more than five lead to none
            reason = f"robots.txt of {netloc} cannot be read ({message}), and without it nothing may be asked for"
            self._closed[netloc] = Refused(outcome, reason, remedy or REMEDIES[outcome])
        super()._robots_error(exc, netloc)


def _netloc(request: Request) -> str:
    return request.url.partition("://")[2].partition("/")[0]
