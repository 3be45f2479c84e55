"""The house keeps its shape: who may import whom, how long functions are, what is documented."""

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("dags", "crawlers", "transforms", "warehouse")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))

# What a room may import of the project besides itself.
ALLOWED = {
    "dags": {"crawlers", "transforms", "warehouse", "tests.portals"},
    "crawlers": {"warehouse.schema"},
    "transforms": {
        "crawlers.portal",
        "crawlers.archive",
        "crawlers.bundles",
        "crawlers.content",
        "crawlers.families.hints",
        "warehouse.schema",
    },
    "warehouse": set(),
}
# Frameworks that stay out of a room, so that it can be used and tested without them.
FOREIGN = {
    "crawlers": {"airflow", "trafilatura", "pandas"},
    "transforms": {"airflow", "scrapy", "httpx", "requests", "socket", "urllib.request"},
    "warehouse": {"airflow", "scrapy", "trafilatura"},
}


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def under(name: str, prefixes: set[str]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def functions() -> list[tuple[str, int]]:
    found = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                where = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
                found.append((where, (node.end_lineno or node.lineno) - node.lineno + 1))
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_lower_room_never_imports_an_upper_one(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    own = {name for name in imports(path) if under(name, {*ROOMS, "tests", "benchmarks"})}
    packages = {name for name in own if any(allowed.startswith(name + ".") for allowed in ALLOWED[room])}
    wrong = {name for name in own - packages if not under(name, {room, *ALLOWED[room]})}
    assert not wrong, f"{room} imports {sorted(wrong)}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_stays_free_of_frameworks_that_are_not_its_own(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    wrong = {name for name in imports(path) if under(name, FOREIGN.get(room, set()))}
    assert not wrong, f"{room} imports {sorted(wrong)}"


def test_functions_are_short() -> None:
    lengths = sorted(length for _, length in functions())
    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.9)] <= 25
    assert [where for where, length in functions() if length > 40] == []


def test_no_file_passes_four_hundred_lines() -> None:
    long = [str(path.relative_to(ROOT)) for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 400]
    assert long == []


def test_everything_public_is_documented() -> None:
    silent = []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        nodes = [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef))]
        for node in nodes:
            name = getattr(node, "name", "module")
            if not name.startswith("_") and ast.get_docstring(node) is None:
                silent.append(f"{path.relative_to(ROOT)}: {name}")
    assert silent == []


def test_no_function_is_left_for_later() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    found = [str(path.relative_to(ROOT)) for path in MODULES if unfinished.search(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize("tool", [("ruff", "check"), ("ruff", "format", "--check"), ("mypy",)], ids=" ".join)
def test_the_code_passes(tool: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", *tool, *(["."] if tool[0] == "ruff" else [])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
