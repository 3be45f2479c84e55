"""What has changed at a portal: a new look compared with its registry entry and with its fixtures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from crawlers.portal import Portal
from crawlers.survey import facts
from crawlers.survey.entry import relative
from crawlers.survey.evidence import Score, score_families
from crawlers.survey.look import Look
from crawlers.survey.pages import Page
from crawlers.survey.reading import Golden, family_of, read_look, seen
from crawlers.survey.shapes import all_classes, key_shape, repeated_classes, url_shape

State = Literal["ok", "drifted", "broken"]
HALF = 0.5
SLACK = dt.timedelta(days=1)  # between a listing's day and the page's
REFRESH = "if the portal is still read well, write new fixtures: scrapy portal check {id} --renew"
LISTING_REMEDY = "open it in a browser; correct sections, documents or family in the portal's file"
FAMILY_REMEDY = "compare the page with its fixture; correct the family's patterns or the portal's options"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was looked at; ``remedy`` says what to do where it is not ok."""

    what: str
    state: State
    said: str
    remedy: str = ""


def compare(look: Look, golden: Golden, before: Sequence[Page]) -> list[Row]:
    """Every check of a look against what the fixtures, whose pages are ``before``, were read as."""
    portal, now = look.portal, read_look(look.pages, look.portal)
    rows = list(_reach(look))
    if not any(page.what == "home" for page in look.pages):
        return rows
    rows += [_family(portal, golden, score_families(seen(look.pages), portal.kind), before)]
    rows += [*_menu(portal, golden, now), *_listings(look, golden, now), *_sources(look, golden, now)]
    rows += [
        *_examples(look, now),
        _ids(portal, golden, now),
        _encoding(golden, now),
        _classes(portal, look.pages, before),
    ]
    return rows


def _reach(look: Look) -> Iterator[Row]:
    home = str(look.portal.home)
    problem = look.problem(home) or (None if look.pages else next(iter(look.outcome.problems), None))
    if problem or not any(page.what == "home" for page in look.pages):
        said = problem.message if problem else look.outcome.reason or "it was not reached"
        yield Row("home page", "broken", said, problem.remedy if problem else "open it in a browser")
    else:
        yield Row("home page", "ok", home)
    forbidden = [problem.url for problem in look.outcome.problems if problem.outcome == "robots"]
    remedy = "robots.txt is obeyed: remove what it forbids from the portal's file, or ask the owner"
    said = f"forbids {', '.join(forbidden[:3])}" if forbidden else "allows what was asked for"
    yield Row("robots.txt", "broken" if forbidden else "ok", said, remedy if forbidden else "")
    yield Row("certificate", "ok", _certificate(look.portal))


def _certificate(portal: Portal) -> str:
    if portal.home.scheme != "https":
        return "none: the portal is read over plain http"
    return "trusted" if portal.verify_certificate else "not looked at, as the portal's file says"


def _family(portal: Portal, golden: Golden, scores: Sequence[Score], before: Sequence[Page]) -> Row:
    told = {score.family: score.points for score in score_families(seen(before), portal.kind)}
    now = {score.family: score.points for score in scores}
    best = scores[0] if scores and scores[0].points else None
    if best and best.family not in (portal.family, golden["family"]):
        said = f"pages now look like {best.family} ({'; '.join(best.reasons[:2])}), not {portal.family}"
        return Row("family", "drifted", said, f"try 'family: {best.family}' in the portal's file")
    if now.get(portal.family, 0.0) < told.get(portal.family, 0.0) * HALF:
        said = f"little speaks for {portal.family} any more ({now[portal.family]} points, were {told[portal.family]})"
        return Row("family", "drifted", said, FAMILY_REMEDY)
    return Row("family", "ok", portal.family)


# Listings


def _menu(portal: Portal, golden: Golden, now: Golden) -> Iterator[Row]:
    """Portals without sections of their own in the registry are read by their home page's menu."""
    if portal.sections or portal.documents or not (golden["home"] and now["home"]):
        return
    used = {listing["section"] for listing in golden["listings"] if listing["items"]}
    gone = [url for url in golden["home"]["sections"] if url in used and url not in now["home"]["sections"]]
    said = f"no longer links {_short(portal, gone)}" if gone else f"links {len(now['home']['sections'])} sections"
    yield Row("menu", "drifted" if gone else "ok", said, REFRESH.format(id=portal.id) if gone else "")


