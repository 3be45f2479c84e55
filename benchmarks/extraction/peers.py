"""Other extractors on the same pages, each in a process of an environment that the project does not depend on."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.extraction.samples import Sample
from benchmarks.extraction.scores import Answer, Score
from benchmarks.peers.environment import ROOT, NoPeersError, interpreter

PINNED = (
    "readability-lxml==0.9",
    "resiliparse==2.0.1",
    "newspaper4k==0.9.6",
    "news-please==1.6.16",
    "justext==3.0.2",
    "lxml-html-clean==0.4.6",
)
NAMES = ("readability-lxml", "resiliparse", "newspaper4k", "news-please", "justext")
SCRIPT = ROOT / "benchmarks/peers/run_readers.py"
PATIENCE = 3600  # seconds for one extractor over one corpus


def measure(corpus: Sequence[Sample], language: str) -> dict[str, Score]:
    """The peers' scores; one that cannot be measured is left out and named with its reason on standard error."""
    try:
        python = interpreter(PINNED)
    except NoPeersError as error:
        print(f"not measured: {', '.join(NAMES)}: {error}", file=sys.stderr)
        return {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        task = _task(corpus, language, folder)
        answers = {peer: _run(python, peer, task, folder) for peer in NAMES}
    return {peer: _scored(corpus, found) for peer, found in answers.items() if found is not None}


def _task(corpus: Sequence[Sample], language: str, folder: Path) -> Path:
    """The pages as files and a list of them."""
    pages = []
    for number, sample in enumerate(corpus):
        file = folder / f"{number:06}.html"
        file.write_bytes(sample.body)
        pages.append({"url": sample.url, "file": str(file), "encoding": sample.encoding})
    task = folder / "task.json"
    task.write_text(json.dumps({"language": language, "pages": pages}), encoding="utf-8")
    return task


def _run(python: Path, peer: str, task: Path, folder: Path) -> list[dict[str, str | float | None]] | None:
    """An answer for each page; None where the peer failed as a whole."""
    answer = folder / f"{peer}.json"
    command = [str(python), str(SCRIPT), peer, str(task), str(answer)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, cwd=folder)
    except subprocess.TimeoutExpired:
        print(f"not measured: {peer}: no end after {PATIENCE} s", file=sys.stderr)
        return None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        print(f"not measured: {peer}: {last[0]}", file=sys.stderr)
        return None
    found: list[dict[str, str | float | None]] = json.loads(answer.read_text(encoding="utf-8"))
    return found


def _scored(corpus: Sequence[Sample], answers: Sequence[dict[str, str | float | None]]) -> Score:
    score = Score()
    for sample, row in zip(corpus, answers, strict=True):
        score.seconds += float(row["seconds"] or 0)
        title, date, text = (str(row[name]) if row[name] else None for name in ("title", "date", "text"))
        score.add(sample, Answer(title, date, text or ""))
    return score
