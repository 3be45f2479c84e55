"""From what runs saw to what the warehouse says: one partition's observations to its tables, a pure function.

The result depends on the set of observations alone, never on the order in which runs arrived. Of several parses of
one fetch the latest counts; of several fetches the latest good one; a failure never erases a good row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.coverage import coverage
from warehouse.history import Item, Version, histories
from warehouse.inventory import INVENTORY, inventory
from warehouse.schema import (
    ARTICLE_CITATIONS,
    ARTICLE_MENTIONS,
    ARTICLE_QUANTITIES,
    ARTICLE_TOPICS,
    ARTICLE_VERSIONS,
    ARTICLES,
    DOCUMENT_PAGES,
    DOCUMENTS,
    TIMESTAMP,
    Kind,
    Table,
)

LOGIC = 4  # raise it when the same observations give other tables: every touched partition is then derived anew
CHILDREN = {
    "topics": ARTICLE_TOPICS,
    "mentions": ARTICLE_MENTIONS,
    "citations": ARTICLE_CITATIONS,
    "quantities": ARTICLE_QUANTITIES,
    "file_pages": DOCUMENT_PAGES,
}
OWNER = ["portal", "kind", "id", "published_date", "issued_date"]
ORDER = {ARTICLES.name: ("published_at", "article_id"), DOCUMENTS.name: ("published_date", "document_id")}


class PublishError(ValueError):
    """The observations cannot be published, for example because a portal is unknown."""


def publish(observations: pa.Table, runs: pa.Table, portals: pa.Table, month: str) -> dict[str, pa.Table]:
    """The derived tables of one province's ``month`` by name, and ``inventory``.

    ``observations``: all of the partition; ``runs``: those of the province that overlap the month, for each portal
    the nearest before and after it, and the first after each day that it is compared with; ``portals``: the
    registry. Rows that are not of one province, and portals that the registry lacks, raise PublishError.
    """
    province = _province(observations, runs)
    items = histories(observations)
    articles = _main(ARTICLES, observations, _good(items, Kind.ARTICLE), portals, (province, month))
    documents = _main(DOCUMENTS, observations, _good(items, Kind.DOCUMENT), portals, (province, month))
    versions = _versions(observations, _good(items, Kind.ARTICLE), (province, month))
    children = _children(observations, [item for item in items if item.versions], (province, month))
    return {
        ARTICLES.name: articles,
        ARTICLE_VERSIONS.name: versions,
        **children,
        DOCUMENTS.name: documents,
        "coverage": coverage(observations, items, runs, (province, month), _kinds(portals)),
        INVENTORY.name: inventory(observations, items),
    }


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
    table: Table, observations: pa.Table, items: list[Item], portals: pa.Table, partition: tuple[str, str]
) -> pa.Table:
    if not items:
        return table.arrow().empty_table()
    rows = _taken(observations, table, [item.versions[-1].row for item in items])
    text = pc.fill_null(pc.utf8_length(rows["text"]), 0)
    columns = {
        **_constant(partition, len(items)),
        **_registry(rows["portal"], portals),
        "article_id": rows["id"],
        "document_id": rows["id"],
        "url": rows["canonical_url"],
        "n_chars": pc.cast(text, pa.int64()),
        "version": pa.array([len(item.versions) for item in items], pa.int64()),
        "first_seen_at": _times([item.first_seen for item in items]),
        "last_seen_at": _times([item.last_seen for item in items]),
        "gone_at": _times([item.gone_at for item in items]),
    }
    return _sorted(_assembled(table, columns, rows), ORDER[table.name])


def _versions(observations: pa.Table, items: list[Item], partition: tuple[str, str]) -> pa.Table:
    if not items:
        return ARTICLE_VERSIONS.arrow().empty_table()
    all_versions = [(number, version) for item in items for number, version in enumerate(item.versions, 1)]
    rows = _taken(observations, ARTICLE_VERSIONS, [version.row for _, version in all_versions])
    columns = {
        **_constant(partition, len(all_versions)),
        "article_id": rows["id"],
        "version": pa.array([number for number, _ in all_versions], pa.int64()),
        "valid_from": _times([version.valid_from for _, version in all_versions]),
        "valid_to": _times([version.valid_to for _, version in all_versions]),
    }
    return _sorted(_assembled(ARTICLE_VERSIONS, columns, rows), ARTICLE_VERSIONS.key)


def _children(observations: pa.Table, items: list[Item], partition: tuple[str, str]) -> dict[str, pa.Table]:
    if not items:
        return {table.name: table.arrow().empty_table() for table in CHILDREN.values()}
    light = observations.select([*OWNER, *CHILDREN])
    rows = light.take(pa.array([item.versions[-1].row for item in items], pa.int64()))
    return {table.name: _child(table, rows, column, partition) for column, table in CHILDREN.items()}


def _child(table: Table, rows: pa.Table, column: str, partition: tuple[str, str]) -> pa.Table:
    nested = rows[column].combine_chunks()
    values, parents = pc.list_flatten(nested), pc.list_parent_indices(nested)
    owners = rows.select(OWNER).take(parents)
    day = pc.if_else(
        pc.equal(owners["kind"], Kind.DOCUMENT.value),
        pc.coalesce(owners["issued_date"], owners["published_date"]),
        owners["published_date"],
    )
    fields = {values.type.field(i).name: pc.struct_field(values, [i]) for i in range(values.type.num_fields)}
    columns = {**_constant(partition, len(values)), **fields, "published_date": day}
    flat = _sorted(_assembled(table, columns, owners), table.key)
    return flat.filter(_first_of_key(flat, table.key))


def _taken(observations: pa.Table, table: Table, positions: list[int]) -> pa.Table:
    """The observations at these positions, reduced to what ``table`` is made of: a take of nested columns is dear."""
    needed = {"id", "portal", "canonical_url", "text", *(column.name for column in table.columns)}
    light = observations.select([name for name in observations.column_names if name in needed])
    return light.take(pa.array(positions, pa.int64()))


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
    return {"province_2025": portals["province_2025"].take(index), "portal_kind": portals["kind"].take(index)}


def _constant(partition: tuple[str, str], length: int) -> dict[str, Any]:
    return {
        name: pa.repeat(pa.scalar(value), length) for name, value in zip(("province", "month"), partition, strict=True)
    }


def _assembled(table: Table, columns: Mapping[str, Any], rows: pa.Table) -> pa.Table:
    """The columns of ``table``: computed ones first, the others from ``rows``; in one chunk each."""
    schema = table.arrow()
    arrays = [columns[field.name] if field.name in columns else rows[field.name] for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _sorted(rows: pa.Table, key: Sequence[str]) -> pa.Table:
    return rows.take(pc.sort_indices(rows, [(name, "ascending") for name in key])).combine_chunks()


def _times(microseconds: Sequence[int | None]) -> pa.Array:
    return pa.array(microseconds, pa.int64()).cast(TIMESTAMP)


__all__ = ["LOGIC", "Item", "PublishError", "Version", "publish"]
