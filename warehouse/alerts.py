"""What an operator is told, and when: one message a day about what changed, never a flood.

Pure except for :class:`Ledger`, which keeps what was told beside the snapshots, so that a restart repeats nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import accumulate
from typing import Any

from warehouse.model import CoverageState
from warehouse.objects import ObjectStore, StoreError

FOLDER = "_meta/told"
KEPT = 5  # ledgers that stay, for whoever reads while another writes
ATTEMPTS = 50
MOST_UNSENT = 6
REMINDER = dt.timedelta(days=7)
ZONE = dt.timezone(dt.timedelta(hours=7))  # Asia/Ho_Chi_Minh
WORST = (CoverageState.BROKEN, CoverageState.BLOCKED, CoverageState.LATE)
MOST_LINES = 30  # portals that one message names
LONGEST_REASON = 150  # characters
LONGEST = 3500  # characters of one message: chat services refuse more than about 4,000


@dataclass(frozen=True, slots=True)
class Status:
    """A portal after a run: the state of the newest day that the run covered, and why."""

    portal: str
    state: str
    day: str  # ISO local day
    reason: str = ""

    @property
    def bad(self) -> bool:
        """Whether somebody should look."""
        return self.state in WORST


@dataclass(frozen=True, slots=True)
class Told:
    """What was last known of a portal, and what was last said: the ISO local day of the message and the state that
    it named, '' where nothing bad was said or it was taken back."""

    state: str
    since: str
    day: str
    said: str = ""
    said_state: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The end of one backfilled run: its days and the portals that are not well."""

    schedule: str
    run_id: str
    first: str
    last: str
    bad: tuple[Status, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything that was told: portals, the day of each schedule's last message; backfilled runs that are not summed
    up yet, and messages that could not be delivered, with those among them that were refused once."""

    portals: Mapping[str, Told] = field(default_factory=dict)
    spoken: Mapping[str, str] = field(default_factory=dict)  # schedule -> ISO local day
    waiting: tuple[Report, ...] = ()
    unsent: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def to_json(self) -> bytes:
        """Bytes for the ledger."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Memory:
        """Inverse of to_json."""
        plain = json.loads(data)
        waiting = tuple(
            Report(**{**report, "bad": tuple(Status(**status) for status in report["bad"])})
            for report in plain["waiting"]
        )
        return cls(
            {name: Told(**told) for name, told in plain["portals"].items()},
            plain["spoken"],
            waiting,
            tuple(plain["unsent"]),
            tuple(plain.get("refused", ())),
        )


def digest(memory: Memory, schedule: str, seen: Iterable[Status], now: dt.datetime) -> tuple[Memory, tuple[str, ...]]:
    """What to remember and the messages after a scheduled run; none while there is nothing new to say.

    Named are portals that became bad, that are bad in another way, that recovered, and once a week those that stay
    bad. A late day counts from the second run on. At most one message a local day and schedule: what changes after
    it is told with the next day's.
    """
    today = now.astimezone(ZONE).date()
    news = {status.portal: (status, memory.portals.get(status.portal)) for status in seen}
    portals = {**memory.portals, **{name: _remembered(status, told) for name, (status, told) in news.items()}}
    if memory.spoken.get(schedule) == today.isoformat():
        return replace(memory, portals=portals), ()
    worth = [status for name, (status, _) in news.items() if _is_news(status, portals[name], today)]
    flushed, waiting = flush(replace(memory, portals=portals), schedule)
    texts = tuple(filter(None, [_message(worth, len(news)) if worth else "", waiting]))
    if not texts:
        return flushed, ()
    said = {status.portal: _said(portals[status.portal], status, today) for status in worth}
    spoken = {**memory.spoken, schedule: today.isoformat()}
    return replace(flushed, portals={**portals, **said}, spoken=spoken), texts


def owed(memory: Memory) -> tuple[Memory, Memory]:
    """The memory without the messages that were not delivered, and the one with them, for whoever delivers them."""
    return replace(memory, unsent=(), refused=()), memory


def undelivered(memory: Memory, text: str, *, refused: bool) -> Memory:
    """The memory with one more message to send again; ``refused``: it is not sent a third time."""
    unsent = (*memory.unsent, text)[-MOST_UNSENT:]
    again = (*memory.refused, text) if refused else memory.refused
    return replace(memory, unsent=unsent, refused=tuple(known for known in again if known in unsent))


def flush(memory: Memory, schedule: str) -> tuple[Memory, str | None]:
    """The summary of the backfilled runs of a schedule that wait for it, which then wait no more."""
    mine = [report for report in memory.waiting if report.schedule == schedule]
    others = tuple(report for report in memory.waiting if report.schedule != schedule)
    return replace(memory, waiting=others), summary(mine)


def _remembered(status: Status, told: Told | None) -> Told:
    if told is None:
        return Told(status.state, status.day, status.day)
    same = told.state == status.state or not (status.bad or told.state in WORST)
    return replace(told, state=status.state, since=told.since if same else status.day, day=status.day)


def _is_news(status: Status, known: Told, today: dt.date) -> bool:
    if not status.bad:
        return bool(known.said)
    if status.state == CoverageState.LATE and known.since == status.day:
        return False
    if known.said_state != status.state:
        return True
    return today - dt.date.fromisoformat(known.said) >= REMINDER


def _said(known: Told, status: Status, today: dt.date) -> Told:
    said = (today.isoformat(), status.state) if status.bad else ("", "")
    return replace(known, said=said[0], said_state=said[1])


def _message(worth: list[Status], seen: int) -> str:
    """The message: a head, then the portals by state, the worst first."""
    bad = sorted((s for s in worth if s.bad), key=lambda s: (WORST.index(CoverageState(s.state)), s.portal))
    good = sorted((s for s in worth if not s.bad), key=lambda s: s.portal)
    lines = [f"{status.state.upper()} {status.portal} ({status.day}): {_brief(status.reason)}" for status in bad]
    lines += [f"WELL AGAIN {status.portal} ({status.day})" for status in good]
    return _fitted(f"tintinh: {len(bad)} of {seen} portals need a look, {len(good)} are well again", lines)


def _fitted(head: str, lines: list[str]) -> str:
    """Head and as many lines as one message takes, the number of the others below."""
    room = LONGEST - len(head) - 60  # for the last line
    lengths = accumulate(len(line) + 1 for line in lines[:MOST_LINES])
    kept = sum(length <= room for length in lengths)
    more = [f"... and {len(lines) - kept} more: python -m warehouse status"] if len(lines) > kept else []
    return "\n".join([head, *lines[:kept], *more])


def _brief(reason: str) -> str:
    return reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 3]}..."


