"""The child process that reads files: length-prefixed requests on stdin, JSON answers on stdout, bounded memory."""

from __future__ import annotations

import hashlib
import json
import resource
import struct
import sys
from dataclasses import asdict
from enum import IntEnum
from typing import TYPE_CHECKING, Any, BinaryIO

from transforms.documents.pdf import read_pdf
from warehouse.schema import Outcome

if TYPE_CHECKING:
    from crawlers.bundles import Member

HEADER = struct.Struct(">QB")  # bytes of the file, what is wanted of it
LENGTH = struct.Struct(">Q")
PDF = "application/pdf"


class Wanted(IntEnum):
    """What a request asks of a file."""

    PAGES = 0
    TEXT = 1
    MEMBERS = 2


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until stdin ends."""
    while len(head := requests.read(HEADER.size)) == HEADER.size:
        size, wanted = HEADER.unpack(head)
        payload = json.dumps(answer(requests.read(size), Wanted(wanted)), ensure_ascii=False).encode()
        answers.write(LENGTH.pack(len(payload)) + payload)
        answers.flush()


def answer(body: bytes, wanted: Wanted) -> Any:
    """The text or pages of a PDF as a dict; of a ZIP, RAR or 7z file a dict for each file in it."""
    if wanted is not Wanted.MEMBERS:
        return asdict(read_pdf(body, wanted is Wanted.TEXT))
    from crawlers.bundles import read_bundle  # few files are bundles, and every child starts sooner without it

    bundle = read_bundle(body, "")
    problems = [{"name": each.url.lstrip("/"), "outcome": each.outcome} for each in bundle.problems]
    return [*map(_described, bundle.members), *problems]


def _described(member: Member) -> dict[str, Any]:
    pdf = read_pdf(member.body, False) if member.media_type == PDF else None
    return {
        "name": member.name.lstrip("/"),
        "media_type": member.media_type,
        "bytes": len(member.body),
        "sha256": hashlib.sha256(member.body).hexdigest(),
        "pages": pdf.pages if pdf and pdf.pages else None,
        "outcome": (pdf.outcome if pdf and pdf.outcome is not Outcome.EMPTY else Outcome.OK).value,
    }


def main() -> None:
    """Limit the address space to the megabytes of the first argument and serve."""
    limit = int(sys.argv[1]) << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
