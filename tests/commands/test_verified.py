"""Dates of checks that end at the same time."""

import datetime as dt
import multiprocessing
from pathlib import Path

import yaml

from crawlers.portal import load_registry
from crawlers.verified import complaints, record_of, write_verified

IDS = [f"xa_mau_{number}" for number in range(6)]
DAY = dt.date(2026, 11, 22)


def write(folder: Path, id_: str) -> None:
    portal = load_registry([folder])[id_]
    write_verified(folder, portal, record_of(portal, DAY, "0"))


def test_checks_that_end_together_take_back_nothing_of_each_other(tmp_path: Path) -> None:
    portals = [
        {"id": id_, "name": "Xã Mẫu", "kind": "government", "home": f"http://{id_.replace('_', '-')}.test/"}
        for id_ in IDS
    ]
    file = tmp_path / "tuyen_quang.yaml"
    file.write_text(yaml.safe_dump({"province": "08", "portals": portals}, allow_unicode=True), "utf-8")
    processes = [multiprocessing.get_context("fork").Process(target=write, args=(tmp_path, id_)) for id_ in IDS]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [portal.verified for portal in load_registry([tmp_path]).values()] == [DAY] * len(IDS)
    assert list(complaints(tmp_path)) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tuyen_quang.yaml", "verified.json"]
