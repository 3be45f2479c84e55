"""Child processes of the benchmarks: run to the end while the memory of their tree is sampled."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]
SAMPLE = 0.2  # seconds between two looks


class FailedError(RuntimeError):
    """A child ended badly; the message has the end of what it printed."""


def run(
    command: Sequence[str],
    log: Path,
    env: Mapping[str, str] | None = None,
    look: Callable[[float], None] | None = None,
    every: float = SAMPLE,
) -> float:
    """Peak of the tree's resident MB, summed over its processes (shared pages count in each); ``look`` is told each
    sample."""
    peak = 0.0
    with log.open("w") as out, subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out) as child:
        while child.poll() is None:
            megabytes = tree_megabytes(child.pid)
            peak = max(peak, megabytes)
            if look:
                look(megabytes)
            time.sleep(every)
    if child.returncode:
        said = log.read_text(errors="replace")[-600:]
        raise FailedError(f"{' '.join(command[:3])} ended with {child.returncode}: {said}")
    return peak


def tree_megabytes(pid: int) -> float:
    """Resident MB of a process and everything below it, 0 where it has ended."""
    try:
        process = psutil.Process(pid)
        sizes = [int(each.memory_info().rss) for each in (process, *process.children(recursive=True))]
        return sum(sizes) / (1 << 20)
    except psutil.Error:
        return 0.0


@contextmanager
def served(module: str, *arguments: str, ready: str = "http") -> Iterator[str]:
    """A server in a child process until the block ends; gives the first line that it prints, which holds ``ready``."""
    command = [sys.executable, *module.split(), *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        line = server.stdout.readline() if server.stdout else ""
        if ready not in line:
            server.kill()
            raise FailedError(f"{' '.join(command)} did not start: {line}")
        try:
            yield line.strip()
        finally:
            server.terminate()
