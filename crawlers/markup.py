"""HTML as a tree, whatever its dress: XHTML with an XML declaration, ``<base href>``, broken nesting."""

from __future__ import annotations

from typing import Any, TypeAlias

from lxml import html as lxml_html
from lxml.etree import ParserError

from crawlers import urls

Element: TypeAlias = Any  # lxml.html.HtmlElement, which lxml-stubs leaves incomplete


def read_html(text: str) -> Element | None:
    """The root of a page; None for a text without any markup.

    Parsed as bytes: lxml refuses text that declares an encoding, as XHTML pages do in their first line.
    """
    parser = lxml_html.HTMLParser(encoding="utf-8")
    try:
        return lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (ParserError, ValueError):
        return None


def base_url(root: Element, url: str) -> str:
    """What the links of the page at ``url`` are relative to: its ``<base href>``, else ``url``."""
    hrefs = (base.get("href") for base in root.iter("base"))
    return next((base for href in hrefs if (base := urls.absolute(url, href))), url)
