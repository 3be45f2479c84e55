"""Articles a second and what they are worth: our full record against plain trafilatura on the same pages.

``python -m benchmarks.extraction [--gold G.jsonl --pages P.warc.gz] [--family liferay] [--limit N]``. Without
arguments the real archive under ``TINTINH_DATA`` is measured, or, where that is absent, the sample portals.
Gold rows: ``{"urls": [...], "title", "date": "YYYY-MM-DD", "text"}``. Times are CPU seconds of one core, both
extractors page by page in turn in one process.
"""

from __future__ import annotations

import argparse
import collections
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from trafilatura import bare_extraction
from warcio.archiveiterator import ArchiveIterator

from benchmarks.common import data_folder, finish, peak_megabytes, show
from crawlers.families.hints import hints_for
from crawlers.portal import load_registry
from transforms.article import Article, extract
from transforms.text import fold

SAMPLES = Path("tests/portals/registry")
SAMPLE_ORIGIN = "sample portals"
# Folded strings of the pages' chrome; one in a text that the gold text has not is a leak.
CHROME = (
    "view count",
    "lượt xem:",
    "other news",
    "các tin khác",
    "tin liên quan",
    "tin cùng chuyên mục",
    "send email",
    "gửi mail",
    "in bài viết",
    "gửi phản hồi",
    "thống kê truy cập",
    "đã truy cập",
    "xem lịch phát sóng",
    "nhảy đến nội dung",
    "liên kết website",
    "tin nóng",
    "admin admin",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One page with its gold: URL, body, family, title, ISO day, text."""

    url: str
    body: bytes
    family: str
    title: str
    date: str | None
    text: str


@dataclass(slots=True)
class Score:
    """Sums over the pages for one extractor."""

    seconds: float = 0.0
    f1: float = 0.0
    titles: int = 0
    dates: int = 0
    leaks: int = 0
    pages: int = field(default=0)

    def add(self, sample: Sample, title: str | None, date: str | None, text: str) -> None:
        """Compare one answer with the gold."""
        self.pages += 1
        self.f1 += token_f1(sample.text, text)
        self.titles += fold(title or "") == fold(sample.title)
        self.dates += (date or "")[:10] == (sample.date or "")
        folded, gold = fold(text), fold(sample.text)
        self.leaks += any(leak in folded and leak not in gold for leak in CHROME)

    def row(self, name: str) -> list[object]:
        """A line of the table."""
        return [name, self.rate, self.f1 / self.pages, self.titles / self.pages, self.dates / self.pages, self.leaks]

    @property
    def rate(self) -> float:
        """Articles a CPU second."""
        return self.pages / self.seconds


def token_f1(gold: str, predicted: str) -> float:
    """F1 of the multisets of folded words."""
    wanted, found = (collections.Counter(re.findall(r"\w+", fold(text))) for text in (gold, predicted))
    common = sum((wanted & found).values())
    total = sum(wanted.values()) + sum(found.values())
    return 2 * common / total if total else 1.0


def measure(samples: Iterator[Sample]) -> tuple[Score, Score]:
    """(ours, plain trafilatura) over the samples, page by page in turn."""
    ours, plain = Score(), Score()
    for sample in samples:
        started = time.process_time()
        found = extract(sample.body, url=sample.url, encoding="utf-8", hints=hints_for(sample.family))
        ours.seconds += time.process_time() - started
        if isinstance(found, Article):
            day = found.published_date.isoformat() if found.published_date else None
            ours.add(sample, found.title, day, found.text)
        else:
            ours.add(sample, None, None, "")
        started = time.process_time()
        answer: Any = bare_extraction(sample.body, url=sample.url, with_metadata=True, include_comments=False)
        plain.seconds += time.process_time() - started
        plain.add(sample, *((answer.title, answer.date, answer.text or "") if answer else (None, None, "")))
    return ours, plain


def archived(gold: Path, pages: Path, family: str) -> Iterator[Sample]:
    """Gold rows with the first of their pages that the WARC file holds."""
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    wanted = {url: row for row in rows for url in row["urls"]}
    done: set[int] = set()
    with pages.open("rb") as stream:
        for record in ArchiveIterator(stream):
            row = wanted.get(record.rec_headers.get_header("WARC-Target-URI"))
            if record.rec_type == "response" and row is not None and id(row) not in done:
                done.add(id(row))
                url = record.rec_headers.get_header("WARC-Target-URI")
                yield Sample(url, record.content_stream().read(), family, row["title"], row["date"], row["text"])


def served() -> Iterator[Sample]:
    """Every article of the sample portals, fetched from their loopback server."""
    from tests.portals.content import ARTICLES
    from tests.portals.server import SampleServer

    registry = load_registry([SAMPLES])
    with SampleServer() as server, httpx.Client(proxy=server.proxy, follow_redirects=True) as client:
        for gold in ARTICLES:
            day = gold.published_at.date().isoformat()
            body = client.get(gold.url).content
            yield Sample(gold.url, body, registry[gold.portal].family, gold.title, day, gold.text)


def main() -> int:
    """Measure, print the table and the JSON line, judge by the floors."""
    parser = argparse.ArgumentParser(description="Benchmark of the extraction.")
    parser.add_argument("--gold", type=Path, help="JSON lines with urls, title, date, text")
    parser.add_argument("--pages", type=Path, help="WARC file with the pages")
    parser.add_argument("--family", default="liferay", help="family whose hints apply to --pages")
    parser.add_argument("--limit", type=int, default=None, help="most pages")
    asked = parser.parse_args()
    if (asked.gold is None) != (asked.pages is None):
        parser.error("--gold and --pages belong together")
    samples, origin = _samples(asked)
    ours, plain = measure(
        sample for number, sample in enumerate(samples) if asked.limit is None or number < asked.limit
    )
    columns = ["extractor", "articles/s", "F1", "titles", "dates", "pages with leaks"]
    show(f"Extraction of {ours.pages} pages ({origin})", columns, [ours.row("tintinh"), plain.row("trafilatura")])
    return finish("extraction", _figures(ours, plain, origin))


def _samples(asked: argparse.Namespace) -> tuple[Iterator[Sample], str]:
    if asked.gold is not None:
        return archived(asked.gold, asked.pages, asked.family), asked.pages.name
    folder = data_folder()
    if folder is not None and (folder / "hanoi" / "portal.warc.gz").is_file():
        real = folder / "hanoi"
        return archived(real / "articles_gold.jsonl", real / "portal.warc.gz", "liferay"), "real archive"
    return served(), SAMPLE_ORIGIN


def _figures(ours: Score, plain: Score, origin: str) -> dict[str, float | int | str | None]:
    return {
        "pages": ours.pages,
        "origin": origin,
        "articles_per_s": round(ours.rate, 1),
        "trafilatura_articles_per_s": round(plain.rate, 1),
        "real_ratio": None if origin == SAMPLE_ORIGIN else round(ours.rate / plain.rate, 2),
        "sample_ratio": round(ours.rate / plain.rate, 2) if origin == SAMPLE_ORIGIN else None,
        "f1": round(ours.f1 / ours.pages, 4),
        "trafilatura_f1": round(plain.f1 / plain.pages, 4),
        "title": round(ours.titles / ours.pages, 4),
        "date": round(ours.dates / ours.pages, 4),
        "leaks": ours.leaks,
        "trafilatura_leaks": plain.leaks,
        "peak_mb": round(peak_megabytes(), 1),
    }


if __name__ == "__main__":
    sys.exit(main())
