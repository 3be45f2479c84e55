"""Resident memory of a process that reads page after page: ``python -m benchmarks.extraction.memory TASK.json``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.extraction.samples import Sample

MARKS = (100, 1_000, 5_000, 10_000, 20_000, 50_000, 100_000)
SETTLED = 1_000  # pages after which memory must be flat


def measure(corpus: Sequence[Sample], pages: int) -> dict[int, float]:
    """Megabytes after so many pages, in a new process that reads the corpus again and again from files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        task = folder / "task.json"
        listed = []
        for number, sample in enumerate(corpus):
            file = folder / f"{number:06}.html"
            file.write_bytes(sample.body)
            listed.append([str(file), sample.url, sample.encoding, sample.family])
        task.write_text(json.dumps({"pages": pages, "files": listed}), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.extraction.memory", str(task)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {int(mark): float(megabytes) for mark, megabytes in json.loads(done.stdout).items()}


def figures(found: dict[int, float]) -> dict[str, float | int | None]:
    """The peak, and by how much memory grew after the first thousand pages."""
    marks = sorted(mark for mark in found if mark)
    settled = [mark for mark in marks if mark >= SETTLED]
    grown = found[settled[-1]] - found[settled[0]] if len(settled) > 1 else None
    return {"memory_pages": marks[-1], "memory_peak_mb": found[0], "memory_growth_mb": grown and round(grown, 1)}


def resident_megabytes(row: str = "VmRSS") -> float:
    """Resident memory of this process now; with ``VmHWM`` its peak.

    The peak that the resource module tells begins with that of the process that started this one.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    kilobytes = next(line for line in status.splitlines() if line.startswith(f"{row}:")).split()[1]
    return int(kilobytes) / 1024


def main() -> None:
    """Read the pages of the task in a circle; print memory by pages read as JSON, the peak under 0."""
    from crawlers.families.hints import hints_for
    from transforms.article import extract

    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    marks = {mark for mark in MARKS if mark < task["pages"]} | {task["pages"]}
    found: dict[int, float] = {}
    for number in range(1, task["pages"] + 1):
        file, url, encoding, family = task["files"][number % len(task["files"])]
        extract(Path(file).read_bytes(), url=url, encoding=encoding, hints=hints_for(family))
        if number in marks:
            found[number] = round(resident_megabytes(), 1)
    found[0] = round(resident_megabytes("VmHWM"), 1)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
