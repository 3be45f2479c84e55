"""What a crawl's process does when it is stopped, killed, started twice, refused or broken."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from crawlers.archive import parts
from crawlers.job import EXIT_BLOCKED, EXIT_BUSY, EXIT_FAILED, EXIT_INTERRUPTED
from tests.crawlers import refusals
from tests.crawlers.harness import ROOT, archived, crawl, finish, make_job, outcome, start
from tests.crawlers.site import Answer, Route, Site, article, listing

PAGES = [f"/tin-{number}" for number in range(30)]


def slow_site(delay: float = 0.1) -> dict[str, Route]:
    pages = {path: Answer(article(f"Tin {path}").body, delay=delay) for path in PAGES}
    return {"/list": listing(*PAGES), **pages}


def wait_for(condition: object, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.02)


def test_a_finished_crawl_counts_by_day_and_publishes_its_archive(tmp_path: Path) -> None:
    routes = {"/list": listing("/a", "/b"), "/a": article("A", "/x.pdf"), "/b": article("B")}
    with Site({**routes, "/x.pdf": Answer(b"%PDF-1.4\n%%EOF\n")}) as site:
        job = make_job(tmp_path, site.proxy)
        code, log = crawl(job)
    assert (code, outcome(job).state) == (0, "finished"), log
    assert outcome(job).days["2025-06-27"].model_dump() == {"articles": 2, "documents": 0, "errors": 0}
    assert (outcome(job).requests, outcome(job).listing_requests, outcome(job).natural_end) == (5, 1, True)
    assert outcome(job).warc_files == ["bao_mau/r1/part-001.warc.gz"]
    file = archived(job)["/x.pdf"].record
    assert (file.role, file.parent_url, file.media_type) == ("attachment", "http://bao.test/a", "application/pdf")
    assert archived(job)["/a"].record.attachments == ("http://bao.test/x.pdf",)
    assert len(log.splitlines()) == 2, log


def test_a_stopped_crawl_goes_on_without_asking_again(tmp_path: Path) -> None:
    with Site(slow_site()) as site:
        job = make_job(tmp_path, site.proxy)
        process = start(job)
        wait_for(lambda: len(site.requests) > 8)
        while process.poll() is None:
            process.send_signal(signal.SIGTERM)
            time.sleep(0.01)
        code, log = finish(process)
        assert (code, outcome(job).state) == (EXIT_INTERRUPTED, "interrupted"), log
        kept = len(archived(job))
        assert 4 < kept < len(PAGES)
        code, log = crawl(job)
        assert (code, outcome(job).resumed, outcome(job).articles) == (0, True, len(PAGES)), log
        assert all(len(site.asked(path)) == 1 for path in PAGES)
        assert outcome(job).requests == len(site.requests)
    assert set(archived(job)) == set(PAGES)


def test_a_killed_crawl_loses_nothing_that_was_archived_and_reads_no_torn_record(tmp_path: Path) -> None:
    with Site(slow_site()) as site:
        job = make_job(tmp_path, site.proxy)
        process = start(job)
        wait_for(lambda: len(site.requests) > 10)
        process.kill()
        finish(process)
        [torn] = job.run_dir.glob("*.open")
        torn.write_bytes(torn.read_bytes()[:-100])
        assert (archived(job), (job.run_dir / "outcome.json").exists()) == ({}, False)
        code, log = crawl(job)
        assert code == 0, log
        again = sum(len(site.asked(path)) > 1 for path in PAGES)
    assert set(archived(job)) == set(PAGES)
    assert all(item.body == article(f"Tin {path}").body for path, item in archived(job).items())
    assert again <= 4, "only the torn record and what was in flight is asked again"
    assert len(parts(job.run_dir)) == 2


def test_a_second_process_leaves_the_run_alone(tmp_path: Path) -> None:
    with Site(slow_site(0.2)) as site:
        job = make_job(tmp_path, site.proxy)
        first = start(job)
        wait_for(lambda: len(site.requests) > 3)
        code, log = crawl(job)
        assert code == EXIT_BUSY
        assert "another crawl" in log
        first.send_signal(signal.SIGTERM)
        assert finish(first)[0] == EXIT_INTERRUPTED


def test_a_stop_is_bounded_although_a_page_hangs(tmp_path: Path) -> None:
    with Site({"/list": listing("/a"), "/a": Answer(article("A").body, delay=30)}) as site:
        job = make_job(tmp_path, site.proxy, settings={"STOP_GRACE": 1, "DOWNLOAD_TIMEOUT": 60})
        process = start(job)
        wait_for(lambda: site.asked("/a"))
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert finish(process)[0] == EXIT_INTERRUPTED
        assert time.monotonic() - began < 4


def test_a_signal_before_the_spider_runs_still_stops_it(tmp_path: Path) -> None:
    with Site(slow_site()) as site:
        process = start(make_job(tmp_path, site.proxy))
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert finish(process)[0] == EXIT_INTERRUPTED
        assert len(site.requests) < 5


def test_a_page_whose_file_is_missing_after_a_stop_is_completed(tmp_path: Path) -> None:
    with Site({"/list": listing("/a"), "/a": article("A", "/x.pdf"), "/x.pdf": Answer(b"", 500)}) as site:
        job = make_job(tmp_path, site.proxy)
        crawl(job)
        assert outcome(job).errors == {"server_error": 1}
        site.set("/x.pdf", Answer(b"%PDF-1.4\n%%EOF\n"))
        assert crawl(job)[0] == 0
        assert (archived(job)["/x.pdf"].record.outcome, outcome(job).errors) == ("ok", {})
        crawl(job)
        assert (len(site.asked("/a")), len(site.asked("/x.pdf"))) == (2, 4)


def test_a_portal_that_refuses_everything_is_blocked_after_few_requests(tmp_path: Path) -> None:
    refusal = Answer(b"<html><title>Access Denied</title><body>Access Denied</body></html>", 403)
    with Site({"/list": listing(*PAGES), **dict.fromkeys(PAGES, refusal)}) as site:
        site.set("/list", Answer(listing(*PAGES).body, 403))
        job = make_job(tmp_path, site.proxy)
        code, _ = crawl(job)
    assert (code, outcome(job).state) == (EXIT_BLOCKED, "blocked")
    assert "refuses" in str(outcome(job).reason)
    assert len(site.requests) < 5


def test_a_portal_that_begins_to_refuse_is_left_alone(tmp_path: Path) -> None:
    many = [f"/tin-{number}" for number in range(120)]
    refusal = Answer(b"<html><title>Access Denied</title><body>Access Denied</body></html>", 403, delay=0.05)
    with Site({"/list": listing(*many), **dict.fromkeys(many, refusal)}) as site:
        job = make_job(tmp_path, site.proxy)
        code, _ = crawl(job)
    assert (code, outcome(job).state) == (EXIT_BLOCKED, "blocked")
    assert 20 <= len(site.requests) < 60


def test_robots_that_forbid_everything_block_the_crawl(tmp_path: Path) -> None:
    robots = Answer(b"User-agent: *\nDisallow: /\n", headers={"Content-Type": "text/plain"})
    with Site({"/robots.txt": robots, "/list": listing("/a")}) as site:
        job = make_job(tmp_path, site.proxy)
        code, _ = crawl(job)
    assert (code, [url for _, url in site.requests]) == (EXIT_BLOCKED, ["http://bao.test/robots.txt"])
    [problem] = outcome(job).problems
    assert (problem.outcome, problem.url) == ("robots", "http://bao.test/list")


def test_a_portal_that_is_down_is_a_failure_and_no_empty_success(tmp_path: Path) -> None:
    with Site({"/list": Answer(b"<html>bao tri</html>", 503)}) as site:
        job = make_job(tmp_path, site.proxy)
        code, _ = crawl(job)
    assert (code, outcome(job).state, outcome(job).errors) == (EXIT_FAILED, "failed", {"server_error": 1})
    assert len(site.asked("/list")) == 3


def test_an_exception_in_a_callback_fails_the_run_and_keeps_the_other_pages(tmp_path: Path) -> None:
    with Site({"/list": listing("/a", "/bug"), "/a": article("A"), "/bug": article("B")}) as site:
        job = make_job(tmp_path, site.proxy)
        code, log = crawl(job)
    assert (code, outcome(job).articles) == (EXIT_FAILED, 1)
    assert "a selector that nobody tested" in str(outcome(job).reason)
    assert "Traceback" in log


def test_a_dry_run_plans_and_archives_nothing(tmp_path: Path) -> None:
    with Site({"/list": listing("/a", "/b")}) as site:
        job = make_job(tmp_path, site.proxy, dry_run=True, limit=1)
        assert crawl(job)[0] == 0
    assert [candidate.url for candidate in outcome(job).planned] == ["http://bao.test/a"]
    assert parts(job.run_dir) == []


def test_a_bad_job_file_is_refused_by_field(tmp_path: Path) -> None:
    file = tmp_path / "job.json"
    file.write_text(make_job(tmp_path, None).model_dump_json().replace("2025-06-26", "hôm qua"), encoding="utf-8")
    command = [sys.executable, "-m", "crawlers.run", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == EXIT_FAILED
    assert "date_from" in done.stdout


def test_a_crawl_needs_little_memory_and_leaves_no_process(tmp_path: Path) -> None:
    with Site(slow_site()) as site:
        process = start(make_job(tmp_path, site.proxy))
        wait_for(lambda: len(site.requests) > 5)
        child = psutil.Process(process.pid)
        assert child.memory_info().rss < 250e6
        assert child.children() == []
        assert finish(process)[0] == 0


@pytest.mark.parametrize(
    ("answer", "state", "told"),
    [
        (Answer(b"", 302, {"Location": "/"}), "failed", "3 soft_404"),
        (Answer(refusals.SOFT_404S["article moved"].encode()), "failed", "3 soft_404"),
        (Answer(refusals.BLOCKED["domestic waf"].encode()), "blocked", "refuses its pages (3 of 3)"),
    ],
    ids=["sent home", "soft 404", "block page"],
)
def test_a_portal_of_which_no_page_arrives_is_no_success(tmp_path: Path, answer: Answer, state: str, told: str) -> None:
    pages = ["/tin-1", "/tin-2", "/tin-3"]
    with Site({"/": listing(), "/list": listing(*pages), **dict.fromkeys(pages, answer)}) as site:
        job = make_job(tmp_path, site.proxy)
        crawl(job)
    assert (outcome(job).state, outcome(job).articles) == (state, 0)
    assert told in str(outcome(job).reason)
