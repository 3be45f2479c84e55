"""Memory of one long crawl and of the transforms over its archive: ``python -m benchmarks.growth --urls 50000``.

A real crawl process on the generated newspaper, its resident memory sampled every second beside the number of articles
that its ``progress.json`` tells; then ``transforms.pipeline.observe`` over the archive, batch by batch.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import bulk_portal
from benchmarks.common import finish, show
from benchmarks.processes import run, served
from crawlers.job import OUTCOME_FILE, PROGRESS_FILE, CrawlJob, read_outcome
from crawlers.portal import Portal
from transforms.pipeline import observe

MARKS = (5_000, 10_000, 25_000, 50_000)
Sample = tuple[int, float]  # articles so far, resident MB
Figures = dict[str, float | int | str | None]


def main() -> int:
    """Measure, print, compare with the floors."""
    parser = argparse.ArgumentParser(description="Memory of a long crawl.")
    parser.add_argument("--urls", type=int, default=50_000)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--observe-only", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.observe_only:
        return observe_only(asked.observe_only)
    return finish("growth", measure(asked.urls, asked.concurrency))


def portal() -> Portal:
    """The generated newspaper as an operator would describe it."""
    return Portal.model_validate(
        {
            "id": "tinlon",
            "name": "Báo Tin Lớn (mẫu)",
            "kind": "newspaper",
            "province": "08",
            "home": bulk_portal.HOME,
            "family": "newspaper",
            "since": "2000-01-01",
            "enabled": True,
            "sections": [f"/{slug}/" for slug in bulk_portal.SECTIONS],
            "delay": 0,
            "expect": {"articles_per_day": [0, 50]},
        }
    )


def measure(urls: int, concurrency: int) -> Figures:
    """Crawl and transform ``urls`` articles; prints a table, gives the figures."""
    with tempfile.TemporaryDirectory() as name:
        job = make_job(Path(name), urls, concurrency)
        file = Path(name) / "job.json"
        started = time.perf_counter()
        with served("-m benchmarks.bulk_portal", "--articles", str(urls)) as proxy:
            file.write_text(job.model_copy(update={"proxy": proxy}).model_dump_json(), encoding="utf-8")
            crawl = sampled([sys.executable, "-m", "crawlers.run", str(file)], job.run_dir / PROGRESS_FILE)
        seconds = time.perf_counter() - started
        outcome = read_outcome(job.run_dir / OUTCOME_FILE)
        if outcome is None or outcome.articles != urls:
            raise RuntimeError(f"the crawl read {outcome and outcome.articles} of {urls} articles")
        counted = Path(name) / "observed.json"
        command = [sys.executable, "-m", "benchmarks.growth", "--observe-only", str(file)]
        transform = sampled(command, counted)
    rows = [("crawl", *row) for row in table(crawl)] + [("transforms", *row) for row in table(transform)]
    show(f"Memory over {urls} articles", ("step", "articles", "MB"), rows)
    return {
        "growth_urls": urls,
        "growth_crawl_articles_per_s": round(urls / seconds, 1),
        **slopes("crawl", crawl),
        **slopes("transforms", transform),
    }


def make_job(folder: Path, urls: int, concurrency: int) -> CrawlJob:
    """A crawl of the whole newspaper."""
    run_dir = folder / "tinlon" / "growth"
    run_dir.mkdir(parents=True)
    names = ("CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN")
    return CrawlJob(
        portal=portal(),
        run_id="growth",
        date_from=bulk_portal.NEWEST - dt.timedelta(days=urls // bulk_portal.DAILY + 1),
        date_to=bulk_portal.NEWEST,
        archive=folder,
        run_dir=run_dir,
        settings=dict.fromkeys(names, concurrency),
    )


def sampled(command: Sequence[str], progress: Path) -> list[Sample]:
    """Runs a command; articles that ``progress`` tells and resident MB, every second."""
    samples: list[Sample] = []

    def look(megabytes: float) -> None:
        articles = articles_in(progress)
        if megabytes and articles:
            samples.append((articles, megabytes))

    run(command, progress.with_suffix(".log"), look=look, every=1.0)
    return samples


def articles_in(progress: Path) -> int:
    """Articles so far, 0 before the first word."""
    try:
        return int(json.loads(progress.read_text(encoding="utf-8"))["articles"])
    except (OSError, ValueError):
        return 0


def table(samples: Sequence[Sample]) -> list[tuple[int, float]]:
    """The last sample before each mark, and at the end the peak."""
    if not samples:
        return []
    reached = [[each for each in samples if each[0] <= mark] for mark in MARKS if mark < samples[-1][0]]
    return [*(at[-1] for at in reached if at), (samples[-1][0], max(megabytes for _, megabytes in samples))]


def slopes(step: str, samples: Sequence[Sample]) -> Figures:
    """Peak MB and growth in MB for each 10,000 articles, from a fifth of the way to the end."""
    if not samples:
        return {f"growth_{step}_peak_mb": None, f"growth_{step}_mb_per_10000": None}
    end = samples[-1][0]
    settled = [each for each in samples if each[0] >= end / 5]
    way = settled[-1][0] - settled[0][0]
    grown = (settled[-1][1] - settled[0][1]) * 10_000 / way if way >= 10_000 else None  # less is mostly the start
    return {
        f"growth_{step}_peak_mb": round(max(megabytes for _, megabytes in samples), 1),
        f"growth_{step}_mb_per_10000": None if grown is None else round(grown, 2),
    }


def observe_only(file: Path) -> int:
    """Transforms the archive of a job in this process and tells how far it is."""
    job = CrawlJob.model_validate_json(file.read_text(encoding="utf-8"))
    progress, articles = file.with_name("observed.json"), 0
    batches = observe(job.run_dir, job.archive, job.portal, job.run_id, dt.datetime.now(dt.UTC))
    for batch in batches:
        articles += batch.num_rows
        temporary = progress.with_suffix(".tmp")
        temporary.write_text(json.dumps({"articles": articles}), encoding="utf-8")
        temporary.replace(progress)
    return 0


if __name__ == "__main__":
    sys.exit(main())
