"""What a run's readings are worth: how many have a title, a date, a body, and letters that a reader can read.

Kept on the row of the run, because a later run is judged by what earlier ones gave.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.model import Column, Kind, Outcome

BODY = 200  # characters from which a text counts as an article's body
DAMAGE = "á[»º]|Æ[°¡]|Ä[‘\u0091ƒ\u0083]|Ã[\u00a0-\u00bf]|ð|\ufffd|\\pL\\?\\pL"  # UTF-8 read as Latin-1, lost letters
MARKED = "[\u00c0-\u1ef9]"  # letters with marks; every fourth letter of Vietnamese has one
RARE = 50  # characters of text on which the least careful writer puts one mark

SOURCE = pa.struct(
    [
        pa.field("url", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("entries", pa.int64()),
        pa.field("last_page", pa.int64()),
    ]
)
WARNING = pa.struct([pa.field("warning", pa.string()), pa.field("count", pa.int64())])
WARNINGS = pa.list_(WARNING)
COUNT = pa.struct([pa.field("outcome", pa.string()), pa.field("count", pa.int64())])

FLAG = pa.struct([pa.field("flag", pa.string()), pa.field("count", pa.int64())])
GUARDS = frozenset(("no_container", "text_restored", "no_text", "short_text", "little_new_text", "impure_container"))
GUARDS |= {"no_title", "no_date", "title_differs_from_listing", "date_differs_from_listing"}

COUNTED = ("titles", "dates", "bodies", "garbled", "refused")
MEASURES = (
    Column("titles", pa.int64(), "Articles read that have a title"),
    Column("dates", pa.int64(), "Articles read that have a publication day"),
    Column("bodies", pa.int64(), f"Articles read with at least {BODY} characters of text"),
    Column("garbled", pa.int64(), "Articles read whose letters are damaged (wrong encoding)"),
    Column("refused", pa.int64(), "Pages of articles that had no text or were no articles"),
    Column("outcomes", pa.list_(COUNT), "Readings by outcome"),
    Column("flags", pa.list_(FLAG), "Quality flags of the readings, with how many have them"),
    Column(
        "sources",
        pa.list_(SOURCE),
        "Listings and feeds that were asked for: entries on the first page that are articles or documents (0 where "
        "it could not be read), and the last page that the pager names; null where the run did not look at all of "
        "them (reparse, a limit)",
    ),
    Column("expect_title", pa.float64(), "Share of articles with a title that the registry expects"),
    Column("expect_date", pa.float64(), "Share of articles with a date that the registry expects"),
    Column("expect_body", pa.float64(), "Share of articles with a body that the registry expects"),
)


def measured(batch: pa.RecordBatch) -> Counter[str]:
    """The counts of one batch of observations by the names of ``COUNTED``."""
    article = pc.equal(batch["kind"], Kind.ARTICLE.value)
    refused = pc.is_in(batch["outcome"], pa.array([Outcome.NOT_ARTICLE.value, Outcome.EMPTY.value]))
    read = batch.filter(pc.and_(article, pc.equal(batch["outcome"], Outcome.OK.value)))
    text = pc.fill_null(read["text"], "")
    length = pc.utf8_length(text)
    return Counter(
        titles=_true(pc.greater(pc.utf8_length(pc.fill_null(read["title"], "")), 0)),
        dates=_true(pc.is_valid(read["published_date"])),
        bodies=_true(pc.greater_equal(length, BODY)),
        garbled=_true(_garbled(read, text, length)),
        refused=_true(pc.and_(article, refused)),
    )


def _garbled(read: pa.RecordBatch, text: pa.Array, length: pa.Array) -> pa.Array:
    """Which texts show damaged letters in more than one word of a hundred, or hardly any marked letter at all."""
    damage = pc.count_substring_regex(text, DAMAGE)
    damaged = pc.greater(pc.multiply(damage, 500), pc.add(length, 1000))
    bare = pc.less(pc.multiply(pc.count_substring_regex(text, MARKED), RARE), length)
    foreign = pc.fill_null(pc.not_equal(read["language"], "vi"), False)
    return pc.or_(damaged, pc.and_(pc.and_(bare, pc.greater_equal(length, BODY)), pc.invert(foreign)))


def _true(mask: pa.Array) -> int:
    return int(pc.sum(mask).as_py() or 0)


def outcome_counts(outcomes: Counter[str]) -> list[dict[str, Any]]:
    """The value of column ``outcomes``, most frequent first."""
    return _listed(outcomes, "outcome")


def flag_counts(flags: Counter[str]) -> list[dict[str, Any]]:
    """The value of a column of flags, most frequent first."""
    return _listed(flags, "flag")


def _listed(counts: Counter[str], name: str) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [{name: key, "count": number} for key, number in ordered if number]
