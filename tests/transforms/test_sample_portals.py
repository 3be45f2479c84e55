"""Extraction over every page of the sample portals, with the families' hints and with none at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from crawlers.families.hints import Hints, hints_for
from crawlers.portal import load_registry
from tests.portals import content
from tests.portals.model import Article as Gold
from tests.portals.server import SampleServer
from transforms.article import Article, extract
from transforms.fields import Evidence, without_place_line
from transforms.profile import learned_types
from transforms.slots import Sampled, Slots
from transforms.text import decode, fold
from transforms.tree import parse

REGISTRY = load_registry([Path(content.__file__).parent / "registry"])
PORTALS = pytest.mark.parametrize("portal", content.PORTALS)
Fetched = list[tuple[Gold, httpx.Response]]


@pytest.fixture(scope="module")
def pages() -> Iterator[dict[str, Fetched]]:
    with SampleServer() as server, httpx.Client(proxy=server.proxy, follow_redirects=True) as client:
        yield {
            portal: [(gold, client.get(gold.url)) for gold in content.ARTICLES if gold.portal == portal]
            for portal in content.PORTALS
        }


def read(fetched: Fetched, hints: Hints, learned: Slots | None = None) -> list[tuple[Gold, Article]]:
    found = []
    for gold, response in fetched:
        article = extract(
            response.content,
            url=gold.url,
            encoding=response.charset_encoding,
            hints=hints,
            listing=Evidence(gold.title),
            learned=learned,
            learned_first=True,
        )
        assert isinstance(article, Article), article
        found.append((gold, article))
    return found


@pytest.fixture(scope="module")
def hinted(pages: dict[str, Fetched]) -> dict[str, list[tuple[Gold, Article]]]:
    return {portal: read(fetched, hints_for(REGISTRY[portal].family)) for portal, fetched in pages.items()}


@pytest.fixture(scope="module")
def learned(pages: dict[str, Fetched]) -> dict[str, list[tuple[Gold, Article]]]:
    found = {}
    for portal, fetched in pages.items():
        found[portal] = read(fetched, Hints(), learned_types(list(sampled(fetched[:20])))[0].slots)
    return found


def sampled(fetched: Fetched) -> Iterator[Sampled]:
    for gold, response in fetched:
        page = parse(decode(response.content).utf8)
        assert page is not None
        yield Sampled(gold.url, page, Evidence())


@PORTALS
def test_the_whole_text_and_nothing_else_is_read(portal: str, hinted: dict[str, list[tuple[Gold, Article]]]) -> None:
    assert hinted[portal]
    wrong = [gold.url for gold, article in hinted[portal] if fold(article.text) != fold(gold.text)]
    assert wrong == []


@PORTALS
def test_title_date_section_and_files_are_right(portal: str, hinted: dict[str, list[tuple[Gold, Article]]]) -> None:
    for gold, article in hinted[portal]:
        assert fold(article.title or "") == fold(gold.title), gold.url
        assert article.published_at == gold.published_at, gold.url
        assert fold(article.section or "") == fold(gold.section), gold.url
        assert [file.url for file in article.files] == [file.url for file in gold.attachments], gold.url
        assert article.language == "vi", gold.url


@PORTALS
def test_leads_are_kept_without_the_agencys_name(portal: str, hinted: dict[str, list[tuple[Gold, Article]]]) -> None:
    for gold, article in hinted[portal]:
        assert fold(article.lead or "") == fold(without_place_line(gold.lead or "")), gold.url


@PORTALS
def test_captions_and_their_credits_are_kept_apart(portal: str, hinted: dict[str, list[tuple[Gold, Article]]]) -> None:
    for gold, article in hinted[portal]:
        found = [(fold(caption.text), fold(caption.credit or "")) for caption in article.captions]
        assert found == [(fold(caption.text), fold(caption.credit or "")) for caption in gold.captions], gold.url
        assert not [caption for caption in found if caption[0] in fold(article.text)], gold.url


@PORTALS
def test_every_writer_is_named(portal: str, hinted: dict[str, list[tuple[Gold, Article]]]) -> None:
    for gold, article in hinted[portal]:
        wanted = (gold.author or "").replace(" - ", "; ")
        assert (article.author or "").startswith(wanted), gold.url
        assert bool(wanted) or not article.author, gold.url


@PORTALS
def test_no_chrome_reaches_a_text(portal: str, hinted: dict[str, list[tuple[Gold, Article]]]) -> None:
    for gold, article in hinted[portal]:
        leaked = [leak for leak in content.LEAKS if fold(leak) in fold(article.text) and leak not in gold.text]
        assert leaked == [], gold.url


@PORTALS
def test_without_any_hint_the_profile_learned_from_twenty_pages_gives_the_same(
    portal: str, learned: dict[str, list[tuple[Gold, Article]]]
) -> None:
    for gold, article in learned[portal]:
        assert "learned_template" in article.flags, gold.url
        assert fold(article.text) == fold(gold.text), gold.url
        assert fold(article.title or "") == fold(gold.title), gold.url
        assert article.published_at == gold.published_at, gold.url
