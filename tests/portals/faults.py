"""Faults on demand: rules that change or replace a portal's answer for the addresses they match.

Kinds and their options: ``status`` (status, retry_after), ``error`` (status, retry_after; 500 with Retry-After),
``slow`` (seconds), ``waf``, ``soft_404``, ``login``, ``broken`` (a listing without its list), ``html_as_pdf``,
``truncated`` (keep = share of the body, wire = announce the whole length), ``redirect`` (location, status), ``loop``,
``huge`` (size, type), ``bomb`` (size), ``encoding`` (encoding, declared), ``nfd``, ``rewrite`` (edits: pairs of regular
expression and replacement), ``mojibake`` (UTF-8 encoded twice). Every kind takes ``seconds``.
"""

from __future__ import annotations

import re
import threading
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.portals.web import Request, Response, fill, page, redirect

HUGE = 200 * 1024 * 1024
BOMB = 256 * 1024 * 1024
CHUNK = b"<p>0123456789abcdef</p>\n" * 2048


@dataclass(slots=True)
class Fault:
    """One rule. ``pattern`` is a regular expression searched in the absolute URL; ``times`` = first n requests only."""

    pattern: str
    kind: str
    times: int | None = None
    options: dict[str, Any] = field(default_factory=dict)
    hits: int = 0

    def option(self, name: str, default: Any) -> Any:
        """An option's value or ``default``."""
        return self.options.get(name, default)


class Faults:
    """The rules in force; the first match that is not used up answers."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._lock = threading.Lock()

    def set(self, pattern: str, kind: str, times: int | None = None, **options: Any) -> Fault:
        """Add a rule. Raises ValueError for an unknown kind or a pattern that is no regular expression."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; known: {', '.join(sorted(KINDS))}")
        re.compile(pattern)
        rule = Fault(pattern, kind, times, options)
        with self._lock:
            self._rules.insert(0, rule)
        return rule

    def clear(self) -> None:
        """Remove every rule."""
        with self._lock:
            self._rules.clear()

    def take(self, url: str) -> Fault | None:
        """The rule that answers this request, counted as used."""
        with self._lock:
            for rule in self._rules:
                if re.search(rule.pattern, url) and (rule.times is None or rule.hits < rule.times):
                    rule.hits += 1
                    return rule
        return None


Change = Callable[[Fault, Request, Response], Response]


def _status(fault: Fault, request: Request, answer: Response) -> Response:
    code = int(fault.option("status", 404))
    response = page(fill("error", status=str(code), message="Không tìm thấy nội dung"), code)
    if "retry_after" in fault.options:
        response.headers["Retry-After"] = str(fault.options["retry_after"])
    return response


def _error(fault: Fault, request: Request, answer: Response) -> Response:
    response = page(fill("error", status="500", message="Máy chủ tạm thời quá tải"), int(fault.option("status", 500)))
    response.headers["Retry-After"] = str(fault.option("retry_after", 1))
    return response


def _waf(fault: Fault, request: Request, answer: Response) -> Response:
    return page(fill("waf", url=request.url))


def _soft_404(fault: Fault, request: Request, answer: Response) -> Response:
    return page(fill("soft404", host=request.host))


def _login(fault: Fault, request: Request, answer: Response) -> Response:
    return page(fill("login", host=request.host))


def _html_as_pdf(fault: Fault, request: Request, answer: Response) -> Response:
    body = fill("error", status="200", message="Phiên làm việc đã hết hạn, vui lòng tải lại trang").encode()
    return Response(200, body, {"Content-Type": "application/pdf"})


def _truncated(fault: Fault, request: Request, answer: Response) -> Response:
    """Half of the body; with ``wire`` the announced length stays the whole one and the connection ends early."""
    whole = len(answer.body)
    answer.length = whole if fault.option("wire", False) else None
    answer.body = answer.body[: int(whole * float(fault.option("keep", 0.5)))]
    answer.headers.pop("ETag", None)
    return answer


