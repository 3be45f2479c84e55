"""Whether a portal as a whole still answers: many failures and nothing good, and the crawl ends with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from crawlers.job import State
from warehouse.schema import Outcome

REFUSALS = frozenset({Outcome.BLOCKED, Outcome.ROBOTS, Outcome.LOGIN})
SILENCE = frozenset({Outcome.SERVER_ERROR, Outcome.NETWORK_ERROR, Outcome.TIMEOUT})
ODD = frozenset({Outcome.ROBOTS, Outcome.OFFSITE, Outcome.FORBIDDEN_ADDRESS, Outcome.REDIRECT_LOOP})
FROM_THE_START = 5  # refusals or silences before anything good
IN_A_ROW = 20  # the same in the middle of a crawl
ASK = "ask the portal for access, or switch it off in the registry"
LOOK = "open its home page, then see the problems of the run"


@dataclass(slots=True)
class Health:
    """Counts good answers, refusals and failures.

    Single odd pages (robots, another host, a loop) mean nothing once the portal has given a good answer.
    """

    good: int = 0
    refused: int = 0
    failed: int = 0

    def note(self, outcome: Outcome) -> None:
        """Takes one final answer into account."""
        if outcome in ODD and self.good:
            return
        if outcome in REFUSALS:
            self.refused += 1
        elif outcome in SILENCE or outcome in ODD:
            self.failed += 1
        else:
            self.good += 1
            self.refused = self.failed = 0

    def verdict(self, *, ended: bool = False) -> tuple[State, str] | None:
        """State and reason with which the crawl has to stop now (or, ``ended``, stopped); None while all is well."""
        row = self.refused + self.failed
        most = IN_A_ROW if self.good else 1 if ended else FROM_THE_START
        if row < most:
            return None
        when = f"after {self.good} good answers" if self.good else "from the start"
        if self.refused >= self.failed:
            return "blocked", f"refuses to be crawled {when} (refusals in a row: {row}); {ASK}"
        state: State = "interrupted" if self.good else "failed"
        return state, f"no page can be read {when} (failures in a row: {row}); {LOOK}"
