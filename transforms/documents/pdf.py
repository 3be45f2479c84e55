"""The text layer of a PDF, by pypdfium2, with a typed outcome instead of an exception.

Runs in the child process of :mod:`transforms.documents.sandbox`: a file that crashes the library ends that process.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pypdfium2 as pdfium

from transforms.text import clean_lines
from warehouse.schema import Outcome

MAX_PAGES = 400  # pages whose text is read; the count is always the file's
_TAIL = 2048  # bytes at the end in which a whole file has its end mark
_STAMP = re.compile(
    r"^(?:người ký|ký bởi|email|cơ quan|thời gian ký|signature|signed by|digitally signed|date|reason|location)\b.*$",
    re.I | re.M,
)
_SCAN = 50  # characters a page, without the signature stamp, below which the pages are pictures


@dataclass(frozen=True, slots=True)
class PdfText:
    """Text (pages joined by an empty line, lines kept), number of pages of the file, and how the reading ended.

    OK; EMPTY = pages are pictures without text; TRUNCATED; WRONG_TYPE = not a PDF; UNREADABLE = encrypted or
    damaged; TIMEOUT and OVERSIZED = a limit of the sandbox. ``reason`` explains everything but OK.
    """

    text: str
    pages: int
    outcome: Outcome
    reason: str | None = None


def read_pdf(body: bytes, with_text: bool = True) -> PdfText:
    """Read a PDF; ``with_text=False`` only counts its pages. Never raises for bad bytes."""
    if b"%PDF-" not in body[:1024]:
        return PdfText("", 0, Outcome.WRONG_TYPE, "not a PDF: the bytes do not begin with %PDF")
    whole = b"%%EOF" in body[-_TAIL:]
    try:
        document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError as error:
        return _failed(str(error), whole)
    try:
        pages = len(document)
        text = _text(document) if with_text else ""
    finally:
        document.close()
    return _judged(text, pages, whole, with_text)


def _failed(message: str, whole: bool) -> PdfText:
    if "password" in message.lower():
        return PdfText("", 0, Outcome.UNREADABLE, "the PDF is encrypted; ask the portal for an open copy")
    if not whole:
        return PdfText("", 0, Outcome.TRUNCATED, "the PDF breaks off before its end mark; fetch it again")
    return PdfText("", 0, Outcome.UNREADABLE, f"the PDF is damaged: {message}")


def _judged(text: str, pages: int, whole: bool, with_text: bool) -> PdfText:
    if not whole:
        return PdfText(text, pages, Outcome.TRUNCATED, "the PDF breaks off before its end mark; fetch it again")
    if with_text and len(_STAMP.sub("", text).strip()) < _SCAN * min(pages, MAX_PAGES) / 2:
        return PdfText(text, pages, Outcome.EMPTY, "the pages are pictures; text recognition is needed")
    return PdfText(text, pages, Outcome.OK)


def _text(document: pdfium.PdfDocument) -> str:
    texts = []
    for number in range(min(len(document), MAX_PAGES)):
        page = document[number]
        layer = page.get_textpage()
        texts.append(clean_lines(layer.get_text_bounded()))
        layer.close()
        page.close()
    return "\n\n".join(text for text in texts if text)
