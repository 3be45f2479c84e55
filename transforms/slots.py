"""Slots: where the pages of one type keep text, title, date, lead, byline, section and captions.

A slot is learned from a handful of pages and written down as a CSS selector, so that a person can read it, and
correct it. What the pages have in common tells slots apart: a title differs on every page, a page header's clock does
not, the dates of other news come in numbers, a byline reads like one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawlers.families.hints import Hints
from transforms.bylines import is_byline, split_credit
from transforms.dates import ParsedDate, parse
from transforms.fields import Anchor, Evidence
from transforms.template import Template, learn, signature_of
from transforms.tree import BLOCKS, Page, link_share, raw_text, short_text

_MOST = 0.6  # share of the pages on which a slot must be found; bylines are rarer
_SOME = 0.3
_ONCE = 1.25  # occurrences a page at most: lists of other news have many
_DATE_LENGTH = 110
_BYLINE_LENGTH = 90
_LEAD_LENGTH = range(40, 1201)
_CAPTION_LENGTH = range(8, 401)
_SECTION_LENGTH = range(2, 61)
_INLINE = ("a", "span", "time", "em", "i", "b", "strong", "small")
_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]*")  # a class or id with a digit in it may be one page's own
_NO_SELECTOR = "repeated"
_ENDS = '.!?…”"'


@dataclass(frozen=True, slots=True)
class Sampled:
    """A page to learn from: its address, its tree, and what the listing said of it."""

    url: str
    page: Page
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Slots:
    """Selectors of one page type, each a tuple of alternatives in order of trust.

    ``repeated`` is no selector: keys (:func:`transforms.template.block_key`) of what stands in the container on most
    pages, so that a text of nothing else is seen to be none.
    """

    container: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    caption: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()

    def before(self, hints: Hints) -> Hints:
        """``hints`` with these selectors in front of its own."""
        return _merged(self, hints, True)

    def behind(self, hints: Hints) -> Hints:
        """``hints`` with these selectors after its own."""
        return _merged(self, hints, False)

    def as_dict(self) -> dict[str, list[str]]:
        """Selectors by slot, empty slots left out."""
        return {name: list(own) for name, own in asdict(self).items() if own}


@lru_cache(maxsize=1024)
def _merged(slots: Slots, hints: Hints, first: bool) -> Hints:
    """The selectors of both; asked for every page, and the same for all of a type."""
    changes: dict[str, Any] = {}
    for name in (each.name for each in fields(slots) if each.name != _NO_SELECTOR):
        own, known = getattr(slots, name), getattr(hints, name)
        changes[name] = (*own, *known) if first else (*known, *own)
    return replace(hints, **changes)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A short piece of a page: which page, which element, its one-line text, how far behind the title."""

    number: int
    element: HtmlElement
    text: str
    distance: int


Groups = dict[str, list[_Seen]]


def learn_slots(sample: Sequence[Sampled]) -> tuple[Slots, float] | None:
    """The slots of pages of one type and the share of them that showed the container; None where none is common."""
    template = learn(each.page for each in sample)
    if template is None:
        return None
    return _Learner(sample, template).slots(), template.support


