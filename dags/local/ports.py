"""Free TCP ports on loopback."""

from __future__ import annotations

import socket

EPHEMERAL = 32768  # from here on the kernel hands out ports to outgoing connections


def free_port(preferred: int) -> int:
    """``preferred`` or the next port below EPHEMERAL that nothing listens on; OSError when there is none."""
    for port in range(preferred, EPHEMERAL):
        if _is_free(port):
            return port
    raise OSError(f"no free port from {preferred} to {EPHEMERAL - 1}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
