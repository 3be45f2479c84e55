"""``python -m benchmarks.warehouse``: what a load costs, beside pandas, SQLite and gzip JSON lines in the same run.

A province-month of 4,000 articles (words drawn at random, about 3.4 KB of text, 30 mentions each) receives one more
day of 130, three times; the best counts. The others do what a plain script would: pandas reads the month's file,
appends, drops duplicates, ``to_parquet``; SQLite inserts or replaces by id, tags as JSON; JSON lines are read, replaced
by id and written again. Each load is a process of its own, so that its peak memory is its own. Sizes are also taken of
real articles with the tags that the pipeline gives them, where TINTINH_DATA has them: random words hardly compress.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import gzip
import hashlib
import json
import multiprocessing
import random
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.common import data_folder, finish, peak_megabytes, show, stopwatch
from warehouse.publish import CHILDREN, publish
from warehouse.schema import OBSERVATIONS, PORTALS
from warehouse.store import Warehouse

MONTH, PORTAL, PROVINCE = "2025-06", "baosongthao", "tuyen_quang"
REPEATS = 3  # the best of so many counts: the machine is shared
FETCHED = dt.datetime(2025, 7, 1, 5, tzinfo=dt.UTC)
VOCABULARY = """
    xã huyện tỉnh dân thôn bản đồng ruộng kênh mương đường cầu trường lớp trạm y tế cán bộ đảng viên hội phụ nữ
    thanh niên kế hoạch nghị quyết quyết định chỉ thị nguồn vốn đầu tư công giải ngân hộ nghèo nông thôn mới lúa ngô
    chè quế cam rừng suối núi mưa bão lũ sạt lở nắng hạn khởi công hoàn thành bàn giao kiểm tra giám sát hướng dẫn
    tuyên truyền vận động hỗ trợ phấn đấu chủ tịch bí thư phó trưởng ban phòng sở ngành đơn vị doanh nghiệp hợp tác
    sản xuất tiêu thụ giá trị tăng giảm phần trăm triệu tỷ nghìn người lao động việc làm đào tạo nghề văn hóa lễ hội
"""
WORDS = VOCABULARY.split()


def main() -> int:
    """Measure, print, compare with the floors."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.warehouse", description=__doc__)
    parser.add_argument("--articles", type=int, default=4000, help="articles of the month before the load")
    parser.add_argument("--day", type=int, default=130, help="articles of the day that is loaded")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asked = (folder, options.articles, options.day)
        alone(prepare, *asked)
        measured = {name: loads(task, asked) for name, task in SIDES.items()}
        others = alone(measure_warehouse, *asked) | alone(real_sizes, folder)
        measured["tintinh"] |= {name: value for name, value in others.items() if name != "peak_mb"}
    show("Warehouse", ("figure", *SIDES, "least / ours"), rows_of(measured))
    return finish("warehouse", figures_of(measured))


