"""Profiles: learned from a portal's own pages, kept as JSON, renewed when the site changes, and left to people."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.article import Article, extract
from transforms.fields import Evidence
from transforms.profile import Profile, ProfileError, dumps, loads, pattern_of, renewed
from transforms.slots import Sampled, Slots
from transforms.tree import parse

DAY = dt.date(2025, 6, 2)
VILLAGES = ("Nà Lầu", "Pú Đao", "Sín Chải", "Lũng Pù", "Khâu Vai", "Thào Chư Phìn", "Tả Lủng", "Sủng Là", "Nậm Ty")
TEMPLATE = """<html><head><title>{title} - Cổng mẫu</title></head><body>
<div class="dau-trang"><span class="dong-ho">Thứ Hai, 02/06/2025</span></div>
<div class="menu"><a href="/">Trang chủ</a> <a href="/thoi-su/">Thời sự</a></div>
<div class="khung"><div class="duong-dan"><a class="muc" href="/thoi-su/">Thời sự</a></div>
<div class="ten">{title}</div><div class="luc-dang">{date:%d/%m/%Y} 08:15</div>
<div class="{box}"><div class="trich">{title}, bà con vùng cao có thêm việc làm và thu nhập ổn định hơn.</div>{text}
<table class="hinh"><tr><td><img src="/a.jpg"></td></tr><tr><td class="chu-anh">Bà con ở {village}. Ảnh: Vừ Chá.</td>
</tr></table><p class="nguoi-viet">{writer}</p></div></div>
<div class="tin-khac"><ul><li><a href="/thoi-su/a-1.html">Lịch cúp điện tuần này</a> <i>01/06/2025</i></li>
<li><a href="/thoi-su/b-2.html">Giá nông sản hôm nay</a> <i>31/05/2025</i></li></ul></div></body></html>"""


def html(number: int, box: str = "noi-dung-tin") -> str:
    village = VILLAGES[number % len(VILLAGES)]
    title = f"{village} dựng {number + 3} mô hình nuôi trâu nhốt chuồng"
    text = "".join(
        f"<p>Tổ công tác số {each + number} ở {village} đến từng hộ hướng dẫn ủ chua {each * 7 + number} tạ cỏ voi.</p>"
        for each in range(6)
    )
    day, writer = dt.date(2025, 4, 1) + dt.timedelta(days=3 * number), ("Lò Thị Mai", "Giàng A Páo")[number % 2]
    return TEMPLATE.format(title=title, date=day, box=box, text=text, village=village, writer=writer)


def sampled(number: int, box: str = "noi-dung-tin", section: str = "thoi-su") -> Sampled:
    page = parse(html(number, box))
    assert page is not None
    return Sampled(f"http://nuicao.test/{section}/bai-so-{number}-nuoi-trau-{number}.html", page, Evidence())


def learned(count: int = 8, box: str = "noi-dung-tin", day: dt.date = DAY) -> Profile:
    profile = renewed(None, [sampled(number, box) for number in range(count)], day)
    assert profile is not None
    return profile


def test_every_slot_is_learned_and_the_clock_and_the_list_of_other_news_are_not() -> None:
    slots = learned().versions[0].types[0].slots
    assert slots.container == ("div.noi-dung-tin",)
    assert slots.title == ("div.ten",)
    assert slots.date == ("div.luc-dang",)
    assert slots.lead == ("div.trich",)
    assert slots.author == ("p.nguoi-viet",)
    assert slots.section == ("a.muc",)
    assert slots.caption == ("td.chu-anh",)


def test_an_unseen_page_is_read_by_what_was_learned() -> None:
    page = html(31).encode()
    slots = learned().slots("http://nuicao.test/thoi-su/bai-so-31-nuoi-trau-31.html", DAY)
    found = extract(page, url="http://nuicao.test/thoi-su/x-31.html", learned=slots, learned_first=True)
    assert isinstance(found, Article)
    assert found.title == "Khâu Vai dựng 34 mô hình nuôi trâu nhốt chuồng"
    assert found.published_date == dt.date(2025, 7, 3)
    assert found.author == "Giàng A Páo"
    assert found.section == "Thời sự"
    assert [caption.credit for caption in found.captions] == ["Vừ Chá"]
    assert found.lead == f"{found.title}, bà con vùng cao có thêm việc làm và thu nhập ổn định hơn."
    assert "Giá nông sản" not in found.text
    assert "learned_template" in found.flags


def test_a_date_that_the_listings_contradict_is_not_learned() -> None:
    pages = [sampled(number) for number in range(8)]
    told = [Sampled(each.url, each.page, Evidence(None, "09/09/2024")) for each in pages]
    profile = renewed(None, told, DAY)
    assert profile is not None
    assert profile.versions[0].types[0].slots.date == ()


def test_a_profile_that_fits_is_left_as_it_is() -> None:
    profile = learned()
    later = [sampled(number) for number in range(20, 26)]
    assert renewed(profile, later, DAY + dt.timedelta(days=9)) is profile


def test_a_redesign_adds_a_version_and_old_pages_keep_theirs() -> None:
    later = DAY + dt.timedelta(days=40)
    profile = renewed(learned(), [sampled(number, "than-bai") for number in range(8)], later)
    assert profile is not None
    assert [each.learned_on for each in profile.versions] == [DAY, later]
    url = sampled(1).url
    assert profile.slots(url, DAY).container == ("div.noi-dung-tin",)
    assert profile.slots(url, DAY - dt.timedelta(days=400)).container == ("div.noi-dung-tin",)
    assert profile.slots(url, later).container == ("div.than-bai",)


def test_pages_of_several_shapes_have_slots_of_their_own() -> None:
    pages = [sampled(n) for n in range(8)] + [sampled(n, "van-ban", "thong-bao") for n in range(8)]
    profile = renewed(None, pages, DAY)
    assert profile is not None
    notice, news = (f"http://nuicao.test/{each}/lich-tiep-dan-thang-9.html" for each in ("thong-bao", "thoi-su"))
    assert profile.slots(notice, DAY).container == ("div.van-ban",)
    assert profile.slots(news, DAY).container == ("div.noi-dung-tin",)


def test_what_a_person_edited_is_never_learned_over() -> None:
    edited = loads(dumps(learned()).replace('"edited": false', '"edited": true'))
    redesigned = [sampled(number, "than-bai") for number in range(8)]
    assert renewed(edited, redesigned, DAY + dt.timedelta(days=3)) is edited


def test_a_profile_survives_its_file() -> None:
    profile = renewed(learned(), [sampled(number, "than-bai") for number in range(8)], DAY + dt.timedelta(days=1))
    assert profile is not None
    assert loads(dumps(profile)) == profile


WRONG = [
    ("", "not a profile"),
    ("[]", "not a profile"),
    ('{"format": 9, "versions": []}', "format 9 is not known"),
    ('{"format": 1, "versions": []}', "at least one version"),
    (dumps(learned()).replace('"title"', '"tilte"'), "no slot 'tilte'; there are container, title"),
    (dumps(learned()).replace('"title": [', '"title": [7,'), "slot title: expected a list of CSS selectors"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_broken_profile_file_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        loads(text)


PATTERNS = [
    ("http://a.test/vi/tin-tuc/-/view_content/441-le-hoi-hoa-ban.html", "/tin-tuc/-/view_content/*"),
    ("http://a.test/thoi-su/202506/le-hoi-dau-xuan-1234567/", "/thoi-su/*/*/"),
    ("http://a.test/Default.aspx?sname=x&pageid=468", "/Default.aspx?pageid&sname"),
]


@pytest.mark.parametrize(("url", "pattern"), PATTERNS)
def test_addresses_of_one_kind_have_one_pattern(url: str, pattern: str) -> None:
    assert pattern_of(url) == pattern


@given(st.text(max_size=60), st.text(max_size=40))
def test_any_address_has_a_pattern(path: str, query: str) -> None:
    assert isinstance(pattern_of(f"http://a.test/{path}?{query}"), str)


@given(st.dictionaries(st.sampled_from(["container", "title", "date"]), st.lists(st.text(min_size=1), max_size=3)))
def test_any_selector_a_person_writes_is_survived(slots: dict[str, list[str]]) -> None:
    wanted = {name: tuple(each for each in own if each.strip()) for name, own in slots.items()}
    found = extract(html(3).encode(), url="http://a.test/x", learned=Slots(**wanted), learned_first=True)
    assert found is not None


def test_the_file_reads_like_a_description_of_the_site() -> None:
    document = json.loads(dumps(learned()))
    assert document["versions"][0]["learned_on"] == "2025-06-02"
    assert document["versions"][0]["types"][0]["slots"]["date"] == ["div.luc-dang"]
