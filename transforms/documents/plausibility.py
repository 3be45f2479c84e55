"""How plausible a text is as Vietnamese: what garbled text layers and failed recognition are known by."""

from __future__ import annotations

import re

from transforms.legacy import is_syllable
from transforms.text import nfc

FEWEST = 8  # words from which a page's share says something
_TOKEN = re.compile(r"[^\W\d_]+")
_ALONE = frozenset("ởýàạôồừưủêếéoơăâđi")  # words of one letter that is no ASCII letter, and names of letters
_CAPITALS = re.compile(r"[A-ZĐÂÊÔƠƯ]{2,8}")  # HĐND, QH: abbreviations of codes and bodies


def plausibility(text: str) -> float | None:
    """Share of words that may be Vietnamese syllables or abbreviations, 0 to 1; None where there are no words.

    A single accented letter is none: fonts that lack Vietnamese letters tear words apart at them.
    """
    words = _TOKEN.findall(nfc(text))
    if not words:
        return None
    return round(sum(map(_is_good, words)) / len(words), 4)


def _is_good(word: str) -> bool:
    if len(word) == 1:
        return word.isascii() or word.lower() in _ALONE
    return is_syllable(word) or _CAPITALS.fullmatch(word) is not None
