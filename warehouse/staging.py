"""From a run's observations to immutable objects that nobody sees yet: checked, sorted, one a partition.

Rows arrive in small batches of mixed months; they are spooled to disk by partition, so a sweep over years needs the
memory of one month.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.checks import CheckError, faults, unusual
from warehouse.objects import ObjectStore, StoreError
from warehouse.parquet import File, conform, decode, encode, named, partition_folder
from warehouse.schema import OBSERVATIONS, RUNS, Table
from warehouse.snapshots import Partition
from warehouse.takedown import Blotter

REASON = pa.field("_reason", pa.string(), metadata={"description": "Why the row was set apart"})
PLACEHOLDER = {"province": "unknown", "month": "1970-01"}  # of a run whose province the registry will tell


@dataclass(frozen=True, slots=True)
class StagedFile:
    """Observations of one partition, already stored; ``origin`` is the key that they would have without takedowns."""

    province: str
    month: str
    file: File
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Rows that were set apart: where they lie, how many, and the reasons with their counts."""

    table: str
    path: str
    rows: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Staged:
    """What one run of one portal wants to commit; small and JSON-serialisable."""

    portal: str
    run_id: str
    run: Mapping[str, Any]  # a RUNS row without province and month; dates and times in ISO 8601
    files: tuple[StagedFile, ...]
    quarantined: tuple[Quarantined, ...]

    @property
    def rows(self) -> int:
        """Observations staged."""
        return sum(staged.file.rows for staged in self.files)

    @property
    def source(self) -> str:
        """Fingerprint of the observations: equal for the same rows, whoever staged them and before any takedown."""
        keys = sorted(staged.origin or staged.file.path for staged in self.files)
        return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]

    def run_row(self, province: str) -> pa.Table:
        """The one-row RUNS table of this run."""
        return run_table({**self.run, "province": province, "month": str(self.run["date_from"])[:7]})

    def to_json(self) -> str:
        """JSON text for a message between tasks."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Staged:
        """Inverse of to_json."""
        plain = json.loads(text)
        files = tuple(StagedFile(**{**f, "file": File(**f["file"])}) for f in plain.pop("files"))
        quarantined = tuple(Quarantined(**q) for q in plain.pop("quarantined"))
        return cls(**plain, files=files, quarantined=quarantined)


def stage(
    store: ObjectStore, observations: Iterable[pa.RecordBatch | pa.Table], run: Mapping[str, Any], blotter: Blotter
) -> Staged:
    """Write the observations of one run as objects, bad rows apart; see Warehouse.stage."""
    plain = _plain(run)
    run_table({**plain, **PLACEHOLDER})
    files, quarantined = [], []
    warnings: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    with ExitStack() as stack:
        spool = Spool(Path(stack.enter_context(_folder(store))))
        for batch in observations:
            spool.add(conform(pa.table(batch), OBSERVATIONS), plain)
        for partition, rows in spool.partitions():
            good, bad = _gate(rows, seen)
            warnings += unusual(good)
            files += _stored(store, partition, good, blotter.clean(good))
            bad = blotter.clean(bad)
            quarantined += [quarantine(store, OBSERVATIONS, plain["run_id"], bad)] if bad.num_rows else []
    store.sync()  # another process will commit them
    plain["quarantined"] = sum(entry.rows for entry in quarantined)
    plain["warnings"] = [{"warning": name, "count": warnings[name]} for name in sorted(warnings)]
    return Staged(plain["portal"], plain["run_id"], plain, tuple(files), tuple(quarantined))


def quarantine(store: ObjectStore, table: Table, run_id: str, bad: pa.Table) -> Quarantined:
    """Store rows with their column ``_reason`` where people look for them and no table does."""
    data = encode(bad)
    safe = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in run_id)
    file = named(f"quarantine/{table.name}", safe, bad.num_rows, data)
    store.keep(file.path, data)
    return Quarantined(table.name, file.path, file.rows, dict(Counter(bad[REASON.name].to_pylist())))


def clean_quarantine(store: ObjectStore, blotter: Blotter) -> None:
    """Let the rows that were set apart obey the takedown list."""
    for entry in list(store.entries("quarantine")):
        rows = decode(store.get(entry.key))
        cleaned = blotter.clean(rows)
        if cleaned is not rows:
            folder, _, name = entry.key.rpartition("/")
            data = encode(cleaned)
            file = named(folder, name.rpartition("-")[0], cleaned.num_rows, data)
            store.keep(file.path, data)
            if file.path != entry.key:
                store.delete(entry.key)


def run_table(row: Mapping[str, Any]) -> pa.Table:
    """A checked one-row RUNS table; ISO texts become dates and times. CheckError names what is wrong."""
    values = {column.name: _value(column.type, row.get(column.name)) for column in RUNS.columns}
    try:
        rows = pa.Table.from_pylist([values], schema=RUNS.arrow())
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise CheckError(f"the run row is not a row of runs: {error}") from error
    if problems := faults(rows, RUNS):
        raise CheckError(f"the run row is not a row of runs: {problems[0]}")
    return rows


class Spool:
    """Batches set down by partition in temporary Arrow files and read back one partition at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writers: dict[Partition, Any] = {}

    def add(self, rows: pa.Table, run: Mapping[str, Any]) -> None:
        """Set down the rows; CheckError if one is of another run or portal."""
        _require_run(rows, run)
        rows = _without_null_partition(rows)
        keys = rows.select(["province", "month"]).group_by(["province", "month"], use_threads=False).aggregate([])
        for province, month in zip(*(keys[name].to_pylist() for name in ("province", "month")), strict=True):
            mask = pc.and_(pc.equal(rows["province"], province), pc.equal(rows["month"], month))
            self._write((str(province), str(month)), rows.filter(mask))

    def partitions(self) -> Iterator[tuple[Partition, pa.Table]]:
        """Each partition with all its rows, in the order in which their first rows came."""
        for writer in self._writers.values():
            writer.close()
        for number, partition in sorted((n, p) for n, p in enumerate(self._writers)):
            with pa.OSFile(str(self._path(number)), "rb") as stream, pa.ipc.open_stream(stream) as reader:
                yield partition, reader.read_all()

    def _write(self, partition: Partition, rows: pa.Table) -> None:
        try:
            if partition not in self._writers:
                path = self._path(len(self._writers))
                options = pa.ipc.IpcWriteOptions(compression="lz4")
                self._writers[partition] = pa.ipc.new_stream(str(path), rows.schema, options=options)
            self._writers[partition].write_table(rows)
        except OSError as error:
            raise StoreError(f"cannot write to {self.folder}: {error}. Free space there or set TMPDIR.") from error

    def _path(self, number: int) -> Path:
        return self.folder / f"{number}.arrow"


