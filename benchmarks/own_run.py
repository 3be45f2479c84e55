"""Our crawl and our transforms with what each cost: ``python -m benchmarks.own_run JOB.json ANSWER.json``.

The libraries are imported before the clock starts, as in the peers' runs: throughput is that of a long crawl. Seconds
of CPU count this process and its worker processes.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import scrapy.crawler  # noqa: F401 - imported for the clock's sake, like the next
import twisted.internet.asyncioreactor  # noqa: F401

import crawlers.run
import crawlers.spider
from crawlers.job import OUTCOME_FILE, CrawlJob, read_outcome
from transforms.pipeline import observe


def main() -> int:
    """Crawl, transform, write rows and costs; 1 where the crawl did not finish."""
    job_file, answer = map(Path, sys.argv[1:])
    job = CrawlJob.model_validate_json(job_file.read_text(encoding="utf-8"))
    crawl = clock()
    code = crawlers.run.main([str(job_file)])
    transform = clock()
    articles = rows(job)
    end = clock()
    outcome = read_outcome(job.run_dir / OUTCOME_FILE)
    figures = {
        "fetch_seconds": transform[0] - crawl[0],
        "fetch_cpu": transform[1] - crawl[1],
        "seconds": end[0] - crawl[0],
        "cpu": end[1] - crawl[1],
        "requests": outcome.requests if outcome else 0,
    }
    answer.write_text(json.dumps({**figures, "articles": articles}), encoding="utf-8")
    return code


def rows(job: CrawlJob) -> list[dict[str, Any]]:
    """Articles as observations say them, made by as many processes as there are cores."""
    now, found = dt.datetime.now(dt.UTC), []
    workers = os.cpu_count() or 1
    for batch in observe(job.run_dir, job.archive, job.portal, job.run_id, now, workers=workers):
        for row in batch.to_pylist():
            if row["kind"] == "article" and row["outcome"] == "ok":
                day = row["published_date"]
                date = day.isoformat() if day else None
                found.append({"url": row["url"], "title": row["title"], "date": date, "text": row["text"]})
    return found


def clock() -> tuple[float, float]:
    """Seconds of wall clock, seconds of CPU."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return time.perf_counter(), sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    sys.exit(main())
