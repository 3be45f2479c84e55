"""The recorder: what the spider tells about each candidate becomes archive records, counts and problems."""

from __future__ import annotations

import datetime as dt
import logging
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crawlers.archive import ArchiveWriter, FetchRecord, records
from crawlers.books import Books
from crawlers.content import GZIP, XML
from crawlers.health import Health
from crawlers.inventory import Inventory
from crawlers.job import (
    OUTCOME_FILE,
    PROGRESS_FILE,
    Candidate,
    CrawlJob,
    CrawlOutcome,
    Problem,
    Source,
    State,
    read_outcome,
)
from crawlers.responses import REMEDIES, Verdict, classify, sent_home
from crawlers.warc import Response as Stored
from crawlers.warc import sha256
from warehouse.schema import Outcome

if TYPE_CHECKING:
    from scrapy.http import Response

logger = logging.getLogger(__name__)


class Recorder:
    """Keeps the books of one crawl. The crawl's process makes it and sets it as ``spider.recorder``.

    Reads what earlier attempts of the run archived, so that a crawl that was cut off goes on where it ended. Call
    :func:`crawlers.archive.salvage` before, while holding the run's lock.
    """

    def __init__(self, job: CrawlJob) -> None:
        self.job = job
        self.inventory = Inventory.load(job.inventory)
        self.health = Health()
        self.books = Books(job, self._earlier())
        self.stopping = False
        self.broken: str | None = None  # why nothing more can be archived
        info = {"isPartOf": job.run_id, "description": f"{job.portal.id} {job.date_from}..{job.date_to}"}
        self._writer = ArchiveWriter(job.run_dir, job.archive, info)
        for archived in records(job.run_dir, job.archive, self._damaged):
            self.books.enter(archived.record, earlier=True)
            self._writer.note(archived)
            self.health.recall(Outcome(archived.record.outcome), archived.record.role)

    def _earlier(self) -> CrawlOutcome | None:
        files = (OUTCOME_FILE, PROGRESS_FILE)
        return next((found for name in files if (found := read_outcome(self.job.run_dir / name))), None)

    def found(self, candidate: Candidate) -> bool:
        """Counts a candidate; False if its id was already found in this crawl."""
        return self.books.found(candidate)

    def answered(self, candidate: Candidate) -> bool:
        """Whether an earlier attempt of this run has a final answer for the candidate and all its attachments."""
        return self.books.answered(candidate)

    def missing_files(self, candidate: Candidate) -> list[str]:
        """Files that an earlier attempt of this run still owes to a page that it has."""
        return self.books.missing_files(candidate)

    def attached(self, url: str) -> bool:
        """Whether this run has a final answer for an attachment."""
        return self.books.settled(("attachment", url))

    def budget_left(self) -> int:
        """How many more candidates the job's limit lets the crawl take; 0 = none."""
        return sys.maxsize if self.job.limit is None else max(0, self.job.limit - self.books.candidates)

    def store(
        self,
        candidate: Candidate,
        response: Response,
        *,
        role: str,
        parent_url: str | None = None,
        attachments: Sequence[str] = (),
    ) -> Verdict:
        """Classifies and archives a response (any status); a failure becomes a problem.

        ``attachments`` are the files of a page that this crawl will fetch: the page counts as answered only with them.
        """
        url = candidate.url if role != "attachment" else _requested(response)
        headers = _headers(response)
        verdict = classify(response.status, headers, response.body, response.url, role=role)
        if role != "attachment" and (verdict.ok or verdict.outcome is Outcome.EMPTY):
            verdict = sent_home(url, response.url) or verdict
        record = FetchRecord(
            **_of_candidate(candidate, self.job),
            **_of_response(response, headers, verdict),
            role=role,
            url=url,
            outcome=verdict.outcome.value,
            reason=_reason(verdict),
            parent_url=parent_url,
            attachments=tuple(attachments) if verdict.ok else (),
        )
        self._enter(record, candidate.date, _stored(response))
        return verdict

    def fail(
        self,
        candidate: Candidate | None,
        outcome: Outcome,
        message: str,
        *,
        role: str,
        url: str | None = None,
        status: int | None = None,
        remedy: str | None = None,
        parent_url: str | None = None,
    ) -> None:
        """Records a fetch without a usable response; without a candidate (a listing) it is a problem only."""
        verdict = Verdict(outcome, None, message, remedy or REMEDIES[outcome])
        url = url or (candidate.url if candidate else str(self.job.portal.home))
        if candidate is None:
            self._listing_problem(url, verdict)
            return
        record = FetchRecord(
            **_of_candidate(candidate, self.job),
            role=role,
            url=url,
            outcome=outcome.value,
            fetched_at=utc_now(),
            http_status=status,
            reason=_reason(verdict),
            parent_url=parent_url,
        )
        self._enter(record, candidate.date)

    def unchanged(self, candidate: Candidate, response: Response | None = None) -> None:
        """Records that a candidate is as the inventory knows it (304, or its content's hash)."""
        record = FetchRecord(
            **_of_candidate(candidate, self.job),
            role=candidate.kind,
            url=candidate.url,
            outcome=Outcome.UNCHANGED.value,
            fetched_at=utc_now(),
            http_status=response.status if response else None,
            final_url=response.url if response else None,
        )
        self._enter(record, candidate.date)

    def listing(self, response: Response, *, may_be_absent: bool = False) -> Verdict:
        """Counts a feed, sitemap or listing page and says whether it can be read; if not, it is a problem.

        ``may_be_absent``: the page was asked for to see whether there is one, and its absence is an answer.
        """
        self.books.listing_requests += 1
        verdict = classify(response.status, _headers(response), response.body, response.url, role="listing")
        absent = may_be_absent and verdict.outcome in (Outcome.GONE, Outcome.SOFT_404, Outcome.EMPTY)
        if verdict.ok or absent or verdict.outcome is Outcome.UNCHANGED:
            feed = verdict.media_type in (XML, GZIP)
            self.health.note(verdict.outcome, role="absent" if absent else "feed" if feed else "listing")
        else:
            self._listing_problem(_label(response), verdict)
        return verdict

    def showed(self, source: Source, answer: str) -> None:
        """Notes what a source shows; one that forwards to the home page (``answer``) shows nothing of its own."""
        home = source.kind == "listing" and sent_home(source.url, answer)
        self.books.showed(source.model_copy(update={"entries": 0}) if home else source)

    def robots(self, response: Response) -> None:
        """Archives a robots.txt answer."""
        headers = _headers(response)
        verdict = classify(response.status, headers, response.body, response.url, role="robots")
        fields = _of_response(response, headers, verdict)
        record = FetchRecord(**fields, role="robots", url=response.url, outcome=verdict.outcome.value)
        self._write(record, _stored(response))

    def natural_end(self, ended: bool) -> None:
        """Says whether the listings ended by themselves."""
        self.books.natural_end = ended

    @property
    def blocked(self) -> bool:
        """Whether to ask for nothing more: the portal as a whole refuses or is silent, or the archive is full."""
        return self.broken is not None or self.health.verdict() is not None

    def outcome(self, state: State | None = None, reason: str | None = None) -> CrawlOutcome:
        """The books as they are now; without a state the crawl is still running."""
        return self.books.outcome(state, reason)

    def close(self) -> None:
        """Publishes the archive's open part; one that cannot be is left for the next attempt."""
        try:
            self._writer.close()
        except OSError as error:
            self._break(error)

    def _enter(self, record: FetchRecord, day: dt.date | None, stored: Stored | None = None) -> None:
        """Only what is archived counts: a fetch that could not be written is asked for again."""
        self.health.note(Outcome(record.outcome), role=record.role, listed=record.listing_title is not None)
        if self._write(record, stored):
            problem = self.books.enter(record, day=day)
            if problem:
                self._tell(problem)

    def _write(self, record: FetchRecord, stored: Stored | None) -> bool:
        if self.job.dry_run:
            return True
        if self.broken is None:
            try:
                self._writer.write(record, stored)
            except OSError as error:
                self._break(error)
        return self.broken is None

    def _break(self, error: OSError) -> None:
        self.broken = (
            f"the archive cannot be written ({error.strerror or error}: {self.job.run_dir}); make room on that disk "
            "and clear the task: it goes on where it ended"
        )

    def _listing_problem(self, url: str, verdict: Verdict) -> None:
        self.health.note(verdict.outcome, role="listing")
        self._tell(self.books.listing_failed(url, verdict))

    def _damaged(self, problem: Problem) -> None:
        self.books.damage(problem)
        self._tell(problem)

    def _tell(self, problem: Problem) -> None:
        if self.books.problem_count <= self.books.most_told:
            logger.warning("%s %s: %s. Remedy: %s", problem.outcome, problem.url, problem.message, problem.remedy)


