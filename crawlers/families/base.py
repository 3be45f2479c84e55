"""What a CMS family knows about its URLs: which are articles and documents, their ids, views and pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlsplit

from crawlers import urls
from crawlers.families.hints import GENERIC, Hints

Kind = Literal["article", "document"]
Patterns = tuple[re.Pattern[str], ...]

PAGE_NAME = re.compile(
    r"(?:^|[_-])(?:page|pages|p|pg|paged|pageindex|pageno|page_?number|trang|cur|currentpage)$", re.I
)
PAGE_PATH = re.compile(r"(?:^|[/-])(?:trang|page|pages|p)[-/]?(\d+)(?=$|[/.])", re.I)


def patterns(*expressions: str) -> Patterns:
    """Compiled, case-insensitive regular expressions."""
    return tuple(re.compile(expression, re.IGNORECASE) for expression in expressions)


@dataclass(frozen=True)
class Family:
    """One CMS family. Expressions are searched in path and query; their group ``key`` is the portal's own id.

    ``views`` are substitutions that turn a print or pop-up view into the article's plain URL; ``noise`` matches names
    of parameters that do not identify a page. ``pages`` is the template of a listing's further pages, with ``{page}``,
    for listings without a readable pager; ``first_page`` is what it calls the first. ``items`` and ``dates`` are CSS
    selectors of a listing's entry and the date in it; where they are empty or match nothing the layout itself tells.
    """

    name: str
    articles: Patterns = ()
    documents: Patterns = ()
    views: tuple[tuple[re.Pattern[str], str], ...] = ()
    noise: Patterns = ()
    pages: str | None = None
    first_page: int = 1
    items: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    hints: Hints = GENERIC
    max_pages: int = 2000
    page_name: re.Pattern[str] = field(default=PAGE_NAME)
    origin: str = ""  # scheme and host of the portal's home: links to that host, with or without www., get both

    def of(self, home: str, options: Mapping[str, Any]) -> Family:
        """The family as the portal at ``home`` uses it."""
        parts = urlsplit(home)
        return replace(self.with_options(options), origin=f"{parts.scheme}://{parts.netloc}")

    def with_options(self, options: Mapping[str, Any]) -> Family:
        """The family with a portal's ``options``: article, document, pages, first_page, item, date, max_pages.

        Raises ValueError that names an unknown option and those there are, or the option that cannot be read.
        """
        changes = {}
        for name, value in options.items():
            if name not in _OPTIONS:
                raise ValueError(f"family {self.name}: no option {name!r}; there are {', '.join(_OPTIONS)}")
            attribute, convert = _OPTIONS[name]
            try:
                changes[attribute] = convert(value)
            except (re.error, KeyError, IndexError, TypeError, ValueError) as error:
                raise ValueError(f"family {self.name}: option {name}: {value!r} cannot be read ({error})") from error
        return replace(self, **changes)

    def article_key(self, url: str) -> str | None:
        """The portal's own id of the article or document at ``url``; None where its URL carries none."""
        return _key(self.documents, url) or _key(self.articles, url)

    def canonical(self, url: str) -> str:
        """``url`` without print view, session, tracking and view parameters."""
        for pattern, plain in self.views:
            url = pattern.sub(plain, url)
        return urls.with_origin(urls.canonical(url, self.noise), self.origin)

    def is_document(self, url: str) -> bool:
        """Whether the shape of ``url`` is that of a document's page."""
        return _matches(self.documents, url)

    def is_article(self, url: str) -> bool:
        """Whether the shape of ``url`` is that of an article."""
        return not self.is_document(url) and _matches(self.articles, url)

    def kind_of(self, url: str, listing: Kind = "article") -> Kind | None:
        """What ``url`` leads to when a listing of articles or documents links it; None for neither."""
        if urls.is_file(url) or urls.is_asset(url) or urls.is_trap(url):
            return None
        if self.is_document(url):
            return "document"
        if not self.is_article(url):
            return None
        if listing == "document":
            return None if self.documents else "document"
        return "article"

    def page_url(self, section: str, number: int) -> str | None:
        """URL of page ``number`` (from 1) of a section by ``pages``; None where the family has no template."""
        if number <= 1 or self.pages is None:
            return section if number <= 1 else None
        suffix = self.pages.format(page=number - 1 + self.first_page)
        if suffix.startswith("?"):
            return section + (suffix.replace("?", "&", 1) if urlsplit(section).query else suffix)
        return section.rstrip("/") + "/" + suffix.lstrip("/")


def target(url: str) -> str:
    """Path and query of ``url``: what the expressions of a family are searched in."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _matches(expressions: Patterns, url: str) -> bool:
    return any(pattern.search(target(url)) for pattern in expressions)


def _key(expressions: Patterns, url: str) -> str | None:
    for pattern in expressions:
        match = pattern.search(target(url))
        if match:
            return match.groupdict().get("key")
    return None


def _selectors(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(part) for part in value)  # type: ignore[attr-defined]


def _page_template(value: object) -> str:
    template = str(value)
    if template.format(page=1) == template:
        raise ValueError("{page} is missing")
    return template


_OPTIONS: Mapping[str, tuple[str, Any]] = {
    "article": ("articles", lambda value: patterns(*_selectors(value))),
    "document": ("documents", lambda value: patterns(*_selectors(value))),
    "pages": ("pages", _page_template),
    "first_page": ("first_page", int),
    "item": ("items", _selectors),
    "date": ("dates", _selectors),
    "max_pages": ("max_pages", int),
}
