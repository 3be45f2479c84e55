"""``python -m benchmarks.warehouse``: what a load costs, beside pandas writing the same rows in the same run.

A province-month of 4,000 articles (words drawn at random, about 3.4 KB of text, 30 mentions each) receives one more
day of 130, three times; the best counts. pandas does what a plain script would: read the month's file, append, drop
duplicates, ``to_parquet``. Each side runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import hashlib
import json
import multiprocessing
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from benchmarks.common import finish, peak_megabytes, show, stopwatch
from warehouse.publish import publish
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
        ours, theirs = alone(measure_warehouse, *asked), alone(measure_pandas, *asked)
    figures = figures_of(ours, theirs)
    show("Warehouse", ("figure", "tintinh", "pandas.to_parquet", "ratio"), rows_of(ours, theirs))
    return finish("warehouse", figures)


def alone(task: Callable[..., dict[str, float]], *arguments: Any) -> dict[str, float]:
    """The task's figures from a fresh process, its peak memory added."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (task, arguments))


def measure_warehouse(folder: str, articles: int, day: int) -> dict[str, float]:
    """Seconds of loading a day, of loading it again, of reading the month, of a sweep; bytes per article."""
    wh = Warehouse.open(Path(folder) / "warehouse")
    for number in range(10):
        first, last = articles * number // 10, articles * (number + 1) // 10
        load(wh, range(first, last), f"earlier-{number}")
    figures = {"peak_before_mb": peak_megabytes()}
    days = [range(articles + day * n, articles + day * (n + 1)) for n in range(REPEATS)]
    figures["load_s"] = min(seconds(load, wh, numbers, f"today-{numbers.start}") for numbers in days)
    figures["again_s"] = min(seconds(load, wh, numbers, f"today-{numbers.start}") for numbers in days)
    figures["read_s"] = seconds(wh.read, "articles", month=MONTH)
    observations, runs = wh.read("observations"), wh.read("runs")
    with stopwatch() as publishing:
        dict(publish(observations, runs, registry(), MONTH))
    figures["publish_rows_s"] = observations.num_rows / publishing.cpu
    figures["sweep_s"] = seconds(sweep, wh)
    figures["bytes"] = live_bytes(wh) / (articles + day * REPEATS)
    return figures


def measure_pandas(folder: str, articles: int, day: int) -> dict[str, float]:
    """The same rows by the means of a plain script; its bytes, and those of gzipped JSON lines."""
    path = Path(folder) / "articles.parquet"
    pd.DataFrame([observation(number, "earlier") for number in range(articles)]).to_parquet(path)
    figures = {"peak_before_mb": peak_megabytes()}
    days = [range(articles + day * n, articles + day * (n + 1)) for n in range(REPEATS)]
    figures["load_s"] = min(seconds(append, path, numbers) for numbers in days)
    figures["again_s"] = min(seconds(append, path, numbers) for numbers in days)
    figures["read_s"] = seconds(pd.read_parquet, path)
    figures["bytes"] = path.stat().st_size / (articles + day * REPEATS)
    lines = "\n".join(json.dumps(observation(n, "earlier"), ensure_ascii=False, default=str) for n in range(articles))
    figures["jsonl_gz_bytes"] = len(gzip.compress(lines.encode(), 6)) / articles
    return figures


def append(path: Path, numbers: range) -> None:
    """Read, append, keep the last of each id, write."""
    rows = pd.DataFrame([observation(number, "today") for number in numbers])
    merged = pd.concat([pd.read_parquet(path), rows]).drop_duplicates("id", keep="last")
    merged.to_parquet(path)


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
    names = ("articles", "article_topics", "article_mentions", "article_citations", "article_quantities")
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


def rows_of(ours: dict[str, float], theirs: dict[str, float]) -> list[tuple[object, ...]]:
    """The printed table."""
    names = {
        "load_s": "load one day into the month, s",
        "again_s": "load the same day again, s",
        "read_s": "read the month's articles, s",
        "peak_mb": "peak memory, MB",
        "bytes": "bytes an article (with child tables)",
    }
    rows = [(text, ours[name], theirs[name], ours[name] / theirs[name]) for name, text in names.items()]
    size = theirs["jsonl_gz_bytes"]
    return [
        *rows,
        ("bytes an article against gzip JSONL", ours["bytes"], size, ours["bytes"] / size),
        ("publish, observations per CPU second", ours["publish_rows_s"], None, None),
        ("sweep of 15 years, 180 partitions, s", ours["sweep_s"], None, None),
    ]


def figures_of(ours: dict[str, float], theirs: dict[str, float]) -> dict[str, float]:
    """The JSON line."""
    plain = {name: round(value, 4) for name, value in ours.items()}
    ratios = {
        f"{name}_ratio": ours[name] / theirs[name] for name in ("load_s", "again_s", "read_s", "peak_mb", "bytes")
    }
    ratios["jsonl_gz_ratio"] = ours["bytes"] / theirs["jsonl_gz_bytes"]
    return plain | {name: round(value, 3) for name, value in ratios.items()}


def seconds(task: Callable[..., object], *arguments: Any, **options: Any) -> float:
    """Wall-clock seconds of one call."""
    with stopwatch() as watch:
        task(*arguments, **options)
    return watch.wall


def _measured(task: Callable[..., dict[str, float]], arguments: tuple[Any, ...]) -> dict[str, float]:
    return {**task(*arguments), "peak_mb": peak_megabytes()}


if __name__ == "__main__":
    sys.exit(main())
