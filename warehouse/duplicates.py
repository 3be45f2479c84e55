"""The same text on several portals: clusters of articles, who published it first, and how much later the others did.

Candidates come from MinHash signatures (Broder 1997) of three-word shingles in 60 bands of 3, which find a text that
was cut to a third in nine of ten cases; :mod:`warehouse.likeness` decides. A text joins the cluster of an earlier one
that it is the same as, never of one that is only like a third: clusters do not drift.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rensa import RMinHash

from warehouse.likeness import Likeness, Text, compare
from warehouse.schema import ARTICLE_DUPLICATES
from warehouse.words import word_lists

REACH = dt.timedelta(days=10)  # a text that comes later than this after the first is another publication
BEFORE = 3 * REACH  # who is first early in a month depends on the weeks before it
BANDS, ROWS = 60, 3
SEED = 42
SHINGLE = 3  # words
NEIGHBOURS = 10  # of a band that are looked at: many forms share a band
AGREEING = 0.1  # share of equal positions in two signatures below which texts are not compared
TRIED = 6  # texts that one is compared with
LOGIC = 1  # raise it when the same articles give other clusters
NEEDED = (
    *("province", "month", "portal", "article_id", "published_at", "published_date", "published_precision"),
    *("first_seen_at", "title", "text"),
)
Load = Callable[[], Iterable[pa.Table]]
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Article:
    """What decides about one article besides its text; ``at`` is when it was published, UTC."""

    at: dt.datetime
    article_id: str
    portal: str
    province: str
    month: str
    day: dt.date | None
    minute: bool  # whether the page tells the time of day


@dataclass(frozen=True, slots=True)
class Follower:
    """A later publication: its place in the order of time, and how like the first one it is."""

    place: int
    likeness: Likeness


def duplicates(month: str, load: Load) -> pa.Table:
    """The rows of ARTICLE_DUPLICATES of ``month`` (YYYY-MM).

    ``load`` gives the articles (columns NEEDED) of this month, the one before and the one after, in any number of
    tables and always in the same order; it is called twice, so that no more texts lie in memory than are compared.
    """
    articles, signatures = _read(month, load)
    pairs = _candidates(signatures)
    texts = _texts(load, {articles[place].article_id for pair in pairs for place in pair})
    clusters = _clusters(articles, pairs, texts)
    rows = [row for first, followers in clusters.items() for row in _rows(articles, first, followers)]
    own = sorted((row for row in rows if row["month"] == month), key=lambda row: row["article_id"])
    return pa.Table.from_pylist(own, schema=ARTICLE_DUPLICATES.arrow())


def _signatures(texts: pa.Array) -> npt.NDArray[np.uint32]:
    """One row of BANDS x ROWS minima for each text; texts without a shingle are told by their maximum value."""
    shingles, offsets = _shingles(word_lists(texts))
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(shingles, offsets, BANDS * ROWS, SEED)
    return np.array(matrix.to_rows(), dtype=np.uint32)


def _shingles(words: pa.ListArray) -> tuple[Hashes, Hashes]:
    """Hashes of three words in a row, and where each text's begin."""
    coded = pc.list_flatten(words).dictionary_encode()
    known = np.array([_hash(word) for word in coded.dictionary.to_pylist()], dtype=np.uint64)
    hashes = known[coded.indices.to_numpy()] if len(known) else known
    rolled = sum((np.roll(hashes, -n) * np.uint64(2 * n + 3) for n in range(SHINGLE)), np.zeros_like(hashes))
    lengths = pc.list_value_length(words).to_numpy()
    places = np.arange(len(hashes)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    whole = places <= np.repeat(lengths, lengths) - SHINGLE
    counts = np.maximum(lengths - SHINGLE + 1, 0)
    return rolled[whole], np.concatenate([[0], np.cumsum(counts)]).astype(np.uint64)


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")


def _read(month: str, load: Load) -> tuple[list[Article], npt.NDArray[np.uint32]]:
    """The articles that matter for ``month``, ordered by time, and their signatures."""
    found: list[tuple[Article, npt.NDArray[np.uint32]]] = []
    first, last = _window(month)
    for table in load():
        articles = list(_articles(table))
        near = [place for place, article in enumerate(articles) if first <= article.at <= last]
        texts = table["text"].take(pa.array(near, pa.int64())).combine_chunks()
        found += zip((articles[place] for place in near), _signatures(texts), strict=True) if near else []
    found.sort(key=lambda pair: (pair[0].at, pair[0].article_id))
    width = BANDS * ROWS
    signatures = np.array([signature for _, signature in found], dtype=np.uint32).reshape(len(found), width)
    return [article for article, _ in found], signatures


def _window(month: str) -> tuple[dt.datetime, dt.datetime]:
    start = dt.datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
    following = (start + dt.timedelta(days=32)).replace(day=1)
    return start - BEFORE, following + REACH


def _articles(table: pa.Table) -> Iterator[Article]:
    for row in table.select([name for name in NEEDED if name not in ("title", "text")]).to_pylist():
        yield Article(
            at=row["published_at"] or _midnight(row["published_date"]) or row["first_seen_at"],
            article_id=row["article_id"],
            portal=row["portal"],
            province=row["province"],
            month=row["month"],
            day=row["published_date"],
            minute=row["published_precision"] == "minute",
        )


def _midnight(day: dt.date | None) -> dt.datetime | None:
    return dt.datetime.combine(day, dt.time(), dt.UTC) - dt.timedelta(hours=7) if day else None


def _candidates(signatures: npt.NDArray[np.uint32]) -> list[tuple[int, int]]:
    """Pairs (earlier, later) that agree in a band and in enough of the signature; of each later one the best first."""
    if len(signatures) < 2:
        return []
    found = [_in_band(_band(signatures, number)) for number in range(BANDS)]
    pairs = np.unique(np.concatenate(found), axis=0)
    agreeing = (signatures[pairs[:, 0]] == signatures[pairs[:, 1]]).mean(axis=1)
    pairs, agreeing = pairs[agreeing >= AGREEING], agreeing[agreeing >= AGREEING]
    order = np.lexsort((pairs[:, 0], -agreeing, pairs[:, 1]))
    return [(int(earlier), int(later)) for earlier, later in pairs[order]]


def _band(signatures: npt.NDArray[np.uint32], number: int) -> Hashes:
    """One number for each text's rows of a band."""
    mixed = np.zeros(len(signatures), dtype=np.uint64)
    for column in range(number * ROWS, (number + 1) * ROWS):
        mixed = (mixed * np.uint64(0x9E3779B97F4A7C15)) ^ signatures[:, column].astype(np.uint64)
    return mixed


def _in_band(keys: Hashes) -> npt.NDArray[np.int64]:
    """Pairs of places with equal keys that follow each other closely in time."""
    order = np.argsort(keys, kind="stable")
    pairs = [np.empty((0, 2), dtype=np.int64)]
    for step in range(1, min(NEIGHBOURS, len(keys) - 1) + 1):
        equal = keys[order[:-step]] == keys[order[step:]]
        if not equal.any():
            break
        pairs.append(np.stack([order[:-step][equal], order[step:][equal]], axis=1))
    return np.concatenate(pairs)


def _texts(load: Load, wanted: set[str]) -> dict[str, Text]:
    ids = pa.array(sorted(wanted), pa.string())
    found: dict[str, Text] = {}
    for table in load():
        rows = table.select(["article_id", "title", "text"]).filter(pc.is_in(table["article_id"], ids)).to_pylist()
        found |= {row["article_id"]: Text(row["title"] or "", row["text"] or "") for row in rows}
    return found


def _clusters(
    articles: list[Article], pairs: list[tuple[int, int]], texts: Mapping[str, Text]
) -> dict[int, list[Follower]]:
    """First publications (places in ``articles``) with those that follow them."""
    earlier: dict[int, list[int]] = defaultdict(list)
    for before, later in pairs:
        earlier[later].append(before)
    leader: dict[int, int] = {}
    clusters: dict[int, list[Follower]] = defaultdict(list)
    for later in sorted(earlier):
        firsts = list(dict.fromkeys(leader.get(place, place) for place in earlier[later]))
        near = [first for first in firsts if articles[later].at - articles[first].at <= REACH]
        tried = [
            (first, compare(_text(articles[first], texts), _text(articles[later], texts))) for first in near[:TRIED]
        ]
        same = [(likeness.doubt, -likeness.shared, first, likeness) for first, likeness in tried if likeness.same]
        if same:
            *_, first, likeness = min(same, key=lambda found: found[:3])
            leader[later] = first
            clusters[first].append(Follower(later, likeness))
    return clusters


def _text(article: Article, texts: Mapping[str, Text]) -> Text:
    return texts[article.article_id]


def _rows(articles: list[Article], first: int, followers: list[Follower]) -> Iterator[dict[str, Any]]:
    """The rows of one cluster; the first publication's comes first."""
    origin = articles[first]
    members = [origin, *(articles[follower.place] for follower in followers)]
    common = {
        "cluster_id": origin.article_id,
        "first_portal": origin.portal,
        "copies": len(members),
        "portals": len({member.portal for member in members}),
    }
    others = [_lag(origin, member) for member in members if member.portal != origin.portal]
    alike = [Likeness(1.0, True, True), *(follower.likeness for follower in followers)]
    for position, (member, likeness) in enumerate(zip(members, alike, strict=True), 1):
        yield common | {
            **{name: getattr(member, name) for name in ("province", "month", "portal", "article_id")},
            "published_date": member.day,
            "position": position,
            "exact": likeness.exact,
            "shared": round(min(likeness.shared, 1.0), 4),
            "lag_hours": _lag(origin, member),
            "lead_hours": min(others, default=None) if position == 1 else None,
            "order_known": position == 1 or _ordered(origin, member),
        }


def _lag(first: Article, later: Article) -> float:
    """Hours between two publications; whole days where a page does not tell the time of day."""
    if (first.minute and later.minute) or not (first.day and later.day):
        return round((later.at - first.at).total_seconds() / 3600, 3)
    return (later.day - first.day).days * 24.0


def _ordered(first: Article, later: Article) -> bool:
    return (first.minute and later.minute and first.at != later.at) or first.day != later.day


__all__ = ["LOGIC", "NEEDED", "duplicates"]
