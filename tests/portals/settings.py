"""Places, people and bodies of each sample portal's province. The people are invented; the places exist."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).parent / "texts" / "settings.yaml"


@dataclass(frozen=True, slots=True)
class Places:
    """Communes and the wider areas of one period."""

    communes: tuple[str, ...]
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What the prose of one portal may name. ``local`` = a district, whose offices are phòng, not sở."""

    portal: str
    local: bool
    words: dict[str, str]
    before: Places  # until 2025-06-30
    after: Places  # since 2025-07-01
    leaders: tuple[str, ...]
    people: tuple[str, ...]
    villages: tuple[str, ...]
    authors: tuple[str, ...]
    credits: tuple[str, ...]


@cache
def setting(portal: str) -> Setting:
    """The setting of ``portal``."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))[portal]
    return Setting(
        portal=portal,
        local=bool(data.get("local")),
        words=data["words"],
        before=_places(data["before"]),
        after=_places(data["after"]),
        leaders=tuple(data["leaders"]),
        people=tuple(data["people"]),
        villages=tuple(data["villages"]),
        authors=tuple(data["authors"]),
        credits=tuple(data["credits"]),
    )


def _places(data: dict[str, list[str]]) -> Places:
    return Places(tuple(data["communes"]), tuple(data["areas"]))
