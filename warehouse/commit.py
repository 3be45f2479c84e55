"""One commit: the loads of some runs become one new snapshot of all tables, or nothing at all.

Objects are written first and named by their content; the commit point is the creation of the next snapshot. Whoever
loses the race looks at the new head: if nothing moved in its provinces it tries the next number with what it has,
else it plans again, deriving only the partitions whose inputs moved.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from warehouse import snapshots
from warehouse.checks import require
from warehouse.inventory import INVENTORY
from warehouse.objects import ObjectStore, StoreError
from warehouse.parquet import File, conform, decode, encode, fit, named, opened, partition_folder, read
from warehouse.plan import Inputs, Plan, plan
from warehouse.publish import LOGIC, publish
from warehouse.schema import OBSERVATIONS, PORTALS, RUNS, TABLES, Table
from warehouse.snapshots import Bundle, InputFile, Partition, Snapshot, Year
from warehouse.staging import Quarantined, Staged
from warehouse.takedown import Takedown

ATTEMPTS = 200
TOLD = ["portal", "kind", "province_2025", "name", "home", "licence"]  # of the registry, by derived tables
LONGEST_PAUSE = 1.0  # seconds between two attempts
MOST_WAITING = 64_000_000  # bytes of tables that wait to be stored

DERIVED = {**TABLES, INVENTORY.name: INVENTORY}
SHAPE = hashlib.sha256("".join(table.shape for table in DERIVED.values()).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit did.

    ``snapshot``: number that holds the loads; ``changed``: whether it is new; ``tables``: rows that the committed
    runs wrote, by table; ``partitions``: those that were rewritten; ``quarantined``: rows set apart when staged.
    """

    snapshot: int
    changed: bool
    tables: Mapping[str, int]
    partitions: tuple[Partition, ...]
    quarantined: tuple[Quarantined, ...]


