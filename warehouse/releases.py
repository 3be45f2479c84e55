"""Releases: a snapshot frozen under a name as plain month files that never change, with all that cites and proves it.

``releases/<name>/<table>/<table>-<month>.parquet``, sorted by province. ``snapshot.json`` is written first and claims
the name for one snapshot; the manifest is written last: a folder without one is what a killed command left, and the
next try goes on with the snapshot that it claimed. Freezing the same snapshot gives the same bytes, whoever does it and
whenever; only the DuckDB file, which holds no data, may differ.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pyarrow.compute as pc

from warehouse import metadata
from warehouse.catalog import REMEMBER, datapackage, dictionary
from warehouse.objects import Folder, MissingObjectError, ObjectStore, StoreError
from warehouse.parquet import opened, read
from warehouse.release import MonthFile, carried_over, latest, month_bytes, month_files, put_whole
from warehouse.schema import SCHEMA_VERSION
from warehouse.snapshots import Snapshot
from warehouse.store import Warehouse

FOLDER, MANIFEST, SUMS = "releases", "manifest.json", "SHA256SUMS"
CLAIM = "snapshot.json"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}")


class ReleaseError(StoreError):
    """There is nothing to release, the name is taken by another snapshot, or no release has it."""


@dataclass(frozen=True, slots=True)
class Release:
    """A frozen release: name, snapshot, where it lies, rows by table, bytes, whether it is new."""

    name: str
    snapshot: int
    place: str
    rows: Mapping[str, int]
    bytes: int
    new: bool


def freeze(warehouse: Warehouse, name: str, snapshot: int | None = None) -> Release:
    """Freeze the newest (or the given) snapshot as release ``name``; one that is frozen already is only described.

    Raises ReleaseError for an empty warehouse, a name that is no file name, or a name that another snapshot has.
    """
    if not NAME.fullmatch(name):
        raise ReleaseError(f"{name!r} cannot name a release: letters, digits, dot, hyphen, underscore (2026.10)")
    store, frozen = warehouse.store, manifests(warehouse.store).get(name)
    if frozen:
        if snapshot not in (None, frozen["snapshot"]):
            raise ReleaseError(f"release {name} is frozen with snapshot {frozen['snapshot']}: choose another name")
        return _described(store, frozen, new=False)
    if not warehouse.at(snapshot).number:
        raise ReleaseError(f"{store.root} is empty: nothing to release")
    warehouse.prove()
    base = f"{FOLDER}/{name}"
    wanted = _claimed(warehouse, base, snapshot)
    known = {entry["fingerprint"]: entry for entry in (latest(store) or {}).get("files", [])}
    entries = [_file(store, base, file, known) for file in month_files(warehouse, wanted)]
    manifest = _manifest(name, wanted.number, wanted.at, entries)
    _describe(store, base, manifest)
    _require_obedient(warehouse, wanted)  # the list may have grown meanwhile
    _finish(store, base, manifest)
    return _described(store, manifest, new=True)


def _claimed(warehouse: Warehouse, base: str, snapshot: int | None) -> Snapshot:
    """The snapshot that this release is of: the one asked for, else what an unfinished release of the name has."""
    store, wanted = warehouse.store, warehouse.at(snapshot)
    _require_obedient(warehouse, wanted)
    if not store.create(f"{base}/{CLAIM}", json.dumps({"snapshot": wanted.number}).encode()):
        claimed = int(json.loads(store.get(f"{base}/{CLAIM}"))["snapshot"])
        if snapshot not in (None, claimed):
            raise ReleaseError(
                f"release {base.partition('/')[2]} was begun with snapshot {claimed} and is not finished: finish it "
                f"without a number, choose another name, or delete {store.locate(base)}"
            )
        wanted = warehouse.at(claimed)
        _require_obedient(warehouse, wanted)
    return wanted


def _require_obedient(warehouse: Warehouse, wanted: Snapshot) -> None:
    if wanted.takedowns != warehouse.at(None).takedowns:
        raise ReleaseError(
            f"snapshot {wanted.number} does not obey the takedown list of today: release a newer one under another name"
        )


def manifests(store: ObjectStore) -> dict[str, dict[str, Any]]:
    """The manifest of every whole release by its name."""
    keys = [entry.key for entry in store.entries(FOLDER) if entry.key.endswith(f"/{MANIFEST}")]
    return {key.split("/")[1]: json.loads(store.get(key)) for key in keys}


def manifest_of(store: ObjectStore, name: str) -> dict[str, Any]:
    """The manifest of release ``name``; ReleaseError names the ones that there are."""
    try:
        found: dict[str, Any] = json.loads(store.get(f"{FOLDER}/{name}/{MANIFEST}"))
    except MissingObjectError:
        there = ", ".join(sorted(manifests(store))) or "none"
        raise ReleaseError(f"no release {name!r}; there are: {there}") from None
    return found


def _file(store: ObjectStore, base: str, file: MonthFile, known: dict[str, Any]) -> dict[str, Any]:
    """Make one file, by linking where the latest export has it; what the manifest says of it."""
    path = f"{file.stem}.parquet"
    earlier = known.get(file.fingerprint)
    if not (earlier and not store.exists(f"{base}/{path}") and carried_over(store, earlier, f"{base}/{path}")):
        put_whole(store, f"{base}/{path}", month_bytes(store, file))
    data = store.get(f"{base}/{path}")
    parquet = opened(data)
    sorted_by = "province" if "province" in parquet.schema_arrow.names else None
    provinces = read(parquet, [sorted_by])[sorted_by] if sorted_by else None
    counted = pc.value_counts(provinces.combine_chunks()).to_pylist() if provinces else []
    return {
        "table": file.table.name,
        "path": path,
        "month": file.month or None,
        "rows": parquet.metadata.num_rows,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "provinces": {each["values"]: each["counts"] for each in sorted(counted, key=lambda each: each["values"])},
    }


def _manifest(name: str, snapshot: int, at: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    by_table: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        by_table[entry["table"]].append({key: value for key, value in entry.items() if key != "table"})
    tables = {
        table: {"rows": _sum(files, "rows"), "bytes": _sum(files, "bytes"), "files": files}
        for table, files in sorted(by_table.items())
    }
    return {
        "release": name,
        "snapshot": snapshot,
        "at": at,
        "schema_version": SCHEMA_VERSION,
        "code_version": version("tintinh"),
        "citation": metadata.citation(name, at[:10]),
        "tables": tables,
    }


def _describe(store: ObjectStore, base: str, manifest: dict[str, Any]) -> None:
    """Describe the release inside it, and remove what is not of it."""
    files = {table: told["files"] for table, told in manifest["tables"].items()}
    paths = {table: [file["path"] for file in listed] for table, listed in files.items()}
    described = _descriptions(manifest, files, paths)
    if isinstance(store, Folder):
        described[metadata.DATABASE] = metadata.database(metadata.plain_views(paths), store.locate(base))
    for name, data in described.items():
        put_whole(store, f"{base}/{name}", data)
    own = {f"{base}/{path}" for path in [*described, *(path for listed in paths.values() for path in listed)]}
    for entry in list(store.entries(base)):
        if entry.key not in own | {f"{base}/{CLAIM}", f"{base}/{MANIFEST}"}:
            store.delete(entry.key)


def _finish(store: ObjectStore, base: str, manifest: dict[str, Any]) -> None:
    """Make it a release by its manifest."""
    store.sync()
    data = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    if not store.create(f"{base}/{MANIFEST}", data) and store.get(f"{base}/{MANIFEST}") != data:
        raise ReleaseError(f"somebody else released {manifest['release']} meanwhile; see {store.locate(base)}")
    store.sync()


def _descriptions(
    manifest: dict[str, Any], files: Mapping[str, list[dict[str, Any]]], paths: Mapping[str, list[str]]
) -> dict[str, bytes]:
    """The texts beside the data; SHA256SUMS covers the data and every one of them."""
    name, day = manifest["release"], manifest["at"][:10]
    listed = {
        table: [{"path": f["path"], "bytes": f["bytes"], "hash": f"sha256:{f['sha256']}"} for f in entries]
        for table, entries in files.items()
    }
    sums = "".join(f"{file['sha256']}  {file['path']}\n" for entries in files.values() for file in entries)
    texts = {
        "README.md": metadata.card(manifest),
        "CITATION.cff": metadata.citation_file(name, day),
        "dictionary.md": dictionary(),
        "datapackage.json": json.dumps(datapackage(listed, name), ensure_ascii=False, indent=1),
        "croissant.json": json.dumps(metadata.croissant(manifest), ensure_ascii=False, indent=1),
        "views.sql": "-- In DuckDB, in this folder: .read views.sql\n" + REMEMBER + metadata.plain_views(paths),
    }
    described = {key: text.encode() for key, text in texts.items()}
    sums += "".join(f"{hashlib.sha256(data).hexdigest()}  {key}\n" for key, data in described.items())
    return {**described, SUMS: sums.encode()}


def _sum(files: list[dict[str, Any]], name: str) -> int:
    return sum(int(file[name]) for file in files)


def _described(store: ObjectStore, manifest: Mapping[str, Any], new: bool) -> Release:
    tables = manifest["tables"]
    rows = {name: told["rows"] for name, told in tables.items()}
    size = sum(told["bytes"] for told in tables.values())
    place = store.locate(f"{FOLDER}/{manifest['release']}")
    return Release(manifest["release"], manifest["snapshot"], place, rows, size, new)