def alone(task: Callable[..., dict[str, float]], *arguments: Any) -> dict[str, float]:
    """The task's figures from a fresh process, its peak memory added."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (task, arguments))


def loads(task: Callable[..., dict[str, float]], asked: tuple[str, int, int]) -> dict[str, float]:
    """The best seconds and the highest peak of loading each day in a process of its own, twice."""
    each = [[alone(task, *asked, day) for day in range(REPEATS)] for _ in range(2)]
    return {
        "load_s": min(one["seconds"] for one in each[0]),
        "load_cpu_s": min(one["cpu"] for one in each[0]),
        "again_s": min(one["seconds"] for one in each[1]),
        "peak_mb": max(one["peak_mb"] for one in each[0]),
        "bytes": each[1][-1]["bytes"] / (asked[1] + REPEATS * asked[2]),
    }


def prepare(folder: str, articles: int, day: int) -> dict[str, float]:
    """The month before the load in all four forms, and the days that are loaded as Arrow files."""
    wh = Warehouse.open(Path(folder) / "warehouse")
    for number in range(10):
        load(wh, range(articles * number // 10, articles * (number + 1) // 10), f"earlier-{number}")
    for number in range(REPEATS):
        numbers = range(articles + day * number, articles + day * (number + 1))
        write_day(Path(folder), number, [observation(n, f"today-{number}") for n in numbers])
    import pandas as pd

    month = [observation(number, "earlier") for number in range(articles)]
    pd.DataFrame(month).to_parquet(Path(folder) / "articles.parquet")
    write_lines(Path(folder) / "articles.jsonl.gz", map(line_of, month))
    insert(Path(folder) / "articles.sqlite", month)
    return {}


def load_warehouse(folder: str, _: int, __: int, day: int) -> dict[str, float]:
    """One day staged and committed in batches of 200, as the pipeline hands them over."""
    batches = pa.ipc.open_stream(str(Path(folder) / f"day-{day}.arrow")).read_all().to_batches(max_chunksize=200)
    date = dt.date(2025, 6, 27)
    pa.array([0])  # at the first list pyarrow imports pandas, which is no part of a load
    with stopwatch() as watch:
        wh = Warehouse.open(Path(folder) / "warehouse")
        wh.commit([wh.stage(batches, run(f"today-{day}", date, date))], registry())
    return {"seconds": watch.wall, "cpu": watch.cpu, "bytes": live_bytes(wh)}


def load_pandas(folder: str, _: int, __: int, day: int) -> dict[str, float]:
    """Read, append, keep the last of each id, write."""
    import pandas as pd

    path, rows = Path(folder) / "articles.parquet", pd.DataFrame(read_day(Path(folder), day))
    with stopwatch() as watch:
        merged = pd.concat([pd.read_parquet(path), rows]).drop_duplicates("id", keep="last")
        merged.to_parquet(path)
    return {"seconds": watch.wall, "cpu": watch.cpu, "bytes": path.stat().st_size}


def load_sqlite(folder: str, _: int, __: int, day: int) -> dict[str, float]:
    """Insert or replace by id; one transaction."""
    path, rows = Path(folder) / "articles.sqlite", read_day(Path(folder), day)
    with stopwatch() as watch:
        insert(path, rows)
    return {"seconds": watch.wall, "cpu": watch.cpu, "bytes": path.stat().st_size}


def load_lines(folder: str, _: int, __: int, day: int) -> dict[str, float]:
    """Read all, replace by id, write all."""
    path, rows = Path(folder) / "articles.jsonl.gz", read_day(Path(folder), day)
    with stopwatch() as watch:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            held = {json.loads(line)["id"]: line.rstrip("\n") for line in stream}
        write_lines(path, (held | {row["id"]: line_of(row) for row in rows}).values())
    return {"seconds": watch.wall, "cpu": watch.cpu, "bytes": path.stat().st_size}


SIDES: dict[str, Callable[..., dict[str, float]]] = {
    "tintinh": load_warehouse,
    "pandas": load_pandas,
    "sqlite": load_sqlite,
    "jsonl.gz": load_lines,
}


def measure_warehouse(folder: str, _: int, __: int) -> dict[str, float]:
    """Seconds of reading the month, rows a second of deriving it, seconds of a sweep; bytes of a commit's manifests."""
    wh = Warehouse.open(Path(folder) / "warehouse")
    figures = {"read_s": seconds(wh.read, "articles", month=MONTH)}
    observations, runs = wh.read("observations"), wh.read("runs")
    with stopwatch() as publishing:
        dict(publish(observations, runs, registry(), MONTH))
    figures["publish_rows_s"] = observations.num_rows / publishing.cpu
    return {**figures, "sweep_s": seconds(sweep, wh)}


def real_sizes(folder: str) -> dict[str, float]:
    """Bytes an article of all tables that researchers read, and as gzip JSON lines; {} without data."""
    data = data_folder()
    if data is None or not (data / "hanoi" / "articles_gold.jsonl").exists():
        return {}
    told = [json.loads(line) for line in (data / "hanoi" / "articles_gold.jsonl").open(encoding="utf-8")]
    rows = [real_observation(number, each) for number, each in enumerate(told)]
    wh, date = Warehouse.open(Path(folder) / "real"), dt.date(2025, 6, 27)
    batch = pa.RecordBatch.from_pylist(rows, OBSERVATIONS.arrow())
    wh.commit([wh.stage([batch], run("real", date, date))], registry())
    write_lines(Path(folder) / "real.jsonl.gz", (line_of(row) for row in batch.to_pylist()))
    lines = (Path(folder) / "real.jsonl.gz").stat().st_size
    return {"real_bytes": live_bytes(wh) / len(rows), "real_jsonl": lines / len(rows)}


