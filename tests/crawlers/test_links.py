"""Links as real pages write them: odd spellings, XHTML, base addresses, and hosts that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request

from crawlers import urls
from crawlers.attachments import find_files
from crawlers.families import family
from crawlers.families.hints import hints_for
from crawlers.families.home import read_home
from crawlers.families.listing import read_listing

HOME = "http://bao.test/"
GENERIC = family("generic", home=HOME)
XHTML = '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><body>{}</body></html>'
ITEM = '<ul><li><a href="{}">Xã mới đi vào hoạt động</a> 27/06/2025</li></ul>'
FILE = '<p>Xem <a href="{}">kế hoạch</a></p>'


def entries(page: str, url: str = HOME) -> list[str]:
    return [item.url for item in read_listing(page, url, GENERIC).items]


def files(page: str, url: str = HOME) -> list[str]:
    return find_files(page, url, hints_for("generic"), lambda host: host == "bao.test")


def test_a_page_that_declares_itself_xml_is_read_like_any_other() -> None:
    menu = '<nav><a href="/kinh-te/">Kinh tế</a></nav>'
    assert entries(XHTML.format(ITEM.format("/tin-moi-12345.html"))) == ["http://bao.test/tin-moi-12345.html"]
    assert files(XHTML.format(FILE.format("/ke-hoach.pdf"))) == ["http://bao.test/ke-hoach.pdf"]
    assert read_home(XHTML.format(menu), HOME, GENERIC, lambda _: True).sections == ("http://bao.test/kinh-te/",)


def test_links_are_relative_to_the_base_that_the_page_names() -> None:
    based = '<head><base href="/vi/"></head><body>{}</body>'
    here = "http://bao.test/muc/trang-2.html"
    menu = '<nav><a href="kinh-te/">Kinh tế</a></nav>'
    assert entries(based.format(ITEM.format("tin-moi-12345.html")), here) == ["http://bao.test/vi/tin-moi-12345.html"]
    assert files(based.format(FILE.format("ke-hoach.pdf")), here) == ["http://bao.test/vi/ke-hoach.pdf"]
    assert read_home(based.format(menu), HOME, GENERIC, lambda _: True).sections == ("http://bao.test/vi/kinh-te/",)


def test_a_base_without_sense_changes_nothing() -> None:
    page = '<head><base target="_blank"><base href="javascript:;"></head>' + ITEM.format("tin-moi-12345.html")
    assert entries(page) == ["http://bao.test/tin-moi-12345.html"]


@pytest.mark.parametrize("href", ["http://[ke-hoach.pdf", "http://bao.test:99999/a.pdf", "http://[::1]:x/a.pdf"])
def test_an_address_that_is_none_does_not_hide_the_other_files_of_the_page(href: str) -> None:
    assert files(FILE.format(href) + FILE.format("/b.pdf")) == ["http://bao.test/b.pdf"]


@pytest.mark.parametrize("host", ["[::1]", "[2001:db8::1]:8080", "a..b", ".bao.test", "%", "x" * 70 + ".test"])
def test_any_host_that_is_linked_can_be_asked_for_or_refused_but_breaks_nothing(host: str) -> None:
    for url in entries(ITEM.format(f"http://{host}/tin-moi-12345.html")):
        assert Request(url).url == url


def test_an_address_has_one_spelling_however_the_link_is_written() -> None:
    written = ("/Kế hoạch.pdf", "/K%e1%ba%bf%20ho%e1%ba%a1ch.pdf", "http://u:p@BAO.test:80/Kế%20hoạch.pdf#trang=2")
    assert {urls.absolute(HOME, href) for href in written} == {"http://bao.test/K%E1%BA%BF%20ho%E1%BA%A1ch.pdf"}


def test_only_the_schemes_own_port_is_left_out() -> None:
    assert urls.absolute(HOME, "http://bao.test:443/a") == "http://bao.test:443/a"
    assert urls.absolute(HOME, "https://bao.test:443/a") == "https://bao.test/a"


@given(st.text(max_size=80))
def test_what_is_noted_of_a_link_is_what_is_asked_for(href: str) -> None:
    """Otherwise a file in the archive is not recognised as the one that the page links."""
    link = urls.absolute("http://bao.test/muc/", href)
    if link is not None:
        assert Request(link).url == link
        assert urls.absolute(link, link) == link


def test_a_host_with_and_without_www_is_one_host() -> None:
    paper = family("newspaper", home="https://www.bao.test/")
    for url in ("http://bao.test/tin-12345.html", "https://www.bao.test/tin-12345.html"):
        assert paper.canonical(url) == "https://www.bao.test/tin-12345.html"
    assert paper.canonical("http://m.bao.test/tin-12345.html") == "http://m.bao.test/tin-12345.html"


def test_a_page_of_endless_links_is_read_in_part() -> None:
    page = "".join(f'<li><a href="/tin-moi-{number}.html">Tin</a></li>' for number in range(10_000, 30_000))
    assert len(entries(f"<ul>{page}</ul>")) == 10_000
