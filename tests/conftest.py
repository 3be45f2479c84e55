"""Fixtures that every test may use: a state folder of its own and the sample portals on loopback."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.portals.server import SampleServer

ROOT = Path(__file__).parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The real portal's harvest first: it lasts for minutes, and nothing could run beside it at the end."""
    items.sort(key=lambda item: not {"real", "stack"} <= {mark.name for mark in item.iter_markers()})


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


@pytest.fixture
def server() -> Iterator[SampleServer]:
    """The sample portals alone, without a state folder."""
    with SampleServer() as running:
        yield running


@pytest.fixture
def client(server: SampleServer) -> Iterator[httpx.Client]:
    """A client that reaches the sample portals."""
    with httpx.Client(proxy=server.proxy, timeout=20) as opened:
        yield opened
