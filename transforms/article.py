"""A page becomes an article: container, fields at their places, pruned text, guards. Pure: bytes in, fields out."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawlers.families.hints import GENERIC, Hints
from transforms import body as bodies
from transforms import fields
from transforms.body import DataTable
from transforms.bylines import Author, is_account, is_byline, people, source, source_name, writers
from transforms.captions import Caption, take_captions
from transforms.dates import ParsedDate, parse
from transforms.fields import Anchor, Evidence, Title
from transforms.guards import SHORT, is_prose, novel_characters, size_flags, title_flags
from transforms.limits import excess
from transforms.links import (
    INLINE,
    RELATED,
    SOURCE,
    FileLink,
    Link,
    file_links,
    links_in,
    near,
    once,
    related_links,
    take_tags,
    video_links,
)
from transforms.slots import Slots
from transforms.text import decode, fold, letters, nfc
from transforms.tree import BLOCKS, Page, drop, drop_all, link_share, raw_text, short_text, strip_invisible, text_of
from transforms.tree import parse as parse_page
from warehouse.schema import Outcome

VERSION = "2"
_NOT_FOUND = re.compile(
    r"(?:không tìm thấy|không tồn tại|đã bị (?:xóa|xoá|gỡ)|page not found|not found|lỗi 404|\b404\b|error 404)", re.I
)
_PAGE_MIN = 200  # characters that make a page more than a notice
_LISTING_TITLES = 5  # different titles from which a page is a listing
_LISTING_DAYS = 5  # different days beside entries from which a page without a container is a listing
_LISTING_LINKS = 0.6  # share of characters in links from which a container is a listing
_JUDGED = 2_000  # characters of a text that tell its language
_VIETNAMESE_SHARE = 0.02  # of a text's characters: letters that only Vietnamese has
_ENGLISH = re.compile(r"\b(?:the|of|and|to|in|is|for|that|with|on)\b", re.I)


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says. ``text`` is NFC, paragraphs joined by an empty line, lead first, captions apart."""

    title: str | None
    lead: str | None
    text: str
    author: str | None
    section: str | None
    source: str | None
    date: ParsedDate | None
    language: str | None
    captions: tuple[Caption, ...]
    files: tuple[FileLink, ...]
    content_hash: str
    flags: tuple[str, ...]
    authors: tuple[Author, ...] = ()
    updated: ParsedDate | None = None
    tables: tuple[DataTable, ...] = ()
    tags: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def published_at(self) -> dt.datetime | None:
        """Publication time in UTC, where the page gives one."""
        return self.date.instant if self.date else None

    @property
    def published_date(self) -> dt.date | None:
        """Publication day in Asia/Ho_Chi_Minh."""
        return self.date.day if self.date else None


@dataclass(frozen=True, slots=True)
class NotArticle:
    """Why a page is no article; ``reason`` says it for the operator."""

    outcome: Outcome
    reason: str


@dataclass(slots=True)
class _Reading:
    page: Page
    url: str
    hints: Hints
    evidence: Evidence
    title: Title
    container: HtmlElement | None
    flags: list[str]
    repeated: frozenset[str]


@dataclass(slots=True)
class _Parts:
    date: ParsedDate | None
    updated: ParsedDate | None
    lead: str | None
    lead_outside: bool
    bylines: list[str]
    source: str | None
    section: str | None
    files: tuple[FileLink, ...]
    pictures: bool
    links: list[Link]
    tags: tuple[str, ...] = ()
    captions: tuple[Caption, ...] = ()

    @property
    def author(self) -> str | None:
        """The people and units of the bylines, joined by '; '."""
        names = [name for line in self.bylines for name in (people(line) or "").split("; ") if name]
        return "; ".join(dict.fromkeys(names)) or None


def extract(
    body: bytes,
    *,
    url: str,
    encoding: str | None = None,
    hints: Hints = GENERIC,
    listing: Evidence | None = None,
    learned: Slots | None = None,
    learned_first: bool = False,
) -> Article | NotArticle:
    """Read the page at ``url``; ``encoding`` is the header's charset, ``listing`` what discovery saw.

    Fields come from the places that the hints name, then from those of the ``learned`` profile (with
    ``learned_first`` the other way round); where neither has a container plain trafilatura reads the page and the
    article is flagged ``no_container``. Never raises for a bad page.
    """
    if too_large := excess(body):
        return NotArticle(Outcome.OVERSIZED, f"{url}: {too_large}")
    decoded = decode(body, encoding)
    page = parse_page(decoded.utf8)
    if page is None:
        return NotArticle(Outcome.UNREADABLE, f"{url}: no HTML element could be parsed; look at the archived record")
    evidence = (listing or Evidence()).like(decoded)
    if learned is not None:
        hints = learned.before(hints) if learned_first else learned.behind(hints)
    title = fields.find_title(page, hints, evidence)
    flags = list(decoded.flags)
    container, selector = _container(page, hints)
    if learned is not None and selector in learned.container:
        flags.append("learned_template")
    repeated = frozenset(learned.repeated) if learned is not None else frozenset()
    reading = _Reading(page, url, hints, evidence, title, container, flags, repeated)
    return _refusal(reading) or _read(reading)


