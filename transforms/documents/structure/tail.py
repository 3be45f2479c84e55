"""The tail of a document: signature (boxes 7a to 7c of Decree 30/2020/NĐ-CP) and recipients (box 9b).

The two stand side by side on paper. In a text they follow each other, in either order, or share their lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from transforms.documents.structure.head import split_list
from transforms.documents.structure.model import Part, Signer, Tail
from transforms.documents.structure.source import Line, Source, bare
from transforms.tagging.vocabulary import rows

_CAPITAL = "A-ZĂÂĐÊÔƠƯÀ-ÝẠ-Ỹ"
_CAPACITY = re.compile(
    rf"(?:^|(?<=\s))(?P<capacity>TUQ|T/UQ|TM|T/M|KT|K/T|TL|T/L|Q)\s?[.,:]?\s{{0,3}}(?P<rest>(?:[{_CAPITAL}.,&/()-]{{1,14}}(?:\s{{1,2}}|$)){{1,14}})"
)
_DAMAGED = re.compile(rf"(?P<capacity>[T1I]M|K[TI1]|T[L1I]|TUO)\s?[.,:]\s{{0,3}}(?P<rest>(?:[{_CAPITAL}.,&-]{{1,14}}(?:\s{{1,2}}|$)){{1,12}})$")
_OFFICE = re.compile(
    r"(?:pho |quyen )?(?:chu tich|giam doc|chanh van phong|bo truong|thu truong|thu tuong|bi thu|truong ban|hieu truong|cuc truong"
    r"|chi cuc truong|tong giam doc|vien truong|chanh an|chanh thanh tra|truong phong|tong thanh tra|chu nhiem|truong doan|truong cong an"
    r"|vu truong|cuc pho|tong cuc truong|thong doc|pho van phong|thuong truc|uy vien|chi huy truong|chinh uy|tu lenh|vien pho|chu toa|thu ky|tong bien tap|truong doan dbqh|tong kiem toan)\b"
)
_RECIPIENTS = re.compile(r"(?:^|(?<=\s))n[oa]i nh[ae]n\s{0,2}[:;.,]?")
_COPIES = re.compile(r"[-+•\s]{0,3}l[uư]u\b\s{0,2}[:;.,]?\s{0,3}")
_TITLE = re.compile(r"^(?:(?:(?:PGS|GS|TS|ThS|BS|BSCK\s?I{1,2}|KS|CN|LS|NGƯT|NSND)\.?\s?)+|(?:Đại|Thượng|Trung|Thiếu) (?:tá|tướng)\s|(?:Thiếu|Trung|Thượng|Đại) úy\s)")
_WORD = rf"[{_CAPITAL}](?:[a-zà-ỹăâđêôơưạ-ỹ'’]{{1,7}}|)"
_NAME = re.compile(rf"(?P<name>{_WORD}(?:\s{{1,2}}{_WORD}){{1,5}})$")
_NAME_LOUD = re.compile(rf"[{_CAPITAL}]{{2,8}}(?:\s{{1,2}}[{_CAPITAL}]{{1,8}}){{1,4}}$")
_SPELT = {"T/M": "TM.", "K/T": "KT.", "T/L": "TL.", "T/UQ": "TUQ.", "1M": "TM.", "IM": "TM.", "KI": "KT.", "K1": "KT.", "T1": "TL.", "TI": "TL.", "TUO": "TUQ."}
_BELOW = 24  # lines below the capacity in which office and name stand
_LINES_OF_RECIPIENTS = 60


@dataclass(frozen=True, slots=True)
class ReadTail:
    """The tail, and the first line that belongs to it (the number of lines where there is none)."""

    tail: Tail
    first: int


@cache
def _surnames() -> frozenset[str]:
    return frozenset(bare(row["surname"]) for row in rows("surnames.csv"))


def read_tail(source: Source, body: int) -> ReadTail:
    """Signature and recipients below line ``body``; annexes behind them are left alone."""
    lines = source.lines
    listed = _first_recipients(lines, body)
    signed = _signature(lines, body, listed)
    at = [each for each in (listed, signed) if each is not None]
    first = min(at, default=len(lines))
    last = min(len(lines), max(at, default=0) + _LINES_OF_RECIPIENTS)
    cells = [cell for number in range(first, last) for cell in _columns(lines[number])]
    recipients, copies, used = _recipients(source, cells)
    return ReadTail(Tail(_signer(source, cells, used), recipients, copies), first)


def _first_recipients(lines: tuple[Line, ...], body: int) -> int | None:
    """The line of "Nơi nhận": of several (annexes and letters have their own) the first with a signature beside it."""
    found = [at for at in range(body, len(lines)) if _RECIPIENTS.search(lines[at].bare) and len(lines[at].plain) < 120]
    return next((at for at in found if _capacity(lines, max(body, at - 12), at + 40) is not None), found[0] if found else None)


def _signature(lines: tuple[Line, ...], body: int, listed: int | None) -> int | None:
    """The line of the capacity, or of the office alone; beside the recipients where there are any."""
    if listed is not None:
        around = (max(body, listed - 12), min(len(lines), listed + 40))
        capacity = _capacity(lines, *around)
        return capacity if capacity is not None else _office(lines, *around)
    capacity = _capacity(lines, body, len(lines), last=True)
    return capacity if capacity is not None else _office(lines, max(body, len(lines) - 40), len(lines))


def _capacity(lines: tuple[Line, ...], first: int, stop: int, last: bool = False) -> int | None:
    found = None
    for at in range(first, min(stop, len(lines))):
        if _signs(lines[at]):
            if not last:
                return at
            found = at
    return found


def _signs(line: Line) -> re.Match[str] | None:
    match = _CAPACITY.search(line.plain) if len(line.plain) < 160 else None
    if match and _loud(match["rest"]):
        return match
    damaged = _DAMAGED.search(line.plain) if len(line.plain) < 100 else None
    return damaged if damaged and _OFFICE_OR_BODY.match(bare(damaged["rest"])) else None


_OFFICE_OR_BODY = re.compile(rf"(?:{_OFFICE.pattern}|uy ban|ubnd|hoi dong|ban |so |chinh phu|tinh uy|dang uy|huyen uy|thanh uy|doan )")


def _loud(words: str) -> bool:
    return sum(map(str.isalpha, words)) > 3


def _office(lines: tuple[Line, ...], first: int, stop: int) -> int | None:
    """The first line whose column is an office in capitals."""
    for at in range(first, min(stop, len(lines))):
        if any(cell.shouted and _OFFICE.match(cell.bare) and len(cell.plain) < 60 for cell in _columns(lines[at])):
            return at
    return None


def _columns(line: Line) -> Iterator[Line]:
    """Left and right column of a line: the right one begins with a capacity, an office in capitals, or after blanks."""
    cuts = {0, len(line.plain)}
    cuts.update(match.start() for match in re.finditer(r"(?<=\S)(?: {3,}| ?\| ?)(?=\S)", line.plain))
    signed = _signs(line)
    if signed:
        cuts.add(signed.start("capacity"))
    elif not line.shouted:
        cuts.update(_loud_end(line))
    ends = sorted(cuts)
    for start, end in zip(ends, ends[1:], strict=False):
        piece = line.cut(start, end)
        if piece and piece.plain.strip("| "):
            yield piece if piece.plain[0] != "|" else piece.cut(1) or piece


def _loud_end(line: Line) -> Iterator[int]:
    """Where an office in capitals begins that ends the line ("- Như Điều 3; CHỦ TỊCH")."""
    match = re.search(rf"(?<=[\s;.])(?P<loud>[{_CAPITAL}]{{2,}}(?:\s[{_CAPITAL}]{{2,}}){{0,6}})$", line.plain)
    if match and _OFFICE.match(line.bare, match.start("loud")):
        yield match.start("loud")


def _recipients(source: Source, cells: list[Line]) -> tuple[tuple[Part, ...], tuple[Part, ...], set[int]]:
    """(recipients, copies, cells taken): the items after "Nơi nhận"; the one that begins with "Lưu" names copies."""
    begin = next((i for i, cell in enumerate(cells) if _RECIPIENTS.match(cell.bare)), None)
    if begin is None:
        return (), (), set()
    items, used = _items(cells, begin)
    found: list[Part] = []
    copies: list[Part] = []
    for start, end in items:
        kept = _COPIES.match(source.bare, start, end)
        if kept:
            copies += split_copies(source, kept.end(), end)
            continue
        found += split_list(source, start, end)
    return tuple(found), tuple(copies), used


def _items(cells: list[Line], begin: int) -> tuple[list[tuple[int, int]], set[int]]:
    head = _RECIPIENTS.match(cells[begin].bare)
    rest = cells[begin].cut(head.end() if head else 0)
    items = [(rest.start, rest.end)] if rest else []
    used, closed = {begin}, False
    for i in range(begin + 1, len(cells)):
        cell = cells[i]
        dashed = cell.plain[0] in "-+•–" or _COPIES.match(cell.bare) is not None
        if dashed:
            items.append((cell.start, cell.end))
        elif cell.shouted or _signs(cell) or closed or not items or _is_name(cell):
            closed = closed or not dashed and bool(items) and _COPIES.match(cells[i - 1].bare) is not None
            continue
        else:
            items[-1] = (items[-1][0], cell.end)
        used.add(i)
        if _COPIES.match(cell.bare):
            closed = True
    return items, used


def split_copies(source: Source, start: int, end: int) -> Iterator[Part]:
    """Where copies are kept: the items that commas separate ("VT, NC"); a typist's mark after them is no item."""
    begin = start
    for piece in re.split(r"[,;]", source.plain[start:end]):
        kept = piece.strip(" \n.:-")
        if kept:
            first = begin + piece.index(kept)
            yield source.part(first, first + len(kept))
        begin += len(piece) + 1


