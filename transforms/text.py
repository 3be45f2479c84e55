"""Unicode of Vietnamese text: one normal form, clean white space, a fold key, and bytes of old encodings.

Everything stored is NFC. ``fold`` is for comparing and searching only: it never goes into a stored text.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from transforms.legacy import repair_page, soundness

# Tone marks that Vietnamese writes on either vowel of oa, oe and uy: the key carries them on the second one.
_PLACEMENT = {
    first + second: plain + moved
    for plain, toned in (("o", "òóỏõọ"), ("u", "ùúủũụ"))
    for first, tone in zip(toned, "\u0300\u0301\u0309\u0303\u0323", strict=True)
    for second, moved in (
        (second, unicodedata.normalize("NFC", second + tone)) for second in ("ae" if plain == "o" else "y")
    )
}
_INVISIBLE = re.compile(  # controls, joiners, directions, lone surrogates, private use (Word's bullets), non-characters
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ud800-\uf8ff\ufdd0-\ufdef\ufff0-\ufffb\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)
_MARK_ENTITY = re.compile(r"&#(?:0*(7(?:6[89]|[7-9]\d)|8[0-7]\d)|[xX]0*(3[0-6][0-9a-fA-F]));")
_MARKS = re.compile("[\u0300-\u036f]")
_USUAL_MARKS = re.compile(rb"\xcc[\x80-\xbf](?:\xcc[\x80-\xbf])*")  # U+0300 to U+033F in UTF-8: all of Vietnamese
_ALL_MARKS = re.compile(rb"(?:\xcc[\x80-\xbf]|\xcd[\x80-\xaf])+")  # to U+036F
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]{3,30})")
_VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")
_CHARSETS = re.compile(
    r"utf-(?:8|16|32)(?:-\w+)?|ascii|cp\d+|iso8859-\d+|koi8-\w|mac-\w+|tis-620"
    r"|gb\w+|hz|big5\w*|euc_\w+|shift_\w+|iso2022_\w+|johab"
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_HEAD = 4096  # bytes of a page that may declare its encoding
_BROKEN_SHARE = 0.02  # of the characters beyond ASCII: more wrong ones than this is not UTF-8


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with composed letters in UTF-8, the codec that read it, and the names of the repairs that it took.

    ``charset``: the declaration lied; ``bytes``: some were replaced; and those of :mod:`transforms.legacy`.
    """

    utf8: bytes
    encoding: str
    repairs: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text; made of its UTF-8, which is what a parser takes, at each call."""
        return self.utf8.decode()

    @property
    def repaired(self) -> bool:
        """Whether anything was repaired."""
        return bool(self.repairs)

    @property
    def flags(self) -> tuple[str, ...]:
        """Quality flags: ``encoding_repaired`` and one that names each repair, as ``encoding_tcvn3``."""
        return ("encoding_repaired", *(f"encoding_{name}" for name in self.repairs)) if self.repairs else ()


def nfc(text: str) -> str:
    """``text`` in Unicode normal form C."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def compose(encoded: bytes) -> bytes:
    """A text in UTF-8 with every letter and the marks behind it as one; the same object where no mark stands apart.

    For a whole page much quicker than :func:`nfc`: a pattern with one first byte finds the few marks of a page as
    quickly as memory is read.
    """
    if b"\xcc" not in encoded and b"\xcd" not in encoded:
        return encoded
    parts, end = [], 0
    for marks in (_ALL_MARKS if b"\xcd" in encoded else _USUAL_MARKS).finditer(encoded):
        start = max(_letter_before(encoded, marks.start()), end)
        letters_ = encoded[start : marks.end()].decode()
        parts += [encoded[end:start], unicodedata.normalize("NFC", letters_).encode()]
        end = marks.end()
    return b"".join((*parts, encoded[end:])) if parts else encoded


def _letter_before(encoded: bytes, at: int) -> int:
    """Where the character that ends at ``at`` begins."""
    start = max(at - 1, 0)
    while start and encoded[start] & 0xC0 == 0x80:
        start -= 1
    return start


def clean(text: str | None) -> str:
    """One line of NFC: every kind of space (NBSP too) is one blank, invisible characters are gone; None is ''."""
    return nfc(squeeze(text))


def squeeze(text: str | None) -> str:
    """Like :func:`clean` for text that is in NFC already, as that of a decoded page: the normal form is left alone."""
    line = " ".join((text or "").split())
    return line if line.isprintable() else nfc(" ".join(_INVISIBLE.sub("", line).split()))


