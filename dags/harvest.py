"""The harvest: one Airflow DAG a cadence, one run a local day (or hour), mapped over the portals.

Partition keys are local time; nothing here uses data intervals, which are UTC and one day off for Việt Nam.

Backfill from the UI: *Trigger*, *Backfill*, pick days (no times), and tick *Override parameters on existing runs*:
without the tick the dialog sends none of the form's values and every enabled portal is fetched.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from airflow.sdk import (
    DAG,
    CronPartitionTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    get_current_context,
    task,
    task_group,
)
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from crawlers.portal import Cadence
from dags import messages, plan, tasks
from dags.assets import WAREHOUSE
from dags.operators import CrawlBusy, CrawlInterrupted, CrawlOperator
from dags.params import harvest_params

PATIENCE = ExceptionRetryPolicy(
    rules=[
        RetryRule(CrawlInterrupted, RetryAction.RETRY, dt.timedelta(seconds=10), "goes on where it stopped"),
        RetryRule(CrawlBusy, RetryAction.RETRY, dt.timedelta(seconds=30), "the previous try is still stopping"),
    ]
)


@task(task_id="plan", retries=0)
def make_plan(params: Any = None, dag_run: Any = None) -> list[plan.Unit]:
    """One unit a portal; skipped when its day has not come yet, or when nothing is to be done on schedule."""
    scheduled = dag_run.run_type == "scheduled"
    idle = plan.idle(params) if scheduled else None
    if idle:
        raise AirflowSkipException(idle)
    days = plan.window(params, dag_run.partition_key, dag_run.run_after)
    if days is None:
        raise AirflowSkipException(f"{dag_run.partition_key} lies in the future")
    return plan.units(params, days, dag_run.run_id, scheduled=scheduled)


def name_task(unit: plan.Unit) -> None:
    """Let the UI show the portal's id in place of the mapped task's number."""
    get_current_context()["portal_name"] = unit["portal"]  # type: ignore[typeddict-unknown-key]


@task(trigger_rule="all_done", map_index_template="{{ portal_name }}")
def transform(unit: plan.Unit) -> dict[str, Any]:
    """Archive to staged observations; runs after a failed crawl too, so that the failure is on record."""
    name_task(unit)
    if unit["dry_run"]:
        raise AirflowSkipException("dry run: nothing is loaded")
    return tasks.transform(unit)


@task(map_index_template="{{ portal_name }}")
def load(unit: plan.Unit, transformed: Any) -> dict[str, Any]:
    """Staged observations to a snapshot of the warehouse."""
    name_task(unit)
    return tasks.load(transformed)


@task_group(group_id="portal")
def portal(unit: plan.Unit) -> Any:
    """One portal's way: crawl, transform, load; portals do not wait for each other."""
    crawl = CrawlOperator(
        task_id="crawl",
        unit=unit,
        pool="crawl",
        map_index_template="{{ task.unit['portal'] }}",
        retries=3,
        retry_delay=plan.retry_delay(),
        retry_exponential_backoff=2,
        retry_policy=PATIENCE,
        execution_timeout=dt.timedelta(hours=12),
    )
    transformed = transform(unit)
    crawl >> transformed
    return load(unit, transformed)


@task(trigger_rule="all_done", outlets=[WAREHOUSE], retries=0)
def digest(
    units: Any, loaded: Any, outlet_events: Any = None, dag_run: Any = None, ti: Any = None
) -> list[dict[str, Any]]:
    """The run in a table; tells the operator what is new; announces the partition once, with its counts."""
    if not units:
        raise AirflowSkipException("nothing was planned")
    rows = tasks.digest(units, [loaded] if isinstance(loaded, dict) else loaded or [])
    if any(unit["dry_run"] for unit in units):
        raise AirflowSkipException("dry run: nothing was loaded")
    messages.after_run(units, rows, dag_run, ti)
    event = outlet_events[WAREHOUSE]
    event.extra = {"run_id": dag_run.run_id, "portals": len(rows), **tasks.totals(rows)}
    if dag_run.partition_key is None:
        event.add_partitions(plan.partition_key(None, units))
    return rows


@task(retries=0)
def verdict(rows: Any) -> None:
    """Turn the run red when any portal failed; the portals that worked are loaded all the same."""
    failed = tasks.failures(rows)
    if failed:
        raise AirflowFailException("; ".join(failed))


def harvest(cadence: Cadence, cron: str, key_format: str, hint: str) -> DAG:
    """The DAG ``harvest_<cadence>`` over the portals of that cadence."""
    timetable = CronPartitionTimetable(cron, timezone=str(plan.ZONE), run_offset=-1, key_format=key_format)
    with DAG(
        f"harvest_{cadence}",
        description=hint,
        doc_md=__doc__,
        schedule=timetable,
        start_date=dt.datetime(2000, 1, 1, tzinfo=plan.ZONE),
        is_paused_upon_creation=None if plan.scheduling() else True,
        catchup=False,
        max_active_runs=3,
        render_template_as_native_obj=True,
        default_args={"retries": 1, "retry_delay": dt.timedelta(seconds=10)},
        params=harvest_params(cadence),
        tags=["harvest", cadence],
    ) as dag:
        units = make_plan()
        verdict(digest(units, portal.expand(unit=units)))
    return dag


daily = harvest("daily", "0 0 * * *", "%Y-%m-%d", "Mỗi lượt một ngày · one run a local day")
hourly = harvest("hourly", "0 * * * *", "%Y-%m-%dT%H", "Mỗi lượt một giờ · one run a local hour")
