"""Free TCP ports on loopback, each claimed by one process at a time."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path
from typing import IO

EPHEMERAL = 32768  # from here on the kernel hands out ports to outgoing connections
_claims: dict[int, IO[str]] = {}  # locks that this process holds until it ends


def free_port(preferred: int) -> int:
    """``preferred`` or the next port below EPHEMERAL that nothing listens on and no other process has claimed.

    The claim is a file lock that lasts as long as this process, since a server needs seconds until it listens.
    OSError when there is none.
    """
    for port in range(preferred, EPHEMERAL):
        if _is_free(port) and _claim(port):
            return port
    raise OSError(f"no free port from {preferred} to {EPHEMERAL - 1}")


def release(*ports: int) -> None:
    """Let others claim the ports again."""
    for port in ports:
        lock = _claims.pop(port, None)
        if lock:
            lock.close()


def _claim(port: int) -> bool:
    if port in _claims:
        return False
    lock = (Path(tempfile.gettempdir()) / f"tintinh-{os.getuid()}-port-{port}.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return False
    _claims[port] = lock
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
