"""``python -m tests.portals``: serve the sample portals until interrupted."""

from __future__ import annotations

import argparse
import datetime as dt
import signal
import threading
from pathlib import Path

from tests.portals.server import SampleServer


def main(arguments: list[str] | None = None) -> None:
    """Serve on 127.0.0.1 and print the proxy's address; SIGINT and SIGTERM stop it."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with SampleServer(options.port, options.now, options.log) as server:
        print(f"sample portals: TINTINH_PROXY={server.proxy}", flush=True)
        stop.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.portals", description=__doc__)
    parser.add_argument("--port", type=int, default=8700, help="port on 127.0.0.1 (0 = any free one)")
    parser.add_argument("--log", type=Path, help="append one JSON line per request to this file")
    parser.add_argument("--now", type=dt.datetime.fromisoformat, help="virtual clock, with zone")
    return parser


if __name__ == "__main__":
    main()
