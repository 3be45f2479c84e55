"""Whether backfills can be started at any time: ``python -m benchmarks.backfills [--backfills 100]``.

Each backfill is asked for through the API that the UI's dialog uses, while the scheduler works on the one before;
it is then cancelled, so that Airflow accepts the next (one backfill a DAG at a time). The last one runs to its end.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.common import finish, show, stopwatch
from dags.local import runs, stack
from dags.local.api import Airflow, ApiError

PORTAL = "huyentienyen_mau"
FIRST = dt.date(2025, 5, 1)
PATIENCE = 180.0  # seconds for the last backfill


def main() -> int:
    """Measure, print, compare with the floors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backfills", type=int, default=100)
    asked = parser.parse_args().backfills
    with tempfile.TemporaryDirectory() as folder, stack.running(Path(folder)) as own:
        own.wait()
        api = own.api()
        runs.ready(api)
        with stopwatch() as watch:
            refused = [error for n in range(asked) if (error := attempt(api, n, last=n == asked - 1))]
        state = settled(api)
    show("Backfills", ("figure", "value"), [("asked", asked), ("refused", len(refused)), ("last run", state)])
    for error in refused[:5]:
        print(error, file=sys.stderr)
    figures = {"asked": asked, "accepted_share": (asked - len(refused)) / asked, "seconds_each": watch.wall / asked}
    return finish("backfills", {**figures, "last_run_ok": int(state == "success")})


def attempt(api: Airflow, n: int, *, last: bool) -> str | None:
    """Start one backfill of one day, and cancel it unless it is the last; the refusal in Airflow's words, or None."""
    day = FIRST + dt.timedelta(days=n % 60)
    body = {
        "dag_id": runs.DAG,
        "from_date": f"{day}T00:00:00Z",
        "to_date": f"{day}T00:00:00Z",
        "dag_run_conf": {"portals": [PORTAL]},
        "reprocess_behavior": "completed",
        "max_active_runs": 1,
    }
    try:
        created = api.post("backfills", body)
        if not last:
            api.put(f"backfills/{created['id']}/cancel")
    except ApiError as error:
        return str(error)
    return None


def settled(api: Airflow) -> str:
    """State of the newest run once nothing is under way."""
    deadline = time.monotonic() + PATIENCE
    while runs.unfinished(api) and time.monotonic() < deadline:
        time.sleep(1)
    rows = api.get(f"dags/{runs.DAG}/dagRuns", limit=1, order_by="-id")["dag_runs"]
    return str(rows[0]["state"]) if rows else "none"


if __name__ == "__main__":
    sys.exit(main())
