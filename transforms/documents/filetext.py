"""What reading a file gives: text by page with its quality, tables, the electronic stamp, and how the reading ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, TypeAlias

from warehouse.schema import Outcome

DataTable: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class PageText:
    """One page's text (NFC, one line a line) and what is known of its quality.

    ``number`` counts from 1; ``engine`` read it (pypdfium2, pdfplumber, tesseract, docx, ...) in ``version``;
    ``confidence`` is the recogniser's mean over words, 0 to 1, None for text layers; ``plausibility`` the share of
    words that may be Vietnamese, 0 to 1, None for a page without words. ``flags``: ``garbled_layer``,
    ``ocr_unavailable``, ``ocr_failed``, ``deskewed``, ``two_columns``, ``encoding_tcvn3``, ...
    """

    number: int
    text: str
    engine: str
    version: str
    confidence: float | None = None
    plausibility: float | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stamp:
    """An electronic signature: who signed (person or body), the body above, when (zone-aware); None where unsaid."""

    signer: str | None
    body: str | None
    signed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class FileText:
    """A file as text: pages joined by an empty line, in NFC.

    ``outcome``: OK; EMPTY = nothing to read; OCR_UNAVAILABLE = pictures of pages, and no recogniser is installed
    (``text`` holds the pages that have a text layer); TRUNCATED; WRONG_TYPE = a kind without text, or HTML under a
    file's name; UNREADABLE = encrypted or damaged; BOMB; TIMEOUT and OVERSIZED = a limit of the sandbox.
    ``reason`` explains everything but OK. ``kind``: pdf, docx, doc, rtf, xls, xlsx, html, text, zip, rar, 7z, or a
    media type. ``page_count`` is the file's, also where fewer pages were read; 0 for kinds without pages.
    ``tables`` are data tables as rows of cells. ``members`` are the files of a bundle, each with its ``name``.
    ``flags`` are those of its pages and its own: ``has_javascript``, ``has_embedded_files``, ``pages_beyond_limit``.
    """

    outcome: Outcome
    kind: str | None
    text: str = ""
    pages: tuple[PageText, ...] = ()
    page_count: int = 0
    tables: tuple[DataTable, ...] = ()
    stamp: Stamp | None = None
    reason: str | None = None
    flags: tuple[str, ...] = ()
    name: str | None = None
    sha256: str | None = None
    size: int | None = None
    media_type: str | None = None
    members: tuple[FileText, ...] = ()


def join_pages(pages: tuple[PageText, ...]) -> str:
    """The text of a file: its pages, joined by an empty line; pages without text leave no gap."""
    return "\n\n".join(page.text for page in pages if page.text)


def page_from_json(page: dict[str, Any]) -> PageText:
    """The PageText whose ``dataclasses.asdict`` went through JSON."""
    return PageText(**page | {"flags": tuple(page["flags"])})


def from_json(found: dict[str, Any]) -> FileText:
    """The FileText whose ``dataclasses.asdict`` went through JSON, times as ISO 8601."""
    stamp = found["stamp"]
    if stamp:
        signed_at = stamp["signed_at"]
        stamp = Stamp(**stamp | {"signed_at": dt.datetime.fromisoformat(signed_at) if signed_at else None})
    changed = {
        "outcome": Outcome(found["outcome"]),
        "pages": tuple(page_from_json(page) for page in found["pages"]),
        "tables": tuple(tuple(tuple(row) for row in table) for table in found["tables"]),
        "stamp": stamp,
        "flags": tuple(found["flags"]),
        "members": tuple(from_json(member) for member in found["members"]),
    }
    return FileText(**found | changed)
