"""Reading of files in a child process that is reused from file to file and replaced when a file kills or stalls it."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from types import TracebackType
from typing import IO, Any

from transforms.documents.pdf import PdfText
from transforms.documents.worker import HEADER, LENGTH, Wanted
from warehouse.schema import Outcome

SECONDS = 60.0
MEGABYTES = 2048  # address space of the child
LARGEST = 64 << 20  # bytes of a file


class FileSandbox:
    """Reads files one after another; a context manager. Nothing that a file does reaches the caller's process."""

    def __init__(self, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._seconds, self._megabytes = seconds, megabytes
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> FileSandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, body: bytes, with_text: bool = True) -> PdfText:
        """Like :func:`transforms.documents.pdf.read_pdf`; a crash is UNREADABLE, a stall TIMEOUT."""
        if len(body) > LARGEST:
            return PdfText("", 0, Outcome.OVERSIZED, f"the file has {len(body) >> 20} MB, the limit is {LARGEST >> 20}")
        try:
            answer = self._ask(body, Wanted.TEXT if with_text else Wanted.PAGES)
        except TimeoutError:
            return PdfText("", 0, Outcome.TIMEOUT, f"reading the PDF took more than {self._seconds:g} s")
        except (OSError, EOFError, ValueError):
            return PdfText("", 0, Outcome.UNREADABLE, "the PDF ended the reading process; look at the file")
        return PdfText(answer["text"], answer["pages"], Outcome(answer["outcome"]), answer["reason"])

    def members(self, body: bytes) -> list[dict[str, Any]]:
        """The files in a ZIP, RAR or 7z file: name, outcome and, where read, media type, bytes, sha256 and pages.

        One without a name and with the outcome that says why stands for a bundle that cannot be read.
        """
        try:
            found: list[dict[str, Any]] = self._ask(body, Wanted.MEMBERS)
        except TimeoutError:
            return [{"name": "", "outcome": Outcome.TIMEOUT.value}]
        except (OSError, EOFError, ValueError):
            return [{"name": "", "outcome": Outcome.UNREADABLE.value}]
        return found

    def _ask(self, body: bytes, wanted: Wanted) -> Any:
        """The child's answer; without one in time the child is ended and TimeoutError, OSError or EOFError raised."""
        deadline = time.monotonic() + self._seconds
        child = self._running()
        try:
            _send(_pipe(child.stdin), HEADER.pack(len(body), wanted) + body, deadline)
            size = LENGTH.unpack(_receive(_pipe(child.stdout), LENGTH.size, deadline))[0]
            return json.loads(_receive(_pipe(child.stdout), size, deadline))
        except (OSError, EOFError, ValueError):  # TimeoutError is an OSError
            self.close()
            raise

    def close(self) -> None:
        """End the child process."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "transforms.documents.worker", str(self._megabytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
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


def _receive(pipe: int, size: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < size:
        _wait(pipe, selectors.EVENT_READ, deadline)
        chunk = os.read(pipe, min(1 << 20, size - len(data)))
        if not chunk:
            raise EOFError
        data += chunk
    return bytes(data)
