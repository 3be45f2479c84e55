"""XLS and XLSX to tables: one page and one table a sheet, values as people write them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zlib
from importlib.metadata import version
from typing import Any

import python_calamine as calamine

from transforms import legacy
from transforms.documents.blocks import MOST_CELLS
from transforms.documents.filetext import DataTable, FileText, PageText, join_pages
from transforms.documents.plausibility import plausibility
from transforms.text import clean
from warehouse.schema import Outcome

LARGEST = 256 << 20  # unpacked bytes of an XLSX file
MOST_SHEETS = 100
_BLOCK = 1 << 20


def read_sheets(body: bytes, kind: str) -> FileText:
    """Read a workbook of ``kind`` xls or xlsx. Never raises for bad bytes."""
    try:
        if kind == "xlsx" and _is_bomb(body):
            return FileText(Outcome.BOMB, kind, reason=f"the workbook unpacks to more than {LARGEST >> 20} MB")
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
        names = book.sheet_names[:MOST_SHEETS]
        tables = [_table(book.get_sheet_by_name(name).to_python(skip_empty_area=True)) for name in names]
    except calamine.PasswordError:
        return FileText(Outcome.UNREADABLE, kind, reason="the workbook is encrypted; ask the portal for an open copy")
    except (
        calamine.CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        ValueError,
        RuntimeError,
        EOFError,
    ) as error:
        return FileText(Outcome.UNREADABLE, kind, reason=f"the workbook is damaged: {error}; fetch it again")
    flags = ("sheets_beyond_limit",) if len(book.sheet_names) > MOST_SHEETS else ()
    return _as_file(kind, tables, flags)


def _as_file(kind: str, tables: list[list[list[str]]], flags: tuple[str, ...]) -> FileText:
    if sum(len(row) for table in tables for row in table) > MOST_CELLS:
        return FileText(Outcome.OVERSIZED, kind, reason=f"the workbook has more than {MOST_CELLS:,} cells")
    repaired = legacy.repair("\n".join("\t".join(row) for table in tables for row in table))
    flags = (*flags, *(f"encoding_{name}" for name in repaired.repairs))
    lines = iter(repaired.text.split("\n"))
    read = [[next(lines).split("\t") for _ in table] for table in tables]
    pages = tuple(_page(number, table, kind, flags) for number, table in enumerate(read, 1))
    text = join_pages(pages)
    kept: tuple[DataTable, ...] = tuple(tuple(map(tuple, table)) for table in read if any(map(any, table)))
    outcome, reason = (Outcome.OK, None) if text else (Outcome.EMPTY, "the workbook holds no value")
    return FileText(outcome, kind, text, pages, 0, kept, None, reason, flags)


def _page(number: int, table: list[list[str]], kind: str, flags: tuple[str, ...]) -> PageText:
    text = "\n".join(line for row in table if (line := "\t".join(row).strip("\t")))
    return PageText(number, text, kind, f"calamine {version('python-calamine')}", None, plausibility(text), flags)


def _table(rows: list[list[Any]]) -> list[list[str]]:
    """The rows as text, without empty ones and without the empty cells behind the last full column."""
    shown = [[_shown(value) for value in row] for row in rows[:MOST_CELLS]]
    full = [row for row in shown if any(row)]
    width = max((index + 1 for row in full for index, cell in enumerate(row) if cell), default=0)
    return [row[:width] for row in full]


def _shown(value: object) -> str:
    """A value as written in Vietnamese: whole numbers without a point, days as 31/12/2025."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return f"{value:%d/%m/%Y}" if value.time() == dt.time() else f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    return clean(str(value))


def _is_bomb(body: bytes) -> bool:
    """Whether the parts unpack to more than the limit, counted as they come and not as they are announced."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        for info in package.infolist():
            with package.open(info) as stream:
                while block := stream.read(_BLOCK):
                    total += len(block)
                    if total > LARGEST:
                        return True
    return False
