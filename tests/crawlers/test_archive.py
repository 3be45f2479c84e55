"""The archive gives back exactly what was written, or says what is damaged; it never gives half of something."""

from __future__ import annotations

import datetime as dt
import gzip
import random
import resource
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from crawlers.archive import ArchiveError, ArchiveWriter, FetchRecord, parts, read, records, salvage
from crawlers.job import Problem
from crawlers.page_map import PageMap, Spot, chart_of
from crawlers.responses import REMEDIES
from crawlers.warc import sha256
from warehouse.schema import Outcome

WHEN = "2025-06-27T10:00:00.123456Z"
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"), ("Set-Cookie", "a=1")]


def record(number: int, outcome: str = "ok", **changes: object) -> FetchRecord:
    fields: dict[str, object] = {
        "role": "article", "kind": "article", "id": f"id-{number}", "url": f"http://bao.test/tin-{number}",
        "outcome": outcome, "fetched_at": WHEN,
    }  # fmt: skip
    return FetchRecord(**{**fields, **changes})  # type: ignore[arg-type]


def body(number: int) -> bytes:
    return random.Random(number).randbytes(3000) + b"<p>\xe1\xbb\xa6y ban nh\xc3\xa2n d\xc3\xa2n</p>" * 50


def fill(root: Path, numbers: Sequence[int], *, publish: bool = True, outcome: str = "ok") -> Path:
    run = root / "bao" / "r1"
    writer = ArchiveWriter(run, root, {"isPartOf": "r1"})
    for number in numbers:
        writer.write(record(number, outcome), (200, HEADERS, body(number)))
    if publish:
        writer.close()
    return run


def ids(run: Path, root: Path, report: list[Problem] | None = None) -> list[str | None]:
    report = [] if report is None else report
    return [item.record.id for item in records(run, root, report.append)]


def test_what_is_written_is_read_again_by_iteration_and_by_offset(tmp_path: Path) -> None:
    run = fill(tmp_path, range(3))
    found = list(records(run, tmp_path))
    assert [item.record for item in found] == [record(number) for number in range(3)]
    assert [item.body for item in found] == [body(number) for number in range(3)]
    assert [read(tmp_path, item.warc_file, item.offset) for item in found] == found
    assert all(item.length < item.offset + item.length <= parts(run)[0].stat().st_size for item in found)


def test_the_file_is_a_warc_that_others_read_with_valid_digests(tmp_path: Path) -> None:
    [file] = parts(fill(tmp_path, range(2)))
    with file.open("rb") as stream:
        types = []
        for item in ArchiveIterator(stream, check_digests="raise"):
            item.content_stream().read()
            types.append((item.rec_type, item.rec_headers.get_header("WARC-Payload-Digest")))
    assert [type_ for type_, _ in types] == ["warcinfo", "response", "metadata", "response", "metadata"]
    assert types[1][1] == f"sha256:{sha256(body(0))}"


def test_headers_that_no_longer_describe_the_body_are_kept_under_other_names(tmp_path: Path) -> None:
    [item] = records(fill(tmp_path, [1]), tmp_path)
    assert item.headers["x-crawler-content-encoding"] == "gzip"
    assert item.headers["content-length"] == str(len(body(1)))


def test_a_failure_without_a_response_is_a_record_of_its_own(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path / "bao" / "r1", tmp_path)
    writer.write(record(1, "timeout", reason="no whole answer in time"))
    writer.close()
    [item] = records(tmp_path / "bao" / "r1", tmp_path)
    assert (item.record.outcome, item.body, item.headers) == ("timeout", b"", {})
    assert read(tmp_path, item.warc_file, item.offset) == item


def test_an_open_part_is_invisible_until_it_is_closed(tmp_path: Path) -> None:
    run = fill(tmp_path, range(2), publish=False)
    assert (ids(run, tmp_path), [path.name for path in run.iterdir()]) == ([], ["part-001.warc.gz.open"])


def test_a_writer_without_records_leaves_no_file(tmp_path: Path) -> None:
    ArchiveWriter(tmp_path / "bao" / "r1", tmp_path).close()
    assert not (tmp_path / "bao").exists()


