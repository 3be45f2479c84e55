"""Which pages of a listing to read: pure plans that ask for a page number and are told what the page showed.

A plan is a generator: it yields page numbers from 1, receives :class:`Facts` or :class:`Missing` for each, and
returns whether it ended naturally, that is whether every page that could matter was read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from typing import TypeAlias

GRACE = dt.timedelta(days=7)  # how far entries may be out of order: late news, boundaries between pages
MOST_UNDATED = 3  # pages of an undated listing that a scheduled run reads at most: a day fills fewer
MOST_HOLES = 3  # pages in a row that cannot be read before a listing is given up


class Missing(Enum):
    """Why a page has no facts."""

    BEYOND = auto()  # 404, empty, or the entries of another page again: behind the last page
    FAILED = auto()  # could not be read: says nothing about the listing


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page of a listing showed. ``median`` is the day in the middle of its entries, None if undated;
    ``newer`` and ``older`` are the days a quarter from its head and its end in order of dates.

    ``last`` is the greatest page number seen in the pager so far, None while there was no pager. ``stop`` says that
    known ground is reached.
    """

    number: int
    median: dt.date | None = None
    ordered: bool = True
    last: int | None = None
    stop: bool = False
    newer: dt.date | None = None
    older: dt.date | None = None


Answer: TypeAlias = Facts | Missing
Plan: TypeAlias = Generator[int, Answer, bool]
Pages: TypeAlias = dict[int, Facts]


class _UnorderedError(Exception):
    """The listing is not in order of dates, or does not show them."""


def facts_of(number: int, days: list[dt.date | None], last: int | None = None, stop: bool = False) -> Facts:
    """Facts of a page from the days of its entries in order; undated entries do not count."""
    dated = [day for day in days if day is not None]
    if 2 * len(dated) < len(days) or not dated:
        return Facts(number, None, True, last, stop)
    falling = sorted(dated, reverse=True)
    newer, median, older = (falling[len(falling) * quarter // 4] for quarter in (1, 2, 3))
    return Facts(number, median, dated == falling, last, stop, newer, older)


def newest_first(date_from: dt.date, most: int) -> Plan:
    """Pages from the first until known ground, or until they are older than the first day asked for and a week.

    A listing without dates ends after ``MOST_UNDATED`` pages where nothing of it is known yet.
    """

    def done(facts: Facts) -> bool:
        undated = facts.median is None and facts.number >= MOST_UNDATED
        return facts.stop or undated or _older(facts, date_from - GRACE)

    return _onward({}, 1, done, most)


def every_page(most: int) -> Plan:
    """Every page from the first to the last."""
    return _onward({}, 1, lambda _: False, most)


def interval(date_from: dt.date, date_to: dt.date, most: int) -> Plan:
    """The pages that hold entries from ``date_from`` to ``date_to`` of a listing that is newest first.

    Gallops and bisects to the first such page and reads on until a page is older: O(log pages) and the interval's
    own pages. A listing that turns out to be undated or out of order is read from the first page to the last.
    """
    pages: Pages = {}
    try:
        start = yield from _locate(pages, date_to, most)
        if start is None:
            return False
        _check_order(pages)
        slack = 0 if all(facts.ordered for facts in pages.values()) else 1
        natural = yield from _onward(pages, max(1, start - slack), _older_pages(date_from, 1 + slack), most)
        _check_order(pages)
    except _UnorderedError:
        natural = yield from _onward(pages, 1, lambda _: False, most)
    return natural


def _locate(pages: Pages, date_to: dt.date, most: int) -> Generator[int, Answer, int | None]:
    """The last page before the middle of the listing falls on or before ``date_to``; None if page 1 is missing."""
    first = yield 1
    if isinstance(first, Missing):
        return None
    pages[1] = first
    if _median(first) <= date_to:
        return 1
    low, high = yield from _gallop(pages, date_to, most)
    while high - low > 1:
        middle = (low + high) // 2
        if (yield from _reaches(pages, middle, date_to)):
            high = middle
        else:
            low = middle
    return low


def _gallop(pages: Pages, date_to: dt.date, most: int) -> Generator[int, Answer, tuple[int, int]]:
    """Pages between which the interval's newest entry lies: newer than ``date_to``, and not."""
    low = 1
    while True:
        last = _last(pages)
        if last is not None and last <= low:
            return low, low + 1
        ahead = last if last is not None and low < last < 2 * low else 2 * low
        number = min(ahead, most)
        if number <= low:
            return low, low + 1
        if (yield from _reaches(pages, number, date_to)):
            return low, number
        low = number


def _reaches(pages: Pages, number: int, date_to: dt.date) -> Generator[int, Answer, bool]:
    """Whether page ``number`` is so far back that its middle is on or before ``date_to``, or that it is none."""
    answer = pages.get(number) or (yield number)
    if answer is Missing.FAILED:
        raise _UnorderedError
    if isinstance(answer, Missing):
        return True
    pages[number] = answer
    return _median(answer) <= date_to


def _onward(pages: Pages, start: int, done: Callable[[Facts], bool], most: int) -> Plan:
    """Pages from ``start`` until one is done, or the last."""
    holes = failed = 0
    for number in range(start, most + 1):
        answer = pages.get(number) or (yield number)
        last = _last(pages)
        if isinstance(answer, Missing):
            holes, failed = holes + 1, failed + (answer is Missing.FAILED or (last or 0) >= number)
            if last is None or number > last or holes >= MOST_HOLES:
                return failed == 0
            continue
        holes, pages[number] = 0, answer
        last = _last(pages)
        if done(answer) or (last is not None and last <= number):
            return failed == 0
    return False


def _older(facts: Facts, day: dt.date) -> bool:
    return facts.median is not None and facts.median < day


def _older_pages(day: dt.date, enough: int) -> Callable[[Facts], bool]:
    """True at the ``enough``-th page in a row whose middle is older than ``day``."""
    row = 0

    def done(facts: Facts) -> bool:
        nonlocal row
        row = row + 1 if _older(facts, day) else 0
        return row >= enough

    return done


def _check_order(pages: Pages) -> None:
    """Raises where a page is not older than an earlier one, single entries out of place aside."""
    known = [pages[number] for number in sorted(pages)]
    for earlier, later in pairwise(facts for facts in known if facts.newer and facts.older):
        if earlier.older and later.newer and later.newer > earlier.older + GRACE:
            raise _UnorderedError


def _median(facts: Facts) -> dt.date:
    if facts.median is None:
        raise _UnorderedError
    return facts.median


def _last(pages: Pages) -> int | None:
    return max((facts.last for facts in pages.values() if facts.last is not None), default=None)
