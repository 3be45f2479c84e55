"""What of a page is template and what is content: shapes of URLs, class names that repeat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from crawlers.markup import Element, read_html

REPEATED = 3  # times that a class name occurs on a page of entries
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
HEX = re.compile(r"(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{6,}", re.IGNORECASE)
DATE_PARTS = (
    (re.compile(r"\d{4}([-/])\d{2}\1\d{2}(?!\d)"), r"yyyy\1mm\1dd"),
    (re.compile(r"\d{1,2}(\s?[/.-]\s?)\d{1,2}(\s?[/.-]\s?)\d{4}"), r"dd\1mm\2yyyy"),
    (re.compile(r"\d{1,2}\s+tháng\s+\d{1,2}(,?\s+(?:năm\s+)?)\d{4}", re.IGNORECASE), r"d tháng m\1yyyy"),
    (re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?"), "HH:MM"),
    (re.compile(r"(?:thứ\s+\w+|chủ nhật)", re.IGNORECASE), "weekday"),
)
LONG_SLUG = 3  # hyphenated words: a shorter one is a section


def key_shape(key: str | None) -> str:
    """What kind of id a key is: number, hex, guid, text or none; growing numbers keep their shape."""
    if not key:
        return "none"
    if key.isdigit():
        return f"number of {_size(len(key))} digits"
    if GUID.fullmatch(key):
        return "guid"
    return f"hex of {len(key)} digits" if re.fullmatch(r"[0-9a-f]+", key, re.IGNORECASE) else "text"


def url_shape(url: str) -> str:
    """An article's URL without its content: ``/{section}/{number}/{slug}-{number}.html?id={number}``."""
    parts = urlsplit(url)
    segments = [_segment(unquote(segment)) for segment in parts.path.split("/")]
    names = (f"{name}={_segment(value)}" for name, _, value in (pair.partition("=") for pair in parts.query.split("&")))
    return "/".join(segments) + (f"?{'&'.join(names)}" if parts.query else "")


def date_shape(text: str) -> str:
    """How a date is written: ``dd/mm/yyyy HH:MM``."""
    for pattern, name in DATE_PARTS:
        text = pattern.sub(name, text)
    return text.strip()[:60]


def repeated_classes(html: str) -> set[str]:
    """Class names that a page uses often: those of its entries."""
    root = read_html(html)
    counts = Counter(name for element in _elements(root) for name in (element.get("class") or "").split())
    return {name for name, count in counts.items() if count >= REPEATED}


def all_classes(html: str) -> set[str]:
    """Every class name of a page."""
    return {name for element in _elements(read_html(html)) for name in (element.get("class") or "").split()}


def _elements(root: Element | None) -> Iterable[Element]:
    return () if root is None else (element for element in root.iter() if isinstance(element.tag, str))


def _size(digits: int) -> str:
    """Ids grow by a digit now and then, never by many."""
    return "up to 4" if digits <= 4 else "5 to 8" if digits <= 8 else "9 to 13" if digits <= 13 else "14 or more"


def _segment(text: str) -> str:
    stem, dot, suffix = text.rpartition(".") if re.search(r"\.[a-z]{2,4}$", text, re.IGNORECASE) else (text, "", "")
    words = stem.split("-")
    tail = words[-1]
    if GUID.search(stem):
        shaped = "{guid}"
    elif len(words) > LONG_SLUG and ((tail.isdigit() and len(tail) >= 4) or HEX.fullmatch(tail)):
        shaped = "{slug}-{id}"
    elif len(words) > LONG_SLUG:
        shaped = "{slug}"
    else:
        shaped = "{number}" if stem.isdigit() else "{id}" if HEX.fullmatch(stem) else "{text}" if stem else ""
    return f"{shaped}{dot}{suffix}"
