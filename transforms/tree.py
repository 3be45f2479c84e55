"""HTML trees: bounded parsing, selectors with a cheap pre-check, texts of elements, safe removal."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from transforms.text import nfc, squeeze

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
RENAMED = frozenset(
    ("figure", "center", "section", "main", "header", "footer", "aside", "article", "form", "fieldset", "details")
)
LISTS = frozenset(("ul", "ol", "li", "dl", "dt", "dd"))
TABLES = frozenset(("table", "tr", "td", "th", "tbody", "thead", "tfoot", "caption"))
BLOCKS = (
    HEADINGS
    | RENAMED
    | LISTS
    | TABLES
    | {"p", "div", "nav", "blockquote", "figcaption", "pre", "legend", "address", "summary", "body"}
)
_SKIPPED = (
    *("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "select", "textarea"),
    *("button", "input", "link", "meta"),
)
_HIDDEN = etree.XPath(  # one path: libxml2 sorts the union of several in a time that grows with their square
    "descendant::*[@aria-hidden='true' and not(.//img) or contains(translate(@style, ' ', ''), 'display:none')]"
)
_FORBIDDEN = re.compile(rb"\xef\xbf[\xbe\xbf]")  # U+FFFE and U+FFFF, which libxml2 reads and lxml refuses to move
_FORBIDDEN_ENTITY = re.compile(  # libxml2 makes characters of these that lxml then refuses to move
    rb"&#(?:0*(?:[1-8]|1[124-9]|2\d|3[01]|6553[45])(?!\d)|[xX]0*(?:[1-8bBcCeEfF]|1[\da-fA-F]|[fF]{3}[eEfF])(?![\da-fA-F]));?"
)
_PLAIN = etree.ElementDefaultClassLookup(element=HtmlElement)  # lxml.html asks Python for the class of each element
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_BLANKED = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_TOKEN = re.compile(r"[.#]([A-Za-z_][\w-]*)|\[\s*(?:itemprop|rel)\s*=\s*[\"']?([\w-]+)")
_RARE: dict[str, tuple[str, ...]] = {"itemprop": (), "rel": ("a",)}  # naming attributes, and the tags that carry them
_SIMPLE = re.compile(
    r"(?P<tag>[a-z][a-z0-9]*)?"
    r"(?:(?P<mark>[.#])(?P<name>[A-Za-z_][\w-]*)|\[(?P<has>[a-z-]+)\]|\[(?P<key>itemprop|rel)=[\"']?(?P<value>[\w-]+)[\"']?\])?"
)
_ATTRIBUTES = {".": "class", "#": "id"}


@dataclass(slots=True)
class Page:
    """A parsed page (``source``: its UTF-8), its elements numbered, and where each word of class, id, itemprop and rel
    attributes stands.

    The index makes a selector of one word as cheap as a look-up; one that names an absent word costs nothing.
    """

    source: bytes
    root: HtmlElement
    _elements: list[HtmlElement] = field(init=False)
    _order: dict[HtmlElement, int] = field(init=False)
    _meta: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _named: defaultdict[str, list[list[HtmlElement]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._elements = list(self.root.iter())
        self._order = dict(zip(self._elements, range(len(self._elements)), strict=True))
        alike: defaultdict[str, list[HtmlElement]] = defaultdict(list)
        for element in self._elements:  # asking for two attributes is quicker than for all
            if value := element.get("class"):
                alike[value].append(element)
            if value := element.get("id"):
                alike[value].append(element)
        for name, tags in _RARE.items():
            if name.encode() in self.source:
                for element in self.root.iter(*tags):
                    if value := element.get(name):
                        alike[value].append(element)
        for value, found in alike.items():
            for word in value.split():
                self._named[word].append(found)
        for element in self.root.iter("meta"):
            for name in ("property", "name"):
                self._meta[element.get(name, "")].append(element.get("content") or "")

    def select(self, selectors: Iterable[str], within: HtmlElement | None = None) -> list[HtmlElement]:
        """Elements of the first selector that matches anything, in document order."""
        return next((found for found in self._matches(selectors, within) if found), [])

    def select_all(self, selectors: Iterable[str], within: HtmlElement | None = None) -> list[HtmlElement]:
        """Elements that any of the selectors matches."""
        return [element for found in self._matches(selectors, within) for element in found]

    def words(self) -> Iterable[str]:
        """Every word of the page's class, id, itemprop and rel attributes."""
        return self._named.keys()

    def named(self, word: str) -> list[HtmlElement]:
        """The elements that carry the word in one of these attributes."""
        groups = self._named.get(word, [])
        if len(groups) > 1:
            merged = (element for group in groups for element in group)
            groups[:] = [sorted(dict.fromkeys(merged), key=self._order.__getitem__)]
        return groups[0] if groups else []

    def meta(self, key: str) -> list[str]:
        """What the page's ``meta`` elements of a name or property say."""
        return self._meta.get(key, [])

    def order(self, element: HtmlElement) -> int:
        """Position of the element in the document as parsed; elements made later have none (-1)."""
        return self._order.get(element, -1)

    def between(self, first: HtmlElement, last: HtmlElement) -> list[HtmlElement]:
        """The elements of the document as parsed that begin after ``first`` does and before ``last`` does."""
        return self._elements[self.order(first) + 1 : max(self.order(last), 0)]

    def _matches(self, selectors: Iterable[str], within: HtmlElement | None) -> Iterator[list[HtmlElement]]:
        scope = self.root if within is None else within
        for selector in selectors:
            simple = _simple(selector)
            if simple is not None:
                yield [element for element in self._carriers(simple, scope) if simple.fits(element, within)]
            elif all(word in self._named for word in _tokens(selector)):
                compiled = _compile(selector)
                yield [element for element in elements_of(compiled(scope)) if element is not scope] if compiled else []

    def _carriers(self, simple: _Simple, scope: HtmlElement) -> list[HtmlElement]:
        """Elements that a simple selector may mean: those with its word, else those of its tag where it looks."""
        if simple.word:
            return self.named(simple.word)
        around = simple.around
        if around is None or not around.word:
            return list(scope.iter(simple.tag))
        boxes = self.named(around.word)
        found = dict.fromkeys(element for box in boxes for element in box.iter(simple.tag))
        return sorted(found, key=self.order) if len(boxes) > 1 else list(found)


