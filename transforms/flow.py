"""The flow normal form of an article's container, in which every run of inline text is a paragraph.

It exists because trafilatura drops naked inline runs beside blocks, glues ``<br><br>`` paragraphs together and reads a
layout table as data. It is only safe inside a known article container.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree
from lxml.html import HtmlElement

from transforms.text import squeeze
from transforms.tree import BLOCKS, LISTS, RENAMED, TABLES, raw_text, whole_text

_HOLDERS = TABLES | LISTS | {"p", "div", "body", "blockquote"}  # blocks in which blocks may stand
_UNSPOKEN = (  # tags that say nothing of what their text is, a paragraph or a cell
    *("span", "b", "strong", "em", "i", "u", "s", "small", "big", "ins", "mark", "label", "abbr", "cite", "tt", "time"),
    *("acronym", "bdi", "bdo", "data", "dfn", "nobr", "ruby", "wbr", "img", "tbody", "thead", "tfoot"),
)
_UNWRAPPED = "unwrapped"
_FLOWING = ("div", "td", "th", "li", "blockquote", "p", "body", "dd", "dt", "ul", "ol", "dl")
_TABLE_PARTS = ("tbody", "thead", "tfoot", "tr", "td", "th", "caption", "colgroup", "col")
_PROSE_CELL = 600  # characters in one cell that holds several paragraphs: the table is layout


def normalise(container: HtmlElement) -> None:
    """Bring an article container into flow normal form, in place.

    Layout tables become blocks, every inline run stands in its own ``p``, a line break ends a paragraph, and
    attributes but ``href`` go, so that no class name makes the extractor discard what was accepted.
    """
    for table in list(container.iter("table")):
        if is_layout(table):
            _unfold(table)
    for element in reversed(list(container.iter())):
        _plain(element)
    etree.strip_tags(container, *_UNSPOKEN)
    for element in list(container.iter(*_FLOWING)):
        _flow(element)
    for block in container.iterdescendants("div"):
        if next(block.iter("a"), None) is None:  # a block of links is told by their density, as one
            block.tag = _UNWRAPPED
    etree.strip_tags(container, _UNWRAPPED)


def paragraphs(container: HtmlElement) -> Iterator[str]:
    """The texts of a container in flow normal form, where an element holds blocks or inline text, never both."""
    for element in container.iter(*BLOCKS):
        if not len(element) or element[0].tag not in BLOCKS:
            text = squeeze(whole_text(element))
            if text:
                yield text


def is_layout(table: HtmlElement) -> bool:
    """Whether the table arranges a page instead of holding data: nested, one column, pictures, or cells of prose."""
    rows = list(table.iter("tr"))
    widest = max((sum(1 for cell in row if cell.tag in ("td", "th")) for row in rows), default=0)
    if widest <= 1 or table.get("role") == "presentation" or table.find(".//table") is not None:
        return True
    return any(_holds_prose(cell) for cell in table.iter("td", "th"))


def _holds_prose(cell: HtmlElement) -> bool:
    paragraphs = sum(1 for child in cell if child.tag in BLOCKS)
    return paragraphs >= 3 and len(raw_text(cell)) > _PROSE_CELL


def _unfold(table: HtmlElement) -> None:
    for part in list(table.iter(*_TABLE_PARTS)):
        if next(part.iterancestors("table"), None) is table:
            part.tag = "div"
    table.tag = "div"


def _plain(element: HtmlElement) -> None:
    if not isinstance(element.tag, str):
        return
    href = element.get("href")
    element.attrib.clear()
    if href:
        element.set("href", href)
    if element.tag in RENAMED or (element.tag not in _HOLDERS and any(child.tag in BLOCKS for child in element)):
        element.tag = "div"
    elif element.tag == "font" or not element.tag.isalnum():  # "o:p", and what a torn tag leaves: no name elsewhere
        element.tag = "span"


def _flow(element: HtmlElement) -> None:
    children = list(element)
    has_block = any(child.tag in BLOCKS for child in children)
    if not has_block and not any(child.tag == "br" for child in children):
        if element.tag == "div" and (children or (element.text or "").strip()):
            element.tag = "p"
        return
    if has_block or element.tag not in ("td", "th", "li"):
        _split(element, children)


def _split(element: HtmlElement, children: Sequence[HtmlElement]) -> None:
    runs = _Runs()
    runs.text(element.text)
    element.text = None
    for child in children:
        tail, child.tail = child.tail, None
        element.remove(child)
        runs.child(child)
        runs.text(tail)
    if element.tag == "p":
        element.tag = "div"
    element.extend(runs.parts)


class _Runs:
    """Collects the children of a block: blocks as they are, inline runs wrapped in paragraphs."""

    def __init__(self) -> None:
        self.parts: list[HtmlElement] = []
        self._open: HtmlElement | None = None

    def text(self, text: str | None) -> None:
        if not text or (self._open is None and not text.strip()):
            return
        paragraph = self._paragraph()
        if len(paragraph):
            paragraph[-1].tail = (paragraph[-1].tail or "") + text
        else:
            paragraph.text = (paragraph.text or "") + text

    def child(self, child: HtmlElement) -> None:
        if child.tag == "br":
            self._open = None
        elif child.tag in BLOCKS:
            self._open = None
            self.parts.append(child)
        else:
            self._paragraph().append(child)

    def _paragraph(self) -> HtmlElement:
        if self._open is None:
            self._open = etree.Element("p")
            self.parts.append(self._open)
        return self._open
