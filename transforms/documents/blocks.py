"""What word processors' files are made of: paragraphs of runs in fonts, and tables; and their text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from transforms import legacy
from transforms.documents.filetext import DataTable, FileText, PageText
from transforms.documents.plausibility import plausibility
from transforms.text import clean, clean_lines
from warehouse.schema import Outcome

MOST_CELLS = 200_000  # of one file


@dataclass(slots=True)
class Run:
    """Letters in one font."""

    text: str
    font: str | None = None


@dataclass(slots=True)
class Paragraph:
    """Runs in a row; line breaks within are newlines."""

    runs: list[Run] = field(default_factory=list)


@dataclass(slots=True)
class Grid:
    """A table: rows of cells, each a list of blocks; ``framed`` says whether its lines are drawn, None = unknown."""

    rows: list[list[list[Block]]] = field(default_factory=list)
    framed: bool | None = None


Block: TypeAlias = Paragraph | Grid


def as_file(kind: str, version: str, blocks: Sequence[Block], flags: tuple[str, ...] = ()) -> FileText:
    """The file that these blocks make, as one page; legacy letters are repaired over all of it."""
    repairs = _repair(list(_paragraphs(blocks)))
    flags = (*flags, *(f"encoding_{name}" for name in repairs))
    text = _text(blocks)
    page = PageText(1, text, kind, version, None, plausibility(text), flags)
    outcome, reason = (Outcome.OK, None) if text else (Outcome.EMPTY, "the file holds no text")
    tables = tuple(_cells(grid) for grid in _grids(blocks) if is_data(grid))
    return FileText(outcome, kind, text, (page,), 0, tables, None, reason, flags)


def is_data(grid: Grid) -> bool:
    """Whether a table holds data, not the two columns of a document's head or signature: many cells of one line."""
    cells = [cell for row in grid.rows for cell in row]
    if len(grid.rows) < 2 or len(cells) < 4:
        return False
    widest = max(len(row) for row in grid.rows)
    single = sum(len(cell) <= 1 for cell in cells)
    if widest > 2:
        return grid.framed is not False or single > 0.8 * len(cells)
    return widest == 2 and len(grid.rows) > 2 and grid.framed is True


def _repair(paragraphs: Sequence[Paragraph]) -> tuple[str, ...]:
    runs = [run for paragraph in paragraphs for run in paragraph.runs]
    numbers = iter(range(len(runs)))
    parts = [[next(numbers) for _ in paragraph.runs] for paragraph in paragraphs]
    texts, done = legacy.repair_runs([run.text for run in runs], parts, [run.font for run in runs])
    for run, text in zip(runs, texts, strict=True):
        run.text = text
    return done.repairs


def _paragraphs(blocks: Iterable[Block]) -> Iterator[Paragraph]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            yield from _paragraphs(inner for row in block.rows for cell in row for inner in cell)


def _grids(blocks: Iterable[Block]) -> Iterator[Grid]:
    for block in blocks:
        if isinstance(block, Grid):
            yield block
            yield from _grids(inner for row in block.rows for cell in row for inner in cell)


def _text(blocks: Iterable[Block]) -> str:
    lines = (line for block in blocks for line in _lines(block))
    return unicodedata.normalize("NFC", "\n".join(line for line in lines if line))


def _lines(block: Block) -> Iterator[str]:
    """A paragraph's lines; a data table's rows, cells parted by tabs; of another table cell after cell."""
    if isinstance(block, Paragraph):
        yield clean_lines("".join(run.text for run in block.runs))
    elif is_data(block):
        yield from ("\t".join(row).strip("\t") for row in _cells(block))
    else:
        yield from (line for row in block.rows for cell in row for inner in cell for line in _lines(inner))


def _cells(grid: Grid) -> DataTable:
    return tuple(
        tuple(clean(" ".join(line for block in cell for line in _lines(block))) for cell in row) for row in grid.rows
    )
