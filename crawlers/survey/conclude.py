"""From a look at an unknown site to a portal of the registry, and how sure each part of it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from crawlers.attachments import find_files
from crawlers.portal import Portal
from crawlers.survey import facts
from crawlers.survey.entry import relative
from crawlers.survey.evidence import PLAIN, Score, best_family, is_clear, score_families
from crawlers.survey.guess import Guess
from crawlers.survey.look import Look
from crawlers.survey.pages import Page
from crawlers.survey.reading import Golden, family_of, is_box, read_look, seen
from crawlers.survey.shapes import date_shape, key_shape, url_shape

Sure = Literal["sure", "likely", "look"]
HALF = 0.5
PLACE = re.compile(r"[?&/]?[^?&/]*\{page\}[^&]*")
MOST_LISTED = 40  # sections that an entry names
WORDS: dict[str, Sure] = {"asked": "sure", "host": "likely", "name": "likely", "default": "look"}
FOUND_BY = {"asked": "as asked for", "host": "by the host", "name": "by the site's name", "default": "only a guess"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found at a site; ``why`` says from what, or what a person should look at and why."""

    what: str
    found: str
    sure: Sure
    why: str = ""


@dataclass(frozen=True, slots=True)
class Guesses:
    """What is known of the portal beside its pages."""

    id: str
    name: Guess
    kind: Guess
    province: Guess
    delay: float


def portal_from(look: Look, family: str, guesses: Guesses) -> Portal:
    """The portal as its entry will say: sections, documents and sources only where its home page does not say them."""
    base = look.portal.model_copy(update={"family": family})
    golden = read_look(look.pages, base)
    home = _home(look)
    stated = _stated(golden, home)
    hosts = _file_hosts(look.pages, base)
    known = {"id": guesses.id, "name": guesses.name.value, "kind": guesses.kind.value, "home": home}
    return Portal.model_validate(
        {
            **known,
            "province": guesses.province.value,
            "family": family,
            "delay": guesses.delay,
            "hosts": hosts,
            **stated,
        }
    )


def findings(look: Look, portal: Portal, guesses: Guesses) -> list[Finding]:
    """Everything that was found, most important first."""
    golden, scores = read_look(look.pages, portal), score_families(seen(look.pages), portal.kind)
    return [
        _family(portal, scores),
        Finding("name", portal.name, WORDS[guesses.name.how], FOUND_BY[guesses.name.how]),
        Finding("kind", portal.kind, WORDS[guesses.kind.how], FOUND_BY[guesses.kind.how]),
        Finding("province", portal.province, WORDS[guesses.province.how], FOUND_BY[guesses.province.how]),
        *_reach(look, golden),
        *_listings(portal, golden),
        *_sources(portal, golden),
        *_articles(look, portal, golden),
        *_documents(portal, golden),
    ]


def _home(look: Look) -> str:
    """The address asked for, with scheme and host of the page that answered."""
    page = next(page for page in look.pages if page.what == "home")
    asked, final = urlsplit(str(look.portal.home)), urlsplit(page.url)
    return urlunsplit((final.scheme, final.netloc, asked.path, "", ""))


def _stated(golden: Golden, home: str) -> dict[str, tuple[str, ...]]:
    """Sections, documents, feeds and sitemaps for the entry; none of them where the home page leads to the same."""
    kinds = {section: _kind(items) for section, items in _entries(golden).items() if items}
    documents = [section for section, kind in kinds.items() if kind == "document"]
    sections = _one_language([section for section, kind in kinds.items() if kind == "article"])
    menu = golden["home"]["sections"] if golden["home"] else []
    if not documents and sorted(sections) == sorted(menu):
        return {}
    feeds = [feed["url"] for feed in golden["feeds"] if feed["entries"]]
    nested = {feed["url"] for feed in golden["sitemaps"] if not feed["sitemaps"]}
    indexes = [item["url"] for item in golden["sitemaps"] if item["sitemaps"]]
    lists = {"sections": sections, "documents": documents, "feeds": feeds, "sitemaps": indexes or sorted(nested)}
    in_order = {section: place for place, section in enumerate(menu)}
    return {
        name: tuple(relative(home, url) for url in sorted(found, key=lambda url: in_order.get(url, 0))[:MOST_LISTED])
        for name, found in lists.items()
    }