def _listings(look: Look, golden: Golden, now: Golden) -> Iterator[Row]:
    portal = look.portal
    stated = _stated(portal)
    menu = set(now["home"]["sections"]) if now["home"] and not stated else set()
    used = [item["section"] for item in golden["listings"] if item["items"] and item["what"] != "home"]
    wanted = stated or [url for url in dict.fromkeys(used) if url in menu]
    if not wanted and not any(item["items"] for item in now["listings"]):
        yield Row("listings", "broken", "no page shows any entries", LISTING_REMEDY)
    for url in wanted:
        name = f"listing {relative(str(portal.home), url)}"
        pages, old = (_pages(data, url) for data in (now, golden))
        problem = look.problem(url)
        yield Row(name, *(_lost(problem, now, portal) if problem else _listing(pages, old)))


def _stated(portal: Portal) -> list[str]:
    from urllib.parse import urljoin

    return [urljoin(str(portal.home), path) for path in (*portal.sections, *portal.documents)]


def _pages(data: Golden, section: str) -> dict[int, Golden]:
    """Pages of a listing by number; of two with one number, the one with entries."""
    pages: dict[int, Golden] = {}
    for item in data["listings"]:
        if item["section"] == section and item["what"] != "home" and (item["items"] or item["page"] not in pages):
            pages[item["page"]] = item
    return pages


def _lost(problem: Any, now: Golden, portal: Portal) -> tuple[State, str, str]:
    """A listing that does not answer; the menu may say where it went."""
    known = set(_stated(portal))
    menu = [url for url in (now["home"] or {}).get("sections", []) if url not in known]
    moved = f"; the menu also links {_short(portal, menu)}" if menu else ""
    return "broken", problem.message, f"{LISTING_REMEDY}{moved}"


def _listing(pages: Mapping[int, Golden], old: Mapping[int, Golden]) -> tuple[State, str, str]:
    first = pages.get(1)
    if first is None:
        return "broken", "it was not reached", LISTING_REMEDY
    count, dated = len(first["items"]), sum(item["date"] is not None for item in first["items"])
    said = f"{count} entries, {dated} with dates"
    if not count:
        return "broken", "no entries are found on it", FAMILY_REMEDY
    then = old.get(1, {"items": [], "pager": None})
    if (
        sum(item["date"] is not None for item in then["items"]) > HALF * len(then["items"]) > 0
        and dated <= HALF * count
    ):
        return "broken", f"{said}: dates are no longer read", FAMILY_REMEDY
    if count < HALF * len(then["items"]):
        return "drifted", f"{said}; there were {len(then['items'])}", FAMILY_REMEDY
    return _pager(pages, then, said)


def _pager(pages: Mapping[int, Golden], then: Golden, said: str) -> tuple[State, str, str]:
    first, second = pages[1], pages.get(2)
    if then["pager"] and not first["pager"] and len(first["items"]) >= len(then["items"]):
        return "broken", f"{said}; its pages are no longer found", FAMILY_REMEDY
    if first["pager"] and first["pager"]["last"] > 1:
        if second is None or not second["items"]:
            return "broken", f"{said}; page 2 has none", FAMILY_REMEDY
        if _urls(second) == _urls(first):
            return "broken", f"{said}; page 2 shows the entries of page 1", FAMILY_REMEDY
        said += ", page 2 differs"
    kinds = [pager and (pager["kind"], pager.get("template")) for pager in (first["pager"], then["pager"])]
    if all(kinds) and kinds[0] != kinds[1]:
        return "drifted", f"{said}; pages are counted otherwise than before ({kinds[1]})", FAMILY_REMEDY
    return "ok", said, ""


def _urls(listing: Golden) -> list[str]:
    return [item["url"] for item in listing["items"]]


def _sources(look: Look, golden: Golden, now: Golden) -> Iterator[Row]:
    for what, counted in (("feeds", "entries"), ("sitemaps", "pages")):
        for old in golden[what]:
            found = next((item for item in now[what] if item["url"] == old["url"]), None)
            problem = look.problem(old["url"])
            name, remedy = (
                f"{what[:-1]} {relative(str(look.portal.home), old['url'])}",
                f"correct {what} in the portal's file",
            )
            if found is None:
                yield Row(name, "broken", problem.message if problem else "it is gone", remedy)
            elif old[counted] and not found[counted]:
                yield Row(name, "broken", f"it lists nothing; there were {old[counted]} {counted}", remedy)
            else:
                yield Row(name, "ok", f"{found[counted]} {counted}")


