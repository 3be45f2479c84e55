"""The profile of a portal: for each kind of its pages, where text, title, date and the rest stand; learned and dated.

A profile has versions, the newest last. A page is read with the newest version that was learned on or before the day
it was fetched (the first one for older pages), so that archived pages are read as their site then was. A profile that
says ``"edited": true`` belongs to a person: nothing overwrites it, and its selectors come before the family's.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from transforms.slots import Sampled, Slots, learn_slots
from transforms.template import SAMPLE

FORMAT = 1
_OWN = 5  # pages from which a shape of address may have a type of its own
ENOUGH = 0.7  # share of a sample's pages that must show the container; below, the site has changed
_LANGUAGES = frozenset(("vi", "en", "vn"))
_OPEN = re.compile(r"\d|-.*-|[^\x00-\x7f]")  # a segment that names one page: a number, a slug of three words, letters


class ProfileError(ValueError):
    """A profile file that cannot be used; the message says what is wrong where, and what is expected."""


@dataclass(frozen=True, slots=True)
class PageType:
    """One kind of page: the shape of its addresses, its slots, and the share of the pages learned from that had it."""

    pattern: str
    slots: Slots
    support: float
    pages: int


@dataclass(frozen=True, slots=True)
class Version:
    """What was learned on one day (local, of the newest page learned from); the most supported type comes first."""

    learned_on: dt.date
    types: tuple[PageType, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """Every version of a portal's profile, the newest last."""

    versions: tuple[Version, ...]
    edited: bool = False

    def at(self, day: dt.date) -> Version:
        """The version for a page fetched on a local day."""
        return next((each for each in reversed(self.versions) if each.learned_on <= day), self.versions[0])

    def slots(self, url: str, day: dt.date) -> Slots:
        """The slots for the page at ``url``: its type's, else those of the type with most pages."""
        types = self.at(day).types
        pattern = pattern_of(url)
        return next((each.slots for each in types if each.pattern == pattern), types[0].slots)

    def hit_rate(self, sample: Sequence[Sampled], day: dt.date) -> float:
        """Share of the pages on which the container of their type is found; 1 for no page."""
        found = [bool(each.page.select(self.slots(each.url, day).container)) for each in sample]
        return sum(found) / len(found) if found else 1.0

    @property
    def number(self) -> int:
        """Number of the newest version, from 1."""
        return len(self.versions)


def pattern_of(url: str) -> str:
    """The shape of an article's address: path segments and parameter values that name one page are ``*``.

    >>> pattern_of("https://bao.test/thoi-su/202506/le-hoi-dau-xuan-1234567/")
    '/thoi-su/*/*/'
    """
    parts = urlsplit(url)
    own = [each for each in parts.path.split("/") if each not in _LANGUAGES]
    segments = ["*" if _OPEN.search(unquote(each)) else each for each in own]
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return "/".join(segments) + (f"?{'&'.join(names)}" if names else "")


def renewed(profile: Profile | None, sample: Sequence[Sampled], day: dt.date) -> Profile | None:
    """The profile after a look at a sample of pages fetched until ``day``.

    The same profile while it fits (or a person keeps it), one with another version where its containers are missing
    from too many pages, a first one where there was none; None where nothing can be learned yet.
    """
    if profile is not None and (profile.edited or profile.hit_rate(sample, day) >= ENOUGH):
        return profile
    types = learned_types(sample)
    if not types:
        return profile
    others = [each for each in profile.versions if each.learned_on != day] if profile else []
    return Profile(tuple(sorted((*others, Version(day, types)), key=lambda each: each.learned_on)))


def learned_types(sample: Sequence[Sampled]) -> tuple[PageType, ...]:
    """The types of page in a sample, that of most pages first; it stands for every shape that has no type of its own.

    A shape with few pages, or with the container of the first type, has none.
    """
    groups: defaultdict[str, list[Sampled]] = defaultdict(list)
    for each in sample:
        groups[pattern_of(each.url)].append(each)
    large = {pattern: pages for pattern, pages in groups.items() if len(pages) >= _OWN}
    found = [learned for pattern, pages in large.items() if (learned := _learned(pattern, pages))]
    if not found:
        return tuple(filter(None, [_learned("*", sample)]))
    first, *others = sorted(found, key=lambda each: (-each.pages, each.pattern))
    return (first, *(each for each in others if each.slots.container != first.slots.container))


def _learned(pattern: str, pages: Sequence[Sampled]) -> PageType | None:
    found = learn_slots(pages[:SAMPLE])
    if found is None or not found[0].container:
        return None
    return PageType(pattern, found[0], round(found[1], 3), len(pages[:SAMPLE]))


def dumps(profile: Profile) -> str:
    """The profile as JSON that a person can read, compare and correct."""
    versions = [{"learned_on": each.learned_on.isoformat(), "types": _types(each)} for each in profile.versions]
    document = {"format": FORMAT, "edited": profile.edited, "versions": versions}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def loads(text: str) -> Profile:
    """The profile in a JSON text; ProfileError names the first thing that is wrong."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise ProfileError(f"format {document['format']!r} is not known, expected {FORMAT}")
        versions = tuple(_version(each) for each in document["versions"])
    except (ValueError, KeyError, TypeError) as error:
        raise ProfileError(f"not a profile: {type(error).__name__}: {error}; delete it to learn a new one") from error
    if not versions or not all(each.types for each in versions):
        raise ProfileError("a profile needs at least one version with at least one type; delete it to learn a new one")
    return Profile(tuple(sorted(versions, key=lambda each: each.learned_on)), bool(document.get("edited")))


def _types(version: Version) -> list[dict[str, Any]]:
    return [
        {"pattern": each.pattern, "pages": each.pages, "support": each.support, "slots": each.slots.as_dict()}
        for each in version.types
    ]


def _version(data: Mapping[str, Any]) -> Version:
    return Version(dt.date.fromisoformat(data["learned_on"]), tuple(_type(each) for each in data["types"]))


def _type(data: Mapping[str, Any]) -> PageType:
    slots = Slots(**{name: _selectors(name, value) for name, value in data["slots"].items()})
    return PageType(str(data["pattern"]), slots, float(data.get("support", 1)), int(data.get("pages", 0)))


def _selectors(name: str, value: object) -> tuple[str, ...]:
    known = [each.name for each in fields(Slots)]
    if name not in known:
        raise ProfileError(f"no slot {name!r}; there are {', '.join(known)}")
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise ProfileError(f'slot {name}: expected a list of CSS selectors such as ["div.noi-dung"]')
    return tuple(value)
