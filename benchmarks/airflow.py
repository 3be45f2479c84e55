"""What Airflow costs: ``python -m benchmarks.airflow``.

Seconds to parse the DAG files with the whole registry; seconds from the command to the first row in an empty folder
(database, migration and start of Airflow included) and to the command's end; peak memory of each task's process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.common import finish, show
from crawlers.portal import load_registry
from dags.local import environment
from dags.plan import Unit
from tests.portals.server import SampleServer
from warehouse.store import Warehouse

ROOT = Path(__file__).parents[1]
PORTAL = "baosongthao"
TRIES = 3
PARSE = """
import time
import airflow.sdk
from airflow.dag_processing.dagbag import DagBag
start = time.perf_counter()
bag = DagBag(dag_folder="dags", bundle_path="dags", bundle_name="dags-folder")
assert len(bag.dags) == 4 and not bag.import_errors, bag.import_errors
print(time.perf_counter() - start)
"""
STEPS = {
    "crawl": "from dags.operators import CrawlOperator; CrawlOperator(task_id='crawl', unit=unit).execute({})",
    "transform": "open(path, 'w').write(json.dumps(tasks.transform(unit)))",
    "load": "tasks.load(json.load(open(path)))",
}
PRELUDE = "import json, sys; from dags import tasks; unit, path = json.loads(sys.argv[1]), sys.argv[2]; "


def main() -> int:
    """Measure, print, compare with the floors."""
    os.environ["TINTINH_PORTALS"] = environment.registry()
    with tempfile.TemporaryDirectory() as folder:
        parse = min(parse_seconds(Path(folder)) for _ in range(TRIES))
        first, total = harvest_seconds(Path(folder) / "harvest")
        memory = peaks(Path(folder) / "tasks")
    portals = len(load_registry())
    rows = [("portals in the registry", portals), ("parse of the DAG files, s", parse)]
    rows += [("first row after, s", first), ("harvest of two days, s", total)]
    rows += [(f"peak memory of {name}, MB", value) for name, value in memory.items()]
    show("Airflow", ("figure", "value"), rows)
    figures = {"portals": portals, "parse_seconds": round(parse, 3), "first_row_seconds": round(first, 1)}
    figures |= {"harvest_seconds": round(total, 1)}
    return finish("airflow", {**figures, **{f"{name}_megabytes": round(value) for name, value in memory.items()}})


def parse_seconds(home: Path) -> float:
    """One parse of every DAG file in a fresh process, Airflow's own import apart."""
    done = subprocess.run(
        [sys.executable, "-c", PARSE], cwd=ROOT, env=_env(home), capture_output=True, text=True, check=True
    )
    return float(done.stdout.splitlines()[-1])


def harvest_seconds(home: Path) -> tuple[float, float]:
    """Seconds from the command to the first committed row and to its end, in an empty folder."""
    command = [sys.executable, "-m", "dags.local.harvest", "--portal", PORTAL, "--from", "2025-06-28"]
    start, first = time.perf_counter(), 0.0
    with subprocess.Popen(
        [*command, "--to", "2025-06-29"], cwd=ROOT, env=_env(home), stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            if not first and (home / "warehouse").exists() and Warehouse.open(home / "warehouse").snapshot():
                first = time.perf_counter() - start
            time.sleep(0.2)
    if process.returncode or not first:
        raise RuntimeError(f"the harvest failed with exit code {process.returncode}")
    return first, time.perf_counter() - start


def peaks(home: Path) -> dict[str, float]:
    """Peak resident memory of each step's process tree member, in MB, over three months of one sample portal."""
    unit = Unit(
        portal=PORTAL,
        run_id="benchmark",
        date_from="2025-05-01",
        date_to="2025-07-31",
        mode="refetch",
        scheduled=False,
        limit=None,
        dry_run=False,
    )
    home.mkdir()
    with SampleServer() as server:
        env = {**_env(home), "TINTINH_PROXY": server.proxy}
        return {name: _peak(code, unit, home, env) for name, code in STEPS.items()}


def _peak(code: str, unit: Unit, home: Path, env: dict[str, str]) -> float:
    """Highest resident memory among the step's process and its children."""
    report = "; import resource as r; print(max(r.getrusage(w).ru_maxrss for w in (r.RUSAGE_SELF, r.RUSAGE_CHILDREN)))"
    command = [sys.executable, "-c", PRELUDE + code + report, json.dumps(unit), str(home / "staged.json")]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return int(done.stdout.splitlines()[-1]) / 1024


def _env(home: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "TINTINH"))}
    folders = {"AIRFLOW_HOME": str(home / "parse"), "TINTINH_HOME": str(home)}
    return {**ours, **folders, "TINTINH_PORTALS": environment.registry()}


if __name__ == "__main__":
    sys.exit(main())
