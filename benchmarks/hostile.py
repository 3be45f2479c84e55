"""What a hostile web does to a crawl: ``python -m benchmarks.hostile [NAME ...]``.

Each case is a crawl of its own in a child process, with the settings of a real one but short times: one bad answer
among good pages. Prints outcome, seconds, highest memory and requests; the good pages must all arrive.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import HttpUrl

from benchmarks.common import finish, show
from crawlers.archive import records
from crawlers.job import OUTCOME_FILE, CrawlJob, read_outcome
from crawlers.portal import Portal
from tests.crawlers.hostile import HOST, LISTING, Case, HostileServer, other_cases, page_cases, watch

ROOT = Path(__file__).parents[1]
SHORT = {"RETRY_BACKOFF": 0, "RETRY_TIMES": 1, "DOWNLOAD_TIMEOUT": 10, "RATE_WINDOW": 2, "PROGRESS_EVERY": 0.5}
MOST_ITEMS = 30  # of a case that lists 100,000


@dataclass(frozen=True)
class Result:
    """What became of one case: the crawl's seconds, its highest memory in MB, what it asked and how it ended."""

    outcome: str
    seconds: float
    megabytes: float
    requests: int
    good: bool  # the crawl finished, every good page arrived and nothing was written elsewhere


def main(names: Sequence[str]) -> int:
    """Run the cases (all, or those named), print the table and the JSON line; 1 when a floor is missed."""
    cases = [case for case in (*page_cases(), *other_cases()) if not names or case.name in names]
    results = {case: measure(case) for case in cases}
    columns = ("case", "expected", "outcome", "good pages", "seconds", "peak MB", "requests")
    rows = [
        (case.name, case.outcome, got.outcome, got.good, got.seconds, got.megabytes, got.requests)
        for case, got in results.items()
    ]
    show("Hostile answers", columns, rows)
    figures: dict[str, float | int | str | None] = {
        "cases": len(cases),
        "as_expected": sum(case.outcome == got.outcome for case, got in results.items()) / len(cases),
        "good_pages_kept": sum(got.good for got in results.values()) / len(cases),
        "peak_mb": round(max(got.megabytes for got in results.values())),
        "slowest_seconds": round(max(got.seconds for got in results.values()), 1),
    }
    return finish("hostile", figures)


def measure(case: Case) -> Result:
    """Crawl a portal whose only bad answer is the case."""
    with HostileServer([case]) as server, tempfile.TemporaryDirectory() as folder:
        job = make_job(case, Path(folder) / "archive", server.proxy)
        file = Path(folder) / "job.json"
        file.write_text(job.model_dump_json(), encoding="utf-8")
        begun = time.perf_counter()
        command = [sys.executable, "-m", "crawlers.run", str(file)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            megabytes = watch(process)
        seconds = time.perf_counter() - begun
        return judge(case, job, server, seconds, megabytes)


def judge(case: Case, job: CrawlJob, server: HostileServer, seconds: float, megabytes: float) -> Result:
    """Read the archive and the outcome of a crawl that has ended."""
    outcome = read_outcome(job.run_dir / OUTCOME_FILE)
    if outcome is None:
        return Result("no outcome", seconds, megabytes, len(server.requests), False)
    found = {problem.url: problem.outcome for problem in outcome.problems}
    found |= {item.record.url: item.record.outcome for item in records(job.run_dir, job.archive)}
    arrived = all(found.get(HOST + path) == "ok" for path in server.good)
    inside = {path.parts[len(job.archive.parent.parts)] for path in job.archive.parent.rglob("*")}
    good = outcome.state == "finished" and arrived and inside == {"archive", "job.json"}
    return Result(found.get(HOST + case.path, "ok"), seconds, megabytes, outcome.requests, good)


def make_job(case: Case, archive: Path, proxy: str) -> CrawlJob:
    """The job of one case."""
    sections = (LISTING, case.path) if case.role == "listing" else (LISTING,)
    portal = Portal(
        id="bao_mau",
        name="Báo Mẫu",
        kind="newspaper",
        home=HttpUrl(f"{HOST}/"),
        province="tuyen_quang",
        delay=0,
        sections=sections,
        sitemaps=(case.path,) if case.role == "sitemap" else (),
    )
    return CrawlJob(
        portal=portal,
        run_id="r1",
        date_from=dt.date(2025, 6, 26),
        date_to=dt.date(2025, 6, 29),
        archive=archive,
        run_dir=archive / "bao_mau" / "r1",
        proxy=proxy,
        limit=MOST_ITEMS,
        settings=SHORT,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
