"""Whatever loads arrive in whatever order, nothing is doubled, lost or in two places."""

import datetime as dt
import random
from typing import Any

import pytest

from tests.warehouse.factory import NOON, PORTAL, batch, observation, portals, run
from warehouse import plan
from warehouse.store import Warehouse

OUTCOMES = ("ok", "ok", "timeout", "not_article", "gone")
DAYS = (None, "2025-05-30", "2025-06-02", "2025-07-01")
MONTHS = ("2025-05", "2025-06", "2025-07")


def reading(dice: random.Random, key: int, run_id: str, number: int) -> dict[str, Any]:
    outcome = dice.choice(OUTCOMES)
    day = dice.choice(DAYS) if outcome == "ok" else None
    text = {"text": f"Bản {number}."} if outcome == "ok" else {}
    fetched = NOON + number * dt.timedelta(days=1)
    row = observation(key, day, run_id=run_id, outcome=outcome, fetched_at=fetched, **text)
    return row | {"month": day[:7] if day else dice.choice(MONTHS)}


def keys(wh: Warehouse) -> list[tuple[str, str]]:
    return [(row["run_id"], row["id"]) for row in wh.read("observations", ["run_id", "id"]).to_pylist()]


@pytest.mark.parametrize("seed", range(2))
def test_every_item_lies_in_one_month_and_every_reading_in_one_row(
    wh: Warehouse, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "MOST_OBJECTS", 4)
    dice, expected = random.Random(seed), set[tuple[str, str]]()
    for number in range(14):
        run_id = f"run-{dice.randint(0, 12)}"
        rows = [reading(dice, key, run_id, number) for key in dice.sample(range(12), dice.randint(0, 6))]
        wh.commit([wh.stage([batch(rows)], run(run_id, dice.choice(["2025-05-10", "2025-07-02"])))], portals())
        expected = {key for key in expected if key[0] != run_id} | {(run_id, row["id"]) for row in rows}
        assert sorted(keys(wh)) == sorted(expected)
    places = {(row["id"], row["month"]) for row in wh.read("observations", ["id", "month"]).to_pylist()}
    assert sorted(identity for identity, _ in places) == sorted(wh.inventory(PORTAL)["id"].to_pylist())
    articles = wh.read("articles", ["article_id"])["article_id"].to_pylist()
    assert len(articles) == len(set(articles)) > 0
    assert set(wh.read("article_mentions", ["id"])["id"].to_pylist()) <= set(articles)
