"""What an article links: files, other news, pages named in the text, its source, videos; and its keywords."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawlers.families.hints import Hints
from transforms.text import before_colons, clean, nfc
from transforms.tree import BLOCKS, Page, drop, drop_all, raw_text, short_text, whole_text

RELATED, INLINE, SOURCE, VIDEO = "related", "inline", "source", "video"
FILE_SUFFIXES = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".rtf", ".zip", ".rar", ".ppt", ".pptx")
_SUFFIXES = tuple(suffix for suffix in FILE_SUFFIXES if not suffix.endswith("x"))  # .doc stands in .docx as well
_PLAYER = re.compile(
    r"^https?://(?:[\w-]+\.)*(?:youtube(?:-nocookie)?\.com/(?:embed/|watch|v/|shorts/)|youtu\.be/|vimeo\.com/(?:video/)?\d"
    r"|dailymotion\.com/|facebook\.com/plugins/video|tiktok\.com/embed)|\.(?:mp4|m3u8|webm|flv|mov)(?:[?#]|$)",
    re.I,
)
_RELATED_NAME = re.compile(r"related|lien-?quan|tin-?khac|other|cung-?chuyen-?muc|xem-?them|doc-?them", re.I)
_TAG_LINE = re.compile(r"^(?:từ\s+kh(?:óa|oá)|tags?|thẻ|keywords?)\s*[:：]\s*(?P<tags>.+)$", re.I)
_TAG_LABELS = ("từ khóa", "từ khoá", "tag", "tags", "thẻ", "keyword", "keywords")
_LONGEST_LABEL = 12  # characters of a label of keywords, blanks included
_LONGEST_TAGS = 400  # characters of a line of keywords
_TAG_LENGTH = range(2, 61)
_TITLE = 15  # characters from which an anchor is a title of other news, and no "xem thêm"
_MOST = 60  # links of one article
_NEAR = 4  # ancestors of the text's container within which its keywords stand


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file that the page links: absolute URL and the anchor's text."""

    url: str
    name: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link of an article: absolute URL, the anchor's text, and what it is: related, inline, source or video."""

    url: str
    text: str
    rel: str


def file_links(url: str, within: Iterable[HtmlElement]) -> tuple[FileLink, ...]:
    """Links to files in the elements, each URL once, with the longest anchor text."""
    found: dict[str, str] = {}
    for scope in within:
        for link in scope.iter("a"):
            target = _file_url(link.get("href"), url)
            if target and len(raw_text(link)) >= len(found.get(target, "")):
                found[target] = raw_text(link)
    return tuple(FileLink(target, nfc(name) or target.rsplit("/", 1)[-1]) for target, name in found.items())


def links_in(url: str, elements: Iterable[HtmlElement], rel: str, shortest: int = 1) -> list[Link]:
    """Web links at or below the elements but files, with anchors of at least ``shortest`` characters."""
    found = []
    for element in elements:
        for link in element.iter("a"):
            text = raw_text(link)
            target = _web_url(link.get("href"), url) if len(text) >= shortest else None
            if target and target.partition("#")[0] != url and not _is_file(target):
                found.append(Link(target, nfc(text), VIDEO if rel == INLINE and _PLAYER.search(target) else rel))
    return found


def related_links(page: Page, url: str) -> list[Link]:
    """Links to other news in the boxes of the page whose class or id says so."""
    words = [word for word in page.words() if _is_related_name(word)]
    boxes = dict.fromkeys(box for word in words for box in page.named(word))
    outer = [box for box in boxes if boxes.keys().isdisjoint(box.iterancestors()) and not _is_site_chrome(box)]
    return links_in(url, outer, RELATED, _TITLE)


def video_links(url: str, scope: HtmlElement) -> list[Link]:
    """Players and films embedded below ``scope``."""
    found = []
    for element in scope.iter("iframe", "video", "source", "embed"):
        target = _web_url(element.get("src") or element.get("data-src") or element.get("data-file"), url)
        if target and (_PLAYER.search(target) or element.tag == "video"):
            found.append(Link(target, clean(element.get("title")), VIDEO))
    return found


