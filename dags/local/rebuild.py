"""``python -m dags.local.rebuild``: the warehouse from the archive alone, after a loss or into a new place.

Every crawl's folder keeps its job: portal, run and days. Each is read again as the DAG's task ``transform`` reads it;
the runs of a portal are committed together, so that a month is derived once and not once a day. A load replaces an
earlier one of the same run, so a rebuild that was stopped is simply started again.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from crawlers.job import OUTCOME_FILE, CrawlJob, read_outcome
from crawlers.portal import load_registry
from dags import tasks
from dags.plan import Unit
from warehouse.settings import paths
from warehouse.store import Staged, Warehouse

JOB_FILE = "job.json"
MOST_RUNS = 400  # of one commit: about a year of daily runs
log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Rebuild; 0 when every crawl of the archive is in the warehouse, 1 where a portal is not in the registry."""
    parser = argparse.ArgumentParser(prog="python -m dags.local.rebuild", description=__doc__)
    parser.add_argument("--portal", action="append", help="only these; may be given several times")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    found = [job for job in jobs(paths().archive) if options.portal is None or job.portal.id in options.portal]
    unknown = sorted({job.portal.id for job in found} - load_registry().keys())
    for name in unknown:
        log.error("%s: not in the registry (TINTINH_PORTALS): its crawls are left out", name)
    for portal, own in groupby((job for job in found if job.portal.id not in unknown), key=lambda job: job.portal.id):
        rebuild(portal, list(own))
    return 1 if unknown else 0


def jobs(archive: Path) -> Iterator[CrawlJob]:
    """The job of every crawl that the archive holds, by portal, oldest end first."""
    for folder in sorted(path for path in archive.glob("*") if path.is_dir()):
        files = [file for file in folder.glob(f"*/{JOB_FILE}") if (file.parent / OUTCOME_FILE).exists()]
        for file in sorted(files, key=_ended):
            yield CrawlJob.model_validate_json(file.read_text(encoding="utf-8"))


def rebuild(portal: str, own: Sequence[CrawlJob]) -> None:
    """Load all crawls of one portal, a year of daily runs in a commit."""
    warehouse = Warehouse.open()
    for start in range(0, len(own), MOST_RUNS):
        staged = [stage(job) for job in own[start : start + MOST_RUNS] if not job.dry_run]
        done = warehouse.commit(staged, tasks.portals_table())
        log.info("%s: %d crawls, snapshot %d, rows changed: %s", portal, len(staged), done.snapshot, dict(done.tables))


def stage(job: CrawlJob) -> Staged:
    """One crawl as staged observations; its row of ``runs`` tells the time at which the crawl ended."""
    unit = Unit(
        portal=job.portal.id,
        run_id=job.run_id,
        date_from=job.date_from.isoformat(),
        date_to=job.date_to.isoformat(),
        mode="refetch",
        scheduled=job.scheduled,
        limit=job.limit,
        dry_run=False,
    )
    told = tasks.transform(unit)["staged"]
    told["run"] |= {"finished_at": tasks.outcome_of(unit).finished_at or told["run"]["finished_at"]}
    return Staged.from_json(json.dumps(told))


def _ended(file: Path) -> str:
    outcome = read_outcome(file.parent / OUTCOME_FILE)
    return (outcome and outcome.finished_at) or ""


if __name__ == "__main__":
    sys.exit(main())
