"""Loads become visible whole, once, and where they belong."""

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.factory import NOON, PORTAL, batch, document, identity, observation, portals, run
from warehouse import staging
from warehouse.checks import CheckError
from warehouse.parquet import encode
from warehouse.plan import MOST_OBJECTS, PlanError, months_between
from warehouse.schema import OBSERVATIONS, TABLES
from warehouse.snapshots import SnapshotError
from warehouse.store import Commit, Staged, Warehouse

DAY = dt.timedelta(days=1)


def load(wh: Warehouse, rows: list[dict[str, Any]], run_id: str = "run-1", **values: Any) -> Commit:
    rows = [row | {"run_id": run_id} for row in rows]
    return wh.commit([wh.stage([batch(rows)], run(run_id, **values))], portals())


def objects(wh: Warehouse) -> set[str]:
    return {entry.key for entry in wh.store.entries("data")}


def test_an_absent_warehouse_is_empty_and_reading_creates_nothing(wh: Warehouse) -> None:
    assert wh.snapshot() is None
    assert wh.history() == []
    for name, table in TABLES.items():
        assert wh.read(name).schema.equals(table.arrow(), check_metadata=True)
    assert not Path(wh.store.root).exists()


def test_a_load_is_invisible_until_it_is_committed(wh: Warehouse) -> None:
    staged = wh.stage([batch([observation(1)])], run())
    assert wh.snapshot() is None
    assert wh.read("articles").num_rows == 0
    wh.commit([staged], portals())
    assert wh.read("articles").num_rows == 1


def test_a_commit_fills_every_table_and_says_how_many_rows(wh: Warehouse) -> None:
    done = load(wh, [observation(1), observation(2), document()])
    assert (done.snapshot, done.changed) == (1, True)
    rows = {name: wh.read(name).num_rows for name in TABLES if name != "portals"}
    assert {name: number for name, number in rows.items() if number} == dict(done.tables)
    assert done.tables["article_mentions"] == 6
    assert wh.read("portals")["portal"].to_pylist() == [PORTAL]


def test_the_same_load_twice_gives_the_same_objects_and_no_new_snapshot(wh: Warehouse) -> None:
    load(wh, [observation(1), document()])
    before = objects(wh)
    again = load(wh, [observation(1), document()])
    assert (again.snapshot, again.changed, again.tables) == (1, False, {})
    assert objects(wh) == before


def test_the_order_of_batches_does_not_change_the_bytes(tmp_path: Path) -> None:
    rows = [observation(n, f"2025-0{5 + n % 2}-10") for n in range(12)]
    names = []
    for name, order in (("a", rows), ("b", rows[::-1])):
        wh = Warehouse.open(tmp_path / name)
        wh.commit([wh.stage([batch([row]) for row in order], run())], portals())
        names.append(objects(wh))
    assert names[0] == names[1]


def test_a_load_survives_its_journey_as_json(wh: Warehouse) -> None:
    bad = observation(2, outcome="exploded")
    staged = wh.stage([batch([observation(1), bad])], run())
    assert Staged.from_json(staged.to_json()) == staged
    assert len(staged.to_json()) < 2000


def test_a_rerun_replaces_what_its_first_attempt_committed(wh: Warehouse) -> None:
    load(wh, [observation(1), observation(2, "2025-05-03")])
    done = load(wh, [observation(1), observation(3)])
    titles = wh.read("articles")["title"].to_pylist()
    assert {title[-1] for title in titles} == {"1", "3"}
    assert ("tuyen_quang", "2025-05") in done.partitions
    assert wh.read("runs").num_rows == 1


def test_a_late_item_rewrites_only_the_partition_it_belongs_to(wh: Warehouse) -> None:
    load(wh, [observation(1)], "run-1")
    load(wh, [observation(2, "2025-05-20")], "run-2", first="2025-05-20")
    load(wh, [observation(3, "2025-04-02")], "run-3", first="2025-04-02")
    before = {month: wh.read("articles", month=month) for month in ("2025-04", "2025-05")}
    late = load(wh, [observation(4, "2025-04-09")], "run-4", first="2025-06-28")
    assert set(late.partitions) == {("tuyen_quang", "2025-04"), ("tuyen_quang", "2025-06")}
    assert wh.read("articles", month="2025-05").equals(before["2025-05"])
    assert wh.read("articles", month="2025-04").num_rows == before["2025-04"].num_rows + 1


