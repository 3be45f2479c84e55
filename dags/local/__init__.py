"""Airflow on one machine without Docker, a database server or root: PostgreSQL from a wheel and four components."""
