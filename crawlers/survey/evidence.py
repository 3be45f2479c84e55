"""Which CMS family builds a site: every family scored by its marks and by the shapes of the site's URLs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawlers import urls
from crawlers.families import FAMILIES
from crawlers.families.base import target
from crawlers.families.marks import Expressions, marks_of
from crawlers.markup import base_url, read_html

GENERATOR, HEADER, MARKUP, LINK, KIND = 6.0, 4.0, 2.0, 2.0, 1.0  # what one mark of a sort is worth
SHAPE = 4.0  # what it is worth that every link that could be an article has the family's shape
FEWEST_ARTICLES = 3  # links of the family's shape: fewer may be chance
LEAST = 2.0  # below, no family is named
CLEAR = 1.5  # times the next family's score: a lead that leaves no doubt
PLAIN = "generic"


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer of the site: its final URL, HTML and headers (lower-case names)."""

    url: str
    html: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """How much speaks for a family, and what."""

    family: str
    points: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Traces:
    """What the pages of a site show of its CMS."""

    generators: tuple[str, ...]
    headers: tuple[str, ...]
    html: tuple[str, ...]
    links: tuple[str, ...]  # absolute URLs of the site's own pages


def score_families(pages: Iterable[Seen], kind: str | None = None) -> list[Score]:
    """Every family but the generic one, best first; ``kind`` is the portal's, where it is known."""
    traces = traces_of(pages)
    scores = (_score(name, traces, kind) for name in FAMILIES if name != PLAIN)
    return sorted(scores, key=lambda score: (-score.points, score.family))


def best_family(scores: Sequence[Score]) -> str:
    """The family to use: the best one, or the generic one where too little speaks for any."""
    return scores[0].family if scores and scores[0].points >= LEAST else PLAIN


def is_clear(scores: Sequence[Score]) -> bool:
    """Whether the best family leaves no doubt: much speaks for it, and much less for the next."""
    first, second = (scores[index].points if len(scores) > index else 0.0 for index in (0, 1))
    return first >= LEAST * 2 and first >= second * CLEAR


def traces_of(pages: Iterable[Seen]) -> Traces:
    """Generators, header lines, markup and own links of some pages."""
    generators, headers, html, links = [], [], [], []
    for page in pages:
        root = read_html(page.html)
        headers += [f"{name}: {value}" for name, value in page.headers.items()]
        html.append(page.html)
        if root is not None:
            generators += [
                e.get("content") or "" for e in root.iter("meta") if (e.get("name") or "").lower() == "generator"
            ]
            hrefs = (urls.absolute(base_url(root, page.url), a.get("href")) for a in root.iter("a"))
            links += [href for href in hrefs if href and _host(href) == _host(page.url)]
    return Traces(tuple(generators), tuple(headers), tuple(html), tuple(dict.fromkeys(links)))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _score(name: str, traces: Traces, kind: str | None) -> Score:
    marks = marks_of(name)
    found = [
        *_found("generator", GENERATOR, marks.generator, traces.generators),
        *_found("header", HEADER, marks.headers, traces.headers),
        *_found("markup", MARKUP, marks.markup, traces.html),
        *_found("links", LINK, marks.links, [target(link) for link in traces.links]),
        *_shape(name, traces.links),
    ]
    if found and kind in marks.kinds:
        found.append((KIND, f"usual for kind {kind}"))
    return Score(name, round(sum(points for points, _ in found), 2), tuple(reason for _, reason in found))


def _found(what: str, worth: float, marks: Expressions, texts: Sequence[str]) -> list[tuple[float, str]]:
    hits = (next((match for text in texts if (match := mark.search(text))), None) for mark in marks)
    return [(worth, f"{what} {match[0].strip()[:40]!r}") for match in hits if match]


def _shape(name: str, links: Sequence[str]) -> list[tuple[float, str]]:
    """The share of links that look like articles to anybody whose shape is this family's, with an id."""
    family, plain = FAMILIES[name], FAMILIES[PLAIN]
    if not (family.articles or family.documents):
        return []
    own = [link for link in links if family.kind_of(link) and family.article_key(link)]
    all_ = {link for link in links if plain.is_article(link)} | set(own)
    if len(own) < FEWEST_ARTICLES:
        return []
    return [(SHAPE * len(own) / len(all_), f"{len(own)} of {len(all_)} article links have its shape")]
