"""What a document's page says of the document: rows of label and value, and the files beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from crawlers.families.hints import DocumentHints
from transforms.dates import ParsedDate, parse, parse_day
from transforms.numbers import find_numbers, issuer_name, parse_number
from transforms.text import clean, fold, nfc
from transforms.tree import Page, raw_text

_FALLBACK_ROWS = ("table tr", "dl", "dl > div", "ul li")
_FEWEST = 2  # known labels that make a page's rows those of a document


@dataclass(frozen=True, slots=True)
class DocumentFields:
    """Fields of one document, as columns of ``warehouse.schema.DOCUMENT_FIELDS``; ``flags`` name contradictions."""

    number: str | None = None
    number_raw: str | None = None
    doc_type: str | None = None
    issuer: str | None = None
    issued_date: dt.date | None = None
    effective_date: dt.date | None = None
    signer: str | None = None
    subject: str | None = None
    published: ParsedDate | None = None
    flags: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing identifies a document."""
        return not (self.number or self.number_raw or self.subject)


def read_rows(page: Page, hints: DocumentHints) -> tuple[DocumentFields, list[HtmlElement]]:
    """The fields that the page's rows give, and the elements of these rows; no rows, no fields."""
    for selectors in (hints.rows, _FALLBACK_ROWS):
        for selector in selectors:
            values, elements = _values(page.select([selector]), hints.labels)
            if len(values) >= _FEWEST:
                return _fields(values), elements
    return DocumentFields(), []


def complete(page: DocumentFields, file: DocumentFields) -> DocumentFields:
    """The page's fields, completed by those of the file's text; what both say differently is flagged."""
    flags = list(page.flags)
    if page.number and file.number and page.number != file.number:
        flags.append("number_differs_from_file")
    if page.issued_date and file.issued_date and page.issued_date != file.issued_date:
        flags.append("issued_date_differs_from_file")
    if page.doc_type and file.doc_type and not compatible(page.doc_type, file.doc_type):
        flags.append("type_differs_from_file")
    if page.signer and file.signer and fold(page.signer) != fold(file.signer):
        flags.append("signer_differs_from_file")
    taken = {
        name: getattr(page, name) if getattr(page, name) is not None else getattr(file, name)
        for name in ("number", "number_raw", "doc_type", "issuer", "issued_date", "effective_date", "signer", "subject")
    }
    if page.issuer and file.issuer and fold(file.issuer).startswith(fold(page.issuer)):
        taken["issuer"] = file.issuer  # the number's symbol says UBND, the head of which province
    return replace(page, **taken, flags=tuple(flags))


def numbered(raw: str | None) -> DocumentFields:
    """Number, type and issuer that a number as written gives away; a repair is flagged."""
    text = clean(raw)
    parsed = parse_number(text) or next((found.number for found in find_numbers(text)), None)
    if parsed is None:
        return DocumentFields(number_raw=text or None, flags=("number_unreadable",) if text else ())
    flags = ("number_repaired",) if parsed.repair else ()
    return DocumentFields(parsed.number, text, parsed.doc_type, issuer_name(parsed.issuer_symbol), flags=flags)


def _fields(values: Mapping[str, str]) -> DocumentFields:
    number = numbered(values.get("number"))
    issued, published = parse_day(values.get("issued_date")), parse(values.get("published_date"))
    stated = values.get("doc_type") or None
    flags = list(number.flags)
    if stated and number.doc_type and not compatible(stated, number.doc_type):
        flags.append("type_contradicts_number")
    if issued and published and published.day < issued:
        flags.append("published_before_issued")
    return DocumentFields(
        number=number.number,
        number_raw=number.number_raw,
        doc_type=stated or number.doc_type,
        issuer=values.get("issuer") or number.issuer,
        issued_date=issued,
        effective_date=parse_day(values.get("effective_date")),
        signer=values.get("signer") or None,
        subject=values.get("subject") or None,
        published=published,
        flags=tuple(flags),
    )


def compatible(stated: str, symbol: str) -> bool:
    """Whether two types do not contradict each other, as 'Thông tư' and 'Thông tư liên tịch'."""
    first, second = fold(stated), fold(symbol)
    return first.startswith(second) or second.startswith(first)


def _values(rows: list[HtmlElement], labels: Mapping[str, str]) -> tuple[dict[str, str], list[HtmlElement]]:
    values: dict[str, str] = {}
    elements: list[HtmlElement] = []
    for row in rows:
        known = [(labels[name], value) for label, value in _pairs(row) if (name := _label(label)) in labels]
        for field, value in known:
            values.setdefault(field, value)
        if known:
            elements.append(row)
    return values, elements


def _pairs(row: HtmlElement) -> Iterator[tuple[str, str]]:
    """Label and value of the row's cells taken two by two, or on both sides of the colon of its text."""
    cells = [child for child in row if isinstance(child.tag, str) and child.tag != "br"]
    texts = [nfc(raw_text(cell)) for cell in cells]
    if len(texts) >= 2:
        yield from zip(texts[::2], texts[1::2], strict=False)
    label, colon, value = nfc(raw_text(row)).partition(":")
    if colon:
        yield label, value.strip()


def _label(text: str) -> str:
    return fold(text).strip(" :.*-").replace(" / ", "/")
