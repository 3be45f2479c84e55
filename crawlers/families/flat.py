"""Flat lists: entries that no element of their own holds apart, with their dates between them.

``<h3><a>..</a></h3><i>27/06/2025</i><h3>...`` names each date after its entry, other lists before it. Which of the two
a list does is told by its ends; where they do not tell, no date is better than that of the neighbour.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator
from itertools import islice

from crawlers.listing_dates import is_date_text
from crawlers.markup import Element

LONGEST = 80  # characters of a text that is a date
MOST_PARTS = 20  # texts of one element between entries that are read


def dates_between(blocks: Collection[Element], linking: Container[Element]) -> dict[Element, str]:
    """Date texts beside ``blocks`` that share a parent; ``linking`` are all elements in which an entry is linked."""
    parents = dict.fromkeys(parent for block in blocks if (parent := block.getparent()) is not None)
    own = set(blocks)
    return {block: text for parent in parents for block, text in _dated(parent, own, linking)}


def _dated(parent: Element, blocks: Container[Element], linking: Container[Element]) -> Iterator[tuple[Element, str]]:
    entries: list[Element] = []
    dates = [_date([parent.text])]  # before the first entry, after the first, ..., after the last
    for child in parent:
        if child in linking:
            entries.append(child)
            dates.append(None)
        elif isinstance(child.tag, str):
            dates[-1] = dates[-1] or _date(islice(child.itertext(), MOST_PARTS))
        dates[-1] = dates[-1] or _date([child.tail])
    if len(entries) < 2 or bool(dates[0]) == bool(dates[-1]):
        return
    for entry, text in zip(entries, dates[:-1] if dates[0] else dates[1:], strict=True):
        if text and entry in blocks:
            yield entry, text


def _date(texts: list[str | None] | Iterator[str]) -> str | None:
    lines = (" ".join(text.split()) for text in texts if text and len(text) <= 4 * LONGEST)
    return next((line for line in lines if len(line) <= LONGEST and is_date_text(line)), None)