@dataclass(frozen=True, slots=True)
class _Simple:
    """A selector of a tag, or of one word (a class, an id, the value of ``itemprop`` or ``rel``) of any tag or one.

    ``around`` is the selector of an ancestor, as in ``.path .section``. A selector without a word may ask for an
    attribute, whatever its value.
    """

    tag: str | None
    attribute: str | None
    word: str | None
    around: _Simple | None = None

    def fits(self, element: HtmlElement, scope: HtmlElement | None) -> bool:
        """Whether an element that carries the word somewhere is selected, below ``scope`` where there is one."""
        if not self._describes(element):
            return False
        if scope is not None and not any(each is scope for each in element.iterancestors()):
            return False
        return self.around is None or any(self.around._describes(each) for each in element.iterancestors())

    def _describes(self, element: HtmlElement) -> bool:
        if self.tag not in (None, element.tag):
            return False
        if self.attribute is None:
            return True
        value = element.get(self.attribute)
        if value is None or self.word is None:
            return value is not None
        return self.word in value.split() if self.attribute == "class" else self.word == value


def parse(source: str | bytes) -> Page | None:
    """The page, or None where there is no element to parse; bytes are UTF-8.

    libxml2 caps the depth of the tree at 255 elements, which also bounds every walk over it.
    """
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    parser.set_element_class_lookup(_PLAIN)
    body = source.encode("utf-8", "ignore") if isinstance(source, str) else source
    body = _without_controls(body)
    if b"\xef" in body:
        body = _FORBIDDEN.sub(b"", body)
    for instead in (b"", b" "):  # a second time with a blank: what is taken out may leave another one behind
        if not _FORBIDDEN_ENTITY.search(body):
            break
        body = _FORBIDDEN_ENTITY.sub(instead, body)
    try:
        root = document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return Page(body, root)


