"""Where things lie follows from the environment."""

from pathlib import Path

import pytest

from warehouse.settings import paths

NAMES = ("TINTINH_HOME", "TINTINH_ARCHIVE", "TINTINH_WAREHOUSE", "TINTINH_PROXY", "TINTINH_CONTACT")


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_everything_lies_in_the_current_folder_unless_said_otherwise(tmp_path: Path) -> None:
    found = paths()
    assert (found.home, found.archive) == (tmp_path / ".tintinh", tmp_path / ".tintinh" / "archive")
    assert (found.warehouse, found.proxy, found.contact) == (str(tmp_path / ".tintinh" / "warehouse"), None, None)


def test_each_place_can_be_moved_on_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINTINH_HOME", "/srv/tintinh")
    monkeypatch.setenv("TINTINH_WAREHOUSE", "s3://tin/kho/")
    monkeypatch.setenv("TINTINH_PROXY", "")
    found = paths()
    assert found.archive == Path("/srv/tintinh/archive")
    assert (found.warehouse, found.proxy) == ("s3://tin/kho", None)
