"""Title, date, lead, byline and section of a page, each at its place.

A date, lead or byline counts only where it stands: between title and text, in the text's container, or in the
smallest block around both. The clock in the page header and the dates of related lists never do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import unescape

from lxml.html import HtmlElement

from crawlers.families.hints import Hints
from transforms.dates import ParsedDate, parse
from transforms.legacy import repair_like
from transforms.text import Decoded, clean, fold
from transforms.tree import BLOCKS, HEADINGS, Page, link_share, raw_text, short_text, text_of

_ELLIPSIS = re.compile(r"\s*(?:\.\.\.|…)$")
_TITLE_TAIL = re.compile(r"\s+(?:[|–—»]|::|-)\s+")
_FIRST = (b"datePublished", re.compile(rb'"datePublished"\s*:\s*"([^"]{8,40})"'), "article:published_time")
_CHANGED = (b"dateModified", re.compile(rb'"dateModified"\s*:\s*"([^"]{8,40})"'), "article:modified_time")
_UPDATED = re.compile(
    r"(?:(?:lần\s+)?cập\s+nhật|sửa\s+(?:đổi\s+)?lần\s+cuối|chỉnh\s+sửa|(?:last\s+)?(?:updated|modified))"
    r"(?:\s+(?:lần\s+cuối|lúc|ngày|on|at))*",
    re.I,
)
_PUBLISHED = re.compile(r"đăng|xuất\s+bản|phát\s+hành|publish|posted|ngày\s+tạo", re.I)
_RELATED = re.compile(
    r"related|lien-quan|lienquan|tin-khac|other|cung-chuyen-muc|tin-nong|hot-news|tinmoi|most|popular", re.I
)
_PLACE_LINE = re.compile(r"^\(?[A-ZĐ][\w.Đđ& ]{1,24}\)?\s*[-–—]\s+(?=[A-ZĐÀ-Ỹ\"“\d])")
_AGENCY = re.compile(r"\b(?:TV|TTXVN|TQĐT|BTQ|[A-ZĐ]{2,6}ĐT|Online|VOV|VTV|[A-ZĐ]{3,6})\b")
_NEAR = 30  # elements below the title within which a date counts on a page without a known container
_SHORT_BLOCK = 110  # characters of a block that may be a date line
_DATE_ALONE = 30  # characters of a line that is nothing but a date
_DATE_LINE = 60  # characters of a line that is a date although no selector says so
_LONGEST_TITLE = 600  # characters of a heading that may be the title
_SHORT_TITLE = 15  # characters below which a listing's anchor is no title ("Xem tiếp")
_SHORTEST_LEAD, _LONGEST_LEAD = 40, 1200
_LEADING = frozenset(("p", "div", "td", "h2", "h3", "strong"))
_HOME = frozenset(("trang chu", "home", "trang nhat"))
BEFORE_TEXT, IN_TEXT, ABOVE_TITLE, BELOW_TEXT = range(4)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the listing said of the page: anchor text and the date beside it."""

    title: str | None = None
    date_text: str | None = None

    def like(self, page: Decoded) -> Evidence:
        """The same with a title in Unicode where the listing was written in the encoding of the page."""
        title = repair_like(self.title, page.repairs)
        return self if title == self.title else Evidence(title, self.date_text)


@dataclass(frozen=True, slots=True)
class Title:
    """A title, the element that shows it, and whether the listing says the same (None = the listing says nothing)."""

    text: str | None
    element: HtmlElement | None = None
    agreed: bool | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """When a page was published, the element that says so, and when it was last changed."""

    published: ParsedDate | None = None
    element: HtmlElement | None = None
    updated: ParsedDate | None = None


@dataclass(frozen=True, slots=True)
class _Stamp:
    published: ParsedDate | None
    updated: ParsedDate | None


