"""Release: an Airflow DAG that freezes the warehouse under the name of the month that ended, on the fifth of the next.

By then late news of the month have come; a release that is there already is left as it is.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, task

from dags.plan import ZONE, scheduling

with DAG(
    "release",
    description="Bản phát hành mỗi tháng · monthly frozen release",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 4 5 * *", timezone=str(ZONE)),
    start_date=dt.datetime(2000, 1, 1, tzinfo=ZONE),
    is_paused_upon_creation=None if scheduling() else True,
    catchup=False,
    max_active_runs=1,
    tags=["release"],
) as dag:

    @task(retries=2)
    def freeze(dag_run: Any = None) -> dict[str, Any] | None:
        """The release of the month before the run's; None while the warehouse is empty."""
        from dags.tasks import release

        day = dag_run.run_after.astimezone(ZONE).date().replace(day=1) - dt.timedelta(days=1)
        return release(f"{day:%Y.%m}")

    freeze()