def language_of(text: str) -> str | None:
    """'vi' by its letters, 'en' for a text that is clearly English, else None; judged by how the text begins."""
    text = text[:_JUDGED]
    enough = math.ceil(_VIETNAMESE_SHARE * len(text))
    if text and letters(text, enough) == enough:
        return "vi"
    words = len(text.split())
    return "en" if words >= 20 and len(_ENGLISH.findall(text)) >= 0.1 * words else None


def _container(page: Page, hints: Hints) -> tuple[HtmlElement | None, str | None]:
    """The container and the selector that found it."""
    for selector in hints.container:
        found = _dominant(page.select([selector]))
        if found is not None:
            return found, selector
    return None, None


def _dominant(found: list[HtmlElement]) -> HtmlElement | None:
    """The match that holds most text; None for several equal ones (the items of a listing)."""
    known = set(found)
    outer = [element for element in found if known.isdisjoint(element.iterancestors())]
    if len(outer) < 2:
        return outer[0] if outer else None
    sizes = sorted(((len(raw_text(element)), index) for index, element in enumerate(outer)), reverse=True)
    dominates = len(outer) < 3 or sizes[0][0] >= 2 * sizes[1][0]
    return outer[sizes[0][1]] if dominates else None


def _refusal(reading: _Reading) -> NotArticle | None:
    heading, container = reading.title.text or "", reading.container
    shown = short_text(container, 4 * _PAGE_MIN) if container is not None else ""
    told = f"{heading} {shown}" if shown and len(shown) < 2 * _PAGE_MIN else heading
    if not reading.title.agreed and shown is not None and _NOT_FOUND.search(told):
        return NotArticle(Outcome.SOFT_404, f"{reading.url}: answered 200 with a 'not found' page ({heading[:60]})")
    if container is None or reading.title.agreed:
        return None
    titles = {raw_text(element) for element in reading.page.select(reading.hints.title)}
    if len(titles) >= _LISTING_TITLES:
        return NotArticle(Outcome.NOT_ARTICLE, f"{reading.url}: a list of {len(titles)} titles, not an article")
    links = sum(1 for _ in container.iter("a"))
    if links >= 5 and link_share(container) > _LISTING_LINKS:
        return NotArticle(Outcome.NOT_ARTICLE, f"{reading.url}: a list of {links} links, not an article")
    return None


def _read(reading: _Reading) -> Article | NotArticle:
    anchor = Anchor(reading.page, reading.title.element, reading.container)
    parts = _collect(reading, anchor)
    result, key = _text(reading, parts)
    text = _with_lead(result.text, parts.lead if parts.lead_outside else None)
    new = novel_characters(text, reading.repeated)
    refused = _empty(reading, text if new else "", parts)
    if refused:
        return refused
    date, date_flags = _settle_date(parts.date, reading.evidence)
    flags = [*reading.flags, *result.flags, *date_flags, *title_flags(reading.title), *size_flags(text, new)]
    return Article(
        title=nfc(reading.title.text) if reading.title.text else None,
        lead=nfc(fields.without_place_line(parts.lead)) if parts.lead else None,
        text=text,
        author=nfc(parts.author) if parts.author else None,
        section=parts.section,
        source=parts.source,
        date=date,
        language=language_of(text or reading.title.text or ""),
        captions=parts.captions,
        files=parts.files,
        content_hash=hashlib.sha256(key.encode()).hexdigest(),
        flags=tuple(flags),
        authors=writers(parts.bylines),
        updated=_later(parts.updated, date),
        tables=result.tables,
        tags=parts.tags,
        links=once(parts.links),
    )


def _collect(reading: _Reading, anchor: Anchor) -> _Parts:
    page, hints, container = reading.page, reading.hints, reading.container
    dates = fields.find_dates(page, hints, anchor)
    lead = fields.find_lead(page, hints, anchor)
    if lead is None:
        lead = fields.lead_between(anchor)
    authors = fields.find_authors(page, hints, anchor)
    named = fields.find_source(page, hints, list(near(container)) if container is not None else [])
    bylines = [text_of(element) for element in authors]
    sources = [*named, *(element for element, line in zip(authors, bylines, strict=True) if source(line))]
    scope = _file_scope(container, page)
    parts = _Parts(
        date=dates.published,
        updated=dates.updated,
        lead=text_of(lead) if lead is not None else None,
        lead_outside=lead is not None and not _inside(lead, container),
        bylines=bylines,
        source=next((name for element in sources if (name := source_name(text_of(element)))), None),
        section=fields.find_section(page, hints, reading.title.text),
        files=file_links(reading.url, [scope]),
        pictures=container is not None and container.find(".//img") is not None,
        links=[
            *links_in(reading.url, sources, SOURCE),
            *video_links(reading.url, scope),
            *related_links(page, reading.url),
        ],
        tags=take_tags(page, hints, container),
    )
    if container is not None:
        strip_invisible(container)
        parts.captions = take_captions(page, hints, container)
        drop_all(page.select_all(hints.drop, container))
        drop_all(
            element
            for element in (*authors, *named, dates.element, reading.title.element)
            if _inside(element, container)
        )
    return parts


