"""Curate: an Airflow DAG that follows each harvested partition and renews what is derived from all of them."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, PartitionedAssetTimetable, task

from dags.assets import WAREHOUSE

with DAG(
    "curate",
    description="Bản xuất mới nhất, danh mục, trang báo cáo · latest export, catalogue, report page",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=WAREHOUSE),
    catchup=False,
    max_active_runs=1,
    tags=["curate"],
) as dag:

    @task(retries=2)
    def latest() -> dict[str, Any] | None:
        """Move ``latest`` to a complete export of the newest snapshot, for plain globs, and renew the views."""
        from dags.tasks import export

        return export()

    @task(retries=2)
    def report() -> str | None:
        """Write ``report.html``: volumes, freshness, topics, provinces, quality."""
        from dags import tasks

        return tasks.report()

    latest() >> report()
