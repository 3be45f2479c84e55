"""Dates beside the items of a listing, a feed or a sitemap: small, strict, day first.

Local day and time of Asia/Ho_Chi_Minh. Relative dates ("8 giờ trước") say nothing reproducible and are ignored.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EARLIEST = 1990  # years before the first Vietnamese portal are misreadings

ISO = re.compile(
    r"(?<![\d/])\d{4}([-/])\d{2}\1\d{2}(?!\d)(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
NUMERIC = re.compile(
    r"(?:(?<![\d/.-])|(?<=:\d\d-))(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})(?![\d/]|-(?!\s?\d{1,2}[:h]\d))"
)
MONTHS = ("một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai")
NUMBERS = {"giêng": 1, "bốn": 4, "chạp": 12} | {name: number for number, name in enumerate(MONTHS, 1)}
MONTH = rf"(?:tháng\s+|th(?:g\s?)?\.?)(\d{{1,2}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
WORDS = re.compile(
    rf"(?<![\d/])(?:ngày\s+)?(\d{{1,2}})(?:,\s*|\s+){MONTH}(?:\s+năm|,)?\s+(\d{{4}})(?!\d)", re.IGNORECASE
)
MONTH_FIRST = re.compile(rf"(?<!\w){MONTH}\s+(\d{{1,2}}),\s*(\d{{4}})(?!\d)", re.IGNORECASE)
RFC_822 = re.compile(
    r"(?:[A-Z][a-z]{2},\s+)?\d{1,2}\s+[A-Z][a-z]{2}\s+\d{2,4}\s+\d{2}:\d{2}(?::\d{2})?\s*(?:[+-]\d{4}|[A-Z]{1,4})?"
)
DRESS = re.compile(
    r"(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ\s+nhật|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?<!\w)(?:t[2-7]|cn)(?!\w)|ngày|đăng|tải|tạo|viết|cập nhật|ban hành|xuất bản|publish|posted|updated|created|date|"
    r"(?<!\w)on(?!\w)|lúc|giờ|phút|(?<=\d)h(?!\w*[^\W\d])|gmt|utc|view|count|lượt|xem|am|pm|sa|ch|"
    r"[\d\s:|,.()\[\]/+\-–—•·;])+",
    re.IGNORECASE,
)


def find_date(text: str) -> dt.date | None:
    """First date that ``text`` states, as a local day; None where there is none or it is impossible."""
    text = unicodedata.normalize("NFC", text)
    for reader in (_iso, _numeric, _words, _rfc_822):
        if (day := reader(text)) is not None:
            return day
    return None


def is_date_text(text: str) -> bool:
    """Whether ``text`` is a date and little else (weekday, time, label): a date beside an item, not in a sentence."""
    text = unicodedata.normalize("NFC", text)
    if find_date(text) is None:
        return False
    return ISO.fullmatch(text.strip()) is not None or not _rest(text)


def _rest(text: str) -> str:
    for dated in (ISO, WORDS, MONTH_FIRST, RFC_822, DRESS):
        text = dated.sub("", text)
    return text.strip()


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
    if match := WORDS.search(text):
        day, month, year = match.groups()
    elif match := MONTH_FIRST.search(text):
        month, day, year = match.groups()
    else:
        return None
    return _day(day, str(NUMBERS.get(" ".join(month.lower().split()), month)), year)


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
