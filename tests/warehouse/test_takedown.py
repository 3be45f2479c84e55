"""A takedown reaches every table, every later load and release, and nothing else."""

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.factory import NOON, batch, identity, observation, portals, run, table
from warehouse import takedown
from warehouse.__main__ import main
from warehouse.doctor import examine
from warehouse.releases import ReleaseError, freeze
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
    assert "http://baosongthao.test/tin/ba-███-████-███-gap-dan-1.html" in filled.read("articles")["url"].to_pylist()


@pytest.mark.parametrize(
    "written",
    [
        "Đàm-Thuỷ-Hoà.jpg",
        "anh_Đàm_Thuỷ_Hoà.jpg",
        "DamThuyHoa.pdf",
        "#ĐàmThuỷHoà",
        "anh-dam-thuy-hoa2.jpg",
        "20250612damthuyhoa.jpg",
        "Đàm\u00a0Thuỷ\u2009Hoà",
        "Đàm\u200b Thuỷ Hoà",
        "file/%C4%91%C3%A0m-thu%E1%BB%B7-ho%C3%A0.pdf",
        "a%20%C4%90%C3%A0m%20Thu%E1%BB%B7%20Ho%C3%A0.pdf",
        "%C4%91a%CC%80m-thuy%CC%89-hoa%CC%80.html",
    ],
)
def test_a_name_is_found_however_it_is_written(written: str) -> None:
    blotter = Blotter([entry("name", NAME, "")])
    (found,) = blotter.clean(table([observation(1, text=written)]))["text"].to_pylist()
    assert "█" in found
    assert len(found) == len(written)
    assert not any(part in found.lower() for part in ("oa", "oà", "thu", "%c3"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (NAME, f"{OTHER}; Đàm-Thuỷ-Hoàng; damthuyhoang; Đàm Thủy Hoa"),
        ("Nguyễn Văn Tuấn", "ông Nguyễn Văn Tuân"),
        ("Lê An", "Clean lean; bà Lê. An ninh trật tự; Lê Anh"),
        ("Hà Minh Anh", "Ảnh: Thanh Hà - Minh Anh"),
        ("Nguyễn Văn An", "Nguyễn Văn\n\nAn Giang; Nguyễn Văn - An Giang"),
    ],
)
def test_others_are_spared(name: str, text: str) -> None:
    rows = table([observation(1, text=text)])
    assert Blotter([entry("name", name, "")]).clean(rows) is rows


def test_a_name_with_signs_in_it_is_found() -> None:
    rows = table([observation(1, text="Ông Y-Bih Aliô và bà H'Hen Niê; y-bih-alio.jpg")])
    names = [entry("name", name, "") for name in ("Y-Bih Aliô", "H'Hen Niê")]
    assert Blotter(names).clean(rows)["text"].to_pylist() == ["Ông █-███ ████ và bà █'███ ███; █-███-████.jpg"]


def test_a_list_of_thousands_of_names_is_obeyed() -> None:
    names = [entry("name", f"Nguyễn Thị {'ABCDEFGH'[n % 8]}{n // 8:x} Lượng", "") for n in range(2000)]
    cleaned = Blotter([*names, entry("name", NAME, "")]).clean(table([observation(1, text=f"Bà {NAME}.")]))
    assert cleaned["text"].to_pylist() == ["Bà ███ ████ ███."]


@given(st.lists(st.sampled_from(["Đàm", "Thuỷ", "Hòa", "Ổn", "Lý", "Ân"]), min_size=2, max_size=4), st.data())
def test_what_is_looked_for_first_is_found_wherever_the_name_is(words: list[str], data: st.DataObject) -> None:
    between = data.draw(st.sampled_from([" ", "-", "_", "\u00a0", "%20", "\n", "+"]))
    how = data.draw(st.sampled_from([str, str.lower, str.upper, quote]))
    rows = table([observation(1, text=f"Ông {between.join(map(how, words))} nói.")])
    cleaned = Blotter([entry("name", " ".join(words), "")]).clean(rows)["text"][0].as_py()
    assert cleaned.startswith("Ông █")
    assert cleaned.endswith("█ nói.")