def test_an_item_stays_in_the_month_where_it_was_filed_first(wh: Warehouse) -> None:
    load(wh, [observation(1, "2025-06-30")], "run-1")
    moved = observation(1, "2025-07-01", text="Sửa ngày đăng.", fetched_at=NOON + 4 * DAY)
    load(wh, [moved, observation(2, "2025-07-01")], "run-2", first="2025-07-01")
    rows = wh.read("articles", ["article_id", "month", "version", "published_date"]).to_pylist()
    assert [(row["month"], row["version"]) for row in rows] == [("2025-06", 2), ("2025-07", 1)]
    assert rows[0]["published_date"] == dt.date(2025, 7, 1)
    assert wh.read("observations", month="2025-06").num_rows == 2


@pytest.mark.parametrize("first", [{"outcome": "timeout"}, {"outcome": "not_article"}, {"day": None}])
def test_an_item_without_a_date_moves_to_the_month_of_its_first_dated_reading(
    wh: Warehouse, first: dict[str, Any]
) -> None:
    guess = observation(1, **first) | {"month": "2025-07"}
    load(wh, [guess, observation(2, "2025-07-02")], "run-1", first="2025-07-03")
    dated = observation(1, "2025-06-28", fetched_at=NOON + 9 * DAY)
    moved = load(wh, [dated], "run-2", first="2025-06-28")
    rows = wh.read("articles", ["month", "article_id"]).to_pylist()
    assert rows == [{"month": "2025-06", "article_id": dated["id"]}, {"month": "2025-07", "article_id": identity(2)}]
    seen = wh.read("observations", ["month", "id", "run_id"]).sort_by([("month", "ascending"), ("run_id", "ascending")])
    seen = seen.to_pylist()
    assert [row["run_id"] for row in seen if row["id"] == dated["id"]] == ["run-1", "run-2"]
    assert [row["month"] for row in seen] == ["2025-06", "2025-06", "2025-07"]
    assert {("tuyen_quang", "2025-06"), ("tuyen_quang", "2025-07")} <= set(moved.partitions)
    assert wh.inventory(PORTAL).num_rows == 2


def test_loads_that_moved_are_known_and_replaced_like_others(wh: Warehouse) -> None:
    guess = observation(1, outcome="timeout", run_id="run-1") | {"month": "2025-07"}
    load(wh, [guess], "run-1", first="2025-07-03")
    load(wh, [observation(1, "2025-06-28", fetched_at=NOON + 9 * DAY)], "run-2", first="2025-06-28")
    assert not load(wh, [guess], "run-1", first="2025-07-03").changed
    load(wh, [guess | {"reason": "again"}], "run-1", first="2025-07-03")
    seen = wh.read("observations", ["month", "run_id", "reason"]).sort_by("run_id").to_pylist()
    assert seen == [
        {"month": "2025-06", "run_id": "run-1", "reason": "again"},
        {"month": "2025-06", "run_id": "run-2", "reason": None},
    ]


def test_an_item_of_two_loads_of_one_commit_lies_in_one_month(wh: Warehouse) -> None:
    guess = observation(1, outcome="timeout", run_id="run-1") | {"month": "2025-07"}
    dated = observation(1, "2025-06-28", run_id="run-2", fetched_at=NOON + DAY)
    later = observation(1, "2025-07-01", run_id="run-3", fetched_at=NOON + 2 * DAY)
    staged = [wh.stage([batch([row])], run(row["run_id"])) for row in (guess, dated, later)]
    wh.commit(staged, portals())
    assert wh.read("observations")["month"].to_pylist() == ["2025-06"] * 3
    assert wh.read("articles").num_rows == 1


def test_a_month_that_a_replaced_load_leaves_empty_is_empty(wh: Warehouse) -> None:
    load(wh, [observation(1, "2025-04-03")], "run-1", first="2025-06-27", mode="reparse")
    load(wh, [], "run-1", first="2025-06-27", mode="reparse")
    assert wh.read("observations").num_rows == wh.read("articles").num_rows == 0
    assert wh.read("runs")["run_id"].to_pylist() == ["run-1"]


def test_a_run_that_is_run_again_for_other_days_leaves_no_day_behind(wh: Warehouse) -> None:
    load(wh, [], "run-1", first="2025-01-20")
    load(wh, [], "run-2", first="2025-04-10")
    load(wh, [], "run-2", first="2025-01-22")
    days = wh.read("coverage", ["day", "run_id"]).to_pylist()
    assert [(row["day"].isoformat(), row["run_id"]) for row in days] == [
        ("2025-01-20", "run-1"),
        ("2025-01-21", None),
        ("2025-01-22", "run-2"),
    ]
    assert wh.read("runs").num_rows == 2


def test_a_reparse_inside_a_gap_hides_no_part_of_it(wh: Warehouse) -> None:
    load(wh, [], "run-1", first="2025-01-31")
    load(wh, [], "again", first="2025-03-05", mode="reparse")
    load(wh, [], "run-2", first="2025-04-01")
    gap = wh.read("coverage", ["day", "state"], month="2025-02").to_pylist()
    assert [row["state"] for row in gap] == ["not_run"] * 28


