"""Operators hear of a run where their connection says; a message never fails a run."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dags import messages
from dags.plan import Unit
from tests.warehouse.factory import PORTAL, portals, run
from warehouse.alerts import Ledger
from warehouse.store import Warehouse

DAG = "harvest_daily"


class Hook(BaseHTTPRequestHandler):
    """A chat's webhook: keeps what it is sent, answers the status of its server."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.received.append((self.path, json.loads(body)))  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.received, server.status = [], 200  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/hooks"
    connection = {"conn_type": "http", "host": address, "password": "se/cret", "extra": {"chat_id": "7"}}
    monkeypatch.setenv("AIRFLOW_CONN_TINTINH_MESSAGES", json.dumps(connection))
    yield server
    server.shutdown()
    server.server_close()


def unit(day: str) -> Unit:
    return Unit(
        portal=PORTAL,
        run_id=f"run-{day}",
        date_from=day,
        date_to=day,
        mode="refetch",
        scheduled=True,
        limit=None,
        dry_run=False,
    )


def load(day: str, **values: Any) -> None:
    wh = Warehouse.open()
    wh.commit([wh.stage([], run(f"run-{day}", day, **values))], portals())


def ended(run_type: str, run_id: str = "r") -> SimpleNamespace:
    return SimpleNamespace(run_type=run_type, dag_id=DAG, run_id=run_id)


class Counter:
    """Counts the runs of a DAG of which some are still active."""

    def __init__(self, *active: str) -> None:
        self.active = set(active)

    def get_dr_count(self, dag_id: str, states: list[str], run_ids: list[str] | None = None) -> int:
        return len(self.active if run_ids is None else self.active & set(run_ids))


def fine(day: str) -> list[dict[str, Any]]:
    return [{"portal": PORTAL, "state": "finished", "reason": None}]


def test_a_scheduled_run_posts_one_message_with_the_secret_part_in_the_address_only(home: Path, chat: Any) -> None:
    load("2025-06-27")
    text = messages.after_run([unit("2025-06-27")], fine("2025-06-27"), ended("scheduled"), Counter())
    assert chat.received == [("/hooks/se/cret", {"chat_id": "7", "text": text})]
    assert "BROKEN baosongthao (2025-06-27): 0 articles" in str(text)
    assert messages.after_run([unit("2025-06-27")], fine("2025-06-27"), ended("scheduled"), Counter()) is None


def test_a_portal_that_was_not_loaded_is_told_too(home: Path, chat: Any) -> None:
    rows = [{"portal": PORTAL, "state": "failed", "reason": "fetched but not loaded"}]
    assert "fetched but not loaded" in str(
        messages.after_run([unit("2025-06-27")], rows, ended("scheduled"), Counter())
    )


def test_a_message_that_the_chat_refuses_fails_nothing_and_is_kept_without_the_secret(
    home: Path, chat: Any, caplog: pytest.LogCaptureFixture
) -> None:
    chat.status = 500
    load("2025-06-27")
    text = messages.after_run([unit("2025-06-27")], fine("2025-06-27"), ended("scheduled"), Counter())
    assert Ledger(Warehouse.open().store).read().unsent == (text,)
    assert "cret" not in caplog.text


def test_a_message_refused_twice_is_dropped_and_logged_and_the_next_one_arrives(
    home: Path, chat: Any, caplog: pytest.LogCaptureFixture
) -> None:
    scheduled = ended("scheduled")
    chat.status = 400
    load("2025-06-27")
    text = messages.after_run([unit("2025-06-27")], fine("2025-06-27"), scheduled, Counter())
    assert Ledger(Warehouse.open().store).read().refused == (text,)
    messages.after_run([unit("2025-06-27")], fine("2025-06-27"), scheduled, Counter())
    assert Ledger(Warehouse.open().store).read().unsent == ()
    assert "was refused twice" in caplog.text
    messages.after_run([unit("2025-06-27")], fine("2025-06-27"), scheduled, Counter())
    assert [body["text"] for _, body in chat.received] == [text, text]


def test_a_message_that_met_an_outage_arrives_after_the_next_run_by_itself(home: Path, chat: Any) -> None:
    chat.status = 503
    load("2025-06-27")
    text = messages.after_run([unit("2025-06-27")], fine("2025-06-27"), ended("scheduled"), Counter())
    chat.status = 200
    assert messages.after_run([unit("2025-06-27")], fine("2025-06-27"), ended("scheduled"), Counter()) is None
    assert [body["text"] for _, body in chat.received] == [text, text]
    assert Ledger(Warehouse.open().store).read().unsent == ()


def test_without_a_connection_the_log_is_all(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    load("2025-06-27")
    assert messages.after_run([unit("2025-06-27")], fine("2025-06-27"), ended("scheduled"), Counter())
    assert Ledger(Warehouse.open().store).read().unsent == ()


def test_a_backfill_is_one_message_when_its_last_run_has_reported(home: Path, chat: Any) -> None:
    days = [f"2025-06-{day:02d}" for day in range(2, 8)]
    runs = [f"backfill__{day}" for day in days]
    for number, day in enumerate(days):
        load(day)
        counter = Counter(*runs[number:])
        messages.after_run([unit(day)], fine(day), ended("backfill", runs[number]), counter)
    [(_, body)] = chat.received
    assert "backfill 2025-06-02 to 2025-06-07: 6 runs" in body["text"]


def test_of_two_last_runs_that_end_together_one_speaks(home: Path, chat: Any) -> None:
    load("2025-06-27")
    both = Counter("a", "b")
    for name in ("a", "b"):
        messages.after_run([unit("2025-06-27")], fine("2025-06-27"), ended("backfill", name), both)
    assert len(chat.received) == 1


def test_a_run_by_hand_sends_nothing(home: Path, chat: Any) -> None:
    load("2025-06-27")
    assert messages.after_run([unit("2025-06-27")], fine("2025-06-27"), ended("manual"), Counter()) is None


def test_a_warehouse_that_cannot_be_read_fails_no_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINTINH_WAREHOUSE", "/proc/none")
    assert messages.after_run([unit("2025-06-27")], fine("2025-06-27"), ended("scheduled"), Counter()) is None
