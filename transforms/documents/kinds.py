"""Kinds of files by their bytes."""

from __future__ import annotations

from typing import Final

from crawlers.content import (
    DOC,
    DOCX,
    HTML,
    OLE,
    PDF,
    RAR,
    RTF,
    SEVENZIP,
    TEXT,
    XLS,
    XLSX,
    ZIP,
    media_type,
)

KINDS: Final = {
    PDF: "pdf",
    DOCX: "docx",
    DOC: "doc",
    RTF: "rtf",
    XLS: "xls",
    XLSX: "xlsx",
    HTML: "html",
    TEXT: "text",
    ZIP: "zip",
    RAR: "rar",
    SEVENZIP: "7z",
    OLE: "ole",
}
BUNDLES: Final = frozenset({ZIP, RAR, SEVENZIP})
DOCUMENTS: Final = frozenset({PDF, DOCX, DOC, RTF})  # what official documents are written in
SHEETS: Final = frozenset({XLS, XLSX})
READ: Final = DOCUMENTS | BUNDLES | SHEETS | {HTML}


def kind_of(body: bytes) -> tuple[str | None, str | None]:
    """(kind, media type) of a file by its bytes; the kind of a media type without a reader is None."""
    media = media_type(body)
    return KINDS.get(media or ""), media
