"""Listings: the entries of a page that lists articles or documents, each with its title, date and position."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from crawlers import urls
from crawlers.families.base import Family, Kind
from crawlers.families.chain import AnyPager, read_chain
from crawlers.families.entries import LONGEST_TITLE, Entry, main_list, read_entries, text_of
from crawlers.families.pager import Pager, read_pager
from crawlers.job import Candidate
from crawlers.listing_dates import find_date, is_date_text
from crawlers.markup import base_url, read_html

MOST_CELLS = 50  # of one row
MOST_LINKS = 10_000  # of one page: reading more would keep the crawl from everything else


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What one page of a listing shows: its entries in order, the entries of boxes beside it, its pager."""

    url: str
    items: tuple[Candidate, ...]
    aside: tuple[Candidate, ...]
    pager: AnyPager | None
    values: Mapping[str, str] = field(default_factory=dict)  # for Family.page_ask
    traps: tuple[str, ...] = ()  # links that are no entries although they may look like some, see urls.trap


def read_listing(html: str, url: str, family: Family, listing: Kind = "article") -> ListingPage:
    """Entries and pager of the listing at ``url``; a page that is no HTML has none.

    Of a page with more than ``MOST_LINKS`` links the first are read.
    """
    root = read_html(html)
    if root is None:
        return ListingPage(url, (), (), None)
    base = base_url(root, url)
    anchors = islice(root.iter("a"), MOST_LINKS)
    links = [(a, link) for a in anchors if (link := urls.absolute(base, a.get("href")))]
    entries = read_entries(links, family, listing)
    if listing == "document" and not any(entry.kind == "document" for entry in entries):
        entries = read_entries(links, replace(family, bare_files=True), listing) or entries
    pager = read_pager(((text_of(a), link) for a, link in links), url, family) or read_chain(root, base)
    elsewhere = ["" if (a.get("href") or "").startswith("#") else link for a, link in links]  # "#" is to the top
    main = main_list(root, entries, family, _last_link(pager, elsewhere))
    shown = {entry.identity for entry in main}
    aside = [entry for entry in entries if entry.identity not in shown]
    found = (_candidates(main, url, family), _candidates(aside, url, family))
    return ListingPage(
        url,
        *found,
        pager,
        family.listing_values(root),
        tuple(dict.fromkeys(link for _, link in links if urls.trap(link))),
    )


def _last_link(pager: AnyPager | None, links: list[str]) -> int | None:
    """Place among ``links`` of the last that leads to another page of the listing."""
    if not isinstance(pager, Pager):
        return None
    before, _, after = (re.escape(part) for part in pager.template.partition("{page}"))
    leads = re.compile(rf"{before}\d+{after}")
    return next((order for order in range(len(links) - 1, -1, -1) if leads.fullmatch(links[order])), None)


def _candidates(entries: Iterable[Entry], url: str, family: Family) -> tuple[Candidate, ...]:
    return tuple(_candidate(entry, position, url, family) for position, entry in enumerate(entries))


def _row_title(entry: Entry) -> str:
    """The longest text of the cells beside a link that says nothing itself."""
    texts = (text_of(cell) for cell in islice(entry.block.iter("td"), MOST_CELLS))
    return max((text for text in texts if not is_date_text(text)), key=len, default="")[:LONGEST_TITLE]


def _candidate(entry: Entry, position: int, url: str, family: Family) -> Candidate:
    canonical = family.canonical(entry.url)
    return Candidate(
        url=canonical,
        canonical_url=canonical,
        kind=entry.kind,
        listing_url=url,
        portal_key=family.article_key(entry.url),
        title=entry.title or _row_title(entry) or None,
        date_text=entry.date_text,
        date=find_date(entry.date_text) if entry.date_text else None,
        position=position,
    )