class Committer:
    """The attempts of one commit; what was derived in one attempt is used again in the next."""

    def __init__(
        self,
        store: ObjectStore,
        staged: Sequence[Staged],
        portals: pa.Table | None,
        takedowns: Sequence[Takedown] | None = None,
    ) -> None:
        """``takedowns``: entries to add to the list, which is then obeyed everywhere; None for a load."""
        self.store = store
        self.obeys, self.takedowns = takedowns is not None, tuple(takedowns or ())
        self.staged = staged
        self.portals = portals
        self._built: dict[str, tuple[Bundle, Counter[str]]] = {}

    def run(self) -> Commit:
        """Commit; StoreError when storage refuses or other writers never let go."""
        for attempt in range(ATTEMPTS):
            base = snapshots.head(self.store)
            stored = self._stored_portals(base)
            portals = merged(stored, self.portals)
            anew, listed = _told_anew(stored, portals), self._listed(base)
            proposal = plan(self.store, base, self.staged, portals, listed, self.obeys, anew)
            changed, counts = self._changes(proposal, portals)
            following = self._following(base, portals, changed, counts)
            if following is None:
                return Commit(base.number, False, {}, (), self._quarantined())
            if committed := self._create(base, following, proposal):
                return Commit(committed.number, True, following.tables, tuple(sorted(changed)), self._quarantined())
            time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.02 * (attempt + 1))))  # noqa: S311
        raise StoreError(f"{self.store.root}: gave up after {ATTEMPTS} attempts, too many writers; run it again later")

    def _listed(self, base: Snapshot) -> tuple[Takedown, ...]:
        """The takedown list after this commit."""
        known = {(each.kind, each.value) for each in base.takedowns}
        return base.takedowns + tuple(each for each in self.takedowns if (each.kind, each.value) not in known)

    def _changes(self, proposal: Plan, portals: pa.Table) -> tuple[dict[Partition, Bundle], Counter[str]]:
        """The partitions that are not what they were, and the rows by table that these runs wrote into them."""
        counts: Counter[str] = Counter()
        changed: dict[Partition, Bundle] = {}
        for inputs in proposal.partitions:
            bundle, written = self._partition(inputs, portals)
            if bundle != inputs.stored:
                changed[inputs.partition] = bundle
                counts += written
        return changed, counts

    def _following(
        self, base: Snapshot, portals: pa.Table, changed: Mapping[Partition, Bundle], counts: Counter[str]
    ) -> Snapshot | None:
        """The snapshot after ``base``; None where nothing changes."""
        portals_file, listed = self._portals_file(base, portals), self._listed(base)
        if not changed and (portals_file, listed) == (base.portals, base.takedowns):
            return None
        years = {**base.years, **self._years(base, changed)}
        runs = tuple(sorted({staged.run_id for staged in self.staged}))
        tables = dict(sorted(counts.items()))
        return Snapshot(base.number + 1, snapshots.now(), runs, tables, years, portals_file, listed)

    def _years(self, base: Snapshot, changed: Mapping[Partition, Bundle]) -> dict[Year, str]:
        """Keys of the manifests of the years that hold the changed partitions."""
        touched: dict[Year, dict[str, Bundle]] = defaultdict(dict)
        for (province, month), bundle in changed.items():
            touched[province, month[:4]][month] = bundle
        keys = {}
        for year, bundles in touched.items():
            stored = snapshots.load_bundles(self.store, [base.years[year]] if year in base.years else [])
            keys[year] = snapshots.put_year(self.store, year, {**{b.month: b for b in stored}, **bundles}.values())
        return keys

    def _create(self, base: Snapshot, following: Snapshot, proposal: Plan) -> Snapshot | None:
        """The snapshot once it exists; None if the plan no longer fits what others committed."""
        ours = {year: key for year, key in following.years.items() if base.years.get(year) != key}
        while not snapshots.create(self.store, following):
            current = snapshots.head(self.store)
            everywhere = self.obeys and current.years != base.years
            if everywhere or base.moved(current, proposal.provinces):
                return None
            years = {**current.years, **ours}
            following = replace(following, number=current.number + 1, at=snapshots.now(), years=years)
        return following

    def _partition(self, inputs: Inputs, portals: pa.Table) -> tuple[Bundle, Counter[str]]:
        """The partition's bundle and the rows by table that these runs wrote; derived only if inputs moved."""
        fingerprint = _fingerprint(inputs, portals)
        if inputs.stored and inputs.stored.inputs == fingerprint:
            return inputs.stored, Counter()
        if fingerprint not in self._built:
            self._built[fingerprint] = self._derive(inputs, portals, fingerprint)
        return self._built[fingerprint]

    def _derive(self, inputs: Inputs, portals: pa.Table, fingerprint: str) -> tuple[Bundle, Counter[str]]:
        """Derive one table after the other and store it while the next ones are made."""
        counts: Counter[str] = Counter()
        observations = Stored(self.store, inputs.observations)
        run_ids = pa.array(sorted({staged.run_id for staged in self.staged}), pa.string())
        with Storing() as storing:
            for name, rows in self._tables(observations, inputs, portals):
                if "run_id" in rows.column_names:
                    counts[name] += pc.sum(pc.is_in(rows["run_id"], run_ids)).as_py() or 0
                if name != OBSERVATIONS.name and rows.num_rows:
                    put = partial(self._put, DERIVED[name], partition_folder(name, *inputs.partition))
                    storing.submit(name, put, rows)
                del rows  # before the next one is made
            files = storing.files()
        return Bundle(*inputs.partition, fingerprint, tuple(inputs.observations), files), counts

    def _tables(self, observations: Stored, inputs: Inputs, portals: pa.Table) -> Iterator[tuple[str, pa.Table]]:
        yield RUNS.name, inputs.runs
        yield OBSERVATIONS.name, observations.select(["run_id"])
        if inputs.observations or inputs.relevant_runs.num_rows:  # all may have moved or been replaced
            yield from publish(observations, inputs.relevant_runs, portals, inputs.month)

    def _put(self, table: Table, folder: str, rows: pa.Table) -> File:
        data = encode(require(rows, table))
        file = named(folder, table.name, rows.num_rows, data)
        self.store.keep(file.path, data)
        return file

    def _portals_file(self, base: Snapshot, portals: pa.Table) -> File | None:
        if portals.equals(self._stored_portals(base)):
            return base.portals
        return self._put(PORTALS, f"data/{PORTALS.name}", portals)

    def _stored_portals(self, base: Snapshot) -> pa.Table:
        if base.portals is None:
            return PORTALS.arrow().empty_table()
        return conform(decode(self.store.get(base.portals.path)), PORTALS)

    def _quarantined(self) -> tuple[Quarantined, ...]:
        return tuple(entry for staged in self.staged for entry in staged.quarantined)