def clean_lines(text: str) -> str:
    """Like :func:`clean` for a text of several lines: line breaks stay, blank lines and outer blanks do not."""
    return "\n".join(line for each in text.splitlines() if (line := clean(each)))


def before_colons(text: str, width: int) -> Iterator[str]:
    """What stands before each colon of a text, at most ``width`` characters: labels are found so without a pattern."""
    for colon in ":：":
        at = text.find(colon)
        while at >= 0:
            yield text[max(0, at - width) : at]
            at = text.find(colon, at + 1)


def place_tones(text: str) -> str:
    """Small letters in NFC with one tone placement (hòa = hoà); the length stays, so that offsets hold."""
    for placed, moved in _PLACEMENT.items():
        text = text.replace(placed, moved)
    return text


def fold(text: str, accents: bool = True) -> str:
    """Key for comparison: case, white space and tone placement folded (HOÀ BÌNH = hòa bình).

    With ``accents=False`` tone and vowel marks go too, and đ is d. U+00D0 (Ð) counts as Đ.
    """
    folded = fold_line(clean(text))
    if accents:
        return folded
    return nfc(_MARKS.sub("", unicodedata.normalize("NFD", folded))).replace("đ", "d")


def fold_line(line: str) -> str:
    """:func:`fold` for a text that is clean already."""
    return place_tones(line.casefold().replace("\u00f0", "đ"))


def decode(body: bytes, declared: str | None = None) -> Decoded:
    """Decode a page whose header declares ``declared`` (or nothing): UTF-8 when it is, else the legacy codec.

    windows-1258 is recognised when declared, when nothing is declared, and when the page wrongly says UTF-8; text in
    TCVN3 or VNI and UTF-8 that was encoded twice become Unicode, each paragraph that is. Never raises: bytes that no
    codec reads become U+FFFD.
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return _read(body, codec)
    named = _codec(declared) or _codec(_meta_charset(body))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(body, named)
    return _settled(text, "utf-8", () if named in (None, "utf-8", "ascii") else ("charset",), body)


def letters(text: str, most: int | None = None) -> int:
    """How many letters of ``text`` only Vietnamese uses; counting stops at ``most`` where given."""
    return sum(1 for _ in islice(_VIETNAMESE.finditer(text), most))


def _legacy(body: bytes, named: str | None) -> Decoded:
    lenient = body.decode("utf-8", errors="replace")
    beyond_ascii = sum(1 for character in lenient if ord(character) > 127)
    if lenient.count("\ufffd") <= max(1, _BROKEN_SHARE * beyond_ascii) and beyond_ascii > 1:
        return _settled(lenient, "utf-8", ("bytes",))
    codecs_ = dict.fromkeys([named if named not in (None, "utf-8", "ascii") else "cp1258", "cp1258", "cp1252"])
    readings = [_read(body, codec, () if codec == named else ("charset",)) for codec in codecs_ if codec]
    return max(readings, key=_merit)


def _merit(reading: Decoded) -> int:
    """Vietnamese syllables less other words beyond ASCII and bytes that were no letters."""
    words, sound = soundness(reading.text)
    return 2 * sound - words - 10 * reading.text.count("\ufffd")


def _read(body: bytes, codec: str, repairs: tuple[str, ...] = ()) -> Decoded:
    text = body.decode(codec, errors="replace")
    return _settled(text, codec.removesuffix("-sig"), (*repairs, *(("bytes",) if "\ufffd" in text else ())))


def _settled(text: str, encoding: str, repairs: tuple[str, ...], body: bytes = b"") -> Decoded:
    """The text with letters composed and legacy text repaired; ``body`` is its UTF-8 where that is at hand."""
    found = repair_page(text)
    plain = found.text
    if "&#" in plain:
        plain = _MARK_ENTITY.sub(lambda mark: chr(int(mark[1]) if mark[1] else int(mark[2], 16)), plain)
    encoded = body if body and plain == text else plain.encode("utf-8", "ignore")
    return Decoded(compose(encoded), encoding, (*repairs, *found.repairs))


def _meta_charset(body: bytes) -> str | None:
    head = body[:_HEAD].lower()
    for found in _DECLARED.finditer(head):
        if head.startswith(b"<meta", head.rfind(b"<", 0, found.start())):
            return found[1].decode("ascii", errors="ignore")
    return None


@lru_cache(maxsize=256)
def _codec(name: str | None) -> str | None:
    """Python's name of a character set; None for an unknown one and for codecs that are none (hex, punycode)."""
    try:
        found = codecs.lookup(name).name if name else ""
    except (LookupError, ValueError):
        return None
    return found if _CHARSETS.fullmatch(found) else None