class _Learner:
    """One attempt: containers and titles by the template, then every other slot by its place and its texts."""

    def __init__(self, sample: Sequence[Sampled], template: Template) -> None:
        self.sample, self.template = sample, template
        self.pages = [each.page for each in sample]
        self.containers = [template.container(page) for page in self.pages]
        self.titles = [template.title(page) for page in self.pages]
        self.anchors = [Anchor(*place) for place in zip(self.pages, self.titles, self.containers, strict=True)]

    def slots(self) -> Slots:
        groups = self._groups()
        return Slots(
            container=self._selectors(self.containers),
            title=self._selectors(self.titles),
            date=self._best(groups, self._date_merit),
            lead=self._best(groups, self._lead_merit),
            author=self._best(groups, self._author_merit),
            section=self._best(groups, self._section_merit),
            caption=self._best(groups, self._caption_merit),  # last: what is none of the others
            repeated=self.template.inside,
        )

    def _groups(self) -> Groups:
        groups: defaultdict[str, list[_Seen]] = defaultdict(list)
        for number, page in enumerate(self.pages):
            start = self.titles[number] if self.titles[number] is not None else self.containers[number]
            origin = page.order(start) if start is not None else 0
            for element in page.root.iter(*BLOCKS, *_INLINE):
                text = short_text(element, _LEAD_LENGTH.stop)
                if text and not any(child.tag in BLOCKS for child in element.iterdescendants()):
                    seen = _Seen(number, element, text, page.order(element) - origin)
                    groups[signature_of(element)].append(seen)
        return groups

    def _best(self, groups: Groups, merit: Callable[[list[_Seen]], float]) -> tuple[str, ...]:
        merits = {name: merit(seen) for name, seen in groups.items()}
        best = max(merits, key=lambda name: (merits[name], name), default=None)
        if best is None or merits[best] <= 0:
            return ()
        found: list[HtmlElement | None] = [None] * len(self.pages)
        for seen in reversed(groups.pop(best)):
            found[seen.number] = seen.element
        return self._selectors(found)

    def _selectors(self, elements: Sequence[HtmlElement | None]) -> tuple[str, ...]:
        """The simplest selector whose first (for a container: largest) match is the element wherever there is one."""
        present = [(page, element) for page, element in zip(self.pages, elements, strict=True) if element is not None]
        right = {name: sum(_picks(page, name, element) for page, element in present) for name in _names(present)}
        good = [name for name, count in right.items() if count >= 0.9 * len(present) > 0]
        return (min(good, key=lambda name: (-right[name], self._matches(name), name.count(" "), name)),) if good else ()

    def _matches(self, selector: str) -> int:
        return sum(len(page.select([selector])) for page in self.pages)

    def _is_single(self, seen: list[_Seen], share: float) -> bool:
        """Whether the group stands on enough pages, and about once on each."""
        on = len({each.number for each in seen})
        return on >= max(2, share * len(self.pages)) and len(seen) <= _ONCE * on

    def _belongs(self, seen: list[_Seen]) -> bool:
        placed = [self.anchors[each.number].place(each.element) is not None for each in seen]
        return sum(placed) >= 0.8 * len(placed)

    def _date_merit(self, seen: list[_Seen]) -> float:
        dated = [(each, day) for each in seen if (day := _date(each)) is not None]
        if len(dated) < 0.8 * len(seen) or not self._is_single(seen, _MOST) or not self._belongs(seen):
            return 0
        told = [(each, day) for each, day in dated if self._told(each.number)]
        agreeing = sum(day.day == self._told(each.number) for each, day in told)
        if told and agreeing < 0.8 * len(told):
            return 0
        distinct = len({day.day for _, day in dated})
        if not told and distinct < 2:  # a clock, or all of one day: nothing tells which
            return 0
        far = sum(abs(each.distance) for each, _ in dated) / len(dated)
        return 1 + (agreeing > 0) + 1 / (2 + far)

    def _told(self, number: int) -> object:
        found = parse(self.sample[number].evidence.date_text)
        return found.day if found else None

    def _lead_merit(self, seen: list[_Seen]) -> float:
        prose = [each for each in seen if len(each.text) in _LEAD_LENGTH and each.text[-1] in _ENDS]
        leads = [each for each in prose if each.distance > 0]
        own = [each for each in leads if _is_named(each.element)]
        if len(own) < 0.8 * len(seen) or not self._is_single(seen, _MOST) or not self._belongs(seen):
            return 0
        return 1 / (1 + sum(each.distance for each in own) / len(own)) if _differ(own) else 0

    def _author_merit(self, seen: list[_Seen]) -> float:
        lines = [each for each in seen if len(each.text) <= _BYLINE_LENGTH and is_byline(each.text, marked=True)]
        if len(lines) < 0.7 * len(seen) or not self._is_single(seen, _SOME) or not self._belongs(seen):
            return 0
        named = [each for each in lines if each.element.get("class") or each.element.get("id")]
        titled = sum(each.element is self.titles[each.number] for each in lines)
        return len(named) / len(self.pages) if not titled and len({each.text for each in lines}) > 1 else 0

    def _section_merit(self, seen: list[_Seen]) -> float:
        links = [each for each in seen if each.element.tag == "a" and each.distance < 0]
        if len(links) < len(seen) or not self._is_single(seen, _MOST):
            return 0
        around = [each for each in links if len(each.text) in _SECTION_LENGTH and self._leads_here(each)]
        return len(around) / len(seen) if len(around) >= 0.8 * len(seen) else 0

    def _leads_here(self, seen: _Seen) -> bool:
        """Whether the link's path is a part of the page's own: the section that the page lies in."""
        url = self.sample[seen.number].url
        href = seen.element.get("href") or ""
        path = urlsplit(urljoin(url, href)).path.rstrip("/")
        if href.startswith("#") or path == urlsplit(url).path.rstrip("/"):
            return False
        return path.count("/") >= 1 and len(path) > 1 and urlsplit(url).path.startswith(path + "/")

    def _caption_merit(self, seen: list[_Seen]) -> float:
        inside = [each for each in seen if self._in_text(each) and each.element.get("class")]
        if len(inside) < len(seen) or len({each.number for each in seen}) < 2:
            return 0
        shown = [each for each in inside if len(each.text) in _CAPTION_LENGTH and _is_by_picture(each)]
        return len(shown) / len(seen) if len(shown) >= 0.7 * len(seen) else 0

    def _in_text(self, seen: _Seen) -> bool:
        container = self.containers[seen.number]
        return container is not None and any(each is container for each in seen.element.iterancestors())


