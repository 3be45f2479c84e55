"""Whatever a portal sends, the operator is told what happened and what to do, and the other articles arrive."""

import datetime as dt
import re

import pytest

from tests.harness import Harvested, harvest, on_day, rows
from tests.portals.content import ARTICLES, DOCUMENTS
from tests.portals.model import ZONE, Article
from tests.portals.server import SampleServer

PAPER, DEPARTMENT = "baosongthao", "sotttt_mau"
FIRST, LAST = "2025-06-01", "2025-06-30"

# fault, its options, the outcome that must be recorded
PAGE_FAULTS = {
    "missing": ("status", {"status": 404}, "gone"),
    "failing": ("error", {"retry_after": 1}, "server_error"),
    "slow": ("slow", {"seconds": 6}, "timeout"),
    "firewall": ("waf", {}, "blocked"),
    "soft 404": ("soft_404", {}, "soft_404"),
    "login": ("login", {}, "login"),
    "other host": ("redirect", {"location": "http://elsewhere.test/page"}, "offsite"),
    "private address": ("redirect", {"location": "http://169.254.169.254/latest/meta-data/"}, "forbidden_address"),
    "loop": ("loop", {}, "redirect_loop"),
    "huge": ("huge", {}, "oversized"),
    "bomb": ("bomb", {}, "bomb"),
}


def june(portal: str) -> list[Article]:
    """The portal's articles of the harvested days, newest first."""
    chosen = [a for a in ARTICLES if a.portal == portal and FIRST <= a.published_at.date().isoformat() <= LAST]
    return sorted(chosen, key=lambda article: article.published_at, reverse=True)


def exactly(url: str) -> str:
    return re.escape(url) + "([?#].*)?$"


@pytest.fixture(scope="module")
def broken_paper(tmp_path_factory: pytest.TempPathFactory) -> tuple[Harvested, dict[str, Article], SampleServer]:
    """One run over a month of a paper in which every fault hits another article."""
    patch = pytest.MonkeyPatch()
    articles = dict(zip((*PAGE_FAULTS, "recovering", "cp1258", "nfd"), june(PAPER), strict=False))
    with SampleServer() as server, patch.context() as env:
        _environment(env, str(tmp_path_factory.mktemp("paper")), server)
        for name, (kind, options, _) in PAGE_FAULTS.items():
            server.set(exactly(articles[name].url), kind, **options)
        server.set(exactly(articles["recovering"].url), "error", times=1, retry_after=1)
        server.set(exactly(articles["cp1258"].url), "encoding", declared=False)
        server.set(exactly(articles["nfd"].url), "nfd")
        yield harvest(PAPER, FIRST, LAST, "faults", DOWNLOAD_TIMEOUT=4), articles, server


def _environment(env: pytest.MonkeyPatch, home: str, server: SampleServer) -> None:
    env.setenv("TINTINH_HOME", home)
    env.setenv("TINTINH_PORTALS", "crawlers/portals:tests/portals/registry")
    env.setenv("TINTINH_PROXY", server.proxy)
    for name in ("TINTINH_ARCHIVE", "TINTINH_WAREHOUSE", "TINTINH_PROXY_HOSTS"):
        env.delenv(name, raising=False)


@pytest.mark.parametrize("name", PAGE_FAULTS)
def test_a_fault_is_recorded_with_its_address_and_a_remedy(broken_paper, name: str) -> None:
    harvested, articles, _ = broken_paper
    url, expected = articles[name].url, PAGE_FAULTS[name][2]
    problem = harvested.problem(url)
    assert problem.outcome == expected
    assert problem.message
    assert len(problem.remedy) > 10
    observation = harvested.observation(url)
    assert observation["outcome"] == expected
    assert observation["reason"]
    assert observation["title"] is None or expected == "gone"


def test_single_faults_do_not_fail_the_run_and_are_counted(broken_paper) -> None:
    harvested, _, _ = broken_paper
    assert harvested.code == 0
    assert harvested.run()["state"] == "finished"
    assert harvested.run()["errors"] == len(PAGE_FAULTS)


def test_every_other_article_of_the_run_arrives_whole(broken_paper) -> None:
    _, articles, _ = broken_paper
    hit = {articles[name].url for name in PAGE_FAULTS}
    expected = {article.url: article for article in june(PAPER) if article.url not in hit}
    found = {row["url"]: row for row in rows("articles", PAPER)}
    assert found.keys() == expected.keys()
    for url, article in expected.items():
        assert found[url]["title"] == article.title
        assert all(paragraph in found[url]["text"] for paragraph in article.paragraphs), url


def test_a_page_that_recovers_after_retry_after_is_no_problem(broken_paper) -> None:
    harvested, articles, server = broken_paper
    url = articles["recovering"].url
    times = [entry["t"] for entry in server.requests if entry["url"] == url]
    assert harvested.observation(url)["outcome"] == "ok"
    assert len(times) == 2
    assert times[1] - times[0] >= 1.0


def test_no_request_leaves_the_portal_s_hosts(broken_paper) -> None:
    _, _, server = broken_paper
    assert {entry["host"] for entry in server.requests} == {"baosongthao.test"}


