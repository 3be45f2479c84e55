"""The archive: WARC/1.1 files of what portals answered, written record by record and verified when read.

A run's folder holds ``part-NNN.warc.gz`` files, one or more per attempt. While it is written a part is called
``part-NNN.warc.gz.open``; closing renames it. Each fetch is a ``response`` record followed by its ``metadata`` record
(JSON of :class:`FetchRecord`); a fetch without a usable response is a metadata record alone. Every record is one gzip
member, so an offset is enough to read it. Bodies are stored as decoded from Content-Encoding; the header that named
the encoding is kept as ``X-Crawler-Content-Encoding``. A file (PDF, Word, ...) whose bytes the portal's archive holds
already is a ``revisit`` record that names where they lie; reading gives the bytes all the same. Imports no Scrapy.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from crawlers.content import FILES
from crawlers.job import Problem
from crawlers.originals import Originals
from crawlers.warc import (
    ORIGINAL_FILE,
    ORIGINAL_OFFSET,
    Member,
    Original,
    Response,
    fetch_bytes,
    members,
    sha256,
    warcinfo_bytes,
)

logger = logging.getLogger(__name__)

FILES_INDEX = "files.index"  # beside the runs of a portal: where each stored file lies
OPEN = ".open"  # suffix of a part that is being written
PART_BYTES = 1 << 30  # a part that has grown beyond this is published and another one begun
SYNC_EVERY = 5.0  # seconds: a power cut costs at most the fetches of so long
UNFINISHED = frozenset(  # asked again when a run goes on: it passes, or the operator can mend it and clear the task
    {
        *("server_error", "network_error", "timeout", "blocked", "truncated", "unreadable"),
        *("offsite", "forbidden_address", "robots", "oversized"),
    }
)
Report = Callable[[Problem], None]


class ArchiveError(ValueError):
    """A record that cannot be read: no such file, no record at the offset, or bytes that do not match their digest."""


@dataclass(frozen=True, slots=True)
class FetchRecord:
    """What is known of one fetch beside its bytes.

    ``kind`` to ``listing_position`` come from the candidate (for an attachment: of the page that links it).
    ``fetched_at`` is UTC, ISO 8601 with microseconds. ``digest`` is the sha256 of the stored body, hex.
    """

    role: str  # article, document, attachment or robots
    url: str  # as requested
    outcome: str  # a value of warehouse.schema.Outcome
    fetched_at: str
    canonical_url: str | None = None
    kind: str | None = None  # article or document
    id: str | None = None
    portal_key: str | None = None
    listing_url: str | None = None
    listing_title: str | None = None
    listing_date: str | None = None  # the date text beside the candidate, as written
    listing_day: str | None = None  # the same as an ISO local day
    listing_position: int | None = None
    parent_url: str | None = None  # attachment: the page that links it
    attachments: tuple[str, ...] = ()  # page: the files it links that this run fetches
    final_url: str | None = None  # after redirects
    http_status: int | None = None
    reason: str | None = None  # failure: what happened and the remedy
    etag: str | None = None
    last_modified: str | None = None
    media_type: str | None = None  # by content, not by header
    encoding: str | None = None  # charset of the Content-Type header
    digest: str | None = None
    bytes: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What the fetch answers: an article's or document's id, or the URL of an attachment or robots.txt."""
        return ("candidate", self.id) if self.id and self.role in ("article", "document") else (self.role, self.url)

    @property
    def final(self) -> bool:
        """Whether another attempt of the same run need not ask again."""
        return self.outcome not in UNFINISHED

    def to_json(self) -> str:
        """JSON without the fields that are null."""
        fields = {key: value for key, value in dataclasses.asdict(self).items() if value not in (None, ())}
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, data: str) -> FetchRecord:
        """The record of a JSON text; keys of later versions are ignored. ValueError, TypeError or KeyError if bad."""
        fields: dict[str, Any] = json.loads(data)
        names = {field.name for field in dataclasses.fields(cls)}
        known = {key: value for key, value in fields.items() if key in names}
        return cls(**{**known, "attachments": tuple(known.get("attachments", ()))})


@dataclass(frozen=True, slots=True)
class Archived:
    """One fetch as read from the archive; ``body`` is empty for a fetch without a response.

    ``headers`` has lower-case names. ``offset`` and ``length`` (compressed bytes) locate the response record in
    ``warc_file`` (relative to the archive root); for a fetch without a response, its metadata record.
    """

    record: FetchRecord
    body: bytes
    headers: dict[str, str]
    warc_file: str
    offset: int
    length: int
    is_revisit: bool = False  # the body was stored by an earlier fetch


def log_problem(problem: Problem) -> None:
    """Default report of the reading functions: a warning in the log."""
    logger.warning("%s: %s; %s", problem.url, problem.message, problem.remedy)