def utc_now() -> str:
    """Now in UTC, ISO 8601 with microseconds and Z."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _headers(response: Response) -> dict[str, str]:
    return {
        key.decode("latin-1").lower(): values[-1].decode("latin-1")
        for key, values in response.headers.items()
        if values
    }


def _pairs(response: Response) -> list[tuple[str, str]]:
    items = response.headers.items()
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, values in items for value in values]


def _stored(response: Response) -> Stored:
    pairs = _pairs(response)
    encoding = response.meta.get("content_encoding") if response.request else None
    if encoding:
        pairs.append(("Content-Encoding", encoding))
    return response.status, pairs, response.body


def _requested(response: Response) -> str:
    if response.request is None:
        return response.url
    return str(response.meta.get("redirect_urls", [response.request.url])[0])


def _label(response: Response) -> str:
    """What tells the request of a listing page from others: pages that are posted share a URL."""
    label = response.meta.get("label") if response.request else None
    return str(label) if label else _requested(response)


def _reason(verdict: Verdict) -> str | None:
    return f"{verdict.reason}; remedy: {verdict.remedy}" if verdict.reason else None


def _of_candidate(candidate: Candidate, job: CrawlJob) -> dict[str, Any]:
    return {
        "canonical_url": candidate.canonical_url,
        "kind": candidate.kind,
        "id": candidate.id(job.portal.id),
        "portal_key": candidate.portal_key,
        "listing_url": candidate.listing_url,
        "listing_title": candidate.title,
        "listing_date": candidate.date_text,
        "listing_day": candidate.date.isoformat() if candidate.date else None,
        "listing_position": candidate.position,
    }


def _of_response(response: Response, headers: Mapping[str, str], verdict: Verdict) -> dict[str, Any]:
    charset = headers.get("content-type", "").lower().partition("charset=")[2].strip(" \"'").split(";")[0]
    return {
        "fetched_at": utc_now(),
        "final_url": response.url,
        "http_status": response.status,
        "etag": headers.get("etag"),
        "last_modified": headers.get("last-modified"),
        "media_type": verdict.media_type,
        "encoding": charset or None,
        "digest": sha256(response.body),
        "bytes": len(response.body),
    }