def _signer(source: Source, cells: list[Line], used: set[int]) -> Signer:
    at = next((i for i, cell in enumerate(cells) if i not in used and _signs(cell)), None)
    if at is None:
        at = next((i for i, c in enumerate(cells) if i not in used and c.shouted and _OFFICE.match(c.bare)), None)
        if at is None:
            return Signer()
        return Signer(None, None, source.part(cells[at].start, cells[at].end), _name(source, cells, at, used))
    match = _signs(cells[at])
    capacity = match["capacity"] if match else ""
    offset = match.start("rest") if match else 0
    behalf = [source.part(cells[at].start + offset, cells[at].end)]
    office = None
    for cell in (cells[i] for i in range(at + 1, min(at + 8, len(cells))) if i not in used):
        if not cell.shouted or _is_name(cell):
            if _is_name(cell):
                break
            continue
        if _OFFICE.match(cell.bare) or _signs(cell):
            inner = _signs(cell)
            first = cell.start + (inner.start("rest") if inner else 0)
            office = source.part(first, cell.end)
            capacity = inner["capacity"] if inner and inner["capacity"] != "Q" else capacity
            if not inner:
                break
        elif office is None:
            behalf.append(source.part(cell.start, cell.end))
    signed_for = Part(behalf[0].start, behalf[-1].end, " ".join(each.text for each in behalf))
    if capacity == "Q" and office is None:
        signed_for, office = None, signed_for  # type: ignore[assignment]
    return Signer(_SPELT.get(capacity, f"{capacity}."), signed_for, office, _name(source, cells, at, used))


