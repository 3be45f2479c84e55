"""A family reads a portal of its kind whole; the generic family reads nearly all of any from its home page."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawlers.archive import FetchRecord, records
from crawlers.job import CrawlJob, CrawlOutcome
from crawlers.portal import Portal, load_registry, portal_lines
from tests.commands import fast
from tests.crawlers.harness import outcome
from tests.portals.minis import EVERY, MINIS, REGISTRY, articles, documents
from tests.portals.model import Article, Document
from tests.portals.server import SampleServer

PORTALS = load_registry([REGISTRY])
BY_ID = {site.portal: site for site in MINIS.values()}
WHOLE = (dt.date(2025, 5, 1), dt.date(2025, 7, 31))
DAY = dt.date(2025, 6, 27)
SPEED = {"RETRY_BACKOFF": 0, "DOWNLOAD_TIMEOUT": 10, "LOCK_WAIT": 0}
Days = tuple[dt.date, dt.date]
Gold = dict[str, Article | Document]  # every address that shows it
Sweep = Callable[[str], CrawlOutcome]


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with SampleServer() as running:
        yield running


def make_job(tmp_path: Path, server: SampleServer, portal: Portal, days: Days, **changes: Any) -> CrawlJob:
    archive = tmp_path / "archive"
    return CrawlJob(
        portal=portal, run_id="r1", date_from=days[0], date_to=days[1], archive=archive,
        run_dir=archive / portal.id / "r1", proxy=server.proxy, settings=SPEED, **changes,
    )  # fmt: skip


def crawl(job: CrawlJob) -> CrawlOutcome:
    """Runs a crawl in a child process to its end."""
    file = job.archive.parent / "job.json"
    file.write_text(job.model_dump_json(), encoding="utf-8")
    code, log = fast.crawl(file)
    assert code == 0, log
    return outcome(job)


def gold(host: str) -> Gold:
    site = EVERY[host]
    return {url: item for item in (*articles(site), *documents(site)) for url in item.urls}


def day_of(item: Article | Document) -> dt.date:
    return item.issued_date if isinstance(item, Document) else item.published_at.date()


def read(job: CrawlJob) -> list[FetchRecord]:
    found = (item.record for item in records(job.run_dir, job.archive))
    return [record for record in found if record.role in ("article", "document")]


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory, server: SampleServer) -> Sweep:
    """What a crawl of two months by the portal's own family would fetch."""

    @cache
    def run(portal: str) -> CrawlOutcome:
        job = make_job(tmp_path_factory.mktemp(portal), server, PORTALS[portal], WHOLE, dry_run=True)
        return crawl(job)

    return run


def test_every_mini_portal_is_a_portal_of_few_lines() -> None:
    assert set(PORTALS) == set(BY_ID)
    lines = dict(pair for path in REGISTRY.glob("*.yaml") for pair in portal_lines(path))
    assert max(lines.values()) <= 12


@pytest.mark.parametrize("portal", sorted(PORTALS))
def test_a_family_finds_every_article_and_document_of_its_portal_exactly_once(portal: str, sweep: Sweep) -> None:
    known = gold(BY_ID[portal].host)
    found = Counter(known[item.url].ref if item.url in known else item.url for item in sweep(portal).planned)
    assert found == Counter({item.ref for item in known.values()})
    assert sweep(portal).errors == {}
    assert sweep(portal).natural_end


@pytest.mark.parametrize("portal", sorted(PORTALS))
def test_what_a_listing_says_of_kind_title_and_date_is_right(portal: str, sweep: Sweep) -> None:
    known = gold(BY_ID[portal].host)
    for candidate in sweep(portal).planned:
        item = known[candidate.url]
        kind, title = ("document", item.subject) if isinstance(item, Document) else ("article", item.title)
        assert candidate.kind == kind
        assert candidate.title in (title, None)
        assert candidate.date in (day_of(item), None)


@pytest.mark.parametrize("portal", sorted(PORTALS))
def test_a_backfilled_day_brings_what_is_of_that_day_and_nothing_else(
    portal: str, tmp_path: Path, server: SampleServer
) -> None:
    known = gold(BY_ID[portal].host)
    job = make_job(tmp_path, server, PORTALS[portal], (DAY, DAY))
    crawl(job)
    found = [known[record.url].ref for record in read(job)]
    assert sorted(found) == sorted({item.ref for item in known.values() if day_of(item) == DAY})


@pytest.mark.parametrize("host", sorted(EVERY))
def test_the_generic_family_finds_nearly_every_article_from_the_home_page_alone(
    host: str, tmp_path: Path, server: SampleServer
) -> None:
    portal = Portal(id="chung", name="Cổng mẫu", kind="government", home=f"http://{host}/", province="ha_noi", delay=0)
    job = make_job(tmp_path, server, portal, WHOLE, dry_run=True)
    planned = [candidate.url for candidate in crawl(job).planned]
    known = gold(host)
    wanted = {item.ref for item in articles(EVERY[host])}
    found = Counter(known[url].ref for url in planned if url in known)
    assert len(wanted & set(found)) >= 0.95 * len(wanted)
    assert sum(url not in known for url in planned) < 0.03 * len(planned)
    assert max(found.values()) == 1
