"""A writer process for tests: ``python -m tests.warehouse.writer URL SEED`` commits random loads until killed."""

import datetime as dt
import random
import sys

from tests.warehouse.factory import NOON, batch, observation, portals, run
from warehouse.store import Warehouse

MONTHS = ("2025-05-10", "2025-06-11", "2025-07-12")
ROWS = 6


def main(url: str, seed: int) -> None:
    """Commit load after load; each is announced before (``try``) and after (``done``) it is in."""
    wh = Warehouse.open(url)
    for number in range(10_000):
        run_id = f"w{seed}-{number:04d}"
        rows = load_rows(seed, number, run_id)
        print("try", run_id, flush=True)
        wh.commit([wh.stage([batch(rows)], run(run_id, "2025-06-11"))], portals())
        print("done", run_id, flush=True)


def load_rows(seed: int, number: int, run_id: str) -> list[dict]:
    """Own articles over three months and one hot article that every writer sees."""
    choice = random.Random(f"{seed}-{number}")
    fetched = NOON + dt.timedelta(seconds=seed + 100 * number)
    own = [observation(f"{run_id}-{n}", choice.choice(MONTHS), run_id, fetched_at=fetched) for n in range(ROWS - 1)]
    return [*own, observation("hot", "2025-06-11", run_id, text=f"Bản của {run_id}.", fetched_at=fetched)]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
