"""Pages of a text PDF as a scanner would deliver them, in three qualities, as a PDF of pictures."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter


@dataclass(frozen=True, slots=True)
class Quality:
    """Dots per inch, degrees that a page is at most askew, sigma of noise, radius of blur, quality of the JPEG."""

    dpi: int
    askew: float
    noise: float
    blur: float
    jpeg: int


QUALITIES = {
    "clean": Quality(200, 0.0, 0.0, 0.0, 92),
    "scan": Quality(200, 0.7, 10.0, 0.5, 80),
    "bad": Quality(150, 1.6, 16.0, 0.6, 60),
}


def scanned(body: bytes, name: str, seed: str, most: int | None = None) -> bytes:
    """The PDF ``body`` as pictures of the quality called ``name``; the same seed gives the same noise."""
    quality, dice = QUALITIES[name], random.Random(f"{seed}/{name}")
    document = pdfium.PdfDocument(body)
    pages = [_page(document[index], quality, dice) for index in range(min(len(document), most or len(document)))]
    written = io.BytesIO()
    pages[0].save(written, "PDF", save_all=True, append_images=pages[1:], resolution=quality.dpi, quality=quality.jpeg)
    return written.getvalue()


def _page(page: pdfium.PdfPage, quality: Quality, dice: random.Random) -> Image.Image:
    picture: Image.Image = page.render(scale=quality.dpi / 72, grayscale=True).to_pil().convert("L")
    if quality.askew:
        angle = dice.choice((-1, 1)) * dice.uniform(quality.askew / 2, quality.askew)
        picture = picture.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
    if quality.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(quality.blur))
    if quality.noise:
        generator = np.random.default_rng(dice.randrange(1 << 32))
        noisy = (
            np.asarray(picture, dtype=np.float32) * 0.92 + 12 + generator.normal(0, quality.noise, picture.size[::-1])
        )
        picture = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    return picture
