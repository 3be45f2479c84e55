"""When storage says no: a clear message, nothing committed, nothing broken."""

import datetime as dt
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse.factory import batch, identity, observation, portals, run
from warehouse import doctor, objects, snapshots
from warehouse.checks import CheckError
from warehouse.doctor import examine
from warehouse.objects import Entry, Folder, MissingObjectError, ObjectStore, StoreError, prove_conditional
from warehouse.snapshots import SnapshotError
from warehouse.store import Warehouse
from warehouse.takedown import entry


class Careless(Folder):
    """A storage that takes ``create if absent`` for ``write``, as some S3 gateways do."""

    def create(self, key: str, data: bytes) -> bool:
        self.replace(key, data)
        return True


def test_a_storage_that_ignores_conditions_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    wh = Warehouse(Careless(tmp_path / "warehouse"))
    with pytest.raises(StoreError, match="ignores conditional writes"):
        wh.stage([batch([observation(1)])], run())
    assert list(wh.store.entries("data")) == []
    assert list(wh.store.entries("_meta")) == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"cannot mount a small tmpfs: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_stops_the_load_and_keeps_what_was_there(tiny_disk: Path) -> None:
    wh = Warehouse.open(tiny_disk / "warehouse")
    wh.commit([wh.stage([batch([observation(1)])], run())], portals())
    noise = [observation(n, run_id="big", text=os.urandom(30_000).hex()) for n in range(60)]
    with pytest.raises(StoreError, match=rf"{tiny_disk}.*(Free space|space)"):
        wh.commit([wh.stage([batch(noise)], run("big"))], portals())
    assert wh.snapshot() == 1
    assert wh.read("articles").num_rows == 1


LIMITED = """
import resource, sys
from tests.warehouse.factory import *
from warehouse.store import Warehouse, StoreError
import os
wh = Warehouse.open(sys.argv[1])
noise = [observation(n, run_id="big", text=os.urandom(9_000).hex()) for n in range(40)]
staged = wh.stage([batch(noise)], run("big"))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    wh.commit([staged], portals())
except StoreError as error:
    print(error)
    sys.exit(3)
"""


def test_a_write_that_breaks_off_while_committing_leaves_the_snapshot_alone(wh: Warehouse) -> None:
    wh.commit([wh.stage([batch([observation(1)])], run())], portals())
    command = [sys.executable, "-c", LIMITED, wh.store.root]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert ended.returncode == 3, ended.stderr
    assert "cannot write" in ended.stdout
    assert "TINTINH_WAREHOUSE" in ended.stdout
    assert wh.snapshot() == 1
    assert list(wh.store.entries("_tmp")) == []


def test_an_unwritable_place_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("I am no folder")
    with pytest.raises(StoreError, match=rf"{tmp_path}/file.*TINTINH_WAREHOUSE"):
        Warehouse.open(tmp_path / "file" / "warehouse").stage([], run())


def test_a_missing_object_is_an_error_by_name_not_fewer_rows(wh: Warehouse) -> None:
    wh.commit([wh.stage([batch([observation(1)])], run())], portals())
    lost = wh.files("articles")[0]
    Path(lost).unlink()
    with pytest.raises(MissingObjectError, match="articles-"):
        wh.read("articles")
    report = examine(wh)
    assert (report.healthy, [wh.store.locate(key) for key in report.missing]) == (False, [lost])


def test_a_flipped_bit_is_noticed(wh: Warehouse) -> None:
    wh.commit([wh.stage([batch([observation(1)])], run())], portals())
    path = Path(wh.files("articles")[0])
    data = bytearray(path.read_bytes())
    data[200] ^= 1
    path.write_bytes(data)
    with pytest.raises(Exception, match=r"(?i)crc|checksum|corrupt|could not"):
        wh.read("articles")


def test_a_lost_hint_of_the_head_does_not_matter(wh: Warehouse) -> None:
    for number in range(3):
        rows = [observation(number, run_id=f"run-{number}")]
        wh.commit([wh.stage([batch(rows)], run(f"run-{number}"))], portals())
    hint = Path(wh.store.root) / "_meta" / "HEAD.json"
    hint.unlink()
    assert wh.snapshot() == 3
    hint.write_text('{"snapshot": 1}')
    assert wh.snapshot() == 3
    hint.write_text("{")
    assert wh.snapshot() == 3


