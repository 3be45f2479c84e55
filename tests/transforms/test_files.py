"""Files of every kind become text with known quality: by their bytes, in reading order, in Unicode."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterator

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.documents import render
from benchmarks.documents.ole import compound_file
from benchmarks.documents.samples import Sample, samples
from benchmarks.documents.scores import error_rate
from benchmarks.documents.workbook import ANNEX, workbook
from transforms.documents import FileText
from transforms.documents.plausibility import plausibility
from transforms.documents.reading import Wanted, read_file
from transforms.documents.sandbox import FileSandbox
from transforms.documents.stamps import shown_stamp, without_stamp
from warehouse.schema import Outcome

PLAN, LETTER = samples(6)[0], samples(6)[5]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[FileSandbox]:
    with FileSandbox() as opened:
        yield opened


@pytest.mark.parametrize(
    ("write", "kind", "most"),
    [
        (render.pdf, "pdf", 0.001),
        (render.torn_pdf, "pdf", 0.005),
        (render.docx_file, "docx", 0.0),
        (render.doc_file, "doc", 0.001),
        (render.rtf_file, "rtf", 0.001),
    ],
    ids=["text pdf", "torn pdf", "docx", "doc in TCVN3", "rtf in TCVN3"],
)
@pytest.mark.parametrize("sample", [PLAN, LETTER], ids=["plan", "letter"])
def test_a_file_gives_the_documents_text(
    write: Callable[[Sample], bytes], kind: str, most: float, sample: Sample, sandbox: FileSandbox
) -> None:
    found = sandbox.read(write(sample))
    assert (found.outcome, found.kind) == (Outcome.OK, kind)
    assert error_rate([(sample.text, found.text)]) <= most
    assert all(page.engine and page.version and (page.plausibility or 0) > 0.95 for page in found.pages)


def test_a_torn_text_layer_is_read_by_the_second_reader_and_said_to_be_torn(sandbox: FileSandbox) -> None:
    found = sandbox.read(render.torn_pdf(PLAN))
    assert {page.engine for page in found.pages} == {"pdfplumber"}
    assert "garbled_layer" in found.flags


def test_legacy_letters_are_named_and_capitals_come_back(sandbox: FileSandbox) -> None:
    found = sandbox.read(render.docx_file(PLAN, ".VnTime", render.tcvn3))
    assert "encoding_tcvn3" in found.flags
    assert "ỦY BAN NHÂN DÂN" in found.text
    assert "tham mưu" in found.text


@pytest.mark.parametrize("sample", [PLAN, LETTER], ids=["plan", "letter"])
def test_vni_letters_become_unicode(sample: Sample) -> None:
    for found in (
        read_file(render.docx_file(sample, "VNI-Times", render.vni)),
        read_file(render.doc_file(sample, render.vni)),
    ):
        assert "encoding_vni" in found.flags
        assert error_rate([(sample.text, found.text)]) <= 0.001


def test_an_encrypted_word_file_says_so() -> None:
    found = read_file(compound_file({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"y" * 5000}))
    assert found.outcome is Outcome.UNREADABLE
    assert "encrypted" in (found.reason or "")


def word(fill: Callable[[docx.document.Document], None]) -> FileText:
    document = docx.Document()
    fill(document)
    written = io.BytesIO()
    document.save(written)
    return read_file(written.getvalue())


def test_word_draws_numbers_that_the_text_has() -> None:
    def fill(document: docx.document.Document) -> None:
        document.add_paragraph("Rà soát hộ nghèo", style="List Number")
        document.add_paragraph("Sửa chữa nhà ở", style="List Number")
        document.add_paragraph("Bản Lừa", style="List Bullet")

    assert word(fill).text.splitlines() == ["1. Rà soát hộ nghèo", "2. Sửa chữa nhà ở", "- Bản Lừa"]


def test_a_data_table_is_a_table_and_the_columns_of_a_head_are_not() -> None:
    def fill(document: docx.document.Document) -> None:
        head = document.add_table(rows=1, cols=2)
        head.rows[0].cells[0].text, head.rows[0].cells[1].text = "UBND XÃ NA SẦM\nSố: 4/KH-UBND", "CỘNG HÒA"
        data = document.add_table(rows=0, cols=3, style="Table Grid")
        for cells in (("TT", "Tên hộ", "Số tiền"), ("1", "Lý Văn Páo", "40"), ("2", "Vàng Thị Mỷ", "35")):
            for cell, text in zip(data.add_row().cells, cells, strict=True):
                cell.text = text

    found = word(fill)
    assert found.tables == ((("TT", "Tên hộ", "Số tiền"), ("1", "Lý Văn Páo", "40"), ("2", "Vàng Thị Mỷ", "35")),)
    assert found.text.splitlines()[:3] == ["UBND XÃ NA SẦM", "Số: 4/KH-UBND", "CỘNG HÒA"]


def test_hidden_and_deleted_words_are_not_read_and_drawn_capitals_are() -> None:
    def fill(document: docx.document.Document) -> None:
        paragraph = document.add_paragraph("Xã ")
        paragraph.add_run("nháp").font.hidden = True
        paragraph.add_run("na sầm").font.all_caps = True
        gone = paragraph.add_run("bỏ")._element
        deleted = paragraph._element.makeelement(qn("w:del"))
        paragraph._element.replace(gone, deleted)
        deleted.append(gone)

    assert word(fill).text == "Xã NA SẦM"


def test_a_workbook_is_a_table_with_values_as_people_write_them() -> None:
    found = read_file(workbook())
    assert (found.kind, found.outcome) == ("xlsx", Outcome.OK)
    assert found.tables[0][0] == ANNEX[0]
    assert [row[3] for row in found.tables[0][1:]] == ["1250", "3400.5", "870"]


RTF = (
    rb"{\rtf1\ansi\ansicpg1258{\fonttbl{\f0\fcharset163 Times New Roman;}}{\*\generator x}{\info{\title bo}}"
    rb"\pard \u7910?y ban nh\u226?n d\u226?n\par\trowd\intbl 1\cell Na S\u7847?m\cell\row"
    rb"\trowd\intbl 2\cell B\'ead\cell\row\pard{\pict 00ff00}H\uc2\u7871\'3f\'3ft\par}"
)


def test_rtf_gives_letters_tables_and_no_pictures() -> None:
    found = read_file(RTF)
    assert found.text.splitlines()[0] == "Ủy ban nhân dân"
    assert found.text.splitlines()[-1] == "Hết"
    assert "Na Sầm" in found.text
    assert "bo" not in found.text.split()


def test_html_and_text_files_are_read_by_what_they_are() -> None:
    page = "<html><head><title>x</title></head><body><p>Điều 1.<br>Ban hành</p><script>a()</script></body></html>"
    assert read_file(page.encode()).text.splitlines() == ["Điều 1.", "Ban hành"]
    assert read_file("Kế hoạch\nsố 4".encode()).kind == "text"


def bundle(**files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in files.items():
            package.writestr(name, body)
    return written.getvalue()


def test_a_bundle_gives_its_members_by_their_bytes_whatever_their_names() -> None:
    found = read_file(bundle(**{"ke-hoach.pdf": render.docx_file(PLAN), "phu-luc": workbook(), "../../x": b"a"}))
    kinds = {member.name: (member.kind, member.outcome) for member in found.members}
    assert kinds["ke-hoach.pdf"] == ("docx", Outcome.OK)
    assert kinds["phu-luc"] == ("xlsx", Outcome.OK)
    assert {outcome for kind, outcome in kinds.values() if kind is None} == {Outcome.UNREADABLE}
    assert all(member.sha256 for member in found.members if member.outcome is Outcome.OK)


def test_only_pages_are_counted_where_no_more_is_wanted(sandbox: FileSandbox) -> None:
    found = sandbox.read(render.pdf(PLAN), Wanted.PAGES)
    assert (found.text, found.page_count > 0) == ("", True)


STAMP = (
    "Người ký: Ủy ban nhân dân xã Na Sầm\nEmail: nasam@langson.test\nCơ quan: Tỉnh Lạng Sơn\n"
    "Thời gian ký: 23.04.2025 16:12:13 +07:00"
)


def test_a_visible_stamp_is_kept_apart_from_the_text() -> None:
    stamp = shown_stamp(f"Điều 1. Ban hành\n{STAMP}")
    assert stamp is not None
    assert (stamp.signer, stamp.body) == ("Ủy ban nhân dân xã Na Sầm", "Tỉnh Lạng Sơn")
    assert stamp.signed_at == dt.datetime(2025, 4, 23, 9, 12, 13, tzinfo=dt.UTC)
    assert without_stamp(f"Điều 1. Ban hành\n{STAMP}") == "Điều 1. Ban hành"
    assert shown_stamp("Date: 2025\nĐiều 1.") is None


def test_torn_words_are_less_plausible_than_whole_ones() -> None:
    assert plausibility("Ủy ban nhân dân tỉnh; HĐND, QĐ-UBND") == 1.0
    torn = plausibility("y ban nh n d n t nh Ủ â â ỉ g p ph n ph t tri n ó ầ á ể")
    assert torn is not None
    assert torn < 0.85
    assert plausibility("12/5/2025 - 30%") is None


@given(st.binary(max_size=300))
def test_no_bytes_raise(body: bytes) -> None:
    for head in (b"", b"{\\rtf1 ", b"%PDF-1.4\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04word/document.xml"):
        found = read_file(head + body, Wanted.TEXT)
        assert found.outcome is Outcome.OK or found.reason


def test_what_the_child_sends_is_what_it_read(sandbox: FileSandbox) -> None:
    body = bundle(a=render.docx_file(LETTER))
    assert sandbox.read(body) == read_file(body)
