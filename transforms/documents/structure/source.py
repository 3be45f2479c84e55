"""A text as lines with offsets, in two shapes of its own length: plain, and without case and accents.

Rules about words look at ``bare``, so that a misread accent (KẼ HOẠCH) costs nothing; rules about capitals look at
``plain``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from transforms.documents.structure.model import Part

_PLAIN = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f\u200b\ufeff\t*", " ")
    | dict.fromkeys("‐‑‒–—−", "-")
    | dict.fromkeys("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", "\n")
    | dict.fromkeys("“”„″", '"')
    | {"\u00d0": "Đ", "\u00f0": "đ"}
)


CAPITALS = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯ" + "".join(map(chr, range(0x1EA0, 0x1EFA, 2)))
SMALLS = "a-zàáâãèéêìíòóôõùúýăđĩũơư" + "".join(map(chr, range(0x1EA1, 0x1EFA, 2)))


def _skeleton() -> dict[int, str]:
    """Every Latin letter that carries marks, as the small letter below them; one character for one."""
    table = {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
    for code in range(0xC0, 0x1EFA):
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        if base.isascii():
            table[code] = base
    return table | {ord("Đ"): "d", ord("đ"): "d"}


_BARE = _skeleton()
_LINE = re.compile(r"[^\n]+")
_NUMBER_OF_PAGE = re.compile(r"\W{0,3}(?:trang |page )?\d{1,4}(?: ?/ ?\d{1,4})?\W{0,3}")
_FULL = 0.9  # share of the width from which a line that stops is one that had to
_LONGEST_PRINTED = 170  # characters: a longer line is a paragraph, not what a page prints
_ENDS = (".", ":", ";", "!", "?", "/", '"', ")")


def tidy(text: str) -> str:
    """A slice of the text on one line: every kind of space is one blank; asterisks and numbers of pages are gone."""
    if "\n" in text:
        first, *between, last = text.split("\n")
        kept = [line for line in between if not _NUMBER_OF_PAGE.fullmatch(line.strip())]
        text = "\n".join((first, *kept, last))
    return " ".join(text.replace("*", " ").split())


def bare(text: str) -> str:
    """Small letters without marks, of the same length."""
    return text.translate(_BARE)


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: offsets without outer blanks, its two shapes, and whether an empty line stands above."""

    start: int
    end: int
    plain: str
    bare: str
    apart: bool

    @property
    def shouted(self) -> bool:
        """Whether its letters are capitals."""
        return self.plain.isupper()

    def cut(self, first: int, last: int | None = None) -> Line | None:
        """The piece of the line between two of its own offsets; None where nothing stands there."""
        piece = self.plain[first:last]
        begin = first + len(piece) - len(piece.lstrip())
        kept = piece.strip()
        if not kept:
            return None
        stop = begin + len(kept)
        return Line(self.start + begin, self.start + stop, kept, self.bare[begin:stop], self.apart)


@dataclass(frozen=True)
class Source:
    """The text and its lines; numbers of pages are no lines."""

    text: str

    @cached_property
    def plain(self) -> str:
        """One kind of blank, hyphen and quote; asterisks are blanks."""
        return self.text.translate(_PLAIN)

    @cached_property
    def bare(self) -> str:
        """Small letters without marks."""
        return bare(self.plain)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Lines that hold something."""
        found: list[Line] = []
        below = 0
        for match in _LINE.finditer(self.plain):
            kept = match[0].strip()
            if not kept or _NUMBER_OF_PAGE.fullmatch(kept):
                continue
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            end = start + len(kept)
            apart = self.plain.count("\n", below, start) > 1 or not found
            found.append(Line(start, end, kept, self.bare[start:end], apart))
            below = end
        return tuple(found)

    @cached_property
    def width(self) -> int | None:
        """Characters of a full line where the text keeps the lines of a page; None where lines are paragraphs."""
        lengths = sorted(len(line.plain) for line in self.lines if len(line.plain) > 40)
        if not lengths or lengths[int(len(lengths) * 0.9)] > _LONGEST_PRINTED:
            return None
        return lengths[int(len(lengths) * 0.9)]

    def part(self, start: int, end: int) -> Part:
        """The part at these offsets, without outer blanks."""
        piece = self.plain[start:end]
        start, end = start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
        end = max(start, end)
        return Part(start, end, tidy(self.text[start:end]))

    def continues(self, above: Line, line: Line, heading: bool = False) -> bool:
        """Whether ``line`` goes on with the paragraph of ``above`` (both are no beginnings of anything known).

        A printed line goes on when the next word would not have fitted; a paragraph that a page break cuts goes on
        with a small letter, or where a long line that is no heading stops without any mark.
        """
        opens_small = line.plain[0].islower() or (not line.plain[0].isalnum() and line.plain[0] in "(,")
        ended = above.plain.endswith(_ENDS)
        if opens_small:
            return not above.plain.endswith((".", ":")) or not line.apart
        if line.apart or self.width is None:
            return not (ended or heading) and len(above.plain) > 60 and not line.shouted
        if above.shouted != line.shouted:
            return False
        first = line.plain.split(" ", 1)[0]
        return len(above.plain) + 1 + len(first) >= _FULL * self.width
