"""What every sample portal shares: routing, paging, robots.txt, article answers with validators."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from tests.portals import pdf
from tests.portals.content import FILES
from tests.portals.model import CAPTION, HEADING, ROW, Article, Block, Document
from tests.portals.state import State
from tests.portals.web import Request, Response, esc, fill, lines, page, validators

FILES_CHANGED = dt.datetime(2025, 5, 1, tzinfo=dt.UTC)
T = TypeVar("T")
Handler = Callable[[Request, State, re.Match[str]], Response]


class Site(ABC):
    """One portal. ``sections`` maps a section's slug to its name, in menu order."""

    portal: ClassVar[str]
    host: ClassVar[str]
    sections: ClassVar[dict[str, str]]
    page_size: ClassVar[int] = 10
    robots: ClassVar[str] = "User-agent: *\nDisallow: /tim-kiem\nDisallow: /quan-tri/\nAllow: /\n"

    @abstractmethod
    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Regular expressions over the path and who answers; the first full match wins."""

    def respond(self, request: Request, state: State) -> Response:
        """The portal's healthy answer to ``request``."""
        if request.path == "/robots.txt":
            return Response(200, self.robots.encode(), {"Content-Type": "text/plain; charset=utf-8"})
        if request.path in FILES.get(self.portal, {}):
            return self.file(request.path)
        for pattern, handler in self.routes():
            match = re.fullmatch(pattern, request.path)
            if match:
                return handler(request, state, match)
        return self.missing()

    def file(self, path: str) -> Response:
        """An attachment, made now."""
        body = pdf.render(FILES[self.portal][path])
        return Response(200, body, {"Content-Type": "application/pdf", **validators(body.hex(), FILES_CHANGED)})

    def missing(self, status: int = 404) -> Response:
        """The portal's page for an address it does not know."""
        return page(fill("error", status=str(status), message="Trang bạn tìm không tồn tại"), status)

    def article_page(self, state: State, key: str, render: Callable[[Article], str]) -> Response:
        """The article's page in its encoding with ETag and Last-Modified, or the status in its place."""
        found = state.article(self.portal, key)
        if isinstance(found, int):
            return self.missing(found)
        text = unicodedata.normalize(found.form, render(found))
        response = page(text, encoding=found.encoding)
        response.headers |= validators(found.title + found.text, state.modified(found))
        return response


def window(items: Sequence[T], number: int, size: int) -> tuple[list[T], int]:
    """The items of page ``number`` (from 1; [] beyond the end) and the count of pages, at least 1."""
    pages = max(1, -(-len(items) // size))
    start = (number - 1) * size
    return (list(items[start : start + size]) if number >= 1 else []), pages


def links(articles: Sequence[Article], without: Article | None, count: int) -> str:
    """List items that link the first ``count`` articles other than ``without``."""
    others = [article for article in articles if without is None or article.key != without.key]
    return lines(f'<li><a href="{esc(article.url)}">{esc(article.title)}</a></li>' for article in others[:count])


def files_html(item: Article | Document) -> str:
    """The attachments as links, '' where there are none."""
    shown = [f'<li class="file"><a href="{file.url}">{esc(file.name)}</a></li>' for file in item.attachments]
    return f'<div class="field-file"><b>Tệp đính kèm:</b><ul>{"".join(shown)}</ul></div>' if shown else ""


def body_html(blocks: Sequence[Block]) -> str:
    """Paragraphs, headings, picture tables with captions, and tables whose rows follow each other."""
    parts: list[str] = []
    for index, block in enumerate(blocks):
        if block.kind == ROW:
            first = index == 0 or blocks[index - 1].kind != ROW
            last = index + 1 == len(blocks) or blocks[index + 1].kind != ROW
            parts.append(_row(block, first, last))
        else:
            parts.append(_piece(block))
    return lines(parts)


def _piece(block: Block) -> str:
    if block.kind == CAPTION and block.caption:
        return (
            '<table class="image center" align="center" width="600"><tbody>'
            '<tr><td><img src="/file/4028eaa4/062025/anh.jpg" alt="" width="600"></td></tr>'
            f'<tr><td class="image_desc">{esc(block.caption.shown)}</td></tr></tbody></table>'
        )
    if block.kind == HEADING:
        return f'<p class="subtitle"><strong>{esc(block.text)}</strong></p>'
    return f"<p>{esc(block.text)}</p>"


def _row(block: Block, first: bool, last: bool) -> str:
    cells = "".join(f"<td>{esc(cell)}</td>" for cell in block.cells)
    opening = '<table class="data" border="1"><tbody>' if first else ""
    return f"{opening}<tr>{cells}</tr>" + ("</tbody></table>" if last else "")
