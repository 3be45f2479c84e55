"""What a commit has to derive: which partitions, from which observations and which runs."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse import snapshots
from warehouse.drift import MEMORY, end_of, is_sample
from warehouse.objects import ObjectStore
from warehouse.parquet import conform, decode, encode, named, partition_folder
from warehouse.schema import OBSERVATIONS, RUNS
from warehouse.snapshots import Bundle, InputFile, Part, Partition, Snapshot
from warehouse.staging import Staged, StagedFile
from warehouse.takedown import Blotter, Takedown

SAMPLE = ["portal", "date_from", "date_to", "state", "mode", "finished_at", "sources"]
DATES = ("published_date", "issued_date")
MOST_OBJECTS = 32  # observation objects of a partition before they are merged into one


class PlanError(ValueError):
    """A load cannot be placed, for example because nothing tells its portal's province."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one partition is derived from."""

    province: str
    month: str
    observations: Sequence[InputFile]
    runs: pa.Table  # runs that started in this month, stored with it
    relevant_runs: pa.Table  # runs that overlap the month, and each portal's neighbours: what coverage needs
    stored: Bundle | None

    @property
    def partition(self) -> Partition:
        """Province and month."""
        return self.province, self.month


@dataclass(frozen=True, slots=True)
class Plan:
    """The touched partitions, oldest first, and the provinces whose state the plan looked at."""

    partitions: Sequence[Inputs]
    provinces: frozenset[str]


def plan(
    store: ObjectStore,
    base: Snapshot,
    staged: Sequence[Staged],
    portals: pa.Table,
    takedowns: tuple[Takedown, ...],
    everywhere: bool = False,
    anew: frozenset[str] = frozenset(),
) -> Plan:
    """The plan of committing ``staged`` after ``base``; PlanError if a load's province is unknown.

    ``everywhere``: every partition is touched in which the takedown list finds something new; of the provinces
    ``anew`` every partition is touched.
    """
    blotter = Blotter(takedowns)
    homes = {(load.portal, load.run_id): _home(load, portals) for load in staged}
    named = {*homes.values(), *(file.province for load in staged for file in load.files)}
    provinces = sorted(named | anew | ({province for province, _ in base.years} if everywhere else set()))
    partitions: list[Inputs] = []
    for province in provinces:
        state = ProvinceState(store, base, province, blotter)
        for load in staged:
            state.place(load, own_run=homes[load.portal, load.run_id] == province)
        if everywhere:
            state.obey()
        if province in anew:
            state.touched.update(state.bundles)
        partitions += state.inputs()
    return Plan(partitions, frozenset(provinces))


def _home(load: Staged, portals: pa.Table) -> str:
    if load.files:
        return load.files[0].province
    index = pc.index(portals["portal"], load.portal).as_py()
    if index < 0:
        raise PlanError(f"portal {load.portal!r} is not in the portals table: pass the registry to commit()")
    return str(portals["province"][index].as_py())


