"""Rows that break the data model are set apart with their reasons, and the rest goes on."""

import datetime as dt
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.warehouse.factory import NOON, batch, observation, portals, run, table
from warehouse.checks import CheckError, faults, require
from warehouse.schema import OBSERVATIONS, PORTALS
from warehouse.store import Warehouse

TOPIC = {"topic": None, "score": 1.0, "rank": 1, "method": "lexicon"}
BAD = {
    "outcome": {"outcome": "exploded"},
    "kind": {"kind": "poem"},
    "id": {"id": "12"},
    "month": {"month": "2025-13"},
    "province": {"province": "../../etc"},
    "NFC": {"title": unicodedata.normalize("NFD", "Kế hoạch sửa kênh")},
    "published_date": {"published_date": dt.date(1825, 6, 27)},
    "more than a month ahead": {"published_date": dt.date(2925, 6, 27)},
    "content_hash": {"content_hash": None},
    "negative": {"warc_offset": -1},
    "topics.topic": {"topics": [TOPIC]},
}


def test_good_rows_of_every_outcome_pass() -> None:
    rows = [observation(1), observation(2, outcome="gone"), observation(3, None, published_date=None)]
    assert faults(table(rows), OBSERVATIONS) == {}


@pytest.mark.parametrize(("word", "values"), BAD.items(), ids=BAD)
def test_a_bad_row_is_named_with_its_reason_and_its_neighbours_are_not(word: str, values: dict[str, Any]) -> None:
    found = faults(table([observation(1), observation(2) | values, observation(3)]), OBSERVATIONS)
    assert list(found) == [1]
    assert word in found[1]


@pytest.mark.parametrize("values", BAD.values(), ids=BAD)
def test_a_bad_row_lands_in_quarantine_and_never_in_a_table(wh: Warehouse, values: dict[str, Any]) -> None:
    staged = wh.stage([batch([observation(1), observation(2) | values])], run())
    done = wh.commit([staged], portals())
    assert wh.read("articles").num_rows == 1
    (apart,) = done.quarantined
    assert (apart.table, apart.rows) == ("observations", 1)
    stored = pq.read_table(Path(wh.store.root) / apart.path, partitioning=None)
    assert list(apart.reasons) == stored["_reason"].to_pylist()
    assert stored["portal_key"].to_pylist() == ["2"]


def test_a_row_without_province_is_set_apart_too(wh: Warehouse) -> None:
    rows = batch([observation(1), observation(2, province=None)])
    done = wh.commit([wh.stage([rows], run())], portals())
    assert [apart.rows for apart in done.quarantined] == [1]
    assert wh.read("observations").num_rows == 1


def test_of_two_readings_in_one_run_the_later_counts(wh: Warehouse) -> None:
    later = observation(1, text="Bản sau.", fetched_at=dt.datetime(2025, 6, 27, 9, tzinfo=dt.UTC))
    done = wh.commit([wh.stage([batch([later]), batch([observation(1)])], run())], portals())
    assert wh.read("articles")["text"].to_pylist() == ["Bản sau."]
    assert sum(apart.rows for apart in done.quarantined) == 1


def test_a_bad_reading_takes_no_good_one_of_the_same_item_along(wh: Warehouse) -> None:
    bad = observation(1, fetched_at=NOON + dt.timedelta(minutes=5), content_hash=None)
    staged = wh.stage([batch([observation(1), bad, bad | {"month": "2025-05"}])], run())
    assert [file.file.rows for file in staged.files] == [1]
    assert [entry.rows for entry in staged.quarantined] == [1, 1]


def test_one_item_in_two_months_of_one_run_is_stored_once(wh: Warehouse) -> None:
    wh.commit([wh.stage([batch([observation(1, "2025-05-31"), observation(1, "2025-06-01")])], run())], portals())
    assert wh.read("articles").num_rows == 1


def test_a_derived_table_with_a_fault_stops_everything() -> None:
    good = portals("mot_bao", "hai_bao")
    assert require(good, PORTALS) is good
    with pytest.raises(CheckError, match="not unique"):
        require(portals("mot_bao", "mot_bao"), PORTALS)
    with pytest.raises(CheckError, match=r"portals\.name: null"):
        require(good.set_column(1, PORTALS.arrow().field("name"), pa.nulls(2, pa.string())), PORTALS)
    with pytest.raises(CheckError, match="schema differs"):
        require(good.drop_columns(["licence"]), PORTALS)
