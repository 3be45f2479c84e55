"""Fields of government by a weighted lexicon: several per text, with the terms that spoke, or none at all.

The longest term wins, so that a longer term without a topic ("thuế quan" blocks "thuế") takes the shorter one out.
A term counts by its weight and the logarithm of its frequency, three times in the title; the sum is damped by length.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from transforms.tagging import vocabulary
from transforms.tagging.model import Evidence, Topic
from transforms.tagging.view import fold_key, folded_with_offsets
from transforms.text import nfc

TITLE_FACTOR = 3.0
LEAD_FACTOR = 1.6
LEAD_CHARACTERS = 400
THRESHOLD = 4.0
SHARE = 0.5
MOST = 3
USUAL_CHARACTERS = 1500
SHOWN_TERMS = 8
SHOWN_PLACES = 3  # of each term


@dataclass(frozen=True)
class _Terms:
    automaton: AhoCorasick
    terms: tuple[str, ...]
    weights: tuple[tuple[tuple[str, float], ...], ...]


@cache
def _load() -> _Terms:
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    written: dict[str, str] = {}
    for row in vocabulary.rows("topic_terms.csv"):
        key = fold_key(row["term"])
        written.setdefault(key, row["term"])
        if row["topic"]:
            weights[key][row["topic"]] = max(float(row["weight"]), weights[key].get(row["topic"], 0.0))
    keys = sorted(written)
    automaton = AhoCorasick(keys, matchkind=MatchKind.LeftmostLongest)
    terms = tuple(written[key] for key in keys)
    return _Terms(automaton, terms, tuple(tuple(weights[key].items()) for key in keys))


def _occurrences(folded: str) -> Iterator[tuple[int, int, int]]:
    """(term, start, end) of each term at word boundaries, in order."""
    size = len(folded)
    for index, start, end in _load().automaton.find_matches_as_indexes(folded):
        if not ((start and folded[start - 1].isalnum()) or (end < size and folded[end].isalnum())):
            yield index, start, end


def _scores(totals: dict[int, float]) -> tuple[dict[str, float], dict[str, list[tuple[float, int]]]]:
    loaded = _load()
    scores: dict[str, float] = defaultdict(float)
    evidence: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for index, count in totals.items():
        for topic, weight in loaded.weights[index]:
            part = weight * (1 + math.log(count)) if count >= 1 else weight * count
            scores[topic] += part
            evidence[topic].append((part, index))
    return scores, evidence


def find(text: str, title: str | None) -> tuple[Topic, ...]:
    """Topics of a text, the primary one first; empty where the evidence does not suffice."""
    folded, offsets = folded_with_offsets(text)
    totals: dict[int, float] = defaultdict(float)
    places: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for index, start, end in _occurrences(folded):
        totals[index] += LEAD_FACTOR if start < LEAD_CHARACTERS else 1.0
        if len(places[index]) < SHOWN_PLACES:
            places[index].append((offsets[start], offsets[end]) if offsets else (start, end))
    for index, _, _ in _occurrences(fold_key(nfc(title)) if title else ""):
        totals[index] += TITLE_FACTOR
    scores, evidence = _scores(totals)
    damping = 1 + math.log(1 + len(folded) / USUAL_CHARACTERS)
    ranked = sorted(((score / damping, topic) for topic, score in scores.items()), key=lambda pair: (-pair[0], pair[1]))
    if not ranked or ranked[0][0] < THRESHOLD:
        return ()
    kept = [pair for pair in ranked[:MOST] if pair[0] >= max(THRESHOLD, SHARE * ranked[0][0])]
    return tuple(
        _topic(topic, round(score, 3), rank, evidence[topic], places)
        for rank, (score, topic) in enumerate(kept, start=1)
    )


def _topic(
    topic: str, score: float, rank: int, parts: list[tuple[float, int]], places: Mapping[int, list[tuple[int, int]]]
) -> Topic:
    terms = _load().terms
    ordered = sorted(parts, key=lambda pair: (-pair[0], terms[pair[1]]))[:SHOWN_TERMS]
    shown = [Evidence(terms[index], *place) for _, index in ordered for place in places.get(index, ())]
    shown.sort(key=lambda one: (one.start, one.end))
    return Topic(topic, score, rank, tuple(terms[index] for _, index in ordered), tuple(shown), "lexicon", version())


@cache
def version() -> str:
    """First 12 hex digits of the sha256 over taxonomy and lexicon."""
    return vocabulary.digest("topics.csv", "topic_terms.csv")