@dataclass(slots=True)
class ProvinceState:
    """One province as the commit will leave it, grown load by load."""

    store: ObjectStore
    base: Snapshot
    province: str
    blotter: Blotter
    bundles: dict[str, Bundle] = field(init=False)
    observations: dict[str, list[InputFile]] = field(init=False)
    runs: pa.Table = field(init=False)
    homes: dict[str, tuple[str, bool]] = field(default_factory=dict)  # by id: month, whether a dated reading says so
    touched: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Load the province's bundles and runs."""
        bundles = snapshots.load_bundles(self.store, self.base.keys(self.province))
        self.bundles = {bundle.month: bundle for bundle in bundles}
        self.observations = {bundle.month: list(bundle.observations) for bundle in bundles}
        paths = [path for bundle in bundles for path in bundle.paths(RUNS.name)]
        stored = snapshots.fetch_all(lambda path: _runs(self.store, path), paths)
        self.runs = pa.concat_tables([RUNS.arrow().empty_table(), *stored])

    def place(self, load: Staged, own_run: bool) -> None:
        """Take the load in: its observations replace earlier ones of the same run and portal, so does its run."""
        files = [file for file in load.files if file.province == self.province]
        if not self._holds(load, files):
            self._remove(load)
            for month, file in self._by_known_month(files):
                part = Part(load.portal, load.run_id, load.source)
                self.observations.setdefault(month, []).append(InputFile(file.file, (part,)))
                self.touched.add(month)
        if own_run:
            self._place_run(self.blotter.clean(load.run_row(self.province)))

    def obey(self) -> None:
        """Touch every month that has something of the takedown list."""
        for month, entries in self.observations.items():
            cleaned = [self._clean(month, entry) for entry in entries]
            if any(new.file != old.file for new, old in zip(cleaned, entries, strict=True)):
                self.observations[month] = cleaned
                self.touched.add(month)
        runs = self.blotter.clean(self.runs)
        if not runs.equals(self.runs):
            self.touched.update(pc.unique(self.runs["month"]).to_pylist())
            self.runs = runs

    def _clean(self, month: str, entry: InputFile) -> InputFile:
        """The entry without what the takedown list names; read only if it is not known to be without."""
        if entry.clean == self.blotter.token:
            return entry
        rows = _rows(self.store, entry.file.path)
        cleaned = self.blotter.clean(rows)
        file = entry.file if cleaned is rows else _store(self.store, (self.province, month), cleaned).file
        return InputFile(file, entry.parts, self.blotter.token)

    def inputs(self) -> list[Inputs]:
        """What every touched partition is derived from, oldest month first."""
        return [self._inputs(month) for month in sorted(self.touched)]

    def _inputs(self, month: str) -> Inputs:
        stored = self.bundles.get(month)
        entries = [self._clean(month, entry) for entry in self.observations.get(month, [])]
        runs = self.runs.filter(pc.equal(self.runs["month"], month)).sort_by(
            [("portal", "ascending"), ("run_id", "ascending")]
        )
        return Inputs(
            self.province,
            month,
            _compacted(self.store, (self.province, month), entries),
            runs.combine_chunks(),
            relevant(self.runs, month),
            stored,
        )

    def _holds(self, load: Staged, files: Sequence[StagedFile]) -> bool:
        """Whether exactly these observations were committed before."""
        sources = {
            part.source
            for entries in self.observations.values()
            for entry in entries
            for part in entry.parts
            if (part.portal, part.run_id) == (load.portal, load.run_id)
        }
        return sources == ({load.source} if files else set())

    def _remove(self, load: Staged) -> None:
        key = (load.portal, load.run_id)
        for month, entries in self.observations.items():
            if any((part.portal, part.run_id) == key for entry in entries for part in entry.parts):
                kept = [_without(self.store, (self.province, month), entry, key) for entry in entries]
                self.observations[month] = [entry for entry in kept if entry is not None]
                self.touched.add(month)

    def _by_known_month(self, files: Sequence[StagedFile]) -> list[tuple[str, StagedFile]]:
        """The files by the month they belong to; items at home in another month go there, in objects of their own."""
        settled = self._settled(files)
        if all(month == file.month for file, months in settled for month in months):
            return [(file.month, file) for file in files]
        rows = pa.concat_tables(_in_months(_rows(self.store, file.file.path), months) for file, months in settled)
        return [
            (month, _store(self.store, (self.province, month), rows.filter(pc.equal(rows["month"], month))))
            for month in sorted(pc.unique(rows["month"]).to_pylist())
        ]

    def _settled(self, files: Sequence[StagedFile]) -> list[tuple[StagedFile, list[str]]]:
        """The month of every row of the files; items that only now have a date leave the month of first sight."""
        leaving: dict[str, tuple[str, str]] = {}
        items = [(file, self._items(file)) for file in files]
        self._look_up({identity for _, found in items for identity, _ in found})
        settled = [(file, [self._settle(*item, file.month, leaving) for item in found]) for file, found in items]
        for month in sorted({old for old, _ in leaving.values()}):
            self._move_out(month, {identity: new for identity, (old, new) in leaving.items() if old == month})
        return settled

    def _items(self, file: StagedFile) -> list[tuple[str, bool]]:
        """Id of every row, and whether it was read well enough to tell its date."""
        rows = decode(self.store.get(file.file.path), ["id", *DATES])
        return list(zip(rows["id"].to_pylist(), _dated(rows), strict=True))

    def _look_up(self, identities: set[str]) -> None:
        """Take the stored homes of these items into ``homes``, unless this plan has changed them."""
        wanted = pa.array(sorted(identities - self.homes.keys()), pa.string())
        inventories = [(month, path) for month, bundle in self.bundles.items() for path in bundle.paths("inventory")]
        known = snapshots.fetch_all(lambda entry: (entry[0], _known(self.store, entry[1])), inventories)
        for month, rows in known:
            found = rows.filter(pc.is_in(rows["id"], wanted))
            days = pc.is_valid(found["published_date"]).to_pylist()
            self.homes |= {name: (month, day) for name, day in zip(found["id"].to_pylist(), days, strict=True)}

    def _settle(self, identity: str, dated: bool, month: str, leaving: dict[str, tuple[str, str]]) -> str:
        """The month of an item: of its first reading with a date, until then of its first reading."""
        home, certain = self.homes.get(identity, (month, dated))
        if dated and not certain:
            if home != month:
                leaving[identity] = home, month
            home, certain = month, True
        self.homes[identity] = home, certain
        return home

    def _move_out(self, month: str, moved: dict[str, str]) -> None:
        """Put the observations of items into other months, in the same commit."""
        kept: list[InputFile] = []
        for entry in self.observations.get(month, []):
            ids = decode(self.store.get(entry.file.path), ["id"])["id"].to_pylist()
            targets = [moved.get(identity, month) for identity in ids]
            if set(targets) == {month}:
                kept.append(entry)
                continue
            rows = _in_months(_rows(self.store, entry.file.path), targets)
            for target, part in self._divided(entry, rows):
                (kept if target == month else self.observations.setdefault(target, [])).append(part)
                self.touched.add(target)
            self.touched.add(month)
        self.observations[month] = kept

    def _divided(self, entry: InputFile, rows: pa.Table) -> Iterator[tuple[str, InputFile]]:
        """The rows of an entry by their month, each group with the runs that it holds."""
        for month in sorted(pc.unique(rows["month"]).to_pylist()):
            group = rows.filter(pc.equal(rows["month"], month))
            runs = set(zip(group["portal"].to_pylist(), group["run_id"].to_pylist(), strict=True))
            parts = tuple(part for part in entry.parts if (part.portal, part.run_id) in runs)
            yield month, InputFile(_store(self.store, (self.province, month), group).file, parts)

    def _place_run(self, row: pa.Table) -> None:
        portal, run_id = row["portal"][0], row["run_id"][0]
        same = pc.and_(pc.equal(self.runs["portal"], portal), pc.equal(self.runs["run_id"], run_id))
        for old in self.runs.filter(same).to_pylist():
            self.touched.update(self._covered_months(old))
        before = self._newest()
        self.runs = pa.concat_tables([self.runs.filter(pc.invert(same)), row])
        after = self._newest()
        self.touched.update(self._covered_months(row.to_pylist()[0]))
        if before and after and before != after:  # until then all portals of the province are told not to have run
            self.touched.update(months_between(min(before, after), max(before, after)))

    def _newest(self) -> dt.date | None:
        """The newest day that a crawl of the province asked for."""
        crawled = pc.equal(self.runs["mode"], "refetch")
        newest: dt.date | None = pc.max(self.runs.filter(crawled)["date_to"]).as_py()
        return newest

    def _covered_months(self, run: dict[str, Any]) -> list[str]:
        """Months of the asked days, and of the gap to the portal's nearest crawled days before and after, or to the
        newest of the province where there is none after."""
        mine = pc.and_(pc.equal(self.runs["portal"], run["portal"]), pc.equal(self.runs["mode"], "refetch"))
        own = self.runs.filter(mine)
        before = pc.max(own.filter(pc.less(own["date_to"], run["date_from"]))["date_to"]).as_py()
        after = pc.min(own.filter(pc.greater(own["date_from"], run["date_to"]))["date_from"]).as_py()
        newest = self._newest() or run["date_to"]
        months = months_between(before or run["date_from"], after or max(run["date_to"], newest))
        near = pc.and_(
            pc.greater(own["date_from"], run["date_to"]), pc.less_equal(own["date_from"], run["date_to"] + MEMORY)
        )
        judged = own.filter(pc.and_(near, pc.greater(own["finished_at"], run["finished_at"])))  # by what this run saw
        return [*months, *(day.strftime("%Y-%m") for day in judged["date_from"].to_pylist())]


