"""Figures reached once are not lost: ``benchmarks/reached.json`` holds the best so far, a test compares.

``python -m benchmarks.extraction --gate`` (or ``benchmarks.tagging``) writes what has become better. What has become
worse stays as it was, and the command fails, unless ``--lower --reason TEXT`` says why less is right; the reason is
kept in the file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REACHED = Path(__file__).parent / "reached.json"
FEWER_IS_BETTER = frozenset(
    ("long_below", "wrong_dates", "leaking_pages", "leaked_strings", "unread", "wrong_provinces")
)
Figures = dict[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Course:
    """What was measured on one corpus: its digest, its pages or texts, and figures by name."""

    corpus: str
    pages: int
    figures: Figures
    command: str = "benchmarks.extraction"  # the module that measures it


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is not what was reached; ``reached`` is None for a new one."""

    course: str
    figure: str
    reached: float | int | None
    now: float | int | None

    @property
    def is_worse(self) -> bool:
        """Whether something was lost."""
        if self.reached is None or self.now is None:
            return self.now is None
        return self.now > self.reached if _is_count(self.figure) else self.now < self.reached

    def __str__(self) -> str:
        return f"{self.course}.{self.figure}: {self.now}, reached before: {self.reached}"


def load(file: Path = REACHED) -> dict[str, Any]:
    """The file of reached figures; courses empty where there is none."""
    if not file.exists():
        return {"courses": {}, "lowered": []}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def changes(name: str, now: Course, reached: Mapping[str, Any]) -> Iterator[Change]:
    """Figures of a course that differ from those reached, and those that are no longer measured."""
    before = reached["courses"].get(name, {}).get("figures", {})
    for figure in {**before, **now.figures}:
        if before.get(figure) != now.figures.get(figure):
            yield Change(name, figure, before.get(figure), now.figures.get(figure))


def losses(name: str, now: Course, file: Path = REACHED) -> list[str]:
    """What a course has lost, as readable lines with the remedy."""
    reached = load(file)
    if name not in reached["courses"]:
        return [f"{name} was never measured; run python -m {now.command} --gate"]
    lost = [str(change) for change in changes(name, now, reached) if change.is_worse]
    if lost and reached["courses"][name]["corpus"] != now.corpus:
        lost.append(
            "the pages or their gold have changed since; if the new figures are right, run"
            f" python -m {now.command} --gate --lower --reason '...'"
        )
    return lost


def pin(courses: Mapping[str, Course], reason: str | None = None, file: Path = REACHED) -> tuple[list[str], list[str]]:
    """Write what has become better, and with a ``reason`` what has become worse; (lines written, lines refused)."""
    reached = load(file)
    written, refused = [], []
    for name, now in courses.items():
        entry = reached["courses"].setdefault(name, {"figures": {}})
        for change in list(changes(name, now, reached)):
            if change.is_worse and reason is None:
                refused.append(str(change))
                continue
            if change.is_worse:
                reached["lowered"].append(_lowered(change, reason))
            _set(entry["figures"], change)
            written.append(str(change))
        if not any(line.startswith(f"{name}.") for line in refused):
            entry |= {"corpus": now.corpus, "pages": now.pages}
    file.write_text(json.dumps(reached, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return written, refused


def _lowered(change: Change, reason: str | None) -> dict[str, Any]:
    return {"figure": f"{change.course}.{change.figure}", "from": change.reached, "to": change.now, "reason": reason}


def _set(figures: Figures, change: Change) -> None:
    if change.now is None:
        figures.pop(change.figure, None)
    else:
        figures[change.figure] = change.now


def _is_count(figure: str) -> bool:
    return any(figure.endswith(name) for name in FEWER_IS_BETTER)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options ``--gate``, ``--lower`` and ``--reason`` of a command that measures courses."""
    parser.add_argument("--gate", action="store_true", help="compare with the figures reached, and raise them")
    parser.add_argument("--lower", action="store_true", help="with --gate: accept what has become worse")
    parser.add_argument("--reason", help="with --lower: why less is right")


def check_arguments(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> None:
    """End with a usage error where these options contradict each other."""
    if asked.lower != bool(asked.reason) or (asked.lower and not asked.gate):
        parser.error("--gate --lower --reason belong together")


def run(courses: Mapping[str, Course], reason: str | None) -> int:
    """Pin the courses, print what was written and refused, and answer the exit code."""
    written, refused = pin(courses, reason)
    for line in written:
        print(f"written: {line}")
    for line in refused:
        print(f"below what was reached: {line}; mend it, or give --lower --reason", file=sys.stderr)
    return 1 if refused else 0
