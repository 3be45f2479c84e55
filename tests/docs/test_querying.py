"""What docs/querying.md and the notebooks show works as it is printed, on a warehouse of the sample portals."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.sample_warehouse import build
from warehouse.__main__ import main
from warehouse.schema import ALL_TABLES

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "querying.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```([\w-]+)\n(.*?)```", DOC, re.S)
NOTEBOOKS = {
    "news": ("by_month", "meetings", "copies", "found"),
    "directives": ("cited", "chain", "money", "silence"),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the sample warehouse in .tintinh, and this process in it."""
    folder = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("TINTINH_WAREHOUSE", "TINTINH_HOME", "TINTINH_ARCHIVE"):
            patch.delenv(name, raising=False)
        patch.setenv("TINTINH_PORTALS", f"{ROOT}/crawlers/portals:{ROOT}/tests/portals/registry")
        patch.chdir(folder)
        build(folder / ".tintinh" / "warehouse")
        yield folder


@pytest.fixture(scope="module")
def con(desk: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute((desk / ".tintinh/warehouse/latest/views.sql").read_text(encoding="utf-8"))
    return connection


def blocks(language: str) -> list[Any]:
    found = [text for name, text in BLOCKS if name == language]
    return [pytest.param(text, id=f"{language}-{number}") for number, text in enumerate(found, 1)]


def test_every_block_is_of_a_kind_that_is_tried_here() -> None:
    assert {name for name, _ in BLOCKS} == {"sh", "sql", "python", "r", "python-spark"}


@pytest.mark.parametrize("sql", blocks("sql"))
def test_sql_answers(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    assert con.sql(sql).fetchall()


@pytest.mark.parametrize("code", blocks("python"))
def test_python_answers(desk: Path, code: str) -> None:
    names: dict[str, Any] = {}
    exec(compile(code, "querying.md", "exec"), names)
    assert len(names["answer"]) > 0


@pytest.mark.parametrize(("options", "asked"), re.findall(r'python -m warehouse query (--\w+ |)"(SELECT .*)"', DOC))
def test_the_command_line_answers(
    desk: Path, capsys: pytest.CaptureFixture[str], options: str, asked: str
) -> None:
    assert main(["query", *options.split(), asked]) == 0
    assert "baosongthao" in capsys.readouterr().out


def test_search_means_the_same_in_every_snippet(con: duckdb.DuckDBPyConnection) -> None:
    by_index = con.sql("SELECT article_id FROM search_phrase('CHUYỂN ĐỔI SỐ')").fetchall()
    by_text = con.sql(
        "SELECT article_id FROM articles WHERE contains(replace(strip_accents(lower(concat_ws(' . ', title, text))), "
        "'đ', 'd'), 'chuyen doi so')"
    ).fetchall()
    assert sorted(by_index) == sorted(by_text)
    assert len(by_index) >= 5
    assert con.sql("SELECT count(*) FROM search('khong ai viet the nay bao gio')").fetchall() == [(0,)]


@pytest.mark.parametrize("code", [*blocks("r"), *blocks("python-spark")])
def test_r_and_spark_name_tables_and_columns_that_exist(desk: Path, code: str) -> None:
    tables = re.findall(r"latest/(\w+)\"", code)
    assert tables
    assert all((desk / ".tintinh/warehouse/latest" / table).is_dir() for table in tables)
    columns = {column.name for table in tables for column in ALL_TABLES[table].columns}
    named = re.findall(r"(?:F\.col\(\"(\w+)\"\)|filter\((\w+)|, (\w+) ==|select\((\w+), (\w+)\)|count\((\w+), (\w+)\))", code)
    wanted = {name for found in named for name in found if name}
    assert wanted
    assert wanted <= columns


@pytest.mark.parametrize("code", blocks("r"))
def test_r_answers(desk: Path, code: str) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    if subprocess.run(["Rscript", "-e", "library(arrow); library(dplyr)"], capture_output=True).returncode:
        pytest.skip("R is there, its packages arrow and dplyr are not")
    done = subprocess.run(["Rscript", "-e", code], cwd=desk, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "tuyen_quang" in done.stdout


@pytest.mark.parametrize("code", blocks("python-spark"))
def test_spark_answers(desk: Path, code: str) -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    names: dict[str, Any] = {}
    exec(compile(code, "querying.md", "exec"), names)
    assert names["answer"].count() > 0


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_and_answers(desk: Path, name: str) -> None:
    path = ROOT / "docs" / "notebooks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"notebook_{name}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    _, defined = module.app.run()
    empty = [answer for answer in NOTEBOOKS[name] if not len(defined[answer])]
    assert empty == []
