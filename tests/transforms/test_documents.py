"""Documents: PDFs that cannot hurt, rows of label and value, and the layout of an official text."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from crawlers.families.hints import GENERIC, DocumentHints, hints_for
from crawlers.portal import load_registry
from tests.portals import content, pdf
from tests.portals.model import Attachment
from tests.portals.server import SampleServer
from transforms.article import NotArticle
from transforms.documents.fields import DocumentFields, complete, read_rows
from transforms.documents.layout import read_layout
from transforms.documents.page import DocumentPage, extract_document, with_file
from transforms.documents.pdf import read_pdf
from transforms.documents.reading import Wanted
from transforms.documents.sandbox import FileSandbox
from transforms.text import fold
from transforms.tree import parse
from warehouse.schema import Outcome

REGISTRY = load_registry([Path(content.__file__).parent / "registry"])
LINES = (
    "| ỦY BAN NHÂN DÂN HUYỆN MÈO VẠC | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "| Số: 47/KH-UBND | Độc lập - Tự do - Hạnh phúc",
    "> Mèo Vạc, ngày 9 tháng 6 năm 2025",
    "= KẾ HOẠCH",
    "= Trồng rừng phân tán trên địa bàn huyện năm 2025",
    "Căn cứ Quyết định số 88/QĐ-UBND ngày 10/01/2025, Ủy ban nhân dân huyện ban hành kế hoạch như sau:",
    "1. Mỗi xã trồng ít nhất 5.000 cây sa mộc trước ngày 30 tháng 7.",
    "> TM. ỦY BAN NHÂN DÂN",
    "> CHỦ TỊCH",
    "> Hoàng Mí Lử",
)
FILE = pdf.render(Attachment("http://vidu.test/47.pdf", "47.pdf", LINES))


@pytest.fixture
def sandbox() -> Iterator[FileSandbox]:
    with FileSandbox() as opened:
        yield opened


def test_a_text_pdf_gives_its_text_and_pages(sandbox: FileSandbox) -> None:
    found = sandbox.read(FILE)
    assert (found.outcome, found.page_count) == (Outcome.OK, 1)
    assert "Mỗi xã trồng ít nhất 5.000 cây sa mộc" in found.text
    assert sandbox.read(FILE, Wanted.PAGES).text == ""


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"\x89PNG\r\n\x1a\n", Outcome.WRONG_TYPE),
        (b"", Outcome.EMPTY),
        (FILE[: len(FILE) // 2], Outcome.TRUNCATED),
        (b"%PDF-1.7\nrubbish\n%%EOF", Outcome.UNREADABLE),
    ],
    ids=["picture", "nothing", "half", "rubbish"],
)
def test_what_is_no_whole_pdf_has_a_typed_outcome_and_a_reason(
    body: bytes, outcome: Outcome, sandbox: FileSandbox
) -> None:
    found = sandbox.read(body)
    assert found.outcome is outcome
    assert found.reason


def test_an_encrypted_pdf_is_unreadable_and_says_why() -> None:
    from fpdf import FPDF

    document = FPDF()
    document.set_encryption(owner_password="chu", user_password="khach")
    document.add_page()
    found = read_pdf(bytes(document.output()))
    assert found.outcome is Outcome.UNREADABLE
    assert "encrypted" in (found.reason or "")


def test_a_pdf_of_pictures_is_empty() -> None:
    assert read_pdf(pdf.render(Attachment("http://vidu.test/anh.pdf", "anh.pdf", ()))).outcome is Outcome.EMPTY


def test_a_file_that_kills_the_reader_does_not_end_the_run(sandbox: FileSandbox) -> None:
    sandbox.read(FILE)
    assert sandbox._child is not None
    os.kill(sandbox._child.pid, signal.SIGSTOP)
    sandbox._seconds = 0.3
    assert sandbox.read(FILE).outcome is Outcome.TIMEOUT
    sandbox._seconds = 60
    assert sandbox.read(FILE).outcome is Outcome.OK


def test_a_reader_without_memory_fails_alone() -> None:
    with FileSandbox(megabytes=30) as sandbox:
        found = sandbox.read(FILE)
    assert found.outcome in (Outcome.UNREADABLE, Outcome.OVERSIZED)
    assert found.reason


def test_one_child_reads_many_files(sandbox: FileSandbox) -> None:
    sandbox.read(FILE)
    first = sandbox._child
    sandbox.read(b"no pdf")
    sandbox.read(FILE)
    assert sandbox._child is first


def test_the_layout_of_an_official_text_gives_its_fields(sandbox: FileSandbox) -> None:
    fields = read_layout(sandbox.read(FILE).text)
    assert (fields.number, fields.doc_type, fields.signer) == ("47/KH-UBND", "Kế hoạch", "Hoàng Mí Lử")
    assert fields.issued_date == dt.date(2025, 6, 9)
    assert fields.issuer == "ỦY BAN NHÂN DÂN HUYỆN MÈO VẠC"
    assert fields.subject == "Trồng rừng phân tán trên địa bàn huyện năm 2025"


def test_a_letter_names_its_subject_after_v_v() -> None:
    assert read_layout("Số: 12/UBND-NV\nV/v: báo cáo biên chế\nKính gửi: Sở Nội vụ").subject == "báo cáo biên chế"


@pytest.mark.parametrize(
    "rows",
    [
        "<table><tr><td>Số ký hiệu:</td><td>47/KH-UBND</td></tr><tr><td>Ngày ban hành</td><td>9/6/2025</td></table>",
        "<table><tr><td>Số ký hiệu</td><td>47/KH-UBND</td><td>Ngày ban hành</td><td>09-06-2025</td></tr></table>",
        "<dl><div><dt>Số ký hiệu</dt><dd>47/KH-UBND</dd></div><div><dt>Ngày ban hành</dt><dd>9/6/2025</dd></div></dl>",
        "<ul><li>Số ký hiệu: 47/KH-UBND</li><li>Ngày ban hành: 09/06/2025</li></ul>",
    ],
    ids=["rows", "two pairs a row", "definition list", "colon"],
)
def test_rows_are_read_in_every_shape(rows: str) -> None:
    page = parse(f"<html><body>{rows}</body></html>")
    assert page is not None
    fields, elements = read_rows(page, DocumentHints())
    assert (fields.number, fields.doc_type, fields.issued_date) == ("47/KH-UBND", "Kế hoạch", dt.date(2025, 6, 9))
    assert elements


def test_a_number_that_contradicts_the_stated_type_is_flagged_and_both_are_kept() -> None:
    rows = "<tr><td>Số hiệu</td><td>30/TT-BTC</td></tr><tr><td>Loại văn bản</td><td>Quyết định</td></tr>"
    page = parse(f"<html><body><table>{rows}</table></body></html>")
    assert page is not None
    fields, _ = read_rows(page, DocumentHints())
    assert (fields.number, fields.doc_type) == ("30/TT-BTC", "Quyết định")
    assert "type_contradicts_number" in fields.flags


def test_what_page_and_file_say_differently_is_flagged_and_the_page_wins() -> None:
    page = DocumentFields(number="47/KH-UBND", issued_date=dt.date(2025, 6, 9))
    file = DocumentFields(number="74/KH-UBND", issued_date=dt.date(2025, 6, 10), signer="Hoàng Mí Lử")
    joined = complete(page, file)
    assert (joined.number, joined.signer) == ("47/KH-UBND", "Hoàng Mí Lử")
    assert joined.flags == ("number_differs_from_file", "issued_date_differs_from_file")


def test_a_page_without_rows_or_head_is_no_document() -> None:
    found = extract_document(
        b"<html><body><h1>Lien he</h1><p>So dien thoai</p></body></html>", url="http://vidu.test/x"
    )
    assert isinstance(found, NotArticle)
    assert found.outcome is Outcome.NOT_ARTICLE


def test_the_files_text_completes_a_bare_page(sandbox: FileSandbox) -> None:
    rows = "<tr><td>Số hiệu</td><td>47/KH-UBND</td></tr><tr><td>Trích yếu</td><td>Trồng rừng phân tán</td></tr>"
    source = f"<html><body><h1>Văn bản</h1><div><table>{rows}</table></div></body></html>".encode()
    found = extract_document(source, url="http://vidu.test/vb/47", hints=GENERIC)
    assert isinstance(found, DocumentPage)
    page, origin = with_file(found, sandbox.read(FILE))
    assert origin == "pdf"
    assert (page.fields.signer, page.fields.subject) == ("Hoàng Mí Lử", "Trồng rừng phân tán")
    assert "sa mộc" in page.text


def test_a_page_that_prints_its_document_gives_annex_tables_and_no_layout() -> None:
    head = "<tr><td>UBND XÃ SÔNG THAO</td><td>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</td></tr>"
    annex = "<tr><th>STT</th><th>Thôn</th></tr><tr><td>1</td><td>Nà Lươn</td></tr><tr><td>2</td><td>Bản Pài</td></tr>"
    rows = "<tr><td>Số hiệu</td><td>47/KH-UBND</td></tr><tr><td>Trích yếu</td><td>Trồng rừng phân tán</td></tr>"
    text = "<p>Ủy ban nhân dân xã giao các thôn trồng rừng phân tán ven sông.</p>" * 9
    body = f"<div><table>{rows}</table><table>{head}</table>{text}<p>PHỤ LỤC</p><table>{annex}</table></div>"
    found = extract_document(f"<html><body><div>{body}</div></body></html>".encode(), url="http://vidu.test/vb/47")
    assert isinstance(found, DocumentPage)
    assert found.tables == ((("STT", "Thôn"), ("1", "Nà Lươn"), ("2", "Bản Pài")),)


def test_every_document_of_the_sample_portals_is_read(sandbox: FileSandbox) -> None:
    assert content.DOCUMENTS
    with SampleServer() as server, httpx.Client(proxy=server.proxy, follow_redirects=True) as client:
        for gold in content.DOCUMENTS:
            hints = hints_for(REGISTRY[gold.portal].family)
            found = extract_document(client.get(gold.url).content, url=gold.url, hints=hints)
            assert isinstance(found, DocumentPage), found
            file = sandbox.read(client.get(gold.attachments[0].url).content) if gold.attachments else None
            page, _ = with_file(found, file)
            fields = page.fields
            assert (fields.number, fields.issued_date) == (gold.number, gold.issued_date), gold.url
            assert fold(fields.doc_type or "") == fold(gold.doc_type), gold.url
            assert fold(fields.signer or "") == fold(gold.signer), gold.url
            assert fold(fields.subject or "") == fold(gold.subject), gold.url
            assert fold(fields.issuer or "") == fold(gold.issuer), gold.url
            assert page.text, gold.url
            assert not [leak for leak in content.LEAKS if fold(leak) in fold(page.text)], gold.url
