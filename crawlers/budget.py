"""One budget a host, shared by every crawl whose archive is the same folder, on this machine or beside it.

Below ``archive/.hosts``, or the job's ``hosts``, each host has a small file of turns and a few slot files. A request
first waits for its turn (first come, first served, at least ``delay`` seconds after the last start of anyone) and then
holds a slot until its answer is whole. Slots are ``flock`` locks, so those of a process that dies are free at once; a
place in the queue that nobody renews is given up after ``STALE`` seconds. Nothing here blocks: a lock that is taken is
tried again later.

Needs a POSIX volume on which ``flock`` works (any local disk, NFS 4) and, where several machines share it, clocks that
agree to a fraction of the delay.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import math
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

FOLDER = ".hosts"  # below the archive
STALE = 3.0  # seconds after which a place in the queue that was not renewed is given up
STEP = 0.2  # longest sleep between two looks at the queue; a stop is noticed as fast
SHORT_STEP = 0.015  # sleep while somebody else is before us or holds the lock
LEARNED = 86400.0  # seconds that a delay learned from robots.txt holds without being confirmed


class BudgetError(RuntimeError):
    """The files of a host's budget cannot be written: no request is made, as nobody could count it."""

    remedy = "make room on that disk, or the folder writable for this user, and clear the task"


class Stopped(Exception):  # noqa: N818 - no error: the crawl ends while a request waits
    """The crawl is being stopped; the request was not made."""


@dataclass
class Turns:
    """What a host's file holds; times are Unix seconds.

    ``waiting`` has, by ticket, when it was last renewed; tickets sort by when they came.
    """

    last: float = 0.0  # start of the last request
    until: float = 0.0  # nobody may start before
    delay: float = 0.0  # asked for by robots.txt
    learned: float = 0.0  # when that was read
    waiting: dict[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, handle: int) -> Turns:
        """The turns in an open file; none where it is empty, torn or of another shape."""
        size = os.fstat(handle).st_size
        line = os.pread(handle, size, 0).partition(b"\n")[0]
        try:
            return cls._of(json.loads(line)) if line else cls()
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return cls()

    @classmethod
    def _of(cls, kept: Any) -> Turns:
        """What a file said; raises where it is of another shape."""
        waiting = {str(ticket): _number(seen) for ticket, seen in kept.get("waiting", {}).items()}
        last, until, delay, learned = (_number(kept.get(name, 0.0)) for name in ("last", "until", "delay", "learned"))
        return cls(last, until, delay, learned, waiting)

    def write(self, handle: int) -> None:
        """Replaces an open file's first line, the only one that counts."""
        os.pwrite(handle, json.dumps(vars(self)).encode() + b"\n", 0)

    def asked(self, now: float) -> float:
        """Seconds between two starts that robots.txt asks for."""
        return self.delay if abs(now - self.learned) < LEARNED else 0.0

    def is_next(self, ticket: str, now: float) -> bool:
        """Renews a ticket's place and says whether it is the first one; forgets those that nobody renews."""
        self.waiting = {name: seen for name, seen in self.waiting.items() if abs(now - seen) < STALE}
        self.waiting[ticket] = now
        return min(self.waiting) == ticket

    def rest(self, delay: float, longest: float, now: float) -> float:
        """Seconds until the next request may start; what lies ahead of a clock that was set back moves back with it."""
        self.last, self.until = min(self.last, now), min(self.until, now + longest)
        gap = max(delay, self.asked(now))
        return max(min(self.last + gap - now, gap), min(self.until - now, longest), 0.0)


