"""The takedown list: articles that are removed and names that are blotted out, from every table and later release.

The list belongs to the snapshot, so that every later load obeys it too. A name is replaced by blots of the same length,
so that the offsets of mentions, citations and quantities stay right; mentions of it go. It is found in any case, with
either placement of tone marks (hoà, hòa) or all without accents, parted by any kind of space or by the signs that
addresses and names of files have there (nguyen-van-a, Nguyễn_Văn_A, %C4%90%E1%BB%97...), and, if it is long, joined.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property, reduce
from itertools import product
from typing import Any
from urllib.parse import quote, unquote

import pyarrow as pa
import pyarrow.compute as pc

BLOT = "█"  # in addresses too: nobody serves them, so that a crawl knows not to ask
ARTICLE, NAME = "article", "name"
LINKS = "links"
IDENTITIES, ADDRESSES = ("id", "article_id", "document_id"), ("url", "canonical_url")
# A tone mark stands on the first or the second vowel of oa, oe, uy: both spellings are in use.
PAIRS = (("o", "a"), ("o", "e"), ("u", "y"))
TONES = "\u0300\u0301\u0303\u0309\u0323"
# What may part the words of a name: spaces, one end of a line among them, or signs as addresses have them, not both.
# Arrow's \s knows ASCII alone, so every space is named.
SPACE = " \\t\\r\\f\\v\u00a0\u00ad\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff"
SPACES = rf"(?:(?:[{SPACE}]|%20|%C2%A0)+(?:\n[{SPACE}]*)?|\n[{SPACE}]*)"
BETWEEN = rf"(?:{SPACES}|[-_+.]+)"
RULES = 2  # raise it when the same list finds more: `take_down` then looks through everything once more
HINTS = 50  # names in one pattern for Arrow, which refuses long ones
JOINED = 8  # letters of a name that is found without anything between its words: "Lê An" is in many words


class TakedownError(ValueError):
    """An entry that would take away too much or nothing; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Takedown:
    """One entry: what it is (article or name), the id, address or full name, the day it was made, and why."""

    kind: str
    value: str
    day: str
    reason: str

    def to_dict(self) -> dict[str, str]:
        """Plain JSON-ready fields."""
        return asdict(self)


def entry(kind: str, value: str, reason: str) -> Takedown:
    """A checked entry of today (UTC). TakedownError for a name of one word, which many people bear."""
    value = unicodedata.normalize("NFC", " ".join(value.split()))
    if kind == NAME and len(value.split()) < 2:
        raise TakedownError(f"{value!r} is one word and would blot out many people: give the full name")
    if not value:
        raise TakedownError("an empty takedown: give the id or address of an article, or a full name")
    return Takedown(kind, value, dt.datetime.now(dt.UTC).date().isoformat(), reason)


