"""``python -m benchmarks.queries``: what researchers ask of two million articles, beside SQLite and JSON lines.

Generated articles of 24 months and 63 provinces (words drawn at random by frequency, about 2.6 KB of text) lie as an
export has them: month files, sorted by province, with topics, mentions, citations, documents and the search index that
the pipeline itself builds. Each question is asked of DuckDB through ``latest/views.sql``, once cold and three times
warm; the median counts. The same answers are then taken from the first months alone (``--peers`` articles), from
SQLite with the indexes that a careful person would make, and from JSON lines read by DuckDB; rows are compared.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pyarrow.parquet as pq

from benchmarks import generated
from benchmarks.common import finish, show, stopwatch
from warehouse.catalog import views
from warehouse.words import fold

WARM = 3  # times that a question is asked again
PERSON, PHRASE, ROOT = generated.PERSONS[30], "chuyen doi so", generated.DIRECTIVE
Rows = list[tuple[Any, ...]]

QUESTIONS = {
    "province and month": "SELECT published_date, count(*), sum(n_chars) FROM articles "
    "WHERE province = 'tuyen_quang' AND month = '2024-01' GROUP BY published_date ORDER BY published_date",
    "topics per month": "SELECT month, topic, count(*) AS articles FROM article_topics WHERE rank = 1 "
    "GROUP BY month, topic ORDER BY month, articles DESC, topic",
    "who is named with whom": "SELECT norm, count(DISTINCT id) AS articles FROM article_mentions "
    f"WHERE type = 'PER' AND norm <> '{PERSON}' "
    f"AND id IN (SELECT id FROM article_mentions WHERE norm = '{PERSON}' AND type = 'PER') "
    "GROUP BY norm ORDER BY articles DESC, norm LIMIT 20",
    "citation closure": "WITH RECURSIVE chain(number, depth) AS ("
    f"SELECT '{ROOT}', 0 UNION SELECT documents.number, chain.depth + 1 FROM chain "
    "JOIN article_citations AS cited ON cited.number = chain.number AND cited.kind = 'document' "
    "JOIN documents ON documents.document_id = cited.id WHERE chain.depth < 6) "
    "SELECT depth, count(DISTINCT number) FROM chain GROUP BY depth ORDER BY depth",
}
SEARCH = f"SELECT month, count(*) FROM search('{PHRASE}') GROUP BY month ORDER BY month"
PROOF = f"SELECT count(*) FROM search_phrase('{PHRASE}') WHERE month = '2024-01'"
LIKE = f"folded LIKE '% {PHRASE} %'"
CONTAINS = f"contains(' ' || replace(strip_accents(lower(text)), 'đ', 'd') || ' ', ' {PHRASE} ')"
PAIRS, PROVEN = "search without accents", "phrase in a month"
TABLES = ("articles", "article_topics", "article_mentions", "article_citations", "documents")
COLUMNS = {
    "articles": "article_id province month published_date title n_chars text",
    "article_topics": "id month topic rank",
    "article_mentions": "id month type norm",
    "article_citations": "id kind number",
    "documents": "document_id number",
}
INDEXES = """
    CREATE INDEX a1 ON articles (province, month); CREATE INDEX t1 ON article_topics (month);
    CREATE INDEX m1 ON article_mentions (norm); CREATE INDEX m2 ON article_mentions (id);
    CREATE INDEX c1 ON article_citations (number); CREATE INDEX d1 ON documents (document_id);
