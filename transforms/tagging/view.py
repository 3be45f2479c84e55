"""One text in the shapes that the rules read: plain, folded and as tokens, with the way back to its own offsets."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from transforms.text import place_tones

_PLAIN = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f\u200b\u200c\u200d\ufeff\t\x0b\x0c", " ")
    | dict.fromkeys("‐‑‒–—−", "-")
    | {
        "\u00d0": "Đ",
        "\u0189": "Đ",
        "\u00f0": "đ",
        "“": '"',
        "”": '"',
        "’": "'",
        "ʼ": "'",
        "\r": "\n",
        "\u2028": "\n",
        "\u2029": "\n",
    }
)
_BLANKS = re.compile(r" {2,}| ?\n[ \n]*(?=[a-zà-ỹđ])| +\n[ \n]*|\n[ \n]+")
_CLUSTER = re.compile("[^\u0300-\u036f][\u0300-\u036f]{0,30}|[\u0300-\u036f]{1,30}", re.DOTALL)
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W\d_]+)*|[^\w\s]|_")


def fold_key(text: str) -> str:
    """Lower case with one tone placement (hoà = hòa), of the same length as the NFC ``text``."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return place_tones(lowered)


def folded_with_offsets(text: str) -> tuple[str, list[int] | None]:
    """The folded NFC form of a text and the offset in ``text`` of each of its characters and of its end.

    The offsets are None where they are the same.
    """
    if unicodedata.is_normalized("NFC", text):
        return fold_key(text), None
    composed, starts = _composed(text)
    return fold_key(composed), starts


def token_key(text: str) -> tuple[str, ...]:
    """The folded tokens of a phrase, as the rules compare them."""
    return tuple(_TOKEN.findall(fold_key(unicodedata.normalize("NFC", text).translate(_PLAIN))))


@dataclass(frozen=True, slots=True)
class Tokens:
    """Words and single punctuation marks of a plain text, with their offsets, folded forms and the gaps before them."""

    starts: list[int]
    ends: list[int]
    words: list[str]
    folded: list[str]
    capital: list[bool]
    glue: list[str]
    """What stands before each token: "" nothing, " " a blank, "\\n" a new line (or the beginning)."""

    def __len__(self) -> int:
        return len(self.starts)

    def starting(self, offset: int) -> int | None:
        """Index of the token that begins at ``offset`` of the plain text, or None."""
        at = bisect_left(self.starts, offset)
        return at if at < len(self.starts) and self.starts[at] == offset else None

    def between(self, start: int, end: int) -> tuple[int, int]:
        """Index of the token that begins at ``start``, and the one after the token that ends at ``end``."""
        return bisect_left(self.starts, start), bisect_left(self.ends, end) + 1


@dataclass(frozen=True)
class TextView:
    """A text (``source``), its NFC form with single plain blanks (``plain``), and the offsets back."""

    source: str
    plain: str
    starts: tuple[int, ...] | None
    """Offset in ``source`` of each character of ``plain`` and of its end; None where they are the same."""

    @classmethod
    def of(cls, text: str) -> TextView:
        """The view of a text of any form; lines broken before a small letter are joined."""
        if unicodedata.is_normalized("NFC", text):
            composed, starts = text.translate(_PLAIN), None
        else:
            composed, starts = _composed(text)
        return cls(text, *_collapsed(composed, starts))

    @cached_property
    def folded(self) -> str:
        """The plain text in lower case with one tone placement."""
        return fold_key(self.plain)

    @cached_property
    def tokens(self) -> Tokens:
        """The tokens of the plain text."""
        spans = [match.span() for match in _TOKEN.finditer(self.plain)]
        starts, ends = [s for s, _ in spans], [e for _, e in spans]
        words = [self.plain[s:e] for s, e in spans]
        folded = [self.folded[s:e] for s, e in spans]
        capital = [word[0].isupper() for word in words]
        before = [0, *ends]
        glue = [self.plain[b] if b < s else "" for b, s in zip(before, starts, strict=False)]
        if glue:
            glue[0] = "\n"
        return Tokens(starts, ends, words, folded, capital, glue)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the source text of ``plain[start:end]``, a span that ends on a character that is no blank."""
        if self.starts is None:
            return start, end
        first, last = self.starts[start], self.starts[end - 1] + 1
        while last < len(self.source) and unicodedata.combining(self.source[last]):
            last += 1
        return first, last


def _composed(text: str) -> tuple[str, list[int]]:
    """NFC by clusters of a base character and its marks, with the source offset of each resulting character."""
    parts: list[str] = []
    starts: list[int] = []
    for match in _CLUSTER.finditer(text):
        cluster = unicodedata.normalize("NFC", match.group())
        parts.append(cluster)
        starts += [match.start()] * len(cluster)
    return "".join(parts).translate(_PLAIN), [*starts, len(text)]


def _collapsed(text: str, starts: list[int] | None) -> tuple[str, tuple[int, ...] | None]:
    """Runs of blanks as one, with the offsets composed."""
    gaps = list(_BLANKS.finditer(text))
    if not gaps:
        return text, tuple(starts) if starts is not None else None
    parts: list[str] = []
    kept: list[int] = []
    done = 0
    for gap in gaps:
        start, end = gap.span()
        joined = " " if "\n" not in gap.group() or (end < len(text) and text[end].islower()) else "\n"
        parts += [text[done:start], joined]
        kept += [*range(done, start), start]
        done = end
    parts.append(text[done:])
    kept += range(done, len(text) + 1)
    return "".join(parts), tuple(kept if starts is None else [starts[i] for i in kept])
