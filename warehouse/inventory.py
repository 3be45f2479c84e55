"""What is known of every candidate of a partition: what a crawl asks before it fetches, and where the raw bytes lie."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.history import READABLE, Item, Readings, histories
from warehouse.schema import (
    ARCHIVE,
    ATTACHMENTS,
    DATE,
    INT,
    OBSERVATIONS,
    PORTAL,
    STRING,
    TIMESTAMP,
    Column,
    Kind,
    Outcome,
    Table,
)

ZONE = dt.timedelta(hours=7)  # Asia/Ho_Chi_Minh has had no other offset since 1975

# How the fetch of a file may fail today and not tomorrow.
PASSING = frozenset(
    outcome.value
    for outcome in (
        Outcome.SERVER_ERROR,
        Outcome.NETWORK_ERROR,
        Outcome.TIMEOUT,
        Outcome.BLOCKED,
        Outcome.TRUNCATED,
    )
)

KNOWN = (
    Column("id", STRING, "Article or document id", nullable=False),
    Column("kind", STRING, "article or document", nullable=False, allowed=tuple(Kind)),
    Column("canonical_url", STRING, "URL without tracking, session and view parameters", nullable=False),
    Column("portal_key", STRING, "The portal's own id of the page"),
    Column("published_date", DATE, "Publication day, of a document its issue day where that alone is known"),
    Column(
        "etag",
        STRING,
        "ETag of the last good reading; null where a file of the page failed to arrive",
    ),
    Column("last_modified", STRING, "Last-Modified of the last good reading; null as the ETag"),
    Column("content_hash", STRING, "Hash of the current version"),
    Column("last_outcome", STRING, "Outcome of the last reading", nullable=False, allowed=tuple(Outcome)),
    Column("last_seen_at", TIMESTAMP, "Last time it was found on the portal, else its last reading, UTC"),
    Column("gone_count", INT, "Readings in a row that found it removed", nullable=False),
)
RAW = (
    Column("url", STRING, "URL as requested"),
    Column("first_day", DATE, "Local day of the first reading"),
    Column("fetched_at", TIMESTAMP, "When the archived response was received, UTC"),
    *ARCHIVE,
    Column("attachments", ATTACHMENTS, "Files that the page links"),
)
INVENTORY = Table(
    "inventory",
    "Internal: one row a known candidate, derived from the observations of its partition.",
    (PORTAL, *KNOWN, *RAW),
    key=("kind", "id"),
)
TOLD = [column.name for column in OBSERVATIONS.columns if column.name in {c.name for c in INVENTORY.columns}]
TOLD += ["issued_date", "outcome"]
KNOWN_COLUMNS = tuple(column.name for column in KNOWN)


def inventory(observations: Readings, items: list[Item]) -> pa.Table:
    """Rows of INVENTORY for ``items``, which are the histories of ``observations``."""
    if not items:
        return INVENTORY.arrow().empty_table()
    last = observations.select(["outcome"]).take(_positions([item.last_row for item in items]))
    told = observations.select(TOLD).take(_positions([_telling(item) for item in items]))
    seen = [item.last_seen or item.last for item in items]
    columns: dict[str, Any] = {
        "published_date": pc.coalesce(told["published_date"], told["issued_date"]),
        "content_hash": pa.array([item.versions[-1].content_hash if item.versions else None for item in items], STRING),
        "etag": _if_good(told["etag"], items, told["attachments"]),
        "last_modified": _if_good(told["last_modified"], items, told["attachments"]),
        "last_outcome": last["outcome"],
        "last_seen_at": pa.array(seen, INT).cast(TIMESTAMP),
        "gone_count": pa.array([item.gone_count for item in items], INT),
        "first_day": pa.array([local_day(item.first) for item in items], DATE),
        **_raw(told),
    }
    schema = INVENTORY.arrow()
    arrays = [columns[field.name] if field.name in columns else told[field.name] for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema).combine_chunks()


def pointers(known: pa.Table, date_from: dt.date, date_to: dt.date) -> list[dict[str, Any]]:
    """Archived readings of the items of INVENTORY rows ``known`` published (or, undated, first seen) in the days."""
    chosen = known.filter(pc.and_(_inside(known, date_from, date_to), pc.is_valid(known["warc_file"])))
    names = ["portal", "id", "kind", "url", "canonical_url", "portal_key", "published_date", "fetched_at"]
    names += [column.name for column in ARCHIVE] + ["attachments"]
    rows: list[dict[str, Any]] = chosen.select(names).to_pylist()
    return sorted(rows, key=lambda row: (row["warc_file"], row["warc_offset"] or 0))


def texts(observations: pa.Table, known: pa.Table, date_from: dt.date, date_to: dt.date) -> pa.Table:
    """Of ``observations`` those that tell the last text of the items of ``known`` in these days, as for pointers."""
    chosen = known.filter(_inside(known, date_from, date_to))["id"].combine_chunks()
    mine = observations.filter(pc.is_in(observations["id"], chosen))
    return mine.take(_positions([item.versions[-1].row for item in histories(mine) if item.versions]))


def _inside(known: pa.Table, date_from: dt.date, date_to: dt.date) -> pa.ChunkedArray:
    day = pc.coalesce(known["published_date"], known["first_day"])
    return pc.and_(pc.greater_equal(day, pa.scalar(date_from)), pc.less_equal(day, pa.scalar(date_to)))


def local_day(microseconds: int) -> dt.date:
    """The day in Vietnam of a time given in microseconds since the epoch, UTC."""
    return (dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=microseconds) + ZONE).date()


def _telling(item: Item) -> int:
    """The observation that tells most: the current version's, else the last one with a body, else the last one."""
    if item.versions:
        return item.versions[-1].row
    return item.last_row if item.last_body is None else item.last_body


def _if_good(column: pa.ChunkedArray, items: list[Item], files: pa.ChunkedArray) -> pa.ChunkedArray:
    """Validators of what was read whole: a page that lacks a file is asked for anew, so that its files are too."""
    lacking = (any(file["outcome"] in PASSING for file in row or ()) for row in files.to_pylist())
    good = pa.array([bool(item.versions) and not lack for item, lack in zip(items, lacking, strict=True)], pa.bool_())
    return pc.if_else(good, column, pa.scalar(None, STRING))


def _raw(told: pa.Table) -> dict[str, Any]:
    """Archive columns, empty where the response had no body to read again."""
    readable = pc.is_in(told["outcome"], pa.array(sorted(READABLE)))
    return {column.name: pc.if_else(readable, told[column.name], pa.scalar(None, column.type)) for column in ARCHIVE}


def _positions(rows: list[int]) -> pa.Array:
    return pa.array(rows, INT)
