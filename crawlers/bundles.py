"""Files inside ZIP, RAR and 7z files, read in memory within limits. Pure: bytes in, members and problems out.

A bundle is hostile until read: its names are labels and never paths, sizes are those that come and not those that are
announced, and what goes beyond a limit is a problem that names it. RAR and 7z need the system's libarchive.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from crawlers.content import RAR, SEVENZIP, ZIP, media_type
from crawlers.job import Problem
from warehouse.schema import Outcome

BUNDLES = frozenset({ZIP, RAR, SEVENZIP})
NEEDS = "install libarchive (Debian: libarchive13), then reparse"
BY_HAND = "open the file by hand if it is wanted"
CHUNK = 1 << 16
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\x00")
_BROKEN = (zipfile.BadZipFile, RuntimeError, zlib.error, OSError, EOFError, ValueError)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read of a bundle: files, bytes of one and of all, bytes for each byte of it, bundles in bundles."""

    members: int = 200
    member_bytes: int = 32 << 20
    total_bytes: int = 128 << 20
    ratio: int = 200
    depth: int = 2


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a bundle: its name (NFC, with the names of the bundles around it), media type by content, bytes."""

    name: str
    media_type: str | None
    body: bytes


@dataclass(slots=True)
class Bundle:
    """What could be read of a bundle, and what not and why."""

    members: list[Member] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_bundle(body: bytes, name: str, limits: Limits | None = None) -> Bundle:
    """The files in the bundle ``name``; never raises for what a bundle holds."""
    reader = _Reader(limits or Limits(), len(body))
    reader.read(body, name, 1)
    if not reader.seen and not reader.bundle.problems:
        reader.problem(name, Outcome.EMPTY, "the bundle holds no file")
    return reader.bundle


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    encrypted: bool
    blocks: Iterable[bytes]


class _Reader:
    """Reads one bundle and those inside it, within one budget."""

    def __init__(self, limits: Limits, size: int) -> None:
        self.limits, self.bundle = limits, Bundle()
        self.left = min(limits.total_bytes, max(size, 1 << 10) * limits.ratio)
        self.seen = 0

    def read(self, body: bytes, name: str, depth: int) -> None:
        """Reads the bundle ``name``, itself at ``depth``."""
        if depth > self.limits.depth:
            self.problem(name, Outcome.OVERSIZED, f"bundles in bundles, more than {self.limits.depth} deep")
            return
        media = media_type(body)
        try:
            for entry in _entries(body, media):
                if not self._take(entry, f"{name}/{_label(entry.name)}", depth):
                    return
        except ImportError as error:
            self.problem(name, Outcome.UNREADABLE, f"{media} cannot be read here ({error})", NEEDS)
        except _BROKEN as error:
            self.problem(name, Outcome.UNREADABLE, f"the bundle is damaged or encrypted ({error})")

    def _take(self, entry: _Entry, name: str, depth: int) -> bool:
        """Reads one member; False where nothing more of the bundle may be read."""
        self.seen += 1
        if self.seen > self.limits.members:
            self.problem(name, Outcome.OVERSIZED, f"more than {self.limits.members} files in the bundle")
            return False
        if _OUTSIDE.search(entry.name) or entry.encrypted:
            why = "it is encrypted" if entry.encrypted else "its name leads out of the bundle"
            self.problem(name, Outcome.UNREADABLE, why)
            return True
        return self._unpack(entry, name, depth)

    def _unpack(self, entry: _Entry, name: str, depth: int) -> bool:
        most = min(self.left, self.limits.member_bytes)
        try:
            body = _joined(entry.blocks, most)
        except _BROKEN as error:
            self.problem(name, Outcome.UNREADABLE, f"the member is damaged or encrypted ({error})")
            return True
        if body is None:
            self.left -= most
            self.problem(name, Outcome.BOMB, f"the member unpacks to more than {most} bytes")
            return self.left > 0
        self.left -= len(body)
        media = media_type(body)
        if media in BUNDLES:
            self.read(body, name, depth + 1)
        else:
            self.bundle.members.append(Member(name, media, body))
        return True

    def problem(self, name: str, outcome: Outcome, message: str, remedy: str = BY_HAND) -> None:
        """Notes what cannot be read."""
        self.bundle.problems.append(Problem(url=name, outcome=outcome.value, message=message, remedy=remedy))


def _joined(blocks: Iterable[bytes], most: int) -> bytes | None:
    """The blocks as one; None where they are more than ``most`` bytes."""
    body = bytearray()
    for block in blocks:
        body += block
        if len(body) > most:
            return None
    return bytes(body)


def _entries(body: bytes, media: str | None) -> Iterator[_Entry]:
    if media == ZIP:
        yield from _zip_entries(body)
    elif media in BUNDLES:
        yield from _libarchive_entries(body)
    else:
        raise ValueError(f"{media or 'unknown bytes'} is no bundle")


def _zip_entries(body: bytes) -> Iterator[_Entry]:
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        for info in file.infolist():
            if not info.is_dir():
                yield _Entry(_zip_name(info), bool(info.flag_bits & 1), _zip_blocks(file, info))


def _zip_blocks(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with file.open(info) as stream:
        while block := stream.read(CHUNK):
            yield block


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name as packed; many packers write UTF-8 without saying so, which zipfile takes for code page 437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _libarchive_entries(body: bytes) -> Iterator[_Entry]:
    libarchive = _libarchive()
    try:
        with libarchive.memory_reader(body) as archive:
            for entry in archive:
                if not (entry.isdir or entry.issym or entry.islnk):
                    yield _Entry(str(entry.pathname or ""), False, _libarchive_blocks(entry, libarchive))
    except libarchive.ArchiveError as error:
        raise ValueError(str(error)) from error


def _libarchive_blocks(entry: Any, libarchive: Any) -> Iterator[bytes]:
    try:
        yield from entry.get_blocks()
    except libarchive.ArchiveError as error:
        raise ValueError(str(error)) from error


def _libarchive() -> Any:
    """The binding; ImportError where the system has no libarchive, which the binding tells in several ways."""
    try:
        import libarchive  # type: ignore[import-untyped]
    except (ImportError, OSError, TypeError, AttributeError) as error:
        raise ImportError(f"libarchive is not installed: {error}") from error
    return libarchive


def _label(name: str) -> str:
    shown = "".join(letter if letter.isprintable() else "�" for letter in name.replace("\\", "/"))
    return unicodedata.normalize("NFC", shown)[:200]
