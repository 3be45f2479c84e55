"""``scrapy portal new`` names the family of every sample portal from its bare home address, and its entry is enough."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawlers.archive import records
from crawlers.families import FAMILIES
from crawlers.families.marks import MARKS
from crawlers.portal import load_registry, portal_lines
from crawlers.survey.entry import EntryError
from crawlers.survey.fixtures import differences
from tests.commands.conftest import Desk
from tests.portals.minis import EVERY, REGISTRY, articles, documents

SAMPLES = Path(__file__).parents[1] / "portals" / "registry"
KNOWN = load_registry([SAMPLES, REGISTRY])
PORTALS = {site.portal: host for host, site in EVERY.items()}
ENOUGH = 0.95


@pytest.mark.usefixtures("light_files")
@pytest.mark.parametrize("portal", PORTALS)
def test_family_entry_and_fixtures_follow_from_the_home_address(portal: str, desk: Desk, capsys) -> None:
    site = EVERY[PORTALS[portal]]
    assert desk.new(PORTALS[portal]) in (0, 1)
    shown = capsys.readouterr().out
    entry = desk.portal(portal)
    assert entry.family == KNOWN[portal].family, shown
    assert (entry.enabled, entry.verified) == (False, None)
    assert all(lines <= 12 for path in desk.registry.glob("*.yaml") for _, lines in portal_lines(path))
    assert differences(desk.fixtures / portal) == []
    job = desk.crawl(portal)
    urls = {url for item in records(job.run_dir, job.archive) for url in addresses(item.record)}
    reached = [item for item in articles(site) if urls & set(item.urls)]
    assert len(reached) >= ENOUGH * len(articles(site)), sorted({item.url for item in articles(site)} - urls)
    listed = [item for item in documents(site) if urls & set(item.urls)]
    assert not entry.documents or len(listed) >= ENOUGH * len(documents(site))


def addresses(record) -> set[str]:  # type: ignore[no-untyped-def]
    return {url for url in (record.url, record.final_url) if url and record.outcome == "ok"}


def test_every_family_has_marks_or_shapes_of_its_own_to_be_named_by() -> None:
    assert set(MARKS) <= set(FAMILIES)
    assert [name for name in FAMILIES if name != "generic" and name not in MARKS] == []


HOST, ID = "muongthanhtv.test", "truyenhinhmuongthanh"


def written(desk: Desk) -> dict[str, bytes]:
    """Every file of registry and fixtures."""
    return {str(path): path.read_bytes() for path in desk.folder.rglob("*") if path.is_file()}


def test_an_entry_is_appended_below_others_which_keep_their_comments(desk: Desk) -> None:
    path = desk.registry / "tuyen_quang.yaml"
    path.write_text(
        'province: "08"\nportals:\n- id: baokhac   # the other paper\n  name: Báo Khác\n  kind: newspaper\n'
        "  home: http://baokhac.test/\n# a last word",
        encoding="utf-8",
    )
    before = path.read_text(encoding="utf-8")
    assert desk.new(HOST) == 0
    after = path.read_text(encoding="utf-8")
    assert after.startswith(before)
    assert f"\n- id: {ID}\n  name: Mường Thanh TV\n" in after
    assert list(load_registry([desk.registry])) == ["baokhac", ID]


def test_a_portal_is_not_written_twice_and_the_first_stays_as_it_is(desk: Desk) -> None:
    assert desk.new(HOST) == 0
    before = written(desk)
    with pytest.raises(EntryError, match=rf"tuyen_quang.yaml: portal {ID} has the id .*portal check {ID}"):
        desk.new(HOST)
    with pytest.raises(EntryError, match=f"portal {ID} has the home"):
        desk.new(HOST, url=f"http://www.{HOST}/", id="another")
    assert written(desk) == before


REFUSED = {
    "a firewall": ("waf", {}, "cannot be read, nothing was written: .*firewall.*; .*"),
    "an error": ("status", {"status": 500}, "nothing was written: .*HTTP 500"),
    "another host": ("redirect", {"location": "http://baosongthao.test/"}, "leads to the host baosongthao.test"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_home_page_that_cannot_be_read_writes_nothing_and_says_why(case, desk: Desk) -> None:
    kind, told, message = case
    desk.server.set(rf"{HOST}/$", kind, **told)
    with pytest.raises(ValueError, match=message):
        desk.new(HOST)
    assert written(desk) == {}


def test_a_portal_whose_robots_txt_forbids_it_is_left_alone(desk: Desk) -> None:
    desk.server.set(
        r"/robots\.txt$", "rewrite", edits=[("Disallow: /quan-tri/", "Disallow: /"), (r"\nAllow: /\n", "\n")]
    )
    with pytest.raises(ValueError, match=r"robots\.txt forbids"):
        desk.new(HOST)
    assert [request["url"] for request in desk.server.requests] == [f"http://{HOST}/robots.txt"]


def test_a_province_that_nothing_tells_is_asked_for(desk: Desk) -> None:
    with pytest.raises(ValueError, match="say it, for example --province"):
        desk.new(HOST, province=None)
    assert written(desk) == {}


def test_an_entry_that_cannot_be_appended_leaves_neither_it_nor_fixtures(desk: Desk) -> None:
    path = desk.registry / "tuyen_quang.yaml"
    path.write_text('province: "08"\nportals: []\n', encoding="utf-8")
    before = written(desk)
    with pytest.raises(EntryError, match="cannot be appended"):
        desk.new(HOST)
    assert written(desk) == before


def scrapy(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("scrapy")
    return subprocess.run([program, "portal", *arguments], capture_output=True, text=True, timeout=120)


def test_the_scrapy_program_has_the_command_and_its_exit_codes(desk: Desk) -> None:
    both = ["--registry", str(desk.registry), "--fixtures", str(desk.fixtures), "--proxy", desk.server.proxy]
    done = scrapy("new", f"http://{HOST}/", "--province", "dien_bien", "--delay", "0", "--id", ID, *both)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "broadcaster" in done.stdout
    assert f"pytest tests/test_golden.py -k {ID}" in done.stdout
    again = scrapy("new", f"http://{HOST}/", "--province", "dien_bien", "--delay", "0", *both)
    assert again.returncode == 2
    assert f"portal check {ID}" in again.stdout
    assert "Traceback" not in again.stdout + again.stderr
    assert scrapy("look").returncode == 2
    assert scrapy("check", "khongco", *both).returncode == 2


def test_a_fixture_that_is_read_differently_fails_with_the_difference(desk: Desk) -> None:
    shutil.copytree(Path(__file__).parents[1] / "golden" / ID, desk.fixtures / ID)
    golden = desk.fixtures / ID / "golden.json"
    text = golden.read_text(encoding="utf-8")
    golden.write_text(text.replace('"date": "2025-07-31"', '"date": "2025-07-30"', 1), encoding="utf-8")
    changed = [line for line in differences(desk.fixtures / ID) if line[0] in "+-" and "date" in line]
    assert [line.split('"')[3] for line in changed] == ["2025-07-30", "2025-07-31"]
