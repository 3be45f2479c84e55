"""Endless spaces and other views of the same pages: one article is one article, and what is cut is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import urls
from crawlers.families import family
from crawlers.families.listing import read_listing
from tests.crawlers.harness import archived, crawl, make_job, outcome
from tests.crawlers.site import Answer, Site, article

SO = "http://bao.test"
SLUG = "khanh-thanh-cau-dan-sinh"
TRAPS = {
    "/vi/en/vi/tin": "repeated path",
    "/vi/en/tin": "repeated path",
    "/tin/xa/tin/xa/bai": "repeated path",
    "/lich-cong-tac/2031/05": "calendar",
    "/tin?month=7&year=1990": "calendar",
    "/tin;jsessionid=A1B2": "session id",
    "/(S(abc1))/tin.aspx": "session id",
    "/tin?sort=asc": "sort order or filter",
    "/tin?orderby=title&trang=2": "sort order or filter",
    "/tin?f%5B0%5D=loai:1": "sort order or filter",
    "/" + "sau/" * 13: "endless address",
}
HARMLESS = ["/vi/tin", "/en/news", "/vi/web/guest/home", "/tin?trang=2", "/tin/tin-xa", "/van-ban?loai=1", "/vi"]


@pytest.mark.parametrize(("path", "reason"), TRAPS.items())
def test_a_trap_is_called_by_its_name(path: str, reason: str) -> None:
    assert urls.trap(SO + path) == reason


@pytest.mark.parametrize("path", HARMLESS)
def test_a_section_a_page_or_a_language_is_no_trap(path: str) -> None:
    assert urls.trap(SO + path) is None


def views(key: int) -> list[str]:
    """Addresses under which a portal shows one article."""
    return [
        f"{prefix}/-/view_content/{print_}{key}-{SLUG}.html{query}"
        for prefix in ("", "/vi", "/en", "/vi/tin-tuc", "/en/news/x")
        for print_, query in (("", ""), ("pop_up/", "?_101_viewMode=print"), ("", "?sort=asc"), ("", "?utm_source=x"))
    ] + [f"/vi/tin-tuc;jsessionid=0A{key}/-/view_content/{key}-{SLUG}.html"]


def page(links: list[str], *more: str) -> Answer:
    items = "".join(f'<li><a href="{link}">Khánh thành cầu dân sinh</a> <i>27/06/2025</i></li>' for link in links)
    others = "".join(f'<a href="{path}">Xem</a>' for path in more)
    return Answer(f"<html><body><h1>Tin tức trong tỉnh</h1><ul>{items}</ul>{others}</body></html>".encode())


def test_any_mix_of_languages_sections_and_print_views_gives_each_article_once_and_names_what_was_cut(
    tmp_path: Path,
) -> None:
    shown = [[views(key)[(key + turn) % 21] for key in range(2001, 2016)] for turn in (0, 4, 7)]
    answers = {path: article("Cầu") for key in range(2001, 2016) for path in views(key)}
    routes = {f"/muc-{turn}": page(links, *TRAPS, *HARMLESS) for turn, links in enumerate(shown)}
    sections = {"sections": tuple(routes), "family": "liferay"}
    with Site({**answers, **routes}) as site:
        job = make_job(tmp_path, site.proxy, portal=sections, settings={"SPIDER": "crawlers.spider.PortalSpider"})
        code, log = crawl(job)
    assert code == 0, log
    assert sorted(str(item.record.portal_key) for item in archived(job).values()) == [str(n) for n in range(2001, 2016)]
    cut = outcome(job).traps
    assert cut.count >= len(TRAPS)
    assert any("calendar" in example for example in cut.examples) or cut.count > len(cut.examples)
    assert f"{cut.count} links lead to endless spaces" in log
    assert not set(TRAPS) & {url.removeprefix(SO) for _, url in site.requests}


def test_a_listing_is_not_read_again_in_another_order() -> None:
    links = [f"/tin?sort={order}&page={number}" for order in ("asc", "desc", "title") for number in (1, 2, 3)]
    shown = "".join(f'<a href="{link}">{link[-1]}</a>' for link in [*links, "/tin?page=2", "/tin?page=3"])
    found = read_listing(f"<div>{shown}</div>", SO + "/tin", family("generic"))
    assert found.pager is not None
    step = found.pager.towards(2, 1)
    assert step is not None
    assert step[1].url == SO + "/tin?page=2"


@given(st.text(max_size=60), st.sampled_from(["sort", "order", "PHPSESSID", "utm_medium", "orderby"]))
def test_a_view_of_a_page_has_the_identity_of_the_page(value: str, name: str) -> None:
    plain = SO + "/thoi-su/cau-moi?loai=2"
    view = urls.absolute(SO, f"/thoi-su/cau-moi?loai=2&{name}={value.replace('&', '').replace('#', '').strip()}")
    assert view is not None
    assert urls.canonical(view) == plain
