"""A look at a site beside crawls of the same host: together they are one visitor."""

import time
from pathlib import Path

import pytest

from crawlers.budget import FOLDER, HostBudget, Turns
from crawlers.portal import Portal
from crawlers.survey.look import look_at, shared_hosts
from tests.crawlers.site import Site, article

PORTAL = Portal(id="bao_mau", name="Báo Mẫu", kind="newspaper", home="http://bao.test/", province="", delay=0)


def test_a_look_waits_for_the_pause_that_a_harvest_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINTINH_ARCHIVE", str(tmp_path / "archive"))
    shared, seen = HostBudget(tmp_path / "archive" / FOLDER, "bao.test", 2), list[Turns]()
    until, offset = time.time() + 6, time.time() - time.monotonic()
    shared.change(lambda turns: setattr(turns, "until", until))
    (tmp_path / "look").mkdir()
    with Site({"/": article("Trang chủ")}) as site:
        look = look_at(PORTAL, tmp_path / "look", site.proxy)
    shared.change(seen.append)
    assert [page.what for page in look.pages] == ["robots", "home"]
    assert min(when for when, _ in site.requests) + offset >= until - 0.1
    assert seen[0].last >= until - 0.1
    assert not (tmp_path / "look" / FOLDER).exists()


def test_where_nothing_is_harvested_there_is_nobody_to_share_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TINTINH_ARCHIVE", raising=False)
    monkeypatch.setenv("TINTINH_HOME", str(tmp_path))
    assert shared_hosts() is None
    (tmp_path / "archive").mkdir()
    assert shared_hosts() == tmp_path / "archive" / FOLDER
