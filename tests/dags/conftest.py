"""Airflow for tests: a state folder of its own, SQLite, DAG runs executed in this process.

The environment is set while this file is imported, before anything imports Airflow.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DEFAULTS: dict[str, dict[str, Any]] = {}
HOME = Path(tempfile.mkdtemp(prefix="tintinh-airflow-"))
for name in [name for name in os.environ if name.startswith("AIRFLOW")]:
    del os.environ[name]
os.environ.update(
    AIRFLOW_HOME=str(HOME),
    AIRFLOW__CORE__DAGS_FOLDER=str(ROOT / "dags"),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{HOME}/airflow.db",
    AIRFLOW__LOGGING__BASE_LOG_FOLDER=str(HOME / "logs"),
    AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
    TINTINH_PORTALS=f"{ROOT}/crawlers/portals:{ROOT}/tests/portals/registry",
)


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def dagbag() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=str(ROOT / "dags"), bundle_path=ROOT / "dags", bundle_name="dags-folder")


@pytest.fixture(scope="session")
def database() -> None:
    from airflow.utils import db

    db.initdb()


@pytest.fixture
def run_dag(database: None, dagbag: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs a DAG in this process; dag.test() has no argument for the partition key, so it is put in on the way."""
    from airflow.serialization.definitions.dag import SerializedDAG

    create = SerializedDAG.create_dagrun
    # A run in this process leaves its values behind as defaults of the next: every run states them all.
    defaults = DEFAULTS or {name: dag.params.dump() for name, dag in dagbag.dags.items()}
    DEFAULTS.update(defaults)

    def go(dag_id: str, key: str | None = None, **conf: Any) -> Any:
        dag = dagbag.dags[dag_id]
        with monkeypatch.context() as patch:
            patch.setattr(
                SerializedDAG, "create_dagrun", lambda self, **kw: create(self, **{**kw, "partition_key": key})
            )
            return dag.test(logical_date=None, run_conf={**defaults[dag_id], **conf})

    return go
