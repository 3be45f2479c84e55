"""DOC (Word 97 to 2003) to text: the piece table of the binary format read directly ([MS-DOC] 2.4.1).

Word 6 and 95 files have another layout; they are left to catdoc where that is installed.
"""

from __future__ import annotations

import io
import re
import shutil
import struct
import subprocess
from collections.abc import Iterator
from itertools import islice

import olefile

from transforms.documents.blocks import MOST_CELLS, Block, Grid, Paragraph, Run, as_file
from transforms.documents.docfonts import fonts_by_offset
from transforms.documents.filetext import FileText
from warehouse.schema import Outcome

VERSION = "1"
CATDOC_SECONDS = 30.0
_WORD_97 = 193  # nFib from which the format is the documented one
_ENCRYPTED, _WHICH_TABLE = 0x0100, 0x0200
_COMPRESSED = 0x40000000
# Word's soft hyphen stays: in TCVN3 its code is the letter ư.
_MARKS = {"\x0b": "\n", "\x0c": "\r", "\x1e": "-", "\x1f": "\xad", "\xa0": " ", "\x0e": "\r"}
_INVISIBLE = dict.fromkeys((*range(7), 8, *range(0x0F, 0x13), *range(0x16, 0x1E)))
_CONTROLS = str.maketrans(_MARKS) | _INVISIBLE
_MOST_LETTERS = 20_000_000


def read_doc(body: bytes) -> FileText:
    """Read a DOC file. Never raises for bad bytes."""
    try:
        with olefile.OleFileIO(io.BytesIO(body)) as container:
            return _read(container, body)
    except (OSError, ValueError, struct.error, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
        return FileText(Outcome.UNREADABLE, "doc", reason=f"the DOC file is damaged: {error}; fetch it again")


def _read(container: olefile.OleFileIO, body: bytes) -> FileText:
    if container.exists("EncryptedPackage"):
        return FileText(Outcome.UNREADABLE, "docx", reason="the file is encrypted; ask the portal for an open copy")
    if not container.exists("WordDocument"):
        return FileText(Outcome.WRONG_TYPE, "doc", reason="an OLE file without a Word document in it")
    stream = container.openstream("WordDocument").read()
    version, flags = struct.unpack_from("<H", stream, 2)[0], struct.unpack_from("<H", stream, 0x0A)[0]
    if flags & _ENCRYPTED:
        return FileText(Outcome.UNREADABLE, "doc", reason="the DOC file is encrypted; ask the portal for an open copy")
    if version < _WORD_97:
        return _by_catdoc(body)
    table = container.openstream("1Table" if flags & _WHICH_TABLE else "0Table").read()
    carried = ("has_macros",) if container.exists("Macros") else ()
    return as_file("doc", VERSION, list(_blocks(_letters(stream, table))), carried)


def _letters(stream: bytes, table: bytes) -> Iterator[Run]:
    """The letters of the main text, footnotes and text boxes in order, in runs of one font."""
    counts = struct.unpack_from("<8i", stream, 0x4C)  # main, footnotes, headers, -, comments, endnotes, boxes
    start, size = struct.unpack_from("<Ii", stream, 0x01A2)
    pieces = list(_pieces(table[start : start + size]))
    fonts = fonts_by_offset(stream, table)
    wanted = [(0, counts[0] + counts[1])]
    before_boxes = sum(counts[:6])
    wanted.append((before_boxes, before_boxes + counts[6]))
    for first, last in wanted:
        for begin, end, offset, compressed in pieces:
            low, high = max(first, begin), min(last, end)
            if low < high:
                yield from fonts.runs(stream, offset + (low - begin) * (2 - compressed), high - low, compressed)


def _pieces(clx: bytes) -> Iterator[tuple[int, int, int, bool]]:
    """(first letter, letter after the last, offset in the stream, one byte a letter) of each piece."""
    at = 0
    while at < len(clx) and clx[at] == 1:
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if at >= len(clx) or clx[at] != 2:
        raise ValueError("no piece table")
    size = struct.unpack_from("<I", clx, at + 1)[0]
    number = (min(size, len(clx) - at - 5) - 4) // 12
    places = struct.unpack_from(f"<{number + 1}I", clx, at + 5)
    for index in range(number):
        where = struct.unpack_from("<I", clx, at + 5 + 4 * (number + 1) + 8 * index + 2)[0]
        compressed = bool(where & _COMPRESSED)
        offset = (where & ~_COMPRESSED) // 2 if compressed else where
        if places[index] < places[index + 1] <= _MOST_LETTERS:
            yield places[index], places[index + 1], offset, compressed


def _blocks(letters: Iterator[Run]) -> Iterator[Block]:
    """Paragraphs at carriage returns; cells at bells, of which one more ends each row."""
    paragraph, cells = Paragraph(), [[]]  # type: tuple[Paragraph, list[list[Block]]]
    count = 0
    for run in _shown(letters):
        for part in re.split("([\r\x07])", run.text):
            if part == "\r":
                yield from _closed(cells)
                cells = [[]]
                yield paragraph
                paragraph = Paragraph()
            elif part == "\x07":
                cells[-1].append(paragraph)
                cells.append([])
                paragraph, count = Paragraph(), count + 1
                if count > MOST_CELLS:
                    raise ValueError(f"the tables have more than {MOST_CELLS:,} cells")
            elif part:
                paragraph.runs.append(Run(part, run.font))
    yield from _closed(cells)
    yield paragraph


def _closed(cells: list[list[Block]]) -> Iterator[Block]:
    """The table of these cells where its rows can be told, else its cells one after the other."""
    ended = cells[:-1]
    width = next((width for width in range(1, 64) if _fits(ended, width)), None)
    if width is None:
        yield from (block for cell in ended for block in cell)
    else:
        yield Grid([list(islice(ended, at, at + width)) for at in range(0, len(ended), width + 1)], None)


def _fits(cells: list[list[Block]], width: int) -> bool:
    """Whether rows of this width end where empty cells are that stand for the ends of rows."""
    ends = cells[width :: width + 1]
    if not cells or len(cells) % (width + 1) or any(_is_full(cell) for cell in ends):
        return False
    return any(_is_full(cell) for cell in cells)


def _is_full(cell: list[Block]) -> bool:
    return any(isinstance(block, Paragraph) and block.runs for block in cell)


def _shown(letters: Iterator[Run]) -> Iterator[Run]:
    """The runs without the instructions of fields and without controls."""
    depth, instruction = 0, False
    for run in letters:
        kept = []
        for part in re.split("([\x13\x14\x15])", run.text):
            if part == "\x13":
                depth, instruction = depth + 1, True
            elif part == "\x14":
                instruction = False
            elif part == "\x15":
                depth, instruction = max(0, depth - 1), False
            elif not instruction:
                kept.append(part)
        text = "".join(kept).translate(_CONTROLS)
        if text:
            yield Run(text, run.font)


def _by_catdoc(body: bytes) -> FileText:
    program = shutil.which("catdoc")
    if program is None:
        reason = "a file of Word 6 or 95, and catdoc is not installed; on Debian: apt-get install catdoc, then reparse"
        return FileText(Outcome.UNREADABLE, "doc", reason=reason)
    command = [program, "-w", "-s", "cp1252", "-d", "utf-8"]
    done = subprocess.run(command, input=body, capture_output=True, timeout=CATDOC_SECONDS, check=False)
    text = done.stdout.decode("utf-8", errors="replace")
    blocks: list[Block] = [Paragraph([Run(line)]) for line in text.splitlines()]
    return as_file("doc", "catdoc", blocks, ("old_word",))
