"""The portals' official documents."""

from __future__ import annotations

from tests.portals.model import Document


def documents() -> list[Document]:
    """Every document of every portal."""
    return []
