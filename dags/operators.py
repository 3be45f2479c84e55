"""The crawl as an Airflow operator: one child process, its log lines streamed, its exit code an exception."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from crawlers.job import (
    EXIT_BLOCKED,
    EXIT_BUSY,
    EXIT_FINISHED,
    EXIT_INTERRUPTED,
    OUTCOME_FILE,
    CrawlJob,
    CrawlOutcome,
    read_outcome,
    write_json,
)
from dags.plan import Unit, proxy_for, run_dir
from dags.processes import spawn
from warehouse.settings import paths

if TYPE_CHECKING:
    from airflow.sdk import Context

STOP_GRACE = 60.0  # seconds that a crawl has to close its archive after SIGTERM
SHOWN = 20  # problems and planned pages that are written to the log
_LEVEL = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b")


class CrawlInterrupted(AirflowException):
    """The crawl stopped on request and left a state from which the next try goes on."""


class CrawlBusy(AirflowException):
    """Another process, most likely the previous try, still holds the run's folder."""


class CrawlFailed(AirflowException):
    """The crawl ended without reading the portal: network down, crash, wrong registry entry."""


class CrawlBlocked(AirflowFailException):
    """The portal as a whole says no; trying again would be pushing."""


class CrawlOperator(BaseOperator):
    """Crawl one portal for the days of ``unit`` (see :class:`dags.plan.Unit`) in a child process of its own session.

    Returns counts for XCom. The child's environment holds none of Airflow's secrets. It is stopped by SIGTERM when
    the task is killed, times out or dies. Raises the exceptions of this module according to its exit code;
    skipped in modes ``reparse`` and ``retag``.
    """

    template_fields = ("unit",)

    def __init__(self, *, unit: Unit, command: tuple[str, ...] = ("-m", "crawlers.run"), **options: Any) -> None:
        super().__init__(**options)
        self.unit = unit
        self.command = command
        self._child: subprocess.Popen[str] | None = None

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002 - the operator's interface
        """Run the crawl to its end."""
        if self.unit["mode"] != "refetch":
            raise AirflowSkipException(f"mode {self.unit['mode']}: what is stored is read again, no request is made")
        job = crawl_job(self.unit)
        job.run_dir.mkdir(parents=True, exist_ok=True)
        (job.run_dir / OUTCOME_FILE).unlink(missing_ok=True)
        if job.inventory:
            write_inventory(job.portal.id, job.inventory)
        file = job.run_dir / "job.json"
        write_json(file, job)
        code = self._run(file)
        outcome = read_outcome(job.run_dir / OUTCOME_FILE)
        self._report(outcome)
        return verdict(code, outcome, job)

    def on_kill(self) -> None:
        """Ask the crawl to stop; called from a signal handler with 5 seconds left, so it does not wait."""
        child = self._child
        if child and child.poll() is None:
            self.log.warning("asking the crawl to stop (SIGTERM to process %s)", child.pid)
            child.send_signal(signal.SIGTERM)

    def _run(self, job: Path) -> int:
        command = [sys.executable, *self.command, str(job)]
        self.log.info("starting %s", " ".join(command))
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "bufsize": 1}
        self._child = child = spawn(command, env=_environment(), errors="replace", **pipes)
        try:
            for line in child.stdout or ():
                self._echo(line.rstrip())
            return child.wait()
        except BaseException:  # a timeout is raised here before on_kill is called
            _stop(child)
            raise

    def _echo(self, line: str) -> None:
        found = _LEVEL.search(line[:80])
        level = "error" if found and found[1] != "WARNING" else "warning" if found else "info"
        getattr(self.log, level)("%s", line)

    def _report(self, outcome: CrawlOutcome | None) -> None:
        if outcome is None:
            return
        for problem in outcome.problems[:SHOWN]:
            self.log.warning("%s %s: %s. %s", problem.outcome, problem.url, problem.message, problem.remedy)
        if outcome.problem_count > SHOWN:
            self.log.warning("... and %d more problems", outcome.problem_count - SHOWN)
        if outcome.planned:
            self.log.info("plan: %d pages would be fetched, for example", len(outcome.planned))
        for candidate in outcome.planned[:SHOWN]:
            self.log.info("  %s %s %s", candidate.date or "????-??-??", candidate.kind, candidate.url)


def crawl_job(unit: Unit) -> CrawlJob:
    """The crawl's order for one unit, with everything that its process needs to know."""
    from crawlers.portal import load_registry

    where, portal = paths(), load_registry()[unit["portal"]]
    folder = run_dir(where.archive, portal.id, unit["run_id"])
    return CrawlJob.model_validate(
        {
            **{name: unit[name] for name in ("run_id", "date_from", "date_to", "scheduled", "limit", "dry_run")},
            "portal": portal,
            "run_dir": folder,
            "archive": where.archive,
            "inventory": folder / "inventory.parquet",
            "proxy": proxy_for(portal, where.proxy),
            "contact": where.contact,
        }
    )


def write_inventory(portal: str, path: Path) -> None:
    """Write what the warehouse knows of a portal where its crawl reads it; imported late, since Arrow is heavy."""
    from warehouse.store import Warehouse

    Warehouse.open().write_inventory(portal, path)


def verdict(code: int, outcome: CrawlOutcome | None, job: CrawlJob) -> dict[str, Any]:
    """Counts of a finished crawl; the exception that belongs to any other exit code."""
    reason = (outcome.reason if outcome else None) or f"exit code {code}"
    where = f"{job.portal.id}, {job.date_from} to {job.date_to}"
    if code == EXIT_FINISHED and outcome:
        return _counts(outcome)
    if code == EXIT_INTERRUPTED:
        raise CrawlInterrupted(f"{where}: stopped, the next try goes on from here ({reason})")
    if code == EXIT_BUSY:
        raise CrawlBusy(f"{where}: another process still crawls into {job.run_dir}")
    if code == EXIT_BLOCKED:
        raise CrawlBlocked(f"{where}: the portal refuses to be crawled: {reason}")
    raise CrawlFailed(f"{where}: {reason}")


def _counts(outcome: CrawlOutcome) -> dict[str, Any]:
    names = ("portal", "state", "requests", "candidates", "articles", "documents", "unchanged", "errors")
    return {name: getattr(outcome, name) for name in names}


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "_AIRFLOW"))}


def _stop(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_GRACE
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    if child.poll() is None:
        child.kill()
    child.wait()
