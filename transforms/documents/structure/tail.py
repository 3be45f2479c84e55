"""The tail of a document: signature (boxes 7a to 7c of Decree 30/2020/NĐ-CP) and recipients (box 9b).

The two stand side by side on paper. In a text they follow each other, in either order, or share their lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from transforms.documents.structure.agencies import opens
from transforms.documents.structure.head import split_list
from transforms.documents.structure.model import Part, Signer, Tail
from transforms.documents.structure.source import CAPITALS, SMALLS, Line, Source, bare
from transforms.tagging.vocabulary import rows

_LOUD_WORDS = rf"(?P<rest>(?:[{CAPITALS}.,&/()_-]{{1,14}}(?:\s{{1,2}}|$)){{1,14}})"
_CAPACITY = re.compile(
    r"(?:^|(?<=\s))(?P<capacity>(?:TUQ|T/UQ|TM|T/M|KT|K/T|TL|T/L)(?=\s?[.,:]|\s)|Q(?=\s?\.))\s?[.,:]?\s{0,3}"
    + _LOUD_WORDS
)
_NEXT_CAPACITY = re.compile(r"(?<=\s)(?P<capacity>TUQ|TM|KT|TL)\.\s")
_DAMAGED = re.compile(rf"(?P<capacity>[T1I]M|K[TI1]|T[L1I]|TUO)\s?[.,:]\s{{0,3}}{_LOUD_WORDS}$")
_OFFICES = (
    r"(?:pho |quyen )?(?:chu tich|giam doc|chanh van phong|bo truong|thu truong|thu tuong|bi thu|truong ban|hieu truong"
    r"|cuc truong|chi cuc truong|tong giam doc|vien truong|chanh an|chanh thanh tra|truong phong|tong thanh tra"
    r"|chu nhiem|truong doan|truong cong an|vu truong|cuc pho|tong cuc truong|thong doc|pho van phong|thuong truc"
    r"|uy vien|chi huy truong|chinh uy|tu lenh|vien pho|chu toa|thu ky|tong bien tap|tong kiem toan)\b"
)
_OFFICE = re.compile(_OFFICES)
_OFFICE_OR_BODY = re.compile(
    rf"{_OFFICES}|uy ban|ubnd|hoi dong|ban |so |chinh phu|tinh uy|dang uy|huyen uy|thanh uy|doan "
)
_LOUD_END = re.compile(rf"(?<=[\s;.])(?P<loud>[{CAPITALS}]{{2,}}(?:\s[{CAPITALS}]{{2,}}){{0,6}})$")
_RECIPIENTS = re.compile(r"(?:^|(?<=\s))n\wi nh\w{1,2}n\s{0,2}[:;.,]?")
_COPIES = re.compile(r"[-+•\s]{0,3}luu\b\s{0,2}[:;.,]?\s{0,3}")
_TITLE = re.compile(
    r"(?:(?:(?:PGS|GS|TS|ThS|BS|BSCK\s?I{1,2}|KS|CN|LS|NGƯT|NSND)\.?\s?)+"
    r"|(?:Đại|Thượng|Trung|Thiếu) (?:tá|tướng|úy)\s)"
)
_WORD = rf"[{CAPITALS}](?:[{SMALLS}'’]{{1,7}}|)"
_NAME = re.compile(rf"(?P<name>{_WORD}(?:\s{{1,2}}{_WORD}){{1,5}})$")
_NAME_AT_END = re.compile(rf"(?:[.;)]\s{{1,4}}|\s{{2,4}}){_NAME.pattern}")
_NAME_LOUD = re.compile(rf"[{CAPITALS}]{{2,8}}(?:\s{{1,2}}[{CAPITALS}]{{1,8}}){{1,4}}")
_NAME_BELOW = re.compile(
    rf"(?<=[{CAPITALS}]{{2}})\s{{1,3}}(?P<name>[{CAPITALS}][{SMALLS}'’]{{1,7}}(?:\s{{1,2}}{_WORD}){{1,4}})$"
)
_GAP = re.compile(r"(?<=\S)(?: {3,}| ?\| ?)(?=\S)")
_ITEM = re.compile(r"(?<=[;:.,] )[-+•]\s")
_RANK = re.compile(r"thuong truc|uy vien|thu ky")
_LONGEST_SIGNING = 160  # characters of a column that holds who signs
_READ_AS = {"1M": "TM", "IM": "TM", "KI": "KT", "K1": "KT", "T1": "TL", "TI": "TL", "TUO": "TUQ"}
_ABOVE, _BELOW = 12, 40  # lines around "Nơi nhận" in which the capacity stands
_LINES_OF_RECIPIENTS = 60
_LINES_TO_NAME = 8


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
    listed = _listed(lines, body)
    signed = _signed(lines, body, listed)
    at = [each for each in (listed, signed) if each is not None]
    first = min(at, default=len(lines))
    last = min(len(lines), max(at, default=0) + _LINES_OF_RECIPIENTS)
    cells = [cell for number in range(first, last) for cell in _columns(lines[number])]
    recipients, copies, used = _recipients(source, cells)
    others = [cell for i, cell in enumerate(cells) if i not in used]
    return ReadTail(Tail(_signer(source, others, cells), recipients, copies), first)


def _listed(lines: tuple[Line, ...], body: int) -> int | None:
    """The line of "Nơi nhận"; of several (annexes have their own) the first with a capacity around it."""
    found = [at for at in range(body, len(lines)) if _lists(lines[at])]
    signed = (at for at in found if _first(_signed_in, lines, max(body, at - _ABOVE), at + _BELOW) is not None)
    return next(signed, found[0] if found else None)


def _lists(line: Line) -> bool:
    """Whether one of the line's columns begins with "Nơi nhận", or a short line says it anywhere."""
    short = len(line.plain) < 120 and _RECIPIENTS.search(line.bare) is not None
    return short or any(_RECIPIENTS.match(piece.bare) for piece in _pieces(line))


