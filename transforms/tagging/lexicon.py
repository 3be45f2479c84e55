"""The vocabularies as lookup tables over folded tokens, read once per process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from transforms.tagging import gazetteer, vocabulary
from transforms.tagging.view import fold_key, token_key


class PhraseTable:
    """Phrases with a payload each; ``match`` finds the longest one that begins at a token."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        grouped: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
        for phrase, payload in phrases:
            key = list(token_key(phrase))
            grouped[key[0]].append((key, payload))
        self._by_first = {first: sorted(rest, key=lambda entry: -len(entry[0])) for first, rest in grouped.items()}
        self.firsts = frozenset(self._by_first)
        """The folded tokens with which a phrase begins."""

    def match(self, folded: Sequence[str], index: int) -> tuple[int, str] | None:
        """(index after the longest phrase, payload) at ``index``, or None."""
        if index >= len(folded):
            return None
        for key, payload in self._by_first.get(folded[index], ()):
            end = index + len(key)
            if len(key) == 1 or folded[index:end] == key:
                return end, payload
        return None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Every table that the grammar asks."""

    bodies: PhraseTable
    body_words: PhraseTable
    offices: PhraseTable
    titles: PhraseTable
    areas: PhraseTable
    countries: PhraseTable
    surnames: frozenset[str]
    common_surnames: frozenset[str]
    no_names: frozenset[str]
    stops: frozenset[str]
    heads: frozenset[str]
    """First tokens of bodies and offices."""
    gazetteer: gazetteer.Gazetteer


def _table(name: str, column: str, payload: str | None = None) -> PhraseTable:
    return PhraseTable((row[column], row[payload] if payload else "") for row in vocabulary.rows(name))


@cache
def load() -> Lexicon:
    """The lexicon of this version of the data."""
    surnames = vocabulary.rows("surnames.csv")
    bodies, offices = _table("bodies.csv", "phrase", "kind"), _table("offices.csv", "phrase", "kind")
    return Lexicon(
        bodies=bodies,
        body_words=_table("body_words.csv", "words", "inside"),
        offices=offices,
        heads=bodies.firsts | offices.firsts,
        titles=_table("titles.csv", "phrase"),
        areas=PhraseTable((r["phrase"], f"{r['level']} {r['needs']}") for r in vocabulary.rows("area_types.csv")),
        countries=_table("countries.csv", "name"),
        surnames=frozenset(fold_key(row["surname"]) for row in surnames),
        common_surnames=frozenset(fold_key(row["surname"]) for row in surnames if row["common"] == "yes"),
        no_names=frozenset(fold_key(row["word"]) for row in vocabulary.rows("no_names.csv")),
        stops=frozenset(fold_key(row["word"]) for row in vocabulary.rows("stop_words.csv")),
        gazetteer=gazetteer.load(),
    )
