"""What a run asks of which portal."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.portal import load_registry
from dags import plan

NOW = dt.datetime(2025, 6, 29, 18, 0, tzinfo=dt.UTC)  # the 30th in Việt Nam
NOTHING = {"from": None, "to": None}
DEFAULTS = {"provinces": [], "mode": "refetch", "limit": None, "dry_run": False}


def days(first: str, last: str) -> tuple[dt.date, dt.date]:
    return dt.date.fromisoformat(first), dt.date.fromisoformat(last)


def test_a_partition_key_is_the_local_day_also_when_it_names_an_hour() -> None:
    assert plan.window(NOTHING, "2025-06-26", NOW) == days("2025-06-26", "2025-06-26")
    assert plan.window(NOTHING, "2025-06-26T23", NOW) == days("2025-06-26", "2025-06-26")


def test_a_run_without_a_key_is_about_the_local_day_on_which_it_was_started() -> None:
    assert plan.window(NOTHING, None, NOW) == days("2025-06-30", "2025-06-30")


def test_a_partition_of_the_future_is_left_out() -> None:
    assert plan.window(NOTHING, "2025-07-01", NOW) is None


def test_a_sweep_ends_today_and_may_name_one_end_only() -> None:
    assert plan.window({"from": "2008-01-01", "to": None}, None, NOW) == days("2008-01-01", "2025-06-30")
    assert plan.window({"from": "2025-06-01", "to": "2026-01-01"}, None, NOW) == days("2025-06-01", "2025-06-30")


def test_a_range_that_runs_backwards_is_refused_with_both_days() -> None:
    with pytest.raises(plan.PlanError, match=r"2025-06-02.*2025-06-01"):
        plan.window({"from": "2025-06-02", "to": "2025-06-01"}, None, NOW)


def test_provinces_narrow_the_chosen_portals() -> None:
    registry = load_registry()
    chosen = plan.choose(["baosongthao", "congxulang"], ["lang_son"], registry)
    assert [portal.id for portal in chosen] == ["congxulang"]


def test_an_unknown_or_empty_choice_says_what_to_do() -> None:
    registry = load_registry()
    with pytest.raises(plan.PlanError, match="nowhere"):
        plan.choose(["nowhere"], [], registry)
    with pytest.raises(plan.PlanError, match="pick some under 'portals'"):
        plan.choose(["baosongthao"], ["lang_son"], registry)


def test_a_portal_that_is_not_enabled_may_be_chosen_by_hand() -> None:
    hidden = next(portal for portal in load_registry().values() if not portal.enabled)
    units = plan.units({"portals": [hidden.id], **DEFAULTS}, days("2025-06-26", "2025-06-27"), "manual__1", False)
    assert units[0]["portal"] == hidden.id
    assert (units[0]["date_from"], units[0]["date_to"]) == ("2025-06-26", "2025-06-27")


def test_the_proxy_may_be_meant_for_some_hosts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = load_registry()
    sample, real = registry["baosongthao"], next(p for p in registry.values() if not str(p.home).endswith(".test/"))
    monkeypatch.setenv(plan.HOST_SUFFIXES, ".test")
    assert plan.proxy_for(sample, "http://127.0.0.1:1") == "http://127.0.0.1:1"
    assert plan.proxy_for(real, "http://127.0.0.1:1") is None
    monkeypatch.delenv(plan.HOST_SUFFIXES)
    assert plan.proxy_for(real, "http://127.0.0.1:1") == "http://127.0.0.1:1"


@given(st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=200))
def test_a_run_id_becomes_a_folder_name_of_its_own(one: str, other: str) -> None:
    folder = plan.slug(one)
    assert folder
    assert Path(folder).name == folder
    assert folder not in (".", "..")
    assert (plan.slug(other) == folder) == (one == other)


def test_a_scheduled_run_is_idle_where_scheduling_is_off_or_no_portal_is_enabled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(plan.SCHEDULE, raising=False)
    assert plan.idle({"portals": ["baosongthao"]}) is None
    assert "enables no portal" in str(plan.idle({"portals": []}))
    monkeypatch.setenv(plan.SCHEDULE, "off")
    assert "made by hand" in str(plan.idle({"portals": ["baosongthao"]}))
