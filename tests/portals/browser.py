"""What a careful browser shows of a sample portal's page, for comparison with the gold."""

from __future__ import annotations

import html
import re
import unicodedata

import httpx

from tests.portals.content import ARTICLES
from tests.portals.model import Article


def of(portal: str) -> list[Article]:
    return [article for article in ARTICLES if article.portal == portal]


def shown(response: httpx.Response) -> str:
    """What a careful browser shows: decoded, composed, without tags and entities."""
    text = response.content.decode(response.headers["content-type"].partition("charset=")[2])
    text = re.sub(r"(?s)<(script|style|head).*?</\1>|<!--.*?-->", " ", text)
    return words(html.unescape(re.sub(r"<[^>]+>", " ", text)))


def words(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def newest(portal: str = "baosongthao") -> Article:
    return max(of(portal), key=lambda article: article.published_at)
