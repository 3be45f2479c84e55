"""The courses of extraction whose figures are kept: see ``benchmarks.gate``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.extraction.readers import Mode, measure, ours
from benchmarks.extraction.samples import Sample, digest, own_sites, real, spread
from benchmarks.gate import Course, load, losses, pin

__all__ = ["Course", "course", "load", "losses", "own_course", "pin", "real_course"]
REAL_SAMPLE = 120  # pages of the real archive


def own_course() -> Course:
    """Our own sites: with family rules, and with learned profiles alone."""
    return course(own_sites(), ("family", "generic"))


def real_course(folder: Path) -> Course:
    """A sample of the real archive."""
    return course(real(folder), ("family", "generic"), REAL_SAMPLE)


def course(every: Sequence[Sample], modes: Sequence[Mode], limit: int | None = None) -> Course:
    """Our figures in each mode on a corpus, or on ``limit`` pages of it; profiles are learned from all of it."""
    corpus = spread(every, limit)
    scores = measure(corpus, {mode: ours(mode, every) for mode in modes}, warming=0)
    figures = {f"{mode}_{name}": value for mode in modes for name, value in scores[mode].figures().items()}
    return Course(digest(corpus), len(corpus), {name: value for name, value in figures.items() if value is not None})
