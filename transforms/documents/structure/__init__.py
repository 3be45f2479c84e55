"""The structure of an official document, read from its text: Decree 30/2020/NĐ-CP and the Party's rules."""

from __future__ import annotations

from functools import lru_cache

from transforms.documents.structure.assignments import read_assignments
from transforms.documents.structure.head import read_head
from transforms.documents.structure.model import Assignment, Head, Part, Section, Signer, Structure, Tail, Task
from transforms.documents.structure.outline import read_sections
from transforms.documents.structure.source import Source
from transforms.documents.structure.tail import read_tail

__all__ = ["Assignment", "Head", "Part", "Section", "Signer", "Structure", "Tail", "Task", "read_structure"]


@lru_cache(maxsize=2)  # the text of a file gives the fields first and the rows afterwards
def read_structure(text: str) -> Structure:
    """Everything that the layout of a document's text gives; offsets are characters of ``text``. Never raises.

    ``text`` may keep the lines of printed pages or have a paragraph a line, and may come from a scan. What it does
    not show stays null or empty. Time grows with the length of the text.
    """
    source = Source(text)
    head = read_head(source)
    tail = read_tail(source, head.body)
    sections = read_sections(source, head.body, tail.first)
    end = source.lines[tail.first].start if tail.first < len(source.lines) else len(text)
    start = source.lines[head.opening].start if head.opening < len(source.lines) else end
    opening = (start, max(start, min(end, sections[0].start if sections else end)))
    assignments = read_assignments(source, sections, opening, head.head.issued_date)
    return Structure(head.head, sections, assignments, tail.tail, end)
