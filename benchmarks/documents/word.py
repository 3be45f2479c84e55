"""The two streams of a Word 97 file of plain paragraphs ([MS-DOC] 2.5): header, letters, piece table."""

from __future__ import annotations

import struct

_TEXT_AT = 0x800  # offset of the letters in the stream
_FIB = 0x500  # bytes of the file information block that are written
_MAGIC, _WORD_97, _VIETNAMESE = 0xA5EC, 0x00C1, 0x042A
_WHICH_TABLE = 0x0200
_COMPRESSED = 0x40000000
_COUNT_AT, _PIECES_AT = 0x4C, 0x01A2


def word_streams(text: str) -> dict[str, bytes]:
    """Streams with this text, paragraphs ended by carriage returns; one byte a letter where windows-1252 has all."""
    try:
        letters, mark = text.encode("cp1252"), _COMPRESSED | _TEXT_AT * 2
    except UnicodeEncodeError:
        letters, mark = text.encode("utf-16-le"), _TEXT_AT
    places = struct.pack("<2I", 0, len(text)) + struct.pack("<HIH", 0, mark, 0)
    pieces = b"\x02" + struct.pack("<I", len(places)) + places
    head = bytearray(_FIB)
    struct.pack_into("<HHHHHH", head, 0, _MAGIC, _WORD_97, 0, _VIETNAMESE, 0, _WHICH_TABLE)
    struct.pack_into("<H", head, 0x20, 14)
    struct.pack_into("<H", head, 0x3E, 22)
    struct.pack_into("<i", head, _COUNT_AT, len(text))
    struct.pack_into("<II", head, 0x18, _TEXT_AT, _TEXT_AT + len(letters))
    struct.pack_into("<H", head, 0x98, 93)
    struct.pack_into("<II", head, _PIECES_AT, 0, len(pieces))
    return {"WordDocument": bytes(head).ljust(_TEXT_AT, b"\0") + letters, "1Table": pieces}
