"""The gate: rows that break the data model never enter a partition, and unusual ones are counted.

Every rule comes from the definition of a column: its type, its allowed values, its name. Rows from outside
(observations, runs) that break one are set apart with the reason; tables that the warehouse derives itself must be
right, so there a fault stops the commit. All of it is Arrow: a gate in pandas took as much memory as a whole load.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.measures import BODY
from warehouse.schema import CITATION_COLUMNS, MENTION_COLUMNS, QUANTITY_COLUMNS, TOPIC_COLUMNS, Column, Kind, Table

EARLIEST = dt.date(1945, 9, 2)
AHEAD = dt.timedelta(days=31)  # a portal may date an item a little into the future, not by years
LONGEST_REASON = 300
LONGEST_TITLE = 300
NESTED = {
    "topics": TOPIC_COLUMNS,
    "mentions": MENTION_COLUMNS,
    "citations": CITATION_COLUMNS,
    "quantities": QUANTITY_COLUMNS,
}
PATTERNS = {"month": r"\d{4}-(0[1-9]|1[0-2])", "province": r"[a-z][a-z0-9_]*", "id": r"[0-9a-f]{24}"}
AS_RECEIVED = frozenset({"url", "canonical_url", "listing_url", "etag", "last_modified", "warc_file", "reason"})
PLAUSIBLE = frozenset({"published_date", "published_at", "issued_date"})


class CheckError(ValueError):
    """A table breaks the data model; the message names table, column and the fault."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What every value of a column must be: in words, and as a mask of the values that are not (null = fine)."""

    fault: str
    broken: Callable[[pa.ChunkedArray], pa.ChunkedArray]


def rules(column: Column) -> list[Rule]:
    """The rules of a flat column, in the order in which they are told."""
    found = [] if column.nullable else [Rule("is null", pc.is_null)]
    if column.allowed:
        allowed = pa.array([str(value) for value in column.allowed])
        found.append(Rule(f"is none of {', '.join(column.allowed)}", lambda v: _not_in(v, allowed)))
    if column.name in PATTERNS:
        pattern = PATTERNS[column.name]
        found.append(Rule(f"does not match {pattern}", lambda v: pc.invert(_matches(v, pattern))))
    if pa.types.is_string(column.type) and column.name not in AS_RECEIVED:
        found.append(Rule("is not Unicode NFC", lambda v: pc.not_equal(v, pc.utf8_normalize(v, "NFC"))))
    if column.name in PLAUSIBLE:
        found.append(Rule(f"is before {EARLIEST} or more than a month ahead", _implausible))
    if pa.types.is_int64(column.type):
        found.append(Rule("is negative", lambda v: pc.less(v, 0)))
    return found


def faults(rows: pa.Table, table: Table) -> dict[int, str]:
    """Reasons by row number for every row of ``rows`` that breaks ``table``; empty if all are good."""
    found: dict[int, set[str]] = defaultdict(set)
    for index, reason in [*_flat_faults(rows, table), *_row_faults(rows, table), *_nested_faults(rows)]:
        found[index].add(reason)
    return {index: "; ".join(sorted(reasons))[:LONGEST_REASON] for index, reasons in sorted(found.items())}


def require(rows: pa.Table, table: Table) -> pa.Table:
    """``rows`` if they are a good ``table``: schema, nulls and unique key; CheckError otherwise."""
    if not rows.schema.equals(table.arrow()):
        raise CheckError(f"{table.name}: the schema differs from the data model")
    for column in table.columns:
        if not column.nullable and rows[column.name].null_count:
            raise CheckError(f"{table.name}.{column.name}: null where a value is required")
        _require_allowed(rows, table, column)
    if _distinct(rows, list(table.key)) != rows.num_rows:
        raise CheckError(f"{table.name}: the key ({', '.join(table.key)}) is not unique")
    return rows


