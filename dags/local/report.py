"""What a harvest leaves on the terminal: a table of what the warehouse holds and queries with their real answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from warehouse.__main__ import connect
from warehouse.report import REPORT
from warehouse.store import Warehouse

TABLES = ("articles", "documents", "article_mentions", "article_citations", "article_quantities", "coverage", "runs")

QUERIES = (
    (
        "Bài mới nhất của mỗi cổng · newest article of each portal",
        "SELECT portal, max(published_date) AS day, arg_max(title, published_at) AS title "
        "FROM articles GROUP BY portal ORDER BY portal LIMIT 8",
    ),
    (
        "Chủ đề nhiều bài nhất · topics with most articles",
        "SELECT topic, count(DISTINCT id) AS texts FROM article_topics WHERE rank = 1 "
        "GROUP BY topic ORDER BY texts DESC, topic LIMIT 5",
    ),
    (
        "Văn bản được nhắc đến nhiều nhất · documents cited most",
        "SELECT number, count(*) AS times, count(DISTINCT portal) AS portals FROM article_citations "
        "GROUP BY number ORDER BY times DESC, number LIMIT 5",
    ),
)


def summary(warehouse: Warehouse, portals: Sequence[str]) -> Table:
    """Rows of each table by portal."""
    table = Table(title=f"Rows in the warehouse, snapshot {warehouse.snapshot()}", title_justify="left")
    table.add_column("portal")
    for name in TABLES:
        table.add_column(name.removeprefix("article_"), justify="right")
    held = {name: _by_portal(warehouse, name) for name in TABLES}
    for portal in portals:
        table.add_row(portal, *(str(held[name].get(portal, 0)) for name in TABLES))
    return table


def queries(warehouse: Warehouse, console: Console) -> None:
    """Print each query as it can be pasted, and its answer."""
    for title, sql in QUERIES:
        console.print(f"\n{title}", style="bold")
        console.print(f'.venv/bin/python -m warehouse query "{sql}"', highlight=False, soft_wrap=True, markup=False)
        columns, rows = answer(warehouse, sql)
        table = Table(*columns)
        for row in rows:
            table.add_row(*("" if value is None else str(value) for value in row))
        console.print(table)


def page(warehouse: Warehouse, console: Console) -> None:
    """Say where the report page lies, once ``curate`` has written it."""
    if warehouse.store.exists(REPORT):
        console.print(f"\nTrang báo cáo · report page: {warehouse.store.locate(REPORT)}", soft_wrap=True, markup=False)


def answer(warehouse: Warehouse, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows of a query over the newest snapshot."""
    result = connect(warehouse, sql).sql(sql)
    return list(result.columns), result.fetchall()


def _by_portal(warehouse: Warehouse, name: str) -> dict[str, int]:
    grouped = warehouse.read(name, columns=["portal"]).group_by("portal").aggregate([([], "count_all")])
    return {row["portal"]: row["count_all"] for row in grouped.to_pylist()}