class ArchiveWriter:
    """Writes one attempt's parts. A part begins with the first record; ``close`` publishes what is open.

    Each fetch reaches the operating system in one write, so a killed process leaves whole records and at most one
    torn tail. A write that fails (OSError: a full disk) leaves the part as it was before.
    """

    def __init__(
        self, run_dir: Path, root: Path, info: Mapping[str, str] | None = None, *, part_bytes: int = PART_BYTES
    ) -> None:
        self._dir, self._root, self._info, self._part_bytes = run_dir, root, dict(info or {}), part_bytes
        self._stream: FileIO | None = None
        self._path = run_dir
        self._synced = 0.0
        self.originals = Originals(root, run_dir.parent / FILES_INDEX)
        self.published: list[str] = []

    def write(self, record: FetchRecord, response: Response | None = None) -> None:
        """Appends a fetch: its metadata and, where there was one, the response (status, headers, decoded body)."""
        original = self._original(record, response)
        data = fetch_bytes(record.url, record.fetched_at, record.to_json(), response, original)
        stream = self._stream or self._begin()
        start = stream.tell()
        self._append(stream, data)
        if response and not original and record.digest and record.media_type in FILES:
            name = _name(self._path.with_suffix(""), self._root)
            self.originals.add(record.digest, Original(name, start, record.url, record.fetched_at))
        if stream.tell() >= self._part_bytes:
            self.close()

    def note(self, archived: Archived) -> None:
        """Takes a fetch of an earlier attempt into account, so that its file is not stored again."""
        record = archived.record
        if record.digest and record.media_type in FILES and archived.body and not archived.is_revisit:
            place = Original(archived.warc_file, archived.offset, record.url, record.fetched_at)
            self.originals.add(record.digest, place)

    def close(self) -> None:
        """Publishes the open part, if any, under its final name. Safe to call again."""
        if self._stream is None:
            return
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._stream = None
        final = _publish(self._path, self._root)
        self.published.append(_name(final, self._root))
        self.originals.save()

    def _begin(self) -> FileIO:
        self._dir.mkdir(parents=True, exist_ok=True)
        self._path = self._dir / f"part-{_next_number(self._dir):03d}.warc.gz{OPEN}"
        self._stream = self._path.open("xb", buffering=0)
        self._append(self._stream, warcinfo_bytes(self._path.with_suffix("").name, self._info))
        return self._stream

    def _append(self, stream: FileIO, data: bytes) -> None:
        start, rest = stream.tell(), memoryview(data)
        try:
            while rest:
                rest = rest[stream.write(rest) :]
            if time.monotonic() - self._synced >= SYNC_EVERY:
                os.fsync(stream.fileno())
                self._synced = time.monotonic()
        except OSError:
            stream.seek(start)
            stream.truncate()
            raise

    def _original(self, record: FetchRecord, response: Response | None) -> Original | None:
        """Where the archive holds the bytes of this file already; None for a page and for what is new."""
        if response is None or record.digest is None or record.media_type not in FILES:
            return None
        return self.originals.find(record.digest, lambda place: _original_body(self._root, place, record.digest or ""))


def parts(run_dir: Path) -> list[Path]:
    """The published parts of a run, in the order in which they were written."""
    return sorted(run_dir.glob("part-*.warc.gz"), key=lambda path: (len(path.name), path.name))


def records(run_dir: Path, root: Path, report: Report = log_problem) -> Iterator[Archived]:
    """Every fetch of a run once, in the order of writing, one in memory at a time.

    Where a thing was fetched more than once, the last final answer counts, else the last one. Damaged records are
    reported and left out; open parts are not read.
    """
    files = parts(run_dir)
    chosen = _latest(files, root)
    for path in files:
        for pair in _pairs(path, _name(path, root), report):
            if chosen[pair.archived.record.key] == (path.name, pair.archived.offset):
                try:
                    yield _with_body(pair, root)
                except ArchiveError as error:
                    report(_damage(pair.archived.record.url, pair.archived.warc_file, pair.archived.offset, str(error)))


def read(root: Path, warc_file: str, offset: int) -> Archived:
    """The fetch at ``offset`` of ``warc_file`` (relative to ``root``); ArchiveError where it is not whole."""
    return _with_body(_pair_at(root, warc_file, offset), root)


def salvage(run_dir: Path, root: Path, report: Report = log_problem) -> list[str]:
    """Publishes what a killed process left open, cut off after its last whole, verified fetch.

    Returns the files (relative to ``root``) that were published. Nothing moves inside a part, no space is needed, and
    a salvage that is killed itself is done again. Call it only while holding the run's lock.
    """
    saved = []
    for leftover in run_dir.glob("*.json.*.tmp"):  # a killed process was about to replace the file by it
        leftover.unlink(missing_ok=True)
    for path in sorted(run_dir.glob(f"part-*.warc.gz{OPEN}")):
        end = max((pair.end for pair in _pairs(path, _name(path, root), report)), default=0)
        with path.open("r+b") as stream:
            os.truncate(stream.fileno(), end)
            os.fsync(stream.fileno())
        if end:
            saved.append(_name(_publish(path, root), root))
        else:
            path.unlink()
    return saved


