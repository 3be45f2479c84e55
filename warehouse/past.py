"""The warehouse as it was at a time: from the snapshot of then, or where that is gone from what was known then.

Snapshots of long ago are not kept (see doctor). The observations are, and tables are a pure function of them: those of
runs that had finished by then give the tables of then, derived by today's code and with today's registry. Only what a
run that was run again had seen the first time, and what the takedown list took away, is not in them any more.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from warehouse import snapshots
from warehouse.alerts import ZONE
from warehouse.commit import Stored
from warehouse.parquet import conform, decode
from warehouse.plan import relevant
from warehouse.publish import publish
from warehouse.schema import OBSERVATIONS, PORTALS, RUNS, TABLES
from warehouse.snapshots import Bundle, Snapshot
from warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class Past:
    """The tables at ``when`` (UTC). ``exact``: they are those of ``snapshot``, else they are derived anew from it."""

    warehouse: Warehouse
    when: dt.datetime
    snapshot: Snapshot
    exact: bool

    def read(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        province: str | None = None,
        month: str | None = None,
    ) -> pa.Table:
        """Rows of ``table`` as Warehouse.read gives them."""
        rows = self.tables([table], province, month)[table]
        return rows if columns is None else rows.select(list(columns))

    def tables(
        self, names: Sequence[str], province: str | None = None, month: str | None = None
    ) -> dict[str, pa.Table]:
        """Whole tables by name; what must be derived is derived once, whatever their number."""
        kept = names if self.exact else [name for name in names if name == PORTALS.name]
        number = self.snapshot.number
        found = {name: [self.warehouse.read(name, None, province, month, number)] for name in kept}
        found |= {name: [TABLES[name].arrow().empty_table()] for name in names if name not in kept}
        if len(kept) < len(names):
            for name, rows in self._derived(set(names), province, month):
                found[name].append(rows)
        return {name: pa.concat_tables(parts) for name, parts in found.items()}

    def _derived(self, names: set[str], province: str | None, month: str | None) -> Iterator[tuple[str, pa.Table]]:
        portals = self.warehouse.read(PORTALS.name, snapshot=self.snapshot.number)
        for place in sorted({place for place, _ in self.snapshot.years}):
            if province in (None, place):
                bundles = self.warehouse.bundles(self.snapshot, place)
                runs = self._runs(bundles)
                for bundle in bundles:
                    if month in (None, bundle.month):
                        told = self._partition(names, bundle, runs, portals)
                        yield from ((name, rows) for name, rows in told if name in names)

    def _partition(
        self, names: set[str], bundle: Bundle, runs: pa.Table, portals: pa.Table
    ) -> Iterator[tuple[str, pa.Table]]:
        yield RUNS.name, runs.filter(pc.equal(runs["month"], bundle.month))
        then = Then(Stored(self.warehouse.store, bundle.observations), runs)
        if OBSERVATIONS.name in names:
            yield OBSERVATIONS.name, then.select([column.name for column in OBSERVATIONS.columns])
        near = relevant(runs, bundle.month)
        if names - {RUNS.name, OBSERVATIONS.name} and (then.rows or near.num_rows):
            yield from publish(then, near, portals, bundle.month)

    def _runs(self, bundles: Sequence[Bundle]) -> pa.Table:
        paths = [path for bundle in bundles for path in bundle.paths(RUNS.name)]
        store = self.warehouse.store
        tables = snapshots.fetch_all(lambda path: conform(decode(store.get(path)), RUNS), paths)
        runs = pa.concat_tables([RUNS.arrow().empty_table(), *tables])
        return runs.filter(pc.less_equal(runs["finished_at"], pa.scalar(self.when, RUNS.column("finished_at").type)))


class Then:
    """The observations of those runs alone, of which columns can be had."""

    def __init__(self, stored: Stored, runs: pa.Table) -> None:
        self._stored = stored
        names = stored.select(["portal", "run_id"])
        finished = pc.binary_join_element_wise(runs["portal"], runs["run_id"], "\n")
        seen = pc.binary_join_element_wise(names["portal"], names["run_id"], "\n")
        self._mask = pc.is_in(seen, pa.array(finished.to_pylist(), pa.string()))
        self.rows: int = pc.sum(self._mask).as_py() or 0

    def select(self, names: list[str]) -> pa.Table:
        """These columns of the rows of finished runs."""
        return self._stored.select(names).filter(self._mask)


def as_of(warehouse: Warehouse, when: dt.date) -> Past:
    """The warehouse as it was at a zone-aware time, or at the end of a day of Asia/Ho_Chi_Minh.

    Exact where the newest snapshot of then is still kept and obeys today's takedown list. ValueError for a time without
    zone.
    """
    moment = _moment(when)
    head, numbers = warehouse.at(None), snapshots.numbers(warehouse.store)
    place = bisect_right(numbers, moment.isoformat(), key=lambda number: warehouse.at(number).at) - 1
    number = numbers[place] if place >= 0 else 0
    obedient = not number or warehouse.at(number).takedowns == head.takedowns
    if number == head.number or (number + 1 in numbers and obedient):
        return Past(warehouse, moment, warehouse.at(number), exact=True)
    return Past(warehouse, moment, head, exact=False)


def _moment(when: dt.date) -> dt.datetime:
    if not isinstance(when, dt.datetime):
        return dt.datetime.combine(when + dt.timedelta(days=1), dt.time(), ZONE).astimezone(dt.UTC)
    if when.tzinfo is None:
        raise ValueError(f"{when} has no time zone: add one, or give a date for the end of that day in Viet Nam")
    return when.astimezone(dt.UTC)
