"""Media types by magic bytes, and whether a file has its end."""

from __future__ import annotations

import re

HTML = "text/html"
XML = "application/xml"
JSON = "application/json"
TEXT = "text/plain"
PDF = "application/pdf"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
OLE = "application/x-ole-storage"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ZIP = "application/zip"
RAR = "application/vnd.rar"
RTF = "application/rtf"
GZIP = "application/gzip"
SEVENZIP = "application/x-7z-compressed"
JPEG = "image/jpeg"
PNG = "image/png"

TEXTUAL = frozenset({HTML, XML, JSON, TEXT})
ZIPPED = frozenset({ZIP, DOCX, XLSX, PPTX, ODT})
IMAGES = frozenset({JPEG, PNG, "image/gif", "image/tiff"})
FILES = ZIPPED | IMAGES | {PDF, DOC, XLS, PPT, OLE, RAR, RTF, SEVENZIP}

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", RTF),
    (b"Rar!\x1a\x07", RAR),
    (b"7z\xbc\xaf\x27\x1c", SEVENZIP),
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1f\x8b", GZIP),
)
ZIP_PARTS = ((b"word/document.xml", DOCX), (b"xl/workbook.xml", XLSX), (b"ppt/presentation.xml", PPTX))
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_PARTS = (("WordDocument", DOC), ("Workbook", XLS), ("PowerPoint Document", PPT))
HTML_START = re.compile(
    rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*+<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|div|table|"
    rb"p|h[1-6]|center|form|iframe|section|article|ul|br|span|font|b|a)\b",
    re.IGNORECASE | re.DOTALL,
)
XML_START = re.compile(rb"<\?xml|<(?:rss|urlset|sitemapindex|feed|rdf:rdf)\b", re.IGNORECASE)
PDF_HEADER_WITHIN = 1024  # readers accept junk before %PDF-
PDF_TAIL = 2048
ZIP_TAIL = 66_000  # end of central directory plus the longest comment


def media_type(body: bytes, declared: str = "") -> str | None:
    """Media type of a body by its bytes; ``declared`` (a Content-Type) decides only among kinds of text.

    None for bytes that are no known file and no text.
    """
    head = body[:PDF_HEADER_WITHIN].lstrip(b"\xef\xbb\xbf\x00 \t\r\n\f")
    if body.startswith(b"PK\x03\x04"):
        return _zip_type(body)
    if body.startswith(OLE_MAGIC):
        return next((type_ for name, type_ in OLE_PARTS if name.encode("utf-16-le") in body), OLE)
    binary = next((type_ for magic, type_ in MAGIC if head.startswith(magic)), None)
    if binary is None and b"%PDF-" in body[:PDF_HEADER_WITHIN] and not head.startswith(b"<"):
        return PDF  # after the bundles, which may begin with a PDF that is not packed
    return binary or _text_type(body[:4096], head, declared.lower())


def _zip_type(body: bytes) -> str:
    if b"mimetypeapplication/vnd.oasis.opendocument.text" in body[:200]:
        return ODT
    return next((type_ for name, type_ in ZIP_PARTS if name in body), ZIP)


def _text_type(start: bytes, head: bytes, declared: str) -> str | None:
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = start.decode("utf-16", "replace").encode()
        head = start.lstrip()
    if HTML_START.match(head):
        return HTML
    if b"\x00" in start:
        return None
    if XML_START.match(head):
        return XML
    if head[:1] in (b"{", b"[") and "html" not in declared:
        return JSON
    return HTML if "html" in declared else TEXT


def is_whole(body: bytes, media: str | None) -> bool:
    """Whether a file has the end that its format demands; True for formats without one."""
    if media == PDF:
        return b"%%EOF" in body[-PDF_TAIL:] or b"startxref" in body[-PDF_TAIL:]
    if media in ZIPPED:
        return b"PK\x05\x06" in body[-ZIP_TAIL:]
    if media == RTF:
        return body.rstrip(b"\x00\r\n\t ").endswith(b"}")
    return True
