"""Live progress of a harvest: a bar for each portal and day; plain lines where nobody watches a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from crawlers.job import OUTCOME_FILE, PROGRESS_FILE, CrawlOutcome, read_outcome
from dags.local import runs
from dags.local.api import Airflow
from dags.plan import run_dir

PAUSE = 1.0  # seconds between looks
MOST_BARS = 30  # more are shown one after the other: a bar goes when its work is done
FINAL = frozenset({"done", "failed", "skipped"})


class Board:
    """What is shown; ``update`` takes the state of one portal in one run."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.shown: dict[tuple[str, str], str] = {}
        self.bars: dict[tuple[str, str], TaskID] = {}
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[counts]}"),
            TextColumn("{task.fields[state]}"),
            TimeElapsedColumn(),
            console=console,
        )

    def __enter__(self) -> Board:
        """Start drawing where there is a terminal."""
        if self.console.is_terminal:
            self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing."""
        self.progress.stop()

    def update(self, day: str, portal: str, state: str, outcome: CrawlOutcome | None) -> None:
        """Show the crawl's counts and the step that its task is in."""
        if self.console.is_terminal:
            self._bar(day, portal, state, outcome)
        elif self.shown.get((day, portal)) != state:
            self.console.print(f"{day}  {portal:<24} {state:<10} {counts(outcome)}".rstrip(), highlight=False)
        self.shown[day, portal] = state

    def _bar(self, day: str, portal: str, state: str, outcome: CrawlOutcome | None) -> None:
        key = (day, portal)
        if key not in self.bars:
            self.bars[key] = self.progress.add_task(f"{day} {portal}", total=None, counts="", state="")
        done, total = pages(outcome)
        values: dict[str, Any] = {"completed": done, "counts": counts(outcome), "state": state}
        if state in FINAL:
            total = done
            values["visible"] = len(self.bars) <= MOST_BARS
        self.progress.update(self.bars[key], total=total or None, **values)


def follow(api: Airflow, found: Callable[[], list[runs.Run]], archive: Path, board: Board) -> list[runs.Run]:
    """Show the runs until all have ended; returns them with their last state."""
    ended: dict[str, runs.Run] = {}
    while True:
        current = found()
        for run in current:
            if run.id not in ended:
                _show(api, run, archive, board)
            if run.ended:
                ended[run.id] = run
        if current and all(run.ended for run in current):
            return current
        time.sleep(PAUSE)


def counts(outcome: CrawlOutcome | None) -> str:
    """The crawl's counts in a few words, or why it failed."""
    if outcome is None:
        return ""
    if outcome.state in ("failed", "blocked") and outcome.reason:
        return outcome.reason
    errors = sum(outcome.errors.values())
    return f"{outcome.requests} requests, {outcome.articles} articles, {outcome.documents} documents, {errors} errors"


def pages(outcome: CrawlOutcome | None) -> tuple[int, int]:
    """Pages that are done, and all that were found so far."""
    if outcome is None:
        return 0, 0
    done = outcome.articles + outcome.documents + outcome.unchanged + sum(outcome.errors.values())
    return done, max(outcome.candidates, done)


def step(states: dict[str, str | None]) -> str:
    """One word for the three task states of a portal."""
    order = ("portal.crawl", "portal.transform", "portal.load")
    if any(states.get(name) == "failed" for name in order):
        return "failed"
    if states.get("portal.load") == "skipped":
        return "skipped"
    if states.get("portal.load") == "success":
        return "done"
    if "up_for_retry" in states.values():
        return "waits for another try"
    moving = [name for name in order if states.get(name) in ("running", "queued")]
    return moving[0].removeprefix("portal.") if moving else "waiting"


def _show(api: Airflow, run: runs.Run, archive: Path, board: Board) -> None:
    by_portal: dict[str, dict[str, str | None]] = {}
    rows = [row for row in runs.tasks(api, run) if row["task_id"].startswith("portal.") and row["map_index"] >= 0]
    names = {row["map_index"]: name for row in rows if (name := runs.portal_of(row))}
    for row in rows:
        by_portal.setdefault(names.get(row["map_index"], ""), {})[row["task_id"]] = row["state"]
    for portal, states in by_portal.items():
        if portal:
            board.update(run.label, portal, step(states), _outcome(run_dir(archive, portal, run.id)))


def _outcome(folder: Path) -> CrawlOutcome | None:
    return read_outcome(folder / OUTCOME_FILE) or read_outcome(folder / PROGRESS_FILE)
