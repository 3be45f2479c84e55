"""The last one out: ends the stack's processes when its supervisor is gone, however it went.

Reads process ids, one a line, from a pipe that the supervisor holds open; the pipe's end is the signal.
"""

from __future__ import annotations

import signal
import sys

from dags.processes import Process, end, process

GRACE = 8.0  # seconds that a component has after SIGTERM


def main() -> None:
    """Wait for the end of standard input, then end every listed process that still lives, with its descendants."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    known: list[Process] = []
    for line in sys.stdin:
        found = process(int(line))
        if found:
            known.append(found)
    end([member.pid for member in known if member.alive()], GRACE)


if __name__ == "__main__":
    main()
