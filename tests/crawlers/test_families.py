"""Families read URLs and listings: ids, canonical addresses, entries with titles and dates, pagers, sections."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import urls
from crawlers.families import FAMILIES, family
from crawlers.families.base import Ask
from crawlers.families.home import read_home
from crawlers.families.listing import ListingPage, read_listing
from crawlers.families.pager import read_pager
from crawlers.listing_dates import find_date, is_date_text

SO = "http://so.test"

KEYS = [
    ("liferay", "/vi/tin/-/view_content/4410275-dam-bao-ha-tang.html", "4410275"),
    ("liferay", "/-/view_content/pop_up/4410275-dam-bao-ha-tang.html?_101_viewMode=print", "4410275"),
    ("liferay", "/en/tin-khac/-/view_content/4410275", "4410275"),
    ("liferay", "/web/guest/tin/-/asset_publisher/Ab1c/content/id/77121/hoi-nghi", "77121"),
    ("liferay", "/web/guest/tin/-/asset_publisher/Ab1c/content/hoi-nghi-tong-ket", None),
    ("drupal", "/node/123", "123"),
    ("drupal", "/vi/tin-tuc-su-kien/hoi-nghi-tong-ket-nam-2025", None),
    ("newspaper", "/kinh-te/202505/xa-na-hang-dua-cay-duoc-lieu-len-dat-doi-59462ff/", "59462ff"),
    ("newspaper", "/hoi-nghi-tong-ket-179493.html", "179493"),
    ("newspaper", "/le-hoi-mua-xuan-post384731.html", "384731"),
    ("broadcaster", "/xa-hoi/202505/nganh-y-te-trien-khai-benh-an-5471207/", "5471207"),
    ("district", "/tin-bai/sinh-ke-moi?type=NEWS&id=53911", "53911"),
    ("district", "/tin-bai/sinh-ke-moi?id=53911&type=NEWS", "53911"),
    ("generic", "/van-hoa/le-hoi-mua-xuan-1234567.htm", "1234567"),
    ("generic", "/Default.aspx?sname=ubnd&sid=4&newsid=468", "468"),
    ("generic", "/tin/hoi-nghi-tong-ket-cong-tac-nam-2025.html", None),
    ("generic", "/vi/node/10203", "10203"),
    ("generic", "/thu-tuc-hanh-chinh/cap-xa-nhan-ho-so-luu-dong-10203.html", "10203"),
    ("generic", "/tabid/62/ctl/ViewDetail/mid/567/ItemID/1204/Default.aspx", "1204"),
    ("generic", "/vi/tin/-/view_content/4410275-dam-bao-ha-tang.html", "4410275"),
    ("generic", "/Trang/ChiTietTinTuc.aspx?nid=94305", "/trang/chitiettintuc:94305"),
    ("generic", "/tin/20250627-xa-moi-don-doan-cong-tac-cua-tinh.html", None),
    ("sharepoint", "/giaoduc/Pages/Tin-Tuc.aspx?ItemID=6710&CateID=2", "/giaoduc/pages/tin-tuc:6710"),
    ("sharepoint", "/So/noivu/Trang/ChiTietTinTuc.aspx?nid=4305", "/so/noivu/trang/chitiettintuc:4305"),
    ("sharepoint", "/vn/tin-tuc/88123/ra-quan-lam-thuy-loi.aspx", "88123"),
    ("sharepoint", "/vn/tin-tuc/1145/70021/ra-quan-lam-thuy-loi.aspx", "70021"),
    ("dotnetnuke", "/tabid/62/ctl/ViewDetail/mid/567/ItemID/1204/Default.aspx", "1204"),
    ("dotnetnuke", "/Default.aspx?tabid=62&ctl=ViewNews&mid=567&ItemID=1204", "1204"),
    ("dotnetnuke", "/tin/tabid/62/Default.aspx?newsid=1204", "1204"),
    ("vnpt", "/vi/tin-bai/sinh-ke-moi?type=NEWS&id=53945", "53945"),
    ("vnpt", "/DetailView/24170/13/Ra-quan-lam-thuy-loi.html", "24170"),
    ("vnpt", "/Default.aspx?sname=ubnd&sid=4&pageid=468&catid=12&id=3412&title=sinh-ke", "3412"),
    ("congbao", "/tin-tuc/cong-bao-phat-hanh-so-moi-311.html", "311"),
]


def test_the_same_number_in_two_sections_is_two_articles_in_one_section_or_language_it_is_one() -> None:
    key = family("generic").article_key
    assert key(SO + "/tin-tuc/chi-tiet?id=45") != key(SO + "/thong-bao/chi-tiet?id=45")
    assert key(SO + "/tin-tuc/chi-tiet?id=45&trang=2") == key(SO + "/vi/Tin-Tuc/chi-tiet/?lang=vi&id=45")
    assert key(SO + "/tin/xa-moi-don-doan-cong-tac?id=45") == key(SO + "/tin/xa-moi-don-doan-cong-tac-cua-tinh?id=45")


@pytest.mark.parametrize(("name", "path", "key"), KEYS)
def test_an_article_is_known_by_its_url_and_its_own_id_is_read(name: str, path: str, key: str | None) -> None:
    assert family(name).is_article(SO + path)
    assert family(name).article_key(SO + path) == key


SECTIONS = [
    ("generic", "/vi/van-ban-chi-dao-dieu-hanh"),
    ("generic", "/lay-y-kien-du-thao-van-ban.html"),
    ("generic", "/gioi-thieu/dieu-kien-tu-nhien-va-dan-so"),
    ("generic", "/chinh-sach-bao-mat-thong-tin.html"),
    ("generic", "/Default.aspx?sname=ubnd&sid=4&pageid=468"),
    ("sharepoint", "/tintuc/Pages/tin-hoat-dong.aspx?date=&EventID=0&Page=3"),
    ("sharepoint", "/vn/chuyen-muc/1145/tin-thuy-loi.aspx"),
    ("dotnetnuke", "/Default.aspx?tabid=1736&p=2"),
    ("dotnetnuke", "/tin/tabid/62/language/vi-VN/Default.aspx"),
    ("vnpt", "/Default.aspx?sname=ubnd&sid=4&pageid=468"),
    ("congbao", "/van-ban/the-loai/quyet-dinh/trang-364.html"),
    ("congbao", "/cong-bao/2025/so-41-42.html"),
]


@pytest.mark.parametrize(("name", "path"), SECTIONS)
def test_a_listing_is_neither_article_nor_document(name: str, path: str) -> None:
    assert family(name).kind_of(SO + path) is None
    assert family(name).kind_of(SO + path, "document") is None


@pytest.mark.parametrize("name", sorted(FAMILIES))
@pytest.mark.parametrize("path", ["/", "/vi/tin-tuc", "/lien-he.html", "/tim-kiem?q=a", "/anh/bia-1234567.jpg"])
def test_sections_searches_and_pictures_are_no_articles(name: str, path: str) -> None:
    assert family(name).kind_of(SO + path) is None


DOCUMENT = (
    "/en/van-ban-phap-quy?p_p_id=4_WAR_portalvbpqportlet&p_p_lifecycle=0&_4_WAR_portalvbpqportlet_id=75174"
    "&_4_WAR_portalvbpqportlet_mvcPath=%2Fhtml%2Fview_detail.jsp"
)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("liferay", DOCUMENT),
        ("drupal", "/vi/van-ban/45-qd-ubnd"),
        ("district", "/van-ban?type=VANBAN&id=12"),
        ("sharepoint", "/tinhtuyenquang/Pages/vbpq-toanvan.aspx?ItemID=1203"),
        ("sharepoint", "/vanban/Pages/chi-tiet.aspx?ItemID=17"),
        ("dotnetnuke", "/Default.aspx?tabid=140&ctl=IndexLawDetail&mid=3988&ItemID=4500"),
        ("dotnetnuke", "/tabid/140/ctl/IndexLawDetail/mid/3988/ItemID/4500/Default.aspx"),
        ("vnpt", "/vi/van-ban/45-qd-ubnd?type=DOCUMENT&id=12"),
        ("congbao", "/van-ban/45-qd-ubnd-phan-bo-kinh-phi-18203.html"),
    ],
)
def test_a_document_page_is_no_article(name: str, path: str) -> None:
    assert family(name).kind_of(SO + path) == "document"
    assert not family(name).is_article(SO + path)


def test_every_view_of_a_liferay_article_has_one_canonical_url() -> None:
    plain = SO + "/vi/tin/-/view_content/4410275-dam-bao.html"
    views = (
        "/vi/tin/-/view_content/pop_up/4410275-dam-bao.html?_101_viewMode=print",
        "/vi/tin/-/view_content/4410275-dam-bao.html?redirect=%2Fvi#top",
    )
    assert {family("liferay").canonical(SO + view) for view in views} == {plain}


@pytest.mark.parametrize(
    ("name", "plain", "view"),
    [
        ("sharepoint", "/a/Pages/tin.aspx?ItemID=7", "/a/Pages/tin.aspx?ItemID=7&IsDlg=1&Source=%2Fa"),
        ("dotnetnuke", "/tabid/6/ItemID/7/Default.aspx", "/tabid/6/language/vi-VN/ItemID/7/Default.aspx"),
        ("dotnetnuke", "/tabid/6/ItemID/7/Default.aspx", "/tabid/6/ItemID/7/Default.aspx?dnnprintmode=true&SkinSrc=a"),
        ("vnpt", "/Default.aspx?sname=a&id=7", "/Default.aspx?sname=a&id=7&print=true"),
        ("congbao", "/tin-tuc/so-moi-7.html", "/tin-tuc/so-moi-7.html?in=1"),
    ],
)
def test_print_language_and_dialog_views_are_the_plain_page(name: str, plain: str, view: str) -> None:
    assert family(name).canonical(SO + view) == SO + plain


def test_numbers_of_list_items_count_within_their_list_and_views_of_one_law_are_one() -> None:
    key = family("sharepoint").article_key
    assert key(SO + "/a/Pages/tin.aspx?ItemID=7") != key(SO + "/b/Pages/tin.aspx?ItemID=7")
    assert key(SO + "/tw/Pages/vbpq-toanvan.aspx?ItemID=7") == key(SO + "/tw/Pages/vbpq-thuoctinh.aspx?ItemID=7")


def test_tracking_and_session_parameters_do_not_make_another_page() -> None:
    url = "http://Bao.test/tin-12345.html;jsessionid=AB12?utm_source=zalo&id=7&fbclid=x"
    assert urls.canonical(url) == "http://bao.test/tin-12345.html?id=7"


def test_a_link_to_the_portal_itself_gets_the_scheme_of_its_home() -> None:
    paper = family("newspaper", home="https://bao.test/")
    assert paper.canonical("http://bao.test/tin-12345.html") == "https://bao.test/tin-12345.html"
    assert paper.canonical("http://khac.test/tin-12345.html") == "http://khac.test/tin-12345.html"


@given(st.text(max_size=60))
def test_canonical_of_a_canonical_url_is_itself(tail: str) -> None:
    link = urls.absolute("http://bao.test/", tail)
    for name in FAMILIES:
        if link is not None:
            once = family(name).canonical(link)
            assert family(name).canonical(once) == once


@pytest.mark.parametrize(
    "path",
    ["/tin/bai/tin/bai/tin/bai/a-12345.html", "/lich-cong-tac/2025/6", "/su-kien?month=6", "/x" * 13, "/" + "y" * 2001],
)
def test_crawl_traps_are_cut(path: str) -> None:
    assert urls.is_trap(SO + path)


@pytest.mark.parametrize("href", [None, "", "javascript:;", "mailto:a@b.vn", "tel:0207", "http://[::1/", "data:x"])
def test_what_is_no_web_address_is_no_link(href: str | None) -> None:
    assert urls.absolute(SO, href) is None


# Options


def test_a_portal_may_say_its_own_url_shapes_and_pages() -> None:
    own = family("generic", {"article": r"/bv/(?P<key>\d+)$", "pages": "trang-{page}", "first_page": 1})
    assert own.article_key(SO + "/bv/17") == "17"
    assert not own.is_article(SO + "/hoi-nghi-tong-ket-nam-hoc-moi")
    assert own.page_ask(SO + "/tin/", 3) == Ask(SO + "/tin/trang-3")
    drupal = family("drupal", {"pages": "?page={page}"})
    assert drupal.page_ask(SO + "/tin?loai=1", 2) == Ask(SO + "/tin?loai=1&page=1")


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(ValueError, match=r"no option 'selectr'; there are article"):
        family("generic", {"selectr": "x"})


@pytest.mark.parametrize(
    "options", [{"article": "(tin"}, {"pages": "trang-{so}"}, {"pages": "trang"}, {"max_pages": "x"}, {"item": 3}]
)
def test_an_option_that_cannot_be_read_is_named(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=rf"family generic: option {next(iter(options))}: .* cannot be read"):
        family("generic", options)


# Listings

ITEM = """<div class="item"><a href="{url}"><img src="a.jpg"></a>
<h3><a href="{url}">{title}</a></h3>{date}<p>{lead}</p></div>"""
DATE = "<span>{day:02d}/06/2025 08:15</span>"
TITLES = ("Xã mới đi vào hoạt động", "Nông dân vào vụ gặt", "Khai giảng lớp xoá mù chữ", "Ra quân dọn vệ sinh")


def listing(date: str = DATE, aside: str = "", lead: str = "Theo kế hoạch.") -> ListingPage:
    items = "".join(
        ITEM.format(url=f"/tin/bai-viet-so-{10001 + n}.html", title=title, date=date.format(day=27 - n), lead=lead)
        for n, title in enumerate(TITLES)
    )
    page = f'<body><div class="side"><ul>{aside}</ul></div><div class="list">{items}</div></body>'
    return read_listing(page, SO + "/tin/", family("newspaper"))


def test_an_entry_has_the_anchors_title_the_date_beside_it_and_its_position() -> None:
    page = listing()
    assert [(item.title, item.date, item.position) for item in page.items] == [
        (title, dt.date(2025, 6, 27 - n), n) for n, title in enumerate(TITLES)
    ]
    assert page.items[0].date_text == "27/06/2025 08:15"
    assert page.items[0].listing_url == SO + "/tin/"


def test_a_date_inside_the_summary_is_not_the_entrys_date() -> None:
    page = listing(date="", lead="Ngày 12/6/2025, Ủy ban nhân dân xã họp phiên thường kỳ tháng 6 và bàn ba nội dung.")
    assert [item.date for item in page.items] == [None] * 4


@pytest.mark.parametrize(
    "date",
    [
        '<time datetime="2025-06-{day:02d}T23:30:00+07:00">8 giờ trước</time>',
        '<span class="time" title="13:37, {day:02d}/06/2025">8 giờ trước</span>',
        "<i>Thứ Sáu, {day:02d}/06/2025, 20:35 [GMT+7]</i>",
        "<p>Ngày đăng {day:02d}/06/2025 | 07:48 PM | View count: 396</p>",
        '<div class="date">Hà Nội, {day:02d}-06-2025</div>',
    ],
)
def test_dates_are_read_in_the_ways_in_which_portals_write_them(date: str) -> None:
    assert [item.date for item in listing(date).items] == [dt.date(2025, 6, 27 - n) for n in range(4)]


def test_a_box_beside_the_list_does_not_mix_with_it() -> None:
    hot = """<li><a href="/tin/tin-nong-10099.html">Tin nóng trong ngày</a></li>
    <li><a href="/tin/bai-viet-so-10002.html">Trùng</a></li>"""
    page = listing(aside=hot)
    assert [item.portal_key for item in page.items] == ["10001", "10002", "10003", "10004"]
    assert [item.portal_key for item in page.aside] == ["10099"]
    assert page.items[1].title == TITLES[1]


def test_a_row_of_a_document_table_is_one_entry_with_its_issue_date() -> None:
    rows = "".join(
        f'<tr><td><a href="/vi/van-ban/{n}-qd-ubnd">{n}/QĐ-UBND</a></td><td>0{n}/06/2025</td>'
        f'<td><a href="/vi/van-ban/{n}-qd-ubnd">Về việc phân bổ kinh phí đợt {n}</a></td>'
        f'<td><a href="/sites/{n}.pdf">Tải về</a></td></tr>'
        for n in (5, 4, 3)
    )
    page = read_listing(f"<table><tbody>{rows}</tbody></table>", SO + "/vi/van-ban", family("drupal"), "document")
    assert [(item.kind, item.title, item.date) for item in page.items] == [
        ("document", f"Về việc phân bổ kinh phí đợt {n}", dt.date(2025, 6, n)) for n in (5, 4, 3)
    ]


def test_the_only_entry_of_a_page_does_not_swallow_the_page() -> None:
    page = """<body><div>Hôm nay 01/08/2025</div><ul>
    <li><a href="/tin/bai-10001.html">Bài</a> <b>27/06/2025</b></li></ul></body>"""
    (item,) = read_listing(page, SO + "/tin/", family("newspaper")).items
    assert item.date == dt.date(2025, 6, 27)


@given(st.text(max_size=300))
def test_any_text_is_a_listing_without_entries_at_worst(text: str) -> None:
    assert isinstance(read_listing(text, SO, family("generic")), ListingPage)


# Pagers


LIFERAY_PAGE = "?p_p_id=101&_101_delta=20&_101_cur="
PAGERS = [
    ("newspaper", [("1", "?page=1"), ("2", "?page=2"), ("Cuối", "?page=17")], "?page=2", 17),
    ("drupal", [("1", "?page=0"), ("2", "?page=1"), ("3", "?page=2")], "?page=1", 3),
    ("generic", [("2", "/tin/trang-2"), ("3", "/tin/trang-3")], "/tin/trang-2", 3),
    ("broadcaster", [("Tiếp theo ›", "?p=2")], "?p=2", 2),
    ("liferay", [("2", LIFERAY_PAGE + "2"), ("3", LIFERAY_PAGE + "3")], LIFERAY_PAGE + "2", 3),
]


@pytest.mark.parametrize(("name", "links", "second", "last"), PAGERS)
def test_a_pager_tells_the_address_and_the_number_of_pages(
    name: str, links: list[tuple[str, str]], second: str, last: int
) -> None:
    absolute = [(text, urls.absolute(SO + "/tin", href) or "") for text, href in links]
    pager = read_pager(absolute, SO + "/tin", family(name))
    assert pager is not None
    assert (pager.url(2), pager.last) == (urls.absolute(SO + "/tin", second), last)


def test_a_number_of_any_length_on_a_link_breaks_no_listing() -> None:
    links = [("2", SO + "/tin?page=2"), ("1" * 5000, SO + "/tin?page=3")]
    pager = read_pager(links, SO + "/tin", family("generic"))
    assert pager is not None
    assert pager.url(2) == SO + "/tin?page=2"


def test_numbers_that_are_no_pages_make_no_pager() -> None:
    links = [("2", SO + "/tin?nam=2"), ("2025", SO + "/tin?nam=2025"), ("2", SO + "/khac?page=2")]
    assert read_pager(links, SO + "/tin", family("generic")) is None


# Home pages

HOME = """<head><link rel="alternate" type="application/rss+xml" href="/rss/home.rss"></head><body>
<ul id="menu"><li><a href="/">Trang chủ</a></li><li><a href="/thoi-su/">Thời sự</a></li>
<li><a href="/kinh-te/">Kinh tế</a></li><li><a href="/lien-he">Liên hệ</a></li>
<li><a href="http://khac.test/tin/">Nơi khác</a></li></ul>
<div><a href="/thoi-su/202506/xa-moi-hoat-dong-59462ff/">Xã mới hoạt động</a></div></body>"""


def test_a_home_page_announces_its_feeds_and_its_menus_lead_to_sections() -> None:
    home = read_home(HOME, "http://bao.test/", family("newspaper"), lambda host: host == "bao.test")
    assert home.feeds == ("http://bao.test/rss/home.rss",)
    assert home.sections == ("http://bao.test/thoi-su/", "http://bao.test/kinh-te/")


def test_sections_beyond_the_limit_are_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    links = "".join(f'<a href="/muc-{number}/">Mục {number}</a>' for number in range(45))
    home = read_home(f"<nav>{links}</nav>", "http://bao.test/", family("generic"), lambda _: True)
    assert len(home.sections) == 40
    assert "45 sections are linked, the first 40 are read" in caplog.text


@pytest.mark.parametrize("path", ["/thanh-tra.html", "/kinh-doanh/", "/du-lich-xanh", "/the-thao", "/vi/tin-noi-bat"])
def test_a_section_is_not_mistaken_for_a_service_page_because_of_part_of_its_name(path: str) -> None:
    page = f'<nav><a href="{path}">Mục</a><a href="/thu-vien-anh">Ảnh</a><a href="/vi/lien-he.html">Liên hệ</a></nav>'
    home = read_home(page, "http://bao.test/", family("generic"), lambda _: True)
    assert home.sections == ("http://bao.test" + path,)


BOXES = """<div class="box"><h3><a href="/van-hoa">Văn hóa</a></h3>
<p><a href="/van-hoa/le-hoi-59462.html">Lễ hội</a></p>
<a href="/kinh-te">Xem thêm »</a> <a href="/tro-giup">Trợ giúp</a></div>"""


def test_headings_of_boxes_and_links_to_more_lead_to_sections_where_no_menu_does() -> None:
    home = read_home(BOXES, "http://bao.test/", family("generic"), lambda _: True)
    assert home.sections == ("http://bao.test/van-hoa", "http://bao.test/kinh-te")


def test_a_section_that_differs_from_the_home_page_in_a_parameter_is_one_but_its_language_is_none() -> None:
    menu = '<nav><a href="/Default.aspx?lang=en">English</a><a href="/Default.aspx?tabid=62">Tin</a></nav>'
    home = read_home(menu, "http://bao.test/Default.aspx", family("generic"), lambda _: True)
    assert home.sections == ("http://bao.test/Default.aspx?tabid=62",)


# Dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("16/05/2022 | 1:00 PM", dt.date(2022, 5, 16)),
        ("08:15, 3-6-2025", dt.date(2025, 6, 3)),
        ("Thứ Sáu, 27/08/2021, 20:35 [GMT+7]", dt.date(2021, 8, 27)),
        ("ngày 5 tháng 7 năm 2025", dt.date(2025, 7, 5)),
        ("2025-06-26T23:30:00Z", dt.date(2025, 6, 27)),
        ("Thu, 26 Jun 2025 18:00:00 GMT", dt.date(2025, 6, 27)),
        ("2025/06/27 08:15", dt.date(2025, 6, 27)),
        ("27 tháng 6, 2025", dt.date(2025, 6, 27)),
        ("Ngày 27 tháng 6 2025", dt.date(2025, 6, 27)),
        ("31/02/2025", None),
        ("45/2025/06/27", None),
        ("127 tháng 6, 2025", None),
        ("8 giờ trước", None),
        ("Kế hoạch số 165/KH-UBND", None),
        ("12/25/2025", None),
        ("9999-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
    ],
)
def test_a_date_is_a_local_day_day_first_or_nothing(text: str, day: dt.date | None) -> None:
    assert find_date(text) == day


def test_a_sentence_with_a_date_is_no_date_text() -> None:
    assert is_date_text("Ngày đăng: 27/06/2025 08:15")
    assert not is_date_text("Sáng 27/06/2025, đoàn công tác đến thăm xã")


FORMS = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"]


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)), st.sampled_from(FORMS))
def test_every_day_is_read_back_from_every_numeric_form(day: dt.date, form: str) -> None:
    assert find_date(day.strftime(form)) == day


@given(st.text(max_size=80))
def test_any_text_is_at_worst_without_a_date(text: str) -> None:
    assert find_date(text) is None or isinstance(find_date(text), dt.date)
