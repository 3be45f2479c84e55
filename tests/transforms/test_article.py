"""A page becomes an article: what is kept, what is kept apart, what is left out, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from crawlers.families.hints import GENERIC, Hints, hints_for
from transforms.article import Article, NotArticle, extract, language_of
from transforms.captions import Caption
from transforms.fields import Evidence
from transforms.slots import Slots
from transforms.template import block_key
from warehouse.schema import Outcome

URL = "http://vidu.test/tin-tuc/mo-duong-vao-ban-4411.html"
TITLE = "Bản Nà Lầu mở đường vào khu sản xuất"
LEAD = "Sau ba tháng thi công, con đường dài 2,4 km vào khu sản xuất của bản Nà Lầu đã thông xe sáng 12/6."
FIRST = "Bà con trong bản đã tự nguyện hiến hơn 3.500 m2 đất ruộng và đất vườn để mở rộng nền đường lên năm mét."
SECOND = "Theo trưởng bản Lò Văn Chựa, đường thông thì nông sản bán được giá hơn trước gần một phần ba."
HINTS = Hints(
    container=(".than-bai",),
    title=("h1.ten-bai",),
    date=(".ngay",),
    lead=(".mo-dau",),
    author=(".nguoi-viet",),
    section=(".muc a:last-of-type",),
    drop=(".cong-cu",),
    caption=(".loi-anh",),
)


def page(body: str, *, head: str = "", after: str = "", date: str = "12/06/2025 09:30") -> bytes:
    return f"""<html><head><title>{TITLE} | Cổng thông tin</title>{head}</head><body>
    <div id="dau"><div class="ngay">Thứ Sáu, 01/08/2025</div><h2>Cổng thông tin điện tử</h2></div>
    <div class="muc"><a href="/">Trang chủ</a> » <a href="/nong-thon">Nông thôn mới</a></div>
    <div class="bai"><h1 class="ten-bai">{TITLE}</h1><span class="ngay">{date}</span>
    <div class="mo-dau"><b>{LEAD}</b></div><div class="than-bai">{body}</div>{after}</div>
    <div class="khac"><ul><li><a href="/a">Tin trước</a> <span class="ngay">11/06/2025</span></li></ul></div>
    </body></html>""".encode()


def read(body: str, hints: Hints = HINTS, listing: Evidence | None = None, **parts: str) -> Article:
    found = extract(page(body, **parts), url=URL, hints=hints, listing=listing)
    assert isinstance(found, Article), found
    return found


def refused(body: bytes, hints: Hints = HINTS, listing: Evidence | None = None) -> Outcome:
    found = extract(body, url=URL, hints=hints, listing=listing)
    assert isinstance(found, NotArticle), found
    assert URL in found.reason
    return found.outcome


def test_every_field_is_found_at_its_place() -> None:
    article = read(f'<p>{FIRST}</p><p>{SECOND}</p><p class="nguoi-viet">Tin, ảnh: Hà Linh - Vàng Mí Sính</p>')
    assert (article.title, article.lead, article.section) == (TITLE, LEAD, "Nông thôn mới")
    assert article.text == f"{LEAD}\n\n{FIRST}\n\n{SECOND}"
    assert article.author == "Hà Linh; Vàng Mí Sính"
    assert article.published_at == dt.datetime(2025, 6, 12, 2, 30, tzinfo=dt.UTC)
    assert article.published_date == dt.date(2025, 6, 12)
    assert (article.language, article.flags) == ("vi", ())


def test_the_header_clock_and_related_dates_are_never_the_articles_date() -> None:
    article = read(f"<p>{FIRST}</p>", date="")
    assert article.date is None
    assert "no_date" in article.flags


def test_a_missing_date_comes_from_the_listing_and_says_so() -> None:
    article = read(f"<p>{FIRST}</p>", date="", listing=Evidence(TITLE, "(12/06/2025)"))
    assert article.published_date == dt.date(2025, 6, 12)
    assert "date_from_listing" in article.flags


def test_the_listings_title_beats_a_shouting_heading_that_agrees() -> None:
    shouting = page(f"<p>{FIRST}</p>").replace(f'ten-bai">{TITLE}'.encode(), f'ten-bai">{TITLE.upper()}'.encode())
    found = extract(shouting, url=URL, hints=HINTS, listing=Evidence(TITLE))
    assert isinstance(found, Article)
    assert found.title == TITLE


def test_a_listing_title_cut_short_gives_way_to_the_whole_heading() -> None:
    assert read(f"<p>{FIRST}</p>", listing=Evidence("Bản Nà Lầu mở đường vào...")).title == TITLE


def test_a_listing_title_that_says_something_else_is_flagged() -> None:
    article = read(f"<p>{FIRST}</p>", listing=Evidence("Thông báo lịch tiếp công dân tháng 6"))
    assert article.title == TITLE
    assert "title_differs_from_listing" in article.flags


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{FIRST}</p><p>{SECOND}</p>",
        f"{FIRST}<br><br>{SECOND}",
        f"{FIRST}<p>{SECOND}</p>",
        f"<span>{FIRST[:40]}</span><em>{FIRST[40:]}</em><div>{SECOND}</div>",
        f"<div><div><span><p>{FIRST}</p></span></div>{SECOND}</div>",
        f'<table class="bo-cuc"><tr><td><p>{FIRST}</p><p>{SECOND}</p></td></tr></table>',
        f"<p>{FIRST}<o:p></o:p></p><p><font face='Times'>{SECOND}</font></p><script>var x = 1;</script>",
    ],
    ids=["paragraphs", "line breaks", "naked first", "inline runs", "block in span", "layout table", "word"],
)
def test_the_same_paragraphs_come_out_of_every_markup(body: str) -> None:
    assert read(body).text == f"{LEAD}\n\n{FIRST}\n\n{SECOND}"


def test_rows_of_a_data_table_are_lines_with_their_cells_apart() -> None:
    rows = "<tr><th>Xã</th><th>Hộ nghèo</th></tr><tr><td>Nà Lầu</td><td>41</td></tr><tr><td>Pú Đao</td><td>57</td></tr>"
    text = read(f"<p>{FIRST}</p><table>{rows}</table><p>{SECOND}</p>").text
    assert text == f"{LEAD}\n\n{FIRST}\n\nXã | Hộ nghèo\nNà Lầu | 41\nPú Đao | 57\n\n{SECOND}"


def test_list_items_are_lines() -> None:
    assert "Làm đường\nLàm mương" in read(f"<p>{FIRST}</p><ul><li>Làm đường</li><li>Làm mương</li></ul>").text


@pytest.mark.parametrize(
    "picture",
    [
        '<p><img src="a.jpg"></p><p class="loi-anh">Nhân dân đổ bê tông mặt đường. Ảnh: Hà Linh.</p>',
        '<figure><img src="a.jpg"><figcaption>Nhân dân đổ bê tông mặt đường. (Ảnh: Hà Linh)</figcaption></figure>',
        '<table><tr><td><img src="a"></td></tr><tr><td>Nhân dân đổ bê tông mặt đường. Ảnh: Hà Linh</td></tr></table>',
        '<p align="center"><img src="a"></p><p align="center"><i>Nhân dân đổ bê tông mặt đường.</i> Ảnh: Hà Linh.</p>',
    ],
    ids=["hint", "figure", "table", "place"],
)
def test_captions_and_credits_are_kept_apart_from_the_text(picture: str) -> None:
    article = read(f"<p>{FIRST}</p>{picture}<p>{SECOND}</p>")
    assert article.captions == (Caption("Nhân dân đổ bê tông mặt đường.", "Hà Linh"),)
    assert article.text == f"{LEAD}\n\n{FIRST}\n\n{SECOND}"


def test_a_plain_last_line_with_names_is_the_byline() -> None:
    article = read(f"<p>{FIRST}</p><p>{SECOND}</p><p><b>Hà Linh/Trung tâm VH&TT huyện</b></p>")
    assert article.author == "Hà Linh; Trung tâm VH&TT huyện"
    assert article.text.endswith(SECOND)


def test_a_systems_account_is_no_author_and_no_text() -> None:
    article = read(f"<p>{FIRST}</p><p>{SECOND}</p><p align='right'><em>admin admin</em></p>")
    assert article.author is None
    assert article.text.endswith(SECOND)


def test_the_named_source_is_noted() -> None:
    assert read(f"<p>{FIRST}</p><p>{SECOND}</p><p>(Theo Báo Tây Bắc)</p>").source == "Báo Tây Bắc"


def test_chrome_inside_the_container_is_left_out() -> None:
    chrome = (
        '<div class="cong-cu">Cỡ chữ</div><p>Lượt xem: 1.204</p><a href="#">In bài viết</a><p>Gửi phản hồi</p>'
        '<h3>Tin liên quan</h3><ul><li><a href="/b">Nà Lầu được mùa lê</a></li><li><a href="/c">Lễ hội</a></li></ul>'
    )
    assert read(f"<p>{FIRST}</p><p>{SECOND}</p>{chrome}").text == f"{LEAD}\n\n{FIRST}\n\n{SECOND}"


def test_a_list_of_attachments_is_no_chrome() -> None:
    files = '<ul><li><a href="/f/kh-12.pdf">Kế hoạch số 12</a></li><li><a href="/f/phu-luc.docx">Phụ lục</a></li></ul>'
    article = read(f"<p>{FIRST}</p><p>{SECOND}</p>{files}")
    assert [(file.url, file.name) for file in article.files] == [
        ("http://vidu.test/f/kh-12.pdf", "Kế hoạch số 12"),
        ("http://vidu.test/f/phu-luc.docx", "Phụ lục"),
    ]
    assert "Kế hoạch số 12" in article.text


def test_the_hash_ignores_counters_and_surroundings_but_not_the_text() -> None:
    one = read(f"<p>{FIRST}</p><p>Lượt xem: 12</p>")
    other = read(f"<p>{FIRST}</p><p>Lượt xem: 98.001</p>", after="<div>Tin nóng: mưa lớn ở vùng cao</div>")
    edited = read(f"<p>{FIRST.replace('3.500', '3.600')}</p><p>Lượt xem: 12</p>")
    assert one.content_hash == other.content_hash
    assert one.content_hash != edited.content_hash


def test_an_agencys_name_in_front_of_the_lead_stays_in_the_text_only() -> None:
    source = page(f"<p>{FIRST}</p>").replace(b"<b>Sau ba", "<b>Nà Lầu TV - Sau ba".encode())
    found = extract(source, url=URL, hints=HINTS)
    assert isinstance(found, Article)
    assert found.lead == LEAD
    assert found.text.startswith("Nà Lầu TV - Sau ba")


def test_a_page_of_pictures_with_a_title_is_an_article_without_text() -> None:
    pictures = "<p><img src='a.jpg'></p><p><img src='b.jpg'></p>"
    source = page(pictures).replace(f"<b>{LEAD}</b>".encode(), b"")
    found = extract(source, url=URL, hints=HINTS)
    assert isinstance(found, Article)
    assert (found.text, found.flags) == ("", ("no_text",))


def test_an_empty_container_is_empty() -> None:
    assert refused(page(" ").replace(f"<b>{LEAD}</b>".encode(), b"")) is Outcome.EMPTY


def test_a_listing_is_no_article() -> None:
    items = "".join(f'<li><a href="/t/{n}.html">Tin số {n} của bản trong tháng sáu</a></li>' for n in range(12))
    source = f"<html><body><h1>Tin tức</h1><div class='than-bai'><ul>{items}</ul></div></body></html>".encode()
    assert refused(source) is Outcome.NOT_ARTICLE
    assert refused(source, GENERIC) is Outcome.NOT_ARTICLE


def test_a_not_found_page_with_status_200_is_a_soft_404() -> None:
    source = (
        "<html><head><title>Không tìm thấy trang</title></head><body><p>Trang đã bị xóa.</p></body></html>".encode()
    )
    assert refused(source) is Outcome.SOFT_404


@pytest.mark.parametrize("source", [b"", b"   ", b"<!-- -->"])
def test_nothing_to_parse_is_refused_with_a_reason(source: bytes) -> None:
    assert refused(source) in (Outcome.UNREADABLE, Outcome.NOT_ARTICLE)


def test_a_page_without_known_container_is_read_and_flagged() -> None:
    body = "".join(f"<p>{FIRST} {SECOND}</p>" for _ in range(4))
    source = f"<html><head><title>{TITLE}</title></head><body><main><h1>{TITLE}</h1>{body}</main></body></html>"
    found = extract(source.encode(), url=URL, hints=Hints(title=("h1",)), listing=Evidence(TITLE, "12/06/2025"))
    assert isinstance(found, Article)
    assert FIRST in found.text
    assert "no_container" in found.flags


def test_a_tree_ten_thousand_elements_deep_is_survived() -> None:
    deep = "<div>" * 10_000 + "đáy" + "</div>" * 10_000
    found = extract(page(f"<p>{FIRST}</p>{deep}<p>{SECOND}</p>"), url=URL, hints=HINTS)
    assert isinstance(found, Article)
    assert FIRST in found.text


def test_a_table_that_claims_billions_of_columns_is_survived() -> None:
    table = '<table><tr><td colspan="9000000000000000">ô</td><td>hai</td></tr></table>'
    assert FIRST in read(f"<p>{FIRST}</p>{table}").text


@pytest.mark.parametrize("family", ["generic", "liferay", "drupal", "newspaper", "broadcaster", "district"])
def test_no_family_finds_an_article_in_a_login_page(family: str) -> None:
    source = "<html><body><h1>Đăng nhập</h1><form><input name='u'><button>Vào</button></form></body></html>".encode()
    assert refused(source, hints_for(family)) in (Outcome.NOT_ARTICLE, Outcome.EMPTY)


def test_language_is_told_by_letters_and_words() -> None:
    assert language_of(FIRST) == "vi"
    assert (
        language_of(
            "The people of the village opened a new road to the fields and the market on Thursday in June. " * 2
        )
        == "en"
    )
    assert language_of("12.345 m2") is None


def test_a_notice_inside_the_familys_container_is_a_soft_404() -> None:
    assert (
        refused(page("<p>Nội dung không tồn tại hoặc đã bị xóa.</p>").replace(LEAD.encode(), b"")) is Outcome.SOFT_404
    )


def test_a_page_with_many_titles_of_the_family_is_a_listing() -> None:
    titles = "".join(f'<h1 class="ten-bai">Bản tin số {number}</h1>' for number in range(6))
    assert (
        refused(page(f"<p>{FIRST}</p>").replace(b'<div class="bai">', f"<div>{titles}".encode())) is Outcome.NOT_ARTICLE
    )


NOTICE = "Ý kiến của bạn sẽ được ban biên tập xem xét trước khi đăng, mỗi ý kiến không quá 1000 chữ."
SLOTS = Slots(container=(".than-bai",), repeated=(block_key(NOTICE),))


def test_a_page_of_attachments_with_a_title_is_an_article_that_names_its_files() -> None:
    files = "<p><a href='/f/ke-hoach-12.pdf'></a></p>"
    found = extract(page(files).replace(f"<b>{LEAD}</b>".encode(), b""), url=URL, hints=HINTS)
    assert isinstance(found, Article)
    assert (found.text, [file.url for file in found.files]) == ("", ["http://vidu.test/f/ke-hoach-12.pdf"])
    assert found.flags == ("no_text",)


def test_a_container_that_says_only_what_every_page_says_is_empty() -> None:
    source = page(f"<p>{NOTICE}</p>").replace(f"<b>{LEAD}</b>".encode(), b"")
    assert isinstance(extract(source, url=URL, hints=HINTS), Article)
    found = extract(source, url=URL, hints=HINTS, learned=SLOTS)
    assert isinstance(found, NotArticle)
    assert found.outcome is Outcome.EMPTY


def test_a_text_that_is_mostly_what_every_page_says_is_flagged() -> None:
    source = page(f"<p>Đường đã thông.</p><p>{NOTICE.replace('1000', '500')}</p>").replace(
        f"<b>{LEAD}</b>".encode(), b""
    )
    found = extract(source, url=URL, hints=HINTS, learned=SLOTS)
    assert isinstance(found, Article)
    assert {"little_new_text", "impure_container"} <= set(found.flags)
    whole = extract(page(f"<p>{FIRST}</p><p>{SECOND}</p>"), url=URL, hints=HINTS, learned=SLOTS)
    assert isinstance(whole, Article)
    assert not {"little_new_text", "impure_container"} & set(whole.flags)
