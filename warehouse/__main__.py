"""``python -m warehouse``: what is in it, ask it, tidy it, release it, refresh the plain export."""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import astuple
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from warehouse import graph
from warehouse.alerts import WORST
from warehouse.catalog import FILES, VIEWS, empty_view, quoted_list, view, views_of_views
from warehouse.differences import differences
from warehouse.doctor import examine
from warehouse.objects import Folder, StoreError
from warehouse.release import export_latest, exported_views
from warehouse.releases import freeze
from warehouse.report import REPORT, write_report
from warehouse.schema import TABLES
from warehouse.snapshots import SnapshotError
from warehouse.store import Warehouse
from warehouse.takedown import ARTICLE, NAME, TakedownError, entry

SHOWN = 100  # rows of a query that are printed
PIPED = 240  # columns where the output is no terminal: nothing is folded
EXPORT_ONLY = "only it has article_duplicates, article_search and the macros search(...) and search_phrase(...)"
console = Console() if sys.stdout.isatty() else Console(width=PIPED)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 if all is well, 1 with a message otherwise."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(Warehouse.open(options.warehouse), options)
    except (StoreError, SnapshotError, TakedownError, duckdb.Error) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m warehouse", description=__doc__)
    parser.add_argument("--warehouse", help="folder or s3://bucket/prefix (default: TINTINH_WAREHOUSE)")
    commands = parser.add_subparsers(required=True)
    status_parser = commands.add_parser("status", help="tables, rows, sizes, state of the portals, last commits")
    status_parser.set_defaults(command=status)
    asked = commands.add_parser("query", help="SQL (DuckDB) over the tables of the newest snapshot")
    asked.add_argument("sql")
    which = asked.add_mutually_exclusive_group()
    which.add_argument("--as-of", type=dt.date.fromisoformat, help="the tables as they were at the end of that day")
    which.add_argument("--export", action="store_true", help=f"ask the newest export: {EXPORT_ONLY}")
    asked.set_defaults(command=query)
    doctor_parser = commands.add_parser("doctor", help="find leftovers and damage, remove leftovers older than a day")
    doctor_parser.add_argument("--keep", action="store_true", help="report only")
    doctor_parser.set_defaults(command=doctor)
    latest_parser = commands.add_parser("latest", help="refresh latest/, views.sql, files.json and report.html")
    latest_parser.set_defaults(command=latest)
    released = commands.add_parser("release", help="freeze a snapshot under a name as files that never change")
    released.add_argument("name", help="for example 2026.10")
    released.add_argument("--snapshot", type=int, help="its number (default: the newest)")
    released.set_defaults(command=release)
    compared = commands.add_parser("diff", help="rows added, removed and changed, per table, province and month")
    compared.add_argument("before", help="name of a release or number of a snapshot")
    compared.add_argument("after", help="name of a release or number of a snapshot")
    compared.set_defaults(command=diff)
    _add_takedown(commands)
    return parser


def _add_takedown(commands: Any) -> None:
    parser = commands.add_parser(
        "takedown", help="remove articles and blot out names everywhere; without any, the list"
    )
    parser.add_argument("--article", action="append", default=[], help="id or address of an article or document")
    parser.add_argument("--name", action="append", default=[], help="full name of a person")
    parser.add_argument("--reason", default="", help="why, for the list")
    parser.add_argument("--force", action="store_true", help="list articles that the warehouse does not hold, too")
    parser.add_argument("--again", action="store_true", help="look through everything once more, after an upgrade")
    parser.set_defaults(command=takedown)


def status(warehouse: Warehouse, _: argparse.Namespace) -> int:
    """Print tables with rows, objects and bytes, then the newest commits."""
    snapshot = warehouse.at(None)
    bundles = warehouse.bundles(snapshot)
    grid = _grid(f"{warehouse.store.root}, snapshot {snapshot.number or 'none'}", "table", "rows", "objects", "MB")
    for name in TABLES:
        files = [bundle.files[name] for bundle in bundles if name in bundle.files]
        files += [entry.file for bundle in bundles for entry in bundle.observations if name == "observations"]
        files += [snapshot.portals] if name == "portals" and snapshot.portals else []
        size = sum(file.bytes for file in files) / 1e6
        grid.add_row(name, f"{sum(file.rows for file in files):,}", f"{len(files):,}", f"{size:,.1f}")
    console.print(grid)
    _print_portals(warehouse)
    _print_history(warehouse)
    return 0


