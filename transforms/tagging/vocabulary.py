"""Reads the reviewed vocabularies of ``transforms/data`` once per process, and derives the version from them."""

from __future__ import annotations

import csv
import hashlib
from functools import cache
from pathlib import Path

CODE_VERSION = "2"
DATA = Path(__file__).parent.parent / "data"
RULES = (*sorted(Path(__file__).parent.glob("*.py")), DATA.parent / "numbers.py", DATA.parent / "text.py")


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one CSV of the data folder."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def data_hash() -> str:
    """First 12 hex digits of the sha256 over every file of rules and vocabulary, names included.

    A changed rule is another version even where nobody thought of raising ``CODE_VERSION``.
    """
    digest = hashlib.sha256()
    for path in (*RULES, *sorted([*DATA.glob("*.csv"), *DATA.glob("*.parquet")])):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
