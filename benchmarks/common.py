"""What every benchmark shares: a table for people, one JSON line for machines, floors that fail the run."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

FLOORS = Path(__file__).parent / "floors.json"


@dataclass(slots=True)
class Stopwatch:
    """Seconds of wall clock and of this process's CPU, filled when the block of :func:`stopwatch` ends."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Measure the block."""
    watch, wall, cpu = Stopwatch(), time.perf_counter(), time.process_time()
    try:
        yield watch
    finally:
        watch.wall, watch.cpu = time.perf_counter() - wall, time.process_time() - cpu


def peak_megabytes() -> float:
    """Highest resident memory of this process so far, in MB (Linux reports KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def data_folder() -> Path | None:
    """Folder of the measuring data (``TINTINH_DATA``, default ``../shared/data``), or None where it is absent."""
    folder = Path(os.environ.get("TINTINH_DATA", "../shared/data"))
    return folder if folder.is_dir() else None


def tools_folder() -> Path | None:
    """Folder of the scorers and the replay proxy (``TINTINH_TOOLS``, default ``../shared/tools``), or None."""
    folder = Path(os.environ.get("TINTINH_TOOLS", "../shared/tools"))
    return folder if folder.is_dir() else None


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], width: int = 100) -> None:
    """Print one table, at least ``width`` characters wide."""
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    Console(width=max(width, Console().width)).print(table)


def finish(name: str, figures: Mapping[str, float | int | str | None]) -> int:
    """Print the JSON line, compare ``figures`` with the floors of ``name``, and return the exit code.

    A floor is ``{"figure": {"min": x}}`` or ``{"figure": {"max": x}}``; a figure that was not measured
    (None or absent, for want of data) is skipped and named.
    """
    print(json.dumps({"benchmark": name, **figures}, ensure_ascii=False))
    missed, skipped = check_floors(name, figures)
    for line in skipped:
        print(f"not measured: {line}", file=sys.stderr)
    for line in missed:
        print(f"below the floor: {line}", file=sys.stderr)
    return 1 if missed else 0


def check_floors(name: str, figures: Mapping[str, object]) -> tuple[list[str], list[str]]:
    """(floors missed, floors without a figure), as readable lines."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8")).get(name, {}) if FLOORS.exists() else {}
    missed, skipped = [], []
    for figure, bounds in floors.items():
        value = figures.get(figure)
        if not isinstance(value, int | float):
            skipped.append(f"{name}.{figure}")
        elif value < bounds.get("min", value) or value > bounds.get("max", value):
            missed.append(f"{name}.{figure} = {value}, wanted {bounds}")
    return missed, skipped


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}"
    return "" if value is None else str(value)
