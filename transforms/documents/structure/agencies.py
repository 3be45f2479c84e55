"""Agencies that a text charges with work: where a run of them begins and ends, and the single ones in it.

Words are compared without case and marks, so that "Sỡ Nội vụ" of a scan is the agency that it is; capitals of the
plain text tell a name from a common word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from transforms.documents.structure.source import tidy
from transforms.documents.structure.vocabulary import BODIES, OFFICES, PLURALS, VERBS

_HEAD = re.compile(rf"(?:{'|'.join((*PLURALS, *OFFICES, *BODIES))})(?:\b|(?<= ))")
_BODY = re.compile(rf"(?:{'|'.join(BODIES)})(?:\b|(?<= ))")
_OFFICE = re.compile(rf"(?:{'|'.join(OFFICES)})\b")
_VERB = re.compile(rf"(?<=[\s,;:])(?:{'|'.join(VERBS)})")
_ORDER = re.compile(r"(?:giao(?: cho)?|de nghi|yeu cau|phan cong|uy quyen cho|kien nghi)\s{1,3}")
_DUTIES = re.compile(r"(?:trach nhiem|nhiem vu|nhiem vu(?:,| va) quyen han|quyen han)(?: cu the)? cua\s{1,3}")
_NAMED_AFTER = re.compile(
    r"(?:cac\s)?(?P<one>so|bo|ban|phong|cuc|chi cuc|vu|huyen|xa|phuong|hoi)(?:, (?:ban, )?nganh)?\s{0,2}:\s{0,3}"
)
_LISTS_BEHIND = re.compile(r"\bcac (?:so|bo|ban|phong|cuc|chi cuc|vu|huyen|xa|phuong|hoi|ong|ba)$")
_BREAK = re.compile(r"(?P<mark>[,;:.]\s{1,3}(?:va\s{1,3})?|\s{1,3}va\s{1,3}|\s{1,3}cung\s{1,3})")
_JOINT_OFFICE = re.compile(r"(?:chanh |pho )?(?:chanh )?van phong (?:hoi dong|hdnd|doan dai bieu)")
_COLON = re.compile(":")
_SENTENCE = re.compile(r"\.\s{1,3}(?=[^\W\d_a-z])|\.\s*$")
_CUT = re.compile(r"\s{1,3}(?:va|cung|de|theo|khi|ma|,)$")
LONGEST = 300  # characters of a run of agencies
_WITHIN = ("the thao", "thuong binh", "du lich va", "xa hoi")


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency of a run, at offsets of the string that was read; ``name`` completes "Các Sở: Y tế"."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Run:
    """Agencies that stand together, and where the words after them begin."""

    agencies: tuple[Agency, ...]
    end: int

    def moved(self, by: int) -> Run:
        """The same run in a longer string that has ``by`` characters before it."""
        moved = tuple(Agency(each.start + by, each.end + by, each.name) for each in self.agencies)
        return Run(moved, self.end + by)


def opens(bare: str) -> bool:
    """Whether a line (small letters without marks) begins with an agency or an office."""
    return _HEAD.match(bare) is not None


def run(plain: str, bare: str, start: int = 0) -> Run | None:
    """The agencies that begin at ``start`` and end at a colon, a verb or the end of the string; else None."""
    duties = _DUTIES.match(bare, start)
    start = duties.end() if duties else start
    if start >= len(plain) or not _HEAD.match(bare, start):
        return None
    end = _end(plain, bare, start)
    if end - start > LONGEST or (plain[start:end].isupper() and not _BODY.match(bare, start)):
        return None
    listed = _NAMED_AFTER.match(bare, start)
    found = tuple(_listed(plain, bare, listed, end) if listed else _split(plain, bare, start, end))
    return Run(found, end)


def order(bare: str, start: int = 0) -> int | None:
    """The offset after "Giao", "Đề nghị", "Yêu cầu" where an agency follows; else None."""
    match = _ORDER.match(bare, start)
    return match.end() if match and _HEAD.match(bare, match.end()) else None


def order_within(bare: str) -> int | None:
    """The offset after the first order of a sentence, at its beginning or behind a comma; else None."""
    for match in _ORDER.finditer(bare):
        begins = match.start() == 0 or bare.endswith((", ", "; ", ": "), 0, match.start())
        if begins and _HEAD.match(bare, match.end()):
            return match.end()
    return None


def acts(bare: str) -> bool:
    """Whether words (small letters without marks) begin with what an agency is told to do."""
    return _VERB.match(" " + bare[:80], 1) is not None


def partners(plain: str, bare: str) -> tuple[str, ...]:
    """Agencies named after the first "phối hợp với" of a sentence."""
    at = bare.find("phoi hop voi ")
    met = run(plain, bare, at + len("phoi hop voi ")) if at >= 0 else None
    return tuple(each.name for each in met.agencies) if met else ()


def _end(plain: str, bare: str, start: int) -> int:
    """Where the run ends: before the first verb of a task, a sentence's end, or a colon that opens the tasks."""
    limit = min(len(plain), start + LONGEST + 40)
    listed = _NAMED_AFTER.match(bare, start)
    body = listed.end() if listed else start
    verbs = (verb.start() for verb in _VERB.finditer(bare, body, limit))
    verb = next((at for at in verbs if plain[at].islower() or plain[at - 1] == "\n"), limit)
    stops = (mark for mark in _SENTENCE.finditer(bare, body, limit) if not _HEAD.match(bare, mark.end()))
    stop = next(stops, None)
    colons = (mark.start() for mark in _COLON.finditer(plain, body, limit))
    colon = next((at for at in colons if not _goes_on(bare, start, at)), limit)
    end = min(verb, colon, stop.start() if stop else limit)
    while cut := _CUT.search(bare, start, end):
        end = cut.start()
    return start + len(plain[start:end].rstrip(" \n,;.-"))


