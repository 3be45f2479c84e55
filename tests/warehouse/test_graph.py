"""The graph of citations: what cites what, resolved or not, and on what a document rests over several steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.factory import batch, document, observation, portals, run
from warehouse import catalog
from warehouse.store import Warehouse

DAY = dt.date(2024, 3, 1)


def cites(start: int, number: str, **values: Any) -> dict[str, Any]:
    return {"start": start, "end": start + len(number), "raw": number, "number": number, **values}


def plan(key: str, number: str, issued: str, *citations: dict[str, Any], **values: Any) -> dict[str, Any]:
    told = {"number": number, "doc_type": "Kế hoạch", "citations": [cites(0, number, relation="self"), *citations]}
    return document(key, issued, **(told | values))


PLAN = plan(
    "plan",
    "78/KH-UBND",
    "2024-04-23",
    cites(20, "21-KL/TW", relation="subject", issued_date=dt.date(2021, 10, 25)),
    cites(40, "450-KH/TU", relation="basis", issued_date=DAY),
    cites(60, "21-KL/TW", relation="basis"),
    cites(80, "661/UBND-KT", relation="mention"),
)
PARTY = plan("party", "450-KH/TU", "2024-03-01", cites(20, "21-KL/TW", relation="basis"))
OLDER = plan("older", "78/KH-UBND", "2023-05-04")
NEWS = observation(
    "tin",
    "2024-05-02",
    citations=[
        cites(0, "78/KH-UBND", doc_type="Kế hoạch"),
        cites(20, "450-KH/TU", doc_type="Kế hoạch", issued_date=dt.date(2024, 3, 11)),
        cites(40, "78", doc_type="Kế hoạch"),
        cites(60, "99/2023/QH15"),
        cites(80, "78/KH-UBND", issued_date=dt.date(2023, 5, 4)),
    ],
)


@pytest.fixture
def sql(wh: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    rows = (PLAN, PARTY, OLDER, NEWS)
    wh.commit([wh.stage([batch([row | {"run_id": "run-1"} for row in rows])], run("run-1"))], portals())
    with duckdb.connect() as connection:
        connection.execute(Path(catalog.write_views(wh)["views.sql"]).read_text(encoding="utf-8"))
        yield connection


def test_the_chain_of_a_plan_is_one_query(sql: duckdb.DuckDBPyConnection) -> None:
    found = sql.sql("SELECT depth, path FROM document_lineage WHERE number = '78/KH-UBND' ORDER BY depth, path")
    assert found.fetchall() == [
        (1, "78/KH-UBND > 21-KL/TW"),
        (1, "78/KH-UBND > 450-KH/TU"),
        (2, "78/KH-UBND > 450-KH/TU > 21-KL/TW"),
    ]


def test_who_rests_on_a_conclusion_is_one_query(sql: duckdb.DuckDBPyConnection) -> None:
    found = sql.sql("SELECT DISTINCT number FROM document_lineage WHERE cited_number = '21-KL/TW' ORDER BY 1")
    assert found.fetchall() == [("450-KH/TU",), ("78/KH-UBND",)]


def test_news_is_tied_to_the_document_of_its_province_and_time(sql: duckdb.DuckDBPyConnection) -> None:
    found = sql.sql(
        "SELECT start, state, target_number, CAST(target_issued_date AS VARCHAR) FROM citations "
        "WHERE source_kind = 'article' ORDER BY start"
    ).fetchall()
    assert found[0] == (0, "ambiguous", "78/KH-UBND", "2024-04-23")
    assert found[1] == (20, "conflict", "450-KH/TU", "2024-03-01")
    assert found[2] == (40, "ambiguous", "78/KH-UBND", "2024-04-23")
    assert found[3] == (60, "dangling", None, None)
    assert found[4] == (80, "resolved", "78/KH-UBND", "2023-05-04")


def test_a_document_does_not_cite_itself_and_unknown_ones_dangle(sql: duckdb.DuckDBPyConnection) -> None:
    found = sql.sql(
        "SELECT number, relation, state FROM citations WHERE source_number = '78/KH-UBND' "
        "AND published_date = DATE '2024-04-23' ORDER BY start"
    )
    assert found.fetchall() == [
        ("21-KL/TW", "subject", "dangling"),
        ("450-KH/TU", "basis", "resolved"),
        ("21-KL/TW", "basis", "dangling"),
        ("661/UBND-KT", "mention", "dangling"),
    ]
