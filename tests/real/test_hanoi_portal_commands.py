"""``scrapy portal new`` on a real Liferay portal of 1,631 archived pages, from its bare home address."""

import datetime as dt
from pathlib import Path

import pytest

from crawlers.job import CrawlJob
from crawlers.portal import Portal, load_registry, portal_lines
from crawlers.survey import check, new
from crawlers.survey.fixtures import load_golden
from crawlers.survey.shapes import key_shape
from tests.crawlers.harness import finish, outcome, start
from tests.real.test_hanoi_discovery import gold, proxy, pytestmark  # noqa: F401 - a fixture and the marks

HOME, ID = "http://sotttt.hanoi.gov.vn/", "sottttthanoi"
SHARE = 0.98  # of the archive's 603 articles


@pytest.mark.timeout(900)
def test_the_command_finds_family_sections_and_ids_and_its_entry_sweeps_the_portal(
    tmp_path: Path,
    proxy: str,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "registry").mkdir()
    options = new.Options(HOME, (tmp_path / "registry",), tmp_path / "fixtures", proxy, id=ID, delay=0)
    assert new.run(options) in (0, 1)
    shown = capsys.readouterr().out
    portal = load_registry([tmp_path / "registry"])[ID]
    assert (portal.family, portal.kind, portal.province) == ("liferay", "department", "ha_noi"), shown
    assert {"/vi/cong-nghe-thong-tin", "/vi/buu-chinh-vien-thong"} <= set(portal.sections), shown
    golden = load_golden(tmp_path / "fixtures" / ID) or {}
    keys = [item["key"] for listing in golden["listings"] for item in listing["items"] if item["kind"] == "article"]
    assert len(keys) > 20
    assert {key_shape(key) for key in keys} == {"number of 5 to 8 digits"}
    assert max(lines for _, lines in portal_lines(tmp_path / "registry" / "ha_noi.yaml")) <= 12
    assert sweep(tmp_path, portal, proxy) >= SHARE * len(gold("articles")), shown
    again = check.Options(ID, (tmp_path / "registry",), tmp_path / "fixtures", proxy)
    assert check.run(again) == 0, capsys.readouterr().out


def sweep(folder: Path, portal: Portal, proxy: str) -> int:  # noqa: F811
    """Articles of the archive that a backfill with the entry plans to fetch."""
    archive = folder / "archive"
    job = CrawlJob(
        portal=portal, run_id="r1", date_from=dt.date(2008, 1, 1), date_to=dt.date(2022, 12, 31), archive=archive,
        run_dir=archive / ID / "r1", proxy=proxy, dry_run=True,
    )  # fmt: skip
    archive.mkdir()
    code, log = finish(start(job), timeout=600)
    assert code == 0, log
    planned = {item.portal_key for item in outcome(job).planned if item.kind == "article"}
    found = len(planned & {item["id"] for item in gold("articles")})
    print(f"{found} of {len(gold('articles'))} articles with sections {portal.sections}")
    return found