def test_a_large_part_is_published_and_another_one_begun(tmp_path: Path) -> None:
    run = tmp_path / "bao" / "r1"
    writer = ArchiveWriter(run, tmp_path, part_bytes=8000)
    for number in range(6):
        writer.write(record(number), (200, HEADERS, body(number)))
    writer.close()
    assert writer.published == [f"bao/r1/{path.name}" for path in parts(run)]
    assert len(parts(run)) == 3
    assert ids(run, tmp_path) == [f"id-{number}" for number in range(6)]


def test_salvage_publishes_whole_fetches_and_drops_the_torn_tail(tmp_path: Path) -> None:
    run = fill(tmp_path, range(4), publish=False)
    [file] = run.iterdir()
    file.write_bytes(file.read_bytes()[:-40])
    assert salvage(run, tmp_path) == ["bao/r1/part-001.warc.gz"]
    assert ids(run, tmp_path) == ["id-0", "id-1", "id-2"]
    assert [path.name for path in run.iterdir()] == ["part-001.warc.gz"]
    [item, *_] = records(run, tmp_path)
    assert read(tmp_path, item.warc_file, item.offset).body == body(0)


def test_salvage_of_nothing_but_a_torn_head_leaves_no_file(tmp_path: Path) -> None:
    run = fill(tmp_path, [1], publish=False)
    [file] = run.iterdir()
    file.write_bytes(file.read_bytes()[:50])
    assert (salvage(run, tmp_path), list(run.iterdir())) == ([], [])


def test_salvage_removes_what_killed_processes_were_about_to_put_in_place(tmp_path: Path) -> None:
    run = fill(tmp_path, [1])
    for name in ("outcome.json.4711.tmp", "progress.json.12.tmp", "outcome.json"):
        (run / name).write_text("{", encoding="utf-8")
    assert salvage(run, tmp_path) == []
    assert sorted(path.name for path in run.iterdir()) == ["outcome.json", "part-001.warc.gz"]


def test_a_page_map_that_is_written_removes_what_killed_processes_left_of_it(tmp_path: Path) -> None:
    path, leftover = tmp_path / "state/pages.json", tmp_path / "state/pages.json.4711.tmp"
    path.parent.mkdir()
    leftover.write_text("{", encoding="utf-8")
    day = dt.date(2025, 6, 27)
    PageMap(path).save({"/tin-tuc": chart_of([Spot(1, day, day, day)])})
    assert (PageMap.load(path).chart("/tin-tuc").spots[0].newest, leftover.exists()) == (day, False)


def test_a_part_after_a_salvaged_one_gets_the_next_number(tmp_path: Path) -> None:
    run = fill(tmp_path, [1], publish=False)
    salvage(run, tmp_path)
    fill(tmp_path, [2])
    assert [path.name for path in parts(run)] == ["part-001.warc.gz", "part-002.warc.gz"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 13_000))
