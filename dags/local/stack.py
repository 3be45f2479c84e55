"""Airflow's four components over an embedded PostgreSQL, started and stopped as one.

``python -m dags.local.stack`` keeps them running until Ctrl-C (``make airflow``). One stack per state folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from dags.local import credentials, environment, postgres
from dags.local.api import Airflow, ApiError
from dags.local.guard import GRACE
from dags.local.ports import free_port, release
from dags.processes import end, spawn

READY_TIMEOUT = 240.0  # seconds; 20 to 55 were measured on two busy cores
RESTARTS = 3  # of a component that ends by itself
HEALTH = ("scheduler", "dag_processor", "triggerer")
COMPONENTS = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}


class StackError(RuntimeError):
    """The stack cannot start or has lost a component; the message says where to look."""


@dataclass(slots=True)
class Stack:
    """A running stack over the state folder ``home``, owned by this process."""

    home: Path
    ports: environment.Ports
    secrets: credentials.Credentials
    lock: IO[str]
    schedule: str = "off"  # on: portals are harvested on schedule, not only when somebody asks
    children: dict[str, subprocess.Popen[Any]] = field(default_factory=dict)
    restarts: int = 0
    database: postgres.Postgres | None = None
    guard: subprocess.Popen[Any] | None = None

    @property
    def url(self) -> str:
        """Address of the UI and the API."""
        return f"http://127.0.0.1:{self.ports.api}"

    @property
    def logs(self) -> Path:
        """Folder with one log file a component."""
        return self.home / "logs"

    def start(self) -> None:
        """Start everything; returns before it is ready. Raises StackError or PostgresError."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self.guard = spawn([sys.executable, "-m", "dags.local.guard"], stdin=subprocess.PIPE, text=True)
        data, log = self.home / "postgres", self.logs / "postgres.log"
        self.database = postgres.start(data, self.secrets.database_password, self.ports.database, log)
        self._watch(self.database.process)
        self._migrate()
        for name, command in self._commands().items():
            self._run(name, command)
        _save(self)

    def wait(self) -> None:
        """Wait until every component is healthy and the pool exists; StackError after READY_TIMEOUT seconds."""
        api, deadline = self.api(), time.monotonic() + READY_TIMEOUT
        while not api.healthy(*HEALTH):
            self.check()
            if time.monotonic() > deadline:
                raise StackError(f"Airflow was not ready after {READY_TIMEOUT:.0f} s; see the files in {self.logs}")
            time.sleep(0.3)
        ensure_pool(api)

    def check(self) -> None:
        """Start a component again that has ended by itself; StackError when that happens too often."""
        for name, child in list(self.children.items()):
            if child.poll() is not None:
                self.restarts += 1
                if self.restarts > RESTARTS:
                    raise StackError(f"{name} ended with exit code {child.returncode}; see {self.logs / name}.log")
                time.sleep(1)
                self._run(name, self._commands()[name])

    def api(self) -> Airflow:
        """A client of this stack."""
        return Airflow(self.url, self.secrets.admin_password)

    def stop(self) -> None:
        """End every process that was started, the database last. Further signals wait until that is done."""
        with _deaf():
            end([child.pid for child in self.children.values() if child.poll() is None], GRACE)
            if self.database:
                self.database.stop()
            if self.guard and self.guard.stdin:
                self.guard.stdin.close()
                self.guard.wait(30)
            for child in self.children.values():
                child.wait(5)
            _state_file(self.home).unlink(missing_ok=True)
            release(self.ports.api, self.ports.database, self.ports.portals)
            self.lock.close()

    def environment(self) -> dict[str, str]:
        """The environment of the components; holds secrets."""
        assert self.database is not None  # noqa: S101 - start() has set it
        return {
            **environment.inherited(),
            **environment.project(self.home, self.ports.portals, self.schedule),
            **environment.airflow(self.home, self.ports, self.secrets, self.database.url),
        }

    def _commands(self) -> dict[str, list[str]]:
        commands = {name: [sys.executable, "-m", "airflow", *args] for name, args in COMPONENTS.items()}
        if environment.serves_samples():
            log = str(self.logs / "requests.jsonl")
            arguments = ["--port", str(self.ports.portals), "--log", log]
            commands["portals"] = [sys.executable, "-m", "tests.portals", *arguments]
        return commands

    def _run(self, name: str, command: list[str]) -> None:
        with (self.logs / f"{name}.log").open("ab") as log:
            child = spawn(command, cwd=environment.ROOT, env=self.environment(), stdout=log, stderr=log)
        self.children[name] = child
        self._watch(child)

    def _watch(self, child: subprocess.Popen[Any]) -> None:
        if self.guard and self.guard.stdin:
            self.guard.stdin.write(f"{child.pid}\n")
            self.guard.stdin.flush()

    def _migrate(self) -> None:
        """Create or upgrade Airflow's tables, once per version of Airflow and database folder."""
        done, current = self.home / "postgres.migrated", version("apache-airflow-core")
        if done.exists() and done.read_text() == current:
            return
        command = [sys.executable, "-m", "airflow", "db", "migrate"]
        log = self.logs / "migrate.log"
        with log.open("ab") as stream:
            code = subprocess.run(command, env=self.environment(), stdout=stream, stderr=stream, check=False).returncode
        if code:
            raise StackError(f"airflow db migrate failed with exit code {code}; see {log}")
        done.write_text(current)


