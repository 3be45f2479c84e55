"""Portal by local day: does silence mean that nothing was published, or that nobody looked?"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.days import day_class
from warehouse.drift import OFFSET, Finding, drift, end_of, least, lost_pages
from warehouse.history import Item, Readings
from warehouse.measures import GUARDS, flag_counts
from warehouse.schema import COVERAGE, CoverageState, Kind, Outcome

AGAIN = "remedy: run this day again"
PATIENCE = dt.timedelta(hours=48)  # after the end of a day, fewer news than expected no longer mean "still coming"


@dataclass(slots=True)
class Counts:
    """What the warehouse holds of each portal and day: (portal, day) -> number."""

    articles: Counter[tuple[str, dt.date]] = field(default_factory=Counter)
    documents: Counter[tuple[str, dt.date]] = field(default_factory=Counter)
    errors: Counter[tuple[str, dt.date]] = field(default_factory=Counter)
    guards: defaultdict[tuple[str, dt.date], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of one portal's day: the runs that asked for it, earliest first, and what they held."""

    day: dt.date
    kind: str
    runs: list[dict[str, Any]]
    findings: list[Finding]
    articles: int
    documents: int
    errors: int


def coverage(
    observations: Readings,
    items: Sequence[Item],
    runs: pa.Table,
    partition: tuple[str, str],
    kinds: Mapping[str, str],
) -> pa.Table:
    """Rows of COVERAGE for every day of the month that a run asked for, and for days after a portal's first run that
    none asked for, up to the newest one that the province was crawled for: a portal that is run no more does not fall
    silent unnoticed.

    ``items`` are the histories of ``observations``; ``runs`` may reach beyond the month, which is how a gap that
    crosses its border is known and what was usual before it. ``kinds``: the kind of each portal. Runs that made no
    request (reparse, retag) cover nothing.
    """
    days = _month_days(partition[1])
    counts = _counts(observations, items)
    grouped = _by_portal(runs)
    last = max((run["date_to"] for own in grouped.values() for run in own), default=dt.date.min)
    rows = [row for name, own in grouped.items() for row in _portal_rows((name, kinds[name]), own, days, counts, last)]
    for row in rows:
        row["province"], row["month"] = partition
    rows.sort(key=lambda row: (row["portal"], row["day"]))
    return pa.Table.from_pylist(rows, schema=COVERAGE.arrow())


def _counts(observations: Readings, items: Sequence[Item]) -> Counts:
    names = ["portal", "published_date", "issued_date", "listing_day", "quality_flags"]
    rows = observations.select(names)
    light = {name: rows[name].to_pylist() for name in names}
    counts = Counts()
    for item in items:
        row = item.versions[-1].row if item.versions else item.last_row
        dates = [light["published_date"][row], light["issued_date"][row]]
        day = next(filter(None, dates if item.kind == Kind.ARTICLE else reversed(dates)), None)
        if item.versions and day:
            held = counts.articles if item.kind == Kind.ARTICLE else counts.documents
            held[light["portal"][row], day] += 1
        key = (light["portal"][row], day or light["listing_day"][row] or _seen_day(item))
        counts.errors[key] += item.failing and item.last_outcome != Outcome.GONE.value
        if item.versions:
            counts.guards[key].update(GUARDS.intersection(light["quality_flags"][row] or ()))
    return counts


def _seen_day(item: Item) -> dt.date:
    return (dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=item.first) + OFFSET).date()


def _month_days(month: str) -> list[dt.date]:
    year, number = map(int, month.split("-"))
    return [dt.date(year, number, day) for day in range(1, calendar.monthrange(year, number)[1] + 1)]


def _by_portal(runs: pa.Table) -> dict[str, list[dict[str, Any]]]:
    crawled = runs.filter(pc.equal(runs["mode"], "refetch"))
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for run in crawled.to_pylist():
        grouped[run["portal"]].append(run)
    for own in grouped.values():
        own.sort(key=lambda run: (run["finished_at"], run["run_id"]))
    return grouped


def _portal_rows(
    portal: tuple[str, str], runs: list[dict[str, Any]], days: Iterable[dt.date], counts: Counts, last: dt.date
) -> Iterator[dict[str, Any]]:
    first = min(run["date_from"] for run in runs)
    findings = drift(runs)
    for day in days:
        if first <= day <= last:
            covering = [run for run in runs if run["date_from"] <= day <= run["date_to"]]
            yield _row(portal, day, covering, findings.get(day, []), counts)


