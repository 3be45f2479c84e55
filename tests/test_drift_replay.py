"""A portal that breaks between two daily runs is noticed through the real crawl, transform and load."""

import json
import subprocess
import sys
from pathlib import Path


def test_ten_quiet_days_raise_no_alarm_and_three_breakages_are_noticed_within_two_runs() -> None:
    command = [sys.executable, "-m", "benchmarks.drift", "--quick"]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    assert (figures["quiet_days"], figures["breakages"], figures["false_alarms"]) == (10, 3, 0)
