"""Curate: an Airflow DAG that follows each harvested partition and renews what is derived from all of them."""

from __future__ import annotations

from airflow.sdk import DAG, PartitionedAssetTimetable, task

from dags.assets import WAREHOUSE

with DAG(
    "curate",
    description="Bản xuất mới nhất, danh mục · latest export and catalogue",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=WAREHOUSE),
    catchup=False,
    max_active_runs=1,
    tags=["curate"],
) as dag:

    @task(retries=2)
    def latest() -> str:
        """Move ``latest`` to a complete export of the newest snapshot, for plain globs."""
        from warehouse.release import export_latest
        from warehouse.store import Warehouse

        return str(export_latest(Warehouse.open()))

    latest()
