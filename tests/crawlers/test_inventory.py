"""What is known of a portal: read from Parquet, or nothing at all, never an exception."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crawlers.inventory import Inventory

SCHEMA = pa.schema(
    {
        "id": pa.string(), "kind": pa.string(), "canonical_url": pa.string(), "portal_key": pa.string(),
        "published_date": pa.date32(), "etag": pa.string(), "last_modified": pa.string(), "content_hash": pa.string(),
        "last_outcome": pa.string(), "last_seen_at": pa.timestamp("us", "UTC"), "gone_count": pa.int64(),
    }
)  # fmt: skip
ROW = {"id": "a1", "kind": "article", "canonical_url": "http://bao.test/1", "published_date": dt.date(2025, 6, 27)}


def write(path: Path, *rows: dict[str, object]) -> Path:
    pq.write_table(pa.Table.from_pylist(list(rows), schema=SCHEMA), path)
    return path


def test_known_pages_carry_their_validators(tmp_path: Path) -> None:
    path = write(tmp_path / "known.parquet", {**ROW, "etag": '"v1"', "last_modified": "Fri, 27 Jun 2025 01:00:00 GMT"})
    known = Inventory.load(path).get("a1")
    assert known is not None
    assert known.conditional_headers == {"If-None-Match": '"v1"', "If-Modified-Since": "Fri, 27 Jun 2025 01:00:00 GMT"}
    assert known.gone_count == 0


def test_pages_are_found_by_local_day_both_ends_included(tmp_path: Path) -> None:
    days = [dt.date(2025, 6, day) for day in (25, 26, 28, 29)]
    rows = [{**ROW, "id": f"a{day.day}", "published_date": day} for day in days]
    inventory = Inventory.load(
        write(tmp_path / "known.parquet", *rows, {**ROW, "id": "undated", "published_date": None})
    )
    assert [known.id for known in inventory.between(days[1], days[2])] == ["a26", "a28"]
    assert (len(inventory), "undated" in inventory, "a99" in inventory) == (5, True, False)


def test_without_a_file_nothing_is_known(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert len(Inventory.load(None)) == len(Inventory.load(tmp_path / "missing.parquet")) == 0
    assert caplog.records == []


@pytest.mark.parametrize("raw", [b"", b"PAR1 broken PAR1", b"\x00" * 200])
def test_a_broken_file_warns_and_counts_as_nothing_known(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, raw: bytes
) -> None:
    path = tmp_path / "known.parquet"
    path.write_bytes(raw)
    with caplog.at_level(logging.WARNING):
        assert len(Inventory.load(path)) == 0
    assert "every page counts as new" in caplog.text


def test_a_file_of_another_kind_warns_and_counts_as_nothing_known(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pq.write_table(pa.table({"x": [1]}), tmp_path / "other.parquet")
    with caplog.at_level(logging.WARNING):
        assert len(Inventory.load(tmp_path / "other.parquet")) == 0
    assert "canonical_url" in caplog.text
