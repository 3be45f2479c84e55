"""Text recognition of pictures of pages by the system's tesseract, one child process a page.

The words come back with their places and are put into reading order here: tesseract's own order interleaves the two
columns of an official document's head and end, and takes a signature under a stamp for a picture, which is
why that corner is looked at a second time.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image

from transforms.documents import columns, images
from transforms.documents.filetext import PageText
from transforms.documents.form import mend
from transforms.documents.noise import without_noise
from transforms.documents.plausibility import plausibility
from transforms.documents.tones import mend_tones
from transforms.documents.words import Segment, Word, read_tsv, segments
from transforms.text import clean_lines

ENGINE, LANGUAGE = "tesseract", "vie"
SECONDS = 40.0  # for one look at a page; there may be two
_WHOLE_PAGE, _ONE_BLOCK = "3", "6"  # page segmentation modes
_VERSION = re.compile(r"tesseract\s+v?(\S+)")
_GOOD = 0.5  # confidence from which a line of the second look is taken


class OcrUnavailable(RuntimeError):  # noqa: N818  (a state of the machine, told as such)
    """No tesseract with the Vietnamese model is installed; the message says how to install it."""


@dataclass(frozen=True, slots=True)
class Recogniser:
    """An installed tesseract: its program and its version with the language model's name."""

    program: str
    version: str

    def page(self, number: int, picture: Image.Image, dpi: int) -> PageText:
        """The text of one page's picture; a failure is a page without text and the flag ``ocr_failed``."""
        flags: list[str] = []
        picture, angle = images.upright(images.clean_edges(picture))
        if angle:
            flags.append("deskewed")
        try:
            lines = self._lines(picture, dpi, flags)
        except (subprocess.SubprocessError, OSError, ValueError):
            return PageText(number, "", ENGINE, self.version, flags=("ocr_failed",))
        written = clean_lines("\n".join(mend(" ".join(part.text for part in line)) for line in lines))
        text = "\n".join(map(mend_tones, written.split("\n")))
        confidence = _mean([segment for line in lines for segment in line])
        return PageText(number, text, ENGINE, self.version, confidence, plausibility(text), tuple(flags))

    def _lines(self, picture: Image.Image, dpi: int, flags: list[str]) -> list[list[Segment]]:
        found = segments(self._words(picture, dpi, _WHOLE_PAGE))
        corner = columns.signature_corner(found, picture.width, picture.height)
        if corner is not None:
            seen = segments(_moved(self._words(picture.crop(corner), dpi, _ONE_BLOCK), corner[0], corner[1]))
            found = _completed(found, seen, corner)
        kept, dropped = without_noise(found, picture.width, picture.height)
        lines, parted = columns.read_in_order(kept, picture.height)
        flags += [name for name, said in (("two_columns", parted), ("incoming_stamp", dropped)) if said]
        return lines

    def _words(self, picture: Image.Image, dpi: int, mode: str) -> list[list[Word]]:
        sent = io.BytesIO()
        picture.convert("L").save(sent, "PPM")
        command = [self.program, "-", "-", "-l", LANGUAGE, "--dpi", str(dpi), "--psm", mode, "tsv"]
        done = subprocess.run(
            command,
            input=sent.getvalue(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
        return read_tsv(done.stdout.decode("utf-8", errors="replace"))


@cache
def recogniser() -> Recogniser:
    """The machine's recogniser; OcrUnavailable where it or its Vietnamese model is missing."""
    program = shutil.which(os.environ.get("TINTINH_TESSERACT", ENGINE))
    if program is None:
        raise OcrUnavailable("tesseract is not installed; on Debian: apt-get install tesseract-ocr tesseract-ocr-vie")
    languages = _output(program, "--list-langs").split()
    if LANGUAGE not in languages:
        raise OcrUnavailable("tesseract has no Vietnamese model; on Debian: apt-get install tesseract-ocr-vie")
    version = _VERSION.search(_output(program, "--version"))
    return Recogniser(program, f"{version[1] if version else 'unknown'} {LANGUAGE}")


def _output(program: str, option: str) -> str:
    try:
        done = subprocess.run([program, option], capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        raise OcrUnavailable(f"{program} cannot be run: {error}") from error
    return done.stdout + done.stderr


def _mean(found: Sequence[Segment]) -> float | None:
    letters = sum(len(segment.text) for segment in found)
    total = sum(segment.confidence * len(segment.text) for segment in found)
    return round(total / letters, 4) if letters else None


def _moved(lines: Sequence[Sequence[Word]], right: float, down: float) -> list[list[Word]]:
    return [
        [Word(w.text, w.left + right, w.top + down, w.right + right, w.bottom + down, w.confidence) for w in line]
        for line in lines
    ]


def _completed(found: Sequence[Segment], seen: Sequence[Segment], corner: tuple[int, int, int, int]) -> list[Segment]:
    """What was found, with the second look's lines of a corner where they are surer than the first look's."""
    inside = [each for each in found if each.left >= corner[0] and each.middle >= corner[1]]
    good = [each for each in seen if each.confidence >= _GOOD]
    kept = [each for each in inside if not any(_same_line(each, other) for other in good)]
    better = [each for each in good if not any(_same_line(each, o) and o.confidence > each.confidence for o in inside)]
    kept += [each for each in inside if each not in kept and not any(_same_line(each, other) for other in better)]
    return [*(each for each in found if each not in inside), *kept, *better]


def _same_line(one: Segment, other: Segment) -> bool:
    return abs(one.middle - other.middle) < 0.7 * max(one.height, other.height)
