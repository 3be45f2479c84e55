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


def noted(*answers: tuple[str, Outcome]) -> tuple[str, str]:
    """State and reason of a crawl that ended after these answers."""
    health = Health()
    for role, outcome in answers:
        health.note(outcome, role=role)
    return health.verdict(ended=True) or ("finished", "")


def test_a_portal_that_shows_feeds_and_refuses_its_listings_is_blocked() -> None:
    good = [("feed", Outcome.OK), ("article", Outcome.OK), ("article", Outcome.OK), ("absent", Outcome.GONE)]
    assert noted(*good, ("listing", Outcome.BLOCKED))[0] == "blocked"
    assert noted(*good, ("listing", Outcome.OK), ("listing", Outcome.OK), ("listing", Outcome.BLOCKED))[0] == "finished"


def test_a_portal_whose_home_alone_answers_is_blocked() -> None:
    assert noted(("listing", Outcome.OK), *[("listing", Outcome.LOGIN)] * 3)[0] == "blocked"


@pytest.mark.parametrize("refusal", [Outcome.BLOCKED, Outcome.LOGIN])
def test_a_portal_that_refuses_every_other_page_is_blocked(refusal: Outcome) -> None:
    answers = [("listing", Outcome.OK), *[("article", Outcome.OK), ("article", refusal)] * 4]
    state, reason = noted(*answers)
    assert (state, "4 of 8" in reason) == ("blocked", True)
    assert noted(*answers, *[("article", Outcome.OK)] * 2)[0] == "finished"


@pytest.mark.parametrize("outcome", [Outcome.SOFT_404, Outcome.GONE, Outcome.EMPTY, Outcome.WRONG_TYPE])
def test_a_portal_of_which_no_listed_page_can_be_read_has_failed(outcome: Outcome) -> None:
    state, reason = noted(("listing", Outcome.OK), *[("article", outcome)] * 3)
    assert (state, f"3 {outcome.value}" in reason) == ("failed", True)
    assert noted(("listing", Outcome.OK), *[("article", outcome)] * 3, ("article", Outcome.UNCHANGED))[0] == "finished"


def test_known_pages_that_went_away_are_news_and_no_failure() -> None:
    health = Health()
    health.note(Outcome.OK, role="listing")
    for _ in range(9):
        health.note(Outcome.GONE, listed=False)
    assert health.verdict(ended=True) is None


def test_pages_that_an_earlier_attempt_read_count() -> None:
    health = Health()
    for _ in range(9):
        health.recall(Outcome.OK, "article")
    for _ in range(3):
        health.note(Outcome.BLOCKED)
    health.note(Outcome.OK, role="listing")
    assert health.verdict(ended=True) is None


def test_listings_that_do_not_exist_are_a_failure_unless_a_feed_helps() -> None:
    assert noted(("listing", Outcome.GONE), ("listing", Outcome.SOFT_404))[0] == "failed"
    assert noted(("listing", Outcome.GONE), ("feed", Outcome.OK), ("article", Outcome.OK))[0] == "finished"
