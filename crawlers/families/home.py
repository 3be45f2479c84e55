"""A portal's home page: the feeds it announces and the sections of its menus."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from urllib.parse import parse_qsl, unquote, urlsplit

from crawlers import urls
from crawlers.families.base import Family
from crawlers.markup import Element, base_url, read_html

logger = logging.getLogger(__name__)

FEED_TYPES = ("application/rss+xml", "application/atom+xml")
FEED_LINK = re.compile(r"(?:/rss(?:/|\.|$)|/feed/?$|\.rss$)", re.I)
MENU = re.compile(r"menu|nav|chuyen-?muc|danh-?muc|categor", re.I)
NO_SECTION = re.compile(
    r"/(?:lien-he|gioi-thieu|so-do|sitemap|rss|dang-nhap|login|hoi-dap|tim-kiem|search|video|photo|album|podcast|media|"
    r"thu-tuc-hanh-chinh|dich-vu-cong|lich-phat-song|lich-cong-tac|lich-lam-viec|co-cau|chuc-nang|lanh-dao|english|"
    r"trang-chu|quang-cao|tags?|thu-vien-anh|anh)(?:-[^/]*)?(?:\.\w+)?(?:/|$)",
    re.I,
)
HOME_VIEW = re.compile(r"^(?:lang|language|locale|mobile|view|utm_\w+)$", re.I)  # parameters of the home page itself
MORE = re.compile(r"(?:xem|đọc) (?:thêm|tiếp|tất cả|toàn bộ)\b.{0,30}|tất cả|tin (?:khác|cũ hơn)|xem hết|more", re.I)
HEADINGS = frozenset({"h2", "h3", "h4", "h5"})
LONGEST_NAME = 40  # characters of a section's name
MOST_SECTIONS = 40


@dataclass(frozen=True, slots=True)
class Home:
    """What a home page leads to: absolute URLs, in page order."""

    feeds: tuple[str, ...]
    sections: tuple[str, ...]


def read_home(html: str, url: str, family: Family, allows: Callable[[str], bool]) -> Home:
    """Feeds and sections that the home page at ``url`` links; hosts that ``allows`` refuses are left out.

    Of more than ``MOST_SECTIONS`` sections the first are taken, with a warning in the log.
    """
    root = read_html(html)
    if root is None:
        return Home((), ())
    base = base_url(root, url)
    announced = (e.get("href") for e in root.iter("link") if e.get("type") in FEED_TYPES)
    linked = (a.get("href") for a in root.iter("a") if FEED_LINK.search(a.get("href") or ""))
    feeds = [link for href in (*announced, *linked) if (link := urls.absolute(base, href))]
    links = [(a, link) for a in root.iter("a") if (link := urls.absolute(base, a.get("href")))]
    sections = [(a, link) for a, link in links if _is_section(link, url, family)]
    menu = [link for a, link in sections if _in_menu(a)]
    menu += [link for a, link in sections if _heads_box(a)]
    found = _allowed(menu, allows)
    if len(found) > MOST_SECTIONS:
        cut = "%s: %d sections are linked, the first %d are read; name those wanted as 'sections'"
        logger.warning(cut, url, len(found), MOST_SECTIONS)
    return Home(_allowed(feeds, allows), found[:MOST_SECTIONS])


def _in_menu(a: Element) -> bool:
    return any(
        element.tag == "nav" or MENU.search(f"{element.get('class') or ''} {element.get('id') or ''}")
        for element in (a, *a.iterancestors())
        if element.tag not in ("body", "html")
    )


def _heads_box(a: Element) -> bool:
    """Whether a link is the heading of a box of news, or leads from the box to all of its section."""
    text = " ".join(a.text_content().split())
    if MORE.fullmatch(text):
        return True
    return 0 < len(text) <= LONGEST_NAME and any(ancestor.tag in HEADINGS for ancestor in islice(a.iterancestors(), 3))


def _is_home(link: str, home: str) -> bool:
    one, other = urlsplit(link), urlsplit(home)
    if one.path.strip("/") != other.path.strip("/"):
        return False
    return one.query == other.query or all(HOME_VIEW.match(name) for name, _ in parse_qsl(one.query))


def _is_section(link: str, home: str, family: Family) -> bool:
    path = unquote(urlsplit(link).path)
    if _is_home(link, home) or NO_SECTION.search(path):
        return False
    if urls.is_file(link) or urls.is_asset(link) or urls.trap(link) or FEED_LINK.search(path):
        return False
    return not family.is_article(link) and not family.is_document(link)


def _allowed(links: list[str], allows: Callable[[str], bool]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link for link in links if allows(urlsplit(link).hostname or "")))