def query(warehouse: Warehouse, options: argparse.Namespace) -> int:
    """Print the answer of one SQL statement."""
    connection = _connection(warehouse, options)
    try:
        answer: Any = connection.sql(options.sql)
    except duckdb.CatalogException as error:
        if options.export:
            raise
        hint = f"query --export asks the newest export: {EXPORT_ONLY}"
        raise duckdb.CatalogException(f"{error}\n{hint}") from error
    if answer is None:
        return 0
    rows = answer.limit(SHOWN + 1).to_arrow_table().to_pylist()
    grid = _grid(None, *answer.columns)
    for row in rows[:SHOWN]:
        grid.add_row(*(_cell(value) for value in row.values()))
    console.print(grid)
    if len(rows) > SHOWN:
        console.print(f"... the first {SHOWN} rows")
    return 0


def _connection(warehouse: Warehouse, options: argparse.Namespace) -> duckdb.DuckDBPyConnection:
    if options.export:
        if not isinstance(warehouse.store, Folder):
            raise StoreError(f"{warehouse.store.root}: query --export reads folders; copy latest/ of the bucket to one")
        connection = duckdb.connect()
        connection.execute(exported_views(warehouse.store))
        return connection
    if not options.as_of:
        return connect(warehouse, options.sql)
    then = warehouse.as_of(options.as_of)
    if then.exact:
        return connect(warehouse, options.sql, then.snapshot.number)
    return _assembled({}, then.tables(_asked(options.sql)))


