"""Broken pages: ``python -m benchmarks.fuzz [--mutations N] [--first N] [--seed S] [--only NUMBER] [FILE ...]``.

Real pages (those of the archive under ``TINTINH_DATA``, else the golden archives of the mini-portals) are broken in
one to four ways each and read: every one as an article, every k-th also as a document, by the learning of profiles and
by the tagger. Prints crashes, the slowest and the memory. What fails is saved and can be read again as FILE, or made
again with ``--seed`` and ``--only``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import random
import re
import signal
import statistics
import sys
import time
import traceback
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from warcio.archiveiterator import ArchiveIterator

from benchmarks.common import data_folder, finish, peak_megabytes, show
from crawlers.families.hints import GENERIC, hints_for
from transforms import tagging
from transforms.article import Article, extract
from transforms.documents.page import DocumentPage, extract_document
from transforms.fields import Evidence
from transforms.slots import Sampled, learn_slots
from transforms.text import decode
from transforms.tree import parse

GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
SAVED = Path(".tintinh") / "fuzz"
URL = "https://bao.test/tin-tuc/xa-vung-cao-lam-duong-1234567.html"
EVIDENCE = Evidence("Xã vùng cao làm đường", "26/06/2025")
LONGEST = 20  # CPU seconds after which a page hangs, so that a busy machine makes none hang
MOST_PAGES = 400  # different pages in memory
LARGEST = 1 << 19  # bytes of a page that is broken; more would measure size
_TAG = re.compile(rb"<[^<>]{1,300}>")
_TEXT = re.compile(rb">([^<>]{2,})<")
_ODD = (
    b"&#x110000;",
    b"&#xD800;",
    b"&#0;",
    b"&nbsp",
    b"&shy;",
    b"&#x202e;",
    b"\0",
    b"\xff",
    b"\xef\xbf\xbe",
    b"&#769;",
    b"&#xFFFE;",
    b"&#1;",
)
_NAMES = b"table /table tr p /p br b /div div li form svg math !-- /script script o:p template select title body /html"
_TAGS = (*(b"<%s>" % name for name in _NAMES.split()), b"<td colspan=9000000000000000>", b"-->", b"<plaintext>")
_ENCODINGS = ("utf-16", "utf-16-le", "cp1258", "cp1252", "latin-1", "utf-7", "gb18030", "shift_jis", "utf-8-sig")
Mutation = Callable[[random.Random, bytes, bytes], bytes]


def flip(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """Some bytes become others."""
    broken = bytearray(body)
    for _ in range(rng.choice((1, 10, 200))):
        broken[rng.randrange(len(broken))] = rng.randrange(256)
    return bytes(broken)


def truncate(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """The end or the beginning is missing."""
    at = rng.randrange(len(body))
    return body[:at] if rng.random() < 0.7 else body[at:]


def splice(rng: random.Random, body: bytes, other: bytes) -> bytes:
    """The beginning of one page and the end of another."""
    return body[: rng.randrange(len(body))] + other[rng.randrange(len(other)) :]


def shuffle_tags(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """Tags change places."""
    spans = [found.span() for found in _TAG.finditer(body)]
    chosen = sorted(rng.sample(spans, min(len(spans), rng.choice((2, 20, 200)))))
    tags = [body[start:end] for start, end in chosen]
    rng.shuffle(tags)
    return _replaced(body, chosen, tags)


def shuffle_attributes(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """Values of class, id, href and the like change places."""
    spans = [found.span(1) for found in re.finditer(rb"=\"([^\"<>]{1,200})\"", body)]
    chosen = sorted(rng.sample(spans, min(len(spans), 100)))
    values = [body[start:end] for start, end in chosen]
    rng.shuffle(values)
    return _replaced(body, chosen, values)


def duplicate(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """A stretch between two tags stands there many times."""
    spans = [found.start() for found in _TAG.finditer(body)] or [0]
    start = rng.choice(spans)
    end = min(len(body), start + rng.choice((20, 500, 5000)))
    times = min(rng.choice((2, 20, 500)), LARGEST // (end - start + 1))
    return body[:start] + body[start:end] * times + body[end:]


def unclose(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """Closing tags are missing."""
    share = rng.choice((0.05, 0.5, 1.0))
    return re.sub(rb"</[a-z0-9]+>", lambda tag: b"" if rng.random() < share else tag[0], body)


def inject(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """Entities, controls and tags stand where they should not."""
    broken = body
    for _ in range(rng.choice((1, 5, 30))):
        at = rng.randrange(len(broken) + 1)
        broken = broken[:at] + rng.choice(_ODD + _TAGS) * rng.choice((1, 1, 100)) + broken[at:]
    return broken


def encode(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """The page has another encoding than it says, or was encoded twice."""
    text = body.decode("utf-8", "replace")
    if rng.random() < 0.2:
        return body.decode("latin-1").encode("utf-8")
    return text.encode(rng.choice(_ENCODINGS), "replace")


def decompose(rng: random.Random, body: bytes, _other: bytes) -> bytes:
    """Marks stand apart from their letters, as entities too."""
    text = unicodedata.normalize("NFD", body.decode("utf-8", "replace"))
    return text.encode("utf-8") if rng.random() < 0.5 else text.encode("ascii", "xmlcharrefreplace")


def swap_texts(rng: random.Random, body: bytes, other: bytes) -> bytes:
    """Texts between tags are those of another page, or very long."""
    texts = [found[1] for found in _TEXT.finditer(other)] or [b"x"]
    spans = [found.span(1) for found in _TEXT.finditer(body)]
    chosen = sorted(rng.sample(spans, min(len(spans), 20)))
    return _replaced(body, chosen, [rng.choice(texts) * rng.choice((1, 1, 1, 300)) for _ in chosen])


MUTATIONS: tuple[Mutation, ...] = (
    flip, truncate, splice, shuffle_tags, shuffle_attributes, duplicate, unclose, inject, encode, decompose, swap_texts,
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What happened: CPU seconds of each reading as an article, and the failures by number of mutation."""

    seconds: list[float] = field(default_factory=list)
    names: list[int] = field(default_factory=list)
    crashes: dict[int, str] = field(default_factory=dict)
    articles: int = 0


