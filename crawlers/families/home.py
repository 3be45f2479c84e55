"""A portal's home page: the feeds it announces and the sections of its menus."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from crawlers import urls
from crawlers.families.base import Family
from crawlers.markup import Element, base_url, read_html

FEED_TYPES = ("application/rss+xml", "application/atom+xml")
FEED_LINK = re.compile(r"(?:/rss(?:/|\.|$)|/feed/?$|\.rss$)", re.I)
MENU = re.compile(r"menu|nav|chuyen-?muc|danh-?muc|categor", re.I)
NO_SECTION = re.compile(
    r"/(?:lien-he|gioi-thieu|so-do|sitemap|rss|dang-nhap|login|hoi-dap|tim-kiem|search|video|photo|album|podcast|media|"
    r"thu-tuc-hanh-chinh|dich-vu-cong|lich-phat-song|lich-cong-tac|lich-lam-viec|co-cau|chuc-nang|lanh-dao|english|"
    r"trang-chu|quang-cao|tags?|thu-vien-anh|anh)(?:-[^/]*)?(?:\.\w+)?(?:/|$)",
    re.I,
)
MOST_SECTIONS = 40


@dataclass(frozen=True, slots=True)
class Home:
    """What a home page leads to: absolute URLs, in page order."""

    feeds: tuple[str, ...]
    sections: tuple[str, ...]


def read_home(html: str, url: str, family: Family, allows: Callable[[str], bool]) -> Home:
    """Feeds and sections that the home page at ``url`` links; hosts that ``allows`` refuses are left out."""
    root = read_html(html)
    if root is None:
        return Home((), ())
    base = base_url(root, url)
    announced = (e.get("href") for e in root.iter("link") if e.get("type") in FEED_TYPES)
    linked = (a.get("href") for a in root.iter("a") if FEED_LINK.search(a.get("href") or ""))
    sections = (a.get("href") for a in root.iter("a") if _in_menu(a))
    feeds = [link for href in (*announced, *linked) if (link := urls.absolute(base, href))]
    menu = [link for href in sections if (link := urls.absolute(base, href)) and _is_section(link, url, family)]
    return Home(_allowed(feeds, allows), _allowed(menu, allows)[:MOST_SECTIONS])


def _in_menu(a: Element) -> bool:
    return any(
        element.tag == "nav" or MENU.search(f"{element.get('class') or ''} {element.get('id') or ''}")
        for element in (a, *a.iterancestors())
        if element.tag not in ("body", "html")
    )


def _is_section(link: str, home: str, family: Family) -> bool:
    path = unquote(urlsplit(link).path)
    if path.strip("/") == urlsplit(home).path.strip("/") or NO_SECTION.search(path):
        return False
    if urls.is_file(link) or urls.is_asset(link) or urls.is_trap(link) or FEED_LINK.search(path):
        return False
    return not family.is_article(link) and not family.is_document(link)


def _allowed(links: list[str], allows: Callable[[str], bool]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link for link in links if allows(urlsplit(link).hostname or "")))
