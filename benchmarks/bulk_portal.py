"""A generated newspaper of any size, for measuring: ``python -m benchmarks.bulk_portal --articles 50000``.

A light HTTP forward proxy on loopback that answers for ``http://tinlon.test`` alone and makes every page when it is
asked for: five sections of dated listings, newest first, ``PAGE`` articles a page, ``DAILY`` articles a day back from
``NEWEST``. The same number always gives the same article. Prints its address when it is ready, and a line of JSON with
its own CPU seconds when its standard input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import random
import re
import sys
import time
from dataclasses import dataclass
from html import escape

HOST = "tinlon.test"
HOME = f"http://{HOST}/"
SECTIONS = {
    "thoi-su": "Thời sự",
    "kinh-te": "Kinh tế",
    "van-hoa": "Văn hóa",
    "xa-hoi": "Xã hội",
    "nong-nghiep": "Nông nghiệp",
}
PAGE = 50  # articles of a listing page
DAILY = 20
NEWEST = dt.date(2025, 12, 31)
FIRST_NUMBER = 100_000
SLUGS = (
    "xa-thuong-lam-hoan-thanh-duong-lien-thon",
    "nguoi-dan-ban-pheo-mo-rong-vung-che",
    "huyen-kiem-tra-ho-chua-truoc-mua-lu",
)
WHO = ("UBND xã Thượng Lâm", "Hội Nông dân xã Khau Vai", "Đoàn kiểm tra của tỉnh", "Trường THCS Nà Hẩu", "Bản Phèo")
DOES = ("hoàn thành", "khởi công", "kiểm tra", "mở rộng", "tổng kết", "bàn giao", "rà soát", "vận động đóng góp cho")
WHAT = (
    "tuyến đường liên thôn dài {} km",
    "vùng chè rộng {} ha",
    "{} ngôi nhà cho hộ nghèo",
    "công trình nước sạch của {} hộ dân",
    "mô hình nuôi cá lồng với {} lồng",
)
WHEN = ("trong quý II", "trước mùa mưa", "sau ba năm chuẩn bị", "với sự góp sức của bà con", "đúng kế hoạch đề ra")


@dataclass(frozen=True, slots=True)
class Story:
    """One article: what an extraction of its page should give."""

    url: str
    title: str
    day: dt.date
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The paragraphs."""
        return "\n".join(self.paragraphs)


def story(index: int) -> Story:
    """The article ``index`` from the newest, 0."""
    dice = random.Random(index)
    section = tuple(SECTIONS)[index % len(SECTIONS)]
    day = NEWEST - dt.timedelta(days=index // DAILY)
    url = f"{HOME}{section}/{SLUGS[index % len(SLUGS)]}-{FIRST_NUMBER + index}.html"
    sentences = [_sentence(dice) for _ in range(13)]
    paragraphs = tuple(" ".join(sentences[start : start + 3]) for start in range(1, 13, 3))
    return Story(url, sentences[0].rstrip("."), day, paragraphs)


def _sentence(dice: random.Random) -> str:
    what = dice.choice(WHAT).format(dice.randint(2, 999))
    return f"{dice.choice(WHO)} {dice.choice(DOES)} {what} {dice.choice(WHEN)}."


@dataclass(frozen=True, slots=True)
class Portal:
    """The pages of ``articles`` articles; ``chrome`` links of a menu stand around each article."""

    articles: int
    chrome: int = 0

    def answer(self, url: str) -> tuple[int, str, bytes]:
        """Status, media type and body."""
        path, _, query = url.removeprefix(HOME).partition("?")
        if path == "robots.txt":
            return 200, "text/plain", b"User-agent: *\nAllow: /\n"
        page = self._page(path, query) if url.startswith(HOME) else None
        return (200, "text/html", page.encode()) if page else (404, "text/html", b"<h1>404</h1>")

    def _page(self, path: str, query: str) -> str | None:
        section = path.strip("/")
        if section in SECTIONS:
            number = re.fullmatch(r"(?:page=(\d{1,6}))?", query)
            return self._listing(section, int(number[1] or 1)) if number else None
        index = int(re.sub(r"\D", "", path) or 0) - FIRST_NUMBER
        known = 0 <= index < self.articles and story(index)
        return self._article(known) if known and known.url == HOME + path else None

    def _listing(self, section: str, number: int) -> str | None:
        step, first = len(SECTIONS), list(SECTIONS).index(section)
        indexes = range(first, self.articles, step)
        shown = [story(index) for index in indexes[(number - 1) * PAGE : number * PAGE]]
        last = -(-len(indexes) // PAGE)
        items = "".join(
            f'<li class="item"><a href="{each.url}">{escape(each.title)}</a> '
            f'<span class="date">{each.day:%d/%m/%Y}</span></li>'
            for each in shown
        )
        pages = "".join(f'<a href="/{section}/?page={n}">{n}</a> ' for n in {1, number, min(number + 1, last), last})
        return _frame(SECTIONS[section], f'<ul class="list">{items}</ul><div class="pager">{pages}</div>')

    def _article(self, each: Story) -> str:
        text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in each.paragraphs)
        menu = "".join(f'<li><a href="/muc-{n}/">Chuyên mục số {n}</a></li>' for n in range(self.chrome))
        return _frame(
            each.title,
            f'<article><h1>{escape(each.title)}</h1><time datetime="{each.day}T07:30:00+07:00">'
            f"{each.day:%d/%m/%Y} 07:30"
            f'</time><div class="article-body">{text}</div></article><ul class="more">{menu}</ul>',
        )


def _frame(title: str, body: str) -> str:
    menu = "".join(f'<a href="/{slug}/">{name}</a>' for slug, name in SECTIONS.items())
    return (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">'
        f"<title>{escape(title)} - Báo Tin Lớn</title></head>"
        f"<body><header><nav>{menu}</nav></header><main>{body}</main>"
        f"<footer>Báo Tin Lớn. Ghi rõ nguồn khi dùng lại.</footer></body></html>"
    )


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with kept connections; requests have no body and come one after another."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.waiting = portal, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the connection's writing end."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers each whole request."""
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            head, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
            status, media, body = self.portal.answer(head.split(b" ", 2)[1].decode("latin-1"))
            closing = b"connection: close" in head.lower()
            kept = "close" if closing else "keep-alive"
            top = (
                f"HTTP/1.1 {status} X\r\nContent-Type: {media}; charset=utf-8\r\n"
                f"Content-Length: {len(body)}\r\nConnection: {kept}\r\n\r\n"
            )
            self.transport.write(top.encode() + body)
            if closing:
                self.transport.close()


async def serve(portal: Portal) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(portal), "127.0.0.1", 0, backlog=512)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve, then tell what serving cost."""
    parser = argparse.ArgumentParser(description="Serve a generated newspaper as a forward proxy on loopback.")
    parser.add_argument("--articles", type=int, default=50_000)
    parser.add_argument("--chrome", type=int, default=0, help="menu links around each article")
    asked = parser.parse_args()
    asyncio.run(serve(Portal(asked.articles, asked.chrome)))
    print(json.dumps({"cpu_seconds": round(time.process_time(), 2)}), flush=True)


if __name__ == "__main__":
    main()
