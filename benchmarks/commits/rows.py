"""Small loads whose numbers of rows are known, and what a reader must find of them."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pyarrow as pa

from benchmarks.warehouse import FETCHED, observation, registry, run
from warehouse.schema import OBSERVATIONS
from warehouse.store import Staged, Warehouse

MONTHS = ("2025-04", "2025-05", "2025-06", "2025-07")
ROWS = 6  # of a load: the last is of one article that every writer sees


def stage(wh: Warehouse, seed: int, number: int) -> Staged:
    """Load ``number`` of writer ``seed``; the same numbers give the same rows."""
    run_id = f"w{seed}-{number:05d}"
    choice = random.Random(run_id)
    fetched = FETCHED + dt.timedelta(seconds=seed + 1000 * number)
    rows = [_row(f"{seed}{number:05d}{n}", choice.choice(MONTHS), run_id, fetched) for n in range(ROWS - 1)]
    rows.append(_row("0", MONTHS[0], run_id, fetched))
    batch = pa.RecordBatch.from_pylist(rows, OBSERVATIONS.arrow())
    day = dt.date(2025, 4, 1) + dt.timedelta(days=number % 28)
    return wh.stage([batch], run(run_id, day, day))


def commit(wh: Warehouse, staged: Staged) -> bool:
    """Commit it; whether that changed anything."""
    return wh.commit([staged], registry()).changed


def _row(key: str, month: str, run_id: str, fetched: dt.datetime) -> dict[str, Any]:
    row = observation(int(key), run_id)
    day = dt.datetime.fromisoformat(f"{month}-09T01:00:00+00:00")
    text = f"Bản tin {key} của {run_id}."
    content = {"text": text, "content_hash": row["content_hash"][:40] + run_id, "digest": f"{run_id} {key}"}
    tags = {"topics": None, "citations": None, "quantities": None, "mentions": row["mentions"][:1]}
    times = {"fetched_at": fetched, "parsed_at": fetched, "published_at": day, "published_date": day.date()}
    return row | content | tags | times | {"month": month, "run_id": run_id}
