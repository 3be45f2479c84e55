"""Listings as vendors write them: pictures, summaries and 'xem thêm' beside titles, boxes, tables, any size."""

from __future__ import annotations

import datetime as dt
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.families import family
from crawlers.families.listing import ListingPage, read_listing

HOME = "http://bao.test"
PAPER = family("newspaper", home=HOME)
TITLES = (
    "Xã mới đi vào hoạt động",
    "Nông dân vào vụ gặt",
    "Khai giảng lớp xoá mù chữ",
    "Ra quân dọn vệ sinh",
    "Cầu treo bản Lè thông xe",
    "Tuyển quân năm nay",
)
SUMMARY = "Theo kế hoạch, mỗi bản cử hai người phụ trách; việc làm xong trước mùa mưa và báo cáo về xã."
HOT = tuple(f"Tin nóng thứ {number} trong tuần được nhiều bạn đọc quan tâm nhất" for number in range(1, 13))


def link(number: int) -> str:
    return f"/tin/bai-viet-so-{10000 + number}.html"


def read(body: str, section: str = "/tin/") -> ListingPage:
    return read_listing(f"<html><body>{body}</body></html>", HOME + section, PAPER)


def entries(template: str) -> str:
    filled = (
        template.format(url=link(n), title=title, n=n, day=f"{27 - n:02d}/06/2025", lead=SUMMARY)
        for n, title in enumerate(TITLES)
    )
    return "".join(filled)


def titles(page: ListingPage) -> list[str | None]:
    return [item.title for item in page.items]


# One entry, however many links it has


@pytest.mark.parametrize(
    "entry",
    [
        '<div class="item"><a href="{url}"><img src="a.jpg" alt="Ảnh"></a><h3><a href="{url}">{title}</a></h3>'
        '<span>{day}</span><p>{lead}</p><a class="more" href="{url}">Xem thêm »</a></div>',
        '<div class="item"><a href="{url}"><img src="a.jpg"></a><h3>{title}</h3><i>{day}</i><p>{lead}</p>'
        '<a href="{url}">Xem chi tiết...</a></div>',
        '<li><a href="{url}"><img src="a.jpg"><h4>{title}</h4><span class="date">{day}</span><p>{lead}</p></a></li>',
        '<li><a href="{url}"><span class="post-title">{title}</span> <em>{day}</em> <span>{lead}</span></a></li>',
        '<div><h2><a href="{url}">{title}</a></h2><time>{day}</time><a href="{url}"><p>{lead}</p></a></div>',
        '<li><a href="{url}" title="{title}">{title:.6}…</a> <i>{day}</i></li>',
        '<li><a href="{url}"><img src="a.jpg" alt="{title}"></a><b>{day}</b></li>',
        '<li><a href="{url}">{title}</a><i>{day}</i><a href="{url}#binh-luan">12 bình luận của bạn đọc gửi về</a></li>',
        '<article id="post-{n}" class="post-{n} post type-post category-muc-{n} hentry"><h2 class="entry-title">'
        '<a href="{url}">{title}</a></h2><time class="entry-date" datetime="2025-06-2{n}">8 giờ trước</time></article>',
    ],
    ids=[
        "picture and more",
        "title outside",
        "one link around all",
        "spans",
        "linked summary",
        "cut",
        "alt",
        "comments",
        "wordpress",
    ],
)
def test_an_entry_is_one_candidate_with_its_headline_whatever_else_links_it(entry: str) -> None:
    page = read(f'<div class="list">{entries(entry)}</div>')
    assert titles(page) == list(TITLES)
    assert all(item.date for item in page.items)
    assert [item.portal_key for item in page.items] == [str(10000 + n) for n in range(len(TITLES))]
    assert page.aside == ()


def test_rows_in_stripes_are_one_list() -> None:
    rows = entries('<tr class="{n}"><td>{day}</td><td><a href="{url}">{title}</a></td></tr>')
    for n in range(len(TITLES)):
        rows = rows.replace(f'"{n}"', '"row odd"' if n % 2 else '"row even"')
    assert titles(read(f"<table>{rows}</table>")) == list(TITLES)


def test_a_row_of_documents_with_several_files_and_a_download_script_is_one_entry() -> None:
    rows = "".join(
        f'<tr><td>{n}</td><td><a href="/van-ban?id=10{n}">{n}/QĐ-UBND</a></td><td>0{n}/06/2025</td>'
        f'<td><a href="/van-ban?id=10{n}">Về việc phân bổ kinh phí đợt {n}</a></td>'
        f'<td><a href="/tep/{n}.pdf">Bản ký</a> <a href="/tep/{n}.docx">Bản Word</a> '
        f'<a href="/Download.aspx?id=55{n}">Phụ lục</a> <a download href="/tep?id=66{n}">Tải về</a></td></tr>'
        for n in (5, 4, 3)
    )
    page = read_listing(f"<table>{rows}</table>", HOME + "/van-ban", family("generic"), "document")
    assert [(item.portal_key, item.title, item.date) for item in page.items] == [
        (f"/van-ban:10{n}", f"Về việc phân bổ kinh phí đợt {n}", dt.date(2025, 6, n)) for n in (5, 4, 3)
    ]


