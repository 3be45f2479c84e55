"""What the report tells, asked of one snapshot; only narrow columns are read, never a text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.objects import Folder
from warehouse.parquet import decode
from warehouse.schema import ALL_TABLES
from warehouse.store import Warehouse

DAYS = 28  # columns of the heat map
MONTHS = 24  # newest months of the charts
QUERIES = Path(__file__).with_name("queries.sql")
COLUMNS = {
    "articles": "article_id portal province month published_date published_precision title n_chars version gone_at "
    "quality_flags",
    "documents": "document_id portal province month number issued_date text_source",
    "article_topics": "kind id month topic rank",
    "article_citations": "kind id portal province number",
    "coverage": "portal day state articles documents errors lag_hours reason",
    "portals": "portal name province",
    "article_duplicates": "article_id portal cluster_id position first_portal portals lead_hours lag_hours",
}
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that the page shows, as rows."""

    snapshot: int
    at: str
    totals: Row
    months: list[Row]
    days: list[dt.date]
    health: list[Row]
    states: Row
    topics: list[Row]
    provinces: list[Row]
    quality: list[Row]
    cited: list[Row]
    first: list[Row]


def figures(warehouse: Warehouse, export: Mapping[str, Any]) -> Figures:
    """The figures of the export's snapshot."""
    con = _connect(warehouse, export)
    last = _rows(con, "SELECT max(day) AS day FROM coverage WHERE state <> 'not_run'")[0]["day"]
    days = [last - dt.timedelta(days=back) for back in range(DAYS - 1, -1, -1)] if last else []
    con.execute("CREATE TEMP TABLE recent AS SELECT * FROM coverage WHERE day BETWEEN ? AND ?", _span(days))
    answers = {name: _rows(con, sql) for name, sql in _queries().items()}
    return Figures(
        snapshot=int(export["snapshot"]),
        at=str(export["at"]),
        totals=answers["totals"][0],
        months=_months(answers["by_month"]),
        days=days,
        states={row["state"]: row["days"] for row in answers["states"]},
        **{name: answers[name] for name in ("health", "topics", "provinces", "quality", "cited", "first")},
    )


def _queries() -> dict[str, str]:
    """The questions of ``queries.sql`` by name."""
    parts = QUERIES.read_text(encoding="utf-8").split("-- name: ")[1:]
    return {name: sql for name, _, sql in (part.partition("\n") for part in parts)}


def _connect(warehouse: Warehouse, export: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
    """Views of the tables that are asked; of a warehouse on S3 their columns are loaded."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'Asia/Ho_Chi_Minh'")
    for name, columns in COLUMNS.items():
        keys = [entry["path"] for entry in export["files"] if entry["table"] == name]
        if keys and isinstance(warehouse.store, Folder):
            con.read_parquet([warehouse.store.locate(key) for key in keys], hive_partitioning=False).create_view(name)
        else:
            con.register(name, _loaded(warehouse, name, columns.split(), keys))
    return con


def _loaded(warehouse: Warehouse, name: str, columns: list[str], keys: list[str]) -> pa.Table:
    empty = ALL_TABLES[name].arrow().empty_table().select(columns)
    return pa.concat_tables([empty, *(decode(warehouse.store.get(key), columns) for key in keys)])


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    return con.sql(sql).to_arrow_table().to_pylist()  # type: ignore[no-any-return]


def _span(days: list[dt.date]) -> list[dt.date]:
    return [days[0], days[-1]] if days else [dt.date.min, dt.date.min]


def _months(rows: list[Row]) -> list[Row]:
    """The newest months, oldest first, those without anything included."""
    found = {row["month"]: row for row in rows}
    if not found:
        return []
    year, number = map(int, max(found).split("-"))
    first = 12 * year + number - min(MONTHS, _distance(min(found), max(found)) + 1)
    names = [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(first, 12 * year + number)]
    return [found.get(name) or {"month": name, "articles": 0, "documents": 0} for name in names]


def _distance(first: str, last: str) -> int:
    (y1, m1), (y2, m2) = (map(int, month.split("-")) for month in (first, last))
    return 12 * (y2 - y1) + m2 - m1
