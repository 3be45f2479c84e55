"""Every offset points into the text of its own row, on the pages of all sample portals and in either normal form."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from crawlers.archive import ArchiveWriter, FetchRecord
from crawlers.portal import Portal, identity, load_registry
from tests.portals import content
from tests.portals.model import Article, Document
from tests.portals.server import SampleServer
from tests.transforms.test_pipeline import FETCHED, PARSED, table
from transforms.pipeline import observe
from warehouse.schema import ARTICLE_CITATIONS, ARTICLE_MENTIONS, ARTICLE_QUANTITIES, Kind

REGISTRY = load_registry([Path(content.__file__).parent / "registry"])
WRITTEN = {ARTICLE_MENTIONS: "text", ARTICLE_CITATIONS: "raw", ARTICLE_QUANTITIES: "raw"}
Pages = list[tuple[Article | Document, httpx.Response, dict[str, bytes]]]


@pytest.fixture(scope="module")
def pages() -> Iterator[dict[str, Pages]]:
    with SampleServer() as server, httpx.Client(proxy=server.proxy, follow_redirects=True) as client:
        yield {
            portal: [
                (gold, client.get(gold.url), {file.url: client.get(file.url).content for file in gold.attachments})
                for gold in (*content.ARTICLES, *content.DOCUMENTS)
                if gold.portal == portal
            ]
            for portal in content.PORTALS
        }


def archive(folder: Path, portal: Portal, pages: Pages, form: str | None) -> Path:
    """The pages as a crawl archives them; with ``form`` set, in UTF-8 and that Unicode normal form."""
    writer = ArchiveWriter(folder / portal.id / "r", folder)
    for gold, response, files in pages:
        kind = Kind.ARTICLE if isinstance(gold, Article) else Kind.DOCUMENT
        body = unicodedata.normalize(form, response.text).encode() if form else response.content
        encoding = "utf-8" if form else response.charset_encoding
        known: dict[str, Any] = {"id": identity(portal.id, kind, gold.url), "kind": kind.value, "http_status": 200}
        known |= {"attachments": tuple(files), "encoding": encoding, "media_type": "text/html"}
        writer.write(FetchRecord(kind.value, gold.url, "ok", FETCHED, **known), (200, [], body))
        for url, data in files.items():
            more: dict[str, Any] = {"parent_url": gold.url, "media_type": "application/pdf"}
            writer.write(FetchRecord("attachment", url, "ok", FETCHED, **more), (200, [], data))
    writer.close()
    return folder / portal.id / "r"


@pytest.mark.parametrize("form", [None, "NFD"])
@pytest.mark.parametrize("portal", content.PORTALS)
def test_every_child_is_what_the_text_says_at_its_place(
    portal: str, form: str | None, pages: dict[str, Pages], tmp_path: Path
) -> None:
    run = archive(tmp_path, REGISTRY[portal], pages[portal], form)
    rows = table(observe(run, tmp_path, REGISTRY[portal], "r", PARSED))
    assert {row["outcome"] for row in rows} == {"ok"}
    seen = 0
    for row in rows:
        assert unicodedata.is_normalized("NFC", row["text"])
        for child, written in WRITTEN.items():
            for each in row[child.name.removeprefix("article_")]:
                seen += 1
                assert row["text"][each["start"] : each["end"]] == each[written], row["url"]
    assert seen > 3 * len(rows)