"""


def main() -> int:
    """Generate, ask, print, compare with the floors."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queries", description=__doc__)
    parser.add_argument("--articles", type=int, default=2_000_000, help="articles that are generated")
    parser.add_argument("--peers", type=int, default=80_000, help="articles that SQLite and JSON lines get")
    parser.add_argument("--folder", type=Path, help="where the data lie or are to lie; default: a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        figures = measure(folder, options.articles, options.peers)
    return finish("queries" if options.articles >= 2_000_000 else "queries_quick", figures)


def measure(folder: Path, articles: int, peers: int) -> dict[str, float | int]:
    """All figures; the data are generated unless they lie in ``folder`` already."""
    with stopwatch() as making:
        generated.make(folder / "latest", articles)
    everything = ask_export(folder / "latest", None)
    months = first_months(folder / "latest", peers)
    few = ask_export(folder / "latest", months)
    sqlite, jsonl = ask_sqlite(folder, months), ask_jsonl(folder, months)
    compare(few, sqlite)
    compare(few, jsonl)
    show(f"{articles:,} articles; peers have {few.size:,}", HEADER, list(lines(everything, few, sqlite, jsonl)))
    return {"making_cpu_s": round(making.cpu, 1), **figures_of(everything, few, sqlite, jsonl)}


HEADER = (
    "question",
    "all, cold s",
    "all, warm s",
    "peers' share, warm s",
    "SQLite, s",
    "ratio",
    "JSON lines, s",
    "ratio",
)


def plain_search(condition: str) -> dict[str, str]:
    """The searches for a reader without an index: every text is looked at."""
    return {
        PAIRS: f"SELECT month, count(*) FROM articles WHERE {condition} GROUP BY month ORDER BY month",
        PROVEN: f"SELECT count(*) FROM articles WHERE month = '2024-01' AND {condition}",
    }


class Asked:
    """What one reader answered: wall-clock and CPU seconds by question, and the rows themselves."""

    def __init__(self, name: str, size: int) -> None:
        self.name, self.size = name, size
        self.cold: dict[str, float] = {}
        self.warm: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self.answers: dict[str, Rows] = {}

    def ask(self, question: str, answer: Callable[[], Rows], times: int) -> None:
        """Ask once cold and ``times`` warm; without a warm time the cold one counts."""
        taken = []
        for _ in range(times + 1):
            with stopwatch() as watch:
                self.answers[question] = [tuple(map(str, row)) for row in answer()]
            taken.append(watch)
        warm = taken[1:] or taken
        self.cold[question], self.warm[question] = taken[0].wall, median(watch.wall for watch in warm)
        self.cpu[question] = median(watch.cpu for watch in warm)


def ask_export(export: Path, months: list[str] | None) -> Asked:
    """The questions to DuckDB over an export, or over its files of some months."""
    con = duckdb.connect()
    listed = [entry for entry in json.loads((export / "files.json").read_text()) if in_months(entry["path"], months)]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(json.dumps(listed))
        file.flush()
        con.execute(views({entry["table"] for entry in listed}, file.name))
    asked = Asked("export", con.sql("SELECT count(*) FROM articles").fetchall()[0][0])
    for name, sql in {**QUESTIONS, PAIRS: SEARCH, PROVEN: PROOF}.items():
        asked.ask(name, lambda sql=sql: con.sql(sql).fetchall(), WARM)  # type: ignore[misc]
    return asked


def compare(ours: Asked, peer: Asked) -> None:
    """AssertionError names the question that a peer answers differently; pairs of words alone may find a bit more."""
    for name, rows in ours.answers.items():
        if name != PAIRS and peer.answers[name] != rows:
            raise AssertionError(f"{name}: {peer.name} answers {peer.answers[name][:3]}, the export {rows[:3]}")


def first_months(export: Path, articles: int) -> list[str]:
    """The first months that have so many articles together, at least one."""
    found: list[str] = []
    total = 0
    for path in sorted((export / "articles").iterdir()):
        if total >= articles:
            break
        found.append(path.stem[-7:])
        total += pq.ParquetFile(path).metadata.num_rows
    return found


def in_months(path: str, months: list[str] | None) -> bool:
    """Whether a file is of one of these months."""
    return months is None or Path(path).stem[-7:] in months


def ask_sqlite(folder: Path, months: list[str]) -> Asked:
    """The same of SQLite: tables with indexes, texts folded beforehand."""
    path = folder / "peer.sqlite"
    path.unlink(missing_ok=True)
    con = sqlite3.connect(path)
    for table in TABLES:
        names = COLUMNS[table].replace("text", "folded").split()
        con.execute(f"CREATE TABLE {table} ({', '.join(names)})")
        for rows in batches(folder, table, months):
            con.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", map(folded(table), rows))
    con.executescript(INDEXES)
    con.execute("ANALYZE")
    con.commit()
    asked = Asked("SQLite", con.execute("SELECT count(*) FROM articles").fetchone()[0])
    for name, sql in {**QUESTIONS, **plain_search(LIKE)}.items():
        asked.ask(name, lambda sql=sql: con.execute(sql).fetchall(), 1)  # type: ignore[misc]
    con.close()
    path.unlink()
    return asked


def folded(table: str) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """How a row goes into SQLite: dates as text, the text without accents."""
    if table != "articles":
        return lambda row: row
    return lambda row: (*row[:3], str(row[3]), *row[4:-1], f" {fold(row[-1])} ")


def batches(folder: Path, table: str, months: list[str]) -> Iterator[Rows]:
    """Rows of a table in batches, only the columns that the questions need."""
    names = COLUMNS[table].split()
    for path in sorted((folder / "latest" / table).iterdir()):
        if in_months(str(path), months):
            for batch in pq.ParquetFile(path).iter_batches(20_000, columns=names):
                yield list(zip(*(batch.column(name).to_pylist() for name in names), strict=True))


def ask_jsonl(folder: Path, months: list[str]) -> Asked:
    """The same of JSON lines, one file a table, which DuckDB reads anew each time."""
    con = duckdb.connect()
    for table in TABLES:
        files = [str(path) for path in sorted((folder / "latest" / table).iterdir()) if in_months(str(path), months)]
        target = folder / f"{table}.jsonl"
        names = ", ".join(COLUMNS[table].split())
        con.execute(f"COPY (SELECT {names} FROM read_parquet({files})) TO '{target}' (FORMAT json)")
        types = {row[0]: row[1] for row in con.sql(f"DESCRIBE SELECT {names} FROM read_parquet({files})").fetchall()}
        con.execute(f"CREATE VIEW {table} AS SELECT * FROM read_ndjson('{target}', columns = {types})")
    asked = Asked("JSON lines", con.sql("SELECT count(*) FROM articles").fetchall()[0][0])
    for name, sql in {**QUESTIONS, **plain_search(CONTAINS)}.items():
        asked.ask(name, lambda sql=sql: con.sql(sql).fetchall(), 0)  # type: ignore[misc]
    for table in TABLES:
        (folder / f"{table}.jsonl").unlink()
    return asked


def lines(everything: Asked, few: Asked, sqlite: Asked, jsonl: Asked) -> Iterator[tuple[object, ...]]:
    """The printed table."""
    for name, warm in everything.warm.items():
        ours, base = few.warm[name], (sqlite.warm[name], jsonl.warm[name])
        all_ = everything.cold[name], warm, everything.cpu[name]
        yield name, *all_, ours, base[0], base[0] / ours, base[1], base[1] / ours


def figures_of(everything: Asked, few: Asked, sqlite: Asked, jsonl: Asked) -> dict[str, float | int]:
    """The JSON line: warm seconds of each question, the slowest, how many times slower the peers are."""
    figures: dict[str, float | int] = {"articles": everything.size, "peer_articles": few.size}
    figures["slowest_warm_s"] = round(max(everything.warm.values()), 3)
    figures["slowest_cpu_s"] = round(max(everything.cpu.values()), 3)
    for name, warm in everything.warm.items():
        key = name.replace(",", "").replace(" ", "_")
        figures[f"{key}_s"] = round(warm, 3)
        figures[f"{key}_cpu_s"] = round(everything.cpu[name], 3)
        figures[f"{key}_sqlite_ratio"] = round(sqlite.warm[name] / few.warm[name], 2)
        figures[f"{key}_jsonl_ratio"] = round(jsonl.warm[name] / few.warm[name], 2)
    return figures


if __name__ == "__main__":
    sys.exit(main())
