"""Fields of government by a weighted lexicon: several per text, with the terms that spoke, or none at all.

The longest term wins, so that a longer term without a topic ("thuế quan" blocks "thuế") takes the shorter one out.
A term counts by its weight and the logarithm of its frequency, three times in the title; the sum is damped by length.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from transforms.tagging import vocabulary
from transforms.tagging.model import Topic
from transforms.tagging.view import fold_key

TITLE_FACTOR = 3.0
LEAD_FACTOR = 1.6
LEAD_CHARACTERS = 400
THRESHOLD = 4.0
SHARE = 0.5
MOST = 3
USUAL_CHARACTERS = 1500
SHOWN_TERMS = 8


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


def _counts(folded: str, factor: float, lead: int, totals: dict[int, float]) -> None:
    """Adds the weighted occurrences of each term at word boundaries."""
    size = len(folded)
    for index, start, end in _load().automaton.find_matches_as_indexes(folded):
        if (start and folded[start - 1].isalnum()) or (end < size and folded[end].isalnum()):
            continue
        totals[index] += factor * (LEAD_FACTOR if start < lead else 1.0)


def _scores(totals: dict[int, float]) -> tuple[dict[str, float], dict[str, list[tuple[float, str]]]]:
    loaded = _load()
    scores: dict[str, float] = defaultdict(float)
    evidence: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for index, count in totals.items():
        for topic, weight in loaded.weights[index]:
            part = weight * (1 + math.log(count)) if count >= 1 else weight * count
            scores[topic] += part
            evidence[topic].append((part, loaded.terms[index]))
    return scores, evidence


def find(folded: str, title: str | None) -> tuple[Topic, ...]:
    """Topics of a folded text, the primary one first; empty where the evidence does not suffice."""
    totals: dict[int, float] = defaultdict(float)
    _counts(folded, 1.0, LEAD_CHARACTERS, totals)
    if title:
        _counts(fold_key(title), TITLE_FACTOR, 0, totals)
    scores, evidence = _scores(totals)
    damping = 1 + math.log(1 + len(folded) / USUAL_CHARACTERS)
    ranked = sorted(((score / damping, topic) for topic, score in scores.items()), key=lambda pair: (-pair[0], pair[1]))
    if not ranked or ranked[0][0] < THRESHOLD:
        return ()
    kept = [pair for pair in ranked[:MOST] if pair[0] >= max(THRESHOLD, SHARE * ranked[0][0])]
    return tuple(
        Topic(topic, round(score, 3), rank, _terms(evidence[topic]), "lexicon")
        for rank, (score, topic) in enumerate(kept, start=1)
    )


def _terms(evidence: list[tuple[float, str]]) -> tuple[str, ...]:
    ordered = sorted(evidence, key=lambda pair: (-pair[0], pair[1]))
    return tuple(term for _, term in ordered[:SHOWN_TERMS])
