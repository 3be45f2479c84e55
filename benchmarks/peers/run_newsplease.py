"""news-please over a list of pages; runs in the peers' environment: ``python run_newsplease.py TASK.json ANSWER.json``.

``NewsPlease.from_urls`` as its README shows it for many URLs: a thread for each URL of a call downloads, then a process
for each core extracts. ``BATCH`` URLs a call, since it starts as many threads at once; images are not asked for.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from newsplease import NewsPlease  # type: ignore[import-not-found]
from newsplease.crawler.simple_crawler import SimpleCrawler  # type: ignore[import-not-found]

BATCH = 64


def main() -> None:
    """Fetch and extract, then write what was found and what it cost."""
    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    fetching = timed_fetch()
    wall, cpu, found = time.perf_counter(), cpu_seconds(), []
    for start in range(0, len(task["urls"]), BATCH):
        answers = NewsPlease.from_urls(
            task["urls"][start : start + BATCH], request_args={"timeout": 60}, fetch_images=False
        )
        found += [row(url, answer) for url, answer in answers.items()]
    figures = {"seconds": time.perf_counter() - wall, "cpu": cpu_seconds() - cpu, "fetch_seconds": sum(fetching)}
    Path(sys.argv[2]).write_text(json.dumps({**figures, "articles": found}), encoding="utf-8")


def timed_fetch() -> list[float]:
    """Seconds of each round of downloads, filled while the crawl runs."""
    seconds: list[float] = []
    fetch = SimpleCrawler.fetch_urls

    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        answers = fetch(*args, **kwargs)
        seconds.append(time.perf_counter() - started)
        return answers

    SimpleCrawler.fetch_urls = timed
    return seconds


def row(url: str, answer: Any) -> dict[str, str | None]:
    """Title, ISO day and text of an answer, which is an empty dict where the extraction failed."""
    published = getattr(answer, "date_publish", None)
    return {
        "url": url,
        "title": getattr(answer, "title", None),
        "date": published.date().isoformat() if published else None,
        "text": getattr(answer, "maintext", None),
    }


def cpu_seconds() -> float:
    """CPU of this process and of those it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()
