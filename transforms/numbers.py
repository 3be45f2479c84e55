"""Numbers and symbols of Vietnamese documents (số, ký hiệu): one key whatever the spelling.

State documents (Decree 30/2020/NĐ-CP, annex III) read ``78/KH-UBND`` or ``15/2020/NĐ-CP``, official letters
``661/UBND-KT``, acts of the National Assembly ``111/2024/QH15``, Party documents ``25-CT/TW``.
Whatever had to be repaired to get there is named in ``repair``; the text as written stays in ``raw``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
_UPPER = "A-ZĐÀÁẢÃẠĂÂÈÉÊÌÍÒÓÔƠÙÚƯÝ"
_GROUP = rf"[{_UPPER}][{_UPPER}&]{{0,14}}(?:[a-zđư]{{1,2}}[{_UPPER}&]{{0,9}})?\d{{0,3}}"
_SEPARATOR = r"\s?[-/.]\s?"
_SYMBOL = rf"{_GROUP}(?:{_SEPARATOR}{_GROUP}){{0,5}}"
_NUMBER = re.compile(
    rf"(?P<number>\d{{1,6}}[a-z]?)(?:\s?/\s?(?P<year>(?:19|20)\d\d))?"
    rf"(?P<separator>\s?[-/]{{1,2}}\s?/?|\s|(?<=\d{{4}}))(?P<symbol>{_SYMBOL})(?P<tail> \d{{3}}(?!\d))?"
)
_START = re.compile(r"(?:(?<![\w/.,-])|(?<=[sS]ố))\d{1,6}[a-z]?(?=\s?[-/]|\s[A-ZĐ])")
_PREFIX = re.compile(r"\s*(?:số\s*(?:/\s*ký hiệu)?\s*:?\s*)?", re.IGNORECASE)
_PLAIN = str.maketrans(
    {"\u00d0": "Đ", "\u00f0": "đ", "\u0189": "Đ"}
    | dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " ")
    | dict.fromkeys("‐‑‒–—−", "-")
)
_WITHOUT_STROKE = {"QD": "QĐ", "BCD": "BCĐ", "HDND": "HĐND", "DU": "ĐU", "CD": "CĐ"}
_STATE_LAW = re.compile(r"(?:UBTV)?QH\d{1,2}$|(?:UBTV)?QH[KX]\d{1,2}$")
_DIGITS_AT_END = re.compile(r"\d+$")


@dataclass(frozen=True, slots=True)
class DocNumber:
    """A document number: ``number`` is the key (78/KH-UBND), ``raw`` the text it was read from.

    ``doc_type`` is null where the symbol leaves it open (acts of the National Assembly); ``repair`` names what was
    changed, parts separated by "; ", and is null for a number that was written correctly.
    """

    number: str
    raw: str
    doc_type: str | None
    issuer_symbol: str | None
    year: int | None
    repair: str | None


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A document number in running text, with character offsets."""

    start: int
    end: int
    number: DocNumber


@cache
def _types() -> dict[str, tuple[str, str | None]]:
    with (DATA / "document_types.csv").open(encoding="utf-8", newline="") as file:
        return {row["abbreviation"]: (row["type"], row["party_type"] or None) for row in csv.DictReader(file)}


def type_names() -> frozenset[str]:
    """Every type of document that an abbreviation of the symbols stands for (Kế hoạch, Kết luận)."""
    return frozenset(name for pair in _types().values() for name in pair if name)


@cache
def _issuers() -> dict[str, tuple[str, bool]]:
    with (DATA / "document_issuers.csv").open(encoding="utf-8", newline="") as file:
        return {row["symbol"]: (row["issuer"], row["party"] == "yes") for row in csv.DictReader(file)}


@cache
def _spelling() -> dict[str, str]:
    known = {**dict.fromkeys(_issuers()), **dict.fromkeys(_types())}
    clashing = {"TTR", "QYĐ", "THU", "QĐI"}
    return {name.upper(): name for name in known if name.upper() not in clashing}


def issuer_name(symbol: str | None) -> str | None:
    """The body behind an issuer's symbol (BTTTT -> Bộ Thông tin và Truyền thông), or None when it is not listed."""
    if symbol is None:
        return None
    entry = _issuers().get(symbol) or _issuers().get(_DIGITS_AT_END.sub("", symbol))
    return entry[0] if entry else None


def _is_party(symbol: str) -> bool:
    entry = _issuers().get(symbol)
    return entry[1] if entry else symbol.endswith(("TU", "TW", "HU", "ĐU")) and len(symbol) > 2


