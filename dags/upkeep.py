"""Upkeep: an Airflow DAG that lets the warehouse's doctor look at everything once a week and turns red on a finding."""

from __future__ import annotations

import datetime as dt
import os

from airflow.sdk import DAG, CronTriggerTimetable, task

from dags.plan import ZONE

UNTIL = os.environ.get("TINTINH_UNTIL")  # ISO day after which nothing is scheduled

with DAG(
    "upkeep",
    description="Khám kho dữ liệu mỗi tuần · weekly check of the warehouse",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 3 * * 0", timezone=str(ZONE)),
    start_date=dt.datetime(2000, 1, 1, tzinfo=ZONE),
    end_date=dt.datetime.fromisoformat(UNTIL).replace(tzinfo=ZONE) if UNTIL else None,
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
