"""The spider against the sample portals: what was asked arrives, once, with few requests, whatever happens to pages."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawlers.archive import FetchRecord, records
from crawlers.attachments import find_files
from crawlers.families.hints import hints_for
from crawlers.job import CrawlJob
from crawlers.portal import load_registry
from tests.crawlers.harness import crawl, outcome
from tests.crawlers.known import write_inventory
from tests.portals import content
from tests.portals.server import SampleServer

REGISTRY = load_registry([Path(__file__).parents[1] / "portals" / "registry"])
WHOLE = (dt.date(2025, 5, 1), dt.date(2025, 7, 31))
DAYS = (dt.date(2025, 6, 26), dt.date(2025, 6, 29))
Days = tuple[dt.date, dt.date]
SPEED = {"RETRY_BACKOFF": 0, "DOWNLOAD_TIMEOUT": 10, "LOCK_WAIT": 0}
PRESS, LIFERAY = "baosongthao", "sotttt_mau"


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer() as running:
        yield running


def make_job(tmp_path: Path, server: SampleServer, portal: str, days: Days, **changes: Any) -> CrawlJob:
    archive = tmp_path / "archive"
    run_id = changes.pop("run_id", "r1")
    first, last = days
    return CrawlJob(
        portal=changes.pop("portal_object", REGISTRY[portal]), run_id=run_id, date_from=first, date_to=last,
        run_dir=archive / portal / run_id, archive=archive, proxy=server.proxy, settings=SPEED, **changes,
    )  # fmt: skip


def fetched(job: CrawlJob, *roles: str) -> list[FetchRecord]:
    return [item.record for item in records(job.run_dir, job.archive) if item.record.role in roles]


def pages(job: CrawlJob, result: str = "ok") -> list[str]:
    return sorted(record.url for record in fetched(job, "article", "document") if record.outcome == result)


def gold(portal: str, days: Days) -> list[str]:
    """Addresses of every article and document of the portal dated in the days."""
    dated = [(item.url, item.published_at.date()) for item in content.ARTICLES if item.portal == portal]
    dated += [(item.url, item.issued_date) for item in content.DOCUMENTS if item.portal == portal]
    return sorted(url for url, day in dated if days[0] <= day <= days[1])


def key(url: str) -> str:
    """An article's identity among the addresses that show it."""
    for item in content.ARTICLES:
        if url in item.urls:
            return item.ref
    return url


def requested(server: SampleServer) -> list[str]:
    return [entry["url"] for entry in server.requests]


Sweep = Callable[[str], tuple[CrawlJob, list[str]]]


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """Sweeps a portal once for all tests: the finished job and every URL asked for."""

    @cache
    def run(portal: str) -> tuple[CrawlJob, list[str]]:
        with SampleServer() as server:
            job = make_job(tmp_path_factory.mktemp(portal), server, portal, WHOLE)
            code, log = crawl(job)
            assert code == 0, log
            return job, requested(server)

    return run


@pytest.mark.parametrize("portal", sorted(REGISTRY))
def test_a_sweep_brings_every_article_and_document_of_a_portal_exactly_once(portal: str, sweep: Sweep) -> None:
    job, _ = sweep(portal)
    assert sorted(map(key, pages(job))) == sorted(map(key, gold(portal, WHOLE)))
    assert outcome(job).natural_end
    assert outcome(job).errors == {}
    assert outcome(job).listings_failed == 0


@pytest.mark.parametrize("portal", sorted(REGISTRY))
def test_a_backfill_brings_its_days_and_nothing_else(portal: str, tmp_path: Path, server: SampleServer) -> None:
    job = make_job(tmp_path, server, portal, DAYS)
    code, log = crawl(job)
    assert code == 0, log
    assert sorted(map(key, pages(job))) == sorted(map(key, gold(portal, DAYS)))


def test_one_article_under_several_addresses_is_asked_for_once_and_never_as_print_view(sweep: Sweep) -> None:
    articles = [url for url in sweep(LIFERAY)[1] if "/view_content/" in url]
    assert max(Counter(map(key, articles)).values()) == 1
    assert not [url for url in articles if "pop_up" in url]


def test_files_of_pages_are_archived_once_with_the_page_that_links_them(sweep: Sweep) -> None:
    job, asked = sweep(LIFERAY)
    items = [item for item in (*content.ARTICLES, *content.DOCUMENTS) if item.portal == LIFERAY]
    expected = {file.url: key(item.url) for item in items for file in item.attachments}
    assert {record.url: key(record.parent_url or "") for record in fetched(job, "attachment")} == expected
    assert max(Counter(url for url in asked if url in expected).values()) == 1


def test_a_dry_run_plans_and_asks_for_no_article(tmp_path: Path, server: SampleServer) -> None:
    job = make_job(tmp_path, server, PRESS, DAYS, dry_run=True)
    assert crawl(job)[0] == 0
    assert sorted(item.url for item in outcome(job).planned) == gold(PRESS, DAYS)
    assert not set(requested(server)) & set(gold(PRESS, WHOLE))


def test_a_limit_ends_the_crawl_after_so_many_candidates(tmp_path: Path, server: SampleServer) -> None:
    job = make_job(tmp_path, server, PRESS, WHOLE, limit=3)
    assert crawl(job)[0] == 0
    assert len(pages(job)) == 3
    assert outcome(job).listing_requests <= 5


