"""``python -m benchmarks.drift``: how soon a broken portal is noticed, and how often a sound one is called broken.

A sample newspaper is harvested day by day on a virtual clock, through the real crawl (a process each), transform and
load: first a quiet time with weekends and a Tết week, then, each from the same state, ten breakages. A breakage counts
as noticed by the run after which a message to the operator would name the portal.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import multiprocessing
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.breakages import BREAKAGES, PORTAL, Breakage, publish_news, registry_yaml
from benchmarks.common import finish, show
from tests.portals.model import ZONE
from tests.portals.server import SampleServer
from warehouse.alerts import Memory, Status, digest

FIRST = dt.date(2024, 12, 9)  # a Monday; Tết of 2025 falls on 29 January
QUIET, CYCLES = 60, 2  # days; runs within which a breakage must be noticed
QUICK_FIRST, QUICK_DAYS = dt.date(2025, 1, 13), 10
QUICK = ("changed URL shape", "date format change", "half the sections gone")


@dataclass(frozen=True)
class Run:
    """What an operator knows after one run: the coverage of its day, and whether a message names the portal."""

    day: dt.date
    state: str
    reason: str | None
    told: bool


def main() -> int:
    """Measure, print, compare with the floors."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ten quiet days and three breakages")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures, rows = measure(Path(folder), options.quick)
    show("Drift", ("breakage", "noticed after", "state", "reason"), rows)
    return finish("drift_quick" if options.quick else "drift", figures)


def measure(folder: Path, quick: bool = False) -> tuple[dict[str, float], list[tuple[object, ...]]]:
    """Figures and one row a breakage; ``folder`` is used for warehouses and archives."""
    logging.disable(logging.WARNING)
    days = QUICK_DAYS if quick else QUIET
    first = QUICK_FIRST if quick else FIRST
    publish_news(first - dt.timedelta(days=30), first + dt.timedelta(days=days + CYCLES + 3))
    chosen = [breakage for breakage in BREAKAGES if not quick or breakage.name in QUICK]
    with SampleServer() as server:
        replay = Replay(folder, server)
        quiet = [replay.day(first + dt.timedelta(days=number)) for number in range(days)]
        broken = {b.name: replay.broken(b, _cycles(first + dt.timedelta(days=days))) for b in chosen}
    return _figures(quiet, broken), [*_alarms(quiet), *(_row(name, runs) for name, runs in broken.items())]


def _cycles(day: dt.date) -> list[dt.date]:
    return [day + dt.timedelta(days=number) for number in range(CYCLES)]


def _figures(quiet: list[Run], broken: dict[str, list[Run]]) -> dict[str, float]:
    after = [number for runs in broken.values() if (number := _noticed(runs)) is not None]
    return {
        "noticed_share": len(after) / len(broken),
        "most_runs": max(after, default=0),
        "false_alarms": sum(run.told for run in quiet),
        "quiet_days": len(quiet),
        "breakages": len(broken),
    }


def _noticed(runs: list[Run]) -> int | None:
    return next((number for number, run in enumerate(runs, 1) if run.told), None)


def _row(name: str, runs: list[Run]) -> tuple[object, ...]:
    number = _noticed(runs)
    run = runs[number - 1 if number else -1]
    return name, f"{number} runs" if number else "not noticed", run.state, run.reason


def _alarms(quiet: list[Run]) -> list[tuple[object, ...]]:
    return [(f"FALSE ALARM {run.day:%a %d.%m.%Y}", "", run.state, run.reason) for run in quiet if run.told]


class Replay:
    """A portal's life on a virtual clock: one scheduled run a day, just after midnight."""

    def __init__(self, folder: Path, server: SampleServer) -> None:
        self.server = server
        self.home = folder / "home"
        registry = folder / "registry"
        registry.mkdir()
        (registry / "tuyen_quang.yaml").write_text(registry_yaml(), encoding="utf-8")
        os.environ |= {"TINTINH_HOME": str(self.home), "TINTINH_PORTALS": str(registry), "TINTINH_PROXY": server.proxy}
        self._memory = Memory()
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["__main__", "crawlers.run", "crawlers.spider", "scrapy.crawler"])

    def day(self, day: dt.date) -> Run:
        """Harvest one local day as the schedule does."""
        from dags import tasks

        now = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0, 30), ZONE)
        self.server.set_now(now)
        unit = _unit(day)
        self._crawl(unit)
        transformed = tasks.transform(unit)
        transformed["staged"]["run"]["finished_at"] = now.astimezone(dt.UTC).isoformat()
        tasks.load(transformed)
        return self._seen(day, now)

    def broken(self, breakage: Breakage, days: list[dt.date]) -> list[Run]:
        """The runs of these days on the broken portal, until one is told; everything is as before afterwards."""
        kept, memory = self.home.with_name("kept"), self._memory
        shutil.copytree(self.home, kept, symlinks=True)
        for fault in breakage.faults:
            self.server.set(fault[0], fault[1], **fault[2])
        try:
            runs: list[Run] = []
            while len(runs) < len(days) and not (runs and runs[-1].told):
                runs.append(self.day(days[len(runs)]))
            return runs
        finally:
            self.server.reset()
            shutil.rmtree(self.home)
            kept.rename(self.home)
            self._memory = memory

    def _seen(self, day: dt.date, now: dt.datetime) -> Run:
        """What the coverage says of the day and whether the daily message names the portal."""
        from warehouse.store import Warehouse

        rows = Warehouse.open().read("coverage", month=f"{day:%Y-%m}").to_pylist()
        row = next(row for row in rows if row["day"] == day)
        status = Status(PORTAL, row["state"], day.isoformat(), row["reason"] or "")
        self._memory, messages = digest(self._memory, "harvest_daily", [status], now)
        return Run(day, row["state"], row["reason"], status.bad and bool(messages))

    def _crawl(self, unit: Any) -> None:
        from crawlers.job import write_json
        from dags.operators import crawl_job, write_inventory

        job = crawl_job(unit).model_copy(update={"settings": {"RETRY_BACKOFF": 0.05}})
        job.run_dir.mkdir(parents=True, exist_ok=True)
        write_inventory(job.portal.id, job.inventory or job.run_dir / "inventory.parquet")
        write_json(job.run_dir / "job.json", job)
        process = self._processes.Process(target=crawl, args=(str(job.run_dir / "job.json"),))
        process.start()
        process.join()


def crawl(job: str) -> None:
    """The crawl's process, warmed by the fork server."""
    from crawlers.run import main as run

    logging.disable(logging.ERROR)
    sys.exit(run([job]))


def _unit(day: dt.date) -> Any:
    from dags.plan import Unit

    iso = day.isoformat()
    return Unit(
        portal=PORTAL,
        run_id=f"scheduled__{iso}",
        date_from=iso,
        date_to=iso,
        mode="refetch",
        scheduled=True,
        limit=None,
        dry_run=False,
    )


if __name__ == "__main__":
    sys.exit(main())
