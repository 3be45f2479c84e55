"""The numbers that Word draws before paragraphs and does not store: kept counting list by list (ECMA-376, 17.9)."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%(\d)")
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_DEEPEST = 9


class Numbering:
    """The lists of a document; ``label`` counts on."""

    def __init__(self, root: Any | None = None) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._lists: dict[str, str] = {}
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        if root is not None:
            self._read(root)

    def label(self, identifier: str, level: int) -> str:
        """The number of the next paragraph of this list and level; bullets are a dash, unknown lists nothing."""
        abstract = self._lists.get(identifier, "")
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return ""
        counts = self._counts[abstract]
        counts[level] = counts.get(level, levels[level][2] - 1) + 1
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        form, pattern, _start = levels[level]
        if form == "bullet":
            return "-" if pattern else ""
        return (
            "" if form == "none" else _PLACE.sub(lambda found: self._shown(levels, counts, int(found[1]) - 1), pattern)
        )

    def _shown(self, levels: dict[int, tuple[str, str, int]], counts: dict[int, int], level: int) -> str:
        form, _pattern, start = levels.get(level, ("decimal", "", 1))
        return shown(counts.setdefault(level, start), form)

    def _read(self, root: Any) -> None:
        for abstract in root.iter(f"{_W}abstractNum"):
            levels = {}
            for level in abstract.iter(f"{_W}lvl"):
                number = level.get(f"{_W}ilvl", "")
                if number.isdigit() and int(number) < _DEEPEST:
                    start = _child(level, "start") or "1"
                    levels[int(number)] = (
                        _child(level, "numFmt") or "decimal",
                        _child(level, "lvlText") or "",
                        int(start) if start.isdigit() else 1,
                    )
            self._levels[abstract.get(f"{_W}abstractNumId", "")] = levels
        for each in root.iter(f"{_W}num"):
            self._lists[each.get(f"{_W}numId", "")] = _child(each, "abstractNumId") or ""


def shown(count: int, form: str) -> str:
    """A count in one of Word's forms; unknown forms are decimal."""
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman"):
        return _roman(count) if form == "upperRoman" else _roman(count).lower()
    return f"{count:02d}" if form == "decimalZero" else str(count)


def _roman(count: int) -> str:
    letters = ""
    for value, sign in _ROMAN:
        times, count = divmod(count, value)
        letters += sign * times
    return letters


def _child(element: Any, name: str) -> str | None:
    found = element.find(f"{_W}{name}")
    return None if found is None else found.get(f"{_W}val")
