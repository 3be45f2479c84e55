"""Who wrote it, who took the picture, where it was taken from: short lines around and below an article."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from transforms.text import before_colons, clean, fold

_ROLE = (
    r"(?:tác giả|bài viết|bài|tin|ảnh|video|clip|biên tập|thực hiện|người viết|nguồn tin|người đăng|đăng bởi|theo dõi"
    r"|posted by|by|author)"
)
_GAP = r"\s*(?:(?:,|và|-|/)\s*)?"
_LABEL = re.compile(rf"^\s*\(?\s*{_ROLE}(?:{_GAP}{_ROLE})*{_GAP}[:：]\s*", re.I)
_SOURCE = re.compile(r"^\(?\s*(?:theo|nguồn(?:\s+tin)?)\s*[:：]?\s+(?P<name>[^()]{2,80}?)\s*\)?\s*\.?$", re.I)
_CREDIT = re.compile(
    r"[\s.,;(–-]*\(?\s*(?:ảnh(?:\s+minh\s+họa)?|photo|ảnh tư liệu)\s*[:：]\s*(?P<credit>[^()]{2,60}?)\s*\)?\s*\.?\s*$",
    re.I,
)
_CREDIT_LABEL = 30  # characters of the longest label of a credit, blanks included
_CREDIT_WORD = re.compile("[ảẢ][nN][hH]|[pP][hH][oO][tT][oO]")
_SPLIT = re.compile(r"\s*[;,/|()\n]\s*|\s+[-–—]\s+")
_DOMAIN = re.compile(r"^(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,5}$", re.I)
_AND = re.compile(r"\s+(?:và|&)\s+")
_WORD = r"[A-ZĂÂĐÊÔƠƯÀ-ÝẠ-Ỹ][\wÀ-ỹ'’]*"
_NAME = re.compile(rf"^{_WORD}(?:\s+{_WORD}){{1,4}}$")
_UNIT = re.compile(
    r"\b(?:Trung tâm|Báo|Đài|Ban|Phòng|Sở|Văn phòng|Cổng|UBND|TTXVN|TT&VH|PV|CTV|Hội|Công an|Chi cục|Cục|VOV|VTV|TV)\b"
    r"|\.(?:VN|COM|ORG)\b|^[A-ZĐ]{2,10}$",
    re.I,
)
_ACCOUNTS = frozenset(
    (
        "admin",
        "admin admin",
        "ad min",
        "administrator",
        "quan tri",
        "quan tri vien",
        "webmaster",
        "test",
        "user",
        "guest",
    )
)
_LONGEST_ACCOUNT = 20  # characters, more than any of them has
_LONGEST = 90  # characters of a line that may still be a byline
_DOINGS = frozenset(("tong hop", "thuc hien", "t/h", "th", "luoc ghi", "bien soan", "bien tap", "ghi", "suu tam"))
PERSON, UNIT = "person", "unit"


@dataclass(frozen=True, slots=True)
class Author:
    """Who stands in a byline: a person, or the unit (office, paper, its web address) that they write for."""

    name: str
    kind: str


def writers(lines: Iterable[str]) -> tuple[Author, ...]:
    """The people and units of the byline's lines, apart, each once.

    >>> [author.name for author in writers(["Phạm Hải - Duy Hải/DIENBIENTV.VN"]) if author.kind == UNIT]
    ['DIENBIENTV.VN']
    """
    names = [name for line in lines for name in _names(line) if name and not is_account(name)]
    return tuple(Author(name, _kind(name)) for name in dict.fromkeys(names))


def _kind(name: str) -> str:
    if _DOMAIN.match(name) or _UNIT.search(name):
        return UNIT
    return PERSON if _NAME.match(name) or re.fullmatch(_WORD, name) else UNIT


@lru_cache(maxsize=4096)
def people(text: str | None) -> str | None:
    """Names and units of a byline, joined by '; '; None for nothing, for a date, and for a system's account.

    >>> people("Tin, ảnh: Bình Minh/Trung tâm TT&VH Ba Chẽ")
    'Bình Minh; Trung tâm TT&VH Ba Chẽ'
    """
    return "; ".join(dict.fromkeys(name for name in _names(text) if _is_name(name))) or None


def _names(text: str | None) -> list[str]:
    """Everything that a byline names, in order."""
    line = _LABEL.sub("", clean(text)).strip(" .()-–|")
    if not line or len(line) > 2 * _LONGEST or source(text):
        return []
    names = [name.strip(" .") for part in _SPLIT.split(line) for name in _pair(part)]
    return [name for name in names if len(name) > 1 and fold(name, accents=False) not in _DOINGS]


def source(text: str | None) -> str | None:
    """The name in a source line (``Theo TTXVN``, ``(Nguồn: Báo Nhân Dân)``), or None."""
    found = _SOURCE.match(clean(text))
    return found["name"].strip() if found and _capitalised(found["name"]) else None


def source_name(text: str | None) -> str | None:
    """The name in an element that holds nothing but the source, with or without its label."""
    line = clean(text).strip(" .()")
    return source(line) or (line if 1 < len(line) <= _LONGEST and _capitalised(line) else None)


def is_byline(text: str, marked: bool = False) -> bool:
    """Whether a whole line is a byline: names or units only; ``marked`` = set apart by alignment or weight."""
    line = clean(text)
    if not line or len(line) > _LONGEST or line.endswith((":", "?", "!", "/.", "…")):
        return False
    if _LABEL.match(line):
        return True
    if ":" in line:  # another label: keywords, a number to call
        return False
    parts = [name for part in _SPLIT.split(line.strip(" .()")) for name in _pair(part) if name.strip()]
    named = [part for part in parts if _NAME.match(part)]
    units = [part for part in parts if _UNIT.search(part) and _capitalised(part)]
    return bool(parts) and len(set(named) | set(units)) == len(set(parts)) and bool(named or marked)


def may_credit(text: str) -> bool:
    """Whether a word of a photo credit stands before a colon; much quicker than to look for the credits."""
    return any(_CREDIT_WORD.search(label) for label in before_colons(text, _CREDIT_LABEL))


def split_credit(text: str | None) -> tuple[str, str | None]:
    """A caption without its photo credit, and the credit: ``"Quang cảnh. Ảnh: Việt Hòa."`` gives both."""
    line = clean(text)
    found = _CREDIT.search(line) if may_credit(line) else None
    if found is None:
        return line, None
    rest = line[: found.start()].strip()
    closing = line[found.start() : found.end()].lstrip()[:1]
    return (rest + closing if closing in (".", "!") and rest else rest), found["credit"].strip(" .")


def _pair(part: str) -> list[str]:
    halves = _AND.split(part)
    return halves if len(halves) > 1 and all(_NAME.match(half) for half in halves) else [part]


def _is_name(name: str) -> bool:
    return not _DOMAIN.match(name) and not is_account(name)


@lru_cache(maxsize=4096)
def is_account(name: str) -> bool:
    """Whether the name is that of a content system's account and no person's."""
    return len(name) <= _LONGEST_ACCOUNT and fold(name, accents=False) in _ACCOUNTS


def _capitalised(text: str) -> bool:
    first = text.strip()[:1]
    return first.isupper() or first.isdigit()
