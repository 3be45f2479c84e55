"""Crawls that are ended at any moment and taken up again: what came of them, compared with an undisturbed one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from crawlers.archive import OPEN, Archived, records
from crawlers.families.hints import Hints, hints_for
from crawlers.job import EXIT_FINISHED, PROGRESS_FILE, CrawlJob, Problem
from crawlers.warc import sha256
from tests.portals.server import SampleServer
from transforms.article import NotArticle, extract
from transforms.documents.page import extract_document

ROOT = Path(__file__).parents[2]
MOST_TRIES = 8
PATIENCE = 4.0  # seconds that a process without memory may hang before it is killed like any other that hangs
CRAMPED = 1 << 20  # bytes that are left to such a process
WAYS = ("terminated", "killed", "out of memory", "power cut")
Contents = dict[tuple[str, str], tuple[str, str, tuple[str, ...]]]  # key -> outcome, digest of the bytes read, files


@dataclass
class Result:
    """What a disturbed run left; ``ways`` are the kills that hit a living process."""

    seed: int
    ways: list[str] = field(default_factory=list)
    tries: int = 0
    lost: int = 0
    doubled: int = 0
    torn: int = 0  # records whose bytes are not those of the undisturbed run
    most_fetches: int = 0
    codes: list[int] = field(default_factory=list)
    told: list[str] = field(default_factory=list)  # the first differences

    @property
    def harmed(self) -> bool:
        """Whether anything but time was lost; a page in flight at each of n kills is fetched 1 + n times."""
        return bool(self.lost or self.doubled or self.torn or self.codes[-1] != EXIT_FINISHED)


class Launcher:
    """Context manager: the forking process of :mod:`tests.crawlers.launcher`."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.crawlers.launcher"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)

    def start(self, job: CrawlJob, die: str = "-") -> int:
        """Process id of a crawl; ``die`` as :mod:`tests.crawlers.launcher` has it."""
        job.archive.mkdir(parents=True, exist_ok=True)
        file = job.archive.parent / f"{job.run_id}.job.json"
        file.write_text(job.model_dump_json(), encoding="utf-8")
        return self._ask(f"start {file.with_suffix('.log')} {file} {die}")

    def wait(self, child: int) -> int:
        """Exit code of a crawl; a signal's number below zero."""
        return self._ask(f"wait {child}")

    def crawl(self, job: CrawlJob, die: str = "-") -> int:
        """Exit code of a crawl that is run to its end."""
        return self.wait(self.start(job, die))

    def _ask(self, line: str) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line + "\n")
        return int(self._process.stdout.readline())


def contents(job: CrawlJob) -> tuple[Contents, int, list[Problem]]:
    """What a run's archive gives, how often it gives a thing twice, and the damage it reports."""
    problems: list[Problem] = []
    found = [item for item in records(job.run_dir, job.archive, problems.append) if item.record.role != "robots"]
    hints = hints_for(job.portal.family)
    kept = {item.record.key: (item.record.outcome, _digest(item, hints), item.record.attachments) for item in found}
    return kept, len(found) - len(kept), problems


def _digest(item: Archived, hints: Hints) -> str:
    """Of a file its bytes, of a page its text: pages count their views, and an article has several addresses."""
    if item.record.role == "attachment":
        return sha256(item.body)
    read = extract if item.record.kind == "article" else extract_document
    found = read(item.body, url=item.record.url, hints=hints)
    return found.reason if isinstance(found, NotArticle) else found.content_hash


def disturbed(
    seed: int, ways: list[str], job: CrawlJob, launcher: Launcher, server: SampleServer, whole: Contents, lasts: float
) -> Result:
    """Ends a run once for each of ``ways`` at random moments of the ``lasts`` seconds it takes, then lets it finish."""
    chance, result = random.Random(seed), Result(seed)
    server.requests.clear()
    for way in ways:
        child = launcher.start(job)
        time.sleep(chance.uniform(0, lasts))
        if end(child, way):
            result.ways.append(way)
        result.codes.append(launcher.wait(child))
        if way == "power cut":
            cut(job, chance)
    while result.codes[-1] != EXIT_FINISHED and len(result.codes) < MOST_TRIES:
        result.codes.append(launcher.crawl(job))
    judge(result, job, server, whole)
    return result


def judge(result: Result, job: CrawlJob, server: SampleServer, whole: Contents) -> None:
    """Fills in what a run that was ended and taken up again left."""
    kept, result.doubled, problems = contents(job)
    urls = Counter(entry["url"] for entry in server.requests)
    result.tries = len(result.codes)
    result.lost = len(whole.keys() - kept.keys()) + sum(kept[key][0] != whole[key][0] for key in whole.keys() & kept)
    result.torn = sum(kept[key] != whole[key] for key in whole.keys() & kept.keys()) + len(kept.keys() - whole.keys())
    result.torn += len(problems)
    result.told = [f"{key}: {whole[key]} became {kept.get(key)}" for key in whole if kept.get(key) != whole[key]][:3]
    pages = [item.record.url for item in records(job.run_dir, job.archive) if item.record.id]
    result.most_fetches = max((urls[url] for url in pages), default=0)


def end(child: int, way: str) -> bool:
    """Ends a process group in one of ``WAYS``; False where it had ended by itself."""
    if psutil.Process(child).status() == psutil.STATUS_ZOMBIE:
        return False
    if way == "terminated":
        os.kill(child, signal.SIGTERM)
    elif way == "out of memory":
        suffocate(child)
    else:
        os.killpg(os.getpgid(child), signal.SIGKILL)
    return True


def suffocate(child: int) -> None:
    """Leaves a process no more memory; one that hangs on then is killed."""
    process = psutil.Process(child)
    limit = process.memory_info().vms + CRAMPED
    process.rlimit(psutil.RLIMIT_AS, (limit, limit))
    deadline = time.monotonic() + PATIENCE
    while process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            return
        time.sleep(0.02)


def cut(job: CrawlJob, chance: random.Random) -> None:
    """What a power cut takes: an end of what was not synchronised, of any length."""
    for path in job.run_dir.glob(f"*{OPEN}"):
        os.truncate(path, chance.randint(0, path.stat().st_size))
    progress = job.run_dir / PROGRESS_FILE
    if progress.exists() and chance.random() < 0.5:
        os.truncate(progress, 0)
