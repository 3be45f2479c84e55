"""Pictures of pages made ready for text recognition: grey without coloured stamps, upright, without dark edges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image, ImageChops

LEAST_DPI, USUAL_DPI, MOST_DPI = 200, 200, 300
MOST_PIXELS = 24_000_000  # of one page: A3 at 300 dpi has 17 million
STEEPEST = 3.0  # degrees that a page may be askew
_LEAST_SKEW = 0.12  # degrees below which turning would only blur
_DARK = 128
_EDGE = 0.6  # share of dark pixels from which a row or column at the edge is the scanner's lid
_EDGE_WIDTH = 0.06  # share of the page that it may take
_FINE = 4  # pixels of the picture for one of the picture in which the skew is measured


def resolution(page: pdfium.PdfPage) -> int:
    """Dots per inch at which to render a page: those of its largest picture, within limits."""
    best, area = float(USUAL_DPI), 0.0
    for image in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = image.get_bounds()
        width, height = right - left, top - bottom
        if width * height > area:
            area, best = width * height, image.get_px_size()[0] * 72 / width
    page_width, page_height = page.get_size()
    largest = 72 * math.sqrt(MOST_PIXELS / max(1.0, page_width * page_height))
    return int(min(max(best, LEAST_DPI), MOST_DPI, largest))


def render(page: pdfium.PdfPage, dpi: int) -> Image.Image:
    """The page in grey. Red and blue (stamps, signatures, pens) become light: the brightest channel counts."""
    picture: Image.Image = page.render(scale=dpi / 72, rev_byteorder=True).to_pil().convert("RGB")
    red, green, blue = picture.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def clean_edges(picture: Image.Image) -> Image.Image:
    """The picture with the dark rows and columns at its edges white."""
    pixels = np.array(picture)
    dark = pixels < _DARK
    for axis, view in ((1, pixels), (0, pixels.T)):
        share = dark.mean(axis=axis)
        width = int(len(share) * _EDGE_WIDTH)
        view[: _last(share[:width])] = 255
        view[len(share) - _last(share[::-1][:width]) :] = 255
    return Image.fromarray(pixels)


def _last(share: Any) -> int:
    """How many rows from the edge inward to the last dark one."""
    found = np.flatnonzero(share > _EDGE)
    return int(found[-1]) + 1 if len(found) else 0


def skew(picture: Image.Image) -> float:
    """Degrees by which the lines of a page rise to the right, found where rows of ink and of paper differ most."""
    small = np.asarray(picture.reduce(_FINE)) < _DARK + 40
    rows, columns = np.nonzero(small)
    if len(rows) < 500:
        return 0.0
    step = max(1, len(rows) // 60_000)
    rows, columns = rows[::step], columns[::step]
    coarse = max(np.arange(-STEEPEST, STEEPEST + 0.01, 0.25), key=lambda angle: _sharpness(rows, columns, angle))
    fine = np.arange(coarse - 0.2, coarse + 0.21, 0.05)
    return float(max(fine, key=lambda angle: _sharpness(rows, columns, angle)))


def _sharpness(rows: Any, columns: Any, angle: float) -> float:
    turned = rows + columns * math.tan(math.radians(angle))
    counts = np.bincount((turned - turned.min()).astype(np.int64)).astype(np.float64)
    return float((counts**2).sum())


def upright(picture: Image.Image) -> tuple[Image.Image, float]:
    """The picture turned so that its lines are level, and the degrees by which it was turned (0 for none)."""
    angle = skew(picture)
    if abs(angle) < _LEAST_SKEW or abs(angle) >= STEEPEST:
        return picture, 0.0
    return picture.rotate(-angle, resample=Image.Resampling.BICUBIC, fillcolor=255), angle
