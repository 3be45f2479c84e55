"""``python -m benchmarks.rebuild``: everything from the archive again, articles a second and whether that stays linear.

The generated newspaper's pages are written into an archive as crawls of 30 days each leave them, then the warehouse is
made of nothing else: records are verified, extracted, tagged, checked, staged, and committed once. One process, so that
CPU seconds are those of one core. No peer does the same; the figures stand beside each other for growing archives.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import sys
import tempfile
from pathlib import Path

import pyarrow as pa

from benchmarks import bulk_portal, growth
from benchmarks.common import finish, peak_megabytes, show, stopwatch
from benchmarks.warehouse import alone
from crawlers.archive import ArchiveWriter, FetchRecord
from crawlers.portal import identity
from transforms.pipeline import observe
from warehouse.schema import PORTALS
from warehouse.store import Staged, Warehouse

RUN = 600  # articles of one crawl: 30 days of the newspaper
SIZES = (1_000, 10_000, 100_000)
PORTAL = growth.portal().model_copy(update={"province": "tuyen_quang"})
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def main() -> int:
    """Measure, print, compare with the floors."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rebuild", description=__doc__)
    parser.add_argument("--articles", type=int, nargs="*", default=SIZES, help="sizes of the archives, ascending")
    measured = {size: alone(measure, size) for size in sorted(parser.parse_args().articles)}
    columns = ("articles", "CPU s", "articles/s a core", "commit, CPU s", "peak MB")
    names = ("cpu_s", "articles_per_s", "commit_cpu_s", "peak_mb")
    show("From the archive", columns, [(size, *(each[name] for name in names)) for size, each in measured.items()])
    return finish("rebuild", figures(measured))


def measure(size: int) -> dict[str, float]:
    """CPU seconds of a warehouse made of an archive of ``size`` articles; RuntimeError if it lacks one."""
    with tempfile.TemporaryDirectory() as name:
        archive = Path(name) / "archive"
        runs = [make_run(archive, size, first) for first in range(0, size, RUN)]
        wh = Warehouse.open(Path(name) / "warehouse")
        with stopwatch() as reading:
            staged = [stage(wh, archive, folder) for folder in runs]
        with stopwatch() as committing:
            wh.commit(staged, registry())
        held = wh.read("articles", ["article_id"]).num_rows
        if held != size:
            raise RuntimeError(f"{held} of {size} articles came back from the archive")
    seconds = reading.cpu + committing.cpu
    return {
        "cpu_s": seconds,
        "commit_cpu_s": committing.cpu,
        "articles_per_s": size / seconds,
        "peak_mb": peak_megabytes(),
    }


def make_run(archive: Path, size: int, first: int) -> Path:
    """The folder of one crawl with the articles from ``first`` on, as the crawl itself would have written it."""
    folder = archive / PORTAL.id / f"run-{first:07d}"
    writer = ArchiveWriter(folder, archive)
    site = bulk_portal.Portal(size)
    for index in range(first, min(first + RUN, size)):
        each = bulk_portal.story(index)
        status, _, body = site.answer(each.url)
        fetched = dt.datetime.combine(each.day, dt.time(18), dt.UTC)
        writer.write(_record(each, fetched, body), (status, [("Content-Type", "text/html")], body))
    writer.close()
    return folder


def stage(wh: Warehouse, archive: Path, folder: Path) -> Staged:
    """Read one crawl of the archive into staged observations."""
    batches = observe(folder, archive, PORTAL, folder.name, NOW)
    first = int(folder.name.removeprefix("run-"))
    last_day = bulk_portal.story(first).day
    return wh.stage(batches, _run(folder.name, last_day - dt.timedelta(days=RUN // bulk_portal.DAILY - 1), last_day))


def figures(measured: dict[int, dict[str, float]]) -> dict[str, float]:
    """The JSON line: speed at each size, and by how much the largest archive costs more per article."""
    plain = {f"articles_per_s_{size}": round(each["articles_per_s"], 1) for size, each in measured.items()}
    each = list(measured.values())
    slowdown = each[0]["articles_per_s"] / each[-1]["articles_per_s"]
    least = min(one["articles_per_s"] for one in each)
    return {**plain, "articles_per_s": round(least, 1), "slowdown": round(slowdown, 3), "peak_mb": each[-1]["peak_mb"]}


def _record(each: bulk_portal.Story, fetched: dt.datetime, body: bytes) -> FetchRecord:
    return FetchRecord(
        role="article",
        kind="article",
        url=each.url,
        canonical_url=each.url,
        id=identity(PORTAL.id, "article", each.url),
        outcome="ok",
        fetched_at=fetched.isoformat(timespec="microseconds"),
        listing_title=each.title,
        listing_day=each.day.isoformat(),
        http_status=200,
        media_type="text/html",
        digest=hashlib.sha256(body).hexdigest(),
        bytes=len(body),
    )


def _run(run_id: str, first: dt.date, last: dt.date) -> dict[str, object]:
    finished = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(2), dt.UTC)
    numbers = ("requests", "listing_requests", "bytes", "candidates", "articles", "documents", "unchanged", "errors")
    told = {"portal": PORTAL.id, "run_id": run_id, "mode": "refetch", "state": "finished"}
    return {
        **told,
        "date_from": first,
        "date_to": last,
        "started_at": finished,
        "finished_at": finished,
    } | dict.fromkeys(numbers, 0)


def registry() -> pa.Table:
    """The newspaper as the table ``portals``."""
    row = {"portal": PORTAL.id, "name": PORTAL.name, "kind": "newspaper", "home": bulk_portal.HOME}
    place = {"province": PORTAL.province, "province_code": "08", "province_2025": PORTAL.province}
    told = {"family": "newspaper", "cadence": "daily", "enabled": True}
    return pa.Table.from_pylist([row | place | told], schema=PORTALS.arrow())


if __name__ == "__main__":
    sys.exit(main())
