"""Snapshots: one manifest for the whole warehouse, committed by creating the next number if nobody else did.

``_meta/snapshots/<n>.json.gz`` names a manifest for every year of a province;
``_meta/years/<province>/<year>-<sha16>.json.gz`` names the objects of its months, all tables together (a bundle a
month). A commit writes the years that it touches and 1,260 short lines for 63 provinces and 20 years, not every month.
Both are immutable, so a reader that holds a snapshot number sees one state of everything for as long as it likes.
``_meta/HEAD.json`` is a hint of the newest number.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from warehouse.objects import MissingObjectError, ObjectStore
from warehouse.parquet import File
from warehouse.schema import SCHEMA_VERSION
from warehouse.takedown import Takedown

HEAD = "_meta/HEAD.json"
SNAPSHOTS = "_meta/snapshots"
YEARS = "_meta/years"
THREADS = 4
FIRST_SHAPE = "183150b5"  # of tables whose manifest tells none

Partition = tuple[str, str]  # province slug, month YYYY-MM
Year = tuple[str, str]  # province slug, year YYYY


class SnapshotError(RuntimeError):
    """The asked snapshot does not exist, or it was written by another schema version."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one run and portal inside an observation object; ``source`` identifies the load they came from."""

    portal: str
    run_id: str
    source: str


@dataclass(frozen=True, slots=True)
class InputFile:
    """An observation object, whose rows it holds, and the takedown list (its token) that it is known to obey."""

    file: File
    parts: tuple[Part, ...]
    clean: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready fields."""
        clean = {"clean": self.clean} if self.clean else {}
        return {**self.file.to_dict(), "parts": [asdict(part) for part in self.parts], **clean}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> InputFile:
        """Inverse of to_dict."""
        return cls(_file(data), tuple(Part(**part) for part in data["parts"]), data.get("clean", ""))


@dataclass(frozen=True, slots=True)
class Bundle:
    """Every object of one partition: observations with their parts, and one file at most for each other table."""

    province: str
    month: str
    inputs: str = ""  # the tables' shape, a hyphen, and a fingerprint of what they were derived from
    observations: tuple[InputFile, ...] = ()
    files: Mapping[str, File] = field(default_factory=dict)

    @property
    def partition(self) -> Partition:
        """Province and month."""
        return self.province, self.month

    @property
    def shape(self) -> str:
        """Equal for partitions whose tables have the same columns."""
        return self.inputs.rpartition("-")[0] or FIRST_SHAPE

    def paths(self, table: str) -> list[str]:
        """Keys of the objects that hold ``table`` in this partition."""
        if table == "observations":
            return [entry.file.path for entry in self.observations]
        return [self.files[table].path] if table in self.files else []

    def every_path(self) -> list[str]:
        """Keys of all objects of the partition."""
        return [*self.paths("observations"), *(file.path for file in self.files.values())]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready fields without province and month."""
        return {
            "inputs": self.inputs,
            "observations": [entry.to_dict() for entry in self.observations],
            "files": {name: self.files[name].to_dict() for name in sorted(self.files)},
        }

    @classmethod
    def from_dict(cls, partition: Partition, plain: Mapping[str, Any]) -> Bundle:
        """Inverse of to_dict."""
        return cls(
            *partition,
            plain["inputs"],
            tuple(InputFile.from_dict(entry) for entry in plain["observations"]),
            {name: _file(entry) for name, entry in plain["files"].items()},
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the warehouse. Number 0 is the empty warehouse, which is never stored."""

    number: int = 0
    at: str = ""  # UTC, ISO 8601
    runs: tuple[str, ...] = ()  # runs of the commit that made it
    tables: Mapping[str, int] = field(default_factory=dict)  # rows that the commit wrote
    years: Mapping[Year, str] = field(default_factory=dict)  # key of the manifest of each province's year
    portals: File | None = None
    takedowns: tuple[Takedown, ...] = ()

    def moved(self, other: Snapshot, provinces: Iterable[str]) -> bool:
        """Whether ``other`` differs in the portals, the takedown list or any partition of ``provinces``."""
        mine, theirs = self._of(provinces), other._of(provinces)
        return (mine, self.portals, self.takedowns) != (theirs, other.portals, other.takedowns)

    def keys(self, province: str | None = None, month: str | None = None) -> list[str]:
        """Keys of the years' manifests, of one province and of the year of one month where given."""
        year = month and month[:4]
        return [
            key
            for place, key in sorted(self.years.items())
            if province in (None, place[0]) and year in (None, place[1])
        ]

    def _of(self, provinces: Iterable[str]) -> dict[Year, str]:
        wanted = set(provinces)
        return {year: key for year, key in self.years.items() if year[0] in wanted}

    def to_json(self) -> bytes:
        """Compressed bytes; a random token makes two commits differ even if all else is equal."""
        return _pack(
            {
                "snapshot": self.number,
                "schema_version": SCHEMA_VERSION,
                "at": self.at,
                "token": uuid.uuid4().hex,
                "runs": list(self.runs),
                "tables": dict(self.tables),
                "portals": self.portals.to_dict() if self.portals else None,
                "takedowns": [each.to_dict() for each in self.takedowns],
                "years": {"/".join(year): _token(key) for year, key in sorted(self.years.items())},
            }
        )

    @classmethod
    def from_json(cls, data: bytes) -> Snapshot:
        """Inverse of to_json; SnapshotError for another schema version."""
        plain = _unpack(data)
        if plain["schema_version"] != SCHEMA_VERSION:
            raise SnapshotError(
                f"the warehouse has schema version {plain['schema_version']}, this code {SCHEMA_VERSION}: "
                "use the version of tintinh that wrote it, or load its archive into a new warehouse (mode reparse)"
            )
        years = {_year(name): _year_key(_year(name), token) for name, token in plain["years"].items()}
        portals = _file(plain["portals"]) if plain["portals"] else None
        takedowns = tuple(Takedown(**each) for each in plain["takedowns"])
        return cls(plain["snapshot"], plain["at"], tuple(plain["runs"]), plain["tables"], years, portals, takedowns)


def put_year(store: ObjectStore, year: Year, bundles: Iterable[Bundle]) -> str:
    """Store the manifest of a province's year; its content-named key. The same bundles give the same bytes."""
    months = {bundle.month: bundle.to_dict() for bundle in sorted(bundles, key=lambda bundle: bundle.month)}
    data = _pack({"province": year[0], "months": months})
    key = _year_key(year, hashlib.sha256(data).hexdigest()[:16])
    store.keep(key, data)
    return key


def load_bundles(store: ObjectStore, keys: Iterable[str]) -> list[Bundle]:
    """The bundles of the years of these keys, oldest month first within a year; immutable, so kept in memory."""
    return [bundle for year in fetch_all(lambda key: _bundles(store, key), keys) for bundle in year]


def fetch_all(fetch: Any, keys: Iterable[Any]) -> list[Any]:
    """``fetch`` of every key, a few at a time, in order."""
    wanted = list(keys)
    if len(wanted) < 2:
        return [fetch(key) for key in wanted]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(fetch, wanted))


