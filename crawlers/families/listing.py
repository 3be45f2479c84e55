"""Listings: the entries of a page that lists articles or documents, each with its title, date and position.

No selector is needed. An entry is the largest block around a link in which no other article is linked; the entries
of the list proper share tag, class and parent, and outnumber those of boxes beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from crawlers import urls
from crawlers.families.base import Family, Kind
from crawlers.families.chain import AnyPager, read_chain
from crawlers.families.pager import read_pager
from crawlers.job import Candidate
from crawlers.listing_dates import find_date, is_date_text
from crawlers.markup import Element, base_url, read_html

CONTAINERS = frozenset({"body", "html", "main", "ul", "ol", "table", "tbody", "form"})
DATE_CLASS = re.compile(r"date|time|ngay|publish|created|post-on", re.I)
LONGEST_DATE = 80  # characters: a longer text is a sentence with a date in it
HIGHEST_CLIMB = 8
MOST_LINKS = 10_000  # of one page: reading more would keep the crawl from everything else


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What one page of a listing shows: its entries in order, the entries of boxes beside it, its pager."""

    url: str
    items: tuple[Candidate, ...]
    aside: tuple[Candidate, ...]
    pager: AnyPager | None
    values: Mapping[str, str] = field(default_factory=dict)  # for Family.page_ask


@dataclass(frozen=True, slots=True)
class _Entry:
    url: str
    kind: Kind
    identity: str
    block: Element
    links: tuple[Element, ...]

    @property
    def signature(self) -> tuple[str, ...]:
        parent = self.block.getparent()
        return (_look(self.block), _look(parent) if parent is not None else "", self.kind)


def read_listing(html: str, url: str, family: Family, listing: Kind = "article") -> ListingPage:
    """Entries and pager of the listing at ``url``; a page that is no HTML has none."""
    root = read_html(html)
    if root is None:
        return ListingPage(url, (), (), None)
    base = base_url(root, url)
    anchors = islice(root.iter("a"), MOST_LINKS)
    links = [(a, link) for a in anchors if (link := urls.absolute(base, a.get("href")))]
    entries = _entries(links, family, listing)
    main = _main(entries, family)
    pager = read_pager(((_text(a), link) for a, link in links), url, family) or read_chain(root, base)
    shown = {entry.identity for entry in main}
    aside = [entry for entry in entries if entry.identity not in shown]
    found = (_candidates(main, url, family), _candidates(aside, url, family))
    return ListingPage(url, *found, pager, family.listing_values(root))


def _entries(links: Iterable[tuple[Element, str]], family: Family, listing: Kind) -> list[_Entry]:
    found = []
    for a, link in links:
        kind = family.kind_of(link, listing)
        if kind is not None:
            found.append((a, link, kind, f"{kind} {family.article_key(link) or family.canonical(link)}"))
    inside = _identities((a, identity) for a, _, _, identity in found)
    blocks: dict[Element, list[tuple[Element, str, Kind, str]]] = {}
    for item in found:
        blocks.setdefault(_block(item[0], inside), []).append(item)
    return [_entry(block, items) for block, items in blocks.items()]


def _entry(block: Element, items: list[tuple[Element, str, Kind, str]]) -> _Entry:
    _, link, kind, identity = items[0]
    return _Entry(link, kind, identity, block, tuple(a for a, *_ in items))


def _identities(links: Iterable[tuple[Element, str]]) -> dict[Element, set[str]]:
    inside: dict[Element, set[str]] = {}
    for a, identity in links:
        for element in (a, *a.iterancestors()):
            inside.setdefault(element, set()).add(identity)
    return inside


def _block(a: Element, inside: dict[Element, set[str]]) -> Element:
    """The largest element around ``a`` in which nothing else is linked, short of a list's own container."""
    block = a
    alone = len(inside[next(reversed(list(a.iterancestors())))]) == 1
    for level, ancestor in enumerate(a.iterancestors()):
        if ancestor.tag in CONTAINERS or len(inside[ancestor]) > 1 or level >= HIGHEST_CLIMB:
            break
        block = ancestor
        if alone and ancestor.tag in ("li", "tr", "article"):
            break
    return block


def _main(entries: list[_Entry], family: Family) -> list[_Entry]:
    """The list proper: entries that a selector names, else the most numerous kind of block."""
    for selector in family.items:
        chosen = [entry for entry in entries if _is_within(entry.block, selector)]
        if chosen:
            return _once(chosen)
    sizes: Counter[tuple[str, ...]] = Counter()
    for entry in entries:
        sizes[entry.signature] += len(_title(entry))
    if not sizes:
        return []
    best = max(sizes, key=lambda signature: sizes[signature])
    return _once(entry for entry in entries if entry.signature == best)


def _is_within(block: Element, selector: str) -> bool:
    name = selector.removeprefix(".")
    around = (block, *block.iterancestors(), *block.iterdescendants())
    return any(name in (element.get("class") or "").split() for element in around if isinstance(element.tag, str))


def _once(entries: Iterable[_Entry]) -> list[_Entry]:
    return list({entry.identity: entry for entry in reversed(list(entries))}.values())[::-1]


def _candidates(entries: Iterable[_Entry], url: str, family: Family) -> tuple[Candidate, ...]:
    return tuple(_candidate(entry, position, url, family) for position, entry in enumerate(entries))


def _candidate(entry: _Entry, position: int, url: str, family: Family) -> Candidate:
    date_text = _date_text(entry, family)
    return Candidate(
        url=family.canonical(entry.url),
        canonical_url=family.canonical(entry.url),
        kind=entry.kind,
        listing_url=url,
        portal_key=family.article_key(entry.url),
        title=_title(entry) or None,
        date_text=date_text,
        date=find_date(date_text) if date_text else None,
        position=position,
    )


def _title(entry: _Entry) -> str:
    """The longest text among the entry's links, or a link's title attribute where none has text."""
    texts = [_text(a) for a in entry.links if not is_date_text(_text(a))]
    return max((*texts, ""), key=len) or max((a.get("title") or "" for a in entry.links), key=len)


def _date_text(entry: _Entry, family: Family) -> str | None:
    """The text beside the link that is a date: by selector, as an attribute, standing alone, or in a dated class."""
    for selector in family.dates:
        for element in entry.block.find_class(selector.removeprefix(".")):
            if find_date(_text(element)):
                return _text(element)
    for reader in (_attributes, _lone_texts, _dated_classes):
        for text in reader(entry.block):
            if find_date(text):
                return text
    return None


def _attributes(block: Element) -> Iterator[str]:
    for element in block.iter("time"):
        yield element.get("datetime") or ""
    for element in block.iter("span", "p", "div", "small", "i", "em"):
        if is_date_text(element.get("title") or ""):
            yield element.get("title") or ""


def _lone_texts(block: Element) -> Iterator[str]:
    for text in block.itertext():
        line = " ".join(text.split())
        if len(line) <= LONGEST_DATE and is_date_text(line):
            yield line


def _dated_classes(block: Element) -> Iterator[str]:
    for element in block.iterdescendants():
        if isinstance(element.tag, str) and DATE_CLASS.search(element.get("class") or ""):
            text = _text(element)
            if len(text) <= LONGEST_DATE:
                yield text


def _text(element: Element) -> str:
    return " ".join(element.text_content().split())


def _look(element: Element) -> str:
    return f"{element.tag}.{element.get('class') or ''}"
