"""The child process that reads PDFs: length-prefixed requests on stdin, JSON answers on stdout, bounded memory."""

from __future__ import annotations

import json
import resource
import struct
import sys
from dataclasses import asdict
from typing import BinaryIO

from transforms.documents.pdf import read_pdf

HEADER = struct.Struct(">Q?")  # bytes of the file, whether its text is wanted
LENGTH = struct.Struct(">Q")


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until stdin ends."""
    while len(head := requests.read(HEADER.size)) == HEADER.size:
        size, with_text = HEADER.unpack(head)
        payload = json.dumps(asdict(read_pdf(requests.read(size), with_text)), ensure_ascii=False).encode()
        answers.write(LENGTH.pack(len(payload)) + payload)
        answers.flush()


def main() -> None:
    """Limit the address space to the megabytes of the first argument and serve."""
    limit = int(sys.argv[1]) << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
