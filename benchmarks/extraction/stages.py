"""Where our own CPU time goes: a second pass with a clock around functions, put there from outside."""

from __future__ import annotations

import importlib
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks.extraction.readers import Reader
from benchmarks.extraction.samples import Sample

# Names as their callers find them. Time in a function counts for the innermost stage that is open.
STAGES: dict[str, tuple[str, ...]] = {
    "decode": ("transforms.article.decode",),
    "parse, index": ("transforms.article.parse_page",),
    "title": ("transforms.fields.find_title",),
    "container": ("transforms.article._container",),
    "refusals": ("transforms.article._refusal",),
    "fields": ("transforms.article._collect",),
    "captions": ("transforms.article.take_captions",),
    "links, files": tuple(f"transforms.article.{name}_links" for name in ("file", "video", "related")),
    "language": ("transforms.article.language_of",),
    "prune": ("transforms.body.prune", "transforms.article._tail_lines"),
    "flow": ("transforms.body.normalise",),
    "trafilatura": ("transforms.body._trafilatura",),
    "text, key": ("transforms.body.read", "transforms.body.read_page", "transforms.article._with_lead"),
}
REST = "hash, rest"


class Clock:
    """CPU seconds by stage, each without those of the stages called within it."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._open = [REST]
        self._since = time.process_time()

    def enter(self, stage: str) -> None:
        """From now on time is the stage's."""
        self._charge()
        self._open.append(stage)

    def leave(self) -> None:
        """From now on time is that of the stage around."""
        self._charge()
        self._open.pop()

    def reset(self) -> None:
        """Time since the last event belongs to nobody."""
        self._since = time.process_time()

    def close(self) -> None:
        """Time until now is the open stage's."""
        self._charge()

    def _charge(self) -> None:
        now = time.process_time()
        self.seconds[self._open[-1]] += now - self._since
        self._since = now


def split(corpus: Sequence[Sample], reader: Reader) -> dict[str, float]:
    """Milliseconds a page by stage, the costly ones first."""
    with clocked() as clock:
        for sample in corpus:
            clock.reset()
            reader(sample)
            clock.close()
    found = {stage: 1000 * seconds / len(corpus) for stage, seconds in clock.seconds.items()}
    return dict(sorted(found.items(), key=lambda each: -each[1]))


@contextmanager
def clocked() -> Iterator[Clock]:
    """A clock in every function of STAGES; the time of one that is gone is its caller's, as standard error tells."""
    clock = Clock()
    replaced: list[tuple[Any, str, Any]] = []
    try:
        for stage, names in STAGES.items():
            for name in names:
                module_name, _, attribute = name.rpartition(".")
                module = importlib.import_module(module_name)
                own = getattr(module, attribute, None)
                if own is None:
                    print(f"not measured: stage {stage}: there is no {name}", file=sys.stderr)
                    continue
                replaced.append((module, attribute, own))
                setattr(module, attribute, _clocked(clock, stage, own))
        yield clock
    finally:
        for module, attribute, own in replaced:
            setattr(module, attribute, own)


def _clocked(clock: Clock, stage: str, own: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        clock.enter(stage)
        try:
            return own(*args, **kwargs)
        finally:
            clock.leave()

    return call
