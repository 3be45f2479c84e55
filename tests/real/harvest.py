"""``python -m tests.real.harvest``: harvest the archived real portal through Airflow and score what came of it.

Needs the folder TINTINH_DATA (default ../shared/data) and its sibling TINTINH_TOOLS; says so and ends where they lack.
"""

import contextlib
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from dags.local import harvest, runs, stack
from dags.local.ports import free_port
from tests.real.scores import FLOORS, gold, score
from warehouse.store import Warehouse

ROOT = Path(__file__).parents[2]
DATA = (ROOT / os.environ.get("TINTINH_DATA", "../shared/data")).resolve() / "hanoi"
TOOLS = (ROOT / os.environ.get("TINTINH_TOOLS", "../shared/tools")).resolve()
REGISTRY = ROOT / "tests" / "real" / "registry"
PORTAL = "sotttt_hanoi"
SWEEP = runs.Request((PORTAL,), dt.date(2008, 1, 1), dt.date(2022, 12, 31))


def main() -> int:
    console = Console(width=120)
    if not (DATA.is_dir() and TOOLS.is_dir()):
        console.print(f"skipped: {DATA} and {TOOLS} are needed (set TINTINH_DATA and TINTINH_TOOLS)")
        return 0
    stack.stop_on_signals()
    home = Path(os.environ.get("TINTINH_HOME", ".tintinh")).absolute() / "real"
    shutil.rmtree(home, ignore_errors=True)
    failed = through_airflow(home, console)
    result = score(Warehouse.open(), DATA, TOOLS, home)
    for name, value in result.scores.items():
        console.print(f"{name:<28} {value:>10.4f}   floor {FLOORS.get(name, '-')}", highlight=False)
    below = result.below()
    for line in (*result.notes, *failed, *(f"below the floor: {line}" for line in below)):
        console.print(line, markup=False, soft_wrap=True)
    print(json.dumps({"real": result.scores}))
    return 1 if failed or below else 0


def through_airflow(home: Path, console: Console) -> list[str]:
    """One sweep over fifteen years, then a backfill of three single days; one line for each failure."""
    with served() as proxy:
        os.environ.update(TINTINH_HOME=str(home), TINTINH_PORTALS=str(REGISTRY), TINTINH_PROXY=proxy)
        for name in ("TINTINH_PROXY_HOSTS", "TINTINH_ARCHIVE", "TINTINH_WAREHOUSE"):
            os.environ.pop(name, None)
        with harvest.client(home, console) as api:
            failed = harvest.run(api, SWEEP, home / "archive", console)
            before = Warehouse.open().read("articles").num_rows
            failed += harvest.run(api, three_days(), home / "archive", console)
    after = Warehouse.open().read("articles").num_rows
    return failed + ([] if after == before else [f"the backfill changed the number of articles: {before} to {after}"])


def three_days() -> runs.Request:
    """Three days in a row with as many articles as possible."""
    days = [dt.date.fromisoformat(row["date"]) for row in gold(DATA, "articles") if row["date"]]
    first = max(set(days), key=lambda day: (sum(0 <= (other - day).days < 3 for other in days), day))
    return runs.Request((PORTAL,), first, first + dt.timedelta(days=2))


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The real pages behind a proxy on loopback."""
    port = free_port(8750)
    command = [sys.executable, str(TOOLS / "replay_proxy.py"), str(DATA / "portal.warc.gz"), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
