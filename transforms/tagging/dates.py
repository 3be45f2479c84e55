"""Days and months in running text (DATE); the norm is ISO 8601, ``--MM-DD`` where the year is not said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from transforms.tagging.spans import Found

_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:1[0-2]|0?[1-9])", r"(?:19|20)\d\d"
_SEP = r"\s?[/.-]\s?"
_FULL = re.compile(
    rf"(?<![\d/.,])(?P<d>{_DAY})(?:\s?/\s?(?P<m1>{_MONTH})\s?/|\s?-\s?(?P<m2>{_MONTH})\s?-|\.(?P<m3>{_MONTH})\.)"
    rf"\s?(?P<y>{_YEAR})(?![\d/]|[.,]\d)"
)
_WORDS = re.compile(
    rf"(?<![\d/.,])(?P<d>{_DAY})\s{{1,2}}(?:[Tt]háng|THÁNG)\s{{1,2}}(?P<m>{_MONTH})"
    rf"(?:\s{{1,2}}(?:[Nn]ăm|NĂM)\s{{1,2}}(?P<y>{_YEAR}))?(?!\d)"
)
_MONTHLY = re.compile(
    rf"(?<!\w)(?:[Tt]háng|THÁNG)\s{{1,2}}(?P<m>{_MONTH})"
    rf"(?:\s?[/-]\s?(?P<y1>{_YEAR})|,?\s{{1,2}}(?:[Nn]ăm|NĂM)\s{{1,2}}(?P<y2>{_YEAR}))?(?![\d/]|[.,]\d)"
)
_SHORT = re.compile(rf"(?<![\d/.,\w-])(?P<d>{_DAY})\s?[/-]\s?(?P<m>{_MONTH})(?![\d/%]|[.,]\d|-\d)")
_LEAD = re.compile(
    r"(?:ngày|giờ|\dh|hôm|nay|sáng|trưa|chiều|tối|đêm|mùng|mồng|rạng sáng|qua|và|đến|từ|tới|hết|sau|trước|lễ|dịp"
    r"|-|\()\s?$",
    re.I,
)
_CHAINED = re.compile(r"(?:và|đến|tới|,|-)\s?$", re.I)
_NO_UNIT = re.compile(
    r"\s(?:chỉ tiêu|tiêu chí|nhiệm vụ|xã|huyện|hộ|thôn|tổ|điểm|người|hồ sơ|đại biểu|phiếu|thành viên|đơn vị)"
)
_PERIOD = re.compile(r"\s?(?:đầu|cuối|qua|tới)?\s?$")


def _iso(year: str | None, month: str, day: str | None) -> str | None:
    try:
        date(int(year or 2000), int(month), int(day or 1))
    except ValueError:
        return None
    head = year or "-"
    return f"{head}-{int(month):02d}" + (f"-{int(day):02d}" if day else "")


def _full(plain: str) -> Iterator[Found]:
    for match in _FULL.finditer(plain):
        iso = _iso(match["y"], match["m1"] or match["m2"] or match["m3"], match["d"])
        if iso:
            yield Found("DATE", match.start(), match.end(), "day-month-year", norm=iso)
    for match in _WORDS.finditer(plain):
        iso = _iso(match["y"], match["m"], match["d"])
        if iso:
            yield Found("DATE", match.start(), match.end(), "day-month-words", norm=iso)


def _monthly(plain: str) -> Iterator[Found]:
    for match in _MONTHLY.finditer(plain):
        before = plain[max(0, match.start() - 4) : match.start()]
        if not re.search(r"\d\s?$", before):
            norm = _iso(match["y1"] or match["y2"], match["m"], None)
            yield Found("DATE", match.start(), match.end(), "month", norm=norm)


def _short(plain: str) -> Iterator[Found]:
    last = -10
    for match in _SHORT.finditer(plain):
        before = plain[max(0, match.start() - 12) : match.start()]
        chained = match.start() - last < 9 and _CHAINED.search(before)
        if (chained or _LEAD.search(before)) and not _NO_UNIT.match(plain, match.end()):
            iso = _iso(None, match["m"], match["d"])
            if iso:
                last = match.end()
                yield Found("DATE", match.start(), match.end(), "day-month", norm=iso)


def find(plain: str) -> Iterator[Found]:
    """Dates in the plain text: full ones, months, then days without a year behind a word that asks for one."""
    yield from _full(plain)
    yield from _monthly(plain)
    yield from _short(plain)
