"""Any portal: articles told from sections by the shape of their URLs, no selector."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from crawlers.families.base import Family, target
from crawlers.families.hints import GENERIC

ID_TAIL = re.compile(r"(?:^|[-_/.])(?:post|p|n|d|a|c|id)?(?P<key>\d{5,})(?:\.(?:html?|aspx|php|chn|vnp|tpo))?/?$", re.I)
HEX_TAIL = re.compile(r"-(?P<key>(?=[0-9a-f]*\d)[0-9a-f]{7,})/?$", re.I)
QUERY_ID = re.compile(r"[?&](?:id|itemid|newsid|articleid|contentid|idtin|tinid|pageid)=(?P<key>\d{2,})(?:&|$)", re.I)
DATED_PATH = re.compile(r"/20\d{2}(?:/?\d{2}){1,2}/")
SECTION_WORDS = re.compile(
    r"/(?:tag|tags|tim-kiem|search|chuyen-muc|danh-muc|category|the-loai|login|dang-nhap|lien-he|rss|sitemap)(?:[/.?]|$)",
    re.I,
)
FEWEST_WORDS = 5  # hyphenated words of a slug without id or date: sections are shorter


@dataclass(frozen=True)
class GenericFamily(Family):
    """Judges by URL shape: an id at the end, a dated path, an id parameter, or a slug as long as a headline."""

    def is_article(self, url: str) -> bool:
        """Whether ``url`` ends in an id or a headline's slug and is no section."""
        if self.articles:
            return super().is_article(url)
        path = unquote(urlsplit(url).path)
        if path in ("", "/") or SECTION_WORDS.search(path) or self.is_document(url):
            return False
        return bool(self.article_key(url)) or DATED_PATH.search(path) is not None or _slug_words(path) >= FEWEST_WORDS

    def article_key(self, url: str) -> str | None:
        """The id in an id parameter or at the end of a slug; None where the URL has neither."""
        if self.articles or self.is_document(url):
            return super().article_key(url)
        path = unquote(urlsplit(url).path)
        match = QUERY_ID.search(target(url))
        if match is None and _slug_words(path) >= 2:
            match = ID_TAIL.search(path) or HEX_TAIL.search(path)
        return match.group("key") if match else None


def _slug_words(path: str) -> int:
    return max((segment.count("-") + 1 for segment in path.split("/") if segment), default=0)


FAMILY = GenericFamily("generic", hints=GENERIC)
