"""One commit: the loads of some runs become one new snapshot of all tables, or nothing at all.

Objects are written first and named by their content; the commit point is the creation of the next snapshot. Whoever
loses the race looks at the new head: if nothing moved in its provinces it tries the next number with what it has,
else it plans again, deriving only the partitions whose inputs moved.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse import snapshots
from warehouse.checks import require
from warehouse.inventory import INVENTORY
from warehouse.objects import ObjectStore, StoreError
from warehouse.parquet import File, conform, decode, encode, named, partition_folder
from warehouse.plan import Inputs, Plan, plan
from warehouse.publish import LOGIC, publish
from warehouse.schema import OBSERVATIONS, PORTALS, RUNS, TABLES, Table
from warehouse.snapshots import Bundle, Partition, Snapshot
from warehouse.staging import Quarantined, Staged

ATTEMPTS = 200
LONGEST_PAUSE = 1.0  # seconds between two attempts

DERIVED = {**TABLES, INVENTORY.name: INVENTORY}
OWNER = {"articles": "article_id", "documents": "document_id"}


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

    def __init__(self, store: ObjectStore, staged: Sequence[Staged], portals: pa.Table | None) -> None:
        self.store = store
        self.staged = staged
        self.portals = portals
        self._built: dict[str, tuple[str, Counter[str]]] = {}

    def run(self) -> Commit:
        """Commit; StoreError when storage refuses or other writers never let go."""
        for attempt in range(ATTEMPTS):
            base = snapshots.head(self.store)
            portals = merged(self._stored_portals(base), self.portals)
            proposal = plan(self.store, base, self.staged, portals)
            with ThreadPoolExecutor(snapshots.THREADS) as pool:
                following, counts = self._following(base, proposal, portals, pool)
            if following is None:
                return Commit(base.number, False, {}, (), self._quarantined())
            if committed := self._create(base, following, proposal):
                changed = tuple(sorted(p for p, key in following.partitions.items() if base.partitions.get(p) != key))
                return Commit(committed.number, True, dict(counts), changed, self._quarantined())
            time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.02 * (attempt + 1))))  # noqa: S311
        raise StoreError(f"{self.store.root}: gave up after {ATTEMPTS} attempts, too many writers; run it again later")

    def _following(
        self, base: Snapshot, proposal: Plan, portals: pa.Table, pool: ThreadPoolExecutor
    ) -> tuple[Snapshot | None, Counter[str]]:
        """The snapshot after ``base`` and the rows by table that it wrote; None where nothing changes."""
        counts: Counter[str] = Counter()
        partitions = dict(base.partitions)
        for inputs in proposal.partitions:
            key, written = self._partition(inputs, portals, pool)
            if key != base.partitions.get(inputs.partition):
                partitions[inputs.partition] = key
                counts += written
        portals_file = self._portals_file(base, portals)
        if partitions == base.partitions and portals_file == base.portals:
            return None, counts
        runs = tuple(sorted({staged.run_id for staged in self.staged}))
        tables = dict(sorted(counts.items()))
        return Snapshot(base.number + 1, snapshots.now(), runs, tables, partitions, portals_file), counts

    def _create(self, base: Snapshot, following: Snapshot, proposal: Plan) -> Snapshot | None:
        """The snapshot once it exists; None if the plan no longer fits what others committed."""
        ours = {p: key for p, key in following.partitions.items() if base.partitions.get(p) != key}
        while not snapshots.create(self.store, following):
            current = snapshots.head(self.store)
            if base.moved(current, proposal.provinces):
                return None
            following = replace(
                following, number=current.number + 1, at=snapshots.now(), partitions={**current.partitions, **ours}
            )
        return following

    def _partition(self, inputs: Inputs, portals: pa.Table, pool: ThreadPoolExecutor) -> tuple[str, Counter[str]]:
        """Key of the partition's bundle and the rows by table that these runs wrote; derived only if inputs moved."""
        fingerprint = _fingerprint(inputs, portals)
        if inputs.stored and inputs.stored.inputs == fingerprint:
            return inputs.stored_key, Counter()
        if fingerprint not in self._built:
            bundle, counts = self._derive(inputs, portals, fingerprint, pool)
            self._built[fingerprint] = snapshots.put_bundle(self.store, bundle), counts
        return self._built[fingerprint]

    def _derive(
        self, inputs: Inputs, portals: pa.Table, fingerprint: str, pool: ThreadPoolExecutor
    ) -> tuple[Bundle, Counter[str]]:
        observations = read_inputs(self.store, inputs)
        left = observations.num_rows or inputs.relevant_runs.num_rows  # all may have moved or been replaced
        tables = publish(observations, inputs.relevant_runs, portals, inputs.month) if left else {}
        tables[RUNS.name] = inputs.runs
        writing = {
            name: pool.submit(self._put, DERIVED[name], partition_folder(name, *inputs.partition), rows)
            for name, rows in tables.items()
            if rows.num_rows
        }
        counts = _written({**tables, OBSERVATIONS.name: observations}, {staged.run_id for staged in self.staged})
        files = {name: future.result() for name, future in writing.items()}
        return Bundle(*inputs.partition, fingerprint, tuple(inputs.observations), files), counts

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


