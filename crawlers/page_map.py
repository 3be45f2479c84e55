"""Where the days of a listing lie: page -> dates, as earlier crawls saw it, moved by what is new since.

The map is a guess and nothing else: whoever uses it asks for the page and looks. A wrong, old or lost map costs
requests, never entries. It lives in ``<archive>/<portal>/state/pages.json``, is owned by the crawls of the portal,
and is replaced whole, so that several crawls at once never tear it; each adds what it saw to what the others wrote.
Imports no Scrapy.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import logging
import os
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

PAGE_MAP = "state/pages.json"  # below the portal's folder in the archive
VERSION = 1
LOCK_TRIES = 50
LOCK_PAUSE = 0.02  # seconds
MOST_SPOTS = 4000  # of one listing
MOST_LISTINGS = 500
EDGE = 0.45  # pages between the middle of a page and its first or last entry
NEXT_TO = 1.0  # pages from a known one within which a day's place is known, not guessed
NEAR = 9  # knots from an end of the map by which its density there is told: three pages


@dataclass(frozen=True, slots=True)
class Spot:
    """One page of a listing and the local days of its newest, middle and oldest entry.

    ``number`` is counted from 1 and may be a fraction where news has moved the page since it was seen.
    """

    number: float
    newest: dt.date
    median: dt.date
    oldest: dt.date


@dataclass(frozen=True)
class Chart:
    """Pages of one listing in order."""

    spots: tuple[Spot, ...] = ()

    def place(self, day: dt.date) -> float | None:
        """Where ``day`` lies, in pages; beyond the known pages as far as their density says; None for no pages."""
        knots = self._knots()
        if not knots:
            return None
        index = bisect_left(knots, -day.toordinal(), key=lambda knot: -knot[1])
        if index == 0:
            return _beyond(day, knots[0], knots[min(NEAR, len(knots)) - 1])
        if index == len(knots):
            return _beyond(day, knots[-1], knots[-min(NEAR, len(knots))])
        (one, newer), (other, older) = knots[index - 1], knots[index]
        return one + (other - one) * (newer - day.toordinal()) / max(1, newer - older)

    def shifted(self, pages: float) -> Chart:
        """The chart with every page that much further back."""
        moved = (replace(spot, number=spot.number + pages) for spot in self.spots)
        return Chart(tuple(spot for spot in moved if spot.number > 1 - EDGE))

    def _knots(self) -> list[tuple[float, int]]:
        """Places and days, both in order, whatever single pages say."""
        knots: list[tuple[float, int]] = []
        for spot in self.spots:
            for offset, day in ((-EDGE, spot.newest), (0.0, spot.median), (EDGE, spot.oldest)):
                falling = min(day.toordinal(), knots[-1][1]) if knots else day.toordinal()
                knots.append((spot.number + offset, falling))
        return knots


def _beyond(day: dt.date, end: tuple[float, int], inner: tuple[float, int]) -> float:
    """Where ``day`` lies outside the knots, as dense as between the two; a page a day where they show none."""
    days = abs(end[1] - inner[1])
    pages_a_day = abs(end[0] - inner[0]) / days if days else 1.0
    return end[0] + (end[1] - day.toordinal()) * max(pages_a_day, 1e-4)


def drift(old: Chart, new: Chart) -> float:
    """Pages by which the listing moved between two charts, as the days of pages that both show tell; 0 for none."""
    numbers = [spot.number for spot in old.spots]
    moved = []
    for spot in new.spots:
        place = old.place(spot.median)
        if place is not None and min(abs(number - place) for number in numbers) <= NEXT_TO:
            moved.append(spot.number - place)
    return sorted(moved)[len(moved) // 2] if moved else 0.0


def merged(old: Chart, new: Chart) -> Chart:
    """What ``new`` saw over what ``old`` knew, moved to where ``new`` says that it lies now.

    Pages that contradict the order of those just seen are dropped.
    """
    if not new.spots:
        return old
    seen = {round(spot.number): spot for spot in new.spots}
    moved = old.shifted(drift(old, new)).spots
    kept = [spot for spot in moved if round(spot.number) not in seen and _agrees(spot, new.spots)]
    spots = sorted([*kept, *seen.values()], key=lambda spot: spot.number)[:MOST_SPOTS]
    return Chart(tuple(spots))


def _agrees(spot: Spot, seen: tuple[Spot, ...]) -> bool:
    index = bisect_left(seen, spot.number, key=lambda other: other.number)
    above, below = seen[index - 1] if index else None, seen[index] if index < len(seen) else None
    return (above is None or spot.median <= above.newest) and (below is None or spot.median >= below.oldest)


@dataclass
class PageMap:
    """The charts of a portal's listings by name. ``path`` None = nothing is kept."""

    path: Path | None = None
    charts: dict[str, Chart] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path | None) -> PageMap:
        """The map in a file; an empty one, with a line in the log, where the file is no map of this version."""
        if path is None or not path.exists():
            return cls(path)
        try:
            return cls(path, _read(path))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            logger.warning("page map %s cannot be read (%s): listings are searched without it", path, error)
            return cls(path)

    def chart(self, listing: str) -> Chart:
        """What is known of a listing."""
        return self.charts.get(listing, Chart())

    def save(self, seen: Mapping[str, Chart]) -> None:
        """Adds what a crawl saw to the file, on top of what other crawls wrote meanwhile; replaced in one step.

        A map that cannot be written is no failure of the crawl: it is told in the log.
        """
        fresh = {name: chart for name, chart in seen.items() if chart.spots}
        if self.path is None or not fresh:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with _locked(self.path.with_suffix(".lock")):
                known = PageMap.load(self.path).charts
                for name, chart in fresh.items():
                    known[name] = merged(known.pop(name, Chart()), chart)  # last = seen last
                _write(self.path, dict(list(known.items())[-MOST_LISTINGS:]))
        except OSError as error:
            logger.warning("page map %s cannot be written (%s): the next crawl searches again", self.path, error)


