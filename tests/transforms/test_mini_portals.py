"""Extraction over the mini-portals: the hints of each CMS family read the markup of that family."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from crawlers.families.hints import hints_for
from crawlers.portal import load_registry
from tests.portals.minis import MINIS, REGISTRY, articles, documents
from tests.portals.server import SampleServer
from transforms.article import Article, extract
from transforms.documents.page import DocumentPage, extract_document
from transforms.fields import Evidence
from transforms.text import fold

PORTALS = load_registry([REGISTRY])
WITH_DOCUMENTS = [host for host in sorted(MINIS) if documents(MINIS[host])]
EACH = 12  # pages of a portal that are read


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with SampleServer() as server, httpx.Client(proxy=server.proxy, follow_redirects=True) as running:
        yield running


@pytest.mark.parametrize("host", sorted(MINIS))
def test_text_title_date_lead_and_writer_of_an_article_are_right(host: str, client: httpx.Client) -> None:
    hints = hints_for(PORTALS[MINIS[host].portal].family)
    for gold in articles(MINIS[host])[:EACH]:
        response = client.get(gold.url)
        found = extract(response.content, url=gold.url, encoding="utf-8", hints=hints, listing=Evidence())
        assert isinstance(found, Article), gold.url
        assert fold(found.text) == fold(gold.text), gold.url
        assert fold(found.title or "") == fold(gold.title), gold.url
        assert found.published_at == gold.published_at, gold.url
        assert fold(found.lead or "") == fold(gold.lead or ""), gold.url
        assert (found.author or "") == (gold.author or "").replace(" - ", "; "), gold.url
        assert fold(found.section or gold.section) == fold(gold.section), gold.url


@pytest.mark.parametrize("host", WITH_DOCUMENTS)
def test_the_properties_of_a_document_are_right(host: str, client: httpx.Client) -> None:
    hints = hints_for(PORTALS[MINIS[host].portal].family)
    for gold in documents(MINIS[host])[:EACH]:
        found = extract_document(client.get(gold.url).content, url=gold.url, hints=hints)
        assert isinstance(found, DocumentPage), gold.url
        fields = found.fields
        assert (fields.number, fields.issued_date) == (gold.number, gold.issued_date), gold.url
        assert fold(fields.doc_type or "") == fold(gold.doc_type), gold.url
        assert fold(fields.signer or "") == fold(gold.signer), gold.url
        assert fold(fields.subject or "") == fold(gold.subject), gold.url
        assert [file.url for file in found.files] == [file.url for file in gold.attachments], gold.url
