"""Tones that recognition lost or changed, put right where the two syllables of one word tell which it was.

At 200 dots an inch a tone above â, ê or ô is one or two specks: "sửa đôi, bỗ sung" is the usual reading of "sửa đổi, bổ
sung". A pair of syllables that is no word of the list, and is one but for the tones of one syllable, becomes that word;
no other text is touched.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from transforms.legacy import toneless
from transforms.text import nfc, place_tones

_WORDS = Path(__file__).parents[1] / "data" / "compounds.txt"
_SYLLABLE = re.compile(r"[^\W\d_]+")
_MARKED = re.compile("[âêôă]")  # where a tone stands above another mark
_NUMBERED = re.compile(r"\b([Ss])[ôỗồổộ](?= \d)")  # "Nghị định sô 83"

Pair = tuple[str, str]


def mend_tones(line: str) -> str:
    """The line with the tones of known words; syllables are parted by one blank, and keep their letters and case."""
    found = list(_SYLLABLE.finditer(line))
    read = [_key(match[0]) for match in found]
    syllables = list(read)
    for place in range(len(found) - 1):
        between = line[found[place].end() : found[place + 1].start()]
        if between == " " and not (found[place][0].istitle() and found[place + 1][0].istitle()):  # no names
            _mend_pair(syllables, place)
    parts, end = [], 0
    for match, key, syllable in zip(found, read, syllables, strict=True):
        parts += [line[end : match.start()], match[0] if key == syllable else _cased(syllable, match[0])]
        end = match.end()
    return _NUMBERED.sub(r"\1ố", "".join((*parts, line[end:])))


def _mend_pair(syllables: list[str], place: int) -> None:
    """Put the right tone into one of the two syllables from ``place``, unless it makes a word on its other side."""
    words, by_letters = _words()
    first, second = syllables[place : place + 2]
    meant = by_letters.get((toneless(first), toneless(second)), ())
    if (first, second) in words or len(meant) != 1:
        return
    if meant[0][0] == first and _may_change(second, words, syllables[place + 1 : place + 3]):
        syllables[place + 1] = meant[0][1]
    elif meant[0][1] == second and _may_change(first, words, syllables[max(place - 1, 0) : place + 1]):
        syllables[place] = meant[0][0]


def _may_change(syllable: str, words: frozenset[Pair], beside: Sequence[str]) -> bool:
    """Whether recognition may have lost the tone, and the syllable is of no word on its other side."""
    return _MARKED.search(toneless(syllable)) is not None and tuple(beside) not in words


@cache
def _words() -> tuple[frozenset[Pair], Mapping[Pair, Sequence[Pair]]]:
    """The words of the list, and by their syllables without tones."""
    lines = _WORDS.read_text(encoding="utf-8").splitlines()
    listed = (word.split() for line in lines if not line.startswith("#") for word in line.split(",") if word.strip())
    words = {(_key(first), _key(second)) for first, second in listed}
    by_letters: defaultdict[Pair, list[Pair]] = defaultdict(list)
    for first, second in sorted(words):
        by_letters[toneless(first), toneless(second)].append((first, second))
    return frozenset(words), by_letters


def _key(syllable: str) -> str:
    return place_tones(nfc(syllable.lower()))


def _cased(syllable: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return syllable.upper()
    return syllable.capitalize() if like[:1].isupper() else syllable
