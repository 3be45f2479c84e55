"""A hostile web: every case is refused or bounded with the outcome that says so, and the rest of the crawl arrives."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crawlers.archive import records
from crawlers.job import CrawlJob, CrawlOutcome
from crawlers.limits import MOST_ATTRIBUTES, most_attributes
from tests.crawlers.harness import crawl, finish, make_job, outcome, start
from tests.crawlers.hostile import (
    FORBIDDEN,
    HOST,
    LISTING,
    NO_WEB,
    TRICKS,
    Case,
    HostileServer,
    other_cases,
    page_cases,
    watch,
)
from tests.crawlers.site import Site, article, listing

PAGES = page_cases()
OTHERS = [case for case in other_cases() if case.name != "sitemap-gzip-7-mb"]  # reads for seconds: the benchmark's
MOST_MEGABYTES = 300
QUICK = {"SPIDER": "crawlers.spider.PortalSpider", "RETRY_TIMES": 0, "DOWNLOAD_TIMEOUT": 20, "RATE_WINDOW": 2}


@dataclass
class Ended:
    """A crawl of a hostile portal that has ended."""

    job: CrawlJob
    server: HostileServer
    outcome: CrawlOutcome
    megabytes: float
    log: str

    def found(self) -> dict[str, str]:
        """Outcomes by path."""
        found = {problem.url: problem.outcome for problem in self.outcome.problems}
        found |= {item.record.url: item.record.outcome for item in records(self.job.run_dir, self.job.archive)}
        return {url.removeprefix(HOST): result for url, result in found.items()}


def run(folder: Path, cases: list[Case], **changes: Any) -> Ended:
    """Crawls a portal that answers with all the cases, in one child process."""
    portal: dict[str, Any] = {"sections": (LISTING, *(case.path for case in cases if case.role == "listing"))}
    portal["sitemaps"] = tuple(case.path for case in cases if case.role == "sitemap")
    with HostileServer(cases, good=len(cases) // 3 + 1) as server:
        job = make_job(folder, server.proxy, portal=portal, settings=QUICK, **changes)
        process, ends = start(job), []
        reader = threading.Thread(target=lambda: ends.append(finish(process, 250)))
        reader.start()
        megabytes = watch(process)
        reader.join()
    assert ends[0][0] == 0, ends[0][1]
    return Ended(job, server, outcome(job), megabytes, ends[0][1])


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    return run(tmp_path_factory.mktemp("pages"), PAGES)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    return run(tmp_path_factory.mktemp("others"), OTHERS, limit=20)


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case.name)
def test_a_hostile_page_becomes_the_outcome_that_names_it(case: Case, pages: Ended) -> None:
    assert pages.found().get(case.path) == case.outcome


@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case.name)
def test_a_hostile_listing_or_sitemap_is_bounded(case: Case, others: Ended) -> None:
    assert others.found().get(case.path, "ok") == case.outcome


@pytest.mark.parametrize("which", ["pages", "others"])
def test_the_rest_of_the_crawl_arrives_in_bounded_memory(which: str, request: pytest.FixtureRequest) -> None:
    ended: Ended = request.getfixturevalue(which)
    found = ended.found()
    assert (ended.outcome.state, {found.get(path) for path in ended.server.good}) == ("finished", {"ok"}), ended.log
    assert ended.megabytes <= MOST_MEGABYTES
    assert "Traceback" not in ended.log


def test_every_refusal_names_what_happened_and_what_to_do(pages: Ended) -> None:
    assert all(problem.message and problem.remedy for problem in pages.outcome.problems)
    assert pages.outcome.errors["forbidden_address"] == len(FORBIDDEN)
    assert pages.outcome.errors["offsite"] == len(NO_WEB)


def test_no_other_host_is_ever_asked(pages: Ended) -> None:
    assert pages.server.hosts() == {"bao.test"}


def test_a_password_in_a_link_is_neither_sent_nor_told(pages: Ended) -> None:
    assert "mat-khau" not in pages.log
    assert "mat-khau" not in pages.outcome.model_dump_json()


def test_cookies_do_not_swell_the_requests(pages: Ended) -> None:
    assert pages.server.longest_request < 16_000


def test_no_name_of_the_web_becomes_a_path_of_the_archive(pages: Ended) -> None:
    archive = pages.job.archive
    written = {path.relative_to(archive).as_posix() for path in archive.rglob("*")}
    assert "bao_mau/r1/part-001.warc.gz" in written
    assert {path.name for path in archive.parent.iterdir()} == {"archive", "r1.job.json"}
    assert {path.partition("/")[0] for path in written} == {".hosts", "bao_mau"}
    assert [path for path in written if len(path) > 60 or re.search(r"passwd|win|\\|%|tin", path)] == []
    urls = {item.record.final_url or "" for item in records(pages.job.run_dir, archive)}
    assert any(TRICKS[3] in url for url in urls)  # kept as data


def test_a_tag_with_a_megabyte_of_attributes_is_recognised() -> None:
    names = b" ".join(b"a%d" % number for number in range(150_000))
    assert most_attributes(b"<html><p " + names + b">") > 100_000
    assert most_attributes(b"<html><p title='>' " + names + b">") > 100_000


def test_pictures_and_a_forgotten_quote_are_no_attributes() -> None:
    picture = b'<img alt="anh" src="data:image/png;base64,' + b"iVBOR/w0KGgo+" * 50_000 + b'">'
    paragraphs = b'<p class="x">B\xe1\xba\xa3n tin c\xe1\xbb\xa7a x\xc3\xa3</p>' * 4000
    assert most_attributes(b"<html>" + picture + paragraphs) < 100
    assert most_attributes(b'<html><a href="/tin>Tin</a>' + paragraphs) <= MOST_ATTRIBUTES


class Ipv6Server(ThreadingHTTPServer):
    """A server on the IPv6 loopback."""

    address_family = socket.AF_INET6

    def __init__(self, address: tuple[str, int], handler: Any) -> None:
        super().__init__(("::1", address[1]), handler)


def test_a_name_with_only_an_ipv6_address_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.crawlers.site.ThreadingHTTPServer", Ipv6Server)
    with Site({"/list": listing("/a"), "/a": article("Tin")}, host="") as site:
        port = site.proxy.rpartition(":")[2]
        job = make_job(tmp_path, None, settings={"TWISTED_DNS_RESOLVER": "tests.crawlers.tiny.OnlyIpv6"})
        portal = job.portal.model_validate({**job.portal.model_dump(), "home": f"http://bao.test:{port}/"})
        code, log = crawl(job.model_copy(update={"portal": portal}))
    assert (code, outcome(job).articles) == (0, 1), log
