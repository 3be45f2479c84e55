"""Labels at the beginning of a line that number a section: what kind, and which values the characters may mean.

Scans misread labels: "L" or "1" for I, "HI" for III, "l.1" for 1.1, and lose dots ("41.5" for 4.1.5). A label is
therefore read as what it says, and :mod:`transforms.documents.structure.outline` decides what fits the order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.documents.structure.source import CAPITALS, Line

ALPHABET = "abcdđeghiklmnopqrstuvxy"
_CAPITAL = f"[{CAPITALS}]"
_ROMAN = re.compile(
    rf"(?P<label>[IVXLHTYl1|!]{{1,5}})\s?(?P<mark>[./),:]|-(?=\s?{_CAPITAL}))\s{{0,4}}(?=[\"(]?{_CAPITAL}|$)"
)
_ROMAN_BARE = re.compile(rf"(?P<label>[IVXLHT1l|!]{{1,5}})\s{{1,3}}(?={_CAPITAL}{{2,}}\s{_CAPITAL}{{2,}})")
_DECIMAL = re.compile(
    r"(?P<label>[\dlIO|§]{1,2}(?:\s?[.,]\s?[\dlIO|§]{1,2}){1,5})(?P<mark>\s?[./),:-]{0,2})\s{0,4}(?=[\"(\[]?[^\W\d_])"
)
_NUMBER = re.compile(rf"(?P<label>\d{{1,3}}|[lI|])\s?(?P<mark>[./),:]|-(?=\s))\s{{0,4}}(?=[\"(\[]?{_CAPITAL}|\()")
_JOINED = re.compile(rf"(?P<label>\d{{2,4}})\s?(?P<mark>\.)\s{{1,4}}(?={_CAPITAL})")
_LETTER = re.compile(r"(?P<label>[a-zđ])(?P<mark>\d?\s?[).]|/)\s{1,4}(?=\S)")
_UPPER = re.compile(rf"(?P<label>[A-HĐK])\s?(?P<mark>[./)]|-(?=\s?{_CAPITAL}))\s{{1,4}}(?={_CAPITAL})")
_ARTICLE = re.compile(r"[đdb]i[eê]u\s{1,2}(?P<label>\d{1,3})(?P<suffix>[a-zđ]?)\s?(?P<mark>[.:]|$)\s{0,4}")
_CHAPTER = re.compile(r"ch\wong\s{1,2}(?P<label>[ivxl1]{1,6}|\d{1,2})\s?(?P<mark>[.:-]|$|\s)\s{0,4}")
_DIVISION = re.compile(r"(?P<sub>tieu )?muc\s{1,2}(?P<label>[ivx]{1,5}|\d{1,2})\s?(?P<mark>[.:-]|$|\s)\s{0,4}")
_PART = re.compile(
    r"phan\s{1,2}(?:thu\s{1,2})?(?P<label>nhat|mot|hai|ba|tu|bon|nam|sau|bay|tam|chin|muoi|[ivx]{1,5}|\d{1,2})"
    r"\s?(?P<mark>[.:-]|$|\s)\s{0,4}"
)
_ORDINALS = dict(
    zip(("nhat", "hai", "ba", "tu", "nam", "sau", "bay", "tam", "chin", "muoi"), range(1, 11), strict=True)
)
_ORDINALS |= {"mot": 1, "bon": 4}
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_AS_ROMAN = str.maketrans({"l": "I", "1": "I", "|": "I", "!": "I", "T": "I", "L": "I", "Y": "V"})
_AS_DIGITS = str.maketrans({"l": "1", "I": "1", "|": "1", "O": "0", "§": "8"})
RANKS = {"annex": 0, "part": 1, "chapter": 2, "division": 3, "subdivision": 4, "upper": 5, "roman": 6, "article": 8}
NUMBER_RANK, LETTER_RANK = 10, 20


@dataclass(frozen=True, slots=True)
class Label:
    """A possible label: its kind, its value (components of a decimal one), where the title begins on the line.

    ``sure`` is false where only the order of sections can tell that it is a label.
    """

    kind: str
    value: tuple[int, ...]
    written: str
    title: int
    sure: bool = True
    suffix: str = ""
    loud: bool = False  # a title in capitals follows

    @property
    def rank(self) -> int:
        """Depth at which labels of this kind stand, smaller is higher."""
        if self.kind == "number":
            return NUMBER_RANK + len(self.value) - 1
        return LETTER_RANK if self.kind == "letter" else RANKS[self.kind]


def labels(line: Line, romans: bool = False) -> list[Label]:
    """Every label that the beginning of the line may be, the likeliest first.

    ``romans``: the text has Roman numerals before titles in capitals, so that "1. MỤC ĐÍCH" may be a misread one.
    """
    first = line.plain[0]
    if first in "đdbĐDB" or first in "cCmMpPtT":
        named = _named(line)
        if named:
            return named
    found: list[Label] = []
    loud = first in "LHTYl1|!" and line.plain[2:].isupper()
    if first in "IVX" or (loud and romans):
        found += _romans(line)
    if first.isdigit() or first in "lIO|§":
        found += _numbers(line)
    if loud and not romans:
        found += _romans(line)
    if first.isalpha():
        found += _letters(line)
    return found


def roman(text: str) -> int | None:
    """The value of a Roman numeral below 40; None for one that is written wrongly."""
    total = 0
    values = [_VALUES.get(each, 0) for each in text.upper()]
    for value, following in zip(values, [*values[1:], 0], strict=True):
        total += -value if value < following else value
    return total if 0 < total < 40 and as_roman(total) == text.upper() else None


def as_roman(value: int) -> str:
    """The Roman numeral of a value below 40."""
    tens, ones = divmod(value, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]


def _romans(line: Line) -> list[Label]:
    match = _ROMAN.match(line.plain) or _ROMAN_BARE.match(line.plain)
    if match is None:
        return []
    written = match["label"]
    exact = roman(written) if written.isupper() and "L" not in written else None
    dotted = match.re is _ROMAN and match["mark"] != ","
    if exact:
        sure, loud = dotted and match["mark"] != ":", line.plain[match.end() :].isupper()
        return [Label("roman", (exact,), written, match.end(), sure, loud=loud)]
    shorter = [written[:-1]] if len(written) > 1 and written[-1] in "L1l|!" else []  # the dot misread: "IL." for "I."
    forms = [form.translate(_AS_ROMAN).replace("H", strokes) for form in (written, *shorter) for strokes in ("II", "I")]
    readings = dict.fromkeys(map(roman, forms))
    return [Label("roman", (value,), written, match.end(), sure=False) for value in readings if value]


def _numbers(line: Line) -> list[Label]:
    match = _DECIMAL.match(line.plain)
    if match:
        written = match["label"]
        values = tuple(int(each) for each in re.split(r"\s?[.,]\s?", written.translate(_AS_DIGITS)))
        sure = written.replace(".", "").isdigit() and line.plain[match.end()].isupper() and "," not in match["mark"]
        return [Label("number", values, written, match.end(), sure)] if 0 not in values else []
    match = _NUMBER.match(line.plain)
    found = []
    value = int(match["label"].translate(_AS_DIGITS)) if match else 0
    if match and 0 < value < 200:
        sure = match["label"].isdigit() and match["mark"] not in ",:"
        found.append(Label("number", (value,), match["label"], match.end(), sure))
    match = _JOINED.match(line.plain)
    if match and "0" not in match["label"]:
        found.append(Label("number", tuple(map(int, match["label"])), match["label"], match.end(), sure=False))
    return found


def _letters(line: Line) -> list[Label]:
    match = _LETTER.match(line.plain)
    if match:
        at = ALPHABET.find(match["label"])
        sure = ")" in match["mark"] or match["mark"] == "/"
        return [Label("letter", (at + 1,), match["label"], match.end(), sure)] if at >= 0 else []
    match = _UPPER.match(line.plain)
    title = line.plain[match.end() :] if match else ""
    if match and len(title) <= 160 and not title.endswith((".", ";")):
        return [
            Label("upper", (ALPHABET.index(match["label"].lower()) + 1,), match["label"], match.end(), title.isupper())
        ]
    return []


def _named(line: Line) -> list[Label]:
    """Điều, Chương, Mục, Tiểu mục and Phần; the word begins with a capital, and its title is none of a sentence."""
    match = _ARTICLE.match(line.bare)
    if match:
        label = Label(
            "article", (int(match["label"]),), match["label"] + match["suffix"], match.end(), suffix=match["suffix"]
        )
        return [label] if line.plain[0].isupper() else []
    for pattern, kind in ((_CHAPTER, "chapter"), (_DIVISION, "division"), (_PART, "part")):
        match = pattern.match(line.bare)
        value = _ordinal(match["label"]) if match else None
        if match and value and _stands_alone(line, match):
            shown = "subdivision" if kind == "division" and match["sub"] else kind
            return [Label(shown, (value,), line.plain[match.start("label") : match.end("label")], match.end())]
    return []


def _ordinal(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    return _ORDINALS.get(text) or roman(text.upper().translate(_AS_ROMAN))


def _stands_alone(line: Line, match: re.Match[str]) -> bool:
    """Nothing or a title in capitals follows; "Chương III Nghị định số ..." is a reference."""
    rest = line.plain[match.end() :]
    marked = match["mark"].strip() != ""
    return line.plain[0].isupper() and (not rest or rest.isupper() or (marked and rest[0].isupper()))
