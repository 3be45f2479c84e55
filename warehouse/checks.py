"""The gate: rows that break the data model never enter a partition.

Rows from outside (observations, runs) are checked with pandera and bad ones are set apart with their reasons;
tables that the warehouse derives itself must be right, so there a fault stops the commit.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import defaultdict
from functools import cache
from typing import Any

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.schema import CITATION_COLUMNS, MENTION_COLUMNS, QUANTITY_COLUMNS, TOPIC_COLUMNS, Column, Table

EARLIEST = dt.date(1945, 9, 2)
AHEAD = dt.timedelta(days=31)  # a portal may date an item a little into the future, not by years
LONGEST_REASON = 300
NESTED = {
    "topics": TOPIC_COLUMNS,
    "mentions": MENTION_COLUMNS,
    "citations": CITATION_COLUMNS,
    "quantities": QUANTITY_COLUMNS,
}
PATTERNS = {"month": r"\d{4}-(0[1-9]|1[0-2])", "province": r"[a-z][a-z0-9_]*", "id": r"[0-9a-f]{24}"}
AS_RECEIVED = frozenset({"url", "canonical_url", "listing_url", "etag", "last_modified", "warc_file", "reason"})
PLAUSIBLE = ("published_date", "published_at", "issued_date")


class CheckError(ValueError):
    """A table breaks the data model; the message names table, column and the fault."""


def faults(rows: pa.Table, table: Table) -> dict[int, str]:
    """Reasons by row number for every row of ``rows`` that breaks ``table``; empty if all are good."""
    found: dict[int, list[str]] = defaultdict(list)
    for index, reason in [*_scalar_faults(rows, table), *_nested_faults(rows)]:
        found[index].append(reason)
    return {index: "; ".join(sorted(set(reasons)))[:LONGEST_REASON] for index, reasons in sorted(found.items())}


def require(rows: pa.Table, table: Table) -> pa.Table:
    """``rows`` if they are a good ``table``: schema, nulls and unique key; CheckError otherwise."""
    if not rows.schema.equals(table.arrow()):
        raise CheckError(f"{table.name}: the schema differs from the data model")
    for column in table.columns:
        if not column.nullable and rows[column.name].null_count:
            raise CheckError(f"{table.name}.{column.name}: null where a value is required")
        _require_allowed(rows, table, column)
    if rows.num_rows and rows.group_by(list(table.key)).aggregate([]).num_rows != rows.num_rows:
        raise CheckError(f"{table.name}: the key ({', '.join(table.key)}) is not unique")
    return rows


def _require_allowed(rows: pa.Table, table: Table, column: Column) -> None:
    if column.allowed:
        values = pc.unique(rows[column.name]).drop_null().to_pylist()
        if wrong := sorted(set(values) - set(column.allowed)):
            raise CheckError(f"{table.name}.{column.name}: {wrong} are not allowed values")


def _scalar_faults(rows: pa.Table, table: Table) -> list[tuple[int, str]]:
    names = [column.name for column in table.columns if not pa.types.is_nested(column.type)]
    frame = rows.select(names).to_pandas(types_mapper=pd.ArrowDtype).reset_index(drop=True)
    try:
        model(table).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        return [
            (int(index), f"{column}: {check}")
            for index, column, check in zip(cases["index"], cases["column"], cases["check"], strict=True)
            if pd.notna(index)
        ]
    return []


@cache
def model(table: Table) -> Any:
    """The pandera schema of a table's flat columns: nulls, allowed values, Unicode form, plausible dates."""
    columns = {
        column.name: pandera.Column(nullable=column.nullable, checks=_checks(column))
        for column in table.columns
        if not pa.types.is_nested(column.type)
    }
    return pandera.DataFrameSchema(columns, checks=_row_checks(table), name=table.name)


def _checks(column: Column) -> list[Any]:
    checks = []
    if column.allowed:
        checks.append(pandera.Check(lambda s: s.isin(column.allowed), error=f"is none of {', '.join(column.allowed)}"))
    if column.name in PATTERNS:
        pattern = PATTERNS[column.name]
        checks.append(pandera.Check(lambda s: s.str.fullmatch(pattern), error=f"does not match {pattern}"))
    if pa.types.is_string(column.type) and column.name not in AS_RECEIVED:
        checks.append(pandera.Check(_is_nfc, error="is not Unicode NFC"))
    if column.name in PLAUSIBLE:
        checks.append(pandera.Check(_is_plausible, error=f"is before {EARLIEST} or more than a month ahead"))
    if pa.types.is_int64(column.type):
        checks.append(pandera.Check(lambda s: s >= 0, error="is negative"))
    return checks


def _row_checks(table: Table) -> list[Any]:
    if table.name != "observations":
        return []
    return [
        pandera.Check(_has_hash, error="an article that was read has no content_hash", name="content_hash"),
    ]


def _is_nfc(values: Any) -> Any:
    good = [pd.isna(text) or unicodedata.is_normalized("NFC", text) for text in values]
    return pd.Series(good, index=values.index, dtype=bool)


def _is_plausible(values: Any) -> Any:
    latest = dt.datetime.now(dt.UTC).date() + AHEAD
    days: list[Any] = [value.date() if isinstance(value, dt.datetime) else value for value in values]
    return pd.Series([pd.isna(day) or EARLIEST <= day <= latest for day in days], index=values.index, dtype=bool)


def _has_hash(frame: pd.DataFrame) -> Any:
    needs = (frame["kind"] == "article") & (frame["outcome"] == "ok")
    return (~needs | frame["content_hash"].notna()).astype(bool)


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
