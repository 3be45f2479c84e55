"""A portal that is no longer read is told from one that is quiet, by its own days before."""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.factory import batch, observation, portals, run, table
from tests.warehouse.test_publish import published, runs_table
from warehouse.days import DayClass, day_class
from warehouse.drift import Finding, drift
from warehouse.measures import measured
from warehouse.publish import publish
from warehouse.schema import PORTALS
from warehouse.store import Warehouse
from warehouse.tails import few, few_of, typical

MONDAY = dt.date(2025, 3, 3)
USUAL = {DayClass.WORKDAY: 12, DayClass.SATURDAY: 5, DayClass.SUNDAY: 2, DayClass.HOLIDAY: 0}
SECTIONS = ("/chinh-tri/", "/kinh-te/", "/van-hoa/", "/the-thao/")


def source(url: str, entries: int = 20, last_page: int = 30, kind: str = "listing") -> dict[str, Any]:
    return {"url": url, "kind": kind, "entries": entries, "last_page": last_page}


def sources(*urls: str, **values: Any) -> list[dict[str, Any]]:
    return [source(url, **values) for url in urls or SECTIONS] + [source("/rss", kind="feed", last_page=1)]


def half_silent() -> list[dict[str, Any]]:
    return [*sources("/chinh-tri/", "/kinh-te/"), source("/van-hoa/", 0), source("/the-thao/", 0)]


def crawl(day: dt.date, articles: int, **values: Any) -> dict[str, Any]:
    measures = {"titles": articles, "dates": articles, "bodies": articles, "garbled": 0, "refused": 0}
    expected = {"expect_title": 0.98, "expect_date": 0.98, "expect_body": 0.6, "expect_min": 0, "expect_max": 200}
    row = {"articles": articles, "sources": sources(), "outcomes": [], **measures, **expected}
    return run(values.pop("run_id", f"run-{day}"), day.isoformat(), **{**row, **values})


def usual(day: dt.date, dice: random.Random) -> int:
    mean = USUAL[day_class(day)]
    return max(0, round(dice.gauss(mean, mean**0.5)))


def life(days: int, first: dt.date = MONDAY) -> list[dict[str, Any]]:
    dice = random.Random(1)
    dates = [first + dt.timedelta(days=number) for number in range(days)]
    return [crawl(day, usual(day, dice)) for day in dates]


def after(days: int, *broken: Callable[[dt.date], dict[str, Any]]) -> list[list[Finding]]:
    """Findings of the days that follow so many sound ones; the sound ones have none."""
    first = MONDAY + dt.timedelta(days=days)
    runs = [*life(days), *(make(first + dt.timedelta(days=number)) for number, make in enumerate(broken))]
    found = drift(runs)
    assert not [day for day in found if day < first]
    return [found.get(first + dt.timedelta(days=number), []) for number in range(len(broken))]


def test_the_days_around_tet_and_public_holidays_are_no_working_days() -> None:
    quiet = [dt.date(2025, 1, 27), dt.date(2025, 2, 2), dt.date(2026, 2, 17), dt.date(2030, 2, 2), dt.date(2015, 2, 19)]
    assert {day_class(day) for day in (*quiet, dt.date(2024, 4, 18), dt.date(2025, 9, 2))} == {DayClass.HOLIDAY}
    assert day_class(dt.date(2025, 2, 14)) is DayClass.WORKDAY
    assert day_class(dt.date(2025, 6, 29)) is DayClass.SUNDAY


def test_chance_alone_makes_a_finding_twice_a_year_at_most_and_no_holiday_does() -> None:
    found = drift(life(730, dt.date(2024, 1, 1)))
    assert len(found) <= 4, found
    assert not [day for day in found if day_class(day) is DayClass.HOLIDAY]


def test_one_title_in_eight_names_measure_value_expectation_and_remedy() -> None:
    [[finding]] = after(21, lambda day: crawl(day, 16, titles=2))
    assert finding.text == "title 12% of 16 articles (expected 100%)"
    assert "reparse" in str(finding)


def test_one_undated_article_a_day_is_noticed_on_the_second_day() -> None:
    runs = [crawl(MONDAY + dt.timedelta(days=n), 1, dates=int(n < 10)) for n in range(12)]
    found = drift(runs)
    assert max(found) == MONDAY + dt.timedelta(days=11)
    assert found[max(found)][0].text == "date 0% of 2 articles in two runs (expected 98%)"


