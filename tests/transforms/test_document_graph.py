"""From files in an archive to queries: a plan, the Party's plan that it carries out, and news of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from crawlers.archive import ArchiveWriter, FetchRecord
from crawlers.portal import Portal, identity
from tests.portals import pdf
from tests.portals.model import Attachment
from tests.warehouse.factory import portals, run
from transforms.pipeline import SCHEMA, observe, reobserve
from warehouse import catalog
from warehouse.store import Warehouse

PAPERS = Path(__file__).parent / "papers"
PARSED = dt.datetime(2025, 7, 2, 3, 0, tzinfo=dt.UTC)
PORTAL = Portal(
    id="congtuyenquang",
    name="Cổng thông tin tỉnh Tuyên Quang",
    kind="government",
    home="http://tuyenquang.test/",
    province="tuyen_quang",
    family="generic",
)
NEWS = (
    "<html><body><article><h1>Tuyên Quang khắc phục hạn chế sau kiểm điểm</h1><time>02/5/2024</time><p>"
    + "Ủy ban nhân dân tỉnh vừa ban hành Kế hoạch số 78/KH-UBND ngày 23/4/2024 giao Sở Nội vụ rà soát quy chế. " * 3
    + "</p></article></body></html>"
)


def written(writer: ArchiveWriter, name: str, kind: str, media_type: str, body: bytes) -> None:
    url = f"http://tuyenquang.test/{kind}/{name}"
    known = {"role": kind, "kind": kind, "id": identity(PORTAL.id, kind, url), "canonical_url": url}
    known |= {"media_type": media_type, "http_status": 200, "encoding": "utf-8", "fetched_at": PARSED.isoformat()}
    writer.write(FetchRecord(url=url, outcome="ok", **known), (200, [("Content-Type", media_type)], body))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    root = tmp_path_factory.mktemp("archive")
    writer = ArchiveWriter(root / PORTAL.id / "run-1", root)
    for name in ("ke_hoach_ubnd", "ke_hoach_tinh_uy"):
        lines = tuple(line for line in (PAPERS / f"{name}.txt").read_text(encoding="utf-8").splitlines() if line)
        file = pdf.render(Attachment(f"http://tuyenquang.test/{name}.pdf", f"{name}.pdf", lines))
        written(writer, name, "document", "application/pdf", file)
    written(writer, "tin-1", "article", "text/html", NEWS.encode())
    writer.close()
    batches = observe(root / PORTAL.id / "run-1", root, PORTAL, "run-1", PARSED)
    return root, pa.Table.from_batches(batches, schema=SCHEMA).to_pylist()


@pytest.fixture(scope="module")
def sql(seen: tuple[Path, list[dict[str, Any]]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of a reparse: nothing but the archive is read."""
    root, rows = seen
    warehouse = Warehouse.open(root / "warehouse")
    done = run("run-2", "2024-03-01", "2024-05-02", portal=PORTAL.id, mode="reparse")
    staged = warehouse.stage(list(reobserve(rows, root, PORTAL, "run-2", PARSED)), done)
    warehouse.commit([staged], portals(PORTAL.id, province=PORTAL.province))
    with duckdb.connect() as connection:
        connection.execute(Path(catalog.write_views(warehouse)["views.sql"]).read_text(encoding="utf-8"))
        yield connection


def test_a_reparse_of_the_archive_gives_the_chain_of_documents(sql: duckdb.DuckDBPyConnection) -> None:
    found = sql.sql("SELECT path FROM document_lineage WHERE number = '78/KH-UBND' AND cited_number = '21-KL/TW'")
    assert ("78/KH-UBND > 450-KH/TU > 21-KL/TW",) in found.fetchall()


def test_news_is_tied_to_the_plan_that_it_tells_of(sql: duckdb.DuckDBPyConnection) -> None:
    found = sql.sql(
        "SELECT DISTINCT state, subject FROM citations JOIN documents ON document_id = target_id "
        "WHERE source_kind = 'article'"
    )
    assert found.fetchall() == [("resolved", "Khắc phục hạn chế sau kiểm điểm năm 2023 gắn với Kết luận số 21-KL/TW")]


def test_what_a_plan_replaces_is_told_apart_from_what_it_rests_on(sql: duckdb.DuckDBPyConnection) -> None:
    found = sql.sql("SELECT number, relation FROM citations WHERE source_number = '78/KH-UBND' ORDER BY start")
    assert found.fetchall() == [("21-KL/TW", "subject"), ("450-KH/TU", "basis"), ("12/KH-UBND", "replaces")]


def test_who_must_do_what_by_when_is_a_query(sql: duckdb.DuckDBPyConnection) -> None:
    found = sql.sql(
        "SELECT body, section, CAST(deadline AS VARCHAR) FROM assignments JOIN documents ON document_id = id "
        "WHERE number = '78/KH-UBND' ORDER BY assignments.start"
    )
    assert found.fetchall() == [
        ("Sở Nội vụ", "II.1", "2024-06-15"),
        ("Thanh tra tỉnh", "II.1", "2024-06-15"),
        ("Ủy ban nhân dân các huyện, thành phố", "II.2", None),
    ]


def test_offsets_of_rows_cut_their_text_out_of_the_document(sql: duckdb.DuckDBPyConnection) -> None:
    found = sql.sql(
        r"SELECT path, s.title, regexp_replace(text[title_start + 1 : title_end], '\s+', ' ', 'g') AS cut "
        "FROM document_sections AS s JOIN documents ON document_id = id"
    ).fetchall()
    assert len(found) > 10
    assert [row for row in found if row[1] != row[2]] == []


def test_signer_recipients_and_places_are_columns(sql: duckdb.DuckDBPyConnection) -> None:
    found = sql.sql(
        "SELECT signer_capacity, signed_for, signer_office, signer, recipients, copies, place FROM documents "
        "WHERE number = '78/KH-UBND'"
    )
    capacity = ("TM.", "ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Lý Văn Thắng")
    assert found.fetchall() == [(*capacity, ["Thường trực Tỉnh ủy"], ["VT", "NC"], "Tuyên Quang")]
