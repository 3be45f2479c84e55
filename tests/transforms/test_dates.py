"""Vietnamese dates: day first, in the local zone, and nothing where a reader would have to guess."""

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.dates import ZONE, parse, parse_day

MOMENTS = {
    "Thứ Ba, 03/06/2025, 20:35 [GMT+7]": "2025-06-03T20:35",
    "03/06/2025 08:30": "2025-06-03T08:30",
    "Cập nhật lúc: 20:14, Thứ ba, 03/06/2025 (GMT+7)": "2025-06-03T20:14",
    "08:15, 05/06/2025": "2025-06-05T08:15",
    "Ngày đăng 06/01/2025 | 03:30 PM": "2025-01-06T15:30",
    "06/01/2025 | 12:00 AM": "2025-01-06T00:00",
    "06/01/2025 | 12:05 PM": "2025-01-06T12:05",
    "Thứ năm - 05/06/2025 09:21": "2025-06-05T09:21",
    "CN, 01/06/2025 - 15:30": "2025-06-01T15:30",
    "Chủ nhật, 08:00 01/06/2025": "2025-06-01T08:00",
    "23h15' ngày 01/6/2025": "2025-06-01T23:15",
    "12/6/2025 2:05:00 CH": "2025-06-12T14:05",
    "12/6/2025 12:05:00 SA": "2025-06-12T00:05",
    "Thứ sáu, 06/06/2025 07:00 GMT+7": "2025-06-06T07:00",
    "20/06/2025 20:14 (GMT+7)": "2025-06-20T20:14",
    "Ngày 01-06-2025, 10:20": "2025-06-01T10:20",
    "2025-06-09T08:30:00+07:00": "2025-06-09T08:30",
    "2025-06-09T01:30:00Z": "2025-06-09T08:30",
    "2025-06-09T01:30:00.125Z": "2025-06-09T08:30",
    "2025-06-09 08:30": "2025-06-09T08:30",
    "09/06/2025 01:30 GMT+0": "2025-06-09T08:30",
    "ngày 5/6/2025 lúc 14 giờ 30 phút": "2025-06-05T14:30",
    "15 giờ ngày 28/6/2025": "2025-06-28T15:00",
    "10:02 | 08/06/2025": "2025-06-08T10:02",
    "Ngày 1.6.2025 - 9h30": "2025-06-01T09:30",
    "Fri, 27 Jun 2025 08:15:00 +0700": "2025-06-27T08:15",
    "Fri, 27 Jun 2025 01:15:00 GMT": "2025-06-27T08:15",
}
DAYS = {
    "ngày 23 tháng 4 năm 2025": "2025-04-23",
    "Bắc Quang, ngày 03 tháng 02 năm 2025": "2025-02-03",
    "9 Tháng Mười Một, 2025": "2025-11-09",
    "Tháng Mười Hai 9, 2025": "2025-12-09",
    "ngày 7 tháng giêng năm 2025": "2025-01-07",
    "7-4-2025": "2025-04-07",
    "07.04.2025": "2025-04-07",
    "3/2/2025": "2025-02-03",
    "T6, 27/06/2025": "2025-06-27",
    "Thứ Tư, ngày 4/6/2025": "2025-06-04",
    "Quyết định số 78/2025/QĐ-UBND ngày 05 tháng 6 năm 2025": "2025-06-05",
}
NOTHING = (
    "",
    None,
    "8 giờ trước",
    "27/06/25",
    "31/02/2025",
    "tháng 6/2025",
    "12/05/2025/QĐ-UBND",
    "2025/13/40",
    "Hotline: 0206.3888.999",
    "01/01/0001 00:00",
)


@pytest.mark.parametrize(("text", "expected"), MOMENTS.items())
def test_a_moment_is_read_to_the_minute_in_local_time(text: str, expected: str) -> None:
    found = parse(text)
    assert found is not None
    assert found.precision == "minute"
    assert isinstance(found.value, dt.datetime)
    assert found.value.tzinfo is ZONE
    assert found.value.strftime("%Y-%m-%dT%H:%M") == expected


@pytest.mark.parametrize(("text", "expected"), DAYS.items())
def test_a_day_stays_a_day(text: str, expected: str) -> None:
    found = parse(text)
    assert found is not None
    assert (found.precision, found.day.isoformat(), found.instant) == ("day", expected, None)


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_is_better_than_a_guess(text: str | None) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("text", [*MOMENTS, *DAYS])
def test_decomposed_letters_read_the_same(text: str) -> None:
    found = parse(unicodedata.normalize("NFD", text))
    assert found == parse(text)


@pytest.mark.parametrize("text", ["2025-06-27T10:00:00+99:00", "2025-06-27T10:00:00-2460", "2025-06-27T25:00:00Z"])
def test_a_time_that_no_clock_shows_leaves_the_day(text: str) -> None:
    assert parse_day(text) == dt.date(2025, 6, 27)


def test_the_raw_text_is_kept() -> None:
    found = parse("  Thứ\u00a0Ba, 03/06/2025 ")
    assert found is not None
    assert found.raw == "Thứ Ba, 03/06/2025"


def test_an_evening_abroad_is_the_next_day_at_home() -> None:
    assert parse_day("2025-06-30T20:00:00Z") == dt.date(2025, 7, 1)


@given(
    st.datetimes(min_value=dt.datetime(1950, 1, 1), max_value=dt.datetime(2090, 1, 1)),
    st.sampled_from(["%d/%m/%Y %H:%M", "%H:%M, %d/%m/%Y", "Thứ Hai, %d-%m-%Y | %I:%M %p", "%Hh%M' ngày %d.%m.%Y"]),
)
def test_every_moment_survives_being_written_and_read(moment: dt.datetime, form: str) -> None:
    found = parse(moment.strftime(form))
    assert found is not None
    assert found.value == moment.replace(second=0, microsecond=0, tzinfo=ZONE)


@given(st.dates(min_value=dt.date(1950, 1, 1), max_value=dt.date(2090, 1, 1)))
def test_every_day_survives_being_spelt_out(day: dt.date) -> None:
    assert parse_day(f"Hà Giang, ngày {day.day:02d} tháng {day.month} năm {day.year}") == day


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    assert parse(text) is None or parse_day(text) is not None
