"""Normal forms of bodies' names: abbreviations written out."""

from __future__ import annotations

from functools import cache

from transforms.tagging import vocabulary


@cache
def _abbreviations() -> dict[str, str]:
    return {row["abbreviation"]: row["words"] for row in vocabulary.rows("body_abbreviations.csv")}


def written_out(name: str) -> str:
    """ "UBND tỉnh" -> "Ủy ban nhân dân tỉnh"."""
    return " ".join(_abbreviations().get(word, word) for word in name.split())
