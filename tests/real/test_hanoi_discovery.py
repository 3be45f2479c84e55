"""Discovery on a real Liferay portal: 1,631 pages of 2008 to 2022 at their original addresses, with gaps."""

import datetime as dt
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawlers.archive import records
from crawlers.job import CrawlJob
from crawlers.portal import load_registry
from tests.crawlers.harness import ROOT, finish, outcome, start

DATA = (ROOT / os.environ.get("TINTINH_DATA", "../shared/data")).resolve() / "hanoi"
PROXY = (ROOT / os.environ.get("TINTINH_TOOLS", "../shared/tools")).resolve() / "replay_proxy.py"
PORTAL = "sotttt_hanoi"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not (DATA.is_dir() and PROXY.exists()), reason="the real archive is not here (TINTINH_DATA)"),
]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The replay proxy over the archive, on a free port."""
    port = _free_port()
    command = [sys.executable, str(PROXY), str(DATA / "portal.warc.gz"), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "pages on" in process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def harvest(folder: Path, proxy: str, first: dt.date, last: dt.date, run_id: str = "r1", **changes: Any) -> CrawlJob:
    portal = load_registry([Path(__file__).parent / "registry"])[PORTAL]
    portal = portal.model_copy(update={"sections": changes.pop("sections", portal.sections)})
    archive = folder / "archive"
    job = CrawlJob(
        portal=portal, run_id=run_id, date_from=first, date_to=last, archive=archive, run_dir=archive / PORTAL / run_id,
        proxy=proxy, **changes,
    )  # fmt: skip
    code, log = finish(start(job), timeout=300)
    assert code == 0, log
    return job


def gold(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / f"{name}_gold.jsonl").read_text(encoding="utf-8").splitlines()]


def ids(job: CrawlJob, kind: str) -> list[str]:
    found = [item.record for item in records(job.run_dir, job.archive)]
    return sorted(str(record.portal_key) for record in found if record.role == kind and record.outcome == "ok")


@pytest.mark.timeout(600)
def test_one_sweep_brings_every_article_and_document_exactly_once(tmp_path: Path, proxy: str) -> None:
    job = harvest(tmp_path, proxy, dt.date(2008, 1, 1), dt.date(2022, 12, 31))
    assert ids(job, "article") == sorted(item["id"] for item in gold("articles"))
    assert ids(job, "document") == sorted(item["id"] for item in gold("documents"))
    assert outcome(job).listing_requests <= 80  # 71 pages of listings in the archive
    assert set(outcome(job).errors) == {"gone"}  # listed pages and files that the archive lacks


def test_one_day_deep_in_the_listings_costs_few_listing_requests(tmp_path: Path, proxy: str) -> None:
    day = dt.date(2016, 8, 10)
    job = harvest(tmp_path, proxy, day, day)
    assert ids(job, "article") == sorted(item["id"] for item in gold("articles") if item["date"] == day.isoformat())
    assert outcome(job).listing_requests <= 5 * 14
    again = harvest(tmp_path, proxy, day, day, "r2")
    assert ids(again, "article") == ids(job, "article")
    assert outcome(again).listing_requests <= 5 * 4  # with the map of where the days lie


@pytest.mark.timeout(600)
def test_a_mix_of_languages_and_sections_never_makes_two_articles_of_one(tmp_path: Path, proxy: str) -> None:
    mixed = ("/cong-nghe-thong-tin", "/en/cong-nghe-thong-tin", "/vi/cong-nghe-thong-tin", "/vi/buu-chinh-vien-thong",
             "/en/thanh-tra", "/vi/thanh-tra", "/vi/ke-hoach-tai-chinh", "/ke-hoach-tai-chinh")  # fmt: skip
    job = harvest(tmp_path, proxy, dt.date(2008, 1, 1), dt.date(2022, 12, 31), sections=mixed, dry_run=True)
    planned = [item.portal_key for item in outcome(job).planned if item.kind == "article"]
    assert len(planned) == len(set(planned))
    assert {item["id"] for item in gold("articles")} <= set(planned)
