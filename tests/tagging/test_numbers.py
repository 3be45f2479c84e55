"""Numbers and symbols of documents: one key whatever the spelling."""

from __future__ import annotations

import itertools
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.numbers import find_numbers, issuer_name, parse_number

FORMS = [
    ("78/KH-UBND", "78/KH-UBND", "Kế hoạch", "UBND", None),
    ("Số: 12/2019/QĐ-TTg", "12/2019/QĐ-TTg", "Quyết định", "TTg", None),
    ("số 301 /KH - UBND", "301/KH-UBND", "Kế hoạch", "UBND", "spaces"),
    ("14/QÐ-UBND", "14/QĐ-UBND", "Quyết định", "UBND", "Ð for Đ"),
    ("09 NQ/TU", "09-NQ/TU", "Nghị quyết", "TU", "blank for separator"),
    ("25-CT/TW", "25-CT/TW", "Chỉ thị", "TW", None),
    ("25/CT-TW", "25-CT/TW", "Chỉ thị", "TW", "separator"),
    ("26-/HD/BTGTU", "26-HD/BTGTU", "Hướng dẫn", "BTGTU", "separator"),
    ("239/KHUBND", "239/KH-UBND", "Kế hoạch", "UBND", "missing separator"),
    ("33/2008QĐ-BTC", "33/2008/QĐ-BTC", "Quyết định", "BTC", "missing separator"),
    ("111/2024/QH15", "111/2024/QH15", None, "QH15", None),
    ("661/UBND-KT", "661/UBND-KT", "Công văn", "UBND", None),
    ("7/NQ-CP", "07/NQ-CP", "Nghị quyết", "CP", "leading zero"),
    ("15/2020/ND-CP", "15/2020/NĐ-CP", "Nghị định", "CP", "D for Đ"),
    ("44/QD-UBND", "44/QĐ-UBND", "Quyết định", "UBND", "D for Đ"),
    ("1168/QĐ-TTG", "1168/QĐ-TTg", "Quyết định", "TTg", "case"),
    ("23-TT/TU", "23-TT/TU", "Thông tri", "TU", None),
    ("23/2016/TT-BTTTT", "23/2016/TT-BTTTT", "Thông tư", "BTTTT", None),
    ("21/2015/TTLT-BTC-BNV", "21/2015/TTLT-BTC-BNV", "Thông tư liên tịch", "BTC-BNV", None),
    ("36a/NQ-CP", "36a/NQ-CP", "Nghị quyết", "CP", None),
    ("5/CTr-UBND", "05/CTr-UBND", "Chương trình", "UBND", "leading zero"),
]


@pytest.mark.parametrize(("raw", "key", "kind", "issuer", "repair"), FORMS)
def test_every_spelling_of_a_number_gives_one_key(raw, key, kind, issuer, repair):
    number = parse_number(raw)
    assert number is not None
    assert (number.number, number.doc_type, number.issuer_symbol, number.repair) == (key, kind, issuer, repair)
    assert number.raw == raw


@pytest.mark.parametrize(
    "raw", ["", "12", "12/10/2024", "UBND", "24/7", "3/4 hồ sơ", "một hai", "0,5/ha", "số", "12/" * 99]
)
def test_what_is_no_number_is_refused(raw):
    assert parse_number(raw) is None


def test_the_year_is_kept_apart():
    assert parse_number("45/2016/QĐ-TTg").year == 2016
    assert parse_number("45/QĐ-TTg").year is None


def test_numbers_are_found_in_running_text_with_their_offsets():
    text = "Căn cứ Quyết định số 12/QÐ-UBND ngày 03/4/2020, Nghị quyết 09 NQ/TU và văn bản 661/UBND-KT."
    found = find_numbers(text)
    assert [one.number.number for one in found] == ["12/QĐ-UBND", "09-NQ/TU", "661/UBND-KT"]
    assert [text[one.start : one.end] for one in found] == ["12/QÐ-UBND", "09 NQ/TU", "661/UBND-KT"]


def test_dates_ratios_and_units_are_no_numbers():
    assert find_numbers("Ngày 12/10/2024, đạt 14/21 chỉ tiêu, 5 TP, 24/7, 60km/h, xe 29B-123.45, tỷ lệ 3/UBND.") == []


def test_issuers_are_named_from_their_symbol():
    assert issuer_name("BTTTT") == "Bộ Thông tin và Truyền thông"
    assert issuer_name("QH15") == "Quốc hội"
    assert issuer_name("XYZ") is None


@given(
    st.integers(1, 99999), st.sampled_from(["QĐ", "KH", "TB", "TTr", "CTr"]), st.sampled_from(["UBND", "HĐND", "STTTT"])
)
def test_a_canonical_number_is_its_own_key(number, kind, issuer):
    written = f"{number:02d}/{kind}-{issuer}"
    parsed = parse_number(written)
    assert parsed is not None
    assert (parsed.number, parsed.repair) == (written, None)


@given(st.text(max_size=80))
def test_no_text_makes_the_parser_fail_and_a_key_is_a_fixed_point(text):
    parsed = parse_number(text)
    again = parse_number(parsed.number) if parsed else None
    assert parsed is None or (again is not None and again.number == parsed.number)


@given(st.text(alphabet=string.digits + "/- QĐKHUBNDTsố.", max_size=200))
def test_found_numbers_are_in_order_and_spell_their_span(text):
    found = find_numbers(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert all(text[one.start : one.end] == one.number.raw for one in found)


@pytest.mark.parametrize(
    ("scanned", "key", "repair"),
    [
        ("Kết luận số 21-KIL/TW", "21-KL/TW", "misread symbol"),
        ("Nghị quyết số 111/2024/QHI15", "111/2024/QH15", "misread symbol"),
        ("Nghị quyết số 111/2024/QHI5", "111/2024/QH15", "misread symbol"),
        ("Nghị quyết số 1 11/2024/QH15", "111/2024/QH15", "spaces"),
        ("Nghị quyết số I1 1/2024/QH15", "111/2024/QH15", "spaces"),
        ("khoản 1 12/KH-UBND", "12/KH-UBND", None),
        ("Công văn số 12/TTr-KTTHI", "12/TTr-KTTHI", None),
    ],
)
def test_numbers_of_scans_are_read_where_only_one_reading_is_a_number(scanned, key, repair):
    (found,) = find_numbers(scanned)
    assert (found.number.number, found.number.repair) == (key, repair)
    assert scanned[found.start : found.end] == found.number.raw


@pytest.mark.parametrize("piece", ["1/", "1/A", "1-", "1/QĐ", "A&", "12 ", "1/2020/", "Ð"])
def test_reading_takes_time_in_proportion_to_the_length(piece):
    find_numbers(piece * 50_000)
    begin = time.process_time()
    find_numbers(piece * 200_000)
    assert time.process_time() - begin < 3
