"""The sample portals' gold as a warehouse, tagged by the real taggers, without a crawl: seconds instead of minutes."""

import datetime as dt
import random
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.duplicates import edited
from crawlers.portal import Portal, identity, load_registry, provinces
from dags.tasks import portals_table
from tests.portals.content import ARTICLES, DOCUMENTS, PORTALS
from tests.portals.model import Article, Document
from tests.warehouse.factory import batch, digest, run
from transforms.documents.relations import related, structure_row
from transforms.documents.structure import read_structure
from transforms.tagging import Context, tag
from warehouse.release import export_latest
from warehouse.report import write_report
from warehouse.store import Warehouse

FETCHED = dt.datetime(2025, 8, 1, 2, tzinfo=dt.UTC)
COPIED, BY = "baosongthao", "congxulang"  # three articles of one portal appear on another one too


def build(folder: Path) -> Warehouse:
    """Load every article and document of the sample portals, export and report; TINTINH_PORTALS must name them."""
    warehouse = Warehouse.open(folder)
    rows = [_article(article) for article in ARTICLES] + [_document(document) for document in DOCUMENTS]
    rows += [_copy(article) for article in [a for a in ARTICLES if a.portal == COPIED][:3]]
    staged = [
        warehouse.stage(
            [batch(row for row in rows if row["portal"] == portal)],
            run("sample", "2025-05-01", "2025-07-31", portal=portal, expect_min=0),
        )
        for portal in PORTALS
    ]
    warehouse.commit(staged, portals_table())
    export_latest(warehouse)
    write_report(warehouse)
    return warehouse


def _article(article: Article) -> dict[str, Any]:
    row = _row(article, "article", article.text, article.title, article.published_at.date())
    return row | {
        "lead": article.lead,
        "author": article.author,
        "section": article.section,
        "published_at": article.published_at.astimezone(dt.UTC),
        "published_date": article.published_at.date(),
        "published_precision": "minute",
    }


def _document(document: Document) -> dict[str, Any]:
    lines = document.paragraphs or (document.attachments[0].lines if document.attachments else ())
    text = "\n".join(lines) or document.subject
    names = ("number", "doc_type", "issuer", "issued_date", "signer", "subject")
    row = _row(document, "document", text, document.subject, document.issued_date)
    structure = read_structure(text)
    tags = tag(text, Context(document.portal, _province(document.portal), document.issued_date, document.subject))
    cited = related(tags.citations, structure, document.number, text)
    row |= structure_row(structure) | {"citations": [asdict(each) for each in cited]}
    return row | {name: getattr(document, name) for name in names} | {"published_date": document.published_at.date()}


def _copy(article: Article) -> dict[str, Any]:
    title, text = edited(article.title, article.text, random.Random(article.key))
    later = article.published_at.astimezone(dt.UTC) + dt.timedelta(hours=5)
    taken = {"title": title, "text": text, "content_hash": digest(text), "digest": digest(title + text)}
    taken |= {"published_at": later, "author": None, **_tags(text, title, BY, article.published_at.date())}
    place = f"http://{BY}.test/tin/{article.key}"
    own = {"portal": BY, "id": identity(BY, "article", article.key), "url": place, "canonical_url": place}
    return _article(article) | own | taken | {"province": _province(BY)}


def _row(item: Article | Document, kind: str, text: str, title: str, day: dt.date) -> dict[str, Any]:
    return {
        "province": _province(item.portal),
        "month": f"{day:%Y-%m}",
        "portal": item.portal,
        "run_id": "sample",
        "kind": kind,
        "id": identity(item.portal, kind, item.key),
        "url": item.url,
        "canonical_url": item.url,
        "outcome": "ok",
        "fetched_at": FETCHED,
        "parsed_at": FETCHED,
        "content_hash": digest(text),
        "digest": digest(item.ref + text),
        "title": title,
        "text": text,
        "language": "vi",
        **_tags(text, title, item.portal, day),
    }


def _tags(text: str, title: str, portal: str, day: dt.date) -> dict[str, Any]:
    tags = tag(text, Context(portal, _registry()[portal].province, day, title))
    return {
        name: [asdict(each) for each in getattr(tags, name)]
        for name in ("topics", "mentions", "citations", "quantities")
    }


@cache
def _registry() -> dict[str, Portal]:
    return dict(load_registry())


def _province(portal: str) -> str:
    return provinces()[_registry()[portal].province].slug
