"""The crawl as a task: a real child process, real signals, real sample portals."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from crawlers.archive import records
from crawlers.job import CrawlJob, CrawlOutcome, read_outcome
from dags import operators, plan
from dags.processes import process

STARTED = "2025-06-30T00:00:00+00:00"
EXECUTE = """
import json, sys
from dags.operators import CrawlOperator
operator = CrawlOperator(task_id="crawl", unit=json.loads(sys.argv[1]))
print(json.dumps(operator.execute({})), flush=True)
"""


def unit(run_id: str = "r1", **changes: Any) -> plan.Unit:
    base = plan.Unit(
        portal="baosongthao",
        run_id=run_id,
        date_from="2025-06-20",
        date_to="2025-06-29",
        mode="refetch",
        scheduled=False,
        limit=None,
        dry_run=False,
    )
    return plan.Unit(**{**base, **changes})  # type: ignore[typeddict-item]


def folder(home: Path, run_id: str = "r1") -> Path:
    return plan.run_dir(home / "archive", "baosongthao", run_id)


def ended(state: str, reason: str | None = None) -> CrawlOutcome:
    return CrawlOutcome(portal="baosongthao", run_id="r1", state=state, reason=reason, started_at=STARTED)  # type: ignore[arg-type]


def start_task(run: plan.Unit) -> subprocess.Popen[str]:
    """The task's process: runs the operator as Airflow's worker does."""
    command = [sys.executable, "-c", EXECUTE, json.dumps(run)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def crawl_of(task: subprocess.Popen[str]) -> int:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        children = Path(f"/proc/{task.pid}/task/{task.pid}/children").read_text().split()
        if children:
            return int(children[0])
        time.sleep(0.05)
    raise AssertionError(f"no crawl was started: {task.stdout.read() if task.stdout else ''}")


def wait_for_pages(home: Path, samples: Any, pages: int) -> None:
    deadline = time.monotonic() + 30
    while sum("/2025" in row["url"] for row in samples.requests) < pages and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("code", "outcome", "error", "words"),
    [
        (75, ended("interrupted", "SIGTERM"), operators.CrawlInterrupted, "the next try goes on"),
        (74, None, operators.CrawlBusy, "another process"),
        (76, ended("blocked", "403 on every page"), operators.CrawlBlocked, "403 on every page"),
        (1, ended("failed", "DNS: no such host"), operators.CrawlFailed, "no such host"),
        (-9, None, operators.CrawlFailed, "exit code -9"),
        (0, None, operators.CrawlFailed, "exit code 0"),
    ],
)
def test_an_exit_code_becomes_an_exception_that_names_portal_and_days(
    home: Path, code: int, outcome: CrawlOutcome | None, error: type[Exception], words: str
) -> None:
    job: CrawlJob = operators.crawl_job(unit())
    with pytest.raises(error, match="baosongthao, 2025-06-20 to 2025-06-29.*" + words):
        operators.verdict(code, outcome, job)


def test_a_blocked_portal_is_not_tried_again() -> None:
    from airflow.sdk.exceptions import AirflowFailException

    assert issubclass(operators.CrawlBlocked, AirflowFailException)
    for retried in (operators.CrawlInterrupted, operators.CrawlBusy, operators.CrawlFailed):
        assert not issubclass(retried, AirflowFailException)


def test_an_interrupted_crawl_is_tried_again_within_seconds() -> None:
    from airflow.sdk import RetryAction

    from dags.harvest import PATIENCE

    soon = PATIENCE.evaluate(operators.CrawlInterrupted("stopped"), 1, 3)
    assert (soon.action, soon.retry_delay.total_seconds()) == (RetryAction.RETRY, 10)  # type: ignore[union-attr]
    assert PATIENCE.evaluate(operators.CrawlFailed("DNS"), 1, 3).action == RetryAction.DEFAULT


def test_the_crawl_sees_none_of_airflows_secrets(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "nobody-may-read-this")
    script = "import json, os, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(json.dumps(dict(os.environ)))"
    operator = operators.CrawlOperator(task_id="crawl", unit=unit(), command=("-c", script))
    seen = home / "environment.json"
    assert operator._run(seen) == 0
    environment = json.loads(seen.read_text())
    assert [name for name in environment if "AIRFLOW" in name] == []
    assert environment["TINTINH_HOME"] == str(home)


@pytest.mark.parametrize("mode", ["reparse", "retag"])
def test_reading_what_is_stored_starts_no_crawl(home: Path, mode: str) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    operator = operators.CrawlOperator(task_id="crawl", unit=unit(mode=mode), command=("-c", "raise SystemExit(1)"))
    with pytest.raises(AirflowSkipException, match="no request"):
        operator.execute({})  # type: ignore[typeddict-item]
    assert not folder(home).exists()


def test_a_crawl_of_a_sample_portal_returns_its_counts(home: Path, samples: Any) -> None:
    operator = operators.CrawlOperator(task_id="crawl", unit=unit())
    counts = operator.execute({})  # type: ignore[typeddict-item]
    assert counts["state"] == "finished"
    assert counts["articles"] >= 2
    assert counts["errors"] == {}
    assert counts["requests"] == len(samples.requests)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_task_takes_its_crawl_along_and_the_next_try_fetches_the_rest(
    home: Path, samples: Any, number: signal.Signals
) -> None:
    samples.set("baosongthao.test/*-*", "slow", seconds=0.4)
    task = start_task(unit())
    crawl = crawl_of(task)
    wait_for_pages(home, samples, 3)
    task.send_signal(number)
    task.wait(15)
    deadline = time.monotonic() + 30
    while process(crawl) is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert process(crawl) is None
    stopped = read_outcome(folder(home) / "outcome.json")
    assert stopped is not None
    assert stopped.state == "interrupted"
    again = start_task(unit())
    log, _ = again.communicate(timeout=120)
    outcome = read_outcome(folder(home) / "outcome.json")
    assert outcome is not None, log
    assert (outcome.state, outcome.resumed) == ("finished", True), log
    assert_archived_once(folder(home), home)


def assert_archived_once(run: Path, home: Path) -> None:
    pages = [item.record.url for item in records(run, home / "archive") if item.record.role == "article"]
    assert len(pages) >= 5
    assert len(pages) == len(set(pages))
    assert os.path.commonpath([run, home]) == str(home)
