"""The command line of the harvest: what it asks for, what it leaves alone, what it shows."""

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from crawlers.job import CrawlOutcome
from dags.local import harvest, report, runs
from dags.local.progress import Board, step
from warehouse.store import Warehouse

DAYS = (dt.date(2025, 6, 27), dt.date(2025, 6, 28))


def asked(*words: str) -> runs.Request:
    return harvest.asked(harvest._parser().parse_args(words))


def test_without_portals_the_samples_are_harvested_on_their_days(home: Path) -> None:
    request = asked()
    assert len(request.portals) == 5
    assert (request.first, request.last) == harvest.SAMPLE_DAYS
    assert not request.sweeps


def test_one_day_is_enough_and_several_portals_may_share_an_argument(home: Path) -> None:
    request = asked("--portal", "baosongthao,congxulang", "--from", "2025-06-26")
    assert request == runs.Request(("baosongthao", "congxulang"), dt.date(2025, 6, 26), dt.date(2025, 6, 26))


def test_a_long_range_becomes_one_sweeping_run(home: Path) -> None:
    assert asked("--portal", "baosongthao", "--from", "2008-01-01", "--to", "2022-12-31").sweeps


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--portal", "nowhere"), "nowhere: not in the registry"),
        (("--from", "2025-06-29", "--to", "2025-06-26"), "FROM .2025-06-29. is later than TO"),
    ],
)
def test_a_wrong_request_is_refused_in_words(home: Path, words: tuple[str, ...], message: str) -> None:
    with pytest.raises(harvest.HarvestError, match=message):
        asked(*words)


def test_a_second_harvest_leaves_the_finished_part_alone(
    run_dag: Callable[..., Any], samples: Any, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_dag("harvest_daily", "2025-06-28", portals=["baosongthao"])
    warehouse = Warehouse.open()
    request = runs.Request(("baosongthao", "congxulang"), *DAYS)
    assert harvest.missing(request, warehouse) == request
    assert harvest.missing(runs.Request(("baosongthao",), *DAYS), warehouse) == runs.Request(
        ("baosongthao",), DAYS[0], DAYS[0]
    )
    before = warehouse.snapshot(), len(samples.requests)
    arguments = ["--portal", "baosongthao", "--from", "2025-06-28"]
    assert harvest.main(arguments) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert (warehouse.snapshot(), len(samples.requests)) == before


def test_the_shown_queries_have_answers(run_dag: Callable[..., Any], samples: Any, home: Path) -> None:
    run_dag("harvest_daily", None, portals=["baosongthao", "sotttt_mau"], **{"from": "2025-06-01", "to": "2025-06-29"})
    warehouse = Warehouse.open()
    for title, sql in report.QUERIES:
        columns, rows = report.answer(warehouse, sql)
        assert columns, title
        assert rows, title
    shown = Console(file=io.StringIO(), width=200)
    shown.print(report.summary(warehouse, ["baosongthao"]))
    articles = warehouse.read("articles")["portal"].to_pylist().count("baosongthao")
    assert str(articles) in shown.file.getvalue()  # type: ignore[attr-defined]


def test_progress_without_a_terminal_prints_a_line_a_step() -> None:
    out = io.StringIO()
    outcome = CrawlOutcome(portal="baosongthao", run_id="r1", requests=12, articles=3, candidates=4, started_at="now")
    with Board(Console(file=out, width=120)) as board:
        for state in ("crawl", "crawl", "done"):
            board.update("2025-06-28", "baosongthao", state, outcome)
    assert [line.split()[2] for line in out.getvalue().splitlines() if line] == ["crawl", "done"]
    assert "12 requests, 3 articles, 0 documents, 0 errors" in out.getvalue()


@pytest.mark.parametrize(
    ("states", "word"),
    [
        ({"portal.crawl": "running"}, "crawl"),
        ({"portal.crawl": "success", "portal.transform": "running"}, "transform"),
        ({"portal.crawl": "failed", "portal.transform": "success", "portal.load": "success"}, "failed"),
        ({"portal.crawl": "skipped", "portal.transform": "success", "portal.load": "success"}, "done"),
        ({}, "waiting"),
    ],
)
def test_a_portal_is_in_one_step(states: dict[str, str | None], word: str) -> None:
    assert step(states) == word
