"""The learned site template: what repeats on a portal's pages is boilerplate, what varies is content.

Needs no hint: a sample of a portal's article pages tells where its container is. The unit is a signature: tag with
id and classes of an element (digits folded) and of its nearest named ancestor.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from transforms.text import fold
from transforms.tree import BLOCKS, Page, raw_text

SAMPLE = 20  # pages that are enough to learn from; five do where a portal has one template
FEWEST = 3
_REPEATED = 0.5  # share of the pages on which a block must occur to be boilerplate
_LINKED = 0.5  # share of a block's characters in links from which it is no prose
_VOTES = 200  # characters of novel prose that a page needs to vote
_HOLDS = 0.6  # share of a page's novel prose that its container must hold
_ALIKE = 0.04  # balances that count as equal: a title more or less does not decide
_SUPPORT = 0.5  # share of the voting pages that must show the container
_MOST_REPEATED = 40  # keys of repeated blocks that a profile keeps
_TITLE_LENGTH = range(15, 301)
_VARIABLE = re.compile(r"_INSTANCE_\w+|\d+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Block:
    element: HtmlElement
    key: str
    size: int
    linked: int

    @property
    def is_prose(self) -> bool:
        return self.linked <= _LINKED * self.size


@dataclass(frozen=True, slots=True)
class Template:
    """Where a portal's pages keep text and title, as signatures, and the keys of what repeats on them."""

    signature: str
    support: float
    repeated: frozenset[str]
    title_signature: str | None = None
    inside: tuple[str, ...] = ()  # of what is repeated, what stands in the container

    def container(self, page: Page) -> HtmlElement | None:
        """The element of the page that matches and holds most of its novel prose; None where no such element does."""
        mass, total = _novel_mass(list(_blocks(page)), self.repeated)
        found = [(mass.get(element, 0), element) for element in _signed(page, self.signature)]
        best = max(found, key=lambda each: each[0], default=(0, None))
        return best[1] if total and best[0] >= _HOLDS * total else None

    def title(self, page: Page) -> HtmlElement | None:
        """The element that shows the title, or None."""
        if self.title_signature is None:
            return None
        found = [element for element in _signed(page, self.title_signature) if raw_text(element)]
        return found[0] if found else None


def learn(pages: Iterable[Page]) -> Template | None:
    """The template of the article pages of one portal; None for fewer than FEWEST pages or no common container."""
    sample = [(page, list(_blocks(page))) for page in pages]
    if len(sample) < FEWEST:
        return None
    repeated = _repeated([found for _, found in sample])
    candidates = [vote for _, found in sample if (vote := _vote(found, repeated))]
    if not candidates:
        return None
    signature, support = _elect(candidates)
    if support < _SUPPORT:
        return None
    return Template(signature, support, repeated, _title_slot(sample, signature), _inside(sample, signature, repeated))


def block_key(text: str) -> str:
    """What two blocks that say the same have in common: their folded text with every number alike."""
    return _DIGITS.sub("#", fold(text))


def _inside(sample: list[tuple[Page, list[_Block]]], signature: str, repeated: frozenset[str]) -> tuple[str, ...]:
    """The keys of repeated blocks that stand in the containers, most frequent first."""
    counts: Counter[str] = Counter()
    for page, found in sample:
        within = {element for container in _signed(page, signature) for element in container.iter()}
        counts.update({block.key for block in found if block.element in within} & repeated)
    return tuple(key for key, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:_MOST_REPEATED])


def signature_of(element: HtmlElement) -> str:
    """Signature of the element and of its nearest ancestor that has an id or a class."""
    own = _sign(element)
    for parent in element.iterancestors():
        if parent.get("id") or parent.get("class"):
            return f"{_sign(parent)}/{own}"
    return own


def _sign(element: HtmlElement) -> str:
    names = f"{element.get('id') or ''}.{' '.join((element.get('class') or '').split())}"
    return f"{element.tag}#{_VARIABLE.sub('0', names)}"


def _signed(page: Page, signature: str) -> Iterator[HtmlElement]:
    tag = signature.rsplit("/", 1)[-1].split("#", 1)[0]
    return (element for element in page.root.iter(tag) if signature_of(element) == signature)


