"""An archive becomes observations: every fetch one row, every failure told, the same rows from a reparse."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from benchmarks.documents.scans import scanned
from crawlers.archive import Archived, ArchiveWriter, FetchRecord
from crawlers.portal import Portal, identity
from tests.portals import pdf
from tests.portals.model import Attachment
from transforms import learning, pipeline
from transforms import rows as rows_module
from transforms.pipeline import SCHEMA, main, observe, reobserve, summary
from warehouse.schema import OBSERVATIONS

PARSED = dt.datetime(2025, 7, 2, 3, 0, tzinfo=dt.UTC)
FETCHED = "2025-07-01T18:30:00.000000+00:00"  # already 2 July at home
PORTAL = Portal(
    id="banthuonggiang",
    name="Cổng thông tin huyện Thượng Giang",
    kind="district",
    home="http://thuonggiang.test/",
    province="ha_giang",
    family="district",
)
FILE_URL = "http://thuonggiang.test/f/12.pdf"
FILE = pdf.render(Attachment(FILE_URL, "12.pdf", ("Số: 12/KH-UBND", "= KẾ HOẠCH", "Nội dung " * 30)))
TEXT = "Ủy ban nhân dân huyện Thượng Giang ban hành Kế hoạch số 12/KH-UBND ngày 09/6/2025 về trồng rừng phân tán. "


def article(number: int, title: str | None = None, day: str = "12/06/2025 07:15") -> bytes:
    title = title or f"Xã thứ {number} ra quân trồng rừng phân tán"
    return f"""<html><body><table><tr><td><h2 class="tieu-de">{title}</h2><span class="ngay-dang">{day}</span></td></tr>
    <tr><td class="noi-dung">{TEXT * 2}<br><br>Bà con ở bản số {number} đã nhận đủ cây giống.
    <p><a href="/f/12.pdf">Kế hoạch 12</a></p></td></tr></table></body></html>""".encode()


def document(number: int) -> bytes:
    return f"""<html><body><h1>Văn bản</h1><table><tr><td>Số ký hiệu</td><td>{number}/KH-UBND</td></tr>
    <tr><td>Ngày ban hành</td><td>09/05/2025</td></tr><tr><td>Trích yếu</td><td>Trồng rừng</td></tr></table>
    <p><a href="/f/12.pdf">Tải về</a></p></body></html>""".encode()


def record(url: str, kind: str = "article", outcome: str = "ok", **more: Any) -> FetchRecord:
    known = {"role": kind, "kind": kind, "id": identity(PORTAL.id, kind, url), "canonical_url": url, "http_status": 200}
    known |= {"media_type": "text/html", "encoding": "utf-8"} | more
    return FetchRecord(url=url, outcome=outcome, fetched_at=FETCHED, **known)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    run = tmp_path / PORTAL.id / "sang-2-7"
    writer = ArchiveWriter(run, tmp_path)
    html = [("Content-Type", "text/html; charset=utf-8")]
    for number in range(3):
        url = f"http://thuonggiang.test/tin-bai/{number}"
        files = (FILE_URL,) if number == 0 else ()
        writer.write(record(url, attachments=files, listing_title="Tin"), (200, html, article(number)))
    page = "http://thuonggiang.test/van-ban/12"
    writer.write(record(page, "document"), (200, html, document(12)))
    more: dict[str, Any] = {"parent_url": page, "media_type": "application/pdf", "bytes": len(FILE)}
    writer.write(
        FetchRecord("attachment", FILE_URL, "ok", FETCHED, **more), (200, [("Content-Type", "application/pdf")], FILE)
    )
    writer.write(
        record("http://thuonggiang.test/tin-bai/8", outcome="gone", http_status=404, reason="HTTP 404; xem lại")
    )
    writer.write(record("http://thuonggiang.test/tin-bai/9"), (200, html, b"<html><body><h1>Menu</h1></body></html>"))
    writer.close()
    return run


def table(batches: Iterable[pa.RecordBatch]) -> list[dict[str, Any]]:
    return [row for batch in batches for row in batch.to_pylist()]


def run(archive: Path, **more: Any) -> list[dict[str, Any]]:
    return table(observe(archive, archive.parents[1], PORTAL, "sáng 2/7", PARSED, **more))


def test_every_page_is_one_row_of_the_schema(archive: Path) -> None:
    batches = list(observe(archive, archive.parents[1], PORTAL, "sáng 2/7", PARSED))
    assert all(batch.schema.equals(SCHEMA) for batch in batches)
    found = table(batches)
    assert [row["outcome"] for row in found] == ["ok", "ok", "ok", "ok", "gone", "not_article"]
    required = [column.name for column in OBSERVATIONS.columns if not column.nullable]
    assert all(row[name] is not None for row in found for name in required)


def test_an_article_row_carries_content_place_and_tags(archive: Path) -> None:
    row = run(archive)[0]
    assert row["title"] == "Xã thứ 0 ra quân trồng rừng phân tán"
    assert row["published_at"] == dt.datetime(2025, 6, 12, 0, 15, tzinfo=dt.UTC)
    assert (row["province"], row["month"], row["published_date"]) == ("ha_giang", "2025-06", dt.date(2025, 6, 12))
    assert "12/KH-UBND" in {citation["number"] for citation in row["citations"]}
    assert all(row["text"][cited["start"] : cited["end"]] == cited["raw"] for cited in row["citations"])
    assert row["parsed_at"] == PARSED
    assert row["tagger_version"]


def test_a_file_is_joined_to_every_page_that_links_it(archive: Path) -> None:
    found = run(archive)
    for row in (found[0], found[3]):
        assert [(file["url"], file["pages"], file["outcome"]) for file in row["attachments"]] == [
            ("http://thuonggiang.test/f/12.pdf", 1, "ok")
        ]
    assert found[0]["attachments"][0]["name"] == "Kế hoạch 12"
    assert found[1]["attachments"] == []


def test_the_files_inside_an_archive_are_attachments_too(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        bundle.writestr("Phụ lục/ke-hoach-12.pdf", FILE)
        bundle.writestr("../../etc/passwd", b"root")
    folder, url, page = (
        tmp_path / PORTAL.id / "nen",
        "http://thuonggiang.test/f/12.zip",
        "http://thuonggiang.test/tin-bai/1",
    )
    writer = ArchiveWriter(folder, tmp_path)
    html = [("Content-Type", "text/html; charset=utf-8")]
    writer.write(record(page, attachments=(url,), listing_title="Tin"), (200, html, article(1)))
    more: dict[str, Any] = {"parent_url": page, "media_type": "application/zip", "bytes": len(packed.getvalue())}
    writer.write(FetchRecord("attachment", url, "ok", FETCHED, **more), (200, [], packed.getvalue()))
    writer.close()
    found = {file["name"]: file for file in run(folder)[0]["attachments"]}
    inside = found["Phụ lục/ke-hoach-12.pdf"]
    assert (inside["media_type"], inside["pages"], inside["outcome"]) == ("application/pdf", 1, "ok")
    assert inside["sha256"] == hashlib.sha256(FILE).hexdigest()
    assert inside["url"] == f"{url}#Ph%E1%BB%A5%20l%E1%BB%A5c/ke-hoach-12.pdf"
    assert found["../../etc/passwd"]["outcome"] == "unreadable"


def test_a_document_is_filed_under_its_month_of_issue_with_the_files_text(archive: Path) -> None:
    row = run(archive)[3]
    assert (row["kind"], row["number"], row["month"]) == ("document", "12/KH-UBND", "2025-05")
    assert (row["text_source"], row["pages"]) == ("pdf", 1)
    assert "Nội dung" in row["text"]


def test_each_page_of_a_documents_file_says_how_it_was_read(archive: Path) -> None:
    row = run(archive)[3]
    (page,) = row["file_pages"]
    assert (page["file"], page["number"], page["engine"]) == (row["file"], 1, "pypdfium2")
    assert page["chars"] == len(row["text"])
    assert page["plausibility"] > 0.9


def test_a_scan_without_a_recogniser_is_a_row_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINTINH_TESSERACT", "no-such-program")
    folder, url = tmp_path / PORTAL.id / "anh", "http://thuonggiang.test/f/scan.pdf"
    page, scan = "http://thuonggiang.test/van-ban/12", scanned(FILE, "bad", "pipeline")
    writer = ArchiveWriter(folder, tmp_path)
    html = [("Content-Type", "text/html; charset=utf-8")]
    writer.write(record(page, "document", attachments=(url,)), (200, html, document(12)))
    more: dict[str, Any] = {"parent_url": page, "media_type": "application/pdf", "bytes": len(scan)}
    writer.write(FetchRecord("attachment", url, "ok", FETCHED, **more), (200, [], scan))
    writer.close()
    (row,) = run(folder)
    assert (row["outcome"], row["number"], row["pages"]) == ("ok", "12/KH-UBND", 1)
    assert {"ocr_unavailable", "file_ocr_unavailable"} <= set(row["quality_flags"])
    assert row["file_pages"][0]["flags"] == ["ocr_unavailable"]
    assert row["attachments"][0]["outcome"] == "ok"


def test_failures_of_the_crawl_become_rows_filed_under_the_local_month_of_the_fetch(archive: Path) -> None:
    gone = run(archive)[4]
    assert (gone["outcome"], gone["http_status"], gone["reason"]) == ("gone", 404, "HTTP 404; xem lại")
    assert (gone["month"], gone["text"], gone["content_hash"]) == ("2025-07", None, None)


@pytest.mark.parametrize("text", ["Thứ Sáu, 27 tháng 6 năm 2025", "Thu, 26 Jun 2025 18:00:00 GMT", "hôm qua"])
def test_a_failure_keeps_the_local_day_that_its_listing_names(tmp_path: Path, text: str) -> None:
    run_dir = tmp_path / PORTAL.id / "r"
    writer = ArchiveWriter(run_dir, tmp_path)
    url = "http://thuonggiang.test/tin-bai/8"
    writer.write(record(url, outcome="timeout", reason="quá giờ", listing_date=text, listing_day="2025-06-27"))
    writer.close()
    row = run(run_dir)[0]
    assert (row["month"], row["listing_date"], row["listing_day"]) == ("2025-06", text, dt.date(2025, 6, 27))


def test_one_page_that_breaks_the_reader_is_one_unreadable_row(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy = rows_module.extract

    def breaking(body: bytes, **more: Any) -> Any:
        if more["url"].endswith("/1"):
            raise RecursionError("quá sâu")
        return healthy(body, **more)

    monkeypatch.setattr(rows_module, "extract", breaking)
    found = run(archive)
    assert [row["outcome"] for row in found[:3]] == ["ok", "unreadable", "ok"]
    assert "http://thuonggiang.test/tin-bai/1" in found[1]["reason"]
    assert "reparse" in found[1]["reason"]


def test_a_value_that_fits_no_column_is_one_unreadable_row(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy = rows_module.extract

    def breaking(body: bytes, **more: Any) -> Any:
        found = healthy(body, **more)
        return replace(found, section="Tin \ud800") if more["url"].endswith("/1") else found

    monkeypatch.setattr(rows_module, "extract", breaking)
    found = run(archive)
    assert [row["outcome"] for row in found[:3]] == ["ok", "unreadable", "ok"]
    assert "http://thuonggiang.test/tin-bai/1" in found[1]["reason"]
    assert found[1]["text"] is None
    assert found[1]["warc_offset"] > 0


def test_pages_that_no_profile_can_be_learned_from_do_not_end_the_run(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy = run(archive)

    def breaking(*_: Any) -> Any:
        raise RecursionError("quá sâu")

    monkeypatch.setattr(learning, "renewed", breaking)
    monkeypatch.setattr(learning, "parse", breaking)
    assert run(archive) == healthy


def test_one_page_at_a_time_is_taken_from_the_archive(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    taken_before_each_row: list[int] = []
    make, read_all = rows_module.Reader.row, pipeline.records

    def counted(*place: Any, **more: Any) -> Iterator[Archived]:
        for archived in read_all(*place, **more):
            taken.append(archived.record.url)
            yield archived

    def row(reader: rows_module.Reader, archived: Archived) -> rows_module.Row:
        taken_before_each_row.append(len(taken))
        return make(reader, archived)

    monkeypatch.setattr(pipeline, "records", counted)
    monkeypatch.setattr(rows_module.Reader, "row", row)
    assert len(run(archive)) == len(set(taken_before_each_row)) == 6


def test_one_file_under_two_addresses_is_told_alike_everywhere(tmp_path: Path) -> None:
    run_dir = tmp_path / PORTAL.id / "r"
    writer = ArchiveWriter(run_dir, tmp_path)
    files = (FILE_URL, "http://thuonggiang.test/tai-ve?id=12&t=1")
    for number in range(2):
        writer.write(record(f"http://thuonggiang.test/tin-bai/{number}", attachments=files), (200, [], article(number)))
    digest = hashlib.sha256(FILE).hexdigest()
    for url in files:
        more: dict[str, Any] = {"media_type": "application/pdf", "bytes": len(FILE), "digest": digest}
        writer.write(FetchRecord("attachment", url, "ok", FETCHED, **more), (200, [], FILE))
    writer.close()
    first, second = (row["attachments"] for row in run(run_dir))
    assert [file["url"] for file in first] == [file["url"] for file in second] == list(files)
    told = {(f["sha256"], f["bytes"], f["media_type"], f["pages"], f["outcome"]) for f in (*first, *second)}
    assert told == {(digest, len(FILE), "application/pdf", 1, "ok")}


def test_a_reparse_gives_the_same_content_without_the_crawl(archive: Path) -> None:
    seen = run(archive)
    again = table(reobserve([row for row in seen if row["outcome"] == "ok"], archive.parents[1], PORTAL, "lại", PARSED))
    changed = {"run_id"}
    assert [{k: v for k, v in row.items() if k not in changed} for row in again] == [
        {k: v for k, v in row.items() if k not in changed} for row in seen if row["outcome"] == "ok"
    ]


def test_a_lost_archive_file_is_told_row_by_row(archive: Path) -> None:
    pointers = [row for row in run(archive) if row["outcome"] == "ok"]
    for part in archive.glob("*.warc.gz"):
        part.unlink()
    found = table(reobserve(pointers, archive.parents[1], PORTAL, "lại", PARSED))
    assert [row["outcome"] for row in found] == ["unreadable"] * 4
    assert all(row["url"] in row["reason"] and row["fetched_at"] == pointers[0]["fetched_at"] for row in found)


def test_a_damaged_record_is_left_out_and_the_others_arrive(archive: Path) -> None:
    part = next(archive.glob("*.warc.gz"))
    second = run(archive)[1]
    data = bytearray(part.read_bytes())
    for place in range(second["warc_offset"] + 20, second["warc_offset"] + 60):
        data[place] ^= 0xFF
    part.write_bytes(bytes(data))
    assert [row["url"][-2:] for row in run(archive) if row["outcome"] == "ok"] == ["/0", "/2", "12"]


def test_a_page_whose_content_is_stored_is_unchanged_and_carries_no_content(archive: Path) -> None:
    first = run(archive)[0]
    again = run(archive, known={first["id"]: first["content_hash"]})[0]
    assert (again["outcome"], again["text"], again["content_hash"]) == ("unchanged", None, first["content_hash"])


def test_several_processes_give_the_same_rows_in_the_same_order(archive: Path) -> None:
    assert run(archive, workers=2) == run(archive)


def test_html_named_pdf_is_a_wrong_type_of_attachment(tmp_path: Path) -> None:
    run_dir = tmp_path / PORTAL.id / "r"
    writer = ArchiveWriter(run_dir, tmp_path)
    url, file = "http://thuonggiang.test/tin-bai/1", "http://thuonggiang.test/f/12.pdf"
    writer.write(record(url, attachments=(file,)), (200, [], article(1)))
    writer.write(FetchRecord("attachment", file, "ok", FETCHED, media_type="application/pdf"), (200, [], b"<html>"))
    writer.close()
    assert run(run_dir)[0]["attachments"][0]["outcome"] == "wrong_type"


def test_the_command_prints_what_a_run_gives(
    archive: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = archive.parents[1] / "registry"
    registry.mkdir()
    (registry / "ha_giang.yaml").write_text(
        'province: "02"\nportals:\n  - {id: banthuonggiang, name: Thượng Giang, kind: district, family: district,'
        " home: http://thuonggiang.test/}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("TINTINH_PORTALS", str(registry))
    monkeypatch.setattr(sys, "argv", ["pipeline", str(archive)])
    main()
    printed = capsys.readouterr().out
    assert '"article ok": 3' in printed
    assert "HTTP 404; xem lại" in printed


def test_an_empty_run_gives_no_rows(tmp_path: Path) -> None:
    (tmp_path / "p" / "r").mkdir(parents=True)
    assert summary(observe(tmp_path / "p" / "r", tmp_path, PORTAL, "r", PARSED))["rows"] == 0


def test_offset_and_length_of_a_row_cut_its_record_out_of_the_archive(archive: Path) -> None:
    row = run(archive)[2]
    data = (archive.parents[1] / row["warc_file"]).read_bytes()
    member = data[row["warc_offset"] : row["warc_offset"] + row["warc_length"]]
    assert b"ra qu" in gzip.decompress(member)
