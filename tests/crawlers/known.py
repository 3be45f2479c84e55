"""What the warehouse would know after a crawl, written as the next crawl's inventory."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crawlers.archive import FetchRecord, records
from crawlers.job import CrawlJob


def write_inventory(job: CrawlJob, path: Path) -> Path:
    """Writes the inventory that follows from the archive of ``job`` alone; dates are those of the listings."""
    found = (item.record for item in records(job.run_dir, job.archive))
    rows = [_row(record) for record in found if record.role in ("article", "document")]
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def _row(record: FetchRecord) -> dict[str, object]:
    names = ("id", "kind", "canonical_url", "portal_key", "etag", "last_modified")
    return {name: getattr(record, name) for name in names} | {
        "published_date": dt.date.fromisoformat(record.listing_day) if record.listing_day else None,
        "content_hash": None,
        "last_outcome": record.outcome,
        "last_seen_at": dt.datetime.now(dt.UTC),
        "gone_count": int(record.outcome == "gone"),
    }
