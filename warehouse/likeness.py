"""Are two texts the same piece of news? Cut, retitled and signed it still is; a form filled in anew is not.

Whoever takes over a text drops paragraphs, adds a byline, writes UBND for Ủy ban nhân dân. Whoever fills in a form
(the week's schedule, a notice, an obituary) keeps nearly every word and changes dates, numbers and names. So the share
of common words says little; what decides is whether facts stand in the place of other facts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from warehouse.words import fold

WORD = re.compile(r"[^\W_]+(?:[.,:/-][^\W_]+)*")
END = re.compile(r"[\n|]+|[.!?;…]+[\"'”’)]*(?=\s)")
FEWEST = 40  # words: a shorter text is the same only word for word, under the same title
SHORT = 150  # words: in a shorter text one other fact makes another text
COMMON = 0.75  # share of the shorter text's words that the other must have too
# Least share of the longer text: a digest is not a copy of each of its items. Under a title of the same words a text
# may have been cut to a few sentences, with the lead of the longer one to a third.
LEAST_LEFT, LEAST_WITH_LEAD, LEAST_WITH_TITLE = 0.5, 0.3, 0.15
FEWEST_OF_TITLE = 3  # words that related titles have in common
RELATED = 0.6  # share of the shorter sentence's words that the other has too, to be its other form
MOST_SENTENCES = 250  # without a twin, of each text, that are compared word by word
NUMBER, NAME = 1.0, 0.5  # weight of a number, of a name in another's place
OTHER_FACTS = 1.5  # weights from which it is another text
NEW_NUMBERS = 2  # in sentences that only one text has, in both texts: as in rows of schedules


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its words as written and folded."""

    words: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """Title and text of an article, cut into sentences when needed."""

    title: str
    text: str

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Sentences, lines and table cells that have a word."""
        return tuple(_sentence(part) for part in END.split(self.text) if WORD.search(part))

    @cached_property
    def size(self) -> int:
        """Number of words."""
        return sum(len(sentence.words) for sentence in self.sentences)

    @cached_property
    def keys(self) -> frozenset[str]:
        """All folded words."""
        return frozenset(key for sentence in self.sentences for key in sentence.keys)

    @cached_property
    def heading(self) -> Sentence:
        """The title."""
        return _sentence(self.title)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two texts are: ``shared``, the share of the shorter one's words in common sentences and their other
    forms; ``exact``, the same words in the same order; ``same``, whether they are one piece of news; ``doubt``, the
    weight of facts that differ all the same."""

    shared: float
    exact: bool
    same: bool
    doubt: float = 0.0


def compare(a: Text, b: Text) -> Likeness:
    """The likeness of two texts; symmetric."""
    if [s.keys for s in a.sentences] == [s.keys for s in b.sentences]:
        same = not _other_issue(a, b) and (a.size >= FEWEST or a.heading.keys == b.heading.keys)
        return Likeness(1.0, True, same and a.size > 0)
    small = min(a.size, b.size)
    if small < FEWEST or not _enough_left(a, b):
        return Likeness(0.0, False, False)
    left_a, left_b, common = _without_twins(a, b)
    pairs, alone_a, alone_b = _other_forms(left_a, left_b)
    shared = (common + sum(_equal(x, y) for x, y in pairs)) / small
    doubt = _doubt(pairs)
    other = doubt >= (OTHER_FACTS if small >= SHORT else NAME) or _other_issue(a, b)
    return Likeness(shared, False, shared >= COMMON and not other and not _new_rows(a, b, alone_a, alone_b), doubt)


def _enough_left(a: Text, b: Text) -> bool:
    """Whether the shorter text may be the longer one, cut."""
    small, large = sorted((a, b), key=lambda text: text.size)
    if _alike_titles(a, b):
        least = LEAST_WITH_TITLE
    elif any(large.sentences[0].keys == sentence.keys for sentence in small.sentences):
        least = LEAST_WITH_LEAD
    else:
        least = LEAST_LEFT
    return small.size >= least * large.size


def _alike_titles(a: Text, b: Text) -> bool:
    mine, theirs = set(a.heading.keys), set(b.heading.keys)
    common = len(mine & theirs)
    return mine == theirs or (common >= FEWEST_OF_TITLE and common >= RELATED * min(len(mine), len(theirs)))


