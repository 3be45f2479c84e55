"""RTF to text: groups, fonts with their character sets, Unicode, tables, drawn numbers, text boxes (RTF 1.9.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from transforms.documents.blocks import MOST_CELLS, Block, Grid, Paragraph, Run, as_file
from transforms.documents.filetext import FileText
from warehouse.schema import Outcome

VERSION = "1"
DEEPEST = 500  # groups in each other
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\'?"
)
_CODECS = {0: "cp1252", 1: "cp1252", 163: "cp1258", 238: "cp1250", 204: "cp1251", 161: "cp1253", 162: "cp1254"}
_CODECS |= {128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 177: "cp1255", 178: "cp1256", 222: "cp874"}
_SKIPPED_WORDS = """
    colortbl stylesheet info pict object header headerl headerr headerf footer footerl footerr footerf fldinst
    listtable listoverridetable rsidtbl generator datastore themedata xmlnstbl latentstyles nonshppict
    annotation atnid atnauthor sp bkmkstart bkmkend filetbl revtbl pgdsctbl mmathPr wgrffmtfilter
"""
_SKIPPED = frozenset(_SKIPPED_WORDS.split())
_STARRED = frozenset({"shpinst", "shptxt", "pn", "shppict"})  # behind \* and read all the same
_LETTERS = {
    "par": "\n",
    "line": "\v",
    "tab": "\t",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": " ",
    "enspace": " ",
    "page": "\n",
    "sect": "\n",
}
_SIGNS = {b"~": " ", b"_": "-", b"-": "\xad", b"{": "{", b"}": "}", b"\\": "\\", b"\n": "\n", b"\r": "\n"}


@dataclass(slots=True)
class _State:
    """What a group inherits and its end takes back."""

    font: int = 0
    skipped: bool = False
    fonts: bool = False  # inside the font table
    hidden: bool = False
    caps: bool = False
    unicode_skip: int = 1


def read_rtf(body: bytes) -> FileText:
    """Read an RTF file. Never raises for bad bytes."""
    try:
        reader = _Reader(body)
        blocks = list(reader.blocks())
    except ValueError as error:
        return FileText(Outcome.UNREADABLE, "rtf", reason=f"the RTF file cannot be read: {error}")
    found = as_file("rtf", VERSION, blocks, ("has_embedded_files",) if b"\\objdata" in body else ())
    if reader.open_groups and not body.rstrip(b"\x00\r\n\t ").endswith(b"}"):
        return replace(found, outcome=Outcome.TRUNCATED, reason="the RTF file breaks off; fetch it again")
    return found


@dataclass(slots=True)
class _Reader:
    """Reads one file, token by token."""

    body: bytes
    open_groups: int = 0
    _state: _State = field(default_factory=_State)
    _stack: list[_State] = field(default_factory=list)
    _charsets: dict[int, str] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)
    _codepage: str = "cp1252"
    _default_font: int = 0
    _pending: int = 0  # letters to skip behind a Unicode one
    _starred: bool = False
    _paragraph: Paragraph = field(default_factory=Paragraph)
    _cell: list[Block] = field(default_factory=list)
    _row: list[list[Block]] = field(default_factory=list)
    _grid: Grid | None = None
    _in_table: bool = False
    _cells: int = 0

    def blocks(self) -> Iterator[Block]:
        """The file's paragraphs and tables."""
        at = 0
        while at < len(self.body) and (token := _TOKEN.match(self.body, at)):
            at = token.end()
            word, number, octet, sign, brace, text = token.groups()
            if word is not None:
                if word == b"bin":
                    at += max(0, int(number or 0))
                yield from self._word(word.decode(), int(number) if number else None)
            elif octet is not None:
                self._octets(bytes.fromhex(octet.decode()))
            elif brace is not None:
                self._brace(brace)
            elif text is not None:
                self._octets(text)
            elif sign is not None:
                yield from self._sign(sign)
        self.open_groups = len(self._stack)
        yield from self._ended()

    def _brace(self, brace: bytes) -> None:
        self._starred = False
        if brace == b"{":
            if len(self._stack) > DEEPEST:
                raise ValueError(f"more than {DEEPEST} groups in each other")
            self._stack.append(self._state)
            self._state = replace(self._state)
        elif self._stack:
            self._state = self._stack.pop()

    def _sign(self, sign: bytes) -> Iterator[Block]:
        if sign == b"*":
            self._starred = True
        elif sign in (b"\n", b"\r"):
            yield from self._word("par", None)
        else:
            self._add(_SIGNS.get(sign, ""))

    def _word(self, word: str, number: int | None) -> Iterator[Block]:
        starred, self._starred = self._starred, False
        if word in _SKIPPED or (starred and word not in _STARRED):
            self._state.skipped = True
        elif word in ("cell", "row", "nestcell", "nestrow"):
            self._table_word(word)
        elif word == "par" or word in ("page", "sect"):
            yield from self._end_paragraph()
        elif word in _LETTERS:
            self._add("\n" if word == "line" else _LETTERS[word])
        elif word == "u" and number is not None:
            self._unicode(number)
        else:
            self._set(word, number)

    def _set(self, word: str, number: int | None) -> None:
        """Words that change the state, or say what a font is."""
        state = self._state
        if word == "fonttbl":
            state.fonts = True
        elif word == "f":
            state.font = number or 0
        elif word == "fcharset":
            self._charsets[state.font] = _CODECS.get(number or 0, "cp1252")
        elif word == "ansicpg":
            self._codepage = f"cp{number}" if number in (1250, 1251, 1252, 1253, 1254, 1258) else "cp1252"
        elif word == "deff":
            self._default_font = state.font = number or 0
        elif word == "uc":
            state.unicode_skip = min(number if number is not None else 1, 8)
        elif word in ("v", "caps"):
            setattr(state, "hidden" if word == "v" else "caps", number != 0)
        elif word == "plain":
            state.hidden = state.caps = False
            state.font = self._default_font
        elif word in ("pard", "intbl"):
            self._in_table = word == "intbl"

    def _unicode(self, number: int) -> None:
        code = number + 0x10000 if number < 0 else number
        self._add(chr(code) if 0 < code < 0x110000 else "")
        self._pending = self._state.unicode_skip

    def _octets(self, data: bytes) -> None:
        if self._pending:
            skipped = min(self._pending, len(data))
            self._pending -= skipped
            data = data[skipped:]
        if data and self._state.fonts:
            self._names[self._state.font] = self._names.get(self._state.font, "") + data.decode("latin-1")
        elif data:
            codec = self._charsets.get(self._state.font, self._codepage)
            self._add(data.decode(codec, errors="replace"))

    def _add(self, text: str) -> None:
        state = self._state
        if not text or state.skipped or state.hidden or state.fonts:
            return
        text = text.upper() if state.caps else text
        font = self._names.get(state.font, "").strip().rstrip(";") or None
        runs = self._paragraph.runs
        if runs and runs[-1].font == font:
            runs[-1].text += text
        else:
            runs.append(Run(text, font))

    def _end_paragraph(self) -> Iterator[Block]:
        if self._state.skipped:
            return
        paragraph, self._paragraph = self._paragraph, Paragraph()
        if self._in_table:
            self._cell.append(paragraph)
            return
        yield from self._end_table()
        yield paragraph

    def _table_word(self, word: str) -> None:
        if word.endswith("cell"):
            self._cells += 1
            if self._cells > MOST_CELLS:
                raise ValueError(f"the tables have more than {MOST_CELLS:,} cells")
            self._cell.append(self._paragraph)
            self._row.append(self._cell)
            self._paragraph, self._cell = Paragraph(), []
        elif self._row:
            self._grid = self._grid or Grid()
            self._grid.rows.append(self._row)
            self._row = []

    def _end_table(self) -> Iterator[Block]:
        if self._row:
            self._table_word("row")
        if self._grid is not None:
            yield self._grid
            self._grid = None

    def _ended(self) -> Iterator[Block]:
        loose, self._cell = self._cell, []
        yield from self._end_table()
        yield from loose
        if self._paragraph.runs:
            yield self._paragraph
