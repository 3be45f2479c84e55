"""A page about the warehouse for people: one HTML file without network, in light and dark, made by ``curate``."""

from __future__ import annotations

from warehouse.report.figures import Figures, figures
from warehouse.report.page import page
from warehouse.report.write import REPORT, write_report

__all__ = ["REPORT", "Figures", "figures", "page", "write_report"]
