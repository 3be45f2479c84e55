"""Pages of a listing that only its other pages lead to: postbacks of ASP.NET, chained links of SharePoint.

No selector is needed. A server of ASP.NET takes only events for which the page that it sent last has links, together
with that page's hidden fields; a list of SharePoint is continued behind the last entry shown. So the links of the page
last read count, and a far page is reached over those between.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias
from urllib.parse import urlencode

from crawlers import urls
from crawlers.families.base import Ask
from crawlers.families.pager import NEXT, NUMBER, Pager
from crawlers.markup import Element

POSTBACK = re.compile(r"__doPostBack\(\s*['\"]([^'\"]*)['\"]\s*,\s*['\"]([^'\"]*)['\"]")
REFRESH = re.compile(r"RefreshPageTo\(\s*event\s*,\s*(\"[^\"]+\")")
CONTINUED = re.compile(r"[?&]Paged=TRUE(?:&|$)", re.I)
ROW = re.compile(r"dvt_firstrow=\{?(\d{1,9})", re.I)
EVENT_PAGE = re.compile(r"(?:Page\$)?(\d{1,6})", re.I)
BACKWARDS = re.compile(r"^(?:‹|«|<|<<|←|prev\w*|trước|trang trước|đầu)\W*$", re.I)
ELLIPSIS = re.compile(r"\.{2,}|…")
EVENT_FIELDS = ("__EVENTTARGET", "__EVENTARGUMENT")
MOST_LINKS = 10_000

Event: TypeAlias = tuple[str, str]  # target and argument of a postback
_Link: TypeAlias = tuple[str, Event]  # text and event


@dataclass(frozen=True, slots=True)
class Chain:
    """Pages that are asked for by what the page last read links.

    ``steps`` are its numbered links. ``following`` leads to the next page by name, ``before`` and ``after`` to the
    numbers next to those shown ("..."). ``action`` and ``fields`` are the form's, with its hidden fields. ``last`` is
    the greatest number seen, at least the next page's where there is one.
    """

    action: str
    last: int
    fields: tuple[tuple[str, str], ...] = ()
    steps: tuple[tuple[int, Event], ...] = ()
    following: Event | Ask | None = None
    before: Event | None = None
    after: Event | None = None

    def towards(self, number: int, current: int) -> tuple[int, Ask] | None:
        """The page to ask for on the way from page ``current``, whose chain this is, to page ``number``.

        ``number`` itself or the linked page nearest to it on this side; None where no link leads nearer.
        """
        steps = self._reachable(current)
        if number > current:
            nearest = max((page for page in steps if current < page <= number), default=None)
        else:
            nearest = min((page for page in steps if number <= page < current), default=None)
        return None if nearest is None else (nearest, self._ask(steps[nearest]))

    def _reachable(self, current: int) -> dict[int, Event | Ask]:
        steps: dict[int, Event | Ask] = dict(self.steps)
        low, high = min(steps, default=current), max(steps, default=current)
        further = ((min(low, current) - 1, self.before), (max(high, current) + 1, self.after))
        for page, step in (*further, (current + 1, self.following)):
            if step is not None:
                steps.setdefault(page, step)
        return steps

    def _ask(self, step: Event | Ask) -> Ask:
        if isinstance(step, Ask):
            return step
        said = dict(zip(EVENT_FIELDS, step, strict=True))
        kept = [(name, value) for name, value in self.fields if name not in said]
        return Ask.form(self.action, urlencode([*said.items(), *kept]))


AnyPager: TypeAlias = Pager | Chain


def read_chain(root: Element, url: str) -> Chain | None:
    """The chain of the page with tree ``root``, whose links are relative to ``url``; None where it shows none."""
    continued = next(_continued(root, url), None)
    return Chain(url, 2, following=Ask(continued)) if continued else _postbacks(root, url)


def _continued(root: Element, url: str) -> Iterator[str]:
    """Where a list of SharePoint goes on behind its last row."""
    for a in islice(root.iter("a"), MOST_LINKS):
        quoted = REFRESH.search(a.get("onclick") or "")
        link = urls.absolute(url, _unquoted(quoted[1]) if quoted else a.get("href"))
        if link and CONTINUED.search(link) and "PagedPrev=" not in link:
            yield link


def _unquoted(text: str) -> str | None:
    try:
        return str(json.loads(text))
    except ValueError:
        return None


def _postbacks(root: Element, url: str) -> Chain | None:
    form, links = _links(root)
    group = _group(links)
    following = _following(links, group)
    if form is None or not (group or following):
        return None
    numbered = {number: event for text, event in reversed(group) if (number := _number(text, event)) is not None}
    dots = [(index, event) for index, (text, event) in enumerate(group) if ELLIPSIS.fullmatch(text) and not event[1]]
    first = next((index for index, (text, _) in enumerate(group) if NUMBER.fullmatch(text)), 0)
    fields = tuple((str(name), str(value)) for name, value in form.form_values())
    return Chain(
        urls.absolute(url, form.get("action")) or url,
        max((*numbered, 2)) + any(index > first for index, _ in dots),
        fields,
        tuple(sorted(numbered.items())),
        following,
        next((event for index, event in dots if index < first), None),
        next((event for index, event in dots if index > first), None),
    )


def _links(root: Element) -> tuple[Element | None, list[_Link]]:
    """The form whose events the page's links post, and those links."""
    form, links = None, []
    for a in islice(root.iter("a"), MOST_LINKS):
        match = POSTBACK.search(a.get("href") or "")
        holder = next(a.iterancestors("form"), None) if match else None
        if match and holder is not None:
            form = holder if form is None else form
            links.append((_label(a), (match[1], match[2])))
    return form, links