def _folder(store: ObjectStore) -> tempfile.TemporaryDirectory[str]:
    try:
        if store.scratch:
            store.scratch.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(dir=store.scratch, prefix="spool-")
    except OSError as error:
        raise StoreError(f"cannot write {store.scratch or tempfile.gettempdir()}: {error.strerror}") from error


def _gate(rows: pa.Table, seen: set[tuple[str, str]]) -> tuple[pa.Table, pa.Table]:
    """Good rows in the order of their key, and bad ones with their reason; ``seen`` are keys of earlier partitions."""
    order = [("kind", "ascending"), ("id", "ascending"), ("fetched_at", "ascending"), ("parsed_at", "ascending")]
    rows = rows.take(pc.sort_indices(rows, order)).combine_chunks()
    wrong = faults(rows, OBSERVATIONS)
    reasons = {**_repeated(rows, wrong.keys(), seen), **wrong}
    bad = sorted(reasons)
    keep = [index for index in range(rows.num_rows) if index not in reasons]
    apart = rows.take(pa.array(bad, pa.int64()))
    return rows.take(pa.array(keep, pa.int64())), apart.append_column(
        REASON, pa.array([reasons[i] for i in bad], pa.string())
    )


def _repeated(rows: pa.Table, wrong: Collection[int], seen: set[tuple[str, str]]) -> dict[int, str]:
    """Of the rows, which are sorted, that are not ``wrong``: all but the last that share a key, and those whose key is
    ``seen`` already; the others' keys are seen from now on."""
    keys = zip(rows["kind"].to_pylist(), rows["id"].to_pylist(), strict=True)
    last = {key: index for index, key in enumerate(keys) if index not in wrong}
    told = {index for key, index in last.items() if key not in seen}
    seen.update(last)
    reason = "the run has another reading of this item"
    return {index: reason for index in range(rows.num_rows) if index not in told and index not in wrong}


def _stored(store: ObjectStore, partition: Partition, rows: pa.Table, cleaned: pa.Table) -> list[StagedFile]:
    """The object of the cleaned rows, if there are any."""
    if not cleaned.num_rows:
        return []
    folder, data = partition_folder(OBSERVATIONS.name, *partition), encode(cleaned)
    file = named(folder, OBSERVATIONS.name, cleaned.num_rows, data)
    store.keep(file.path, data)
    if cleaned is rows:
        return [StagedFile(*partition, file)]
    return [StagedFile(*partition, file, named(folder, OBSERVATIONS.name, rows.num_rows, encode(rows)).path)]


def _without_null_partition(rows: pa.Table) -> pa.Table:
    """An empty text for a missing province or month: no valid value, so the gate sets the row apart."""
    for name in PLACEHOLDER:
        field = rows.schema.field(name)
        rows = rows.set_column(rows.schema.get_field_index(name), field, pc.fill_null(rows[name], ""))
    return rows


def _require_run(rows: pa.Table, run: Mapping[str, Any]) -> None:
    for name in ("portal", "run_id"):
        strangers = [value for value in pc.unique(rows[name]).to_pylist() if value != run[name]]
        if strangers:
            raise CheckError(f"observations of {name} {strangers[0]!r} in the load of {run[name]!r}")


def _plain(run: Mapping[str, Any]) -> dict[str, Any]:
    names = [column.name for column in RUNS.columns if column.name not in PLACEHOLDER]
    if unknown := set(run) - {*names, *PLACEHOLDER}:
        raise CheckError(f"runs has no column {', '.join(sorted(unknown))}; it has {', '.join(names)}")
    return {name: _iso(run.get(name)) for name in names}


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _value(kind: pa.DataType, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if pa.types.is_timestamp(kind):
        return dt.datetime.fromisoformat(value)
    return dt.date.fromisoformat(value) if pa.types.is_date(kind) else value
