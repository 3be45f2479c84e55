"""What a page may weigh before it is parsed: beyond these limits it is an outcome, not work.

Every step over a page within them takes time that grows with its size and memory of a few hundred megabytes at most.
The depth of a tree needs no limit here: libxml2 cuts it at 255 elements.
"""

from __future__ import annotations

import re
from itertools import islice

from lxml.html import HtmlElement

LARGEST_PAGE = 8 << 20  # bytes; crawls take pages of up to 5 MB, archives of others may hold larger ones
MOST_TAGS = 250_000  # a table of 100,000 cells passes; the largest real pages have some ten thousand tags
MOST_ATTRIBUTES = 5_000  # of one tag: the parser compares each with all others, 80,000 take a minute
MOST_ELEMENTS = 20_000  # that trafilatura is given: its time grows with their square: 3 s more for 40,000 paragraphs
WIDEST_ROW = 2_000  # cells that it is given, for the same reason: 6 s more for 40,000
LONGEST_UNSEEN = 128 << 10  # bytes of a page in which no tag can have so many attributes that they take long
_LONG_TAG = 4 * MOST_ATTRIBUTES  # bytes of a tag that may have so many: three letters and a blank for each
_VALUE = rb"(?:\s*+=\s*+(?:\"[^\"]*+\"?|'[^']*+'?|[^\s>\"'][^\s>]*+)?+)?+"
_NAME = rb"(?:=[^\s/>=]*+|[^\s/>=]++)"
_ATTRIBUTE = re.compile(_NAME + _VALUE)
_TAG = re.compile(rb"<[a-zA-Z][^\s/>]*+((?:[\s/]++|" + _NAME + _VALUE + rb")*+)")


def excess(body: bytes) -> str | None:
    """Why a page is too large to be parsed, with the remedy; None for one that is not."""
    if len(body) > LARGEST_PAGE:
        return f"the page has {len(body):,} bytes; to read it raise LARGEST_PAGE ({LARGEST_PAGE:,}) in {__name__}"
    tags = body.count(b"<")
    if tags > MOST_TAGS:
        return f"the page has {tags:,} tags; to read it raise MOST_TAGS ({MOST_TAGS:,}) in {__name__}"
    attributes = _most_attributes(body) if len(body) > LONGEST_UNSEEN else 0
    if attributes > MOST_ATTRIBUTES:
        return f"a tag has {attributes:,} attributes, no real page more than {MOST_ATTRIBUTES:,}; look at the raw page"
    return None


def is_heavy(root: HtmlElement) -> bool:
    """Whether trafilatura would take long over the tree; its text is then taken without, by paragraphs and rows."""
    elements = sum(1 for _ in islice(root.iter(), MOST_ELEMENTS + 1))
    return elements > MOST_ELEMENTS or any(len(row) > WIDEST_ROW for row in root.iter("tr"))


def _most_attributes(body: bytes) -> int:
    """Attributes of the tag that has most, as a parser counts them: quotes count only behind an equals sign."""
    long = (found[1] for found in _TAG.finditer(body) if len(found[1]) > _LONG_TAG)
    return max((sum(1 for _ in _ATTRIBUTE.finditer(tag)) for tag in long), default=0)
