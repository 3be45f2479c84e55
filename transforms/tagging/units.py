"""The administrative unit that a body or office belongs to: "UBND tỉnh" of a portal of Lạng Sơn, "Huyện ủy" in context.

A unit that the name itself tells is resolved like a place. A bare level is the portal's province, or the one district
or commune of that level that the text names; where it names several, the one of the same paragraph, else none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transforms.tagging.gazetteer import Unit
from transforms.tagging.grammar import Grammar
from transforms.tagging.resolve import Resolver
from transforms.tagging.spans import Found
from transforms.tagging.view import token_key
from transforms.tagging.words import CITY_LEVELS

_HEADS = {
    token_key(f"{head} {body}"): level
    for head, level in (
        ("tỉnh", "tỉnh"),
        ("thành", "thành phố"),
        ("huyện", "huyện"),
        ("quận", "quận"),
        ("thị", "thị xã"),
    )
    for body in ("ủy", "đoàn")
}
LONGEST_AREA = 8  # tokens of a type word and a name
_BARE = {
    "tỉnh": "province",
    "thành phố": "city",
    "tp": "city",
    "huyện": "district",
    "quận": "district",
    "thị xã": "district",
    "xã": "commune",
    "phường": "commune",
    "thị trấn": "commune",
    "đặc khu": "commune",
}


@dataclass(frozen=True, slots=True)
class Area:
    """The area at the end of a body's name: its type word if any, and its own name as a place, or None when bare."""

    type: str | None
    place: Found | None


def area_of(grammar: Grammar, first: int, last: int) -> Area | None:
    """The area with which the tokens ``first`` to ``last`` (exclusive) of a body or office end."""
    firsts = grammar.lexicon.areas.firsts
    for at in range(max(first, last - LONGEST_AREA), last):
        if not (grammar.capital[at] or grammar.folded[at] in firsts):
            continue
        found = grammar.lexicon.areas.match(grammar.folded, at)
        if found and found[0] <= last:
            kind = " ".join(grammar.folded[at : found[0]]).rstrip(" .")
            if kind in _BARE and found[0] == last:
                return Area(kind, None)
            if kind in _BARE and grammar.area_name(found[0], *found[1].split()) == last:
                return Area(kind, _place(grammar, at, found[0], last, found[1].split()[0]))
        if grammar.listed_area(at, CITY_LEVELS) == last:
            level = "province" if grammar.listed_area(at, ("province",)) == last else "district"
            return Area(None, _place(grammar, at, at, last, level))
    head = _HEADS.get((grammar.folded[last - 2], grammar.folded[last - 1])) if last - first > 1 else None
    return Area(head, None) if head else None


def _place(grammar: Grammar, start: int, name: int, end: int, level: str) -> Found:
    tokens = grammar.view.tokens
    norm = grammar.view.plain[tokens.starts[name] : tokens.ends[end - 1]]
    if level == "province" and grammar.listed_area(name, ("province",)) != end:
        level = "district"
    key = tuple(grammar.folded[name:end])
    return Found("LOC", tokens.starts[start], tokens.ends[end - 1], "body", norm=norm, level=level, key=key)


class Homes:
    """Finds the unit of bodies whose name ends with a bare level."""

    def __init__(self, resolver: Resolver, named: Sequence[tuple[int, Unit]]) -> None:
        self.resolver = resolver
        self.named = named
        """Units that the text names, with their positions."""

    def unit(self, kind: str, position: int) -> Unit | None:
        """The unit that a bare ``kind`` ("tỉnh", "huyện") means at ``position``, or None."""
        level = _BARE[kind]
        if level in ("province", "city"):
            home = self.resolver.home_province()
            if home and (home.type == "Thành phố") == (level == "city"):
                return home
            if level == "province":
                return None
        wanted = "thành phố" if level == "city" else kind
        units = [(at, unit) for at, unit in self.named if unit.type.lower() == wanted and unit.level != "province"]
        return self._only(units) or self._only([each for each in units if self._beside(each[0], position)])

    def _only(self, units: Sequence[tuple[int, Unit]]) -> Unit | None:
        return units[0][1] if units and len({unit.code for _, unit in units}) == 1 else None

    def _beside(self, one: int, other: int) -> bool:
        first, last = sorted((one, other))
        return "\n" not in self.resolver.plain[first:last]
