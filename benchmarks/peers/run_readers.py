"""One extractor over pages in files; runs in the peers' environment: ``run_readers.py NAME TASK.json ANSWER.json``.

Each is used as its README shows for HTML at hand, with the switches for Vietnamese where it has them. The network is
off: what would fetch an image or a redirect fails. A page on which an extractor raises counts as read without result.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Page = tuple[bytes, str, str]  # bytes, address, charset
WARMING = 20  # pages that are read before the clock counts: libraries load much at their first uses
LANGUAGES = {"vi": "Vietnamese", "en": "English"}


def main() -> None:
    """Read every page, then write the answers with their CPU seconds."""
    name, task, answer = sys.argv[1], json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")), Path(sys.argv[3])
    socket.socket.connect = socket.socket.connect_ex = refused  # type: ignore[assignment, method-assign]
    read = READERS[name](task["language"])
    rows = []
    warming = task["pages"][:: max(1, len(task["pages"]) // WARMING)][:WARMING]
    for each in [*warming, *task["pages"]]:
        page = (Path(each["file"]).read_bytes(), each["url"], each["encoding"] or "utf-8")
        started = time.process_time()
        try:
            row = read(page)
        except Exception as error:  # a page that ends the others' run would measure nothing
            print(f"{each['url']}: {error!r}", file=sys.stderr)
            row = {"title": None, "date": None, "text": None}
        rows.append(row | {"seconds": time.process_time() - started})
    answer.write_text(json.dumps(rows[len(warming) :]), encoding="utf-8")


def refused(*_: object) -> None:
    """What every attempt to connect meets."""
    raise OSError("the network is off")


def decoded(page: Page) -> str:
    """The page as text, for extractors that take no bytes."""
    return page[0].decode(page[2], "replace")


def readability(_: str) -> Callable[[Page], Row]:
    """readability-lxml: title and summary."""
    from lxml.html import document_fromstring  # type: ignore[import-untyped, unused-ignore]
    from readability import Document  # type: ignore[import-not-found]

    def read(page: Page) -> Row:
        document = Document(decoded(page))
        summary: Any = document_fromstring(document.summary())
        for element in summary.iter("p", "div", "br", "tr", "td", "li", "h1", "h2", "h3", "h4"):
            element.tail = "\n" + (element.tail or "")
        return {"title": document.short_title(), "date": None, "text": summary.text_content()}

    return read


def resiliparse(_: str) -> Callable[[Page], Row]:
    """resiliparse: main content."""
    from resiliparse.extract.html2text import extract_plain_text  # type: ignore[import-not-found]
    from resiliparse.parse.html import HTMLTree  # type: ignore[import-not-found]

    def read(page: Page) -> Row:
        tree = HTMLTree.parse_from_bytes(page[0], page[2])
        return {"title": tree.title, "date": None, "text": extract_plain_text(tree, main_content=True)}

    return read


def newspaper4k(language: str) -> Callable[[Page], Row]:
    """newspaper4k: title, date and text."""
    import newspaper  # type: ignore[import-not-found]

    def read(page: Page) -> Row:
        found = newspaper.Article(page[1], language=language, fetch_images=False)
        found.download(input_html=decoded(page))
        found.parse()
        return {"title": found.title, "date": day(found.publish_date), "text": found.text}

    return read


def newsplease(_: str) -> Callable[[Page], Row]:
    """news-please: its whole pipeline over one page."""
    from newsplease import NewsPlease  # type: ignore[import-not-found]

    def read(page: Page) -> Row:
        found = NewsPlease.from_html(decoded(page), url=page[1], fetch_images=False)
        return {"title": found.title, "date": day(found.date_publish), "text": found.maintext}

    return read


def justext(language: str) -> Callable[[Page], Row]:
    """jusText: paragraphs that are no boilerplate, with the stop words of the language."""
    import justext as library  # type: ignore[import-untyped, import-not-found, unused-ignore]

    words = library.get_stoplist(LANGUAGES[language])

    def read(page: Page) -> Row:
        found = library.justext(page[0], words, encoding=page[2])
        return {
            "title": None,
            "date": None,
            "text": "\n\n".join(each.text for each in found if not each.is_boilerplate),
        }

    return read


def day(moment: Any) -> str | None:
    """ISO day of a datetime."""
    return moment.date().isoformat() if moment else None


READERS: dict[str, Callable[[str], Callable[[Page], Row]]] = {
    "readability-lxml": readability,
    "resiliparse": resiliparse,
    "newspaper4k": newspaper4k,
    "news-please": newsplease,
    "justext": justext,
}

if __name__ == "__main__":
    main()
