"""One crawl in a process of its own: ``python -m crawlers.run JOB.json``.

Exit codes: 0 finished (also with failed single pages), 75 interrupted and resumable, 74 another process holds the
run's folder, 76 the portal refuses, 1 failed. The run's folder then has ``outcome.json``; a process that was killed
leaves ``progress.json`` of its last second. SIGTERM stops gracefully, once: later ones are ignored and a timer bounds
the stop. Lines for the task's log go to standard output.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from crawlers import settings as defaults
from crawlers.archive import salvage
from crawlers.families import family
from crawlers.job import (
    EXIT_BUSY,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    OUTCOME_FILE,
    PROGRESS_FILE,
    CrawlJob,
    CrawlOutcome,
    Problem,
    State,
    write_json,
)
from crawlers.recorder import Recorder

if TYPE_CHECKING:
    from scrapy.crawler import AsyncCrawlerProcess, Crawler
    from scrapy.settings import Settings

logger = logging.getLogger("crawl")
SIGNALS = (signal.SIGTERM, signal.SIGINT)
LOCK_FILE = ".lock"
LOCK_STEP = 0.5  # seconds between attempts to take the lock
TOLD_BETTER = frozenset(
    {"scrapy.downloadermiddlewares.robotstxt"}
)  # the page asked for next fails alike, with a remedy
SCRAPY_BUGS = ("scrapy.core.engine", "scrapy.core.scraper", "asyncio")  # who logs exceptions of spiders and start()


class BusyError(RuntimeError):
    """Another process holds the run's folder."""


def main(arguments: list[str] | None = None) -> int:
    """Runs the crawl of a job file; returns the exit code."""
    configure_log()
    stopper = Stopper()
    try:
        job = load_job(*(sys.argv[1:] if arguments is None else arguments))
        stopper.grace = setting(job, "STOP_GRACE")
        with locked(job.run_dir, setting(job, "LOCK_WAIT")):
            code = run(job, stopper).exit_code
            stopper.requested = True
            stopper.install()  # too late to stop: the interpreter's end would restore the deadly default
            return code
    except BusyError as error:
        logger.warning("%s", error)
        return EXIT_BUSY
    except (OSError, ValueError, TypeError) as error:
        logger.error("%s: %s", type(error).__name__, error)
        return EXIT_FAILED


