"""What a CMS family knows about its URLs: which are articles and documents, their ids, views and pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import quote, urljoin, urlsplit

from cssselect import SelectorError
from lxml.cssselect import CSSSelector

from crawlers import urls
from crawlers.families.hints import GENERIC, Hints
from crawlers.markup import Element

Kind = Literal["article", "document"]
MOST_VIEWS = 12  # views of views that an address may name, as deep as one that is no trap
Patterns = tuple[re.Pattern[str], ...]

PAGE_NAME = re.compile(
    r"(?:^|[_-])(?:page|pages|p|pg|paged|pageindex|pageno|page_?number|trang|cur|currentpage)$", re.I
)
PAGE_PATH = re.compile(r"(?:^|[/-])(?:trang|page|pages|p)[-/]?(\d+)(?=$|[/.])", re.I)
PLACE = re.compile(r"\{(\w+)\}")
FORM = ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
JSON = ("Content-Type", "application/json; charset=UTF-8")
MOST_VALUE = 200  # characters that a page may put into the address of another


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of a listing page. ``headers`` are pairs; ``body`` is sent as UTF-8.

    Two asks are equal when they ask for the same page: pages that are posted share a URL and differ in ``body``.
    """

    url: str
    method: Literal["GET", "POST"] = "GET"
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def form(cls, url: str, body: str) -> Ask:
        """A POST of ``body``: a form that is encoded already, or JSON where it begins with a brace."""
        return cls(url, "POST", body, (JSON if body.lstrip().startswith("{") else FORM,))

    @property
    def label(self) -> str:
        """What tells this request from others in messages: the URL and the start of what is posted."""
        return self.url if self.method == "GET" else f"{self.url} ({self.method} {self.body[:80]})"


def patterns(*expressions: str) -> Patterns:
    """Compiled, case-insensitive regular expressions."""
    return tuple(re.compile(expression, re.IGNORECASE) for expression in expressions)


