"""Tagging against the hand-annotated gold: no change loses what was reached."""

from __future__ import annotations

import importlib.util
import json

import pytest

from benchmarks import gate, gold
from benchmarks import tagging as benchmark
from benchmarks.common import check_floors, data_folder, tools_folder
from transforms.numbers import parse_number

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(data_folder() is None, reason="TINTINH_DATA is absent: no gold to measure against"),
]


@pytest.fixture(scope="module")
def course():
    return benchmark.courses_of_data()["tagging_data"]


def test_nothing_is_lost_on_the_measuring_data(course):
    assert gate.losses("tagging_data", course) == []


def test_no_floor_of_quality_is_missed(course):
    assert check_floors("tagging", course.figures)[0] == []


@pytest.mark.skipif(tools_folder() is None, reason="TINTINH_TOOLS is absent: no other scorer to compare with")
def test_our_scale_agrees_with_the_scorer_of_the_data():
    spec = importlib.util.spec_from_file_location("score_entities", tools_folder() / "score_entities.py")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    texts = benchmark.texts("development")
    tags = [each.tags() for each in texts]
    rows = [json.loads(line) for line in (data_folder() / "entities/development.jsonl").read_text("utf-8").splitlines()]
    for kind in gold.TYPES:
        ours = gold.count(texts, tags, [kind])
        theirs = [
            scorer.count(
                row, [{"type": m.type, "start": m.start, "end": m.end} for m in found.mentions], kind, True, []
            )
            for row, found in zip(rows, tags, strict=True)
        ]
        assert [ours.right, ours.extra, ours.missed] == [sum(each[i] for each in theirs) for i in range(3)], kind


def test_every_number_of_the_real_document_list_is_normalised():
    path = data_folder() / "hanoi" / "documents_gold.jsonl"
    written = [json.loads(line)["so_ky_hieu"] for line in path.read_text(encoding="utf-8").splitlines()]
    numbers = [parse_number(raw) for raw in written]
    assert len(numbers) == 360
    assert all(number is not None for number in numbers)
    again = [parse_number(number.number) for number in numbers]
    assert [number.number for number in again] == [number.number for number in numbers]
    assert all(number.repair is None for number in again)
