"""The books of one crawl: who was found, what each fetch ended as, counts by day, problems. Pure bookkeeping."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from crawlers.archive import FetchRecord, parts
from crawlers.job import MOST_PROBLEMS, Candidate, CrawlJob, CrawlOutcome, DayCount, Problem, Source, State, Traps
from crawlers.responses import Verdict
from warehouse.schema import Outcome

Key = tuple[str, str]
NO_FAILURE = frozenset({Outcome.OK, Outcome.UNCHANGED, Outcome.NOT_ARTICLE})
ABSENT = frozenset({Outcome.GONE, Outcome.SOFT_404, Outcome.EMPTY})  # a listing that is no more is no lost page
UNKNOWN_DAY = "unknown"
MOST_TRAPS = 10_000  # links counted
TRAPS_TOLD = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """How one fetch ended; ``day`` is the candidate's listing day or ``unknown``."""

    role: str
    outcome: Outcome
    day: str
    final: bool
    attachments: tuple[str, ...]


class Books:
    """Everything that a crawl counts. Entries have the archive's keys, so a fetch that is repeated counts once."""

    most_told = MOST_PROBLEMS

    def __init__(self, job: CrawlJob, earlier: CrawlOutcome | None) -> None:
        self.job, self.earlier = job, earlier
        self.requests = self.bytes = self.listing_requests = 0
        self.natural_end = False
        self.resumed = earlier is not None
        self.started_at = earlier.started_at if earlier else dt.datetime.now(dt.UTC).isoformat()
        self._planned: list[Candidate] = []
        self._found: set[str] = set()
        self._answers: dict[Key, Answer] = {}
        self._pages: Counter[tuple[str, Outcome]] = Counter()  # of the answers, kept up to date: progress is told often
        self._by_day: Counter[tuple[str, str]] = Counter()
        self._problems: dict[Key, Problem] = {}
        self._listing_errors: Counter[str] = Counter()
        self._traps: dict[str, str] = {}
        self._sources = {(source.kind, source.url): source for source in (earlier.sources if earlier else ())}

    @property
    def candidates(self) -> int:
        """Candidates found by this attempt."""
        return len(self._found)

    @property
    def problem_count(self) -> int:
        """Problems of the whole run."""
        return len(self._problems)

    @property
    def last_problem(self) -> str | None:
        """What happened to the page that failed last, in words."""
        return next((problem.message for problem in reversed(self._problems.values())), None)

    def found(self, candidate: Candidate) -> bool:
        """Counts a candidate; False if its id is already counted."""
        id_ = candidate.id(self.job.portal.id)
        if id_ in self._found:
            return False
        self._found.add(id_)
        if self.job.dry_run:
            self._planned.append(candidate)
        return True

    def answered(self, candidate: Candidate) -> bool:
        """Whether the candidate and every attachment of its page have a final answer."""
        key = ("candidate", candidate.id(self.job.portal.id))
        return self.settled(key) and not self.missing_files(candidate)

    def missing_files(self, candidate: Candidate) -> list[str]:
        """Files without a final answer of a page that has one."""
        key = ("candidate", candidate.id(self.job.portal.id))
        files = self._answers[key].attachments if self.settled(key) else ()
        return [url for url in files if not self.settled(("attachment", url))]

    def settled(self, key: Key) -> bool:
        """Whether a fetch has a final answer."""
        answer = self._answers.get(key)
        return answer is not None and answer.final

    def enter(self, record: FetchRecord, *, day: dt.date | None = None, earlier: bool = False) -> Problem | None:
        """Enters a fetch; the problem that it is, if it is one. ``earlier`` = read back from the archive."""
        self.resumed |= earlier
        outcome = Outcome(record.outcome)
        label = day.isoformat() if day else record.listing_day or UNKNOWN_DAY
        if record.final or not self.settled(record.key):  # as crawlers.archive.records chooses
            self._answer(record.key, Answer(record.role, outcome, label, record.final, record.attachments))
            self._problems.pop(record.key, None)
        if outcome in NO_FAILURE or record.role == "robots":
            return None
        message, _, remedy = (record.reason or "").partition("; remedy: ")
        problem = Problem(url=record.url, outcome=outcome.value, message=message, remedy=remedy)
        self._problems[record.key] = problem
        return problem

    def listing_failed(self, url: str, verdict: Verdict) -> Problem:
        """Enters a listing that cannot be read."""
        self._listing_errors[verdict.outcome.value] += 1
        problem = Problem(
            url=url,
            outcome=verdict.outcome.value,
            message=verdict.reason or "",
            remedy=verdict.remedy or "",
            listing=True,
        )
        self._problems["listing", url] = problem
        return problem

    def showed(self, source: Source) -> None:
        """Enters what a listing, feed or sitemap shows; of several answers the one with most entries counts."""
        key = (source.kind, source.url)
        if key not in self._sources or self._sources[key].entries < source.entries:
            self._sources[key] = source

    def trapped(self, url: str, reason: str) -> None:
        """Enters a link that is not followed, once."""
        if len(self._traps) < MOST_TRAPS:
            self._traps.setdefault(url, reason)

    def traps(self) -> Traps:
        """The links not followed; those of an earlier attempt where this one met none."""
        if not self._traps and self.earlier:
            return self.earlier.traps
        told = [f"{url} ({reason})" for url, reason in list(self._traps.items())[:TRAPS_TOLD]]
        return Traps(count=len(self._traps), examples=told)

    def damage(self, problem: Problem) -> None:
        """Enters damage of the archive itself."""
        self._problems["archive", problem.message] = problem

    def cut(self, problem: Problem) -> None:
        """Enters what a limit left out of a page that was read."""
        self._problems["cut", problem.url] = problem

    def bug(self, url: str, message: str) -> Problem:
        """Enters an exception of the crawler's own code."""
        remedy = "this is a defect of the crawler: report it with the traceback of the task's log"
        problem = Problem(url=url, outcome=Outcome.UNREADABLE.value, message=message, remedy=remedy)
        self._problems["bug", url] = problem
        return problem

    def outcome(self, state: State | None, reason: str | None) -> CrawlOutcome:
        """The books as a CrawlOutcome; without a state the crawl is running, which reads "interrupted" if it dies."""
        before = self.earlier
        pages = self._pages
        return CrawlOutcome(
            portal=self.job.portal.id,
            run_id=self.job.run_id,
            state=state or "interrupted",
            reason=reason,
            resumed=self.resumed,
            requests=self.requests + (before.requests if before else 0),
            listing_requests=self.listing_requests + (before.listing_requests if before else 0),
            bytes=self.bytes + (before.bytes if before else 0),
            candidates=self.candidates,
            articles=pages["article", Outcome.OK],
            documents=pages["document", Outcome.OK],
            unchanged=sum(n for (_, outcome), n in pages.items() if outcome is Outcome.UNCHANGED),
            errors=self._errors(pages),
            problems=list(self._problems.values())[:MOST_PROBLEMS],
            problem_count=self.problem_count,
            warc_files=[path.relative_to(self.job.archive).as_posix() for path in parts(self.job.run_dir)],
            planned=self._planned,
            days=self._days(),
            sources=list(self._sources.values()),
            natural_end=self.natural_end,
            listings_failed=sum(number for name, number in self._listing_errors.items() if name not in ABSENT),
            traps=self.traps(),
            started_at=self.started_at,
            finished_at=dt.datetime.now(dt.UTC).isoformat() if state else None,
        )

    def _answer(self, key: Key, answer: Answer) -> None:
        """Puts an answer in place of an earlier one of the same fetch."""
        earlier = self._answers.get(key)
        if earlier is not None:
            self._count(earlier, -1)
        self._answers[key] = answer
        self._count(answer, 1)

    def _count(self, answer: Answer, number: int) -> None:
        self._pages[answer.role, answer.outcome] += number
        is_error = answer.outcome not in NO_FAILURE
        counted = answer.role in ("article", "document") and answer.outcome is Outcome.OK
        if answer.role != "robots":
            self._by_day[answer.day, f"{answer.role}s" if counted else "errors" if is_error else ""] += number

    def _errors(self, pages: Counter[tuple[str, Outcome]]) -> dict[str, int]:
        errors = Counter(self._listing_errors)
        for (role, outcome), number in pages.items():
            if number and outcome not in NO_FAILURE and role != "robots":
                errors[outcome.value] += number
        return dict(errors)

    def _days(self) -> dict[str, DayCount]:
        days: dict[str, DayCount] = {}
        for (label, what), number in self._by_day.items():
            if not number:
                continue
            day = days.setdefault(label, DayCount())
            if what:
                setattr(day, what, number)
        return dict(sorted(days.items()))
