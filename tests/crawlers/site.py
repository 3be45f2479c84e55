"""A small HTTP/1.1 server in proxy style whose pages are scripted by the test, on a free loopback port."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PROSE = (
    "Sáng nay, Ủy ban nhân dân xã tổ chức hội nghị sơ kết phong trào làm đường giao thông nông thôn; bà con các bản đã "
    "hiến gần ba nghìn mét vuông đất, góp hơn một nghìn ngày công và cam kết hoàn thành tuyến đường trước mùa mưa."
)


@dataclass
class Answer:
    """A scripted answer; ``chunks`` streams a body without a length, ``delay`` waits first, ``cut`` lies about it."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    delay: float = 0.0
    chunks: int = 0
    cut: int = 0


Route = Answer | Callable[[Mapping[str, str], int], Answer]  # headers of the request, number of this URL's request


def article(title: str, *links: str) -> Answer:
    """A page with a main text and links."""
    anchors = "".join(f'<a href="{link}">Tệp đính kèm</a>' for link in links)
    text = (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{PROSE}</p><p>{PROSE}</p>{anchors}</body>"
    )
    return Answer(text.encode())


def listing(*paths: str) -> Answer:
    """A listing of candidates."""
    items = "".join(f'<li><a class="item" href="{path}">Tin {path}</a> <i>27/06/2025</i></li>' for path in paths)
    return Answer(f"<html><body><h1>Tin mới</h1><ul>{items}</ul></body></html>".encode())


class Site:
    """Context manager: serves ``routes`` (URL -> answer) and logs every request as (seconds, URL)."""

    def __init__(self, routes: Mapping[str, Route], host: str = "http://bao.test") -> None:
        self.host = host
        self.routes = {self._full(url): route for url, route in routes.items()}
        self.requests: list[tuple[float, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Site:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def proxy(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def set(self, url: str, route: Route) -> None:
        self.routes[self._full(url)] = route

    def asked(self, url: str) -> list[float]:
        """When a URL was asked for."""
        return [when for when, asked in self.requests if asked == self._full(url)]

    def hosts(self) -> set[str]:
        return {urlsplit(url).netloc for _, url in self.requests}

    def answer(self, url: str, headers: Mapping[str, str]) -> Answer:
        self.requests.append((time.monotonic(), url))
        route = self.routes.get(url)
        if route is None:
            return Answer(b"<html><title>404</title></html>", 404)
        return route if isinstance(route, Answer) else route(headers, len(self.asked(url)))

    def _full(self, url: str) -> str:
        return url if url.startswith("http") else self.host + url

    def _handler(site) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                try:
                    send(self, site.answer(self.path, self.headers))
                except (ConnectionError, TimeoutError):
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    time.sleep(answer.delay)
    handler.send_response(answer.status)
    for name, value in answer.headers.items():
        handler.send_header(name, value)
    if answer.chunks:
        handler.send_header("Transfer-Encoding", "chunked")
    else:
        handler.send_header("Content-Length", str(len(answer.body)))
    handler.end_headers()
    for _ in range(answer.chunks):
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(answer.body), answer.body))
    if answer.chunks:
        handler.wfile.write(b"0\r\n\r\n")
    else:
        handler.wfile.write(answer.body[: len(answer.body) - answer.cut])
    handler.close_connection |= bool(answer.cut)