def _sentence(part: str) -> Sentence:
    words = tuple(WORD.findall(part))
    return Sentence(words, tuple(map(fold, words)))


def _without_twins(a: Text, b: Text) -> tuple[list[Sentence], list[Sentence], int]:
    """The sentences that the other text lacks, and how many words the common ones have."""
    twins = Counter(s.keys for s in a.sentences) & Counter(s.keys for s in b.sentences)
    words = sum(len(keys) * number for keys, number in twins.items())
    return list(_left(a, twins)), list(_left(b, twins)), words


def _left(text: Text, twins: Counter[tuple[str, ...]]) -> Iterator[Sentence]:
    taken = Counter(twins)
    for sentence in text.sentences:
        if taken[sentence.keys] > 0:
            taken[sentence.keys] -= 1
        else:
            yield sentence


def _other_forms(
    a: list[Sentence], b: list[Sentence]
) -> tuple[list[tuple[Sentence, Sentence]], list[Sentence], list[Sentence]]:
    """Pairs of sentences that are forms of each other, the most alike first, and those that stay alone."""
    bags = [Counter(s.keys) for s in b[:MOST_SENTENCES]]
    ranked = sorted(
        (-(mine & bag).total() / min(mine.total(), bag.total()), i, j)
        for i, mine in enumerate(Counter(s.keys) for s in a[:MOST_SENTENCES])
        for j, bag in enumerate(bags)
        if not mine.keys().isdisjoint(bag)
    )
    matched: dict[int, int] = {}
    for minus, i, j in ranked:
        if -minus >= RELATED and i not in matched and j not in matched.values():
            matched[i] = j
    alone = [s for i, s in enumerate(a) if i not in matched], [s for j, s in enumerate(b) if j not in matched.values()]
    return [(a[i], b[j]) for i, j in matched.items()], *alone


def _equal(a: Sentence, b: Sentence) -> int:
    return (Counter(a.keys) & Counter(b.keys)).total()


def _doubt(pairs: list[tuple[Sentence, Sentence]]) -> float:
    """Weight of the numbers and names that stand in the place of others, each exchange once."""
    found = {conflict for x, y in pairs for conflict in _conflicts(x, y)}
    return sum(NUMBER if _numbers(old) and _numbers(new) else NAME for old, new in found)


def _conflicts(a: Sentence, b: Sentence) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Words of ``a`` that hold facts, with those of ``b`` that hold others in their place."""
    for kind, i, j, k, m in SequenceMatcher(None, a.keys, b.keys, autojunk=False).get_opcodes():
        if kind != "replace":
            continue
        old, new = _facts(a, i, j), _facts(b, k, m)
        if old and new and old != new and not _abbreviated(a.keys[i:j], b.keys[k:m]):
            yield old, new


def _facts(sentence: Sentence, start: int, end: int) -> tuple[str, ...]:
    """Numbers and names among these words; the first word of a sentence and a line in capitals name nothing."""
    shouted = sum(word.isupper() for word in sentence.words) > len(sentence.words) / 2
    return tuple(
        sentence.keys[n]
        for n in range(start, end)
        if _has_digit(sentence.words[n]) or (n and not shouted and sentence.words[n][0].isupper())
    )


def _abbreviated(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether one is the initials of the other (UBND, Ủy ban nhân dân)."""
    short, long = sorted((a, b), key=len)
    return len(short) == 1 and short[0] == "".join(word[0] for word in long)


def _has_digit(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def _numbers(words: tuple[str, ...]) -> set[str]:
    return {word for word in words if _has_digit(word)}


def _other_issue(a: Text, b: Text) -> bool:
    """Whether the titles are those of two issues of one thing (tuần 24, tuần 25)."""
    if not _alike_titles(a, b):
        return False
    mine, theirs = set(a.heading.keys), set(b.heading.keys)
    return bool(_numbers(tuple(mine - theirs)) and _numbers(tuple(theirs - mine)))


def _new_rows(a: Text, b: Text, alone_a: list[Sentence], alone_b: list[Sentence]) -> bool:
    """Whether each text has numbers of its own in sentences of its own."""
    own = ((alone_a, b.keys), (alone_b, a.keys))
    counts = (len({key for s in alone for key in _numbers(s.keys)} - known) for alone, known in own)
    return min(counts) >= NEW_NUMBERS
