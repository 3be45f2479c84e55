"""Drift: what a portal's runs give is compared with what they gave before and with what the registry expects.

A portal breaks without an error: its pages still answer 200, only the title, the date or half of the listings are no
longer found. Every scheduled run leaves measures on its row of ``runs``; here they are judged day by day, each day by
the days before it that were sound, so that a breakage never becomes its own standard. Pure and without a clock.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from statistics import median
from typing import Any

from warehouse.days import DayClass, day_class
from warehouse.tails import few, few_of, typical

OFFSET = dt.timedelta(hours=7)  # Asia/Ho_Chi_Minh
MEMORY = dt.timedelta(days=90)  # how far back days are compared
RECENT = 14  # sound days whose sources are the usual ones
SOURCE_DAYS = 3  # days before sources can be missed
SETTLED = 7  # runs in a row after which sources that are fewer, or show less, are the usual ones ...
NORMAL = 0.75  # ... if these runs gave at least this share of the usual yield
YIELD_DAYS = {DayClass.WORKDAY: 5}  # days of a class before its yield is its own standard
FEW_DAYS = 3  # the same for the other classes
COMPARABLE = {DayClass.WORKDAY: 28}  # newest days of a class that are its standard
FEW_COMPARABLE = 10
WINDOWS = (1, 2, 4, 8, 16, 28)  # days in a row whose yield is summed: a slow portal needs longer to be missed
RARE = 0.001  # how improbable a fall of a rate must be
SCARCE = 0.0003  # how improbable a yield must be: it is judged every day, in every window
UNLIKELY = 0.005  # how improbable a rate below the registry's expectation must be
FALL = 0.15  # a rate that falls by less is no breakage
FIXED = {"legible": 0.95, "read": 0.8}  # expected of every portal: texts with sound letters, pages without error
FLOOD = 5.0, 30  # times the usual yield, and articles above it, that are too many
LOST_SOURCES = 0.25  # share of the usual listings that must be silent before the others do not make up for it
FEWER = 0.5  # share of the usual number of listings below which a menu lost them, whatever their addresses
LOST_PAGES = 0.5  # share of usual pages below which pagination ended early, in half of the listings
# Fewest articles of a day as a share of the registry's, which are those of a working day: news portals, offices.
RELIEF = {
    DayClass.WORKDAY: (1.0, 1.0),
    DayClass.SATURDAY: (0.5, 0.0),
    DayClass.SUNDAY: (0.3, 0.0),
    DayClass.HOLIDAY: (0.1, 0.0),
}
NEWS = frozenset({"newspaper", "broadcaster"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was. ``text`` names measure, value and expectation; ``missing``: news are too few,
    which more news can still mend; ``settles``: the portal may be built like this now."""

    text: str
    remedy: str
    missing: bool = False
    settles: bool = False

    def __str__(self) -> str:
        """Text and remedy as the warehouse's reasons are written."""
        return f"{self.text}; remedy: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Sample:
    """One local day of a portal: a finished run of exactly that day, and how many articles and documents it gave."""

    day: dt.date
    run: Mapping[str, Any]
    items: int

    @property
    def sources(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        """Sources that showed entries, by kind and URL."""
        return {(s["kind"], s["url"]): s for s in self.run["sources"] if s["entries"]}

    @property
    def asked(self) -> set[tuple[str, str]]:
        """Sources that the run asked for, by kind and URL."""
        return {(s["kind"], s["url"]) for s in self.run["sources"]}

    def shown(self, kind: str) -> int:
        """How many sources of a kind showed entries."""
        return sum(key[0] == kind for key in self.sources)

    def rates(self) -> Iterator[tuple[str, int, int]]:
        """Measure, successes and trials."""
        read = self.run["articles"]
        yield "title", self.run["titles"] or 0, read
        yield "date", self.run["dates"] or 0, read
        yield "body", self.run["bodies"] or 0, read + (self.run["refused"] or 0)
        yield "legible", read - (self.run["garbled"] or 0), read
        yield "read", _total(self.run), _total(self.run) + self.run["errors"]


class Mark(Enum):
    """What a day is worth to later ones."""

    SOUND = auto()
    CHANGED = auto()  # sound but for sources that may be the usual ones from now on
    UNSOUND = auto()


REMEDY = {
    "title": "the article pages changed; correct the family's hints, check with 'scrapy portal check' and reparse",
    "date": "dates are written in another way or place; add the form to the family or the dates' reader and reparse",
    "body": "the article pages changed; correct the family's hints, check with 'scrapy portal check' and reparse",
    "legible": "the portal's encoding changed; look at the bytes in the archive, correct the decoding and reparse",
    "read": "look at outcome and reason of the run's observations",
    "listing": "open these pages: moved, renamed, forwarded or of another URL shape; correct 'sections' in the "
    "portal's file",
    "feed": "open the feed: moved or empty; correct 'feeds' in the portal's file",
    "sitemap": "open the sitemap: moved or empty; correct 'sitemaps' in the portal's file",
    "pages": "open page 2 of these listings: the pager's links changed; correct the family's pagination",
    "entries": "open the listing: its entries are linked in another way; correct the family's URL shapes",
    "yield": "compare with the portal's home page; if it really publishes less, correct 'articles_per_day'",
    "flood": "look at the dates of these articles: a page's clock may be read as their date",
}


def drift(runs: Iterable[Mapping[str, Any]]) -> dict[dt.date, list[Finding]]:
    """Findings by day of one portal from its rows of ``runs``; days without findings are absent.

    Runs of several days, unfinished ones and those without sources are
    no samples. A day is judged by its newest run, beside the first runs after earlier days that ended before it did:
    so what is said of a day never depends on what is loaded later.
    """
    found: dict[dt.date, list[Finding]] = {}
    past: list[Sample] = []
    marks: dict[dt.date, Mark] = {}
    for day, own in _by_day(runs).items():
        newest = Sample(day, own[-1], max(map(_total, own)))
        if findings := _findings(newest, past, marks):
            found[day] = findings
        first = next((Sample(day, run, _total(run)) for run in own if run["finished_at"] >= end_of(day)), None)
        if first:
            marks[day] = _mark(findings if first.run is newest.run else _findings(first, past, marks))
            past.append(first)
    return found


def least(expected: int, day: dt.date, kind: str) -> int:
    """Fewest articles of a day, given those of a working day: none of an office's Sunday, few of a paper's Tết."""
    return math.floor(expected * _relief(day_class(day), kind))


def end_of(day: dt.date) -> dt.datetime:
    """Midnight at the end of the local day, as UTC."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC) - OFFSET


def is_sample(run: Mapping[str, Any]) -> bool:
    """Whether a run can be compared with others: it looked at one day, and at all of the portal's sources."""
    usable = run["state"] == "finished" and run["mode"] == "refetch" and run["sources"] is not None
    return usable and run["date_from"] == run["date_to"]


def lost_pages(run: Mapping[str, Any]) -> bool:
    """Whether a run could not read pages of listings that did not end by themselves."""
    return bool(run.get("listings_failed")) and run.get("natural_end") is False


def _by_day(runs: Iterable[Mapping[str, Any]]) -> dict[dt.date, list[Mapping[str, Any]]]:
    """Samples by day, oldest first; of a day the run that ended first comes first."""
    by_day: dict[dt.date, list[Mapping[str, Any]]] = defaultdict(list)
    for run in filter(is_sample, runs):
        by_day[run["date_from"]].append(run)
    return {day: sorted(by_day[day], key=lambda run: (run["finished_at"], run["run_id"])) for day in sorted(by_day)}


def _total(run: Mapping[str, Any]) -> int:
    """Articles and documents that a run read or found unchanged."""
    return int(run["articles"] + run["documents"] + run["unchanged"])


def _mark(findings: list[Finding]) -> Mark:
    if not findings:
        return Mark.SOUND
    return Mark.CHANGED if all(finding.settles for finding in findings) else Mark.UNSOUND


def _findings(sample: Sample, past: list[Sample], marks: Mapping[dt.date, Mark]) -> list[Finding]:
    reach = [p for p in past if sample.day - p.day <= MEMORY and p.run["finished_at"] <= sample.run["finished_at"]]
    sound, since = _standard(reach, marks)
    return list(_judge(sample, reach, sound, sound[since:][-RECENT:]))


def _standard(reach: list[Sample], marks: Mapping[dt.date, Mark]) -> tuple[list[Sample], int]:
    """The sound days, and the index of the first of them after the last change of the sources that settled."""
    sound: list[Sample] = []
    changed: list[Sample] = []
    since = 0
    for sample in reach:
        mark = marks[sample.day]
        changed = [*changed, sample][-SETTLED:] if mark is Mark.CHANGED else []
        if mark is Mark.SOUND:
            sound.append(sample)
        elif len(changed) == SETTLED and _is_normal(changed, sound):
            since = len(sound)
            sound += changed
            changed = []
    return sound, since


def _is_normal(changed: list[Sample], sound: list[Sample]) -> bool:
    """Whether days gave about as much as the days before them."""
    standard = _standards(sound)
    known = [(sample.items, standard[class_]) for sample in changed if (class_ := day_class(sample.day)) in standard]
    return sum(items for items, _ in known) >= NORMAL * math.fsum(usual[0] for _, usual in known)


def _judge(sample: Sample, past: list[Sample], sound: list[Sample], sourced: list[Sample]) -> Iterator[Finding]:
    yield from _sources(sample, sourced)
    yield from _pages(sample, sourced)
    yield from _rates(sample, past[-1:], sound)
    if sample.run["finished_at"] >= end_of(sample.day):
        yield from _yield(sample, past, sound)


# Sources: seen in every run, whether there was news or not


def _sources(sample: Sample, sound: list[Sample]) -> Iterator[Finding]:
    if len(sound) < SOURCE_DAYS:
        return
    shown = Counter(key for other in sound for key in other.sources)
    usual = [key for key, days in shown.items() if 2 * days > len(sound)]
    for kind in ("listing", "feed", "sitemap"):
        mine = [key for key in usual if key[0] == kind and key not in sample.sources]
        yield from _fewer(sample, sound, kind, mine)
    yield from _thinner(sample, sound, usual)


def _fewer(sample: Sample, sound: list[Sample], kind: str, mine: list[tuple[str, str]]) -> Iterator[Finding]:
    """Sources of a kind that show entries no more, among them ``mine``: asked for in vain, or not found at all.

    A menu may name new addresses as long as they show entries too. A sitemap that was not asked for may be that of
    another month.
    """
    number, now = round(median(other.shown(kind) for other in sound)), sample.shown(kind)
    silent = sorted(key[1] for key in mine if key in sample.asked)
    said = f"{kind}s: {now} show entries (usual {number})"
    if silent and now < number and len(silent) >= LOST_SOURCES * number:
        yield Finding(f"{said}; silent: {_some(silent)}", REMEDY[kind])
    elif kind != "sitemap" and number and now <= FEWER * number:
        gone = _some(sorted(url for _, url in mine))
        yield Finding(f"{said}; not found: {gone}", REMEDY[kind], settles=now > 0 or kind == "feed")


def _thinner(sample: Sample, sound: list[Sample], usual: list[tuple[str, str]]) -> Iterator[Finding]:
    """Listings whose first page shows less than half of its usual entries, where that is so of half of them."""
    listings = [key for key in usual if key[0] == "listing" and key in sample.sources]
    before = {key: median(s.sources[key]["entries"] for s in sound if key in s.sources) for key in listings}
    thin = [key for key in listings if before[key] >= 4 and 2 * sample.sources[key]["entries"] < before[key]]
    if thin and 2 * len(thin) >= len(listings):
        now, usually = sum(sample.sources[key]["entries"] for key in thin), sum(before[key] for key in thin)
        text = f"entries of listings: {now} on the first pages (usual {usually:g}): {_some(k[1] for k in thin)}"
        yield Finding(text, REMEDY["entries"], settles=True)


def _pages(sample: Sample, sound: list[Sample]) -> Iterator[Finding]:
    """Listings whose pager names fewer than half of the usual pages, where that is so of half of them."""
    if len(sound) < SOURCE_DAYS:
        return
    before = {key: _usual_pages(key, sound) for key in sample.sources if key[0] == "listing"}
    paged = {key: pages for key, pages in before.items() if pages >= 2}
    short = [key for key, pages in paged.items() if (sample.sources[key]["last_page"] or 1) <= LOST_PAGES * pages]
    if short and 2 * len(short) >= len(paged):
        worst = max(short, key=lambda key: paged[key])
        now = sample.sources[worst]["last_page"] or 1
        text = f"pagination: {now} pages of {worst[1]} (usual {paged[worst]:g}), short in {len(short)} listings"
        yield Finding(text, REMEDY["pages"])


def _usual_pages(key: tuple[str, str], sound: list[Sample]) -> float:
    seen = [other.sources[key]["last_page"] or 1 for other in sound if key in other.sources]
    return float(median(seen)) if seen else 1.0


def _some(urls: Iterable[str]) -> str:
    listed = list(urls)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")


# Rates: of the articles that were read


def _rates(sample: Sample, previous: list[Sample], sound: list[Sample]) -> Iterator[Finding]:
    before = {name: (good, all_) for other in previous for name, good, all_ in other.rates()}
    history = _history(sound)
    for name, good, all_ in sample.rates():
        expected = FIXED.get(name) or sample.run[f"expect_{name}"] or 0.0
        two = tuple(map(sum, zip((good, all_), before.get(name, (0, 0)), strict=True)))  # one day may have one article
        own = history.get(name, expected)
        for (hits, tries), why in (((good, all_), ""), (two, " in two runs")):
            if _below(hits, tries, expected, own) and (not why or _below_at_all(good, all_, expected, own)):
                wanted = max(expected, own)
                things = "pages" if name == "read" else "articles"
                text = f"{name} {hits / tries:.0%} of {tries} {things}{why} (expected {wanted:.0%})"
                yield Finding(text, REMEDY[name])
                break


def _below(good: int, all_: int, expected: float, own: float) -> bool:
    if not all_:
        return False
    fallen = good / all_ <= own - FALL and few_of(good, all_, own) < RARE
    return fallen or (good / all_ < expected and few_of(good, all_, expected) < UNLIKELY)


def _below_at_all(good: int, all_: int, expected: float, own: float) -> bool:
    return all_ > 0 and good / all_ < min(expected, own)


def _history(sound: list[Sample]) -> dict[str, float]:
    """The portal's own rates, drawn a little towards one half so that a short history is no certainty."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for sample in sound:
        for name, good, all_ in sample.rates():
            sums[name][0] += good
            sums[name][1] += all_
    return {name: (good + 1) / (all_ + 2) for name, (good, all_) in sums.items() if all_ >= 10}


# Yield: how much came, beside days of the same kind


def _yield(sample: Sample, past: list[Sample], sound: list[Sample]) -> Iterator[Finding]:
    most = sample.run["expect_max"]
    if most is not None and sample.run["articles"] > most:
        text = f"yield {sample.run['articles']} articles on a {day_class(sample.day)} (expected at most {most})"
        yield Finding(text, REMEDY["flood"])
    standard = _standards(sound)
    full = max((mean for mean, _ in standard.values()), default=None)
    if full is not None and sample.items > max(FLOOD[0] * full, full + FLOOD[1]):
        yield Finding(f"yield {_said(sample)} (usual at most {full:.0f})", REMEDY["flood"])
    usual = standard.get(day_class(sample.day))
    if usual and (not sample.items or 2 * sample.items < usual[0]):
        yield from _scarce([*past, sample], sound)


def _scarce(row: list[Sample], sound: list[Sample]) -> Iterator[Finding]:
    """The shortest row of days, ending with the last, whose yield is improbably small beside the days before it."""
    for length in (length for length in WINDOWS if length <= len(row)):
        days = row[-length:]
        standard = _standards([other for other in sound if other.day < days[0].day])
        known = [(day.items, standard[day_class(day.day)]) for day in days if day_class(day.day) in standard]
        items, mean = sum(items for items, _ in known), math.fsum(usual[0] for _, usual in known)
        if few(items, mean, max((usual[1] for _, usual in known), default=1.0)) < SCARCE:
            said = _said(row[-1]) if length == 1 else f"{items} articles and documents in {length} days"
            yield Finding(f"yield {said} (usual {mean:.0f})", REMEDY["yield"], missing=True)
            return


def _said(sample: Sample) -> str:
    return f"{sample.items} articles and documents on a {day_class(sample.day)}"


def _standards(sound: Sequence[Sample]) -> dict[DayClass, tuple[float, float]]:
    """Mean and scatter of each class of days that was seen often enough. Holidays differ too much to have any."""
    counts: dict[DayClass, list[int]] = defaultdict(list)
    for sample in sound:
        counts[day_class(sample.day)].append(sample.items)
    counts.pop(DayClass.HOLIDAY, None)
    return {
        class_: typical(items[-COMPARABLE.get(class_, FEW_COMPARABLE) :])
        for class_, items in counts.items()
        if len(items) >= YIELD_DAYS.get(class_, FEW_DAYS)
    }


def _relief(class_: DayClass, kind: str) -> float:
    news, office = RELIEF[class_]
    return news if kind in NEWS else office
