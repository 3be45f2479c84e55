"""The takedown list: articles that are removed and names that are blotted out, from every table and later release.

The list belongs to the snapshot, so that every later load obeys it too. A name is replaced by blots of the same length,
so that the offsets of mentions, citations and quantities stay right; mentions of it go. It is found in any case, with
either placement of tone marks (hoà, hòa), without accents, and as a part of addresses (nguyen-van-a).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

BLOT, BLOT_IN_ADDRESS = "█", "x"
ARTICLE, NAME = "article", "name"
IDENTITIES = ("id", "article_id", "document_id", "url", "canonical_url")
# A tone mark stands on the first or the second vowel of oa, oe, uy: both spellings are in use.
PAIRS = (("o", "a"), ("o", "e"), ("u", "y"))
TONES = "\u0300\u0301\u0303\u0309\u0323"


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
        said = json.dumps([(each.kind, each.value) for each in self.takedowns])
        return hashlib.sha256(said.encode()).hexdigest()[:16] if self.takedowns else ""

    def clean(self, rows: pa.Table) -> pa.Table:
        """``rows`` without the list's articles and with its names blotted out; the same object if nothing was found."""
        kept = self._without_articles(rows)
        for place, field in enumerate(kept.schema):
            if self._names and self._found(kept.column(place)):
                blotted = self._blotted(field.name, kept.column(place), field.type)
                kept = kept.set_column(place, field, blotted)
        return kept

    def _without_articles(self, rows: pa.Table) -> pa.Table:
        if not len(self._articles):
            return rows
        masks = [pc.is_in(rows[name], self._articles) for name in IDENTITIES if name in rows.column_names]
        named = [pc.fill_null(mask, False).combine_chunks() for mask in masks]
        wanted = [not any(flags) for flags in zip(*(mask.to_pylist() for mask in named), strict=True)]
        return rows if all(wanted) else rows.filter(pa.array(wanted, pa.bool_()))

    def _found(self, column: pa.ChunkedArray) -> bool:
        """Whether one of the names may stand in a column of strings, at any depth."""
        return any(pc.any(pc.match_substring_regex(leaf, self._hint)).as_py() for leaf in _leaves(column))

    def _blotted(self, name: str, column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
        values = column.to_pylist()
        if name == "mentions":
            values = [row and [each for each in row if self._blot(each) == each] for row in values]
        return pa.array([self._blot(value) for value in values], kind)

    def _blot(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._address.sub(_blots(BLOT_IN_ADDRESS), self._text.sub(_blots(BLOT), value))
        if isinstance(value, list):
            return [self._blot(each) for each in value]
        if isinstance(value, Mapping):
            return {key: self._blot(each) for key, each in value.items()}
        return value

    @cached_property
    def _text(self) -> re.Pattern[str]:
        spelt = [form for name in self._names for form in (_words(name, _spellings), _words(name, _plain))]
        return re.compile(rf"(?<!\w)(?:{'|'.join(spelt)})(?!\w)", re.IGNORECASE)

    @cached_property
    def _address(self) -> re.Pattern[str]:
        forms = [r"(?:[-_+.]|%20)".join(map(_plain, name.split())) for name in self._names]
        return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(forms)})(?![a-z0-9])", re.IGNORECASE)

    @property
    def _hint(self) -> str:
        """A pattern that finds at least what the others find, in the dialect of Arrow, which looks nowhere behind."""
        forms = [_words(name, how) for name in self._names for how in (_spellings, _plain)]
        forms += [r"(?:[-_+.]|%20)".join(map(_plain, name.split())) for name in self._names]
        return f"(?i){'|'.join(forms)}"


def _leaves(column: Any) -> Iterable[Any]:
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        if pa.types.is_string(chunk.type):
            yield chunk
        elif pa.types.is_list(chunk.type):
            yield from _leaves(chunk.flatten())
        elif pa.types.is_struct(chunk.type):
            for number in range(chunk.type.num_fields):
                yield from _leaves(pc.struct_field(chunk, [number]))


def _blots(letter: str) -> Callable[[re.Match[str]], str]:
    return lambda found: re.sub(r"\w", letter, found[0])


def _words(name: str, how: Callable[[str], str]) -> str:
    return r"\s+".join(map(how, name.split()))


def _spellings(word: str) -> str:
    """A pattern of the word with either placement of its tone mark, composed letters."""
    forms = {word, *(_moved(word, pair) for pair in PAIRS)}
    return f"(?:{'|'.join(re.escape(form) for form in sorted(forms))})"


def _moved(word: str, pair: tuple[str, str]) -> str:
    """The word with the tone mark of this pair of vowels on the other vowel; the word itself if it has none."""
    parts = unicodedata.normalize("NFD", word)
    first, second = pair
    swapped = re.sub(f"({first})([{TONES}])({second})", r"\1\3\2", parts, flags=re.IGNORECASE)
    if swapped == parts:
        swapped = re.sub(f"({first})({second})([{TONES}])", r"\1\3\2", parts, flags=re.IGNORECASE)
    return unicodedata.normalize("NFC", swapped)


def _plain(word: str) -> str:
    """The word in lower case without accents, as addresses and typewriters have it."""
    letters = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    return re.escape("".join(letter for letter in letters if not unicodedata.combining(letter)))
