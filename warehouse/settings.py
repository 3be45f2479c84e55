"""Where everything lies: the only place where the environment variables of paths and proxy are read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Paths:
    """State folders and the outgoing settings of a crawl.

    ``warehouse`` is a folder or ``s3://bucket/prefix``; ``proxy`` and ``contact`` are None where unset.
    """

    home: Path
    archive: Path
    warehouse: str
    proxy: str | None
    contact: str | None


def paths() -> Paths:
    """The paths of this process, absolute; read anew at each call so that a changed environment is seen.

    ``TINTINH_HOME`` (default ``.tintinh`` in the current folder), ``TINTINH_ARCHIVE``, ``TINTINH_WAREHOUSE``,
    ``TINTINH_PROXY`` and ``TINTINH_CONTACT``; an empty value counts as unset.
    """
    home = Path(_variable("TINTINH_HOME") or ".tintinh").expanduser().absolute()
    return Paths(
        home=home,
        archive=Path(_variable("TINTINH_ARCHIVE") or home / "archive").expanduser().absolute(),
        warehouse=absolute(_variable("TINTINH_WAREHOUSE") or str(home / "warehouse")),
        proxy=_variable("TINTINH_PROXY"),
        contact=_variable("TINTINH_CONTACT"),
    )


def absolute(warehouse: str) -> str:
    """``warehouse`` unchanged where it is an s3:// address, else as an absolute folder."""
    if warehouse.startswith("s3://"):
        return warehouse.rstrip("/")
    return str(Path(warehouse.removeprefix("file://")).expanduser().absolute())


def _variable(name: str) -> str | None:
    return os.environ.get(name, "").strip() or None
