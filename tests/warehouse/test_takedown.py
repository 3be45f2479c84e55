"""A takedown reaches every table, every later load and release, and nothing else."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.warehouse.factory import NOON, batch, identity, observation, portals, run, table
from warehouse.__main__ import main
from warehouse.doctor import examine
from warehouse.releases import freeze
from warehouse.schema import TABLES
from warehouse.store import Warehouse
from warehouse.takedown import Blotter, TakedownError, entry

NAME = "Đàm Thuỷ Hoà"
FORMS = (NAME, "Đàm Thủy Hòa", "ĐÀM THUỶ HOÀ", "Đàm  Thuỷ\nHòa", "Dam Thuy Hoa")
OTHER = "Đàm Thuỷ Hoàng"
DAY = dt.timedelta(days=1)


def article(key: int, **values: Any) -> dict[str, Any]:
    text = f"Bản {key}: bà {NAME} gặp ông {OTHER}. " + "; ".join(FORMS)
    start = text.index(NAME)
    mentions = [
        {"type": "PER", "start": start, "end": start + len(NAME), "text": NAME, "norm": NAME, "rule": "office"},
        {"type": "PER", "start": 0, "end": 3, "text": "bà", "norm": NAME, "rule": "later"},
        {"type": "PER", "start": text.index(OTHER), "end": 40, "text": OTHER, "norm": OTHER, "rule": "office"},
    ]
    row = observation(key, text=text, author=f"{NAME}; {OTHER}", **values)
    captions = [{"text": f"Bà {FORMS[1]}", "credit": f"Ảnh: {FORMS[2]}"}]
    url = f"http://baosongthao.test/tin/ba-dam-thuy-hoa-gap-dan-{key}.html"
    tables = [[[f"{NAME}", "1"]]]
    return row | {"mentions": mentions, "captions": captions, "canonical_url": url, "url": url, "tables": tables}


def add(wh: Warehouse, run_id: str, *rows: dict[str, Any]) -> None:
    wh.commit([wh.stage([batch([row | {"run_id": run_id} for row in rows])], run(run_id))], portals())


def everything(wh: Warehouse) -> str:
    return "\n".join(str(wh.read(name).to_pylist()) for name in [*TABLES, "inventory"])


@pytest.fixture
def filled(wh: Warehouse) -> Warehouse:
    add(wh, "run-1", article(1), observation(2), observation(3, "2025-05-02"))
    return wh


def test_a_name_is_gone_from_every_table_in_every_spelling(filled: Warehouse) -> None:
    before = filled.read("articles", ["n_chars"])
    done = filled.take_down([entry("name", NAME, "asked")])
    assert done.partitions == (("tuyen_quang", "2025-06"),)
    said = everything(filled)
    assert OTHER in said
    assert [form for form in (*FORMS, "dam-thuy-hoa") if form in said.replace(OTHER, "")] == []
    assert filled.read("articles", ["n_chars"]).equals(before)
    people = filled.read("article_mentions").to_pylist()
    assert [row["text"] for row in people if row["id"] == identity(1)] == [OTHER]
    assert "http://baosongthao.test/tin/ba-xxx-xxxx-xxx-gap-dan-1.html" in filled.read("articles")["url"].to_pylist()


def test_an_article_is_gone_from_every_table(filled: Warehouse) -> None:
    filled.take_down([entry("article", identity(1), ""), entry("article", article(3)["url"], "no such address")])
    assert identity(1) not in everything(filled)
    assert filled.read("articles").num_rows == 2


def test_later_loads_and_releases_obey_and_the_past_is_removed(filled: Warehouse) -> None:
    add(filled, "bad", article(4) | {"outcome": "exploded"})
    filled.take_down([entry("name", NAME, ""), entry("article", identity(2), "")])
    add(filled, "run-2", article(5, fetched_at=NOON + DAY), observation(2, fetched_at=NOON + DAY))
    add(filled, "run-1", article(1), observation(2))
    said = everything(filled).replace(OTHER, "")
    assert NAME not in said
    assert identity(2) not in said
    examine(filled, grace=dt.timedelta(0))
    freeze(filled, "2025.06")
    for path in Path(filled.store.root).rglob("*.parquet"):
        rows = str(pq.read_table(path, partitioning=None).to_pylist()).replace(OTHER, "")
        assert NAME not in rows, path
        assert identity(2) not in rows, path


def test_the_same_load_again_changes_nothing_after_a_takedown(filled: Warehouse) -> None:
    filled.take_down([entry("name", NAME, "")])
    again = filled.commit([filled.stage([batch([article(1), observation(2), observation(3, "2025-05-02")])], run())])
    assert not again.changed
    assert not filled.take_down([entry("name", NAME, "")]).changed


def test_what_nobody_is_named_in_is_the_same_object() -> None:
    rows = table([observation(1)])
    assert Blotter([entry("name", NAME, ""), entry("article", identity(2), "")]).clean(rows) is rows


def test_a_single_word_and_nothing_are_refused() -> None:
    for value in ("Hoà", " "):
        with pytest.raises(TakedownError):
            entry("name", value, "")


def test_the_command_line_takes_down_and_lists(filled: Warehouse, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--warehouse", filled.store.root]
    assert main([*place, "takedown", "--name", NAME, "--reason", "asked"]) == 0
    assert "asked" in capsys.readouterr().out
    exported = str(pq.read_table(Path(filled.store.root) / "latest" / "articles").to_pylist())
    assert NAME not in exported.replace(OTHER, "")
    assert main([*place, "takedown", "--name", "Hoà"]) == 1
    assert "full name" in capsys.readouterr().err