def _entries(golden: Golden) -> dict[str, list[Golden]]:
    """Entries of every listing but the home page; a page whose entries stand on most others too has none."""
    found: dict[str, list[Golden]] = {}
    linked: dict[str, set[str]] = {}
    for listing in golden["listings"]:
        if listing["what"] != "home":
            found.setdefault(listing["section"], []).extend(listing["items"])
            linked.setdefault(listing["section"], set()).update(_urls(listing["items"]), listing["aside"])
    others = {section: [links for other, links in linked.items() if other != section] for section in found}
    return {section: [] if is_box(items, others[section]) else items for section, items in found.items()}


def _urls(items: Iterable[Golden]) -> Iterator[str]:
    return (item["url"] for item in items)


def _kind(items: Sequence[Golden]) -> str:
    return str(Counter(item["kind"] for item in items).most_common(1)[0][0])


def _one_language(sections: list[str]) -> list[str]:
    """Sections without English ones, which show the same articles, where there are others."""
    other = [url for url in sections if "/en/" not in f"{urlsplit(url).path}/"]
    return other or sections


def _file_hosts(pages: Sequence[Page], portal: Portal) -> tuple[str, ...]:
    """Hosts beside the portal's own that its pages link files on."""
    hints = family_of(portal).hints
    html = [page for page in pages if page.what in ("article", "document") and page.record.media_type == "text/html"]
    files = (file for page in html for file in find_files(page.html, page.url, hints, lambda _: True))
    hosts = dict.fromkeys(urlsplit(file).hostname or "" for file in files)
    return tuple(host for host in hosts if host and "." in host and not portal.allows(host))


# Findings


def _family(portal: Portal, scores: Sequence[Score]) -> Finding:
    if portal.family == PLAIN or not scores:
        told = (
            f"; {scores[0].family} comes nearest ({'; '.join(scores[0].reasons)})"
            if scores and scores[0].points
            else ""
        )
        return Finding("family", PLAIN, "likely", f"no family is recognised: read by shapes alone{told}")
    best = scores[0]
    said = f"{'; '.join(best.reasons[:3])} ({best.points:g} points; next: {scores[1].family} {scores[1].points:g})"
    return Finding("family", portal.family, "sure" if is_clear(scores) else "likely", said)


def _reach(look: Look, golden: Golden) -> Iterator[Finding]:
    forbidden = [problem for problem in look.outcome.problems if problem.outcome == "robots"]
    said = f"forbids {forbidden[0].url} and {len(forbidden) - 1} more" if forbidden else "allows all that was asked for"
    yield Finding("robots.txt", said, "look" if forbidden else "sure", "it is obeyed" if forbidden else "")
    encodings = Counter(item["encoding"] for item in (*golden["listings"], *golden["articles"]))
    yield Finding("encoding", ", ".join(encodings), "sure" if len(encodings) == 1 else "look", "of all pages")
    failed = [problem for problem in look.outcome.problems if problem.outcome != "robots"]
    if failed:
        said = f"{failed[0].message}: {failed[0].url}"
        yield Finding("not read", f"{len(failed)} addresses", "likely", f"for example {said}")


def _listings(portal: Portal, golden: Golden) -> Iterator[Finding]:
    entries = _entries(golden)
    for kind, what in (("article", "sections"), ("document", "document listings")):
        found = [section for section, items in entries.items() if items and _kind(items) == kind]
        sure: Sure = "sure" if found else "look" if kind == "article" else "likely"
        named = ", ".join(relative(str(portal.home), url) for url in found[:4])
        why = (
            named if found else "none shows entries: name them with sections: in the entry" if kind == "article" else ""
        )
        yield Finding(what, f"{len(found)} of {len(entries)} listings" if found else "none", sure, why)
    yield _pagers(golden)
    items = [item for found in entries.values() for item in found]
    dated = [item for item in items if item["date"]]
    why = f"for example {dated[0]['date']}" if dated else "the harvest has to read every page of every listing"
    yield Finding("dates in listings", f"{len(dated)} of {len(items)}", _share(dated, items), why)


