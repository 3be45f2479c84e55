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
        self._payloads: dict[tuple[str, ...], str] = {}
        lengths: dict[str, set[int]] = defaultdict(set)
        for phrase, payload in phrases:
            key = token_key(phrase)
            self._payloads.setdefault(key, payload)
            lengths[key[0]].add(len(key))
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}
        self.firsts = frozenset(lengths)
        """The folded tokens with which a phrase begins."""

    def match(self, folded: Sequence[str], index: int) -> tuple[int, str] | None:
        """(index after the longest phrase, payload) at ``index``, or None."""
        if index >= len(folded):
            return None
        for length in self._lengths.get(folded[index], ()):
            payload = self._payloads.get(tuple(folded[index : index + length]))
            if payload is not None:
                return min(index + length, len(folded)), payload
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
    counted: frozenset[str]
    """First tokens of units and counted nouns."""
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
        counted=frozenset(token_key(row["unit"])[0] for row in vocabulary.rows("units.csv")),
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