def _text(reading: _Reading, parts: _Parts) -> tuple[bodies.Body, str]:
    """The body's text and what its hash is made of."""
    container = reading.container
    if container is None:
        result = bodies.read_page(reading.page)
        return result, fold(result.text)
    parts.links += links_in(reading.url, bodies.prune(container), RELATED)
    parts.links += _tail_lines(container, parts, reading.url)
    parts.links += links_in(reading.url, [container], INLINE)
    outside = fold(parts.lead or "") if parts.lead_outside else ""
    parts.lead = parts.lead or _bold_lead(container)
    result, key = bodies.read(container)
    files = " ".join(link.url for link in parts.files) if not key else ""
    return result, " ".join(filter(None, (outside, key, files)))


def _tail_lines(container: HtmlElement, parts: _Parts, url: str) -> list[Link]:
    """Take the byline off the end of the text and note the source named there; the source's line stays.

    Returns the source's links.
    """
    links: list[Link] = []
    for element in _last_blocks(container, 2):
        text = raw_text(element)
        if is_account(text):
            drop(element)
        elif source(text):
            parts.source = parts.source or source(text)
            links += links_in(url, [element], SOURCE)
        elif parts.author is None and is_byline(text, marked=_is_marked(element)):
            parts.bylines.append(text)
            drop(element)
            break
    return links


def _last_blocks(container: HtmlElement, count: int) -> list[HtmlElement]:
    found: list[HtmlElement] = []
    for element in reversed(list(container.iter())):
        is_leaf = element.tag in BLOCKS and not any(child.tag in BLOCKS for child in element.iterdescendants())
        if is_leaf and element.tag not in ("td", "th", "li") and raw_text(element):
            found.append(element)
            if len(found) == count:
                break
    return found


def _is_marked(element: HtmlElement) -> bool:
    style = f"{element.get('style') or ''} {element.get('align') or ''}".replace(" ", "")
    bold = sum(len(raw_text(child)) for child in element if child.tag in ("b", "strong", "em", "i"))
    return "right" in style or bold >= len(raw_text(element)) > 0


def _bold_lead(container: HtmlElement) -> str | None:
    """The first paragraph where it is bold as a whole, as old pages set the lead."""
    for element in container.iter("p", "div", "h2", "h3"):
        text = "" if any(child.tag in BLOCKS for child in element) else raw_text(element)
        if text:
            bold = sum(len(raw_text(child)) for child in element if child.tag in ("b", "strong"))
            return text if SHORT <= len(text) <= 1000 and bold >= 0.9 * len(text) else None
    return None


def _with_lead(text: str, outside: str | None) -> str:
    if not outside or fold(outside)[:80] in fold(text[: 2 * len(outside) + 80]):
        return text
    return f"{outside}\n\n{text}" if text else outside


def _empty(reading: _Reading, text: str, parts: _Parts) -> NotArticle | None:
    if reading.container is None:
        dated = parts.date is not None and reading.title.element is not None
        evident = reading.title.agreed or dated or is_prose(text)
        if not evident or len(text) < (1 if reading.title.agreed else 2 * _PAGE_MIN):
            return NotArticle(Outcome.NOT_ARTICLE, f"{reading.url}: no article container, date or title was found")
        days = 0 if reading.title.agreed else fields.count_days(reading.page)
        if days >= _LISTING_DAYS:
            return NotArticle(Outcome.NOT_ARTICLE, f"{reading.url}: a list of entries of {days} days, not an article")
        return None
    identified = reading.title.agreed or (reading.title.text and parts.date)
    if text or (identified and (parts.files or parts.pictures or parts.captions)):
        return None
    return NotArticle(Outcome.EMPTY, f"{reading.url}: the article's container holds no text; look at the page")


def _settle_date(found: ParsedDate | None, evidence: Evidence) -> tuple[ParsedDate | None, list[str]]:
    listed = parse(evidence.date_text)
    if found is None:
        return listed, ["date_from_listing"] if listed else ["no_date"]
    return found, ["date_differs_from_listing"] if listed and listed.day != found.day else []


def _later(updated: ParsedDate | None, published: ParsedDate | None) -> ParsedDate | None:
    """The change that came after the publication."""
    if updated is None or published is None or updated.instant is None or published.instant is None:
        return updated if published is None or (updated and updated.day > published.day) else None
    return updated if updated.instant > published.instant else None


def _inside(element: HtmlElement | None, container: HtmlElement | None) -> bool:
    return element is not None and container is not None and any(each is container for each in element.iterancestors())


def _file_scope(container: HtmlElement | None, page: Page) -> HtmlElement:
    """Files count around the container, where portals list them, but not in the chrome of the whole page."""
    parent = container.getparent() if container is not None else None
    while parent is not None and parent.tag in ("tr", "tbody", "td"):
        parent = parent.getparent()
    return page.root if parent is None or parent.tag in ("body", "html") else parent
