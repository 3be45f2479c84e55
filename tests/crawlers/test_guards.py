"""What a crawl makes of hostile and broken answers, on real bytes: the bad page is an outcome, the others arrive."""

from __future__ import annotations

import gzip
import itertools
import time
import zlib
from pathlib import Path
from typing import Any

import brotli
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.addresses import is_public
from crawlers.guards import retry_after
from crawlers.job import CrawlJob
from tests.crawlers.harness import archived, crawl, finish, make_job, outcome, start
from tests.crawlers.site import Answer, Route, Site, article, listing

PDF = {"Content-Type": "application/pdf"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
MEGABYTE = b"\0" * (1 << 20)


def redirect(target: str, **headers: str) -> Answer:
    return Answer(b"", 302, {"Location": target, **headers})


def crawl_with(tmp_path: Path, bad: dict[str, Route], **changes: Any) -> tuple[CrawlJob, Site]:
    """Crawls two good pages and the bad ones; the good ones must arrive and the run must finish."""
    items = [path for path in bad if not path.startswith("http") and not path.startswith("/hop")]
    routes = {"/list": listing("/good-1", *items, "/good-2"), "/good-1": article("Một"), "/good-2": article("Hai")}
    with Site({**routes, **bad}) as site:
        job = make_job(tmp_path, site.proxy, **changes)
        code, log = crawl(job)
    assert (code, outcome(job).state, outcome(job).problem_count) == (
        0,
        "finished",
        sum(outcome(job).errors.values()),
    ), log
    assert {"/good-1", "/good-2"} <= {path for path, item in archived(job).items() if item.record.outcome == "ok"}
    return job, site


def only_problem(job: CrawlJob) -> tuple[str, str, str]:
    """Outcome, URL and message of the only problem, which must name a remedy and stand in the archive too."""
    [problem] = outcome(job).problems
    record = archived(job)[problem.url.removeprefix("http://bao.test")].record
    assert (record.outcome, record.reason) == (problem.outcome, f"{problem.message}; remedy: {problem.remedy}")
    return problem.outcome, problem.url, problem.message


@pytest.mark.parametrize("length_known", [True, False])
def test_a_body_of_200_megabytes_is_cut_off_in_bounded_memory(tmp_path: Path, length_known: bool) -> None:
    large = Answer(MEGABYTE * 200) if length_known else Answer(MEGABYTE, chunks=200)
    with Site({"/list": listing("/large", "/good"), "/large": large, "/good": article("Tốt")}) as site:
        job = make_job(tmp_path, site.proxy)
        process, peak = start(job), 0
        while process.poll() is None:
            try:
                peak = max(peak, psutil.Process(process.pid).memory_info().rss)
            except psutil.Error:
                break
            time.sleep(0.01)
        assert finish(process)[0] == 0
    assert only_problem(job)[:2] == ("oversized", "http://bao.test/large")
    assert archived(job)["/good"].record.outcome == "ok"
    assert peak < 200e6
    assert len(site.asked("/large")) == 1


def deflated(body: bytes) -> bytes:
    return zlib.compress(body)


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", deflated), ("br", brotli.compress)])
def test_a_bomb_is_thrown_away_before_it_is_unpacked(tmp_path: Path, coding: str, pack: Any) -> None:
    bomb = Answer(pack(MEGABYTE * 80), headers={**HTML, "Content-Encoding": coding})
    job, site = crawl_with(tmp_path, {"/bomb": bomb})
    assert only_problem(job)[:2] == ("bomb", "http://bao.test/bomb")
    assert len(site.asked("/bomb")) == 1


def test_a_compressed_page_is_stored_unpacked_with_the_name_of_its_encoding(tmp_path: Path) -> None:
    page = article("Nén")
    packed = Answer(gzip.compress(page.body), headers={**HTML, "Content-Encoding": "gzip", "ETag": '"v1"'})
    job, _ = crawl_with(tmp_path, {"/packed": packed})
    item = archived(job)["/packed"]
    assert (item.body, item.record.etag, item.record.encoding) == (page.body, '"v1"', "utf-8")
    assert (item.headers["x-crawler-content-encoding"], item.headers["content-length"]) == ("gzip", str(len(page.body)))
    assert "content-encoding" not in item.headers


def test_a_redirect_loop_is_an_outcome_and_not_a_lost_page(tmp_path: Path) -> None:
    job, site = crawl_with(tmp_path, {"/loop": redirect("/hop-2"), "/hop-2": redirect("/loop")})
    kind, url, message = only_problem(job)
    assert (kind, url) == ("redirect_loop", "http://bao.test/loop")
    assert "in a circle" in message
    assert len(site.requests) <= 9


def test_an_endless_chain_of_redirects_ends(tmp_path: Path) -> None:
    hops: dict[str, Route] = {f"/hop-{number}": redirect(f"/hop-{number + 1}") for number in range(50)}
    job, site = crawl_with(tmp_path, {"/chain": redirect("/hop-0"), **hops})
    assert only_problem(job)[0] == "redirect_loop"
    assert len(site.requests) < 18


def test_a_redirect_to_itself_with_a_cookie_is_followed(tmp_path: Path) -> None:
    def gate(headers: Any, number: int) -> Answer:
        return (
            article("Sau cổng")
            if "seen=1" in headers.get("Cookie", "")
            else redirect("/gate", **{"Set-Cookie": "seen=1"})
        )

    job, site = crawl_with(tmp_path, {"/gate": gate})
    assert (archived(job)["/gate"].record.outcome, len(site.asked("/gate"))) == ("ok", 2)


def test_a_redirect_onto_a_page_of_the_same_crawl_keeps_both_candidates(tmp_path: Path) -> None:
    job, _ = crawl_with(tmp_path, {"/old": redirect("/good-1")})
    record = archived(job)["/old"].record
    assert (record.outcome, record.final_url) == ("ok", "http://bao.test/good-1")


def test_another_host_is_recorded_and_never_contacted(tmp_path: Path) -> None:
    bad: dict[str, Route] = {"/away": redirect("http://tracker.test/x"), "http://tracker.test/x": article("Nơi khác")}
    job, site = crawl_with(tmp_path, bad)
    kind, url, message = only_problem(job)
    assert (kind, url) == ("offsite", "http://bao.test/away")
    assert "tracker.test" in message
    assert site.hosts() == {"bao.test"}


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "[::1]", "[::ffff:192.168.1.1]"])
def test_a_redirect_to_a_private_address_is_not_followed(tmp_path: Path, address: str) -> None:
    job, site = crawl_with(tmp_path, {"/inside": redirect(f"http://{address}/latest/meta-data")})
    assert only_problem(job)[0] == "forbidden_address"
    assert site.hosts() == {"bao.test"}


