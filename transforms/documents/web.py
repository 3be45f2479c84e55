"""HTML and plain text files to text: what word processors save as web pages, and documents published as such."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lxml.html import HtmlElement

from transforms.documents.blocks import Block, Grid, Paragraph, Run, as_file
from transforms.documents.filetext import FileText
from transforms.limits import excess
from transforms.text import decode
from transforms.tree import parse
from warehouse.schema import Outcome

VERSION = "1"
_SKIPPED_TAGS = "script style noscript template head title svg math iframe object select button"
_BLOCK_TAGS = """
    address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr
    html li main nav ol p pre section ul caption
"""
_SKIPPED, _BLOCKS = frozenset(_SKIPPED_TAGS.split()), frozenset(_BLOCK_TAGS.split())


def read_html(body: bytes) -> FileText:
    """Read an HTML file with all of its text. Never raises for bad bytes."""
    if too_large := excess(body):
        return FileText(Outcome.OVERSIZED, "html", reason=too_large)
    decoded = decode(body)
    page = parse(decoded.text)
    if page is None:
        return FileText(Outcome.UNREADABLE, "html", reason="no HTML element could be parsed; look at the file")
    walk = _Walk()
    walk.visit(page.root)
    return as_file("html", VERSION, walk.ended(), decoded.flags)


def read_text(body: bytes) -> FileText:
    """Read a plain text file. Never raises for bad bytes."""
    decoded = decode(body)
    blocks: list[Block] = [Paragraph([Run(line)]) for line in decoded.text.splitlines()]
    return replace(as_file("text", VERSION, blocks, decoded.flags), media_type=None)


class _Walk:
    """Collects the blocks of a tree; its depth is limited by the parser."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._paragraph = Paragraph()

    def ended(self) -> list[Block]:
        """The blocks, the last paragraph with them."""
        self._end()
        return self._blocks

    def visit(self, element: HtmlElement) -> None:
        """Add an element with what is in it and behind its children."""
        if not isinstance(element.tag, str) or element.tag in _SKIPPED:
            return
        if element.tag == "table":
            self._end()
            self._blocks.append(_grid(element))
            return
        is_block = element.tag in _BLOCKS
        if is_block:
            self._end()
        self._add("\n" if element.tag == "br" else element.text)
        for child in element:
            self.visit(child)
            self._add(child.tail)
        if is_block:
            self._end()

    def _add(self, text: str | None) -> None:
        if text == "\n":
            self._paragraph.runs.append(Run("\n"))
        elif text:
            self._paragraph.runs.append(Run(" ".join(f"x{text}x".split())[1:-1]))

    def _end(self) -> None:
        if self._paragraph.runs:
            self._blocks.append(self._paragraph)
            self._paragraph = Paragraph()


def _grid(table: HtmlElement) -> Grid:
    rows = [list(_cells(row)) for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    return Grid(rows, table.get("border", "") not in ("", "0") or None)


def _cells(row: HtmlElement) -> Iterator[list[Block]]:
    for cell in row:
        if cell.tag in ("td", "th"):
            walk = _Walk()
            walk.visit(cell)
            yield walk.ended()