def _label(a: Element) -> str:
    """A link's text, or what its title or picture says."""
    pictures = (image.get("alt") or "" for image in a.iter("img"))
    return " ".join((a.text_content() or "").split()) or a.get("title") or next(pictures, "")


def _group(links: list[_Link]) -> list[_Link]:
    """The links of the pager: the most that share a control and are numbers of pages.

    A calendar's days are none: their arguments are other numbers than their texts.
    """
    groups: dict[str, list[_Link]] = {}
    for text, (target, argument) in links:
        if _number(text, (target, argument)) is not None or ELLIPSIS.fullmatch(text):
            control = target if argument else target.rpartition("$")[0]
            groups.setdefault(f"{control} {bool(argument)}", []).append((text, (target, argument)))
    return max(groups.values(), key=lambda group: sum(bool(NUMBER.fullmatch(text)) for text, _ in group), default=[])


def _number(text: str, event: Event) -> int | None:
    """The page that a link leads to; None where text and argument say none, or different ones."""
    shown = int(text) if NUMBER.fullmatch(text) else None
    named = EVENT_PAGE.fullmatch(event[1])
    if not event[1]:
        return shown
    if named is None or (shown is None and not ELLIPSIS.fullmatch(text)):
        return None
    return int(named[1]) if shown in (None, int(named[1])) else None


def _following(links: Iterable[_Link], group: list[_Link]) -> Event | None:
    """The event of the next page: of the pager's own control where it has numbers."""
    controls = {_control(event) for _, event in group}
    for text, event in links:
        if event[1].lower() == "page$next" or (NEXT.match(text) and (not controls or _control(event) in controls)):
            return event
    rows = [(int(row[1]), event) for _, event in links if (row := ROW.search(event[1]))]
    forward = [(row, event) for (row, event) in rows if not _is_backward(event, links)]
    return max(forward, default=(0, None))[1]


def _is_backward(event: Event, links: Iterable[_Link]) -> bool:
    return any(BACKWARDS.match(text) for text, other in links if other == event)


def _control(event: Event) -> str:
    target, argument = event
    return target if argument else target.rpartition("$")[0]
