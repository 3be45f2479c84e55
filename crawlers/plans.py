"""Which pages of a listing to read: pure plans that ask for a page number and are told what the page showed.

A plan is a generator: it yields page numbers from 1, receives :class:`Facts` or :class:`Missing` for each, and
returns whether it ended naturally, that is whether every page that could matter was read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from typing import TypeAlias

from crawlers.page_map import Chart, Spot

GRACE = dt.timedelta(days=7)  # how far entries may be out of order: late news, boundaries between pages
MOST_UNDATED = 3  # pages of an undated listing that a scheduled run reads at most: a day fills fewer
MOST_FRESH = 3  # pages of old entries never read that a scheduled run passes by in search of known ground
MOST_HOLES = 3  # pages in a row that cannot be read before a listing is given up
ENOUGH = 2  # pages in a row, single entries of each aside, that prove that an interval lies behind


class Missing(Enum):
    """Why a page has no facts."""

    BEYOND = auto()  # 404, empty, or the entries of an earlier page again: behind the last page
    REPEATED = auto()  # the entries of a page asked for with a greater number: that one lay behind the last page
    FAILED = auto()  # could not be read: says nothing about the listing


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page of a listing showed. ``days`` are those of its dated entries in page order, none if most have no
    date, and on the first page without those pinned on top. ``last`` is the greatest page number seen in the pager so
    far, None while there was no pager. ``stop`` says that known ground is reached, ``fresh`` that all that is older
    than the asked days was never read.
    """

    number: int
    days: tuple[dt.date, ...] = ()
    last: int | None = None
    stop: bool = False
    falling: tuple[dt.date, ...] = ()
    fresh: bool = False

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


def facts_of(
    number: int, days: Sequence[dt.date | None], last: int | None = None, stop: bool = False, fresh: bool = False
) -> Facts:
    """Facts of a page from the days of its entries in order; undated and pinned entries do not count."""
    listed = days[pinned(days) :] if number == 1 else days
    dated = tuple(day for day in listed if day is not None)
    if 2 * len(dated) < len(listed) or not dated:
        return Facts(number, (), last, stop, (), fresh)
    return Facts(number, dated, last, stop, tuple(sorted(dated, reverse=True)), fresh)


def pinned(days: Sequence[dt.date | None]) -> int:
    """How many entries of a first page are kept on top however old they are: those above the rise to the news.

    With several such rises the old entries stand in any order, and all of them are older than all of the news.
    """
    dated = [(place, day) for place, day in enumerate(days) if day is not None]
    rises = [index for index, (one, other) in enumerate(pairwise(dated), 1) if other[1] > one[1] + GRACE]
    if not rises:
        return 0
    top, news = dated[: rises[-1]], dated[rises[-1] :]
    is_apart = max(day for _, day in top) + GRACE < min(day for _, day in news)
    falls = any(one[1] > other[1] for one, other in pairwise(dated))  # else it is the oldest first
    return news[0][0] if len(rises) == 1 or (is_apart and falls) else 0


def newest_first(date_from: dt.date, most: int, chart: Chart | None = None) -> Plan:
    """Pages from the first until known ground, or until they are older than the first day asked for and a week.

    A listing without dates ends after ``MOST_UNDATED`` pages where nothing of it is known yet. A page of old entries
    that were never read is passed by, ``MOST_FRESH`` at most: what was put in at once lies above known ground. A
    listing that is the oldest first is read from its last page backwards.
    """

    def done(facts: Facts) -> bool:
        undated = facts.median is None and facts.number >= MOST_UNDATED
        is_old = facts.median is not None and facts.median < date_from - GRACE
        return facts.stop or undated or (is_old and not (facts.fresh and facts.number < MOST_FRESH))

    pages: Pages = {}
    first = yield 1
    if isinstance(first, Facts):
        pages[1] = first
        end = yield from oldest_first(pages, date_from, most, chart or Chart())
        if end is not None:
            natural = yield from read_on(pages, end, lambda facts: is_behind(facts, date_from), most, -1)
            return natural
    natural = yield from read_on(pages, 1, done, most)
    return natural


def is_behind(facts: Facts, first: dt.date) -> bool:
    """Whether all of a page is older than ``first`` and a week."""
    return bool(facts.falling) and facts.falling[0] < first - GRACE


def oldest_first(pages: Pages, date_from: dt.date, most: int, chart: Chart) -> Generator[int, Answer, int | None]:
    """The last page of a listing that is the oldest first; None for any other, and where no pager says how far it goes.

    Looks at the last page where the first may begin such a listing: it rises, or lies before ``date_from`` although
    nothing on the chart is older.
    """
    first, number = pages[1], 1
    if not (first.is_rising or is_behind(first, date_from)) or _falls(first, chart):
        return None
    while number < (end := min(last_page(pages) or 1, most)):
        answer = pages.get(end) or (yield end)
        if not isinstance(answer, Facts) or not _is_newer(answer, pages[number]):
            break
        number, pages[end] = end, answer
    return number if number > 1 else None


def _falls(first: Facts, chart: Chart) -> bool:
    """Whether the chart has pages that are older than the first."""
    return any(spot.number > 1 and spot.median < first.falling[-1] for spot in chart.spots)


def _is_newer(one: Facts, other: Facts) -> bool:
    return one.median is not None and other.median is not None and one.median > other.median


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
            failed += answer is Missing.FAILED or (last or 0) >= number
            holes += step > 0 or answer is Missing.FAILED  # backwards, what lies behind the last page proves nothing
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
