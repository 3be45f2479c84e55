"""Stored texts are tagged anew without archive or network, and the same version gives the same bytes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from crawlers.portal import Portal, load_registry
from tests.warehouse.factory import NOON, batch, document, observation, portals, run
from transforms import tagging
from transforms.retag import retag
from warehouse.parquet import encode
from warehouse.schema import OBSERVATIONS
from warehouse.store import Warehouse

CHILDREN = ("article_mentions", "article_topics", "article_citations", "article_quantities")
DAYS = dt.date(2025, 6, 1), dt.date(2025, 7, 31)


@pytest.fixture(scope="module")
def paper() -> Portal:
    return load_registry([Path(__file__).parents[1] / "portals/registry"])["baosongthao"]


@pytest.fixture
def wh(tmp_path) -> Warehouse:
    warehouse = Warehouse.open(tmp_path / "warehouse")
    rows = [observation(1), observation(2, "2025-07-03"), document(), observation(3, outcome="gone")]
    commit(warehouse, [batch(rows)], "run-1", "refetch")
    return warehouse


def commit(warehouse: Warehouse, batches, run_id: str, mode: str):
    return warehouse.commit([warehouse.stage(batches, run(run_id, mode=mode))], portals())


def anew(warehouse: Warehouse, paper: Portal, run_id: str, days=DAYS):
    made = retag(warehouse.texts(paper.id, *days), paper, run_id, NOON + dt.timedelta(days=9))
    return commit(warehouse, list(made), run_id, "retag")


def test_only_the_tags_of_stored_texts_change(wh: Warehouse, paper: Portal) -> None:
    before = wh.read("articles").drop_columns(["run_id", "tagger_version"])
    anew(wh, paper, "retag-1")
    assert wh.read("articles").drop_columns(["run_id", "tagger_version"]) == before
    assert set(wh.read("articles")["tagger_version"].to_pylist()) == {tagging.VERSION}
    found = {row["text"] for row in wh.read("article_mentions").to_pylist()}
    assert {"Kế hoạch số 78/KH-UBND", "4,5 tỷ đồng"} <= found
    assert wh.read("article_versions").num_rows == 2  # a new reading of a text is no new version


def test_the_same_version_leaves_every_object_as_it_is(wh: Warehouse, paper: Portal) -> None:
    anew(wh, paper, "retag-1")
    files = {name: wh.files(name) for name in CHILDREN}
    anew(wh, paper, "retag-2")
    assert {name: wh.files(name) for name in CHILDREN} == files


def test_two_warehouses_with_the_same_texts_get_the_same_bytes(wh: Warehouse, paper: Portal, tmp_path) -> None:
    anew(wh, paper, "retag-1")
    other = Warehouse.open(tmp_path / "other")
    rows = [observation(1), observation(2, "2025-07-03"), document()]
    commit(other, [batch([row | {"run_id": "run-9"} for row in rows])], "run-9", "refetch")
    anew(other, paper, "another-run")
    for name in CHILDREN:
        tags = [encode(each.read(name).drop_columns(["run_id", "warc_file"])) for each in (wh, other)]
        assert tags[0] == tags[1]


def test_the_days_choose_the_texts(wh: Warehouse, paper: Portal) -> None:
    july = dt.date(2025, 7, 1), dt.date(2025, 7, 31)
    told = [row["portal_key"] for table in wh.texts(paper.id, *july) for row in table.to_pylist()]
    assert told == ["2"]
    assert list(wh.texts("nowhere", *july)) == []


def test_a_text_that_has_todays_tags_makes_no_row(wh: Warehouse, paper: Portal) -> None:
    rows = [observation(1, tagger_version=tagging.VERSION), observation(2)]
    (made,) = retag([pa.table(batch(rows))], paper, "again", NOON)
    assert made.schema == OBSERVATIONS.arrow()
    assert made.column("portal_key").to_pylist() == ["2"]