class Storing:
    """A second thread that stores tables while the next ones are made: Parquet is written without Python's lock.

    Few tables wait, so that memory holds two large ones and not the partition.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._stored: dict[str, Future[File]] = {}
        self._waiting: dict[Future[File], int] = {}  # bytes of its table

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    def submit(self, name: str, put: Callable[[pa.Table], File], rows: pa.Table) -> None:
        """Store a table soon; returns once those that wait are small."""
        self._stored[name] = self._thread.submit(put, rows)
        self._waiting[self._stored[name]] = rows.nbytes
        while sum(self._waiting.values()) > MOST_WAITING:
            for done in wait(self._waiting, return_when=FIRST_COMPLETED).done:
                del self._waiting[done]

    def files(self) -> dict[str, File]:
        """What became of every table, once all are stored; raises what storing one of them raised."""
        return {name: stored.result() for name, stored in self._stored.items()}


def merged(stored: pa.Table, given: pa.Table | None) -> pa.Table:
    """The registry after a load: given portals replace stored ones of the same id, the others stay; sorted by id."""
    if given is None:
        return stored
    given = conform(given, PORTALS)
    others = stored.filter(pc.invert(pc.is_in(stored["portal"], given["portal"].combine_chunks())))
    return pa.concat_tables([others, given]).sort_by("portal").combine_chunks()


def _told_anew(stored: pa.Table, portals: pa.Table) -> frozenset[str]:
    """Provinces with a portal of which the registry now says something else that stands in every row."""
    before = {row["portal"]: row for row in stored.select([*TOLD, "province"]).to_pylist()}
    after = portals.select([*TOLD, "province"]).to_pylist()
    return frozenset(row["province"] for row in after if before.get(row["portal"], row) != row)


class Stored:
    """The observations of a partition as they are stored, decoded a few columns at a time."""

    def __init__(self, store: ObjectStore, inputs: Sequence[InputFile]) -> None:
        objects = snapshots.fetch_all(store.get, [entry.file.path for entry in inputs])
        self._files = list(map(opened, objects))

    def select(self, names: Sequence[str]) -> pa.Table:
        """These columns of all rows, in the order of the objects."""
        schema = pa.schema([OBSERVATIONS.column(name).arrow() for name in names])
        tables = [fit(read(file, names), schema) for file in self._files]
        return pa.concat_tables([schema.empty_table(), *tables])


def _fingerprint(inputs: Inputs, portals: pa.Table) -> str:
    """What the partition's tables depend on, their columns first; equal means that deriving them anew is vain."""
    own = portals.filter(pc.equal(portals["province"], inputs.province)).select(TOLD)
    digest = hashlib.sha256(f"{LOGIC}\n{inputs.province}\n{inputs.month}\n".encode())
    for entry in sorted(entry.file.path for entry in inputs.observations):
        digest.update(f"{entry}\n".encode())
    for rows in (inputs.relevant_runs, inputs.runs, own):
        digest.update(repr(rows.to_pylist()).encode())
    return f"{SHAPE}-{digest.hexdigest()}"


def loads(staged: Iterable[Staged]) -> list[Staged]:
    """The loads to commit; of the same run and portal the last one."""
    return list({(entry.portal, entry.run_id): entry for entry in staged}.values())