def is_known_symbol(symbol: str) -> bool:
    """Whether a symbol (KH-UBND) holds a listed type or issuer, so that it can be trusted without "số" before it."""
    groups = re.split(r"[-/.\s]+", _plain(symbol))
    return any(g in _types() or g in _issuers() or _STATE_LAW.match(g) or _is_party(g) for g in groups)


def _plain(text: str) -> str:
    return text.translate(_PLAIN)


class _Repairs:
    """Collects the names of repairs, each once, in the order in which they were made."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def note(self, condition: bool, name: str) -> None:
        """Remember ``name`` when ``condition`` holds."""
        if condition and name not in self.names:
            self.names.append(name)

    def joined(self) -> str | None:
        """The names separated by "; ", None without any."""
        return "; ".join(self.names) or None


def _without_stroke_too_many(stem: str, tail: str) -> str:
    """KIL -> KL, QHI15 -> QH15: scans read a stroke twice; only where the symbol is none and becomes one without it."""
    if "I" not in stem or is_known_symbol(stem + tail) or stem.upper() in _spelling():
        return stem
    shorter = (stem[:at] + stem[at + 1 :] for at, letter in enumerate(stem) if letter == "I" and len(stem) > 2)
    return next((each for each in shorter if each in _types() or _STATE_LAW.match(each + tail)), stem)


def _fixed_group(group: str, following: str | None, repairs: _Repairs) -> str:
    digits = _DIGITS_AT_END.search(group)
    written, tail = (group[: digits.start()], digits.group()) if digits else (group, "")
    stem = _without_stroke_too_many(written, tail)
    repairs.note(stem != written, "misread symbol")
    if stem != written and stem.endswith("QH") and len(tail) == 1:  # QHI5 is QH15, for there was no fifth with a year
        tail = f"1{tail}"
    stroke = _WITHOUT_STROKE.get(stem, "NĐ" if stem == "ND" and following == "CP" else stem)
    repairs.note(stroke != stem, "D for Đ")
    cased = stroke if stroke in _types() else _spelling().get(stroke.upper(), stroke)
    repairs.note(cased != stroke, "case")
    return cased + tail


def _split_joined(group: str, repairs: _Repairs) -> list[str]:
    """KHUBND -> KH, UBND where the parts are a listed type and a listed issuer."""
    if group in _types() or group in _issuers():
        return [group]
    for cut in range(len(group) - 2, 0, -1):
        if group[:cut] in _types() and group[cut:] in _issuers() and len(group[:cut]) > 1:
            repairs.note(True, "missing separator")
            return [group[:cut], group[cut:]]
    return [group]


def _groups(symbol: str, repairs: _Repairs) -> tuple[list[str], list[str]]:
    """The symbol's groups and the separators between them."""
    parts = re.split(r"([-/.])", re.sub(r"\s+", "", symbol))
    names, separators = parts[0::2], parts[1::2]
    repairs.note("." in separators, "separator")
    fixed = [_fixed_group(name, names[i + 1] if i + 1 < len(names) else None, repairs) for i, name in enumerate(names)]
    first = _split_joined(fixed[0], repairs) if len(fixed) == 1 else [fixed[0]]
    return [*first, *fixed[1:]], (["-"] if len(first) == 2 else []) + separators


def _padded(number: str, repairs: _Repairs) -> str:
    digits = number.rstrip("abcdefghijklmnopqrstuvwxyz")
    padded = digits.lstrip("0").zfill(2) if digits.strip("0") else digits
    repairs.note(padded != digits, "leading zero")
    return padded + number[len(digits) :]


def _joined(groups: list[str], separators: list[str], first: str) -> str:
    rest = [first, *("-" if mark == "." else mark for mark in separators[1:])]
    return groups[0] + "".join(mark + group for mark, group in zip(rest, groups[1:], strict=False))


def _key(number: str, year: str | None, groups: list[str], separators: list[str], mark: str, repairs: _Repairs) -> str:
    """The canonical form; ``mark`` is the separator written after the number."""
    typed = groups[0] in _types() and len(groups) > 1
    written_party = typed and mark == "-" and separators[0] == "/"
    party = typed and not year and (written_party or _is_party(groups[1]))
    inner = "/" if party else ("-" if typed else (separators[0] if separators else "-"))
    outer = "-" if party else "/"
    repairs.note(mark not in (outer, " ", ""), "separator")
    repairs.note(bool(separators) and separators[0] not in (inner, "."), "separator")
    head = f"{number}/{year}" if year else number
    return f"{head}{outer}{_joined(groups, separators, inner)}"


