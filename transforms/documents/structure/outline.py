"""Sections as a tree: labels that follow each other in order, each under the one that is open above it."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace

from transforms.documents.structure import agencies
from transforms.documents.structure.labels import ALPHABET, LETTER_RANK, NUMBER_RANK, Label, as_roman, labels
from transforms.documents.structure.model import Section
from transforms.documents.structure.source import Line, Source
from transforms.documents.structure.types import read_type

_GAP = 3  # labels that may be lost between two that were read
_NAMES = {"part": "Phần", "chapter": "Chương", "division": "Mục", "subdivision": "Tiểu mục", "article": "Điều"}
_SECOND = re.compile(r"(?:II|III|IV)\s?[.,/-]\s")
_ANNEX = re.compile(r"phu luc(?:\s{1,2}(?:so\s{1,2})?(?P<label>[ivxl\d]{1,5}|[a-h]))?\s?(?:[.:-].{0,150})?$")
_LISTS = re.compile(r"(?:danh muc|danh sach|bieu|mau|noi dung|bang|lich|noi quy|dieu le)\b")
_LONGEST_QUOTE = 300  # lines; a mark that is not closed for longer is a misreading
_LONGEST_TITLE = 300
_SENTENCE_END = re.compile(r"\.\s")


@dataclass(slots=True)
class Node:
    """An accepted label: its line, path and place in the tree."""

    label: Label
    at: int  # number of the line
    path: str
    parent: Node | None
    repair: str | None = None
    children: dict[int, tuple[int, ...]] = field(default_factory=dict)  # last value of each rank below it

    @property
    def level(self) -> int:
        """1 at the top."""
        return self.parent.level + 1 if self.parent else 1


class Outline:
    """Accepts labels line by line; the stack holds the sections that are open."""

    def __init__(self, romans: bool = False) -> None:
        self._romans = romans
        self.nodes: list[Node] = []
        self._stack: list[Node] = []
        self._top: dict[int, tuple[int, ...]] = {}
        self._paths: dict[str, int] = {}
        self._annexes = 0
        self._upper_below: bool | None = None  # capitals below Roman numerals; known from the first capital on

    def offer(self, line: Line, at: int) -> bool:
        """Take the line as a section where one of its labels fits; whether it did."""
        for label in labels(line, self._romans):
            fitting = self._fitting(label)
            if fitting is not None:
                self._open(*fitting, at)
                return True
        return False

    def annex(self, at: int, name: str, title: int) -> None:
        """Open an annex: what follows is numbered anew."""
        self._annexes += 1
        self._open(Label("annex", (self._annexes,), name, title), None, at)

    def _rank(self, label: Label) -> float:
        return 6.5 if label.kind == "upper" and self._upper_below else label.rank

    def _above(self, rank: float) -> list[Node]:
        return [node for node in self._stack if self._rank(node.label) < rank]

    def _last(self, above: list[Node], rank: int) -> tuple[int, ...] | None:
        return (above[-1].children if above else self._top).get(rank)

    def _fitting(self, label: Label) -> tuple[Label, str | None] | None:
        """The label as it fits behind the ones before, and the repair that it took; None where it does not."""
        if label.kind == "number":
            return self._decimal(label)
        if label.kind == "upper" and label.value == (1,) and self._upper_below is None:
            self._upper_below = any(node.label.kind == "roman" for node in self._stack)
        last = self._last(self._above(self._rank(label)), label.rank)
        value, before = label.value[0], last[0] if last else 0
        room = _GAP if label.sure and label.kind != "letter" else (2 if label.sure else 1)
        fits = before < value <= before + room or (value == before and label.suffix != "")
        if label.kind in ("article", "letter", "chapter", "part", "division") and value == 1:
            fits = True
        if label.kind == "article" and before < value <= before + 12:
            fits = True
        if not fits:
            return self._stroke_lost(label, before)
        readable = label.kind != "roman" or label.written == as_roman(value)
        return label, None if readable else f"{label.written} for {as_roman(value)}"

    def _stroke_lost(self, label: Label, last: int) -> tuple[Label, str | None] | None:
        """A second "II. TỔ CHỨC THỰC HIỆN" is III: the numeral that follows, less one stroke."""
        following = as_roman(last + 1) if label.kind == "roman" and label.value[0] <= last < 30 else ""
        if not (label.sure and label.loud and following.replace("I", "", 1) == label.written):
            return None
        return replace(label, value=(last + 1,)), f"{label.written} for {following}"

    def _decimal(self, label: Label) -> tuple[Label, str | None] | None:
        """A decimal label that is among the next ones; else one of them that it is a misreading of."""
        container = self._above(NUMBER_RANK)
        open_ = next((n.label.value for n in reversed(self._stack) if n.label.kind == "number"), None)
        if self._stack and self._stack[-1].label.kind == "letter" and len(label.value) == 1 and label.value[0] == 1:
            return None
        last = open_ or self._last(container, NUMBER_RANK)
        if _follows(last, label.value, label.sure):
            return label, None
        if len(label.value) == 1 and label.value == (1,) and label.sure and last and not open_:
            return label, None
        for expected in _next(last):
            if _misread(label, expected):
                return replace(label, value=expected), f"{label.written} for {'.'.join(map(str, expected))}"
        return None

    def _open(self, label: Label, repair: str | None, at: int) -> None:
        rank = self._rank(label)
        self._stack = self._above(rank)
        parent = self._parent(label)
        kept = self._stack[-1].children if self._stack else self._top
        kept[label.rank] = label.value
        if label.kind == "number":
            container = self._above(NUMBER_RANK)
            (container[-1].children if container else self._top)[NUMBER_RANK] = label.value
        node = Node(label, at, self._path(label, parent), parent, repair)
        self._stack.append(node)
        self.nodes.append(node)

    def _parent(self, label: Label) -> Node | None:
        """The open section above; one of another branch of decimals (its own parent was lost) does not count."""
        for node in reversed(self._stack):
            other = node.label
            if other.kind != "number" or label.kind != "number" or label.value[: len(other.value)] == other.value:
                return node
        return None

    def _path(self, label: Label, parent: Node | None) -> str:
        own = _own(label)
        above = parent
        if label.kind in ("article", "part"):
            while above is not None and above.label.kind != "annex":
                above = above.parent
        while above is not None and label.kind == "number" and above.label.kind == "number":
            above = above.parent
        path = f"{above.path}.{own}" if above else own
        self._paths[path] = seen = self._paths.get(path, 0) + 1
        return path if seen == 1 else f"{path}~{seen}"


def _own(label: Label) -> str:
    """The label's share of a path."""
    if label.kind == "letter":
        return ALPHABET[label.value[0] - 1]
    if label.kind == "roman":
        return as_roman(label.value[0])
    if label.kind == "annex":
        return f"PL{label.value[0]}"
    if label.kind in _NAMES:
        return f"{_NAMES[label.kind]} {label.written.upper() if label.kind != 'article' else label.written}"
    return label.written if label.kind == "upper" else ".".join(map(str, label.value))