def _goes_on(bare: str, start: int, colon: int) -> bool:
    """Whether names follow a colon, not work: "các sở: Y tế, ...", or the next office after a misread semicolon."""
    offices = _OFFICE.match(bare, start) and _OFFICE.match(bare, colon + 2)
    return offices is not None or _LISTS_BEHIND.search(bare, start, colon) is not None


def _split(plain: str, bare: str, start: int, end: int) -> Iterator[Agency]:
    """Single agencies: the run is cut before a capitalised one, and before "các ..." and "lãnh đạo ..."."""
    begin = start
    for mark in _BREAK.finditer(bare, start, end):
        joint = mark["mark"].strip() == "va" and _JOINT_OFFICE.match(bare, begin)
        if mark.start() >= begin and not joint and _begins_agency(plain, bare, mark):
            yield _agency(plain, begin, mark.start())
            begin = mark.end()
    yield _agency(plain, begin, end)


def _begins_agency(plain: str, bare: str, mark: re.Match[str]) -> bool:
    after = mark.end()
    if not _HEAD.match(bare, after):
        return False
    if plain[after].isupper() or (bare.startswith("cac ", after) and plain[after + 4 : after + 5].isupper()):
        return True
    collective = bare.startswith(("lanh dao", "uy ban nhan dan", "cac so", "cac co quan", "cac don vi"), after)
    return collective and mark["mark"].strip() != ","


def _listed(plain: str, bare: str, head: re.Match[str], end: int) -> Iterator[Agency]:
    """ "Các Sở: Nội vụ, Tài chính; Công an tỉnh": names after a colon; a small letter goes on with the name."""
    word = plain[head.start("one") : head.end("one")].capitalize()
    begin = head.end()
    for mark in _BREAK.finditer(bare, begin, end):
        if _begins_name(plain, bare, mark):
            yield _named(plain, bare, word, begin, mark.start())
            begin = mark.end()
    yield _named(plain, bare, word, begin, end)


def _begins_name(plain: str, bare: str, mark: re.Match[str]) -> bool:
    after = mark.end()
    if after >= len(plain) or bare.startswith(_WITHIN, after):
        return False
    if mark["mark"].strip() == "va":
        return _HEAD.match(bare, after) is not None
    return plain[after].isupper() or _HEAD.match(bare, after) is not None


def _named(plain: str, bare: str, word: str, start: int, end: int) -> Agency:
    found = _agency(plain, start, end)
    if _HEAD.match(bare, start) and not (bare.startswith("cong an", start) and word == "Bộ"):
        return found
    return Agency(found.start, found.end, f"{word} {found.name}")


def _agency(plain: str, start: int, end: int) -> Agency:
    kept = plain[start:end].rstrip(" \n,;.-")
    return Agency(start, start + len(kept), tidy(kept))