def load_job(*paths: str) -> CrawlJob:
    """The job in a JSON file; ValueError names the first wrong field."""
    if len(paths) != 1:
        raise ValueError("usage: python -m crawlers.run JOB.json")
    try:
        return CrawlJob.model_validate_json(Path(paths[0]).read_text(encoding="utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{paths[0]}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def run(job: CrawlJob, stopper: Stopper) -> CrawlOutcome:
    """Crawls and writes ``outcome.json``; whatever happens, what was archived is published."""
    saved = salvage(job.run_dir, job.archive, _left_out)
    recorder = Recorder(job)
    (job.run_dir / OUTCOME_FILE).unlink(missing_ok=True)
    logger.info("%s %s..%s%s", job.portal.id, job.date_from, job.date_to, f", goes on after {saved}" if saved else "")
    try:
        state, reason = crawl(job, recorder, stopper)
    except Exception as error:
        logger.exception("the crawl broke down")
        state, reason = "failed", f"{type(error).__name__}: {error}"
    recorder.close()
    if recorder.broken:
        state, reason = "failed", recorder.broken
    outcome = written(recorder.outcome(state, reason), job.run_dir)
    logger.info("%s%s: %s", outcome.state, f" ({outcome.reason})" if outcome.reason else "", summary(outcome))
    return outcome


def written(outcome: CrawlOutcome, folder: Path) -> CrawlOutcome:
    """The outcome after it was written to ``folder``; a failed one where it could not be."""
    try:
        for name in (PROGRESS_FILE, OUTCOME_FILE):
            write_json(folder / name, outcome, durable=True)
    except OSError as error:
        reason = outcome.reason or f"the outcome cannot be written ({error}); make room on that disk and clear the task"
        return outcome.model_copy(update={"state": "failed", "reason": reason})
    return outcome


def _left_out(problem: Problem) -> None:
    """The torn end of what a killed process wrote: this attempt asks for the page again."""
    logger.info("%s: %s", problem.url, problem.message)


def crawl(job: CrawlJob, recorder: Recorder, stopper: Stopper) -> tuple[State, str | None]:
    """Runs the spider until it ends or is stopped; the state of the crawl and its reason."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.utils.misc import load_object

    check_family(job)
    settings = scrapy_settings(job)
    bugs = BugCounter()
    logging.getLogger().addHandler(bugs)
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(load_object(settings["SPIDER"]))
    watch = Watch(crawler, recorder)
    stopper.watch(process, crawler, recorder)
    process.crawl(crawler, job=job)
    process.start(install_signal_handlers=False)
    watch.count()
    return final_state(recorder, stopper.requested, bugs, watch.reason)


def check_family(job: CrawlJob) -> None:
    """ValueError that names portal and key where the portal's family or its options do not exist."""
    portal = job.portal
    try:
        family(portal.family, portal.options, str(portal.home))
    except (KeyError, ValueError, TypeError, re.error) as error:
        raise ValueError(
            f"portal {portal.id}: family or options: {error.args[0]}; correct the portal's file"
        ) from error


def final_state(recorder: Recorder, stopped: bool, bugs: BugCounter, closed: str | None) -> tuple[State, str | None]:
    """What a crawl that has ended was; ``closed`` is why Scrapy closed the spider, None where it never did."""
    if stopped:
        return "interrupted", "stopped on request; the same task goes on where it ended"
    if bugs.memory:
        return "failed", "the crawl's process ran out of memory; give it more and clear the task: it goes on from here"
    if bugs.first:
        return "failed", f"{bugs.count} exceptions in the crawler's own code, first: {bugs.first}"
    if closed is None:
        return "failed", "the crawl ended before it began; see the log of the task"
    state, reason = recorder.health.verdict(ended=True) or ("finished", None)
    return state, reason and f"{recorder.job.portal.home} {reason}; last problem: {recorder.books.last_problem}"


class Watch:
    """Gives the spider its recorder, writes progress, and ends a crawl whose portal does not answer."""

    def __init__(self, crawler: Crawler, recorder: Recorder) -> None:
        from scrapy import signals

        self.crawler, self.recorder = crawler, recorder
        self.logged = time.monotonic()
        self.reason: str | None = None
        self._base = (recorder.books.requests, recorder.books.bytes)
        self._ticker: asyncio.Task[None] | None = None
        self._closer: asyncio.Task[None] | None = None  # kept: the loop itself holds tasks only weakly
        crawler.signals.connect(self.opened, signals.spider_opened)
        crawler.signals.connect(self.closed, signals.spider_closed)
        crawler.signals.connect(self.error, signals.spider_error)

    def opened(self, spider: Any) -> None:
        """Signal: the spider is about to start."""
        spider.recorder = self.recorder
        self._ticker = asyncio.get_event_loop().create_task(self.tick())

    def closed(self, reason: str) -> None:
        """Signal: the spider has ended."""
        self.reason = reason
        if self._ticker:
            self._ticker.cancel()

    def error(self, failure: Any, response: Any) -> None:
        """Signal: a callback raised."""
        self.recorder.books.bug(response.url, f"{failure.type.__name__}: {failure.value}")

    def count(self) -> None:
        """Takes requests and bytes from Scrapy's statistics into the books."""
        stats = self.crawler.stats
        self.recorder.books.requests = stats.get_value("downloader/request_count", 0)
        self.recorder.books.bytes = stats.get_value("downloader/response_bytes", 0)

    async def tick(self) -> None:
        """Writes progress until cancelled; ends the crawl when the portal as a whole fails."""
        every = self.crawler.settings.getfloat("PROGRESS_EVERY")
        while True:
            self.progress()
            if self.recorder.blocked and not self.recorder.stopping:
                self.recorder.stopping = True
                self._closer = asyncio.get_event_loop().create_task(
                    self.crawler.engine.close_spider_async(reason="unwilling")
                )
            await asyncio.sleep(every)

    def progress(self) -> None:
        """Writes ``progress.json`` and, from time to time, a line in the log."""
        self.count()
        outcome = self.recorder.outcome()
        with suppress(OSError):  # a full disk ends the crawl where a page cannot be archived
            write_json(self.recorder.job.run_dir / PROGRESS_FILE, outcome)
        if time.monotonic() - self.logged >= self.crawler.settings.getfloat("LOG_EVERY"):
            self.logged = time.monotonic()
            logger.info("%s", summary(outcome))


class Stopper:
    """Turns the first SIGTERM or SIGINT into a graceful stop, ignores later ones, and bounds the stop by a timer.

    Works from the start of the process: a signal before the crawl runs ends it as soon as it runs.
    """

    def __init__(self, grace: float = defaults.STOP_GRACE) -> None:
        self.grace, self.requested = grace, False
        self._process: AsyncCrawlerProcess | None = None
        self._recorder: Recorder | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.install()

    def install(self) -> None:
        """Takes the signals, again where a library took them."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN if self.requested else self.handle)

    def handle(self, *_: object) -> None:
        """Signal handler."""
        self.requested = True
        self.install()
        timer = threading.Timer(self.grace, os._exit, (EXIT_INTERRUPTED,))
        timer.daemon = True
        timer.start()
        if self._loop:
            self._loop.call_soon_threadsafe(self._stop)

    def watch(self, process: AsyncCrawlerProcess, crawler: Crawler, recorder: Recorder) -> None:
        """From the start of the crawl's engine on, a signal stops ``process``."""
        from scrapy import signals

        self._process, self._recorder = process, recorder
        crawler.signals.connect(self._started, signals.engine_started)

    def _started(self) -> None:
        self.install()
        self._loop = asyncio.get_event_loop()
        if self.requested:
            self._loop.call_soon(self._stop)

    def _stop(self) -> None:
        if self._process and self._recorder and self._loop:
            logger.info("stopping: waiting for the requests in flight")
            self._recorder.stopping = True
            self._task = self._loop.create_task(self._process.stop())


class BugCounter(logging.Handler):
    """Counts exceptions of the crawler's own code, which Scrapy logs and survives."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.count, self.first, self.memory = 0, "", False

    def emit(self, record: logging.LogRecord) -> None:
        """Takes a log record."""
        if record.name in SCRAPY_BUGS:
            self.count += 1
            raised = record.exc_info[1] if record.exc_info else None
            self.memory |= isinstance(raised, MemoryError)
            text = f"{type(raised).__name__}: {raised}" if raised else record.getMessage().partition("\n")[0]
            self.first = self.first or text


def scrapy_settings(job: CrawlJob) -> Settings:
    """crawlers.settings, then the portal's facts, then the job's own settings."""
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule(defaults, priority="project")
    contact = f" (+{job.contact})" if job.contact else ""
    facts = {
        "DOWNLOAD_DELAY": job.portal.delay,
        "DOWNLOAD_VERIFY_CERTIFICATES": job.portal.verify_certificate,
        "USER_AGENT": f"tintinh/{metadata.version('tintinh')}{contact}",
    }
    settings.setdict({**facts, "CRAWL_PROXY": job.proxy, **job.settings}, priority="cmdline")
    return settings


def setting(job: CrawlJob, name: str) -> float:
    """A number of the job's settings, else of crawlers.settings."""
    return float(job.settings.get(name, getattr(defaults, name)))


@contextmanager
def locked(folder: Path, patience: float) -> Iterator[None]:
    """Holds the lock of a run's folder; BusyError if another process keeps it for ``patience`` seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience
    with (folder / LOCK_FILE).open("w") as stream:
        while not _take(stream.fileno()):
            if time.monotonic() >= deadline:
                raise BusyError(f"{folder} is held by another crawl; it is left alone")
            time.sleep(LOCK_STEP)
        yield


def _take(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def summary(outcome: CrawlOutcome) -> str:
    """The counts in one line."""
    errors = ", ".join(f"{number} {name}" for name, number in sorted(outcome.errors.items())) or "no errors"
    return (
        f"{outcome.articles} articles, {outcome.documents} documents, {outcome.unchanged} unchanged of "
        f"{outcome.candidates} candidates, {errors}; {outcome.requests} requests, {outcome.bytes / 1e6:.1f} MB"
    )


def configure_log() -> None:
    """Short lines on standard output; libraries speak only where something is wrong."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(message)s", force=True)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_worth_telling)


def _worth_telling(record: logging.LogRecord) -> bool:
    is_error = record.levelno >= logging.ERROR and record.name not in TOLD_BETTER
    return is_error or record.name.startswith("crawl")


if __name__ == "__main__":
    sys.exit(main())
