"""Broken files: ``python -m benchmarks.fuzz_files [--mutations N] [--seed S] [--only NUMBER]``.

Documents of every kind that is read are broken in one to four ways each, also inside the parts of zipped kinds, and
read through the sandbox. No answer may raise in the caller, none may take longer than the limit, and what ends the
child must not be felt by the next file. Prints outcomes, slowest, memory.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import sys
import time
import traceback
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.common import finish, peak_megabytes, show
from benchmarks.documents import render, scans
from benchmarks.documents.samples import samples
from benchmarks.documents.workbook import workbook
from transforms.documents.filetext import FileText
from transforms.documents.reading import Wanted
from transforms.documents.sandbox import FileSandbox
from warehouse.schema import Outcome

SAVED = Path(".tintinh") / "fuzz"
SECONDS = 10.0  # without a sign of life after which a file is given up
MARGIN = 5.0  # seconds more that the parent may take for it
MEGABYTES = 1024
_NUMBER = re.compile(rb"\d{1,9}")
_ODD = (
    b"\0",
    b"\xff" * 8,
    b"%PDF-1.7",
    b"stream\n",
    b"endobj",
    b"/Length 99999999999",
    b"/Count 100000000",
    b"/Kids [1 0 R]",
    b"/Filter [/FlateDecode /FlateDecode /ASCIIHexDecode]",
    b"/OpenAction << /S /JavaScript /JS (while(1);) >>",
    b"<<" * 500,
    b"[" * 2000,
    b"{" * 600,
    b"\\bin999999999 ",
    b"\\u-70000 ",
    b"\\trowd\\cell\\row",
    b"<w:tbl><w:tr><w:tc>",
    b"<!DOCTYPE a [<!ENTITY b 'cc'>]>",
    b"&b;",
    b"<table><tr><td>" * 50,
    b"PK\x03\x04",
)
Mutation = Callable[[random.Random, bytes, bytes], bytes]


def flip(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """Some bytes become others."""
    broken = bytearray(body)
    for _ in range(rng.choice((1, 8, 100))):
        broken[rng.randrange(len(broken))] = rng.randrange(256)
    return bytes(broken)


def truncate(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """The end or the beginning is missing."""
    at = rng.randrange(1, len(body))
    return body[:at] if rng.random() < 0.8 else body[at:]


def splice(rng: random.Random, body: bytes, other: bytes) -> bytes:
    """The beginning of one file and the end of another."""
    return body[: rng.randrange(1, len(body))] + other[rng.randrange(len(other)) :]


def inject(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """Words of the formats stand where they should not."""
    broken = body
    for _ in range(rng.choice((1, 4, 20))):
        at = rng.randrange(len(broken) + 1)
        broken = broken[:at] + rng.choice(_ODD) + broken[at:]
    return broken


def renumber(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """Numbers, often lengths and offsets, become others."""
    share = rng.choice((0.002, 0.05, 0.5))
    return _NUMBER.sub(
        lambda n: str(rng.choice((0, -1, 7, 65536, 2**31, 2**40))).encode() if rng.random() < share else n[0], body
    )


def binary(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """Four bytes, often a length or an offset, become extreme."""
    broken = bytearray(body)
    for _ in range(rng.choice((1, 5, 30))):
        at = rng.randrange(max(1, len(broken) - 4))
        broken[at : at + 4] = rng.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x10"))
    return bytes(broken)


def repeat(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """A stretch stands there many times."""
    start = rng.randrange(len(body))
    stretch = body[start : start + rng.choice((10, 300, 4000))]
    times = min(rng.choice((2, 50, 1000)), (1 << 20) // len(stretch))
    return body[:start] + stretch * times + body[start:]


def inside(rng: random.Random, body: bytes, other: bytes) -> bytes:
    """One part of a zipped file is broken, and the file packed again; others are broken as they are."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            parts = {info.filename: package.read(info) for info in package.infolist()}
    except (zipfile.BadZipFile, RuntimeError, ValueError, EOFError, NotImplementedError, OSError):
        return flip(rng, body, other)
    except Exception:  # zlib's own error for a part that was broken before
        return flip(rng, body, other)
    name = rng.choice(sorted(parts) or [""])
    if parts.get(name):
        parts[name] = rng.choice(PLAIN)(rng, parts[name], other)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for each, data in parts.items():
            package.writestr(f"../../{each}" if rng.random() < 0.02 else each, data)
    return written.getvalue()


PLAIN: tuple[Mutation, ...] = (flip, truncate, splice, inject, renumber, binary, repeat)
MUTATIONS: tuple[Mutation, ...] = (*PLAIN, inside, inside)