def test_wherever_a_process_dies_every_record_that_is_read_is_whole(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    root = tmp_path_factory.mktemp("torn")
    run = fill(root, range(4), publish=False)
    [file] = run.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:cut])
    salvage(run, root, [].append)
    found = list(records(run, root))
    assert [item.record.id for item in found] == [f"id-{number}" for number in range(len(found))]
    assert [item.body for item in found] == [body(number) for number in range(len(found))]
    assert len(found) == 4 or cut < len(whole)


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 0.999), bit=st.integers(0, 7))
def test_a_flipped_bit_costs_at_most_its_own_fetch_and_is_reported(
    tmp_path_factory: pytest.TempPathFactory, place: float, bit: int
) -> None:
    root = tmp_path_factory.mktemp("flipped")
    run = fill(root, range(4))
    [file] = parts(run)
    data = bytearray(file.read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    file.write_bytes(data)
    problems: list[Problem] = []
    found = list(records(run, root, problems.append))
    assert all(item.body == body(int(str(item.record.id)[3:])) for item in found)
    assert len(found) >= 3
    assert len(found) == 4 or problems


def test_a_body_that_does_not_match_its_digest_is_never_content(tmp_path: Path) -> None:
    run = fill(tmp_path, range(2))
    [file] = parts(run)
    first, second = records(run, tmp_path)
    data = file.read_bytes()
    forged = gzip.decompress(data[first.offset : first.offset + first.length]).replace(b"<p>", b"<q>")
    file.write_bytes(data[: first.offset] + gzip.compress(forged) + data[first.offset + first.length :])
    problems: list[Problem] = []
    assert ids(run, tmp_path, problems) == [second.record.id]
    assert "digest" in problems[0].message
    assert problems[0].remedy
    with pytest.raises(ArchiveError, match="digest"):
        read(tmp_path, first.warc_file, first.offset)


def test_a_later_final_answer_replaces_an_earlier_one(tmp_path: Path) -> None:
    fill(tmp_path, [1, 2], outcome="server_error")
    fill(tmp_path, [1])
    run = fill(tmp_path, [1], outcome="timeout")
    found = {item.record.id: (item.record.outcome, item.warc_file) for item in records(run, tmp_path)}
    assert found == {
        "id-1": ("ok", "bao/r1/part-002.warc.gz"),
        "id-2": ("server_error", "bao/r1/part-001.warc.gz"),
    }


@pytest.mark.parametrize("name", ["../secret", "bao/r1/part-009.warc.gz", "/etc/passwd"])
def test_only_files_of_the_archive_are_read(tmp_path: Path, name: str) -> None:
    fill(tmp_path, [1])
    (tmp_path.parent / "secret").write_bytes(b"x")
    with pytest.raises(ArchiveError, match="not a file of the archive"):
        read(tmp_path, name, 0)


def test_an_offset_inside_a_record_is_refused(tmp_path: Path) -> None:
    run = fill(tmp_path, range(2))
    first = next(records(run, tmp_path))
    with pytest.raises(ArchiveError):
        read(tmp_path, first.warc_file, first.offset + 7)


@pytest.mark.parametrize("name", ["X-Ti\xeau-\u0111\u1ec1", "A B", "X:Y", "\r\nX", "\xff"])
def test_a_header_name_that_is_none_does_not_lose_the_page(tmp_path: Path, name: str) -> None:
    writer = ArchiveWriter(tmp_path / "bao" / "r1", tmp_path)
    writer.write(record(1), (200, [(name, "x"), ("ETag", '"v1"')], body(1)))
    writer.close()
    (item,) = records(tmp_path / "bao" / "r1", tmp_path)
    assert (item.body, item.headers["etag"]) == (body(1), '"v1"')


@pytest.mark.parametrize("outcome", ["offsite", "forbidden_address", "robots", "oversized", "unreadable"])
def test_what_the_operator_can_mend_is_asked_again_when_the_task_is_cleared(outcome: str) -> None:
    assert not replace(record(1), outcome=outcome).final
    assert "clear the task" in REMEDIES[Outcome(outcome)]


def test_unicode_addresses_and_headers_survive(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path / "bao" / "r1", tmp_path)
    url = "http://bao.test/tin tức/\r\nX: 1"
    writer.write(record(1, url=url, listing_title="Đổi mới\n“sáng tạo”"), (200, [("X-Note", "a\r\nb: c")], b"<p>"))
    writer.close()
    [item] = records(tmp_path / "bao" / "r1", tmp_path)
    assert (item.record.url, item.record.listing_title) == (url, "Đổi mới\n“sáng tạo”")
    assert item.headers["x-note"] == "a b: c"


@given(
    st.builds(
        FetchRecord, role=st.sampled_from(["article", "robots"]), url=st.text(), outcome=st.just("ok"),
        fetched_at=st.just(WHEN), listing_title=st.none() | st.text(), attachments=st.lists(st.text()).map(tuple),
        http_status=st.none() | st.integers(100, 599),
    )
)  # fmt: skip
def test_every_record_survives_json(item: FetchRecord) -> None:
    assert FetchRecord.from_json(item.to_json()) == item


def test_fields_of_later_versions_are_ignored() -> None:
    text = record(1).to_json()[:-1] + ',"colour":"blue"}'
    assert FetchRecord.from_json(text) == record(1)


PDF = b"%PDF-1.4\n" + random.Random(7).randbytes(50_000) + b"\n%%EOF\n"


def attach(root: Path, run: str, url: str, *, publish: bool = True) -> Path:
    writer = ArchiveWriter(root / "bao" / run, root)
    fields = {"role": "attachment", "id": None, "url": url, "media_type": "application/pdf", "digest": sha256(PDF)}
    writer.write(record(1, **fields), (200, [("Content-Type", "application/pdf")], PDF))
    if publish:
        writer.close()
    return root / "bao" / run


def test_a_file_is_stored_once_whatever_address_and_run_it_comes_from(tmp_path: Path) -> None:
    runs = [attach(tmp_path, f"r{number}", f"http://bao.test/{number}.pdf") for number in range(3)]
    found = [next(records(run, tmp_path)) for run in runs]
    assert [item.body for item in found] == [PDF] * 3
    assert [item.is_revisit for item in found] == [False, True, True]
    assert [read(tmp_path, item.warc_file, item.offset) for item in found] == found
    sizes = [parts(run)[0].stat().st_size for run in runs]
    assert sizes[0] > len(PDF) > 20 * sizes[1]
    with parts(runs[1])[0].open("rb") as stream:
        [revisit] = [item.rec_headers for item in ArchiveIterator(stream) if item.rec_type == "revisit"]
    assert revisit["WARC-Profile"].endswith("/revisit/identical-payload-digest")
    assert revisit["WARC-Refers-To-Target-URI"] == "http://bao.test/0.pdf"
    assert revisit["WARC-Payload-Digest"] == f"sha256:{sha256(PDF)}"


def test_a_page_is_stored_as_often_as_it_is_fetched(tmp_path: Path) -> None:
    first, second = (fill(tmp_path, [1]) for _ in range(2))
    assert [item.is_revisit for run in (first, second) for item in records(run, tmp_path)] == [False, False]


@pytest.mark.parametrize("damage", ["lost", "torn", "lies"])
def test_an_index_of_files_that_is_wrong_costs_space_and_no_file(tmp_path: Path, damage: str) -> None:
    first = attach(tmp_path, "r0", "http://bao.test/0.pdf")
    index = tmp_path / "bao" / "files.index"
    text = index.read_text()
    index.write_text({"lost": "", "torn": text[: len(text) // 2], "lies": text.replace("part-001", "part-009")}[damage])
    [item] = records(attach(tmp_path, "r1", "http://bao.test/1.pdf"), tmp_path)
    assert (item.body, item.is_revisit) == (PDF, False)
    assert next(records(first, tmp_path)).body == PDF


def test_a_file_whose_bytes_were_removed_is_reported_and_never_something_else(tmp_path: Path) -> None:
    first, second = (attach(tmp_path, f"r{number}", f"http://bao.test/{number}.pdf") for number in range(2))
    [item] = records(second, tmp_path)
    parts(first)[0].write_bytes(parts(fill(tmp_path / "other", [3]))[0].read_bytes())
    problems: list[Problem] = []
    assert list(records(second, tmp_path, problems.append)) == []
    assert problems[0].remedy
    with pytest.raises(ArchiveError):
        read(tmp_path, item.warc_file, item.offset)


def test_a_file_refers_to_its_bytes_across_a_salvage(tmp_path: Path) -> None:
    run = tmp_path / "bao" / "r1"
    writer = ArchiveWriter(run, tmp_path)
    for number in range(3):
        fields = {"role": "attachment", "id": None, "url": f"http://bao.test/{number}.pdf", "digest": sha256(PDF)}
        writer.write(record(number, media_type="application/pdf", **fields), (200, [], PDF))
    [file] = run.iterdir()
    file.write_bytes(file.read_bytes()[:-9])
    salvage(run, tmp_path, [].append)
    found = list(records(run, tmp_path))
    assert [(item.body, item.is_revisit) for item in found] == [(PDF, False), (PDF, True)]


def test_a_write_that_fails_leaves_the_part_as_it_was(tmp_path: Path) -> None:
    run = tmp_path / "bao" / "r1"
    writer = ArchiveWriter(run, tmp_path)
    writer.write(record(1), (200, HEADERS, body(1)))
    [file] = run.iterdir()
    size = file.stat().st_size
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 1000, old[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            writer.write(record(2), (200, HEADERS, body(2)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert file.stat().st_size == size
    writer.write(record(3), (200, HEADERS, body(3)))
    writer.close()
    assert ids(run, tmp_path) == ["id-1", "id-3"]
