"""WARC records as bytes: written with warcio, read gzip member by gzip member and verified.

A truncated or damaged file never looks complete here: a member that does not inflate, a record that warcio cannot
parse and a payload that does not match its sha256 are each reported with their offset, and reading goes on behind them.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, BinaryIO
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

CHUNK = 1 << 16
GZIP_MAGIC = b"\x1f\x8b\x08"
RENAMED = {
    "content-encoding": "X-Crawler-Content-Encoding",
    "transfer-encoding": "X-Crawler-Transfer-Encoding",
    "content-length": "X-Crawler-Content-Length",
}
ORIGINAL_FILE = "WARC-Refers-To-Filename"  # with the offset: where a revisit's bytes lie
ORIGINAL_OFFSET = "WARC-Refers-To-File-Offset"
Response = tuple[int, Sequence[tuple[str, str]], bytes]  # status, headers, decoded body
OnDamage = Callable[[int, str], None]  # offset, what is wrong


@dataclass(frozen=True, slots=True)
class Member:
    """One verified WARC record: where it lies (compressed bytes), its headers, its payload."""

    offset: int
    end: int
    warc: dict[str, str]
    http: dict[str, str]
    payload: bytes


@dataclass(frozen=True, slots=True)
class Original:
    """The record that holds the bytes of a body: where it lies (file relative to the archive root) and what it is."""

    warc_file: str
    offset: int
    url: str
    fetched_at: str  # UTC, ISO 8601


def sha256(body: bytes) -> str:
    """Hex digest of a body."""
    return hashlib.sha256(body).hexdigest()


def members(stream: BinaryIO, offset: int, damaged: OnDamage) -> Iterator[Member]:
    """Verified records from ``offset`` on; a damaged one is reported and the next gzip member looked for."""
    size = os.fstat(stream.fileno()).st_size
    while 0 <= offset < size:
        inflated = _inflate(stream, offset)
        if inflated is None:
            damaged(offset, "a record is torn or damaged")
            offset = _next_magic(stream, offset + 1)
            continue
        data, end = inflated
        member = _parse(data, offset, end)
        if member:
            yield member
        else:
            damaged(offset, "a record does not match its digest")
        offset = end


def _inflate(stream: BinaryIO, offset: int) -> tuple[bytes, int] | None:
    stream.seek(offset)
    inflater, out, read = zlib.decompressobj(zlib.MAX_WBITS | 16), bytearray(), 0
    try:
        while not inflater.eof:
            chunk = stream.read(CHUNK)
            if not chunk:
                return None
            out += inflater.decompress(chunk)
            read += len(chunk)
    except zlib.error:
        return None
    return bytes(out), offset + read - len(inflater.unused_data)


def _next_magic(stream: BinaryIO, offset: int) -> int:
    """Offset of the next gzip member, -1 if there is none."""
    stream.seek(offset)
    tail = b""
    while chunk := stream.read(CHUNK):
        window = tail + chunk
        found = window.find(GZIP_MAGIC)
        if found >= 0:
            return stream.tell() - len(window) + found
        tail = window[-2:]
    return -1


def _parse(data: bytes, offset: int, end: int) -> Member | None:
    try:
        record = next(iter(ArchiveIterator(io.BytesIO(data))))
        payload = record.raw_stream.read()
    except Exception:  # warcio raises many kinds on bytes that are no WARC record
        return None
    warc = {key.lower(): value for key, value in record.rec_headers.headers}
    digest = warc.get("warc-payload-digest", "")
    if warc.get("warc-type") in ("response", "metadata") and digest != f"sha256:{sha256(payload)}":
        return None
    http = {key.lower(): value for key, value in record.http_headers.headers} if record.http_headers else {}
    return Member(offset, end, warc, http, payload)


def fetch_bytes(
    url: str, when: str, metadata: str, response: Response | None, original: Original | None = None
) -> bytes:
    """A fetch as gzip members: its response record, where there was one, and its metadata record (JSON).

    ``when`` is UTC, ISO 8601. With an ``original`` the response is a revisit record, which names where the same bytes
    lie and has none itself.
    """
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
    uri = _uri(url)
    extra = {"WARC-Date": when}
    if response:
        whole = _revisit(writer, uri, response, extra, original) if original else _whole(writer, uri, response, extra)
        writer.write_record(whole)
        extra = {**extra, "WARC-Concurrent-To": whole.rec_headers.get_header("WARC-Record-ID")}
    payload = metadata.encode()
    writer.write_record(_warc_record(writer, uri, "metadata", payload, {**extra, "Content-Type": "application/json"}))
    return buffer.getvalue()


def _uri(url: str) -> str:
    return re.sub(r"[^\x21-\x7e]|[<>]", lambda match: quote(match[0], safe=""), url)


def _whole(writer: WARCWriter, uri: str, response: Response, extra: Mapping[str, str]) -> Any:
    return _warc_record(writer, uri, "response", response[2], extra, _http_headers(*response))


def _revisit(writer: WARCWriter, uri: str, response: Response, extra: Mapping[str, str], original: Original) -> Any:
    place = {ORIGINAL_FILE: original.warc_file, ORIGINAL_OFFSET: str(original.offset)}
    return writer.create_revisit_record(
        uri,
        f"sha256:{sha256(response[2])}",
        _uri(original.url),
        original.fetched_at,
        http_headers=_http_headers(*response),
        warc_headers_dict={**extra, **place},
    )


def _warc_record(
    writer: WARCWriter,
    uri: str,
    type_: str,
    payload: bytes,
    extra: Mapping[str, str],
    http: StatusAndHeaders | None = None,
) -> Any:
    headers = {**extra, "WARC-Payload-Digest": f"sha256:{sha256(payload)}"}
    return writer.create_warc_record(
        uri,
        type_,
        payload=io.BytesIO(payload),
        length=len(payload),
        warc_content_type=extra.get("Content-Type", ""),
        warc_headers_dict=headers,
        http_headers=http,
    )


def _http_headers(status: int, headers: Sequence[tuple[str, str]], body: bytes) -> StatusAndHeaders:
    """The response's head, with the headers that no longer describe the stored body under other names."""
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
    named = ((re.sub(r"[^\x21-\x39\x3b-\x7e]", "_", name), value) for name, value in headers)  # warcio writes ASCII
    kept = [(RENAMED.get(name.lower(), name), re.sub(r"[\r\n]+", " ", value)) for name, value in named]
    return StatusAndHeaders(f"{status} {phrase}", [*kept, ("Content-Length", str(len(body)))], protocol="HTTP/1.1")


def warcinfo_bytes(name: str, info: Mapping[str, str]) -> bytes:
    """The record that begins a file: who wrote it and why."""
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
    fields = {"software": "tintinh", "format": "WARC File Format 1.1", **info}
    writer.write_record(writer.create_warcinfo_record(name, fields))
    return buffer.getvalue()
