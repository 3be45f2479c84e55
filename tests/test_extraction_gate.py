"""Extraction keeps what it has reached; the measuring itself can tell good from bad."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.extraction import __main__ as command
from benchmarks.extraction import gate, samples
from benchmarks.extraction.gate import Course
from benchmarks.extraction.readers import measure, ours, plain
from benchmarks.extraction.samples import GoldError, Sample
from benchmarks.extraction.scores import Answer, Score
from benchmarks.extraction.stages import REST, STAGES, clocked, split

DATA = Path(os.environ.get("TINTINH_DATA", "../shared/data")) / "hanoi"
TEXT = "Sáng 12/6, xã Mường Ảng khởi công tuyến đường liên bản dài 4 km. " * 8
GOLD = Sample(
    site="xa.test",
    url="http://xa.test/tin/1",
    body=b"",
    encoding="utf-8",
    family="generic",
    title="Khởi công đường liên bản",
    date="2025-06-12",
    text=TEXT,
    lead="Sáng 12/6, xã Mường Ảng khởi công",
    captions=("Bà con dự lễ khởi công",),
    rows=(("Bản Co", "12", "4"),),
)
ANSWER = Answer(GOLD.title, "2025-06-12", TEXT + "Bản Co 12 4", ("Bà con dự lễ khởi công",))


def scored(answer: Answer) -> dict[str, float | int | None]:
    score = Score()
    score.add(GOLD, answer)
    return score.figures()


@pytest.fixture(scope="module")
def own() -> list[Sample]:
    return samples.own_sites()


# --- what was reached ------------------------------------------------------------------------------------------


def test_nothing_is_lost_on_our_own_sites() -> None:
    assert gate.losses("own", gate.own_course()) == []


@pytest.mark.real
@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is absent; set TINTINH_DATA to the measuring data")
def test_nothing_is_lost_on_a_sample_of_the_real_portal() -> None:
    assert gate.losses("real", gate.real_course(DATA)) == []


def test_a_figure_that_falls_is_a_loss_until_a_reason_is_given(tmp_path: Path) -> None:
    file = tmp_path / "reached.json"
    gate.pin({"own": Course("a", 9, {"family_f1": 0.98, "family_wrong_dates": 0})}, file=file)
    worse = Course("b", 9, {"family_f1": 0.99, "family_wrong_dates": 2})
    assert "own.family_wrong_dates: 2, reached before: 0" in gate.losses("own", worse, file)[0]
    assert "have changed" in gate.losses("own", worse, file)[-1]
    _, refused = gate.pin({"own": worse}, file=file)
    assert refused == ["own.family_wrong_dates: 2, reached before: 0"]
    assert gate.load(file)["courses"]["own"]["figures"] == {"family_f1": 0.99, "family_wrong_dates": 0}
    gate.pin({"own": worse}, reason="two pages of the gold had the wrong day", file=file)
    assert gate.losses("own", worse, file) == []
    lowered = gate.load(file)["lowered"]
    assert [(each["figure"], each["from"], each["to"]) for each in lowered] == [("own.family_wrong_dates", 0, 2)]
    assert lowered[0]["reason"] == "two pages of the gold had the wrong day"


def test_a_figure_that_is_measured_no_longer_is_a_loss(tmp_path: Path) -> None:
    file = tmp_path / "reached.json"
    gate.pin({"own": Course("a", 9, {"family_f1": 0.98, "family_leads": 1.0})}, file=file)
    assert len(gate.losses("own", Course("a", 9, {"family_f1": 0.98}), file)) == 1


# --- the scale -------------------------------------------------------------------------------------------------


def test_a_full_answer_has_every_mark() -> None:
    found = scored(ANSWER)
    assert (found["title"], found["date"], found["leads"], found["captions"], found["cells"]) == (1, 1, 1, 1, 1)
    assert (found["wrong_dates"], found["leaked_strings"], found["unread"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("answer", "figure", "value"),
    [
        (replace(ANSWER, date="2025-12-06"), "wrong_dates", 1),
        (replace(ANSWER, date=None), "date", 0),
        (replace(ANSWER, date=None), "wrong_dates", 0),
        (replace(ANSWER, title="Trang chủ"), "title", 0),
        (replace(ANSWER, text=TEXT + "Gửi phản hồi | Tin nóng"), "leaked_strings", 2),
        (replace(ANSWER, text=TEXT + "12 Bản Co"), "cells", 0.3333),  # cells follow each other
        (replace(ANSWER, captions=()), "captions", 0),
        (replace(ANSWER, text=""), "unread", 1),
        (replace(ANSWER, text="4 km"), "leads", 0),
    ],
)
def test_each_fault_costs_its_own_mark(answer: Answer, figure: str, value: float) -> None:
    assert scored(answer)[figure] == value


def test_captions_left_in_the_text_cost_no_words() -> None:
    assert scored(replace(ANSWER, text=f"{TEXT} {GOLD.captions[0]}"))["f1"] == 1.0


# --- pages of others -------------------------------------------------------------------------------------------


def test_an_unseen_archive_is_measured_with_what_its_gold_tells(tmp_path: Path, own: list[Sample]) -> None:
    pages = [each for each in own if each.site == "baothanhthuy_mau"][:12]
    gold, warc = tmp_path / "gold.jsonl", tmp_path / "pages.warc.gz"
    rows = [{"urls": ["http://nowhere.test/", each.url], "text": each.text, "title": each.title} for each in pages]
    gold.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    with warc.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for each in pages:
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            with (tmp_path / "body").open("wb+") as body:
                body.write(each.body)
                body.seek(0)
                writer.write_record(writer.create_warc_record(each.url, "response", body, http_headers=headers))
    found = samples.archived(gold, warc, "generic")
    scores = measure(found, {"generic": ours("generic", found)}, warming=0)["generic"].figures()
    assert (len(found), found[0].encoding) == (12, "utf-8")
    assert scores["f1"] == pytest.approx(1, abs=0.02)
    assert (scores["title"], scores["date"], scores["leads"]) == (1, None, None)


def test_an_article_collection_is_read_page_by_page(tmp_path: Path, own: list[Sample]) -> None:
    (tmp_path / "html").mkdir()
    truth = {}
    for number, each in enumerate(own[::60]):
        (tmp_path / "html" / f"p{number}.html.gz").write_bytes(gzip.compress(each.body))
        truth[f"p{number}"] = {"articleBody": each.text, "url": each.url}
    (tmp_path / "ground-truth.json").write_text(json.dumps(truth), encoding="utf-8")
    found = samples.article_collection(tmp_path)
    scores = measure(found, {"alone": ours("alone", found), "plain": plain()}, warming=0)
    assert scores["alone"].pages == len(truth) > 10
    assert scores["alone"].f1 >= scores["plain"].f1


def test_passages_are_judged_by_what_is_there_and_what_is_not(tmp_path: Path, own: list[Sample]) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "a.html").write_bytes(own[0].body)
    passages = [own[0].text.split("\n\n")[1][:80], own[0].text[-60:]]
    row = {"file": "a.html", "with": passages, "without": ["Lượt truy cập"]}
    missing = {"file": "b.html", "with": ["x"], "without": ["y"]}
    document = {own[0].url: row, "http://b.test/": missing}
    (tmp_path / "evaldata.json").write_text(json.dumps(document), encoding="utf-8")
    found = samples.passage_collection(tmp_path)
    good, bad = Score(), Score()
    good.add(found[0], Answer(text=own[0].text))
    bad.add(found[0], Answer(text="Lượt truy cập"))
    assert (len(found), good.f1, bad.f1, bad.unread) == (1, 1.0, 0.0, 0)


@pytest.mark.parametrize(
    ("load", "message"),
    [
        (lambda folder: samples.article_collection(folder), "ground-truth.json"),
        (lambda folder: samples.passage_collection(folder), "evaldata.json"),
        (lambda folder: samples.archived(folder / "no.jsonl", folder / "no.warc", "generic"), "JSON lines"),
    ],
)
def test_a_folder_without_the_data_is_refused_by_name(
    load: Callable[[Path], list[Sample]], message: str, tmp_path: Path
) -> None:
    with pytest.raises(GoldError, match=message):
        load(tmp_path)


# --- time ------------------------------------------------------------------------------------------------------


def test_every_stage_of_the_time_table_is_found_and_adds_up(
    own: list[Sample], capfd: pytest.CaptureFixture[str]
) -> None:
    pages = own[::40]
    reader = ours("family", pages)
    before = [reader(each) for each in pages]
    found = split(pages, reader)
    assert capfd.readouterr().err == ""  # no name has moved away
    assert found.keys() == {*STAGES, REST}
    assert [reader(each) for each in pages] == before
    with clocked() as clock:
        reader(pages[0])
        clock.close()
    assert clock.seconds["parse, index"] > 0


def test_the_command_measures_our_own_sites(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["extraction", "--courses", "own", "--limit", "14", "--no-peers", "--pages-memory", "60"]
    monkeypatch.setattr("sys.argv", asked)
    command.main()
    figures = json.loads(next(line for line in capsys.readouterr().out.splitlines() if line.startswith("{")))
    assert figures["own_pages"] == 14
    assert figures["own_family_f1"] >= 0.985
    assert figures["own_generic_leaked_strings"] == 0
    assert figures["own_family_ratio"] > 0
    assert 20 < figures["memory_peak_mb"] < 250
