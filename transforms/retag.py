"""Stored texts tagged anew: observations like the stored ones, with today's topics, mentions, citations and quantities.

Needs neither archive nor network. A text that carries today's ``tagger_version`` already is left out, since the same
text, context and version give the same tags; so a second run over the same days makes no rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import pyarrow as pa

from crawlers.portal import Portal
from transforms import tagging
from transforms.rows import Row, document_tags, tag_columns
from warehouse.schema import OBSERVATIONS, Kind

BATCH = 200  # rows of a batch


def retag(texts: Iterable[pa.Table], portal: Portal, run_id: str, parsed_at: dt.datetime) -> Iterator[pa.RecordBatch]:
    """Observations of ``run_id`` for the stored ones in ``texts`` (schema OBSERVATIONS) whose tags are of another
    version; everything but run, time of parsing and tags stays as it is."""
    for table in texts:
        for batch in table.to_batches(max_chunksize=BATCH):
            rows = [row for row in batch.to_pylist() if row["tagger_version"] != tagging.VERSION]
            if rows:
                stamp = {"run_id": run_id, "parsed_at": parsed_at}
                made = [row | stamp | _tags(row, portal) for row in rows]
                yield pa.RecordBatch.from_pylist(made, schema=OBSERVATIONS.arrow())


def _tags(row: Row, portal: Portal) -> Row:
    text, title = row["text"] or "", row["title"]
    if row["kind"] == Kind.DOCUMENT.value:
        return document_tags(portal, text, row["issued_date"], title, row["number"])
    return tag_columns(portal, text, row["published_date"], title)