def head(store: ObjectStore) -> Snapshot:
    """The newest snapshot; number 0 without any."""
    number = _hint(store)
    while store.exists(snapshot_key(number + 1)):
        number += 1
    return load(store, number)


def load(store: ObjectStore, number: int) -> Snapshot:
    """Snapshot ``number``; SnapshotError if it does not exist (any more)."""
    if number == 0:
        return Snapshot()
    try:
        return _snapshot(store, number)
    except MissingObjectError as error:
        raise SnapshotError(f"{store.root} has no snapshot {number}; see python -m warehouse status") from error


def create(store: ObjectStore, snapshot: Snapshot) -> bool:
    """The commit point: True if this process made ``snapshot``, False if another one took the number.

    A number once taken is never given back before upkeep removes it, days later: see doctor.GRACE.
    """
    data, key = snapshot.to_json(), snapshot_key(snapshot.number)
    store.sync()
    if not store.create(key, data) and store.get(key) != data:
        return False
    store.sync()
    store.replace(HEAD, json.dumps({"snapshot": snapshot.number}).encode())
    return True


def snapshot_key(number: int) -> str:
    """Key of a snapshot's manifest."""
    return f"{SNAPSHOTS}/{number:010d}.json.gz"


def numbers(store: ObjectStore) -> list[int]:
    """Numbers of the stored snapshots, oldest first."""
    return [int(entry.key.rpartition("/")[2].split(".")[0]) for entry in store.entries(SNAPSHOTS)]


def now() -> str:
    """The present time, UTC, ISO 8601 with microseconds."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")


def _hint(store: ObjectStore) -> int:
    try:
        number = int(json.loads(store.get(HEAD))["snapshot"])
    except (MissingObjectError, ValueError, KeyError):
        return max(numbers(store), default=0)
    return number if store.exists(snapshot_key(number)) else max(numbers(store), default=0)


@lru_cache(maxsize=2048)
def _bundles(store: ObjectStore, key: str) -> tuple[Bundle, ...]:
    plain = _unpack(store.get(key))
    return tuple(Bundle.from_dict((plain["province"], month), entry) for month, entry in plain["months"].items())


@lru_cache(maxsize=8)
def _snapshot(store: ObjectStore, number: int) -> Snapshot:
    return Snapshot.from_json(store.get(snapshot_key(number)))


def _year(name: str) -> Year:
    province, _, year = name.partition("/")
    return province, year


def _year_key(year: Year, token: str) -> str:
    return f"{YEARS}/{year[0]}/{year[1]}-{token}.json.gz"


def _token(key: str) -> str:
    """The part of a year's key that its content decides."""
    return key.removesuffix(".json.gz").rpartition("-")[2]


def _file(plain: Mapping[str, Any]) -> File:
    return File(plain["path"], plain["rows"], plain["bytes"], plain["sha256"])


def _pack(plain: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode(), 6, mtime=0)


def _unpack(data: bytes) -> Any:
    return json.loads(gzip.decompress(data))
