"""Where the report lies: ``report.html`` at the root of the warehouse, beside ``latest``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from warehouse.catalog import TAXONOMY
from warehouse.release import latest
from warehouse.report.figures import figures
from warehouse.report.page import page
from warehouse.store import Warehouse

REPORT = "report.html"
PROVINCES = Path(__file__).parents[2] / "crawlers" / "portals" / "provinces.csv"


def write_report(warehouse: Warehouse, names: Mapping[str, str] | None = None) -> str | None:
    """Write the report of the newest export; its path or address, None before the first export.

    ``names`` says what people call topics and provinces (code -> name), by default in Vietnamese; codes stand for
    themselves where it is silent. The same export gives the same bytes. Raises StoreError.
    """
    export = latest(warehouse.store)
    if export is None:
        return None
    html = page(figures(warehouse, export), vietnamese() if names is None else names)
    warehouse.store.replace(REPORT, html.encode())
    return warehouse.store.locate(REPORT)


@cache
def vietnamese() -> dict[str, str]:
    """What people call the topics and the 63 provinces."""
    told = ((TAXONOMY, "topic", "label_vi"), (PROVINCES, "slug", "name"))
    return {row[code]: row[name] for path, code, name in told for row in _rows(path)}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