class Anchor:
    """Tells where an element stands, seen from title and container."""

    def __init__(self, page: Page, title: HtmlElement | None, container: HtmlElement | None) -> None:
        self._page, self._heading, self._container = page, title, container
        self._title = page.order(title) if title is not None else None
        self._start = page.order(container) if container is not None else None
        self._end = _last_order(page, container) if container is not None else None
        self._scope = _scope(title, container)
        self._related: dict[HtmlElement, bool] = {}

    def place(self, element: HtmlElement) -> int | None:
        """BEFORE_TEXT, IN_TEXT, ABOVE_TITLE or BELOW_TEXT; None for an element that does not belong to the article."""
        position = self._page.order(element)
        if position < 0 or (self._start is None and self._title is None):
            return None
        place = self._where(element, position)
        return None if place is None or self._is_related(element) else place

    def between(self) -> list[HtmlElement]:
        """The elements that begin between title and container; all of the page where one of them is unknown."""
        if self._heading is None or self._container is None:
            return list(self._page.root.iter())
        return self._page.between(self._heading, self._container)

    def is_title(self, element: HtmlElement) -> bool:
        """Whether the element is the title or stands around or inside it."""
        title = self._heading
        return title is not None and (element in (title, *title.iterancestors()) or title in element.iterancestors())

    def _where(self, element: HtmlElement, position: int) -> int | None:
        if self._start is not None and self._end is not None and self._start <= position <= self._end:
            return IN_TEXT if self._title is None or position >= self._title else ABOVE_TITLE
        return self._outside(element, position)

    def _is_related(self, element: HtmlElement) -> bool:
        """Whether the element is, or stands in, a list of other news, a menu or a footer."""
        if element is self._scope or element.tag == "body":
            return False
        parent = element.getparent()
        return _names_related(element) or (parent is not None and self._stands_in_related(parent))

    def _stands_in_related(self, element: HtmlElement) -> bool:
        known = self._related.get(element)
        if known is None:
            is_list_entry = element.tag == "li" and element.find(".//a") is not None
            stops = element is self._scope or element.tag == "body"
            known = not stops and (is_list_entry or self._is_related(element))
            self._related[element] = known
        return known

    def _outside(self, element: HtmlElement, position: int) -> int | None:
        if self._start is None:
            return BEFORE_TEXT if self._title is not None and 0 <= position - self._title <= _NEAR else None
        start = self._start
        title = self._title if self._title is not None else position
        if title <= position <= start and not (self._title is None and not self._in_scope(element)):
            return BEFORE_TEXT
        if not self._in_scope(element):
            return None
        return ABOVE_TITLE if position < start else BELOW_TEXT

    def _in_scope(self, element: HtmlElement) -> bool:
        return self._scope is not None and any(each is self._scope for each in element.iterancestors())


def find_title(page: Page, hints: Hints, evidence: Evidence) -> Title:
    """The listing's title where any heading of the page agrees with it, else the first heading of the hints."""
    listed = clean(evidence.title)
    hinted = [element for element in page.select(hints.title) if short_text(element, _LONGEST_TITLE)]
    if len(listed) >= _SHORT_TITLE:
        for element in _headings(page, hints):
            text = short_text(element, _LONGEST_TITLE)
            if text and agree(text, listed):
                return Title(_better(text, listed), element, True)
    titles = _document_titles(page)
    same = [title for title in titles if len(listed) >= _SHORT_TITLE and agree(title, listed)]
    if same:
        return Title(_better(same[0], listed), _shown(page, same).element, True)
    agreed = False if len(listed) >= _SHORT_TITLE else None
    if hinted:
        return Title(raw_text(hinted[0]), hinted[0], agreed)
    found = _shown(page, titles)
    return Title(found.text or listed or None, found.element, agreed)


def agree(heading: str, listed: str) -> bool:
    """Whether two titles are one, after folding; either may be cut by an ellipsis or be escaped once too often."""
    first, second = (fold(unescape(each) if "&" in each else each) for each in (heading, listed))
    if first == second:
        return True
    for cut, whole in ((first, second), (second, first)):
        stem = _ELLIPSIS.sub("", cut)
        if stem != cut and len(stem) >= _SHORT_TITLE and whole.startswith(stem):
            return True
    return False


def find_dates(page: Page, hints: Hints, anchor: Anchor) -> Dates:
    """Publication and last change: hinted place, then metadata, then a short line above the text.

    Where the page names nothing but a change ("Cập nhật: ..."), that stands for the publication too.
    """
    places = sorted(_dated(page.select_all(hints.date), anchor), key=lambda found: found[0])
    updated = next((stamp.updated for _, stamp, _ in places if stamp.updated), None)
    found = next(((stamp.published, element) for _, stamp, element in places if stamp.published), None)
    metadata = None if found else _metadata_date(page)
    if found:
        return Dates(*found, updated or _beside(found[1]) or _metadata_date(page, _CHANGED))
    if metadata:
        return Dates(metadata, places[0][2] if places else None, updated or _metadata_date(page, _CHANGED))
    if places:
        return Dates(updated, places[0][2], updated)
    return _date_line(page, anchor)


