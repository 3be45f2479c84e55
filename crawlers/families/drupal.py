"""Drupal: views listings with ``?page=N`` from 0, nodes and their aliases."""

from __future__ import annotations

from dataclasses import dataclass

from crawlers.families.base import patterns
from crawlers.families.generic import GenericFamily
from crawlers.families.hints import DRUPAL


@dataclass(frozen=True)
class DrupalFamily(GenericFamily):
    """Nodes by number where the URL shows it, else by alias: digits at an alias's end are no id of the portal."""

    def article_key(self, url: str) -> str | None:
        """The node number of ``/node/N``; None for an alias."""
        key = NODE.search(url)
        return key.group("key") if key else None


NODE = patterns(r"/node/(?P<key>\d+)/?(?:\?|$)")[0]

FAMILY = DrupalFamily("drupal", noise=patterns(r"^destination$", r"^page$"), first_page=0, hints=DRUPAL)
