"""Bundles are read within limits, whatever they hold; what cannot be read is a problem that says why."""

from __future__ import annotations

import binascii
import io
import struct
import sys
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.bundles import Bundle, Limits, read_bundle
from crawlers.content import PDF, RAR, media_type

FILE = b"%PDF-1.4\nn\xe1\xbb\x99i dung\n%%EOF\n"


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in files.items():
            file.writestr(name, body)
    return buffer.getvalue()


def number(value: int) -> bytes:
    """A number as RAR 5 writes it: seven bits a byte, the lowest first."""
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def rar(name: str, body: bytes) -> bytes:
    """A RAR 5 file with one stored member."""

    def block(fields: bytes) -> bytes:
        sized = number(len(fields)) + fields
        return struct.pack("<I", binascii.crc32(sized)) + sized

    raw = name.encode()
    member = number(2) + number(2) + number(len(body)) + number(4) + number(len(body)) + number(0o100644)
    member += struct.pack("<I", binascii.crc32(body)) + number(0) + number(1) + number(len(raw)) + raw
    return (
        b"Rar!\x1a\x07\x01\x00"
        + block(number(1) + number(0) + number(0))
        + block(member)
        + body
        + block(number(5) + number(0) + number(0))
    )


def names(bundle: Bundle) -> list[str]:
    return [member.name for member in bundle.members]


def outcomes(bundle: Bundle) -> list[str]:
    assert all(problem.message and problem.remedy for problem in bundle.problems)
    return [problem.outcome for problem in bundle.problems]


def test_the_files_of_a_zip_come_with_their_names_and_kinds() -> None:
    found = read_bundle(zipped(**{"Phụ lục/biểu 1.pdf": FILE, "ghi chú.txt": b"xin"}), "tep.zip")
    assert [(item.name, item.media_type, item.body) for item in found.members] == [
        ("tep.zip/Phụ lục/biểu 1.pdf", PDF, FILE),
        ("tep.zip/ghi chú.txt", "text/plain", b"xin"),
    ]
    assert found.problems == []


def test_a_bundle_in_a_bundle_is_read_and_a_nest_of_them_is_not() -> None:
    inner = zipped(**{"a.pdf": FILE})
    assert names(read_bundle(zipped(**{"b.zip": inner}), "c.zip")) == ["c.zip/b.zip/a.pdf"]
    nest = zipped(**{"1.zip": zipped(**{"2.zip": inner}), "b.pdf": FILE})
    found = read_bundle(nest, "c.zip")
    assert (names(found), outcomes(found)) == (["c.zip/b.pdf"], ["oversized"])


def test_a_bomb_is_thrown_away_and_the_files_before_it_stay() -> None:
    bomb = zipped(**{"a.pdf": FILE, "b.bin": b"0" * (8 << 20), "c.pdf": FILE})
    found = read_bundle(bomb, "x.zip")
    assert (names(found), outcomes(found)) == (["x.zip/a.pdf"], ["bomb"])
    large = read_bundle(bomb, "x.zip", Limits(member_bytes=1000, ratio=10_000))
    assert (names(large), outcomes(large)) == (["x.zip/a.pdf", "x.zip/c.pdf"], ["bomb"])


def test_no_more_files_than_allowed_are_read() -> None:
    found = read_bundle(zipped(**{f"{n}.pdf": FILE for n in range(9)}), "x.zip", Limits(members=3))
    assert (len(found.members), outcomes(found)) == (3, ["oversized"])


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\a.pdf", "a/../../b.pdf", "..\\a.pdf"])
def test_a_name_that_leads_out_of_the_bundle_is_a_problem(name: str) -> None:
    found = read_bundle(zipped(**{name: FILE, "b.pdf": FILE}), "x.zip")
    assert (names(found), outcomes(found)) == (["x.zip/b.pdf"], ["unreadable"])


def test_an_encrypted_member_is_a_problem_and_the_others_arrive() -> None:
    raw = bytearray(zipped(**{"a.pdf": FILE, "b.pdf": FILE}))
    raw[raw.index(b"PK\x03\x04") + 6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    found = read_bundle(bytes(raw), "x.zip")
    assert (names(found), outcomes(found)) == (["x.zip/b.pdf"], ["unreadable"])
    assert "encrypted" in found.problems[0].message


def test_names_without_a_declared_encoding_are_read_as_utf_8() -> None:
    raw = zipped(**{"Phu_luc_xxx.pdf": FILE}).replace(b"Phu_luc_xxx", "Phụ lục".encode())
    assert names(read_bundle(raw, "x.zip")) == ["x.zip/Phụ lục.pdf"]


def test_a_rar_is_read_where_the_system_can() -> None:
    pytest.importorskip("libarchive", exc_type=Exception)
    raw = rar("Phụ lục/biểu.pdf", FILE)
    assert media_type(raw) == RAR
    found = read_bundle(raw, "tep.rar")
    assert [(item.name, item.body) for item in found.members] == [("tep.rar/Phụ lục/biểu.pdf", FILE)]
    torn = read_bundle(raw[:-12], "tep.rar")
    assert (torn.members, set(outcomes(torn))) == ([], {"unreadable"})
    assert outcomes(read_bundle(raw[:-40], "tep.rar")) == ["empty"]


def test_a_rar_without_the_library_is_a_problem_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libarchive", None)
    found = read_bundle(rar("a.pdf", FILE), "tep.rar")
    assert (found.members, outcomes(found)) == ([], ["unreadable"])
    assert "libarchive13" in found.problems[0].remedy


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c"]))
def test_any_bytes_are_read_without_an_exception(raw: bytes, magic: bytes) -> None:
    found = read_bundle(magic + raw, "x")
    assert found.members or found.problems


@given(st.data())
def test_a_damaged_zip_gives_whole_members_or_problems(data: st.DataObject) -> None:
    raw = bytearray(zipped(**{"a.pdf": FILE * 20, "b.pdf": FILE * 30}))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    found = read_bundle(bytes(raw), "x.zip")
    assert all(member.body in (FILE * 20, FILE * 30) for member in found.members)
