"""``python -m dags.local.harvest``: harvest portals through Airflow and show what came of it (``make harvest``)."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from crawlers.portal import RegistryError, load_registry
from dags.local import environment, report, runs, stack
from dags.local.api import Airflow, ApiError
from dags.local.postgres import PostgresError
from dags.local.progress import Board, follow
from dags.plan import ZONE, outcome_reason, run_dir
from warehouse.settings import paths
from warehouse.store import Warehouse

SAMPLE_DAYS = (dt.date(2025, 6, 26), dt.date(2025, 6, 29))
PASSED = frozenset({"finished"})


class HarvestError(RuntimeError):
    """The harvest cannot start or did not work; the message says what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Harvest what the command line asks for; 0 when every portal was loaded, 1 otherwise, 130 after Ctrl-C."""
    stack.stop_on_signals()
    console = Console() if sys.stdout.isatty() else Console(width=120)
    try:
        request = asked(_parser().parse_args(arguments))
        return harvest(request, console)
    except KeyboardInterrupt:
        console.print("stopped; the next `make harvest` goes on where this one ended")
        return 130
    except (HarvestError, stack.StackError, PostgresError, ApiError, RegistryError, OSError) as error:
        console.print(f"error: {error}", style="red", markup=False)
        return 1


def asked(options: argparse.Namespace) -> runs.Request:
    """The command line as a request; without portals the samples and their days. HarvestError for what is wrong."""
    os.environ.setdefault("TINTINH_PORTALS", environment.registry())
    registry = load_registry()
    named = tuple(name for text in options.portal for name in text.split(",") if name)
    unknown = [name for name in named if name not in registry]
    if unknown:
        raise HarvestError(f"{', '.join(unknown)}: not in the registry of {len(registry)} portals (crawlers/portals)")
    yesterday = dt.datetime.now(ZONE).date() - dt.timedelta(days=1)
    first, last = (yesterday, yesterday) if named else SAMPLE_DAYS
    first, last = options.first or options.last or first, options.last or options.first or last
    if first > last:
        raise HarvestError(f"FROM ({first}) is later than TO ({last})")
    return runs.Request(named or tuple(load_registry([environment.SAMPLES])), first, last)


def harvest(request: runs.Request, console: Console) -> int:
    """Harvest what is missing and report; 1 when a run failed."""
    where, warehouse = paths(), Warehouse.open()
    todo = missing(request, warehouse)
    if todo is None:
        console.print(f"{_words(request)}: harvested already, nothing was changed.")
        _report(request, warehouse, console)
        return 0
    with client(where.home, console) as api:
        failed = finish(api, where.archive, console)
        todo = missing(request, warehouse)
        if todo:
            console.print(f"harvesting {_words(todo)}")
            failed = run(api, todo, where.archive, console)
        _report(request, warehouse, console)
        _address(api, where.home, console)
    for line in failed:
        console.print(f"failed: {line}", style="red", markup=False, soft_wrap=True)
    return 1 if failed else 0


def run(api: Airflow, request: runs.Request, archive: Path, console: Console) -> list[str]:
    """Start the runs of a request and follow them to their end; one line for each failure."""
    runs.ready(api)
    since = runs.start(api, request)
    with Board(console) as board:
        ended = follow(api, lambda: runs.find(api, since), archive, board)
    runs.settle(api, since, sum(run.state == "success" for run in ended))
    return _failures(api, ended, archive)


def finish(api: Airflow, archive: Path, console: Console) -> list[str]:
    """Follow the runs that an interrupted harvest left to their end; one line for each failure."""
    runs.ready(api)
    left = runs.unfinished(api)
    if not left:
        return []
    console.print(f"first the {len(left)} runs that are under way, for example of an interrupted harvest")
    with Board(console) as board:
        ended = follow(api, lambda: runs.among(api, left), archive, board)
    return _failures(api, ended, archive)


def missing(request: runs.Request, warehouse: Warehouse) -> runs.Request | None:
    """The part of a request that no finished run has loaded: its portals and the days from first to last gap."""
    columns = ["portal", "date_from", "date_to", "state"]
    done: dict[str, set[dt.date]] = {portal: set() for portal in request.portals}
    for row in warehouse.read("runs", columns).to_pylist():
        if row["portal"] in done and row["state"] in PASSED:
            done[row["portal"]].update(day for day in request.days if row["date_from"] <= day <= row["date_to"])
    gaps = {portal: [day for day in request.days if day not in days] for portal, days in done.items()}
    days = [day for left in gaps.values() for day in left]
    portals = tuple(portal for portal, left in gaps.items() if left)
    return runs.Request(portals, min(days), max(days), request.mode) if days else None


@contextlib.contextmanager
def client(home: Path, console: Console) -> Iterator[Airflow]:
    """A client of the stack that runs over ``home``; one is started for the time being where none runs."""
    running = stack.attach(home)
    if running:
        console.print(f"using the Airflow that runs at {running.url}")
        yield running
        return
    console.print("starting Airflow ...")
    with stack.running(home) as own:
        own.wait()
        console.print(stack.announce(own.url, home, own.secrets.admin_password), soft_wrap=True, markup=False)
        yield own.api()


def _failures(api: Airflow, ended: list[runs.Run], archive: Path) -> list[str]:
    lines = []
    for run_, row in runs.failed_tasks(api, ended):
        portal = runs.portal_of(row) or ""
        reason = outcome_reason(run_dir(archive, portal, run_.id)) if portal else None
        where = f"{api.url}/dags/{runs.DAG}/runs/{run_.id}"
        lines.append(f"{run_.label} {portal} {row['task_id']}: {reason or 'see the log of the task'} ({where})")
    return lines or [f"{run_.label}: the run failed, see the UI" for run_ in ended if run_.state == "failed"]


def _report(request: runs.Request, warehouse: Warehouse, console: Console) -> None:
    console.print()
    console.print(report.summary(warehouse, request.portals))
    report.queries(warehouse, console)
    report.page(warehouse, console)


def _address(api: Airflow, home: Path, console: Console) -> None:
    console.print(f"\nAirflow's UI: make airflow, then {api.url} (user admin, password in {home}/credentials.json)")


def _words(request: runs.Request) -> str:
    count = len(request.portals)
    names = ", ".join(request.portals[:6]) + (f" and {count - 6} more" if count > 6 else "")
    return f"{names} from {request.first} to {request.last}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dags.local.harvest", description=__doc__)
    parser.add_argument(
        "--portal", action="append", default=[], help="portal id; several with commas; default: samples"
    )
    parser.add_argument("--from", dest="first", type=dt.date.fromisoformat, help="first local day, YYYY-MM-DD")
    parser.add_argument("--to", dest="last", type=dt.date.fromisoformat, help="last local day, YYYY-MM-DD")
    return parser


if __name__ == "__main__":
    sys.exit(main())