def _publish(path: Path, root: Path) -> Path:
    """Gives a part its final name, durably; its folders too, which may be as new as the part."""
    final = path.with_suffix("")
    path.replace(final)
    for folder in final.parents:
        _sync_folder(folder)
        if folder in (root, Path("/")):
            break
    return final


def _pair_at(root: Path, warc_file: str, offset: int) -> _Pair:
    path = (root / warc_file).resolve()
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        raise ArchiveError(f"{warc_file}: not a file of the archive {root}")
    problems: list[Problem] = []
    pair = next(_pairs(path, warc_file, problems.append, offset), None)
    if pair is None or pair.archived.offset != offset:
        why = problems[0].message if problems else "no record begins there"
        raise ArchiveError(f"{warc_file} at {offset}: {why}")
    return pair


def _with_body(pair: _Pair, root: Path) -> Archived:
    """The fetch with its bytes, wherever they lie."""
    if pair.original is None:
        return pair.archived
    body = _original_body(root, pair.original, pair.archived.record.digest or "")
    return dataclasses.replace(pair.archived, body=body)


def _original_body(root: Path, place: Original, digest: str) -> bytes:
    """The bytes at ``place``; ArchiveError where they are not those with this digest."""
    found = _pair_at(root, place.warc_file, place.offset)
    if found.original is not None or sha256(found.archived.body) != digest:
        raise ArchiveError(f"{place.warc_file} at {place.offset}: not the file that was stored there")
    return found.archived.body


def _latest(files: Iterable[Path], root: Path) -> dict[tuple[str, str], tuple[str, int]]:
    best: dict[tuple[str, str], tuple[bool, str, int]] = {}
    for path in files:
        for pair in _pairs(path, _name(path, root), _ignore):
            record = pair.archived.record
            if record.final or not best.get(record.key, (False,))[0]:
                best[record.key] = (record.final, path.name, pair.archived.offset)
    return {key: (name, offset) for key, (_, name, offset) in best.items()}


@dataclass(frozen=True, slots=True)
class _Pair:
    """A fetch, the offset after its last record and, where its body lies elsewhere, the place."""

    archived: Archived
    end: int
    original: Original | None = None


def _pairs(path: Path, name: str, report: Report, offset: int = 0) -> Iterator[_Pair]:
    def damaged(place: int, what: str) -> None:
        report(_damage(name, name, place, what))

    with path.open("rb") as stream:
        yield from _paired(members(stream, offset, damaged), name, report)


def _paired(members: Iterable[Member], name: str, report: Report) -> Iterator[_Pair]:
    response: Member | None = None
    for member in members:
        if member.warc.get("warc-type") in ("response", "revisit"):
            response = member
        elif member.warc.get("warc-type") == "metadata":
            pair = _pair(member, response, name, report)
            response = None
            if pair:
                yield pair


def _pair(metadata: Member, response: Member | None, name: str, report: Report) -> _Pair | None:
    wanted = metadata.warc.get("warc-concurrent-to")
    if wanted is None:
        response = None
    elif response is None or response.warc.get("warc-record-id") != wanted:
        report(_damage(metadata.warc.get("warc-target-uri", name), name, metadata.offset, "its response is missing"))
        return None
    try:
        record = FetchRecord.from_json(metadata.payload.decode())
    except (ValueError, TypeError) as error:
        report(_damage(metadata.warc.get("warc-target-uri", name), name, metadata.offset, f"bad metadata ({error})"))
        return None
    first = response or metadata
    body, headers = (response.payload, response.http) if response else (b"", {})
    original = _refers_to(first)
    archived = Archived(record, body, headers, name, first.offset, first.end - first.offset, original is not None)
    return _Pair(archived, metadata.end, original)


def _refers_to(member: Member) -> Original | None:
    if member.warc.get("warc-type") != "revisit":
        return None
    place, offset = member.warc.get(ORIGINAL_FILE.lower(), ""), member.warc.get(ORIGINAL_OFFSET.lower(), "")
    return Original(place, int(offset) if offset.isdecimal() else -1, "", "")


def _damage(url: str, name: str, offset: int, what: str) -> Problem:
    return Problem(
        url=url,
        outcome="unreadable",
        message=f"archive {name} at byte {offset}: {what}; the record is left out",
        remedy="clear the task in mode refetch to ask for the page again",
    )


def _ignore(problem: Problem) -> None:
    """Report of a first pass: the second one tells."""
    logger.debug("%s", problem.message)


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _next_number(run_dir: Path) -> int:
    numbers = [int(match[1]) for path in run_dir.iterdir() if (match := re.match(r"part-(\d+)\.warc\.gz", path.name))]
    return max(numbers, default=0) + 1


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
