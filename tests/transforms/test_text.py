"""Unicode: one normal form, one fold key, and bytes of whatever encoding."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.portals.web import encode
from transforms.text import clean, clean_lines, decode, fold, letters, nfc

SENTENCE = "Chủ tịch UBND xã Quảng Hòa đề nghị rà soát lại số hộ nghèo trước ngày 15 tháng 6."
VIETNAMESE = st.text(
    alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệòóỏõọờớởỡợùúủũụừứửữựỳýỷỹỵ ,.-0123456789"
)


def page(charset: str | None) -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">' if charset else ""
    return f"<html><head>{meta}</head><body><p>{SENTENCE * 5}</p></body></html>"


@pytest.mark.parametrize(
    ("old", "new"), [("hoà", "hòa"), ("THUỶ", "thủy"), ("khoẻ", "khỏe"), ("Hoà  Bình", "hòa bình")]
)
def test_tone_placement_case_and_spaces_do_not_matter_to_the_key(old: str, new: str) -> None:
    assert fold(old) == fold(new)


@pytest.mark.parametrize(("one", "other"), [("hoa", "hòa"), ("quý", "quy"), ("bàn", "bán"), ("cà", "cả")])
def test_different_words_keep_different_keys(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_without_accents_the_key_is_ascii() -> None:
    assert fold("Đường Nguyễn Thị Minh Khai", accents=False) == "duong nguyen thi minh khai"


def test_the_icelandic_eth_counts_as_the_vietnamese_letter() -> None:
    assert fold("QÐ-UBND") == fold("QĐ-UBND")


@given(VIETNAMESE)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(VIETNAMESE)
def test_the_key_does_not_depend_on_the_normal_form(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


@given(st.text())
def test_clean_text_is_nfc_on_one_line_without_outer_blanks(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == nfc(cleaned)
    assert cleaned == " ".join(cleaned.split())


def test_non_breaking_spaces_and_invisible_characters_go() -> None:
    assert clean("Tỉnh\u00a0lộ\u200b 342\u00ad\n mở") == "Tỉnh lộ 342 mở"


def test_lines_survive_where_they_carry_meaning() -> None:
    assert clean_lines("Số:\u00a012/KH-UBND \r\n\n  Hà Giang ") == "Số: 12/KH-UBND\nHà Giang"


def test_decomposed_pages_become_composed() -> None:
    assert decode(unicodedata.normalize("NFD", SENTENCE).encode()).text == SENTENCE


@pytest.mark.parametrize("header", [None, "windows-1258", "utf-8"])
@pytest.mark.parametrize("meta", [None, "windows-1258", "utf-8"])
def test_windows_1258_is_read_whether_declared_missing_or_wrong(header: str | None, meta: str | None) -> None:
    decoded = decode(encode(page(meta), "windows-1258"), header)
    assert SENTENCE in decoded.text
    assert decoded.encoding == "cp1258"


def test_utf8_wins_over_a_header_that_says_otherwise_and_is_reported() -> None:
    decoded = decode(page(None).encode(), "iso-8859-1")
    assert SENTENCE in decoded.text
    assert decoded.repaired


def test_one_broken_byte_does_not_make_a_page_another_encoding() -> None:
    decoded = decode(page(None).encode() + b"\xe1", "utf-8")
    assert SENTENCE in decoded.text
    assert (decoded.encoding, decoded.repaired) == ("utf-8", True)


def test_a_byte_order_mark_is_obeyed_and_removed() -> None:
    assert decode(SENTENCE.encode("utf-8-sig")).text == SENTENCE
    assert decode(SENTENCE.encode("utf-16")).text == SENTENCE


@given(st.binary())
def test_no_bytes_make_decoding_fail(body: bytes) -> None:
    assert isinstance(decode(body, "no-such-codec").text, str)


@pytest.mark.parametrize("charset", ["hex", "base64", "rot13", "punycode", "idna", "undefined", "unicode_escape", "x"])
def test_a_page_that_declares_something_that_is_no_character_set_is_read(charset: str) -> None:
    body = encode(page(charset), "windows-1258") + b"\\ud800"
    for header in (charset, None):
        assert SENTENCE in decode(body, header).text
        decode(body, header).text.encode()


def test_only_vietnamese_letters_count() -> None:
    assert letters("naïve café") == 0
    assert letters("ở đây") == 3
