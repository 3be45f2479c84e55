"""Id, name, kind and province of a portal, guessed from its host and its home page; each with how it was found."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from crawlers.markup import read_html
from crawlers.portal import PortalKind, provinces

LONGEST_NAME = 90
TOP = frozenset({"vn", "com", "org", "net", "edu", "info", "test", "www", "portal", "cong"})
SEPARATOR = re.compile(r"\s+[-–|:»]+\s+")
NO_NAME = re.compile(r"(?:trang chu|home ?page|home|index|welcome.*|tin tuc|trang nhat|trang tin chinh)", re.IGNORECASE)
ALIASES = {"hochiminh": "ho_chi_minh", "tphcm": "ho_chi_minh", "vungtau": "ba_ria_vung_tau", "brvt": "ba_ria_vung_tau"}
LABELS = {"hcm": "ho_chi_minh", "hue": "thua_thien_hue", "brt": "ba_ria_vung_tau"}  # only as a whole label of the host

# Kind, expression on the first label of the host, expression on the name; the first that matches wins.
KINDS: tuple[tuple[PortalKind, str, str], ...] = (
    ("gazette", r"cong-?bao", r"\bcong bao\b"),
    ("broadcaster", r"^.*(?:tv|ptth)$|^(?:tv|ptth|truyenhinh|dai)", r"\btruyen hinh\b|\bphat thanh\b|\bptth\b"),
    ("newspaper", r"^bao(?!cao|hiem)", r"^bao\b|\bbao dien tu\b"),
    ("department", r"^s(?:o[a-z]{2,}|gd.*|yt|xd|ct)$", r"\bsở\b|^(?:so|ban|cuc|chi cuc|van phong)\b"),
    ("district", r"^(?:huyen|xa|phuong|quan(?!g)|thixa)", r"\b(?:huyen|thi xa|quan|xa|phuong|thi tran|dac khu)\b"),
    ("government", r"", r"\b(?:cong thong tin|uy ban nhan dan|ubnd|cong dich vu)\b"),
)
How = Literal["asked", "host", "name", "default"]


@dataclass(frozen=True, slots=True)
class Guess:
    """A value and how it was found."""

    value: str
    how: How


def fold(text: str) -> str:
    """Lower case without diacritics, one line."""
    parts = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(letter for letter in parts if not unicodedata.combining(letter)).split())


def guess_id(home: str) -> str:
    """The site's name as an id: letters and digits of the host without its common parts."""
    labels = [label for label in _labels(home) if label not in TOP]
    text = re.sub(r"[^a-z0-9]", "", "".join(labels)) or "portal"
    text = text if text[0].isalpha() else f"p{text}"
    return (text if len(text) >= 3 else f"{text}portal")[:40]


def guess_name(html: str, home: str) -> Guess:
    """The site's name: og:site_name, else the part of the home page's title that names it, else the host."""
    root = read_html(html)
    if root is not None:
        metas = {(e.get("property") or e.get("name") or "").lower(): e.get("content") or "" for e in root.iter("meta")}
        title = next((e.text_content() for e in root.iter("title")), "")
        for text in (metas.get("og:site_name", ""), title):
            parts = [" ".join(part.split()) for part in SEPARATOR.split(text)]
            named = [part for part in parts if len(part) >= 3 and not NO_NAME.fullmatch(fold(part))]
            if named:
                return Guess(unicodedata.normalize("NFC", max(named, key=_naming))[:LONGEST_NAME].strip(), "name")
    return Guess(urlsplit(home).hostname or home, "default")


def guess_kind(home: str, name: str) -> Guess:
    """What the portal is; a name says more than a host."""
    first = (_labels(home) or [""])[0]
    for kind, _, named in KINDS:
        if _says(named, name):
            return Guess(kind, "name")
    for kind, hosted, _ in KINDS:
        if hosted and re.search(hosted, first):
            return Guess(kind, "host")
    return Guess("government" if "gov" in _labels(home) else "newspaper", "default")


def guess_province(home: str, name: str) -> Guess | None:
    """Slug of the province that host or name contains, the longest; None where neither does."""
    for how, text in (("host", "".join(_labels(home))), ("name", fold(name).replace(" ", ""))):
        found = [slug for plain, slug in _province_names() if plain in text]
        if found:
            return Guess(max(found, key=len), "host" if how == "host" else "name")
    whole = next((LABELS[label] for label in _labels(home) if label in LABELS), None)
    return Guess(whole, "host") if whole else None


def _province_names() -> list[tuple[str, str]]:
    return [*((slug.replace("_", ""), slug) for slug in provinces()), *ALIASES.items()]


def _labels(home: str) -> list[str]:
    labels = (urlsplit(home).hostname or "").split(".")
    return labels[1:] if labels[0] == "www" else labels


def _naming(part: str) -> tuple[bool, int]:
    """Whether a part of a title says what the site is, and how long it is."""
    return any(_says(named, part) for _, _, named in KINDS), len(part)


def _says(expression: str, text: str) -> bool:
    """Whether a text says a kind, with its diacritics (a Sở is no số) or without."""
    return any(re.search(expression, form) for form in (fold(text), unicodedata.normalize("NFC", text.lower())))
