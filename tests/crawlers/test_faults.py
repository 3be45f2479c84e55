"""Every fault of the sample portals as the operator sees it: an outcome with a remedy, and all other pages arrive."""

from __future__ import annotations

import datetime as dt
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawlers.archive import FetchRecord, records
from crawlers.job import EXIT_INTERRUPTED, CrawlJob
from crawlers.portal import load_registry
from tests.crawlers.harness import crawl, finish, outcome, start
from tests.portals import content
from tests.portals.server import SampleServer

REGISTRY = load_registry([Path(__file__).parents[1] / "portals" / "registry"])
DAYS = (dt.date(2025, 6, 26), dt.date(2025, 6, 29))
PRESS = "baosongthao"
VICTIM, *OTHERS = sorted(
    item.url for item in content.ARTICLES if item.portal == PRESS and DAYS[0] <= item.published_at.date() <= DAYS[1]
)


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer() as running:
        yield running


def job_for(tmp_path: Path, server: SampleServer, portal: str = PRESS, **settings: Any) -> CrawlJob:
    archive = tmp_path / "archive"
    speed = {"RETRY_BACKOFF": 0, "DOWNLOAD_TIMEOUT": 5, "LOCK_WAIT": 0, **settings}
    return CrawlJob(
        portal=REGISTRY[portal], run_id="r1", date_from=DAYS[0], date_to=DAYS[1], run_dir=archive / portal / "r1",
        archive=archive, proxy=server.proxy, settings=speed,
    )  # fmt: skip


def pages(job: CrawlJob) -> dict[str, FetchRecord]:
    found = [item.record for item in records(job.run_dir, job.archive)]
    return {record.url: record for record in found if record.role == "article"}


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("status", {"status": 404}, "gone"),
        ("status", {"status": 403}, "blocked"),
        ("error", {"retry_after": 0}, "server_error"),
        ("waf", {}, "blocked"),
        ("soft_404", {}, "soft_404"),
        ("login", {}, "login"),
        ("redirect", {"location": "http://elsewhere.test/x"}, "offsite"),
        ("redirect", {"location": "http://169.254.169.254/latest"}, "forbidden_address"),
        ("loop", {}, "redirect_loop"),
        ("huge", {}, "oversized"),
        ("bomb", {}, "bomb"),
        ("slow", {"seconds": 4}, "timeout"),
        ("truncated", {"wire": True}, "truncated"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_a_fault_is_one_outcome_and_the_other_articles_arrive(
    tmp_path: Path, server: SampleServer, kind: str, options: dict[str, Any], expected: str
) -> None:
    server.set(re.escape(VICTIM), kind, **options)
    job = job_for(tmp_path, server, DOWNLOAD_TIMEOUT=1 if kind == "slow" else 5)
    code, log = crawl(job)
    assert (code, outcome(job).state, outcome(job).articles) == (0, "finished", len(OTHERS)), log
    [problem] = outcome(job).problems
    assert (problem.url, problem.outcome) == (VICTIM, expected)
    assert f"WARNING {expected} {VICTIM}: " in log
    assert f"Remedy: {problem.remedy}" in log
    assert pages(job)[VICTIM].reason == f"{problem.message}; remedy: {problem.remedy}"
    assert {url for url, record in pages(job).items() if record.outcome == "ok"} == set(OTHERS)
    assert {entry["url"].split("/")[2] for entry in server.requests} == {VICTIM.split("/")[2]}


@pytest.mark.parametrize(("kind", "expected"), [("html_as_pdf", "wrong_type"), ("truncated", "truncated")])
def test_a_bad_file_is_one_outcome_and_its_page_arrives(
    tmp_path: Path, server: SampleServer, kind: str, expected: str
) -> None:
    server.set(r"\.pdf", kind)
    job = job_for(tmp_path, server, "sotttt_mau")
    assert crawl(job)[0] == 0
    found = [item.record for item in records(job.run_dir, job.archive)]
    files = [record for record in found if record.role == "attachment"]
    assert {record.outcome for record in files} == {expected}
    assert {problem.url for problem in outcome(job).problems} == {record.url for record in files}
    parents = {record.url for record in found if record.role in ("article", "document") and record.outcome == "ok"}
    assert {record.parent_url for record in files} <= parents


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGKILL])
def test_a_crawl_that_is_ended_midway_brings_the_same_pages_as_an_undisturbed_one(
    tmp_path: Path, server: SampleServer, stop: signal.Signals
) -> None:
    job = job_for(tmp_path, server, DOWNLOAD_DELAY=0.2, RANDOMIZE_DOWNLOAD_DELAY=False)
    process = start(job)
    deadline = time.monotonic() + 20
    while sum(entry["url"] in (VICTIM, *OTHERS) for entry in server.requests) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(stop)
    assert finish(process)[0] == (EXIT_INTERRUPTED if stop == signal.SIGTERM else -signal.SIGKILL)
    assert crawl(job)[0] == 0
    assert set(pages(job)) == {VICTIM, *OTHERS}
    assert {record.outcome for record in pages(job).values()} == {"ok"}
    asked = [entry["url"] for entry in server.requests if entry["url"] in pages(job)]
    assert len(asked) - len(pages(job)) <= (0 if stop == signal.SIGTERM else 2)
