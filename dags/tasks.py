"""The steps after the crawl, as functions that Airflow's tasks call; they exchange small dicts only.

Everything heavy is imported inside the functions: the DAG files are parsed every few seconds.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from crawlers.job import OUTCOME_FILE, PROGRESS_FILE, CrawlOutcome, read_outcome
from crawlers.portal import Portal, load_registry, provinces
from dags.plan import Unit, run_dir
from warehouse.settings import paths

if TYPE_CHECKING:
    import pyarrow as pa

    from warehouse.store import Warehouse

log = logging.getLogger(__name__)

MOST_SOURCES = 200  # of one run that are kept to compare later runs with
FINE = frozenset({"ok", "unchanged", "not_article"})
HEADER = f"{'portal':<28} {'state':<12} {'articles':>8} {'documents':>9} {'unchanged':>9} {'errors':>6}  reason"


def transform(unit: Unit) -> dict[str, Any]:
    """Read the run's archive, in mode ``reparse`` everything archived of its days, or in mode ``retag`` the stored
    texts of its days, into staged observations.

    Returns the handle for ``load``. Memory does not grow with the run: rows pass in batches of 200.
    """
    from warehouse.store import Warehouse

    warehouse = Warehouse.open()
    run = run_row(unit, outcome_of(unit))
    counted = Counter[str]()
    staged = warehouse.stage(_counted(observations(unit, warehouse), counted), run)
    run |= {**_counts(counted), "finished_at": dt.datetime.now(dt.UTC)}  # only now everything is counted
    staged = replace(staged, run={**staged.run, **run, **_iso(run)})
    log.info("%(portal)s: %(articles)d articles, %(documents)d documents, %(errors)d errors", run)
    return {"staged": json.loads(staged.to_json()), "run": _summary(run)}


def observations(unit: Unit, warehouse: Warehouse) -> Iterator[pa.RecordBatch]:
    """Batches of the schema OBSERVATIONS for one unit; no request is made."""
    from transforms import pipeline
    from transforms.retag import retag

    where, portal, now = paths(), load_registry()[unit["portal"]], dt.datetime.now(dt.UTC)
    if unit["mode"] == "refetch":
        folder = run_dir(where.archive, portal.id, unit["run_id"])
        return pipeline.observe(folder, where.archive, portal, unit["run_id"], now, None)
    days = dt.date.fromisoformat(unit["date_from"]), dt.date.fromisoformat(unit["date_to"])
    if unit["mode"] == "retag":
        return retag(warehouse.texts(portal.id, *days), portal, unit["run_id"], now)
    pointers = warehouse.pointers(portal.id, *days)
    return pipeline.reobserve(pointers, where.archive, portal, unit["run_id"], now)


def load(transformed: dict[str, Any]) -> dict[str, Any]:
    """Publish what ``transform`` staged in one snapshot; returns the run's counts and the snapshot's number."""
    from warehouse.store import Staged, Warehouse

    staged = Staged.from_json(json.dumps(transformed["staged"]))
    commit = Warehouse.open().commit([staged], portals_table())
    log.info("snapshot %s, rows changed: %s", commit.snapshot, dict(commit.tables))
    for reason in commit.quarantined:
        log.warning("quarantined: %s", reason)
    return {**transformed["run"], "snapshot": commit.snapshot}


def export() -> dict[str, Any] | None:
    """Renew the DuckDB views and the export that ``latest`` points to; returns what was exported, None when nothing."""
    from warehouse.release import export_latest
    from warehouse.store import Warehouse

    exported = export_latest(Warehouse.open())
    log.info("%s", exported or "nothing to export yet")
    return asdict(exported) if exported else None


def release(name: str) -> dict[str, Any] | None:
    """Freeze the newest snapshot under ``name`` unless that is there already; None for an empty warehouse."""
    from warehouse.releases import freeze
    from warehouse.store import Warehouse

    warehouse = Warehouse.open()
    frozen = freeze(warehouse, name) if warehouse.snapshot() else None
    log.info("%s", frozen or "nothing to release yet")
    return {**asdict(frozen), "rows": dict(frozen.rows)} if frozen else None


def report() -> str | None:
    """Write the report page of the newest export; its place, None before the first export."""
    from warehouse.report import write_report
    from warehouse.store import Warehouse

    place = write_report(Warehouse.open())
    log.info("report: %s", place)
    return place


def examine() -> None:
    """Let the warehouse's doctor look and clean; RuntimeError names objects that are missing."""
    from warehouse.doctor import examine
    from warehouse.store import Warehouse

    report = examine(Warehouse.open())
    log.info("%d leftovers removed, %d bytes freed", report.removed, report.freed)
    if not report.healthy:
        raise RuntimeError(f"{len(report.missing)} objects are missing, for example {report.missing[0]}")


def outcome_of(unit: Unit) -> CrawlOutcome:
    """How the unit's crawl ended; a killed one that left only its progress counts as failed."""
    now = dt.datetime.now(dt.UTC).isoformat()
    nothing = CrawlOutcome(portal=unit["portal"], run_id=unit["run_id"], started_at=now, finished_at=now)
    if unit["mode"] != "refetch":
        return nothing.model_copy(update={"state": "finished"})
    folder = run_dir(paths().archive, unit["portal"], unit["run_id"])
    ended = read_outcome(folder / OUTCOME_FILE)
    if ended:
        return ended
    reason = "the crawl's process ended without a result; see the log of the task crawl"
    return (read_outcome(folder / PROGRESS_FILE) or nothing).model_copy(update={"state": "failed", "reason": reason})