def test_a_file_address_is_not_read(tmp_path: Path) -> None:
    job, _ = crawl_with(tmp_path, {"/local": article("Tin", "file:///etc/passwd")})
    [problem] = outcome(job).problems
    assert (problem.outcome, problem.url) == ("offsite", "file:///etc/passwd")


def test_a_name_that_leads_into_a_private_network_is_never_connected_to(tmp_path: Path) -> None:
    with Site({"/list": listing("/a")}) as site:
        job = make_job(tmp_path, None, settings={"TWISTED_DNS_RESOLVER": "tests.crawlers.tiny.FakeDns"})
        code, _ = crawl(job)
    [problem] = outcome(job).problems
    assert (code, problem.outcome) == (1, "forbidden_address")
    assert "10.1.2.3" in problem.message
    assert site.requests == []


def test_the_proxy_itself_may_be_on_the_loopback(tmp_path: Path) -> None:
    crawl_with(tmp_path, {}, settings={"TWISTED_DNS_RESOLVER": "tests.crawlers.tiny.FakeDns"})


def test_a_page_in_place_of_a_file_and_a_cut_off_file_are_no_documents(tmp_path: Path) -> None:
    bad: dict[str, Route] = {
        "/with-files": article("Tin", "/hop-lie.pdf", "/hop-cut.pdf", "/hop-loss.pdf", "/hop-whole.pdf"),
        "/hop-lie.pdf": Answer(article("Trang").body, headers=PDF),
        "/hop-cut.pdf": Answer(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", headers=PDF),
        "/hop-loss.pdf": Answer(b"%PDF-1.7\n%%EOF" + b"\n" * 500, headers=PDF, cut=400),
        "/hop-whole.pdf": Answer(b"%PDF-1.7\n%%EOF", headers={"Content-Type": "text/html"}),
    }
    job, _ = crawl_with(tmp_path, bad)
    found = {path: item.record.outcome for path, item in archived(job).items() if path.startswith("/hop")}
    assert found == {
        "/hop-lie.pdf": "wrong_type", "/hop-cut.pdf": "truncated", "/hop-loss.pdf": "truncated", "/hop-whole.pdf": "ok",
    }  # fmt: skip


def test_a_firewall_page_with_status_200_is_blocked(tmp_path: Path) -> None:
    waf = (
        b"<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Support ID: 88</body>"
    )
    job, _ = crawl_with(tmp_path, {"/waf": Answer(waf)})
    assert only_problem(job)[:2] == ("blocked", "http://bao.test/waf")
    assert archived(job)["/waf"].body == waf


def test_a_page_forwarded_to_the_home_page_is_no_article(tmp_path: Path) -> None:
    job, _ = crawl_with(tmp_path, {"/removed": redirect("/"), "http://bao.test/": article("Trang chủ")})
    assert only_problem(job)[0] == "soft_404"


def test_retry_after_is_waited_for(tmp_path: Path) -> None:
    def busy(headers: Any, number: int) -> Answer:
        return article("Cuối cùng") if number > 1 else Answer(b"", 503, {"Retry-After": "2"})

    job, site = crawl_with(tmp_path, {"/busy": busy})
    first, second = site.asked("/busy")
    assert 2 <= second - first < 6
    assert outcome(job).errors == {}


def test_a_pause_beyond_the_limit_gives_the_page_up(tmp_path: Path) -> None:
    busy = Answer(b"", 503, {"Retry-After": "3600"})
    job, site = crawl_with(tmp_path, {"/busy": busy}, settings={"RETRY_AFTER_MAX": 2, "CONCURRENT_REQUESTS": 1})
    kind, _, message = only_problem(job)
    [asked] = site.asked("/busy")
    assert kind == "server_error"
    assert "3600" in message
    later = [when - asked for when, _ in site.requests if when > asked]
    assert later
    assert min(later) >= 1.9  # the portal asked for rest, so the other pages wait as long as is allowed


def test_a_slow_page_times_out_after_its_retries(tmp_path: Path) -> None:
    slow = Answer(article("Chậm").body, delay=3)
    job, site = crawl_with(tmp_path, {"/slow": slow}, settings={"DOWNLOAD_TIMEOUT": 1})
    assert only_problem(job)[:2] == ("timeout", "http://bao.test/slow")
    assert len(site.asked("/slow")) == 3


def test_robots_forbid_a_part_of_the_portal_and_are_archived(tmp_path: Path) -> None:
    robots = Answer(b"User-agent: *\nDisallow: /admin\n", headers={"Content-Type": "text/plain"})
    with Site({"/robots.txt": robots, "/list": listing("/admin/x", "/good"), "/good": article("Tốt")}) as site:
        job = make_job(tmp_path, site.proxy)
        assert crawl(job)[0] == 0
    assert (only_problem(job)[0], site.asked("/admin/x")) == ("robots", [])


def test_the_portals_delay_is_kept(tmp_path: Path) -> None:
    paths = ["/a", "/b", "/c", "/d"]
    with Site({"/list": listing(*paths), **{path: article(path) for path in paths}}) as site:
        job = make_job(
            tmp_path, site.proxy, portal={}, settings={"DOWNLOAD_DELAY": 0.4, "RANDOMIZE_DOWNLOAD_DELAY": False}
        )
        assert crawl(job)[0] == 0
    times = [when for when, _ in site.requests]
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) > 0.3


