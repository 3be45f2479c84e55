"""Sources of a real crawl: sitemaps that robots.txt names, packed ones, circles of them, and defects of our own."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crawlers.job import EXIT_FAILED, CrawlJob
from crawlers.spider import PortalSpider
from tests.crawlers.harness import archived, crawl, make_job, outcome
from tests.crawlers.site import Answer, Route, Site, article

XML = {"Content-Type": "application/xml"}
GZIP = {"Content-Type": "application/x-gzip"}
TEXT = {"Content-Type": "text/plain"}
NEWS = "/thoi-su/tin-moi-trong-ngay-12345.html"


class HalfBlindSpider(PortalSpider):
    """Stumbles over one section."""

    def _listing_reader(self, walk: Any) -> Any:
        def broken(response: Any, missing: Any) -> Iterator[Any]:
            raise RuntimeError("a page that nobody imagined")
            yield

        return broken if "loi" in walk.section else super()._listing_reader(walk)


class ModestSpider(PortalSpider):
    """Reads few sitemaps."""

    most_sources = 3


def home(*sections: str) -> Answer:
    links = "".join(f'<li><a href="{path}">Mục {path}</a></li>' for path in sections)
    return Answer(f"<html><body><h1>Trang thông tin của báo</h1><nav><ul>{links}</ul></nav></body></html>".encode())


def section(path: str) -> Answer:
    return Answer(f'<ul><li><a href="{path}">Tin mới trong ngày</a> <i>27/06/2025</i></li></ul>'.encode())


def urlset(*paths: str) -> bytes:
    pages = "".join(f"<url><loc>http://bao.test{path}</loc><lastmod>2025-06-27</lastmod></url>" for path in paths)
    return f"<urlset>{pages}</urlset>".encode()


def index(*paths: str) -> Answer:
    maps = "".join(f"<sitemap><loc>http://bao.test{path}</loc></sitemap>" for path in paths)
    return Answer(f"<sitemapindex>{maps}</sitemapindex>".encode(), headers=XML)


def read(tmp_path: Path, routes: Mapping[str, Route], **changes: Any) -> tuple[CrawlJob, Site, int, str]:
    settings = {"SPIDER": "crawlers.spider.PortalSpider", **changes.pop("settings", {})}
    with Site({"/": home(), NEWS: article("Tin mới trong ngày"), **routes}) as site:
        job = make_job(tmp_path, site.proxy, settings=settings, **changes)
        code, log = crawl(job)
    return job, site, code, log


def test_the_sitemaps_that_robots_name_are_read_in_place_of_the_usual_one(tmp_path: Path) -> None:
    robots = Answer(
        b"User-agent: *\nDisallow: /x\nSitemap: http://bao.test/ban-do.xml.gz\nSitemap: http://khac.test/s.xml\n"
        b"Sitemap: /mat.xml\nSitemap: http://[::1\n",
        headers=TEXT,
    )
    packed = Answer(gzip.compress(urlset(NEWS)), headers=GZIP)
    job, site, code, log = read(tmp_path, {"/robots.txt": robots, "/ban-do.xml.gz": packed})
    assert (code, outcome(job).problems) == (0, []), log
    assert archived(job)[NEWS].record.outcome == "ok"
    assert (site.asked("/sitemap.xml"), len(site.asked("/mat.xml"))) == ([], 1)
    assert site.hosts() == {"bao.test"}


def test_a_home_page_built_by_script_does_not_hide_the_sitemap(tmp_path: Path) -> None:
    script = Answer(b"<html><body><div id=app></div><script src=app.js></script></body></html>")
    job, _, _, log = read(tmp_path, {"/": script, "/sitemap.xml": Answer(urlset(NEWS), headers=XML)})
    assert [problem.url for problem in outcome(job).problems] == ["http://bao.test/"], log
    assert archived(job)[NEWS].record.outcome == "ok"


def test_sitemaps_that_name_each_other_are_read_once_each(tmp_path: Path) -> None:
    routes = {
        "/sitemap.xml": index("/sitemap.xml", "/b.xml", "/c.xml"), "/b.xml": index("/sitemap.xml", "/c.xml"),
        "/c.xml": Answer(urlset(NEWS), headers=XML),
    }  # fmt: skip
    job, site, code, log = read(tmp_path, routes, portal={"sitemaps": ("/sitemap.xml",)})
    assert code == 0, log
    assert [len(site.asked(path)) for path in ("/sitemap.xml", "/b.xml", "/c.xml")] == [1, 1, 1]
    assert NEWS in archived(job)


def test_of_more_sitemaps_than_a_crawl_reads_the_newest_are_read_and_the_log_tells(tmp_path: Path) -> None:
    names = [f"/sitemap-2025-{month:02d}.xml" for month in range(1, 13)]
    routes = {"/sitemap.xml": index(*names), **{name: Answer(urlset(), headers=XML) for name in names}}
    _, site, code, log = read(
        tmp_path, {**routes, names[-1]: Answer(urlset(NEWS), headers=XML)}, portal={"sitemaps": ("/sitemap.xml",)},
        settings={"SPIDER": "tests.crawlers.test_sources.ModestSpider"},
    )  # fmt: skip
    assert code == 0, log
    assert [name for name in names if site.asked(name)] == names[-2:]
    assert len(site.asked(NEWS)) == 1
    assert "names 12 sitemaps, the newest 2 are read" in log


def test_a_feed_that_the_registry_and_the_home_page_name_is_read_once(tmp_path: Path) -> None:
    feed = Answer(f"<rss><item><title>Tin</title><link>{NEWS}</link></item></rss>".encode(), headers=XML)
    link = b'<link rel="alternate" type="application/rss+xml" href="/rss">'
    page = Answer(b"<html><head>" + link + b"</head><body><h1>Trang thong tin tong hop</h1></body></html>")
    _, site, code, log = read(tmp_path, {"/": page, "/rss": feed, NEWS: article("Tin")}, portal={"feeds": ("/rss",)})
    assert code == 0, log
    assert len(site.asked("/rss")) == 1


def test_a_packed_sitemap_that_never_ends_is_a_problem_and_the_sections_arrive(tmp_path: Path) -> None:
    bomb = Answer(gzip.compress(b"<urlset>" + b" " * (5 << 20)), headers=GZIP)
    job, _, code, log = read(
        tmp_path, {"/": home("/thoi-su/"), "/thoi-su/": section(NEWS), "/bom.xml.gz": bomb},
        portal={"sitemaps": ("/bom.xml.gz",)}, settings={"UNPACKED_MAXSIZE": 1 << 20},
    )  # fmt: skip
    [problem] = outcome(job).problems
    assert (code, problem.outcome, problem.url) == (0, "bomb", "http://bao.test/bom.xml.gz"), log
    assert NEWS in archived(job)


def test_a_defect_of_ours_in_one_section_fails_the_run_but_not_the_other_sections(tmp_path: Path) -> None:
    routes = {"/": home("/muc-loi/", "/thoi-su/"), "/muc-loi/": section("/x-12345.html"), "/thoi-su/": section(NEWS)}
    old = "/tin-cu-trong-so-luu-12346.html"
    sitemap = Answer(urlset(old), headers=XML)
    job, _, code, log = read(
        tmp_path, {**routes, "/sitemap.xml": sitemap, old: article("Tin cũ")},
        settings={"SPIDER": "tests.crawlers.test_sources.HalfBlindSpider"},
    )  # fmt: skip
    assert (code, outcome(job).state) == (EXIT_FAILED, "failed"), log
    assert "nobody imagined" in (outcome(job).reason or "")
    assert {NEWS, old} <= set(archived(job))


def test_a_family_that_does_not_exist_is_named_before_anything_is_asked(tmp_path: Path) -> None:
    job, site, code, _ = read(tmp_path, {}, portal={"family": "joomla"})
    assert (code, outcome(job).state, site.requests) == (EXIT_FAILED, "failed", [])
    assert "no family 'joomla'; there are generic" in (outcome(job).reason or "")


def test_an_option_that_cannot_be_read_is_named_before_anything_is_asked(tmp_path: Path) -> None:
    job, site, code, _ = read(tmp_path, {}, portal={"options": {"article": "(tin"}})
    assert (code, outcome(job).state, site.requests) == (EXIT_FAILED, "failed", [])
    assert "article" in (outcome(job).reason or "")
