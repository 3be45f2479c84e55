"""The archive: WARC/1.1 files of what portals answered, written record by record and verified when read.

A run's folder holds ``part-NNN.warc.gz`` files, one or more per attempt. While it is written a part is called
``part-NNN.warc.gz.open``; closing renames it. Each fetch is a ``response`` record followed by its ``metadata`` record
(JSON of :class:`FetchRecord`); a fetch without a usable response is a metadata record alone. Every record is one gzip
member, so an offset is enough to read it. Bodies are stored as decoded from Content-Encoding; the header that named
the encoding is kept as ``X-Crawler-Content-Encoding``. Imports no Scrapy.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FetchRecord:
    """What is known of one fetch beside its bytes.

    ``kind`` to ``listing_position`` come from the candidate (for an attachment: of the page that links it).
    ``fetched_at`` is UTC, ISO 8601 with microseconds. ``digest`` is the sha256 of the stored body, hex.
    """

    role: str  # article, document, attachment or robots
    url: str  # as requested
    outcome: str  # a value of warehouse.schema.Outcome
    fetched_at: str
    canonical_url: str | None = None
    kind: str | None = None  # article or document
    id: str | None = None
    portal_key: str | None = None
    listing_url: str | None = None
    listing_title: str | None = None
    listing_date: str | None = None  # the date text beside the candidate, as written
    listing_day: str | None = None  # the same as an ISO local day
    listing_position: int | None = None
    parent_url: str | None = None  # attachment: the page that links it
    attachments: tuple[str, ...] = ()  # page: the files it links that this run fetches
    final_url: str | None = None  # after redirects
    http_status: int | None = None
    reason: str | None = None  # failure: what happened and the remedy
    etag: str | None = None
    last_modified: str | None = None
    media_type: str | None = None  # by content, not by header
    encoding: str | None = None  # charset of the Content-Type header
    digest: str | None = None
    bytes: int | None = None

    def to_json(self) -> bytes:
        """UTF-8 JSON without the fields that are null."""
        fields = {key: value for key, value in dataclasses.asdict(self).items() if value not in (None, ())}
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes | str) -> FetchRecord:
        """The record of a JSON text; keys of later versions are ignored. ValueError, TypeError or KeyError if bad."""
        fields: dict[str, Any] = json.loads(data)
        names = {field.name for field in dataclasses.fields(cls)}
        known = {key: value for key, value in fields.items() if key in names}
        return cls(**{**known, "attachments": tuple(known.get("attachments", ()))})


@dataclass(frozen=True, slots=True)
class Archived:
    """One fetch as read from the archive; ``body`` is empty for a fetch without a response.

    ``headers`` has lower-case names. ``offset`` and ``length`` (compressed bytes) locate the response record in
    ``warc_file`` (relative to the archive root); for a fetch without a response, its metadata record.
    """

    record: FetchRecord
    body: bytes
    headers: dict[str, str]
    warc_file: str
    offset: int
    length: int
