"""The same warehouse on a real S3 server."""

import threading

import pytest

from tests.warehouse.factory import NOON, batch, document, observation, portals, run
from warehouse.__main__ import connect
from warehouse.catalog import write_views
from warehouse.doctor import examine
from warehouse.objects import StoreError, open_objects, prove_conditional
from warehouse.release import export_latest, latest
from warehouse.store import Warehouse

pytestmark = pytest.mark.s3


def test_a_bucket_holds_what_a_folder_holds(s3_url: str, wh: Warehouse) -> None:
    bucket = Warehouse.open(s3_url)
    for place in (bucket, wh):
        rows = [observation(1), observation(2, "2025-05-02"), document()]
        place.commit([place.stage([batch(rows)], run())], portals())
        again = place.commit([place.stage([batch(rows)], run())], portals())
        assert not again.changed
    for table in ("articles", "article_versions", "article_mentions", "documents", "coverage", "observations"):
        assert bucket.read(table).equals(wh.read(table))
    paths = [file.removeprefix(s3_url) for file in bucket.files("articles")]
    assert paths == [file.removeprefix(wh.store.root) for file in wh.files("articles")]


def test_only_one_of_many_creators_of_a_key_wins(s3_url: str) -> None:
    won = []

    def create(number: int) -> None:
        won.append(open_objects(s3_url).create("_meta/race", str(number).encode()))

    threads = [threading.Thread(target=create, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 5 + [True]


def test_writers_that_race_lose_nothing(s3_url: str) -> None:
    def write(writer: int) -> None:
        place = Warehouse.open(s3_url)
        for number in range(4):
            name = f"{writer}-{number}"
            rows = [observation(name, run_id=name), observation("hot", run_id=name, fetched_at=NOON, text=name)]
            place.commit([place.stage([batch(rows)], run(name))], portals())

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    place = Warehouse.open(s3_url)
    assert place.snapshot() == 12
    assert place.read("observations").num_rows == 24
    assert place.read("articles").num_rows == 13


def test_export_views_query_and_doctor_work_in_a_bucket(s3_url: str) -> None:
    place = Warehouse.open(s3_url)
    place.commit([place.stage([batch([observation(1), observation(2)])], run())], portals())
    export = export_latest(place)
    assert export is not None
    pointer = latest(place.store)
    assert pointer is not None
    assert (pointer["snapshot"], len(pointer["files"])) == (1, export.files)
    assert all(place.store.exists(entry["path"]) for entry in pointer["files"])
    assert write_views(place)["views.sql"] == f"{s3_url}/views.sql"
    sql = "SELECT count(*) FROM articles JOIN article_mentions ON article_id = id"
    assert connect(place, sql).sql(sql).fetchall() == [(4,)]
    sql = "SELECT count(*) FROM citations"
    assert connect(place, sql).sql(sql).fetchall() == [(place.read("article_citations").num_rows,)]
    assert examine(place).healthy


def test_a_bucket_that_nobody_made_yet_is_empty(s3_url: str) -> None:
    place = Warehouse.open(s3_url.replace("tintinh", "tintinh-new"))
    assert place.snapshot() is None
    assert place.read("articles").num_rows == 0


def test_a_refused_bucket_is_named_with_the_remedy(s3_url: str) -> None:
    with pytest.raises(StoreError, match=r"s3://ab/x.*AWS_ENDPOINT_URL"):
        prove_conditional(open_objects("s3://ab/x"))


def test_wrong_keys_are_told_apart_from_an_empty_warehouse(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    with pytest.raises(StoreError, match=r"AWS_\* keys"):
        Warehouse.open(s3_url).snapshot()
