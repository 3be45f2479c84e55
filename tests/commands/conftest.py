"""Runs the commands as a person does, in this process but for the look, and crawls with what they wrote."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from crawlers.job import CrawlJob
from crawlers.portal import Portal, load_registry
from crawlers.survey import check, new
from tests.commands import fast
from tests.commands.golden import FAST, options
from tests.crawlers.harness import outcome
from tests.portals.server import SampleServer

FIRST, LAST = dt.date(2025, 5, 1), dt.date(2025, 7, 31)
SMALL_PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n0\n%%EOF\n"


@dataclass(frozen=True)
class Desk:
    """A registry and fixtures of one's own, and the sample portals behind a proxy."""

    folder: Path
    server: SampleServer

    @property
    def registry(self) -> Path:
        return self.folder / "registry"

    @property
    def fixtures(self) -> Path:
        return self.folder / "fixtures"

    def new(self, host: str, **changes: object) -> int:
        """``portal new`` for a sample portal's bare home address."""
        asked = options(host, self.server.proxy, self.registry, self.fixtures)
        return new.run(replace(asked, **changes))  # type: ignore[arg-type]

    def check(self, id_: str, **changes: object) -> int:
        """``portal check``."""
        asked = check.Options(id_, (self.registry,), self.fixtures, self.server.proxy, settings=FAST)
        return check.run(replace(asked, **changes))  # type: ignore[arg-type]

    def portal(self, id_: str) -> Portal:
        """The portal as its written entry loads."""
        return load_registry([self.registry])[id_]

    def crawl(self, id_: str, first: dt.date = FIRST, last: dt.date = LAST) -> CrawlJob:
        """A backfill with the written entry."""
        archive = self.folder / "archive"
        job = CrawlJob(
            portal=self.portal(id_), run_id="r1", date_from=first, date_to=last, archive=archive,
            run_dir=archive / id_ / "r1", proxy=self.server.proxy, settings={"RETRY_BACKOFF": 0},
        )  # fmt: skip
        file = self.folder / "job.json"
        file.write_text(job.model_dump_json(), encoding="utf-8")
        code, log = fast.crawl(file)
        assert code == 0, log
        assert outcome(job).problems == [], outcome(job).problems[:3]
        return job


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TINTINH_HOME", str(tmp_path))
    monkeypatch.delenv("TINTINH_ARCHIVE", raising=False)
    monkeypatch.setattr("crawlers.survey.look._run", fast.look)


@pytest.fixture
def desk(tmp_path: Path, server: SampleServer) -> Desk:
    (tmp_path / "registry").mkdir()
    return Desk(tmp_path, server)


@pytest.fixture
def light_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every PDF of the sample portals is the same small one: what is in them does not matter here."""
    monkeypatch.setattr("tests.portals.pdf.render", lambda _: SMALL_PDF)
