"""What a hostile or broken web answers, as a table of cases with the outcome that each has to become, and its server.

Every case is the answer to one page of a listing (role ``page``), to one listing or to one sitemap.
"""

from __future__ import annotations

import gzip
import itertools
import socketserver
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped]
from backports import zstd

PROSE = (
    "Chiều qua, Hội Nông dân xã trao bốn mươi con bò giống cho các hộ nghèo ở năm bản vùng cao; mỗi hộ được tập huấn "
    "cách trồng cỏ, ủ chua thức ăn và tiêm phòng, sau hai năm chuyển lại một con bê cho hộ tiếp theo trong danh sách."
)
HOST = "http://bao.test"
LISTING = "/tin-tuc"
SITEMAP_START = b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
MEGABYTE = b"\0" * (1 << 20)
Serve = Callable[["Wire"], None]
Role = Literal["page", "listing", "sitemap"]


@dataclass(frozen=True)
class Wire:
    """One connection: the path that was asked for and the way back."""

    path: str
    send: Callable[[bytes], None]
    alive: Callable[[], bool]

    def head(self, *lines: str, status: str = "200 OK", media: str = "text/html; charset=utf-8") -> None:
        """Sends status line and headers."""
        named = [f"HTTP/1.1 {status}", f"Content-Type: {media}", "Connection: close", *lines, "", ""]
        self.send("\r\n".join(named).encode("latin-1"))

    def answer(self, body: bytes, *lines: str, status: str = "200 OK", media: str = "text/html; charset=utf-8") -> None:
        """Sends a whole answer with its length."""
        self.head(*lines, f"Content-Length: {len(body)}", status=status, media=media)
        self.send(body)


@dataclass(frozen=True)
class Case:
    """A name, the outcome that the answer has to become, and what sends it."""

    name: str
    outcome: str
    serve: Serve
    role: Role = "page"
    prepare: Callable[[], object] = bytes  # what takes long, before the crawl's clocks run

    @property
    def path(self) -> str:
        """Where the case is served."""
        if self.role == "sitemap":
            return f"/{self.name}.xml.gz" if "gzip" in self.name else f"/{self.name}.xml"
        return f"/tin/{self.name}-{zlib.crc32(self.name.encode()) % 90000 + 10000}.html"


def page(title: str, extra: bytes = b"") -> bytes:
    """An article as the portal should have sent it."""
    text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{PROSE}</p><p>{PROSE}</p>"
    return text.encode() + extra + b"</body></html>"


def listing(paths: Iterable[str]) -> bytes:
    """A listing of the paths, all of one day."""
    items = (
        f'<li><a href="{path}">Xã vùng cao làm đường số {number}</a> <span>27/06/2025</span></li>'
        for number, path in enumerate(paths)
    )
    return f"<html><head><title>Tin tức</title></head><body><ul>{''.join(items)}</ul></body></html>".encode()


def redirect(target: str) -> Serve:
    """Sends the crawl elsewhere."""
    return lambda wire: wire.answer(b"", f"Location: {target}", status="302 Found")


def encoded(name: str, outcome: str, coding: str, pack: Callable[[], bytes]) -> Case:
    """The case of a compressed page."""
    return Case(name, outcome, lambda wire: wire.answer(pack(), f"Content-Encoding: {coding}"), prepare=pack)


def raw(*pieces: bytes) -> Serve:
    """Sends bytes that are no proper answer."""
    return lambda wire: wire.send(b"".join(pieces))


def endless(pieces: Callable[[], Iterator[bytes]], every: float = 0.0, first: bytes = b"") -> Serve:
    """Sends pieces until the crawl hangs up, one each ``every`` seconds."""

    def serve(wire: Wire) -> None:
        wire.send(first)
        for piece in pieces():
            wire.send(piece)
            for _ in range(int(every * 10)):
                time.sleep(0.1)
                if not wire.alive():
                    return

    return serve


def silence(wire: Wire) -> None:
    """Never answers."""
    while wire.alive():
        time.sleep(0.1)


def large(wire: Wire) -> None:
    """200 MB that say so."""
    wire.head(f"Content-Length: {200 << 20}")
    for _ in range(200):
        wire.send(MEGABYTE)