def test_titles_that_come_back_are_no_finding_any_more() -> None:
    assert after(21, lambda day: crawl(day, 12, titles=2), lambda day: crawl(day, 12))[1] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sources": half_silent()}, "listings: 2 show entries (usual 4); silent: /the-thao/"),
        ({"sources": sources("/chinh-tri/", "/kinh-te/")}, "listings: 2 show entries (usual 4); not found: /the-thao/"),
        ({"sources": sources(entries=0)[:-1]}, "listings: 0 show entries"),
        ({"sources": [*sources()[:-1], source("/rss", 0, 1, "feed")]}, "feeds: 0 show entries (usual 1); silent: /rss"),
        ({"sources": sources(last_page=1)}, "pagination: 1 pages of /chinh-tri/ (usual 30)"),
        ({"sources": sources(entries=3)}, "entries of listings: 12 on the first pages (usual 80)"),
        ({"garbled": 11}, "legible 8% of 12 articles"),
        ({"bodies": 0, "refused": 4}, "body 0% of 16 articles"),
        ({"errors": 12}, "read 50% of 24 pages"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_broke_is_noticed_in_the_first_run(change: dict[str, Any], said: str) -> None:
    [findings] = after(21, lambda day: crawl(day, 12, **change))
    assert any(finding.text.startswith(said) for finding in findings), findings


def test_a_breakage_never_becomes_its_own_standard() -> None:
    broken = [lambda day: crawl(day, 12, sources=half_silent())] * 40
    assert all(after(30, *broken))


def test_a_menu_with_new_addresses_is_no_breakage_while_as_many_listings_show_entries() -> None:
    moved = sources(*(f"{url}moi/" for url in SECTIONS))
    assert not any(after(30, *[lambda day: crawl(day, usual(day, random.Random(day.day)), sources=moved)] * 40))


def test_a_section_that_the_operator_takes_out_is_not_missed() -> None:
    assert not any(after(30, *[lambda day: crawl(day, 12, sources=sources(*SECTIONS[:3]))] * 40))


def test_a_menu_that_lost_half_of_its_listings_is_told_for_a_week_while_the_yield_stays() -> None:
    told = after(30, *[lambda day: crawl(day, 12, sources=sources(*SECTIONS[:2]))] * 40)
    assert [bool(findings) for findings in told] == [True] * 7 + [False] * 33


def test_a_menu_that_lost_half_of_its_listings_and_of_its_yield_never_becomes_the_standard() -> None:
    assert all(after(30, *[lambda day: crawl(day, 4, sources=sources(*SECTIONS[:2]))] * 40))


def test_a_single_section_of_many_that_closes_is_no_breakage() -> None:
    many = tuple(f"/muc-{number}/" for number in range(12))
    runs = [crawl(MONDAY + dt.timedelta(days=n), 12, sources=sources(*many)) for n in range(10)]
    runs.append(crawl(MONDAY + dt.timedelta(days=10), 12, sources=sources(*many[1:])))
    assert drift(runs) == {}


def test_a_first_page_that_fills_up_and_a_pager_that_grows_are_no_breakage() -> None:
    assert after(21, lambda day: crawl(day, 12, sources=sources(entries=40, last_page=60))) == [[]]


def test_a_paper_silent_on_a_tuesday_is_missed_and_on_a_sunday_is_not() -> None:
    sunday, monday, tuesday = after(27, *[lambda day: crawl(day, 0)] * 3)
    assert sunday == []
    assert monday[0].missing
    assert monday[0].text == "yield 0 articles and documents on a workday (usual 13)"
    assert tuesday


def test_a_slow_portal_is_missed_when_its_silence_is_longer_than_chance() -> None:
    runs = [crawl(MONDAY + dt.timedelta(days=n), 1 if n % 2 else 0) for n in range(60)]
    silent = [crawl(MONDAY + dt.timedelta(days=60 + n), 0) for n in range(28)]
    found = drift([*runs, *silent])
    assert min(found) - silent[0]["date_from"] > dt.timedelta(days=7)
    assert "in 16 days" in found[min(found)][0].text or "in 28 days" in found[min(found)][0].text


def test_a_page_clock_read_as_the_date_floods_the_day() -> None:
    [findings] = after(21, lambda day: crawl(day, 150))
    assert findings[0].text.startswith("yield 150 articles and documents on a workday (usual at most 1")


def test_more_articles_than_the_registry_allows_are_told_from_the_first_day() -> None:
    assert "expected at most 200" in str(drift([crawl(MONDAY, 500)])[MONDAY][0])


def test_a_later_run_of_an_earlier_day_does_not_change_what_was_said() -> None:
    runs = life(21)
    repaired = crawl(MONDAY, 0, run_id="later", finished_at=dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
    before, now = drift(runs), drift([*runs, repaired])
    assert {day: found for day, found in now.items() if day != MONDAY} == before


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.booleans())
def test_any_history_is_judged_without_error(counts: list[int], listed: bool) -> None:
    some = sources() if listed else []
    runs = [crawl(MONDAY + dt.timedelta(days=n), count, sources=some) for n, count in enumerate(counts)]
    for findings in drift(runs).values():
        assert all(" (" in finding.text and finding.remedy for finding in findings)


@given(st.integers(0, 80), st.floats(0.1, 60), st.floats(1, 8))
def test_tails_grow_with_the_count_and_stay_probabilities(count: int, mean: float, scatter: float) -> None:
    assert 0 <= few(count, mean, scatter) <= few(count + 1, mean, scatter) <= 1


def test_tails_have_the_values_of_the_textbook() -> None:
    assert few(0, 2.0, 1.0) == pytest.approx(0.1353, abs=1e-4)
    assert few(0, 2.0, 2.0) == pytest.approx(0.25, abs=1e-9)  # negative binomial of size 2 and p 1/2
    assert few_of(1, 3, 0.5) == pytest.approx(0.5)
    assert typical([5, 5, 5, 5, 500])[0] == 5


@pytest.mark.parametrize(
    "spoil", [lambda t: t.encode().decode("latin-1"), lambda t: t.encode("ascii", "replace").decode()]
)
def test_letters_that_an_encoding_spoilt_are_counted(spoil: Callable[[str], str]) -> None:
    sound = observation(1)
    rows = [sound, observation(2, text=spoil(sound["text"])), observation(3, outcome="empty")]
    counts = measured(batch(rows))
    assert (counts["garbled"], counts["bodies"], counts["refused"]) == (1, 2, 1)


def test_an_english_article_has_sound_letters() -> None:
    text = "The commune opened a new bridge over the river on Friday, and the villagers walked across it. " * 5
    assert measured(batch([observation(1, text=text, language="en")]))["garbled"] == 0


def state(day: int, *runs: dict[str, Any], **values: Any) -> tuple[str, str | None]:
    rows = published([observation(1)] if values.get("read") else [], *runs)["coverage"].to_pylist()
    return next((row["state"], row["reason"]) for row in rows if row["day"].day == day)


def test_the_ledger_says_what_drifted() -> None:
    runs = [crawl(dt.date(2025, 6, day), 12) for day in range(2, 27)]
    told = state(27, *runs, crawl(dt.date(2025, 6, 27), 12, sources=sources("/chinh-tri/")), read=True)
    assert told[0] == "broken"
    assert "listings: 1 show entries (usual 4)" in str(told[1])


def test_an_office_is_silent_at_weekends_and_at_tet_although_the_registry_expects_news() -> None:
    office = pa.Table.from_pylist([{**portals().to_pylist()[0], "kind": "government"}], schema=PORTALS.arrow())
    quiet = [run(str(day), day.isoformat(), expect_min=5) for day in (dt.date(2025, 2, 2), dt.date(2025, 2, 9))]
    rows = dict(publish(table([]), runs_table(*quiet), office, "2025-02"))["coverage"].to_pylist()
    assert {row["day"].day: row["state"] for row in rows if row["state"] != "not_run"} == {
        2: "empty_expected",
        9: "empty_expected",
    }


def test_days_of_the_month_before_are_the_standard_of_the_first_of_the_month(wh: Warehouse) -> None:
    days = [dt.date(2025, 6, 9) + dt.timedelta(days=number) for number in range(22)]
    for day in days:
        wh.commit([wh.stage([], crawl(day, 12))], portals())
    wh.commit([wh.stage([], crawl(dt.date(2025, 7, 1), 12, sources=sources("/kinh-te/")))], portals())
    [row] = wh.read("coverage", month="2025-07").to_pylist()
    assert (row["state"], "usual 4" in row["reason"]) == ("broken", True)
