"""What the layout of an official document gives: parts, sections and assignments, each with its place in the text.

Offsets are characters of the text as given. The ``text`` of a part is that slice on one line, without the asterisks
of Markdown: :func:`transforms.documents.structure.source.tidy` of the slice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the document at ``[start, end)`` of its text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed: the capacity (TM., KT., Q., TL., TUQ. or null), for whom, in which office, and the name."""

    capacity: str | None = None
    signed_for: Part | None = None
    office: Part | None = None
    name: Part | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the body; ``number`` is the text behind "Số:", ``addressees`` those of "Kính gửi"."""

    superior: Part | None = None
    issuer: Part | None = None
    number: Part | None = None
    place: Part | None = None
    issued: Part | None = None
    issued_date: dt.date | None = None
    doc_type: str | None = None
    type_line: Part | None = None
    subject: Part | None = None
    addressees: tuple[Part, ...] = ()
    bases: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Tail:
    """What stands below the body: signer, recipients, and where copies are kept (Lưu)."""

    signer: Signer = Signer()
    recipients: tuple[Part, ...] = ()
    copies: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section: ``[start, end)`` holds its subsections too, ``text`` only what stands before them.

    ``path`` is unique in the document and is what a citation would say: ``II.3.1.4``, ``Điều 5.2.a``,
    ``Chương II.Mục 1``, ``PL1.I``; ``parent`` the path above, null at the top. ``kind`` is part, chapter, division,
    subdivision, upper, roman, article, number, letter or annex. ``repair`` says what was misread in the label.
    """

    path: str
    parent: str | None
    kind: str
    label: str
    level: int
    start: int
    end: int
    title_start: int
    title_end: int
    title: str
    body_start: int
    body_end: int
    text: str
    repair: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One sentence of what an agency is to do; the deadline as written, and its day where the words fix one."""

    start: int
    end: int
    text: str
    deadline: dt.date | None = None
    deadline_raw: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """An agency, the section that charges it (null before the first), and its tasks.

    ``form`` tells how the text says it: heading (the agency is the title), sentence (the agency is its subject),
    order ("Giao Sở ..."), list ("- Sở ...: ..."). ``partners`` are named after "phối hợp với".
    """

    section: str | None
    agency: str
    start: int
    end: int
    form: str
    tasks: tuple[Task, ...]
    partners: tuple[str, ...] = ()

    @property
    def deadline(self) -> dt.date | None:
        """The first day by which something is due."""
        return min((task.deadline for task in self.tasks if task.deadline), default=None)


@dataclass(frozen=True, slots=True)
class Structure:
    """Everything that :func:`transforms.documents.structure.read_structure` reads from one text."""

    head: Head = Head()
    sections: tuple[Section, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    tail: Tail = Tail()
    body_end: int = 0
