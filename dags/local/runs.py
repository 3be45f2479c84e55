"""Runs of the harvest DAG through Airflow's REST API: start them, follow them, say why they failed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dags.local.api import Airflow, ApiError

DAG = "harvest_daily"
FOLLOWER = "curate"
ENDED = frozenset({"success", "failed"})
BUSY_TIMEOUT = 900.0  # seconds; an interrupted backfill goes on first, and its end is noticed only every 30 s
PARSE_TIMEOUT = 60.0  # seconds until the DAG files have been read
SWEEP = 31  # days; a longer range is one run that sweeps it, not one run a day


@dataclass(frozen=True, slots=True)
class Request:
    """What to harvest: portal ids, local days (inclusive), further values of the DAG's parameters."""

    portals: tuple[str, ...]
    first: dt.date
    last: dt.date
    mode: str = "refetch"

    @property
    def days(self) -> list[dt.date]:
        """Every asked day."""
        return [self.first + dt.timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def sweeps(self) -> bool:
        """Whether the range is harvested by one run instead of one a day."""
        return len(self.days) > SWEEP


@dataclass(frozen=True, slots=True)
class Run:
    """One DAG run; ``label`` is its day, or its range."""

    id: str
    label: str
    state: str

    @property
    def ended(self) -> bool:
        """Whether nothing of it runs any more."""
        return self.state in ENDED


def ready(api: Airflow) -> None:
    """Wait until the DAG is known and switch it on; ApiError with the import errors when it does not come."""
    deadline = time.monotonic() + PARSE_TIMEOUT
    while not (api.exists(f"dags/{DAG}") and api.exists(f"dags/{FOLLOWER}")):
        if time.monotonic() > deadline:
            found = api.get("importErrors")["import_errors"]
            raise ApiError("the DAG did not appear: " + ("; ".join(e["stack_trace"] for e in found) or "see the logs"))
        time.sleep(0.5)
    for name in (DAG, FOLLOWER):
        api.patch(f"dags/{name}", {"is_paused": False})


def start(api: Airflow, request: Request) -> dt.datetime:
    """Start a backfill, or one sweeping run; returns the moment from which ``find`` sees its runs."""
    conf = {"portals": list(request.portals), "mode": request.mode}
    since = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    if request.sweeps:
        conf |= {"from": request.first.isoformat(), "to": request.last.isoformat()}
        api.post(f"dags/{DAG}/dagRuns", {"logical_date": None, "conf": conf})
    else:
        _backfill(api, request, conf)
    return since


def find(api: Airflow, since: dt.datetime, dag: str = DAG) -> list[Run]:
    """The runs of ``dag`` that were created after ``since``, oldest first."""
    rows = api.get(f"dags/{dag}/dagRuns", limit=100, order_by="-id")["dag_runs"]
    asked = [row for row in rows if row["run_type"] != "scheduled"]
    found = [_run(row) for row in asked if dt.datetime.fromisoformat(row["queued_at"] or row["run_after"]) >= since]
    return sorted(found, key=lambda run: run.label)


def unfinished(api: Airflow) -> frozenset[str]:
    """Ids of the runs that somebody asked for and that have not ended."""
    rows = api.get(f"dags/{DAG}/dagRuns", limit=100, state=["queued", "running"])["dag_runs"]
    return frozenset(row["dag_run_id"] for row in rows if row["run_type"] != "scheduled")


def among(api: Airflow, ids: frozenset[str]) -> list[Run]:
    """The runs with these ids, oldest day first."""
    rows = (api.get(f"dags/{DAG}/dagRuns/{quote(id_, safe='')}") for id_ in sorted(ids))
    return sorted((_run(row) for row in rows), key=lambda run: run.label)


def tasks(api: Airflow, run: Run) -> list[dict[str, Any]]:
    """Task instances of one run as Airflow describes them."""
    path = f"dags/{DAG}/dagRuns/{run.id}/taskInstances"
    return list(_pages(api, path, "task_instances"))


def failed_tasks(api: Airflow, runs: Iterable[Run]) -> list[tuple[Run, dict[str, Any]]]:
    """The failed task instances of failed runs, without the last one that only turns the run red."""
    return [
        (run, row)
        for run in runs
        if run.state == "failed"
        for row in tasks(api, run)
        if row["state"] == "failed" and row["task_id"] != "verdict"
    ]


def portal_of(row: dict[str, Any]) -> str | None:
    """The portal of a mapped task instance; None while Airflow knows only its number."""
    label = str(row["rendered_map_index"] or "")
    return None if label.isdigit() or not label else label


def settle(api: Airflow, since: dt.datetime, expected: int, seconds: float = 60) -> None:
    """Give the DAG that follows the harvest time to end, so that it is not cut off when Airflow stops."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        followers = find(api, since, FOLLOWER)
        if len(followers) >= expected and all(run.ended for run in followers):
            return
        time.sleep(1)


def _backfill(api: Airflow, request: Request, conf: dict[str, Any]) -> None:
    body = {
        "dag_id": DAG,
        "from_date": f"{request.first}T00:00:00Z",
        "to_date": f"{request.last}T00:00:00Z",
        "dag_run_conf": conf,
        "reprocess_behavior": "completed",
        "max_active_runs": 3,
    }
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            api.post("backfills", body)
            return
        except ApiError as error:
            if "409" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(3)


def _pages(api: Airflow, path: str, name: str) -> Iterator[dict[str, Any]]:
    offset = 0
    while True:
        page = api.get(path, limit=100, offset=offset)
        yield from page[name]
        offset += len(page[name])
        if not page[name] or offset >= page["total_entries"]:
            return


def _run(row: dict[str, Any]) -> Run:
    conf = row["conf"] or {}
    label = row["partition_key"] or f"{conf.get('from')} .. {conf.get('to')}"
    return Run(row["dag_run_id"], label, row["state"])