class Blotter:
    """What the list does to rows."""

    def __init__(self, takedowns: Iterable[Takedown]) -> None:
        self.takedowns = tuple(takedowns)
        self._articles = pa.array([each.value for each in self.takedowns if each.kind == ARTICLE], pa.string())
        self._names = [each.value for each in self.takedowns if each.kind == NAME]

    @property
    def token(self) -> str:
        """Equal for the same list; empty for an empty one."""
        said = json.dumps([RULES, *((each.kind, each.value) for each in self.takedowns)])
        return hashlib.sha256(said.encode()).hexdigest()[:16] if self.takedowns else ""

    def clean(self, rows: pa.Table) -> pa.Table:
        """``rows`` without the list's articles and with its names blotted out; the same object if nothing was found."""
        kept = self._without_links(self._without_articles(rows))
        for place, field in enumerate(kept.schema):
            if self._names and self._found(kept.column(place)):
                blotted = pa.chunked_array([self._blotted(field.name, kept.column(place), field.type)])
                if not blotted.equals(kept.column(place)):
                    kept = kept.set_column(place, field, blotted)
        return kept

    def _without_articles(self, rows: pa.Table) -> pa.Table:
        if not len(self._articles):
            return rows
        masks = [pc.is_in(rows[name], self._articles) for name in IDENTITIES if name in rows.column_names]
        plain = _plain_addresses(self._articles)
        masks += [pc.is_in(_plain_addresses(rows[name]), plain) for name in ADDRESSES if name in rows.column_names]
        named = [pc.fill_null(mask, False).combine_chunks() for mask in masks]
        wanted = [not any(flags) for flags in zip(*(mask.to_pylist() for mask in named), strict=True)]
        return rows if all(wanted) else rows.filter(pa.array(wanted, pa.bool_()))

    def _without_links(self, rows: pa.Table) -> pa.Table:
        """The rows without links to the articles: their texts are titles."""
        if not len(self._articles) or LINKS not in rows.column_names:
            return rows
        column = rows[LINKS].combine_chunks()
        addresses = _plain_addresses(pc.struct_field(pc.list_flatten(column), "url"))
        removed = pc.is_in(addresses, _plain_addresses(self._articles)).to_pylist()
        if not any(removed):
            return rows
        gone = iter(removed)
        left = [row and [link for link in row if not next(gone)] for row in column.to_pylist()]
        return rows.set_column(
            rows.schema.get_field_index(LINKS), rows.schema.field(LINKS), pa.array(left, column.type)
        )

    def _found(self, column: pa.ChunkedArray) -> bool:
        """Whether one of the names may stand in a column of strings, at any depth."""
        leaves = list(_leaves(column))
        return any(pc.any(pc.match_substring_regex(leaf, hint)).as_py() for hint in self._hints for leaf in leaves)

    def _blotted(self, name: str, column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
        values = column.to_pylist()
        if name == "mentions":
            values = [row and [each for each in row if self._blot(each) == each] for row in values]
        return pa.array([self._blot(value) for value in values], kind)

    def _blot(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._pattern.sub(self._judged, value)
        if isinstance(value, list):
            return [self._blot(each) for each in value]
        if isinstance(value, Mapping):
            return {key: self._blot(each) for key, each in value.items()}
        return value

    def _judged(self, found: re.Match[str]) -> str:
        """Blots, unless accents are there and are not those of the name: Tuân is not Tuấn."""
        return re.sub(r"[\w%]", BLOT, found[0]) if _joined(unquote(found[0])) in self._spelt else found[0]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        before, after = r"(?:(?<![^\W\d_])|(?<=%[0-9a-f]{2}))", r"(?![^\W\d_])"
        forms = "|".join(form for name in self._names for form in _forms(name.split()))
        return re.compile(f"{before}(?:{forms}){after}", re.IGNORECASE)

    @cached_property
    def _hints(self) -> list[str]:
        """Patterns that find at least what the other finds, in the dialect of Arrow, which looks nowhere around."""
        return [
            "(?i)" + "|".join(form for name in names for form in _forms(name.split()))
            for names in (self._names[start : start + HINTS] for start in range(0, len(self._names), HINTS))
        ]

    @cached_property
    def _spelt(self) -> frozenset[str]:
        """The names as they may be spelt, in lower case and joined."""
        exact = (product(*map(_both, name.split())) for name in self._names)
        plain = ("".join(map(_base, name)) for name in self._names)
        return frozenset({*(_joined("".join(words)) for forms in exact for words in forms), *map(_joined, plain)})


def resolved(takedown: Takedown, known: pa.Table, force: bool = False) -> list[Takedown]:
    """The entry; an article's followed by the ids and addresses that it has in ``known`` (id, url, canonical_url).

    An address is the same with http or https, with or without www and a slash at its end. TakedownError for an article
    that is not known, unless ``force``: an entry cannot be taken back.
    """
    if takedown.kind != ARTICLE:
        return [takedown]
    values = _values(takedown.value, known)
    if not values and not force:
        raise TakedownError(
            f"no article or document has the id or address {takedown.value!r}: look for it with "
            "python -m warehouse query, or say --force to list it for what may still come"
        )
    return [takedown, *(replace(takedown, value=value) for value in sorted(values - {takedown.value}))]


def _values(value: str, known: pa.Table) -> set[str]:
    plain = _plain_addresses(pa.array([value]))
    masks = [pc.equal(known["id"], value)]
    masks += [pc.is_in(_plain_addresses(known[name]), plain) for name in ("url", "canonical_url")]
    rows = known.filter(reduce(pc.or_, (pc.fill_null(mask, False) for mask in masks)))
    return {text for name in ("id", "url", "canonical_url") for text in rows[name].to_pylist() if text}


def _plain_addresses(column: Any) -> Any:
    """Addresses without what does not make them others."""
    return pc.replace_substring_regex(column, r"(?i)^https?://(www\.)?|/?(#.*)?$", "")


def _leaves(column: Any) -> Iterable[Any]:
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        if pa.types.is_string(chunk.type):
            yield chunk
        elif pa.types.is_list(chunk.type):
            yield from _leaves(chunk.flatten())
        elif pa.types.is_struct(chunk.type):
            for number in range(chunk.type.num_fields):
                yield from _leaves(pc.struct_field(chunk, [number]))


def _forms(words: list[str]) -> list[str]:
    """Patterns of a name: its words with something between them, and, if it is long, with nothing."""
    spelt = [f"(?:{'|'.join(_letters(form) for form in sorted(_both(word)))})" for word in words]
    joined = ["".join(spelt)] if sum(map(len, words)) >= JOINED else []
    return [BETWEEN.join(spelt), *joined]


def _joined(text: str) -> str:
    """The text in lower case without what may part words."""
    return re.sub(f"[-_+.\n{SPACE}]", "", unicodedata.normalize("NFC", text)).lower()


def _both(word: str) -> set[str]:
    """The word with either placement of its tone mark."""
    return {word, *(_moved(word, pair) for pair in PAIRS)}


def _letters(word: str) -> str:
    """The word, each letter with or without its accents, as it is or quoted in an address (RFC 3986); see _judged."""
    return "".join(f"(?:{'|'.join(_letter(letter))})" for letter in word)


def _letter(letter: str) -> list[str]:
    forms = {letter.lower()} - {_base(letter)}
    quoted = {quote(case) for form in forms for case in (form, form.upper())}
    return [f"{re.escape(_base(letter))}(?:%CC%[89A-F][0-9A-F])*", *map(re.escape, sorted(forms | quoted))]


def _base(letter: str) -> str:
    """The letter in lower case without accents."""
    return unicodedata.normalize("NFD", letter.lower())[0].replace("đ", "d")


def _moved(word: str, pair: tuple[str, str]) -> str:
    """The word with the tone mark of this pair of vowels on the other vowel; the word itself if it has none."""
    parts = unicodedata.normalize("NFD", word)
    first, second = pair
    swapped = re.sub(f"({first})([{TONES}])({second})", r"\1\3\2", parts, flags=re.IGNORECASE)
    if swapped == parts:
        swapped = re.sub(f"({first})({second})([{TONES}])", r"\1\3\2", parts, flags=re.IGNORECASE)
    return unicodedata.normalize("NFC", swapped)
