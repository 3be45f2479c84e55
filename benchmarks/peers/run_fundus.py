"""fundus over a list of pages; runs in the peers' environment: ``python run_fundus.py TASK.json ANSWER.json``.

As its tutorial adds a publisher: a parser with CSS selectors for the site, and the threaded ``Crawler``, which gives a
publisher one thread. To fetch ``concurrency`` pages at a time each host is split into that many publishers. The URLs
are given, so fundus reads no sitemap; robots.txt is obeyed and the delay is 0.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fundus import Crawler  # type: ignore[import-not-found]
from fundus.parser import ArticleBody, BaseParser, ParserProxy, attribute  # type: ignore[import-not-found]
from fundus.parser.utility import (  # type: ignore[import-not-found]
    extract_article_body_with_selector,
    generic_text_extraction_with_css,
)
from fundus.publishers.base_objects import Publisher  # type: ignore[import-not-found]
from fundus.scraping.url import URLSource  # type: ignore[import-not-found]
from lxml.cssselect import CSSSelector


@dataclass
class Listed(URLSource):  # type: ignore[misc]
    """URLs that are known already."""

    urls: tuple[str, ...] = ()

    def fetch(self, session: Any, headers: dict[str, str]) -> Iterator[str]:  # noqa: ARG002 - fundus gives them
        """The URLs."""
        yield from self.urls


def main() -> None:
    """Fetch and extract, then write what was found and what it cost."""
    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Publisher.__SOURCE_ORDER__[Listed] = 4
    wall, cpu = time.perf_counter(), cpu_seconds()
    crawler = Crawler(*publishers(task), delay=no_delay)
    found = [row(article) for article in crawler.crawl(only_complete=False, error_handling="suppress")]
    figures = {"seconds": time.perf_counter() - wall, "cpu": cpu_seconds() - cpu, "fetch_seconds": None}
    Path(sys.argv[2]).write_text(json.dumps({**figures, "articles": found}), encoding="utf-8")


def publishers(task: dict[str, Any]) -> Iterator[Publisher]:
    """``concurrency`` publishers for each host, each with its share of the pages."""
    hosts: dict[str, list[str]] = defaultdict(list)
    for url in task["urls"]:
        hosts[urlsplit(url).netloc].append(url)
    for host, urls in hosts.items():
        parser = parser_for(task["selectors"][host])
        for part in range(min(task["concurrency"], len(urls))):
            source = Listed(f"http://{host}/", urls=tuple(urls[part :: task["concurrency"]]))
            yield Publisher(name=f"{host} {part}", domain=f"http://{host}/", parser=parser, sources=[source])


def parser_for(selectors: dict[str, str]) -> Any:
    """A parser class for one site."""
    titles, dates, paragraphs = (CSSSelector(selectors[name]) for name in ("title", "date", "text"))

    class Version(BaseParser):  # type: ignore[misc]
        @attribute  # type: ignore[untyped-decorator]
        def title(self) -> str | None:
            text: str | None = generic_text_extraction_with_css(self.precomputed.doc, titles)
            return text

        @attribute  # type: ignore[untyped-decorator]
        def publishing_date(self) -> datetime | None:
            return day_first(generic_text_extraction_with_css(self.precomputed.doc, dates))

        @attribute  # type: ignore[untyped-decorator]
        def body(self) -> ArticleBody:
            return extract_article_body_with_selector(self.precomputed.doc, paragraph_selector=paragraphs)

    return type("SiteParser", (ParserProxy,), {"V1": type("V1", (Version,), {})})


def day_first(text: str | None) -> datetime | None:
    """The first ``dd/mm/yyyy`` of a text: fundus's own reader takes the month first."""
    for word in (text or "").replace("-", "/").replace(",", " ").split():
        try:
            return datetime.strptime(word, "%d/%m/%Y")
        except ValueError:
            continue
    return None


def row(article: Any) -> dict[str, str | None]:
    """Title, ISO day and text of an article."""
    published, body = article.publishing_date, article.body
    return {
        "url": article.html.requested_url,
        "title": article.title,
        "date": published.date().isoformat() if published else None,
        "text": str(body) if body else None,
    }


def no_delay() -> float:
    """Seconds between two pages of a publisher."""
    return 0.0


def cpu_seconds() -> float:
    """CPU of this process and of those it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()
