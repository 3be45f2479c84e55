"""Extraction over the mini-portals, whose pages are full of furniture: by each family's hints, and by none."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from crawlers.families.hints import Hints, hints_for
from crawlers.portal import load_registry
from tests.portals.minis import MINIS, REGISTRY, articles, documents, furniture
from tests.portals.model import Article as Gold
from tests.portals.state import State
from tests.portals.web import Request
from transforms.article import Article, extract
from transforms.bylines import UNIT
from transforms.documents.page import DocumentPage, extract_document
from transforms.fields import Evidence
from transforms.links import RELATED, SOURCE, VIDEO
from transforms.profile import learned_types
from transforms.slots import Sampled
from transforms.text import decode, fold
from transforms.tree import parse

PORTALS = load_registry([REGISTRY])
WITH_DOCUMENTS = [host for host in sorted(MINIS) if documents(MINIS[host])]
WITH_BOXES = ("baokycung.test", "baosongbang.test", "baothanhthuy.test")
EACH = 18  # pages of a portal that are read
Read = list[tuple[Gold, Article]]


def source(host: str, url: str) -> bytes:
    parts = urlsplit(url)
    return MINIS[host].respond(Request("GET", host, parts.path, parts.query, {}), State()).body


def read(host: str, learned: bool) -> Read:
    pages = [(gold, source(host, gold.url)) for gold in articles(MINIS[host])[:EACH]]
    hints = hints_for(PORTALS[MINIS[host].portal].family)
    slots = None
    if learned:
        trees = [(gold.url, parse(decode(body).utf8)) for gold, body in pages]
        types = learned_types([Sampled(url, tree, Evidence()) for url, tree in trees if tree])
        hints, slots = Hints(), types[0].slots
    found = []
    for gold, body in pages:
        article = extract(body, url=gold.url, encoding="utf-8", hints=hints, learned=slots, learned_first=True)
        assert isinstance(article, Article), article
        found.append((gold, article))
    return found


@pytest.fixture(scope="module")
def hinted() -> dict[str, Read]:
    return {host: read(host, learned=False) for host in MINIS}


@pytest.fixture(scope="module")
def learned() -> dict[str, Read]:
    return {host: read(host, learned=True) for host in MINIS}


@pytest.fixture(params=["hinted", "learned"])
def every(request: pytest.FixtureRequest) -> dict[str, Read]:
    found: dict[str, Read] = request.getfixturevalue(request.param)
    return found


HOSTS = pytest.mark.parametrize("host", sorted(MINIS))


@HOSTS
def test_the_whole_text_and_nothing_else_is_read(host: str, every: dict[str, Read]) -> None:
    for gold, article in every[host]:
        assert fold(article.text) == fold(gold.text), gold.url
        leaked = [leak for leak in furniture.LEAKS if fold(leak) in fold(article.text)]
        assert not [leak for leak in leaked if fold(leak) not in fold(gold.text)], gold.url


@HOSTS
def test_title_lead_and_times_are_right(host: str, every: dict[str, Read]) -> None:
    for gold, article in every[host]:
        assert fold(article.title or "") == fold(gold.title), gold.url
        assert fold(article.lead or "") == fold(gold.lead or ""), gold.url
        assert article.published_at == gold.published_at, gold.url
        assert (article.updated.instant if article.updated else None) == gold.updated_at, gold.url


@HOSTS
def test_captions_and_tables_keep_their_parts(host: str, every: dict[str, Read]) -> None:
    for gold, article in every[host]:
        shown = [(caption.text, caption.credit) for caption in article.captions]
        assert shown == [(caption.text, caption.credit) for caption in gold.captions], gold.url
        assert article.tables == gold.tables, gold.url


@HOSTS
def test_people_units_section_source_and_keywords_are_told_apart(host: str, hinted: dict[str, Read]) -> None:
    for gold, article in hinted[host]:
        people = [name for name in (gold.author or "").split(" - ") if name]
        assert (article.author or "") == "; ".join(people), gold.url
        assert [author.name for author in article.authors] == [*people, *gold.units], gold.url
        assert [author.name for author in article.authors if author.kind == UNIT] == list(gold.units), gold.url
        assert fold(article.section or gold.section) == fold(gold.section), gold.url
        assert article.source == gold.source, gold.url
        assert article.tags == gold.tags, gold.url


@HOSTS
def test_other_news_and_the_source_are_links_of_their_kind(host: str, hinted: dict[str, Read]) -> None:
    for gold, article in hinted[host]:
        by_rel = {rel: [link.url for link in article.links if link.rel == rel] for rel in (RELATED, SOURCE, VIDEO)}
        assert gold.url not in by_rel[RELATED], gold.url
        assert len(by_rel[RELATED]) >= 3, gold.url
        assert by_rel[SOURCE] == ([furniture.SOURCE_URL] if gold.source else []), gold.url
        assert bool(by_rel[VIDEO]) == (host in WITH_BOXES), gold.url


def test_the_furniture_that_is_asserted_is_there() -> None:
    golds = [gold for site in MINIS.values() for gold in articles(site)[:EACH]]
    assert sum(bool(gold.tables) for gold in golds) >= 3 * len(MINIS)
    assert sum(bool(gold.captions) for gold in golds) >= 3 * len(MINIS)
    assert sum(bool(gold.units) for gold in golds) >= 2 * len(MINIS)
    for host in MINIS:
        shown = fold(source(host, articles(MINIS[host])[1].url).decode())
        assert not [leak for leak in furniture.LEAKS if fold(leak) not in shown and leak not in ("Các tin khác",)], host


@pytest.mark.parametrize("host", WITH_DOCUMENTS)
def test_the_properties_of_a_document_are_right(host: str) -> None:
    hints = hints_for(PORTALS[MINIS[host].portal].family)
    for gold in documents(MINIS[host])[:EACH]:
        found = extract_document(source(host, gold.url), url=gold.url, hints=hints)
        assert isinstance(found, DocumentPage), gold.url
        fields = found.fields
        assert (fields.number, fields.issued_date) == (gold.number, gold.issued_date), gold.url
        assert fold(fields.doc_type or "") == fold(gold.doc_type), gold.url
        assert fold(fields.signer or "") == fold(gold.signer), gold.url
        assert fold(fields.subject or "") == fold(gold.subject), gold.url
        assert [file.url for file in found.files] == [file.url for file in gold.attachments], gold.url
