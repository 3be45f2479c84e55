"""Text PDFs of official documents, made at serve time in the layout of Decree 30/2020; same input, same bytes."""

from __future__ import annotations

import datetime as dt
from functools import cache

import font_roboto  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from tests.portals.model import Attachment

CREATED = dt.datetime(2025, 5, 1, tzinfo=dt.UTC)
LEFT, RIGHT, BREAK = "<", ">", "---"


@cache
def render(file: Attachment) -> bytes:
    """The PDF of ``file.lines``: '= x' centred bold, '| a | b' two columns, '> x' right half, '---' new page."""
    document = FPDF(format="A4")
    document.set_creation_date(CREATED)
    document.set_title(file.name)
    document.set_margins(25, 20, 18)
    document.add_font("Roboto", "", font_roboto.Roboto)
    document.add_font("Roboto", "B", font_roboto.RobotoBold)
    document.add_page()
    for line in file.lines:
        _line(document, line)
    return bytes(document.output())


def _line(document: FPDF, line: str) -> None:
    if line == BREAK:
        document.add_page()
    elif line.startswith("| "):
        _columns(document, *(part.strip() for part in line[2:].split(" | ", 1)))
    elif line.startswith("= "):
        _text(document, line[2:], "C", bold=True)
    elif line.startswith("> "):
        _columns(document, "", line[2:])
    else:
        _text(document, line, "J")


def _text(document: FPDF, text: str, align: str, bold: bool = False) -> None:
    document.set_font("Roboto", "B" if bold else "", 12)
    document.multi_cell(0, 6.5, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    document.ln(1.5)


def _columns(document: FPDF, left: str, right: str) -> None:
    """Two centred columns of one row; upper-case cells are bold."""
    narrow = document.epw * 0.43
    columns = ((narrow, left, XPos.RIGHT, YPos.TOP), (document.epw - narrow, right, XPos.LMARGIN, YPos.NEXT))
    for width, text, new_x, new_y in columns:
        document.set_font("Roboto", "B" if text.isupper() else "", 10 if text.isupper() else 11)
        document.cell(width, 6.5, text, align="C", new_x=new_x, new_y=new_y)
