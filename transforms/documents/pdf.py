"""The text layer of a PDF, by pypdfium2, with a typed outcome instead of an exception.

Runs in the child process of :mod:`transforms.documents.sandbox`: a file that crashes the library ends that process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pypdfium2 as pdfium
from pypdfium2.version import PYPDFIUM_INFO

from transforms.documents.filetext import FileText, PageText, join_pages
from transforms.text import clean_lines
from warehouse.schema import Outcome

MAX_PAGES = 400  # pages whose text is read; the count is always the file's
_TAIL = 2048  # bytes at the end in which a whole file has its end mark
_STAMP = re.compile(
    r"^(?:người ký|ký bởi|email|cơ quan|thời gian ký|signature|signed by|digitally signed|date|reason|location)\b.*$",
    re.I | re.M,
)
_SCAN = 50  # characters a page, without the signature stamp, below which the pages are pictures


ENGINE, VERSION = "pypdfium2", str(PYPDFIUM_INFO)


def read_pdf(
    body: bytes, with_text: bool = True, progress: Callable[[PageText], None] = lambda _page: None
) -> FileText:
    """Read a PDF; ``with_text=False`` only counts its pages. Never raises for bad bytes."""
    whole = b"%%EOF" in body[-_TAIL:]
    try:
        document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError as error:
        return _failed(str(error), whole)
    try:
        count = len(document)
        pages = tuple(_pages(document, progress)) if with_text else ()
    finally:
        document.close()
    return _judged(pages, count, whole, with_text)


def _failed(message: str, whole: bool) -> FileText:
    if "password" in message.lower():
        return FileText(Outcome.UNREADABLE, "pdf", reason="the PDF is encrypted; ask the portal for an open copy")
    if not whole:
        return FileText(Outcome.TRUNCATED, "pdf", reason="the PDF breaks off before its end mark; fetch it again")
    return FileText(Outcome.UNREADABLE, "pdf", reason=f"the PDF is damaged: {message}")


def _judged(pages: tuple[PageText, ...], count: int, whole: bool, with_text: bool) -> FileText:
    text = join_pages(pages)
    outcome, reason = Outcome.OK, None
    if not whole:
        outcome, reason = Outcome.TRUNCATED, "the PDF breaks off before its end mark; fetch it again"
    elif with_text and len(_STAMP.sub("", text).strip()) < _SCAN * min(count, MAX_PAGES) / 2:
        outcome, reason = Outcome.EMPTY, "the pages are pictures; text recognition is needed"
    return FileText(outcome, "pdf", text, pages, count, reason=reason)


def _pages(document: pdfium.PdfDocument, progress: Callable[[PageText], None]) -> Iterator[PageText]:
    for number in range(min(len(document), MAX_PAGES)):
        page = document[number]
        layer = page.get_textpage()
        found = PageText(number + 1, clean_lines(layer.get_text_bounded()), ENGINE, VERSION)
        layer.close()
        page.close()
        progress(found)
        yield found
