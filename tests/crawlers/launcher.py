"""Starts crawls without the seconds of their imports: a process that has everything imported and forks one child each.

Reads ``start FILE JOB DIE`` and ``wait PID`` on standard input and answers with the child's process id or exit code.
``DIE`` is ``-`` or ``STEP:NUMBER:SIDE``: the child kills itself before or after that call of a system function.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import scrapy.crawler  # noqa: F401 - imported for the children
import twisted.web.client  # noqa: F401

import crawlers.guards
import crawlers.spider  # noqa: F401
from crawlers import run

STEPS = ("fsync", "replace", "unlink", "truncate")


def main() -> None:
    """Serves until standard input ends."""
    for line in sys.stdin:
        command, *words = line.split()
        answer = start(*words) if command == "start" else wait(int(words[0]))
        print(answer, flush=True)


def start(log: str, job: str, die: str) -> int:
    """Process id of a crawl in a session of its own, whose output goes to ``log``."""
    child = os.fork()
    if child:
        return child
    os.setsid()
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    if die != "-":
        arm(*die.split(":"))
    code = 1
    try:
        code = run.main([job])
    finally:
        sys.stdout.flush()
        os._exit(code)


def wait(child: int) -> int:
    """Exit code of a child; a signal's number below zero."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def arm(step: str, number: str, side: str) -> None:
    """From now on the ``number``-th call of a function of ``os`` kills the process, before or after it is done."""
    genuine: Callable[..., Any] = getattr(os, step)
    calls = 0

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == int(number) and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = genuine(*args, **kwargs)
        if calls == int(number):
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(os, step, deadly)


if __name__ == "__main__":
    main()
