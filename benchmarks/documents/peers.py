"""Other readers of the same files, measured in the same run; those that are not installed are left out by name."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pypdf
import pypdfium2 as pdfium

SECONDS = 300
Peer = Callable[[bytes], str]


def pdf_peers() -> dict[str, Peer]:
    """Readers of text layers."""
    found: dict[str, Peer] = {
        "pypdfium2": _pdfium,
        "pdfminer.six": _pdfminer,
        "pdfplumber": _pdfplumber,
        "pypdf": _pypdf,
    }
    return found | ({"pdftotext": _pdftotext} if shutil.which("pdftotext") else {})


def docx_peers() -> dict[str, Peer]:
    """Readers of DOCX: all blocks of python-docx, and its paragraphs alone, as most scripts read them."""
    return {"python-docx blocks": _docx_blocks, "python-docx paragraphs": _docx_paragraphs}


def doc_peers() -> dict[str, Peer]:
    """Programs that read DOC files."""
    commands = {
        "catdoc": ["catdoc", "-w", "-s", "cp1252", "-d", "utf-8"],
        "antiword": ["antiword", "-w", "0", "-m", "UTF-8"],
    }
    return {name: _program(command, ".doc") for name, command in commands.items() if shutil.which(name)}


def scan_peers() -> dict[str, Peer]:
    """The recogniser by itself, as its command line is used: a page at 300 dpi, its own order."""
    return {"tesseract vie": _tesseract} if shutil.which("tesseract") else {}


def _pdfium(body: bytes) -> str:
    document = pdfium.PdfDocument(body)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def _pdfminer(body: bytes) -> str:
    from pdfminer.high_level import extract_text

    return str(extract_text(io.BytesIO(body)))


def _pdfplumber(body: bytes) -> str:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(body)) as document:
        return "\n".join(page.extract_text() for page in document.pages)


def _pypdf(body: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)


def _pdftotext(body: bytes) -> str:
    done = subprocess.run(["pdftotext", "-", "-"], input=body, capture_output=True, timeout=SECONDS, check=True)
    return done.stdout.decode("utf-8", errors="replace")


def _docx_blocks(body: bytes) -> str:
    return "\n".join(_blocks(docx.Document(io.BytesIO(body))))


def _blocks(parent: object) -> Iterator[str]:
    for block in parent.iter_inner_content():  # type: ignore[attr-defined]
        if hasattr(block, "rows"):
            yield from (text for row in block.rows for cell in row.cells for text in _blocks(cell))
        else:
            yield block.text


def _docx_paragraphs(body: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(body)).paragraphs)


def _program(command: list[str], ending: str) -> Peer:
    def read(body: bytes) -> str:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"file{ending}"
            file.write_bytes(body)
            done = subprocess.run([*command, str(file)], capture_output=True, timeout=SECONDS, check=False)
        return done.stdout.decode("utf-8", errors="replace")

    return read


def _tesseract(body: bytes) -> str:
    texts = []
    for page in pdfium.PdfDocument(body):
        sent = io.BytesIO()
        page.render(scale=300 / 72, grayscale=True).to_pil().convert("L").save(sent, "PPM")
        command = ["tesseract", "-", "-", "-l", "vie"]
        done = subprocess.run(command, input=sent.getvalue(), capture_output=True, timeout=SECONDS, check=True)
        texts.append(done.stdout.decode("utf-8", errors="replace"))
    return "\n".join(texts)
