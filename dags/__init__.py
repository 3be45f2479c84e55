"""Airflow DAGs: wiring only."""