def test_a_scheduled_run_with_nothing_new_reads_the_heads_of_listings_and_fetches_nothing(
    tmp_path: Path, server: SampleServer, sweep: Sweep
) -> None:
    known = write_inventory(sweep(PRESS)[0], tmp_path / "known.parquet")
    today = (dt.date(2025, 8, 1), dt.date(2025, 8, 1))
    again = make_job(tmp_path, server, PRESS, today, scheduled=True, inventory=known, run_id="r2")
    assert crawl(again)[0] == 0
    assert outcome(again).candidates == 0
    assert outcome(again).listing_requests <= 2 * len(REGISTRY[PRESS].sections) + 1


def test_a_repeated_backfill_asks_conditionally_and_records_unchanged(tmp_path: Path, server: SampleServer) -> None:
    first = make_job(tmp_path, server, PRESS, DAYS)
    assert crawl(first)[0] == 0
    changed = gold(PRESS, DAYS)[0]
    server.state.edit(key(changed))
    known = write_inventory(first, tmp_path / "known.parquet")
    again = make_job(tmp_path, server, PRESS, DAYS, inventory=known, run_id="r2")
    assert crawl(again)[0] == 0
    assert pages(again) == [changed]
    assert pages(again, "unchanged") == gold(PRESS, DAYS)[1:]


def test_a_removed_article_is_asked_for_at_its_own_address_and_found_gone(tmp_path: Path, server: SampleServer) -> None:
    first = make_job(tmp_path, server, PRESS, DAYS)
    assert crawl(first)[0] == 0
    removed = gold(PRESS, DAYS)[1]
    server.state.remove(key(removed))
    known = write_inventory(first, tmp_path / "known.parquet")
    again = make_job(tmp_path, server, PRESS, DAYS, inventory=known, run_id="r2")
    assert crawl(again)[0] == 0
    assert pages(again, "gone") == [removed]


def test_late_news_with_an_old_date_is_found_by_the_scheduled_run(tmp_path: Path, server: SampleServer) -> None:
    late = gold(PRESS, (dt.date(2025, 7, 28), dt.date(2025, 7, 28)))[0]
    server.state.publish_late(key(late), server.clock)
    server.set_now(server.clock - dt.timedelta(hours=3))
    first = make_job(tmp_path, server, PRESS, WHOLE)
    assert crawl(first)[0] == 0
    assert late not in pages(first)
    server.set_now(server.clock + dt.timedelta(hours=9))
    known = write_inventory(first, tmp_path / "known.parquet")
    today = (dt.date(2025, 8, 1), dt.date(2025, 8, 1))
    again = make_job(tmp_path, server, PRESS, today, scheduled=True, inventory=known, run_id="r2")
    assert crawl(again)[0] == 0
    assert pages(again) == [late]


def test_a_broken_section_is_a_problem_and_the_other_sections_arrive(tmp_path: Path, server: SampleServer) -> None:
    server.set(r"baosongthao\.test/kinh-te/(\?|$)", "error", retry_after=0)
    job = make_job(tmp_path, server, PRESS, DAYS)
    assert crawl(job)[0] == 0
    others = [url for url in gold(PRESS, DAYS) if "/kinh-te/" not in url]
    assert set(others) <= set(pages(job))
    assert not outcome(job).natural_end
    assert outcome(job).listings_failed == 1
    assert [(told.url, told.listing) for told in outcome(job).problems] == [("http://baosongthao.test/kinh-te/", True)]
    assert {source.url: source.entries for source in outcome(job).sources}["http://baosongthao.test/kinh-te/"] == 0


def test_a_portal_known_by_its_home_alone_is_read_through_menus(tmp_path: Path, server: SampleServer) -> None:
    bare = REGISTRY[PRESS].model_copy(update={"sections": (), "feeds": (), "sitemaps": (), "family": "generic"})
    job = make_job(tmp_path, server, PRESS, DAYS, portal_object=bare)
    assert crawl(job)[0] == 0
    assert set(gold(PRESS, DAYS)) <= set(pages(job))


# Files of a page

PAGE = """<body><nav><a href="/noi-quy.pdf">Nội quy</a></nav>
<div class="detail-content"><p>Xem <a href="/files/ke-hoach.pdf">kế hoạch</a>,
<a href="/files/ke-hoach.pdf">bản in</a>,
<a href="http://noi-khac.test/a.pdf">nơi khác</a>, <a href="/anh.jpg">ảnh</a></p></div>
<div class="attachments"><a href="/download?file=7">Phụ lục</a></div>
<div><a href="/quang-cao.pdf">Quảng cáo</a></div></body>"""


def files(page: str, **changes: Any) -> list[str]:
    hints = replace(hints_for("generic"), **changes)
    return [url.removeprefix("http://bao.test") for url in find_files(page, "http://bao.test/tin", hints, is_own)]


def is_own(host: str) -> bool:
    return host == "bao.test"


def test_files_are_those_the_family_names_and_those_linked_inside_the_text() -> None:
    assert files(PAGE) == ["/download?file=7", "/files/ke-hoach.pdf"]


def test_without_a_known_container_every_file_outside_the_menus_counts() -> None:
    assert files(PAGE, container=()) == ["/download?file=7", "/files/ke-hoach.pdf", "/quang-cao.pdf"]


def test_no_page_makes_the_crawl_fetch_more_than_twenty_files() -> None:
    page = "".join(f'<a href="/{number}.docx">Tệp</a>' for number in range(50))
    assert len(files(f"<body>{page}</body>")) == 20