@dataclass(slots=True)
class Tally:
    """What became of the broken files: outcomes, seconds by number, failures with what they say."""

    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    failures: dict[int, str] = field(default_factory=dict)
    deaths: int = 0


def sources() -> list[bytes]:
    """Files of every kind that is read."""
    first, second = samples(2)
    written = [render.pdf(first), render.torn_pdf(second), scans.scanned(render.pdf(second), "bad", "fuzz", most=1)]
    written += [render.docx_file(first), render.doc_file(second), render.rtf_file(first), workbook()]
    written.append(f"<html><body><p>{first.text}</p><table><tr><td>1</td></tr></table></body></html>".encode())
    return [*written, _bundle(written[0], written[3])]


def _bundle(*files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for number, body in enumerate(files):
            package.writestr(f"van-ban-{number}", body)
    return written.getvalue()


def mutated(files: Sequence[bytes], seed: str, number: int) -> bytes:
    """The broken file of this number."""
    rng = random.Random(f"{seed}/{number}")
    body, other = files[number % len(files)], rng.choice(files)
    for _ in range(rng.choice((1, 1, 2, 4))):
        if len(body) > 1:
            body = rng.choice(MUTATIONS)(rng, body, other)
    return body


def fuzz(files: Sequence[bytes], numbers: Sequence[int], seed: str, saved: Path, most: float = float("inf")) -> Tally:
    """Break and read for at most ``most`` seconds; what fails is saved with its reason."""
    tally, deadline = Tally(), time.monotonic() + most
    with FileSandbox(SECONDS, MEGABYTES, longest=2 * SECONDS) as sandbox:
        for number in numbers:
            if time.monotonic() > deadline:
                break
            body = mutated(files, seed, number)
            started = time.monotonic()
            try:
                found = sandbox.read(body, Wanted.TEXT)
                _check(found)
                tally.outcomes[found.outcome.value] += 1
                tally.deaths += "ended the reading process" in (found.reason or "")
            except Exception:  # the very thing looked for
                _save(tally, saved, f"{seed}-{number}", body, number, traceback.format_exc())
            seconds = time.monotonic() - started
            tally.seconds.append(seconds)
            if seconds > 2 * SECONDS + MARGIN:
                _save(tally, saved, f"{seed}-{number}", body, number, f"took {seconds:.0f} s")
    return tally


def _save(tally: Tally, saved: Path, name: str, body: bytes, number: int, what: str) -> None:
    tally.failures[number] = what.strip().splitlines()[-1][:200]
    saved.mkdir(parents=True, exist_ok=True)
    (saved / f"{name}.bin").write_bytes(body)
    (saved / f"{name}.txt").write_text(what, encoding="utf-8", errors="replace")


def _check(found: FileText) -> None:
    """What every answer must be: explained unless OK, in NFC, storable."""
    for file in (found, *found.members):
        if file.outcome is not Outcome.OK and not file.reason:
            raise ValueError(f"{file.outcome} without a reason")
        if not unicodedata.is_normalized("NFC", file.text):
            raise ValueError(f"not NFC: {file.text[:60]!r}")
        file.text.encode("utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Break, read, print the table and the JSON line, judge by the floors."""
    parser = argparse.ArgumentParser(description="Read broken files.")
    parser.add_argument("--mutations", type=int, default=20_000, help="how many files")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long, with what was done")
    parser.add_argument("--seed", default="tintinh", help="another seed, other files")
    parser.add_argument("--only", type=int, help="only the file of this number")
    parser.add_argument("--save", type=Path, default=SAVED, help="folder for what fails")
    asked = parser.parse_args(arguments)
    numbers = [asked.only] if asked.only is not None else range(asked.mutations)
    tally = fuzz(sources(), numbers, asked.seed, asked.save, asked.seconds)
    for number, what in tally.failures.items():
        print(f"failure {number} ({asked.save}/{asked.seed}-{number}.bin): {what}", file=sys.stderr)
    figures: dict[str, float | int | str | None] = {
        "mutations": len(tally.seconds),
        "seed": asked.seed,
        "failures": len(tally.failures),
        "child_deaths": tally.deaths,
        "timeouts": tally.outcomes[Outcome.TIMEOUT.value],
        "slowest_s": round(max(tally.seconds, default=0), 1),
        "parent_peak_mb": round(peak_megabytes(), 1),
    }
    show("Outcomes of broken files", ("outcome", "files"), tally.outcomes.most_common())
    show(f"{len(tally.seconds):,} broken files", list(figures), [list(figures.values())])
    return finish("fuzz_files", figures)


if __name__ == "__main__":
    sys.exit(main())
