"""The head of a document: who issues it, number, place and date, type, subject, addressees and legal bases.

Boxes 1 to 5 and 9a of Decree 30/2020/NĐ-CP, annex I; the Party's heads are of the same build. A two-column head may
come as lines of one column after the other, or with both columns on a line.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from transforms import numbers
from transforms.documents.structure import agencies
from transforms.documents.structure.model import Head, Part
from transforms.documents.structure.source import Line, Source, bare
from transforms.documents.structure.types import LETTER, read_type

HEAD_LINES = 45
_MOTTO = re.compile(
    r"c\w{2,3}g h\w{1,3} x\w h\w{1,2} ch\w ngh\w{1,4} v\w{2,3} nam\W{0,3}"
    r"|d\w{2} l\wp\W{1,4}t\w d\w\W{1,4}h\w{3} ph\w{2}\W{0,3}"
    r"|d\w{2,3}g c\w{2,3}g s\wn v\w{2,3} nam\W{0,3}"
)
_COLUMNS = re.compile(r" {3,}| ?\| ?| ?[-_=*]{3,} ?")
_ABOVE = re.compile(r"(?:ubnd|uy ban nhan dan|bo|so|tinh uy|dang bo|thanh uy|huyen uy|dai hoc|tong cong ty)\b")
_BELOW = re.compile(
    r"(?<= )(?:so|phong|van phong|chi cuc|cuc|trung tam|ban quan ly|ban dan toc|thanh tra|truong|benh vien|huyen uy"
    r"|dang uy|thi uy|thanh uy|ban thuong vu|ban to chuc|ban tuyen giao|ban chi dao)\b"
)
_SO = re.compile(r"s[o06]\s{0,3}(?:ky hieu\s{0,2})?(?:[:;.,]?\s{0,8}(?=[\d/._\-…])|[:;]\s{0,8}(?=\S{1,12}\s{0,3}/))")
_BLANK_NUMBER = re.compile(r"[^/]{0,30}(?P<symbol>[/-]\s{0,3}(?:\d{4}/)?[A-ZĐ][\w&/-]{1,30})")  # or written by hand
_DATE = re.compile(
    r"ng\wy\s{0,3}(?P<d>\d{0,2})[\s._…]{0,12}th\wng\s{0,3}(?P<m>\d{0,2})[\s._…]{0,12}n\wm\s{0,3}(?P<y>(?:19|20)\d\d)(?!\d)"
)
_PLACE = re.compile(
    r"(?:^|(?<=\s))(?P<place>(?:(?:TP|Tp)\.\s?)?[^\W\d_]{1,12}(?:[ -]{1,3}[^\W\d_]{1,12}){0,5})\s{0,3}[,.;]?\s{0,4}$"
)
_LETTER = re.compile(r"(?:^|(?<=\s))v\s?/\s?v\s{0,2}[:.]?\s{1,3}")
_TO = re.compile(
    r"kinh (?:g\wi|trinh)\s{0,3}[:;]?\s{0,3}|(?:.{0,120}\s)?(?:tran trong )?kinh moi\s{0,3}(?::\s{0,3}|$)"
    r"|(?:.{0,120}\s)?dien\s{0,3}:$"
)
_AREA = re.compile(r"(?:tinh|thanh pho|huyen|quan|thi xa|xa|phuong|thi tran|dac khu|khu vuc)\b(?! uy\b)")
_RULE = re.compile(r"[\s\-_=.*~]{2,}")
_BASE = re.compile(
    r"(?:can cu|thuc hien|theo de nghi|theo|xet|tren co so|tiep theo|tiep tuc thuc hien|de trien khai|de thuc hien"
    r"|nham trien khai|nham thuc hien|trien khai|phuc dap|tra loi|sau khi (?:xem xet|nghien cuu)|quan triet)\b"
)
_BODY = re.compile(
    r"(?:dieu 1\b|[ivx1l|]{1,3}\s?[./)-]\s|(?:phan|chuong|muc)\s+(?:thu|[ivx\d]+)\b|[-_=.]{3,}|kinh (?:gui|trinh)"
    r"|noi nhan|quyet (?:dinh|nghi)\s{0,2}:|nghi quyet\s{0,2}:)"
)
_INTRODUCES = re.compile(r"\b(?:ban hanh|bao cao|thong bao|de nghi|trinh|xay dung|kinh moi|tran trong)\b")
_OFFICES = ("chu tich", "bo truong", "giam doc", "truong ban", "tong giam doc")
_HOUR = re.compile(r"[,\s]{0,3}(?:vao )?hoi\s[^,]{1,30},?\s{0,3}$")
_SUBJECT_LINES = 9
_LONGEST_PLACE = 80  # characters before a date in which its place stands
_LEFT_BLANK = ("so:", "so", "ngay", "thang", "nam")


@dataclass(frozen=True, slots=True)
class ReadHead:
    """The head, the line below subject and addressees, and the one below the bases."""

    head: Head
    opening: int
    body: int


def read_head(source: Source) -> ReadHead:
    """The head of the text; whatever the text does not show stays null."""
    cells = _cells(source)
    number_at = next((i for i, (_, cell) in enumerate(cells) if _SO.match(cell.bare)), None)
    dated_at = _date_cell(cells)
    typed_at, kind, consumed = _type(cells, number_at)
    stop = next((at for at in (number_at, dated_at, typed_at) if at is not None), 0)
    number = _number(cells[number_at][1], source) if number_at is not None else None
    superior, issuer = _issuer([cell for _, cell in cells[:stop]], number, source)
    place, issued, day = _dated(cells[dated_at][1], source) if dated_at is not None else (None, None, None)
    subject, body = _subject(cells, typed_at, consumed, source)
    addressees, body = _addressees(source, body)
    bases, after = _bases(source, body)
    head = Head(
        superior=superior,
        issuer=issuer,
        number=number,
        place=place,
        issued=issued,
        issued_date=day,
        doc_type=kind,
        type_line=source.part(cells[typed_at][1].start, cells[typed_at][1].end) if typed_at is not None else None,
        subject=subject,
        addressees=addressees,
        bases=bases,
    )
    return ReadHead(head, body, after)


Cell = tuple[int, Line]  # number of the line, and the piece of it that is one column's


def _cells(source: Source) -> list[Cell]:
    return [(at, cell) for at, line in enumerate(source.lines[:HEAD_LINES]) for cell in _columns(line)]


def _columns(line: Line) -> Iterator[Line]:
    """The columns that share a line; the motto is none."""
    cuts = [match.span() for match in _MOTTO.finditer(line.bare)]
    gaps = (match.span() for match in _COLUMNS.finditer(line.plain))
    cuts += [gap for gap in gaps if not line.bare.endswith(_LEFT_BLANK, 0, gap[0])]
    cuts += [(at, at) for at in _issuers_below(line)]
    dated = _DATE.search(line.bare)
    place = _place(line, dated) if dated and _SO.match(line.bare) else None
    if place:
        cuts.append((place.start(), place.start()))
    letter = _LETTER.search(line.bare)
    if letter and letter.start():
        cuts.append((letter.start(), letter.start()))
    done = 0
    for start, end in [*sorted(cuts), (len(line.plain), len(line.plain))]:
        piece = line.cut(done, start) if start > done else None
        if piece and any(letter.isalnum() for letter in piece.plain):
            yield piece
        done = max(done, end)


def _issuers_below(line: Line) -> Iterator[int]:
    """Where the issuing body begins behind the one above it, in capitals on one line (UBND TỈNH TRÀ VINH SỞ Y TẾ)."""
    if line.plain[:8].isupper() and _ABOVE.match(line.bare):
        for match in _BELOW.finditer(line.bare, 8):
            if line.plain[match.start() : match.end()].isupper():
                yield match.start()


def _number(cell: Line, source: Source) -> Part | None:
    """The number behind "Số:", or the symbol where the number itself is left blank."""
    prefix = _SO.match(cell.bare)
    after = prefix.end() if prefix else 0
    found = numbers.find_numbers("Số " + cell.plain[after:])
    if found and found[0].start < 12:
        start = cell.start + after - 3 + found[0].start
        return source.part(start, start + found[0].end - found[0].start)
    blank = _BLANK_NUMBER.match(cell.plain, after)
    return source.part(cell.start + blank.start("symbol"), cell.start + blank.end()) if blank else None


def _dated(cell: Line, source: Source) -> tuple[Part | None, Part | None, dt.date | None]:
    match = _DATE.search(cell.bare)
    if match is None:
        return None, None, None
    place = _place(cell, match)
    where = source.part(cell.start + place.start("place"), cell.start + place.end("place")) if place else None
    if where is not None and not where.text[:1].isupper():
        where = None
    return where, source.part(cell.start + match.start(), cell.start + match.end()), _day(match)


def _place(line: Line, dated: re.Match[str]) -> re.Match[str] | None:
    first = max(0, dated.start() - _LONGEST_PLACE)
    hour = _HOUR.search(line.bare, first, dated.start())  # an urgent telegram tells it
    return _PLACE.search(line.plain, first, hour.start() if hour else dated.start())


def _date_cell(cells: list[Cell]) -> int | None:
    """The cell of place and date: a short one above the body, which ends with the date."""
    for at, (_, cell) in enumerate(cells):
        match = _DATE.search(cell.bare)
        if match and len(cell.plain) - match.end() < 12 and match.start() < _LONGEST_PLACE:
            return at
        if _BASE.match(cell.bare) and cell.plain[0].isupper() and not cell.shouted:
            return None
    return None


def _day(match: re.Match[str]) -> dt.date | None:
    try:
        return dt.date(int(match["y"]), int(match["m"] or 0), int(match["d"] or 0))
    except ValueError:
        return None


def _type(cells: list[Cell], number_at: int | None) -> tuple[int | None, str | None, int]:
    """The line that names the type, below the number where there is one; else a letter's "V/v" line."""
    for at in range(number_at or 0, len(cells)):
        named = read_type(cells[at][1])
        if named:
            return at, *named
        if _BODY.match(cells[at][1].bare) and not cells[at][1].shouted:
            break
    for at, (_, cell) in enumerate(cells):
        match = _LETTER.match(cell.bare)
        if match:
            return at, LETTER, match.end()
    return None, None, 0