def backfilled(memory: Memory, report: Report) -> Memory:
    """The memory with one more backfilled run that waits for the summary; of the same run the last report counts."""
    others = tuple(other for other in memory.waiting if other.run_id != report.run_id)
    return replace(memory, waiting=(*others, report))


def summary(reports: Iterable[Report]) -> str | None:
    """One text about all runs of a backfill; None without any."""
    runs = sorted(reports, key=lambda report: (report.first, report.run_id))
    if not runs:
        return None
    days: dict[str, list[Status]] = {}
    for status in (status for report in runs for status in report.bad):
        days.setdefault(status.portal, []).append(status)
    worst = sorted(days.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    said = ((name, bad, bad[-1]) for name, bad in worst)
    lines = [f"{name}: {len(bad)} days, last {one.day} {one.state}: {_brief(one.reason)}" for name, bad, one in said]
    last = max(report.last for report in runs)
    head = f"tintinh: backfill {runs[0].first} to {last}: {len(runs)} runs, {len(days)} portals with days to look at"
    return _fitted(head, lines)


class Ledger:
    """The memory as numbered objects of the warehouse: who creates the next number has the word."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store

    def read(self) -> Memory:
        """The newest memory; an empty one at first."""
        return self._newest()[1]

    def update(self, change: Callable[[Memory], tuple[Memory, Any]]) -> Any:
        """Replace the memory by ``change`` of it and return what else it gives; again if another was faster."""
        for _ in range(ATTEMPTS):
            number, memory = self._newest()
            following, result = change(memory)
            if following == memory:
                return result
            if self.store.create(_key(number + 1), following.to_json()):
                self._tidy()
                return result
        raise StoreError(f"{self.store.root}: {FOLDER} is written by too many at once; run it again later")

    def _newest(self) -> tuple[int, Memory]:
        keys = [entry.key for entry in self.store.entries(FOLDER)]
        if not keys:
            return 0, Memory()
        number = int(keys[-1].rpartition("/")[2].removesuffix(".json"))
        return number, Memory.from_json(self.store.get(keys[-1]))

    def _tidy(self) -> None:
        for entry in list(self.store.entries(FOLDER))[:-KEPT]:
            self.store.delete(entry.key)


def _key(number: int) -> str:
    return f"{FOLDER}/{number:010d}.json"
