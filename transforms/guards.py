"""Guards over what was read: a reading that looks wrong says so in its row's quality flags, and is counted."""

from __future__ import annotations

from transforms.fields import Title
from transforms.template import block_key

SHORT = 60  # characters below which a text is flagged as short
_PARAGRAPH, _FEWEST, _PROSE = 120, 2, 500  # characters of a paragraph; such paragraphs, and their characters, of prose
_ENDS = '.!?…”":;)'
_PURE = 0.6  # share of a text that must be new, or the container holds more than the article


def title_flags(title: Title) -> list[str]:
    """Whether there is a title and whether the listing says the same."""
    return ["title_differs_from_listing"] if title.agreed is False else [] if title.text else ["no_title"]


def novel_characters(text: str, repeated: frozenset[str]) -> int:
    """Characters of the paragraphs that are not what the portal's other pages say in the same place."""
    if not repeated:
        return len(text) - 2 * text.count("\n\n")
    longest = 2 * max(map(len, repeated))  # numbers are one sign in a key
    return sum(
        len(paragraph)
        for paragraph in text.split("\n\n")
        if len(paragraph) > longest or block_key(paragraph) not in repeated
    )


def is_prose(text: str) -> bool:
    """Whether a text holds paragraphs that no menu and no list of headlines has: long, and ended like a sentence."""
    long = [each for each in text.split("\n\n") if len(each) >= _PARAGRAPH and each[-1] in _ENDS]
    return len(long) >= _FEWEST and sum(map(len, long)) >= _PROSE


def size_flags(text: str, new: int) -> list[str]:
    """Whether there is enough text, and enough of it that is new (``new``: its characters)."""
    if not text:
        return ["no_text"]
    flags = ["short_text"] if len(text) < SHORT else ["little_new_text"] if new < SHORT else []
    return [*flags, "impure_container"] if new < _PURE * len(text) else flags
