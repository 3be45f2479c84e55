"""What a crawl is asked and what it answers: the contract between the crawl's process and whoever starts it.

Written to and read from JSON files, so that the crawl runs in a process of its own. Imports no Scrapy.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from crawlers.portal import Portal, identity

State = Literal["finished", "interrupted", "blocked", "failed"]

EXIT_FINISHED = 0
EXIT_FAILED = 1
EXIT_BUSY = 74  # another process holds the run's folder
EXIT_INTERRUPTED = 75  # stopped on request; the same job continues where it ended
EXIT_BLOCKED = 76  # the portal as a whole refuses to be crawled

OUTCOME_FILE = "outcome.json"
PROGRESS_FILE = "progress.json"
MOST_PROBLEMS = 200


class Candidate(BaseModel):
    """A URL found by discovery with the evidence around it.

    ``date`` is the listing's date as a local day (Asia/Ho_Chi_Minh), ``position`` counts from 0 on ``listing_url``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    canonical_url: str
    kind: Literal["article", "document"]
    listing_url: str
    portal_key: str | None = None
    title: str | None = None
    date_text: str | None = None
    date: dt.date | None = None
    position: int | None = None
    lastmod: str | None = None

    def id(self, portal: str) -> str:
        """Id of the article or document, see :func:`crawlers.portal.identity`."""
        return identity(portal, self.kind, self.portal_key or self.canonical_url)


class Problem(BaseModel):
    """One page that could not be read: what happened and what the operator can do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    outcome: str  # a value of warehouse.schema.Outcome
    message: str
    remedy: str
    listing: bool = False  # a page of a listing, a feed or a sitemap


class Traps(BaseModel):
    """Links that were not followed because they lead nowhere new: their number, the first of them with the reason."""

    count: int = 0
    examples: list[str] = []


class DayCount(BaseModel):
    """What a crawl fetched of one local day."""

    articles: int = 0
    documents: int = 0
    errors: int = 0


class Source(BaseModel):
    """A listing or feed that was asked for: what tells a quiet portal from one that is no longer read.

    ``entries``: articles and documents on its first page, 0 where that could not be read; ``last_page``: the last
    page that its pager names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    kind: Literal["listing", "feed", "sitemap"]
    entries: int
    last_page: int = 1


class CrawlJob(BaseModel):
    """One crawl of one portal, complete: the process that runs it needs no registry and no environment.

    ``date_from`` and ``date_to`` are local days, both inclusive. ``run_dir`` lies below ``archive``.
    """

    model_config = ConfigDict(extra="forbid")

    portal: Portal
    run_id: str
    date_from: dt.date
    date_to: dt.date
    run_dir: Path
    archive: Path
    hosts: Path | None = None  # what keeps the budgets of the hosts; default: archive/.hosts
    inventory: Path | None = None  # Parquet of what is known of the portal
    scheduled: bool = False  # True: newest first until known ground; False: exactly the days asked
    limit: int | None = Field(default=None, ge=0)  # most candidates to fetch
    dry_run: bool = False  # discover only
    proxy: str | None = None  # for plain http requests
    contact: str | None = None  # URL or address, part of the User-Agent
    settings: dict[str, Any] = {}  # Scrapy settings that override crawlers.settings

    def covers(self, day: dt.date) -> bool:
        """Whether a local day lies in the asked interval."""
        return self.date_from <= day <= self.date_to


class CrawlOutcome(BaseModel):
    """What a crawl did so far (``progress.json``) or in the end (``outcome.json``); times are UTC, ISO 8601.

    ``articles``, ``documents``, ``errors`` and ``days`` count the whole run, earlier attempts included; ``days``
    uses the candidate's listing date and the key ``unknown`` where it has none. ``problems`` holds the first
    ``MOST_PROBLEMS``; ``problem_count`` is their true number.
    """

    model_config = ConfigDict(extra="forbid")

    portal: str
    run_id: str
    state: State = "interrupted"
    reason: str | None = None
    resumed: bool = False
    requests: int = 0
    listing_requests: int = 0
    bytes: int = 0
    candidates: int = 0
    articles: int = 0
    documents: int = 0
    unchanged: int = 0
    errors: dict[str, int] = {}
    problems: list[Problem] = []
    problem_count: int = 0
    warc_files: list[str] = []  # relative to the archive root
    planned: list[Candidate] = []  # dry run only
    days: dict[str, DayCount] = {}
    sources: list[Source] = []
    natural_end: bool = False  # the listings ended by themselves
    listings_failed: int = 0  # pages of listings, feeds and sitemaps that exist and could not be read
    traps: Traps = Traps()
    started_at: str
    finished_at: str | None = None

    @property
    def exit_code(self) -> int:
        """Exit code of a process that ends in this state."""
        codes = {"finished": EXIT_FINISHED, "interrupted": EXIT_INTERRUPTED, "blocked": EXIT_BLOCKED}
        return codes.get(self.state, EXIT_FAILED)


def read_outcome(path: Path) -> CrawlOutcome | None:
    """The outcome or progress in ``path``; None where there is none or it cannot be read."""
    try:
        return CrawlOutcome.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def write_json(path: Path, model: BaseModel, *, durable: bool = False) -> None:
    """Replaces ``path`` by the model's JSON in one step: a reader sees the old file or the new one, whole.

    ``durable``: a power cut later does not take it back.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as stream:
            stream.write(model.model_dump_json(indent=1))
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
