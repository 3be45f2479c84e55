"""What an article says beside its text is kept, and kept apart: writers, links, keywords, films, quotes, changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from crawlers.families.hints import COMMON_TAGS
from tests.transforms.test_article import FIRST, HINTS, LEAD, SECOND, URL, read
from transforms.bylines import PERSON, UNIT, people, writers
from transforms.links import INLINE, RELATED, SOURCE, VIDEO, Link

BOTH = f"<p>{FIRST}</p><p>{SECOND}</p>"
TEXT = f"{LEAD}\n\n{FIRST}\n\n{SECOND}"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Phạm Hải - Duy Hải/NALAUTV.VN", [("Phạm Hải", PERSON), ("Duy Hải", PERSON), ("NALAUTV.VN", UNIT)]),
        ("Tin, ảnh: Hà Linh/Trung tâm VH-TT huyện", [("Hà Linh", PERSON), ("Trung tâm VH-TT huyện", UNIT)]),
        ("Hà Linh (tổng hợp)", [("Hà Linh", PERSON)]),
        ("admin", []),
    ],
)
def test_people_and_units_of_a_byline_are_told_apart(line: str, found: list[tuple[str, str]]) -> None:
    assert [(author.name, author.kind) for author in writers([line])] == found


def test_a_web_address_is_a_unit_and_no_author() -> None:
    assert people("Phạm Hải - Duy Hải/NALAUTV.VN") == "Phạm Hải; Duy Hải"


@pytest.mark.parametrize("tag", ["aside", "blockquote"])
def test_a_quote_of_the_text_itself_is_kept_once_and_any_other_stays(tag: str) -> None:
    own = "Đường làng mở ra thì cái nghèo khép lại, ông Chựa nói với bà con hôm thông xe."
    body = f"<p>{FIRST}</p><{tag}>“{FIRST[:60]}”</{tag}><{tag}>{own}</{tag}><p>{SECOND}</p>"
    assert read(body).text == f"{LEAD}\n\n{FIRST}\n\n{own}\n\n{SECOND}"


@pytest.mark.parametrize(
    "tags",
    [
        "<p>Từ khóa: <a href='/t/1'>nông thôn mới</a>, <a href='/t/2'>đường bản</a></p>",
        "<div>Tags: nông thôn mới; đường bản</div>",
        "<div class='tags'><a href='/t/1'>#nông thôn mới</a> <a href='/t/2'>đường bản</a></div>",
    ],
)
def test_keywords_leave_the_text(tags: str) -> None:
    article = read(BOTH + tags, replace(HINTS, tags=COMMON_TAGS))
    assert article.tags == ("nông thôn mới", "đường bản")
    assert article.text == TEXT
    assert not [link for link in article.links if link.rel == INLINE]


def test_links_have_their_kinds() -> None:
    inline = FIRST.replace("hiến", "<a href='/hien-dat.html'>hiến</a>")
    related = '<h3>Tin liên quan</h3><ul><li><a href="/b.html">Nà Lầu được mùa lê giữa tháng sáu</a></li></ul>'
    taken = '<p>(Theo <a href="http://bao.test/goc.html">Báo Tây Bắc</a>)</p>'
    film = '<iframe src="https://www.youtube.com/embed/q1w2" title="Phóng sự"></iframe>'
    links = read(f"<p>{inline}</p>{film}<p>{SECOND}</p>{related}{taken}").links
    assert set(links) == {
        Link("http://vidu.test/hien-dat.html", "hiến", INLINE),
        Link("http://vidu.test/b.html", "Nà Lầu được mùa lê giữa tháng sáu", RELATED),
        Link("http://bao.test/goc.html", "Báo Tây Bắc", SOURCE),
        Link("https://www.youtube.com/embed/q1w2", "Phóng sự", VIDEO),
    }


@pytest.mark.parametrize("href", ["javascript:alert(1)", "#dau", "mailto:ai@vidu.test", "http://[", "data:text/html,x"])
def test_what_is_no_web_address_is_no_link(href: str) -> None:
    assert read(f'<p>{FIRST} <a href="{href}">tại đây</a></p><p>{SECOND}</p>').links == ()


def test_a_frame_that_shows_no_film_is_no_link() -> None:
    assert read(BOTH + '<iframe src="https://quangcao.test/banner"></iframe>').links == ()


@pytest.mark.parametrize(
    "date",
    [
        "12/06/2025 09:30 (Cập nhật: 13/06/2025 10:15)",
        "Cập nhật lúc 13/06/2025 10:15 | Đăng lúc: 12/06/2025 09:30",
        "<time datetime='2025-06-12T09:30+07:00'>hôm kia</time> "
        "<time class='updated' datetime='2025-06-13T10:15+07:00'>hôm qua</time>",
    ],
)
def test_publication_and_change_are_told_apart(date: str) -> None:
    article = read(BOTH, date=date)
    assert article.published_at == dt.datetime(2025, 6, 12, 2, 30, tzinfo=dt.UTC)
    assert article.updated is not None
    assert article.updated.instant == dt.datetime(2025, 6, 13, 3, 15, tzinfo=dt.UTC)


def test_a_change_that_is_all_the_page_names_stands_for_the_publication() -> None:
    article = read(BOTH, date="Cập nhật: 12/06/2025 09:30")
    assert article.published_at == dt.datetime(2025, 6, 12, 2, 30, tzinfo=dt.UTC)
    assert article.updated is None


def test_cells_stay_cells_and_a_layout_table_is_none() -> None:
    rows = (
        "<tr><th>Xã</th><th>Hộ nghèo</th></tr><tr><td>Nà Lầu</td><td><ul><li>41 hộ</li><li>3 thôn</li></ul></td></tr>"
    )
    layout = f"<table role='presentation'><tr><td><p>{FIRST}</p><table>{rows}</table></td><td>&nbsp;</td></tr></table>"
    assert read(layout + f"<p>{SECOND}</p>").tables == ((("Xã", "Hộ nghèo"), ("Nà Lầu", "41 hộ 3 thôn")),)


def test_the_address_of_these_pages_is_no_related_link() -> None:
    article = read(f'{BOTH}<div class="related"><a href="{URL}">Bản Nà Lầu mở đường vào khu sản xuất</a></div>')
    assert article.links == ()
