"""Dates beside the items of a listing, a feed or a sitemap: small, strict, day first.

Local day and time of Asia/Ho_Chi_Minh. Relative dates ("8 giờ trước") say nothing reproducible and are ignored.
"""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EARLIEST = 1990  # years before the first Vietnamese portal are misreadings

ISO = re.compile(
    r"(?<![\d/])\d{4}([-/])\d{2}\1\d{2}(?!\d)(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})(?![\d/-])")
WORDS = re.compile(r"(?<!\d)(?:ngày\s+)?(\d{1,2})\s+tháng\s+(\d{1,2})(?:\s+năm|,)?\s+(\d{4})(?!\d)", re.IGNORECASE)
RFC_822 = re.compile(
    r"(?:[A-Z][a-z]{2},\s+)?\d{1,2}\s+[A-Z][a-z]{2}\s+\d{2,4}\s+\d{2}:\d{2}(?::\d{2})?\s*(?:[+-]\d{4}|[A-Z]{1,4})?"
)
DRESS = re.compile(
    r"(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ\s+nhật|ngày|đăng|tải|cập nhật|ban hành|xuất bản|publish|date|lúc|"
    r"giờ|gmt|utc|view|count|lượt|xem|am|pm|sa|ch|[\d\s:|,.()\[\]/+\-–•])+",
    re.IGNORECASE,
)


def find_date(text: str) -> dt.date | None:
    """First date that ``text`` states, as a local day; None where there is none or it is impossible."""
    for reader in (_iso, _numeric, _words, _rfc_822):
        if (day := reader(text)) is not None:
            return day
    return None


def is_date_text(text: str) -> bool:
    """Whether ``text`` is a date and little else (weekday, time, label): a date beside an item, not in a sentence."""
    if find_date(text) is None:
        return False
    return ISO.fullmatch(text.strip()) is not None or WORDS.fullmatch(text.strip()) is not None or not _rest(text)


def _rest(text: str) -> str:
    return DRESS.sub("", RFC_822.sub("", WORDS.sub("", text))).strip()


def _iso(text: str) -> dt.date | None:
    match = ISO.search(text)
    if match is None:
        return None
    try:
        return _local_day(dt.datetime.fromisoformat(match.group().replace("/", "-").replace("Z", "+00:00")))
    except ValueError:
        return None


def _numeric(text: str) -> dt.date | None:
    return next((day for match in NUMERIC.finditer(text) if (day := _day(*match.groups()))), None)


def _words(text: str) -> dt.date | None:
    match = WORDS.search(text)
    return _day(*match.groups()) if match else None


def _rfc_822(text: str) -> dt.date | None:
    match = RFC_822.search(text)
    if match is None:
        return None
    try:
        return _local_day(parsedate_to_datetime(match.group()))
    except (ValueError, TypeError):
        return None


def _day(day: str, month: str, year: str) -> dt.date | None:
    try:
        return _plausible(dt.date(int(year), int(month), int(day)))
    except ValueError:
        return None


def _local_day(moment: dt.datetime) -> dt.date | None:
    """The day; None for placeholders such as 9999-12-31T23:59:59Z, which have no local time."""
    if _plausible(moment.date()) is None:
        return None
    return moment.astimezone(ZONE).date() if moment.tzinfo else moment.date()


def _plausible(day: dt.date) -> dt.date | None:
    return day if EARLIEST <= day.year <= 2100 else None
