"""The processes of the benchmark: writers that are killed, and readers that look at everything all the time."""

from __future__ import annotations

import io
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.commits.rows import ROWS, commit, stage
from warehouse.objects import Folder, MissingObjectError, StoreError
from warehouse.store import Warehouse

COLUMNS = {
    "observations": ["run_id", "id"],
    "runs": ["run_id"],
    "articles": ["article_id", "text"],
    "article_mentions": ["id"],
    "article_versions": ["article_id", "version"],
}
PAUSE = 0.5  # seconds between two looks: readers shall not starve the writers
Rows = list[tuple[Any, ...]]


def write(url: str, seed: int, log: Path, environment: Mapping[str, str]) -> None:
    """Commit load after load until killed; each is announced before (``try``) and after (``done``) it is in."""
    os.environ.update(environment)
    with log.open("a") as said:
        wh, number = Warehouse.open(url), 0
        while True:
            print("try", f"w{seed}-{number:05d}", file=said, flush=True)
            try:
                commit(wh, stage(wh, seed, number))
            except StoreError:  # the server was killed: the same load again
                continue
            print("done", f"w{seed}-{number:05d}", file=said, flush=True)
            number += 1


def read(url: str, library: str, log: Path, environment: Mapping[str, str]) -> None:
    """Read whole snapshots with one library until killed; a JSON line for each with what is wrong."""
    os.environ.update(environment)
    wh = Warehouse.open(url)
    with log.open("a") as said:
        while True:
            print(json.dumps(_look(wh, library)), file=said, flush=True)
            time.sleep(PAUSE)


def _look(wh: Warehouse, library: str) -> dict[str, Any]:
    try:
        snapshot = wh.snapshot() or 0
        found = {table: _rows(wh, library, table, snapshot) for table in COLUMNS}
    except MissingObjectError as error:
        return {"error": str(error)}
    except StoreError as error:
        return {"error": str(error)} if isinstance(wh.store, Folder) else {"unavailable": str(error)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {"rows": len(found["observations"]), "wrong": wrong(found)}


def wrong(found: Mapping[str, Rows]) -> list[str]:
    """What is not as whole loads are: torn runs, doubled keys, tables that disagree, rows without their text."""
    runs = Counter(row[0] for row in found["observations"])
    articles = {row[0] for row in found["articles"]}
    checks = {
        "torn run": all(number == ROWS for number in runs.values()),
        "doubled observation": len(set(found["observations"])) == len(found["observations"]),
        "doubled article": len(articles) == len(found["articles"]) == max(0, len(runs) * (ROWS - 1) + bool(runs)),
        "doubled version": len(set(found["article_versions"])) == len(found["article_versions"]) == len(runs) * ROWS,
        "runs disagree": sorted(row[0] for row in found["runs"]) == sorted(runs),
        "mentions disagree": {row[0] for row in found["article_mentions"]} == articles,
        "wrong row": all(str(row[1]).startswith("Bản tin ") for row in found["articles"]),
    }
    return [name for name, holds in checks.items() if not holds]


def _rows(wh: Warehouse, library: str, table: str, snapshot: int) -> Rows:
    """The wanted columns as this library reads them: paths of a folder, whole objects of a bucket."""
    names = COLUMNS[table]
    files = wh.files(table, snapshot)
    if isinstance(wh.store, Folder):
        sources: list[Any] = list(files)
    else:
        sources = [io.BytesIO(wh.store.get(file.removeprefix(f"{wh.store.root}/"))) for file in files]
    return [row for source in sources for row in READERS[library](source, names)]


def _duckdb(source: Any, names: list[str]) -> Rows:
    import duckdb

    with duckdb.connect() as connection:
        relation = connection.read_parquet(source, hive_partitioning=False)
        return relation.select(*names).fetchall()


def _pandas(source: Any, names: list[str]) -> Rows:
    import pandas as pd

    options: dict[str, Any] = {"partitioning": None} if isinstance(source, str) else {}
    return list(pd.read_parquet(source, columns=names, **options).itertuples(index=False, name=None))


def _polars(source: Any, names: list[str]) -> Rows:
    import polars as pl

    return pl.read_parquet(source, columns=names, hive_partitioning=False).select(names).rows()


def _pyarrow(source: Any, names: list[str]) -> Rows:
    import pyarrow.parquet as pq

    table = pq.ParquetFile(source).read(columns=names)
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


READERS: Mapping[str, Callable[[Any, list[str]], Rows]] = {
    "duckdb": _duckdb,
    "pandas": _pandas,
    "polars": _polars,
    "pyarrow": _pyarrow,
}
