"""The entries of a listing: the block around each link to an article or document, its title and its date.

No selector is needed. An entry is the largest block around a link in which no other article is linked; the entries
of the list proper share tag, class and place, and outweigh those of boxes beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice
from typing import Any
from urllib.parse import urlsplit

from lxml.cssselect import CSSSelector

from crawlers.families.base import Family, Kind
from crawlers.families.flat import dates_between
from crawlers.listing_dates import find_date, is_date_text
from crawlers.markup import Element

CONTAINERS = frozenset({"body", "html", "main", "ul", "ol", "table", "tbody", "form"})
BESIDE = frozenset({"aside", "nav", "header", "footer"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
DATE_CLASS = re.compile(r"date|time|ngay|publish|created|post-on", re.I)
DATE_ATTRIBUTE = re.compile(r"datetime|title|data-[\w-]*(?:date|time|publish)[\w-]*")
TITLE_CLASS = re.compile(r"(?:^|[\s_-])(?:title|headline|tieu-?de)(?:$|[\s_-])", re.I)
BESIDE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:sidebar|aside|right|hot|noi-?bat|(?:doc|xem)-?nhieu|most|popular|related|lien-?quan|menu|footer|"
    r"slider|carousel|ticker|marquee)(?:$|[\s_-])",
    re.I,
)
VOLATILE = re.compile(r"\d|^(?:odd|even|first|last|active|current|le|chan)$", re.I)
MORE = re.compile(
    r"(?:xem|đọc|chi tiết|xem (?:thêm|tiếp|chi tiết)|đọc (?:thêm|tiếp)|read more|more|details?|tải về|tải xuống|"
    r"download|toàn văn)\W*",
    re.I,
)
DOWNLOAD = re.compile(r"/(?:download\w*|tai-?ve|tai-?file|get-?file|view-?file)(?:[/.]|$)", re.I)
LONGEST_DATE = 80  # characters: a longer text is a sentence with a date in it
LONGEST_TITLE = 1000
HIGHEST_CLIMB = 8
FARTHEST = 12  # elements above an entry that say whether it stands beside the list
MOST_PARTS = 500  # elements or texts of one block that are read: no entry has more, and blocks may nest
MANY = ""  # stands for more than one identity
PAGED = 4  # how much more the list before the pager weighs
LITTLE = 0.25  # what a box beside the list weighs, or entries fewer than FEWEST that no pager follows
FEWEST = 3
FULL_WEIGHT = 200  # characters of an entry that count: a long one is no longer list

_Link = tuple[int, Element, str, Kind, str]  # order on the page, element, URL, kind, identity
_Look = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One link of a page with the block that speaks of it alone; ``order`` is its place among the page's links."""

    url: str
    kind: Kind
    identity: str
    block: Element
    order: int
    title: str
    date_text: str | None


def read_entries(links: Iterable[tuple[Element, str]], family: Family, listing: Kind) -> list[Entry]:
    """The entries among a page's ``links`` (element, absolute URL), in page order.

    Time is linear in the size of the page, however it nests.
    """
    found: list[_Link] = []
    for order, (a, link) in enumerate(links):
        is_copy = not family.bare_files and _is_download(a, link)
        kind = None if is_copy else family.kind_of(link, listing)
        if kind is not None:
            found.append((order, a, link, kind, f"{kind} {family.article_key(link) or family.canonical(link)}"))
    inside = _identities(found)
    alone = MANY not in inside.values()
    blocks: dict[Element, list[_Link]] = {}
    for item in found:
        blocks.setdefault(_block(item[1], inside, alone), []).append(item)
    entries = [_entry(block, items, family) for block, items in blocks.items()]
    beside = dates_between([entry.block for entry in entries if entry.date_text is None], inside)
    return [replace(entry, date_text=entry.date_text or beside.get(entry.block)) for entry in entries]


def _is_download(a: Element, link: str) -> bool:
    return a.get("download") is not None or DOWNLOAD.search(urlsplit(link).path) is not None


def _identities(found: Iterable[_Link]) -> dict[Element, str]:
    """What each element links: one identity, or ``MANY``. What lies above an element that is marked is marked too."""
    inside: dict[Element, str] = {}
    for _, a, _, _, identity in found:
        for element in chain((a,), a.iterancestors()):
            known = inside.get(element)
            if known in (identity, MANY):
                break
            inside[element] = identity if known is None else MANY
    return inside


