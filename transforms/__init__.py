"""Pure functions from archive records to rows: no network, no Airflow, no clock."""
