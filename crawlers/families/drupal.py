"""Drupal: views listings with ``?page=N`` from 0, nodes and their aliases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawlers.families.base import patterns, target
from crawlers.families.generic import GenericFamily
from crawlers.families.hints import DRUPAL

NODE = patterns(r"/node/(?P<key>\d+)/?(?:\?|$)")[0]
LANGUAGE = re.compile(r"^/(?:vi|en)(?=/)")
FEWEST_WORDS = 3  # of an alias below a section


@dataclass(frozen=True)
class DrupalFamily(GenericFamily):
    """Nodes by number where the URL shows it, else by alias: digits at an alias's end are no id of the portal."""

    def article_key(self, url: str) -> str | None:
        """The node number of ``/node/N``; None for an alias."""
        key = NODE.search(target(url))
        return key.group("key") if key else None

    def is_article(self, url: str) -> bool:
        """A node, or an alias of some words below a section."""
        if super().is_article(url):
            return True
        *sections, alias = LANGUAGE.sub("", urlsplit(url).path.rstrip("/")).split("/")[1:] or [""]
        return bool(sections) and alias.count("-") + 1 >= FEWEST_WORDS and not self.is_document(url)


FAMILY = DrupalFamily(
    "drupal",
    documents=patterns(r"^(?:/vi|/en)?/(?:he-thong-)?van-ban(?:-[a-z-]+)?/[^/?]*-[^/?]*$"),
    noise=patterns(r"^destination$", r"^page$"),
    first_page=0,
    hints=DRUPAL,
)
