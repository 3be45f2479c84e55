"""Reading of files in a child process that is reused from file to file and replaced when a file kills or stalls it."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import IO, Any

from transforms.documents.filetext import FileText, PageText, from_json, join_pages, page_from_json
from transforms.documents.kinds import kind_of
from transforms.documents.reading import Wanted
from transforms.documents.worker import FILE, HEADER, LENGTH, PAGE
from warehouse.schema import Outcome

SECONDS = 90.0  # without a page or another sign of life
LONGEST = 3600.0  # seconds that one file may take
MEGABYTES = 2048  # address space of the child
LARGEST = 64 << 20  # bytes of a file


def cores() -> int:
    """Cores that this process may use, at most as many as a request can ask for."""
    return min(255, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


class FileSandbox:
    """Reads files one after another; a context manager. Nothing that a file does reaches the caller's process.

    ``seconds`` may pass without a sign of life and ``longest`` in all; ``megabytes`` is the child's address space;
    ``processes`` is how many pages are recognised at a time.
    """

    def __init__(
        self, seconds: float = SECONDS, megabytes: int = MEGABYTES, longest: float = LONGEST, processes: int = 1
    ) -> None:
        self._seconds, self._megabytes, self._longest, self._processes = seconds, megabytes, longest, processes
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> FileSandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, body: bytes, wanted: Wanted = Wanted.RECOGNISED) -> FileText:
        """Like :func:`transforms.documents.reading.read_file`; a crash is UNREADABLE, a stall TIMEOUT.

        The pages that were done before a crash or a stall are kept.
        """
        if len(body) > LARGEST:
            reason = f"the file has {len(body) >> 20} MB, the limit is {LARGEST >> 20}"
            return FileText(Outcome.OVERSIZED, None, reason=reason, size=len(body))
        pages: list[PageText] = []
        try:
            found = self._ask(body, wanted, pages)
        except TimeoutError:
            found = FileText(Outcome.TIMEOUT, kind_of(body)[0], reason=f"no sign of life for {self._seconds:g} s")
        except (OSError, EOFError, ValueError):
            reason = "the file ended the reading process; look at it"
            found = FileText(Outcome.UNREADABLE, kind_of(body)[0], reason=reason)
        done = tuple(sorted(pages, key=lambda page: page.number))
        return replace(found, pages=done, text=join_pages(done))

    def _ask(self, body: bytes, wanted: Wanted, pages: list[PageText]) -> FileText:
        """The child's answer; without one in time the child is ended and TimeoutError, OSError or EOFError raised."""
        last = time.monotonic() + self._longest
        child = self._running()
        try:
            head = HEADER.pack(len(body), wanted, self._processes)
            _send(_pipe(child.stdin), head + body, time.monotonic() + self._seconds)
            while True:
                kind, value = _frame(_pipe(child.stdout), min(last, time.monotonic() + self._seconds))
                if kind == FILE:
                    return from_json(value)
                if kind == PAGE:
                    pages.append(page_from_json(value))
        except (OSError, EOFError, ValueError):  # TimeoutError is an OSError
            self.close()
            raise

    def close(self) -> None:
        """End the child process."""
        child, self._child = self._child, None
        if child is not None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # what it has started too
            child.communicate()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "transforms.documents.worker", str(self._megabytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                start_new_session=True,
            )
            for pipe in (self._child.stdin, self._child.stdout):
                os.set_blocking(_pipe(pipe), False)
        return self._child


def _pipe(stream: IO[bytes] | None) -> int:
    if stream is None:
        raise OSError("the reading process has no pipe")
    return stream.fileno()


def _wait(pipe: int, event: int, deadline: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, event)
        if not selector.select(max(0.0, deadline - time.monotonic())):
            raise TimeoutError


def _send(pipe: int, data: bytes, deadline: float) -> None:
    view = memoryview(data)
    while view:
        _wait(pipe, selectors.EVENT_WRITE, deadline)
        view = view[os.write(pipe, view[: 1 << 16]) :]


def _frame(pipe: int, deadline: float) -> tuple[str, Any]:
    size = LENGTH.unpack(_receive(pipe, LENGTH.size, deadline))[0]
    kind, value = json.loads(_receive(pipe, size, deadline))
    return kind, value


def _receive(pipe: int, size: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < size:
        _wait(pipe, selectors.EVENT_READ, deadline)
        chunk = os.read(pipe, min(1 << 20, size - len(data)))
        if not chunk:
            raise EOFError
        data += chunk
    return bytes(data)