def _name(source: Source, cells: list[Line], at: int, used: set[int]) -> Part | None:
    """The first name below the capacity; else one that ends a line of the recipients' column."""
    below = range(at + 1, min(at + 1 + _BELOW + len(used), len(cells)))
    for i in below:
        if i not in used and _is_name(cells[i]):
            title = _TITLE.match(cells[i].plain)
            return source.part(cells[i].start + (title.end() if title else 0), cells[i].end)
    for i in below:
        match = re.search(rf"(?:[.;)]\s{{1,4}}|\s{{2,}}){_NAME.pattern}", cells[i].plain)
        if match and _surnamed(match["name"]):
            return source.part(cells[i].start + match.start("name"), cells[i].start + match.end("name"))
    return None


def _is_name(cell: Line) -> bool:
    """Whether the line is a person's name, with a title or rank before it at most."""
    if len(cell.plain) > 60 or cell.plain[0] in "-+•":
        return False
    title = _TITLE.match(cell.plain)
    name = cell.plain[title.end() :] if title else cell.plain
    if _NAME.fullmatch(name):
        return bool(title) or _surnamed(name)
    return bool(_NAME_LOUD.fullmatch(name)) and _surnamed(name) and not _OFFICE.match(cell.bare)


def _surnamed(name: str) -> bool:
    return bare(name.split()[0]) in _surnames()
