"""Upkeep: an Airflow DAG that lets the warehouse's doctor look at everything once a week and turns red on a finding."""

from __future__ import annotations

import datetime as dt

from airflow.sdk import DAG, CronTriggerTimetable, task

from dags.plan import ZONE, scheduling

with DAG(
    "upkeep",
    description="Khám kho dữ liệu mỗi tuần · weekly check of the warehouse",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 3 * * 0", timezone=str(ZONE)),
    start_date=dt.datetime(2000, 1, 1, tzinfo=ZONE),
    is_paused_upon_creation=None if scheduling() else True,
    catchup=False,
    max_active_runs=1,
    tags=["upkeep"],
) as dag:

    @task(retries=0)
    def doctor() -> None:
        """Objects, digests and tables of the newest snapshot; fails with the list of what is wrong."""
        from dags.tasks import examine

        examine()

    doctor()
