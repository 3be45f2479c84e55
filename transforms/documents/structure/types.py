"""Types of documents as their heading line writes them: the 29 of Decree 30/2020/NĐ-CP (article 7), those of legal
normative acts and the Party's (Regulation 399-QĐ/TW and Guidance 36-HD/VPTW).

An official letter (công văn) has no such line: it says "V/v" below its number.
"""

from __future__ import annotations

from functools import cache

from transforms import numbers
from transforms.documents.structure.source import Line, bare

LETTER = "Công văn"
WITHOUT_ABBREVIATION = (LETTER, "Thư công")  # of the 29 types
_OTHERS = (
    "Bộ luật",
    "Thông báo kết luận",
    "Chương trình hành động",
    "Chương trình công tác",
    "Chương trình phối hợp",
    "Báo cáo chính trị",
    "Lời kêu gọi",
    "Tuyên bố",
    "Điều lệ",
    "Giấy chứng nhận",
    "Thông tri",
    "Thư công",
    "Lệnh",
)
_BROADER = {
    "Thông báo kết luận": "Thông báo",
    "Chương trình hành động": "Chương trình",
    "Chương trình công tác": "Chương trình",
    "Báo cáo chính trị": "Báo cáo",
}
_ROOM = 45  # characters that may follow the type on its line (THÔNG BÁO KẾT LUẬN CỦA CHỦ TỊCH ...)


@cache
def names() -> dict[str, str]:
    """Names of types by their line without case and marks, longest first."""
    known = {*numbers.type_names(), *_OTHERS} - {LETTER}
    return {bare(name): name for name in sorted(known, key=len, reverse=True)}


def read_type(line: Line) -> tuple[str, int] | None:
    """The type that a line in capitals names, one misread letter allowed, and the length of its words; else None."""
    if not line.shouted or len(line.plain) > 25 + _ROOM:
        return None
    words = line.bare.rstrip(" .:;,-")
    for key, name in names().items():
        if words == key or (words.startswith(key + " ") and len(words) - len(key) <= _ROOM):
            return _BROADER.get(name, name), len(key)
    for key, name in names().items():
        if len(key) > 5 and len(words) == len(key) and _misread(words, key):
            return _BROADER.get(name, name), len(key)
    spaced = _spaced(words)
    return (spaced, len(words)) if spaced else None


def _misread(words: str, key: str) -> bool:
    return sum(a != b for a, b in zip(words, key, strict=True)) == 1


def _spaced(words: str) -> str | None:
    """K Ế H O Ạ C H: a type whose letters are set apart."""
    letters = words.split()
    if len(letters) < 5 or max(map(len, letters)) > 1:
        return None
    joined = "".join(letters)
    return next((name for key, name in names().items() if key.replace(" ", "") == joined), None)
