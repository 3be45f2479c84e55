"""Finding an interval in a deep listing: ask where the dates say that it lies, look, and close in.

The next page is the one where interpolation between the pages just read puts the interval, or where the page map of
an earlier crawl does, moved by what the pages just read show; never so far off that halving could not finish in the
steps left. So a listing of even density costs three or four pages, any other about log2 of its pages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from math import ceil, log2

from crawlers.page_map import Chart
from crawlers.plans import (
    MOST_HOLES,
    Answer,
    Facts,
    Missing,
    Pages,
    Plan,
    Span,
    UnorderedError,
    ahead,
    behind,
    charted,
    check_order,
    last_page,
    oldest_first,
    read_on,
)

SPARE = 1  # steps that a search may take beyond those of halving
REACH = 32  # times the last page known to exist that a search may look ahead where no pager says how far it goes


def interval(date_from: dt.date, date_to: dt.date, most: int, chart: Chart | None = None) -> Plan:
    """The pages that hold entries from ``date_from`` to ``date_to`` of a listing that is newest first.

    Reads about log2 of the listing's pages to find one, then those around it until both sides prove that nothing more
    lies there. Entries may stand out of order by a week and by a quarter of a page, and old ones be pinned on top. A
    listing that is the oldest first is read backwards from the last page that its pager shows, one that turns out to
    be undated or out of order from the first page to the last. ``chart`` is what earlier crawls saw.
    """
    pages: Pages = {}
    search = Search(pages, Span(date_from, date_to), most, chart or Chart())
    try:
        first = yield from search.begin()
        if first is None:
            return False
        end = yield from oldest_first(pages, date_from, most, search.chart)
        if end is not None:
            natural = yield from read_on(pages, end, behind(date_from), most, -1)
            return natural
        found = yield from search.run()
        ahead_read = yield from read_on(pages, found[0], ahead(date_to), most, -1)
        natural = yield from read_on(pages, found[1], behind(date_from), most)
        check_order(pages)
        is_whole = not any(found[0] < number < found[1] for number in search.failed)
        return natural and ahead_read and is_whole
    except UnorderedError:
        natural = yield from read_on(pages, 1, lambda _: False, most)
        return natural


class Search:
    """The search for one page that touches a span, or for two neighbours between which it would lie."""

    def __init__(self, pages: Pages, span: Span, most: int, chart: Chart) -> None:
        self.pages, self.span, self.most, self.chart = pages, span, most, chart
        self.low = 1  # newer than the span
        self.high: int | None = None  # older, or behind the last page
        self.is_promised = False  # the pager alone says that ``high`` is behind the last page
        self.steps: int | None = None  # left, once the span lies between two pages
        self.is_window = False  # the pager shows not all pages
        self.unread: set[int] = set()  # failed or undated
        self.failed: set[int] = set()

    def begin(self) -> Generator[int, Answer, Facts | None]:
        """The first page; None if it is missing."""
        first = yield 1
        if isinstance(first, Missing):
            return None
        self.pages[1] = first
        return first

    def run(self) -> Generator[int, Answer, tuple[int, int]]:
        """First and last of the pages found, neighbours or one."""
        first = self.pages[1]
        if first.is_rising:
            raise UnorderedError
        if _median(first) <= self.span.last or self.span.touches(first):
            return 1, 1
        while True:
            found = yield from self._close_in()
            check_order(self.pages)
            if (yield from self._is_real(found[0])):
                return found

    def _close_in(self) -> Generator[int, Answer, tuple[int, int]]:
        while (number := self._next()) is not None:
            answer = self.pages.get(number) or (yield number)
            if self._take(number, answer):
                return number, number
        return self.low, self.high if self.high in self.pages else self.low

    def _is_real(self, number: int) -> Generator[int, Answer, bool]:
        """Whether page ``number`` is not the last page again, shown for a number behind it; else all from there go."""
        before = number - 1
        if before < 1 or before in self.pages or ahead(self.span.last)(self.pages[number]):
            return True
        answer = yield before
        if isinstance(answer, Facts):
            self.pages[before] = answer
        if answer is not Missing.REPEATED:
            return True
        for behind_end in [other for other in self.pages if other >= before]:
            del self.pages[behind_end]
        self.low, self.high = max(self.pages), before
        self.is_promised, self.steps = False, None
        return False

    def _take(self, number: int, answer: Answer) -> bool:
        """Notes what page ``number`` shows; whether it touches the span."""
        if answer is Missing.FAILED or (isinstance(answer, Facts) and answer.median is None):
            self.unread.add(number)
            self.failed |= {number} if answer is Missing.FAILED else set()
            if len(self.unread) >= MOST_HOLES:
                raise UnorderedError
            return False
        if isinstance(answer, Missing):
            self.high, self.is_promised = number, False
            return False
        self._widen(number, answer)
        if _median(answer) > self.span.last:
            self.low = number
        else:
            self.high, self.is_promised = number, False
        return self.span.touches(answer)

    def _widen(self, number: int, facts: Facts) -> None:
        """Takes a page, and back what its pager proves wrong about the listing's end."""
        last = last_page(self.pages)
        self.pages[number] = facts
        if last is not None and number <= last < (last_page(self.pages) or 0):
            self.is_window = True
            if self.is_promised:
                self.high, self.is_promised, self.steps = None, False, None

    def _next(self) -> int | None:
        """The page to read next; None when no unread page lies between those found."""
        last = last_page(self.pages)
        self.is_window |= bool(last and self.chart.spots and self.chart.spots[-1].number > last + 1)
        if self.high is None and last is not None and (last <= self.low or not self.is_window):
            self.high, self.is_promised = min(last, self.most) + 1, True
        if self.high is None:
            return self._ahead(last)
        free = [number for number in range(self.low + 1, self.high) if number not in self.unread]
        if not free:
            return None
        near, far = self._affordable(self.low, self.high)
        if self.high not in self.pages and not self.is_promised:  # how far behind the last page nobody knows
            far = min(far, max(near, (self.low * self.high) ** 0.5))
        aim = min(max(self._aim(), near), far)
        for _ in self.unread:  # what fails may fail with its neighbours
            aim = (aim + self.high) / 2
        return min(free, key=lambda number: abs(number - aim))

    def _ahead(self, last: int | None) -> int | None:
        """A page to look at where nothing says how far the listing goes."""
        known = max(self.low, last or 0)
        aim = max(round(self._aim()), self.low + 1)
        number = min(aim if self.chart.spots else min(aim, REACH * known), self.most)
        while number in self.unread:
            number += 1
        return number if self.low < number <= self.most else None

    def _affordable(self, low: int, high: int) -> tuple[float, float]:
        """Pages after which the steps left still suffice to halve what remains."""
        if self.steps is None:
            self.steps = ceil(log2(max(2, high - low))) + SPARE
        self.steps -= 1
        reach = 2.0 ** max(0, self.steps)
        near, far = high - reach, low + reach
        return (near, far) if near <= far else ((low + high) / 2, (low + high) / 2)

    def _aim(self) -> float:
        """Where the span lies as far as the pages read and the chart tell."""
        place = self._charted() if self.chart.spots else charted(self.pages).place(self.span.middle)
        return round(place) if place is not None else 2 * self.low

    def _charted(self) -> float | None:
        """Where the chart puts the span, moved as the pages on both sides of it have moved."""
        place = self.chart.place(self.span.middle)
        bounds = (self.low, self.high if self.high in self.pages else None)
        moves = [(at, n - at) for n in bounds if n is not None and (at := self._old_place(n)) is not None]
        if place is None or not moves:
            return place
        (one, low), (other, high) = moves[0], moves[-1]
        share = (place - one) / (other - one) if other > one else 0.0
        return place + low + (high - low) * min(1.0, max(0.0, share))

    def _old_place(self, number: int) -> float | None:
        return self.chart.place(_median(self.pages[number]))


def _median(facts: Facts) -> dt.date:
    if facts.median is None:
        raise UnorderedError
    return facts.median
