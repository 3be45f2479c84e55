"""Files that an article or document page links: PDF, Word, Excel, archives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from lxml.cssselect import CSSSelector

from crawlers import urls
from crawlers.families.hints import Hints, Selectors
from crawlers.markup import Element, base_url, read_html

MOST_FILES = 20  # of one page
CHROME = frozenset({"nav", "header", "footer", "aside"})
# Hrefs that can be those of files: making all links of a page absolute costs more than fetching it. White space inside
# an address does not count, so it is let through.
MAY_BE_FILE = re.compile(r"pdf|doc|xls|rtf|zip|rar|7z|ppt|odt|[\t\r\n]", re.IGNORECASE)


def find_files(html: str, url: str, hints: Hints, allows: Callable[[str], bool]) -> list[str]:
    """URLs of the files that the page at ``url`` links, in page order, each once, at most ``MOST_FILES``.

    A family's selector of files names any link; elsewhere the URL's extension decides. Where the container of the
    text is known, links outside it are boxes beside the article and left out. Hosts that ``allows`` refuses too.
    """
    root = read_html(html)
    if root is None:
        return []
    base = base_url(root, url)
    named = (urls.absolute(base, a.get("href")) for a in _select(root, hints.document.files))
    linked = (urls.absolute(base, href) for href in _links(root, hints.container))
    found = (*named, *(link for link in linked if link and urls.is_file(link)))
    kept = (link for link in found if link and allows(urlsplit(link).hostname or ""))
    return list(dict.fromkeys(kept))[:MOST_FILES]


def _links(root: Element, container: Selectors) -> Iterator[str]:
    scopes = _select(root, container) or [root]
    for a in (a for scope in scopes for a in scope.iter("a")):
        href = a.get("href") or ""
        if MAY_BE_FILE.search(href) and not any(ancestor.tag in CHROME for ancestor in a.iterancestors()):
            yield href


def _select(root: Element, selectors: Iterable[str]) -> list[Element]:
    """Elements of the first selector that matches any."""
    return next((found for selector in selectors if (found := _compiled(selector)(root))), [])


@cache
def _compiled(selector: str) -> Any:  # lxml-stubs types its result as that of any XPath
    return CSSSelector(selector, translator="html")
