"""A page's text layer: by pypdfium2, and by the places of its letters where their order in the file misleads."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from pypdfium2.version import PYPDFIUM_INFO

from transforms.documents import columns
from transforms.documents.filetext import PageText
from transforms.documents.form import mend
from transforms.documents.plausibility import FEWEST, plausibility
from transforms.documents.stamps import without_stamp
from transforms.documents.words import Word, as_lines, segments
from transforms.text import clean_lines

ENGINE, VERSION = "pypdfium2", str(PYPDFIUM_INFO)
SECOND = "pdfplumber"
PLAUSIBLE = 0.85  # share of Vietnamese words below which a layer is garbled
SURELY_PLAUSIBLE = 0.97  # the same beside pages that are
FEW = 50  # characters below which a page may be a picture
_COVERED = 0.4  # share of a page that pictures cover where it is one
_MANY_PATHS = 300  # drawn shapes of a page whose letters are drawn
_HYPHEN = re.compile("[\ufffe\x02]\\s*")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_FOREIGN = 0.99  # share of ASCII letters from which a text is of another language and not judged
_BROKEN = re.compile("[\x00\ufffd\ue000-\uf8ff]")
_MOST_BROKEN = 0.02  # share of letters without a meaning from which a layer is garbled


def open_page(document: pdfium.PdfDocument, index: int) -> tuple[pdfium.PdfPage, bool]:
    """The page, and whether it has annotations, which are made part of it: signatures write number and date there.

    PdfiumError where it cannot be loaded.
    """
    page = document[index]
    if not _flatten(page):
        return page, False
    page.close()
    return document[index], True


def read_layer(page: pdfium.PdfPage, flattened: bool) -> tuple[str, str]:
    """(text of a page without the visible stamp, the same with it), line breaks kept."""
    layer = page.get_textpage()
    try:
        shown = _lines(layer.get_text_range())
        text = without_stamp(shown)
        if flattened and len(text) > FEW:
            text = without_stamp(_by_place(page, layer))
    finally:
        layer.close()
    return text, shown


def _lines(text: str) -> str:
    """Clean lines; pdfium marks a hyphen at a line's end and joins the halves."""
    return clean_lines(_HYPHEN.sub("-", text))


def _flatten(page: pdfium.PdfPage) -> bool:
    if not pdfium_c.FPDFPage_GetAnnotCount(page):
        return False
    return bool(pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY) == pdfium_c.FLATTEN_SUCCESS)


def _by_place(page: pdfium.PdfPage, layer: pdfium.PdfTextPage) -> str:
    return in_order(list(_words(layer, page.get_height())), page.get_height())


def in_order(words: list[Word], height: float) -> str:
    """The text of placed words in reading order."""
    lines, _parted = columns.read_in_order(segments(as_lines(words)), height)
    return clean_lines("\n".join(mend(" ".join(part.text for part in line)) for line in lines))


def _words(layer: pdfium.PdfTextPage, height: float) -> Iterator[Word]:
    """Letters joined to words at blanks, with the box of each word."""
    letters: list[tuple[str, tuple[float, float, float, float]]] = []
    for index, letter in enumerate(layer.get_text_range()):
        if letter.isspace() or letter in "\ufffe\x02":
            yield from _joined(letters, height)
            letters = []
        else:
            letters.append((letter, layer.get_charbox(index, loose=True)))
    yield from _joined(letters, height)


def _joined(letters: list[tuple[str, tuple[float, float, float, float]]], height: float) -> Iterator[Word]:
    if letters:
        lefts, bottoms, rights, tops = zip(*(box for _, box in letters), strict=True)
        text = "".join(letter for letter, _ in letters)
        yield Word(text, min(lefts), height - max(tops), max(rights), height - min(bottoms))


def is_picture(page: pdfium.PdfPage, text: str) -> bool:
    """Whether a page whose text (without the stamp) is ``text`` must be recognised: pictures or drawn letters."""
    if len(text) >= FEW:
        return False
    width, height = page.get_size()
    covered, paths = 0.0, 0
    for item in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_PATH], max_depth=3):
        if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            covered += max(0.0, right - left) * max(0.0, top - bottom)
        else:
            paths += 1
    return covered > _COVERED * width * height or paths > _MANY_PATHS


def is_garbled(text: str, share: float | None, least: float = PLAUSIBLE) -> bool:
    """Whether a layer of this plausibility is not what the page shows: torn words, letters without a meaning."""
    letters = _LETTER.findall(text)
    if len(_BROKEN.findall(text)) > _MOST_BROKEN * max(1, len(text)):
        return True
    words = _WORD.findall(text)
    if share is None or share >= least or len(words) < FEWEST:
        return False
    lone = sum(len(word) == 1 for word in words)
    return sum(map(str.isascii, letters)) < _FOREIGN * len(letters) or lone > 0.1 * len(words)


class SecondReader:
    """pdfplumber on the same bytes, opened when first needed; its pages are read by the places of their letters."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._document: Any = None

    def page(self, number: int, flags: tuple[str, ...]) -> PageText | None:
        """The page of this number, from 1; None where pdfplumber cannot read it."""
        try:
            page = self._opened().pages[number - 1]
            found = page.extract_words(x_tolerance=1.5, y_tolerance=3, keep_blank_chars=False)
            words = [Word(w["text"], w["x0"], w["top"], w["x1"], w["bottom"]) for w in found]
            text = without_stamp(in_order(words, float(page.height)))
            page.close()
        except Exception:  # pdfminer raises anything on a damaged file; the first reader's text stands
            return None
        return PageText(number, text, SECOND, _second_version(), None, plausibility(text), flags)

    def _opened(self) -> Any:
        if self._document is None:
            import pdfplumber  # slow to import, and few files need it

            self._document = pdfplumber.open(io.BytesIO(self._body))
        return self._document


@cache
def _second_version() -> str:
    return version(SECOND)