def _pagers(golden: Golden) -> Finding:
    shown = [listing for listing in golden["listings"] if listing["what"] != "home" and listing["page"] == 1]
    second = {listing["section"] for listing in golden["listings"] if listing["page"] == 2 and listing["items"]}
    kinds = Counter(_pager(listing["pager"]) for listing in shown if listing["section"] in second)
    if not kinds:
        return Finding("further pages", "none", "look", "no listing has a second page that can be reached")
    said = "; ".join(f"{kind} ({count} listings)" for kind, count in kinds.most_common(3))
    return Finding("further pages", said, "sure", f"page 2 was read on {len(second)} listings and differs from page 1")


def _pager(pager: Golden | None) -> str:
    if pager is None:
        return "by the family's template"
    if pager["kind"] != "pager":
        return "linked from page to page (postback)"
    place = PLACE.search(pager["template"])
    return f"{place[0] if place else pager['template']}, the first is {1 + pager['offset']}"


def _sources(portal: Portal, golden: Golden) -> Iterator[Finding]:
    for what, counted in (("feeds", "entries"), ("sitemaps", "pages")):
        found = golden[what]
        said = ", ".join(f"{relative(str(portal.home), item['url'])} ({item[counted]} {counted})" for item in found[:3])
        yield Finding(what, str(len(found)) if found else "none", "sure" if found else "likely", said)


def _articles(look: Look, portal: Portal, golden: Golden) -> Iterator[Finding]:
    items = [item for found in _entries(golden).values() for item in found if item["kind"] == "article"]
    items = items or [item for listing in golden["listings"] for item in listing["items"] if item["kind"] == "article"]
    keyed = [item for item in items if item["key"]]
    shapes = Counter((url_shape(item["url"]), key_shape(item["key"])) for item in keyed or items).most_common(1)
    why = f"{shapes[0][0][0]}: {shapes[0][0][1]}" if shapes else "no article is linked"
    sure = _share(keyed, items) if portal.family == PLAIN or keyed == items else "likely"  # some families know aliases
    yield Finding("ids in addresses", f"{len(keyed)} of {len(items)}", sure, why)
    hints = family_of(portal).hints
    pages = [page for page in look.pages if page.what == "article" and page.is_whole]
    agreeing = [page for page in pages if facts.agree(page.record.listing_title or "", facts.titles(page.html, hints))]
    yield Finding("titles", f"{len(agreeing)} of {len(pages)}", _share(agreeing, pages), "listing and page agree")
    texts = [text for page in pages if (text := facts.date_text(page.html, hints))]
    said = ", ".join(dict.fromkeys(map(date_shape, texts))) if texts else "no date is found on the pages"
    yield Finding("dates of articles", f"{len(texts)} of {len(pages)}", _share(texts, pages), said)


def _documents(portal: Portal, golden: Golden) -> Iterator[Finding]:
    for document in golden["documents"]:
        address = relative(str(portal.home), document["url"])[:90]
        why = address if document["files"] else f"no file is found on {address}: its text may stand on the page"
        yield Finding("document", f"{len(document['files'])} files", "sure" if document["files"] else "likely", why)
    if portal.hosts:
        yield Finding("file hosts", ", ".join(portal.hosts), "look", "files lie there: is it the portal's own host?")


def _share(part: Sequence[Any], whole: Sequence[Any]) -> Sure:
    if len(part) == len(whole) > 0:
        return "sure"
    return "likely" if len(part) > HALF * len(whole) else "look"


def family_after(look: Look, kind: str | None) -> str:
    """The family that all pages of a look speak for."""
    return best_family(score_families(seen(look.pages), kind))


def family_at_first(look: Look, kind: str | None) -> str:
    """The family that the home page alone speaks for: the one by which the look was made."""
    return best_family(score_families(seen(page for page in look.pages if page.what == "home"), kind))