def _follows(last: tuple[int, ...] | None, value: tuple[int, ...], sure: bool) -> bool:
    """Whether a decimal may stand after ``last``: one step on at some depth, a few lost ones forgiven."""
    if last is None:
        return value == (1,) or (sure and value in ((1, 1), (2,)))
    if value <= last:
        return False
    shared = next((i for i, (a, b) in enumerate(zip(last, value, strict=False)) if a != b), min(len(last), len(value)))
    room = _GAP if sure else 1
    steps = value[shared] - (last[shared] if shared < len(last) else 0)
    fresh = (
        all(each == 1 for each in value[shared + 1 :])
        if not sure
        else all(each <= _GAP for each in value[shared + 1 :])
    )
    return steps <= room and fresh and len(value) <= len(last) + (2 if sure else 1)


def _next(last: tuple[int, ...] | None) -> list[tuple[int, ...]]:
    """Decimals that may follow directly: the next sibling, the first child, the next of each ancestor."""
    if last is None:
        return [(1,)]
    siblings = [(*last[:depth], last[depth] + 1) for depth in range(len(last) - 1, -1, -1)]
    return [siblings[0], (*last, 1), *siblings[1:]]


def _misread(label: Label, expected: tuple[int, ...]) -> bool:
    """Whether the label has the digits of ``expected`` with dots lost, or all of them but one."""
    digits, wanted = "".join(map(str, label.value)), "".join(map(str, expected))
    if digits == wanted and len(expected) > 1:
        return True
    if len(label.value) != len(expected) or len(expected) < 2 or len(digits) != len(wanted):
        return False
    return sum(a != b for a, b in zip(digits, wanted, strict=True)) == 1


def read_sections(source: Source, first: int, last: int) -> tuple[Section, ...]:
    """The sections between line ``first`` and the end; lines from ``last`` to the first annex are the signature's."""
    lines = source.lines
    outline = Outline(any(_SECOND.match(line.plain) and line.shouted for line in lines))
    quoted = _quoted(lines)
    after = False
    for at in range(first, len(lines)):
        name = _annex(lines, at, at >= last)
        if name:
            outline.annex(at, *name)
            after = at >= last
        elif (at < last or after) and at not in quoted:
            outline.offer(lines[at], at)
    end = lines[last].start if last < len(lines) else len(source.text.rstrip())
    return _sections(source, outline.nodes, end)


