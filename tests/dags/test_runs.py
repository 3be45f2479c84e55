"""Whole runs of the DAGs in this process, against the sample portals."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dags.local import rebuild
from transforms.tagging import tagger
from warehouse.settings import paths
from warehouse.store import Warehouse

DAY = "2025-06-28"


def states(run: Any) -> dict[tuple[str, str], str]:
    return {(ti.task_id, str(ti.rendered_map_index or "")): str(ti.state) for ti in run.get_task_instances()}


def test_a_day_is_loaded_rebuilt_and_reparsed_without_a_request(
    run_dag: Callable[..., Any], samples: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_dag("harvest_daily", DAY, portals=["baosongthao", "congxulang"])
    assert str(run.state) == "success", states(run)
    assert {name for task, name in states(run) if task == "portal.load"} == {"baosongthao", "congxulang"}
    warehouse = Warehouse.open()
    first = warehouse.read("articles").drop_columns(["run_id", "last_seen_at"])
    assert first.num_rows >= 1
    assert set(first["published_date"].to_pylist()) == {dt.date.fromisoformat(DAY)}
    days = {(row["portal"], str(row["day"])): row["state"] for row in warehouse.read("coverage").to_pylist()}
    assert days.keys() == {("baosongthao", DAY), ("congxulang", DAY)}

    asked = len(samples.requests)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TINTINH_WAREHOUSE", str(home / "rebuilt"))
        assert rebuild.main([]) == 0
    rebuilt = Warehouse.open(home / "rebuilt")
    assert rebuilt.read("articles").drop_columns(["run_id", "last_seen_at"]).equals(first)
    rows = {(row["portal"], str(row["day"])): row["state"] for row in rebuilt.read("coverage").to_pylist()}
    assert rows.keys() == days.keys()

    again = run_dag("harvest_daily", DAY, portals=["baosongthao", "congxulang"], mode="reparse")
    assert str(again.state) == "success", states(again)
    assert len(samples.requests) == asked
    assert {state for (task, _), state in states(again).items() if task == "portal.crawl"} == {"skipped"}
    assert warehouse.read("articles").drop_columns(["run_id", "last_seen_at"]).num_rows == first.num_rows


def test_a_day_is_tagged_anew_without_request_or_archive(
    run_dag: Callable[..., Any], samples: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(tagger, "VERSION", "an older one")
        run_dag("harvest_daily", DAY, portals=["baosongthao"])
    warehouse, asked = Warehouse.open(), len(samples.requests)
    assert set(warehouse.read("articles")["tagger_version"].to_pylist()) == {"an older one"}
    shutil.rmtree(paths().archive)
    run = run_dag("harvest_daily", DAY, portals=["baosongthao"], mode="retag")
    assert str(run.state) == "success", states(run)
    assert len(samples.requests) == asked
    assert set(warehouse.read("articles")["tagger_version"].to_pylist()) == {tagger.VERSION}


def test_a_dead_portal_turns_the_run_red_and_holds_nobody_back(
    run_dag: Callable[..., Any], samples: Any, home: Path
) -> None:
    samples.set("muongthanhtv.test/*", "waf")
    run = run_dag("harvest_daily", DAY, portals=["truyenhinhmuongthanh", "baosongthao"])
    by_task = states(run)
    assert str(run.state) == "failed", by_task
    assert by_task["portal.crawl", "truyenhinhmuongthanh"] == "failed"
    assert by_task["portal.load", "baosongthao"] == "success"
    assert by_task["digest", ""] == "success"
    assert by_task["verdict", ""] == "failed"
    warehouse = Warehouse.open()
    assert set(warehouse.read("articles")["portal"].to_pylist()) == {"baosongthao"}
    ledger = {row["portal"]: row for row in warehouse.read("runs").to_pylist()}
    assert ledger["truyenhinhmuongthanh"]["state"] == "blocked"
    assert ledger["truyenhinhmuongthanh"]["reason"]
    covered = {row["portal"]: row["state"] for row in warehouse.read("coverage").to_pylist()}
    assert covered["truyenhinhmuongthanh"] == "blocked"


def test_a_dry_run_lists_its_plan_and_loads_nothing(run_dag: Callable[..., Any], samples: Any, home: Path) -> None:
    run = run_dag("harvest_daily", DAY, portals=["baosongthao"], dry_run=True)
    assert str(run.state) == "success", states(run)
    assert Warehouse.open().snapshot() is None
    assert not any("2025062" in row["url"] for row in samples.requests if "rss" not in row["url"])


def test_one_run_sweeps_a_range(run_dag: Callable[..., Any], samples: Any, home: Path) -> None:
    asked = {"from": "2025-06-26", "to": "2025-06-29"}
    run = run_dag("harvest_daily", None, portals=["baosongthao"], **asked)
    assert str(run.state) == "success", states(run)
    days = {str(day) for day in Warehouse.open().read("articles")["published_date"].to_pylist()}
    assert len(days) >= 2
    assert min(days) >= "2025-06-26"
    assert max(days) <= "2025-06-29"


def test_a_day_that_has_not_come_is_skipped(run_dag: Callable[..., Any], samples: Any, home: Path) -> None:
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=2)).date().isoformat()
    run = run_dag("harvest_daily", tomorrow, portals=["baosongthao"])
    assert str(run.state) == "success", states(run)
    assert samples.requests == []
    assert Warehouse.open().snapshot() is None


def test_curate_exports_and_release_freezes_what_was_harvested(
    run_dag: Callable[..., Any], samples: Any, home: Path
) -> None:
    run_dag("harvest_daily", DAY, portals=["baosongthao"])
    run = run_dag("curate", DAY)
    assert str(run.state) == "success", states(run)
    exported = list((home / "warehouse" / "latest" / "articles").glob("*.parquet"))
    assert exported
    assert "articles" in (home / "warehouse" / "views.sql").read_text(encoding="utf-8")
    for _ in range(2):
        assert str(run_dag("release").state) == "success"
    [manifest] = (home / "warehouse" / "releases").glob("*/manifest.json")
    assert len(manifest.parent.name) == len("2025.06")
    assert "Tuyên Quang" in (home / "warehouse" / "report.html").read_text(encoding="utf-8")


def test_upkeep_passes_on_a_sound_warehouse_and_names_a_missing_object(
    run_dag: Callable[..., Any], samples: Any, home: Path
) -> None:
    run_dag("harvest_daily", DAY, portals=["baosongthao"])
    assert str(run_dag("upkeep").state) == "success"
    Path(Warehouse.open().files("articles")[0]).unlink()
    assert str(run_dag("upkeep").state) == "failed"
