"""Dates beside the entries of listings, in every way in which Vietnamese portals write them."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.listing_dates import MONTHS, find_date, is_date_text

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
SHAPES = (
    "{d:%d/%m/%Y} | {h}:{d:%M} {half}",
    "{d:%H:%M %d/%m/%Y}",
    "{d:%H:%M, %d/%m/%Y}",
    "{d:%d/%m/%Y, %H:%M}",
    "{d:%d/%m/%Y - %H:%M}",
    "{d:%d/%m/%Y-%H:%M}",
    "{d:%H:%M-%d/%m/%Y}",
    "{d:%H:%M | %d/%m/%Y}",
    "{d:%d-%m-%Y %H:%M}",
    "{weekday}, {d.day}/{d.month}/{d.year}, {d:%H:%M}",
    "{weekday}, {d:%d/%m/%Y, %H:%M} [GMT+7]",
    "{d:%d/%m/%Y %H:%M:%S}",
    "{d:%Hh%M} ngày {d.day}/{d.month}/{d.year}",
    "Cập nhật lúc: {d:%H:%M} - {d:%d.%m.%Y} (GMT+7)",
    "{d.day} tháng {d.month}, {d.year}",
    "{weekday}, ngày {d.day} tháng {d.month} năm {d.year}",
    "{d.day} Tháng {month}, {d.year}",
    "Tháng {month} {d.day}, {d.year}",
    "{d.day} Th{d.month}, {d.year}",
    "{d:%Y-%m-%dT%H:%M:%S}+07:00",
    "{d:%Y-%m-%d %H:%M:%S}",
    "{d:%d/%m/%Y} - Lượt xem: 1.204",
)
MOMENTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 12, 31))


def written(shape: str, moment: dt.datetime) -> str:
    return shape.format(
        d=moment,
        h=(moment.hour - 1) % 12 + 1,
        half="PM" if moment.hour >= 12 else "AM",
        weekday=WEEKDAYS[moment.weekday()],
        month=MONTHS[moment.month - 1],
    )


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=40)
@given(moment=MOMENTS, form=st.sampled_from(("NFC", "NFD")))
def test_every_day_is_read_back_from_every_shape(shape: str, moment: dt.datetime, form: str) -> None:
    text = unicodedata.normalize(form, written(shape, moment))  # type: ignore[arg-type]
    assert find_date(text) == moment.date()
    assert is_date_text(text)


@given(moment=MOMENTS, shape=st.sampled_from(SHAPES))
def test_a_date_inside_a_sentence_is_found_but_is_no_date_text(moment: dt.datetime, shape: str) -> None:
    sentence = f"Xã họp dân vào {written(shape, moment)}, bàn việc làm đường"
    assert find_date(sentence) == moment.date()
    assert not is_date_text(sentence)


@given(count=st.integers(0, 400), unit=st.sampled_from(("giây", "phút", "giờ", "ngày", "tuần", "tháng", "năm")))
def test_a_relative_time_is_no_date_because_nobody_says_when_it_was_written(count: int, unit: str) -> None:
    for text in (f"{count} {unit} trước", f"Cách đây {count} {unit}", "hôm qua", "Hôm nay, 08:15", "vừa xong"):
        assert find_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "12-5-2025-UBND",
        "12/5/2025/QĐ-UBND",
        "165/KH-UBND",
        "0912/345/2025",
        "1.234.5678",
        "30 tháng 2, 2025",
        "Th13 5, 2025",
    ],
)
def test_numbers_that_are_no_date_are_none(text: str) -> None:
    assert find_date(text) is None


@given(st.text(alphabet="0123456789/-.: thángnămngàyThứ,|[]()+GMTh", max_size=200))
def test_anything_that_resembles_a_date_is_a_day_of_our_time_or_nothing(text: str) -> None:
    day = find_date(text)
    assert day is None or 1990 <= day.year <= 2100
    assert not is_date_text(text) or day is not None
