"""What the DAGs announce to each other."""

from airflow.sdk import Asset

WAREHOUSE = Asset(name="warehouse", uri="tintinh://warehouse")