# Articles


def _examples(look: Look, now: Golden) -> Iterator[Row]:
    pages = [page for page in look.pages if page.what == "article"]
    failed = [page for page in pages if not page.is_whole]
    if not pages or failed:
        said = (
            f"{len(failed)} of {len(pages)} cannot be read: {failed[0].record.reason}" if failed else "none is linked"
        )
        yield Row("articles", "broken", said, FAMILY_REMEDY)
    whole = [page for page in pages if page.is_whole]
    if whole:
        yield _titles(look.portal, whole)
        yield _dates(look.portal, whole)
    for document in now["documents"]:
        yield Row(
            "document", "ok", f"{relative(str(look.portal.home), document['url'])}, {len(document['files'])} files"
        )


def _titles(portal: Portal, pages: Sequence[Page]) -> Row:
    hints = family_of(portal).hints
    wrong = [page for page in pages if page.record.listing_title and not _titled(page, hints)]
    said = f"listing and page agree on {len(pages) - len(wrong)} of {len(pages)}"
    if not wrong:
        return Row("titles", "ok", said)
    return Row(
        "titles", "broken" if len(wrong) == len(pages) else "drifted", f"{said}; not on {wrong[0].url}", FAMILY_REMEDY
    )


def _titled(page: Page, hints: Any) -> bool:
    return facts.agree(page.record.listing_title or "", facts.titles(page.html, hints))


def _dates(portal: Portal, pages: Sequence[Page]) -> Row:
    hints = family_of(portal).hints
    days = [(page, facts.day(page.html, hints), page.record.listing_day) for page in pages]
    unread = [page.url for page, day, _ in days if day is None]
    wrong = [
        page.url for page, day, listed in days if day and listed and abs(day - dt.date.fromisoformat(listed)) > SLACK
    ]
    said = f"read on {len(pages) - len(unread)} of {len(pages)} pages"
    if unread or wrong:
        state: State = "broken" if len(unread) == len(pages) else "drifted"
        why = f"{said}; none on {unread[0]}" if unread else f"{said}; another than in the listing on {wrong[0]}"
        return Row("dates", state, why, FAMILY_REMEDY)
    return Row("dates", "ok", said)


def _ids(portal: Portal, golden: Golden, now: Golden) -> Row:
    old, new = (_shapes(data) for data in (golden, now))
    if not new or not old or old & new:
        return Row("ids", "ok", "; ".join(sorted(f"{shape} ({key})" for shape, key in new)[:2]) or "no articles")
    said = f"addresses are now {_shape_text(new)}; they were {_shape_text(old)}"
    return Row("ids", "broken", said, f"known articles would count as new: look before the next harvest of {portal.id}")


def _shapes(data: Golden) -> set[tuple[str, str]]:
    items = [item for listing in data["listings"] for item in listing["items"] if item["kind"] == "article"]
    return {(url_shape(item["url"]), key_shape(item["key"])) for item in items}


def _shape_text(shapes: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{shape} ({key})" for shape, key in sorted(shapes)[:2])


def _encoding(golden: Golden, now: Golden) -> Row:
    old, new = ({item["encoding"] for item in (*data["listings"], *data["articles"])} for data in (golden, now))
    if new <= old:
        return Row("encoding", "ok", ", ".join(sorted(new)))
    said = f"{', '.join(sorted(new))}; it was {', '.join(sorted(old))}"
    return Row("encoding", "drifted", said, "look whether Vietnamese letters are still right in titles")


def _classes(portal: Portal, pages: Sequence[Page], before: Sequence[Page]) -> Row:
    """Class names of entries that no page uses any more: the template was changed, read or not."""
    shown = ("home", "section", "documents", "article")
    old = set().union(*(repeated_classes(page.html) for page in before if page.what in shown and page.is_whole))
    new = set().union(*(all_classes(page.html) for page in pages if page.what in shown and page.is_whole))
    gone = sorted(old - new)
    if not gone:
        return Row("template", "ok", f"{len(old)} class names of entries unchanged")
    said = f"{len(gone)} of {len(old)} class names of entries are gone: {', '.join(gone[:4])}"
    return Row("template", "drifted", said, REFRESH.format(id=portal.id))


def _short(portal: Portal, addresses: Sequence[str]) -> str:
    paths = [relative(str(portal.home), url) for url in addresses]
    return ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
