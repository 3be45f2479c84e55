"""Spans of the plain text that a rule has claimed."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field


@dataclass(slots=True)
class Found:
    """A mention in the plain text, by characters, before it is put into the columns of the output."""

    type: str
    start: int
    end: int
    rule: str
    norm: str | None = None
    unit: str | None = None
    roles: list[Found] = field(default_factory=list)
    level: str | None = None
    key: tuple[str, ...] = ()
    """LOC: the folded tokens of the name."""
    credit: bool = False


class Claims:
    """Non-overlapping spans; asks whether a new one is still free in logarithmic time."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []

    def free(self, start: int, end: int) -> bool:
        """Whether no claimed span touches ``[start, end)``."""
        at = bisect_left(self._spans, (end, 0))
        return at == 0 or self._spans[at - 1][1] <= start

    def claim(self, start: int, end: int) -> bool:
        """Claims a free span; False where it is taken."""
        if not self.free(start, end):
            return False
        insort(self._spans, (start, end))
        return True