def test_the_days_of_failed_articles_say_so_in_the_coverage(broken_paper) -> None:
    _, articles, _ = broken_paper
    days = {row["day"]: row for row in rows("coverage", PAPER)}
    failed = {articles[name].published_at.date() for name in PAGE_FAULTS}
    assert all(days[day]["errors"] >= 1 for day in failed)


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [("html_as_pdf", {}, "wrong_type"), ("truncated", {"keep": 0.5}, "truncated")],
    ids=["HTML served as PDF", "truncated PDF"],
)
def test_a_bad_file_is_recorded_and_its_document_is_kept(samples, kind: str, options: dict, expected: str) -> None:
    document = next(d for d in DOCUMENTS if d.portal == DEPARTMENT and d.attachments and d.issued_date)
    url = document.attachments[0].url
    samples.set(exactly(url), kind, **options)
    harvested = harvest(DEPARTMENT, "2025-05-01", "2025-07-31", "files")
    assert harvested.code == 0
    assert harvested.problem(url).outcome == expected
    kept = next(row for row in rows("documents", DEPARTMENT) if row["number"] == document.number)
    assert [file["outcome"] for file in kept["attachments"] if file["url"] == url] == [expected]
    assert len(rows("documents", DEPARTMENT)) == sum(d.portal == DEPARTMENT for d in DOCUMENTS)


def test_a_portal_behind_a_firewall_is_blocked_and_never_an_empty_success(samples) -> None:
    samples.set(r"baosongthao\.test/(?!robots)", "waf")
    harvested = harvest(PAPER, FIRST, LAST, "blocked")
    assert harvested.code == 76
    assert harvested.run()["state"] == "blocked"
    assert "http://baosongthao.test/ refuses" in harvested.run()["reason"]
    assert "ask the portal" in harvested.run()["reason"]
    assert {row["state"] for row in rows("coverage", PAPER)} == {"blocked"}


def test_an_edited_article_gets_a_second_version_and_keeps_the_first(samples) -> None:
    article = june(PAPER)[0]
    day = article.published_at.date().isoformat()
    harvest(PAPER, day, day, "before")
    samples.set_now(samples.clock + dt.timedelta(days=1))
    samples.state.edit(article.ref)
    harvest(PAPER, day, day, "after")
    versions = [row for row in rows("article_versions", PAPER) if row["title"] == article.title]
    assert [row["version"] for row in sorted(versions, key=lambda row: row["version"])] == [1, 2]
    current = next(row for row in rows("articles", PAPER) if row["title"] == article.title)
    assert current["version"] == 2
    assert "đã được đính chính" in current["text"]


def test_a_removed_article_becomes_a_tombstone_when_it_is_missed_twice(samples) -> None:
    article = june(PAPER)[0]
    day = article.published_at.date().isoformat()
    harvest(PAPER, day, day, "before")
    samples.state.remove(article.ref, 410)
    harvest(PAPER, day, day, "missed-once")
    assert next(row for row in rows("articles", PAPER) if row["url"] == article.url)["gone_at"] is None
    harvest(PAPER, day, day, "missed-twice")
    gone = next(row for row in rows("articles", PAPER) if row["url"] == article.url)
    assert gone["gone_at"] is not None
    assert gone["text"]


def test_an_article_published_late_arrives_in_the_partition_of_its_own_date(samples) -> None:
    article = june(PAPER)[-1]
    day = article.published_at.date().isoformat()
    samples.state.publish_late(article.ref, dt.datetime(2025, 8, 10, tzinfo=ZONE))
    harvest(PAPER, day, day, "before")
    assert article.url not in {row["url"] for row in rows("articles", PAPER)}
    samples.set_now(dt.datetime(2025, 8, 11, tzinfo=ZONE))
    harvest(PAPER, day, day, "after")
    late = next(row for row in rows("articles", PAPER) if row["url"] == article.url)
    assert late["month"] == "2025-06"
    assert late["published_date"] == on_day(day)


def test_reading_the_archive_again_makes_no_request_and_changes_no_article(samples) -> None:
    harvest(PAPER, "2025-06-26", "2025-06-27", "first")
    before, asked = rows("articles", PAPER), len(samples.requests)
    again = harvest(PAPER, "2025-06-26", "2025-06-27", "again", mode="reparse")
    assert len(samples.requests) == asked
    assert again.counts["articles"] == len(before) > 0
    volatile = {"run_id"}
    strip = [{k: v for k, v in row.items() if k not in volatile} for row in before]
    assert [{k: v for k, v in row.items() if k not in volatile} for row in rows("articles", PAPER)] == strip


def test_a_day_whose_listing_pages_answer_with_errors_is_no_good_day_and_names_them(samples) -> None:
    samples.set(r"baosongthao\.test/[a-z-]+/\?.*page=\d", "error", retry_after=0)
    row = harvest(PAPER, FIRST, LAST, "pages-lost").run()
    assert (row["state"], row["natural_end"], row["listings_failed"] > 0) == ("finished", False, True)
    days = rows("coverage", PAPER)
    assert {day["state"] for day in days} == {"broken"}
    assert all("pages of listings could not be read, first http://baosongthao.test/" in day["reason"] for day in days)
    assert all("remedy: run these days again" in day["reason"] for day in days)