def _issuer(cells: list[Line], number: Part | None, source: Source) -> tuple[Part | None, Part | None]:
    """(superior, issuer): the bodies in capitals above the number; a name may run over several lines.

    The last one is the issuer, but for the one that the number's symbol stands for: stamps name others.
    """
    names: list[list[Line]] = []
    for cell in cells:
        if not cell.shouted or sum(map(str.isalpha, cell.plain)) < 4:
            continue
        if names and (_AREA.match(cell.bare) or not agencies.opens(cell.bare) or _open(names[-1][-1])):
            names[-1].append(cell)
        else:
            names.append([cell])
    parts = [_joined(source, name) for name in names]
    symbol = numbers.parse_number(f"1{number.text}" if number.text[0] == "/" else number.text) if number else None
    known = bare(numbers.issuer_name(symbol.issuer_symbol) or "\n") if symbol else "\n"
    at = next((i for i, part in enumerate(parts) if bare(part.text) == known), len(parts) - 1)
    return (parts[at - 1] if at > 0 else None), (parts[at] if parts else None)


def _open(cell: Line) -> bool:
    """Whether a name goes on below: behind a connector, or behind the office whose body follows (CHỦ TỊCH)."""
    return cell.bare in _OFFICES or cell.bare.endswith((" va", "-", ",", " cua", " cac", "&"))


