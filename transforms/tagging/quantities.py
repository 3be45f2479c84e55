"""Numbers with units (QTY): value, range or ratio, normal unit and comparison word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from transforms.tagging import measured, vocabulary
from transforms.tagging.view import token_key

_NUMBER = r"\d{1,3}(?:\.\d{3}){1,5}(?:,\d{1,6})?|\d{1,15}(?:[,.]\d{1,6})?"
_QUANTITY = re.compile(
    rf"(?<![\w/.,+-])(?P<a>{_NUMBER})(?:(?P<mark>\s?[-/]\s?)(?P<b>{_NUMBER}))?(?P<gap>\s?)(?=[%‰°a-zđàáảãạăắằẳẵặâấầẩẫậèéẻẽẹêếềểễệ"
    r"ìíỉĩịòóỏõọôốồổỗộơớờởỡợùúủũụưứừửữựỳýỷỹỵA-ZĐ])"
)
_SCALE = re.compile(r"(?:(triệu|nghìn|ngàn|tỷ|tỉ|vạn|trăm)\s)", re.I)
_FACTORS = {"trăm": 1e2, "nghìn": 1e3, "ngàn": 1e3, "vạn": 1e4, "triệu": 1e6, "tỷ": 1e9, "tỉ": 1e9}
_RANKED = re.compile(
    r"(?<!\w)(?:năm|quý|tháng|ngày|thứ|mức độ|cấp độ|(?<!cung )(?P<grade>cấp)|khóa|số|(?-i:Điều)"
    r"|khoản|điểm|mục|chương|phần|tổ|thôn|ấp|khu phố|lớp"
    r"|phường|quận|hạng|tuổi|phòng|bài|tập|kỳ|vòng|đường|quốc lộ|tỉnh lộ|lúc"
    r"|vào|nhóm|vùng|ql|đt|covid-|loại|bảng"
    r"|chỉ đạo|đề án|chương trình|chỉ thị|quyết định|nghị quyết|nghị định|kế hoạch|dự án"
    r"|lần|tầng|ngõ|nhà|khóm|km|cung đường|khu vực|cơ sở|đội|hải đội|đại đội|tiểu đoàn|trung đoàn|lữ đoàn|sư đoàn"
    r"|quân khu|quân đoàn|binh đoàn)\s?$",
    re.I,
)
_COMPARISON = re.compile(
    r"(?<!\w)(hơn|gần|khoảng|trên|dưới|tối thiểu|tối đa|ít nhất|không quá"
    r"|tăng thêm|tăng|giảm|chừng|xấp xỉ|đạt|vượt)\s(?:\w+\s)?$",
    re.I,
)
_ROAD = re.compile(r"(?:tỉnh|quốc|huyện|hương) lộ|đường tỉnh", re.I)
HIGHEST_GRADE = 20  # "cấp 4" is a rank, "cấp 450 chứng chỉ" is not
_WORD = re.compile(r"[^\W\d_]+[²³23]?|[%‰]|°[cC]|[/,]")
_PER = re.compile(r"/(?:người|năm|tháng|ngày|ha|giờ)(?!\w)")
_PRICE = re.compile(
    r"/(?:người/tháng|người/năm|người|năm|tháng|ngày|ha|giờ|kg|tấn|tạ|m2|m²|m3|m³|km|hộ|lít|con|cây|lượt|suất|công|sào"
    r"|vụ|kWh|căn|chiếc|tuần|buổi|học sinh|cháu|mét)(?!\w)"
)
_FROM = re.compile(rf"(?<!\w)từ\s(?P<low>{_NUMBER})\s(?:đến|tới)\s$", re.I)


@dataclass(frozen=True, slots=True)
class Measured:
    """A quantity in the plain text."""

    start: int
    end: int
    value: float
    value_max: float | None
    of: float | None
    unit: str
    normal_value: float | None
    normal_unit: str | None
    comparison: str | None
    compared_with: str | None = None
    measured: str | None = None

    @property
    def norm(self) -> str | None:
        """Normal value and unit ("1900000000 VND")."""
        return None if self.normal_value is None else f"{self.normal_value:.15g} {self.normal_unit}"


@dataclass(frozen=True, slots=True)
class _Unit:
    normal: str
    factor: float
    kind: str


@cache
def _units() -> dict[tuple[str, ...], _Unit]:
    return {
        token_key(row["unit"]): _Unit(row["normal_unit"], float(row["factor"]), row["kind"])
        for row in vocabulary.rows("units.csv")
    }


@cache
def _longest_by_first() -> dict[str, int]:
    longest: dict[str, int] = {}
    for key in _units():
        longest[key[0]] = max(longest.get(key[0], 0), len(key))
    return longest


def number_value(text: str) -> float:
    """The value of a Vietnamese number: points group thousands, a comma begins the decimals."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", text):
        return float(text.replace(".", "").replace(",", "."))
    return float(text.replace(",", "."))


