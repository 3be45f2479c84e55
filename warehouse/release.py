"""A complete export as plain month files, and the pointer ``latest`` that only ever names a whole one.

``latest/articles/*.parquet`` is always safe to glob: an export is written beside the earlier ones, the pointer moves
when it is whole, and a file's name changes with its content, so that no reader mixes two exports. Month files that
did not change are linked (on S3 copied), not derived again. In a folder ``warehouse.duckdb`` has a view a table over
the newest export.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse import metadata
from warehouse.catalog import FILES, VIEWS, datapackage, views, write_views
from warehouse.exported import EXPORTED, RECIPES, sources
from warehouse.objects import Folder, MissingObjectError, ObjectStore, StoreError
from warehouse.parquet import RELEASE_LEVEL, conform, decode, encode_all, fit, regrouped
from warehouse.schema import (
    ARTICLE_VERSIONS,
    ARTICLES,
    DERIVED,
    DOCUMENT_SECTIONS,
    DOCUMENTS,
    PORTALS,
    RUNS,
    TABLES,
    Table,
)
from warehouse.snapshots import Snapshot
from warehouse.store import Warehouse

EXPORTS, LATEST, POINTER = "exports", "latest", "latest.json"
WHOLE = "export.json"  # written last into an export: which files it has
GROUP, NARROW_GROUP = 5_000, 50_000  # rows in a row group; of texts few, so that one province's are read alone
TEXTS = frozenset(table.name for table in (ARTICLES, ARTICLE_VERSIONS, DOCUMENTS, DOCUMENT_SECTIONS))
KEPT = 3  # newest exports that stay, so that a reader of the one before has time
TABLES_OUT = (*DERIVED, RUNS)


@dataclass(frozen=True, slots=True)
class Export:
    """One complete export: its snapshot, where it lies, how many files and how many of them are new, bytes."""

    snapshot: int
    place: str
    files: int
    written: int
    bytes: int


@dataclass(frozen=True, slots=True)
class MonthFile:
    """One file to be: its table, name below the export, the objects it is made of."""

    table: Table
    stem: str
    sources: tuple[str, ...]
    month: str = ""

    @property
    def path(self) -> str:
        """Name below the export; another content has another name, as a reader may open one path several times."""
        return f"{self.stem}-{self.fingerprint[:8]}.parquet"

    @property
    def fingerprint(self) -> str:
        """Equal for files made of the same objects in the same way."""
        recipe = RECIPES.get(self.table.name)
        how = (
            f"{RELEASE_LEVEL} {group_rows(self.table)} {self.table.shape}",
            *((f"{self.month} {recipe.logic}",) if recipe else ()),
        )
        text = "\n".join((*how, *self.sources))
        return hashlib.sha256(text.encode()).hexdigest()


def export_latest(warehouse: Warehouse) -> Export | None:
    """Export the newest snapshot, point ``latest`` at it, renew the live views; None for an empty warehouse.

    Local: ``exports/<snapshot>/<table>/<table>-<month>-<hash>.parquet`` and the link ``latest``; S3: the same keys and
    ``latest.json`` ({"snapshot", "path"}). Does nothing if ``latest`` is that snapshot. Raises StoreError.
    """
    snapshot = warehouse.at(None)
    if not snapshot.number:
        return None
    write_views(warehouse)
    before = latest(warehouse.store)
    if before and before["snapshot"] >= snapshot.number and _is_whole(warehouse.store, before):
        return _described(warehouse.store, before, written=0)
    known = {entry["fingerprint"]: entry for entry in (before or {}).get("files", [])}
    base = f"{EXPORTS}/{snapshot.number:010d}"
    entries = [_entry(warehouse.store, base, file, known) for file in month_files(warehouse, snapshot)]
    written = sum(entry.pop("written") for entry in entries)
    manifest = {"snapshot": snapshot.number, "at": snapshot.at, "path": base, "files": entries}
    _finish(warehouse.store, base, manifest)
    _forget(warehouse.store)
    return _described(warehouse.store, manifest, written)


def latest(store: ObjectStore) -> dict[str, Any] | None:
    """What ``latest`` points to (snapshot, path, files); None before the first export."""
    try:
        found: dict[str, Any] = json.loads(store.get(POINTER))
    except MissingObjectError:
        return None
    return found


def exported_views(store: ObjectStore) -> str:
    """SQL for DuckDB: the views and macros of the newest export; StoreError before the first one."""
    if (found := latest(store)) is None:
        raise StoreError(f"{store.root} has no export yet: run python -m warehouse latest")
    return store.get(f"{found['path']}/{VIEWS}").decode()


def month_files(warehouse: Warehouse, snapshot: Snapshot) -> list[MonthFile]:
    """Every file of an export of ``snapshot``: one a table and month, the registry in one."""
    held: dict[tuple[str, str], list[str]] = defaultdict(list)
    for bundle in warehouse.bundles(snapshot):
        for table in TABLES_OUT:
            held[table.name, bundle.month] += bundle.paths(table.name)
    articles = {month: paths for (name, month), paths in sorted(held.items()) if name == ARTICLES.name and paths}
    files = [
        MonthFile(TABLES[name], f"{name}/{name}-{month}", tuple(paths), month)
        for (name, month), paths in sorted(held.items())
        if paths
    ]
    files += [
        MonthFile(table, f"{table.name}/{table.name}-{month}", sources(table, month, articles), month)
        for table in EXPORTED
        for month in articles
    ]
    portals = [MonthFile(PORTALS, "portals/portals", (snapshot.portals.path,))] if snapshot.portals else []
    return files + portals


def _entry(store: ObjectStore, base: str, file: MonthFile, known: dict[str, Any]) -> dict[str, Any]:
    """Make one file, by linking where an earlier export has it; its manifest entry."""
    key, earlier = f"{base}/{file.path}", known.get(file.fingerprint)
    if earlier and carried_over(store, earlier, key):
        return {**earlier, "path": key, "written": 0}
    data = month_bytes(store, file)
    put_whole(store, key, data)
    digest = hashlib.sha256(data).hexdigest()
    entry = {"table": file.table.name, "path": key, "bytes": len(data), "hash": f"sha256:{digest}"}
    return {**entry, "fingerprint": file.fingerprint, "written": 1}


def carried_over(store: ObjectStore, earlier: dict[str, Any], key: str) -> bool:
    """Whether ``key`` is now the earlier file (linked, on S3 copied); False if somebody removed that one."""
    try:
        if isinstance(store, Folder):
            _link(store.path / earlier["path"], store.path / key)
        else:
            put_whole(store, key, store.get(earlier["path"]))
    except (FileNotFoundError, MissingObjectError):
        return False
    return True


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        os.link(source, target)


def month_bytes(store: ObjectStore, file: MonthFile) -> bytes:
    """The month of all provinces, one after the other, so that only one lies in memory as rows."""
    if recipe := RECIPES.get(file.table.name):
        schema = pa.schema([ARTICLES.column(name).arrow() for name in recipe.columns])

        def load() -> Iterator[pa.Table]:
            return (fit(decode(store.get(key), recipe.columns), schema) for key in file.sources)

        return encode_all(recipe.make(file.month, load), file.table.arrow(), RELEASE_LEVEL, recipe.group)
    tables: Iterable[pa.Table] = (conform(decode(store.get(key)), file.table) for key in file.sources)
    rows = group_rows(file.table)
    if file.table.name not in TEXTS:
        tables = regrouped(tables, rows)
    return encode_all(tables, file.table.arrow(), RELEASE_LEVEL, rows)


def group_rows(table: Table) -> int:
    """Rows in a row group of a table in an export."""
    recipe = RECIPES.get(table.name)
    return recipe.group if recipe else GROUP if table.name in TEXTS else NARROW_GROUP


def put_whole(store: ObjectStore, key: str, data: bytes) -> None:
    """Store one file of an export that nothing points to yet; one that a killed export left is the same or replaced."""
    if not store.create(key, data) and store.get(key) != data:
        store.delete(key)
        store.create(key, data)


def _finish(store: ObjectStore, base: str, manifest: dict[str, Any]) -> None:
    """Describe the export inside it, then let the pointer name the newest one."""
    by_table: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in manifest["files"]:
        relative = entry["path"].removeprefix(f"{base}/")
        by_table[entry["table"]].append({"path": relative, "bytes": entry["bytes"], "hash": entry["hash"]})
    sums = "".join(f"{f['hash'].removeprefix('sha256:')}  {f['path']}\n" for files in by_table.values() for f in files)
    listed = [{"table": entry["table"], "path": store.locate(entry["path"])} for entry in manifest["files"]]
    described = {
        "datapackage.json": json.dumps(datapackage(by_table, str(manifest["snapshot"])), ensure_ascii=False, indent=1),
        "SHA256SUMS": sums,
        FILES: json.dumps(listed, indent=0),
        VIEWS: views(by_table, store.locate(f"{base}/{FILES}")),
        WHOLE: json.dumps(manifest),
    }
    for name, text in described.items():
        put_whole(store, f"{base}/{name}", text.encode())
    store.sync()
    pointed = None
    while pointed != (newest := _newest_whole(store)):  # an export of a newer snapshot may have been faster
        _point(store, newest)
        pointed = newest


def _newest_whole(store: ObjectStore) -> dict[str, Any]:
    """The manifest of the newest export that is whole."""
    key = max(entry.key for entry in store.entries(EXPORTS) if entry.key.endswith(f"/{WHOLE}"))
    found: dict[str, Any] = json.loads(store.get(key))
    return found


def _point(store: ObjectStore, manifest: dict[str, Any]) -> None:
    """Let everything outside the exports name this one; the pointer last."""
    if isinstance(store, Folder):
        paths: dict[str, list[str]] = defaultdict(list)
        for entry in manifest["files"]:
            paths[entry["table"]].append(store.locate(entry["path"]))
        store.replace(metadata.DATABASE, metadata.database(metadata.plain_views(paths), store.root))
        _link_latest(store.path, manifest["path"])
    store.replace(POINTER, json.dumps(manifest).encode())


def _link_latest(root: Path, base: str) -> None:
    """Make the link ``latest`` name ``base`` in one step."""
    temporary = root / f".{LATEST}-{os.getpid()}"
    temporary.unlink(missing_ok=True)
    try:
        temporary.symlink_to(base, target_is_directory=True)
        temporary.replace(root / LATEST)
    except OSError as error:
        raise StoreError(
            f"cannot point {root / LATEST} to {base}: {error.strerror}. Remove it and try again."
        ) from error


def _forget(store: ObjectStore) -> None:
    """Remove all exports but the newest."""
    keys = [entry.key for entry in store.entries(EXPORTS)]
    for folder in sorted({key.split("/")[1] for key in keys})[:-KEPT]:
        for key in _below(keys, f"{EXPORTS}/{folder}/"):
            store.delete(key)
        if isinstance(store, Folder):
            _remove_empty(store.path / EXPORTS / folder)


def _below(keys: Iterable[str], prefix: str) -> Iterator[str]:
    return (key for key in keys if key.startswith(prefix))


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        for inside in (path for path in folder.iterdir() if path.is_dir()):
            inside.rmdir()
        folder.rmdir()


def _is_whole(store: ObjectStore, manifest: dict[str, Any]) -> bool:
    """Whether all files of an export are still there: people tidy folders."""
    present = {entry.key for entry in store.entries(manifest["path"])}
    return all(entry["path"] in present for entry in manifest["files"])


def _described(store: ObjectStore, manifest: dict[str, Any], written: int) -> Export:
    size = sum(entry["bytes"] for entry in manifest["files"])
    return Export(manifest["snapshot"], store.locate(manifest["path"]), len(manifest["files"]), written, size)
