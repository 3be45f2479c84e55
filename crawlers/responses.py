"""What came back: page, document, block page, soft 404, login, stub, empty or truncated answer."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.schema import Outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a response is: its outcome, its media type by content and, for a failure, why and what to do."""

    outcome: Outcome
    media_type: str | None = None
    reason: str | None = None
    remedy: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the response is a page or document that can be read further."""
        return self.outcome is Outcome.OK
