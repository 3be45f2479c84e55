"""``python -m benchmarks.commits``: four writers on the same partitions, one killed with SIGKILL every second or so.

Meanwhile DuckDB, pandas, polars and pyarrow read whole snapshots in a loop. It is done in a folder, and then in a
bucket of a SeaweedFS that is killed and started again too. Afterwards every load that a writer called done must be
there once and whole, a load that is done again must change nothing, and the doctor must find no damage and leave no
litter.
Children are forked from a process that has imported everything, so that a kill costs milliseconds.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.commits.children import COLUMNS, READERS, read, write, wrong
from benchmarks.commits.rows import commit, stage
from benchmarks.commits.server import WEED, Server
from benchmarks.common import finish, show
from warehouse.doctor import examine
from warehouse.store import Warehouse

WRITERS = 4
AGAIN = 20  # loads that are done once more at the end
SERVER_KILLS = 25  # one kill of the server for so many of writers
PATIENCE = 20.0  # seconds
MOST_LOADS = 1  # that a writer is let finish before it is killed in the next one
LATE = ("duckdb", "pandas", "polars", "pyarrow.dataset", "holidays.countries")  # what a child would import at its work
FORK = multiprocessing.get_context("forkserver")


@dataclass(slots=True)
class Arena:
    """Where it happens: the warehouse's address, a folder for logs, the clients' environment, the server to kill."""

    url: str
    logs: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    server: Server | None = None


def main() -> int:
    """Measure, print, compare with the floors."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.commits", description=__doc__)
    parser.add_argument("--kills", type=int, default=500, help="writers that are killed, in folder and bucket together")
    parser.add_argument("--quick", action="store_true", help="20 kills in a folder only")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two kills")
    options = parser.parse_args()
    FORK.set_forkserver_preload(["benchmarks.commits.children", *LATE])
    with tempfile.TemporaryDirectory() as name:
        figures = both(Path(name), 20 if options.quick else options.kills, options.pause, options.quick)
    show("Commits under fire", ("figure", "folder", "bucket"), table(figures))
    return finish("commits", summed(figures))


def both(folder: Path, kills: int, pause: float, quick: bool) -> dict[str, dict[str, int]]:
    """The figures of the folder, and of the bucket unless ``quick`` or without a server."""
    bucket = not quick and WEED.exists()
    (folder / "logs").mkdir()
    place = Arena(str(folder / "warehouse"), folder / "logs")
    figures = {"folder": hammer(place, kills - kills // 2 if bucket else kills, pause)}
    if bucket:
        (folder / "weed").mkdir()
        (folder / "bucket-logs").mkdir()
        server = Server(folder / "weed")
        os.environ.update(server.environment)
        try:
            place = Arena("s3://tintinh/commits", folder / "bucket-logs", server.environment, server)
            figures["bucket"] = hammer(place, kills // 2, pause)
        finally:
            server.kill()
    return figures


def hammer(arena: Arena, kills: int, pause: float, seed: int = 7) -> dict[str, int]:
    """Kill ``kills`` writers, one every ``pause`` seconds on average; what that did."""
    choice = random.Random(seed)
    readers = [_start(read, arena, name) for name in READERS]
    writers = [_start(write, arena, 1 + number) for number in range(WRITERS)]
    server_kills = 0
    for number in range(kills):
        time.sleep(choice.uniform(0.5, 1.5) * pause)
        victim = writers.pop(choice.randrange(len(writers)))
        _busy(victim, arena, choice.randrange(MOST_LOADS + 1))
        time.sleep(choice.uniform(0, 0.2) * pause)
        victim.kill()
        victim.join()
        writers.append(_start(write, arena, 1 + WRITERS + number))
        if arena.server and number % SERVER_KILLS == SERVER_KILLS - 1:
            arena.server.kill()
            time.sleep(choice.uniform(0, pause))
            arena.server.start()
            server_kills += 1
    time.sleep(pause)
    for child in [*writers, *readers]:
        child.kill()
        child.join()
    return {"kills": kills, "server_kills": server_kills, **judged(arena)}


def judged(arena: Arena) -> dict[str, int]:
    """What is wrong with the warehouse after all, and with what the readers saw meanwhile."""
    wh = Warehouse.open(arena.url)
    lines = [line.split() for log in arena.logs.glob("writer-*") for line in log.read_text().splitlines()]
    tried, done = ({run for word, run in lines if word == wanted} for wanted in ("try", "done"))
    loaded = set(wh.read("observations")["run_id"].to_pylist())
    looks = [json.loads(line) for log in arena.logs.glob("reader-*") for line in whole_lines(log)]
    again = sum(commit(wh, stage(wh, *_numbers(run))) for run in sorted(done)[:: max(1, len(done) // AGAIN)])
    examine(wh, grace=dt.timedelta(0))
    left = examine(wh, remove=False, grace=dt.timedelta(0))
    found = {name: list(zip(*_columns(wh, name), strict=True)) for name in COLUMNS}
    return {
        "loads": len(done),
        "lost": len(done - loaded),
        "strange": len(loaded - tried),
        "wrong_tables": len(wrong(found)),
        "changed_again": again,
        "missing_objects": len(left.missing),
        "litter": len(left.orphans) + len(left.temporary),
        "reads": sum("rows" in look for look in looks),
        "wrong_reads": sum(bool(look.get("wrong")) for look in looks),
        "reader_errors": sum("error" in look for look in looks),
        "unavailable": sum("unavailable" in look for look in looks),
        "fewest_reads": min(sum("rows" in json.loads(line) for line in whole_lines(log)) for log in _logs(arena)),
    }


def whole_lines(log: Path) -> list[str]:
    """The lines of a killed child that it wrote to their end."""
    text = log.read_text()
    return text[: text.rfind("\n") + 1].splitlines()


def summed(figures: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Folder and bucket together; of ``fewest_reads`` the least."""
    names = next(iter(figures.values()))
    plain = {name: sum(each[name] for each in figures.values()) for name in names}
    return {**plain, "fewest_reads": min(each["fewest_reads"] for each in figures.values())}


def table(figures: Mapping[str, Mapping[str, int]]) -> list[tuple[object, ...]]:
    """The printed rows."""
    names = next(iter(figures.values()))
    return [(name.replace("_", " "), *(figures[at].get(name) for at in figures)) for name in names]


def _busy(writer: Any, arena: Arena, loads: int) -> None:
    """Wait until the writer is in a load after so many: always killed at once, few would get one through."""
    log, end = arena.logs / writer.name, time.monotonic() + PATIENCE
    while time.monotonic() < end and (not log.exists() or log.read_text().count("try") <= loads):
        time.sleep(0.02)


def _start(task: Any, arena: Arena, name: object) -> Any:
    kind = "writer" if task is write else "reader"
    log = arena.logs / f"{kind}-{name}"
    arguments = (arena.url, name, log, dict(arena.environment))
    child = FORK.Process(target=task, args=arguments, name=log.name, daemon=True)
    child.start()
    return child


def _logs(arena: Arena) -> list[Path]:
    return [arena.logs / f"reader-{name}" for name in READERS]


def _numbers(run_id: str) -> tuple[int, int]:
    seed, _, number = run_id.removeprefix("w").partition("-")
    return int(seed), int(number)


def _columns(wh: Warehouse, name: str) -> list[list[Any]]:
    rows = wh.read(name, COLUMNS[name])
    return [rows[column].to_pylist() for column in COLUMNS[name]]


if __name__ == "__main__":
    sys.exit(main())