def _block(a: Element, inside: dict[Element, str], alone: bool) -> Element:
    """The largest element around ``a`` in which nothing else is linked, short of a list's own container."""
    block = a
    for ancestor in islice(a.iterancestors(), HIGHEST_CLIMB):
        if ancestor.tag in CONTAINERS or inside[ancestor] == MANY:
            break
        block = ancestor
        if alone and ancestor.tag in ("li", "tr", "article"):
            break
    return block


def _entry(block: Element, items: list[_Link], family: Family) -> Entry:
    order, _, link, kind, identity = items[0]
    links = [a for _, a, *_ in islice(items, MOST_PARTS)]
    return Entry(link, kind, identity, block, order, _title(block, links), _date_text(block, family))


# The list proper


def main_list(root: Element, entries: Sequence[Entry], family: Family, pager: int | None = None) -> list[Entry]:
    """Entries of the list proper, each identity once: those that a selector names, else the weightiest of a kind.

    ``pager`` is the order of the last link of the page's pager: the list that it belongs to stands before it.
    """
    for selector in family.items:
        if chosen := _selected(root, entries, selector):
            return _once(chosen)
    groups: dict[_Look, list[Entry]] = {}
    looks = _Looks(entries)
    for entry in entries:
        groups.setdefault(looks.of(entry), []).append(entry)
    if not groups:
        return []
    paged = _before_pager(groups.values(), pager)

    def weight(group: list[Entry]) -> float:
        return _weight(group) * (PAGED if group is paged else LITTLE if len(group) < FEWEST else 1)

    best = max(groups.values(), key=weight)
    return _once(best)


def _selected(root: Element, entries: Sequence[Entry], selector: str) -> list[Entry]:
    """Entries whose block is in, is, or is around an element that ``selector`` names."""
    marks = set(_compiled(selector)(root))
    above: set[Element] = set()
    for mark in marks:
        for element in chain((mark,), mark.iterancestors()):
            if element in above:
                break
            above.add(element)
    below: dict[Element, bool] = dict.fromkeys(marks, True)
    return [entry for entry in entries if entry.block in above or _is_below(entry.block, below)]


def _is_below(element: Element, below: dict[Element, bool]) -> bool:
    """Whether one of ``below``'s true elements is around ``element``; what is found out on the way is noted there."""
    passed: list[Element] = []
    verdict = False
    for around in chain((element,), element.iterancestors()):
        if around in below:
            verdict = below[around]
            break
        passed.append(around)
    below.update(dict.fromkeys(passed, verdict))
    return verdict


class _Looks:
    """How entries look: tag and commonest class of the block, tag and classes of its parent, the id around it."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._classes = Counter(token for entry in entries for token in _tokens(entry.block))
        self._parents: dict[Element | None, _Look] = {}

    def of(self, entry: Entry) -> _Look:
        common = max(_tokens(entry.block), key=lambda token: (self._classes[token], token), default="")
        parent = entry.block.getparent()
        if parent not in self._parents:
            self._parents[parent] = _place(parent)
        return (entry.kind, str(entry.block.tag), common, *self._parents[parent])


def _place(parent: Element | None) -> _Look:
    if parent is None:
        return ()
    around = islice(chain((parent,), parent.iterancestors()), HIGHEST_CLIMB)
    named = next((id_ for element in around if (id_ := element.get("id"))), "")
    return (str(parent.tag), " ".join(_tokens(parent)), re.sub(r"\d+", "", named))


def _tokens(element: Element) -> list[str]:
    """Classes of an element other than those that number or stripe the entries of one list."""
    return sorted({token for token in (element.get("class") or "").split()[:20] if not VOLATILE.search(token)})


def _before_pager(groups: Iterable[list[Entry]], pager: int | None) -> list[Entry] | None:
    before = [group for group in groups if pager is not None and group[-1].order < pager]
    return max(before, key=lambda group: group[-1].order, default=None)


def _weight(group: list[Entry]) -> float:
    """How much a group says: its text, doubled by dates; a box by its place or name says little."""
    text = sum(min(FULL_WEIGHT, max(len(entry.title), _length(entry.block))) for entry in group)
    dated = 2 * sum(entry.date_text is not None for entry in group) >= len(group)
    return text * (2 if dated else 1) * (LITTLE if _is_beside(group[0].block) else 1)


def _length(block: Element) -> int:
    return len(text_of(block))


def _is_beside(block: Element) -> bool:
    around = islice(chain((block,), block.iterancestors()), FARTHEST)
    return any(
        element.tag in BESIDE or BESIDE_CLASS.search(f"{element.get('class') or ''} {element.get('id') or ''}")
        for element in around
        if element.tag not in ("body", "html")
    )


def _once(entries: Iterable[Entry]) -> list[Entry]:
    return list({entry.identity: entry for entry in reversed(list(entries))}.values())[::-1]


# Title and date of an entry


def _title(block: Element, links: Sequence[Element]) -> str:
    """The longest text of the entry's links, headings before others; else its heading or a title attribute."""
    said = [(_rank(a), len(text), text) for a in links if (text := _headline(a)) and not _is_service(text)]
    if said:
        return max(said, key=lambda item: item[:2])[2][:LONGEST_TITLE]
    headings = (text_of(element) for element in islice(block.iter(*HEADINGS), MOST_PARTS))
    titles = (a.get("title") or "" for a in links)
    pictures = (image.get("alt") or "" for a in links for image in a.iter("img"))
    return next((text for text in headings if text), "") or max((*titles, ""), key=len) or max((*pictures, ""), key=len)


