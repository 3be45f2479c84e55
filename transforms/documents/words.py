"""Words with their places on a page, and the segments that they form: runs of words without a wide gap."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

_GAP = 1.6  # heights of a line between two words that part a line into segments


@dataclass(frozen=True, slots=True)
class Word:
    """A word, its box in pixels or points from the top left corner, and its confidence from 0 to 1."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Segment:
    """Words of one line that stand together, from left to right; never empty."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words, parted by blanks."""
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        """Left edge."""
        return self.words[0].left

    @property
    def right(self) -> float:
        """Right edge."""
        return max(word.right for word in self.words)

    @property
    def top(self) -> float:
        """Upper edge of most words: an accent, a bracket or a stamp may reach higher."""
        return median(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        """Lower edge of most words."""
        return median(word.bottom for word in self.words)

    @property
    def middle(self) -> float:
        """Half of the height."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Height of most words."""
        return self.bottom - self.top

    @property
    def confidence(self) -> float:
        """Mean of the words, weighted by their letters."""
        letters = sum(len(word.text) for word in self.words)
        return sum(word.confidence * len(word.text) for word in self.words) / letters


def read_tsv(source: str) -> list[list[Word]]:
    """The lines of words in tesseract's TSV output, in its own order."""
    lines: dict[tuple[str, ...], list[Word]] = {}
    for row in csv.reader(io.StringIO(source), delimiter="\t", quoting=csv.QUOTE_NONE):
        if len(row) == 12 and row[0] == "5" and row[11].strip():
            left, top, width, height = (int(value) for value in row[6:10])
            word = Word(row[11].strip(), left, top, left + width, top + height, max(0.0, float(row[10])) / 100)
            lines.setdefault(tuple(row[1:5]), []).append(word)
    return list(lines.values())


def as_lines(words: Iterable[Word]) -> list[list[Word]]:
    """Words that came without lines, as lines from top to bottom: those whose middles are level are one."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda each: each.top + each.bottom):
        last = lines[-1][-1] if lines else None
        apart = abs(word.top + word.bottom - last.top - last.bottom) / 2 if last else 0.0
        if last and apart < 0.4 * min(word.bottom - word.top, last.bottom - last.top):
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def segments(lines: Iterable[Sequence[Word]]) -> list[Segment]:
    """The lines cut where a gap is wide."""
    return [segment for line in lines if line for segment in _cut(sorted(line, key=lambda word: word.left))]


def _cut(line: Sequence[Word]) -> Iterable[Segment]:
    gap = _GAP * median(word.bottom - word.top for word in line)
    start = 0
    for index in range(1, len(line)):
        if line[index].left - max(word.right for word in line[start:index]) > gap:
            yield Segment(tuple(line[start:index]))
            start = index
    yield Segment(tuple(line[start:]))
