"""The data model and the only door to storage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def read(
    table: str,
    columns: Sequence[str] | None = None,
    *,
    province: str | None = None,
    month: str | None = None,
    snapshot: int | None = None,
) -> pa.Table:
    """Rows of a table of the configured warehouse, see :meth:`warehouse.store.Warehouse.read`."""
    from warehouse.store import Warehouse

    return Warehouse.open().read(table, columns, province, month, snapshot)
