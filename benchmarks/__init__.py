"""Measurements: each module prints a table, then one JSON line, and fails below its floors."""
