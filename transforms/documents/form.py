"""Fixed phrases of the form of official documents (Decree 30/2020/NĐ-CP), mended where recognition lost an accent.

Only a line that is such a phrase but for its accents is touched: capitals lose theirs most, and these lines decide
what a document is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from transforms.text import fold

TYPES: Final = (
    *("NGHỊ QUYẾT", "NGHỊ ĐỊNH", "QUYẾT ĐỊNH", "CHỈ THỊ", "QUY CHẾ", "QUY ĐỊNH", "THÔNG CÁO", "THÔNG BÁO", "THÔNG TƯ"),
    *("HƯỚNG DẪN", "CHƯƠNG TRÌNH", "KẾ HOẠCH", "PHƯƠNG ÁN", "ĐỀ ÁN", "DỰ ÁN", "BÁO CÁO", "BIÊN BẢN", "TỜ TRÌNH"),
    *("HỢP ĐỒNG", "CÔNG ĐIỆN", "BẢN GHI NHỚ", "BẢN THỎA THUẬN", "GIẤY ỦY QUYỀN", "GIẤY MỜI", "GIẤY GIỚI THIỆU"),
    *("GIẤY NGHỈ PHÉP", "PHIẾU GỬI", "PHIẾU CHUYỂN", "PHIẾU BÁO", "KẾT LUẬN", "CÔNG VĂN", "PHỤ LỤC", "LUẬT", "LỆNH"),
)
PHRASES: Final = (
    *TYPES,
    *("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "ĐẢNG CỘNG SẢN VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
    *("ỦY BAN NHÂN DÂN", "HỘI ĐỒNG NHÂN DÂN", "THỦ TƯỚNG CHÍNH PHỦ", "THỦ TƯỚNG", "PHÓ THỦ TƯỚNG", "BỘ TRƯỞNG"),
    *("CHỦ TỊCH", "PHÓ CHỦ TỊCH", "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG", "BÍ THƯ"),
    *("PHÓ BÍ THƯ", "TRƯỞNG BAN", "PHÓ TRƯỞNG BAN", "KT. CHỦ TỊCH", "KT. GIÁM ĐỐC", "KT. BỘ TRƯỞNG", "KT. THỦ TƯỚNG"),
    *("TM. ỦY BAN NHÂN DÂN", "TM. HỘI ĐỒNG NHÂN DÂN", "TM. CHÍNH PHỦ", "TM. BAN THƯỜNG VỤ", "TL. CHỦ TỊCH"),
    *("TUQ. CHỦ TỊCH", "Nơi nhận:", "Kính gửi:", "MỤC ĐÍCH, YÊU CẦU", "TỔ CHỨC THỰC HIỆN", "NHIỆM VỤ, GIẢI PHÁP"),
)
_TYPE_LETTERS = frozenset(fold(name, accents=False) for name in TYPES)
_BY_LETTERS = {fold(phrase, accents=False): phrase for phrase in PHRASES}
_TYPE_SPELLED = {"".join(fold(name, accents=False).split()): name for name in TYPES}
_FEWEST_LETTERS, _MOST_OF_IT = 5, 0.7  # of a type's name that are enough to know it by
_NUMBERED = re.compile(r"^[IVX]{1,4}[.,] ")
_NUMBER = re.compile(r"^S[oòóôồốổõỏọộớơ06]\s*[:;](?=.{0,30}/)")
_LETTER_SUBJECT = re.compile(r"^V\s?[/l|]\s?[VvY][.,]?\s+(?=\S)")
_SPACED_SLASH = re.compile(r"(?<=\d)\s+/\s*(?=[A-ZĐ\d])")
_FIRST_PART = re.compile(r"^[lL|1][.,] (?=[A-ZĂÂĐÊÔƠƯÀ-ÝẠ-Ỹ]{2}[A-ZĂÂĐÊÔƠƯÀ-ÝẠ-Ỹ ,]+$)")  # "I. MỤC ĐÍCH"
_ARTICLE = re.compile(r"^Điều ([\dIlSŠ§OB]{1,3})[.,](?= )")
_DIGITS = str.maketrans("IlSŠ§OB", "1155808")
_EIGHT = re.compile(r"^§(?=[.)] )")
_PART = re.compile(r"^([IVXLHUl1|]{1,5})[.,]? (?=\w{2})")
_STROKES = str.maketrans({"L": "I", "l": "I", "1": "I", "|": "I", "H": "II", "U": "II"})
_PARTS = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_DASHES = re.compile(r"^[-–—]{2,}\s*(?=\w)")


def is_type(line: str) -> bool:
    """Whether the line is the name of a type of document in capitals, but for accents."""
    return line.isupper() and fold(line, accents=False).rstrip(" :") in _TYPE_LETTERS


def mend(line: str) -> str:
    """The line with a fixed phrase's accents, ``Số:``, ``V/v``, ``I.`` and ``Điều 1.`` as the form has them."""
    line = _EIGHT.sub("8", _FIRST_PART.sub("I. ", line))
    if (head := _NUMBERED.match(line)) is not None:
        return head[0] + mend(line[head.end() :])
    bare, colon = line.rstrip(" :"), ":" if line.rstrip().endswith(":") else ""
    phrase = _BY_LETTERS.get(fold(line, accents=False)) or _BY_LETTERS.get(fold(bare, accents=False), "")
    phrase = phrase or _torn_type(line)
    if phrase and fold(phrase) not in (fold(line), fold(bare)):
        return phrase if phrase.endswith(":") else phrase + colon
    line = _ARTICLE.sub(lambda found: f"Điều {found[1].translate(_DIGITS)}.", line)
    if _NUMBER.match(line):
        line = _SPACED_SLASH.sub("/", _NUMBER.sub("Số:", line))
    return _DASHES.sub("- ", _LETTER_SUBJECT.sub("V/v ", line))


