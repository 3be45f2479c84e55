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
from warehouse.schema import OBSERVATIONS, PORTALS, RUNS, TABLES, Table
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
        if self.exact or table == PORTALS.name:
            return self.warehouse.read(table, columns, province, month, self.snapshot.number)
        definition = TABLES[table]
        tables = [definition.arrow().empty_table(), *self._derived(definition, province, month)]
        rows = pa.concat_tables(tables)
        return rows if columns is None else rows.select(list(columns))

    def _derived(self, table: Table, province: str | None, month: str | None) -> Iterator[pa.Table]:
        portals = self.warehouse.read(PORTALS.name, snapshot=self.snapshot.number)
        for name in sorted({province for province, _ in self.snapshot.years}):
            if province in (None, name):
                bundles = self.warehouse.bundles(self.snapshot, name)
                runs = self._runs(bundles)
                for bundle in bundles:
                    if month in (None, bundle.month):
                        yield from self._partition(table, bundle, runs, portals)

    def _partition(self, table: Table, bundle: Bundle, runs: pa.Table, portals: pa.Table) -> Iterator[pa.Table]:
        if table == RUNS:
            yield runs.filter(pc.equal(runs["month"], bundle.month))
            return
        then = Then(Stored(self.warehouse.store, bundle.observations), runs)
        near = relevant(runs, bundle.month)
        if table == OBSERVATIONS:
            yield then.select([column.name for column in table.columns])
        elif then.rows or near.num_rows:
            yield from (rows for name, rows in publish(then, near, portals, bundle.month) if name == table.name)

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

    Exact where the newest snapshot of then is still kept; ValueError for a time without zone.
    """
    moment = _moment(when)
    head, numbers = warehouse.at(None), snapshots.numbers(warehouse.store)
    place = bisect_right(numbers, moment.isoformat(), key=lambda number: warehouse.at(number).at) - 1
    number = numbers[place] if place >= 0 else 0
    if number == head.number or number + 1 in numbers:
        return Past(warehouse, moment, warehouse.at(number), exact=True)
    return Past(warehouse, moment, head, exact=False)


def _moment(when: dt.date) -> dt.datetime:
    if not isinstance(when, dt.datetime):
        return dt.datetime.combine(when + dt.timedelta(days=1), dt.time(), ZONE).astimezone(dt.UTC)
    if when.tzinfo is None:
        raise ValueError(f"{when} has no time zone: add one, or give a date for the end of that day in Viet Nam")
    return when.astimezone(dt.UTC)