@dataclass(frozen=True)
class Family:
    """One CMS family. Expressions are searched in path and query; their group ``key`` is the portal's own id.

    ``views`` are substitutions that turn a print or pop-up view into the article's plain URL; ``noise`` matches names
    of parameters that do not identify a page. ``items`` and ``dates`` are CSS selectors of a listing's entry and the
    date in it; where they are empty or match nothing the layout itself tells.

    Further pages of a listing are those that its pager links; where it links none, ``pages`` and ``post`` say how to
    ask for them, see :meth:`page_ask`. ``pages`` is a URL template: ``?page={page}`` is added to the section's query,
    ``trang-{page}`` stands below the section, ``/tai-them/{zone}/{page}.htm`` below the host. ``post`` is the template
    of a body that is posted to ``pages``, or to the section without it. ``{page}`` is the number, ``first_page`` what
    the first page is called. Other names are read from the section's first page: ``values`` pairs each with the id
    of the element that has it as its value, content or text; :meth:`listing_values` may be overridden instead.
    """

    name: str
    articles: Patterns = ()
    documents: Patterns = ()
    views: tuple[tuple[re.Pattern[str], str], ...] = ()
    noise: Patterns = ()
    pages: str | None = None
    post: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    first_page: int = 1
    items: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    hints: Hints = GENERIC
    max_pages: int = 2000
    page_name: re.Pattern[str] = field(default=PAGE_NAME)
    bare_files: bool = False  # PDF files that a list of documents links are documents: it has no pages of their own
    origin: str = ""  # scheme and host of the portal's home: links to that host, with or without www., get both

    def of(self, home: str, options: Mapping[str, Any]) -> Family:
        """The family as the portal at ``home`` uses it."""
        parts = urlsplit(home)
        return replace(self.with_options(options), origin=f"{parts.scheme}://{parts.netloc}")

    def with_options(self, options: Mapping[str, Any]) -> Family:
        """The family with a portal's ``options``: article, document, pages, post, values, first_page, item, date,
        max_pages.

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
        family = replace(self, **changes)
        templates = [template for template in (family.pages, family.post) if template is not None]
        if templates and "{page}" not in "".join(templates):
            raise ValueError(f"family {self.name}: option pages: {templates[0]!r} cannot be read ({{page}} is missing)")
        return family

    def article_key(self, url: str) -> str | None:
        """The portal's own id of the article or document at ``url``; None where its URL carries none."""
        return _key(self.documents, url) or _key(self.articles, url)

    def canonical(self, url: str) -> str:
        """``url`` without print view, session, tracking and view parameters; the same for what it returns."""
        for _ in range(MOST_VIEWS):
            cut = self._cut(url)
            if cut == url:
                break
            url = cut
        return url

    def _cut(self, url: str) -> str:
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
        if self.bare_files and listing == "document" and urls.is_pdf(url):
            return "document"
        if urls.is_file(url) or urls.is_asset(url) or urls.is_trap(url):
            return None
        if self.is_document(url):
            return "document"
        if not self.is_article(url):
            return None
        if listing == "document":
            return None if self.documents else "document"
        return "article"

    def page_ask(self, section: str, number: int, values: Mapping[str, str] | None = None) -> Ask | None:
        """Request of page ``number`` (from 1) of a section that shows no pager; None where the family knows no way.

        ``values`` are those that :meth:`listing_values` read from the section's first page. The first page itself is
        asked for as ``Ask(section)``, and by this method only where that shows no entries and ``post`` is set.
        """
        known = {"page": str(number - 1 + self.first_page), **(values or {})}
        url = section if self.pages is None else _filled(self.pages, known)
        body = _filled(self.post, known) if self.post is not None else None
        if url is None or (body is None and (self.post is not None or self.pages is None)):
            return None
        url = url if self.pages is None else _placed(section, url)
        return Ask(url) if body is None else Ask.form(url, body)

    def listing_values(self, root: Element) -> Mapping[str, str]:
        """What ``pages`` and ``post`` need to know of a listing, read from the tree of its first page.

        Pages are hostile: values are escaped where they are put into a URL or body, and long ones left out.
        """
        found = ((name, _said(root, id_)) for name, id_ in self.values)
        return {name: value for name, value in found if value and len(value) <= MOST_VALUE}


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


def _filled(template: str, values: Mapping[str, str]) -> str | None:
    """``template`` with its places filled; None where a value is not known."""
    if not values.keys() >= set(PLACE.findall(template)):
        return None
    return PLACE.sub(lambda match: quote(values[match[1]], safe=""), template)


def _placed(section: str, suffix: str) -> str:
    if suffix.startswith("?"):
        return section + (suffix.replace("?", "&", 1) if urlsplit(section).query else suffix)
    if suffix.startswith("/") or "://" in suffix:
        return urljoin(section, suffix)
    return section.rstrip("/") + "/" + suffix


def _said(root: Element, id_: str) -> str | None:
    """Value, content or text of the element with an id; None where there is none."""
    for element in root.xpath("//*[@id = $id]", id=id_.removeprefix("#")):
        value = element.get("value") or element.get("content") or element.text_content()
        return str(value).strip() or None
    return None


def _selectors(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(part) for part in value)  # type: ignore[attr-defined]


def _css(value: object) -> tuple[str, ...]:
    """CSS selectors, tried out so that a wrong one is noticed before a crawl."""
    selectors = _selectors(value)
    for selector in selectors:
        try:
            CSSSelector(selector, translator="html")
        except SelectorError as error:
            raise ValueError(f"no CSS selector: {error}") from error
    return selectors


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(id_)) for name, id_ in dict(value).items())


_OPTIONS: Mapping[str, tuple[str, Any]] = {
    "article": ("articles", lambda value: patterns(*_selectors(value))),
    "document": ("documents", lambda value: patterns(*_selectors(value))),
    "pages": ("pages", str),
    "post": ("post", str),
    "values": ("values", _pairs),
    "first_page": ("first_page", int),
    "item": ("items", _css),
    "date": ("dates", _css),
    "max_pages": ("max_pages", int),
}
