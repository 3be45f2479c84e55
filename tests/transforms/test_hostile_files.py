"""Files that mean harm: each ends in an outcome with a reason, in time, and the next file is read."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from benchmarks import fuzz_files
from benchmarks.documents import render
from benchmarks.documents.samples import samples
from benchmarks.documents.workbook import workbook
from transforms.documents import pdf, sheets
from transforms.documents.reading import Wanted, read_file
from transforms.documents.sandbox import LARGEST, FileSandbox
from warehouse.schema import Outcome

PLAN = samples(1)[0]
PDF, DOCX = render.pdf(PLAN), render.docx_file(PLAN)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[FileSandbox]:
    with FileSandbox(seconds=20, megabytes=1024) as opened:
        yield opened


def zipped(*parts: tuple[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in parts:
            package.writestr(name, body)
    return written.getvalue()


def bomb_docx() -> bytes:
    head = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    return zipped(("word/document.xml", head + b"<w:p/>" * 12_000_000))


def laughing_docx() -> bytes:
    """Entities of entities: a billion laughs."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:body xmlns:w="{space}"><w:p><w:r><w:t>&e9;</w:t></w:r></w:p></w:body>'
    return zipped(("word/document.xml", f"<!DOCTYPE x [{entities}]><x>{body}</x>".encode()))


def encrypted_doc() -> bytes:
    body = bytearray(render.doc_file(PLAN))
    at = body.index(struct.pack("<H", 0xA5EC)) + 0x0A
    body[at : at + 2] = struct.pack("<H", 0x0100)
    return bytes(body)


SCRIPTED = b"""%PDF-1.4
1 0 obj
<</Type/Catalog/Pages 2 0 R/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(app.alert\\(1\\))>>]>>>>>>
endobj
2 0 obj
<</Type/Pages/Kids[3 0 R]/Count 1>>
endobj
3 0 obj
<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>
endobj
trailer<</Root 1 0 R>>
%%EOF"""
CASES = {
    "html named pdf": (b"<!DOCTYPE html><html><body>Trang chu</body></html>", {Outcome.OK}),
    "nothing": (b"", {Outcome.EMPTY}),
    "cut pdf": (PDF[: len(PDF) // 2], {Outcome.TRUNCATED}),
    "cut docx": (DOCX[: len(DOCX) // 2], {Outcome.TRUNCATED}),
    "cut doc": (render.doc_file(PLAN)[:3000], {Outcome.UNREADABLE}),
    "encrypted doc": (encrypted_doc(), {Outcome.UNREADABLE}),
    "docx bomb": (bomb_docx(), {Outcome.BOMB}),
    "entities of entities": (laughing_docx(), {Outcome.EMPTY, Outcome.UNREADABLE}),
    "deep rtf": (b"{\\rtf1" + b"{" * 100_000, {Outcome.UNREADABLE}),
    "picture file": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, {Outcome.WRONG_TYPE}),
}


@pytest.mark.parametrize("name", list(CASES))
def test_each_ends_in_its_outcome_and_the_next_file_is_read(name: str, sandbox: FileSandbox) -> None:
    body, outcomes = CASES[name]
    found = sandbox.read(body)
    assert found.outcome in outcomes
    assert found.outcome is Outcome.OK or found.reason
    assert sandbox.read(DOCX).outcome is Outcome.OK


def test_a_pdf_of_ten_thousand_pages_is_counted_and_read_up_to_the_limit(sandbox: FileSandbox) -> None:
    document = pdfium.PdfDocument.new()
    for _ in range(10_000):
        document.new_page(595, 842)
    written = io.BytesIO()
    document.save(written)
    found = sandbox.read(written.getvalue())
    assert (found.page_count, len(found.pages)) == (10_000, pdf.MAX_PAGES)
    assert "pages_beyond_limit" in found.flags


def test_javascript_and_embedded_files_are_flagged_and_left_alone() -> None:
    from fpdf import FPDF

    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=12)
    document.cell(text="Ke hoach trong rung phan tan tren dia ban huyen nam 2025, cac xa thuc hien")
    document.embed_file(bytes=b"MZ", basename="a.exe")
    body = bytes(document.output())
    assert "has_embedded_files" in read_file(body, Wanted.TEXT).flags
    assert "has_javascript" in read_file(SCRIPTED, Wanted.TEXT).flags


def test_a_workbook_that_unpacks_beyond_the_limit_is_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "LARGEST", 500)
    assert read_file(workbook()).outcome is Outcome.BOMB


def test_names_that_lead_out_of_a_bundle_and_bundles_in_bundles_are_refused(sandbox: FileSandbox) -> None:
    inner = zipped(("a", zipped(("b", zipped(("c", PDF))))))
    found = sandbox.read(zipped(("../../etc/passwd", b"x"), ("/root/x", b"y"), ("sâu.zip", inner), ("tot.pdf", PDF)))
    outcomes = {(member.name or "").rsplit("/", 1)[-1]: member.outcome for member in found.members}
    assert outcomes["passwd"] is outcomes["x"] is Outcome.UNREADABLE
    assert Outcome.OVERSIZED in outcomes.values()
    assert outcomes["tot.pdf"] is Outcome.OK


def test_a_file_larger_than_the_limit_is_not_even_sent(sandbox: FileSandbox) -> None:
    assert sandbox.read(b"%PDF-" + bytes(LARGEST)).outcome is Outcome.OVERSIZED


def test_broken_files_of_every_kind_never_reach_the_caller(tmp_path: Path) -> None:
    tally = fuzz_files.fuzz(fuzz_files.sources(), range(90), "test", tmp_path, most=12)
    assert tally.failures == {}
    assert len(tally.seconds) > 10
    assert tally.outcomes[Outcome.OK.value] < len(tally.seconds)
