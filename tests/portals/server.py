"""The loopback server of the sample portals: an HTTP forward proxy that answers for their hosts and for no other."""

from __future__ import annotations

import datetime as dt
import json
import sys
import threading
import time
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import unquote, urlsplit

from tests.portals import control, faults
from tests.portals.faults import Fault, Faults
from tests.portals.minis import HOSTS
from tests.portals.state import State
from tests.portals.web import Request, Response, fill, page

CONTROL_HOST = "control.test"
DISCONNECTED = (BrokenPipeError, ConnectionResetError)


class SampleServer:
    """The portals on 127.0.0.1 in a thread; use as a context manager.

    ``now`` is the virtual clock (aware); articles dated later are invisible. ``log`` is a JSONL file for requests.
    """

    def __init__(self, port: int = 0, now: dt.datetime | None = None, log: Path | None = None) -> None:
        self.state = State(now)
        self.faults = Faults()
        self.requests: list[dict[str, Any]] = []
        self.stopping = threading.Event()
        self._log = log
        self._lock = threading.Lock()
        self._server = _Listener(("127.0.0.1", port), _Handler)
        self._server.portals = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The server's own address, which is the proxy's."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def proxy(self) -> str:
        """The value for TINTINH_PROXY."""
        return self.url

    @property
    def clock(self) -> dt.datetime:
        """The virtual time."""
        return self.state.now

    def set_now(self, now: dt.datetime) -> None:
        """Move the virtual clock."""
        self.state.now = now

    def set(self, pattern: str, kind: str, times: int | None = None, **options: Any) -> Fault:
        """Switch a fault on; see ``faults.KINDS`` for kinds and their options."""
        return self.faults.set(pattern, kind, times, **options)

    def reset(self) -> None:
        """Healthy portals again: no faults, no edits, no removals."""
        self.faults.clear()
        self.state.reset()

    def start(self) -> Self:
        """Serve in the background."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop serving; slow answers under way are given up."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def answer(self, request: Request) -> Response:
        """The response to ``request`` after faults, and its line in the log."""
        if request.host == CONTROL_HOST:
            return control.respond(self, request)
        fault = self.faults.take(request.url)
        response = self._portal_answer(request)
        if fault:
            response = faults.change(fault, request, response)
            self.stopping.wait(float(fault.option("seconds", 5.0 if fault.kind == "slow" else 0.0)))
        self._record(request, response.status)
        return response

    def _portal_answer(self, request: Request) -> Response:
        site = HOSTS.get(request.host.removeprefix("www."))
        if site is None:
            return page(fill("error", status="502", message=f"{request.host} không phải cổng mẫu"), 502)
        response = site.respond(request, self.state)
        return conditional(request, response)

    def _record(self, request: Request, status: int) -> None:
        entry = {"t": round(time.time(), 3), "url": request.url, "status": status, "host": request.host}
        with self._lock:
            self.requests.append(entry)
            if self._log:
                with self._log.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(entry) + "\n")


def conditional(request: Request, response: Response) -> Response:
    """304 without a body when the client's ETag or date still holds."""
    etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
    asked = request.headers.get("if-none-match")
    if asked is not None:
        fresh = etag is not None and etag in [part.strip() for part in asked.split(",")]
    else:
        fresh = modified is not None and _not_later(modified, request.headers.get("if-modified-since"))
    if fresh and response.status == 200:
        return Response(304, b"", {name: response.headers[name] for name in response.headers if name != "Content-Type"})
    return response


def _not_later(modified: str, since: str | None) -> bool:
    return since is not None and parsedate_to_datetime(modified) <= parsedate_to_datetime(since)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    portals: SampleServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are no error; anything else is printed."""
        if not isinstance(sys.exception(), DISCONNECTED):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "SamplePortals"
    timeout = 60

    def do_GET(self) -> None:
        request = self._request()
        response = cast(_Listener, self.server).portals.answer(request)
        try:
            self._send(request, response)
        except DISCONNECTED:
            self.close_connection = True

    do_POST = do_HEAD = do_DELETE = do_GET  # noqa: N815

    def do_CONNECT(self) -> None:
        self.send_error(502, "only plain http")

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        host = (parts.netloc or self.headers.get("Host", "")).partition(":")[0].lower()
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0) or 0))
        return Request(self.command, host, unquote(parts.path or "/"), parts.query, headers, body)

    def _send(self, request: Request, response: Response) -> None:
        length = len(response.body) if response.length is None else response.length
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if request.method == "HEAD" or response.status == 304:
            return
        self.wfile.write(response.body)
        for piece in response.stream or ():
            self.wfile.write(piece)
        self.close_connection = self.close_connection or length != len(response.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are kept in ``SampleServer.requests`` and nowhere else."""