def _unit_at(folded: str, start: int) -> tuple[int, _Unit] | None:
    """The longest listed unit at ``start`` of the folded text."""
    words: list[tuple[str, int]] = []
    at = start
    while len(words) < 7:
        match = _WORD.match(folded, at)
        if not match:
            break
        words.append((match.group(), match.end()))
        at = match.end()
        at += at < len(folded) and folded[at] == " "
    lengths = sorted(range(1, len(words) + 1), key=lambda n: (not _classifies(words, n), -n))
    for length in lengths:
        unit = _units().get(tuple(word for word, _ in words[:length]))
        end = words[length - 1][1]
        if unit and not (end < len(folded) and folded[end].isalnum()):
            return end, unit
    return None


def _is_person(words: list[tuple[str, int]]) -> bool:
    """Whether the words are one noun for people that only begins like a classifier: "4 viên chức"."""
    unit = _units().get(tuple(word for word, _ in words[:2]))
    return unit is not None and unit.normal == "person" and (words[1][0],) not in _units()


def _classifies(words: list[tuple[str, int]], length: int) -> bool:
    """A classifier ends the quantity: "160 hộ" of "160 hộ nghèo"."""
    unit = _units().get(tuple(word for word, _ in words[:length]))
    if unit is None or unit.kind != "classifier":
        return False
    return unit.normal != "item" or not _is_person(words)


def _scaled(folded: str, start: int) -> tuple[int, float]:
    match = _SCALE.match(folded, start)
    return (match.end(), _FACTORS[match.group(1)]) if match else (start, 1.0)


def _measured(plain: str, folded: str, match: re.Match[str]) -> Measured | None:
    found = _unit_at(folded, match.end())
    factor = 1.0
    if found is None or found[1].normal == "one":
        at, factor = _scaled(folded, match.end())
        better = _unit_at(folded, at) if factor > 1 else None
        found, factor = (better, factor) if better else (found, 1.0)
    if found is None or _excluded(plain, match, found[1]):
        return None
    end, unit = found
    per = (_PRICE if unit.normal == "VND" else _PER).match(plain, end)
    return _values(plain, match, per.end() if per else end, unit, factor)


def _excluded(plain: str, match: re.Match[str], unit: _Unit) -> bool:
    before = plain[max(0, match.start() - 14) : match.start()]
    if "\n" in match.group("gap") or _ROAD.match(plain, match.end()):
        return True
    if unit.kind == "measure":
        bare_letter = unit.normal in ("kg", "m", "W") and not match["gap"] and plain[match.end()].isupper()
        return bare_letter and plain[match.end()] not in "MK"
    year = match["b"] is None and re.fullmatch(r"(?:19|20)\d\d", match["a"]) is not None
    rank = _RANKED.search(before)
    ranked = rank is not None and not (rank["grade"] and number_value(match["a"]) > HIGHEST_GRADE)
    return ranked or (year and before.rstrip().lower().endswith(("năm", "/", "-"))) or not match["gap"]


def _values(plain: str, match: re.Match[str], end: int, unit: _Unit, factor: float) -> Measured:
    low = number_value(match["a"])
    high = number_value(match["b"]) if match["b"] else None
    ratio = high is not None and "/" in match["mark"]
    comparison = _COMPARISON.search(plain[max(0, match.start() - 22) : match.start()])
    start = _FROM.search(plain, max(0, match.start() - 30), match.start()) if high is None else None
    if start:
        low, high = number_value(start["low"]), low
    return Measured(
        match.start(),
        end,
        low,
        high if not ratio else None,
        high if ratio else None,
        plain[match.end() : end],
        low * factor * unit.factor,
        unit.normal,
        comparison.group(1).lower() if comparison else None,
        measured.base(plain, end),
        measured.phrase(plain, match.start(), match.end(), end, unit.kind != "measure"),
    )


def find(plain: str, folded: str) -> Iterator[Measured]:
    """Quantities of the plain text in order."""
    for match in _QUANTITY.finditer(plain):
        found = _measured(plain, folded, match)
        if found:
            yield found
