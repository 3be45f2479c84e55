"""What crawls cost: ``python -m benchmarks.crawl``.

Requests per item of a sweep, listing requests for one backfilled day (cold: nothing known; warm: with the page map of
earlier crawls), requests of a scheduled run with nothing new, pages a second on loopback; on the sample portals and,
where ``TINTINH_DATA`` is present, on the real archive; and a day's cost on generated listings that grow.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import deep
from benchmarks.common import data_folder, finish, show, tools_folder
from crawlers.job import OUTCOME_FILE, CrawlJob, CrawlOutcome, read_outcome
from crawlers.page_map import PAGE_MAP, PageMap
from crawlers.portal import Portal, load_registry
from tests.crawlers.known import write_inventory
from tests.portals.server import SampleServer

ROOT = Path(__file__).parents[1]
REAL_PORT = 8797
DAY = dt.timedelta(days=1)
DEPTHS = (10, 100, 1000)  # pages of the generated listings
PLACES = (0.37, 0.9)  # of the days asked for, from the head


@dataclass(frozen=True)
class Course:
    """Portals behind one proxy, the range that a sweep takes, a day inside it, and a day after it."""

    name: str
    proxy: str
    portals: tuple[Portal, ...]
    first: dt.date
    last: dt.date
    day: dt.date


@dataclass
class Total:
    """Sums over the portals of a course; ``seconds`` from each crawl's start to its end, without its process's."""

    requests: int = 0
    listings: int = 0
    items: int = 0
    files: int = 0
    seconds: float = 0.0
    sections: int = 0  # listings that show dates

    def add(self, outcome: CrawlOutcome) -> None:
        """Adds one crawl."""
        self.requests += outcome.requests
        self.listings += outcome.listing_requests
        self.items += outcome.articles + outcome.documents
        self.files += outcome.requests - outcome.listing_requests - outcome.candidates - 1  # robots.txt is one
        ends = (dt.datetime.fromisoformat(end or "") for end in (outcome.finished_at, outcome.started_at))
        self.seconds += (next(ends) - next(ends)).total_seconds()
        if outcome.state != "finished":
            raise RuntimeError(f"{outcome.portal}: {outcome.state} ({outcome.reason})")


def main() -> int:
    """Run every course, print the table and the JSON line; 1 when a floor is missed."""
    rows: list[Sequence[object]] = []
    figures: dict[str, float | int | str | None] = {}
    with sample() as course:
        figures |= measure(course, rows)
    with real() as found:
        if found is not None:
            figures |= measure(found, rows)
    for pages in DEPTHS:
        figures |= grow(pages, rows)
    columns = ("course", "run", "requests", "listings", "items", "requests/item", "seconds", "requests/s")
    show("What crawls cost", columns, rows)
    return finish("crawl", figures)


def measure(course: Course, rows: list[Sequence[object]]) -> dict[str, float | int | str | None]:
    """Sweep, one day cold and warm, and a scheduled run with nothing new; appends four rows.

    Listing and idle requests are those of one section, robots.txt, feeds and sitemaps included.
    """
    sweep, cold, warm, idle = Total(), Total(), Total(), Total()
    for portal in course.portals:
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as fresh:
            cold.add(run(make_job(course, portal, Path(fresh), "day", course.day, course.day)))
            job = make_job(course, portal, Path(folder), "sweep", course.first, course.last)
            sweep.add(run(job))
            warm.sections += len(PageMap.load(job.archive / portal.id / PAGE_MAP).charts)
            known = write_inventory(job, Path(folder) / "known.parquet")
            warm.add(run(make_job(course, portal, Path(folder), "day", course.day, course.day)))
            after = make_job(course, portal, Path(folder), "idle", course.last + DAY, course.last + DAY)
            idle.add(run(after.model_copy(update={"scheduled": True, "inventory": known})))
    runs = (("sweep", sweep), (f"{course.day}, cold", cold), (f"{course.day}, warm", warm), ("nothing new", idle))
    rows += [row(course.name, name, total) for name, total in runs]
    listings = warm.sections or 1
    return {
        f"{course.name}_requests_per_item": round((sweep.requests - sweep.files - sweep.listings) / sweep.items, 3),
        f"{course.name}_files_requested": sweep.files,
        f"{course.name}_day_cold": round(cold.listings / listings, 2),
        f"{course.name}_day_warm": round(warm.listings / listings, 2),
        f"{course.name}_idle_requests": round(idle.requests / listings, 2),
        f"{course.name}_requests_per_second": round(sweep.requests / sweep.seconds, 1),
    }


def grow(pages: int, rows: list[Sequence[object]]) -> dict[str, float | int | str | None]:
    """The dearest day of a generated listing, cold, and the day beside it, warm; appends two rows."""
    cold, warm = Total(), Total()
    costs: list[tuple[int, int]] = []
    with deep.serving(pages) as proxy:
        for place in PLACES:
            day = deep.day_at(place, pages)
            course = Course(f"{pages} pages", proxy, (deep.portal(),), day, day, day)
            with tempfile.TemporaryDirectory() as folder:
                first = run(make_job(course, deep.portal(), Path(folder), "day", day, day))
                again = run(make_job(course, deep.portal(), Path(folder), "beside", day - DAY, day - DAY))
            cold.add(first)
            warm.add(again)
            costs.append((first.listing_requests, again.listing_requests))
    rows += [row(f"{pages} pages", name, total) for name, total in (("two days, cold", cold), ("beside, warm", warm))]
    return {
        f"pages_{pages}_day_cold": max(first for first, _ in costs),
        f"pages_{pages}_day_warm": max(again for _, again in costs),
    }


def row(course: str, name: str, total: Total) -> Sequence[object]:
    """One line of the table."""
    per_item = total.requests / total.items if total.items else None
    rate = total.requests / total.seconds
    return (course, name, total.requests, total.listings, total.items, per_item, total.seconds, rate)


def make_job(course: Course, portal: Portal, folder: Path, run: str, first: dt.date, last: dt.date) -> CrawlJob:
    """A job of the course in ``folder``."""
    return CrawlJob(
        portal=portal,
        run_id=run,
        date_from=first,
        date_to=last,
        archive=folder,
        run_dir=folder / portal.id / run,
        proxy=course.proxy,
    )


def run(job: CrawlJob) -> CrawlOutcome:
    """Outcome of a crawl in a process of its own."""
    job.run_dir.mkdir(parents=True)
    file = job.run_dir / "job.json"
    file.write_text(job.model_dump_json(), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "crawlers.run", str(file)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    outcome = read_outcome(job.run_dir / OUTCOME_FILE)
    if outcome is None:
        raise RuntimeError(f"{job.portal.id}: the crawl left no {OUTCOME_FILE}")
    return outcome


@contextmanager
def sample() -> Iterator[Course]:
    """The sample portals: three months, one day."""
    portals = tuple(load_registry([ROOT / "tests/portals/registry"]).values())
    with SampleServer() as server:
        yield Course("sample", server.proxy, portals, dt.date(2025, 5, 1), dt.date(2025, 7, 31), dt.date(2025, 6, 27))


@contextmanager
def real() -> Iterator[Course | None]:
    """The real archive: fifteen years, one day deep inside; None where it is absent."""
    data, tools = data_folder(), tools_folder()
    if data is None or tools is None:
        yield None
        return
    portals = tuple(load_registry([ROOT / "tests/real/registry"]).values())
    command = [sys.executable, str(tools / "replay_proxy.py"), str(data / "hanoi/portal.warc.gz")]
    with subprocess.Popen([*command, "--port", str(REAL_PORT)], stdout=subprocess.PIPE, text=True) as proxy:
        if proxy.stdout is None or "pages on" not in proxy.stdout.readline():
            raise RuntimeError("the replay proxy did not start")
        url = f"http://127.0.0.1:{REAL_PORT}"
        try:
            yield Course("real", url, portals, dt.date(2008, 1, 1), dt.date(2022, 12, 31), dt.date(2016, 8, 10))
        finally:
            proxy.terminate()


if __name__ == "__main__":
    sys.exit(main())
