"""Runs crawls of scripted sites in real child processes."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from crawlers.archive import Archived, records
from crawlers.job import CrawlJob, CrawlOutcome, read_outcome
from crawlers.portal import Portal

ROOT = Path(__file__).parents[2]
FAST = {
    "SPIDER": "tests.crawlers.tiny.TinySpider", "RETRY_BACKOFF": 0, "PROGRESS_EVERY": 0.1, "LOCK_WAIT": 0,
    "DOWNLOAD_TIMEOUT": 5,
}  # fmt: skip


def make_job(tmp_path: Path, proxy: str | None, *, run_id: str = "r1", **changes: Any) -> CrawlJob:
    """A job for the portal bao.test; ``settings`` are added to fast defaults."""
    portal = Portal(
        id="bao_mau", name="Báo Mẫu", kind="newspaper", home="http://bao.test/", province="tuyen_quang", delay=0,
        **changes.pop("portal", {}),
    )  # fmt: skip
    archive = tmp_path / "archive"
    fields: dict[str, Any] = {
        "portal": portal, "run_id": run_id, "date_from": dt.date(2025, 6, 26), "date_to": dt.date(2025, 6, 29),
        "archive": archive, "run_dir": archive / "bao_mau" / run_id, "proxy": proxy,
        "settings": {**FAST, **changes.pop("settings", {})},
    }  # fmt: skip
    return CrawlJob(**{**fields, **changes})


def start(job: CrawlJob) -> subprocess.Popen[str]:
    """Starts the crawl as the Airflow task does: a child process in a session of its own."""
    file = job.archive.parent / f"{job.run_id}.job.json"
    file.write_text(job.model_dump_json(), encoding="utf-8")
    command = [sys.executable, "-m", "crawlers.run", str(file)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def finish(process: subprocess.Popen[str], timeout: float = 30) -> tuple[int, str]:
    """Exit code and log of a crawl."""
    log, _ = process.communicate(timeout=timeout)
    return process.returncode, log


def crawl(job: CrawlJob) -> tuple[int, str]:
    """Runs a crawl to its end."""
    return finish(start(job))


def outcome(job: CrawlJob) -> CrawlOutcome:
    found = read_outcome(job.run_dir / "outcome.json")
    assert found is not None
    return found


def archived(job: CrawlJob) -> dict[str, Archived]:
    """The run's fetches by path of their URL, robots.txt left out."""
    found = [item for item in records(job.run_dir, job.archive) if item.record.role != "robots"]
    assert len({item.record.url for item in found}) == len(found)
    return {item.record.url.removeprefix("http://bao.test"): item for item in found}
