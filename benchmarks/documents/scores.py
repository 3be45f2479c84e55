"""Error rates of read text against gold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

_SPACE = re.compile(r"\s+")


def folded(text: str) -> str:
    """NFC with every run of white space as one blank."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Character errors for each character of gold, over all pairs of (gold, read)."""
    sides = [(folded(gold), folded(read)) for gold, read in pairs]
    return sum(Levenshtein.distance(*side) for side in sides) / sum(len(gold) for gold, _ in sides)
