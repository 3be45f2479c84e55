"""The DAG files: they import without a database and without heavy libraries, and look as drawn."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crawlers.portal import load_registry

ROOT = Path(__file__).parents[2]
HEAVY = ("scrapy", "pandas", "pyarrow", "trafilatura", "duckdb")
PARSE = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder="dags", bundle_path="dags", bundle_name="dags-folder")
print(json.dumps({"dags": sorted(bag.dags), "errors": bag.import_errors, "modules": sorted(sys.modules)}))
"""


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    nowhere = tmp_path_factory.mktemp("airflow")
    env = {**os.environ, "AIRFLOW_HOME": str(nowhere)}
    env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = f"sqlite:///{nowhere}/missing/none.db"
    command = [sys.executable, "-c", PARSE]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=120)
    return json.loads(done.stdout.splitlines()[-1])


def test_the_dag_files_import_without_a_database(parsed: dict[str, Any]) -> None:
    assert parsed["errors"] == {}
    assert parsed["dags"] == ["curate", "harvest_daily", "harvest_hourly", "release", "upkeep"]


def test_parsing_the_dag_files_imports_nothing_heavy(parsed: dict[str, Any]) -> None:
    assert [name for name in HEAVY if name in parsed["modules"]] == []


def test_only_dag_files_are_parsed(dagbag: Any) -> None:
    files = {Path(dag.fileloc).name for dag in dagbag.dags.values()}
    assert files == {"harvest.py", "curate.py", "release.py", "upkeep.py"}
    assert {Path(stat.file).name for stat in dagbag.dagbag_stats} == files


def test_dag_files_stay_thin() -> None:
    for name in ("curate.py", "release.py", "upkeep.py"):
        assert len((ROOT / "dags" / name).read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize("name", ["harvest_daily", "harvest_hourly", "curate", "release", "upkeep"])
def test_a_dag_survives_serialisation(dagbag: Any, name: str) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    first = DagSerialization.to_dict(dagbag.dags[name])
    again = DagSerialization.from_dict(json.loads(json.dumps(first)))
    assert sorted(again.task_ids) == sorted(dagbag.dags[name].task_ids)
    assert again.catchup is False
    assert again.timetable.summary == DagSerialization.from_dict(first).timetable.summary


@pytest.mark.parametrize("cadence", ["daily", "hourly"])
def test_a_harvest_leads_each_portal_from_crawl_to_load_and_ends_in_a_verdict(dagbag: Any, cadence: str) -> None:
    dag = dagbag.dags[f"harvest_{cadence}"]
    edges = {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks}
    assert edges == {
        "plan": ["digest", "portal.crawl", "portal.load", "portal.transform"],
        "portal.crawl": ["portal.transform"],
        "portal.transform": ["portal.load"],
        "portal.load": ["digest"],
        "digest": ["verdict"],
        "verdict": [],
    }
    rules = {task.task_id: task.trigger_rule.value for task in dag.tasks}
    assert rules["portal.transform"] == rules["digest"] == "all_done"
    assert dag.get_task("portal.crawl").pool == "crawl"


def test_a_partition_is_a_local_day_or_hour(dagbag: Any) -> None:
    import datetime as dt

    from airflow.serialization.serialized_objects import DagSerialization

    midnight = dt.datetime(2025, 6, 25, 17, tzinfo=dt.UTC)
    for name, expected in (("harvest_daily", "2025-06-26"), ("harvest_hourly", "2025-06-26T00")):
        core = DagSerialization.from_dict(DagSerialization.to_dict(dagbag.dags[name])).timetable
        start = dt.datetime(2025, 6, 26, tzinfo=dt.UTC)
        infos = list(core.iter_partition_dagrun_infos(earliest=start, latest=start))
        assert [(info.partition_key, info.partition_date) for info in infos] == [(expected, midnight)]


def test_the_form_offers_every_portal_and_rejects_unknown_ones(dagbag: Any) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    params = dagbag.dags["harvest_daily"].params
    registry = load_registry()
    assert params.get_param("portals").schema["examples"] == list(registry)
    for portal, enabled in ((p.id, p.enabled and p.cadence == "daily") for p in registry.values()):
        assert (portal in params["portals"]) == enabled
    for name, wrong in (("portals", ["nowhere"]), ("mode", "rewrite"), ("limit", 0), ("from", "26/06/2025")):
        with pytest.raises(ParamValidationError):
            params.get_param(name).resolve(wrong)


def test_every_parameter_is_described_in_vietnamese_and_english(dagbag: Any) -> None:
    params = dagbag.dags["harvest_daily"].params
    for name in params:
        param = params.get_param(name)
        assert " · " in param.schema["title"], name
        assert not param.description.isascii(), name
        assert len(param.description.split(". ")) >= 2, name


@pytest.mark.parametrize(("setting", "paused"), [("off", "True"), ("on", "None")])
def test_dags_wait_to_be_switched_on_where_nothing_is_harvested_on_schedule(
    tmp_path: Path, setting: str, paused: str
) -> None:
    code = "from dags import harvest, upkeep; print(*(d.is_paused_upon_creation for d in (harvest.hourly, upkeep.dag)))"
    env = {**os.environ, "TINTINH_SCHEDULE": setting, "AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == f"{paused} {paused}"
