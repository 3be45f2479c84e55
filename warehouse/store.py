"""The only door to storage: stage what a run saw, commit it, read any table at any snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse import snapshots
from warehouse.commit import SHAPE, Commit, Committer, loads
from warehouse.inventory import INVENTORY, KNOWN_COLUMNS, pointers, texts
from warehouse.objects import ObjectStore, StoreError, open_objects, prove_conditional
from warehouse.parquet import conform, decode, encode, fit
from warehouse.schema import OBSERVATIONS, PORTALS, TABLES, Table
from warehouse.settings import paths
from warehouse.snapshots import Bundle, Snapshot
from warehouse.staging import Staged, clean_quarantine, stage
from warehouse.takedown import Blotter, Takedown, resolved

if TYPE_CHECKING:
    from warehouse.past import Past

__all__ = ["Commit", "Staged", "StoreError", "Warehouse"]


class Warehouse:
    """A warehouse in a folder or bucket. Readers never wait for writers, and see whole commits only."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store
        self._proven = False

    @classmethod
    def open(cls, url: str | Path | None = None) -> Warehouse:
        """The warehouse at a folder or ``s3://bucket/prefix``; default: TINTINH_WAREHOUSE. An absent one is empty."""
        return cls(open_objects(str(url) if url is not None else paths().warehouse))

    def stage(self, observations: Iterable[pa.RecordBatch | pa.Table], run: Mapping[str, Any]) -> Staged:
        """Store a run's observations (schema OBSERVATIONS, any batches) where no reader sees them yet.

        ``run`` is a RUNS row without province and month; dates and times may be ISO texts. Rows that break the data
        model go to ``quarantine/``; what was taken down is never stored. Needs the memory of one month of one portal.
        Raises CheckError for a bad run row or rows of another run, StoreError when storage refuses.
        """
        self.prove()
        return stage(self.store, observations, run, Blotter(self.at(None).takedowns))

    def commit(self, staged: Iterable[Staged], portals: pa.Table | None = None) -> Commit:
        """Make the staged loads visible, all tables and partitions at once.

        A load replaces an earlier one of the same run and portal; an item stays in the month of its first dated
        reading, and until there is one in that of its first; ``portals`` (schema PORTALS) adds to or replaces rows
        of the stored registry. If nothing changes the snapshot stays the same and ``changed`` is False. Raises
        StoreError, PublishError, PlanError or CheckError, and then nothing of it is visible.
        """
        self.prove()
        return Committer(self.store, loads(staged), portals).run()

    def take_down(self, takedowns: Sequence[Takedown], force: bool = False) -> Commit:
        """Add to the takedown list and make a snapshot that obeys it in every table, quarantined rows included.

        Later loads obey it too. Upkeep removes earlier snapshots a day later; releases that exist are not changed.
        TakedownError for an article that the warehouse does not hold, unless ``force``.
        """
        self.prove()
        listed = {each.value for each in self.at(None).takedowns}
        known = self.read(INVENTORY.name, ["id", "url", "canonical_url"])
        entries = [each for one in takedowns for each in resolved(one, known, force or one.value in listed)]
        done = Committer(self.store, [], None, entries).run()
        clean_quarantine(self.store, Blotter(self.at(None).takedowns))
        return done

    def prove(self) -> None:
        """Make sure, once a process, that the storage is writable and honours conditional writes; else StoreError."""
        if not self._proven:
            prove_conditional(self.store)
            self._proven = True

    def snapshot(self) -> int | None:
        """Number of the newest snapshot; None while nothing was committed."""
        return snapshots.head(self.store).number or None

    def history(self, limit: int = 20) -> list[dict[str, Any]]:
        """The newest snapshots first: number, time (UTC ISO 8601), runs, rows written by table."""
        newest = snapshots.head(self.store).number
        kept = [number for number in snapshots.numbers(self.store) if number <= newest][-limit:]
        found = [snapshots.load(self.store, number) for number in reversed(kept)]
        return [{"snapshot": s.number, "at": s.at, "runs": list(s.runs), "tables": dict(s.tables)} for s in found]

    def read(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        province: str | None = None,
        month: str | None = None,
        snapshot: int | None = None,
    ) -> pa.Table:
        """Rows of ``table`` (one province, one month, some columns) in the newest or the given snapshot.

        Rows are ordered by province, month, then as the table is sorted. KeyError for an unknown table or column.
        """
        definition = _definition(table)
        schema = definition.arrow()
        if columns is not None:
            schema = pa.schema([definition.column(name).arrow() for name in columns], schema.metadata)
        keys = self._keys(table, self.at(snapshot), province, month)
        tables = snapshots.fetch_all(lambda key: fit(decode(self.store.get(key), columns), schema), keys)
        return pa.concat_tables([schema.empty_table(), *tables])

    def as_of(self, when: dt.date) -> Past:
        """The tables as they were at a zone-aware time, or at the end of a local day: ``as_of(day).read("articles")``.

        From the snapshot of then where it is kept, else derived from the observations of then (see warehouse.past).
        """
        from warehouse.past import as_of

        return as_of(self, when)

    def files(self, table: str, snapshot: int | None = None) -> list[str]:
        """Paths or s3:// addresses of the immutable Parquet objects of ``table``, for any Parquet reader.

        Province and month are columns of the files, so pandas and pyarrow need no partitions from the folders' names:
        ``pandas.read_parquet(files, partitioning=None)``.
        """
        _definition(table)
        return [self.store.locate(key) for key in self._keys(table, self.at(snapshot))]

    def inventory(self, portal: str) -> pa.Table:
        """What is known of every candidate of a portal: what a crawl needs before it fetches."""
        return self._inventory(portal).select(KNOWN_COLUMNS)

    def write_inventory(self, portal: str, path: Path) -> Path:
        """Write ``inventory(portal)`` as one Parquet file, whole or not at all; the path."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.new")
        temporary.write_bytes(encode(self.inventory(portal)))
        return temporary.replace(path)

    def pointers(self, portal: str, date_from: dt.date, date_to: dt.date) -> list[dict[str, Any]]:
        """Where the raw bytes lie of each item published in these local days, archive order; undated: first seen."""
        return pointers(self._inventory(portal), date_from, date_to)

    def texts(self, portal: str, date_from: dt.date, date_to: dt.date) -> Iterator[pa.Table]:
        """The observations that tell the last text of each item of these days, a table a month (schema OBSERVATIONS).

        Items are those of ``pointers``. Needs the memory of one month of the portal's province.
        """
        province = self._province(portal)
        snapshot = snapshots.head(self.store).number
        for bundle in self.bundles(self.at(snapshot), province) if province else ():
            known = self.read(INVENTORY.name, province=bundle.province, month=bundle.month, snapshot=snapshot)
            known = known.filter(pc.equal(known["portal"], portal))
            if known.num_rows:
                told = self.read("observations", province=bundle.province, month=bundle.month, snapshot=snapshot)
                yield texts(told.filter(pc.equal(told["portal"], portal)), known, date_from, date_to)

    def at(self, snapshot: int | None) -> Snapshot:
        """The manifest of a snapshot, the newest for None; SnapshotError if there is none of that number."""
        return snapshots.head(self.store) if snapshot is None else snapshots.load(self.store, snapshot)

    def bundles(self, snapshot: Snapshot, province: str | None = None, month: str | None = None) -> list[Bundle]:
        """The partitions' manifests of a snapshot, by province and month."""
        found = snapshots.load_bundles(self.store, snapshot.keys(province, month))
        return [bundle for bundle in found if month in (None, bundle.month)]

    def mixed(self, table: str, snapshot: int | None = None) -> bool:
        """Whether objects of a table may have been written before a column came: plain readers must join by name."""
        if table in (OBSERVATIONS.name, PORTALS.name):  # derived from nothing, so never written anew
            return TABLES[table].shape != FIRST_SHAPES[table]
        return any(bundle.shape != SHAPE for bundle in self.bundles(self.at(snapshot)))

    def _inventory(self, portal: str) -> pa.Table:
        newest, province = snapshots.head(self.store), self._province(portal)
        keys = [path for bundle in self.bundles(newest, province) for path in bundle.paths(INVENTORY.name)]
        tables = snapshots.fetch_all(lambda key: conform(decode(self.store.get(key)), INVENTORY), keys)
        known = pa.concat_tables([INVENTORY.arrow().empty_table(), *tables])
        return known.filter(pc.equal(known["portal"], portal))

    def _province(self, portal: str) -> str | None:
        portals = self.read(PORTALS.name, ["portal", "province"])
        found = pc.index(portals["portal"], portal).as_py()
        return portals["province"][found].as_py() if found >= 0 else None

    def _keys(self, table: str, snapshot: Snapshot, province: str | None = None, month: str | None = None) -> list[str]:
        if table == PORTALS.name:
            return [snapshot.portals.path] if snapshot.portals else []
        return [path for bundle in self.bundles(snapshot, province, month) for path in bundle.paths(table)]


# Of the tables that are stored as they came: while this is their shape, all of their objects have the same columns.
FIRST_SHAPES = {OBSERVATIONS.name: "9c3f4b69", PORTALS.name: "098e08e3"}


def _definition(table: str) -> Table:
    if table == INVENTORY.name:
        return INVENTORY
    try:
        return TABLES[table]
    except KeyError:
        raise KeyError(f"no table {table!r}; there are {', '.join(TABLES)}") from None
