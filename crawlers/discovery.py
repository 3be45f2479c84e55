"""Discovery: from feeds, sitemaps and listings to the candidates of the asked days, each identity once.

:class:`Walk` reads one listing by a plan; :class:`Selection` decides which of the entries are candidates, merging
what feeds and sitemaps say about them. Both are told what pages showed and never touch the network.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from crawlers.families.base import Ask, Family, Kind
from crawlers.families.chain import AnyPager, Chain
from crawlers.families.listing import ListingPage
from crawlers.families.pager import Pager
from crawlers.feeds import FeedEntry, SitemapEntry
from crawlers.inventory import Inventory, Known
from crawlers.job import Candidate, CrawlJob
from crawlers.listing_dates import ZONE, find_date
from crawlers.page_map import Chart, chart_of
from crawlers.plans import Answer, Facts, Missing, Plan, facts_of, newest_first, pinned
from crawlers.seek import interval

logger = logging.getLogger(__name__)

MOST_NOTED = 100_000  # entries of feeds and sitemaps that a crawl remembers, about 150 MB
KNOWN_IN_A_ROW = 10  # entries already known, in a row, after which a scheduled run ends
MOST_EDITED = 200  # known pages changed since: a sitemap that names more of them dates every page with today
LIVING = frozenset({"ok", "unchanged"})
FLEETING = frozenset({"timeout", "network_error", "server_error", "blocked", "login", "truncated"})  # worth another try


def plan_for(job: CrawlJob, family: Family, chart: Chart | None = None) -> Plan:
    """The plan by which the job reads a listing; ``chart`` is what earlier crawls saw of it."""
    if job.scheduled:
        return newest_first(job.date_from, family.max_pages, chart)
    return interval(job.date_from, job.date_to, family.max_pages, chart)


@dataclass
class Walk:
    """One listing, page by page. ``natural`` is known once ``next`` has returned None.

    A page to which no link leads directly is reached over the pages between; what those show is kept for the plan.
    """

    section: str
    kind: Kind
    plan: Plan
    family: Family
    natural: bool | None = None
    dated: bool = False
    newest: dt.date | None = None  # middle of the first page
    _pager: AnyPager | None = None
    _values: Mapping[str, str] = field(default_factory=dict)
    _goal: int = 0  # page that the plan wants
    _number: int = 0  # page asked for
    _current: int = 1  # page last read
    _posted: bool = False  # the first page was asked for by post
    _answers: dict[int, Answer] = field(default_factory=dict)
    _shown: dict[frozenset[str], int] = field(default_factory=dict)

    def start(self) -> Ask | None:
        """The first page to read."""
        self._goal = next(self.plan)
        return self._wanted()

    def page(
        self, page: ListingPage, days: list[dt.date | None], *, stop: bool = False, fresh: bool = False
    ) -> Ask | None:
        """Takes the page asked for, with the days of its entries; returns the request of the next, None at the end."""
        if self._number == 1:
            self._values = page.values or self._values
            if not page.items and (posted := self._first_by_post()):
                return posted
        shown = frozenset(item.canonical_url for item in page.items)
        first = self._shown.setdefault(shown, self._number)
        if not shown or first != self._number:
            return self.missing(Missing.REPEATED if shown and first > self._number else Missing.BEYOND)
        self._pager, self._current = self._wider(page.pager), self._number
        last = max(self._pager.last, self._number) if self._pager else self._number if not self._has_more else None
        facts = facts_of(self._number, days, last, stop, fresh)
        self.dated = self.dated or facts.median is not None
        if self._number == 1:
            self.newest = facts.median
        return self._answer(facts)

    def missing(self, reason: Missing) -> Ask | None:
        """Says that the page asked for could not be had; returns the request of the next, None at the end."""
        return self._answer(reason)

    @property
    def name(self) -> str:
        """The listing among those of its portal."""
        return f"{self.kind} {self.section}"

    def chart(self) -> Chart:
        """The pages read, for the page map."""
        read = (facts for facts in self._answers.values() if isinstance(facts, Facts))
        return chart_of(spot for facts in read if (spot := facts.spot))

    @property
    def number(self) -> int:
        """Number of the page asked for, from 1."""
        return self._number

    @property
    def _has_more(self) -> bool:
        """Whether the family has a template of further pages."""
        return self.family.page_ask(self.section, 2, self._values) is not None

    def _first_by_post(self) -> Ask | None:
        if self._posted or self.family.post is None:
            return None
        self._posted = True
        return self.family.page_ask(self.section, 1, self._values)

    def _answer(self, answer: Answer) -> Ask | None:
        known = self._answers.get(self._number)
        if known is None or isinstance(known, Missing):
            self._answers[self._number] = answer
        if self._number != self._goal and (isinstance(answer, Missing) or self._goal not in self._answers):
            step = None if isinstance(answer, Missing) else self._wanted()
            if step is not None:
                return step
            self._answers.setdefault(self._goal, answer if isinstance(answer, Missing) else Missing.BEYOND)
        return self._ask_plan()

    def _ask_plan(self) -> Ask | None:
        while True:
            try:
                self._goal = self.plan.send(self._answers[self._goal])
            except StopIteration as end:
                self.natural = bool(end.value)
                return None
            ask = self._wanted() if self._goal not in self._answers else None
            if ask is not None:
                return ask
            self._answers.setdefault(self._goal, Missing.BEYOND)

    def _wanted(self) -> Ask | None:
        """The request of the page that the plan wants, or of one on the way there."""
        if self._goal == 1:
            self._number = 1
            return Ask(self.section)
        if self._pager is None:
            self._number = self._goal
            return self.family.page_ask(self.section, self._goal, self._values)
        step = self._pager.towards(self._goal, self._current)
        if step is None and self._goal < self._current:
            step = (1, Ask(self.section))  # the way leads forward only
        self._number = step[0] if step else self._goal
        return step[1] if step else None

    def _wider(self, pager: AnyPager | None) -> AnyPager | None:
        """The pager first seen, which reaches as far as any of its template since; of a chain the one seen last."""
        first = self._pager
        if isinstance(first, Chain) or isinstance(pager, Chain):
            return pager if isinstance(pager, Chain) else first if isinstance(first, Pager) else pager
        if first is None or pager is None or pager.last <= first.last:
            return first or pager
        return Pager(first.template, first.offset, pager.last)


class Selection:
    """Chooses candidates for one job: those of the asked days, once each, with the evidence of every source."""

    def __init__(self, job: CrawlJob, inventory: Inventory, family: Family) -> None:
        self.job = job
        self.inventory = inventory
        self.family = family
        self._noted: dict[str, Candidate] = {}  # from feeds and sitemaps, not chosen yet
        self._later: dict[str, Candidate] = {}  # undated entries of listings
        self._days: dict[str, dt.date] = {}  # what any listing said
        self._chosen: set[str] = set()
        self._known_row: dict[str, int] = {}  # by listing
        self._waiting: dict[tuple[str, int], list[Candidate]] = {}  # old unread entries down to a page of a listing
        self._warned = False

    def note_feed(self, entries: Iterable[FeedEntry], url: str) -> None:
        """Remembers a feed's entries: their title and date are evidence wherever a listing shows them."""
        for position, entry in enumerate(entries):
            candidate = self._bare(entry.url, url)
            if candidate is not None:
                said = {"title": entry.title, "date_text": entry.date_text, "date": entry.date, "position": position}
                self._note(candidate.model_copy(update=said))

    def note_sitemap(self, entries: Iterable[SitemapEntry], url: str) -> None:
        """Remembers a sitemap's pages that are articles or documents by the shape of their URLs.

        Those that last changed before the asked days and those of other hosts are left out, and whatever goes beyond
        ``MOST_NOTED``, with a warning.
        """
        for position, entry in enumerate(entries):
            candidate = self._bare(entry.url, url) if self.may_matter(entry) and self._is_own(entry.url) else None
            if candidate is not None and not self._is_full(url):
                self._note(candidate.model_copy(update={"lastmod": entry.lastmod, "position": position}))

    def may_matter(self, entry: SitemapEntry) -> bool:
        """Whether a page or a further sitemap may belong to the asked days: what changed before them cannot."""
        return entry.changed is None or entry.changed >= self.job.date_from

    def read(self, walk: Walk, page: ListingPage) -> tuple[list[Candidate], Ask | None]:
        """The candidates that the page adds and the request of the walk's next page, None at its end.

        Undated entries wait for :meth:`leftovers`.
        """
        number = walk.number
        self._days |= {self._id(item): item.date for item in (*page.items, *page.aside) if item.date}
        items = [self._merged(item) for item in page.items]
        days = [self._day(item) for item in items]
        listed = items[pinned(days) :] if number == 1 else items
        stop, fresh = self._on_known_ground(listed, walk.name), self._is_fresh(listed)
        following = walk.page(page, days, stop=stop, fresh=fresh)
        chosen = [item for item in items if self._is_asked(item)]
        if self.job.scheduled and not facts_of(number, days).is_rising:
            chosen += self._late(items, walk.name, number)
        at_top = number == 1 and (walk.newest is None or self.job.date_to >= walk.newest)
        chosen += self._beside(page, at_top)
        self._defer(items)
        return self._new(chosen), following

    def _beside(self, page: ListingPage, at_top: bool) -> list[Candidate]:
        """Entries of boxes, which show what is new, undated, and link to anybody."""
        aside = [self._merged(item) for item in page.aside if self._is_own(item.url)]
        if at_top:
            self._defer(aside)
        return [item for item in aside if self._is_asked(item)]

    def _on_known_ground(self, items: list[Candidate], listing: str) -> bool:
        """Whether so many entries older than the asked days are known that a scheduled run need not look further."""
        row = self._known_row.get(listing, 0)
        for item in items:
            row = row + 1 if self._is_settled(item) and self._is_before(item) else 0
            if row >= KNOWN_IN_A_ROW:
                return True
        self._known_row[listing] = row
        return False

    def _is_fresh(self, items: list[Candidate]) -> bool:
        """Whether no entry older than the asked days was ever read, although the portal has been crawled before."""
        old = [item for item in items if self._is_before(item)]
        return bool(old) and len(self.inventory) > 0 and all(self._is_unread(item) for item in old)

    def _is_before(self, item: Candidate) -> bool:
        """Whether the entry is older than the asked days, or undated."""
        day = self._day(item)
        return day is None or day < self.job.date_from

    def leftovers(self, walks: Iterable[Walk]) -> list[Candidate]:
        """What no dated listing showed: undated entries, then what only feeds and sitemaps know, then in a scheduled
        run what was edited, in a backfill known pages of the asked days that nothing showed (their own URL must say
        whether they are gone)."""
        walks = list(walks)
        covered = bool(walks) and all(walk.natural and walk.dated for walk in walks)
        noted = [item for item in self._noted.values() if self._is_asked_unlisted(item, covered)]
        later = [item for item in self._later.values() if self._day(item) is None or self._is_asked(item)]
        return self._new([*later, *noted, *self._edited(), *self._unseen()])

    def _bare(self, url: str, source: str) -> Candidate | None:
        kind = self.family.kind_of(url)
        if kind is None:
            return None
        key, canonical = self.family.article_key(url), self.family.canonical(url)
        return Candidate(url=canonical, canonical_url=canonical, kind=kind, listing_url=source, portal_key=key)

    def _note(self, candidate: Candidate) -> None:
        earlier = self._noted.get(self._id(candidate))
        self._noted[self._id(candidate)] = _filled(earlier, candidate) if earlier else candidate

    def _is_full(self, url: str) -> bool:
        full = len(self._noted) >= MOST_NOTED
        if full and not self._warned:
            logger.warning("%s: more than %d pages are listed; set 'sitemaps' to narrower ones", url, MOST_NOTED)
        self._warned |= full
        return full

    def _is_own(self, url: str) -> bool:
        return self.job.portal.allows(urlsplit(url).hostname or "")

    def _merged(self, item: Candidate) -> Candidate:
        noted = self._noted.get(self._id(item))
        return _filled(item, noted) if noted else item

    def _new(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        fresh = []
        for candidate in candidates:
            id_ = self._id(candidate)
            if id_ not in self._chosen:
                self._chosen.add(id_)
                fresh.append(candidate)
        return fresh

    def _is_asked(self, item: Candidate) -> bool:
        day = self._day(item)
        return day is not None and self.job.covers(day)

    def _late(self, items: list[Candidate], listing: str, number: int) -> Iterator[Candidate]:
        """Unknown entries older than the asked days that stand above newer or known ones, on page ``number`` or on
        those before it: published late."""
        settled, newest = False, dt.date.min
        waiting: list[Candidate] = []
        for item in reversed([*self._waiting.get((listing, number - 1), []), *items]):
            day = self._day(item)
            if day is not None and day < self.job.date_from and self._is_unread(item):
                if settled or newest > day:
                    yield item
                else:
                    waiting.append(item)
            settled, newest = settled or self._is_settled(item), max(newest, day or newest)
        self._waiting[listing, number] = waiting[::-1]

    def _defer(self, items: Iterable[Candidate]) -> None:
        for item in items:
            if self._day(item) is None and self._is_unread(item):
                self._later.setdefault(self._id(item), item)

    def _is_asked_unlisted(self, item: Candidate, covered: bool) -> bool:
        day = self._day(item)
        if day is not None:
            return self.job.covers(day)
        changed = _changed(item)
        if changed is None:
            return not covered and self._is_unread(item)
        return changed >= self.job.date_from and (changed <= self.job.date_to or not covered)

    def _edited(self) -> list[Candidate]:
        """Known pages that sitemaps call changed in the days of a scheduled run; none where too many of them are."""
        if not self.job.scheduled:
            return []
        living = [
            item for item in self._noted.values() if (known := self._known(item)) and known.last_outcome in LIVING
        ]
        found = [item for item in living if self._is_edited(item) and self.job.covers(_changed(item) or dt.date.min)]
        if len(found) <= MOST_EDITED:
            return found
        logger.warning("sitemaps call %d known pages changed: that says nothing, none is read again", len(found))
        return []

    def _unseen(self) -> list[Candidate]:
        if self.job.scheduled:
            return []
        known = self.inventory.between(self.job.date_from, self.job.date_to)
        return [_from_known(item) for item in known if item.fetchable]

    def _is_unread(self, item: Candidate) -> bool:
        """Whether the entry is new, or its last reading failed for a reason that passes."""
        known = self._known(item)
        return known is None or known.last_outcome in FLEETING

    def _is_settled(self, item: Candidate) -> bool:
        """Whether the entry is known, was read well, and no sitemap says that it changed since."""
        known = self._known(item)
        return known is not None and known.last_outcome in LIVING and not self._is_edited(item)

    def _is_edited(self, item: Candidate) -> bool:
        """Whether a sitemap says that a known entry has changed since the local day on which it was last read."""
        known, changed = self._known(item), _changed(item)
        if known is None or known.last_seen_at is None or changed is None:
            return False
        return changed > known.last_seen_at.astimezone(ZONE).date()

    def _day(self, item: Candidate) -> dt.date | None:
        known = self._known(item)
        return item.date or self._days.get(self._id(item)) or (known.published_date if known else None)

    def _known(self, item: Candidate) -> Known | None:
        return self.inventory.get(self._id(item))

    def _id(self, item: Candidate) -> str:
        return item.id(self.job.portal.id)


def _changed(item: Candidate) -> dt.date | None:
    """The local day on which a page last changed, as a sitemap says."""
    return find_date(item.lastmod) if item.lastmod else None


def _filled(candidate: Candidate, other: Candidate) -> Candidate:
    """``candidate`` with what only ``other`` says about it; a date comes together with its text."""
    update: dict[str, object] = {
        name: getattr(other, name) for name in ("title", "lastmod", "position") if getattr(candidate, name) is None
    }
    if candidate.date is None and other.date is not None:
        update |= {"date": other.date, "date_text": other.date_text}
    return candidate.model_copy(update=update)


def _from_known(known: Known) -> Candidate:
    return Candidate(
        url=known.canonical_url,
        canonical_url=known.canonical_url,
        kind="document" if known.kind == "document" else "article",
        listing_url="",
        portal_key=known.portal_key,
        date=known.published_date,
    )