def _quoted(lines: tuple[Line, ...]) -> set[int]:
    """Lines between quotation marks: the articles that an amending document puts into another."""
    found: set[int] = set()
    opened: int | None = None
    for at, line in enumerate(lines):
        odd = line.plain.count('"') % 2 == 1
        if opened is None and odd and line.plain[0] == '"':
            opened = at
        elif opened is not None and odd:
            found.update(range(opened, at + 1) if at - opened < _LONGEST_QUOTE else ())
            opened = None
    return found


def _annex(lines: tuple[Line, ...], at: int, below: bool) -> tuple[str, int] | None:
    """The name of the annex that begins here, and where its title begins on the line."""
    line = lines[at]
    match = _ANNEX.match(line.bare)
    if match and (line.plain.isupper() or (below and line.plain[0].isupper())):
        return (match["label"] or "").upper(), match.end("label") if match["label"] else len("phu luc")
    if below and line.shouted and (read_type(line) or _LISTS.match(line.bare)) and _attached(lines, at):
        return line.plain, 0
    return None


def _attached(lines: tuple[Line, ...], at: int) -> bool:
    """Whether the lines below say that this is issued or sent together with the document."""
    if any(line.bare.startswith("phu luc") for line in lines[max(0, at - 4) : at]):
        return False
    for line in lines[at + 1 : at + 6]:
        if line.bare.startswith(
            ("(ban hanh kem", "(kem theo", "(kem ", "ban hanh kem theo", "(duoc ban hanh", "(ban hanh theo")
        ):
            return True
    return False


def _sections(source: Source, nodes: list[Node], tail: int) -> tuple[Section, ...]:
    end_of_text = len(source.text.rstrip())
    annexes = [source.lines[node.at].start for node in nodes if node.label.kind == "annex"]
    ends = _ends(nodes, source, tail, [*annexes, end_of_text])
    return tuple(
        _section(source, node, ends[i], _next_start(source, nodes, i, ends[i])) for i, node in enumerate(nodes)
    )


def _next_start(source: Source, nodes: list[Node], i: int, end: int) -> int:
    return min(end, source.lines[nodes[i + 1].at].start) if i + 1 < len(nodes) else end


def _ends(nodes: list[Node], source: Source, tail: int, annexes: list[int]) -> list[int]:
    """Where each section ends: at the next one that is not below it, else at the signature or the next annex."""
    ends = [0] * len(nodes)
    following: list[tuple[int, int]] = []  # (level, start) of later sections, levels falling towards the end
    for i in range(len(nodes) - 1, -1, -1):
        node, start = nodes[i], source.lines[nodes[i].at].start
        while following and following[-1][0] > node.level:
            following.pop()
        limit = tail if start < tail else annexes[min(bisect_right(annexes, start), len(annexes) - 1)]
        ends[i] = min(following[-1][1], limit) if following else limit
        following.append((node.level, start))
    return ends


def _section(source: Source, node: Node, end: int, body_limit: int) -> Section:
    line = source.lines[node.at]
    title_end = _title_end(source, node, body_limit)
    title = source.part(min(line.start + node.label.title, title_end), title_end)
    body = source.part(title.end, body_limit)
    whole = source.part(line.start, end)
    return Section(
        path=node.path,
        parent=node.parent.path if node.parent else None,
        kind=node.label.kind,
        label=node.label.written,
        level=node.level,
        start=whole.start,
        end=whole.end,
        title_start=title.start,
        title_end=title.end,
        title=title.text,
        body_start=body.start,
        body_end=body.end,
        text=body.text,
        repair=node.repair,
    )


def _short(line: Line, width: int) -> bool:
    """Whether the line may be the last one of a name; a paragraph's first line is full."""
    return len(line.plain) < 0.7 * width and not line.plain.endswith((".", ";", ","))


def _title_end(source: Source, node: Node, limit: int) -> int:
    """The end of the first paragraph, or of its first sentence where it is long."""
    lines, at = source.lines, node.at
    while at + 1 < len(lines) and lines[at + 1].end <= limit and _goes_on(source, node, at):
        at += 1
    start, end = lines[node.at].start + node.label.title, lines[at].end
    if end - start > _LONGEST_TITLE:
        stop = _SENTENCE_END.search(source.plain, start, end)
        end = stop.start() + 1 if stop else end
    return max(end, lines[node.at].start)


def _goes_on(source: Source, node: Node, at: int) -> bool:
    above, line = source.lines[at], source.lines[at + 1]
    if line.plain[0] in "-+•":
        return False
    bare_label = at == node.at and node.label.title >= len(above.plain)
    if bare_label or (above.shouted and line.shouted and not line.apart):
        return True
    head = source.lines[node.at]
    if line.plain[0].isupper() and source.width and agencies.opens(head.bare[node.label.title :]):
        return above.bare.endswith((" va", ",", ";", "-", " cua")) or _short(line, source.width)
    return source.continues(above, line, heading=True)


__all__ = ["LETTER_RANK", "Outline", "read_sections"]