def _joined(source: Source, lines: list[Line]) -> Part:
    """The lines as one part; its text leaves out what another column puts between them."""
    text = " ".join(source.part(line.start, line.end).text for line in lines)
    return Part(lines[0].start, lines[-1].end, text)


def _subject(cells: list[Cell], typed_at: int | None, consumed: int, source: Source) -> tuple[Part | None, int]:
    """The subject below the type (or behind "V/v"), and the line after it."""
    if typed_at is None:
        return _untyped(cells, source)
    at, first = cells[typed_at]
    letter = bool(_LETTER.match(first.bare))
    rest = first.cut(consumed)
    taken = [rest] if rest and any(map(str.isalpha, rest.plain)) else []
    last = at
    for number, cell in cells[typed_at + 1 : typed_at + 1 + _SUBJECT_LINES]:
        if _DATE.search(cell.bare) and letter:
            continue
        if _subject_ends(taken, cell, letter):
            break
        taken.append(cell)
        last = number
    if not taken:
        return None, last + 1
    return _joined(source, taken), last + 1


def _untyped(cells: list[Cell], source: Source) -> tuple[Part | None, int]:
    """The lines between head and bases where the type cannot be read; none without a base below them."""
    after = _after_head(cells)
    taken: list[Line] = []
    for number, cell in cells:
        if number < after or cell.shouted:
            continue
        if _BASE.match(cell.bare) and cell.plain[0].isupper():
            return (_joined(source, taken) if 0 < len(taken) < _SUBJECT_LINES else None), number
        taken.append(cell)
    return None, after


