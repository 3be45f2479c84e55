"""The whole call: citations, dates, quantities, topics, offsets and odd input."""

from __future__ import annotations

import itertools
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import date

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.tagging import VERSION, Citation, Context, Mention, Quantity, Topic, tag, topics
from transforms.tagging import __main__ as command
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


@pytest.mark.parametrize(
    ("text", "measured", "base"),
    [
        ("Tỷ lệ hồ sơ đúng hạn đạt 99,2%.", "Tỷ lệ hồ sơ đúng hạn", None),
        ("Sản lượng tăng 6,5% so với cùng kỳ năm trước, giá không đổi.", "Sản lượng", "cùng kỳ năm trước"),
        ("Xã trao nhà cho 12 hộ nghèo của bản.", "hộ nghèo", None),
        ("Lũ cuốn 1,5 ha hành tím.", "hành tím", None),
        ("Đã chi 3 tỷ đồng.", None, None),
    ],
)
def test_a_quantity_knows_what_it_measures_where_the_sentence_says_it(text, measured, base):
    (quantity,) = amounts(text)
    assert (quantity.measured, quantity.compared_with) == (measured, base)


def test_a_range_in_words_has_both_ends():
    (spread,) = amounts("Mỗi xã trồng từ 30 đến 50 ha rừng.")
    assert (spread.value, spread.value_max) == (30, 50)


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("Kế hoạch số 45/KH-UBND ngày 02/3/2023 của UBND tỉnh nêu rõ.", "Ủy ban nhân dân tỉnh Lạng Sơn"),
        ("Nghị quyết số 05/NQ-HĐND của HĐND huyện Văn Lãng.", "Hội đồng nhân dân huyện Văn Lãng"),
        ("Công văn số 3223 của Sở Y tế.", "Sở Y tế"),
        ("Kế hoạch số 45/KH-UBND của Sở Y tế.", "Ủy ban nhân dân"),
        ("Nghị định số 34/2016/NĐ-CP, ngày 14 tháng 5 năm 2016 của Chính phủ.", "Chính phủ"),
    ],
)
def test_the_issuing_body_is_the_one_that_symbol_and_text_tell(text, issuer):
    (citation,) = tag(text, HOME).citations
    assert citation.issuer == issuer


def test_a_type_word_that_the_symbol_contradicts_is_flagged():
    wrong, right, general = tag(
        "Quyết định số 12/KH-UBND ngày 3/4/2021, Nghị quyết số 05/2020/NQ-HĐND và văn bản số 9/TB-UBND.", HOME
    ).citations
    assert (wrong.conflict, wrong.doc_type, wrong.year) == ("Quyết định", "Kế hoạch", 2021)
    assert (right.conflict, right.year) == (None, 2020)
    assert general.conflict is None


def test_years_and_ranks_are_no_quantities():
    assert amounts("năm 2023 huyện có tổ 5 phường 2, lớp 12 trường A, quốc lộ 4 xã B") == ()


def test_topics_name_their_terms():
    text = "Ngành y tế tiêm chủng vắc xin cho trẻ; bệnh viện tiếp nhận bệnh nhân sốt xuất huyết."
    (first, *_) = tag(text * 2, HOME).topics
    assert (first.topic, first.rank, first.method) == ("health", 1, "lexicon")
    assert {"vắc xin", "bệnh viện"} <= set(first.terms)


def test_evidence_lies_where_its_term_stands_in_the_text_as_given():
    text = "Ngành y tế tiêm chủng vắc xin cho trẻ; bệnh viện tiếp nhận bệnh nhân sốt xuất huyết."
    for form in (text, unicodedata.normalize("NFD", text)):
        (topic, *_) = tag(form, HOME).topics
        found = {unicodedata.normalize("NFC", form[e.start : e.end]).lower(): e.term for e in topic.evidence}
        assert len(found) > 3
        assert all(words == term for words, term in found.items())
        assert topic.lexicon_version == topics.version()


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
    "piece",
    [
        *(SAMPLE, "A", "Sở và ", "Nguyễn ", "các huyện A, ", "1.", "12/3/", "UBND ", "- ", "\n \n"),
        *("Sở Y tế ", "Bộ Công Thương ", "UBND Sở Tài chính ", "Chi cục Sở ", "Giám đốc Sở ", "Phòng Sở Bộ "),
    ],
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


def test_a_page_shows_every_mention_and_escapes_the_text(tmp_path, capsys, monkeypatch):
    file = tmp_path / "text.txt"
    file.write_text("<b>" + SAMPLE, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["tagging", str(file), "--html", "--province", "lang_son", "--title", "Rừng & đất"])
    command.main()
    page = capsys.readouterr().out
    root = lxml.html.fromstring(page)
    marks = [mark.text_content() for mark in root.xpath("//p[not(@class)]/mark")]
    assert marks == [m.text for m in tag(SAMPLE, HOME).mentions]
    assert "&lt;b&gt;" in page
    assert "Rừng &amp; đất" in page
    assert "script" not in page


@pytest.mark.parametrize("kind", ["thôn", "xã", "huyện", "tỉnh", "khu", "đảo", "cụm công nghiệp", "sông", "tổ dân phố"])
def test_a_list_of_places_of_any_kind_is_read(kind):
    text = f"Đoàn đi qua các {kind} Nà Lươn, Khau Vai và Bản Phèo trong ngày."
    assert all(text[m.start : m.end] == m.text for m in tag(text, HOME).mentions)