class Hang(Exception):  # noqa: N818 - it says what the page did
    """A page took more than LONGEST CPU seconds."""


def mutated(pages: Sequence[bytes], seed: str, number: int) -> bytes:
    """The broken page of a number; the same for the same seed and pages."""
    rng = random.Random(f"{seed}:{number}")
    body = rng.choice(pages)
    for _ in range(rng.randrange(1, 5)):
        body = rng.choice(MUTATIONS)(rng, body, rng.choice(pages))[: 2 * LARGEST] or b"<"
    return body


def read(body: bytes, deep: bool, family: str = "generic") -> tuple[float, bool]:
    """Read a page in every way; CPU seconds as an article, and whether it was one. Raises what a reading raises."""
    hints = GENERIC if family == "generic" else hints_for(family)
    started = time.process_time()
    found = extract(body, url=URL, encoding="utf-8", hints=hints, listing=EVIDENCE)
    seconds = time.process_time() - started
    texts = _texts(found) if isinstance(found, Article) else []
    if deep:
        document = extract_document(body, url=URL, hints=hints)
        texts += _texts(document) if isinstance(document, DocumentPage) else []
        page = parse(decode(body).utf8)
        learn_slots([Sampled(URL, page, EVIDENCE)] * 3 if page is not None else [])
        for text in texts[:1]:
            tagging.tag(text, tagging.Context("bao_mau", "tuyen_quang", dt.date(2025, 6, 26), None))
    for text in texts:
        if not unicodedata.is_normalized("NFC", text):
            raise ValueError(f"not NFC: {text[:60]!r}")
        text.encode("utf-8")
    return seconds, isinstance(found, Article)


def fuzz(
    pages: Sequence[bytes], numbers: Sequence[int], seed: str, every: int, saved: Path, most: float = math.inf
) -> Tally:
    """Break and read for at most ``most`` seconds; failures are saved with their traceback."""
    tally, deadline = Tally(), time.monotonic() + most
    signal.signal(signal.SIGPROF, _hang)
    for number in numbers:
        if time.monotonic() > deadline:
            break
        body = mutated(pages, seed, number)
        signal.setitimer(signal.ITIMER_PROF, LONGEST)
        try:
            seconds, is_article = read(body, number % every == 0, ("liferay", "generic")[number % 2])
            tally.seconds.append(seconds)
            tally.names.append(number)
            tally.articles += is_article
        except Exception as error:  # the very thing looked for
            tally.crashes[number] = f"{type(error).__name__}: {error}"[:200]
            saved.mkdir(parents=True, exist_ok=True)
            (saved / f"{seed}-{number}.html").write_bytes(body)
            (saved / f"{seed}-{number}.txt").write_text(traceback.format_exc(), encoding="utf-8", errors="replace")
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    return tally


