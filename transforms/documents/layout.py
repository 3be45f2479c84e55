"""From the structure of a document's text to its fields: what the text says of the document as a whole."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from transforms.dates import parse_day
from transforms.documents.fields import DocumentFields, compatible, numbered
from transforms.documents.structure import Part, Structure, read_structure
from transforms.documents.structure.source import bare

_EFFECT = re.compile(
    r"co hieu luc\s{1,3}(?:thi hanh\s{1,3})?(?:ke\s{1,3})?tu\s{1,3}ngay\s{1,3}"
    r"(?:(?P<signed>ky|ban hanh)\b|(?P<day>\d{1,2}\s?(?:/|thang)\s?\d{1,2}\s?(?:/|nam)\s?\d{4}))"
)
_INTERCHANGED = {"Quyết định", "Quy định"}  # the Party writes QĐ for both


def read_layout(text: str) -> DocumentFields:
    """Fields of a document's text; what the layout does not show stays null."""
    return fields_of(read_structure(text), text)


def fields_of(structure: Structure, text: str) -> DocumentFields:
    """The fields of a text whose structure was read; contradictions between type and number are flagged."""
    head = structure.head
    found = _numbered(head.number)
    flags = found.flags
    if head.doc_type and found.doc_type and not _agree(head.doc_type, found.doc_type):
        flags = (*flags, "type_contradicts_number")
    return replace(
        found,
        doc_type=head.doc_type or found.doc_type,
        issuer=_told(head.issuer) or _signing_body(structure) or found.issuer,
        issued_date=head.issued_date,
        effective_date=_effective(text[: structure.body_end], head.issued_date),
        signer=_told(structure.tail.signer.name),
        subject=_told(head.subject),
        flags=flags,
    )


def _numbered(part: Part | None) -> DocumentFields:
    if part is None:
        return DocumentFields()
    if part.text[0].isdigit():
        return numbered(part.text)
    symbol = numbered(f"1{part.text}")
    return DocumentFields(None, part.text, symbol.doc_type, symbol.issuer, flags=("number_blank",))


def _agree(first: str, second: str) -> bool:
    return compatible(first, second) or {first, second} <= _INTERCHANGED


def _told(part: Part | None) -> str | None:
    return part.text if part else None


def _signing_body(structure: Structure) -> str | None:
    """The body on whose behalf a collective signs (TM. ỦY BAN NHÂN DÂN), where the head names none."""
    signer = structure.tail.signer
    return _told(signer.signed_for) if (signer.capacity or "").startswith("TM.") else None


def _effective(body: str, issued: dt.date | None) -> dt.date | None:
    """The day that "có hiệu lực kể từ ngày ..." names; the day of issue for "ngày ký"."""
    match = _EFFECT.search(bare(body))
    if match is None:
        return None
    return issued if match["signed"] else parse_day(body[match.start("day") : match.end("day")])