def _beside(element: HtmlElement) -> ParsedDate | None:
    """The change that the line around a date names."""
    parent = element.getparent()
    text = short_text(parent, _SHORT_BLOCK) if parent is not None else None
    return _told_apart(text)[1] if text else None


def _date_line(page: Page, anchor: Anchor) -> Dates:
    inline = ("span", "time", "em", "i")
    lines = (each for each in page.root.iter(*BLOCKS, *inline) if short_text(each, _DATE_LINE) is not None)
    for place, stamp, element in _dated(lines, anchor):
        if place == BEFORE_TEXT and not anchor.is_title(element):
            return Dates(stamp.published or stamp.updated, element, stamp.updated)
    return Dates()


def count_days(page: Page) -> int:
    """How many different days stand alone in short lines and cells of the page."""
    texts = {
        short_text(element, _DATE_ALONE) for element in page.root.iter("td", "span", "time", "p", "div", "em", "li")
    }
    return len({found.day for text in texts if text and (found := parse(text))})


def find_lead(page: Page, hints: Hints, anchor: Anchor) -> HtmlElement | None:
    """The element of the lead (sapo): hinted, before or in the text, and not a link."""
    for element in page.select_all(hints.lead):
        if anchor.place(element) in (BEFORE_TEXT, IN_TEXT) and len(text_of(element)) > 20 and link_share(element) < 0.5:
            return element
    return None


def lead_between(anchor: Anchor) -> HtmlElement | None:
    """The paragraph of prose that stands alone between title and text, for a page whose hints name no lead."""
    for element in anchor.between():
        if element.tag not in _LEADING or anchor.place(element) != BEFORE_TEXT or anchor.is_title(element):
            continue
        if any(child.tag in BLOCKS for child in element.iterdescendants()):
            continue
        text = raw_text(element)
        if _SHORTEST_LEAD <= len(text) <= _LONGEST_LEAD and text[-1] in '.!?…”"' and link_share(element) < 0.2:
            return element
    return None


def find_authors(page: Page, hints: Hints, anchor: Anchor) -> list[HtmlElement]:
    """Elements of the byline that belong to the article; a block and its child count once."""
    found = [element for element in page.select_all(hints.author) if anchor.place(element) is not None]
    known = set(found)
    return [element for element in found if known.isdisjoint(element.iterancestors())]


def find_source(page: Page, hints: Hints, around: Sequence[HtmlElement]) -> list[HtmlElement]:
    """The one short element near the text (in an element of ``around``) that names where it was taken from."""
    found = [each for each in page.select(hints.source) if any(parent in around for parent in each.iterancestors())]
    return found if len(found) == 1 and short_text(found[0], _SHORT_BLOCK) else []


def find_section(page: Page, hints: Hints, title: str | None) -> str | None:
    """The section: last crumb of the path that is neither the home page nor the title."""
    for element in reversed(page.select(hints.section)):
        crumbs = [clean(part) for part in re.split(r"[»›>/]", raw_text(element))]
        for crumb in reversed(crumbs):
            if 1 < len(crumb) < 80 and fold(crumb, accents=False) not in _HOME and not (title and agree(crumb, title)):
                return crumb
    return _meta(page, "article:section")


def without_place_line(lead: str) -> str:
    """The lead without the agency's or place's name in front: ``Điện Biên TV - Hôm nay`` becomes ``Hôm nay``."""
    found = _PLACE_LINE.match(lead)
    if found is None:
        return lead
    mark = found[0].rstrip(" -–—")
    return lead[found.end() :] if mark.isupper() or _AGENCY.search(mark) or mark.startswith("(") else lead


def _dated(elements: Iterable[HtmlElement], anchor: Anchor) -> Iterator[tuple[int, _Stamp, HtmlElement]]:
    for element in elements:
        place = anchor.place(element)
        stamp = _stamp_of(element) if place is not None else None
        if place is not None and stamp is not None:
            yield place, stamp, element


