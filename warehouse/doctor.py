"""What killed writers and old commits leave behind: find it, report it, remove it once nobody can need it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from warehouse import snapshots
from warehouse.objects import Entry, Folder, ObjectStore
from warehouse.releases import FOLDER, MANIFEST, manifests
from warehouse.store import Warehouse

GRACE = dt.timedelta(hours=24)  # longer than any query, load or pause of a writer
NEWEST = 20  # snapshots that always stay
DAILY = dt.timedelta(days=31)  # of this time the last snapshot of each day stays, of older ones the last of a month
OBJECTS = ("data", snapshots.YEARS)


@dataclass(slots=True)
class Report:
    """What the doctor found, by kind; ``missing`` objects are damage, everything else is litter.

    ``removed`` and ``freed`` (bytes) say what was taken away.
    """

    temporary: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    snapshots: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    removed: int = 0
    freed: int = 0

    @property
    def healthy(self) -> bool:
        """Whether every object that the newest snapshot names is there."""
        return not self.missing


def examine(warehouse: Warehouse, remove: bool = True, grace: dt.timedelta = GRACE) -> Report:
    """Look for leftovers older than ``grace`` and for missing objects; with ``remove`` take the leftovers away.

    Never touches what a kept snapshot names, ``quarantine/``, exports or whole releases. Raises StoreError.
    """
    store, report = warehouse.store, Report()
    warehouse.prove()
    before = dt.datetime.now(dt.UTC) - grace
    superseded = _superseded(store, before)
    kept = _kept(warehouse)
    old = [entry for entry in superseded if _number(entry) not in kept]
    gone = {_number(entry) for entry in old}
    named = _named(warehouse, {number for number in snapshots.numbers(store) if number not in gone})
    present = {entry.key: entry for folder in OBJECTS for entry in store.entries(folder)}
    orphans = [entry for key, entry in present.items() if key not in named and entry.modified < before]
    temporary = [*_temporary(store, before), *_unfinished(store, before)]
    report.snapshots, report.orphans = [entry.key for entry in old], [entry.key for entry in orphans]
    report.temporary = [entry.key for entry in temporary]
    report.missing = sorted(key for key in _named(warehouse, {warehouse.snapshot() or 0}) if key not in present)
    report.temporary += [path.name for path in _loose_links(store, before)]
    if remove:
        _remove(store, [*old, *orphans, *temporary], report)
    return report


def _superseded(store: ObjectStore, before: dt.datetime) -> list[Entry]:
    """Snapshots that have not been the newest one since ``before``: until then a reader may have begun with them."""
    entries = list(store.entries(snapshots.SNAPSHOTS))
    return [entry for entry, following in pairwise(entries) if following.modified < before]


def _kept(warehouse: Warehouse) -> set[int]:
    """Numbers of the snapshots that stay: released ones, the newest, the last of each day, then the last of a month."""
    numbers = _obedient(warehouse)
    recent = (dt.datetime.now(dt.UTC) - DAILY).date().isoformat()
    last: dict[str, int] = {}
    for number in numbers[:-NEWEST]:
        day = snapshots.load(warehouse.store, number).at[:10]
        last[day if day >= recent else day[:7]] = number
    released = {manifest["snapshot"] for manifest in manifests(warehouse.store).values()}
    released &= set(snapshots.numbers(warehouse.store))
    return {*numbers[-NEWEST:], *last.values(), *released}


def _obedient(warehouse: Warehouse) -> list[int]:
    """Numbers of the snapshots that obey the takedown list of the newest one: earlier ones may go."""
    listed = warehouse.at(None).takedowns
    numbers = snapshots.numbers(warehouse.store)
    return [number for number in numbers if snapshots.load(warehouse.store, number).takedowns == listed]


def _named(warehouse: Warehouse, numbers: set[int]) -> set[str]:
    """Keys of all objects that these snapshots need."""
    named: set[str] = set()
    for number in sorted(numbers):
        snapshot = snapshots.load(warehouse.store, number)
        named.update(snapshot.years.values())
        named.update([snapshot.portals.path] if snapshot.portals else [])
        for bundle in warehouse.bundles(snapshot):
            named.update(bundle.every_path())
    return named


def _temporary(store: ObjectStore, before: dt.datetime) -> Iterator[Entry]:
    """Files of killed writers: temporary ones and probes."""
    scratch = list(store.entries(store.scratch.name)) if store.scratch else []
    probes = [entry for entry in store.entries("_meta") if entry.key.startswith("_meta/probe-")]
    yield from (entry for entry in [*scratch, *probes] if entry.modified < before)


def _unfinished(store: ObjectStore, before: dt.datetime) -> Iterator[Entry]:
    """Files of releases that a killed command left without a manifest."""
    entries = list(store.entries(FOLDER))
    whole = {entry.key.rpartition("/")[0] for entry in entries if entry.key.endswith(f"/{MANIFEST}")}
    left = [entry for entry in entries if "/".join(entry.key.split("/")[:2]) not in whole]
    newest = max((entry.modified for entry in left), default=before)
    yield from (left if newest < before else [])


def _loose_links(store: ObjectStore, before: dt.datetime) -> list[Path]:
    """Links that a killed export made and did not move to ``latest``."""
    if not isinstance(store, Folder):
        return []
    links = [path for path in store.path.glob(".latest-*") if path.is_symlink()]
    return [path for path in links if path.lstat().st_mtime < before.timestamp()]


def _remove(store: ObjectStore, entries: list[Entry], report: Report) -> None:
    """Take away what is still as it was found: a load that is run again makes its old objects young, and needs them."""
    for entry in entries:
        found = store.entry(entry.key)
        if found is None or found.modified > entry.modified:
            continue
        store.delete(entry.key)
        report.removed += 1
        report.freed += entry.size
    if isinstance(store, Folder):
        for name in report.temporary:
            (store.path / name).unlink(missing_ok=True)
        _remove_empty_folders(store.path / (store.scratch or Path()).name)


def _remove_empty_folders(scratch: Path) -> None:
    for folder in [path for path in scratch.glob("spool-*") if path.is_dir() and not any(path.iterdir())]:
        shutil.rmtree(folder, ignore_errors=True)


def _number(entry: Entry) -> int:
    return int(entry.key.rpartition("/")[2].split(".")[0])
