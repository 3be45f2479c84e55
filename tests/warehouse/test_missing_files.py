"""A page whose file failed to arrive is asked for without condition, until the file is there."""

import datetime as dt
from typing import Any

import pytest

from tests.warehouse.factory import NOON, PORTAL, batch, observation, portals, run
from warehouse.store import Warehouse

URL = "http://baosongthao.test/tep/phu-luc.pdf"


def read_page(wh: Warehouse, run_id: str, outcome: str, day: int = 0) -> dict[str, Any]:
    """What the next crawl knows of a page after its file came, or failed to come, with ``outcome``."""
    file = {"url": URL, "name": "Phụ lục", "outcome": outcome}
    fetched = NOON + dt.timedelta(days=day)
    row = observation(1, run_id=run_id, etag='"a1"', last_modified="x", attachments=[file], fetched_at=fetched)
    wh.commit([wh.stage([batch([row])], run(run_id))], portals())
    [known] = wh.inventory(PORTAL).to_pylist()
    return known


@pytest.mark.parametrize("outcome", ["server_error", "network_error", "timeout", "blocked", "truncated"])
def test_a_page_that_lacks_a_file_has_no_validators_until_the_file_comes(wh: Warehouse, outcome: str) -> None:
    lacking = read_page(wh, "run-1", outcome)
    assert (lacking["etag"], lacking["last_modified"], lacking["last_outcome"]) == (None, None, "ok")
    whole = read_page(wh, "run-2", "ok", day=1)
    assert (whole["etag"], whole["last_modified"]) == ('"a1"', "x")
    [article] = wh.read("articles").to_pylist()
    assert [(file["url"], file["outcome"]) for file in article["attachments"]] == [(URL, "ok")]


@pytest.mark.parametrize("outcome", ["gone", "wrong_type", "oversized"])
def test_a_file_that_will_not_come_tomorrow_either_costs_no_request(wh: Warehouse, outcome: str) -> None:
    assert read_page(wh, "run-1", outcome)["etag"] == '"a1"'
