"""The recorder: what the spider tells about each candidate becomes archive records, counts and problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.inventory import Inventory
from crawlers.job import Candidate, CrawlJob
from crawlers.responses import Verdict
from warehouse.schema import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.http import Response


class Recorder:
    """Keeps the books of one crawl. The crawl's process makes it and sets it as ``spider.recorder``."""

    job: CrawlJob
    inventory: Inventory

    def found(self, candidate: Candidate) -> bool:
        """Counts a candidate; False if its id was already found in this crawl."""
        raise NotImplementedError

    def answered(self, candidate: Candidate) -> bool:
        """Whether an earlier attempt of this run has a final answer for the candidate and all its attachments."""
        raise NotImplementedError

    def attached(self, url: str) -> bool:
        """Whether this run already asked for a file (this attempt), or has a final answer for it (an earlier one)."""
        raise NotImplementedError

    def budget_left(self) -> int:
        """How many more candidates the job's limit lets the crawl look for; 0 = none."""
        raise NotImplementedError

    def store(
        self,
        candidate: Candidate,
        response: Response,
        *,
        role: str,
        parent_url: str | None = None,
        attachments: Sequence[str] = (),
    ) -> Verdict:
        """Classifies and archives a response (any status); a failure becomes a problem."""
        raise NotImplementedError

    def fail(
        self,
        candidate: Candidate | None,
        outcome: Outcome,
        message: str,
        *,
        role: str,
        url: str | None = None,
        status: int | None = None,
        remedy: str | None = None,
        parent_url: str | None = None,
    ) -> None:
        """Records a fetch without a usable response; without a candidate (a listing) it is a problem only."""
        raise NotImplementedError

    def unchanged(self, candidate: Candidate, response: Response | None = None) -> None:
        """Records that a candidate is as the inventory knows it (304, or its content's hash)."""
        raise NotImplementedError

    def listing(self, response: Response) -> Verdict:
        """Counts a feed, sitemap or listing page and says whether it can be read."""
        raise NotImplementedError

    def natural_end(self, ended: bool) -> None:
        """Says whether the listings ended by themselves."""
        raise NotImplementedError

    @property
    def blocked(self) -> bool:
        """Whether the portal as a whole refuses to be crawled."""
        raise NotImplementedError
