"""Electronic signatures of a PDF: certificate and time of the signature itself, else what its visible stamp says."""

from __future__ import annotations

import ctypes
import datetime as dt
import re
from collections.abc import Iterator, Sequence

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID

from transforms.dates import ZONE
from transforms.documents.filetext import Stamp
from transforms.text import clean

MOST_SIGNATURES = 20
MOST_BYTES = 1 << 20  # of one signature
_LABELS = (
    r"người ký|ký bởi|email|cơ quan|tổ chức|thời gian ký|ngày ký|chức vụ|signature|signed by|digitally signed(?: by)?"
    r"|date|reason|location|lý do|địa điểm"
)
_LINE = re.compile(rf"^\s*(?:{_LABELS})\s*:.*$", re.I | re.M)
_SIGNER = re.compile(r"^\s*(?:người ký|ký bởi|signed by|digitally signed by)\s*:\s*(?P<value>.+)$", re.I | re.M)
_BODY = re.compile(r"^\s*(?:cơ quan|tổ chức)\s*:\s*(?P<value>.+)$", re.I | re.M)
_TIME = re.compile(
    r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"(?:\s*(?P<zone>[+-]\d{2}):?(?P<quarter>\d{2}))?"
)
_PDF_TIME = re.compile(r"D:(\d{14})(?:Z|([+-]\d{2})'?(\d{2})?'?)?")


def without_stamp(text: str) -> str:
    """The text without the lines of visible stamps."""
    return _LINE.sub("", text).strip()


def chosen_stamp(signed: Sequence[Stamp], texts: Sequence[str]) -> Stamp | None:
    """A document's last signature by a person, else by a body, completed by the visible stamp; None for none.

    ``texts`` are those of its pages.
    """
    shown = next((stamp for text in texts if (stamp := shown_stamp(text)) is not None), None)
    if not signed:
        return shown
    last = max(
        signed, key=lambda each: (each.signer != each.body, each.signed_at.timestamp() if each.signed_at else 0.0)
    )
    return Stamp(
        last.signer or (shown.signer if shown else None),
        last.body or (shown.body if shown else None),
        last.signed_at or (shown.signed_at if shown else None),
    )


def shown_stamp(text: str) -> Stamp | None:
    """What a visible stamp's lines say; None where there are none."""
    lines = "\n".join(_LINE.findall(text))
    if not lines:
        return None
    signer, body, time = _SIGNER.search(lines), _BODY.search(lines), _TIME.search(lines)
    if not signer and not time:
        return None
    return Stamp(clean(signer["value"]) if signer else None, clean(body["value"]) if body else None, _moment(time))


def _moment(found: re.Match[str] | None) -> dt.datetime | None:
    if found is None:
        return None
    parts = [int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    zone: dt.tzinfo = ZONE
    if found["zone"]:
        zone = dt.timezone(dt.timedelta(hours=int(found["zone"]), minutes=int(found["quarter"])))
    try:
        return dt.datetime(*parts[:6], tzinfo=zone)  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def signatures(document: pdfium.PdfDocument) -> Iterator[Stamp]:
    """The signatures of a document; to be asked before its annotations become part of the pages."""
    for index in range(min(pdfium_c.FPDF_GetSignatureCount(document), MOST_SIGNATURES)):
        handle = pdfium_c.FPDF_GetSignatureObject(document, index)
        certificate = _certificate(_filled(pdfium_c.FPDFSignatureObj_GetContents, handle))
        yield Stamp(
            _name(certificate, NameOID.COMMON_NAME),
            _name(certificate, NameOID.ORGANIZATION_NAME),
            _pdf_time(_filled(pdfium_c.FPDFSignatureObj_GetTime, handle)),
        )


def _filled(read: object, handle: object) -> bytes:
    """What a function of pdfium writes into a buffer whose size it tells."""
    size = int(read(handle, None, 0))  # type: ignore[operator]
    if not 0 < size <= MOST_BYTES:
        return b""
    buffer = ctypes.create_string_buffer(size)
    read(handle, buffer, size)  # type: ignore[operator]
    return buffer.raw


def _certificate(contents: bytes) -> Certificate | None:
    """The signer's certificate: the one that no other of the chain was signed with."""
    try:
        chain = pkcs7.load_der_pkcs7_certificates(_der(contents))
        issuers = {certificate.issuer for certificate in chain if certificate.issuer != certificate.subject}
        return next((certificate for certificate in chain if certificate.subject not in issuers), None)
    except (ValueError, TypeError):
        return None


def _der(contents: bytes) -> bytes:
    """The signature without the zeros that fill its place up."""
    if len(contents) < 4 or contents[0] != 0x30 or contents[1] & 0x80 == 0:
        return contents
    octets = contents[1] & 0x7F
    return contents[: 2 + octets + int.from_bytes(contents[2 : 2 + octets], "big")]


def _name(certificate: Certificate | None, oid: object) -> str | None:
    if certificate is None:
        return None
    found = certificate.subject.get_attributes_for_oid(oid)  # type: ignore[arg-type]
    return clean(str(found[0].value)) if found else None


def _pdf_time(raw: bytes) -> dt.datetime | None:
    """A PDF date (ISO 32000-1, 7.9.4); without a zone it is Vietnamese time."""
    found = _PDF_TIME.search(raw.decode("latin-1"))
    if found is None:
        return None
    try:
        naive = dt.datetime.strptime(found[1], "%Y%m%d%H%M%S")
    except ValueError:
        return None
    if found[2]:
        offset = dt.timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return naive.replace(tzinfo=dt.timezone(offset))
    return naive.replace(tzinfo=dt.UTC if "Z" in found[0] else ZONE)
