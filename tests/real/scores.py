"""Scores of the harvested real portal against its gold: articles by the scorer of the data, documents by field."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.store import Warehouse

FIELDS = {  # column of documents -> key of the gold rows
    "number_raw": "so_ky_hieu",
    "doc_type": "loai",
    "issued_date": "ngay_ban_hanh",
    "published_date": "ngay_dang",
    "signer": "nguoi_ky",
    "subject": "trich_yeu",
}
FLOORS = {
    "articles once": 603,
    "date_correct": 0.99,
    "title_correct": 0.99,
    "f1": 0.97,
    "documents once": 360,
    **{f"document {name}": 0.97 for name in FIELDS},
}
SHOWN = 10


@dataclass(frozen=True)
class Result:
    """Scores by name, and what was missed, doubled or wrong."""

    scores: dict[str, float]
    notes: list[str]

    def below(self) -> list[str]:
        return [f"{name}: {self.scores[name]} < {floor}" for name, floor in FLOORS.items() if self.scores[name] < floor]


def gold(data: Path, kind: str) -> list[dict[str, Any]]:
    with (data / f"{kind}_gold.jsonl").open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def score(warehouse: Warehouse, data: Path, tools: Path, folder: Path) -> Result:
    articles = {row["article_id"]: row for row in warehouse.read("articles").to_pylist()}
    documents = {row["document_id"]: row for row in warehouse.read("documents").to_pylist()}
    by_address = addresses(warehouse)
    found = [matches(row["urls"], by_address) & articles.keys() for row in gold(data, "articles")]
    papers = [matches([row["url"]], by_address) & documents.keys() for row in gold(data, "documents")]
    fields, wrong = compare(gold(data, "documents"), papers, documents)
    scores = {
        "articles once": sum(len(ids) == 1 for ids in found),
        "articles": len(articles),
        **official(articles, by_address, data, tools, folder),
        "documents once": sum(len(ids) == 1 for ids in papers),
        "documents": len(documents),
        **fields,
    }
    paired = zip(gold(data, "articles"), found, strict=True)
    notes = [f"{row['urls'][0]}: {len(ids)} rows" for row, ids in paired if len(ids) != 1]
    return Result(scores, notes[:SHOWN] + wrong[:SHOWN])


def addresses(warehouse: Warehouse) -> dict[str, set[str]]:
    """Ids by every address under which a run saw them."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in warehouse.read("observations", ["id", "url", "canonical_url"]).to_pylist():
        found[row["url"]].add(row["id"])
        found[row["canonical_url"]].add(row["id"])
    return found


def matches(urls: Iterable[str], by_address: dict[str, set[str]]) -> set[str]:
    return set().union(*(by_address.get(url, set()) for url in urls))


def official(
    articles: dict[str, Any], by_address: dict[str, set[str]], data: Path, tools: Path, folder: Path
) -> dict[str, float]:
    """What the scorer says about one prediction for each address of each article."""
    predictions = folder / "predictions.jsonl"
    with predictions.open("w", encoding="utf-8") as stream:
        for url, ids in by_address.items():
            for row in (articles[name] for name in ids if name in articles):
                date = row["published_date"].isoformat() if row["published_date"] else None
                line = {"url": url, "title": row["title"], "date": date, "text": row["text"]}
                stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    command = [sys.executable, str(tools / "score_extraction.py"), str(data / "articles_gold.jsonl"), str(predictions)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {name: value for name, value in json.loads(done.stdout).items() if name != "articles"}


def compare(
    wanted: list[dict[str, Any]], papers: list[set[str]], documents: dict[str, Any]
) -> tuple[dict[str, float], list[str]]:
    """Share of the values that the gold states which the warehouse has too, by field; the first that it lacks."""
    right, given, wrong = dict.fromkeys(FIELDS, 0), dict.fromkeys(FIELDS, 0), []
    for row, ids in zip(wanted, papers, strict=True):
        held = documents[min(ids)] if ids else {}
        for column, key in FIELDS.items():
            if key not in row:
                continue
            given[column] += 1
            same = folded(held.get(column)) == folded(row[key])
            right[column] += same
            if not same:
                wrong.append(f"{row['id']} {column}: {held.get(column)!r}, gold {row[key]!r}")
    return {f"document {name}": round(count / given[name], 4) for name, count in right.items()}, wrong


def folded(value: Any) -> str:
    """Text in one form; dates as the portal writes them; nothing and the portal's dash are the same."""
    if value is None:
        return ""
    text = value.strftime("%d/%m/%Y") if hasattr(value, "strftime") else str(value)
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()
