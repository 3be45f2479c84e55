"""The real department portal through Airflow: one sweep, a backfill of three days, scores above the floors."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real.harvest import DATA, ROOT, TOOLS

pytestmark = [
    pytest.mark.real,
    pytest.mark.stack,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not (DATA.is_dir() and TOOLS.is_dir()), reason=f"{DATA} or {TOOLS} is absent (TINTINH_DATA)"),
]


def test_fifteen_years_of_a_real_portal_arrive_once_and_whole(tmp_path: Path) -> None:
    unwanted = ("TINTINH_HOME", "TINTINH_ARCHIVE", "TINTINH_WAREHOUSE", "TINTINH_P", "AIRFLOW")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.real.harvest"],
        cwd=ROOT,
        env={**kept, "TINTINH_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    scores = json.loads(done.stdout.splitlines()[-1])["real"]
    assert (scores["articles once"], scores["documents once"], scores["pages_with_leak"]) == (603, 360, 0)