def chart_of(spots: Iterable[Spot]) -> Chart:
    """A chart of pages in any order."""
    return Chart(tuple(sorted(spots, key=lambda spot: spot.number)))


def _read(path: Path) -> dict[str, Chart]:
    data = json.loads(path.read_text(encoding="utf-8"))
    if data["version"] != VERSION:
        raise ValueError(f"version {VERSION} expected, found {data['version']}")
    return {str(name): _chart(value) for name, value in data["listings"].items()}


def _chart(value: Mapping[str, Any]) -> Chart:
    spots = (Spot(float(number), *map(dt.date.fromisoformat, days)) for number, *days in value["pages"])
    return chart_of(spot for spot in spots if spot.number > 0)


def _write(path: Path, charts: Mapping[str, Chart]) -> None:
    listings = {name: _plain(chart) for name, chart in charts.items()}
    for leftover in path.parent.glob(f"{path.name}.*.tmp"):  # of killed processes: the lock is held by us
        leftover.unlink(missing_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps({"version": VERSION, "listings": listings}), encoding="utf-8")
    temporary.replace(path)


def _plain(chart: Chart) -> dict[str, object]:
    pages = [[round(spot.number, 2), *map(str, (spot.newest, spot.median, spot.oldest))] for spot in chart.spots]
    return {"pages": pages}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Holds a lock for the moment of a write; waits for another crawl's moment, ``LOCK_TRIES`` times ``LOCK_PAUSE``.

    Raises BlockingIOError where the other keeps it longer: waiting holds up everything else that the crawl does.
    """
    with path.open("w") as stream:
        for tries_left in range(LOCK_TRIES - 1, -1, -1):
            try:
                fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not tries_left:
                    raise
                time.sleep(LOCK_PAUSE)
        yield
