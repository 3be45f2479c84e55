"""A document's page: its rows, its files, and its text from the page itself or from the main PDF."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from crawlers.families.hints import GENERIC, Hints
from transforms import body as bodies
from transforms import fields as places
from transforms.article import NotArticle
from transforms.body import Body
from transforms.documents.fields import DocumentFields, complete, read_rows
from transforms.documents.filetext import DataTable, FileText
from transforms.documents.layout import read_layout
from transforms.documents.structure.source import bare
from transforms.fields import Evidence
from transforms.limits import excess
from transforms.links import FileLink, file_links
from transforms.text import decode, fold, nfc
from transforms.tree import Page, drop, drop_all, parse, raw_text, strip_invisible
from warehouse.schema import Outcome

_LAYOUT = re.compile(r"cong hoa xa hoi chu nghia|doc lap - tu do|dang cong san viet nam|^\s*noi nhan")
_OWN_TEXT = 400  # characters from which a page prints the document itself


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """What a document's page says. ``text`` is empty unless the page prints the document itself."""

    title: str | None
    fields: DocumentFields
    text: str
    files: tuple[FileLink, ...]
    content_hash: str
    flags: tuple[str, ...]
    tables: tuple[DataTable, ...] = ()


def extract_document(
    body: bytes, *, url: str, encoding: str | None = None, hints: Hints = GENERIC, listing: Evidence | None = None
) -> DocumentPage | NotArticle:
    """Read a document's page; NotArticle where neither rows nor text identify a document. Never raises."""
    if too_large := excess(body):
        return NotArticle(Outcome.OVERSIZED, f"{url}: {too_large}")
    decoded = decode(body, encoding)
    page = parse(decoded.text)
    if page is None:
        return NotArticle(Outcome.UNREADABLE, f"{url}: no HTML element could be parsed; look at the archived record")
    title = places.find_title(page, hints, (listing or Evidence()).like(decoded))
    fields, rows = read_rows(page, hints.document)
    files = _files(page, hints, url)
    own = _own(page, hints, rows)
    text = own.text
    fields = complete(fields, read_layout(text)) if rows else read_layout(text)
    if fields.is_empty:
        return NotArticle(Outcome.NOT_ARTICLE, f"{url}: no rows and no head of a document were found; check the family")
    key = " ".join([*(fold(raw_text(row)) for row in rows), fold(text), *(link.url for link in files)])
    flags = decoded.flags + fields.flags
    digest = hashlib.sha256(key.encode()).hexdigest()
    tables = tuple(table for table in own.tables if not _is_layout(table))
    named = _title(nfc(title.text) if title.text else None, fields)
    return DocumentPage(named, fields, text, files, digest, flags, tables)


def with_file(page: DocumentPage, file: FileText | None) -> tuple[DocumentPage, str]:
    """The page completed from the text of its main file, and whence its text: html, the file's kind, or none."""
    if file is None or not file.text:
        return page, "html" if page.text else "none"
    fields = complete(page.fields, read_layout(file.text))
    flags = tuple(dict.fromkeys((*page.flags, *fields.flags)))
    text = page.text or file.text
    return replace(page, fields=fields, text=text, flags=flags), "html" if page.text else file.kind or "none"


def _title(heading: str | None, fields: DocumentFields) -> str | None:
    """The page's heading where it tells of the document, else its subject."""
    subject, number = fold(fields.subject or ""), fold(fields.number_raw or "")
    told = fold(heading or "")
    if told and (not subject or told in subject or subject in told or (number and number in told)):
        return heading
    return fields.subject or heading


def _files(page: Page, hints: Hints, url: str) -> tuple[FileLink, ...]:
    hinted = file_links(
        url, [parent for link in page.select(hints.document.files) if _is_element(parent := link.getparent())]
    )
    return hinted or file_links(url, [page.root])


def _is_layout(table: DataTable) -> bool:
    """Whether a table is head or end of a document, whose columns it sets side by side."""
    return any(_LAYOUT.search(bare(cell)) for row in table for cell in row)


def _own(page: Page, hints: Hints, rows: list[HtmlElement]) -> Body:
    """The document itself where the page prints it: in the family's container, else beside the rows."""
    container = next(iter(page.select(hints.container)), None)
    if container is None and rows:
        container = _around(rows[0])
    if container is None:
        return Body("")
    strip_invisible(container)
    drop_all(row for row in rows if row.getparent() is not None)
    drop_all(page.select_all((*hints.drop, *hints.document.files), container))
    for heading in list(container.iter("h1")):
        drop(heading)
    bodies.prune(container)
    own = bodies.read(container)[0]
    return own if len(own.text) >= _OWN_TEXT else Body("")


def _around(row: HtmlElement) -> HtmlElement | None:
    for parent in row.iterancestors():
        if parent.tag not in ("table", "tbody", "thead", "dl", "ul", "tr"):
            above = parent.getparent()
            return parent if above is None or above.tag in ("html", "body") or parent.tag != "div" else above
    return None


def _is_element(node: HtmlElement | None) -> bool:
    return node is not None
