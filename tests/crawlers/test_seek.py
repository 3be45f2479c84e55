"""Any listing, however news moved it since it was charted: every entry of the asked days is found, at low cost."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import threading
from collections.abc import Callable
from math import ceil
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.page_map import Chart, PageMap, Spot, chart_of, merged
from crawlers.plans import Answer, Facts, Missing, facts_of
from crawlers.seek import interval

DAY = dt.date(2025, 6, 27)
MOST = 5000
Days = list[dt.date | None]
Reading = tuple[dict[int, Answer], bool]


def carry_out(answer: Callable[[int], Answer], first: dt.date, last: dt.date, chart: Chart | None = None) -> Reading:
    """The pages that a plan read, and whether it ended naturally."""
    plan, read = interval(first, last, MOST, chart), {}
    number = next(plan)
    while True:
        read.setdefault(number, answer(number))
        try:
            number = plan.send(read[number])
        except StopIteration as end:
            return read, bool(end.value)


def listing(days: Days, size: int, shown: int | None = None) -> Callable[[int], Answer]:
    """A listing whose pager shows its last page, or only ``shown`` pages ahead."""
    count = ceil(len(days) / size)

    def answer(number: int) -> Answer:
        page = days[(number - 1) * size : number * size]
        last = count if shown is None else min(count, number + shown)
        return facts_of(number, page, last) if page else Missing.BEYOND

    return answer


def charted(read: dict[int, Answer], chart: Chart | None = None) -> Chart:
    spots = [spot for facts in read.values() if isinstance(facts, Facts) and (spot := facts.spot)]
    return merged(chart or Chart(), chart_of(spots))


def disturbed(days: list[dt.date], size: int, random: Random, undated: float) -> Days:
    """Entries a week out of place at most and a quarter of a page, some without a date."""
    reach, moved = (ceil(size / 2) - 1) // 2, list(days)
    place = 0
    while place + reach < len(moved) and reach:
        other = place + random.randint(0, reach)
        if moved[place] - moved[other] <= dt.timedelta(days=7):
            moved[place], moved[other] = moved[other], moved[place]
        place = other + 1
    return [None if index % size and random.random() < undated else day for index, day in enumerate(moved)]


listings = st.tuples(
    st.integers(4, 20),  # entries of a page
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), min_size=1, max_size=8),  # gap in days, entries
    st.sampled_from([0.0, 0.1, 1.0, 12.0]),  # days from entry to entry
    st.randoms(use_true_random=False),
)


def ordered(runs: list[tuple[int, int]], pace: float) -> list[dt.date]:
    age, ages = 0.0, []
    for gap, entries in runs:
        age += gap
        for _ in range(entries):
            age += pace
            ages.append(age)
    return [DAY - dt.timedelta(days=int(age)) for age in ages]


@given(listings, st.integers(0, 40), st.sampled_from([None, 2, 10]), st.sampled_from([0.0, 0.2]))
def test_every_entry_of_the_days_is_found_in_a_disturbed_listing(
    made: tuple[int, list[tuple[int, int]], float, Random], length: int, shown: int | None, undated: float
) -> None:
    size, runs, pace, random = made
    days = disturbed(ordered(runs, pace), size, random, undated)
    last = random.choice([day for day in days if day])
    first = last - dt.timedelta(days=length)
    read, _ = carry_out(listing(days, size, shown), first, last)
    assert {index // size + 1 for index, day in enumerate(days) if day and first <= day <= last} <= set(read)


@given(listings, st.integers(0, 60), st.sampled_from([None, 3]))
def test_a_map_of_before_the_news_or_of_another_listing_loses_nothing(
    made: tuple[int, list[tuple[int, int]], float, Random], news: int, shown: int | None
) -> None:
    size, runs, pace, random = made
    old = ordered(runs, pace)
    read, _ = carry_out(listing(list(old), size, shown), old[-1], old[0])
    new: Days = [DAY] * news
    days = disturbed([*(day for day in new if day), *old], size, random, 0.0)
    wrong = chart_of(
        [Spot(n * 3.5, DAY, DAY - dt.timedelta(days=n), DAY - dt.timedelta(days=2 * n)) for n in range(1, 9)],
    )  # fmt: skip
    day = random.choice(old)
    for chart in (charted(read), wrong, charted(read, wrong)):
        found, _ = carry_out(listing(days, size, shown), day, day, chart)
        assert {index // size + 1 for index, other in enumerate(days) if other == day} <= set(found)


PACES = [0.25, 3.0]


@pytest.mark.parametrize("pages", [10, 100, 1000])
@pytest.mark.parametrize("pace", PACES)
def test_one_day_costs_about_log2_of_the_pages_and_with_a_map_only_the_pages_around_it(pages: int, pace: float) -> None:
    random, size, chart = Random(pages), 20, Chart()
    days = ordered([(0, pages * size)], pace)
    cold, warm = [], []
    for _ in range(40):
        day = random.choice(days)
        first, _ = carry_out(listing(list(days), size), day, day)
        again, _ = carry_out(listing(list(days), size), day, day, chart)
        chart = charted(again, chart)
        cold.append(len(first))
        warm.append(len(again))
    assert max(cold) <= 14
    assert sum(warm[-20:]) / 20 <= 4.3  # the first page, the day's own and its neighbours


def test_a_listing_of_uneven_density_costs_no_more_than_halving_it() -> None:
    ages = [int(1.0105**n) for n in range(1000)]
    days: Days = [DAY - dt.timedelta(days=age) for age in ages for _ in range(10)]
    for place in range(0, len(days), 397):
        day = days[place]
        assert day is not None
        read, natural = carry_out(listing(days, 10), day, day)
        assert natural
        assert len(read) <= 14 + days.count(day) // 10


# The map's file


def spots(*numbers: int) -> list[Spot]:
    ages = [dt.timedelta(days=10 * number) for number in numbers]
    return [
        Spot(number, DAY - age, DAY - age - dt.timedelta(days=4), DAY - age - dt.timedelta(days=9))
        for number, age in zip(numbers, ages, strict=True)
    ]


def test_a_map_is_kept_and_what_a_later_crawl_saw_is_added(tmp_path: Path) -> None:
    file = tmp_path / "state" / "pages.json"
    PageMap(file).save({"article /tin": chart_of(spots(1, 2))})
    PageMap(file).save({"article /tin": chart_of(spots(2, 5)), "document /vb": Chart()})
    loaded = PageMap.load(file)
    assert [spot.number for spot in loaded.chart("article /tin").spots] == [1, 2, 5]
    assert loaded.chart("document /vb") == Chart()


def test_pages_that_news_has_moved_are_moved_in_the_map() -> None:
    old = chart_of(spots(1, 2, 3, 8))
    seen = [Spot(spot.number + 2, spot.newest, spot.median, spot.oldest) for spot in spots(1, 2)]
    both = merged(old, chart_of(seen))
    assert [round(spot.number) for spot in both.spots] == [3, 4, 5, 10]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 99, "listings": {}}', '{"version": 1, "listings": {"a": {"pages": [[1]]}}}',
             '{"version": 1, "listings": 3}', "\\ud800", "[" * 5000],
)  # fmt: skip
def test_a_map_that_is_none_is_as_good_as_no_map_and_is_replaced(tmp_path: Path, text: str) -> None:
    file = tmp_path / "pages.json"
    file.write_text(text, encoding="utf-8")
    assert PageMap.load(file).charts == {}
    PageMap.load(file).save({"article /tin": chart_of(spots(1))})
    assert json.loads(file.read_text(encoding="utf-8"))["listings"].keys() == {"article /tin"}


def test_crawls_that_write_at_once_lose_nothing_and_tear_nothing(tmp_path: Path) -> None:
    file = tmp_path / "pages.json"

    def crawl(name: str) -> None:
        for number in range(1, 11):
            PageMap(file).save({f"article /{name}": chart_of(spots(number))})
            PageMap.load(file)

    threads = [threading.Thread(target=crawl, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(PageMap.load(file).chart(f"article /{name}").spots) for name in "abcd"] == [10] * 4


def test_a_place_where_no_file_can_be_written_fails_no_crawl(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    PageMap(tmp_path / "state" / "pages.json").save({"article /tin": chart_of(spots(1))})
    assert "cannot be written" in caplog.text


def test_a_map_that_another_crawl_holds_is_given_up_after_a_moment(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawlers.page_map.LOCK_TRIES", 3)
    with (tmp_path / "pages.lock").open("w") as stream:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX)
        PageMap(tmp_path / "pages.json").save({"article /tin": chart_of(spots(1))})
    assert "cannot be written" in caplog.text
    assert not (tmp_path / "pages.json").exists()
