"""WordPress: ``/YYYY/MM/slug/`` or ``/?p=N``, categories with ``/page/N/``, ``feed/``, ``wp-sitemap.xml``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from crawlers.families.base import patterns, target
from crawlers.families.generic import GenericFamily
from crawlers.families.gov import MOBILE
from crawlers.families.hints import COMMON_DROP, GENERIC, DocumentHints

SHORT = re.compile(r"/(?:index\.php)?\?(?:.*&)?p=(?P<key>\d+)(?:&|$)|^/archives/(?P<number>\d+)/?(?:\?|$)", re.I)
DATED = re.compile(r"/20\d{2}/\d{1,2}(?:/|$)")
POST = re.compile(r"/20\d{2}/\d{1,2}/(?:\d{1,2}/)?(?!page/|\d{1,2}/?$)[^/]+/?$")
ARCHIVE = re.compile(r"/(?:category|tag|author|page|feed|comments|wp-\w[^/]*)(?:/|\.|$)", re.I)

HINTS = replace(
    GENERIC,
    container=(".entry-content", ".post-content", ".td-post-content", "[itemprop=articleBody]"),
    title=("h1.entry-title", ".entry-title", ".post-title", "h1"),
    date=("time.entry-date", "time.published", ".entry-date", ".posted-on time", "time[datetime]"),
    lead=(".entry-summary", ".sapo", ".excerpt"),
    author=(".entry-author", ".author.vcard .fn", ".author.vcard", "[rel=author]", ".byline"),
    section=(".cat-links a", ".entry-categories a", *GENERIC.section),
    caption=("figcaption", ".wp-caption-text", ".caption"),
    drop=(
        ".sharedaddy",
        ".jp-relatedposts",
        ".yarpp-related",
        ".post-navigation",
        ".nav-links",
        ".entry-footer",
        "#ez-toc-container",
        "#comments",
        *COMMON_DROP,
    ),
    document=DocumentHints(files=(".wp-block-file a",)),
)


@dataclass(frozen=True)
class WordPressFamily(GenericFamily):
    """Posts by their dated path or short link; where slugs stand alone, by their length as on any portal."""

    def article_key(self, url: str) -> str | None:
        """The number in a short link; None for a permalink, whose digits are part of the title."""
        if self.articles:
            return super().article_key(url)
        match = SHORT.search(target(url))
        return (match["key"] or match["number"]) if match else None

    def is_article(self, url: str) -> bool:
        """Whether ``url`` is a post's; archives of days and months, authors and tags are none."""
        path = unquote(urlsplit(url).path)
        if self.articles:
            return super().is_article(url)
        if self.article_key(url):
            return True
        if ARCHIVE.search(path) or self.is_document(url):
            return False
        return POST.search(path) is not None if DATED.search(path) else super().is_article(url)


FAMILY = WordPressFamily(
    "wordpress",
    documents=patterns(r"/van-ban/[^/?]+-[^/?]+/?(?:\?|$)"),
    views=(
        MOBILE,
        (re.compile(r"(?<=/)(?:(?:amp|feed|embed|print|comment-page-\d+)(?:/|(?=[?#])|$))+(?=[?#]|$)"), ""),
        (re.compile(r"(/20\d{2}/\d{1,2}/(?:\d{1,2}/)?[^/?#.]*[^/?#.\d][^/?#.]*)(?=[?#]|$)"), r"\1/"),
    ),
    noise=patterns(r"^(?:replytocom|preview(?:_\w+)?|no-?amp|share|_wpnonce|feed|doing_wp_cron)$"),
    pages="page/{page}/",
    items=("article.hentry", ".hentry", "article.post"),
    dates=("time.entry-date", "time.published", ".entry-date"),
    hints=HINTS,
)
