"""Bylines: labels off, names and units kept, and no line that takes long to read."""

import time

import pytest

from transforms.bylines import is_byline, people


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Tin, ảnh: Lò Thị Mẩy", "Lò Thị Mẩy"),
        ("Bài và ảnh : Hoàng Văn Páo - Lý A Sử", "Hoàng Văn Páo; Lý A Sử"),
        ("(Tin/ảnh: Bàn Thị Xuân/Trung tâm VH-TT Nà Lươn)", "Bàn Thị Xuân; Trung tâm VH-TT Nà Lươn"),
        ("Tin tức trong ngày: Lò Thị Mẩy", "Tin tức trong ngày: Lò Thị Mẩy"),
    ],
)
def test_labels_are_no_part_of_a_name(line: str, names: str) -> None:
    assert people(line) == names


@pytest.mark.parametrize("word", ["tin ", "tin,", "bài và ", "ảnh"])
def test_a_line_of_repeated_labels_is_read_at_once(word: str) -> None:
    started = time.perf_counter()
    people(word * 400)
    is_byline(word * 22)
    assert time.perf_counter() - started < 1
