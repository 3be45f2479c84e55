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

from crawlers.page_map import Chart, Spot

GRACE = dt.timedelta(days=7)  # how far entries may be out of order: late news, boundaries between pages
MOST_UNDATED = 3  # pages of an undated listing that a scheduled run reads at most: a day fills fewer
MOST_HOLES = 3  # pages in a row that cannot be read before a listing is given up
ENOUGH = 2  # pages in a row, single entries of each aside, that prove that an interval lies behind


class Missing(Enum):
    """Why a page has no facts."""

    BEYOND = auto()  # 404, empty, or the entries of another page again: behind the last page
    FAILED = auto()  # could not be read: says nothing about the listing


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page of a listing showed. ``days`` are those of its dated entries in page order, none if most have no
    date. ``last`` is the greatest page number seen in the pager so far, None while there was no pager. ``stop`` says
    that known ground is reached.
    """

    number: int
    days: tuple[dt.date, ...] = ()
    last: int | None = None
    stop: bool = False
    falling: tuple[dt.date, ...] = ()

    @property
    def median(self) -> dt.date | None:
        """The day in the middle."""
        return self.falling[len(self.falling) // 2] if self.falling else None

    @property
    def newer(self) -> dt.date:
        """The day a quarter from the newest."""
        return self.falling[len(self.falling) // 4]

    @property
    def older(self) -> dt.date:
        """The day a quarter from the oldest."""
        return self.falling[len(self.falling) * 3 // 4]

    @property
    def is_tidy(self) -> bool:
        """Whether the entries stand in order, a week and one stray aside."""
        return sum(later > earlier + GRACE for earlier, later in pairwise(self.days)) <= 1

    @property
    def is_rising(self) -> bool:
        """Whether the entries stand in the wrong order, the oldest first."""
        return len(self.days) > 2 and self.days != self.falling and self.days == self.falling[::-1]

    @property
    def spot(self) -> Spot | None:
        """The page as the page map keeps it; None if undated."""
        middle = self.median
        return Spot(self.number, self.falling[0], middle, self.falling[-1]) if middle else None


Answer: TypeAlias = Facts | Missing
Plan: TypeAlias = Generator[int, Answer, bool]
Pages: TypeAlias = dict[int, Facts]
Done: TypeAlias = Callable[[Facts], bool]


class UnorderedError(Exception):
    """The listing is not in order of dates, or does not show them."""


@dataclass(frozen=True, slots=True)
class Span:
    """Local days, both inclusive."""

    first: dt.date
    last: dt.date

    @property
    def middle(self) -> dt.date:
        """The day in the middle."""
        return self.first + (self.last - self.first) // 2

    def touches(self, facts: Facts) -> bool:
        """Whether the bulk of a page reaches into the span."""
        return facts.newer >= self.first and facts.older <= self.last


def facts_of(number: int, days: list[dt.date | None], last: int | None = None, stop: bool = False) -> Facts:
    """Facts of a page from the days of its entries in order; undated entries do not count."""
    dated = tuple(day for day in days if day is not None)
    if 2 * len(dated) < len(days) or not dated:
        return Facts(number, (), last, stop)
    return Facts(number, dated, last, stop, tuple(sorted(dated, reverse=True)))


def newest_first(date_from: dt.date, most: int) -> Plan:
    """Pages from the first until known ground, or until they are older than the first day asked for and a week.

    A listing without dates ends after ``MOST_UNDATED`` pages where nothing of it is known yet.
    """

    def done(facts: Facts) -> bool:
        undated = facts.median is None and facts.number >= MOST_UNDATED
        return facts.stop or undated or (facts.median is not None and facts.median < date_from - GRACE)

    return read_on({}, 1, done, most)


def every_page(most: int) -> Plan:
    """Every page from the first to the last."""
    return read_on({}, 1, lambda _: False, most)


def read_on(pages: Pages, start: int, done: Done, most: int, step: int = 1) -> Plan:
    """Pages from ``start`` until one is done, or to the last; with ``step`` -1 to the first."""
    holes = failed = 0
    for number in range(start, most + 1 if step > 0 else 0, step):
        answer = pages.get(number) or (yield number)
        last = last_page(pages)
        if isinstance(answer, Missing):
            holes, failed = holes + 1, failed + (answer is Missing.FAILED or (last or 0) >= number)
            is_end = step > 0 and (last is None or number > last)
            if is_end or holes >= MOST_HOLES:
                return failed == 0
            continue
        holes, pages[number] = 0, answer
        last = last_page(pages)
        if done(answer) or (step > 0 and last is not None and last <= number):
            return failed == 0
    return step < 0 and failed == 0


def behind(first: dt.date) -> Done:
    """True at a page that proves that every later page is older than ``first``.

    That is a page all of whose entries are older, one that reaches two weeks further (an entry is a week out of place
    at most, and so is the one beside it), or the second in a row that is older but for strays.
    """
    row = 0

    def done(facts: Facts) -> bool:
        nonlocal row
        if not facts.days:
            return False
        row = row + 1 if facts.newer < first else 0
        far = facts.is_tidy and facts.older < first - 2 * GRACE
        return facts.falling[0] < first or far or row >= ENOUGH

    return done


def ahead(last: dt.date) -> Done:
    """True at a page that proves that every earlier page is newer than ``last``: :func:`behind` mirrored."""
    row = 0

    def done(facts: Facts) -> bool:
        nonlocal row
        if not facts.days:
            return False
        row = row + 1 if facts.older > last else 0
        far = facts.is_tidy and facts.newer > last + 2 * GRACE
        return facts.falling[-1] > last or far or row >= ENOUGH

    return done


def check_order(pages: Pages) -> None:
    """Raises UnorderedError where a page is not older than an earlier one, single entries out of place aside."""
    known = [pages[number] for number in sorted(pages)]
    for earlier, later in pairwise(facts for facts in known if facts.days):
        if later.newer > earlier.older + GRACE:
            raise UnorderedError


def last_page(pages: Pages) -> int | None:
    """The greatest page number seen in the pager."""
    return max((facts.last for facts in pages.values() if facts.last is not None), default=None)


def charted(pages: Pages) -> Chart:
    """The pages as a chart."""
    spots = (facts.spot for _, facts in sorted(pages.items()))
    return Chart(tuple(spot for spot in spots if spot is not None))