def connect(warehouse: Warehouse, sql: str = "", snapshot: int | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with one view a table, of one snapshot, the views of citations and the macros.

    A local warehouse is read file by file as the query needs it; of one on S3 the tables that ``sql`` names are
    loaded first.
    """
    number, local = warehouse.at(snapshot).number, isinstance(warehouse.store, Folder)
    files = {name: found for name in TABLES if local and (found := warehouse.files(name, number))}
    asked = _asked(sql)
    loaded = {name: warehouse.read(name, snapshot=number) for name in asked if name not in files}
    mixed = [name for name in asked if name in files and warehouse.mixed(name, number)]
    return _assembled(files, loaded, mixed)


def _asked(sql: str) -> list[str]:
    """The tables that a query names, or a view of citations that it names reads."""
    names = set(re.findall(r"\w+", sql.lower()))
    return [name for name in TABLES if name in names or (name in graph.SOURCES and names & graph.DESCRIPTIONS.keys())]


def _assembled(
    files: Mapping[str, list[str]], loaded: Mapping[str, Any], mixed: Collection[str] = ()
) -> duckdb.DuckDBPyConnection:
    """Views over files, tables in memory and, where neither is, views without rows; then the views of these."""
    connection = duckdb.connect()
    for name, table in TABLES.items():
        if name in loaded:
            connection.register(name, loaded[name])
        elif name in files:
            connection.execute(view(table, quoted_list(files[name]), name in mixed))
        else:
            connection.execute(empty_view(table))
    connection.execute(views_of_views((), ""))
    return connection


def doctor(warehouse: Warehouse, options: argparse.Namespace) -> int:
    """Print what was found; 1 if objects are missing."""
    report = examine(warehouse, remove=not options.keep)
    grid = _grid(warehouse.store.root, "finding", "objects")
    grid.add_row("temporary files of killed writers", str(len(report.temporary)))
    grid.add_row("objects that no kept snapshot names", str(len(report.orphans)))
    grid.add_row("snapshots past their time", str(len(report.snapshots)))
    grid.add_row("missing objects", str(len(report.missing)))
    console.print(grid)
    console.print(f"removed {report.removed} objects, {report.freed / 1e6:,.1f} MB")
    for key in report.missing[:20]:
        console.print(f"[red]missing[/red] {key}")
    if not report.healthy:
        console.print("Reload the runs of these partitions (mode reparse): the archive holds all they were made of.")
    return 0 if report.healthy else 1


def latest(warehouse: Warehouse, _: argparse.Namespace) -> int:
    """Refresh the plain export and the views; print where they are."""
    export = export_latest(warehouse)
    if export is None:
        console.print("The warehouse is empty: nothing to export.")
        return 0
    console.print(
        f"snapshot {export.snapshot}: {export.files} files, {export.written} new, {export.bytes / 1e6:,.1f} MB"
    )
    write_report(warehouse)
    for place in (export.place, *(warehouse.store.locate(name) for name in (VIEWS, FILES, REPORT))):
        console.print(place, highlight=False, soft_wrap=True)
    return 0


def release(warehouse: Warehouse, options: argparse.Namespace) -> int:
    """Freeze a release; print its rows and where it lies."""
    frozen = freeze(warehouse, options.name, options.snapshot)
    grid = _grid(f"release {frozen.name}, snapshot {frozen.snapshot}, {frozen.bytes / 1e6:,.1f} MB", "table", "rows")
    for name, rows in frozen.rows.items():
        grid.add_row(name, f"{rows:,}")
    console.print(grid)
    console.print(frozen.place if frozen.new else f"{frozen.place} (was there)", highlight=False, soft_wrap=True)
    return 0


def diff(warehouse: Warehouse, options: argparse.Namespace) -> int:
    """Print what changed between two releases or snapshots."""
    names = ("table", "province", "month", "before", "after", "added", "removed", "changed")
    grid = _grid(f"{options.before} to {options.after}", *names)
    for found in differences(warehouse, options.before, options.after):
        grid.add_row(*(f"{value:,}" if isinstance(value, int) else value for value in astuple(found)))
    console.print(grid if grid.row_count else f"{options.before} and {options.after} hold the same")
    return 0


def takedown(warehouse: Warehouse, options: argparse.Namespace) -> int:
    """Take down what is asked, renew the export; print the list."""
    asked = [(ARTICLE, value) for value in options.article] + [(NAME, value) for value in options.name]
    if asked or options.again:
        done = warehouse.take_down([entry(kind, value, options.reason) for kind, value in asked], options.force)
        export_latest(warehouse)
        write_report(warehouse)
        console.print(f"snapshot {done.snapshot}: {len(done.partitions)} partitions changed")
    grid = _grid("takedown list", "kind", "value", "day", "reason")
    for each in warehouse.at(None).takedowns:
        grid.add_row(*(_cell(value) for value in astuple(each)))
    console.print(grid)
    return 0


def _print_portals(warehouse: Warehouse) -> None:
    """The newest day of each portal, the worst first."""
    months = sorted({bundle.month for bundle in warehouse.bundles(warehouse.at(None))})[-2:]
    newest: dict[str, dict[str, Any]] = {}
    for month in months:
        for row in warehouse.read("coverage", month=month).to_pylist():
            newest[row["portal"]] = max(row, newest.get(row["portal"], row), key=lambda known: known["day"])
    order = {state.value: place for place, state in enumerate(WORST)}
    grid = _grid("portals, newest day", "portal", "day", "state", "articles", "documents", "errors", "reason")
    for row in sorted(newest.values(), key=lambda row: (order.get(row["state"], len(order)), row["portal"])):
        names = ("portal", "day", "state", "articles", "documents", "errors", "reason")
        grid.add_row(*(_cell(row[name]) for name in names))
    if newest:
        console.print(grid)


def _print_history(warehouse: Warehouse) -> None:
    grid = _grid("last commits", "snapshot", "at (UTC)", "runs", "articles", "documents")
    for commit in warehouse.history(10):
        written = commit["tables"]
        numbers = [str(written.get(name, 0)) for name in ("articles", "documents")]
        grid.add_row(str(commit["snapshot"]), commit["at"][:19], ", ".join(commit["runs"][:3]), *numbers)
    console.print(grid)


def _grid(title: str | None, *columns: str) -> Grid:
    grid = Grid(title=title, title_justify="left")
    for column in columns:
        grid.add_column(column, overflow="fold")
    return grid


def _cell(value: Any) -> Text:
    """The value as it is: square brackets in a title are no markup."""
    return Text("" if value is None else str(value))


__all__ = ["connect", "main"]

if __name__ == "__main__":
    sys.exit(main())