class HostBudget:
    """The budget of one host as one process sees it; ``folder`` holds its files, ``slots`` is the most in flight."""

    def __init__(self, folder: Path, host: str, slots: int) -> None:
        self._path = folder / file_name(host)
        with self._told():
            folder.mkdir(parents=True, exist_ok=True)
            self._turns = _open(self._path, "turns")
            self._free = [_open(self._path, f"slot-{number}") for number in range(max(1, slots))]

    def close(self) -> None:
        """Closes the files and thereby frees what is held."""
        for handle in (self._turns, *self._free):
            os.close(handle)
        self._free = []

    def change(self, update: Callable[[Turns], Any]) -> bool:
        """Applies a change to the turns; False if another process is at them just now."""
        with _attempt(self._turns) as taken:
            if taken:
                turns = Turns.read(self._turns)
                update(turns)
                self._keep(turns)
            return taken

    def take(self, ticket: str, delay: float, longest: float) -> tuple[int | None, float]:
        """A slot's handle if the ticket may start now, else None and the seconds after which to ask again."""
        with _attempt(self._turns) as taken:
            if not taken:
                return None, SHORT_STEP
            turns, now = Turns.read(self._turns), time.time()
            handle, pause = self._decide(turns, ticket, turns.rest(delay, longest, now), now)
            try:
                self._keep(turns)
            except BudgetError:
                if handle is not None:
                    self.give(handle)
                raise
            return handle, pause

    def give(self, handle: int) -> None:
        """Gives a slot back."""
        fcntl.flock(handle, fcntl.LOCK_UN)
        self._free.append(handle)

    def _keep(self, turns: Turns) -> None:
        with self._told():
            turns.write(self._turns)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Names the files where they cannot be written."""
        try:
            yield
        except OSError as error:
            raise BudgetError(f"the budget of the host, {self._path}.turns, cannot be written ({error})") from error

    def _decide(self, turns: Turns, ticket: str, rest: float, now: float) -> tuple[int | None, float]:
        first = turns.is_next(ticket, now)
        if rest > 0:
            return None, min(rest if first else rest + SHORT_STEP, STEP)
        handle = self._slot() if first else None
        if handle is None:
            return None, SHORT_STEP
        turns.last = now
        del turns.waiting[ticket]
        return handle, 0.0

    def _slot(self) -> int | None:
        for handle in self._free:
            if _lock(handle):
                self._free.remove(handle)
                return handle
        return None


class Budget:
    """Every host's budget for one crawl. ``stopping`` says whether the crawl ends; ``longest`` bounds a pause."""

    _crawls: ClassVar[WeakKeyDictionary[Crawler, Budget]] = WeakKeyDictionary()

    def __init__(
        self, folder: Path, *, slots: int, delay: float, longest: float, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self._folder, self._slots, self._delay, self._longest = folder, slots, delay, longest
        self._stopping = stopping
        self._hosts: dict[str, HostBudget] = {}
        self._asked: dict[str, float] = {}
        self._numbers = 0
        self._owner = f"{os.uname().nodename}.{os.getpid()}"

    @classmethod
    def of(cls, crawler: Crawler) -> Budget:
        """The budget of a crawl, the same for everything that asks."""
        if crawler not in cls._crawls:
            settings, spider = crawler.settings, _spider(crawler)
            cls._crawls[crawler] = cls(
                spider.job.hosts or spider.job.archive / FOLDER,
                slots=settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"),
                delay=settings.getfloat("DOWNLOAD_DELAY"),
                longest=settings.getfloat("RETRY_AFTER_MAX"),
                stopping=lambda: spider.recorder.stopping,
            )
        return cls._crawls[crawler]

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Waits for the host's turn and holds one of its slots; raises Stopped instead when the crawl ends."""
        budget, handle = self._of(host), None
        ticket = self._ticket()
        try:
            while handle is None:
                handle, pause = budget.take(ticket, self._delay, self._longest)
                if handle is None:
                    await self._sleep(pause)
            yield
        finally:
            if handle is None:
                with suppress(BudgetError):  # nobody renews the place, so it is given up
                    budget.change(lambda turns: turns.waiting.pop(ticket, None))
            else:
                budget.give(handle)

    async def pause(self, host: str, seconds: float) -> None:
        """Nobody asks the host for ``seconds``, in this crawl and in every other."""
        until = time.time() + min(seconds, self._longest)
        await self._change(host, lambda turns: setattr(turns, "until", max(turns.until, until)))

    async def slow(self, host: str, delay: float) -> None:
        """Keeps the delay that robots.txt asks for, for every crawl; the longest of those that this crawl read."""
        self._asked[key(host)] = longest = max(delay, self._asked.get(key(host), 0.0))

        def update(turns: Turns) -> None:
            turns.delay, turns.learned = longest, time.time()

        await self._change(host, update)

    def close(self) -> None:
        """Frees everything."""
        for budget in self._hosts.values():
            budget.close()
        self._hosts = {}

    def _ticket(self) -> str:
        self._numbers += 1
        return f"{time.time():.6f} {self._owner}.{self._numbers}"

    async def _change(self, host: str, update: Callable[[Turns], Any]) -> None:
        budget = self._of(host)
        while not budget.change(update):
            await self._sleep(SHORT_STEP)

    async def _sleep(self, seconds: float) -> None:
        if self._stopping():
            raise Stopped
        await asyncio.sleep(seconds)

    def _of(self, host: str) -> HostBudget:
        name = key(host)
        if name not in self._hosts:
            self._hosts[name] = HostBudget(self._folder, name, self._slots)
        return self._hosts[name]


def key(host: str) -> str:
    """The name under which a host's requests are counted: ``www.`` is the same server."""
    return host.lower().rstrip(".").removeprefix("www.")


def file_name(host: str) -> str:
    """A host as a file name, whatever it is made of: other letters than those of host names become a digest."""
    if re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,99}", host):
        return host
    return f"host-{hashlib.sha256(host.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _spider(crawler: Crawler) -> Any:
    return crawler.spider


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is no time")
    return number


def _open(path: Path, suffix: str) -> int:
    return os.open(f"{path}.{suffix}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o664)


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _attempt(handle: int) -> Iterator[bool]:
    """Tries a lock once; yields whether it was taken, and frees it."""
    taken = _lock(handle)
    try:
        yield taken
    finally:
        if taken:
            fcntl.flock(handle, fcntl.LOCK_UN)
