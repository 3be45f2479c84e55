"""One text in the shapes that the rules read, all of one length, so that every offset holds in each of them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

_PLAIN = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f\u200b\u200c\u200d\ufeff\t\x0b\x0c", " ")
    | dict.fromkeys("‐‑‒–—−", "-")
    | {"\u00d0": "Đ", "\u00f0": "đ", "“": '"', "”": '"', "\r": "\n", "\u2028": "\n", "\u2029": "\n"}
)
_NEW_STYLE = re.compile("o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ]")
_SHIFTED = {
    plain_first + toned: toned_first + plain
    for plain_first, toned_firsts, plain, toneds in (
        ("o", "òóỏõọ", "a", "àáảãạ"),
        ("o", "òóỏõọ", "e", "èéẻẽẹ"),
        ("u", "ùúủũụ", "y", "ỳýỷỹỵ"),
    )
    for toned_first, toned in zip(toned_firsts, toneds, strict=True)
}


def fold_key(text: str) -> str:
    """Lower case with one tone placement (hoà = hòa), of the same length as the NFC ``text``."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return _NEW_STYLE.sub(lambda match: _SHIFTED[match.group()], lowered)


@dataclass(frozen=True)
class TextView:
    """A text (``source``), its NFC form with plain blanks and hyphens (``plain``), and the offsets back."""

    source: str
    plain: str
    starts: tuple[int, ...] | None
    """Offset in ``source`` of each character of ``plain`` and of its end; None where they are the same."""

    @classmethod
    def of(cls, text: str) -> TextView:
        """The view of a text of any form; NFD and mixed forms keep a map of offsets."""
        if unicodedata.is_normalized("NFC", text):
            return cls(text, text.translate(_PLAIN), None)
        composed, starts = _composed(text)
        return cls(text, composed.translate(_PLAIN), starts)

    @cached_property
    def folded(self) -> str:
        """The plain text in lower case with one tone placement."""
        return fold_key(self.plain)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the source text of ``plain[start:end]``."""
        if self.starts is None:
            return start, end
        return self.starts[start], self.starts[end]

    def bounded(self, start: int, end: int) -> bool:
        """Whether ``[start, end)`` begins and ends at word boundaries."""
        text = self.plain
        return not (start and text[start - 1].isalnum()) and not (end < len(text) and text[end].isalnum())


def _composed(text: str) -> tuple[str, tuple[int, ...]]:
    """NFC by clusters of a base character and its marks, with the source offset of each resulting character."""
    parts: list[str] = []
    starts: list[int] = []
    for match in re.finditer(r"[^\u0300-\u036f][\u0300-\u036f]{0,30}|[\u0300-\u036f]{1,30}", text, re.DOTALL):
        cluster = unicodedata.normalize("NFC", match.group())
        parts.append(cluster)
        starts += [match.start()] * len(cluster)
    return "".join(parts), (*starts, len(text))