def large_chunked(wire: Wire) -> None:
    """200 MB that do not say so."""
    wire.head("Transfer-Encoding: chunked")
    for _ in range(200):
        wire.send(b"%x\r\n%s\r\n" % (len(MEGABYTE), MEGABYTE))
    wire.send(b"0\r\n\r\n")


def large_until_close(wire: Wire) -> None:
    """200 MB that end with the connection."""
    wire.head()
    for _ in range(200):
        wire.send(MEGABYTE)


@cache
def zeros(megabytes: int, packer: str) -> bytes:
    """Zeros, packed."""
    packers: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstd.compress,
        "br": partial(brotli.compress, quality=1), "double": lambda data: gzip.compress(gzip.compress(data)),
    }  # fmt: skip
    return packers[packer](MEGABYTE * megabytes)


@cache
def packed_page(megabytes: float, piece: bytes = b"<a href=/x>x</a>") -> bytes:
    """A page of a given size, packed: few bytes on the way, a tree of forty times the size when it is parsed."""
    return gzip.compress(page("Trang to", piece * int(megabytes * (1 << 20) / len(piece))), 1)


def more_headers() -> Iterator[bytes]:
    """Headers without end."""
    return (b"X-%d: a\r\n" % number for number in itertools.count())


def turning(wire: Wire) -> None:
    """Redirects to itself with another query each time."""
    path, _, number = wire.path.partition("?n=")
    redirect(f"{path}?n={int(number or 0) + 1}")(wire)


def many_cookies(wire: Wire) -> None:
    """An article with a thousand cookies, other ones each time."""
    when = time.time_ns()
    cookies = [f"Set-Cookie: c{when}_{number}={'x' * 60}" for number in range(1000)]
    wire.answer(page("Bánh"), *cookies)


def many_links(wire: Wire) -> None:
    """A page with 100,000 links."""
    wire.answer(page("Liên kết", b"".join(b'<a href="/tep/%d.pdf?a=%d">Tai</a>' % (n, n) for n in range(100_000))))


def many_items(wire: Wire) -> None:
    """A listing with 100,000 links."""
    item = b"<li><a href=/tin/a-%d>Tin b\xe1\xba\xa3n</a>27/06/2025"
    wire.answer(b"<html><ul>" + b"".join(item % number for number in range(100_000, 200_000)) + b"</ul></html>")


def sitemap(first: int, last: int) -> bytes:
    """Entries of a sitemap, 94 bytes each."""
    entry = b"<url><loc>http://bao.test/tin/bai-nay-%08d.html</loc><lastmod>2025-06-27</lastmod></url>\n"
    return b"".join(entry % number for number in range(first, last))


@cache
def packed_sitemap() -> bytes:
    """A sitemap file that unpacks to 7 MB."""
    return gzip.compress(SITEMAP_START + sitemap(0, 78_000) + b"</urlset>", 1)


def large_sitemap(wire: Wire) -> None:
    """A sitemap of 50 MB."""
    wire.head(media="application/xml")
    wire.send(SITEMAP_START)
    for start in range(0, 580_000, 10_000):
        wire.send(sitemap(start, start + 10_000))
    wire.send(b"</urlset>")


def disposition(wire: Wire) -> None:
    """A page with a file name that climbs out of every folder."""
    wire.answer(page("Tên tệp"), r'Content-Disposition: attachment; filename="..\..\../../etc/passwd"')


def sitemap_bomb(packer: str) -> Serve:
    """A sitemap file that unpacks to 200 MB; ``double`` is packed once more for the way."""
    coding = ("Content-Encoding: gzip",) if packer == "double" else ()
    return lambda wire: wire.answer(zeros(200, packer), *coding, media="application/gzip")


