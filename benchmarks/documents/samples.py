"""Official documents of our own, laid out as Decree 30/2020 asks: the sample portals' texts as parts that render."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.portals import content
from tests.portals.model import Attachment
from tests.portals.pdf import BREAK

_SIGNED = re.compile(r"\| Nơi nhận:")


@dataclass(frozen=True, slots=True)
class Sample:
    """A document as parts: two rows of the head, title lines, paragraphs, recipients beside the signature, an annex."""

    name: str
    head: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    title: tuple[str, ...]
    paragraphs: tuple[str, ...]
    foot: tuple[tuple[str, ...], tuple[str, ...]]
    annex: tuple[str, ...]

    @property
    def text(self) -> str:
        """The gold text, in reading order: what every reading is compared with after folding of white space."""
        cells = [line for row in self.head for cell in row for line in cell]
        lines = [*cells, *self.title, *self.paragraphs, *self.foot[0], *self.foot[1], *self.annex]
        return "\n".join(lines)


def samples(most: int | None = None) -> list[Sample]:
    """The sample portals' documents that have files, at most so many."""
    found = [document.attachments[0] for document in content.DOCUMENTS if document.attachments]
    return [_sample(file) for file in found[:most]]


def _sample(file: Attachment) -> Sample:
    lines = [line for line in file.lines if line.strip()]
    first = next(number for number, line in enumerate(lines) if not line.startswith(("|", ">")))
    last = next(number for number, line in enumerate(lines) if _SIGNED.match(line))
    end = next((number for number, line in enumerate(lines) if line == BREAK), len(lines))
    body = lines[first:last]
    title = [line for line in body if line.startswith("= ")]
    subject = [line for line in body if line.startswith("V/v ")]
    upper, (number, place) = _head(lines[:first])
    return Sample(
        file.name,
        (upper, ((*number, *subject), place)),
        tuple(line[2:] for line in title),
        tuple(line for line in body if line not in title and line not in subject),
        _columns(lines[last:end]),
        tuple(line.removeprefix("= ") for line in lines[end + 1 :]),
    )


def _head(lines: list[str]) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """The body beside the motto, the number beside place and date."""
    number = next(index for index, line in enumerate(lines) if "| Số:" in line)
    return _columns(lines[:number]), _columns(lines[number:])


def _columns(lines: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    left: list[str] = []
    right: list[str] = []
    for line in lines:
        cells = ["", line[2:]] if line.startswith("> ") else line[2:].split(" | ", 1)
        left.append(cells[0].strip())
        right.append(cells[1].strip() if len(cells) > 1 else "")
    return tuple(filter(None, left)), tuple(filter(None, right))
