"""From what runs saw to what the warehouse says: one partition's observations to its tables, a pure function.

The result depends on the set of observations alone, never on the order in which runs arrived. Of several parses of
one fetch the latest counts; of several fetches the latest good one; a failure never erases a good row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.coverage import coverage
from warehouse.history import Item, Readings, Version, histories
from warehouse.inventory import INVENTORY, inventory
from warehouse.parquet import is_wide
from warehouse.revisions import revisions
from warehouse.schema import (
    ARTICLE_CITATIONS,
    ARTICLE_MENTIONS,
    ARTICLE_QUANTITIES,
    ARTICLE_TOPICS,
    ARTICLE_VERSIONS,
    ARTICLES,
    ASSIGNMENTS,
    ATTACHMENT_FILES,
    COVERAGE,
    DOCUMENT_PAGES,
    DOCUMENT_SECTIONS,
    DOCUMENTS,
    OBSERVATIONS,
    ORIGIN,
    RIGHTS,
    TIMESTAMP,
    Kind,
    Table,
)

LOGIC = 5  # raise it when the same observations give other tables: every touched partition is then derived anew
CHILDREN = {
    "mentions": ARTICLE_MENTIONS,
    "topics": ARTICLE_TOPICS,
    "citations": ARTICLE_CITATIONS,
    "quantities": ARTICLE_QUANTITIES,
    "file_pages": DOCUMENT_PAGES,
    "sections": DOCUMENT_SECTIONS,
    "assignments": ASSIGNMENTS,
    "attachments": ATTACHMENT_FILES,
}
ORIGINS = [column.name for column in ORIGIN if column not in RIGHTS]
OWNER = ["portal", "kind", "id", "published_date", "issued_date", *ORIGINS]
ORDER = {ARTICLES.name: "published_at", DOCUMENTS.name: "published_date"}
SLICE = 500  # items whose child rows are made at once


class PublishError(ValueError):
    """The observations cannot be published, for example because a portal is unknown."""


def publish(observations: Readings, runs: pa.Table, portals: pa.Table, month: str) -> Iterator[tuple[str, pa.Table]]:
    """The derived tables of one province's ``month``, and ``inventory``, one after the other with their names.

    ``observations``: all of the partition; ``runs``: those of the province that overlap the month, for each portal
    the nearest before and after it, and the first after each day that it is compared with; ``portals``: the
    registry. Rows that are not of one province, and portals that the registry lacks, raise PublishError. Whoever
    lets go of a table before asking for the next one needs the memory of the largest; the two largest come first, so
    that who stores a table while the next ones are made waits least.
    """
    province = _province(observations.select(["province"]), runs)
    items = histories(observations)
    articles, documents = _good(items, Kind.ARTICLE), _good(items, Kind.DOCUMENT)
    children = _children(observations, [item for item in items if item.versions], portals, (province, month))
    yield ARTICLES.name, _main(ARTICLES, observations, articles, portals, (province, month))
    yield from children
    yield ARTICLE_VERSIONS.name, _versions(observations, articles, portals, (province, month))
    yield DOCUMENTS.name, _main(DOCUMENTS, observations, documents, portals, (province, month))
    yield COVERAGE.name, coverage(observations, items, runs, (province, month), _kinds(portals))
    yield INVENTORY.name, inventory(observations, items)


def _province(observations: pa.Table, runs: pa.Table) -> str:
    names = {*pc.unique(observations["province"]).to_pylist(), *pc.unique(runs["province"]).to_pylist()}
    if len(names) != 1:
        raise PublishError(f"one partition has one province, not {sorted(names)}")
    return str(names.pop())


def _kinds(portals: pa.Table) -> dict[str, str]:
    return dict(zip(portals["portal"].to_pylist(), portals["kind"].to_pylist(), strict=True))


def _good(items: Sequence[Item], kind: Kind) -> list[Item]:
    return [item for item in items if item.versions and item.kind == kind]


def _main(
    table: Table, observations: Readings, items: list[Item], portals: pa.Table, partition: tuple[str, str]
) -> pa.Table:
    if not items:
        return table.arrow().empty_table()
    items = _ordered(observations, items, ORDER[table.name])
    rows = _taken(observations, table, [item.versions[-1].row for item in items])
    columns = {
        **_constant(partition, len(items)),
        **_registry(rows["portal"], portals),
        "article_id": rows["id"],
        "document_id": rows["id"],
        "url": rows["canonical_url"],
        "n_chars": pc.cast(pc.fill_null(pc.utf8_length(rows["text"]), 0), pa.int64()),
        "version": pa.array([len(item.versions) for item in items], pa.int64()),
        "first_seen_at": _times([item.first_seen for item in items]),
        "last_seen_at": _times([item.last_seen for item in items]),
        "gone_at": _times([item.gone_at for item in items]),
    }
    return _assembled(table, columns, rows)


def _ordered(observations: Readings, items: list[Item], column: str) -> list[Item]:
    """The items by the value of ``column`` in their current version, nulls last, then by id."""
    rows = observations.select([column, "id"]).take(_positions(items))
    return [items[place] for place in pc.sort_indices(rows, _ascending((column, "id"))).to_pylist()]


def _versions(observations: Readings, items: list[Item], portals: pa.Table, partition: tuple[str, str]) -> pa.Table:
    if not items:
        return ARTICLE_VERSIONS.arrow().empty_table()
    numbered = [(number, version) for item in items for number, version in enumerate(item.versions, 1)]
    rows = _taken(observations, ARTICLE_VERSIONS, [version.row for _, version in numbered], without="text")
    columns = {
        **_constant(partition, len(numbered)),
        **_registry(rows["portal"], portals),
        "article_id": rows["id"],
        "version": pa.array([number for number, _ in numbered], pa.int64()),
        "valid_from": _times([version.valid_from for _, version in numbered]),
        "valid_to": _times([version.valid_to for _, version in numbered]),
        **revisions(observations, items),
    }
    return _assembled(ARTICLE_VERSIONS, columns, rows)


def _children(
    observations: Readings, items: list[Item], portals: pa.Table, partition: tuple[str, str]
) -> Iterator[tuple[str, pa.Table]]:
    places = _positions(items)
    owners = observations.select(OWNER).take(places)
    for column, table in CHILDREN.items():
        nested = observations.select([column]).column(0).take(places)
        yield table.name, _child(table, owners.append_column(column, nested), portals, partition)


def _child(table: Table, rows: pa.Table, portals: pa.Table, partition: tuple[str, str]) -> pa.Table:
    """The rows of ``table`` in the last, nested column of ``rows``, which are in the order of kind and id."""
    slices = (rows.slice(start, SLICE) for start in range(0, rows.num_rows, SLICE))
    return pa.concat_tables([table.arrow().empty_table(), *(_flat(table, some, portals, partition) for some in slices)])


def _flat(table: Table, rows: pa.Table, portals: pa.Table, partition: tuple[str, str]) -> pa.Table:
    nested = rows.column(len(OWNER)).combine_chunks()
    values, parents = pc.list_flatten(nested), pc.list_parent_indices(nested)
    if not len(values):
        return table.arrow().empty_table()
    owners = rows.select(OWNER).take(parents)
    day = pc.if_else(
        pc.equal(owners["kind"], Kind.DOCUMENT.value),
        pc.coalesce(owners["issued_date"], owners["published_date"]),
        owners["published_date"],
    )
    fields = {values.type.field(i).name: pc.struct_field(values, [i]) for i in range(values.type.num_fields)}
    columns = {**_constant(partition, len(values)), **fields, "published_date": day}
    columns |= _registry(owners["portal"], portals)
    flat = _assembled(table, columns, owners)
    flat = flat.take(pc.sort_indices(flat, _ascending(table.key))).combine_chunks()
    return flat.filter(_first_of_key(flat, table.key))


def _taken(observations: Readings, table: Table, positions: list[int], without: str = "") -> dict[str, Any]:
    """The observations at these positions by column, as far as ``table`` is made of them: wide ones each alone."""
    needed = {"id", "portal", "canonical_url", *(column.name for column in table.columns)} - {without}
    columns = [column for column in OBSERVATIONS.columns if column.name in needed]
    wide = [[column.name] for column in columns if is_wide(column.arrow())]
    narrow = [column.name for column in columns if not is_wide(column.arrow())]
    places = pa.array(positions, pa.int64())
    taken = (observations.select(names).take(places).combine_chunks() for names in (*wide, narrow))
    return {name: rows.column(name) for rows in taken for name in rows.column_names}


def _first_of_key(rows: pa.Table, key: tuple[str, ...]) -> pa.Array:
    """Of rows sorted by ``key``, which ones start a new key: a tagger that says a thing twice says it once."""
    if not rows.num_rows:
        return pa.array([], pa.bool_())
    changed = [pc.not_equal(rows[name].slice(1), rows[name].slice(0, rows.num_rows - 1)) for name in key]
    return pa.concat_arrays([pa.array([True]), *reduce(pc.or_, changed).chunks])


def _registry(portal: pa.ChunkedArray, portals: pa.Table) -> dict[str, Any]:
    index = pc.index_in(portal, portals["portal"].combine_chunks())
    if index.null_count:
        unknown = pc.unique(portal.filter(pc.is_null(index))).to_pylist()
        raise PublishError(f"portals {unknown} are not in the portals table: pass the registry to commit()")
    note = pc.binary_join_element_wise(portals["name"], portals["home"], ", ")
    columns = {"province_2025": portals["province_2025"], "portal_kind": portals["kind"]}
    columns |= {"licence": portals["licence"], "source_note": note}
    return {name: column.take(index) for name, column in columns.items()}


def _constant(partition: tuple[str, str], length: int) -> dict[str, Any]:
    return {
        name: pa.repeat(pa.scalar(value), length) for name, value in zip(("province", "month"), partition, strict=True)
    }


def _assembled(table: Table, columns: Mapping[str, Any], rows: Mapping[str, Any] | pa.Table) -> pa.Table:
    """The columns of ``table``: computed ones first, the others from ``rows``."""
    schema = table.arrow()
    arrays = [columns[field.name] if field.name in columns else rows[field.name] for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _ascending(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, "ascending") for name in names]


def _positions(items: Sequence[Item]) -> pa.Array:
    return pa.array([item.versions[-1].row for item in items], pa.int64())


def _times(microseconds: Sequence[int | None]) -> pa.Array:
    return pa.array(microseconds, pa.int64()).cast(TIMESTAMP)


__all__ = ["LOGIC", "Item", "PublishError", "Version", "publish"]
