"""Reads the reviewed vocabularies of ``transforms/data`` once per process, and derives the version from them."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

CODE_VERSION = "2"
DATA = Path(__file__).parent.parent / "data"
RULES = (*sorted(Path(__file__).parent.glob("*.py")), DATA.parent / "numbers.py", DATA.parent / "text.py")


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one CSV of the data folder."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def digest(*names: str) -> str:
    """First 12 hex digits of the sha256 over these files of the data folder, names included."""
    return _digest(DATA / name for name in names)


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


@cache
def data_hash() -> str:
    """First 12 hex digits of the sha256 over every file of rules and vocabulary, names included.

    A changed rule is another version even where nobody thought of raising ``CODE_VERSION``.
    """
    return _digest((*RULES, *sorted([*DATA.glob("*.csv"), *DATA.glob("*.parquet")])))
