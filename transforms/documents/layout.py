"""The layout of an official document (Decree 30/2020/NĐ-CP) read from its text: head, subject, signature."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from transforms.dates import parse_day
from transforms.documents.fields import DocumentFields, numbered
from transforms.numbers import find_numbers
from transforms.text import clean, fold

HEAD_LINES = 40
TAIL_LINES = 60
TYPES = (
    "Nghị quyết",
    "Nghị định",
    "Quyết định",
    "Chỉ thị",
    "Quy chế",
    "Quy định",
    "Thông cáo",
    "Thông báo",
    "Thông tư",
    "Hướng dẫn",
    "Chương trình",
    "Kế hoạch",
    "Phương án",
    "Đề án",
    "Dự án",
    "Báo cáo",
    "Biên bản",
    "Tờ trình",
    "Hợp đồng",
    "Công điện",
    "Giấy mời",
    "Kết luận",
    "Lệnh",
    "Luật",
)
_TYPE_BY_LINE = {fold(name): name for name in TYPES}
_NUMBER_LINE = re.compile(r"\bSố\s*:?\s*(?P<number>[^\n]{3,60})")
_DATE = re.compile(r"ngày\s+\d{1,2}\s+tháng\s+\d{1,2}\s+năm\s+\d{4}", re.I)
_MOTTO = re.compile(
    r"CỘNG H(?:ÒA|OÀ) XÃ HỘI CHỦ NGHĨA VIỆT NAM|Độc lập\s*[-–]\s*Tự do\s*[-–]\s*Hạnh phúc|ĐẢNG CỘNG SẢN VIỆT NAM", re.I
)
_BODY = re.compile(
    r"^(?:căn cứ|thực hiện|kính gửi|theo đề nghị|điều 1\b|[IVX]+\.|1\.|ngày \d|phần|chương|-{3,}|_{3,})", re.I
)
_LETTER_SUBJECT = re.compile(r"\bV/v:?\s+(?P<subject>.+)", re.I)
_WORD = r"[A-ZĂÂĐÊÔƠƯÀ-ÝẠ-Ỹ][a-zà-ỹăâđêôơưạ-ỹ'’]*"
_NAME = re.compile(rf"(?:^|\s{{2,}}|[.;]\s+)(?P<name>{_WORD}(?:\s+{_WORD}){{1,4}})$")
_CAPACITY = re.compile(
    r"^(?:TM|KT|TL|TUQ|Q)\.|\b(?:CHỦ TỊCH|GIÁM ĐỐC|CHÁNH VĂN PHÒNG|BỘ TRƯỞNG|THỦ TƯỚNG|BÍ THƯ|TRƯỞNG BAN|HIỆU TRƯỞNG)\b"
)


def read_layout(text: str) -> DocumentFields:
    """Fields of a document's text as lines; what the layout does not show stays null."""
    lines = [line for raw in text.splitlines() if (line := clean(raw))]
    head = lines[:HEAD_LINES]
    found = _number(head)
    type_index, doc_type = _type(head)
    return replace(
        found,
        doc_type=doc_type or found.doc_type,
        issuer=_issuer(head) or found.issuer,
        issued_date=_issued(head),
        signer=_signer(lines[-TAIL_LINES:]),
        subject=_subject(head, type_index),
    )


def _number(head: list[str]) -> DocumentFields:
    for line in head:
        match = _NUMBER_LINE.search(line)
        numbers = find_numbers(match[0]) if match else []
        if numbers:
            return numbered(numbers[0].number.raw)
    return DocumentFields()


def _issued(head: list[str]) -> dt.date | None:
    match = _DATE.search("\n".join(head))
    return parse_day(match[0]) if match else None


def _type(head: list[str]) -> tuple[int | None, str | None]:
    for number, line in enumerate(head):
        name = _TYPE_BY_LINE.get(fold(line))
        if name and line.isupper():
            return number, name
    return None, None


def _subject(head: list[str], after: int | None) -> str | None:
    if after is None:
        letter = next((match for line in head if (match := _LETTER_SUBJECT.search(line))), None)
        return letter["subject"] if letter else None
    taken: list[str] = []
    for line in head[after + 1 : after + 7]:
        if _BODY.match(line) or line.isupper():
            break
        taken.append(line)
        if line.endswith((".", ";")):
            break
    return clean(" ".join(taken)) or None


def _issuer(head: list[str]) -> str | None:
    """The lowest body above the number: the last upper-case line, with the line that its name begins on."""
    names: list[str] = []
    for line in head:
        rest = clean(_MOTTO.sub(" ", line)).strip(" -–*_")
        if _NUMBER_LINE.search(line):
            break
        if rest and rest.isupper() and len(rest) > 4:
            continued = names and re.match(r"(?:TỈNH|THÀNH PHỐ|HUYỆN|QUẬN|THỊ XÃ|XÃ|PHƯỜNG)\b", rest)
            names.append(f"{names.pop()} {rest}" if continued else rest)
    return names[-1] if names else None


def _signer(tail: list[str]) -> str | None:
    """The name below the last signing capacity, else none: a list of recipients is full of names."""
    capacity = max((number for number, line in enumerate(tail) if _CAPACITY.search(line)), default=None)
    if capacity is None:
        return None
    for line in tail[capacity + 1 :]:
        match = _NAME.search(line)
        if match and not line.startswith(("-", "+", "Nơi")):
            return match["name"]
    return None