def _type_of(groups: list[str]) -> str | None:
    if any(_STATE_LAW.match(group) for group in groups):
        return None
    for position, group in enumerate(groups):
        if group in _types() and (position == 0 or group not in ("L", "TC", "HĐ", "TT", "CT", "DA")):
            name, party_name = _types()[group]
            party = len(groups) > 1 and _is_party(groups[-1])
            return party_name if party and party_name else name
    return "Công văn"


def _issuer_of(groups: list[str]) -> str | None:
    if groups[0] in _types():
        return "-".join(groups[1:]) or None
    return groups[0]


def _read(match: re.Match[str], raw: str, repairs: _Repairs) -> DocNumber:
    separator = match["separator"]
    mark = separator.strip()
    symbol = match["symbol"] + (match["tail"] or "")
    repairs.note(not separator, "missing separator")
    repairs.note(separator == " ", "blank for separator")
    repairs.note(" " in match.group() and separator != " ", "spaces")
    groups, separators = _groups(symbol, repairs)
    key = _key(_padded(match["number"], repairs), match["year"], groups, separators, mark, repairs)
    year = int(match["year"]) if match["year"] else None
    return DocNumber(key, raw, _type_of(groups), _issuer_of(groups), year, repairs.joined())


def _lookalikes(raw: str) -> _Repairs:
    repairs = _Repairs()
    repairs.note("\u00d0" in raw or "\u00f0" in raw or "\u0189" in raw, "Ð for Đ")
    return repairs


def parse_number(text: str) -> DocNumber | None:
    """The document number that ``text`` consists of ("Số: 45/2016/QĐ-TTg"), or None when it is not one."""
    plain = _plain(text).strip()
    if len(plain) > 120:
        return None
    prefix = _PREFIX.match(plain)
    start = prefix.end() if prefix else 0
    match = _NUMBER.fullmatch(plain[start:].rstrip(" .,;:"))
    return _read(match, text, _lookalikes(text)) if match else None


def _ends_well(plain: str, end: int) -> bool:
    return end >= len(plain) or not plain[end].isalnum()


def _trimmed(plain: str, start: int) -> re.Match[str] | None:
    """The longest number at ``start`` that ends at a word boundary."""
    match = _NUMBER.match(plain, start)
    while match and not _ends_well(plain, match.end()):
        cut = max(plain.rfind(mark, match.start("symbol"), match.end()) for mark in "-/.")
        match = _NUMBER.fullmatch(plain, start, cut) if cut > match.start("symbol") else None
    return match


def _trusted(match: re.Match[str], prefixed: bool) -> bool:
    """Whether a number in running text is one: a listed symbol, or "số" before it."""
    symbol = match["symbol"]
    if match["separator"] == " ":
        return bool(re.match(r"[A-ZĐa-z]+\s?[-/]", symbol)) and re.split(r"\s?[-/]", symbol)[0] in _types()
    if prefixed:
        return len(symbol) > 1
    return is_known_symbol(symbol) and (bool(match["year"]) or bool(re.search(r"[-/]", symbol)))


_PREFIXED = re.compile(r"số\s{0,3}:?\s{0,3}(?P<torn>[1I]{1,2}\d{0,2} )?$", re.IGNORECASE)


def find_numbers(text: str) -> list[FoundNumber]:
    """Every document number in running text, in order; offsets are characters of ``text``. Linear in its length."""
    return list(_numbers(text, _plain(text)))


def find_in_plain(plain: str) -> list[FoundNumber]:
    """The same for a text without look-alikes: Đ for Ð, plain blanks and hyphens."""
    return list(_numbers(plain, plain))


def _numbers(text: str, plain: str) -> Iterator[FoundNumber]:
    done = 0
    for hit in _START.finditer(plain):
        match = _trimmed(plain, hit.start()) if hit.start() >= done else None
        if match is None:
            continue
        prefix = _PREFIXED.search(plain, max(0, hit.start() - 12), hit.start())
        if _trusted(match, prefix is not None):
            done = match.end()
            start = prefix.start("torn") if prefix and prefix["torn"] else match.start()
            raw = text[start:done]
            yield FoundNumber(start, done, _whole(plain[start : match.start()], match, raw))


def _whole(torn: str, match: re.Match[str], raw: str) -> DocNumber:
    """The number, with the digits that a scan sets apart from it ("số 1 11/2024/QH15") or reads as letters."""
    joined = _NUMBER.fullmatch(torn.strip().replace("I", "1") + match[0]) if torn else None
    repairs = _lookalikes(raw)
    repairs.note(joined is not None, "spaces")
    return _read(joined or match, raw, repairs)