def _blocks(page: Page) -> Iterator[_Block]:
    """Blocks that own text: inline text counts for the nearest block around it."""
    owner: dict[HtmlElement, HtmlElement] = {}
    texts: defaultdict[HtmlElement, list[str]] = defaultdict(list)
    linked: Counter[HtmlElement] = Counter()
    body = page.root.find(".//body")
    for element in () if body is None else body.iter():
        if element.tag in ("script", "style", "noscript", "template", "select", "textarea"):
            continue
        parent = element.getparent()
        owner[element] = element if element.tag in BLOCKS else owner.get(parent, element)
        texts[owner[element]].append(element.text or "")
        if element.tag == "a":
            linked[owner[element]] += len(raw_text(element))
        if element is not body:
            texts[owner.get(parent, element)].append(element.tail or "")
    for element, parts in texts.items():
        text = fold("".join(parts))
        if text:
            yield _Block(element, _DIGITS.sub("#", text), len(text), linked[element])


def _repeated(pages: list[list[_Block]]) -> frozenset[str]:
    counts = Counter(key for found in pages for key in {block.key for block in found})
    least = max(2, round(_REPEATED * len(pages)))
    return frozenset(key for key, count in counts.items() if count >= least)


def _novel_mass(found: list[_Block], repeated: frozenset[str]) -> tuple[dict[HtmlElement, int], int]:
    """Characters of novel prose at and below every element, and on the whole page."""
    mass: Counter[HtmlElement] = Counter()
    total = 0
    for block in found:
        if block.is_prose and block.key not in repeated:
            total += block.size
            for element in (block.element, *block.element.iterancestors()):
                mass[element] += block.size
    return mass, total


def _vote(found: list[_Block], repeated: frozenset[str]) -> dict[str, tuple[float, int]]:
    """Signatures that hold half of the page's novel prose: balance of coverage and purity, and depth."""
    mass, total = _novel_mass(found, repeated)
    if total < _VOTES:
        return {}
    sizes: Counter[HtmlElement] = Counter()
    for block in found:
        for element in (block.element, *block.element.iterancestors()):
            sizes[element] += block.size
    votes: dict[str, tuple[float, int]] = {}
    for element, held in mass.items():
        if held >= total / 2 and element.tag not in ("html", "body"):
            coverage, purity = held / total, held / sizes[element]
            balance = 2 * coverage * purity / (coverage + purity)
            vote = (balance, sum(1 for _ in element.iterancestors()))
            signature = signature_of(element)
            votes[signature] = max(vote, votes.get(signature, vote))
    return votes


def _elect(votes: list[dict[str, tuple[float, int]]]) -> tuple[str, float]:
    """The deepest of the signatures with about the best balance over all voting pages, and its share of the votes."""
    merits: dict[str, tuple[float, int]] = {}
    for name in {name for vote in votes for name in vote}:
        cast = [vote[name] for vote in votes if name in vote]
        merits[name] = sum(balance for balance, _ in cast) / len(votes), max(depth for _, depth in cast)
    bar = max(balance for balance, _ in merits.values()) - _ALIKE
    good = [name for name, (balance, _) in merits.items() if balance >= bar]
    best = max(good, key=lambda name: (merits[name][1], merits[name][0], name))
    return best, sum(best in vote for vote in votes) / len(votes)


def _title_slot(sample: list[tuple[Page, list[_Block]]], container: str) -> str | None:
    """The signature of the short block that stands once on most pages, says something else on each, and heads them.

    A slot whose text is also the page's ``title`` element is preferred, then the first of the page.
    """
    seen: defaultdict[str, list[tuple[str, bool, int]]] = defaultdict(list)
    for page, found in sample:
        head = page.root.find(".//title")
        document = fold(raw_text(head)) if head is not None else ""
        for rank, block in enumerate(_head(page, found, container)):
            text = raw_text(block.element)
            if len(text) in _TITLE_LENGTH:
                seen[signature_of(block.element)].append((fold(text), fold(text) in document, rank))
    slots = {name: uses for name, uses in seen.items() if _is_slot(uses, len(sample))}
    return min(slots, key=lambda name: _headship(slots[name]), default=None)


def _headship(uses: list[tuple[str, bool, int]]) -> tuple[int, float]:
    return -sum(use[1] for use in uses), sum(use[2] for use in uses) / len(uses)


def _head(page: Page, found: list[_Block], container: str) -> list[_Block]:
    """The blocks before the end of the container's first paragraph."""
    first = next(_signed(page, container), None)
    if first is None:
        return []
    inside = set(first.iter())
    start = next((number for number, block in enumerate(found) if block.element in inside), len(found))
    return found[: start + 1]


def _is_slot(uses: list[tuple[str, bool, int]], pages: int) -> bool:
    distinct = len({text for text, _, _ in uses})
    return 0.7 * pages <= len(uses) <= 1.3 * pages and distinct >= 0.8 * len(uses)
