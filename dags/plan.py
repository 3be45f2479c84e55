"""What one run asks of which portal: the run's parameters, partition key and the registry, turned into small dicts."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from crawlers.job import OUTCOME_FILE, read_outcome
from crawlers.portal import Cadence, Portal, load_registry

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SCHEDULE = "TINTINH_SCHEDULE"  # 'off': runs are made by hand only; default: on schedule
RETRY_DELAY = "TINTINH_RETRY_DELAY"  # seconds before a failed crawl is tried again, doubled each time; default 120
HOST_SUFFIXES = "TINTINH_PROXY_HOSTS"  # host suffixes that use the proxy, separated by ','; unset = all


class PlanError(ValueError):
    """The run's parameters contradict each other or the registry; the message says what to choose instead."""


class Unit(TypedDict):
    """The share of one portal in one run; days are ISO local days, inclusive."""

    portal: str
    run_id: str
    date_from: str
    date_to: str
    mode: str
    scheduled: bool
    limit: int | None
    dry_run: bool


def units(params: Mapping[str, Any], days: tuple[dt.date, dt.date], run_id: str, scheduled: bool) -> list[Unit]:
    """One unit a chosen portal; PlanError when nothing is left to do or a portal is unknown."""
    return [
        Unit(
            portal=portal.id,
            run_id=run_id,
            date_from=days[0].isoformat(),
            date_to=days[1].isoformat(),
            mode=params["mode"],
            scheduled=scheduled,
            limit=params["limit"],
            dry_run=bool(params["dry_run"]),
        )
        for portal in choose(params["portals"], params["provinces"], load_registry())
    ]


def choose(portals: list[str], provinces: list[str], registry: Mapping[str, Portal]) -> list[Portal]:
    """The named portals, of those only the ones in ``provinces`` where provinces are named."""
    unknown = sorted(set(portals) - registry.keys())
    if unknown:
        raise PlanError(f"not in the registry: {', '.join(unknown)}; it has {len(registry)} portals")
    chosen = [registry[name] for name in dict.fromkeys(portals)]
    if provinces:
        chosen = [portal for portal in chosen if portal.province in provinces]
    if not chosen:
        raise PlanError("no portal is chosen: pick some under 'portals' or enable one in the registry")
    return chosen


def window(params: Mapping[str, Any], key: str | None, now: dt.datetime) -> tuple[dt.date, dt.date] | None:
    """First and last local day of a run; None for a partition that lies in the future.

    ``from`` and ``to`` come first, then the partition key (its first ten characters are the day), then today.
    """
    today = now.astimezone(ZONE).date()
    day = dt.date.fromisoformat(key[:10]) if key else today
    first, last = _asked(params, "from"), _asked(params, "to")
    if first or last:
        first, last = first or last or day, last or today
    else:
        first = last = day
    if first > last:
        raise PlanError(f"'from' ({first}) is later than 'to' ({last})")
    return None if first > today else (first, min(last, today))


def scheduling() -> bool:
    """Whether portals are harvested on schedule (``TINTINH_SCHEDULE`` is not ``off``)."""
    return os.environ.get(SCHEDULE, "").lower() != "off"


def retry_delay() -> dt.timedelta:
    """How long a crawl that could not read its portal waits before its second try."""
    return dt.timedelta(seconds=float(os.environ.get(RETRY_DELAY) or 120))


def idle(params: Mapping[str, Any]) -> str | None:
    """Why a scheduled run has nothing to do; None when it has."""
    if not scheduling():
        return f"{SCHEDULE} is off: here runs are made by hand, by a backfill or by make harvest"
    return None if params["portals"] else "the registry enables no portal of this cadence"


def _asked(params: Mapping[str, Any], name: str) -> dt.date | None:
    return dt.date.fromisoformat(params[name]) if params.get(name) else None


def partition_key(key: str | None, units_: list[Unit]) -> str:
    """Key under which the run's result is announced: the run's own, else its last day."""
    return key or units_[0]["date_to"]


def run_dir(archive: Path, portal: str, run_id: str) -> Path:
    """Folder of one portal's crawl in one run; different run ids never share one."""
    return archive / portal / slug(run_id)


def outcome_reason(folder: Path) -> str | None:
    """Why the crawl in this folder did not finish, in its own words."""
    outcome = read_outcome(folder / OUTCOME_FILE)
    return outcome.reason if outcome else None


def slug(run_id: str) -> str:
    """``run_id`` as a folder name: letters, digits, '.', '_' and '-', with a hash where something was replaced."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", run_id).strip("-.")[:120]
    return safe if safe == run_id else f"{safe}-{hashlib.sha256(run_id.encode()).hexdigest()[:8]}"


def proxy_for(portal: Portal, proxy: str | None) -> str | None:
    """The proxy of a portal: ``proxy`` unless TINTINH_PROXY_HOSTS names suffixes and the portal's host has none."""
    suffixes = tuple(part.strip() for part in os.environ.get(HOST_SUFFIXES, "").split(",") if part.strip())
    host = portal.home.host or ""
    return proxy if not suffixes or host.endswith(suffixes) else None


def defaults(cadence: Cadence) -> list[str]:
    """Ids of the portals that a scheduled run of this cadence harvests."""
    return [portal.id for portal in load_registry().values() if portal.enabled and portal.cadence == cadence]
