"""Fixtures that every test may use: a state folder of its own and the sample portals on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.portals.server import SampleServer

ROOT = Path(__file__).parents[1]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty state folder, the registry with the samples, no proxy."""
    monkeypatch.setenv("TINTINH_HOME", str(tmp_path))
    monkeypatch.setenv("TINTINH_PORTALS", f"{ROOT}/crawlers/portals:{ROOT}/tests/portals/registry")
    for name in ("TINTINH_ARCHIVE", "TINTINH_WAREHOUSE", "TINTINH_PROXY", "TINTINH_PROXY_HOSTS", "TINTINH_CONTACT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def samples(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SampleServer]:
    """The sample portals, reached through the proxy setting."""
    with SampleServer() as server:
        monkeypatch.setenv("TINTINH_PROXY", server.proxy)
        yield server
