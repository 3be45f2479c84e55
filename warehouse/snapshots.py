"""Snapshots: one manifest for the whole warehouse, committed by creating the next number if nobody else did.

``_meta/snapshots/<n>.json.gz`` names a bundle for every partition; ``_meta/bundles/<province>/<month>-<sha16>.json.gz``
names the objects of that partition, all tables together. Both are immutable, so a reader that holds a snapshot
number sees one state of everything for as long as it likes. ``_meta/HEAD.json`` is a hint of the newest number.
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

HEAD = "_meta/HEAD.json"
SNAPSHOTS = "_meta/snapshots"
BUNDLES = "_meta/bundles"
THREADS = 4

Partition = tuple[str, str]  # province slug, month YYYY-MM


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
    """An observation object and whose rows it holds."""

    file: File
    parts: tuple[Part, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready fields."""
        return {**self.file.to_dict(), "parts": [asdict(part) for part in self.parts]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> InputFile:
        """Inverse of to_dict."""
        return cls(_file(data), tuple(Part(**part) for part in data["parts"]))


@dataclass(frozen=True, slots=True)
class Bundle:
    """Every object of one partition: observations with their parts, and one file at most for each other table."""

    province: str
    month: str
    inputs: str = ""  # fingerprint of what the tables were derived from
    observations: tuple[InputFile, ...] = ()
    files: Mapping[str, File] = field(default_factory=dict)

    @property
    def partition(self) -> Partition:
        """Province and month."""
        return self.province, self.month

    def paths(self, table: str) -> list[str]:
        """Keys of the objects that hold ``table`` in this partition."""
        if table == "observations":
            return [entry.file.path for entry in self.observations]
        return [self.files[table].path] if table in self.files else []

    def every_path(self) -> list[str]:
        """Keys of all objects of the partition."""
        return [*self.paths("observations"), *(file.path for file in self.files.values())]

    def to_json(self) -> bytes:
        """Compressed bytes, the same for the same bundle."""
        return _pack(
            {
                "province": self.province,
                "month": self.month,
                "inputs": self.inputs,
                "observations": [entry.to_dict() for entry in self.observations],
                "files": {name: self.files[name].to_dict() for name in sorted(self.files)},
            }
        )

    @classmethod
    def from_json(cls, data: bytes) -> Bundle:
        """Inverse of to_json."""
        plain = _unpack(data)
        return cls(
            plain["province"],
            plain["month"],
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
    partitions: Mapping[Partition, str] = field(default_factory=dict)  # key of each partition's bundle
    portals: File | None = None

    def moved(self, other: Snapshot, provinces: Iterable[str]) -> bool:
        """Whether ``other`` differs in the portals or in any partition of ``provinces``."""
        mine, theirs = self._of(provinces), other._of(provinces)
        return mine != theirs or self.portals != other.portals

    def of_province(self, province: str) -> list[str]:
        """Keys of the bundles of one province, oldest month first."""
        return [key for (name, _), key in sorted(self.partitions.items()) if name == province]

    def _of(self, provinces: Iterable[str]) -> dict[Partition, str]:
        wanted = set(provinces)
        return {partition: key for partition, key in self.partitions.items() if partition[0] in wanted}

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
                "partitions": {"/".join(partition): key for partition, key in sorted(self.partitions.items())},
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
        partitions = {(name.split("/")[0], name.split("/")[1]): key for name, key in plain["partitions"].items()}
        portals = _file(plain["portals"]) if plain["portals"] else None
        return cls(plain["snapshot"], plain["at"], tuple(plain["runs"]), plain["tables"], partitions, portals)


def put_bundle(store: ObjectStore, bundle: Bundle) -> str:
    """Store a bundle; its content-named key."""
    data = bundle.to_json()
    key = f"{BUNDLES}/{bundle.province}/{bundle.month}-{hashlib.sha256(data).hexdigest()[:16]}.json.gz"
    store.keep(key, data)
    return key


def load_bundles(store: ObjectStore, keys: Iterable[str]) -> list[Bundle]:
    """The bundles of these keys in their order; immutable, so kept in memory."""
    return fetch_all(lambda key: _bundle(store, key), keys)


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


@lru_cache(maxsize=1024)
def _bundle(store: ObjectStore, key: str) -> Bundle:
    return Bundle.from_json(store.get(key))


@lru_cache(maxsize=8)
def _snapshot(store: ObjectStore, number: int) -> Snapshot:
    return Snapshot.from_json(store.get(snapshot_key(number)))


def _file(plain: Mapping[str, Any]) -> File:
    return File(plain["path"], plain["rows"], plain["bytes"], plain["sha256"])


def _pack(plain: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode(), 6, mtime=0)


def _unpack(data: bytes) -> Any:
    return json.loads(gzip.decompress(data))