def relevant(runs: pa.Table, month: str) -> pa.Table:
    """Runs that overlap ``month``, and of each portal the nearest ones before and after it and the first one after
    each day that drift remembers, in a fixed order."""
    first, last = month_bounds(month)
    overlapping = runs.filter(pc.and_(pc.less_equal(runs["date_from"], last), pc.greater_equal(runs["date_to"], first)))
    earlier = runs.filter(pc.less(runs["date_to"], first))
    before = _nearest(earlier, "date_to", "ascending")
    usual = _remembered(earlier.filter(pc.greater_equal(earlier["date_from"], first - MEMORY)), before)
    after = _nearest(runs.filter(pc.greater(runs["date_from"], last)), "date_from", "descending")
    order = [("portal", "ascending"), ("date_from", "ascending"), ("run_id", "ascending")]
    return pa.concat_tables([overlapping, before, usual, after]).sort_by(order).combine_chunks()


def months_between(first: dt.date, last: dt.date) -> list[str]:
    """Every month YYYY-MM from the day ``first`` to the day ``last``."""
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(start, end + 1)]


def month_bounds(month: str) -> tuple[dt.date, dt.date]:
    """First and last day of a month YYYY-MM."""
    year, number = map(int, month.split("-"))
    return dt.date(year, number, 1), dt.date(year, number, calendar.monthrange(year, number)[1])


