"""``scrapy portal check`` passes right after ``portal new`` and notices what a portal changes."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from crawlers import catalogue
from crawlers.listing_dates import ZONE
from crawlers.survey.entry import append_entry
from crawlers.survey.fixtures import load_golden, portal_of
from crawlers.verified import RECORDS, complaints
from tests.commands.conftest import Desk
from tests.portals.content import PORTALS as SAMPLES
from tests.portals.minis import EVERY

GOLDEN = Path(__file__).parents[1] / "golden"
HOST, ID = "muongthanhtv.test", "truyenhinhmuongthanh"
HOSTS = {site.portal: host for host, site in EVERY.items()}

pytestmark = pytest.mark.usefixtures("light_files")


def known(desk: Desk, id_: str = ID) -> Desk:
    """A desk with a portal as ``portal new`` left it, when the committed fixtures were written."""
    shutil.copytree(GOLDEN / id_, desk.fixtures / id_)
    golden = load_golden(GOLDEN / id_)
    assert golden is not None
    append_entry(desk.registry, portal_of(golden).model_copy(update={"delay": 0.0}))
    return desk


def seen(capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[str, str]]:
    """State of each row of the table and what it says to see and do, by what it is about."""
    rows: list[list[str]] = []
    for line in capsys.readouterr().out.splitlines():
        cells = [cell.strip() for cell in line.strip("│").split("│")]
        if line.startswith("│") and cells[1]:
            rows.append(cells)
        elif line.startswith("│"):  # a row that goes on
            rows[-1] = [f"{earlier} {cell}".strip() for earlier, cell in zip(rows[-1], cells, strict=True)]
    return {what: (state, f"{said} | {remedy}") for what, state, said, remedy in rows}


@pytest.mark.parametrize("portal", [ID, "congxulang", "songnhue_mau", "congchuc_mau"])
def test_all_is_well_right_after_new(portal: str, desk: Desk, capsys) -> None:
    assert desk.new(HOSTS[portal]) in (0, 1)
    capsys.readouterr()
    code = desk.check(portal)
    rows = seen(capsys)
    assert (code, {state for state, _ in rows.values()}) == (0, {"ok"}), rows
    assert {"home page", "robots.txt", "certificate", "family", "titles", "dates", "ids", "encoding"} <= set(rows)


# What the portal changes -> fault on which addresses, exit code, row, its state, words of what it says
CHANGES = {
    "a class name": (
        ("", "rewrite", {"edits": [('class="story"', 'class="news-card"')]}), 1, "template", "drifted", "story"),
    "a listing that is gone": (
        (r"/xa-hoi/", "status", {"status": 404}), 2, "listing /xa-hoi/", "broken", "HTTP 404"),
    "a listing that moved": (
        (r"/(?:xa-hoi/)?$", "rewrite", {"edits": [('href="/xa-hoi/"', 'href="/doi-song/"')]}),
        1, "menu", "drifted", "no longer links /xa-hoi/"),
    "a listing without its list": (
        (r"/chinh-tri/", "broken", {}), 2, "listing /chinh-tri/", "broken", "no entries"),
    "listings without dates": (
        (r"(?:/|p=\d)$", "rewrite", {"edits": [(r'<span class="date">.*?</span>', "")]}),
        2, "listing /chinh-tri/", "broken", "dates are no longer read"),
    "a pager that leads to page 1": (
        (r"\?p=2", "redirect", {"location": f"http://{HOST}/chinh-tri/"}),
        2, "listing /chinh-tri/", "broken", "page 2 shows the entries of page 1"),
    "the encoding": (("", "encoding", {"encoding": "windows-1258"}), 1, "encoding", "drifted", "it was utf-8"),
    "addresses of articles": (
        (r"(?:/|p=\d)$", "rewrite", {"edits": [(r"/([a-z-]+)/\d{6}/([a-z0-9-]+)-\d(\d{6})/", r"/\1/\2-\3.html")]}),
        2, "ids", "broken", "they were"),
    "articles behind a message": ((r"/\d{6}/", "soft_404", {}), 2, "articles", "broken", "3 of 3"),
    "another title": (
        (r"/\d{6}/", "rewrite", {"edits": [(r"<(h1|title)\b.*?</\1>", "<h1>Bản tin</h1>")]}),
        2, "titles", "broken", "0 of 3"),
    "a firewall": (("", "waf", {}), 2, "home page", "broken", "firewall"),
    "robots.txt": (
        (r"/robots\.txt$", "rewrite", {"edits": [("Disallow: /quan-tri/", "Disallow: /chinh-tri/")]}),
        2, "robots.txt", "broken", "forbids"),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGES.values(), ids=CHANGES)
def test_what_a_portal_changes_is_noticed(case, desk: Desk, capsys) -> None:
    (pattern, kind, told), code, row, state, words = case
    known(desk)
    desk.server.set(HOST + ".*" + pattern if pattern else HOST, kind, **told)
    assert desk.check(ID, write=True) == code
    rows = seen(capsys)
    assert rows[row][0] == state, rows
    assert words in rows[row][1], rows
    assert desk.portal(ID).verified is None
    assert not (desk.registry / RECORDS).exists()


def test_a_check_that_passed_writes_the_day_and_its_record_and_only_then(desk: Desk) -> None:
    known(desk)
    assert desk.check(ID) == 0
    assert desk.portal(ID).verified is None
    assert desk.check(ID, write=True) == 0
    assert desk.portal(ID).verified == dt.datetime.now(ZONE).date()
    assert list(complaints(desk.registry)) == []


def test_a_portal_without_fixtures_is_told_how_to_keep_some(desk: Desk, capsys) -> None:
    known(desk)
    shutil.rmtree(desk.fixtures / ID)
    assert desk.check(ID, write=True) == 1
    assert "--renew" in seen(capsys)["fixtures"][1]
    assert desk.check(ID, renew=True, write=True) == 0
    assert (desk.fixtures / ID / "golden.json").exists()
    assert list(complaints(desk.registry)) == []


def test_an_unknown_portal_is_named(desk: Desk) -> None:
    with pytest.raises(ValueError, match=r"no portal 'khongco' in .*scrapy portal new"):
        desk.check("khongco")


# Dates that nobody checked


@pytest.fixture
def verified(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a portal that the check has verified, in the registry that the catalogue reads."""
    known(desk)
    assert desk.check(ID, write=True) == 0
    monkeypatch.setattr("crawlers.catalogue.REGISTRY", desk.registry)
    monkeypatch.setattr("crawlers.catalogue.PAGE", desk.folder / "portals.md")
    assert catalogue.main([]) == 0
    assert catalogue.main(["--check"]) == 0
    return next(desk.registry.glob("*.yaml"))


