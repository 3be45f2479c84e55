"""Tagging against the hand-annotated gold: floors that were reached, so that no change loses what was won."""

from __future__ import annotations

import json

import pytest

from benchmarks import tagging as benchmark
from transforms.numbers import parse_number

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(benchmark.data_folder() is None, reason="TINTINH_DATA is absent: no gold to measure against"),
]


@pytest.fixture(scope="module")
def figures():
    return benchmark.measure_entities() | benchmark.measure_topics() | benchmark.measure_places()


@pytest.mark.parametrize(
    ("figure", "floor"),
    [
        ("seeds_names_f1", 0.955),
        ("development_names_f1", 0.95),
        ("development_org_f1", 0.95),
        ("development_role_f1", 0.93),
        ("development_doc_f1", 0.97),
        ("development_date_f1", 0.97),
        ("development_qty_f1", 0.95),
        ("seeds_offices", 0.95),
        ("development_offices", 0.92),
        ("plan_citations", 1.0),
        ("place_levels", 0.95),
        ("topics_primary", 0.82),
        ("topics_micro_f1", 0.76),
    ],
)
def test_quality_stays_at_what_was_reached(figures, figure, floor):
    assert figures[figure] >= floor


def test_no_more_than_one_place_in_a_hundred_is_put_into_the_wrong_province(figures):
    assert figures["wrong_provinces"] <= 0.01


def test_every_number_of_the_real_document_list_is_normalised():
    path = benchmark.data_folder() / "hanoi" / "documents_gold.jsonl"
    written = [json.loads(line)["so_ky_hieu"] for line in path.read_text(encoding="utf-8").splitlines()]
    numbers = [parse_number(raw) for raw in written]
    assert len(numbers) == 360
    assert all(number is not None for number in numbers)
    again = [parse_number(number.number) for number in numbers]
    assert [number.number for number in again] == [number.number for number in numbers]
    assert all(number.repair is None for number in again)
