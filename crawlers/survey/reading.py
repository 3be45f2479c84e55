"""What the family and the listing reader find on the pages of a look: plain data, to be kept as golden and compared.

A pure function of pages and of how the portal is read: no network, no clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import unquote, urlsplit

from crawlers import feeds
from crawlers.attachments import find_files
from crawlers.families import family
from crawlers.families.base import Family
from crawlers.families.home import read_home
from crawlers.families.listing import ListingPage, read_listing
from crawlers.job import Candidate
from crawlers.portal import Portal
from crawlers.survey import facts
from crawlers.survey.evidence import Seen, best_family, score_families
from crawlers.survey.pages import Page

DOCUMENTS = re.compile(
    r"(?:^|[/_-])(?:van-?ban|vbpq|vb-?qppl|vbqppl|cong-bao|congbao|cong-van|legal|documents?)(?=[/_.?=-]|$)",
    re.IGNORECASE,
)
UNPACKED = 64 << 20
MOST_ENTRIES = 5  # of a feed or sitemap that a golden file lists
Golden = dict[str, Any]


def is_document_section(url: str) -> bool:
    """Whether the address of a section says that it lists documents (văn bản)."""
    return DOCUMENTS.search(unquote(urlsplit(url).path)) is not None


def family_of(portal: Portal) -> Family:
    """The family as the portal uses it."""
    return family(portal.family, portal.options, str(portal.home))


def seen(pages: Iterable[Page]) -> list[Seen]:
    """The HTML pages as evidence for a family."""
    shown = ("home", "section", "documents", "article", "document")
    return [Seen(page.url, page.html, page.headers) for page in pages if page.what in shown and page.is_whole]


def read_look(pages: Sequence[Page], portal: Portal) -> Golden:
    """Home, listings, sources and examples as the portal's family reads them."""
    using = family_of(portal)
    return {
        "portal": portal_facts(portal),
        "family": best_family(score_families(seen(pages), portal.kind)),
        "home": next((_home(page, using, portal) for page in _of(pages, "home")), None),
        "listings": [_listing(page, using) for page in _of(pages, "home", "section", "documents")],
        "feeds": [_feed(page, using) for page in _of(pages, "feed")],
        "sitemaps": [_sitemap(page, using) for page in _of(pages, "sitemap")],
        "articles": [_article(page, using) for page in _of(pages, "article")],
        "documents": [_document(page, using, portal) for page in _of(pages, "document")],
    }


def portal_facts(portal: Portal) -> Golden:
    """What the portal's file says that matters for reading, as JSON data."""
    names = {"id", "home", "kind", "province", "family", "options", "hosts"}
    return portal.model_dump(mode="json", include=names, exclude_defaults=True)


def read_page(page: Page, using: Family) -> ListingPage:
    """The entries of a listing or home page."""
    return read_listing(page.html, page.url, using, "document" if page.what == "documents" else "article")


def is_box(entries: Sequence[Golden], elsewhere: Sequence[set[str]]) -> bool:
    """Whether the entries of a listing are only a box that most other pages show too."""
    shown = {item["url"] for item in entries}
    return len(elsewhere) > 1 and sum(shown <= other for other in elsewhere) > len(elsewhere) / 2


def _of(pages: Iterable[Page], *what: str) -> list[Page]:
    """Whole pages of some sorts, in an order that does not depend on which answer came first."""
    found = [page for page in pages if page.what in what and page.is_whole]
    return sorted(found, key=lambda page: (what.index(page.what), page.section, page.number, page.record.url))


def _home(page: Page, using: Family, portal: Portal) -> Golden:
    found = read_home(page.html, page.url, using, portal.allows)
    return {"url": page.url, "feeds": list(found.feeds), "sections": list(found.sections)}


def _listing(page: Page, using: Family) -> Golden:
    found = read_page(page, using)
    return {
        "what": page.what,
        "section": page.section,
        "page": page.number,
        "encoding": page.encoding,
        "pager": _pager(found),
        "items": [_item(item) for item in found.items],
        "aside": [item.url for item in found.aside],
    }


def _pager(found: ListingPage) -> Golden | None:
    """The pager's kind and what it says, without the hidden fields that change with every answer."""
    if found.pager is None:
        return None
    said = {name: value for name, value in asdict(found.pager).items() if isinstance(value, str | int)}
    return {"kind": type(found.pager).__name__.lower(), **said}


def _item(item: Candidate) -> Golden:
    day = item.date.isoformat() if item.date else None
    return {"url": item.url, "kind": item.kind, "key": item.portal_key, "title": item.title, "date": day}


def _feed(page: Page, using: Family) -> Golden:
    entries = feeds.read_feed(page.body, page.url)
    first = [
        {
            "url": using.canonical(entry.url),
            "title": entry.title,
            "date": entry.date.isoformat() if entry.date else None,
        }
        for entry in entries[:MOST_ENTRIES]
    ]
    return {"url": page.url, "entries": len(entries), "first": first}


def _sitemap(page: Page, using: Family) -> Golden:
    found = feeds.read_sitemap(feeds.unpacked(page.body, UNPACKED) or b"", page.url)
    of_family = [entry.url for entry in found.pages if using.kind_of(entry.url)]
    said = {"pages": len(found.pages), "articles": len(of_family), "sitemaps": len(found.sitemaps)}
    return {"url": page.url, **said, "first": of_family[:MOST_ENTRIES]}


def _article(page: Page, using: Family) -> Golden:
    day = facts.day(page.html, using.hints)
    return {
        "url": page.url,
        "key": using.article_key(page.url),
        "titles": facts.titles(page.html, using.hints)[:3],
        "date": day.isoformat() if day else None,
        "encoding": page.encoding,
    }


def _document(page: Page, using: Family, portal: Portal) -> Golden:
    files = [] if page.record.media_type != "text/html" else find_files(page.html, page.url, using.hints, portal.allows)
    return {"url": page.url, "key": using.article_key(page.url), "files": files}