def _subject_ends(taken: list[Line], cell: Line, letter: bool) -> bool:
    if _BODY.match(cell.bare) or (letter and cell.shouted) or (taken and cell.plain.endswith(":")):
        return True
    if not taken:
        return bool(_BASE.match(cell.bare)) and cell.bare.startswith("can cu")
    if cell.plain[0].islower():
        return False
    above = taken[-1].plain
    if above.endswith((".", ";")) or (cell.shouted and not taken[-1].shouted):
        return True
    if cell.shouted:
        return agencies.opens(cell.bare) and len(cell.plain) < 60
    return bool(_BASE.match(cell.bare)) or cell.apart or len(cell.plain) > 160 or bool(_INTRODUCES.search(cell.bare))


def _after_head(cells: list[Cell]) -> int:
    """The line after the last one that is the head's, in a text without type and subject."""
    based = next((i for i, (_, cell) in enumerate(cells) if _BASE.match(cell.bare)), len(cells))
    above = cells[:based]
    dated = _date_cell(above)
    known = [at for i, (at, cell) in enumerate(above) if i == dated or _SO.match(cell.bare)]
    return max(known, default=-1) + 1


def _addressees(source: Source, at: int) -> tuple[tuple[Part, ...], int]:
    """Those after "Kính gửi": on its line, or one a line behind dashes."""
    lines = source.lines
    begin = next((i for i in range(at, min(at + 12, len(lines))) if _TO.match(lines[i].bare)), None)
    if begin is None:
        return (), at
    match = _TO.match(lines[begin].bare)
    rest = lines[begin].cut(match.end() if match else 0)
    found = [(rest.start, rest.end)] if rest else []
    dashes, i = False, begin + 1
    while i < len(lines) and i < begin + 60:
        line = lines[i]
        dashed = line.plain[0] in "-+•"
        if not dashed and found and _addressed(source, lines[i - 1], line, dashes):
            break
        if dashed or not found:
            found.append((line.start, line.end))
        else:
            found[-1] = (found[-1][0], line.end)
        dashes, i = dashes or dashed, i + 1
    return tuple(part for start, end in found for part in split_list(source, start, end)), i


def _addressed(source: Source, above: Line, line: Line, dashes: bool) -> bool:
    """Whether the addressees end above a line without a dash."""
    if line.apart or above.plain.endswith((".", ";")) or _BASE.match(line.bare):
        return True
    return not dashes and not source.continues(above, line)


def split_list(source: Source, start: int, end: int) -> Iterator[Part]:
    """The items of a list that semicolons separate, without dashes and closing marks."""
    begin = start
    for piece in source.plain[start:end].split(";"):
        kept = piece.strip(" \n-+•.,:")
        if kept:
            first = begin + piece.index(kept)
            yield source.part(first, first + len(kept))
        begin += len(piece) + 1


def _bases(source: Source, at: int) -> tuple[tuple[Part, ...], int]:
    """The paragraphs that say on what the document rests; they stand before the first section."""
    lines = source.lines
    found: list[tuple[int, int]] = []
    i = at
    while i < len(lines):
        line = lines[i]
        if _RULE.fullmatch(line.plain):
            i += 1
            continue
        if _BODY.match(line.bare):
            break
        if line.plain[0].isupper() and _BASE.match(line.bare) and not line.shouted:
            last = _paragraph(source, i)
            found.append((line.start, lines[last].end))
            i = last + 1
        elif line.shouted and not found:
            i += 1
        else:
            break
    return tuple(source.part(start, end) for start, end in found), i if found else at


def _paragraph(source: Source, at: int) -> int:
    """The last line of the paragraph that begins at line ``at``."""
    lines = source.lines
    while at + 1 < len(lines):
        above, line = lines[at], lines[at + 1]
        if _BODY.match(line.bare) or (line.plain[0].isupper() and _BASE.match(line.bare) and above.plain[-1] in ".;,"):
            return at
        if not source.continues(above, line):
            return at
        at += 1
    return at