def test_an_article_is_gone_from_every_table_and_from_what_others_link(filled: Warehouse) -> None:
    links = [{"url": observation(2)["canonical_url"] + "#binh-luan", "text": "Tin hai", "rel": "related"}]
    links += [{"url": "https://baosongthao.test/khac.html", "text": "Tin khác", "rel": "related"}]
    add(filled, "run-0", observation(9, links=links))
    asked = [entry("article", identity(1), ""), entry("article", "https://www.baosongthao.test/202506/tin-2.html/", "")]
    filled.take_down(asked)
    said = everything(filled)
    assert [each for each in (identity(1), identity(2), "tin-2.html", "Tin hai") if each in said] == []
    assert "Tin khác" in said
    assert filled.read("articles").num_rows == 2


def test_an_article_that_nobody_knows_is_listed_by_force_alone(filled: Warehouse) -> None:
    unknown = entry("article", "http://baosongthao.test/202506/tin-77.html", "")
    with pytest.raises(TakedownError, match="tin-77"):
        filled.take_down([unknown])
    assert filled.snapshot() == 1
    filled.take_down([unknown], force=True)
    again = {"url": "https://www.baosongthao.test/202506/tin-77.html/", "canonical_url": unknown.value + "#dau-trang"}
    add(filled, "run-7", observation(77) | again)
    assert identity(77) not in everything(filled)


def test_rows_in_quarantine_stay_however_often_the_list_grows(filled: Warehouse) -> None:
    add(filled, "bad", observation(4, text="Ông Lê Anh và ông Lê An.") | {"outcome": "exploded"})
    for name in ("Lê An", "Trần Thị Bưởi", "Trần Thị Cam"):
        filled.take_down([entry("name", name, "")])
    (kept,) = (Path(filled.store.root) / "quarantine").rglob("*.parquet")
    assert pq.read_table(kept, partitioning=None)["text"].to_pylist() == ["Ông Lê Anh và ông ██ ██."]


def test_rules_that_find_more_reach_what_was_looked_through_before(
    filled: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(takedown, "RULES", 1)
        earlier.setattr(Blotter, "_judged", lambda _, found: found[0])
        filled.take_down([entry("name", NAME, "")])
    assert NAME in everything(filled)
    assert main(["--warehouse", filled.store.root, "takedown", "--again"]) == 0
    assert NAME not in everything(filled).replace(OTHER, "")


def test_what_was_taken_down_is_never_stored_again(filled: Warehouse) -> None:
    filled.take_down([entry("name", NAME, ""), entry("article", identity(2), "")])
    rows = [article(4), article(5) | {"outcome": "exploded"}, observation(2)]
    staged = filled.stage([batch([row | {"run_id": "run-2"} for row in rows])], run("run-2"))
    for path in [staged.files[0].file.path, staged.quarantined[0].path]:
        said = str(pq.read_table(Path(filled.store.root) / path, partitioning=None).to_pylist())
        assert NAME not in said.replace(OTHER, "")
        assert identity(2) not in said


def test_an_older_snapshot_is_neither_released_nor_shown(filled: Warehouse) -> None:
    before = dt.datetime.fromisoformat(filled.at(1).at)
    filled.take_down([entry("name", NAME, ""), entry("article", identity(2), "")])
    with pytest.raises(ReleaseError, match="takedown"):
        freeze(filled, "old", 1)
    assert not (Path(filled.store.root) / "releases").exists()
    then = filled.as_of(before)
    assert not then.exact
    assert NAME not in str(then.read("articles").to_pylist()).replace(OTHER, "")


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
    assert (Path(filled.store.root) / "report.html").exists()
    assert main([*place, "takedown", "--article", "http://nowhere.test/"]) == 1
    assert "--force" in capsys.readouterr().err
    assert main([*place, "takedown", "--name", "Hoà"]) == 1
    assert "full name" in capsys.readouterr().err