def _signed(lines: tuple[Line, ...], body: int, listed: int | None) -> int | None:
    """The line of the capacity, or of the office alone; beside the recipients where there are any."""
    if listed is not None:
        around = (max(body, listed - _ABOVE), listed + _BELOW)
        capacity = _first(_signed_in, lines, *around)
        return _first(_in_office, lines, *around) if capacity is None else _opening(lines, capacity, body)
    last = next((at for at in range(len(lines) - 1, body - 1, -1) if _signed_in(lines[at])), None)
    return (
        _opening(lines, last, body) if last is not None else _first(_in_office, lines, max(body, len(lines) - _BELOW))
    )


def _opening(lines: tuple[Line, ...], at: int, body: int) -> int:
    """The first of the lines that name who signs (TM. ỦY BAN NHÂN DÂN, KT. CHỦ TỊCH; bodies that sign together)."""
    while at > body and (_signed_in(lines[at - 1]) or (lines[at - 1].shouted and opens(lines[at - 1].bare))):
        at -= 1
    return at


def _first(test: Callable[[Line], object], lines: tuple[Line, ...], first: int, stop: int | None = None) -> int | None:
    return next((at for at in range(first, min(stop or len(lines), len(lines))) if test(lines[at])), None)


def _signs(line: Line) -> re.Match[str] | None:
    """The capacity in a line or a column, with the capitals after it."""
    if len(line.plain) > _LONGEST_SIGNING:
        return None
    match = _CAPACITY.search(line.plain)
    if match and sum(map(str.isalpha, match["rest"])) > 3:
        return match
    damaged = _DAMAGED.search(line.plain)
    return damaged if damaged and _OFFICE_OR_BODY.match(bare(damaged["rest"])) else None


def _signed_in(line: Line) -> bool:
    """Whether one of the line's columns holds a capacity."""
    return any(_signs(piece) for piece in _pieces(line))


def _in_office(line: Line) -> bool:
    """Whether a column of the line is an office in capitals."""
    return any(cell.shouted and _OFFICE.match(cell.bare) and len(cell.plain) < 60 for cell in _columns(line))


