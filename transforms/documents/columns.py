"""The order in which the lines of an official document's page are read.

Decree 30/2020/NĐ-CP sets the head in two columns (issuing body and number beside motto and place with date) and the end
in two (recipients beside signature). Read line by line they interleave; here each column is read by itself: the
body, the motto, then the number with a letter's subject, then place and date; the recipients, then the signature.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from transforms.documents.form import is_type
from transforms.documents.words import Segment
from transforms.text import fold

HEAD = 0.45  # share of the page's height within which its head ends
_MOTTOES = ("cong hoa xa hoi chu nghia viet nam", "dang cong san viet nam", "doc lap tu do hanh phuc")
_ALIKE = 0.75  # likeness from which a line is a motto, however badly it was recognised
_NUMBER = re.compile(r"^\W*s[o06]\s*[:.;]?\W{0,3}[\d/]|^\W*s[o06]\s*:|/[a-z]{2,}")
_DATE = re.compile(r"\bngay\b.*\bthang\b|\bthang\b.*\bnam\b|, ngay")
_RECIPIENTS = re.compile(r"^\W*noi nhan\b")
_ADDRESS = re.compile(r"^\W*kinh gui\b")
_CAPACITY = re.compile(r"^\W*(?:tm|kt|tl|tuq|q)\s*\.")


@dataclass(frozen=True, slots=True)
class Band:
    """Segments that stand in two columns, the left of them and the right ones."""

    left: tuple[Segment, ...]
    right: tuple[Segment, ...]


def read_in_order(found: Sequence[Segment], height: float) -> tuple[list[list[Segment]], bool]:
    """Lines of segments in reading order on a page of this height, and whether two columns were parted."""
    head, rest = _head(_rows(found), height)
    body, foot, tail = _foot(rest)
    return [*_head_order(head), *body, *_columns(foot), *tail], head is not None or foot is not None


def plain(segment: Segment) -> str:
    """The segment's text for comparison: small letters without accents, which recognition often loses."""
    return fold(segment.text, accents=False)


def is_motto(segment: Segment) -> bool:
    """Whether the segment is a line of the national motto or of the Party's head."""
    letters = " ".join(re.sub(r"[^a-z ]+", " ", plain(segment)).split())
    return any(SequenceMatcher(None, letters, motto).ratio() > _ALIKE for motto in _MOTTOES)


def is_number(segment: Segment) -> bool:
    """Whether the segment is the line of a document's number."""
    return _NUMBER.search(plain(segment)) is not None


def _rows(found: Sequence[Segment]) -> list[list[Segment]]:
    """Segments whose middles lie on one line, from left to right, from top to bottom."""
    rows: list[list[Segment]] = []
    for segment in sorted(found, key=lambda each: each.middle):
        if rows and _is_level(segment, rows[-1]):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [sorted(row, key=lambda each: each.left) for row in rows]


def _is_level(segment: Segment, row: Sequence[Segment]) -> bool:
    last = row[-1]
    if any(segment.left < other.right and other.left < segment.right for other in row):
        return False
    return abs(segment.middle - last.middle) < 0.5 * min(segment.height, last.height)


def _head(rows: list[list[Segment]], height: float) -> tuple[Band | None, list[list[Segment]]]:
    """The head's two columns with what stands above them, and the rows below them."""
    upper = [row for row in rows if row[0].top < HEAD * height]
    at = next((index for index, row in enumerate(upper) if is_motto(row[-1])), None)
    if at is None:
        return None, rows
    start = at if len(rows[at]) > 1 else max(0, at - 1)
    last = next((index for index, row in enumerate(upper) if index > at and _is_below(row)), len(upper))
    band, end = _band(rows, start, last)
    if band is None:
        return None, rows
    above = tuple(segment for row in rows[:start] for segment in row)
    return Band((*above, *band.left), band.right), rows[end:]


def _is_below(row: Sequence[Segment]) -> bool:
    """Whether a row is the first below a head: whom a letter addresses, or the document's type."""
    return bool(_ADDRESS.match(plain(row[0]))) or (len(row) == 1 and is_type(row[0].text))