FORBIDDEN = {
    "private": "10.0.0.8", "metadata": "169.254.169.254", "cgnat": "100.64.1.1", "loopback": "127.0.0.1",
    "loopback6": "[::1]", "mapped": "[::ffff:10.0.0.1]", "compatible": "[::10.0.0.1]", "sixtofour": "[2002:a00:1::1]",
    "nat64": "[64:ff9b::10.0.0.1]", "unique-local": "[fd00::1]", "site-local": "[fec0::1]", "decimal": "2130706433",
    "hexadecimal": "0x7f000001", "octal": "0177.0.0.1", "short": "127.1", "dotted": "127.0.0.1.", "zero": "0",
}  # fmt: skip
NO_WEB = {
    "file": "file:///etc/passwd", "data": "data:text/html,<p>xin chao</p>", "ftp": "ftp://bao.test/tep",
    "javascript": "javascript:alert(1)", "credentials": "http://quan-tri:mat-khau@bao.test/tin/a-12345.html",
    "disguise": "http://bao.test@khac.test/tin/a-12345.html", "another-host": "http://khac.test/tin/a-12345.html",
}  # fmt: skip
BEGUN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n"
ATTRIBUTES = b"<p " + b"".join(b"a%d " % number for number in range(10_000)) + b">"
TRICKS = ("../../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "C:%5CWindows%5Cwin.ini", "dai-" + "x" * 1500)


def name(prefix: str, what: str) -> str:
    """A case's name as a slug."""
    return f"{prefix}-{what}".replace("_", "-")


def page_cases() -> list[Case]:
    """Every case that is one page of a listing."""
    many = itertools.chain.from_iterable
    pieces: Sequence[Iterable[Case]] = [
        (Case(name("to", key), "forbidden_address", redirect(f"http://{to}/x")) for key, to in FORBIDDEN.items()),
        (Case(name("to", key), "offsite", redirect(to)) for key, to in NO_WEB.items()),
        [
            Case("body-with-length", "oversized", large),
            Case("body-chunked", "oversized", large_chunked),
            Case("body-until-close", "oversized", large_until_close),
        ],
        (
            encoded(name("bomb", coding), "bomb", coding, partial(zeros, 200, coding))
            for coding in ("gzip", "deflate", "br", "zstd")
        ),
        [
            encoded("bomb-double-gzip", "bomb", "gzip, gzip", partial(zeros, 200, "double")),
            encoded("bomb-page-of-60-mb", "bomb", "gzip", partial(packed_page, 60)),
            encoded("tags-600000", "oversized", "gzip", partial(packed_page, 4.9)),
            encoded("tags-300000", "ok", "gzip", partial(packed_page, 2.3)),
            encoded("attributes", "oversized", "gzip", partial(packed_page, 4.8, ATTRIBUTES)),
            encoded("gzip-broken", "unreadable", "gzip", lambda: b"\x1f\x8b\x08 khong phai gzip"),
            Case("redirect-turning", "redirect_loop", turning),
            Case("slow-body", "timeout", endless(lambda: itertools.repeat(b"x"), 0.5, BEGUN)),
            Case("slow-head", "timeout", endless(lambda: itertools.repeat(b"x"), 0.5, b"HTTP/1.1 200 OK\r\nX-A: ")),
            Case("silent", "timeout", silence),
            Case("head-endless", "oversized", endless(more_headers, first=BEGUN[:17])),
            Case("head-of-one-line", "oversized", raw(b"HTTP/1.1 200 OK\r\nX-A: ", MEGABYTE)),
            Case("head-of-100-kb", "ok", lambda wire: wire.answer(page("Đầu to"), f"X-A: {'x' * 100_000}")),
            Case("cookies-1000", "ok", many_cookies),
            Case("status-garbage", "unreadable", raw(b"\x00\xff\xfe rac rac rac\r\n\r\nrac")),
            Case("http-0-9", "unreadable", raw(page("Không đầu").replace(b"><", b">\n<"))),
            Case("hang-up", "network_error", raw()),
            Case("length-too-long", "truncated", raw(BEGUN, page("Thiếu"))),
            Case("charset-lie", "ok", lambda wire: wire.answer(page("Mã"), media="text/html; charset=utf-16")),
            Case("charset-unknown", "ok", lambda wire: wire.answer(page("Mã"), media="text/html; charset=../../x")),
            Case("bytes-broken", "ok", lambda wire: wire.answer(page("Vỡ", b"\xff\xfe\xc3\x28\xf0\x9f" * 200))),
            Case("bytes-nul", "ok", lambda wire: wire.answer(page("Rỗng", b" " * 4096 + b"\0" * 500))),
            Case("ends-of-script", "ok", lambda wire: wire.answer(page("Mã", b"<script>" + b"</script" * 64_000))),
            Case("file-name", "ok", disposition),
            Case("links-100000", "ok", many_links),
        ],
        (Case(f"name-{number}", "ok", redirect(f"/tin/{trick}")) for number, trick in enumerate(TRICKS)),
    ]  # fmt: skip
    return list(many(pieces))


def other_cases() -> list[Case]:
    """Cases that are a listing or a sitemap."""
    return [
        Case("listing-100000", "ok", many_items, "listing"),
        Case("sitemap-50-mb", "oversized", large_sitemap, "sitemap"),
        Case("sitemap-gzip-bomb", "bomb", sitemap_bomb("gzip"), "sitemap", partial(zeros, 200, "gzip")),
        Case("sitemap-cdata", "ok", lambda wire: wire.answer(SITEMAP_START + b"&" + b"<![CDATA[" * 300_000), "sitemap"),
        Case("sitemap-gzip-7-mb", "ok", lambda wire: wire.answer(packed_sitemap(), media="application/gzip"),
             "sitemap", packed_sitemap),
        Case("sitemap-gzip-nested", "bomb", sitemap_bomb("double"), "sitemap", partial(zeros, 200, "double")),
    ]  # fmt: skip


class HostileServer:
    """Context manager: an HTTP proxy on loopback that serves the cases, a listing of them and good articles."""

    def __init__(self, cases: Sequence[Case], good: int = 2) -> None:
        self.cases = {case.path: case for case in cases}
        self.good = [f"/tin/bai-viet-that-{20001 + number}.html" for number in range(good)]
        self.requests: list[str] = []
        self.longest_request = 0
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    def __enter__(self) -> HostileServer:
        for case in self.cases.values():
            case.prepare()
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def proxy(self) -> str:
        """The proxy's URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def hosts(self) -> set[str]:
        """Every host that was asked for."""
        return {urlsplit(url).netloc for url in self.requests}

    def route(self, url: str) -> Serve:
        """What answers a URL."""
        path = url.removeprefix(HOST)
        case = self.cases.get(path.partition("?")[0])
        if case:
            return case.serve
        if path == LISTING:
            return lambda wire: wire.answer(listing(self._listed()))
        if path in self.good or path.startswith("/tin/"):
            return lambda wire: wire.answer(page(f"Tin {path}"))
        if any(trick in path or path.endswith("passwd") for trick in TRICKS):
            return lambda wire: wire.answer(page("Tên lạ"))
        return lambda wire: wire.answer(b"<html><title>404</title></html>", status="404 Not Found")

    def _listed(self) -> list[str]:
        """The pages, a good one after every third."""
        bad = iter([path for path, case in self.cases.items() if case.role == "page"])
        paths: list[str] = []
        for good in self.good:
            paths += [good, *itertools.islice(bad, 3)]
        return [*paths, *bad]

    def _handler(server) -> type[socketserver.BaseRequestHandler]:  # noqa: N805
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                line = self.rfile.readline(65536).decode("latin-1").split()
                size = sum(len(header) for header in iter(self.rfile.readline, b"\r\n") if header)
                if len(line) < 2:
                    return
                server.requests.append(line[1])
                server.longest_request = max(server.longest_request, size)
                try:
                    server.route(line[1])(Wire(line[1].removeprefix(HOST), self.connection.sendall, self.alive))
                except OSError:
                    return

            def alive(self) -> bool:
                self.connection.setblocking(False)
                try:
                    return bool(self.connection.recv(1))
                except BlockingIOError:
                    return True
                except OSError:
                    return False
                finally:
                    self.connection.setblocking(True)

        return Handler


def peak_megabytes(pid: int) -> float:
    """Highest resident memory of a running process so far, in MB; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    sizes = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(sizes[0]) / 1024 if sizes else 0.0


def watch(process: Any) -> float:
    """Waits for a child process; its highest resident memory in MB."""
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, peak_megabytes(process.pid))
        time.sleep(0.02)
    return peak
