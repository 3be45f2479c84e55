"""Pages of a listing: their URL template and count, read from the links of its pager.

Pages that have no URL of their own are those of :mod:`crawlers.families.chain`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from crawlers import urls
from crawlers.families.base import PAGE_PATH, Ask, Family

NEXT = re.compile(r"^(?:›|»|>|>>|→|next|tiếp|tiếp theo|trang sau|trang kế|sau|trang tiếp|xem thêm)\W*$", re.I)
NUMBER = re.compile(r"\d{1,6}")
PARAMETER = re.compile(r"([?&])([^=&]+)=(\d+)(?=&|$)")


@dataclass(frozen=True, slots=True)
class Pager:
    """Pages of a listing. ``template`` holds ``{page}``; ``offset`` is what its number is more than the page's
    number from 1; ``last`` is the greatest number that a link shows (a window of links shows not all)."""

    template: str
    offset: int
    last: int

    def url(self, number: int) -> str:
        """URL of page ``number``, counted from 1."""
        return self.template.replace("{page}", str(number + self.offset))

    def towards(self, number: int, current: int) -> tuple[int, Ask] | None:  # noqa: ARG002 - as Chain, which needs it
        """The page to ask for on the way from page ``current`` to page ``number``: always ``number`` itself."""
        return number, Ask(self.url(number))


@dataclass(frozen=True, slots=True)
class _Slot:
    template: str
    value: int


def read_pager(links: Iterable[tuple[str, str]], url: str, family: Family) -> Pager | None:
    """The pager among ``links`` (text, absolute URL) of the listing ``url``; None where the page shows none.

    A pager's links differ in one number only; a link's text says which page it is, or 'next'. Pages in another order
    than that of ``url`` are taken only where there are no others.
    """
    known = [(text, link) for text, link in links if _same_place(link, url)]
    plain = [(text, link) for text, link in known if urls.trap(link) in (None, urls.trap(url))]
    return _pager(plain, url, family) or _pager(known, url, family)


def _pager(links: list[tuple[str, str]], url: str, family: Family) -> Pager | None:
    slots = [(text, slot) for text, link in links for slot in _slots(link, family)]
    numbered = [(text, slot) for text, slot in slots if NUMBER.fullmatch(text) and slot.value - int(text) in (0, -1)]
    votes = Counter((slot.template, slot.value - int(text)) for text, slot in numbered)
    if votes:
        (template, offset), _ = max(votes.items(), key=lambda item: (item[1], item[0][1]))
        return Pager(template, offset, _last(slots, template, offset))
    return _by_next(slots, url, family)


def _by_next(slots: list[tuple[str, _Slot]], url: str, family: Family) -> Pager | None:
    current = {slot.template: slot.value for slot in _slots(url, family)}
    for text, slot in slots:
        if NEXT.match(text):
            before = current.get(slot.template, slot.value - 1)
            offset = -1 if slot.value == 1 or before == 0 or family.first_page == 0 else 0
            return Pager(slot.template, offset, _last(slots, slot.template, offset))
    return None


def _last(slots: list[tuple[str, _Slot]], template: str, offset: int) -> int:
    return max(slot.value - offset for _, slot in slots if slot.template == template)


def _slots(url: str, family: Family) -> Iterator[_Slot]:
    """Every place of ``url`` that may hold a page number."""
    for match in PARAMETER.finditer(url):
        if family.page_name.search(unquote(match.group(2))):
            yield _Slot(url[: match.start(3)] + "{page}" + url[match.end(3) :], int(match.group(3)))
    start = len(url) - len(url.partition("://")[2].partition("/")[2])
    for match in PAGE_PATH.finditer(url, start):
        yield _Slot(url[: match.start(1)] + "{page}" + url[match.end(1) :], int(match.group(1)))


def _same_place(link: str, url: str) -> bool:
    one, other = urlsplit(link), urlsplit(url)
    return one.netloc == other.netloc and _stem(one.path) == _stem(other.path)


def _stem(path: str) -> str:
    stem = re.sub(r"[/-]?(?:trang|pages?|p)[-/]?\d+(?:\.\w+)?/?$", "", path, flags=re.I)
    return re.sub(r"(?:/index)?(?:\.(?:html?|aspx|php))?/?$", "", stem, flags=re.I)