def _stamp_of(element: HtmlElement) -> _Stamp | None:
    stamp = _exact(element)
    if stamp is not None:
        return stamp
    text = raw_text(element)
    if len(text) > _SHORT_BLOCK:
        return None
    inner = [stamp for each in element.iter("time") if (stamp := _exact(each))]
    if inner:
        published = next((stamp.published for stamp in inner if stamp.published), None)
        updated = next((stamp.updated for stamp in inner if stamp.updated), None)
        return _Stamp(published, updated or _told_apart(text)[1])
    published, updated = _told_apart(text)
    if published is None and updated is None:
        published = parse(element.get("title"))
    return _Stamp(published, updated) if published or updated else None


def _exact(element: HtmlElement) -> _Stamp | None:
    """The date in an attribute that programs read."""
    for name in ("datetime", "content", "data-date"):
        found = parse(element.get(name))
        if found:
            return _Stamp(None, found) if _names_change(element) else _Stamp(found, None)
    return None


def _names_change(element: HtmlElement) -> bool:
    """Whether the element's name says that it holds the time of a change; WordPress names both in one."""
    names = f"{element.get('itemprop') or ''} {element.get('class') or ''}".lower()
    return ("modified" in names or "updated" in names) and "publish" not in names


def _told_apart(text: str) -> tuple[ParsedDate | None, ParsedDate | None]:
    """Publication and change in a line such as ``Đăng lúc: 12/6/2025 09:30 | Cập nhật: 13/6/2025``."""
    label = _UPDATED.search(text)
    if label is None:
        return parse(text), None
    after = text[label.end() :]
    first = _PUBLISHED.search(after)
    updated = parse(after[: first.start()] if first else after)
    published = parse(text[: label.start()]) or (parse(after[first.end() :]) if first else None)
    return (replace(published, raw=text) if published else None), (replace(updated, raw=text) if updated else None)


def _metadata_date(page: Page, names: tuple[bytes, re.Pattern[bytes], str] = _FIRST) -> ParsedDate | None:
    key, pattern, meta = names
    found = pattern.search(page.source) if key in page.source else None
    return parse(found[1].decode(errors="replace")) if found else parse(_meta(page, meta))


def _meta(page: Page, name: str) -> str | None:
    return next((clean(content) or None for content in page.meta(name)), None)


def _headings(page: Page, hints: Hints) -> Iterator[HtmlElement]:
    yield from page.select_all(hints.title)
    yield from page.root.iter(*HEADINGS)


def _document_titles(page: Page) -> list[str]:
    """What the document's title may say without the portal's name behind it, the shortest first."""
    element = next(page.root.iter("title"), None)
    text = _meta(page, "og:title") or (raw_text(element) if element is not None else "")
    ends = [*(tail.start() for tail in _TITLE_TAIL.finditer(text, 0, _LONGEST_TITLE)), len(text)]
    return [title for end in ends if end <= _LONGEST_TITLE and (title := text[:end].strip())]


def _shown(page: Page, titles: list[str]) -> Title:
    """The longest of the titles that an element shows, and nothing else, and is no link; else the shortest."""
    wanted = {fold(title): title for title in titles if len(title) >= _SHORT_TITLE}
    longest = max(map(len, titles), default=0) + 1
    found: dict[str, HtmlElement] = {}
    body = page.root.find(".//body")
    for element in () if body is None else body.iter(*BLOCKS, "span", "strong", "b"):
        text = short_text(element, longest)
        if text and fold(text) in wanted and link_share(element) <= 0.5:
            found.setdefault(wanted[fold(text)], element)
    best = max(found, key=len, default=None)
    return Title(best, found[best]) if best else Title(titles[0] if titles else None)


def _better(heading: str, listed: str) -> str:
    if _ELLIPSIS.search(listed):
        return heading
    return heading if listed.isupper() and not heading.isupper() else listed


def _last_order(page: Page, container: HtmlElement) -> int:
    last = container
    while len(last):
        last = last[-1]
    return page.order(last)


def _scope(title: HtmlElement | None, container: HtmlElement | None) -> HtmlElement | None:
    if container is None or title is None:
        return container.getparent() if container is not None and container.tag != "body" else None
    around = {title, *title.iterancestors()}
    for parent in (container, *container.iterancestors()):
        if parent in around:
            return None if parent.tag in ("body", "html") else parent
    return None


def _names_related(element: HtmlElement) -> bool:
    return element.tag in ("nav", "footer") or _is_related(f"{element.get('class') or ''} {element.get('id') or ''}")


@lru_cache(maxsize=4096)
def _is_related(names: str) -> bool:
    return _RELATED.search(names) is not None
