"""Feeds (RSS, Atom) and sitemaps: what they list, as plain entries. No entity or network access while parsing."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import chain, islice
from typing import Any, TypeAlias

from lxml import etree
from lxml import html as lxml_html

from crawlers import urls
from crawlers.listing_dates import find_date

Element: TypeAlias = Any  # lxml.etree._Element
DATE_TAGS = ("pubDate", "published", "date", "updated")
MOST_ENTRIES = 200_000  # of one sitemap; the protocol allows 50,000
MOST_PARTS = 500  # of one entry that are looked at: entries within entries would be read again and again
BATCH = 500
MONTH_NAME = re.compile(r"(?<!\d)(20\d{2})(?:[-_/.]?(0[1-9]|1[0-2]|[1-9](?!\d)))?(?!\d{3})")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
GZIP = b"\x1f\x8b"
FALSE_UTF_16 = re.compile(
    rb"(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=[\"']utf-16", re.IGNORECASE
)  # readable, so it is none
BARE_AMPERSAND = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:#\d+|#x[0-9a-f]+|amp|lt|gt|quot|apos);)", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed; ``date`` is a local day."""

    url: str
    title: str | None
    date_text: str | None
    date: dt.date | None


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """One page or one further sitemap; ``changed`` is the local day of ``lastmod``."""

    url: str
    lastmod: str | None
    changed: dt.date | None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap's pages and, for an index, its further sitemaps."""

    pages: tuple[SitemapEntry, ...]
    sitemaps: tuple[SitemapEntry, ...]


def read_feed(body: bytes, url: str) -> list[FeedEntry]:
    """Entries of an RSS or Atom feed in its order; [] for anything else."""
    root = _parse(body)
    if root is None:
        return []
    return [entry for item in _named(root.iter(), "item", "entry") if (entry := _feed_entry(item, url))]


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """Pages and further sitemaps of a sitemap file, the first ``MOST_ENTRIES``; empty for anything else."""
    batches = list(sitemap_batches(body, url))
    pages = tuple(entry for batch in batches for entry in batch.pages)
    return Sitemap(pages, tuple(entry for batch in batches for entry in batch.sitemaps))


def newest(sitemaps: Sequence[SitemapEntry], most: int) -> list[SitemapEntry]:
    """The ``most`` sitemaps of an index that are the newest, in its order.

    Told by ``lastmod``, else by a year and month in the name (``sitemap-2026-11.xml``); among equals the last ones:
    indexes without either grow at their end.
    """
    order = sorted(range(len(sitemaps)), key=lambda place: (_month(sitemaps[place]), place))
    return [sitemaps[place] for place in sorted(order[max(0, len(order) - most) :])]


def _month(sitemap: SitemapEntry) -> tuple[int, int]:
    if sitemap.changed is not None:
        return sitemap.changed.year, sitemap.changed.month
    named = MONTH_NAME.search(sitemap.url)
    return (int(named[1]), int(named[2] or 0)) if named else (0, 0)


def sitemap_batches(body: bytes, url: str) -> Iterator[Sitemap]:
    """The same in parts of some hundred entries: a huge file takes little memory, and other work in between."""
    pages: list[SitemapEntry] = []
    sitemaps: list[SitemapEntry] = []
    for item in islice(_items(body), MOST_ENTRIES):
        entry = _sitemap_entry(item, url)
        if entry:
            (pages if etree.QName(item).localname == "url" else sitemaps).append(entry)
        _forget(item)
        if len(pages) + len(sitemaps) >= BATCH:
            yield Sitemap(tuple(pages), tuple(sitemaps))
            pages, sitemaps = [], []
    yield Sitemap(tuple(pages), tuple(sitemaps))


def _items(body: bytes) -> Iterator[Element]:
    """The entries of a sitemap one by one, however broken what follows them is."""
    body = body.strip()
    if b"&" in body and not body.startswith(UTF_16):
        body = BARE_AMPERSAND.sub(_escaped, body)
    encoding = "utf-8" if FALSE_UTF_16.match(body) else None
    options: dict[str, Any] = {"resolve_entities": False, "no_network": True, "recover": True, "huge_tree": False}
    events = etree.iterparse(BytesIO(body), events=("end",), tag=("{*}url", "{*}sitemap"), encoding=encoding, **options)
    try:
        yield from (item for _, item in events)
    except (etree.XMLSyntaxError, ValueError):
        return


def _forget(item: Element) -> None:
    item.clear()
    while item.getprevious() is not None:
        del item.getparent()[0]


def unpacked(body: bytes, limit: int) -> bytes | None:
    """A gzip file (``sitemap.xml.gz``) unpacked, any other body as it is; None beyond ``limit`` bytes.

    A file that is cut off or damaged gives what can be read of it.
    """
    if not body.startswith(GZIP):
        return body
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = inflater.decompress(body, limit + 1)
    except zlib.error:
        return b""
    return plain if len(plain) <= limit else None


def _parse(body: bytes) -> Element | None:
    body = body.strip()
    try:
        return etree.fromstring(body, _parser(body))
    except (etree.XMLSyntaxError, ValueError):
        return _parse_loose(BARE_AMPERSAND.sub(_escaped, body))


def _parse_loose(body: bytes) -> Element | None:
    try:
        return etree.fromstring(body, _parser(body, recover=True))
    except (etree.XMLSyntaxError, ValueError):
        return None


def _parser(body: bytes, *, recover: bool = False) -> etree.XMLParser:
    encoding = "utf-8" if FALSE_UTF_16.match(body) else None
    return etree.XMLParser(encoding=encoding, resolve_entities=False, no_network=True, recover=recover, huge_tree=False)


def _escaped(match: re.Match[bytes]) -> bytes:
    return match[0] if match[0].startswith(b"<") else b"&amp;"


def _named(elements: Iterable[Element], *names: str) -> Iterator[Element]:
    for child in elements:
        if isinstance(child.tag, str) and etree.QName(child).localname in names:
            yield child


def _feed_entry(item: Element, base: str) -> FeedEntry | None:
    link = urls.absolute(base, _link(item))
    if link is None:
        return None
    date_text = next((text for tag in DATE_TAGS if (text := _child(item, tag))), None)
    return FeedEntry(link, _plain(_child(item, "title")), date_text, find_date(date_text) if date_text else None)


def _link(item: Element) -> str | None:
    for link in _named(islice(item.iter(), MOST_PARTS), "link"):
        if link.get("rel", "alternate") == "alternate" and (link.get("href") or (link.text or "").strip()):
            return link.get("href") or str(link.text).strip()
    return _child(item, "guid")


def _sitemap_entry(item: Element, base: str) -> SitemapEntry | None:
    link = urls.absolute(base, _child(item, "loc"))
    lastmod = _child(item, "lastmod")
    return SitemapEntry(link, lastmod, find_date(lastmod) if lastmod else None) if link else None


def _child(item: Element, name: str) -> str | None:
    """Text of the first child called so; children first, as extensions (image:loc, media:title) nest the same names."""
    named = (
        child
        for child in chain(islice(item, MOST_PARTS), islice(item.iter(), MOST_PARTS))
        if isinstance(child.tag, str)
    )
    texts = ((child.text or "").strip() for child in named if etree.QName(child).localname == name)
    return next((text for text in texts if text), None)


def _plain(title: str | None) -> str | None:
    if not title:
        return None
    fragment: Element = lxml_html.fromstring(f"<p>{title}</p>")
    return " ".join(fragment.text_content().split()) or None
