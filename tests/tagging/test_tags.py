"""The whole call: citations, dates, quantities, topics, offsets and odd input."""

from __future__ import annotations

import itertools
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.tagging import VERSION, Citation, Context, Mention, Quantity, Topic, tag
from transforms.tagging.tagger import LONGEST_PIECE
from warehouse import schema

HOME = Context(portal="baothu", province="lang_son", published=date(2023, 5, 4))
SAMPLE = (
    "Ngày 12/4/2023, Phó Chủ tịch UBND tỉnh Lương Bích Hạnh kiểm tra tại xã Tân Thanh, huyện Văn Lãng. "
    "Theo Kế hoạch số 45/KH-UBND ngày 02/3/2023, tỉnh bố trí hơn 1,5 tỷ đồng cho 120 hộ nghèo, đạt 14/21 chỉ tiêu."
)


def amounts(text):
    return tag(text, HOME).quantities


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        (Topic, schema.TOPIC_COLUMNS),
        (Mention, schema.MENTION_COLUMNS),
        (Citation, schema.CITATION_COLUMNS),
        (Quantity, schema.QUANTITY_COLUMNS),
    ],
)
def test_the_answer_has_the_columns_of_the_warehouse(kind, columns):
    assert {field.name for field in fields(kind)} == {column.name for column in columns}


def test_a_citation_knows_type_issuer_and_day():
    (citation,) = tag(SAMPLE, HOME).citations
    assert (citation.raw, citation.number) == ("Kế hoạch số 45/KH-UBND", "45/KH-UBND")
    assert (citation.doc_type, citation.issuer) == ("Kế hoạch", "Ủy ban nhân dân")
    assert citation.issued_date == date(2023, 3, 2)


def test_a_letter_without_symbol_counts_behind_its_type_word():
    assert [c.number for c in tag("theo công văn số 3223 và phòng số 12", HOME).citations] == ["3223"]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("ngày 12/4/2023", "2023-04-12"),
        ("ngày 02 tháng 9 năm 2021", "2021-09-02"),
        ("sáng 27/8", "--08-27"),
        ("từ tháng 3/2022", "2022-03"),
        ("trong tháng 11", "--11"),
    ],
)
def test_dates_have_an_iso_form(text, iso):
    assert [m.norm for m in tag(text, HOME).mentions if m.type == "DATE"] == [iso]


def test_a_ratio_is_no_date():
    assert [m.type for m in tag("hoàn thành 9/10 tiêu chí", HOME).mentions] == ["QTY"]


@pytest.mark.parametrize(
    ("text", "value", "normal", "unit"),
    [
        ("1,9 tỷ đồng", 1.9, 1.9e9, "VND"),
        ("12.500 đồng", 12500, 12500, "VND"),
        ("65,5ha", 65.5, 655000, "m2"),
        ("20,9 km", 20.9, 20900, "m"),
        ("85%", 85, 85, "percent"),
        ("1,2 triệu người", 1.2, 1.2e6, "person"),
        ("36 hộ nghèo", 36, 36, "household"),
        ("2.340 tấn", 2340, 2340000, "kg"),
    ],
)
def test_quantities_have_a_normal_value(text, value, normal, unit):
    (quantity,) = amounts(f"đạt {text}.")
    assert quantity.value == pytest.approx(value)
    assert quantity.normal_value == pytest.approx(normal)
    assert quantity.normal_unit == unit


def test_ranges_ratios_and_comparisons_are_kept():
    spread, ratio, more = amounts("tăng 30-50%, hoàn thành 14/21 chỉ tiêu, có hơn 300 hộ")
    assert (spread.value, spread.value_max, spread.comparison) == (30, 50, "tăng")
    assert (ratio.value, ratio.of, ratio.unit) == (14, 21, "chỉ tiêu")
    assert more.comparison == "hơn"


def test_years_and_ranks_are_no_quantities():
    assert amounts("năm 2023 huyện có tổ 5 phường 2, lớp 12 trường A, quốc lộ 4 xã B") == ()


def test_topics_name_their_terms():
    text = "Ngành y tế tiêm chủng vắc xin cho trẻ; bệnh viện tiếp nhận bệnh nhân sốt xuất huyết."
    (first, *_) = tag(text * 2, HOME).topics
    assert (first.topic, first.rank, first.method) == ("health", 1, "lexicon")
    assert {"vắc xin", "bệnh viện"} <= set(first.terms)


def test_a_text_without_evidence_has_no_topic():
    assert tag("Trời hôm nay đẹp, mọi người đi dạo.", HOME).topics == ()


def test_a_blocking_term_takes_the_shorter_one_out():
    assert all(topic.topic != "public_finance" for topic in tag("khu phi thuế quan " * 9, HOME).topics)


def test_offsets_are_those_of_the_text_as_given():
    for text in (
        SAMPLE,
        unicodedata.normalize("NFD", SAMPLE),
        SAMPLE.replace(" ", "\u00a0"),
        SAMPLE.replace(" ", "  "),
    ):
        tags = tag(text, HOME)
        assert [text[m.start : m.end] for m in tags.mentions] == [m.text for m in tags.mentions]
        kinds = [m.type for m in tags.mentions]
        assert kinds == ["DATE", "ROLE", "PER", "LOC", "LOC", "DOC", "DATE", "QTY", "QTY", "QTY"]


def test_the_same_text_gives_the_same_tags_in_every_thread():
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: tag(SAMPLE, HOME), range(40)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0].version == VERSION


def test_capitals_are_no_obstacle():
    assert [m.text for m in tag("ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN", HOME).mentions] == ["ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN"]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_no_text_makes_the_tagger_fail(text):
    tags = tag(text, HOME)
    assert all(0 <= m.start < m.end <= len(text) for m in tags.mentions)


WORDS = st.sampled_from(
    [*SAMPLE.split(), "Sở", "và", "các", "huyện", "Nguyễn", "Văn", ",", "-", "tỉnh", "12/4", "số", "\n"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=60))
def test_mentions_never_overlap(words):
    mentions = tag(" ".join(words), HOME).mentions
    assert all(a.end <= b.start for a, b in itertools.pairwise(mentions))


@pytest.mark.parametrize(
    "piece", [SAMPLE, "A", "Sở và ", "Nguyễn ", "các huyện A, ", "1.", "12/3/", "UBND ", "- ", "\n \n"]
)
def test_time_grows_with_the_length_only(piece):
    short, long = piece * (20_000 // len(piece)), piece * (160_000 // len(piece))
    begin = time.process_time()
    tag(short, HOME)
    middle = time.process_time()
    tag(long, HOME)
    assert time.process_time() - middle < 8 * 3 * (middle - begin) + 0.5


def test_a_text_longer_than_a_piece_keeps_its_offsets():
    text = (SAMPLE + "\n\n") * (2 * LONGEST_PIECE // len(SAMPLE))
    tags = tag(text, HOME)
    assert len(text) > LONGEST_PIECE
    assert all(text[m.start : m.end] == m.text for m in tags.mentions)
    assert len(tags.citations) == text.count("45/KH-UBND")


def test_a_text_without_any_blank_is_cut_all_the_same():
    assert tag("A" * (2 * LONGEST_PIECE + 7), HOME).mentions == ()
