"""The fonts that runs of a DOC file name, by their place in its stream ([MS-DOC] 2.8.5, 2.9.43, 2.6.1)."""

from __future__ import annotations

import bisect
import struct
from collections.abc import Iterator

from transforms.documents.blocks import Run

_PAGE = 512  # bytes of a formatted disk page
_FONT_SPRM = 0x4A4F  # sprmCRgFtc0: font of the letters of ASCII
_OPERAND_BYTES = (1, 1, 2, 4, 2, 2, 0, 3)  # by the three highest bits of a sprm; 0 = the first byte says
_MOST_RUNS = 500_000


class Fonts:
    """Fonts by stretches of the stream; without them every letter is in an unnamed one."""

    def __init__(self, stretches: list[tuple[int, int, str]]) -> None:
        self._stretches = sorted(stretches)
        self._starts = [start for start, _, _ in self._stretches]

    def runs(self, stream: bytes, offset: int, letters: int, compressed: bool) -> Iterator[Run]:
        """The letters at ``offset``, one or two bytes each, in runs of one font."""
        size = 1 if compressed else 2
        at, end = offset, min(offset + letters * size, len(stream))
        while at < end:
            font, until = self._at(at)
            until = min(end, max(until, at + size))
            yield Run(_decoded(stream[at:until], compressed), font)
            at = until

    def _at(self, place: int) -> tuple[str | None, int]:
        """(font at a place, where the next stretch begins)."""
        index = bisect.bisect_right(self._starts, place) - 1
        following = self._starts[index + 1] if index + 1 < len(self._starts) else 1 << 40
        if index >= 0 and self._stretches[index][1] > place:
            return self._stretches[index][2], min(self._stretches[index][1], following)
        return None, following


def fonts_by_offset(stream: bytes, table: bytes) -> Fonts:
    """The fonts of a document; none where their tables are damaged: they only help to tell capitals."""
    try:
        names = _names(table, *struct.unpack_from("<II", stream, 0x0112))
        return Fonts(list(_stretches(stream, table, names)))
    except (struct.error, IndexError, ValueError):
        return Fonts([])


def _names(table: bytes, start: int, size: int) -> list[str]:
    """Names of the font table; of each entry the 16-bit string behind 39 bytes of description."""
    data = table[start : start + size]
    count, names, at = struct.unpack_from("<H", data, 0)[0], [], 4
    for _ in range(count):
        length = data[at]
        entry = data[at + 1 : at + 1 + length]
        names.append(entry[39:].decode("utf-16-le", errors="replace").partition("\0")[0])
        at += 1 + length
    return names


def _stretches(stream: bytes, table: bytes, names: list[str]) -> Iterator[tuple[int, int, str]]:
    start, size = struct.unpack_from("<II", stream, 0x00FA)
    count = (min(size, len(table) - start) - 4) // 8
    pages = struct.unpack_from(f"<{count}I", table, start + 4 * (count + 1))
    seen = 0
    for number in pages:
        page = stream[(number & 0x3FFFFF) * _PAGE :][:_PAGE]
        if len(page) < _PAGE:
            continue
        runs = page[-1]
        places = struct.unpack_from(f"<{runs + 1}I", page, 0)
        for index in range(runs):
            seen += 1
            at = 2 * page[4 * (runs + 1) + index]
            font = _font(page[at + 1 : at + 1 + page[at]]) if at else None
            if font is not None and font < len(names) and seen < _MOST_RUNS:
                yield places[index], places[index + 1], names[font]


def _font(properties: bytes) -> int | None:
    """Number of the font that a run's properties name."""
    at, font = 0, None
    while at + 2 <= len(properties):
        sprm = struct.unpack_from("<H", properties, at)[0]
        size = _OPERAND_BYTES[sprm >> 13] or 1 + (properties[at + 2] if at + 2 < len(properties) else 0)
        if sprm == _FONT_SPRM and at + 4 <= len(properties):
            font = struct.unpack_from("<H", properties, at + 2)[0]
        at += 2 + size
    return font


def _decoded(data: bytes, compressed: bool) -> str:
    if not compressed:
        return data.decode("utf-16-le", errors="replace")
    return (
        "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in data)
        if _has_odd(data)
        else data.decode("cp1252")
    )


def _has_odd(data: bytes) -> bool:
    return any(byte in data for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D))