# Dates


@pytest.mark.parametrize(
    "date",
    [
        '<span class="news-time" title="13:37, {day}">8 giờ trước</span>',
        '<abbr class="timeago" title="{day} 08:15">hôm qua</abbr>',
        '<span data-time="{day}">5 phút trước</span>',
    ],
)
def test_a_relative_time_gives_way_to_the_moment_in_an_attribute(date: str) -> None:
    page = read("<ul>" + entries('<li><a href="{url}">{title}</a>' + date + "</li>") + "</ul>")
    assert [item.date for item in page.items] == [dt.date(2025, 6, 27 - n) for n in range(len(TITLES))]


@pytest.mark.parametrize("said", ["8 giờ trước", "5 phút trước", "hôm qua", "2 ngày trước", "Hôm nay, 08:15"])
def test_a_relative_time_alone_says_no_day(said: str) -> None:
    page = read(
        "<ul>" + entries('<li><a href="{url}">{title}</a><span class="time">' + said + "</span></li>") + "</ul>"
    )
    assert titles(page) == list(TITLES)
    assert [item.date for item in page.items] == [None] * len(TITLES)


def test_an_attribute_that_a_family_names_is_read_before_its_text() -> None:
    page = read_listing(
        '<div class="news-item"><a href="/tin/cau-treo-thong-xe-10001.html">Cầu treo thông xe</a> <i>01/01/2024</i>'
        '<span class="moment" title="27/06/2025">hôm qua</span></div>',
        HOME,
        family("newspaper", {"item": ".news-item", "date": "span.moment"}),
    )
    assert [item.date for item in page.items] == [dt.date(2025, 6, 27)]


FLAT = {
    "after": '<h3><a href="{url}">{title}</a></h3><p class="meta">{day}</p><p>{lead}</p>',
    "before": '<p>{day}</p><h3><a href="{url}">{title}</a></h3><p>{lead}</p>',
    "texts": '<a href="{url}">{title}</a> ({day})<br>',
    "definitions": '<dt><a href="{url}">{title}</a></dt><dd>{day}</dd>',
    "rows": '<tr><td><a href="{url}">{title}</a></td></tr><tr><td>Ngày đăng: {day}</td></tr>',
}
AROUND = {"definitions": "<dl>{}</dl>", "rows": "<table>{}</table>"}


@pytest.mark.parametrize("shape", FLAT)
def test_an_entry_without_an_element_of_its_own_has_the_date_beside_it(shape: str) -> None:
    page = read(AROUND.get(shape, "<div>{}</div>").format(entries(FLAT[shape])))
    assert titles(page) == list(TITLES)
    assert [item.date for item in page.items] == [dt.date(2025, 6, 27 - n) for n in range(len(TITLES))]


@pytest.mark.parametrize("shape", ["after", "before", "texts"])
def test_where_the_ends_of_a_flat_list_do_not_tell_whose_a_date_is_there_is_none(shape: str) -> None:
    page = read(f"<div><p>Thứ Sáu, 01/08/2025</p>{entries(FLAT[shape])}<p>01/08/2025</p></div>")
    assert titles(page) == list(TITLES)
    assert [item.date for item in page.items] == [None] * len(TITLES)


def test_related_news_below_an_entry_do_not_take_its_date() -> None:
    related = '<ul><li><a href="/tin/tin-cu-{n}9999.html">Bài trước đó</a></li></ul>'
    page = read('<div class="list">' + entries(f'<div class="item">{FLAT["after"]}{related}</div>') + "</div>")
    assert titles(page) == list(TITLES)
    assert [item.date for item in page.aside] == [None] * len(TITLES)


# The list and the boxes beside it

BOX = "".join(f'<li><a href="/tin/tin-nong-{20000 + n}.html">{title}</a></li>' for n, title in enumerate(HOT))
DATED = '<div class="item"><a href="{url}">{title}</a><i>{day}</i></div>'
BARE = '<div class="item"><a href="{url}">{title}</a></div>'
PAGER = '<div><a href="/tin/?page=2">2</a><a href="/tin/?page=3">3</a><a href="/tin/?page=2">Sau</a></div>'


