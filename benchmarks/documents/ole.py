"""A compound file ([MS-CFB] version 3) of a few streams, written plainly: what DOC files are kept in."""

from __future__ import annotations

import struct
from collections.abc import Mapping

SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_LEAST = 4096  # bytes from which a stream lies in sectors of its own
_ROOT, _STREAM = 5, 2


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """The file with these streams; short ones are filled up with zeros."""
    padded = {name: _filled(data) for name, data in streams.items()}
    directory_sectors = (len(padded) + 1 + 3) // 4
    data_sectors = sum(len(data) // SECTOR for data in padded.values())
    tables = 1
    while tables * 128 < tables + directory_sectors + data_sectors:
        tables += 1
    chain = [_TABLE] * tables + _run(tables, directory_sectors)
    starts: dict[str, int] = {}
    for name, data in padded.items():
        starts[name] = len(chain)
        chain += _run(len(chain), len(data) // SECTOR)
    chain += [_FREE] * (tables * 128 - len(chain))
    body = struct.pack(f"<{len(chain)}I", *chain) + _directory(padded, starts, directory_sectors)
    return _header(tables) + body + b"".join(padded.values())


def _filled(data: bytes) -> bytes:
    size = max(_LEAST, -(-len(data) // SECTOR) * SECTOR)
    return data + b"\0" * (size - len(data))


def _run(first: int, count: int) -> list[int]:
    return [*range(first + 1, first + count), _END]


def _header(tables: int) -> bytes:
    fixed = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        tables,
        tables,
        0,
        _LEAST,
        _END,
        0,
        _END,
        0,
    )
    places = [*range(tables), *[_FREE] * (109 - tables)]
    return fixed + struct.pack("<109I", *places)


def _directory(streams: Mapping[str, bytes], starts: Mapping[str, int], sectors: int) -> bytes:
    """The root and the streams, each the right sibling of the one before: sorted as the format asks."""
    names = sorted(streams, key=lambda name: (len(name), name.upper()))
    entries = [_entry("Root Entry", _ROOT, 1 if names else _FREE, _FREE, _END, 0)]
    for index, name in enumerate(names, 1):
        following = index + 1 if index < len(names) else _FREE
        entries.append(_entry(name, _STREAM, _FREE, following, starts[name], len(streams[name])))
    empty = struct.pack("<64sHBBIII36xIQ", b"", 0, 0, 0, _FREE, _FREE, _FREE, 0, 0)
    return b"".join(entries) + empty * (sectors * 4 - len(entries))


def _entry(name: str, kind: int, child: int, right: int, start: int, size: int) -> bytes:
    spelt = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII36xIQ", spelt, len(spelt), kind, 1, _FREE, right, child, start, size)