def real_observation(number: int, told: dict[str, Any]) -> dict[str, Any]:
    """A real article in the frame of a generated one, tagged as the pipeline does."""
    from benchmarks.growth import portal
    from transforms.rows import tag_columns

    day = dt.date.fromisoformat(told["date"]) if told["date"] else None
    tags = tag_columns(portal(), told["text"], day, told["title"])
    text = {"title": told["title"], "text": told["text"], "lead": None, "url": told["urls"][0]}
    return observation(number, "real") | text | tags | {"canonical_url": told["urls"][0]}


def write_day(folder: Path, number: int, rows: list[dict[str, Any]]) -> None:
    """Set a day's rows down for the processes that load it."""
    table = pa.Table.from_pylist(rows, OBSERVATIONS.arrow())
    with pa.ipc.new_stream(str(folder / f"day-{number}.arrow"), table.schema) as writer:
        writer.write_table(table)


def read_day(folder: Path, number: int) -> list[dict[str, Any]]:
    """A day's rows, without the columns that are empty."""
    rows: list[dict[str, Any]] = pa.ipc.open_stream(str(folder / f"day-{number}.arrow")).read_all().to_pylist()
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def line_of(row: dict[str, Any]) -> str:
    """One JSON line without what is null."""
    plain = {name: value for name, value in row.items() if value is not None}
    return json.dumps(plain, ensure_ascii=False, default=str)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """The lines with gzip's usual level."""
    with gzip.open(path, "wt", compresslevel=6, encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in lines)


def insert(path: Path, rows: list[dict[str, Any]]) -> None:
    """The rows as SQLite holds them: scalars in columns, tags as JSON, the id as key."""
    names = list(rows[0])
    values = [[_sqlite(row.get(name)) for name in names] for row in rows]
    columns = ", ".join(f'"{name}"' for name in names)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE IF NOT EXISTS articles ({columns}, PRIMARY KEY (id))")
        marks = ", ".join("?" * len(names))
        connection.executemany(f"INSERT OR REPLACE INTO articles ({columns}) VALUES ({marks})", values)


def _sqlite(value: Any) -> Any:
    return value if isinstance(value, int | float | str | None) else json.dumps(value, ensure_ascii=False, default=str)


def load(wh: Warehouse, numbers: range, run_id: str) -> None:
    """Stage and commit these articles in batches of 200, as the pipeline hands them over."""
    batches = (
        pa.RecordBatch.from_pylist([observation(n, run_id) for n in numbers[start : start + 200]], OBSERVATIONS.arrow())
        for start in range(0, len(numbers), 200)
    )
    wh.commit([wh.stage(batches, run(run_id, dt.date(2025, 6, 27), dt.date(2025, 6, 27)))], registry())


def sweep(wh: Warehouse) -> None:
    """One commit of a run that asked for fifteen years and found nothing: 180 partitions."""
    wh.commit([wh.stage([], run("sweep", dt.date(2010, 1, 1), dt.date(2024, 12, 31)))], registry())


def live_bytes(wh: Warehouse) -> int:
    """Bytes of the tables that researchers read."""
    names = ("articles", "article_versions", *(table.name for table in CHILDREN.values()))
    return sum(Path(path).stat().st_size for name in names for path in wh.files(name))


def observation(number: int, run_id: str) -> dict[str, Any]:
    """One article; the same number gives the same article."""
    choice = random.Random(number)
    words = choice.choices(WORDS, weights=[1 / (rank + 3) for rank in range(len(WORDS))], k=720)
    text = " ".join(words)
    key = hashlib.sha256(str(number).encode()).hexdigest()
    published = dt.datetime(2025, 6, 1 + number % 30, number % 16, number % 60, tzinfo=dt.UTC)
    return {
        "province": PROVINCE,
        "month": MONTH,
        "portal": PORTAL,
        "run_id": run_id,
        "kind": "article",
        "id": key[:24],
        "url": f"http://baosongthao.test/202506/{key[:7]}",
        "canonical_url": f"http://baosongthao.test/202506/{key[:7]}",
        "outcome": "ok",
        "content_hash": key,
        "digest": key[::-1],
        "fetched_at": FETCHED,
        "parsed_at": FETCHED,
        "published_at": published,
        "published_date": published.date(),
        "warc_file": f"{PORTAL}/{run_id}/part-000.warc.gz",
        "warc_offset": number * 9000,
        "warc_length": 9000,
        "title": " ".join(words[:14]),
        "lead": " ".join(words[:40]),
        "text": text,
        "language": "vi",
        **tags(choice, words),
    }


