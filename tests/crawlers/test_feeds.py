"""Feeds and sitemaps with the vices of real ones: bare ampersands, false encodings, extensions, gzip, bombs."""

from __future__ import annotations

import gzip
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.feeds import SitemapEntry, newest, read_feed, read_sitemap, sitemap_batches, unpacked

HOME = "http://bao.test/"
FEED = '<?xml version="1.0" encoding="{encoding}"?><rss><channel>{items}</channel></rss>'
ITEM = "<item><title>{title}</title><link>{link}</link></item>"
MEGABYTE = 1 << 20


def feed(title: str = "Tin", link: str = "http://bao.test/a-12345.html", encoding: str = "utf-8") -> str:
    return FEED.format(encoding=encoding, items=ITEM.format(title=title, link=link))


def test_a_bare_ampersand_does_not_bend_the_address() -> None:
    (entry,) = read_feed(feed("Mưa&nbsp;lũ", "http://bao.test/?id=1&muc=2&amp;x=3").encode(), HOME)
    assert (entry.url, entry.title) == ("http://bao.test/?id=1&muc=2&x=3", "Mưa lũ")


def test_a_bare_ampersand_does_not_change_what_a_marked_section_says() -> None:
    items = ITEM.format(title="<![CDATA[Văn hóa & xã hội]]>", link="<![CDATA[http://bao.test/?id=1&muc=2]]>")
    broken = FEED.format(encoding="utf-8", items=items + "<category>A & B</category>")
    (entry,) = read_feed(broken.encode(), HOME)
    assert (entry.url, entry.title) == ("http://bao.test/?id=1&muc=2", "Văn hóa & xã hội")


@pytest.mark.parametrize("start", ["", "\ufeff", "\ufeff\n", " \n"])
def test_a_feed_that_claims_to_be_utf_16_but_is_not_is_read(start: str) -> None:
    (entry,) = read_feed((start + feed("Đất", encoding="utf-16")).encode(), HOME)
    assert entry.title == "Đất"


def test_a_feed_in_real_utf_16_is_read() -> None:
    (entry,) = read_feed(feed("Đất", encoding="utf-16").encode("utf-16"), HOME)
    assert entry.title == "Đất"


def test_names_of_extensions_do_not_hide_the_entrys_own() -> None:
    image = '<i:image xmlns:i="i"><i:loc>http://bao.test/anh.jpg</i:loc></i:image>'
    sitemap = f"<urlset><url>{image}<loc>http://bao.test/a</loc></url></urlset>"
    assert [page.url for page in read_sitemap(sitemap.encode(), HOME).pages] == ["http://bao.test/a"]
    media = '<m:group xmlns:m="m"><m:title>Ảnh</m:title></m:group>'
    items = f"<item>{media}<title>Tin</title><link>http://bao.test/a</link></item>"
    (entry,) = read_feed(FEED.format(encoding="utf-8", items=items).encode(), HOME)
    assert entry.title == "Tin"


def test_entities_that_grow_without_end_are_not_unfolded() -> None:
    grow = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 20}">' for n in range(1, 12))
    body = f'<!DOCTYPE r [<!ENTITY e0 "{"x" * 1000}">{grow}]>' + feed("&e11;", "&e11;").partition("?>")[2]
    tracemalloc.start()
    entries = read_feed(body.encode(), HOME)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MEGABYTE
    assert all(len(entry.title or "") < 100 for entry in entries)


# Packed sitemaps


@given(st.binary(max_size=2000))
def test_a_packed_file_is_unpacked_and_any_other_left_alone(body: bytes) -> None:
    assert unpacked(gzip.compress(body), 2000) == body
    assert unpacked(b"<" + body, 0) == b"<" + body


@given(st.binary(min_size=1, max_size=200))
def test_what_only_looks_packed_is_nothing(body: bytes) -> None:
    assert unpacked(b"\x1f\x8b\xff" + body, 1000) == b""


def test_a_packed_file_that_is_cut_off_gives_its_beginning() -> None:
    body = bytes(range(256)) * 40
    whole = unpacked(gzip.compress(body)[:-20], MEGABYTE)
    assert whole is not None
    assert body.startswith(whole)
    assert whole


def test_a_packed_bomb_is_refused_in_bounded_memory() -> None:
    bomb = gzip.compress(b"\0" * (100 * MEGABYTE))
    tracemalloc.start()
    assert unpacked(bomb, MEGABYTE) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MEGABYTE


def test_the_limit_itself_is_allowed() -> None:
    assert unpacked(gzip.compress(b"x" * 1000), 1000) == b"x" * 1000
    assert unpacked(gzip.compress(b"x" * 1001), 1000) is None


def test_marked_sections_that_never_end_are_read_in_linear_time() -> None:
    began = time.process_time()
    list(sitemap_batches(b"<urlset>&amp;" + b"<![CDATA[" * 400_000, HOME))
    assert time.process_time() - began < 5  # 3.6 MB; quadratic, 144 kB took 38 seconds


MONTHS = [(year, month) for year in range(2012, 2027) for month in range(1, 13)]


@pytest.mark.parametrize("name", ["/sitemap-{:04d}-{:02d}.xml", "/sitemap_{:04d}{:02d}.xml", "/{}/{}/s.xml"])
@pytest.mark.parametrize("order", [1, -1])
def test_of_too_many_sitemaps_the_newest_by_name_are_kept_in_any_order(name: str, order: int) -> None:
    entries = [SitemapEntry("http://bao.test" + name.format(*month), None, None) for month in MONTHS[::order]]
    kept = newest(entries, 3)
    assert [entry.url for entry in kept] == ["http://bao.test" + name.format(2026, n) for n in (10, 11, 12)][::order]


def test_of_too_many_sitemaps_that_say_nothing_of_their_time_the_last_are_kept() -> None:
    entries = [SitemapEntry(f"http://bao.test/post-sitemap{number}.xml", None, None) for number in range(180)]
    assert [entry.url[-7:-4] for entry in newest(entries, 2)] == ["178", "179"]
    assert newest(entries, 0) == []


def test_entries_within_entries_are_read_in_linear_time() -> None:
    began = time.process_time()
    read_feed(b"<rss>" + b"<item><link>http://bao.test/a</link>" * 200 + b"<a/>" * 100_000, HOME)
    assert time.process_time() - began < 10  # each level read all below it: 80 seconds