def _band(rows: Sequence[Sequence[Segment]], start: int, last: int) -> tuple[Band | None, int]:
    """The longest run of rows from ``start`` that stand in two columns, and where it ends."""
    for end in range(last, start, -1):
        gutter = _gutter(rows[start:end])
        if gutter is not None:
            return _parted(rows[start:end], gutter), end
    return None, start


def _gutter(rows: Sequence[Sequence[Segment]]) -> tuple[float, float] | None:
    """The widest vertical strip that no segment touches and that has segments on both sides; at least a line wide."""
    spans = sorted((segment.left, segment.right) for row in rows for segment in row)
    height = max(segment.height for row in rows for segment in row)
    best: tuple[float, float] | None = None
    reach = spans[0][1]
    for left, right in spans[1:]:
        if left - reach > (best[1] - best[0] if best else 0.5 * height):
            best = (reach, left)
        reach = max(reach, right)
    return best


def _parted(rows: Sequence[Sequence[Segment]], gutter: tuple[float, float]) -> Band:
    flat = [segment for row in rows for segment in row]
    left = tuple(segment for segment in flat if segment.right <= gutter[0])
    return Band(left, tuple(segment for segment in flat if segment.left >= gutter[1]))


def _head_order(band: Band | None) -> list[list[Segment]]:
    """Body, motto, number with what is below it, place and date."""
    if band is None:
        return []
    left, right = _split(band.left, _NUMBER), _split(band.right, _DATE)
    if left[1] and not right[1]:  # the date is not to be read, as under a stamp: what is level with the number is below
        right = _split_at(band.right, left[1][0].top)
    return [row for part in (left[0], right[0], left[1], right[1]) for row in _rows(part)]


def _split(column: Sequence[Segment], mark: re.Pattern[str]) -> tuple[Sequence[Segment], Sequence[Segment]]:
    at = next((index for index, each in enumerate(column) if mark.search(plain(each))), len(column))
    return column[:at], column[at:]


def _split_at(column: Sequence[Segment], top: float) -> tuple[Sequence[Segment], Sequence[Segment]]:
    return [each for each in column if each.middle < top], [each for each in column if each.middle >= top]


def _foot(rows: list[list[Segment]]) -> tuple[list[list[Segment]], Band | None, list[list[Segment]]]:
    """The rows before the recipients and the signature, these two columns, and the rows behind them."""
    at = next((index for index in range(len(rows) - 1, -1, -1) if _RECIPIENTS.match(plain(rows[index][0]))), None)
    if at is None:
        return rows, None, []
    start = at
    while start and _is_capacity(rows[start - 1], rows[at][0].right):
        start -= 1
    band, end = _band(rows, start, len(rows))
    return (rows, None, []) if band is None else (rows[:start], band, rows[end:])


def _is_capacity(row: Sequence[Segment], edge: float) -> bool:
    """Whether a row above the recipients is the first of the signature: a capacity right of them, in capitals."""
    return len(row) == 1 and row[0].left > edge and (row[0].text.isupper() or bool(_CAPACITY.match(plain(row[0]))))


def _columns(band: Band | None) -> list[list[Segment]]:
    return [row for column in (band.left, band.right) for row in _rows(column)] if band else []


def signature_corner(found: Sequence[Segment], width: int, height: int) -> tuple[int, int, int, int] | None:
    """The box (left, top, right, bottom) beside and below the recipients, where the signature stands; None for none."""
    recipients = next((segment for segment in reversed(found) if _RECIPIENTS.match(plain(segment))), None)
    if recipients is None or recipients.left > width / 2:
        return None
    beside = [each for each in found if each.left < width / 2 and each.middle > recipients.top - recipients.height]
    left = int(min(max(max(each.right for each in beside) + recipients.height / 2, width * 0.35), width * 0.6))
    top = int(max(0, recipients.top - 2 * recipients.height))
    bottom = min(height, top + int(0.35 * height))
    return (left, top, width, bottom) if bottom - top > 4 * recipients.height else None