def _torn_type(line: str) -> str:
    """The type of document whose name's end the line is, as where a seal hides the beginning; '' for none."""
    letters = "".join(fold(line, accents=False).split())
    meant = [whole for whole in _TYPE_SPELLED if whole.endswith(letters)] if line.isupper() else []
    is_enough = len(letters) >= _FEWEST_LETTERS and len(meant) == 1 and len(letters) >= _MOST_OF_IT * len(meant[0])
    return _TYPE_SPELLED[meant[0]] if is_enough else ""


def mend_parts(texts: Sequence[str]) -> list[str]:
    """The pages' texts with the Roman numbers of their parts as they follow each other: I, II, III.

    Recognition loses strokes and dots of these (IL NỘI DUNG, II TỔ CHỨC THỰC HIỆN for III.). A part's number is the
    next one where it is like it, and a first one begins anew, as in an annex.
    """
    last, mended = 0, []
    for text in texts:
        lines = text.split("\n")
        for index, line in enumerate(lines):
            part = _PART.match(line)
            number = _part_number(part[1], last) if part and line[part.end() :].isupper() else None
            if part and number:
                last, lines[index] = number, f"{_PARTS[number]}. {line[part.end() :]}"
        mended.append("\n".join(lines))
    return mended


def _part_number(read: str, last: int) -> int | None:
    """The number that a part's sign stands for, after the part before it; None where it cannot be told."""
    sign = read.translate(_STROKES)
    following = _PARTS[last + 1] if last + 1 < len(_PARTS) else ""
    if sign == following or (last and _is_stroke_short(sign, following)):
        return last + 1
    return _PARTS.index(sign) if sign in _PARTS else None


def _is_stroke_short(sign: str, following: str) -> bool:
    """Whether the sign is the following number less a stroke, or with one more."""
    return sign.strip("I") == following.strip("I") and abs(len(sign) - len(following)) == 1 and sign != "I"
