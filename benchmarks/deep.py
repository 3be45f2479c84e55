"""A generated portal with one deep listing on loopback: what one day costs where the listing has 10 to 1,000 pages."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from pydantic import HttpUrl

from crawlers.portal import Portal

HOST = "sau.test"
SIZE = 20  # entries of a page
DAILY = 4  # entries of a day
NEWEST = dt.date(2025, 6, 27)
WINDOW = 5  # pages that the pager shows ahead
PROSE = (
    "Sáng nay, Ủy ban nhân dân xã tổ chức hội nghị sơ kết phong trào làm đường giao thông nông thôn; bà con các bản đã "
    "hiến gần ba nghìn mét vuông đất và cam kết hoàn thành tuyến đường trước mùa mưa."
)


def portal() -> Portal:
    """The portal's facts."""
    return Portal(
        id="cong_sau", name="Cổng Sâu", kind="newspaper", home=HttpUrl(f"http://{HOST}/"), province="tuyen_quang",
        sections=("/tin",), delay=0, since=dt.date(1970, 1, 1),
    )  # fmt: skip


def day_at(share: float, pages: int) -> dt.date:
    """The day that stands that far down a listing of ``pages``."""
    return NEWEST - dt.timedelta(days=int(share * pages * SIZE / DAILY))


@contextmanager
def serving(pages: int) -> Iterator[str]:
    """URL of a proxy that is the portal with a listing of ``pages``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(pages))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _handler(pages: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = _page(self.path, pages)
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler


def _page(url: str, pages: int) -> bytes:
    parts = urlsplit(url)
    if parts.path == "/tin":
        asked = re.search(r"trang=(\d+)", parts.query)
        number = int(asked[1]) if asked else 1
        return _listing(number, pages).encode() if 1 <= number <= pages else b""
    if re.fullmatch(r"/tin-trong-ngay-tai-xa-\d+\.html", parts.path):
        return f"<html><body><h1>Tin trong ngày tại xã</h1><p>{PROSE}</p><p>{PROSE}</p></body></html>".encode()
    return b""


def _listing(number: int, pages: int) -> str:
    first = (number - 1) * SIZE
    items = "".join(_item(pages * SIZE - index, index) for index in range(first, first + SIZE))
    shown = range(max(1, number - WINDOW), min(pages, number + WINDOW) + 1)
    pager = "".join(f'<a href="/tin?trang={page}">{page}</a>' for page in shown)
    return f"<html><body><h1>Tin tức</h1><ul>{items}</ul><div>{pager}</div></body></html>"


def _item(number: int, index: int) -> str:
    day = NEWEST - dt.timedelta(days=index // DAILY)
    link = f"/tin-trong-ngay-tai-xa-{10_000 + number}.html"
    return f'<li><a href="{link}">Tin số {number} trong ngày tại xã</a> <i>{day:%d/%m/%Y}</i></li>'