def _names(present: Iterable[tuple[Page, HtmlElement]]) -> list[str]:
    """Selectors that may stand for the elements: by tag and class or id, below a named ancestor where needed."""
    found: dict[str, None] = {}
    for _, element in present:
        own = [f"{element.tag}{name}" for name in _stable(element)]
        parents = [name for parent in element.iterancestors() for name in _stable(parent)][:8]
        found |= dict.fromkeys((*own, *(f"{parent} {each}" for parent in parents for each in (*own, element.tag))))
    return list(found)


def _stable(element: HtmlElement) -> list[str]:
    names = [f".{name}" for name in (element.get("class") or "").split() if _NAME.fullmatch(name)]
    id_ = element.get("id") or ""
    return [*names, f"#{id_}"] if _NAME.fullmatch(id_) else names


def _picks(page: Page, selector: str, element: HtmlElement) -> bool:
    found = page.select([selector])
    if len(found) > 1 and element.tag in BLOCKS:
        largest = max(found, key=lambda each: len(raw_text(each)))
        return found[0] is element or largest is element
    return bool(found) and found[0] is element


def _date(seen: _Seen) -> ParsedDate | None:
    if len(seen.text) > _DATE_LENGTH or link_share(seen.element) > 0.5:
        return None
    return parse(seen.element.get("datetime")) or parse(seen.text) or parse(seen.element.get("title"))


def _is_named(element: HtmlElement) -> bool:
    return bool(element.get("class") or element.get("id")) or element.tag in ("h2", "h3", "strong")


def _differ(seen: list[_Seen]) -> bool:
    return len({each.text for each in seen}) >= 0.8 * len(seen)


def _is_by_picture(seen: _Seen) -> bool:
    if split_credit(seen.text)[1]:
        return True
    before, above = seen.element.getprevious(), seen.element.getparent()
    near = [each for each in (before, above) if each is not None and short_text(each, 2 * len(seen.text)) is not None]
    return any(each.tag == "img" or each.find(".//img") is not None for each in near)
