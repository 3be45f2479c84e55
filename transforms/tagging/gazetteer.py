"""Administrative units through time: lookup by name, level and day (``transforms/data/gazetteer.parquet``)."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import combinations
from typing import Any

import pyarrow.parquet as pq

from transforms.tagging import vocabulary
from transforms.tagging.view import token_key

LEVELS = ("province", "district", "commune")
Names = tuple[frozenset[tuple[str, ...]], dict[str, tuple[int, ...]]]
NONE: Names = (frozenset(), {})


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit for one span of time; ``valid_to`` is the first day on which it is no more."""

    code: str
    name: str
    type: str
    level: str
    province: str
    district: str | None
    valid_from: date | None
    valid_to: date | None
    successors: tuple[str, ...]

    @property
    def now(self) -> str | None:
        """Code of today's unit where there is just one."""
        return self.successors[0] if len(self.successors) == 1 else None

    def at(self, day: date) -> bool:
        """Whether the unit exists on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Units by folded name, and the codes of provinces by slug."""

    by_name: dict[tuple[str, ...], tuple[Unit, ...]]
    provinces: dict[str, str]
    current: dict[str, str]
    """Old province code -> code of today's province."""
    by_code: dict[str, tuple[Unit, ...]]
    merged: dict[tuple[str, ...], Names]
    """Names of the units of several levels together, as the rules ask for them."""

    def units(self, code: str) -> tuple[Unit, ...]:
        """Every unit that ever had this code."""
        return self.by_code.get(code, ())

    def names(self, levels: tuple[str, ...]) -> Names:
        """Folded names of these levels, and by first token the lengths of such names, longest first.

        Of villages and other places nothing is listed.
        """
        return self.merged.get(levels, NONE)


def _names(row: dict[str, object]) -> list[str]:
    aliases = row["aliases"]
    return [str(row["name"]), *(aliases if isinstance(aliases, list) else [])]


_FIELDS = ("code", "name", "type", "level", "province", "district", "valid_from", "valid_to")


def _rows() -> Iterator[dict[str, Any]]:
    """The rows a few hundred at a time: all of them at once would take several times the memory of the units."""
    with pq.ParquetFile(vocabulary.DATA / "gazetteer.parquet") as file:
        for batch in file.iter_batches(batch_size=500, columns=[*_FIELDS, "slug", "successors", "aliases"]):
            yield from batch.to_pylist()


def _kept(value: Any) -> Any:
    """The value, one object for equal texts: names and codes of units recur tens of times."""
    return sys.intern(value) if isinstance(value, str) else value


@cache
def load() -> Gazetteer:
    """The gazetteer, read once per process."""
    by_name: dict[tuple[str, ...], list[Unit]] = defaultdict(list)
    by_code: dict[str, list[Unit]] = defaultdict(list)
    by_level: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    provinces: dict[str, str] = {}
    current: dict[str, str] = {}
    for row in _rows():
        values = [*(_kept(row[name]) for name in _FIELDS), tuple(map(sys.intern, row["successors"] or ()))]
        unit = Unit(*values)
        by_code[unit.code].append(unit)
        for name in _names(row):
            key = tuple(map(sys.intern, token_key(name)))
            by_name[key].append(unit)
            by_level[unit.level].add(key)
        if unit.level == "province" and unit.valid_from is None and row["slug"]:
            provinces[row["slug"]] = unit.code
            current[unit.code] = unit.successors[0]
    frozen = {key: tuple(units) for key, units in by_name.items()}
    combined = {levels: _merged(by_level, levels) for size in (1, 2, 3) for levels in combinations(LEVELS, size)}
    coded = {code: tuple(units) for code, units in by_code.items()}
    return Gazetteer(frozen, provinces, current, coded, combined)


def _merged(by_level: dict[str, set[tuple[str, ...]]], levels: tuple[str, ...]) -> Names:
    names = frozenset[tuple[str, ...]]().union(*(by_level[level] for level in levels))
    lengths: dict[str, set[int]] = defaultdict(set)
    for name in names:
        lengths[name[0]].add(len(name))
    return names, {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}