def test_the_delay_that_robots_ask_for_is_kept(tmp_path: Path) -> None:
    robots = Answer(b"User-agent: *\nCrawl-delay: 0.5\n", headers={"Content-Type": "text/plain"})
    paths = ["/a", "/b", "/c"]
    routes = {"/robots.txt": robots, "/list": listing(*paths), **{path: article(path) for path in paths}}
    with Site(routes) as site:
        job = make_job(tmp_path, site.proxy, settings={"RANDOMIZE_DOWNLOAD_DELAY": False})
        assert crawl(job)[0] == 0
    times = [when for when, _ in site.requests]
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) > 0.4


@pytest.mark.parametrize("address", ["8.8.8.8", "113.160.1.1", "2001:4860:4860::8888"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "10.0.0.1", "100.64.0.1", "127.9.9.9", "169.254.1.1", "172.16.0.1", "192.168.0.1", "224.0.0.1",
     "239.1.1.1", "255.255.255.255", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1"],
)  # fmt: skip
def test_every_other_kind_of_address_is_not(address: str) -> None:
    assert not is_public(address)


@given(st.integers(0, 10**6))
def test_retry_after_reads_seconds(seconds: int) -> None:
    assert retry_after(str(seconds), 0) == seconds


def test_retry_after_reads_dates_and_ignores_nonsense() -> None:
    assert retry_after("Thu, 01 Jan 1970 00:01:40 GMT", 40) == 60
    assert retry_after("Thu, 01 Jan 1970 00:01:40 GMT", 4000) == 0
    assert retry_after("soon", 0) is None
    assert retry_after("", 0) is None
    assert retry_after("\xb2", 0) is None  # a digit to Python, a number to nobody