def unusual(rows: pa.Table) -> Counter[str]:
    """How many of these observations are let in and look strange, by what is strange about them."""
    read = rows.filter(pc.equal(rows["outcome"], "ok"))
    articles = read.filter(pc.equal(read["kind"], Kind.ARTICLE.value))
    documents = read.filter(pc.equal(read["kind"], Kind.DOCUMENT.value))
    told = {
        "an article without a title": pc.is_null(articles["title"]),
        "an article without a publication date": pc.is_null(articles["published_date"]),
        f"an article of fewer than {BODY} characters": pc.less(pc.utf8_length(_text(articles["text"])), BODY),
        f"a title of more than {LONGEST_TITLE} characters": pc.greater(pc.utf8_length(read["title"]), LONGEST_TITLE),
        "dated after it was fetched": pc.greater(read["published_at"], read["fetched_at"]),
        "a document without a number": pc.is_null(documents["number"]),
        "a document without a date of issue": pc.is_null(documents["issued_date"]),
        "a guard of the extraction spoke": pc.greater(pc.list_value_length(read["quality_flags"]), 0),
    }
    counts = Counter({name: int(pc.sum(mask).as_py() or 0) for name, mask in told.items()})
    hashes = articles["content_hash"].drop_null()
    counts["the text of another article of the run"] = len(hashes) - len(pc.unique(hashes))
    return +counts


def _distinct(rows: pa.Table, key: list[str]) -> int:
    """Number of different keys; as one text each, which takes a third of the memory of grouping by columns."""
    joined = pc.binary_join_element_wise(*(rows[name].cast(pa.string()) for name in key), "\x1f")
    return int(pc.count_distinct(joined).as_py())


def _require_allowed(rows: pa.Table, table: Table, column: Column) -> None:
    if column.allowed:
        values = pc.unique(rows[column.name]).drop_null().to_pylist()
        if wrong := sorted(set(values) - set(column.allowed)):
            raise CheckError(f"{table.name}.{column.name}: {wrong} are not allowed values")


def _flat_faults(rows: pa.Table, table: Table) -> list[tuple[int, str]]:
    return [
        (index, f"{column.name}: {rule.fault}")
        for column in table.columns
        if not pa.types.is_nested(column.type)
        for rule in rules(column)
        for index in _true(rule.broken(rows[column.name]))
    ]


def _row_faults(rows: pa.Table, table: Table) -> list[tuple[int, str]]:
    if table.name != "observations":
        return []
    read = pc.and_(pc.equal(rows["kind"], Kind.ARTICLE.value), pc.equal(rows["outcome"], "ok"))
    lacking = pc.and_(read, pc.is_null(rows["content_hash"]))
    return [(index, "content_hash: an article that was read has none") for index in _true(lacking)]


def _true(mask: pa.ChunkedArray) -> list[int]:
    positions: list[int] = pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist()
    return positions


def _not_in(values: pa.ChunkedArray, allowed: pa.Array) -> pa.ChunkedArray:
    return pc.and_(pc.is_valid(values), pc.invert(pc.is_in(values, allowed)))


def _matches(values: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    return pc.match_substring_regex(values, rf"\A(?:{pattern})\z")


def _implausible(values: pa.ChunkedArray) -> pa.ChunkedArray:
    days = values.cast(pa.timestamp("us", tz="UTC")).cast(pa.date32())
    latest = pa.scalar(dt.datetime.now(dt.UTC).date() + AHEAD)
    return pc.or_(pc.less(days, pa.scalar(EARLIEST)), pc.greater(days, latest))


def _text(values: Any) -> Any:
    return pc.fill_null(values, "")


def _nested_faults(rows: pa.Table) -> list[tuple[int, str]]:
    return [
        (row, f"{name}.{column.name}: null where a value is required")
        for name, columns in NESTED.items()
        if name in rows.column_names
        for column in columns
        if not column.nullable
        for row in _rows_with_null(rows[name].combine_chunks(), column.name)
    ]


def _rows_with_null(nested: pa.Array, name: str) -> list[int]:
    values = pc.struct_field(pc.list_flatten(nested), name)
    if not values.null_count:
        return []
    rows: list[int] = pc.unique(pc.list_parent_indices(nested).filter(pc.is_null(values))).to_pylist()
    return rows
