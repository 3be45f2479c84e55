"""DOCX to text: paragraphs with their automatic numbers, tables, text boxes, page headers (ECMA-376)."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from lxml import etree

from transforms.documents.blocks import MOST_CELLS, Block, Grid, Paragraph, Run, as_file
from transforms.documents.filetext import FileText
from transforms.documents.numbering import Numbering
from warehouse.schema import Outcome

VERSION = "1"
LARGEST_PART = 64 << 20  # bytes of one unpacked part
LARGEST_RATIO = 400  # unpacked bytes for each packed one from which a large part is a bomb
_SMALL = 4 << 20  # bytes of a part that is no bomb whatever its ratio
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SKIPPED = {f"{_W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "sectPr", "tblPr")}
_SKIPPED |= {f"{_MC}Fallback"}
_MARKS = {
    f"{_W}tab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "-",
    f"{_W}softHyphen": "\xad",
    f"{_W}ptab": "\t",
}
_BROKEN = (zipfile.BadZipFile, etree.XMLSyntaxError, zlib.error, KeyError, RuntimeError, EOFError, OSError, ValueError)
_Element: TypeAlias = Any


class BombError(ValueError):
    """A part unpacks to more than the limits allow."""


def read_docx(body: bytes) -> FileText:
    """Read a DOCX file. Never raises for bad bytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            reader = _Reader(package)
            return as_file("docx", VERSION, list(reader.blocks()), reader.flags())
    except BombError as error:
        return FileText(Outcome.BOMB, "docx", reason=str(error))
    except _BROKEN as error:
        cut = b"PK\x05\x06" not in body[-66_000:]
        outcome = Outcome.TRUNCATED if cut else Outcome.UNREADABLE
        return FileText(
            outcome, "docx", reason=f"the DOCX is {'cut off' if cut else 'damaged'}: {error}; fetch it again"
        )


@dataclass(slots=True)
class _Style:
    """What runs of a style inherit."""

    font: str | None = None
    caps: bool | None = None
    hidden: bool | None = None
    number: tuple[str, int] | None = None
    based_on: str | None = None


