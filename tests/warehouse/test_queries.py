"""The export, SQLite and JSON lines answer what researchers ask alike; the small form of the benchmark."""

from pathlib import Path

from benchmarks import queries


def test_export_sqlite_and_json_lines_give_the_same_rows(tmp_path: Path) -> None:
    figures = queries.measure(tmp_path, 600, 200)
    assert figures["articles"] >= 600
    assert 0 < figures["peer_articles"] < figures["articles"]
    assert {"search_without_accents_sqlite_ratio", "citation_closure_jsonl_ratio"} <= figures.keys()
    assert not list(tmp_path.glob("*.jsonl"))