def _is_service(text: str) -> bool:
    return is_date_text(text) or MORE.fullmatch(text) is not None


def _rank(a: Element) -> int:
    """How likely a link is the title: in or around a heading, plain, or to a place in the page such as its comments."""
    return 2 if _is_headed(a) else int("#" not in (a.get("href") or ""))


def _is_headed(a: Element) -> bool:
    """Whether a link is part of a heading or has one in it: another link may hold the whole summary."""
    around = islice(a.iterancestors(), 3)
    return any(element.tag in HEADINGS for element in around) or _inner_heading(a) is not None


def _headline(a: Element) -> str:
    """What a link says; its heading's text where it wraps a whole entry, its title where its text is cut short."""
    heading = _inner_heading(a)
    text = text_of(a if heading is None else heading)
    title = " ".join((a.get("title") or "").split())
    stem = text.rstrip(".… ")
    return title if stem != text and stem and title.startswith(stem) else text


def _inner_heading(a: Element) -> Element | None:
    inner = list(islice((element for element in a.iterdescendants() if isinstance(element.tag, str)), MOST_PARTS))
    heads = (element for element in inner if element.tag in HEADINGS and text_of(element))
    named = (element for element in inner if TITLE_CLASS.search(element.get("class") or "") and text_of(element))
    return next(chain(heads, named), None)


def _date_text(block: Element, family: Family) -> str | None:
    """The text beside the link that is a date: by selector, as an attribute, standing alone, or in a dated class.

    An attribute is believed before the text that it belongs to, which may be relative ("8 giờ trước").
    """
    for selector in family.dates:
        for element in islice(_compiled(selector)(block), MOST_PARTS):
            for text in (*_attributes(element), text_of(element)):
                if find_date(text):
                    return text
    for reader in (_all_attributes, _lone_texts, _dated_classes):
        for text in reader(block):
            if find_date(text):
                return text
    return None


def _attributes(element: Element) -> Iterator[str]:
    for name, value in islice(element.attrib.items(), 30):
        if DATE_ATTRIBUTE.fullmatch(name) and len(value) <= LONGEST_DATE and is_date_text(value):
            yield value


def _all_attributes(block: Element) -> Iterator[str]:
    elements = list(islice((element for element in block.iter() if isinstance(element.tag, str)), MOST_PARTS))
    for element in (*(e for e in elements if e.tag == "time"), *(e for e in elements if e.tag not in ("time", "a"))):
        yield from _attributes(element)


def _lone_texts(block: Element) -> Iterator[str]:
    for text in islice(block.itertext(), MOST_PARTS):
        if len(text) <= 4 * LONGEST_DATE:
            line = " ".join(text.split())
            if len(line) <= LONGEST_DATE and is_date_text(line):
                yield line


def _dated_classes(block: Element) -> Iterator[str]:
    for element in islice(block.iterdescendants(), MOST_PARTS):
        if isinstance(element.tag, str) and DATE_CLASS.search(element.get("class") or ""):
            text = text_of(element)
            if len(text) <= LONGEST_DATE:
                yield text


def text_of(element: Element) -> str:
    """Text of an element, spaces collapsed; of an absurdly large one the start."""
    return " ".join("".join(islice(element.itertext(), MOST_PARTS)).split())


@cache
def _compiled(selector: str) -> Any:  # lxml-stubs types its result as that of any XPath
    return CSSSelector(selector, translator="html")