def test_a_warehouse_of_another_schema_version_is_not_read(wh: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.snapshots.SCHEMA_VERSION", 99)
    wh.commit([wh.stage([batch([observation(1)])], run())], portals())
    monkeypatch.undo()
    with pytest.raises(SnapshotError, match="schema version 99"):
        Warehouse.open(wh.store.root).read("articles")


def test_the_doctor_removes_what_killed_writers_left_and_nothing_else(wh: Warehouse) -> None:
    wh.commit([wh.stage([batch([observation(1)])], run())], portals())
    wh.stage([batch([observation(2, run_id="never")])], run("never"))
    scratch = Path(wh.store.root) / "_tmp"
    (scratch / "spool-dead").mkdir()
    (scratch / "spool-dead" / "0.arrow").write_bytes(b"half")
    (scratch / "12-abc").write_bytes(b"half an object")
    young = examine(wh)
    assert (young.orphans, young.temporary, young.removed) == ([], [], 0)
    report = examine(wh, grace=dt.timedelta(0))
    assert (len(report.orphans), len(report.temporary), report.removed) == (1, 2, 3)
    assert not (scratch / "spool-dead").exists()
    assert wh.read("articles").num_rows == 1
    assert examine(wh, grace=dt.timedelta(0)).removed == 0


def test_the_doctor_spares_what_a_load_took_up_again_meanwhile(wh: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    wh.commit([wh.stage([batch([observation(1)])], run())], portals())
    lost = wh.stage([batch([observation(2, run_id="again")])], run("again"))
    old = (Path(wh.store.root) / lost.files[0].file.path).stat().st_mtime - 99_999
    for path in Path(wh.store.root, "data", "observations").rglob("*.parquet"):
        os.utime(path, (old, old))
    remove = doctor._remove

    def late(store: ObjectStore, entries: list[Entry], report: doctor.Report) -> None:
        wh.commit([wh.stage([batch([observation(2, run_id="again")])], run("again"))])
        remove(store, entries, report)

    monkeypatch.setattr(doctor, "_remove", late)
    assert len(examine(wh).orphans) == 1
    assert examine(wh, remove=False).healthy
    assert wh.read("articles").num_rows == 2


def test_a_snapshot_stays_for_a_day_after_the_next_one_came(wh: Warehouse) -> None:
    wh.commit([wh.stage([batch([observation(1)])], run())], portals())
    first = Path(wh.store.root) / snapshots.snapshot_key(1)
    os.utime(first, (first.stat().st_mtime - 999_999,) * 2)
    wh.take_down([entry("article", identity(1), "")])
    examine(wh)
    assert first.exists()
    examine(wh, grace=dt.timedelta(0))
    assert not first.exists()


def test_the_doctor_keeps_what_kept_snapshots_need(wh: Warehouse) -> None:
    for number in range(24):
        rows = [observation(number % 3, run_id=f"run-{number}", text=f"Bản {number}.")]
        wh.commit([wh.stage([batch(rows)], run(f"run-{number}"))], portals())
    report = examine(wh, grace=dt.timedelta(0))
    assert len(report.snapshots) == 3  # four are older than the newest twenty; the last of their day stays
    assert report.healthy
    for each in wh.history(100):
        assert wh.read("articles", snapshot=each["snapshot"]).num_rows == min(3, each["snapshot"])


def test_a_run_row_with_a_fault_is_refused_by_column(wh: Warehouse) -> None:
    with pytest.raises(CheckError, match="state"):
        wh.stage([], run(state="great"))
    with pytest.raises(CheckError, match="requests"):
        wh.stage([], run(requests=None))
    with pytest.raises(CheckError, match="colour"):
        wh.stage([], run(colour="red"))


def test_limits_of_this_process_are_untouched() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_conditional_creation_holds_on_a_local_folder(tmp_path: Path) -> None:
    prove_conditional(Folder(tmp_path / "new"))


def test_what_is_staged_survives_a_loss_of_power_before_another_process_commits_it(
    wh: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[Path] = set()
    monkeypatch.setattr(objects, "_sync_folder", synced.add)
    staged = wh.stage([batch([observation(1)])], run())
    places = {(Path(wh.store.root) / entry.file.path).parent for entry in staged.files}
    assert places <= synced

    synced.clear()
    other = Warehouse.open(wh.store.root)
    assert other.stage([batch([observation(1)])], run()) == staged
    assert places <= synced
