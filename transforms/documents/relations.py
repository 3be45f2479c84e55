"""The structure of a document as values of the warehouse's columns, and what its citations are to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from typing import Any

from transforms.documents.structure import Assignment, Part, Section, Structure
from transforms.documents.structure.source import bare
from transforms.tagging.model import Citation
from transforms.tagging.norms import written_out

Row = dict[str, Any]
_REPLACES = re.compile(r"(?:thay the|bai bo|huy bo)(?:\s{1,3}(?:cho|mot phan|toan bo|cac))?[^.;\n]{0,60}$")
_AMENDS = re.compile(r"(?:sua doi|bo sung|dieu chinh)[^.;\n]{0,80}$")
_NOT_ITSELF = re.compile(r"(?:da )?duoc[^.;\n]{0,60}$")
_FIRST_VOWEL = dict(
    zip(
        ["oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ", "Uỷ"],
        ["òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy", "Ủy"],
        strict=True,
    )
)  # as the decrees write an open syllable: Ủy ban, Hòa Bình; q takes the u along (quý)
_SECOND_VOWEL = re.compile(rf"(?<![qQ])(?:{'|'.join(_FIRST_VOWEL)})(?!\w)")
_BEFORE = 120  # characters before a citation that say what is done to it


def structure_row(structure: Structure) -> Row:
    """Columns of ``documents``, ``document_sections`` and ``assignments``."""
    head, tail = structure.head, structure.tail
    return {
        "superior": _told(head.superior),
        "place": _told(head.place),
        "addressees": [part.text for part in head.addressees],
        "bases": [part.text for part in head.bases],
        "signer_capacity": tail.signer.capacity,
        "signed_for": _told(tail.signer.signed_for),
        "signer_office": _told(tail.signer.office),
        "recipients": [part.text for part in tail.recipients],
        "copies": [part.text for part in tail.copies],
        "parts": [{"part": name, "start": part.start, "end": part.end} for name, part in _parts(structure)],
        "sections": [_section(section) for section in structure.sections],
        "assignments": [_assignment(each) for each in structure.assignments],
    }


def related(citations: Iterable[Citation], structure: Structure, number: str | None, text: str) -> tuple[Citation, ...]:
    """The citations of a document's text with their relation to it: itself, its subject, its bases, what it changes."""
    own, subject = structure.head.number, structure.head.subject
    plain = bare(text)
    return tuple(replace(each, relation=_relation(each, own, subject, structure, number, plain)) for each in citations)


def _relation(
    cited: Citation, own: Part | None, subject: Part | None, structure: Structure, number: str | None, plain: str
) -> str:
    if cited.number == number or (own and _within(cited, own)):
        return "self"
    before = plain[max(0, cited.start - _BEFORE) : cited.start]
    if _REPLACES.search(before):
        return "replaces"
    if _AMENDS.search(before) and not _NOT_ITSELF.search(before):
        return "amends"
    if any(_within(cited, part) for part in structure.head.bases):
        return "basis"
    return "subject" if subject and _within(cited, subject) else "mention"


def _within(cited: Citation, part: Part) -> bool:
    return cited.start < part.end and part.start < cited.end


def _told(part: Part | None) -> str | None:
    return part.text if part else None


def _parts(structure: Structure) -> Iterator[tuple[str, Part]]:
    """Every part that stands once or in a list, with its name, in the order of the decree's boxes."""
    head, tail = structure.head, structure.tail
    single = {
        "superior": head.superior,
        "issuer": head.issuer,
        "number": head.number,
        "place": head.place,
        "issued_date": head.issued,
        "doc_type": head.type_line,
        "subject": head.subject,
        "signed_for": tail.signer.signed_for,
        "signer_office": tail.signer.office,
        "signer": tail.signer.name,
    }
    yield from ((name, part) for name, part in single.items() if part)
    listed = {"addressee": head.addressees, "basis": head.bases, "recipient": tail.recipients, "copy": tail.copies}
    yield from ((name, part) for name, parts in listed.items() for part in parts)


def _section(section: Section) -> Row:
    """The names that rows of every table share (kind, text, repair) are the owner's there."""
    row = asdict(section)
    return row | {
        "section_kind": row.pop("kind"),
        "section_text": row.pop("text"),
        "label_repair": row.pop("repair"),
    }


def _normal(agency: str) -> str:
    """One spelling of a body: abbreviations written out, one placement of tones (Uỷ ban = Ủy ban), a capital first."""
    words = _SECOND_VOWEL.sub(lambda pair: _FIRST_VOWEL[pair[0]], written_out(agency))
    return words[:1].upper() + words[1:]


def _assignment(given: Assignment) -> Row:
    return {
        "section": given.section,
        "agency": given.agency,
        "body": _normal(given.agency),
        "start": given.start,
        "end": given.end,
        "form": given.form,
        "deadline": given.deadline,
        "partners": list(given.partners),
        "tasks": [asdict(task) for task in given.tasks],
    }
