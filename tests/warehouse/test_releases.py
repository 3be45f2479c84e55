"""Releases never change, prove and describe themselves; what changed between two of them is told row by row."""

import datetime as dt
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pandas as pd
import pytest

from tests.warehouse.factory import NOON, batch, document, observation, portals, run
from warehouse import releases
from warehouse.__main__ import main
from warehouse.differences import Difference, differences
from warehouse.doctor import examine
from warehouse.objects import ObjectStore
from warehouse.release import export_latest
from warehouse.releases import ReleaseError, freeze
from warehouse.schema import TABLES
from warehouse.store import Warehouse

DAY = dt.timedelta(days=1)


def add(wh: Warehouse, run_id: str, *rows: dict[str, Any], day: str = "2025-06-27") -> None:
    wh.commit([wh.stage([batch([row | {"run_id": run_id} for row in rows])], run(run_id, day))], portals())


@pytest.fixture
def filled(wh: Warehouse) -> Warehouse:
    add(wh, "run-1", observation(1), observation(2, "2025-05-02"), document())
    return wh


def released(wh: Warehouse, name: str) -> Path:
    return Path(freeze(wh, name).place)


def test_a_release_is_plain_whole_and_counted(filled: Warehouse) -> None:
    folder = released(filled, "2025.06")
    assert len(pd.read_parquet(folder / "articles")) == 2
    checked = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, capture_output=True)
    assert checked.returncode == 0, checked.stderr
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    months = {file["month"]: file["provinces"] for file in manifest["tables"]["articles"]["files"]}
    assert months == {"2025-05": {"tuyen_quang": 1}, "2025-06": {"tuyen_quang": 1}}
    for name, told in manifest["tables"].items():
        assert told["rows"] == len(pd.read_parquet(folder / name))
        assert told["rows"] or name == "article_duplicates"
    assert "release 2025.06" in (folder / "CITATION.cff").read_text() + (folder / "README.md").read_text()


def test_the_data_package_of_a_release_is_valid(filled: Warehouse) -> None:
    package = frictionless.Package(str(released(filled, "2025.06") / "datapackage.json"))
    assert list(frictionless.Package.metadata_validate(package.to_descriptor())) == []
    topics = package.get_resource("article-topics")
    assert [field.name for field in topics.schema.fields][:3] == ["province", "month", "portal"]


