"""Tables in the terminal for what was found at a site and what has changed at a portal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawlers.survey.conclude import Finding
from crawlers.survey.drift import Row

NARROWEST = 140  # where nobody looks: a file or a pipe
COLOURS = {"sure": "green", "likely": "cyan", "look": "yellow", "ok": "green", "drifted": "yellow", "broken": "red"}


def console() -> Console:
    """Standard output, wide enough for a table where it is no terminal."""
    shown = Console()
    return shown if shown.is_terminal else Console(width=NARROWEST)


def show_findings(out: Console, title: str, findings: Sequence[Finding]) -> None:
    """What was found, how sure it is, and why or what to look at."""
    rows = [(finding.what, finding.found, finding.sure, finding.why) for finding in findings]
    _table(out, title, ("what", "found", "sure?", "why, or what to look at"), rows)


def show_rows(out: Console, title: str, rows: Sequence[Row]) -> None:
    """What was looked at, what became of it, and what to do."""
    said = [(row.what, row.state, row.said, row.remedy) for row in rows]
    _table(out, title, ("what", "state", "seen", "what to do"), said)


def _table(out: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(title=escape(title), title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(f"[{COLOURS[cell]}]{cell}[/]" if cell in COLOURS else escape(_printable(cell)) for cell in row))
    out.print(table)


def _printable(text: str) -> str:
    """Pages are hostile: nothing that steers a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
