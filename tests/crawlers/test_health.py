"""When a crawl gives a portal up: early where nothing good comes, late where something did, never for odd pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.health import FROM_THE_START, IN_A_ROW, Health
from warehouse.schema import Outcome


def after(*outcomes: Outcome) -> Health:
    health = Health()
    for outcome in outcomes:
        health.note(outcome)
    return health


@pytest.mark.parametrize(
    ("outcome", "state"), [(Outcome.BLOCKED, "blocked"), (Outcome.LOGIN, "blocked"), (Outcome.TIMEOUT, "failed")]
)
def test_a_portal_without_a_good_answer_is_given_up_after_a_few(outcome: Outcome, state: str) -> None:
    assert after(*[outcome] * (FROM_THE_START - 1)).verdict() is None
    verdict = after(*[outcome] * FROM_THE_START).verdict()
    assert verdict is not None
    assert verdict[0] == state


def test_a_crawl_that_ended_with_one_bad_answer_and_nothing_else_is_no_success() -> None:
    assert after(Outcome.SERVER_ERROR).verdict() is None
    assert (after(Outcome.SERVER_ERROR).verdict(ended=True) or ("",))[0] == "failed"
    assert (after(Outcome.ROBOTS).verdict(ended=True) or ("",))[0] == "blocked"
    assert (after(Outcome.FORBIDDEN_ADDRESS).verdict(ended=True) or ("",))[0] == "failed"


def test_a_portal_that_goes_silent_midway_is_asked_again_later() -> None:
    silent = [Outcome.NETWORK_ERROR] * IN_A_ROW
    assert after(Outcome.OK, *silent[1:]).verdict() is None
    assert (after(Outcome.OK, *silent).verdict() or ("",))[0] == "interrupted"


def test_a_portal_that_begins_to_refuse_midway_is_blocked() -> None:
    assert (after(Outcome.OK, *[Outcome.BLOCKED] * IN_A_ROW).verdict() or ("",))[0] == "blocked"


@given(st.lists(st.sampled_from([Outcome.ROBOTS, Outcome.OFFSITE, Outcome.REDIRECT_LOOP, Outcome.GONE]), max_size=60))
def test_odd_pages_never_end_a_crawl_that_has_a_good_answer(outcomes: list[Outcome]) -> None:
    assert after(Outcome.OK, *outcomes).verdict(ended=True) is None


def test_nothing_asked_is_no_failure() -> None:
    assert after().verdict(ended=True) is None
