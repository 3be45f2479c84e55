"""Dictionary, views, data package, plain export and command line say what the data model says."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.warehouse.factory import NOON, batch, document, observation, portals, run
from warehouse import catalog, commit, release
from warehouse.__main__ import connect, main
from warehouse.objects import ObjectStore
from warehouse.release import KEPT, export_latest
from warehouse.releases import freeze
from warehouse.schema import COVERAGE, TABLES
from warehouse.store import Warehouse


@pytest.fixture
def filled(wh: Warehouse) -> Warehouse:
    add(wh, "run-1", observation(1), observation(2, "2025-05-02"))
    return wh


def add(wh: Warehouse, run_id: str, *rows: dict) -> None:
    wh.commit([wh.stage([batch([row | {"run_id": run_id} for row in rows])], run(run_id))], portals())


def test_the_dictionary_in_the_documentation_is_the_one_of_the_schema() -> None:
    assert catalog.main(["--check"]) == 0, "run python -m warehouse.catalog"


def test_a_dictionary_that_drifted_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "DICTIONARY", tmp_path / "docs" / "dictionary.md")
    assert catalog.main(["--check"]) == 1
    assert catalog.main([]) == 0
    assert catalog.main(["--check"]) == 0
    catalog.DICTIONARY.write_text(catalog.dictionary().replace("Publication time", "Time"), encoding="utf-8")
    assert catalog.main(["--check"]) == 1


def test_the_dictionary_describes_every_column() -> None:
    text = catalog.dictionary()
    for table in TABLES.values():
        section = text.split(f"## {table.name}\n")[1].split("\n## ")[0]
        assert all(f"| `{column.name}` |" in section for column in table.columns)


def test_plain_duckdb_reads_every_table_through_views_sql(filled: Warehouse) -> None:
    places = catalog.write_views(filled)
    con = duckdb.connect()
    con.execute(Path(places["views.sql"]).read_text(encoding="utf-8"))
    for name in TABLES:
        assert con.sql(f"SELECT count(*) FROM {name}").fetchall() == [(filled.read(name).num_rows,)]
    sql = "SELECT DISTINCT norm FROM articles JOIN article_mentions ON article_id = id WHERE type = 'LOC'"
    assert con.sql(sql).fetchall() == [(None,)]


def test_views_of_an_empty_warehouse_have_columns_and_no_rows() -> None:
    con = duckdb.connect()
    con.execute(catalog.views([], "nowhere.json"))
    for name, table in TABLES.items():
        relation = con.sql(f"SELECT * FROM {name}")
        assert list(relation.columns) == [column.name for column in table.columns]


def test_the_export_is_plain_complete_and_described(filled: Warehouse) -> None:
    add(filled, "run-2", document())
    export = export_latest(filled)
    assert export is not None
    folder = Path(filled.store.root) / "latest"
    assert folder.is_symlink()
    assert len(pd.read_parquet(folder / "articles")) == 2
    assert duckdb.sql(f"SELECT count(*) FROM '{folder}/documents/*.parquet'").fetchall() == [(1,)]
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    listed = {path for resource in package["resources"] for path in resource["path"]}
    assert listed == {str(path.relative_to(folder)) for path in folder.glob("*/*.parquet")}
    assert len((folder / "SHA256SUMS").read_text().splitlines()) == len(listed) == export.files


def test_an_export_is_sorted_for_queries_by_province(wh: Warehouse) -> None:
    add(wh, "run-1", *(observation(n, f"2025-06-{30 - n}") for n in range(9)))
    south = observation("nam", "2025-06-01", portal="baoxulang", province="lang_son")
    staged = wh.stage([batch([south])], run(portal="baoxulang"))
    wh.commit([staged], portals("baoxulang", province="lang_son"))
    export_latest(wh)
    (path,) = (Path(wh.store.root) / "latest" / "articles").glob("*.parquet")
    rows = pq.read_table(path, partitioning=None).select(["province", "published_at"]).to_pylist()
    assert len(rows) == 10
    assert rows == sorted(rows, key=lambda row: (row["province"], row["published_at"]))
    assert pq.ParquetFile(path).num_row_groups == 2


@pytest.mark.parametrize("commit", [False, True])
def test_an_export_that_somebody_tidied_away_is_made_again(filled: Warehouse, commit: bool) -> None:
    export_latest(filled)
    root = Path(filled.store.root)
    names = {path.name for path in (root / "latest" / "articles").iterdir()}
    shutil.rmtree(root / "latest" / "articles")
    if commit:
        add(filled, "run-2", observation(3))
    export = export_latest(filled)
    assert export is not None
    assert export.written >= len(names)
    assert pq.read_table(root / "latest" / "articles").num_rows == 2 + commit


def test_months_that_did_not_change_are_linked_not_written(filled: Warehouse) -> None:
    export_latest(filled)
    root = Path(filled.store.root)
    before = {path.name: path.stat().st_ino for path in (root / "latest" / "articles").iterdir()}
    add(filled, "run-2", observation(3, fetched_at=NOON))
    export = export_latest(filled)
    after = {path.name: path.stat().st_ino for path in (root / "latest" / "articles").iterdir()}
    assert export is not None
    assert 0 < export.written < export.files
    assert len(before.items() & after.items()) == 1
    assert all(name.startswith("articles-2025-06-") for name in after.keys() - before.keys())


def test_an_export_of_the_same_snapshot_writes_nothing(filled: Warehouse) -> None:
    assert export_latest(filled).written > 0
    assert export_latest(filled).written == 0


def test_an_export_that_a_newer_one_overtook_does_not_take_latest_back(
    filled: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = release._finish

    def late(store: ObjectStore, base: str, manifest: dict[str, Any]) -> None:
        monkeypatch.setattr(release, "_finish", finish)
        add(filled, "more", observation("more"))
        export_latest(filled)
        finish(store, base, manifest)

    monkeypatch.setattr(release, "_finish", late)
    export_latest(filled)
    assert (release.latest(filled.store) or {})["snapshot"] == 2
    assert len(pd.read_parquet(Path(filled.store.root) / "latest" / "articles")) == 3


def test_a_column_that_came_later_is_null_in_what_was_written_before(
    wh: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = COVERAGE.columns
    with monkeypatch.context() as earlier:
        earlier.setattr(commit, "SHAPE", "earlier")
        object.__setattr__(COVERAGE, "columns", tuple(column for column in today if column.name != "guards"))
        try:
            add(wh, "run-1", observation(1), observation(2, "2025-05-02"))
            export_latest(wh)
        finally:
            object.__setattr__(COVERAGE, "columns", today)
    add(wh, "run-2", observation(3))
    sql = "SELECT month, count(*), count(guards) FROM COVERAGE GROUP BY ALL ORDER BY month"
    live = connect(wh, sql).sql(sql).fetchall()
    assert len(live) == 1
    assert (wh.mixed("coverage"), wh.mixed("observations")) == (True, False)
    export_latest(wh)
    for text in (Path(wh.store.root, "views.sql"), Path(wh.store.root, "latest", "views.sql")):
        con = duckdb.connect()
        con.execute(text.read_text(encoding="utf-8"))
        assert con.sql(sql).fetchall() == live
        assert con.sql("SELECT count(*) FROM articles").fetchall() == [(3,)]
    with duckdb.connect(str(Path(wh.store.root, "warehouse.duckdb")), read_only=True) as con:
        assert con.sql(sql).fetchall() == live
    freeze(wh, "2025.06")


def test_old_exports_are_forgotten_but_not_at_once(filled: Warehouse) -> None:
    for number in range(KEPT + 2):
        add(filled, f"more-{number}", observation(f"more-{number}"))
        export_latest(filled)
    kept = sorted(path.name for path in (Path(filled.store.root) / "exports").iterdir())
    assert kept == [f"{number:010d}" for number in range(4, 4 + KEPT)]


def test_an_empty_warehouse_exports_nothing(wh: Warehouse) -> None:
    assert export_latest(wh) is None


def test_the_command_line_shows_status_answers_and_health(
    filled: Warehouse, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINTINH_WAREHOUSE", filled.store.root)
    assert main(["status"]) == 0
    assert "article_mentions" in capsys.readouterr().out
    assert main(["query", "SELECT month, count(*) AS news FROM articles GROUP BY month ORDER BY month"]) == 0
    assert "2025-05" in capsys.readouterr().out
    assert main(["latest"]) == 0
    assert "views.sql" in capsys.readouterr().out
    assert main(["doctor"]) == 0
    Path(filled.files("articles")[0]).unlink()
    assert main(["doctor", "--keep"]) == 1
    assert "missing" in capsys.readouterr().out


def test_a_query_of_the_live_tables_has_the_views_of_citations_and_the_macros(
    filled: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--warehouse", filled.store.root, "query"]
    assert main([*place, "SELECT fold('Chuyển ĐỔI số') AS folded, count(*) FROM citations"]) == 0
    assert "chuyen doi so" in capsys.readouterr().out
    assert main([*place, "--as-of", "2999-01-01", "SELECT count(*) AS steps FROM Document_Lineage"]) == 0


def test_what_only_an_export_has_is_asked_for_by_name(filled: Warehouse, capsys: pytest.CaptureFixture[str]) -> None:
    place, asked = (
        ["--warehouse", filled.store.root, "query"],
        "SELECT title FROM search('sua KENH muong') ORDER BY title",
    )
    assert main([*place, asked]) == 1
    assert "query --export asks the newest export" in capsys.readouterr().err
    assert main([*place, "--export", asked]) == 1
    assert "python -m warehouse latest" in capsys.readouterr().err
    export_latest(filled)
    assert main([*place, "--export", asked]) == 0
    assert "bản tin 2" in capsys.readouterr().out
    assert main([*place, "--export", "SELECT count(*) AS copies FROM article_duplicates"]) == 0


def test_an_answer_with_square_brackets_is_printed_as_it_is(
    filled: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--warehouse", filled.store.root, "query", "SELECT '[bold]Tin [/ngắn]' AS title, [1, 2] AS list"]) == 0
    assert "[bold]Tin [/ngắn]" in (shown := capsys.readouterr().out)
    assert "[1, 2]" in shown


def test_a_wrong_query_is_an_error_message_not_a_traceback(
    filled: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--warehouse", filled.store.root, "query", "SELECT titel FROM articles"]) == 1
    assert "titel" in capsys.readouterr().err