def sources() -> tuple[list[bytes], str]:
    """Pages to break, and where they are from."""
    folder = data_folder()
    real = folder / "hanoi" / "portal.warc.gz" if folder else None
    if real is not None and real.is_file():
        return _pages([real]), "real archive"
    return _pages(sorted(GOLDEN.rglob("*.warc.gz"))), "mini-portals"


def main(arguments: Sequence[str] | None = None) -> int:
    """Break, read, print the table and the JSON line, judge by the floors."""
    asked = _arguments(arguments)
    if asked.files:
        for file in asked.files:
            print(file, *read(file.read_bytes(), deep=True))
        return 0
    pages, origin = sources()
    numbers = [asked.only] if asked.only is not None else range(asked.first, asked.first + asked.mutations)
    tally = fuzz(pages, numbers, asked.seed, asked.every, asked.save, asked.seconds)
    for number, what in tally.crashes.items():
        print(f"crash {number} ({asked.save}/{asked.seed}-{number}.html): {what}", file=sys.stderr)
    done = len(tally.seconds) + len(tally.crashes)
    median, slowest = statistics.median(tally.seconds or [0]), max(tally.seconds, default=0)
    worst = tally.names[tally.seconds.index(slowest)] if tally.seconds else None
    figures: dict[str, float | int | str | None] = {
        "mutations": done,
        "seed": asked.seed,
        "origin": origin,
        "crashes": len(tally.crashes),
        "articles": tally.articles,
        "median_ms": round(1000 * median, 2),
        "slowest_ms": round(1000 * slowest, 1),
        "slowest_ratio": round(slowest / median, 1) if median else None,
        "slowest_number": worst,
        "peak_mb": round(peak_megabytes(), 1),
    }
    show(f"{done:,} broken pages ({origin})", list(figures), [list(figures.values())])
    return finish("fuzz", figures)


def _texts(found: Article | DocumentPage) -> list[str]:
    """Every text of what was read."""
    return [found.text, *(text for value in _values(found) if isinstance(value, str) and (text := value))]


def _values(found: object) -> Iterator[object]:
    for name in getattr(found, "__slots__", ()):
        if name == "url":  # an address stays as it is written: another normal form is another address
            continue
        value = getattr(found, name)
        for each in value if isinstance(value, tuple) else (value,):
            yield from _values(each) if hasattr(each, "__slots__") else (each,)


def _pages(files: Sequence[Path]) -> list[bytes]:
    pages: list[bytes] = []
    for file in files:
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream):
                body = record.content_stream().read() if record.rec_type == "response" else b""
                if 500 < len(body) < LARGEST and b"<html" in body[:3000].lower():
                    pages.append(body)
    return pages[:: max(1, len(pages) // MOST_PAGES)][:MOST_PAGES]


def _replaced(body: bytes, spans: Sequence[tuple[int, int]], parts: Sequence[bytes]) -> bytes:
    pieces, done = [], 0
    for (start, end), part in zip(spans, parts, strict=True):
        pieces += [body[done:start], part]
        done = end
    return b"".join((*pieces, body[done:]))


def _hang(_number: int, _frame: FrameType | None) -> None:
    raise Hang(f"more than {LONGEST} s of CPU")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Read broken pages.")
    parser.add_argument("files", type=Path, nargs="*", help="saved pages to read again")
    parser.add_argument("--mutations", type=int, default=50_000, help="how many pages")
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop after so long, with what was done")
    parser.add_argument("--first", type=int, default=0, help="number of the first one: two processes share a run so")
    parser.add_argument("--seed", default="tintinh", help="another seed, other pages")
    parser.add_argument("--only", type=int, help="only the page of this number")
    parser.add_argument("--every", type=int, default=20, help="how often a page is read in every way")
    parser.add_argument("--save", type=Path, default=SAVED, help="folder for what fails")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
