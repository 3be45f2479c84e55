"""One portal's way through the house without Airflow: crawl in its own process, transform, load."""

import datetime as dt
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from crawlers.job import OUTCOME_FILE, CrawlOutcome, Problem, read_outcome, write_json
from dags import tasks
from dags.operators import crawl_job, write_inventory
from dags.plan import Unit
from warehouse.store import Warehouse


@dataclass(frozen=True)
class Harvested:
    """What an operator sees of one run of one portal."""

    code: int
    outcome: CrawlOutcome
    counts: dict[str, Any]
    run_id: str

    def problem(self, url: str) -> Problem:
        """The problem recorded for ``url``; fails with the list of what was recorded."""
        found = [problem for problem in self.outcome.problems if problem.url == url]
        assert found, f"no problem for {url}; recorded: {[problem.url for problem in self.outcome.problems]}"
        return found[0]

    def observation(self, url: str) -> dict[str, Any]:
        """The observation of the page at ``url`` in this run."""
        rows = Warehouse.open().read("observations").to_pylist()
        return next(row for row in rows if row["run_id"] == self.run_id and row["url"] == url)

    def run(self) -> dict[str, Any]:
        """The row of table ``runs``."""
        return next(row for row in Warehouse.open().read("runs").to_pylist() if row["run_id"] == self.run_id)


def harvest(portal: str, first: str, last: str, run_id: str, mode: str = "refetch", **settings: Any) -> Harvested:
    """Harvest the local days ``first`` to ``last`` of one portal; ``settings`` are Scrapy's, for this crawl."""
    unit = Unit(
        portal=portal,
        run_id=run_id,
        date_from=first,
        date_to=last,
        mode=mode,
        scheduled=False,
        limit=None,
        dry_run=False,
    )
    code, outcome = _crawl(unit, settings) if mode == "refetch" else (0, tasks.outcome_of(unit))
    counts = tasks.load(tasks.transform(unit))
    return Harvested(code, outcome, counts, run_id)


def _crawl(unit: Unit, settings: dict[str, Any]) -> tuple[int, CrawlOutcome]:
    job = crawl_job(unit).model_copy(update={"settings": {"RETRY_BACKOFF": 0.1, **settings}})
    job.run_dir.mkdir(parents=True, exist_ok=True)
    write_inventory(job.portal.id, job.inventory)  # type: ignore[arg-type]
    write_json(job.run_dir / "job.json", job)
    command = [sys.executable, "-m", "crawlers.run", str(job.run_dir / "job.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    outcome = read_outcome(job.run_dir / OUTCOME_FILE)
    assert outcome, done.stdout + done.stderr
    return done.returncode, outcome


def rows(table: str, portal: str) -> list[dict[str, Any]]:
    """The portal's rows of a table."""
    return [row for row in Warehouse.open().read(table).to_pylist() if row["portal"] == portal]


def on_day(day: str) -> dt.date:
    """The day of an ISO string."""
    return dt.date.fromisoformat(day)
