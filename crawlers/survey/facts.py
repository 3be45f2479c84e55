"""What an article's page says of itself: its titles and its date, by JSON-LD, meta tags, time elements and the
family's hints. Good enough to compare pages with listings; the texts that are published are read by transforms."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.cssselect import CSSSelector

from crawlers.families.hints import Hints
from crawlers.listing_dates import find_date, is_date_text
from crawlers.markup import Element, read_html

HEADLINES = ("headline", "name")
PUBLISHED = ("datePublished", "dateCreated", "uploadDate")
TITLE_METAS = ("og:title", "twitter:title", "dc.title")
DATE_METAS = ("article:published_time", "og:article:published_time", "pubdate", "dc.date", "datepublished")
SEPARATORS = (" | ", " - ", " – ", " :: ", " » ")
MOST_DATES = 5


def titles(html: str, hints: Hints) -> list[str]:
    """Every title that the page states, most trusted first, each once."""
    root = read_html(html)
    if root is None:
        return []
    named = [text for block in _linked(root) for name in HEADLINES if isinstance(text := block.get(name), str)]
    found = [*_texts(root, hints.title), *named, *_metas(root, TITLE_METAS), *_texts(root, ("h1",)), *_head(root)]
    return list(dict.fromkeys(filter(None, map(plain, found))))


def day(html: str, hints: Hints) -> dt.date | None:
    """The local day on which the page says that it was published; None where it says none."""
    text = date_text(html, hints)
    return find_date(text) if text else None


def date_text(html: str, hints: Hints) -> str | None:
    """The text that states the day of publication, as it stands on the page; None where there is none."""
    root = read_html(html)
    if root is None:
        return None
    linked = (value for block in _linked(root) for name in PUBLISHED if isinstance(value := block.get(name), str))
    timed = (e.get("datetime") or "" for e in root.iter("time"))
    lone = (text for text in map(plain, root.itertext()) if len(text) < 80 and is_date_text(text))
    stated = (*linked, *_metas(root, DATE_METAS), *_dated(root, hints), *timed, *list(lone)[1:MOST_DATES])
    return next((plain(text) for text in stated if find_date(text)), None)


def agree(title: str, stated: Iterable[str]) -> bool:
    """Whether a listing's title is one that the page states, cut or with the site's name added."""
    wanted = _folded(title).rstrip(".… ")
    return any(wanted and (wanted in other or other in wanted) for other in map(_folded, stated) if other)


def plain(text: str) -> str:
    """One line, NFC."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _folded(text: str) -> str:
    return plain(text).casefold()


def _linked(root: Element) -> Iterator[dict[str, Any]]:
    """Objects of the page's JSON-LD, those of @graph too."""
    for script in root.iter("script"):
        if (script.get("type") or "").lower() == "application/ld+json":
            try:
                data = json.loads(script.text_content() or "", strict=False)
            except (ValueError, RecursionError):
                continue
            for block in data if isinstance(data, list) else [data]:
                nested = block.get("@graph") if isinstance(block, dict) else None
                yield from (item for item in (block, *(nested or ())) if isinstance(item, dict))


def _metas(root: Element, names: tuple[str, ...]) -> list[str]:
    said = {(e.get("property") or e.get("name") or "").lower(): e.get("content") or "" for e in root.iter("meta")}
    return [said[name] for name in names if name in said]


def _texts(root: Element, selectors: Iterable[str]) -> Iterator[str]:
    for selector in selectors:
        select: Any = CSSSelector(selector, translator="html")  # lxml-stubs types its result as that of any XPath
        yield from (element.text_content() for element in select(root)[:1])


def _dated(root: Element, hints: Hints) -> Iterator[str]:
    """Texts of the family's date selectors that are short enough to be a date."""
    return (text for text in _texts(root, hints.date) if len(text) < 200)


def _head(root: Element) -> list[str]:
    """The title element, with and without the site's name."""
    text = next((e.text_content() for e in root.iter("title")), "")
    return [text, *(text.partition(separator)[0] for separator in SEPARATORS if separator in text)]