def merged(stored: pa.Table, given: pa.Table | None) -> pa.Table:
    """The registry after a load: given portals replace stored ones of the same id, the others stay; sorted by id."""
    if given is None:
        return stored
    given = conform(given, PORTALS)
    others = stored.filter(pc.invert(pc.is_in(stored["portal"], given["portal"].combine_chunks())))
    return pa.concat_tables([others, given]).sort_by("portal").combine_chunks()


def read_inputs(store: ObjectStore, inputs: Inputs) -> pa.Table:
    """All observations of a partition, with its province and month in every row."""
    paths = [entry.file.path for entry in inputs.observations]
    tables = snapshots.fetch_all(lambda path: conform(decode(store.get(path)), OBSERVATIONS), paths)
    return pa.concat_tables([OBSERVATIONS.arrow().empty_table(), *tables])


def _fingerprint(inputs: Inputs, portals: pa.Table) -> str:
    """What the partition's tables depend on; equal means that deriving them again would give the same."""
    own = portals.filter(pc.equal(portals["province"], inputs.province)).select(["portal", "kind", "province_2025"])
    digest = hashlib.sha256(f"{LOGIC}\n{inputs.province}\n{inputs.month}\n".encode())
    for entry in sorted(entry.file.path for entry in inputs.observations):
        digest.update(f"{entry}\n".encode())
    for rows in (inputs.relevant_runs, inputs.runs, own):
        digest.update(repr(rows.to_pylist()).encode())
    return digest.hexdigest()


def _written(tables: Mapping[str, pa.Table], run_ids: set[str]) -> Counter[str]:
    """Rows by table that these runs produced; a child row counts with the article or document that it belongs to."""
    runs = pa.array(sorted(run_ids))
    counts: Counter[str] = Counter()
    owners: list[Any] = []
    for name, rows in tables.items():
        if "run_id" in rows.column_names:
            mine = pc.is_in(rows["run_id"], runs)
            counts[name] = pc.sum(mine).as_py() or 0
            owners += [rows[OWNER[name]].filter(mine)] if name in OWNER else []
    ids = pa.chunked_array([chunk for owner in owners for chunk in owner.chunks], pa.string())
    for name, table in TABLES.items():
        if table.parent and name in tables:
            counts[name] = pc.sum(pc.is_in(tables[name]["id"], ids)).as_py() or 0
    return counts


def loads(staged: Iterable[Staged]) -> list[Staged]:
    """The loads to commit; of the same run and portal the last one."""
    return list({(entry.portal, entry.run_id): entry for entry in staged}.values())
