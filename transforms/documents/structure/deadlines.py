"""Deadlines in a sentence: "trước ngày 10/12/2024", "xong trong quý III/2025", "chậm nhất ngày 25 hằng tháng"."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from transforms.documents.structure.labels import roman

_LEAD = (
    r"(?:(?:hoan thanh |xong |gui )?truoc|cham nhat|muon nhat|khong muon hon|khong cham hon|khong qua|den het|het han"
    r"|han cuoi|(?:ngay )?trong(?= ngay \d)"
    r"|thoi han|thoi gian hoan thanh|hoan thanh trong(?! nam)|xong trong|hoan thanh vao|han hoan thanh)"
)
_JOIN = (
    r"(?:[\s:,]{1,3}(?:la|vao|den|truoc|het|trong|ngay|thoi diem|\d{1,2}\s?(?:gio|h)\s?\d{0,2}(?: phut)?,?)){0,4}"
    r"[\s:,]{1,3}"
)
_TO_YEAR = r"(?:[/.-]|,?\snam\s|nam\s)\s?"
_DAY = (
    r"(?:ngay\s)?(?P<d>\d{1,2})\s?(?:[/.-]|\sthang\s|thang\s)\s?(?P<m>\d{1,2})"
    rf"(?:\s?{_TO_YEAR}(?P<y>(?:19|20)\d\d))?(?!\d)"
)
_MONTH = rf"thang\s(?P<m2>\d{{1,2}})(?:\s?{_TO_YEAR}(?P<y2>(?:19|20)\d\d))?(?!\d)"
_QUARTER = rf"quy\s(?P<q>[ivx]{{1,3}}|[1-4])(?:\s?{_TO_YEAR}(?P<y3>(?:19|20)\d\d))?\b"
_YEAR = r"(?:nam\s(?P<y4>(?:19|20)\d\d))(?!\d)"
_EVERY = r"ngay\s(?P<every>\d{1,2})\s(?:hang|cua)\s(?:thang|quy|nam)"
_DEADLINE = re.compile(rf"(?<!\w){_LEAD}{_JOIN}(?:{_EVERY}|{_DAY}|{_MONTH}|{_QUARTER}|{_YEAR})")
_EACH_YEAR = re.compile(r"\s{1,2}(?:hang|moi) (?:nam|thang|quy)")


@dataclass(frozen=True, slots=True)
class Deadline:
    """Offsets in the string that was read, and the last day; null for one that returns every month or year."""

    start: int
    end: int
    day: dt.date | None


def find(bare: str, issued: dt.date | None) -> Deadline | None:
    """The first deadline of a sentence (small letters without marks); a year that it leaves out follows ``issued``."""
    match = _DEADLINE.search(bare)
    if match is None:
        return None
    again = _EACH_YEAR.match(bare, match.end())
    if again or match["every"]:
        return Deadline(match.start(), again.end() if again else match.end(), None)
    return Deadline(match.start(), match.end(), _last_day(match, issued))


def _last_day(match: re.Match[str], issued: dt.date | None) -> dt.date | None:
    if match["y4"]:
        return _date(int(match["y4"]), 12, 31)
    if match["q"]:
        quarter = int(match["q"]) if match["q"].isdigit() else roman(match["q"].upper()) or 0
        return _month_end(match["y3"], quarter * 3, issued)
    if match["m2"]:
        return _month_end(match["y2"], int(match["m2"]), issued)
    year, month, day = match["y"], int(match["m"]), int(match["d"])
    if year or issued is None:
        return _date(int(year), month, day) if year else None
    found = _date(issued.year, month, day)
    return _date(issued.year + 1, month, day) if found and found < issued else found


def _month_end(year: str | None, month: int, issued: dt.date | None) -> dt.date | None:
    if not 1 <= month <= 12 or not (year or issued):
        return None
    number = int(year) if year else (issued.year if issued else 0)
    last = _date(number, month, calendar.monthrange(number, month)[1])
    if last and not year and issued and last < issued:
        return _date(number + 1, month, calendar.monthrange(number + 1, month)[1])
    return last


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
