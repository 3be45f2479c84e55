"""A PDF to text, page by page: its text layer, a second reader where it is garbled, recognition where it is none.

Runs in the child process of :mod:`transforms.documents.sandbox`: a file that crashes a library ends that process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from transforms import legacy
from transforms.documents import images
from transforms.documents.filetext import FileText, PageText, join_pages
from transforms.documents.form import mend_parts
from transforms.documents.layers import (
    ENGINE,
    PLAUSIBLE,
    SURELY_PLAUSIBLE,
    VERSION,
    SecondReader,
    is_garbled,
    is_picture,
    open_page,
    read_layer,
)
from transforms.documents.ocr import OcrUnavailable, Recogniser, recogniser
from transforms.documents.plausibility import plausibility
from transforms.documents.stamps import chosen_stamp, signatures
from warehouse.schema import Outcome

MAX_PAGES = 400  # pages whose text is read; the count is always the file's
MAX_RECOGNISED = 200  # of them, pictures that are recognised
_TAIL = 2048  # bytes at the end in which a whole file has its end mark
_BREAK = "\n\f\n"
Done = Callable[[PageText], None]


@dataclass(frozen=True, slots=True)
class Effort:
    """How far to go: read the text at all, recognise pictures, and with how many processes at a time."""

    text: bool = True
    recognise: bool = True
    processes: int = 1


def read_pdf(body: bytes, effort: Effort | None = None, done: Done = lambda _page: None) -> FileText:
    """Read a PDF; without ``effort.text`` only its pages are counted. Never raises for bad bytes.

    ``done`` is called with each page as it is ready, pictures in the order in which they were recognised.
    """
    whole = b"%%EOF" in body[-_TAIL:]
    try:
        document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError as error:
        return _failed(str(error), whole)
    try:
        found = _Reader(document, body, effort or Effort(), done).read()
    finally:
        document.close()
    return found if whole else replace(found, outcome=Outcome.TRUNCATED, reason=_CUT)


_CUT = "the PDF breaks off before its end mark; fetch it again"


def _failed(message: str, whole: bool) -> FileText:
    if "password" in message.lower() or "security" in message.lower():
        return FileText(Outcome.UNREADABLE, "pdf", reason="the PDF is encrypted; ask the portal for an open copy")
    if not whole:
        return FileText(Outcome.TRUNCATED, "pdf", reason=_CUT)
    return FileText(Outcome.UNREADABLE, "pdf", reason=f"the PDF is damaged: {message}")


class _Reader:
    """Reads one open document."""

    def __init__(self, document: pdfium.PdfDocument, body: bytes, effort: Effort, done: Done) -> None:
        self._document, self._effort, self._done = document, effort, done
        self._second = SecondReader(body)
        self._pictures: list[int] = []
        self._why: str | None = None

    def read(self) -> FileText:
        """The file as text."""
        count = len(self._document)
        flags = [name for name, said in self._hazards() if said]
        if not self._effort.text:
            return FileText(Outcome.OK, "pdf", page_count=count, flags=tuple(flags))
        signed = list(signatures(self._document))
        layers, shown = self._layers(min(count, MAX_PAGES))
        stamp = chosen_stamp(signed, shown)
        pages = sorted([*self._judged(layers), *self._recognised(layers)], key=lambda page: page.number)
        pages = _with_parts(pages)
        if count > MAX_PAGES or len(self._pictures) > MAX_RECOGNISED:
            flags.append("pages_beyond_limit")
        flags += dict.fromkeys(flag for page in pages for flag in page.flags)
        outcome, reason = self._outcome(pages)
        text = join_pages(tuple(pages))
        return FileText(outcome, "pdf", text, tuple(pages), count, (), stamp, reason, tuple(flags))

    def _hazards(self) -> Iterator[tuple[str, bool]]:
        """What a PDF carries besides pages; none of it is run or opened."""
        yield "has_javascript", pdfium_c.FPDFDoc_GetJavaScriptActionCount(self._document) > 0
        yield "has_embedded_files", pdfium_c.FPDFDoc_GetAttachmentCount(self._document) > 0

    def _layers(self, count: int) -> tuple[list[PageText], list[str]]:
        """The pages by their text layers, legacy letters repaired over all of them; and the texts with stamps."""
        texts, shown = [], []
        for index in range(count):
            text, with_stamp = "", ""
            with suppress(pdfium.PdfiumError):
                page, flattened = open_page(self._document, index)
                text, with_stamp = read_layer(page, flattened)
                if is_picture(page, text):
                    self._pictures.append(index + 1)
                page.close()
            texts.append(text)
            shown.append(with_stamp)
        repaired = legacy.repair(_BREAK.join(texts))
        flags = tuple(f"encoding_{name}" for name in repaired.repairs)
        parts = repaired.text.split(_BREAK) if flags else texts
        return [_layer(number, text, flags) for number, text in enumerate(parts, 1)], shown

    def _judged(self, layers: Sequence[PageText]) -> Iterator[PageText]:
        """The pages that are no pictures; a garbled one by the second reader, or left to recognition."""
        pictures = set(self._pictures)
        texts = [layer for layer in layers if layer.number not in pictures]
        garbled = any(is_garbled(layer.text, layer.plausibility) for layer in texts)
        for layer in texts:
            suspect = is_garbled(layer.text, layer.plausibility, SURELY_PLAUSIBLE if garbled else PLAUSIBLE)
            page = self._better(layer) if suspect else layer
            if page is None:
                self._pictures.append(layer.number)
                continue
            self._done(page)
            yield page

    def _better(self, layer: PageText) -> PageText | None:
        """The second reader's page where it is sound; None where the page should be recognised."""
        flags = (*layer.flags, "garbled_layer")
        second = self._second.page(layer.number, flags)
        if second is not None and not is_garbled(second.text, second.plausibility):
            return second
        if self._effort.recognise and self._recogniser() is not None:
            return None
        return _more_plausible(second or layer, replace(layer, flags=flags))

    def _recogniser(self) -> Recogniser | None:
        try:
            return recogniser()
        except OcrUnavailable as error:
            self._why = str(error)
            return None

    def _recognised(self, layers: Sequence[PageText]) -> Iterator[PageText]:
        """The pictures as text, several at a time."""
        numbers = self._pictures[:MAX_RECOGNISED]
        engine = self._recogniser() if numbers and self._effort.recognise else None
        if engine is None:
            flags = ("ocr_unavailable",) if self._effort.recognise else ("picture",)
            pages = (replace(layers[number - 1], flags=(*layers[number - 1].flags, *flags)) for number in numbers)
        else:
            pages = (_more_plausible(page, layers[page.number - 1]) for page in self._in_parallel(engine, numbers))
        for page in pages:
            self._done(page)
            yield page

    def _in_parallel(self, engine: Recogniser, numbers: Sequence[int]) -> Iterator[PageText]:
        """Pages as they are ready; no more pictures lie in memory than there are processes, and one."""
        waiting: set[Future[PageText]] = set()
        with ThreadPoolExecutor(self._effort.processes) as pool:
            for number in numbers:
                page = self._document[number - 1]
                dpi = images.resolution(page)
                waiting.add(pool.submit(engine.page, number, images.render(page, dpi), dpi))
                page.close()
                if len(waiting) > self._effort.processes:
                    ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in ready)
            yield from (future.result() for future in waiting)

    def _outcome(self, pages: Sequence[PageText]) -> tuple[Outcome, str | None]:
        if self._why is not None and any("ocr_unavailable" in page.flags for page in pages):
            return Outcome.OCR_UNAVAILABLE, self._why
        if any(page.text for page in pages):
            return Outcome.OK, None
        if self._pictures and not self._effort.recognise:
            return Outcome.EMPTY, "the pages are pictures, and recognition was not asked for"
        return Outcome.EMPTY, "no text was found on its pages"


def _with_parts(pages: list[PageText]) -> list[PageText]:
    """The pages, in the recognised ones the parts numbered as they follow each other."""
    texts = mend_parts([page.text for page in pages])
    recognised = {page.number for page in pages if page.engine == "tesseract"}
    return [
        replace(page, text=text) if page.number in recognised else page for page, text in zip(pages, texts, strict=True)
    ]


def _layer(number: int, text: str, flags: tuple[str, ...]) -> PageText:
    return PageText(number, text, ENGINE, VERSION, None, plausibility(text), flags)


def _more_plausible(one: PageText, other: PageText) -> PageText:
    """Of two readings of a page the more plausible, with the flags of both."""
    best = max(one, other, key=lambda page: (page.plausibility or 0.0, len(page.text)))
    return replace(best, flags=tuple(dict.fromkeys((*other.flags, *one.flags))))
