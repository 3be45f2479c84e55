"""URL shapes, views, further pages and files of the families gov, VCCorp, post and WordPress."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.archive import records
from crawlers.families import family
from crawlers.families.base import Ask
from crawlers.families.listing import read_listing
from crawlers.job import CrawlJob
from crawlers.markup import read_html
from crawlers.portal import load_registry
from tests.crawlers.harness import crawl, outcome
from tests.portals.minis import REGISTRY
from tests.portals.minis.gov import SongNhue
from tests.portals.server import SampleServer

HOME = "https://bao.test"
NAMES = ("gov", "vccorp", "post", "wordpress")


@pytest.mark.parametrize(
    ("name", "path", "key"),
    [
        ("gov", "/tin-tuc/khai-mac-le-hoi-4250627081500137.htm", "4250627081500137"),
        ("gov", "/tin-tuc/van-hoa/khai-mac-le-hoi-42506270815001379.htm?zoneId=3", "42506270815001379"),
        ("vccorp", "/khanh-thanh-cau-188250627081512345.htm", "188250627081512345"),
        ("vccorp", "/kinh-doanh/khanh-thanh-cau-20250627081512345.htm", "20250627081512345"),
        ("vccorp", "/khanh-thanh-cau-188250627081512345.chn", "188250627081512345"),
        ("post", "/khanh-thanh-cau-post384731.html", "384731"),
        ("post", "/thoi-su/khanh-thanh-cau-post1745532.tpo", "1745532"),
        ("post", "/khanh-thanh-cau-post1745532.amp", "1745532"),
        ("post", "/thoi-su/201908/khanh-thanh-cau-2451234/", "2451234"),
        ("newspaper", "/thoi-su/202506/khanh-thanh-cau-9f2c41b/", "9f2c41b"),
        ("newspaper", "/khanh-thanh-cau-179493.html", "179493"),
        ("wordpress", "/?p=512", "512"),
        ("wordpress", "/index.php?p=512", "512"),
        ("wordpress", "/archives/512", "512"),
        ("wordpress", "/2025/06/khanh-thanh-cau-2025/", None),
        ("wordpress", "/2025/06/27/khanh-thanh-cau/", None),
        ("wordpress", "/khanh-thanh-cau-ban-le-huyen-vi-xuyen/", None),
    ],
)
def test_an_article_is_known_by_its_address(name: str, path: str, key: str | None) -> None:
    assert family(name).kind_of(HOME + path) == "article"
    assert family(name).article_key(HOME + path) == key


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("gov", "/tin-tuc.htm"),
        ("gov", "/van-ban-chi-dao-dieu-hanh-68017"),
        ("gov", "/tin-tuc/khai-mac-le-hoi-4250627.htm"),
        ("vccorp", "/thoi-su.htm"),
        ("vccorp", "/timelinelist/1191/2.htm"),
        ("vccorp", "/tag/khanh-thanh-cau-12345.htm"),
        ("post", "/thoi-su/"),
        ("post", "/bai-post-moi.html"),
        ("wordpress", "/category/thoi-su-trong-nuoc-va-quoc-te/"),
        ("wordpress", "/category/thoi-su/page/2/"),
        ("wordpress", "/2025/06/"),
        ("wordpress", "/2025/06/27/"),
        ("wordpress", "/2025/06/page/2/"),
        ("wordpress", "/author/ban-bien-tap-bao-song-bang/"),
        ("wordpress", "/tag/khanh-thanh-cau-ban-le-huyen-vi-xuyen/"),
        ("wordpress", "/wp-content/uploads/2025/06/anh-cau-ban-le-khanh-thanh.jpg"),
        ("wordpress", "/wp-login.php?redirect_to=khanh-thanh-cau-ban-le-huyen"),
        ("wordpress", "/2025/06/khanh-thanh-cau/anh-1/"),
    ],
)
def test_sections_archives_and_services_are_no_articles(name: str, path: str) -> None:
    assert family(name).kind_of(HOME + path) is None


@pytest.mark.parametrize(
    ("name", "path", "key"),
    [
        ("gov", "/van-ban-quy-pham-phap-luat/quyet-dinh-23-2025-qd-ubnd-91544", "91544"),
        ("gov", "/van-ban-chi-dao-dieu-hanh-68017/ke-hoach-173-2026-91560", "91560"),
        ("wordpress", "/van-ban/quyet-dinh-23-2025-qd-ubnd/", None),
    ],
)
def test_a_document_is_told_from_an_article_and_from_its_list(name: str, path: str, key: str | None) -> None:
    assert family(name).kind_of(HOME + path) == "document"
    assert family(name).article_key(HOME + path) == key
    assert family(name).kind_of(HOME + path.rpartition("/" if path[-1] != "/" else "/van-ban/")[0]) != "document"


@pytest.mark.parametrize(
    ("name", "plain", "views"),
    [
        (
            "gov",
            "/tin-tuc/khai-mac-4250627081500137.htm",
            ("/tin-tuc/print/khai-mac-4250627081500137.htm", "/tin-tuc/khai-mac-4250627081500137.htm?zoneId=9"),
        ),
        (
            "vccorp",
            "/khanh-thanh-188250627081512345.htm",
            ("/amp/khanh-thanh-188250627081512345.htm", "/print/khanh-thanh-188250627081512345.htm#binh-luan"),
        ),
        ("post", "/khanh-thanh-post384731.html", ("/amp/khanh-thanh-post384731.html",)),
        (
            "wordpress",
            "/2025/06/khanh-thanh/",
            (
                "/2025/06/khanh-thanh",
                "/2025/06/khanh-thanh/amp/",
                "/2025/06/khanh-thanh/?amp=1",
                "/2025/06/khanh-thanh/feed/",
                "/2025/06/khanh-thanh/comment-page-2/#comment-7",
                "/2025/06/khanh-thanh/?replytocom=7",
            ),
        ),
    ],
)
def test_every_view_of_an_article_has_one_address(name: str, plain: str, views: tuple[str, ...]) -> None:
    own = family(name, home=HOME)
    spellings = (plain, *views, plain + "?utm_source=zalo&fbclid=x")
    hosts = (HOME, "http://bao.test", "https://www.bao.test", "https://m.bao.test")
    assert {own.canonical(host + path).partition("#")[0] for host in hosts for path in spellings} == {HOME + plain}


PIECES = (
    "amp",
    "feed",
    "print",
    "m.",
    "2025",
    "06",
    "27",
    "tin-moi",
    "comment-page-3",
    "bai-post12.html",
    "?p=5",
    "&amp=1",
)


@given(st.sampled_from(NAMES), st.lists(st.sampled_from(PIECES), max_size=7), st.booleans(), st.booleans())
def test_an_address_without_its_views_has_none_left(name: str, pieces: list[str], slash: bool, mobile: bool) -> None:
    own = family(name, home=HOME)
    url = f"https://{'m.' if mobile else ''}bao.test/{'/'.join(pieces)}{'/' if slash else ''}"
    once = own.canonical(url)
    assert own.canonical(once) == once
    assert own.kind_of(once) in ("article", "document", None)


# Further pages


def test_a_gov_section_is_continued_by_posting_its_index_from_zero() -> None:
    own = family("gov")
    assert own.page_ask(HOME + "/tin-tuc", 1) == Ask.form(HOME + "/tin-tuc", "PageIndex=0")
    assert own.page_ask(HOME + "/tin-tuc", 5) == Ask.form(HOME + "/tin-tuc", "PageIndex=4")


def test_a_vccorp_section_is_continued_by_fragments_of_the_zone_that_it_names() -> None:
    own = family("vccorp")
    root = read_html('<input type="hidden" id="hdZoneId" value="1191"><h1>Thời sự</h1>')
    values = own.listing_values(root)
    assert own.page_ask(HOME + "/thoi-su.htm", 3, values) == Ask(HOME + "/timelinelist/1191/3.htm")
    assert own.page_ask(HOME + "/thoi-su.htm", 3, {}) is None


@pytest.mark.parametrize("zone", ["../../admin", "1/../../x?y=", "a" * 500, "%2e%2e", "1 2"])
def test_a_hostile_zone_stays_one_piece_of_the_path(zone: str) -> None:
    own = family("vccorp")
    ask = own.page_ask(HOME + "/a.htm", 2, own.listing_values(read_html(f'<input id="hdZoneId" value="{zone}">')))
    parts = urlsplit(ask.url).path.split("/") if ask else ["", "timelinelist", "", "2.htm"]
    assert (len(parts), parts[1], parts[3]) == (4, "timelinelist", "2.htm")


def test_a_wordpress_category_is_continued_below_itself() -> None:
    own = family("wordpress")
    assert own.page_ask(HOME + "/category/thoi-su/", 4) == Ask(HOME + "/category/thoi-su/page/4/")
    links = "".join(f'<a class="page-numbers" href="/category/thoi-su/page/{n}/">{n}</a>' for n in (2, 3, 41))
    pager = read_listing(f"<div>{links}</div>", HOME + "/category/thoi-su/", own).pager
    assert pager is not None
    assert (pager.last, pager.towards(7, 1)) == (41, (7, Ask(HOME + "/category/thoi-su/page/7/")))


def test_a_post_section_is_continued_by_its_link_to_more() -> None:
    story = '<article class="story"><h2><a href="/tin-post1234{}.html">Tin số {}</a></h2></article>'
    more = '<a class="control__loadmore" href="/thoi-su/?page=3">Xem thêm</a>'
    page = read_listing(story.format(1, 1) + story.format(2, 2) + more, HOME + "/thoi-su/?page=2", family("post"))
    assert [item.portal_key for item in page.items] == ["12341", "12342"]
    assert page.pager is not None
    assert page.pager.towards(3, 2) == (3, Ask(HOME + "/thoi-su/?page=3"))


# Files


def test_files_on_the_portals_store_are_fetched_with_their_documents(tmp_path: Path) -> None:
    portal = load_registry([REGISTRY])["songnhue_mau"]
    day = SongNhue().documents[7].issued_date
    with SampleServer() as server:
        archive = tmp_path / "archive"
        job = CrawlJob(
            portal=portal, run_id="r1", date_from=day, date_to=day + dt.timedelta(days=3), archive=archive,
            run_dir=archive / portal.id / "r1", proxy=server.proxy, settings={"RETRY_BACKOFF": 0, "LOCK_WAIT": 0},
        )  # fmt: skip
        code, log = crawl(job)
    assert code == 0, log
    found = [item.record for item in records(job.run_dir, job.archive)]
    wanted = [item for item in SongNhue().documents if job.covers(item.issued_date)]
    files = {record.url: record.parent_url for record in found if record.role == "attachment"}
    assert len(wanted) >= 1
    assert files == {item.attachments[0].url: item.url for item in wanted}
    assert {urlsplit(url).hostname for url in files} == {"datafiles.songnhue.test"}
    assert outcome(job).errors == {}
