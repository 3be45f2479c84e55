"""Child processes that never outlive their parent, and trees of processes that end completely (Linux)."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


class Process(NamedTuple):
    """A process by id and start time (clock ticks since boot): ids are used again, pairs are not."""

    pid: int
    started: int

    def alive(self) -> bool:
        """Whether it still runs; a zombie does not."""
        return _stat(self.pid)[0] == self


def die_with_parent() -> Callable[[], None]:
    """A ``preexec_fn``: the child gets SIGTERM when the thread that started it is gone, even by SIGKILL."""
    parent = os.getpid()

    def preexec() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return preexec


def spawn(command: list[str], **options: Any) -> subprocess.Popen[Any]:
    """Start ``command`` in a session of its own that ends with this process; ``options`` as for Popen."""
    return subprocess.Popen(
        command,
        stdin=options.pop("stdin", subprocess.DEVNULL),
        start_new_session=True,
        preexec_fn=die_with_parent(),
        **options,
    )


def process(pid: int) -> Process | None:
    """The running process with this id."""
    return _stat(pid)[0]


def tree(root: int) -> list[Process]:
    """The process ``root``, the session that it leads and all their living descendants, parents first."""
    children: dict[int, set[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            found, *owners = _stat(int(entry.name))
            for owner in owners if found else ():
                children.setdefault(owner, set()).add(int(entry.name))
    queue, order = [root], [root]
    while queue:
        new = sorted(children.get(queue.pop(0), set()) - set(order))
        queue, order = queue + new, order + new
    return [member for member in map(process, order) if member is not None]


def end(roots: Iterable[int], grace: float, sign: signal.Signals = signal.SIGTERM) -> None:
    """End whole trees: ``sign`` to the roots, after ``grace`` seconds SIGTERM to what is left, at last SIGKILL.

    A crawl that is asked to stop by SIGTERM closes its archive first; it has until the SIGKILL, 10 seconds later.
    """
    roots = list(roots)
    members = [member for root in roots for member in tree(root)]
    leaders = [member for member in members if member.pid in roots]
    for targets, number, seconds in (
        (leaders, sign, grace),
        (members, signal.SIGTERM, 10),
        (members, signal.SIGKILL, 5),
    ):
        _signal(targets, number)
        if _wait(members, seconds):
            return


def _signal(targets: Iterable[Process], number: signal.Signals) -> None:
    for target in targets:
        if target.alive():
            try:
                os.kill(target.pid, number)
            except ProcessLookupError:
                continue


def _wait(members: list[Process], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(member.alive() for member in members):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _stat(pid: int) -> tuple[Process | None, int, int]:
    """The living process, its parent's id and its session's."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None, 0, 0
    found = None if fields[0] in "ZX" else Process(pid, int(fields[19]))
    return found, int(fields[1]), int(fields[3])