def _pieces(line: Line) -> Iterator[Line]:
    """What blanks or the mark between two cells of a table keep apart."""
    cuts = [0, *(match.start() for match in _GAP.finditer(line.plain)), len(line.plain)]
    for start, end in pairwise(cuts):
        piece = line.cut(start, end)
        if piece and piece.plain[0] == "|":
            piece = piece.cut(1)
        if piece:
            yield piece


def _columns(line: Line) -> Iterator[Line]:
    """What a line holds side by side, or a cell of a table one below the other."""
    for piece in _pieces(line):
        cuts = {0, *_cuts(piece), len(piece.plain)}
        yield from (part for start, end in pairwise(sorted(cuts)) if (part := piece.cut(start, end)))


def _cuts(piece: Line) -> Iterator[int]:
    """Where a capacity begins, an office in capitals behind a body or an office, an item of a list, or a name."""
    signed = _signs(piece)
    if signed:
        yield signed.start("capacity")
        yield from (match.start("capacity") for match in _NEXT_CAPACITY.finditer(piece.plain, signed.end("capacity")))
        yield from (at for at in _offices(piece) if at > signed.start("rest"))
    elif (
        (loud := _LOUD_END.search(piece.plain)) and not piece.shouted and _OFFICE.match(piece.bare, loud.start("loud"))
    ):
        yield loud.start("loud")
    elif piece.shouted and _OFFICE.match(piece.bare):
        yield from _offices(piece)
    if _RECIPIENTS.match(piece.bare):
        yield from (match.start() for match in _ITEM.finditer(piece.plain))
    named = _NAME_BELOW.search(piece.plain) if signed or _OFFICE.match(piece.bare) else _NAME_AT_END.search(piece.plain)
    if named and (signed or _surnamed(named["name"])):
        yield named.start("name")


def _offices(piece: Line) -> Iterator[int]:
    """Where offices in capitals begin inside a line; "BỘ TRƯỞNG, CHỦ NHIỆM" is one."""
    for match in _OFFICE.finditer(piece.bare):
        at = match.start()
        apart = at and piece.plain[at - 1] == " " and piece.plain[at - 2] not in ",.-" and not _RANK.match(match[0])
        apart = apart and not piece.bare.endswith("ban ", 0, at)  # BAN GIÁM ĐỐC
        if apart and piece.plain[at : match.end()].isupper():
            yield at


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
            copies += _copies(source, kept.end(), end)
        else:
            found += split_list(source, start, end)
    return tuple(found), tuple(copies), used


def _items(cells: list[Line], begin: int) -> tuple[list[tuple[int, int]], set[int]]:
    """Offsets of the items, and the cells that they take; a line of the other column between them is none."""
    head = _RECIPIENTS.match(cells[begin].bare)
    rest = cells[begin].cut(head.end() if head else 0)
    items = [(rest.start, rest.end)] if rest else []
    used = {begin}
    for i in range(begin + 1, len(cells)):
        cell = cells[i]
        if cell.plain[0] in "-+•" or _COPIES.match(cell.bare):
            items.append((cell.start, cell.end))
        elif _continues(cells, i, used) and items:
            items[-1] = (items[-1][0], cell.end)
        else:
            continue
        used.add(i)
        if _COPIES.match(cell.bare):
            break
    return items, used


def _continues(cells: list[Line], i: int, used: set[int]) -> bool:
    """Whether a cell without a dash goes on with the recipient above it."""
    cell, above = cells[i], cells[i - 1]
    other = cell.shouted or _signs(cell) is not None or _is_name(cell) or cell.apart
    return i - 1 in used and not other and not above.plain.endswith((";", "."))


def _copies(source: Source, start: int, end: int) -> Iterator[Part]:
    """Where copies are kept: the items that commas separate (VT, NC)."""
    begin = start
    for piece in re.split(r"[,;]", source.plain[start:end]):
        kept = piece.strip(" \n.:-")
        if kept:
            first = begin + piece.index(kept)
            yield source.part(first, first + len(kept))
        begin += len(piece) + 1


