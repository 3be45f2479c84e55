"""Several writers, killed at random, and readers that never see half a load."""

import json
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from tests.warehouse.factory import batch, observation, portals, run
from warehouse import snapshots
from warehouse.objects import ObjectStore
from warehouse.release import export_latest
from warehouse.store import Warehouse

ROOT = Path(__file__).parents[2]


def test_killed_writers_lose_nothing_and_no_reader_ever_sees_half_a_load() -> None:
    command = [sys.executable, "-m", "benchmarks.commits", "--quick", "--pause", "0.5"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    assert figures["kills"] == 20
    assert figures["loads"] > 0


def test_readers_in_a_loop_see_whole_loads_only(wh: Warehouse) -> None:
    stop, problems, reads = threading.Event(), [], Counter()

    def look(name: str) -> None:
        while not stop.is_set():
            snapshot = wh.snapshot()
            counts = COUNTING[name](wh, snapshot)
            reads[name] += 1
            if any(value % 5 for value in counts.values()):
                problems.append((name, snapshot, counts))

    threads = [threading.Thread(target=look, args=(name,)) for name in COUNTING]
    first = [observation(f"0-{n}", run_id="run-0") for n in range(5)]
    wh.commit([wh.stage([batch(first)], run("run-0"))], portals())
    for thread in threads:
        thread.start()
    for number in range(1, 15):
        rows = [observation(f"{number}-{n}", run_id=f"run-{number}") for n in range(5)]
        wh.commit([wh.stage([batch(rows)], run(f"run-{number}"))], portals())
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert all(reads[name] >= 3 for name in COUNTING), reads


def _duckdb(wh: Warehouse, snapshot: int | None) -> dict[str, int]:
    articles, mentions = (wh.files(name, snapshot) for name in ("articles", "article_mentions"))
    sql = "SELECT a.portal, count(DISTINCT id), count(*) // 2 FROM a JOIN m ON a.article_id = m.id GROUP BY ALL"
    con = duckdb.connect()
    con.read_parquet(articles, hive_partitioning=False).create_view("a")
    con.read_parquet(mentions, hive_partitioning=False).create_view("m")
    _, ids, rows = con.sql(sql).fetchall()[0]
    return {"ids": ids, "rows": rows, "difference": 5 * (ids - rows)}


def _pandas(wh: Warehouse, snapshot: int | None) -> dict[str, int]:
    frames = [pd.read_parquet(path, columns=["article_id", "text"]) for path in wh.files("articles", snapshot)]
    return {"rows": sum(map(len, frames)), "texts": int(sum(frame["text"].notna().sum() for frame in frames))}


COUNTING = {"duckdb": _duckdb, "pandas": _pandas}


def test_a_glob_of_latest_is_right_or_says_that_it_moved(wh: Warehouse) -> None:
    wh.commit([wh.stage([batch([observation(f"0-{n}", run_id="run-0") for n in range(5)])], run("run-0"))], portals())
    export_latest(wh)
    stop, wrong, right, moved = threading.Event(), [], [], []

    def look() -> None:
        while not stop.is_set():
            try:
                found = duckdb.connect().sql(
                    f"SELECT count(*), count(text) FROM '{wh.store.root}/latest/articles/*.parquet'"
                )
                rows, texts = found.fetchall()[0]
            except duckdb.IOException as error:  # the pointer moved between the glob and the opening
                moved.append(str(error))
                continue
            (right if rows == texts and rows % 5 == 0 and rows else wrong).append((rows, texts))

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(1, 12):
        rows = [observation(f"{number}-{n}", run_id=f"run-{number}") for n in range(5)]
        wh.commit([wh.stage([batch(rows)], run(f"run-{number}"))], portals())
        export_latest(wh)
    stop.set()
    reader.join()
    assert wrong == []
    assert len(right) >= 3
    assert all("No files found" in error or "No such file" in error for error in moved)


def test_a_writer_that_loses_the_race_twice_takes_nothing_back(wh: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = pa.concat_tables([portals(), portals("baonaluon", province="dien_bien")])
    wh.commit([], registry)
    mine = wh.stage([batch([observation(1)])], run())
    create, rivals = snapshots.create, iter(range(2))

    def overtaken(store: ObjectStore, snapshot: snapshots.Snapshot) -> bool:
        if (number := next(rivals, None)) is not None:
            place = {"portal": "baonaluon", "province": "dien_bien", "run_id": f"rival-{number}"}
            row = observation(10 + number, **place)
            rival = wh.stage([batch([row])], run(place["run_id"], portal="baonaluon"))
            with monkeypatch.context() as undisturbed:
                undisturbed.setattr(snapshots, "create", create)
                wh.commit([rival])
        return create(store, snapshot)

    monkeypatch.setattr(snapshots, "create", overtaken)
    wh.commit([mine])
    assert sorted(wh.read("observations")["run_id"].to_pylist()) == ["rival-0", "rival-1", "run-1"]
    assert wh.snapshot() == 4
