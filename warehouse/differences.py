"""What changed between two releases or snapshots: rows added, removed and changed, per table, province and month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Template

import duckdb
import pyarrow as pa

from warehouse.parquet import conform, decode
from warehouse.releases import FOLDER, manifest_of, manifests
from warehouse.schema import ALL_TABLES, DERIVED, PORTALS, RUNS, TABLES, Table
from warehouse.store import Warehouse

# A row is the same when it is equal in all columns; what only says when it was last seen does not make it another one.
BOOKKEEPING = ("last_seen_at",)
COUNT = Template(
    """
    SELECT coalesce(a.province, b.province) AS province, count(a.row) AS before, count(b.row) AS after,
        count(*) FILTER (a.row IS NULL) AS added, count(*) FILTER (b.row IS NULL) AS removed,
        count(*) FILTER (a.row <> b.row) AS changed
    FROM (SELECT $province AS province, $key AS key, md5(to_json(told)::VARCHAR) AS row
        FROM (SELECT $columns FROM before) AS told) AS a
    FULL JOIN (SELECT $province AS province, $key AS key, md5(to_json(told)::VARCHAR) AS row
        FROM (SELECT $columns FROM after) AS told) AS b ON a.key = b.key AND a.province = b.province
    GROUP BY 1 ORDER BY 1
    """
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of one table, province and month ("" where the table has none) before and after, and what became of them."""

    table: str
    province: str
    month: str
    before: int
    after: int
    added: int
    removed: int
    changed: int


Side = Mapping[tuple[str, str], Sequence[str]]  # by table and month: keys of the objects that hold it


def differences(warehouse: Warehouse, before: str, after: str) -> Iterator[Difference]:
    """Every partition that differs between ``before`` and ``after``: names of releases, or numbers of snapshots.

    Objects are named by their content, so that equal partitions are not read. Raises ReleaseError or SnapshotError
    for a name or number that there is not.
    """
    sides = _side(warehouse, before), _side(warehouse, after)
    tables = {table for table, _ in sides[0]}, {table for table, _ in sides[1]}
    lacking = {name for name in tables[0] ^ tables[1] if name not in TABLES}  # only exports and releases have them
    for table, month in sorted(key for key in sides[0].keys() | sides[1].keys() if key[0] not in lacking):
        held = [side.get((table, month), ()) for side in sides]
        if _content(warehouse, held[0]) != _content(warehouse, held[1]):
            yield from _compared(warehouse, ALL_TABLES[table], month, held)


def _side(warehouse: Warehouse, name: str) -> Side:
    if name.isdecimal() and name not in manifests(warehouse.store):
        return _snapshot_side(warehouse, int(name))
    return _release_side(warehouse, name)


def _release_side(warehouse: Warehouse, name: str) -> Side:
    tables = manifest_of(warehouse.store, name)["tables"]
    return {
        (table, file["month"] or ""): (f"{FOLDER}/{name}/{file['path']}",)
        for table, told in tables.items()
        for file in told["files"]
    }


def _snapshot_side(warehouse: Warehouse, number: int) -> Side:
    snapshot = warehouse.at(number)
    held: dict[tuple[str, str], list[str]] = defaultdict(list)
    for bundle in warehouse.bundles(snapshot):
        for table in (*DERIVED, RUNS):
            if paths := bundle.paths(table.name):
                held[table.name, bundle.month] += paths
    if snapshot.portals:
        held[PORTALS.name, ""] = [snapshot.portals.path]
    return held


def _content(warehouse: Warehouse, keys: Sequence[str]) -> list[bytes | str]:
    """What tells whether two sides hold the same: names of live objects are made of their content."""
    return [warehouse.store.get(key) if key.startswith(FOLDER) else key for key in keys]


def _compared(warehouse: Warehouse, table: Table, month: str, held: Sequence[Sequence[str]]) -> Iterator[Difference]:
    names = {column.name for column in table.columns}
    ignored = ", ".join(f"NULL AS {name}" for name in BOOKKEEPING if name in names)
    columns = f"* REPLACE ({ignored})" if ignored else "*"
    key = "[" + ", ".join(f'"{name}"::VARCHAR' for name in table.key) + "]"
    province = "province" if "province" in names else "''"
    sql = COUNT.substitute(province=province, key=key, columns=columns)
    with duckdb.connect() as connection:
        for name, keys in zip(("before", "after"), held, strict=True):
            connection.register(name, _rows(warehouse, table, keys))
        for found in connection.execute(sql).fetchall():
            if any(found[3:]):
                yield Difference(table.name, found[0], month, *found[1:])


def _rows(warehouse: Warehouse, table: Table, keys: Sequence[str]) -> pa.Table:
    tables = [conform(decode(warehouse.store.get(key)), table) for key in keys]
    return pa.concat_tables([table.arrow().empty_table(), *tables])