def test_many_small_observation_objects_become_one(wh: Warehouse) -> None:
    for number in range(MOST_OBJECTS + 2):
        load(wh, [observation(number)], f"run-{number:03d}")
    assert len(wh.files("observations")) <= 2
    assert wh.read("articles").num_rows == MOST_OBJECTS + 2
    again = load(wh, [observation(3)], "run-003")
    assert not again.changed
    load(wh, [observation(3, text="Thay hẳn nội dung.")], "run-003")
    assert wh.read("observations").num_rows == MOST_OBJECTS + 2
    assert "Thay hẳn nội dung." in wh.read("articles")["text"].to_pylist()


def test_one_commit_carries_the_loads_of_many_portals(wh: Warehouse) -> None:
    other = {"portal": "baoxulang", "province": "lang_son"}
    first = wh.stage([batch([observation(1)])], run())
    second = wh.stage([batch([observation(2, **other)])], run(portal="baoxulang"))
    registry = pa.concat_tables([portals(), portals("baoxulang", province="lang_son")])
    assert wh.commit([first, second], registry).snapshot == 1
    assert wh.read("articles", province="lang_son")["portal"].to_pylist() == ["baoxulang"]
    assert wh.read("articles").num_rows == 2


def test_an_earlier_snapshot_reads_as_it_was(wh: Warehouse) -> None:
    load(wh, [observation(1)], "run-1")
    load(wh, [observation(1, text="Sửa.", fetched_at=NOON + DAY), observation(2)], "run-2")
    assert wh.read("articles", snapshot=1)["version"].to_pylist() == [1]
    assert sorted(wh.read("articles")["version"].to_pylist()) == [1, 2]
    assert [entry["runs"] for entry in wh.history()] == [["run-2"], ["run-1"]]
    with pytest.raises(SnapshotError, match="no snapshot 7"):
        wh.read("articles", snapshot=7)


def test_plain_readers_need_the_file_list_alone(wh: Warehouse) -> None:
    load(wh, [observation(1), observation(2, "2025-05-02")])
    files = wh.files("articles")
    assert duckdb.read_parquet(files).count("*").fetchall() == [(2,)]
    assert len(pd.read_parquet(files, partitioning=None)) == 2
    assert sum(pq.read_table(file, partitioning=None).num_rows for file in files) == 2
    metadata = pq.read_schema(files[0]).field("published_at").metadata
    assert metadata[b"description"].decode() == "Publication time, UTC"


def test_the_inventory_tells_a_crawl_what_it_needs(wh: Warehouse, tmp_path: Path) -> None:
    load(wh, [observation(1, etag='"a1"'), observation(2, outcome="gone")], "run-1")
    load(wh, [observation(2, outcome="gone", fetched_at=NOON + DAY)], "run-2")
    known = {row["portal_key"]: row for row in wh.inventory(PORTAL).to_pylist()}
    assert (known["1"]["etag"], known["1"]["last_outcome"], known["1"]["gone_count"]) == ('"a1"', "ok", 0)
    assert (known["2"]["content_hash"], known["2"]["last_outcome"], known["2"]["gone_count"]) == (None, "gone", 2)
    written = wh.write_inventory(PORTAL, tmp_path / "state" / "inventory.parquet")
    assert pq.read_table(written).num_rows == 2
    assert wh.inventory("portal_la").num_rows == 0


def test_pointers_lead_to_the_archived_bytes_of_the_asked_days(wh: Warehouse) -> None:
    rows = [observation(1), observation(2, "2025-06-20"), observation(3, outcome="timeout")]
    load(wh, [*rows, observation(4, None, published_date=None)])
    asked = wh.pointers(PORTAL, dt.date(2025, 6, 27), dt.date(2025, 6, 27))
    assert {row["portal_key"] for row in asked} == {"1", "4"}  # 4 is undated and was first seen that day
    assert asked[0]["warc_offset"] == 1000
    assert len(wh.pointers(PORTAL, dt.date(2025, 6, 1), dt.date(2025, 6, 30))) == 3


def test_a_page_that_answered_unchanged_is_read_again_from_where_it_was_archived(wh: Warehouse) -> None:
    load(wh, [observation(1)], "run-1")
    load(wh, [observation(1, outcome="unchanged", fetched_at=NOON + DAY)], "run-2")
    assert [row["warc_file"] for row in wh.pointers(PORTAL, dt.date(2025, 6, 27), dt.date(2025, 6, 27))] == [
        f"{PORTAL}/run-1/part-000.warc.gz"
    ]


