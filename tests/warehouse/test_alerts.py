"""One message a day about what changed, one for a whole backfill, and nothing twice."""

import datetime as dt
import threading
from collections.abc import Iterable

from warehouse.alerts import FOLDER, KEPT, LONGEST, Ledger, Memory, Report, Status, backfilled, digest, flush, summary
from warehouse.store import Warehouse

DAILY = "harvest_daily"
MONDAY = dt.datetime(2025, 6, 23, 1, tzinfo=dt.timezone(dt.timedelta(hours=7)))
REASON = "title 12% of 41 articles (expected 98%); remedy: correct the family's hints"


def tell(memory: Memory, day: int, hour: int = 0, **states: str) -> tuple[Memory, str | None]:
    """The digest ``day`` days after Monday about the day before; portals by name."""
    now = MONDAY + dt.timedelta(days=day, hours=hour)
    seen = [
        Status(name, state, (now.date() - dt.timedelta(days=1)).isoformat(), REASON) for name, state in states.items()
    ]
    memory, texts = digest(memory, DAILY, seen, now)
    assert len(texts) <= 1
    return memory, "".join(texts) or None


def week(*days: dict[str, str]) -> list[str | None]:
    memory, said = Memory(), []
    for number, states in enumerate(days):
        memory, text = tell(memory, number, **states)
        said.append(text)
    return said


def test_well_portals_are_not_worth_a_message() -> None:
    assert week({"bao": "ok", "xa": "empty_expected"}) == [None]


def test_the_worst_come_first_with_their_reason_and_remedy() -> None:
    [text] = week({"a_blocked": "blocked", "b_broken": "broken", "c_ok": "ok"})
    assert text is not None
    head, first, second = text.splitlines()
    assert head == "tintinh: 2 of 3 portals need a look, 0 are well again"
    assert first == f"BROKEN b_broken (2025-06-22): {REASON}"
    assert second.startswith("BLOCKED a_blocked")


def test_a_state_that_stays_is_told_once_and_again_after_a_week() -> None:
    said = week(*[{"bao": "broken"}] * 15)
    assert [number for number, text in enumerate(said) if text] == [0, 7, 14]


def test_a_late_day_is_told_only_when_the_next_one_is_late_too() -> None:
    assert [bool(text) for text in week({"bao": "late"}, {"bao": "ok"})] == [False, False]
    assert [bool(text) for text in week({"bao": "late"}, {"bao": "late"}, {"bao": "late"})] == [False, True, False]


def test_another_bad_state_is_told_at_once_and_recovery_once() -> None:
    said = week({"bao": "blocked"}, {"bao": "broken"}, {"bao": "ok"}, {"bao": "ok"})
    assert [bool(text) for text in said] == [True, True, True, False]
    assert "WELL AGAIN bao" in str(said[2])


def test_hourly_runs_speak_once_a_day_and_keep_the_rest_for_tomorrow() -> None:
    memory, first = tell(Memory(), 0, bao="broken")
    memory, second = tell(memory, 0, 1, bao="broken", xa="broken")
    memory, third = tell(memory, 1, bao="broken", xa="broken")
    assert (bool(first), second) == (True, None)
    assert third is not None
    assert ("xa" in third, "bao" in third) == (True, False)


def test_a_message_names_thirty_portals_at_most() -> None:
    [text] = week({f"portal_{number}": "broken" for number in range(100)})
    assert text is not None
    assert len(text.splitlines()) == 32
    assert "70 more" in text


def reports(number: int) -> Iterable[Report]:
    for day in range(number):
        date = (dt.date(2025, 1, 1) + dt.timedelta(days=day)).isoformat()
        bad = (Status("bao", "broken", date, REASON),) if day % 10 == 0 else ()
        yield Report(DAILY, f"backfill__{date}", date, date, bad)


def test_a_hundred_backfilled_days_are_one_message() -> None:
    memory = Memory()
    for report in reports(100):
        memory = backfilled(backfilled(memory, report), report)
    memory, text = flush(memory, DAILY)
    assert text is not None
    assert text.splitlines()[0] == (
        "tintinh: backfill 2025-01-01 to 2025-04-10: 100 runs, 1 portals with days to look at"
    )
    assert "bao: 10 days, last 2025-04-01 broken" in text
    assert flush(memory, DAILY) == (memory, None)


def test_a_backfill_whose_last_run_died_is_told_with_the_next_scheduled_run() -> None:
    memory = Memory()
    for report in reports(3):
        memory = backfilled(memory, report)
    memory, text = tell(memory, 0, bao="ok")
    assert text is not None
    assert "3 runs" in text
    assert tell(memory, 1, bao="ok")[1] is None


def test_an_outage_of_every_portal_fits_into_one_message_of_a_chat() -> None:
    now, reason = MONDAY, "no page can be read from the start (failures in a row: 5); " * 20
    seen = [Status(f"portal_{number}", "broken", "2025-06-22", reason) for number in range(192)]
    [text] = digest(Memory(), DAILY, seen, now)[1]
    assert len(text) <= LONGEST
    named = text.count("BROKEN")
    assert text.endswith(f"... and {192 - named} more: python -m warehouse status")
    backfill = [Report(DAILY, f"run-{status.portal}", "2025-06-22", "2025-06-22", (status,)) for status in seen]
    assert len(str(summary(backfill))) <= LONGEST


def test_a_message_and_the_summary_of_a_backfill_are_sent_apart() -> None:
    memory = backfilled(Memory(), next(iter(reports(1))))
    _, texts = digest(memory, DAILY, [Status("bao", "broken", "2025-06-22", REASON)], MONDAY)
    assert [text.split(":")[1] for text in texts] == [
        " 1 of 1 portals need a look, 0 are well again\nBROKEN bao (2025-06-22)",
        " backfill 2025-01-01 to 2025-01-01",
    ]


def test_the_memory_survives_in_the_warehouse_and_few_ledgers_stay(wh: Warehouse) -> None:
    memory = backfilled(tell(Memory(), 0, bao="broken", xa="ok")[0], next(iter(reports(1))))
    Ledger(wh.store).update(lambda _: (memory, None))
    assert Ledger(wh.store).read() == memory
    for day in range(1, 12):
        Ledger(wh.store).update(lambda known, day=day: tell(known, day, bao="broken" if day % 2 else "ok"))
    assert len(list(wh.store.entries(FOLDER))) == KEPT


def test_runs_that_end_together_lose_none_of_their_reports(wh: Warehouse) -> None:
    def report(one: Report) -> None:
        Ledger(wh.store).update(lambda memory: (backfilled(memory, one), None))

    threads = [threading.Thread(target=report, args=(one,)) for one in reports(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.run_id for one in Ledger(wh.store).read().waiting} == {one.run_id for one in reports(8)}
