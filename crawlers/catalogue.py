"""The registry as a page for people: ``python -m crawlers.catalogue`` writes docs/portals.md, ``--check`` compares."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawlers.portal import REGISTRY, Portal, Province, RegistryError, load_registry, provinces
from crawlers.verified import complaints

PAGE = Path(__file__).parents[1] / "docs" / "portals.md"
EXPECTED = ("newspaper", "government", "broadcaster")  # what every province should have
HEADER = "| id | name | kind | address | family | since | on | verified | note |"

INTRODUCTION = """# Portals of the registry

Generated from `crawlers/portals/*.yaml` by `python -m crawlers.catalogue`; do not edit by hand.

A portal that is *off* is never fetched until somebody sets `enabled: true`. *verified* is the day of the last check
against the live site; *never* means that there was none yet, so that address and family are knowledge, not
measurement. `since` is how far back a backfill may reach. Files follow the 63 provinces from before 2025-07-01;
portals of a merged province that are new since then stand under the province of its seat.
"""


def page(portals: Iterable[Portal]) -> str:
    """The whole page as Markdown: counts, one table per province, what is missing."""
    known = list(portals)
    parts = [INTRODUCTION, _counts(known)]
    for province in provinces().values():
        parts.append(_section(province, [portal for portal in known if portal.province == province.slug]))
    parts.append(_missing(known))
    return "\n".join(parts)


def missing(portals: Iterable[Portal]) -> Iterator[tuple[Province, str]]:
    """Province and kind of portal for which the registry has no address."""
    kinds = {(portal.province, portal.kind) for portal in portals}
    for province in provinces().values():
        for kind in EXPECTED:
            if (province.slug, kind) not in kinds:
                yield province, kind


def main(arguments: list[str]) -> int:
    """Write docs/portals.md, or with ``--check`` only say whether it is current; 1 when it is not.

    A malformed portal file and a ``verified`` date that no check wrote give 1 too, and a message on standard error.
    """
    try:
        text = page(load_registry([REGISTRY]).values())
        unproved = list(complaints(REGISTRY))
    except RegistryError as error:
        unproved = [str(error)]
    if unproved:
        print(*unproved, sep="\n", file=sys.stderr)
        return 1
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PAGE} is not current; run: python -m crawlers.catalogue", file=sys.stderr)
    return 1


def _counts(portals: list[Portal]) -> str:
    kinds = Counter(portal.kind for portal in portals)
    told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    on = sum(portal.enabled for portal in portals)
    verified = sum(portal.verified is not None for portal in portals)
    return f"{len(portals)} portals ({told}); {on} on, {verified} verified.\n"


def _section(province: Province, portals: list[Portal]) -> str:
    merged = "" if province.slug_2025 == province.slug else f", {province.name_2025} since 2025"
    rows = [f"## {province.name} ({province.code}{merged})", "", HEADER, "|" + "---|" * HEADER.count(" | ") + "---|"]
    return "\n".join([*rows, *map(_row, portals), ""])


def _row(portal: Portal) -> str:
    cells = (
        f"`{portal.id}`",
        portal.name,
        portal.kind,
        str(portal.home),
        portal.family,
        portal.since.isoformat(),
        "on" if portal.enabled else "off",
        portal.verified.isoformat() if portal.verified else "never",
        portal.note or "",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _missing(portals: list[Portal]) -> str:
    lines = [f"- {province.name}: no {kind}" for province, kind in missing(portals)]
    reason = "No address is known with confidence, or another portal of the province covers it:"
    return "\n".join(["## Missing", "", reason, "", *lines, ""])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
