"""Normal forms of bodies' names: abbreviations written out, a bare level completed by the portal's province."""

from __future__ import annotations

from datetime import date
from functools import cache

from transforms.tagging import gazetteer, vocabulary
from transforms.tagging.model import Context

REFORM = date(2025, 7, 1)


@cache
def _abbreviations() -> dict[str, str]:
    return {row["abbreviation"]: row["words"] for row in vocabulary.rows("body_abbreviations.csv")}


@cache
def _province_names() -> dict[tuple[str, bool], tuple[str, str]]:
    """(slug, since the reform of 2025) -> (type, name) of the portal's province."""
    known: dict[tuple[str, bool], tuple[str, str]] = {}
    units = gazetteer.load()
    provinces = {unit for found in units.by_name.values() for unit in found if unit.level == "province"}
    for slug, code in units.provinces.items():
        for since in (False, True):
            wanted = units.current[code] if since else code
            day = REFORM if since else date(2024, 12, 31)
            unit = next(unit for unit in provinces if unit.code == wanted and unit.at(day))
            known[slug, since] = (unit.type, unit.name)
    return known


def _province(context: Context) -> tuple[str, str] | None:
    since = context.published is not None and context.published >= REFORM
    return _province_names().get((context.province or "", since))


def body_norm(name: str, context: Context) -> str:
    """ "UBND tỉnh" of a portal of Lạng Sơn -> "Ủy ban nhân dân tỉnh Lạng Sơn"."""
    words = [_abbreviations().get(word, word) for word in name.split()]
    norm = " ".join(words)
    province = _province(context)
    folded = norm.lower()
    if province and province[0] == "Tỉnh" and folded.endswith((" tỉnh", "tỉnh ủy")):
        return f"{norm} {province[1]}"
    if province and province[0] == "Thành phố" and folded.endswith((" thành phố", "thành ủy")):
        return f"{norm} {province[1]}"
    return norm
