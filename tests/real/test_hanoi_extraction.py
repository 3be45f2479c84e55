"""Extraction on a real provincial department's portal: 603 articles, scored by the tool that everybody uses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers.families.hints import hints_for
from transforms.article import Article, extract
from transforms.documents.page import DocumentPage, extract_document
from transforms.text import fold

DATA = Path(os.environ.get("TINTINH_DATA", "../shared/data")) / "hanoi"
SCORER = Path(os.environ.get("TINTINH_TOOLS", "../shared/tools")) / "score_extraction.py"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is absent; set TINTINH_DATA to the measuring data"),
]
HINTS = hints_for("liferay")


def gold(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def pages() -> dict[str, bytes]:
    def responses() -> Iterator[tuple[str, bytes]]:
        with (DATA / "portal.warc.gz").open("rb") as stream:
            for record in ArchiveIterator(stream):
                yield record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read()

    return dict(responses())


@pytest.mark.skipif(not SCORER.is_file(), reason=f"{SCORER} is absent; set TINTINH_TOOLS to the scorers")
def test_real_articles_keep_their_text_title_and_date(pages: dict[str, bytes], tmp_path: Path) -> None:
    predictions = tmp_path / "predictions.jsonl"
    with predictions.open("w", encoding="utf-8") as stream:
        for row in gold("articles_gold.jsonl"):
            url = next(url for url in row["urls"] if url in pages)
            found = extract(pages[url], url=url, encoding="utf-8", hints=HINTS)
            assert isinstance(found, Article), found
            day = found.published_date.isoformat() if found.published_date else None
            answer = {"url": url, "title": found.title, "date": day, "text": found.text}
            stream.write(json.dumps(answer, ensure_ascii=False) + "\n")
    command = [sys.executable, str(SCORER), str(DATA / "articles_gold.jsonl"), str(predictions)]
    scores = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    print(scores)
    assert scores["missing"] == 0
    assert scores["f1"] >= 0.985
    assert scores["title_correct"] == 1.0
    assert scores["date_correct"] >= 0.996  # the gold itself lacks two dates that the pages show
    assert scores["pages_with_leak"] == 0


def test_real_documents_keep_every_field_of_their_table(pages: dict[str, bytes]) -> None:
    columns = {
        "number_raw": "so_ky_hieu",
        "doc_type": "loai",
        "issuer": "co_quan",
        "signer": "nguoi_ky",
        "subject": "trich_yeu",
        "issued_date": "ngay_ban_hanh",
    }
    rows = gold("documents_gold.jsonl")
    right = 0
    for row in rows:
        found = extract_document(pages[row["url"]], url=row["url"], encoding="utf-8", hints=HINTS)
        assert isinstance(found, DocumentPage), found
        assert found.fields.number, row["url"]
        for column, wanted in columns.items():
            value = getattr(found.fields, column)
            shown = value.strftime("%d/%m/%Y") if column == "issued_date" and value else value
            right += fold(shown or "").replace("| ", "") == fold(row.get(wanted) or "").replace("| ", "")
    assert right == len(rows) * len(columns)