def once(links: Iterable[Link]) -> tuple[Link, ...]:
    """Each URL once, as what it is first; at most 60."""
    found: dict[str, Link] = {}
    for link in links:
        found.setdefault(link.url, link)
    return tuple(found.values())[:_MOST]


def take_tags(page: Page, hints: Hints, container: HtmlElement | None) -> tuple[str, ...]:
    """The keywords that stand near the text, else those of the metadata; those in the text are removed."""
    around = list(near(container)) if container is not None else []
    boxes = [box for box in page.select_all(hints.tags) if any(parent in around for parent in box.iterancestors())]
    tags = [tag for box in boxes for tag in _box_tags(box)]
    drop_all(box for box in boxes if any(parent is container for parent in box.iterancestors()))
    if container is not None and not tags and _may_hold_tags(around[-1]):
        tags += [tag for line in list(_tag_lines(around[-1])) for tag in _line_tags(line, container)]
    tags = tags or _meta_tags(page)
    return tuple(dict.fromkeys(clean(tag) for tag in tags if len(clean(tag)) in _TAG_LENGTH))


def near(container: HtmlElement) -> Iterator[HtmlElement]:
    """The container and its nearest ancestors, as far as they are less than the page."""
    yield container
    for number, parent in enumerate(container.iterancestors()):
        if number == _NEAR or parent.tag in ("body", "html"):
            return
        yield parent


def _may_hold_tags(scope: HtmlElement) -> bool:
    """Whether a label of keywords stands anywhere in the scope; looking for its line would take long."""
    labels = before_colons(whole_text(scope), _LONGEST_LABEL)
    return any(" ".join(label.casefold().split()).endswith(_TAG_LABELS) for label in labels)


def _box_tags(box: HtmlElement) -> list[str]:
    links = [box] if box.tag == "a" else list(box.iter("a"))
    if links:
        return [raw_text(link).lstrip("#") for link in links]
    found = _TAG_LINE.match(raw_text(box))
    return _split(found["tags"] if found else raw_text(box))


def _tag_lines(scope: HtmlElement) -> Iterator[HtmlElement]:
    for element in scope.iter("p", "div", "li", "td", "span"):
        if not any(child.tag in BLOCKS for child in element):
            text = short_text(element, _LONGEST_TAGS)
            if text and _TAG_LINE.match(text):
                yield element


def _line_tags(line: HtmlElement, container: HtmlElement) -> list[str]:
    found = _TAG_LINE.match(raw_text(line))
    links = [raw_text(link) for link in line.iter("a")]
    if any(parent is container for parent in line.iterancestors()):
        drop(line)
    return links or (_split(found["tags"]) if found else [])


def _split(text: str) -> list[str]:
    return [tag.strip(" .#") for tag in re.split(r"[,;|]|\s#", text)]


def _meta_tags(page: Page) -> list[str]:
    return page.meta("article:tag") or [tag for content in page.meta("news_keywords") for tag in _split(content)]


@lru_cache(maxsize=4096)
def _is_related_name(word: str) -> bool:
    return _RELATED_NAME.search(word) is not None


def _is_site_chrome(element: HtmlElement) -> bool:
    return any(parent.tag in ("nav", "footer") for parent in (element, *element.iterancestors()))


def _web_url(href: str | None, base: str) -> str | None:
    if not href or href.startswith("#"):
        return None
    try:
        target = href if href.startswith(("http://", "https://")) else urljoin(base, href.strip())
        parts = urlsplit(target)
        return target if parts.scheme in ("http", "https") and parts.netloc else None
    except ValueError:
        return None


def _file_url(href: str | None, base: str) -> str | None:
    if not href or not any(suffix in href.lower() for suffix in FILE_SUFFIXES):
        return None
    target = _web_url(href, base)
    return target if target and _is_file(target) else None


def _is_file(target: str) -> bool:
    if not any(suffix in target.lower() for suffix in _SUFFIXES):
        return False
    parts = urlsplit(target).path.lower().rstrip("/").split("/")[-2:]
    return any(part.endswith(FILE_SUFFIXES) for part in parts)