def _without_controls(body: bytes) -> bytes:
    """The page without control characters; nearly none has any, and to see that is quicker than to remove them."""
    return body if body.translate(_BLANKED) is body else body.translate(None, _CONTROLS)


def text_of(element: HtmlElement) -> str:
    """The element's text on one line, with a blank between blocks."""
    return nfc(squeeze(" ".join(blocks(element))))


def raw_text(element: HtmlElement) -> str:
    """The element's text on one line, exactly as its text nodes follow each other; cheap, so not normalised anew."""
    return squeeze(whole_text(element))


def whole_text(element: HtmlElement) -> str:
    """The element's text nodes one after the other as they stand, white space included."""
    if not len(element):
        return element.text or ""
    return etree.tostring(element, method="text", encoding="unicode", with_tail=False)


def short_text(element: HtmlElement, limit: int) -> str | None:
    """The element's text on one line where it has at most ``limit`` characters, else None; stops reading there."""
    if len(element) < 2 and not (len(element) and len(element[0])):  # a paragraph, or one in one span: no walk
        raw = whole_text(element)
        if len(raw) > 2 * limit and len(squeeze(raw[: 2 * limit])) > limit:
            return None
        text = squeeze(raw)
        return text if len(text) <= limit else None
    parts, length = [], 0
    for part in element.itertext():
        parts.append(part)
        length += len(part.strip())
        if length > limit:
            return None
    text = squeeze("".join(parts))
    return text if len(text) <= limit else None


def blocks(element: HtmlElement) -> list[str]:
    """Texts of the element's paragraphs: runs of inline text, cut at every block and line break."""
    found: list[str] = []
    run: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if node.tag in BLOCKS or node.tag == "br":
            _flush(run, found)
        if event == "start" and node.text:
            run.append(node.text)
        elif event == "end" and node is not element and node.tail:
            run.append(node.tail)
    _flush(run, found)
    return found


def _flush(run: list[str], found: list[str]) -> None:
    text = "".join(run)
    run.clear()
    if text and not text.isspace() and (line := squeeze(text)):
        found.append(line)


def drop(element: HtmlElement) -> None:
    """Remove the element and keep the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
        element.tail = None
    parent.remove(element)


def drop_all(elements: Iterable[HtmlElement]) -> None:
    """Remove several elements."""
    for element in elements:
        drop(element)


def strip_invisible(element: HtmlElement) -> None:
    """Remove scripts, styles, forms' controls and hidden elements below ``element``."""
    drop_all([each for each in element.iter(*_SKIPPED) if each is not element])
    drop_all(elements_of(_HIDDEN(element)))


def link_share(element: HtmlElement) -> float:
    """Share of the element's characters that stand inside links; 0 for an element without text."""
    total = len(raw_text(element))
    linked = sum(len(raw_text(link)) for link in element.iter("a") if link is not element)
    return linked / total if total else 0.0


def elements_of(result: object) -> list[HtmlElement]:
    """The elements that an XPath expression found; of one that finds something else none."""
    return list(result) if isinstance(result, list) else []


@cache
def _compile(selector: str) -> CSSSelector | None:
    try:
        return CSSSelector(selector, translator="html")
    except Exception:  # a portal's own selector may be wrong: it then matches nothing
        return None


@cache
def _simple(selector: str) -> _Simple | None:
    simple: _Simple | None = None
    for step in selector.split():
        found = _SIMPLE.fullmatch(step)
        if found is None or (simple is not None and simple.around is not None):
            return None
        mark, word = found["mark"], found["name"] or found["value"]
        simple = _Simple(found["tag"], _ATTRIBUTES[mark] if mark else found["key"] or found["has"], word, simple)
    return simple if simple is not None and (simple.tag or simple.word) else None


@cache
def _tokens(selector: str) -> tuple[str, ...]:
    positive = re.sub(r":[\w-]+(\([^)]*\))?", "", selector)
    return tuple(name or value for name, value in _TOKEN.findall(positive)) if "," not in selector else ()
