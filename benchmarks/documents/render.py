"""The samples as files: text PDF, PDF with torn fonts, DOCX, DOC and RTF in TCVN3; same input, same bytes."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import docx
import font_roboto  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from benchmarks.documents.ole import compound_file
from benchmarks.documents.samples import Sample
from benchmarks.documents.word import word_streams
from transforms.legacy import TCVN3, VNI

_FAMILY = "document"
SANS = (Path(font_roboto.Roboto), Path(font_roboto.RobotoBold))
SERIF = tuple(Path(f"/usr/share/fonts/truetype/freefont/FreeSerif{weight}.ttf") for weight in ("", "Bold"))
CREATED = dt.datetime(2025, 5, 1, tzinfo=dt.UTC)
_CODES = {letter: code for code, letter in TCVN3.items()}
_VNI_CODES = {letter: code for code, letter in VNI.items()}
_LINE = 6.5  # mm
_Cell = Callable[[FPDF, float, str, str, bool], None]


def pdf(sample: Sample, serif: bool = False) -> bytes:
    """A text PDF of A4 pages, the columns of head and end one after the other as word processors write them.

    ``serif`` asks for a font like Times, which official documents are set in, where the system has it.
    """
    return _pdf(sample, _plain_cell, serif)


def torn_pdf(sample: Sample) -> bytes:
    """The same where the font lacks Vietnamese letters: each is drawn in another font behind the line's rest."""
    return _pdf(sample, _torn_cell)


def docx_file(sample: Sample, font: str | None = None, spell: Callable[[str], str] = str) -> bytes:
    """A DOCX file: head and end as tables without lines, all text in ``font`` and spelt by ``spell``."""
    document = docx.Document()
    if font:
        document.styles["Normal"].font.name = font
    for row in sample.head:
        _table(document, row, spell)
    for line in (*sample.title, *sample.paragraphs):
        document.add_paragraph(spell(line))
    _table(document, sample.foot, spell)
    if sample.annex:
        document.add_page_break()  # type: ignore[no-untyped-call]
    for line in sample.annex:
        document.add_paragraph(spell(line))
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def tcvn3(text: str) -> str:
    """The text as typed in a TCVN3 font: capitals with a tone, which it has no codes for, as small letters."""
    return "".join(_CODES.get(letter) or _CODES.get(letter.lower(), letter) for letter in text)


def vni(text: str) -> str:
    """The text as typed in a VNI font: a base letter and a mark for each accented one."""
    return "".join(_VNI_CODES.get(letter, letter) for letter in text)


def doc_file(sample: Sample, spell: Callable[[str], str] = tcvn3) -> bytes:
    """A DOC file of Word 97, written byte by byte: no word processor is needed to measure with it."""
    return compound_file(word_streams(spell(sample.text).replace("\n", "\r") + "\r"))


def rtf_file(sample: Sample) -> bytes:
    """An RTF file in the fonts .VnTime and, for lines in capitals, .VnTimeH."""
    lines = []
    for line in sample.text.splitlines():
        loud = line.isupper()
        spelt = tcvn3(line.lower() if loud else line)
        lines.append(f"\\pard\\f{int(loud)} {_rtf(spelt)}\\par")
    fonts = r"{\fonttbl{\f0\fnil\fcharset0 .VnTime;}{\f1\fnil\fcharset0 .VnTimeH;}}"
    return ("{\\rtf1\\ansi\\ansicpg1252\\deff0" + fonts + "\n" + "\n".join(lines) + "}").encode("ascii")


def _rtf(text: str) -> str:
    return "".join(
        letter if letter.isascii() and letter not in "\\{}" else f"\\'{letter.encode('cp1252', 'replace')[0]:02x}"
        for letter in text
    )


def _table(document: docx.document.Document, cells: Sequence[Sequence[str]], spell: Callable[[str], str]) -> None:
    table = document.add_table(rows=1, cols=2)
    for cell, lines in zip(table.rows[0].cells, cells, strict=True):
        cell.text = spell("\n".join(lines))


def _pdf(sample: Sample, cell: _Cell, serif: bool = False) -> bytes:
    document = FPDF(format="A4")
    document.set_creation_date(CREATED)
    document.set_margins(25, 20, 18)
    regular, bold = SERIF if serif and all(path.is_file() for path in SERIF) else SANS
    document.add_font(_FAMILY, "", regular)
    document.add_font(_FAMILY, "B", bold)
    document.add_page()
    for row in sample.head:
        _two_columns(document, row, cell)
    for line in sample.title:
        cell(document, document.epw, line, "C", True)
    document.ln(3)
    for line in sample.paragraphs:
        cell(document, document.epw, line, "J", False)
        document.ln(1.5)
    document.ln(4)
    _two_columns(document, (sample.foot[0], (*sample.foot[1][:-1], "", "", sample.foot[1][-1])), cell)
    if sample.annex:
        document.add_page()
    for line in sample.annex:
        cell(document, document.epw, line, "J", False)
    return bytes(document.output())


def _two_columns(document: FPDF, cells: Sequence[Sequence[str]], cell: _Cell) -> None:
    if document.get_y() + _LINE * 8 > document.eph:
        document.add_page()
    top, left, bottom = document.get_y(), document.l_margin, document.get_y()
    for lines, share in zip(cells, (0.42, 0.56), strict=True):
        document.set_xy(left, top)
        for line in lines:
            document.set_x(left)
            cell(document, document.epw * share, line, "C", line.isupper())
        bottom = max(bottom, document.get_y())
        left += document.epw * 0.44
    document.set_y(bottom + 2)


def _plain_cell(document: FPDF, width: float, text: str, align: str, bold: bool) -> None:
    document.set_font(_FAMILY, "B" if bold else "", 10.5 if width < document.epw else 12)
    document.multi_cell(width, _LINE, text, align=align, new_x=XPos.LEFT, new_y=YPos.NEXT)


def _torn_cell(document: FPDF, width: float, text: str, align: str, bold: bool) -> None:
    size = 10.5 if width < document.epw else 12
    document.set_font(_FAMILY, "B" if bold else "", size)
    wrapped: Any = document.multi_cell(width, _LINE, text, dry_run=True, output="LINES")
    start = document.get_x()
    for line in wrapped:
        if document.will_page_break(_LINE):
            document.add_page()
        inset = (width - document.get_string_width(line)) / 2 if align == "C" else 0
        _torn_line(document, start + inset, document.get_y() + _LINE * 0.7, line, bold, size)
        document.set_xy(start, document.get_y() + _LINE)


def _torn_line(document: FPDF, left: float, base: float, line: str, bold: bool, size: float) -> None:
    """First the line's letters of ASCII with gaps for the others, then the others with gaps for these.

    So LibreOffice writes a line whose font lacks letters. Both parts are one drawing operation each.
    """
    document.set_font(_FAMILY, "B" if bold else "", size)
    runs = [(run, document.get_string_width(run)) for run in re.findall(r"[\x00-\x7f]+|[^\x00-\x7f]+", line)]
    for part in (True, False):
        document.set_font(_FAMILY, "B" if bold is part else "", size)
        document.text(left, base, "")  # makes the font the page's current one
        font: Any = document.current_font
        shown = [
            font.encode_text(run).removesuffix(" Tj")
            if run.isascii() is part
            else f"{-1000 * width / document.font_size:.0f}"
            for run, width in runs
        ]
        place = f"{left * document.k:.2f} {(document.h - base) * document.k:.2f}"
        document._out(f"BT {place} Td [{' '.join(shown)}] TJ ET")