def run_row(unit: Unit, outcome: CrawlOutcome) -> dict[str, Any]:
    """The row of table ``runs`` for one unit; articles, documents, unchanged and errors are counted later."""
    portal = load_registry()[unit["portal"]]
    partial = unit["mode"] != "refetch" or unit["limit"] is not None
    return {
        "portal": portal.id,
        "run_id": unit["run_id"],
        "mode": unit["mode"],
        "date_from": dt.date.fromisoformat(unit["date_from"]),
        "date_to": dt.date.fromisoformat(unit["date_to"]),
        "state": outcome.state,
        "reason": outcome.reason or _lost_pages(outcome),
        "natural_end": None if unit["mode"] != "refetch" else outcome.natural_end,
        "listings_failed": outcome.listings_failed,
        "started_at": dt.datetime.fromisoformat(outcome.started_at),
        "finished_at": dt.datetime.now(dt.UTC),
        **{name: getattr(outcome, name) for name in ("requests", "listing_requests", "bytes", "candidates")},
        **dict.fromkeys(("articles", "documents", "unchanged", "errors"), 0),
        "sources": None if partial else [source.model_dump() for source in outcome.sources[:MOST_SOURCES]],
        "expect_min": portal.expect.articles_per_day[0],
        "expect_max": portal.expect.articles_per_day[1],
        **{f"expect_{name}": getattr(portal.expect, name) for name in ("title", "date", "body")},
        "code_version": version("tintinh"),
    }


def _lost_pages(outcome: CrawlOutcome) -> str | None:
    """Which pages of listings a crawl could not read whose listings did not end by themselves."""
    if outcome.natural_end or not outcome.listings_failed:
        return None
    first = next((problem for problem in outcome.problems if problem.listing), None)
    named = f", first {first.url}: {first.message}" if first else ""
    remedy = "run these days again; if the pages fail again, open them and correct 'sections' or the family's pages"
    return f"{outcome.listings_failed} pages of listings could not be read{named}; remedy: {remedy}"


def portals_table() -> pa.Table:
    """The registry as the table ``portals``."""
    import pyarrow as pa

    from warehouse.schema import PORTALS

    rows = [_portal_row(portal) for portal in load_registry().values()]
    return pa.Table.from_pylist(rows, schema=PORTALS.arrow())


def digest(units: list[Unit], loaded: Iterable[dict[str, Any] | None]) -> list[dict[str, Any]]:
    """One row a portal of the run, written to the log as a table; a portal that was not loaded says why."""
    done = {row["portal"]: row for row in loaded if row}
    rows = [done.get(unit["portal"]) or _missing(unit) for unit in units]
    log.info(HEADER)
    for row in rows:
        log.info(
            "%-28s %-12s %8d %9d %9d %6d  %s",
            *(row[name] for name in ("portal", "state", "articles", "documents", "unchanged", "errors")),
            row["reason"] or "",
        )
    return rows


def failures(rows: list[dict[str, Any]]) -> list[str]:
    """One line for each portal whose part of the run did not finish."""
    return [f"{row['portal']}: {row['state']}: {row['reason']}" for row in rows if row["state"] != "finished"]


def _missing(unit: Unit) -> dict[str, Any]:
    row = run_row(unit, outcome_of(unit))
    if row["state"] == "finished" and not unit["dry_run"]:
        row |= {"state": "failed", "reason": "fetched but not loaded; see the log of the task transform or load"}
    return _summary(row)


def _summary(run: dict[str, Any]) -> dict[str, Any]:
    names = ("portal", "state", "reason", "requests", "articles", "documents", "unchanged", "errors")
    return {name: run[name] for name in names}


def _counted(batches: Iterable[pa.RecordBatch], counted: Counter[str]) -> Iterator[pa.RecordBatch]:
    """Pass the batches on; ``counted`` is complete once the last one has passed: measures, 'kind outcome', outcomes."""
    from warehouse.measures import measured

    for batch in batches:
        kinds, outcomes = (batch.column(name).to_pylist() for name in ("kind", "outcome"))
        counted.update(f"{kind} {outcome}" for kind, outcome in zip(kinds, outcomes, strict=True))
        counted.update(f"outcome:{outcome}" for outcome in outcomes)
        counted.update(f"flag:{flag}" for flags in batch.column("quality_flags").to_pylist() for flag in flags or ())
        counted.update(measured(batch))
        yield batch


def _counts(counted: Counter[str]) -> dict[str, Any]:
    from warehouse.measures import COUNTED, flag_counts, outcome_counts

    outcomes, flags = (
        Counter({name.partition(":")[2]: n for name, n in counted.items() if name.startswith(f"{group}:")})
        for group in ("outcome", "flag")
    )
    return {
        "articles": counted["article ok"],
        "documents": counted["document ok"],
        "unchanged": outcomes["unchanged"],
        "errors": sum(number for name, number in outcomes.items() if name not in FINE),
        **{name: counted[name] for name in COUNTED},
        "outcomes": outcome_counts(outcomes),
        "flags": flag_counts(flags),
    }


def _iso(run: dict[str, Any]) -> dict[str, str]:
    return {name: value.isoformat() for name, value in run.items() if isinstance(value, dt.date)}


def _portal_row(portal: Portal) -> dict[str, Any]:
    province = provinces()[portal.province]
    names = ("name", "kind", "province", "family", "since", "cadence", "enabled", "verified", "licence")
    return {
        "portal": portal.id,
        "home": str(portal.home),
        "province_code": province.code,
        "province_2025": province.slug_2025,
        **{name: getattr(portal, name) for name in names},
    }


def totals(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Sums over the portals of a run."""
    return {name: sum(row[name] for row in rows) for name in ("requests", "articles", "documents", "errors")}