BY_HAND = {
    "another date": ("verified: 20", "verified: 19", "is not the one in"),
    "a changed portal": ("family: broadcaster", "family: newspaper", "changed after that check"),
}


@pytest.mark.parametrize("case", BY_HAND.values(), ids=BY_HAND)
def test_the_registry_refuses_a_date_that_no_check_wrote(case, verified: Path, capsys) -> None:
    old, new, reason = case
    text = verified.read_text(encoding="utf-8")
    verified.write_text(text.replace(old, new), encoding="utf-8")
    line = next(n for n, said in enumerate(text.splitlines(), 1) if "verified:" in said)
    assert catalogue.main(["--check"]) == 1
    said = capsys.readouterr().err
    assert f"{verified}:{line}: verified: " in said
    assert reason in said
    assert f"run 'scrapy portal check {ID} --write', or write verified: null" in said


def test_a_date_without_a_record_or_with_a_copied_one_is_refused(verified: Path, capsys) -> None:
    records = verified.with_name(RECORDS)
    kept = records.read_text(encoding="utf-8")
    records.write_text(kept.replace(ID, "another"), encoding="utf-8")
    assert catalogue.main(["--check"]) == 1
    assert "has no record of such a check" in capsys.readouterr().err
    records.write_text(kept.replace('"seal": "', '"seal": "0'), encoding="utf-8")
    assert catalogue.main(["--check"]) == 1
    assert "the record was edited" in capsys.readouterr().err
    records.unlink()
    assert catalogue.main([]) == 1


def test_every_sample_portal_has_committed_fixtures() -> None:
    assert {folder.name for folder in GOLDEN.iterdir()} == {*SAMPLES, *HOSTS}
    assert all(file.stat().st_size <= 130_000 for file in GOLDEN.glob("*/*.gz"))
