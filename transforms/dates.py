"""Dates as Vietnamese portals write them: day first, always with the zone, and None rather than a guess."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from transforms.text import clean

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EARLIEST = 1945  # year of the first document of the state; anything older is a misreading
LATEST = 2100

_MONTH_WORDS = {
    "một": 1,
    "giêng": 1,
    "hai": 2,
    "ba": 3,
    "tư": 4,
    "bốn": 4,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "tám": 8,
    "chín": 9,
    "mười": 10,
    "mười một": 11,
    "mười hai": 12,
    "chạp": 12,
}
_WORD = "|".join(sorted(_MONTH_WORDS, key=len, reverse=True))
_ISO = re.compile(
    r"(?<![\d/.-])(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?![\d/-])"
    r"(?:[T ](?P<time>\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?\s?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_NUMERIC = re.compile(
    r"(?<![\d/.-])(?P<d>\d{1,2})\s*(?P<s>[/.-])\s*(?P<m>\d{1,2})\s*(?P=s)\s*(?P<y>\d{4})(?!\d)(?!\s?/\s?[^\W\d]|-[^\W\d])"
)
_WRITTEN = re.compile(
    rf"(?<![\d/.-])(?P<d>\d{{1,2}})\s*tháng\s+(?P<m>\d{{1,2}}|{_WORD})\s*,?\s*(?:năm\s+)?(?P<y>\d{{4}})(?!\d)", re.I
)
_MONTH_FIRST = re.compile(
    rf"tháng\s+(?P<m>{_WORD}|\d{{1,2}})\s+(?P<d>\d{{1,2}})\s*,\s*(?:năm\s+)?(?P<y>\d{{4}})(?!\d)", re.I
)
_RFC = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),\s\d{1,2}\s\w{3}\s\d{4}\s\d{2}:\d{2}(?::\d{2})?\s(?:[+-]\d{4}|GMT|UTC)"
)
_CLOCK = re.compile(
    r"(?<![\d:/.])(?P<h>\d{1,2})\s*(?::|h|g(?!\w)|giờ)\s*(?P<min>\d{2})(?:\s*:\s*(?P<sec>\d{2}))?(?!\d)"
    r"\s*(?:phút|['′’])?\s*(?P<half>AM|PM|SA|CH)?(?!\w)",
    re.I,
)
_FULL_HOUR = re.compile(r"(?<![\d:/.])(?P<h>\d{1,2})\s*(?:h|giờ)(?=\s*,?\s*$|\s+ngày)", re.I)
_OFFSET = re.compile(r"\b(?:GMT|UTC)\s*(?P<sign>[+-])\s*(?P<h>\d{1,2})(?::?(?P<min>\d{2}))?", re.I)


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A day, or a moment in Asia/Ho_Chi_Minh; ``precision`` is 'day' or 'minute', ``raw`` the text it came from."""

    value: dt.date | dt.datetime
    precision: str
    raw: str

    @property
    def day(self) -> dt.date:
        """The local calendar day."""
        return self.value.date() if isinstance(self.value, dt.datetime) else self.value

    @property
    def instant(self) -> dt.datetime | None:
        """The moment in UTC; None where only the day is known."""
        return self.value.astimezone(dt.UTC) if isinstance(self.value, dt.datetime) else None


def parse(text: str | None) -> ParsedDate | None:
    """The first date that ``text`` spells out in full, with the time of day beside it where there is one.

    Reads ISO 8601, RFC 822, ``27/08/2021, 20:35``, ``23h15' ngày 01/9/2021``, ``ngày 23 tháng 4 năm 2024``,
    ``9 Tháng Mười Một, 2022`` and their kin; AM, PM, SA and CH count. A text without zone is local time.
    None for relative times, two-digit years, impossible days and document numbers.
    """
    raw = clean(text)
    if not raw:
        return None
    return _rfc(raw) or next((found for found in map(_resolve, _matches(raw)) if found), None)


def parse_day(text: str | None) -> dt.date | None:
    """The local calendar day that ``text`` spells out, or None."""
    found = parse(text)
    return found.day if found else None


def _matches(raw: str) -> Iterator[tuple[str, re.Match[str]]]:
    found = [match for pattern in (_ISO, _NUMERIC, _WRITTEN, _MONTH_FIRST) for match in pattern.finditer(raw)]
    return iter([(raw, match) for match in sorted(found, key=lambda match: match.start())])


def _resolve(found: tuple[str, re.Match[str]]) -> ParsedDate | None:
    raw, match = found
    day = _day(match["y"], match["m"], match["d"])
    if day is None:
        return None
    groups = match.groupdict()
    if groups.get("time"):
        return _iso_moment(day, groups, raw)
    around = raw[: match.start()] + " | " + raw[match.end() :]
    clock = _time(around)
    if clock is None:
        return ParsedDate(day, "day", raw)
    return ParsedDate(_zoned(dt.datetime.combine(day, clock), _offset(around)), "minute", raw)


def _day(year: str, month: str, day: str) -> dt.date | None:
    number = int(month) if month.isdigit() else _MONTH_WORDS[month.lower()]
    try:
        found = dt.date(int(year), number, int(day))
    except ValueError:
        return None
    return found if EARLIEST <= found.year <= LATEST else None


def _time(text: str) -> dt.time | None:
    match = _CLOCK.search(text)
    if match is None:
        hour = _FULL_HOUR.search(text)
        return dt.time(int(hour["h"])) if hour and int(hour["h"]) < 24 else None
    hour_, minute, second = int(match["h"]), int(match["min"]), int(match["sec"] or 0)
    half = (match["half"] or "").upper()
    if half in ("PM", "CH") and hour_ < 12:
        hour_ += 12
    if half in ("AM", "SA") and hour_ == 12:
        hour_ = 0
    return dt.time(hour_, minute, second) if hour_ < 24 and minute < 60 and second < 60 else None


def _offset(text: str) -> dt.tzinfo:
    match = _OFFSET.search(text)
    if match is None or int(match["h"]) > 14:
        return ZONE
    shift = dt.timedelta(hours=int(match["h"]), minutes=int(match["min"] or 0))
    return dt.timezone(-shift if match["sign"] == "-" else shift)


def _zoned(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    return moment.replace(tzinfo=zone).astimezone(ZONE)


def _iso_moment(day: dt.date, groups: dict[str, str | None], raw: str) -> ParsedDate:
    try:
        clock = dt.time.fromisoformat(f"{groups['time']}{groups['zone'] or ''}")
    except ValueError:
        return ParsedDate(day, "day", raw)
    moment = dt.datetime.combine(day, clock)
    return ParsedDate(_zoned(moment, moment.tzinfo or ZONE), "minute", raw)


def _rfc(raw: str) -> ParsedDate | None:
    match = _RFC.search(raw)
    if match is None:
        return None
    try:
        return ParsedDate(_zoned_rfc(match[0]), "minute", raw)
    except ValueError:
        return None


def _zoned_rfc(text: str) -> dt.datetime:
    moment = parsedate_to_datetime(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(ZONE)