@dataclass(slots=True)
class _Reader:
    """Reads one package."""

    package: zipfile.ZipFile
    styles: dict[str, _Style] = field(default_factory=dict)
    numbering: Numbering = field(default_factory=Numbering)
    cells: int = 0

    def blocks(self) -> Iterator[Block]:
        """The page headers that have words, then the body."""
        names = set(self.package.namelist())
        if "word/styles.xml" in names:
            self._read_styles(self._part("word/styles.xml"))
        if "word/numbering.xml" in names:
            self.numbering = Numbering(self._part("word/numbering.xml"))
        for name in sorted(name for name in names if name.startswith("word/header") and name.endswith(".xml")):
            yield from (block for block in self._blocks(self._part(name)) if _has_words(block))
        document = self._part("word/document.xml")
        body = document.find(f"{_W}body")
        yield from self._blocks(document if body is None else body)

    def flags(self) -> tuple[str, ...]:
        """What the package carries besides text."""
        names = self.package.namelist()
        found = (("has_macros", "vbaProject.bin"), ("has_embedded_files", "embeddings/"))
        return tuple(flag for flag, part in found if any(part in name for name in names))

    def _part(self, name: str) -> _Element:
        info = self.package.getinfo(name)
        with self.package.open(info) as stream:
            data = stream.read(LARGEST_PART + 1)
        if len(data) > LARGEST_PART or (len(data) > _SMALL and len(data) > LARGEST_RATIO * max(1, info.compress_size)):
            raise BombError(f"{name} unpacks to {len(data):,} bytes or more")
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))

    def _read_styles(self, root: _Element) -> None:
        default = _Style()
        _apply(default, root.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr"))
        self.styles[""] = default
        for element in root.iter(f"{_W}style"):
            style = _Style(based_on=_value(element.find(f"{_W}basedOn")))
            _apply(style, element.find(f"{_W}rPr"))
            style.number = _number(element.find(f"{_W}pPr/{_W}numPr"))
            self.styles[element.get(f"{_W}styleId", "")] = style
            if element.get(f"{_W}default") == "1" and element.get(f"{_W}type") == "paragraph":
                self.styles["default"] = style

    def _style(self, name: str | None) -> Iterator[_Style]:
        """The style and those that it is based on, the document's defaults last."""
        seen: set[str] = set()
        name = name if name in self.styles else "default"
        while name in self.styles and name not in seen:
            seen.add(name)
            yield self.styles[name]
            name = self.styles[name].based_on or ""
        if "" in self.styles and "" not in seen:
            yield self.styles[""]

    def _blocks(self, parent: _Element) -> Iterator[Block]:
        for element in parent:
            if element.tag == f"{_W}p":
                yield from self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                yield self._grid(element)
            elif isinstance(element.tag, str) and element.tag not in _SKIPPED:
                yield from self._blocks(element)

    def _paragraph(self, element: _Element) -> Iterator[Block]:
        properties = element.find(f"{_W}pPr")
        style = _value(properties.find(f"{_W}pStyle")) if properties is not None else None
        boxes: list[_Element] = []
        paragraph = Paragraph(list(self._runs(element, style, boxes)))
        number = _number(properties.find(f"{_W}numPr")) if properties is not None else None
        number = number or next((each.number for each in self._style(style) if each.number), None)
        label = self.numbering.label(*number) if number and paragraph.runs else ""
        if label:
            paragraph.runs.insert(0, Run(f"{label} "))
        yield paragraph
        for box in boxes:
            yield from self._blocks(box)

    def _runs(self, parent: _Element, style: str | None, boxes: list[_Element]) -> Iterator[Run]:
        for element in parent:
            if element.tag == f"{_W}r":
                yield from self._run(element, style, boxes)
            elif element.tag == f"{_W}txbxContent":
                boxes.append(element)
            elif isinstance(element.tag, str) and element.tag not in _SKIPPED:
                yield from self._runs(element, style, boxes)

    def _run(self, element: _Element, paragraph_style: str | None, boxes: list[_Element]) -> Iterator[Run]:
        own = _Style()
        properties = element.find(f"{_W}rPr")
        _apply(own, properties)
        chain = [own]
        if properties is not None and (named := _value(properties.find(f"{_W}rStyle"))) in self.styles:
            chain.append(self.styles[named or ""])
        chain += self._style(paragraph_style)
        if next((each.hidden for each in chain if each.hidden is not None), False):
            return
        text = "".join(self._letters(element, boxes))
        if next((each.caps for each in chain if each.caps is not None), False):
            text = text.upper()
        if text:
            yield Run(text, next((each.font for each in chain if each.font), None))

    def _letters(self, run: _Element, boxes: list[_Element]) -> Iterator[str]:
        for element in run:
            if element.tag == f"{_W}t":
                yield element.text or ""
            elif element.tag in _MARKS:
                yield _MARKS[element.tag]
            elif isinstance(element.tag, str) and element.tag not in _SKIPPED:
                boxes += _boxes(element)

    def _grid(self, table: _Element) -> Grid:
        borders = table.find(f"{_W}tblPr/{_W}tblBorders")
        styled = table.find(f"{_W}tblPr/{_W}tblStyle") is not None
        grid = Grid(framed=_framed(borders) if borders is not None else None if styled else False)
        for row in table.iter(f"{_W}tr"):
            if next(row.iterancestors(f"{_W}tbl")) is not table:
                continue
            cells = [
                list(self._blocks(cell)) for cell in row.iter(f"{_W}tc") if next(cell.iterancestors(f"{_W}tr")) is row
            ]
            self.cells += len(cells)
            if self.cells > MOST_CELLS:
                raise BombError(f"the tables have more than {MOST_CELLS:,} cells")
            grid.rows.append(cells)
        return grid


def _boxes(element: _Element) -> Iterator[_Element]:
    """Outermost text boxes of a drawing; of two forms of one drawing the first."""
    if element.tag == f"{_W}txbxContent":
        yield element
    elif isinstance(element.tag, str) and element.tag not in _SKIPPED:
        for child in element:
            yield from _boxes(child)


def _apply(style: _Style, properties: _Element | None) -> None:
    if properties is None:
        return
    fonts = properties.find(f"{_W}rFonts")
    if fonts is not None:
        style.font = fonts.get(f"{_W}ascii") or fonts.get(f"{_W}hAnsi")
    style.caps, style.hidden = _switch(properties.find(f"{_W}caps")), _switch(properties.find(f"{_W}vanish"))


def _switch(element: _Element | None) -> bool | None:
    return None if element is None else _value(element) not in ("0", "false", "off")


def _value(element: _Element | None) -> str | None:
    return None if element is None else element.get(f"{_W}val")


def _number(element: _Element | None) -> tuple[str, int] | None:
    """(list, level) of a numbered paragraph."""
    if element is None:
        return None
    identifier, level = _value(element.find(f"{_W}numId")), _value(element.find(f"{_W}ilvl")) or "0"
    return (identifier, int(level)) if identifier and identifier != "0" and level.isdigit() else None


def _framed(borders: _Element) -> bool:
    return any(_value(border) not in (None, "nil", "none") for border in borders)


def _has_words(block: Block) -> bool:
    if isinstance(block, Grid):
        return True
    return sum(letter.isalpha() for run in block.runs for letter in run.text) > 3