def _nearest(runs: pa.Table, column: str, direction: str) -> pa.Table:
    """Of each portal the last row in the order of ``column``; a reparse covers nothing and is no neighbour."""
    crawled = runs.filter(pc.equal(runs["mode"], "refetch"))
    ordered = crawled.sort_by([(column, direction), ("run_id", "ascending")])
    last = {portal: row for row, portal in enumerate(ordered["portal"].to_pylist())}
    return ordered.take(pa.array(sorted(last.values()), pa.int64()))


def _remembered(runs: pa.Table, without: pa.Table) -> pa.Table:
    """Of each portal and day the first sample after its end, unless ``without`` has it."""
    known = set(zip(without["portal"].to_pylist(), without["run_id"].to_pylist(), strict=True))
    ordered = runs.sort_by([("finished_at", "ascending"), ("run_id", "ascending")])
    first: dict[tuple[str, dt.date], int] = {}
    for row, run in enumerate(ordered.select(SAMPLE).to_pylist()):
        if is_sample(run) and run["finished_at"] >= end_of(run["date_to"]):
            first.setdefault((run["portal"], run["date_to"]), row)
    ids = ordered["run_id"].to_pylist()
    rows = [row for (portal, _), row in first.items() if (portal, ids[row]) not in known]
    return ordered.take(pa.array(sorted(rows), pa.int64()))


def _compacted(store: ObjectStore, partition: Partition, entries: Sequence[InputFile]) -> list[InputFile]:
    """The entries, merged into one object once they are many; in the order of their paths."""
    ordered = sorted(entries, key=lambda entry: entry.file.path)
    if len(ordered) <= MOST_OBJECTS:
        return ordered
    rows = pa.concat_tables(snapshots.fetch_all(lambda entry: _rows(store, entry.file.path), ordered))
    parts = sorted({part for entry in ordered for part in entry.parts}, key=lambda p: (p.portal, p.run_id))
    return [InputFile(_store(store, partition, rows).file, tuple(parts), ordered[0].clean)]


def _without(store: ObjectStore, partition: Partition, entry: InputFile, key: tuple[str, str]) -> InputFile | None:
    """The entry without the rows of one portal and run; None if it held nothing else."""
    parts = tuple(part for part in entry.parts if (part.portal, part.run_id) != key)
    if len(parts) == len(entry.parts):
        return entry
    if not parts:
        return None
    rows = _rows(store, entry.file.path)
    theirs = pc.and_(pc.equal(rows["portal"], key[0]), pc.equal(rows["run_id"], key[1]))
    return InputFile(_store(store, partition, rows.filter(pc.invert(theirs))).file, parts)


def _rows(store: ObjectStore, path: str) -> pa.Table:
    return conform(decode(store.get(path)), OBSERVATIONS)


def _store(store: ObjectStore, partition: Partition, rows: pa.Table) -> StagedFile:
    order = [(name, "ascending") for name in ("kind", "id", "fetched_at", "parsed_at", "run_id")]
    data = encode(rows.sort_by(order).combine_chunks())
    file = named(partition_folder(OBSERVATIONS.name, *partition), OBSERVATIONS.name, rows.num_rows, data)
    store.keep(file.path, data)
    return StagedFile(*partition, file)


def _in_months(rows: pa.Table, months: list[str]) -> pa.Table:
    """The rows, each with its month."""
    place = rows.schema.get_field_index("month")
    return rows.set_column(place, rows.schema.field("month"), pa.array(months, pa.string()))


def _dated(rows: pa.Table) -> list[bool]:
    """Which rows know the item's day; rows of failed readings have none."""
    known: list[bool] = pc.or_(*(pc.is_valid(rows[name]) for name in DATES)).to_pylist()
    return known


@lru_cache(maxsize=4096)
def _runs(store: ObjectStore, path: str) -> pa.Table:
    return conform(decode(store.get(path)), RUNS)


@lru_cache(maxsize=512)
def _known(store: ObjectStore, path: str) -> pa.Table:
    return decode(store.get(path), ["id", "published_date"])
