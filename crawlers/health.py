"""Whether a portal as a whole still answers: a crawl that brings refusals or nothing ends with a reason, never well."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from crawlers.job import State
from warehouse.schema import Outcome

REFUSALS = frozenset({Outcome.BLOCKED, Outcome.ROBOTS, Outcome.LOGIN})
SILENCE = frozenset({Outcome.SERVER_ERROR, Outcome.NETWORK_ERROR, Outcome.TIMEOUT})
ODD = frozenset({Outcome.ROBOTS, Outcome.OFFSITE, Outcome.FORBIDDEN_ADDRESS, Outcome.REDIRECT_LOOP})
READ = frozenset({Outcome.OK, Outcome.UNCHANGED, Outcome.NOT_ARTICLE})
MISSING = frozenset({Outcome.SOFT_404, Outcome.GONE})
FROM_THE_START = 5  # refusals or silences before anything good
IN_A_ROW = 20  # the same in the middle of a crawl
FEW = 3  # pages that have to fail before a crawl that has ended says that all or half of them do
ASK = "ask the portal for access, or switch it off in the registry"
LOOK = "open its home page, then see the problems of the run"
MOVED = "open one of them in a browser; if it is there, correct the portal's family or options"


@dataclass(slots=True)
class Health:
    """Counts good answers, refusals and failures: those in a row, and all of them by what was asked for.

    Single odd pages (robots, another host, a loop) mean nothing once the portal has given a good answer.
    """

    good: int = 0
    refused: int = 0
    failed: int = 0
    listings: Counter[Outcome] = field(default_factory=Counter)
    feeds: int = 0  # feeds and sitemaps that could be read
    pages: Counter[Outcome] = field(default_factory=Counter)

    def note(self, outcome: Outcome, *, role: str = "article", listed: bool = True) -> None:
        """Takes one final answer into account.

        ``role`` is what was asked for: listing, feed, absent (a listing that need not be there), article, document,
        attachment. ``listed``: a listing of this crawl shows the page, so it should be there.
        """
        self._count(outcome, role, listed)
        if outcome in ODD and self.good:
            return
        if outcome in REFUSALS:
            self.refused += 1
        elif outcome in SILENCE or outcome in ODD:
            self.failed += 1
        else:
            self.good += 1
            self.refused = self.failed = 0

    def recall(self, outcome: Outcome, role: str) -> None:
        """Takes a page into account that an earlier attempt of the run read."""
        if outcome in READ:
            self._count(outcome, role, listed=True)

    def verdict(self, *, ended: bool = False) -> tuple[State, str] | None:
        """State and reason with which the crawl has to stop now (or, ``ended``, stopped); None while all is well."""
        row = self.refused + self.failed
        most = IN_A_ROW if self.good else 1 if ended else FROM_THE_START
        if row < most:
            return self._of_listings() or self._of_pages() if ended else None
        when = f"after {self.good} good answers" if self.good else "from the start"
        if self.refused >= self.failed:
            return "blocked", f"refuses to be crawled {when} (refusals in a row: {row}); {ASK}"
        state: State = "interrupted" if self.good else "failed"
        return state, f"no page can be read {when} (failures in a row: {row}); {LOOK}"

    def _count(self, outcome: Outcome, role: str, listed: bool) -> None:
        if role == "listing":
            self.listings[outcome] += 1
        elif role == "feed":
            self.feeds += outcome in READ
        elif role in ("article", "document") and (listed or outcome not in MISSING):
            self.pages[outcome] += 1

    def _of_listings(self) -> tuple[State, str] | None:
        """Feeds alone are no good news where the listings refuse: they show the newest pages only."""
        asked, read = self.listings.total(), _sum(self.listings, READ)
        refused = _sum(self.listings, REFUSALS)
        if refused and (not read or 2 * refused >= asked + self.feeds):
            return "blocked", f"refuses its listings ({refused} of {asked}); {ASK}"
        if asked and not read and not self.feeds:
            return "failed", f"no listing can be read (of {asked}: {_told(self.listings)}); {LOOK}"
        return None

    def _of_pages(self) -> tuple[State, str] | None:
        asked, read = self.pages.total(), _sum(self.pages, READ)
        refused = _sum(self.pages, REFUSALS if not read else REFUSALS - ODD)
        if refused >= FEW and 2 * refused >= asked:
            return "blocked", f"refuses its pages ({refused} of {asked}); {ASK}"
        if asked >= FEW and not read:
            return "failed", f"none of the {asked} pages that it lists can be read ({_told(self.pages)}); {MOVED}"
        return None


def _sum(counts: Counter[Outcome], outcomes: frozenset[Outcome]) -> int:
    return sum(counts[outcome] for outcome in outcomes)


def _told(counts: Counter[Outcome]) -> str:
    return ", ".join(f"{number} {outcome.value}" for outcome, number in counts.most_common())
