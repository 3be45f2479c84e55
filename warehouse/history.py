"""What became of each article and document: its versions, when it was seen, when it went away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.schema import Outcome

GONE_READINGS = 2  # readings in a row that must find an item removed before the warehouse believes it
SEEN = frozenset({Outcome.OK.value, Outcome.UNCHANGED.value})
FAILURES = frozenset(
    outcome.value for outcome in Outcome if outcome not in {Outcome.OK, Outcome.UNCHANGED, Outcome.NOT_ARTICLE}
)
# What a later parse of the same bytes may not take back: it was read once, so failing to read it is our fault.
LOSING = FAILURES - {Outcome.GONE.value}
# Outcomes whose response has a body that another extractor may read better.
READABLE = frozenset(
    {
        Outcome.OK.value,
        Outcome.NOT_ARTICLE.value,
        Outcome.EMPTY.value,
        Outcome.SOFT_404.value,
        Outcome.WRONG_TYPE.value,
        Outcome.UNREADABLE.value,
    }
)
DECISIVE = ("kind", "id", "outcome", "content_hash", "digest")
ORDER = ("kind", "id", "fetched_at", "parsed_at", "run_id")


class Readings(Protocol):
    """Observations of which columns can be had: a table, or objects of which only those columns are decoded."""

    def select(self, names: list[str]) -> pa.Table:
        """These columns of all rows, in one order of rows that never changes."""
        ...


class Reading(NamedTuple):
    """One observation, reduced to what decides; times are microseconds since the epoch, UTC."""

    kind: str
    id: str
    fetched_at: int
    outcome: str
    content_hash: str | None
    digest: str | None
    row: int  # position in the observations


@dataclass(slots=True)
class Version:
    """One text version: the observation that tells it, and from when until when it was seen (microseconds)."""

    row: int
    valid_from: int
    content_hash: str | None
    digest: str | None
    valid_to: int | None = None


@dataclass(slots=True)
class Item:
    """One article or document after all its readings; times are microseconds since the epoch, UTC."""

    kind: str
    id: str
    first: int  # first reading of any outcome
    last: int  # last reading of any outcome
    last_row: int
    last_outcome: str
    versions: list[Version] = field(default_factory=list)
    first_seen: int | None = None
    last_seen: int | None = None
    gone_count: int = 0
    gone_at: int | None = None
    gone_first: int | None = None
    last_body: int | None = None  # last reading whose response another extractor may read better

    @property
    def failing(self) -> bool:
        """Whether the last reading failed; a removal, once believed, is no failure any more."""
        return self.last_outcome in FAILURES and self.gone_at is None


def histories(observations: Readings) -> list[Item]:
    """Every item of ``observations`` ordered by kind and id; independent of the order of rows."""
    return [_item(list(readings)) for _, readings in groupby(_readings(observations), key=lambda r: (r.kind, r.id))]


def _readings(observations: Readings) -> Iterator[Reading]:
    light = observations.select([*ORDER, "outcome", "content_hash", "digest"])
    order = pc.sort_indices(light, [(name, "ascending") for name in ORDER])
    columns = {name: light[name].take(order).to_pylist() for name in DECISIVE}
    fetched = light["fetched_at"].take(order).cast(pa.int64()).to_pylist()
    readings = zip(
        columns["kind"],
        columns["id"],
        fetched,
        columns["outcome"],
        columns["content_hash"],
        columns["digest"],
        order.to_pylist(),
        strict=True,
    )
    return map(Reading._make, readings)


def _item(readings: list[Reading]) -> Item:
    fetches = [_winner(list(same)) for _, same in groupby(readings, key=lambda r: r.fetched_at)]
    item = Item(*fetches[0][:2], fetches[0].fetched_at, fetches[-1].fetched_at, fetches[-1].row, fetches[-1].outcome)
    for reading in fetches:
        item.last_body = reading.row if reading.outcome in READABLE else item.last_body
        if reading.outcome in SEEN:
            _saw(item, reading)
        elif reading.outcome == Outcome.GONE.value:
            _missed(item, reading)
    if item.gone_at is not None and item.versions:
        item.versions[-1].valid_to = item.gone_first
    return item


def _winner(parses: list[Reading]) -> Reading:
    """Of the parses of one fetch, oldest first: the last that was no failure to read, else the last."""
    sound = [reading for reading in parses if reading.outcome not in LOSING]
    return (sound or parses)[-1]


def _saw(item: Item, reading: Reading) -> None:
    item.gone_count, item.gone_at, item.gone_first = 0, None, None
    if reading.outcome == Outcome.OK.value:
        item.first_seen = item.first_seen or reading.fetched_at
        _version(item, reading)
    item.last_seen = reading.fetched_at


def _version(item: Item, reading: Reading) -> None:
    current = item.versions[-1] if item.versions else None
    if current and _same(current, reading):
        current.row, current.content_hash, current.digest = reading.row, reading.content_hash, reading.digest
        return
    if current:
        current.valid_to = reading.fetched_at
    item.versions.append(Version(reading.row, reading.fetched_at, reading.content_hash, reading.digest))


def _same(version: Version, reading: Reading) -> bool:
    """Equal text, or equal bytes read by a newer extractor."""
    same_bytes = reading.digest is not None and reading.digest == version.digest
    return same_bytes or reading.content_hash == version.content_hash


def _missed(item: Item, reading: Reading) -> None:
    item.gone_count += 1
    item.gone_first = item.gone_first or reading.fetched_at
    if item.gone_count == GONE_READINGS:
        item.gone_at = reading.fetched_at