def test_a_page_that_could_not_be_read_stays_within_reach_after_a_fetch_that_failed(wh: Warehouse) -> None:
    first = observation(1, outcome="not_article", warc_offset=77)
    load(wh, [first], "run-1")
    load(wh, [observation(1, outcome="timeout", warc_offset=88, fetched_at=NOON + DAY)], "run-2")
    found = wh.pointers(PORTAL, dt.date(2025, 6, 27), dt.date(2025, 6, 27))
    assert [(pointer["warc_file"], pointer["warc_offset"]) for pointer in found] == [
        (f"{PORTAL}/run-1/part-000.warc.gz", 77)
    ]


def test_fifteen_years_without_news_are_one_commit(wh: Warehouse) -> None:
    done = wh.commit([wh.stage([], run("sweep", "2010-01-01", "2024-12-31", expect_min=0))], portals())
    assert len(done.partitions) == 180
    coverage = wh.read("coverage", ["day", "state"])
    assert (coverage.num_rows, set(coverage["state"].to_pylist())) == (5479, {"empty_expected"})


def test_a_gap_between_two_runs_is_filled_with_not_run_in_every_month_between(wh: Warehouse) -> None:
    load(wh, [], "run-1", first="2025-03-30")
    load(wh, [], "run-2", first="2025-06-02")
    states = wh.read("coverage", ["day", "state"]).to_pylist()
    assert sum(row["state"] == "not_run" for row in states) == 63  # 31 March to 1 June
    load(wh, [], "run-3", first="2025-03-31", last="2025-06-01", expect_min=0)
    assert "not_run" not in wh.read("coverage")["state"].to_pylist()


def test_what_the_registry_newly_says_of_a_portal_reaches_every_month(wh: Warehouse) -> None:
    for day in ("2025-03-03", "2025-06-27"):
        wh.commit([wh.stage([batch([observation(day, day, run_id=day)])], run(day, day))], portals())
    registry = portals()
    place = registry.schema.get_field_index("licence")
    licensed = registry.set_column(place, registry.schema.field(place), pa.array(["CC BY 4.0"] * registry.num_rows))
    late = wh.stage([batch([observation("late", "2025-07-01", run_id="late")])], run("late", "2025-07-01"))
    assert len(wh.commit([late], licensed).partitions) >= 3
    assert wh.read("articles")["licence"].to_pylist() == ["CC BY 4.0"] * 3
    assert not wh.commit([late], licensed).changed


def test_a_load_of_an_unknown_portal_is_refused_by_name(wh: Warehouse) -> None:
    with pytest.raises(PlanError, match="baosongthao"):
        wh.commit([wh.stage([], run())])


def test_rows_of_another_run_are_refused(wh: Warehouse) -> None:
    with pytest.raises(CheckError, match="run-2"):
        wh.stage([batch([observation(1, run_id="run-2")])], run("run-1"))


def test_objects_from_before_a_column_was_added_are_read_with_nulls(
    wh: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = pa.schema([field for field in OBSERVATIONS.arrow() if field.name != "listing_day"])
    with monkeypatch.context() as before:
        before.setattr(staging, "encode", lambda rows: encode(rows.select(old.names)))
        staged = wh.stage([batch([observation(1)])], run())
    assert wh.commit([staged], portals()).tables["articles"] == 1
    load(wh, [observation(2)], "run-2")
    assert wh.read("observations", ["listing_day"])["listing_day"].to_pylist() == [None, None]
    assert wh.read("articles").num_rows == 2


def test_a_misspelt_column_or_table_is_named(wh: Warehouse) -> None:
    load(wh, [observation(1)])
    with pytest.raises(KeyError, match="titel"):
        wh.read("articles", ["titel"])
    with pytest.raises(KeyError, match="articels"):
        wh.read("articels")


def test_an_object_is_never_written_again(wh: Warehouse) -> None:
    load(wh, [observation(1)], "run-1")
    before = {path: (Path(path).stat().st_ino, Path(path).read_bytes()) for path in wh.files("articles")}
    load(wh, [observation(2)], "run-2")
    load(wh, [observation(1)], "run-1")
    assert all((Path(path).stat().st_ino, Path(path).read_bytes()) == state for path, state in before.items())


@settings(max_examples=50)
@given(st.dates(dt.date(1990, 1, 1), dt.date(2040, 1, 1)), st.integers(0, 2000))
def test_months_between_names_each_month_once(first: dt.date, length: int) -> None:
    last = first + dt.timedelta(days=length)
    expected = sorted({f"{first + dt.timedelta(days=n):%Y-%m}" for n in range(length + 1)})
    assert months_between(first, last) == expected
