"""Capitals that TCVN3 lost: it has no codes for those with a tone, so they were typed small in a font of capitals.

Each function is given a text as it was and as it was read, letter for letter, and touches only letters that were read.
"""

from __future__ import annotations

import re

_FEWEST = 3  # capitals of ASCII in a line's legacy words from which the line is in capitals
_WORD = re.compile(r"[^\s!-@\[-`{-~\x00-\x1f]+")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_BEGINNING = re.compile(r"^(?:[\W\d_]*|[IVX]+[.,] )(?=\w)|(?<=[^\W\d_]{2})[.!?] +(?=\w)")


def raised(legacy: str, text: str) -> str:
    """The read text with the capitals that TCVN3 has no codes for, where the letters around them are capitals."""
    if len(legacy) != len(text):
        return text
    ends = [line.end() for line in _LINE.finditer(legacy)]
    starts = [0, *ends]
    return "".join(_raised_line(legacy[a:b], text[a:b]) for a, b in zip(starts, ends, strict=False))


def _raised_line(legacy: str, text: str) -> str:
    words = [w for w in _WORD.finditer(legacy) if not w[0].isascii() and not text[w.start() : w.end()].isupper()]
    if _is_loud(legacy) and sum(map(_capitals, (word[0] for word in words))) >= _FEWEST:
        return text.upper()
    for word in words:
        if _is_loud(word[0]) and _capitals(word[0]) > 1:
            text = text[: word.start()] + text[word.start() : word.end()].upper() + text[word.end() :]
    return text


def _capitals(text: str) -> int:
    return sum(letter.isascii() and letter.isupper() for letter in text)


def begun(legacy: str, text: str) -> str:
    """A paragraph whose first letter is a capital that TCVN3 has no code for, and so are those after full stops."""
    if len(legacy) != len(text):
        return text
    letters = list(text)
    for start in _BEGINNING.finditer(text):
        at = start.end()
        if at < len(text) and legacy[at] != text[at]:
            letters[at] = letters[at].upper()
    return "".join(letters)


def _is_loud(text: str) -> bool:
    """Whether no letter of ASCII, which every font draws as it is, is a small one, and some are capitals."""
    letters = [letter for letter in text if letter.isascii() and letter.isalpha()]
    return bool(letters) and all(map(str.isupper, letters))
