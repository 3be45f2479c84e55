"""What is known of a portal before a crawl: ids with their validators and last outcome, read from Parquet.

The file is derived from the warehouse and may be missing or broken; then nothing is known and every page is new.
Imports no Scrapy.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

logger = logging.getLogger(__name__)

COLUMNS = (
    "id",
    "kind",
    "canonical_url",
    "portal_key",
    "published_date",
    "etag",
    "last_modified",
    "content_hash",
    "last_outcome",
    "last_seen_at",
    "gone_count",
)
BLOT = "█"
REQUIRED = ("id", "kind", "canonical_url")


@dataclass(frozen=True, slots=True)
class Known:
    """One known article or document; ``published_date`` is a local day, ``last_seen_at`` is UTC."""

    id: str
    kind: str
    canonical_url: str
    portal_key: str | None = None
    published_date: dt.date | None = None
    etag: str | None = None
    last_modified: str | None = None
    content_hash: str | None = None
    last_outcome: str | None = None
    last_seen_at: dt.datetime | None = None
    gone_count: int = 0

    @property
    def fetchable(self) -> bool:
        """Whether its address is whole: names that were taken down are blotted out in addresses too."""
        return BLOT not in self.canonical_url

    @property
    def conditional_headers(self) -> dict[str, str]:
        """Request headers that let the server answer 304 where the page has not changed."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in pairs.items() if value}


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything known of one portal, by id."""

    known: dict[str, Known] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path | None) -> Inventory:
        """The inventory of a Parquet file; an empty one, with a logged warning, where it cannot be read."""
        if path is None or not path.exists():
            return cls()
        try:
            return cls({known.id: known for known in _rows(path)})
        except (OSError, ValueError, TypeError, KeyError, pa.ArrowException) as error:
            logger.warning("inventory %s cannot be read (%s): every page counts as new", path, error)
            return cls()

    def __len__(self) -> int:
        return len(self.known)

    def __contains__(self, id_: object) -> bool:
        return id_ in self.known

    def get(self, id_: str) -> Known | None:
        """What is known of an id."""
        return self.known.get(id_)

    def between(self, first: dt.date, last: dt.date) -> Iterator[Known]:
        """Everything known that was published on a local day from ``first`` to ``last``, both inclusive."""
        for known in self.known.values():
            if known.published_date is not None and first <= known.published_date <= last:
                yield known


def _rows(path: Path) -> Iterator[Known]:
    with pq.ParquetFile(path) as file:
        names = set(file.schema_arrow.names)
        if not names.issuperset(REQUIRED):
            raise ValueError(f"columns {', '.join(REQUIRED)} expected, found {', '.join(sorted(names))}")
        for batch in file.iter_batches(columns=[name for name in COLUMNS if name in names]):
            for row in batch.to_pylist():
                yield Known(**{**row, "gone_count": row.get("gone_count") or 0})
