"""Plans find an interval in a deep listing; the selection takes what was asked, each identity once."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from math import ceil, log2
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.discovery import Selection, Walk, plan_for
from crawlers.families import family
from crawlers.families.base import Ask
from crawlers.families.listing import ListingPage
from crawlers.families.pager import Pager
from crawlers.feeds import FeedEntry, SitemapEntry, read_feed, read_sitemap
from crawlers.inventory import Inventory, Known
from crawlers.job import Candidate, CrawlJob
from crawlers.page_map import Spot, chart_of
from crawlers.plans import Answer, Missing, Plan, every_page, facts_of, newest_first
from crawlers.portal import Portal
from crawlers.seek import interval

DAY = dt.date(2025, 6, 27)
MOST = 5000
Days = list[dt.date | None]


def carry_out(plan: Plan, answer: Callable[[int], Answer]) -> tuple[list[int], bool]:
    """Runs a plan against a listing: the distinct pages it asked for, and whether it ended naturally."""
    asked: list[int] = []
    number = next(plan)
    while True:
        asked.append(number)
        try:
            number = plan.send(answer(number))
        except StopIteration as end:
            return list(dict.fromkeys(asked)), bool(end.value)


def listing(days: Days, size: int, pager: str = "full") -> Callable[[int], Answer]:
    """A listing of entries with these days. Its pager shows every page, a window, or nothing at all."""
    count = max(1, ceil(len(days) / size))
    last = {"full": lambda _: count, "window": lambda n: min(count, n + 2), "none": lambda _: None}[pager]

    def answer(number: int) -> Answer:
        shown = days[(number - 1) * size : number * size]
        return facts_of(number, shown, last(number)) if shown else Missing.BEYOND

    return answer


ordered_days = st.lists(st.integers(0, 900), min_size=1, max_size=400).map(
    lambda ages: [DAY - dt.timedelta(days=age) for age in sorted(ages)]
)


@given(
    ordered_days,
    st.integers(1, 12),
    st.integers(0, 950),
    st.integers(0, 60),
    st.sampled_from(["full", "window", "none"]),
)
def test_every_entry_of_the_interval_is_found_in_any_ordered_listing_with_few_requests(
    days: list[dt.date], size: int, age: int, length: int, pager: str
) -> None:
    last = DAY - dt.timedelta(days=age)
    first = last - dt.timedelta(days=length)
    asked, natural = carry_out(interval(first, last, MOST), listing(list(days), size, pager))
    pages = ceil(len(days) / size)
    holding = {index // size + 1 for index, day in enumerate(days) if first <= day <= last}
    assert holding <= set(asked)
    assert len(asked) <= ceil(log2(pages + 1)) + len(holding) + (5 if pager == "full" else 9)
    assert natural


@given(st.lists(st.integers(0, 60), min_size=1, max_size=120), st.integers(2, 8), st.integers(0, 60))
def test_an_interval_in_a_listing_of_small_disorder_is_still_found(ages: list[int], size: int, age: int) -> None:
    """Entries that swapped places inside their page, as lists sorted by another column have them."""
    days = [DAY - dt.timedelta(days=a) for a in sorted(ages)]
    shuffled: Days = []
    for start in range(0, len(days), size):
        shuffled += sorted(days[start : start + size])
    wanted = DAY - dt.timedelta(days=age)
    asked, _ = carry_out(interval(wanted, wanted, MOST), listing(shuffled, size))
    assert {index // size + 1 for index, day in enumerate(shuffled) if day == wanted} <= set(asked)


def test_a_deep_listing_costs_a_handful_of_requests_for_one_day() -> None:
    days: Days = [DAY - dt.timedelta(days=n // 4) for n in range(2960)]
    asked, natural = carry_out(
        interval(DAY - dt.timedelta(days=500), DAY - dt.timedelta(days=500), MOST), listing(days, 20)
    )
    assert natural
    assert len(asked) <= 16  # of 148 pages


def test_a_listing_out_of_order_is_read_to_the_end() -> None:
    days: Days = [DAY - dt.timedelta(days=(n * 37) % 100) for n in range(60)]
    asked, natural = carry_out(
        interval(DAY - dt.timedelta(days=50), DAY - dt.timedelta(days=50), MOST), listing(days, 5)
    )
    assert set(asked) == set(range(1, 13))
    assert natural


def test_an_undated_listing_is_read_to_the_end() -> None:
    asked, natural = carry_out(interval(DAY, DAY, MOST), listing([None] * 60, 5))
    assert asked == list(range(1, 13))
    assert natural


def test_pages_that_fail_while_searching_are_passed_by() -> None:
    whole = listing([DAY - dt.timedelta(days=n) for n in range(500)], 5)
    calls: list[int] = []

    def stumbling(number: int) -> Answer:
        calls.append(number)
        return Missing.FAILED if len(calls) in (2, 3) else whole(number)

    day = DAY - dt.timedelta(days=402)
    asked, _ = carry_out(interval(day, day, MOST), stumbling)
    assert 81 in asked
    assert len(asked) <= 14


def test_a_page_that_fails_beside_the_days_is_a_hole_that_is_admitted() -> None:
    whole = listing([DAY - dt.timedelta(days=n) for n in range(500)], 5)
    day = DAY - dt.timedelta(days=402)
    asked, natural = carry_out(
        interval(day, day, MOST), lambda number: Missing.FAILED if number == 82 else whole(number)
    )
    assert {80, 81, 83} <= set(asked)
    assert not natural


def test_a_page_that_fails_between_those_found_is_a_hole_that_is_admitted() -> None:
    days = ago(*(age for age in range(0, 1000, 50) for _ in range(10)))
    whole = listing(days, 10)
    day = DAY - dt.timedelta(days=500)
    asked, natural = carry_out(
        interval(day, day, MOST), lambda number: Missing.FAILED if number == 11 else whole(number)
    )
    assert {10, 11, 12} <= set(asked)
    assert not natural


def test_a_sweep_reads_on_over_a_missing_page_but_does_not_call_that_a_natural_end() -> None:
    whole = listing([DAY - dt.timedelta(days=n) for n in range(50)], 5)
    asked, natural = carry_out(every_page(MOST), lambda number: Missing.BEYOND if number == 3 else whole(number))
    assert asked == list(range(1, 11))
    assert not natural


def test_a_listing_whose_pager_promises_too_much_is_given_up_after_three_holes() -> None:
    short = listing([DAY - dt.timedelta(days=n) for n in range(50)], 5)

    def promising(number: int) -> Answer:
        facts = short(number)
        return facts if isinstance(facts, Missing) else facts_of(number, [facts.median], 45)

    asked, natural = carry_out(every_page(MOST), promising)
    assert asked == list(range(1, 14))
    assert not natural


def test_a_bound_on_pages_holds_and_is_no_natural_end() -> None:
    days: Days = [DAY - dt.timedelta(days=n) for n in range(100)]
    asked, natural = carry_out(every_page(7), listing(days, 5))
    assert (asked, natural) == (list(range(1, 8)), False)


def test_a_scheduled_run_ends_a_week_behind_its_first_day() -> None:
    days: Days = [DAY - dt.timedelta(days=n) for n in range(100)]
    asked, natural = carry_out(newest_first(DAY - dt.timedelta(days=2), MOST), listing(days, 5))
    assert asked == [1, 2, 3]
    assert natural


def test_a_scheduled_run_reads_only_the_head_of_an_undated_listing_of_which_nothing_is_known() -> None:
    asked, natural = carry_out(newest_first(DAY, MOST), listing([None] * 500, 5))
    assert asked == [1, 2, 3]
    assert natural


# Listings that are not newest first from the top


def pages_of(*pages: Days, pager: bool = True, repeats_last: bool = False) -> Callable[[int], Answer]:
    """A listing of these pages; ``repeats_last``: any number beyond shows the last page, as a walk would see it."""
    shown: dict[int, int] = {}

    def answer(number: int) -> Answer:
        place = min(number, len(pages)) if repeats_last else number
        if place > len(pages):
            return Missing.BEYOND
        first = shown.setdefault(place, number)
        if first != number:
            return Missing.REPEATED if first > number else Missing.BEYOND
        return facts_of(number, pages[place - 1], len(pages) if pager else None)

    return answer


def ago(*ages: int) -> Days:
    return [DAY - dt.timedelta(days=age) for age in ages]


@pytest.mark.parametrize("pinned", [ago(600, 500, 700), ago(600, 610, 620, 630, 640, 650, 660), ago(660, 650, 640)])
def test_old_entries_pinned_on_top_do_not_hide_the_news_below_them(pinned: Days) -> None:
    news = ago(*(age // 5 for age in range(100)))
    days = [*pinned, *news]
    for plan in (interval(DAY, DAY, MOST), newest_first(DAY, MOST)):
        asked, natural = carry_out(plan, listing(days, 10))
        assert natural
        assert {index // 10 + 1 for index, day in enumerate(days) if day == DAY} <= set(asked)


@pytest.mark.parametrize("first", [ago(3000, 2990, 2980), ago(3000, 3000, 3000)])
def test_a_listing_that_is_the_oldest_first_is_read_from_its_last_page_backwards(first: Days) -> None:
    later = [ago(age + 2, age + 1, age) for age in range(2700, -1, -10)]
    for plan in (interval(DAY, DAY, MOST), newest_first(DAY, MOST)):
        asked, natural = carry_out(plan, pages_of(first, *later))
        assert natural
        assert len(later) + 1 in asked
        assert len(asked) <= 3


def test_a_quiet_listing_that_earlier_crawls_saw_fall_costs_a_scheduled_run_one_page() -> None:
    days = ago(*range(100, 200))
    chart = chart_of([Spot(9, *[DAY - dt.timedelta(days=190)] * 3)])
    assert carry_out(newest_first(DAY, MOST, chart), listing(days, 10)) == ([1], True)
    assert carry_out(newest_first(DAY, MOST), listing(days, 10)) == ([1, 10], True)


@pytest.mark.parametrize("age", range(20, 350, 30))
def test_a_portal_that_shows_its_last_page_for_every_number_behind_it_hides_no_page(age: int) -> None:
    days = ago(*(n // 5 for n in range(35)), *(7 + 2 * n for n in range(175)))  # busy now, quiet before
    pages = [days[start : start + 15] for start in range(0, len(days), 15)]
    first, last = DAY - dt.timedelta(days=age + 30), DAY - dt.timedelta(days=age)
    shown: set[int] = set()
    whole = pages_of(*pages, pager=False, repeats_last=True)

    def answer(number: int) -> Answer:
        shown.add(min(number, len(pages)))
        return whole(number)

    asked, natural = carry_out(interval(first, last, MOST), answer)
    assert natural
    assert {place for place, page in enumerate(pages, 1) if any(day and first <= day <= last for day in page)} <= shown
    assert len(asked) <= 16


# The selection

PORTAL = Portal(
    id="bao_mau", name="Báo Mẫu", kind="newspaper", home="http://bao.test/", province="tuyen_quang", family="newspaper"
)
PAPER = family("newspaper")
FORTY = Pager("http://bao.test/muc/?page={page}", 0, 40)
Page = tuple[list[Candidate], list[Candidate]]


def make_job(first: int, last: int, *, scheduled: bool = False) -> CrawlJob:
    return CrawlJob(
        portal=PORTAL, run_id="r", date_from=dt.date(2025, 6, first), date_to=dt.date(2025, 6, last), run_dir=Path("r"),
        archive=Path(), scheduled=scheduled,
    )  # fmt: skip


def item(number: int, day: int | None, **changes: object) -> Candidate:
    url = f"http://bao.test/tin-moi-trong-ngay-{10000 + number}.html"
    date = dt.date(2025, 6, day) if day else None
    candidate = Candidate(
        url=url,
        canonical_url=url,
        kind="article",
        listing_url="http://bao.test/",
        portal_key=str(10000 + number),
        date=date,
    )
    return candidate.model_copy(update=changes)


def known(number: int, day: int | None, outcome: str = "ok") -> Known:
    candidate = item(number, day)
    seen = dt.datetime(2025, 6, 28, tzinfo=dt.UTC)
    return Known(
        candidate.id("bao_mau"), "article", candidate.url, candidate.portal_key, candidate.date, last_outcome=outcome,
        last_seen_at=seen,
    )  # fmt: skip


def shelf(*entries: Known) -> Inventory:
    return Inventory({entry.id: entry for entry in entries})


def read(job: CrawlJob, inventory: Inventory, *pages: Page) -> tuple[list[str], Selection, list[Walk]]:
    """Keys chosen from one-page listings, in order; each page is (entries, entries of boxes)."""
    selection = Selection(job, inventory, PAPER)
    chosen: list[Candidate] = []
    walks = []
    for index, (items, aside) in enumerate(pages):
        walk = Walk(f"http://bao.test/muc-{index}/", "article", plan_for(job, PAPER), PAPER)
        walk.start()
        found, _ = selection.read(walk, ListingPage(walk.section, tuple(items), tuple(aside), None))
        chosen += found
        walks.append(walk)
    return keys(chosen), selection, walks


def keys(candidates: list[Candidate]) -> list[str]:
    return [str(int(candidate.portal_key or 0) - 10000) for candidate in candidates]


def test_a_backfill_takes_the_entries_of_its_days_and_no_other() -> None:
    chosen, _, _ = read(make_job(26, 27), Inventory(), ([item(1, 28), item(2, 27), item(3, 26), item(4, 25)], []))
    assert chosen == ["2", "3"]


def test_an_article_that_two_sections_list_is_chosen_once() -> None:
    page = [item(1, 27), item(2, 26)]
    chosen, _, _ = read(make_job(26, 27), Inventory(), (page, []), (page, []))
    assert chosen == ["1", "2"]


def test_an_undated_entry_waits_until_every_listing_had_the_chance_to_date_it() -> None:
    job = make_job(26, 27)
    undated, dated = [item(1, None), item(2, None), item(3, None)], [item(1, 27), item(2, 20)]
    chosen, selection, walks = read(job, Inventory(), (undated, []), (dated, []))
    assert chosen == ["1"]
    assert keys(selection.leftovers(walks)) == ["3"]


def test_a_known_date_stands_in_for_one_that_the_listing_does_not_show() -> None:
    inventory = shelf(known(1, 27), known(2, 20))
    chosen, selection, walks = read(make_job(26, 27), inventory, ([item(1, None), item(2, None)], []))
    assert chosen == ["1"]
    assert selection.leftovers(walks) == []


def test_undated_boxes_beside_an_old_part_of_the_listing_are_not_fetched() -> None:
    new_days, old_days = make_job(26, 27), make_job(1, 2)
    page = ([item(1, 27), item(2, 26)], [item(9, None)])
    _, of_new, walks = read(new_days, Inventory(), page)
    assert keys(of_new.leftovers(walks)) == ["9"]
    _, of_old, walks = read(old_days, Inventory(), page)
    assert of_old.leftovers(walks) == []


def test_a_known_article_of_the_days_that_no_listing_shows_is_asked_for_at_its_own_address() -> None:
    chosen, selection, walks = read(make_job(26, 27), shelf(known(7, 26), known(8, 20)), ([item(1, 27)], []))
    left = selection.leftovers(walks)
    assert chosen == ["1"]
    assert [candidate.url for candidate in left] == [known(7, 26).canonical_url]


def test_an_address_in_which_a_name_was_blotted_out_is_not_asked_for() -> None:
    blotted = replace(known(7, 26), canonical_url="http://bao.test/ba-███-████-███-gap-dan-10007.html")
    _, selection, walks = read(make_job(26, 27), shelf(blotted), ([item(1, 27)], []))
    assert selection.leftovers(walks) == []


def test_a_scheduled_run_takes_late_news_with_an_old_date_but_not_old_ground() -> None:
    job = make_job(27, 27, scheduled=True)
    page = [item(1, 27), item(2, 10), item(3, 26), item(4, 24), item(5, 23)]
    chosen, selection, walks = read(job, shelf(known(3, 26)), (page, []))
    assert chosen == ["1", "2"]
    assert selection.leftovers(walks) == []


def test_a_scheduled_run_tries_again_what_failed_for_a_passing_reason_but_not_what_is_no_article() -> None:
    job = make_job(27, 27, scheduled=True)
    inventory = shelf(known(1, 26, "timeout"), known(2, 26), known(3, None, "not_article"), known(4, None, "timeout"))
    entries = [item(1, 26), item(2, 26), item(3, None), item(4, None)]
    chosen, selection, walks = read(job, inventory, (entries, []))
    assert chosen == ["1"]
    assert keys(selection.leftovers(walks)) == ["4"]


def test_a_scheduled_run_ends_after_ten_known_entries_in_a_row() -> None:
    job = make_job(27, 27, scheduled=True)
    selection = Selection(job, shelf(*(known(n, 26) for n in range(2, 12))), PAPER)
    walk = Walk("http://bao.test/muc/", "article", plan_for(job, PAPER), PAPER)
    walk.start()
    page = ListingPage(walk.section, (item(1, 27), *(item(n, 26) for n in range(2, 12))), (), FORTY)
    _, following = selection.read(walk, page)
    assert following is None
    assert walk.natural


def walk_on(selection: Selection, *pages: list[Candidate]) -> tuple[list[str], list[int]]:
    """Keys chosen from a listing of these pages, and the pages that were read."""
    walk = Walk("http://bao.test/muc/", "article", plan_for(selection.job, PAPER), PAPER)
    following, chosen, asked = walk.start(), [], []
    pager = Pager("http://bao.test/muc/?page={page}", 0, len(pages))
    while following is not None:
        asked.append(walk.number)
        page = ListingPage(walk.section, tuple(pages[walk.number - 1]), (), pager)
        found, following = selection.read(walk, page)
        chosen += found
    assert walk.natural
    return keys(chosen), asked


def test_known_news_of_its_own_day_does_not_end_a_scheduled_run() -> None:
    job = make_job(27, 27, scheduled=True)
    inventory = shelf(*(known(n, 27) for n in range(10)), *(known(n, 26) for n in range(20, 40)))
    pages = [item(n, 27) for n in range(10)], [item(n, 27) for n in range(10, 20)], [item(n, 26) for n in range(20, 40)]
    chosen, asked = walk_on(Selection(job, inventory, PAPER), *pages, [item(50, 1)])
    assert chosen == [str(n) for n in range(20)]
    assert asked == [1, 2, 3]


def test_known_entries_pinned_on_top_do_not_end_a_scheduled_run() -> None:
    job = make_job(27, 27, scheduled=True)
    inventory = shelf(*(known(n, 10) for n in range(10)))
    pages = [*(item(n, 10) for n in range(10)), *(item(n, 27) for n in range(10, 15))], [item(15, 27), item(16, 10)]
    chosen, _ = walk_on(Selection(job, inventory, PAPER), *pages)
    assert chosen == [str(n) for n in range(10, 16)]


def test_old_news_put_in_at_once_is_found_above_the_known_ground_of_a_later_page() -> None:
    job = make_job(27, 27, scheduled=True)
    inventory = shelf(*(known(n, 10) for n in range(30, 40)))
    pages = [item(n, 13) for n in range(10)], [item(n, 12) for n in range(10, 20)], [item(n, 10) for n in range(30, 40)]
    chosen, asked = walk_on(Selection(job, inventory, PAPER), *pages, [item(50, 1)])
    assert sorted(map(int, chosen)) == list(range(20))
    assert asked == [1, 4, 2, 3]  # the last page might have been newer


def test_old_entries_of_a_section_never_read_are_left_and_end_a_scheduled_run_after_three_pages() -> None:
    selection = Selection(make_job(27, 27, scheduled=True), shelf(known(99, 1)), PAPER)
    pages = [[item(n, 13) for n in range(start, start + 3)] for start in range(0, 30, 3)]
    assert walk_on(selection, *pages) == ([], [1, 10, 2, 3])


def test_a_known_article_that_a_sitemap_calls_edited_since_is_read_again_on_schedule() -> None:
    seen = dt.datetime(2025, 6, 26, 18, tzinfo=dt.UTC)  # 01:00 of the 27th
    inventory = shelf(replace(known(1, 20), last_seen_at=seen), replace(known(2, 20), last_seen_at=seen))
    selection = Selection(make_job(27, 28, scheduled=True), inventory, PAPER)
    selection.note_sitemap(
        [SitemapEntry(item(n, None).url, f"2025-06-{day}", dt.date(2025, 6, day)) for n, day in ((1, 28), (2, 27))],
        "http://bao.test/sitemap.xml",
    )
    assert keys(selection.leftovers([])) == ["1"]


def test_a_sitemap_that_dates_every_page_with_today_has_none_read_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("crawlers.discovery.MOST_EDITED", 3)
    seen = dt.datetime(2025, 6, 21, tzinfo=dt.UTC)
    inventory = shelf(*(replace(known(n, 20), last_seen_at=seen) for n in range(4)))
    selection = Selection(make_job(27, 27, scheduled=True), inventory, PAPER)
    entries = [SitemapEntry(item(n, None).url, "2025-06-27", dt.date(2025, 6, 27)) for n in range(4)]
    selection.note_sitemap(entries, "http://bao.test/sitemap.xml")
    assert selection.leftovers([]) == []
    assert "4 known pages" in caplog.text


def test_a_page_of_a_sitemap_that_was_read_and_has_no_date_is_not_asked_for_again() -> None:
    inventory = shelf(known(1, None), known(2, None, "timeout"))
    selection = Selection(make_job(27, 27, scheduled=True), inventory, PAPER)
    selection.note_sitemap([SitemapEntry(item(n, None).url, None, None) for n in (1, 2, 3)], "http://bao.test/s.xml")
    assert keys(selection.leftovers([])) == ["2", "3"]


@pytest.mark.parametrize("outcome", ["server_error", "gone"])
def test_an_entry_whose_last_reading_failed_is_not_known_ground(outcome: str) -> None:
    job = make_job(27, 27, scheduled=True)
    entries = [known(n, 26) for n in range(1, 13)]
    entries[5] = known(6, 26, outcome)
    selection = Selection(job, shelf(*entries), PAPER)
    walk = Walk("http://bao.test/muc/", "article", plan_for(job, PAPER), PAPER)
    walk.start()
    page = ListingPage(walk.section, tuple(item(n, 26) for n in range(1, 13)), (), FORTY)
    assert selection.read(walk, page)[1] == Ask("http://bao.test/muc/?page=2")


def test_the_feed_dates_what_the_listing_does_not_and_adds_what_it_does_not_show() -> None:
    selection = Selection(make_job(26, 27), Inventory(), PAPER)
    urls = [item(n, None).url for n in (1, 2, 3)]
    days = [dt.date(2025, 6, 27), dt.date(2025, 6, 20), dt.date(2025, 6, 26)]
    selection.note_feed(
        [FeedEntry(url, "Tin", str(day), day) for url, day in zip(urls, days, strict=True)], "http://bao.test/rss"
    )
    walk = Walk("http://bao.test/muc/", "article", plan_for(selection.job, PAPER), PAPER)
    walk.start()
    chosen, _ = selection.read(walk, ListingPage(walk.section, (item(1, None), item(2, None)), (), None))
    assert keys(chosen) == ["1"]
    assert chosen[0].date_text == "2025-06-27"
    assert keys(selection.leftovers([walk])) == ["3"]


def test_a_sitemap_adds_pages_changed_in_the_days_and_older_ones_never() -> None:
    selection = Selection(make_job(26, 27), Inventory(), PAPER)
    entries = [
        SitemapEntry(item(n, None).url, f"2025-06-{day}", dt.date(2025, 6, day))
        for n, day in ((1, 27), (2, 20), (3, 30))
    ]
    selection.note_sitemap(entries, "http://bao.test/sitemap.xml")
    assert keys(selection.leftovers([])) == ["1", "3"]  # what changed later may have been published in the days
    assert not selection.may_matter(entries[1])


def test_sitemaps_leave_out_other_hosts_and_what_cannot_matter_and_remember_only_so_much(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("crawlers.discovery.MOST_NOTED", 3)
    selection = Selection(make_job(26, 27), Inventory(), PAPER)
    old = [SitemapEntry(item(n, None).url, "2025-05-01", dt.date(2025, 5, 1)) for n in range(10)]
    away = [SitemapEntry(f"http://khac.test/tin-moi-{n}.html", None, None) for n in range(10000, 10010)]
    new = [SitemapEntry(item(n, None).url, None, None) for n in range(20, 30)]
    selection.note_sitemap([*old, *away, *new], "http://bao.test/sitemap.xml")
    assert keys(selection.leftovers([])) == ["20", "21", "22"]
    assert [record.getMessage() for record in caplog.records] == [
        "http://bao.test/sitemap.xml: more than 3 pages are listed; set 'sitemaps' to narrower ones"
    ]


def test_boxes_that_link_to_other_hosts_add_no_candidates_but_entries_of_the_list_are_reported() -> None:
    away = {"url": "http://khac.test/tin-moi-12345.html", "canonical_url": "http://khac.test/tin-moi-12345.html"}
    page = ([item(1, 27), item(2, 27, **away)], [item(3, 27, **away), item(4, None, **away), item(5, None)])
    chosen, selection, walks = read(make_job(26, 27), Inventory(), page)
    assert chosen == ["1", "2"]
    assert keys(selection.leftovers(walks)) == ["5"]


def test_a_walk_ends_where_pages_beyond_the_last_repeat_the_first() -> None:
    walk = Walk("http://bao.test/muc/", "article", every_page(MOST), family("newspaper", {"pages": "?page={page}"}))
    first = ListingPage(walk.section, (item(1, 27), item(2, 26)), (), None)
    second = ListingPage(walk.section, (item(3, 25),), (), None)
    assert walk.start() == Ask("http://bao.test/muc/")
    assert walk.page(first, [DAY, DAY]) == Ask("http://bao.test/muc/?page=2")
    assert walk.page(second, [DAY]) == Ask("http://bao.test/muc/?page=3")
    assert walk.page(first, [DAY, DAY]) is None
    assert walk.natural


# Feeds and sitemaps

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Báo</title>
<item><title>Mưa &amp;amp; lũ</title><link>http://bao.test/mua-lu-12345.html?utm_source=rss</link>
<pubDate>Fri, 27 Jun 2025 18:30:00 GMT</pubDate></item>
<item><title>Không có địa chỉ</title></item></channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Hội nghị</title>
<link rel="self" href="http://bao.test/api/1"/><link rel="alternate" href="/hoi-nghi-12346.html"/>
<published>2025-06-27T08:00:00+07:00</published></entry></feed>"""

INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>http://bao.test/sitemap-1.xml</loc><lastmod>2025-06-27T23:00:00Z</lastmod></sitemap></sitemapindex>"""


def test_a_feed_entry_has_its_local_day_and_plain_title() -> None:
    (entry,) = read_feed(RSS.encode(), "http://bao.test/rss")
    assert (entry.title, entry.date) == ("Mưa & lũ", dt.date(2025, 6, 28))


def test_an_atom_entry_leads_to_its_alternate_address() -> None:
    (entry,) = read_feed(ATOM.encode(), "http://bao.test/atom.xml")
    assert (entry.url, entry.date) == ("http://bao.test/hoi-nghi-12346.html", dt.date(2025, 6, 27))


def test_a_sitemap_index_leads_to_its_parts_with_local_days() -> None:
    sitemap = read_sitemap(INDEX.encode(), "http://bao.test/sitemap.xml")
    assert sitemap.pages == ()
    assert sitemap.sitemaps[0].changed == dt.date(2025, 6, 28)


@given(st.binary(max_size=300))
def test_bytes_that_are_no_feed_or_sitemap_give_nothing(body: bytes) -> None:
    assert isinstance(read_feed(body, "http://bao.test/"), list)
    assert isinstance(read_sitemap(body, "http://bao.test/").pages, tuple)


def test_an_external_entity_in_a_feed_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mật khẩu")
    body = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]><rss><item><title>&x;</title><link>http://bao.test/a-12345.html</link></item></rss>'
    assert all("mật khẩu" not in (entry.title or "") for entry in read_feed(body.encode(), "http://bao.test/"))
