"""Files that an article or document page links or shows: PDF, Word, Excel, archives, whatever their addresses are.

An address says what may be a file; the bytes that come decide (:mod:`crawlers.content`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml.cssselect import CSSSelector

from crawlers import urls
from crawlers.families.hints import Hints, Selectors
from crawlers.markup import Element, base_url, read_html

MOST_FILES = 20  # of one page
CHROME = frozenset({"nav", "header", "footer", "aside"})
SHOWN = {"iframe": "src", "embed": "src", "object": "data"}  # elements that show a file inside the page
LONGEST_SCRIPT = 2000  # characters of an onclick that are looked at

# Addresses that hand out files without naming their kind in the path.
_HANDLER = re.compile(
    r"/(?:down-?load|tai-?(?:ve|file|tep|xuong)|get-?file|view-?file|file-?(?:download|handler)|attachments?)"
    r"[\w-]*(?:\.(?:ashx|aspx|php|jsp|do|html?))?(?:/|$)|/documents/\d+/\d+/[^/]+",
    re.IGNORECASE,
)
_ALONE = re.compile(r"\.ashx$|/documents/\d+/\d+/|/(?:download|attachment)[\w-]*/[^/]+$", re.IGNORECASE)
_VIEWER = frozenset({"file", "url", "src", "path", "filepath", "fileurl", "filename", "document", "link"})
_QUOTED = re.compile(r"""'([^'\\]{1,500})'|"([^"\\]{1,500})\"""")
_SCRIPT = re.compile(r"\s*javascript:", re.IGNORECASE)


def find_files(
    html: str, url: str, hints: Hints, allows: Callable[[str], bool], most: int | None = MOST_FILES
) -> list[str]:
    """URLs of the files that the page at ``url`` links, in page order, each once, at most ``most`` (None: all).

    A family's selector of files names any link; elsewhere the address decides: its extension, its handler, the file
    that a script or a viewer is given. Where the container of the text is known, links outside it are boxes beside
    the article and left out, but not files that the page shows. Hosts that ``allows`` refuses are left out.
    """
    root = read_html(html)
    if root is None:
        return []
    base = base_url(root, url)
    named = (target for a in _select(root, hints.document.files) for target in _named(a, base))
    linked = (target for element in _links(root, hints.container) for target in _targets(element, base))
    found = (*named, *linked, *_shown(root, base))
    kept = (link for link in found if allows(urlsplit(link).hostname or "") and link != url)
    return list(dict.fromkeys(kept))[:most]


def is_handler(url: str) -> bool:
    """Whether an address that names no kind of file looks like one of a handler (``/DownloadFile.ashx?id=7``)."""
    parts = urlsplit(url)
    if not _HANDLER.search(parts.path):
        return False
    return bool(parts.query) or _ALONE.search(parts.path) is not None


def viewed(url: str, base: str) -> str | None:
    """The file that a viewer's address names in its query (``/viewer.html?file=/a.pdf``), None for other addresses."""
    for name, value in parse_qsl(urlsplit(url).query[: urls.MAX_LENGTH]):
        target = urls.absolute(base, value) if name.lower() in _VIEWER else None
        if target and (urls.is_file(target) or is_handler(target)):
            return target
    return None


def _targets(element: Element, base: str) -> Iterator[str]:
    """Files that a link or a button leads to."""
    href = element.get("href") or ""
    if not _SCRIPT.match(href):
        yield from _file(urls.absolute(base, href), base)
    for script in (href if _SCRIPT.match(href) else "", element.get("onclick") or ""):
        yield from _of_script(script, base)


def _file(link: str | None, base: str) -> Iterator[str]:
    if link is None:
        return
    inner = viewed(link, base)
    if inner:
        yield inner
    elif urls.is_file(link) or is_handler(link):
        yield link


def _of_script(script: str, base: str) -> Iterator[str]:
    """The file that a script is given; of ``downloadfile('name.pdf','/path/name.pdf')`` the path counts."""
    words = [unquote(first or second) for first, second in _QUOTED.findall(script[:LONGEST_SCRIPT])]
    paths = [word for word in words if "/" in word] or words
    for word in paths:
        yield from _file(urls.absolute(base, word), base)


def _named(a: Element, base: str) -> Iterator[str]:
    """What a family's selector names is a file, whatever its address."""
    target = None if _SCRIPT.match(a.get("href") or "") else urls.absolute(base, a.get("href"))
    found = list(_targets(a, base))
    yield from found or ([target] if target else [])


def _links(root: Element, container: Selectors) -> Iterator[Element]:
    scopes = _select(root, container) or [root]
    for element in (element for scope in scopes for element in scope.iter("a", "button", "span", "div", "td", "img")):
        is_link = element.tag == "a" or element.get("onclick")
        if is_link and not any(ancestor.tag in CHROME for ancestor in element.iterancestors()):
            yield element


def _shown(root: Element, base: str) -> Iterator[str]:
    for element in root.iter(*SHOWN):
        yield from _file(urls.absolute(base, element.get(SHOWN[element.tag])), base)


def _select(root: Element, selectors: Iterable[str]) -> list[Element]:
    """Elements of the first selector that matches any."""
    return next((found for selector in selectors if (found := _compiled(selector)(root))), [])


@cache
def _compiled(selector: str) -> Any:  # lxml-stubs types its result as that of any XPath
    return CSSSelector(selector, translator="html")