@contextlib.contextmanager
def running(home: Path, schedule: str = "off") -> Iterator[Stack]:
    """A stack over ``home`` from start to stop; StackError when one is running there already."""
    stack = create(home)
    stack.schedule = schedule
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def create(home: Path) -> Stack:
    """A stack that owns ``home`` but runs nothing yet; StackError when another process owns it."""
    home.mkdir(parents=True, exist_ok=True)
    lock = (home / "stack.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        found = attach(home)
        where = f" at {found.url}" if found else ""
        raise StackError(f"Airflow is already running{where} for {home}; stop that one first (Ctrl-C)") from error
    ports = environment.Ports(free_port(8080), free_port(16000), free_port(21000))
    return Stack(home, ports, credentials.load(home), lock)


def attach(home: Path) -> Airflow | None:
    """A client of the healthy stack that another process runs over ``home``, if there is one."""
    try:
        url = json.loads(_state_file(home).read_text(encoding="utf-8"))["url"]
    except (OSError, ValueError, KeyError):
        return None
    client = Airflow(url, credentials.load(home).admin_password)
    return client if client.healthy(*HEALTH) else None


def ensure_pool(api: Airflow) -> None:
    """Create the pool of crawls where it is missing; a size that somebody has changed stays."""
    if not api.exists("pools/crawl"):
        body = {"name": "crawl", "slots": environment.CRAWLS, "description": "Crawls at a time, one a portal"}
        with contextlib.suppress(ApiError):  # a second client was faster
            api.post("pools", body)


def _state_file(home: Path) -> Path:
    return home / "stack.json"


def _save(stack: Stack) -> None:
    state = {"url": stack.url, "pid": os.getpid(), "portals": stack.ports.portals}
    credentials.write_private(_state_file(stack.home), json.dumps(state))


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stop_on_signals() -> None:
    """Turn SIGTERM, SIGHUP and Ctrl-C into KeyboardInterrupt, also where a shell has switched SIGINT off."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def announce(url: str, home: Path, password: str) -> str:
    """How to log in; the only place where the password is shown."""
    return f"Airflow: {url}  user: {credentials.ADMIN}  password: {password}  (kept in {home}/credentials.json)"


def main() -> int:
    """Run a stack until it is interrupted; exit code 0 after Ctrl-C, 1 when it could not start."""
    from warehouse.settings import paths

    stop_on_signals()
    home, schedule = paths().home, "on" if environment.enables_real_portals() else "off"
    try:
        with running(home, schedule) as stack:
            print("Airflow is starting ...", flush=True)
            stack.wait()
            print(announce(stack.url, home, stack.secrets.admin_password), flush=True)
            print(f"Scheduled runs are {schedule}. Ctrl-C stops Airflow.", flush=True)
            while True:
                stack.check()
                time.sleep(1)
    except KeyboardInterrupt:
        print("Airflow has stopped.", flush=True)
        return 0
    except (StackError, postgres.PostgresError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
