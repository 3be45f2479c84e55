"""What the README tells a newcomer to type works, in its order, on an empty state folder."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("  #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.S)
    for line in block.splitlines()
]
SNIPPETS = re.findall(r"```python\n(.*?)```", README, re.S)
ELSEWHERE = {
    ".venv/bin/scrapy portal new https://baosongthao.vn/ --province tuyen_quang"
}  # tests/commands/test_docs.py
TRIED = {
    "make harvest",
    "make harvest PORTAL=baosongthao FROM=2025-06-26 TO=2025-06-29",
    "make airflow",
    "make help",
}

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]


def environment(home: Path) -> dict[str, str]:
    unwanted = ("TINTINH_", "AIRFLOW", "MAKE", "MFLAGS", "PYTEST")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return {**kept, "TINTINH_HOME": str(home)}


def make(command: str, home: Path, seconds: float = 600) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command.split(), cwd=ROOT, env=environment(home), capture_output=True, text=True, timeout=seconds
    )


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A newcomer's folder after the first `make harvest`, and what it printed."""
    folder = tmp_path_factory.mktemp("newcomer")
    done = make("make harvest", folder / ".tintinh")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


def test_every_command_of_the_readme_is_tried_here() -> None:
    assert set(COMMANDS) == TRIED | ELSEWHERE


def test_the_first_harvest_shows_what_was_loaded_queries_and_the_address(harvested: tuple[Path, str]) -> None:
    _, shown = harvested
    for portal in ("baosongthao", "truyenhinhmuongthanh", "congxulang", "huyentienyen_mau", "sotttt_mau"):
        assert re.search(rf"{portal}\s+│\s+[1-9]", shown), portal
    assert len(re.findall(r"python -m warehouse query", shown)) == 3
    assert "http://127.0.0.1:" in shown


def test_the_second_harvest_is_quick_and_changes_nothing(harvested: tuple[Path, str]) -> None:
    folder, _ = harvested
    before = sorted(path.name for path in (folder / ".tintinh" / "warehouse").rglob("*.parquet"))
    started = time.monotonic()
    for command in ("make harvest", "make harvest PORTAL=baosongthao FROM=2025-06-26 TO=2025-06-29"):
        done = make(command, folder / ".tintinh")
        assert done.returncode == 0
        assert "nothing was changed" in " ".join(done.stdout.split())
    assert time.monotonic() - started < 60
    assert sorted(path.name for path in (folder / ".tintinh" / "warehouse").rglob("*.parquet")) == before


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.split("\n")[0])
def test_the_queries_of_the_readme_answer(harvested: tuple[Path, str], snippet: str) -> None:
    folder, _ = harvested
    code = f"{snippet}\nprint('rows:', len(articles))\n"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment(folder / ".tintinh"), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.rsplit("rows: ", 1)[1]) > 0


def test_airflow_starts_says_how_to_log_in_and_stops_on_ctrl_c(harvested: tuple[Path, str]) -> None:
    folder, _ = harvested
    child = subprocess.Popen(
        ["make", "airflow"],
        cwd=ROOT,
        env=environment(folder / ".tintinh"),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert child.stdout
    lines = [child.stdout.readline() for _ in range(3)]
    os.killpg(child.pid, signal.SIGINT)  # what a terminal does on Ctrl-C
    rest, _ = child.communicate(timeout=120)
    assert "password:" in "".join(lines)
    assert "Airflow has stopped." in rest


def test_help_names_every_target_of_the_readme() -> None:
    shown = make("make help", ROOT / ".tintinh").stdout
    assert {"harvest", "airflow", "test", "check", "env"} <= set(re.findall(r"make ([a-z-]+)", shown))
