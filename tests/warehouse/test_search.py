"""Words without accents and the index of words: what it finds is what the texts say."""

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import search
from warehouse.catalog import MACROS
from warehouse.words import fold, word_lists

CON = duckdb.connect()
CON.execute(MACROS)
WORDS = ["Chuyển", "đổi", "số", "ĐỔI", "so", "hoà", "hòa", "4,5", "tỷ", "UBND", "xã", "a"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
LATIN = st.characters(min_codepoint=0x20, max_codepoint=0x17F) | st.characters(
    min_codepoint=0x1EA0, max_codepoint=0x1EF9
)
LETTERS = LATIN | st.sampled_from("ơưƠƯ\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b")


def articles(rows: list[tuple[str, str]]) -> pa.Table:
    return pa.table({"title": [title for title, _ in rows], "text": pa.array([text for _, text in rows], pa.string())})


def found(parts: list[pa.Table], term: str) -> list[int]:
    rows = [row for part in parts for row in part.to_pylist() if row["term"] == term]
    assert all(row["articles"] == len(row["rows"]) for row in rows)
    return [place for row in rows for place in row["rows"]]


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=12), st.sampled_from(WORDS), st.sampled_from(WORDS))
@settings(deadline=None, max_examples=50)
def test_the_index_knows_every_word_and_pair_and_nothing_else(rows: list[tuple[str, str]], one: str, two: str) -> None:
    parts = list(search.index("2025-06", [articles(rows)]))
    for asked in (fold(one), f"{fold(one)} {fold(two)}"):
        words = asked.replace(",", " ").split()
        wanted = " ".join(words)
        said = [[f" {' '.join(fold(part).replace(',', ' ').split())} " for part in row] for row in rows]
        expected = [n for n, row in enumerate(said) if any(f" {wanted} " in part for part in row)]
        if len(words) <= 2:
            assert found(parts, wanted) == expected


def test_rows_of_later_parts_and_tables_count_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PART", 3)
    tables = [articles([(f"Tin {n}", "Chuyển đổi số")]) for n in range(4)] + [articles([("", "")] * 3)]
    parts = list(search.index("2025-06", tables))
    assert [part["part"][0].as_py() for part in parts if part.num_rows] == [0, 1]
    assert found(parts, "chuyen doi") == [0, 1, 2, 3]
    assert found(parts, "3") == [3]
    for part in parts:
        assert part["term"].to_pylist() == sorted(part["term"].to_pylist())


def test_an_article_without_a_word_is_in_no_list() -> None:
    assert [part.num_rows for part in search.index("2025-06", [articles([("", None), ("...", "!")])])] == [0]


@given(st.text(LETTERS, max_size=30))
@settings(deadline=None, max_examples=50)
def test_python_arrow_and_duckdb_fold_alike(text: str) -> None:
    by_duckdb = CON.execute("SELECT words(?)", [text]).fetchall()[0][0]
    assert word_lists(pa.array([text]))[0].as_py() == by_duckdb


def test_fold_takes_accents_and_case_and_nothing_else() -> None:
    assert fold("CHUYỂN đổi Số, Hoà Bình: 4,5 tỷ") == "chuyen doi so, hoa binh: 4,5 ty"