def tags(choice: random.Random, words: list[str]) -> dict[str, Any]:
    """Topics, mentions, citations and quantities in usual numbers."""
    starts = sorted(choice.sample(range(3000), 30))
    return {
        "topics": [{"topic": f"nhóm {n}", "score": 1.0, "rank": n + 1, "method": "lexicon"} for n in range(2)],
        "mentions": [
            {"type": "LOC", "start": s, "end": s + 9, "text": " ".join(words[s % 700 :][:2]), "rule": "gazetteer"}
            for s in starts
        ],
        "citations": [{"start": s, "end": s + 10, "raw": f"{s}/KH-UBND", "number": f"{s}/KH-UBND"} for s in starts[:2]],
        "quantities": [
            {"start": s, "end": s + 6, "raw": f"{s} ha", "value": float(s), "unit": "ha"} for s in starts[:6]
        ],
    }


def run(run_id: str, first: dt.date, last: dt.date) -> dict[str, Any]:
    """A row of ``runs``."""
    numbers = ("requests", "listing_requests", "bytes", "candidates", "articles", "documents", "unchanged", "errors")
    row = {
        "portal": PORTAL,
        "run_id": run_id,
        "mode": "refetch",
        "state": "finished",
        "date_from": first,
        "date_to": last,
    }
    return {**row, "started_at": FETCHED, "finished_at": FETCHED, **dict.fromkeys(numbers, 0)}


def registry() -> pa.Table:
    """The registry's one portal."""
    row: dict[str, Any] = dict.fromkeys(("portal", "name", "home", "family"), PORTAL)
    row |= {"kind": "newspaper", "province": PROVINCE, "province_code": "08", "province_2025": PROVINCE}
    return pa.Table.from_pylist([{**row, "cadence": "daily", "enabled": True}], schema=PORTALS.arrow())


def rows_of(measured: dict[str, dict[str, float]]) -> list[tuple[object, ...]]:
    """The printed table."""
    names = {
        "load_s": "load one day into the month, s",
        "load_cpu_s": "the same, CPU s",
        "again_s": "load the same day again, s",
        "peak_mb": "peak memory of a load, MB",
        "bytes": "bytes an article, random words",
    }
    rows: list[tuple[object, ...]] = []
    for name, text in names.items():
        values = [each[name] for each in measured.values()]
        rows.append((text, *values, min(values[1:]) / values[0]))
    ours = measured["tintinh"]
    rows.append(("bytes an article, real ones", ours.get("real_bytes"), None, None, ours.get("real_jsonl")))
    told = {"read_s": "read the month's articles, s", "publish_rows_s": "derive tables, observations a CPU second"}
    told["sweep_s"] = "sweep of 15 years, 180 partitions, s"
    return [*rows, *((text, ours[name]) for name, text in told.items())]


def figures_of(measured: dict[str, dict[str, float]]) -> dict[str, float | None]:
    """The JSON line: our figures, and how many times pandas' and gzip JSON lines' they are."""
    ours = measured["tintinh"]
    plain: dict[str, float | None] = {name: round(value, 4) for name, value in ours.items()}
    for name in ("load_s", "load_cpu_s", "again_s", "peak_mb", "bytes"):
        plain |= {f"{name}_{side}": round(each[name], 4) for side, each in measured.items() if side != "tintinh"}
    plain["bytes_ratio"] = round(ours["bytes"] / measured["pandas"]["bytes"], 3)
    plain["jsonl_gz_ratio"] = round(ours["bytes"] / measured["jsonl.gz"]["bytes"], 3)
    real = ours["real_bytes"] / ours["real_jsonl"] if "real_bytes" in ours else None
    return plain | {"real_jsonl_gz_ratio": real and round(real, 3)}


def seconds(task: Callable[..., object], *arguments: Any, **options: Any) -> float:
    """Wall-clock seconds of one call."""
    with stopwatch() as watch:
        task(*arguments, **options)
    return watch.wall


def _measured(task: Callable[..., dict[str, float]], arguments: tuple[Any, ...]) -> dict[str, float]:
    return {**task(*arguments), "peak_mb": peak_megabytes()}


if __name__ == "__main__":
    sys.exit(main())