def _redirect(fault: Fault, request: Request, answer: Response) -> Response:
    return redirect(str(fault.option("location", "http://elsewhere.test/")), int(fault.option("status", 302)))


def _loop(fault: Fault, request: Request, answer: Response) -> Response:
    turn = request.number("turn", 0)
    return redirect(f"http://{request.host}{request.path}?turn={1 - min(turn, 1)}", 302)


def _huge(fault: Fault, request: Request, answer: Response) -> Response:
    size = int(fault.option("size", HUGE))
    kind = str(fault.option("type", "text/html; charset=utf-8"))
    return Response(200, headers={"Content-Type": kind}, stream=_repeat(size), length=size)


def _repeat(size: int) -> Iterator[bytes]:
    sent = 0
    while sent < size:
        piece = CHUNK[: size - sent]
        sent += len(piece)
        yield piece


def _bomb(fault: Fault, request: Request, answer: Response) -> Response:
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip"}
    return Response(200, gzip_bomb(int(fault.option("size", BOMB))), headers)


@cache
def gzip_bomb(size: int) -> bytes:
    """A valid gzip body of ``size`` bytes once decompressed, a thousandth of that on the wire."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    spaces = b" " * (1024 * 1024)
    parts = [packer.compress(b"<html><body>")] + [packer.compress(spaces) for _ in range(size // len(spaces))]
    return b"".join(parts) + packer.flush()


def _encoding(fault: Fault, request: Request, answer: Response) -> Response:
    """The page in another encoding: ``declared`` says it in header and meta, else neither does."""
    name, declared = str(fault.option("encoding", "windows-1258")), bool(fault.option("declared", True))
    text = answer.body.decode("utf-8")
    text = re.sub(r'(?i)<meta[^>]+charset=["\']?utf-8[^>]*>', f'<meta charset="{name}">' if declared else "", text)
    answer.body = page(text, encoding=name).body
    answer.headers["Content-Type"] = f"text/html; charset={name}" if declared else "text/html"
    return answer


def _nfd(fault: Fault, request: Request, answer: Response) -> Response:
    answer.body = unicodedata.normalize("NFD", answer.body.decode("utf-8")).encode()
    return answer


def _rewrite(fault: Fault, request: Request, answer: Response) -> Response:
    """The page with other markup, addresses or dates: what a new version of the CMS sends."""
    text = answer.body.decode("utf-8")
    for pattern, replacement in fault.option("edits", ()):
        text = re.sub(pattern, replacement, text, flags=re.DOTALL)
    answer.body = text.encode()
    return answer


def _mojibake(fault: Fault, request: Request, answer: Response) -> Response:
    """UTF-8 taken for Windows-1252 and encoded again, as a database that was moved wrongly gives it."""
    text = "".join(bytes([byte]).decode("cp1252", "replace") for byte in answer.body)
    answer.body = text.replace("\ufffd", "?").encode()
    return answer


def _broken(fault: Fault, request: Request, answer: Response) -> Response:
    """A page without its content: what a template error leaves."""
    return page(fill("broken", host=request.host))


def _slow(fault: Fault, request: Request, answer: Response) -> Response:
    """Unchanged; the server waits ``seconds`` before it sends."""
    return answer


KINDS: dict[str, Change] = {
    "status": _status,
    "error": _error,
    "slow": _slow,
    "waf": _waf,
    "soft_404": _soft_404,
    "login": _login,
    "html_as_pdf": _html_as_pdf,
    "truncated": _truncated,
    "redirect": _redirect,
    "loop": _loop,
    "huge": _huge,
    "bomb": _bomb,
    "encoding": _encoding,
    "nfd": _nfd,
    "broken": _broken,
    "rewrite": _rewrite,
    "mojibake": _mojibake,
}


def change(fault: Fault, request: Request, answer: Response) -> Response:
    """The answer after the fault."""
    return KINDS[fault.kind](fault, request, answer)
