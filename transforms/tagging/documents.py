"""Numbered documents in running text: mentions of type DOC and citations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from transforms import numbers
from transforms.tagging.view import TextView
from transforms.text import place_tones

_TYPES = (
    "nghị quyết liên tịch|nghị quyết|quyết định|chỉ thị|quy chế|quy định|thông cáo|thông báo kết luận|thông báo"
    "|hướng dẫn liên ngành|hướng dẫn|chương trình hành động|chương trình phối hợp|chương trình|kế hoạch phối hợp"
    "|kế hoạch liên tịch|kế hoạch|phương án|đề án|dự án|báo cáo|biên bản|tờ trình|hợp đồng|công điện|bản ghi nhớ"
    "|bản thỏa thuận|bản thoả thuận|giấy ủy quyền|giấy mời|giấy phép|giấy giới thiệu|phiếu chuyển|phiếu báo"
    "|thông tư liên tịch|thông tư|nghị định|pháp lệnh|bộ luật|luật|lệnh|kết luận thanh tra|kết luận|công văn"
    "|văn bản hợp nhất|văn bản|thông tri|quy trình"
)
GENERAL_TYPES = frozenset({"văn bản", "công văn", "luật", "bộ luật", "giấy phép"})
"""Type words that say little or nothing of what the symbol must be."""
_BEFORE = re.compile(rf"(?:(?<!\w)(?P<type>{_TYPES})\s{{1,3}})?(?P<prefix>số\s{{0,2}}:?\s{{0,2}})?$", re.IGNORECASE)
_BARE = re.compile(r"(?<=\s)[Ss]ố\s{0,2}:?\s?(?P<number>\d{1,6}[a-z]?)(?![\w/])(?![-.,]\w)")
_TYPE_BEFORE = re.compile(rf"(?<!\w)(?P<type>{_TYPES})\s{{1,3}}$", re.IGNORECASE)
_DATED = re.compile(
    r"[\s,]{1,3}(?:ban hành )?ngày\s{1,2}(?P<d>\d{1,2})(?:\s?[/.-]\s?|\s{1,2}tháng\s{1,2})(?P<m>\d{1,2})"
    r"(?:\s?[/.-]\s?|\s{1,2}năm\s{1,2})(?P<y>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_ISSUED_BY = re.compile(
    r"(?:,?\s(?:ban hành )?ngày\s[\d/.\s\-]{6,14}|,?\sngày\s\d{1,2}\stháng\s\d{1,2}\snăm\s\d{4})?"
    r",?\s(?:của|do)\s"
)


@dataclass(frozen=True, slots=True)
class Cited:
    """A numbered document found in the plain text, with the span of type word, "số" and number."""

    start: int
    end: int
    number: str
    doc_type: str | None
    symbol: str | None
    year: int | None
    issued: date | None
    repair: str | None
    conflict: str | None = None


def _date_after(plain: str, end: int) -> date | None:
    match = _DATED.match(plain, end)
    if not match:
        return None
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        return None


def issuer_at(plain: str, end: int) -> int | None:
    """Where the body begins that the text says has issued the document ending at ``end`` (của UBND tỉnh), or None."""
    match = _ISSUED_BY.match(plain, end)
    return match.end() if match else None


def _capitalised(words: str) -> str:
    return words[:1].upper() + words[1:].lower()


def _with_symbol(view: TextView) -> Iterator[Cited]:
    for found in numbers.find_in_plain(view.plain):
        before = _BEFORE.search(view.plain, max(0, found.start - 40), found.start)
        start = before.start() if before else found.start
        written = before["type"] if before else None
        number = found.number
        doc_type = (
            number.doc_type if number.doc_type not in (None, "Công văn") or not written else _capitalised(written)
        )
        raw = numbers.parse_number(view.source[slice(*view.span(found.start, found.end))]) or number
        issued = _date_after(view.plain, found.end)
        year = number.year or (issued.year if issued else None)
        conflict = _conflict(written, number.doc_type)
        yield Cited(start, found.end, number.number, doc_type, number.issuer_symbol, year, issued, raw.repair, conflict)


def _conflict(written: str | None, doc_type: str | None) -> str | None:
    """The type word of the text where the number's symbol says another one ("Quyết định số 12/KH-UBND")."""
    if written is None or doc_type in (None, "Công văn") or written.lower() in GENERAL_TYPES:
        return None
    told, known = place_tones(written.lower()), place_tones(str(doc_type).lower())
    return None if told.startswith(known) or known.startswith(told) else _capitalised(written)


def _without_symbol(view: TextView) -> Iterator[Cited]:
    for match in _BARE.finditer(view.plain):
        typed = _TYPE_BEFORE.search(view.plain, max(0, match.start() - 40), match.start())
        if typed is None:
            continue
        kind = _capitalised(typed["type"])
        issued = _date_after(view.plain, match.end())
        year = issued.year if issued else None
        yield Cited(typed.start(), match.end(), match["number"], kind, None, year, issued, None)


def find(view: TextView) -> list[Cited]:
    """Every numbered document of the text, in order; a number without symbol only behind its type word."""
    cited = list(_with_symbol(view))
    taken = {found.end for found in cited}
    bare = [found for found in _without_symbol(view) if not any(found.start < end <= found.end + 1 for end in taken)]
    return sorted([*cited, *bare], key=lambda found: found.start)