def _row(
    portal: tuple[str, str], day: dt.date, runs: list[dict[str, Any]], findings: list[Finding], counts: Counts
) -> dict[str, Any]:
    key = (portal[0], day)
    numbers = {name: getattr(counts, name)[key] for name in ("articles", "documents", "errors")}
    state, reason = _judge(Day(day, portal[1], runs, findings, **numbers))
    return {
        "portal": portal[0],
        "day": day,
        "day_kind": day_class(day).value,
        "expected": least(_expect_min(runs), day, portal[1]) if runs else None,
        "state": state.value,
        **numbers,
        "guards": flag_counts(counts.guards[key]),
        "lag_hours": _lag(day, runs),
        "reason": reason,
        "run_id": runs[-1]["run_id"] if runs else None,
    }


def _judge(day: Day) -> tuple[CoverageState, str | None]:
    """State and reason of a day."""
    if not day.runs:
        return CoverageState.NOT_RUN, "no run asked for this day; backfill it"
    finished = [run for run in day.runs if run["state"] == "finished"]
    over = bool(finished) and finished[-1]["finished_at"] >= end_of(day.day)
    if not over and day.runs[-1]["state"] != "finished":
        return _unfinished(day.runs[-1])
    if reasons := _broken(day):
        return CoverageState.BROKEN, " | ".join(reasons)
    young = finished[-1]["finished_at"] < end_of(day.day) + PATIENCE
    if reason := _lost(day, finished):
        return (CoverageState.LATE if young else CoverageState.BROKEN), reason
    if reasons := _missing(day, _expect_min(finished)):
        soon = day.articles > 0 and young
        return (CoverageState.LATE if soon or not over else CoverageState.BROKEN), " | ".join(reasons)
    return (CoverageState.OK if day.articles + day.documents else CoverageState.EMPTY_EXPECTED), None


def _broken(day: Day) -> list[str]:
    """What is wrong that no later article can mend."""
    reasons = [str(finding) for finding in day.findings if not finding.missing]
    if day.errors > day.articles + day.documents:
        read = day.articles + day.documents
        reasons.insert(0, f"{day.errors} candidates could not be read, {read} could{_outcomes(day.runs[-1])}")
    return reasons


def _lost(day: Day, finished: list[dict[str, Any]]) -> str | None:
    """What says that pages of listings were lost, unless a run that came late enough read them all."""
    after = [run for run in finished if run["finished_at"] >= end_of(day.day)] or finished[-1:]
    if not all(map(lost_pages, after)):
        return None
    return after[-1]["reason"] or f"{after[-1]['listings_failed']} pages of listings could not be read; {AGAIN}"


def _missing(day: Day, expect_min: int) -> list[str]:
    """What says that articles are missing."""
    reasons = [str(finding) for finding in day.findings if finding.missing]
    expected = least(expect_min, day.day, day.kind)
    if day.articles < expected:
        named = f" on a {day_class(day.day)}" if expected != expect_min else ""
        reasons.insert(0, f"{day.articles} articles, the registry expects at least {expected}{named}")
    return reasons


def _expect_min(runs: list[dict[str, Any]]) -> int:
    return runs[-1]["expect_min"] or 0


def _outcomes(run: Mapping[str, Any]) -> str:
    told = ", ".join(f"{entry['outcome']} {entry['count']}" for entry in run["outcomes"] or ())
    return f" ({told})" if told else ""


def _unfinished(run: dict[str, Any]) -> tuple[CoverageState, str]:
    states = {"blocked": CoverageState.BLOCKED, "interrupted": CoverageState.LATE, "failed": CoverageState.BROKEN}
    return states[run["state"]], run["reason"] or f"the run ended {run['state']}"


def _lag(day: dt.date, runs: list[dict[str, Any]]) -> float | None:
    """Hours until the first finished run; None without one."""
    first = next((run["finished_at"] for run in runs if run["state"] == "finished"), None)
    waited: dt.timedelta | None = first - end_of(day) if first else None
    return waited.total_seconds() / 3600 if waited is not None else None