def test_the_croissant_metadata_of_a_release_is_valid(filled: Warehouse) -> None:
    croissant = pytest.importorskip("mlcroissant", reason="mlcroissant is in the group croissant, off by default")
    dataset = croissant.Dataset(jsonld=str(released(filled, "2025.06") / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    assert {each.id for each in dataset.metadata.record_sets} >= {"articles", "article_mentions", "coverage"}


def test_the_duckdb_files_hold_views_alone(filled: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    export_latest(filled)
    folder = released(filled, "2025.06")
    monkeypatch.chdir(folder)
    for path in (Path(filled.store.root) / "warehouse.duckdb", folder / "warehouse.duckdb"):
        with duckdb.connect(str(path), read_only=True) as connection:
            assert connection.sql("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]
            assert connection.sql("SELECT count(*) FROM articles JOIN article_mentions ON article_id = id").fetchall()
            comments = "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'articles' AND comment IS NOT NULL"
            assert connection.sql(comments).fetchall() == [(len(TABLES["articles"].columns),)]


def test_the_same_snapshot_gives_the_same_bytes_and_a_name_is_frozen_once(filled: Warehouse) -> None:
    first, second = released(filled, "2025.06"), released(filled, "copy")
    add(filled, "run-2", observation(3))
    assert freeze(filled, "2025.06").new is False
    for path in first.rglob("*.parquet"):
        assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()
    assert freeze(filled, "third", snapshot=1).rows == freeze(filled, "copy").rows
    with pytest.raises(ReleaseError, match="frozen with snapshot 1"):
        freeze(filled, "2025.06", snapshot=2)
    with pytest.raises(ReleaseError, match="cannot name"):
        freeze(filled, "../x")


def test_an_empty_warehouse_is_not_released(wh: Warehouse) -> None:
    with pytest.raises(ReleaseError, match="empty"):
        freeze(wh, "2025.06")


def test_a_name_that_is_begun_with_one_snapshot_is_not_given_to_another(
    filled: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = releases._finish

    def late(store: ObjectStore, base: str, manifest: dict[str, Any]) -> None:
        monkeypatch.setattr(releases, "_finish", finish)
        add(filled, "run-2", observation(3))
        with pytest.raises(ReleaseError, match="begun with snapshot 1"):
            freeze(filled, "2025.06", 2)
        assert freeze(filled, "2025.06").snapshot == 1
        finish(store, base, manifest)

    monkeypatch.setattr(releases, "_finish", late)
    folder = released(filled, "2025.06")
    assert len(pd.read_parquet(folder / "articles")) == 2
    checked = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, capture_output=True)
    assert checked.returncode == 0, checked.stderr


def test_a_release_answers_what_an_export_answers(filled: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(released(filled, "2025"))
    questions = ("search('SUA kenh muong')", "search_phrase('sửa kênh mương')", "citations", "document_lineage")
    with duckdb.connect("warehouse.duckdb", read_only=True) as database, duckdb.connect() as plain:
        plain.execute(Path("views.sql").read_text(encoding="utf-8"))
        for asked in questions:
            rows = plain.sql(f"SELECT count(*) FROM {asked}").fetchall()
            assert database.sql(f"SELECT count(*) FROM {asked}").fetchall() == rows
            assert rows[0][0] or asked == "document_lineage"


def test_a_release_may_be_named_by_a_year(filled: Warehouse) -> None:
    released(filled, "2024")
    add(filled, "run-2", observation(3))
    released(filled, "2025")
    assert sum(each.added for each in differences(filled, "2024", "2025") if each.table == "articles") == 1


def test_what_a_killed_release_left_is_replaced_or_removed(filled: Warehouse) -> None:
    half = Path(filled.store.root) / "releases" / "2025.06"
    (half / "articles").mkdir(parents=True)
    (half / "articles" / "articles-2025-06.parquet").write_bytes(b"half")
    (half / "articles" / "articles-1999-01.parquet").write_bytes(b"of an earlier try")
    other = half.with_name("2025.07")
    other.mkdir()
    (other / "README.md").write_text("half")
    assert len(pd.read_parquet(released(filled, "2025.06") / "articles")) == 2
    report = examine(filled, grace=dt.timedelta(0))
    assert not (other / "README.md").exists()
    assert report.healthy
    assert len(pd.read_parquet(half / "articles")) == 2


def test_the_doctor_keeps_released_snapshots(wh: Warehouse) -> None:
    add(wh, "run-0", observation(0, text="Bản đầu."))
    freeze(wh, "first")
    for number in range(1, 23):
        wh.commit([], portals(*(f"bao{n}" for n in range(number))))
    examine(wh, grace=dt.timedelta(0))
    assert 1 in {entry["snapshot"] for entry in wh.history(100)}
    assert wh.read("articles", snapshot=1)["text"].to_pylist() == ["Bản đầu."]


def test_a_difference_names_table_and_partition(filled: Warehouse) -> None:
    freeze(filled, "2025.05")
    add(filled, "run-2", observation(1, text="Bản sửa.", fetched_at=NOON + DAY), observation(3, "2025-05-09"))
    freeze(filled, "2025.06")
    for pair in (("2025.05", "2025.06"), ("1", "2"), ("1", "2025.06")):
        found = {(each.table, each.month): each for each in differences(filled, *pair)}
        assert found["articles", "2025-05"] == Difference("articles", "tuyen_quang", "2025-05", 1, 2, 1, 0, 0)
        assert found["articles", "2025-06"] == Difference("articles", "tuyen_quang", "2025-06", 1, 1, 0, 0, 1)
        assert found["article_versions", "2025-06"].added == 1
        assert found["article_mentions", "2025-05"].added == 2
        assert ("documents", "2025-06") not in found
    with pytest.raises(ReleaseError, match=r"2025\.05, 2025\.06"):
        list(differences(filled, "2025.04", "2025.06"))


def test_the_past_is_read_from_its_snapshot_or_derived_from_what_was_known(wh: Warehouse) -> None:
    for number in range(3):
        day = f"2025-06-{10 + number}"
        rows = [observation("same", "2025-06-09", text=f"Bản {number}.", fetched_at=NOON + number * DAY)]
        add(wh, f"run-{number}", *rows, observation(number, day), day=day)
    second = dt.datetime.fromisoformat(wh.at(2).at)
    assert wh.as_of(second).exact
    was = {name: wh.as_of(second).read(name) for name in TABLES}
    assert wh.as_of(second - dt.timedelta(days=9)).read("articles").num_rows == 0
    (Path(wh.store.root) / "_meta" / "snapshots" / f"{2:010d}.json.gz").unlink()
    (Path(wh.store.root) / "_meta" / "snapshots" / f"{1:010d}.json.gz").unlink()
    when = dt.datetime.fromisoformat("2025-06-12T01:00:00+00:00")  # when the second run had finished
    then = wh.as_of(when)
    assert not then.exact
    for name in set(TABLES) - {"observations"}:
        assert then.read(name).equals(was[name]), name
    assert then.read("observations").num_rows == 4
    assert then.read("articles", ["version"], month="2025-06").num_rows == 3
    assert wh.as_of(dt.date(2999, 1, 1)).read("articles").num_rows == 4
    with pytest.raises(ValueError, match="time zone"):
        wh.as_of(dt.datetime(2025, 6, 12))


def test_the_command_line_freezes_compares_and_looks_back(
    filled: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--warehouse", filled.store.root]
    assert main([*place, "release", "2025.06"]) == 0
    assert "article_mentions" in capsys.readouterr().out
    add(filled, "run-2", observation(3))
    assert main([*place, "diff", "2025.06", "2"]) == 0
    assert "2025-06" in capsys.readouterr().out
    assert main([*place, "diff", "1", "2025.06"]) == 0
    assert "hold the same" in capsys.readouterr().out
    assert main([*place, "query", "SELECT count(*) AS n FROM articles", "--as-of", "2999-01-01"]) == 0
    assert "3" in capsys.readouterr().out
    assert main([*place, "release", "a/b"]) == 1


def test_a_released_file_has_the_checksum_that_the_manifest_says(filled: Warehouse) -> None:
    folder = released(filled, "2025.06")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for told in manifest["tables"].values():
        for file in told["files"]:
            assert hashlib.sha256((folder / file["path"]).read_bytes()).hexdigest() == file["sha256"]
