"""``python -m benchmarks.duplicates``: are copies found, and is nothing merged that is not the same text?

Labelled by construction. Copies: real articles (under ``TINTINH_DATA``, where they are there) and those of the sample
portals, edited as other editors do: paragraphs cut, title changed, byline, source and place line added, UBND for Ủy ban
nhân dân, words replaced. Not copies: all different articles, forms filled in anew, and articles whose facts were
exchanged for others. The peer is what is usual: MinHash with a Jaccard threshold of .7 and nothing else.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rensa import RMinHash, RMinHashLSH

from benchmarks import forms
from benchmarks.common import data_folder, finish, show, stopwatch
from warehouse.duplicates import NEEDED, duplicates
from warehouse.schema import ARTICLES
from warehouse.words import word_lists

MONTH = "2025-06"
COPIES = 2  # of each original
FILLED = 60  # of each form
FEWEST = 80  # words of an original that is copied
TELLING = 7  # words of a title that stands for one piece of news


@dataclass(frozen=True, slots=True)
class Piece:
    """One article of the sample: ``label`` names the news that it tells, ``sort`` how it was made."""

    title: str
    text: str
    label: str
    sort: str


def main() -> int:
    """Make the sample, cluster, print, compare with the floors."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.duplicates", description=__doc__)
    parser.add_argument("--gold", type=Path, help="JSON lines with title and text (default: those of TINTINH_DATA)")
    parser.add_argument("--quick", action="store_true", help="a small sample, for a test")
    options = parser.parse_args()
    data = data_folder()
    gold = options.gold or (data / "hanoi" / "articles_gold.jsonl" if data else None)
    figures = measure(pieces(gold, 8 if options.quick else FILLED, 40 if options.quick else 10_000))
    return finish("duplicates_quick" if options.quick else "duplicates", figures)


def measure(sample: list[Piece]) -> dict[str, float | int]:
    """Wrong merges and found copies, ours and the peer's."""
    table = articles(sample)
    with stopwatch() as watch:
        found = duplicates(MONTH, lambda: [table])
    ours = {row["article_id"]: row["cluster_id"] for row in found.to_pylist()}
    theirs = peer(sample)
    figures: dict[str, float | int] = {"articles": len(sample), **scores(sample, ours)}
    figures |= {f"peer_{name}": value for name, value in scores(sample, theirs).items()}
    figures["articles_per_cpu_second"] = round(len(sample) / watch.cpu)
    show("Duplicates", ("measure", "tintinh", "MinHash, Jaccard .7"), list(lines(figures)))
    for sort, (right, all_) in by_sort(sample, ours).items():
        print(f"  {sort}: {right} of {all_} as they should be")
    return figures


def pieces(gold: Path | None, filled: int, originals: int) -> list[Piece]:
    """The whole sample; the same each time."""
    choice = random.Random(7)
    made = [*(real(gold) if gold else ()), *samples()][:originals]
    sample: list[Piece] = []
    for number, (title, text) in enumerate(made):
        label = news(title) or f"news {number}"
        sample.append(Piece(title, text, label, "original"))
        if len(text.split()) >= FEWEST:
            sample += [Piece(*edited(title, text, choice), label, "copy") for _ in range(COPIES)]
            other = exchanged(title, text, choice)
            sample += [Piece(*other, f"other facts {number}", "other facts")] if other else []
    for title in forms.FORMS:
        for number in range(filled):
            sample.append(Piece(*forms.fill(title, choice), f"{title} {number}", "form"))
    return sample


def real(gold: Path) -> Iterator[tuple[str, str]]:
    """Title and text of real articles."""
    for line in gold.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("text"):
            yield row["title"] or "", row["text"]


def samples() -> Iterator[tuple[str, str]]:
    """Title and text of the sample portals' articles."""
    from tests.portals.content import ARTICLES as OURS

    for article in OURS:
        yield article.title, "\n".join([article.lead or "", *article.paragraphs])


def news(title: str) -> str | None:
    """What names the news of a long title: the real portal publishes some texts twice itself, a little edited."""
    words = re.findall(r"\w+", title.casefold())
    return " ".join(words) if len(words) >= TELLING else None


SWAPS = (
    ("Ủy ban nhân dân", "UBND"),
    ("UBND", "Ủy ban nhân dân"),
    ("Hội đồng nhân dân", "HĐND"),
    ("đồng chí", "ông"),
    ("thành phố", "TP"),
    ("vào ngày", "ngày"),
    ("cho biết", "cho hay"),
    ("tổ chức", "đã tổ chức"),
    ("trên địa bàn", "tại"),
    ("bảo đảm", "đảm bảo"),
    ("nhằm", "để"),
)
BYLINES = (
    "Tin, ảnh: Lò Thị Mẩy",
    "Theo Báo Sông Thao",
    "Nguồn: Cổng thông tin điện tử tỉnh",
    "Hoàng Minh Tú (tổng hợp)",
    "BBT",
    "Bài và ảnh: Nông Văn Thức - Ma Thị Duyên, Trung tâm Truyền thông",
)
PLACES = ("(Sông Thao) - ", "TTĐT - ", "Mường Thanh, ngày 12/6 - ", "(Báo Sông Thao) – ", "")


