"""The child process that reads files: length-prefixed requests on stdin, JSON frames on stdout, bounded memory.

A request is answered by any number of ``["page", PageText]`` and ``["alive", null]`` frames, which prove that the
reading goes on, and one ``["file", FileText]`` without the pages that were sent.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import struct
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, BinaryIO

from transforms.documents.filetext import FileText, PageText
from transforms.documents.reading import Wanted, read_file
from warehouse.schema import Outcome

HEADER = struct.Struct(">QBB")  # bytes of the file, what is wanted of it, processes that may recognise text
LENGTH = struct.Struct(">Q")
PAGE, ALIVE, FILE = "page", "alive", "file"


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until stdin ends."""
    while len(head := requests.read(HEADER.size)) == HEADER.size:
        size, wanted, processes = HEADER.unpack(head)
        answer(requests.read(size), Wanted(wanted), processes, lambda kind, value: _send(answers, kind, value))


def answer(body: bytes, wanted: Wanted, processes: int, send: Callable[[str, Any], None]) -> None:
    """Read one file and send its frames."""

    def progress(page: PageText | None) -> None:
        send(PAGE if page else ALIVE, asdict(page) if page else None)

    try:
        found = read_file(body, wanted, progress, processes)
    except MemoryError:
        found = FileText(Outcome.OVERSIZED, None, reason="the file needs more memory than the reading process has")
    except Exception as error:  # one file's surprise must not cost the process; the reason names it
        reason = f"{type(error).__name__}: {error}; reparse after a fix"
        found = FileText(Outcome.UNREADABLE, None, reason=reason)
    send(FILE, asdict(replace(found, text="", pages=())))


def _send(answers: BinaryIO, kind: str, value: Any) -> None:
    payload = json.dumps([kind, value], ensure_ascii=False, default=dt.datetime.isoformat).encode(errors="replace")
    answers.write(LENGTH.pack(len(payload)) + payload)
    answers.flush()


def main() -> None:
    """Limit the address space to the megabytes of the first argument and serve."""
    limit = int(sys.argv[1]) << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
