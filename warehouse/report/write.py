"""Where the report lies: ``report.html`` at the root of the warehouse, beside ``latest``."""

from __future__ import annotations

from collections.abc import Mapping

from warehouse.release import latest
from warehouse.report.figures import figures
from warehouse.report.page import page
from warehouse.store import Warehouse

REPORT = "report.html"


def write_report(warehouse: Warehouse, names: Mapping[str, str] | None = None) -> str | None:
    """Write the report of the newest export; its path or address, None before the first export.

    ``names`` says what people call topics and provinces (code -> name); codes stand for themselves where it is silent.
    The same export gives the same bytes. Raises StoreError.
    """
    export = latest(warehouse.store)
    if export is None:
        return None
    html = page(figures(warehouse, export), names or {})
    warehouse.store.replace(REPORT, html.encode())
    return warehouse.store.locate(REPORT)
