"""A crawl may be ended at any moment, twice, and while it publishes: taken up again it brings what it should."""

from __future__ import annotations

import datetime as dt
import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawlers.archive import OPEN, parts
from crawlers.job import EXIT_FAILED, CrawlJob, read_outcome
from crawlers.portal import load_registry
from tests.crawlers.harness import ROOT, archived, make_job, outcome
from tests.crawlers.kills import WAYS, Contents, Launcher, contents, disturbed
from tests.crawlers.site import Answer, Route, Site, article, listing
from tests.portals.server import SampleServer

PORTAL = "sotttt_mau"
DAYS = (dt.date(2025, 6, 20), dt.date(2025, 6, 29))
SEED = random.SystemRandom().randrange(1 << 30)
PLANS = [("killed",), ("power cut", "power cut"), ("terminated", "killed"), ("out of memory",), ("killed", "power cut"),
         ("power cut", "terminated")]  # fmt: skip
FILE = b"%PDF-1.4\n" + b"m\xe1\xba\xabu " * 3000 + b"\n%%EOF\n"


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    with Launcher() as running:
        yield running


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with SampleServer() as running:
        yield running


def sample_job(folder: Path, server: SampleServer) -> CrawlJob:
    portal = load_registry([ROOT / "tests/portals/registry"])[PORTAL]
    settings = {"RETRY_BACKOFF": 0, "DOWNLOAD_TIMEOUT": 5, "PROGRESS_EVERY": 0.1, "LOCK_WAIT": 5}
    return CrawlJob(
        portal=portal, run_id="run", date_from=DAYS[0], date_to=DAYS[1], archive=folder / "archive",
        run_dir=folder / "archive" / PORTAL / "run", proxy=server.proxy, settings=settings,
    )  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, server: SampleServer, launcher: Launcher) -> Contents:
    job = sample_job(tmp_path_factory.mktemp("whole"), server)
    assert launcher.crawl(job) == 0
    return contents(job)[0]


@pytest.mark.parametrize("ways", PLANS, ids=", ".join)
def test_whatever_ends_a_crawl_the_same_pages_and_files_arrive(
    ways: tuple[str, ...], tmp_path: Path, server: SampleServer, launcher: Launcher, whole: Contents
) -> None:
    assert {role for role, _ in whole} == {"candidate", "attachment"}
    seed = SEED + PLANS.index(ways)
    result = disturbed(seed, list(ways), sample_job(tmp_path, server), launcher, server, whole, lasts=1.2)
    print(f"seed {seed}: {result}")
    assert not result.harmed, result
    if "out of memory" not in ways:  # there the crawl asks again by itself before it dies
        assert result.most_fetches <= 1 + len(result.ways)


def test_every_way_is_tried_and_ten_times_in_all() -> None:
    assert {way for plan in PLANS for way in plan} == set(WAYS)
    assert sum(map(len, PLANS)) == 10


PAGES: dict[str, Route] = {f"/tin-{number}": article(f"Tin {number}", "/tep.pdf") for number in range(3)}
ROUTES = {"/list": listing(*PAGES), **PAGES, "/tep.pdf": Answer(FILE)}


@pytest.mark.parametrize("point", ["fsync:2:after", "replace:2:before", "replace:2:after", "replace:4:before"])
def test_a_kill_while_files_are_published_costs_nothing(point: str, tmp_path: Path, launcher: Launcher) -> None:
    with Site(ROUTES) as site:
        job = make_job(tmp_path, site.proxy, settings={"PROGRESS_EVERY": 60})
        assert launcher.crawl(job, point) == -9
        assert launcher.crawl(job) == 0
        assert max(len(site.asked(path)) for path in (*PAGES, "/tep.pdf")) <= 2
    assert set(archived(job)) == {*PAGES, "/tep.pdf"}
    assert list(job.run_dir.glob(f"*{OPEN}")) == []


@pytest.mark.parametrize("point", ["truncate:1:after", "replace:1:after"])
def test_a_kill_while_the_leftovers_of_a_kill_are_saved_costs_nothing(
    point: str, tmp_path: Path, launcher: Launcher
) -> None:
    with Site(ROUTES) as site:
        job = make_job(tmp_path, site.proxy, settings={"PROGRESS_EVERY": 60})
        assert launcher.crawl(job, "replace:2:before") == -9  # all is fetched, nothing published
        [torn] = job.run_dir.glob(f"*{OPEN}")
        torn.write_bytes(torn.read_bytes()[:-30])
        assert launcher.crawl(job, point) == -9
        assert launcher.crawl(job) == 0
    assert set(archived(job)) == {*PAGES, "/tep.pdf"}
    assert len(parts(job.run_dir)) == 2


def test_a_full_disk_ends_the_crawl_with_a_remedy_and_nothing_torn(tmp_path: Path, launcher: Launcher) -> None:
    pages: dict[str, Route] = {
        f"/tin-{number}": Answer(article(f"Tin {number}").body + noise(number)) for number in range(12)
    }
    with Site({"/list": listing(*pages), **pages}) as site:
        job = make_job(tmp_path, site.proxy)
        job.archive.mkdir(parents=True)
        file = tmp_path / "job.json"
        file.write_text(job.model_dump_json(), encoding="utf-8")
        command = [sys.executable, "-m", "crawlers.run", str(file)]
        limit = (100_000, 100_000)  # bytes of a file: as on a full disk, its write ends short
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
        )  # fmt: skip
        assert (done.returncode, outcome(job).state) == (EXIT_FAILED, "failed"), done.stdout
        assert "make room on that disk and clear the task" in str(outcome(job).reason)
        assert "Traceback" not in done.stdout
        kept = archived(job)
        assert 1 <= len(kept) == outcome(job).articles < len(pages)
        assert launcher.crawl(job) == 0
        assert all(len(site.asked(path)) <= 2 for path in pages)
    assert {path: item.body for path, item in archived(job).items()} == {
        path: page.body for path, page in pages.items() if isinstance(page, Answer)
    }


def noise(number: int) -> bytes:
    return b"<!--" + random.Random(number).randbytes(12_000).hex().encode() + b"-->"


def test_a_crawl_without_memory_from_its_start_is_no_empty_success(tmp_path: Path, launcher: Launcher) -> None:
    with Site(ROUTES) as site:
        job = make_job(tmp_path, site.proxy)
        file = tmp_path / "job.json"
        file.write_text(job.model_dump_json(), encoding="utf-8")
        code = "import psutil, resource, sys, scrapy.crawler; from crawlers import run, spider; "
        code += "size = psutil.Process().memory_info().vms + (1 << 20); "
        code += "resource.setrlimit(resource.RLIMIT_AS, (size, size)); sys.exit(run.main(sys.argv[1:]))"
        done = subprocess.run([sys.executable, "-c", code, str(file)], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode != 0
        assert getattr(read_outcome(job.run_dir / "outcome.json"), "state", "failed") == "failed"
        assert launcher.crawl(job) == 0
    assert set(archived(job)) == {*PAGES, "/tep.pdf"}
