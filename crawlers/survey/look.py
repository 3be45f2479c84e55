"""One look at a site: the survey spider in a process of its own, like any crawl, and what it brought."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawlers.budget import FOLDER
from crawlers.job import OUTCOME_FILE, CrawlJob, CrawlOutcome, Problem, read_outcome
from crawlers.portal import Portal
from crawlers.survey.pages import Page, read_pages

SPIDER = "crawlers.survey.spider.SurveySpider"
FIRST_DAY = dt.date(1990, 1, 1)
CONTACT, HOME, ARCHIVE = "TINTINH_CONTACT", "TINTINH_HOME", "TINTINH_ARCHIVE"  # as the harvest reads them


@dataclass(frozen=True)
class Look:
    """Pages and the crawl's outcome. ``log`` is what the crawl's process printed."""

    portal: Portal
    pages: tuple[Page, ...]
    outcome: CrawlOutcome
    log: str

    def problem(self, url: str) -> Problem | None:
        """What happened to ``url``, where it could not be read."""
        return next((problem for problem in self.outcome.problems if problem.url == url), None)


class LookError(RuntimeError):
    """The crawl's process ended without an outcome."""


def look_at(portal: Portal, folder: Path, proxy: str | None, settings: dict[str, Any] | None = None) -> Look:
    """Looks at ``portal`` and archives into ``folder``, which is the caller's to remove.

    Shares pace, slots and pauses of each host with the crawls that are running for the archive of this machine.
    ``proxy`` is for plain http; ``settings`` are Scrapy's. Raises LookError with the log where the crawl broke down.
    """
    run_dir = folder / "look"
    job = CrawlJob(
        portal=portal,
        run_id="look",
        date_from=FIRST_DAY,
        date_to=dt.datetime.now(dt.UTC).date(),
        run_dir=run_dir,
        archive=folder,
        hosts=shared_hosts(),
        proxy=proxy,
        contact=os.environ.get(CONTACT) or None,
        settings={"SPIDER": SPIDER, **(settings or {})},
    )
    file = folder / "look.json"
    file.write_text(job.model_dump_json(), encoding="utf-8")
    log = _run(file)
    outcome = read_outcome(run_dir / OUTCOME_FILE)
    if outcome is None:
        raise LookError(log.strip() or "the crawl ended without a word")
    return Look(portal, tuple(read_pages(run_dir)), outcome, log)


def shared_hosts() -> Path | None:
    """The folder in which harvests of this machine keep the budgets of hosts; None where nothing is harvested yet."""
    home = os.environ.get(HOME) or ".tintinh"
    archive = Path(os.environ.get(ARCHIVE) or f"{home}/archive").expanduser().absolute()
    return archive / FOLDER if archive.is_dir() else None


def _run(job: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "crawlers.run", str(job)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return done.stdout
