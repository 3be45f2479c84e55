"""Requests, responses and small HTML helpers of the sample portals."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, quote

TEMPLATES = Path(__file__).parent / "templates"
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
WINDOWS_1258_TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the portal sees it."""

    method: str
    host: str
    path: str  # decoded
    query: str
    headers: dict[str, str]  # lower-case names
    body: bytes = b""

    @property
    def url(self) -> str:
        """The absolute address asked for, percent-encoded as sent."""
        return f"http://{self.host}{quote(self.path)}" + (f"?{self.query}" if self.query else "")

    def number(self, name: str, default: int) -> int:
        """The integer query parameter ``name``; ``default`` where it is missing or no number."""
        value = parse_qs(self.query).get(name, [""])[-1]
        return int(value) if value.isdigit() else default

    def value(self, name: str) -> str:
        """The query parameter ``name``, '' where it is missing."""
        return parse_qs(self.query).get(name, [""])[-1]


@dataclass(slots=True)
class Response:
    """One answer; ``stream`` replaces ``body`` for bodies that are never held in memory."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    stream: Iterator[bytes] | None = None
    length: int | None = None  # announced Content-Length where it differs from the body's


def page(text: str, status: int = 200, encoding: str = "utf-8", declared: bool = True) -> Response:
    """An HTML answer in ``encoding``."""
    charset = f"; charset={encoding}" if declared else ""
    return Response(status, encode(text, encoding), {"Content-Type": f"text/html{charset}"})


def redirect(location: str, status: int = 301) -> Response:
    """A redirect to ``location``."""
    return Response(status, b"", {"Location": location, "Content-Type": "text/html; charset=utf-8"})


def encode(text: str, encoding: str) -> bytes:
    """``text`` as bytes; windows-1258 gets its tone marks as separate letters, as the code page demands."""
    if encoding.lower() not in ("windows-1258", "cp1258"):
        return text.encode(encoding)
    return "".join(map(_tones_apart, text)).encode("cp1258", "xmlcharrefreplace")


@cache
def _tones_apart(letter: str) -> str:
    try:
        letter.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", letter)
        base = "".join(part for part in parts if part not in WINDOWS_1258_TONES)
        return unicodedata.normalize("NFC", base) + "".join(part for part in parts if part in WINDOWS_1258_TONES)
    return letter


def fill(template: str, **slots: str) -> str:
    """The template file ``templates/<template>.html`` with its $slots filled."""
    return _template(template).substitute(slots)


@cache
def _template(name: str) -> Template:
    return Template((TEMPLATES / f"{name}.html").read_text(encoding="utf-8"))


def esc(text: str) -> str:
    """``text`` escaped for HTML."""
    return html.escape(text, quote=True)


def lines(parts: Iterable[str]) -> str:
    """Parts joined by line ends."""
    return "\n".join(parts)


def clock(now: dt.datetime) -> str:
    """The page header's clock: 'Thứ Bảy, 02/08/2025'."""
    return f"{WEEKDAYS[now.weekday()]}, {now:%d/%m/%Y}"


def validators(text: str, modified: dt.datetime) -> dict[str, str]:
    """ETag of ``text`` and Last-Modified, in GMT."""
    etag = 'W/"' + hashlib.sha256(text.encode()).hexdigest()[:16] + '"'
    return {"ETag": etag, "Last-Modified": format_datetime(modified.astimezone(dt.UTC), usegmt=True)}
