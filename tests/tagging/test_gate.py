"""Tagging keeps what it has reached; the scale can tell good from bad."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from benchmarks import gate, gold
from benchmarks import tagging as benchmark
from transforms.tagging import Context, Mention, Tags

TEXT = """# sample | lang_son | 2023-05-04
{PER Lò Văn Ín | Bí thư Huyện ủy} đến {LOC:commune xã Tân Thanh}, gặp {ORG UBND xã}; {IGN cả đoàn}.
# plain | | -
Không có ai."""


@pytest.fixture
def sample(tmp_path: Path) -> list[gold.GoldText]:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    return gold.own(tmp_path)


def found(text: gold.GoldText, *mentions: tuple[str, str], role: str | None = None) -> Tags:
    made = [
        Mention(kind, text.text.index(w), text.text.index(w) + len(w), w, "test", role=role) for kind, w in mentions
    ]
    return Tags((), tuple(made), (), (), "test")


def test_nothing_is_lost_on_our_own_gold() -> None:
    assert gate.losses("tagging_own", benchmark.courses_of_own()["tagging_own"]) == []


def test_marks_are_read_and_taken_out_of_the_text(sample: list[gold.GoldText]) -> None:
    first, second = sample
    assert first.text == "Lò Văn Ín đến xã Tân Thanh, gặp UBND xã; cả đoàn."
    assert first.context == Context(province="lang_son", published=date(2023, 5, 4))
    assert [(m.type, first.text[m.start : m.end], m.role, m.level) for m in first.marks] == [
        ("PER", "Lò Văn Ín", "Bí thư Huyện ủy", None),
        ("LOC", "xã Tân Thanh", None, "commune"),
        ("ORG", "UBND xã", None, None),
        ("IGN", "cả đoàn", None, None),
    ]
    assert (second.marks, second.context) == ((), Context())


def test_right_wrong_and_missed_mentions_are_told_apart(sample: list[gold.GoldText]) -> None:
    first = sample[0]
    tags = found(first, ("PER", "Lò Văn"), ("LOC", "xã Tân Thanh"), ("ORG", "cả đoàn"), ("LOC", "xã;"))
    counts = gold.count([first], [tags], ["PER", "LOC", "ORG"])
    assert (counts.right, counts.extra, counts.missed) == (1, 2, 2)
    assert counts.f1 == pytest.approx(2 / 6)
    assert "sample: missed PER 'Lò Văn Ín'" in counts.errors


def test_an_office_counts_only_at_the_right_person(sample: list[gold.GoldText]) -> None:
    first = sample[0]
    right = found(first, ("PER", "Lò Văn Ín"), role="Bí thư Huyện ủy")
    wrong = found(first, ("PER", "Lò Văn"), role="Bí thư Huyện ủy")
    assert [gold.offices([first], [tags]) for tags in (right, wrong)] == [1, 0]


def test_gold_of_others_is_read_from_json_lines(tmp_path: Path) -> None:
    file = tmp_path / "other.jsonl"
    entity = {
        "type": "LOC",
        "start": 0,
        "end": 6,
        "text": "Hà Nội",
        "attrs": {"level": "province", "province": "Hà Nội"},
    }
    file.write_text(
        json.dumps({"doc": "hanoi.gov.vn/1", "text": "Hà Nội mưa.", "entities": [entity]}), encoding="utf-8"
    )
    (text,) = benchmark.texts(str(file))
    assert (text.context.province, text.marks[0].level, text.marks[0].province) == ("ha_noi", "province", "Hà Nội")
    assert benchmark.measure_names(str(file), "other")["other_loc_f1"] == 1.0
    assert benchmark.measure_names(str(tmp_path / "absent.jsonl")) == {}
