"""The data model and the only door to storage."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

# Arrow's usual allocator keeps what it frees for each thread: a load takes a fifth more memory, and longer. Arrow looks
# at the variable when it is imported first, so this serves processes that begin with the warehouse.
if sys.platform == "linux":
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")


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
