"""What an operator is told after a run: the log always, and where the connection is set, a webhook or an e-mail.

The Airflow connection ``tintinh_messages`` (for example in AIRFLOW_CONN_TINTINH_MESSAGES) says where to. Of type
``smtp`` it sends an e-mail to ``to`` of its extra. Of any other type it is a webhook for Slack, Teams, Telegram and
the like: JSON with the key ``text`` and everything in its extra is posted to its host, whose secret last part is the
password. A message that cannot be delivered is sent again after the next scheduled run, one that is refused once more
only; it never fails a run.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dags.plan import Unit

log = logging.getLogger(__name__)

CONNECTION = "tintinh_messages"
TIMEOUT = 20.0  # seconds
ACTIVE = ["queued", "running"]
PASSING = frozenset({408, 425, 429})  # answers that ask to come back later


def after_run(units: list[Unit], rows: Sequence[Mapping[str, Any]], dag_run: Any, counter: Any) -> str | None:
    """Tell what is new after a run and return it; ``counter`` is the task instance, which can count DAG runs.

    A scheduled run tells what changed, once a day. Backfilled runs are summed up when the last of them ends. A run
    made by hand is watched by whoever made it.
    """
    try:
        texts = _news(units, rows, dag_run, counter)
        for text in texts:
            log.warning("%s", text)
        _deliver_all(texts, again=dag_run.run_type == "scheduled")
    except Exception:  # whatever is wrong here, the rows are loaded
        log.exception("the message about this run could not be made")
        return None
    return "\n\n".join(texts) or None


def _news(units: list[Unit], rows: Sequence[Mapping[str, Any]], dag_run: Any, counter: Any) -> tuple[str, ...]:
    from warehouse.alerts import Ledger, Report, backfilled, digest
    from warehouse.store import Warehouse

    warehouse = Warehouse.open()
    ledger, schedule = Ledger(warehouse.store), dag_run.dag_id
    seen = statuses(warehouse, units, rows)
    if dag_run.run_type == "scheduled":
        told: tuple[str, ...] = ledger.update(lambda memory: digest(memory, schedule, seen, dt.datetime.now(dt.UTC)))
        return told
    if dag_run.run_type != "backfill":
        return ()
    first, last = min(unit["date_from"] for unit in units), max(unit["date_to"] for unit in units)
    report = Report(schedule, dag_run.run_id, first, last, tuple(status for status in seen if status.bad))
    ledger.update(lambda memory: (backfilled(memory, report), None))
    return _summed_up(ledger, schedule, counter)


def _summed_up(ledger: Any, schedule: str, counter: Any) -> tuple[str, ...]:
    """The summary of a backfill, from the run after whose report none is left that has not reported."""
    from warehouse.alerts import flush

    reported = [report.run_id for report in ledger.read().waiting if report.schedule == schedule]
    active = counter.get_dr_count(dag_id=schedule, states=ACTIVE)
    if not reported or active > counter.get_dr_count(dag_id=schedule, run_ids=reported, states=ACTIVE):
        return ()
    text = ledger.update(lambda memory: flush(memory, schedule))
    return (text,) if text else ()


def statuses(warehouse: Any, units: Iterable[Unit], rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    """The state of each unit's last day in the coverage; of a portal that was not loaded, why."""
    from warehouse.alerts import Status

    wanted = {unit["portal"]: unit["date_to"] for unit in units}
    states = {"blocked": "blocked", "interrupted": "late"}
    found = {
        row["portal"]: Status(
            row["portal"], states.get(row["state"], "broken"), wanted[row["portal"]], row["reason"] or ""
        )
        for row in rows
        if row["state"] != "finished"
    }
    for month in sorted({day[:7] for day in wanted.values()}):
        for row in warehouse.read("coverage", ["portal", "day", "state", "reason"], month=month).to_pylist():
            if wanted.get(row["portal"]) == row["day"].isoformat():
                status = Status(row["portal"], row["state"], wanted[row["portal"]], row["reason"] or "")
                found.setdefault(row["portal"], status)
    return [found[name] for name in sorted(found)]


def _deliver_all(texts: Iterable[str], *, again: bool) -> None:
    """Send messages one by one, before them those of earlier runs that were not delivered."""
    from warehouse.alerts import Ledger, Memory, owed
    from warehouse.store import Warehouse

    ledger = Ledger(Warehouse.open().store)
    before = ledger.update(owed) if again else Memory()
    for text in (*before.unsent, *texts):
        _deliver_or_keep(ledger, text, last=text in before.refused)


def _deliver_or_keep(ledger: Any, text: str, *, last: bool) -> None:
    from warehouse.alerts import undelivered

    try:
        deliver(text)
        return
    except Exception as error:  # its message may hold the secret address
        name, refused = type(error).__name__, _is_refusal(error)
    if refused and last:
        log.error("the message was refused twice (%s) and is not sent again: %s", name, text)
        return
    log.error("the message could not be delivered (%s); it is sent again after the next scheduled run", name)
    try:
        ledger.update(lambda memory: (undelivered(memory, text, refused=refused or last), None))
    except Exception:
        log.exception("the message could not be kept")


def _is_refusal(error: Exception) -> bool:
    """Whether the receiver said no to this message (4xx), and not only for now."""
    status = getattr(getattr(error, "response", None), "status_code", 0)
    return 400 <= status < 500 and status not in PASSING


def deliver(text: str) -> None:
    """Send a message where the connection says; without one the log is all. Raises what the transport raises."""
    connection = _connection()
    if connection is None:
        log.info("no connection %s: the message stays in this log", CONNECTION)
    elif connection.conn_type in ("smtp", "email"):
        _mail(connection, text)
    else:
        _post(connection, text)


def _connection() -> Any:
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return Connection.get(CONNECTION)
    except AirflowNotFoundException:
        return None


def _mail(connection: Any, text: str) -> None:
    from html import escape

    from airflow.providers.smtp.hooks.smtp import SmtpHook

    subject = text.partition("\n")[0]
    with SmtpHook(smtp_conn_id=CONNECTION) as hook:
        hook.send_email_smtp(
            to=connection.extra_dejson["to"], subject=subject, html_content=f"<pre>{escape(text)}</pre>"
        )


def _post(connection: Any, text: str) -> None:
    import httpx

    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the address, which is secret
    answer = httpx.post(address(connection), json={**connection.extra_dejson, "text": text}, timeout=TIMEOUT)
    answer.raise_for_status()


def address(connection: Any) -> str:
    """The webhook's address: host with scheme (else https) and port, then the secret part."""
    host = connection.host if "://" in connection.host else f"{connection.schema or 'https'}://{connection.host}"
    port = f":{connection.port}" if connection.port else ""
    return "/".join([f"{host.rstrip('/')}{port}", *filter(None, [connection.password])])