def edited(title: str, text: str, choice: random.Random) -> tuple[str, str]:
    """The text as another editor prints it."""
    parts = [part for part in re.split(r"\n+", text) if part.strip()]
    if len(parts) < 4:
        parts = re.split(r"(?<=[.!?])\s+", text)
    kept = max(2, round(len(parts) * choice.uniform(0.45, 1.0)))
    cut = parts[:kept] if choice.random() < 0.5 else [parts[n] for n in sorted(choice.sample(range(len(parts)), kept))]
    result = "\n".join(cut)
    for old, new in choice.sample(SWAPS, 4):
        result = re.sub(rf"(?<![\w/-]){old}(?![\w/-])", new, result, count=choice.randint(1, 3))
    result = choice.choice(PLACES) + result + "\n" + choice.choice(BYLINES)
    words = title.split()
    return " ".join(words[: max(4, len(words) * 2 // 3)]) if choice.random() < 0.5 else f"{title}: nhìn lại", result


def exchanged(title: str, text: str, choice: random.Random) -> tuple[str, str] | None:
    """The text with all of its numbers exchanged, as a form filled in anew; None where it has fewer than four."""
    if len(set(re.findall(r"\d+", text))) < 4:
        return None
    new = {number: str(int(number[:9]) + choice.randint(1, 9)) for number in set(re.findall(r"\d+", text))}
    return title, re.sub(r"\d+", lambda match: new[match[0]], text)


def articles(sample: list[Piece]) -> pa.Table:
    """The sample as rows of the table articles, over nine days, as many portals as there are."""
    start = dt.datetime(2025, 6, 10, 1, tzinfo=dt.UTC)
    rows = []
    later = {"original": 0, "other facts": 1, "form": 1, "copy": 2}
    for number, piece in enumerate(sample):
        at = start + dt.timedelta(days=later[piece.sort], minutes=number % 1400)
        row: dict[str, Any] = {
            "province": "tuyen_quang",
            "month": MONTH,
            "portal": f"bao{number % 90}",
            "article_id": f"{number:024d}",
        }
        row |= {"published_at": at, "published_date": at.date(), "published_precision": "minute", "first_seen_at": at}
        rows.append({**row, "title": piece.title, "text": piece.text})
    return pa.Table.from_pylist(rows, schema=pa.schema([ARTICLES.column(name).arrow() for name in NEEDED]))


def scores(sample: list[Piece], clusters: dict[str, str]) -> dict[str, float]:
    """``wrong_merges``: share of the merged articles that stand with other news; ``copies_found``: of all copies."""
    label = {f"{number:024d}": piece.label for number, piece in enumerate(sample)}
    merged = [(one, first) for one, first in clusters.items() if one != first]
    wrong = sum(label[one] != label[first] for one, first in merged)
    copies = [f"{number:024d}" for number, piece in enumerate(sample) if piece.sort == "copy"]
    right = sum(one in clusters and label[clusters[one]] == label[one] for one in copies)
    return {
        "wrong_merges": round(wrong / max(len(merged), 1), 4),
        "copies_found": round(right / max(len(copies), 1), 4),
        "merges": len(merged),
    }


def by_sort(sample: list[Piece], clusters: dict[str, str]) -> dict[str, tuple[int, int]]:
    """For each sort of article, how many stand where they belong."""
    label = {f"{number:024d}": piece.label for number, piece in enumerate(sample)}
    right: Counter[str] = Counter()
    for number, piece in enumerate(sample):
        first = clusters.get(f"{number:024d}", f"{number:024d}")
        right[piece.sort] += label[first] == piece.label and (piece.sort != "copy" or first != f"{number:024d}")
    return {sort: (right[sort], all_) for sort, all_ in Counter(piece.sort for piece in sample).items()}


def peer(sample: list[Piece]) -> dict[str, str]:
    """Clusters of the usual kind: the first earlier text with an estimated Jaccard similarity of .7."""
    words = word_lists(pa.array([piece.text for piece in sample])).to_pylist()
    shingles = [{" ".join(row[n : n + 3]) for n in range(len(row) - 2)} for row in words]
    hashes = RMinHash.from_token_sets([sorted(tokens) for tokens in shingles], 128, 1)
    lsh = RMinHashLSH(0.7, 128, 16)
    clusters: dict[str, str] = {}
    order = pc.sort_indices(articles(sample)["published_at"]).to_pylist()
    for number in order:
        near = [key for key in lsh.query(hashes[number]) if hashes[key].jaccard(hashes[number]) >= 0.7]
        if near:
            clusters[f"{number:024d}"] = clusters.get(f"{near[0]:024d}", f"{near[0]:024d}")
        lsh.insert(number, hashes[number])
    return clusters


def lines(figures: dict[str, float | int]) -> Iterator[tuple[object, ...]]:
    """The printed table."""
    yield "wrong merges, share", figures["wrong_merges"], figures["peer_wrong_merges"]
    yield "copies found, share", figures["copies_found"], figures["peer_copies_found"]
    yield "merged articles", figures["merges"], figures["peer_merges"]
    yield "articles a CPU second", figures["articles_per_cpu_second"], None


if __name__ == "__main__":
    sys.exit(main())
