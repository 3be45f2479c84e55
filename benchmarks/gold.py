"""Texts with their mentions marked, and the scale: strict spans by type, as the measuring data's guidelines have them.

Our own gold (``tests/tagging/gold``) is written as text with marks::

    # name | province slug | day
    {PER Lò Văn Ín | Bí thư Huyện ủy} đến {LOC:commune xã Chiềng Sơ}; {IGN nothing counts here}.

A mark holds the type, after a colon a place's level, the text, and after ``|`` the office of a person.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from transforms.tagging import Context, Tags, tag

OWN = Path(__file__).parents[1] / "tests/tagging/gold"
TYPES = ("PER", "ORG", "LOC", "ROLE", "DOC", "DATE", "QTY")
IGNORED = "IGN"
WIDER = {"LOC": {"ORG", "ROLE", "DOC"}, "ORG": {"ROLE", "DOC", "LOC"}, "DATE": {"DOC"}, "ROLE": {"ORG"}}
"""Types in whose mentions one of the other type is neither right nor wrong."""
_MARK = re.compile(r"\{(?P<type>[A-Z]+)(?::(?P<level>[a-z]+))? (?P<text>[^{}|]+?)(?: \| (?P<role>[^{}]+))?\}")
_HEAD = re.compile(r"^# (?P<name>\S+) \| (?P<province>\w*) ?\| (?P<day>\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Marked:
    """One mention of the gold; ``role`` is the first office of a person, ``level`` and ``province`` are a place's."""

    type: str
    start: int
    end: int
    role: str | None = None
    level: str | None = None
    province: str | None = None


@dataclass(frozen=True, slots=True)
class GoldText:
    """A text with its mentions and where it comes from."""

    name: str
    text: str
    context: Context
    marks: tuple[Marked, ...]

    def tags(self) -> Tags:
        """What the tagger finds."""
        return tag(self.text, self.context)


@dataclass(slots=True)
class Counts:
    """Right, superfluous and missed mentions."""

    right: int = 0
    extra: int = 0
    missed: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def f1(self) -> float:
        """Strict F1; 0 where there is nothing to find."""
        return 2 * self.right / max(1, 2 * self.right + self.extra + self.missed)


def own(folder: Path = OWN) -> list[GoldText]:
    """Our own gold, in order of files and texts."""
    return [text for path in sorted(folder.glob("*.txt")) for text in _texts(path.read_text(encoding="utf-8"))]


def rows(path: Path, homes: dict[str, str]) -> list[GoldText]:
    """The gold of a JSON lines file of the measuring data; ``homes`` gives provinces by a part of a text's name."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_row(json.loads(line), homes) for line in lines]


def digest(texts: Iterable[GoldText]) -> str:
    """16 hex digits over texts and marks."""
    return hashlib.sha256("\n".join(f"{each.text}{each.marks}" for each in texts).encode()).hexdigest()[:16]


def count(texts: Sequence[GoldText], tagged: Sequence[Tags], kinds: Iterable[str]) -> Counts:
    """Strict counts over the types of ``kinds``."""
    counts = Counts()
    for kind in kinds:
        for gold, tags in zip(texts, tagged, strict=True):
            _count(gold, tags, kind, counts)
    return counts


def offices(texts: Sequence[GoldText], tagged: Sequence[Tags]) -> float:
    """Share of the people of the gold that hold an office whose first office was found."""
    right = wanted = 0
    for gold, tags in zip(texts, tagged, strict=True):
        found = {(m.start, m.end): m.role or "" for m in tags.mentions if m.type == "PER"}
        for mark in gold.marks:
            if mark.type == "PER" and mark.role:
                wanted += 1
                first = " ".join(mark.role.split("; ")[0].split(", ")[0].split())
                right += first in found.get((mark.start, mark.end), "")
    return right / max(1, wanted)


def _count(gold: GoldText, tags: Tags, kind: str, counts: Counts) -> None:
    wanted = {(mark.start, mark.end) for mark in gold.marks if mark.type == kind}
    found = {(m.start, m.end) for m in tags.mentions if m.type == kind}
    extra = [span for span in sorted(found - wanted) if not _excused(gold, span, kind)]
    missed = sorted(wanted - found)
    counts.right += len(wanted & found)
    counts.extra += len(extra)
    counts.missed += len(missed)
    for word, spans in (("extra", extra), ("missed", missed)):
        counts.errors += [f"{gold.name}: {word} {kind} {gold.text[slice(*span)]!r}" for span in spans]


def _excused(gold: GoldText, span: tuple[int, int], kind: str) -> bool:
    start, end = span
    return any(
        (mark.type == IGNORED and start < mark.end and mark.start < end)
        or (mark.type in WIDER.get(kind, ()) and mark.start <= start and end <= mark.end)
        for mark in gold.marks
    )


def _texts(source: str) -> Iterator[GoldText]:
    heads = list(_HEAD.finditer(source))
    ends = [head.start() for head in heads[1:]] + [len(source)]
    for head, end in zip(heads, ends, strict=True):
        day = date.fromisoformat(head["day"]) if head["day"] != "-" else None
        text, marks = _unmarked(source[head.end() : end].strip())
        yield GoldText(head["name"], text, Context(province=head["province"] or None, published=day), marks)


def _unmarked(source: str) -> tuple[str, tuple[Marked, ...]]:
    parts: list[str] = []
    marks: list[Marked] = []
    size = done = 0
    for mark in _MARK.finditer(source):
        parts += [source[done : mark.start()], mark["text"]]
        start = size + mark.start() - done
        size = start + len(mark["text"])
        done = mark.end()
        marks.append(Marked(mark["type"], start, size, mark["role"], mark["level"]))
    return "".join([*parts, source[done:]]), tuple(marks)


def _row(row: dict[str, object], homes: dict[str, str]) -> GoldText:
    name = str(row["doc"])
    context = Context(province=next((slug for part, slug in homes.items() if part in name), None))
    entities = row["entities"] if isinstance(row["entities"], list) else []
    return GoldText(name, str(row["text"]), context, tuple(_entity(entity) for entity in entities))


def _entity(entity: dict[str, object]) -> Marked:
    found = entity.get("attrs", entity)
    attrs = found if isinstance(found, dict) else {}
    role, level, province = (str(attrs[key]) if attrs.get(key) else None for key in ("role", "level", "province"))
    return Marked(str(entity["type"]), int(str(entity["start"])), int(str(entity["end"])), role, level, province)