@pytest.mark.parametrize(
    ("box", "entry", "pager"),
    [
        ("<aside><ul>{}</ul></aside>", DATED, ""),
        ('<div class="tin-doc-nhieu box"><ul>{}</ul></div>', DATED, ""),
        ('<div class="box-2"><ul>{}</ul></div>', DATED, PAGER),
        (
            '<div class="box-2"><ul>{}</ul></div>',
            '<div class="item"><a href="{url}">{title}</a><p>{lead}</p></div>',
            PAGER,
        ),
        ('<div class="sidebar"><ul>{}</ul></div>', BARE, PAGER),
    ],
    ids=["aside", "named", "dated", "summaries", "bare"],
)
@pytest.mark.parametrize("first", [True, False], ids=["box first", "list first"])
def test_a_box_of_hot_news_that_outnumbers_the_list_is_not_the_list(
    box: str, entry: str, pager: str, first: bool
) -> None:
    shown, listed = box.format(BOX), f'<div class="list">{entries(entry)}</div>{pager}'
    page = read(shown + listed if first else listed + shown)
    assert titles(page) == list(TITLES)
    assert len(page.aside) == len(HOT)


@pytest.mark.parametrize("count", [1, 2])
def test_the_last_page_of_a_list_may_hold_fewer_entries_than_its_boxes(count: int) -> None:
    rest = "".join(DATED.format(url=link(n), title=TITLES[n], day="27/06/2025") for n in range(count))
    back = '<div><a href="/tin/?page=1">1</a><a href="/tin/?page=2">2</a></div>'
    page = read(f'<div class="list">{rest}</div>{back}<div class="sidebar"><ul>{BOX}</ul></div>', "/tin/?page=3")
    assert titles(page) == list(TITLES[:count])


def test_a_large_first_entry_is_not_the_list() -> None:
    first = '<div class="top"><a href="/tin/tin-dau-30000.html"><h2>Tin đầu trang</h2></a><i>27/06/2025</i>'
    first += f"<p>{SUMMARY * 9}</p></div>"
    page = read(f'<div class="list">{first}{entries(DATED)}</div>')
    assert titles(page) == list(TITLES)
    assert [item.portal_key for item in page.aside] == ["30000"]


def test_a_selector_of_a_family_decides_before_any_weight() -> None:
    own = family("newspaper", {"item": "article.story"})
    body = entries('<article class="story small"><a href="{url}">{title}</a></article>')
    page = read_listing(f"<div><ul>{BOX}</ul></div><section>{body}</section>", HOME, own)
    assert titles(page) == list(TITLES)


def test_a_selector_that_is_none_is_named_before_any_crawl() -> None:
    with pytest.raises(ValueError, match=r"option item: 'a\[' cannot be read \(no CSS selector"):
        family("generic", {"item": "a["})


# Pages of any size

HUGE = {
    "flat": ("", '<li><a href="/tin/bai-{n}.html">Tin {n}</a> <i>27/06/2025</i></li>'),
    "one article": ('<div class="x">' * 250, '<p><a href="/tin/bai-100000.html">Tin {n}</a></p>'),
    "pager": ("", '<a href="?page={n}&trang={n}">{n}</a>'),
}


@pytest.mark.parametrize("shape", HUGE)
def test_of_a_page_of_a_hundred_thousand_links_the_first_ten_thousand_are_read(shape: str) -> None:
    """Measured in Python's own memory; the tree itself is as large as the page."""
    before, each = HUGE[shape]
    text = before + "".join(each.format(n=100_000 + n) for n in range(100_000))
    tracemalloc.start()
    try:
        page = read(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(page.items) == {"flat": 10_000, "one article": 1, "pager": 0}[shape]
    assert peak < 50_000_000 + 3 * len(text)


def test_work_grows_with_the_page_not_with_its_square(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elements looked at per link stay the same when a page is ten times as long, however deep it lies."""
    from crawlers.families import entries as module

    looked = []
    monkeypatch.setattr(module, "chain", lambda *parts: (looked.append(1) or item for part in parts for item in part))

    def work(count: int) -> int:
        looked.clear()
        read("<div>" * 200 + "".join(f'<p><a href="{link(n)}">Tin</a></p>' for n in range(count)))
        return len(looked)

    assert work(2000) < 12 * work(200)


@given(
    st.lists(
        st.sampled_from(
            ("<div>", "</div>", "<ul>", "<li>", "</li>", "<h3>", "</h3>", "</a>", "27/06/2025", "<table><tr><td>")
        )
        | st.integers(0, 5).map(lambda n: f'<a href="{link(n)}" title="27/06/2025">Tin {n}'),
        max_size=60,
    )
)
def test_every_link_to_an_article_is_an_entry_once_however_tags_are_nested(parts: list[str]) -> None:
    page = read("".join(parts))
    linked = {link(n) for n in range(6) if f'href="{link(n)}"' in "".join(parts)}
    shown = [item.url.removeprefix(HOME) for item in page.items]
    assert len(shown) == len(set(shown))
    assert set(shown) | {item.url.removeprefix(HOME) for item in page.aside} == linked
