"""Coverage tells "no news" from "nobody looked"."""

import datetime as dt
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.factory import NOON, PORTAL, document, observation, portals, run, table
from tests.warehouse.test_publish import published, runs_table
from warehouse.coverage import coverage
from warehouse.history import histories
from warehouse.store import Warehouse


def days(rows: list[dict[str, Any]], *runs: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {row["day"].day: row for row in published(rows, *runs)["coverage"].to_pylist()}


def test_a_day_with_news_is_ok_and_knows_its_lag() -> None:
    row = days([observation(1), observation(2)], run())[27]
    assert (row["state"], row["articles"], row["run_id"]) == ("ok", 2, "run-1")
    assert row["lag_hours"] == 8.0  # loaded at 01:00 UTC, eight hours after midnight in Vietnam


def test_silence_is_expected_of_a_portal_that_may_be_silent() -> None:
    assert days([], run(expect_min=0))[27]["state"] == "empty_expected"


def test_silence_of_a_daily_paper_is_broken_as_soon_as_the_day_is_over() -> None:
    row = days([], run())[27]
    assert (row["state"], "at least 1" in row["reason"]) == ("broken", True)


def test_silence_while_the_day_lasts_is_late() -> None:
    assert days([], run(finished_at=NOON))[27]["state"] == "late"


def test_too_few_articles_are_late_at_first_and_broken_after_two_days() -> None:
    soon = days([observation(1)], run(expect_min=3))[27]
    assert (soon["state"], "1 articles" in soon["reason"]) == ("late", True)
    later = run("run-2", expect_min=3, finished_at=NOON + dt.timedelta(days=9))
    assert days([observation(1)], run(expect_min=3), later)[27]["state"] == "broken"


LOST = {"natural_end": False, "listings_failed": 9, "reason": "9 pages of listings could not be read; remedy: again"}


def test_a_day_whose_listing_pages_were_lost_is_late_at_first_and_broken_after_two_days() -> None:
    soon = days([observation(1)], run(**LOST))[27]
    assert (soon["state"], soon["reason"]) == ("late", LOST["reason"])
    later = days([observation(1)], run(finished_at=NOON + dt.timedelta(days=9), **LOST))[27]
    assert (later["state"], later["reason"]) == ("broken", LOST["reason"])


def test_a_run_that_read_every_listing_makes_up_for_one_that_lost_pages() -> None:
    whole = run("run-2", natural_end=True, finished_at=NOON + dt.timedelta(days=2))
    assert days([observation(1)], run(**LOST), whole)[27]["state"] == "ok"


def test_a_run_that_ended_at_a_limit_or_met_a_broken_sitemap_lost_no_listing_page() -> None:
    for ended, failed in ((False, 0), (True, 1)):
        assert days([observation(1)], run(natural_end=ended, listings_failed=failed))[27]["state"] == "ok"


def test_a_portal_that_says_no_is_blocked_with_its_reason() -> None:
    row = days([], run(state="blocked", reason="403: WAF"))[27]
    assert (row["state"], row["reason"]) == ("blocked", "403: WAF")


def test_a_finished_run_speaks_louder_than_a_blocked_one_after_it() -> None:
    blocked = run("run-2", state="blocked", finished_at=NOON + dt.timedelta(days=9))
    assert days([observation(1)], run(), blocked)[27]["state"] == "ok"


def test_a_run_before_noon_does_not_speak_for_a_portal_that_refused_afterwards() -> None:
    blocked = run("run-2", state="blocked", reason="403: WAF")
    row = days([observation(1)], run(finished_at=NOON), blocked)[27]
    assert (row["state"], row["reason"], row["articles"]) == ("blocked", "403: WAF", 1)


def test_a_run_that_did_not_finish_ends_no_waiting() -> None:
    failed = run(state="failed")
    later = run("run-2", finished_at=failed["finished_at"] + dt.timedelta(hours=5))
    assert days([observation(1)], failed, later)[27]["lag_hours"] == 13.0
    assert days([observation(1)], failed)[27]["lag_hours"] is None


def test_a_document_counts_on_its_day_of_issue_in_whose_month_it_lies() -> None:
    row = document(issued="2025-06-27", published_date=dt.date(2025, 7, 3))
    assert days([row], run(expect_min=0))[27]["documents"] == 1


def test_more_failures_than_readings_are_a_broken_day_not_a_quiet_one() -> None:
    failing = [observation(n, outcome="server_error", listing_day=dt.date(2025, 6, 27)) for n in range(3)]
    row = days([*failing, observation(9)], run())[27]
    assert (row["state"], row["errors"], row["articles"]) == ("broken", 3, 1)


def test_days_between_covered_days_that_no_run_asked_for_are_not_run() -> None:
    covered = days([], run("a", "2025-06-10", expect_min=0), run("b", "2025-06-13", expect_min=0))
    assert {day: row["state"] for day, row in covered.items()} == {
        10: "empty_expected",
        11: "not_run",
        12: "not_run",
        13: "empty_expected",
    }
    assert covered[11]["run_id"] is None


def test_a_gap_that_crosses_the_end_of_a_month_is_seen() -> None:
    covered = days([], run("a", "2025-06-28"), run("b", "2025-07-03"))
    assert [day for day, row in covered.items() if row["state"] == "not_run"] == [29, 30]


def test_reading_the_archive_again_covers_no_day() -> None:
    assert days([observation(1)], run("r", "2025-06-01", "2025-06-30", mode="reparse")) == {}


def test_guards_that_spoke_are_counted_for_each_day() -> None:
    flagged = [observation(n, quality_flags=["no_container", "encoding_repaired"]) for n in (1, 2)]
    row = days([*flagged, observation(3, quality_flags=["no_date"]), observation(4)], run())[27]
    assert row["guards"] == [{"flag": "no_container", "count": 2}, {"flag": "no_date", "count": 1}]


def test_a_portal_that_is_run_no_more_is_seen_as_long_as_others_of_its_province_are_run(wh: Warehouse) -> None:
    registry = portals("baosongthao", "baoxulang")
    wh.commit(
        [wh.stage([], run("a", "2025-06-28", portal=portal)) for portal in ("baosongthao", "baoxulang")], registry
    )
    wh.commit([wh.stage([], run("b", "2025-07-02", portal="baoxulang"))], registry)
    rows = wh.read("coverage").to_pylist()
    states = {(row["portal"], row["day"].isoformat()[5:]): row["state"] for row in rows}
    gone = [states["baosongthao", day] for day in ("06-29", "06-30", "07-01", "07-02")]
    assert gone == ["not_run"] * 4
    assert states["baoxulang", "07-02"] == "broken"


def test_the_order_of_loads_does_not_matter_for_days_that_were_not_run(tmp_path: Path) -> None:
    found = []
    registry = portals("baosongthao", "baoxulang")
    loads = [("baosongthao", "a", "2025-04-28"), ("baoxulang", "b", "2025-06-02"), ("baoxulang", "c", "2025-05-02")]
    for number, order in enumerate(permutations(loads)):
        wh = Warehouse.open(tmp_path / str(number))
        for portal, run_id, day in order:
            wh.commit([wh.stage([], run(run_id, day, portal=portal))], registry)
        found.append(wh.read("coverage"))
    assert all(rows.equals(found[0]) for rows in found)
    assert found[0].num_rows == 36 + 32


@pytest.mark.parametrize(
    ("day", "kind", "portal_kind", "articles", "state"),
    [
        ("2025-06-29", "Sunday", "government", 0, "empty_expected"),
        ("2025-06-27", "workday", "government", 0, "broken"),
        ("2025-06-29", "Sunday", "newspaper", 1, "late"),
        ("2025-06-29", "Sunday", "newspaper", 3, "ok"),
        ("2025-01-31", "holiday", "newspaper", 1, "ok"),
        ("2025-01-31", "holiday", "government", 0, "empty_expected"),
        ("2025-04-30", "holiday", "government", 0, "empty_expected"),
        ("2025-09-02", "holiday", "newspaper", 0, "broken"),
    ],
)
def test_sundays_holidays_and_tet_are_expected_to_be_quiet(
    day: str, kind: str, portal_kind: str, articles: int, state: str
) -> None:
    rows = [observation(n, day) for n in range(articles)]
    observed = coverage(
        table(rows),
        histories(table(rows)),
        runs_table(run(first=day, expect_min=10)),
        ("tuyen_quang", day[:7]),
        {PORTAL: portal_kind},
    )
    [row] = observed.to_pylist()
    assert (row["day_kind"], row["state"]) == (kind, state)
    assert row["expected"] <= 10