def _signer(source: Source, cells: list[Line], everything: list[Line]) -> Signer:
    """Capacity, whom for, office and name from the cells that are no recipients'."""
    at = next((i for i, cell in enumerate(cells) if _signs(cell)), None)
    if at is None:
        at = next((i for i, cell in enumerate(cells) if cell.shouted and _OFFICE.match(cell.bare)), None)
        if at is None:  # a seal may cover capacity and office
            named = next((cell for cell in cells if _is_name(cell)), None) if len(cells) < len(everything) else None
            return Signer(name=_whole(source, named) if named else None)
        return Signer(None, None, _whole(source, cells[at]), _name(source, cells[at + 1 :], everything))
    capacity, behalf, office = _capacities(source, cells[at : at + _LINES_TO_NAME])
    name = _name(source, cells[at + 1 :], everything)
    if office is None and capacity == "Q.":
        return Signer(capacity, None, behalf, name)
    return Signer(capacity, behalf, office, name)


def _capacities(source: Source, cells: list[Line]) -> tuple[str, Part, Part | None]:
    """(capacities, body or office signed for, the signer's office) from the lines above the name."""
    names: list[str] = []
    behalf: list[Part] = []
    office: Part | None = None
    for cell in cells:
        match = _signs(cell)
        if not cell.shouted and not match:
            break
        part = source.part(cell.start + (match.start("rest") if match else 0), cell.end)
        if match:
            names.append(_READ_AS.get(match["capacity"], match["capacity"]).replace("/", "") + ".")
        if behalf and _OFFICE.match(bare(part.text)):
            office = part
            if not match:
                break
        elif office is None and not _is_name(cell):
            behalf.append(part)
    text = " ".join(part.text for part in behalf)
    return " ".join(dict.fromkeys(names)), Part(behalf[0].start, behalf[-1].end, text), office


def _name(source: Source, below: list[Line], everything: list[Line]) -> Part | None:
    """The first name below; else a name of an unlisted surname close by; else one that ends a recipients' line."""
    named = next((cell for cell in below if _is_name(cell)), None)
    if named is None:
        close = (cell for cell in below[:6] if _NAME.fullmatch(cell.plain) and not cell.shouted)
        named = next((cell for cell in close if not opens(cell.bare)), None)
    if named is not None:
        title = _TITLE.match(named.plain)
        first = title.end() if title else 0
        return source.part(named.start + first, named.start + _first_name(named.plain, first))
    ends = ((cell, match) for cell in everything if (match := _NAME_AT_END.search(cell.plain)))
    return next((_named(source, cell, match) for cell, match in ends if _surnamed(match["name"])), None)


def _first_name(plain: str, first: int) -> int:
    """Where the name ends; of two that share a line ("Lê Văn An Tô Thị Bình") the first."""
    words = list(re.finditer(r"\S+", plain[first:]))
    for word in words[2:-1] if len(words) > 4 else ():
        if _surnamed(word[0]) and len(words) - words.index(word) > 1:
            return first + word.start() - 1
    return len(plain)


def _named(source: Source, cell: Line, match: re.Match[str]) -> Part:
    return source.part(cell.start + match.start("name"), cell.start + match.end("name"))


def _whole(source: Source, cell: Line) -> Part:
    return source.part(cell.start, cell.end)


def _is_name(cell: Line) -> bool:
    """Whether the line is a person's name, with a title or rank before it at most."""
    if len(cell.plain) > 60 or cell.plain[0] in "-+•":
        return False
    title = _TITLE.match(cell.plain)
    name = cell.plain[title.end() :] if title else cell.plain
    if _NAME.fullmatch(name) and not name.isupper():
        return bool(title) or _surnamed(name)
    return (
        bool(_NAME_LOUD.fullmatch(name)) and _surnamed(name) and not _OFFICE.match(cell.bare) and not opens(cell.bare)
    )


def _surnamed(name: str) -> bool:
    return bare(name.split()[0]) in _surnames()


__all__ = ["ReadTail", "read_tail"]
