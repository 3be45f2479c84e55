"""Resolves places to administrative codes valid on the day of the text and to today's, or to candidates: no guesses.

What decides between units of one name, in this order: the areas that follow the name ("xã A, huyện B, tỉnh C"), the
province of the portal, the areas named elsewhere in the text. A commune without any of these stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from transforms.tagging.gazetteer import Gazetteer, Unit
from transforms.tagging.model import Context
from transforms.tagging.spans import Found

MOST_CANDIDATES = 20
REFORM = date(2025, 7, 1)
_CHAIN = re.compile(r"[\s,(]{0,3}(?:-\s|thuộc\s|của\s)?$")


@dataclass(frozen=True, slots=True)
class Resolved:
    """Codes of one place; ``candidates`` only where the text does not decide."""

    level: str | None
    code: str | None
    code_now: str | None
    candidates: tuple[str, ...] | None
    unit: Unit | None = None


class Resolver:
    """Resolves the places of one text."""

    def __init__(self, gazetteer: Gazetteer, context: Context, plain: str, places: Sequence[Found]) -> None:
        self.gazetteer = gazetteer
        self.plain = plain
        self.places = places
        self.day = context.published
        self.province = context.province
        home = gazetteer.provinces.get(context.province or "")
        self.home = frozenset(self._eras(home)) if home else frozenset()
        self.named = self._named()

    def home_province(self) -> Unit | None:
        """The portal's province on the day of the text; today's where the text has no day."""
        home = self.gazetteer.provinces.get(self.province or "")
        if home is None:
            return None
        since = self.day is None or self.day >= REFORM
        code = self.gazetteer.current[home] if since else home
        units = [u for u in self.gazetteer.units(code) if u.level == "province" and u.at(self.day or date.max)]
        return units[0] if units else None

    def _eras(self, code: str) -> tuple[str, ...]:
        """Codes under which the units of a province may be listed on the day of the text."""
        current = self.gazetteer.current[code]
        if self.day is None:
            return (code, current)
        return (current,) if self.day >= REFORM else (code,)

    def _named(self) -> frozenset[str]:
        """Codes of the provinces and districts that the text names without doubt."""
        found: set[str] = set()
        for place in self.places:
            units = self._units(place)
            if len({unit.code for unit in units}) == 1:
                found.add(f"{units[0].level}:{units[0].code}")
        return frozenset(found)

    def _units(self, place: Found) -> list[Unit]:
        """Units of the place's name and level, those of its day first choice, those of other days else."""
        level = self._level(place)
        units = [u for u in self.gazetteer.by_name.get(place.key, ()) if u.level == level]
        typed = [u for u in units if self._typed(place).startswith(u.type.lower())]
        return self._dated(typed or units)

    def _dated(self, units: list[Unit]) -> list[Unit]:
        if self.day is None:
            return units
        day = self.day
        valid = [unit for unit in units if unit.at(day)]
        past = [unit for unit in units if unit.valid_to and unit.valid_to <= day]
        return valid or past or units

    def _typed(self, place: Found) -> str:
        return self.plain[place.start : place.end].lower().replace("tp.", "thành phố").replace("tp ", "thành phố ")

    def _level(self, place: Found) -> str | None:
        """ "thành phố X" is the district-level city where the province X is no city on that day."""
        if place.level != "province" or not self._typed(place).startswith("thành phố"):
            return place.level
        units = self.gazetteer.by_name.get(place.key, ())
        provinces = [unit for unit in units if unit.level == "province" and (self.day is None or unit.at(self.day))]
        cities = [unit for unit in units if unit.level == "district" and unit.type == "Thành phố"]
        is_city = any(unit.type == "Thành phố" for unit in provinces)
        return "district" if cities and not is_city else "province"

    def resolve(self, index: int) -> Resolved:
        """The codes of the place at ``index``."""
        place = self.places[index]
        level = self._level(place)
        if level not in ("province", "district", "commune"):
            return Resolved(level, None, None, None)
        units = self._units(place)
        codes = tuple(dict.fromkeys(unit.code for unit in units))[:MOST_CANDIDATES]
        unit = units[0] if len(codes) == 1 and level != "commune" else self._decided(units, index)
        if unit:
            return Resolved(level, unit.code, unit.now, None, unit)
        return Resolved(level, None, None, codes or None)

    def _decided(self, units: Iterable[Unit], index: int) -> Unit | None:
        """The one unit that the context leaves, if it leaves one."""
        remaining = list(units)
        parents = self._parents(index)
        if parents:
            remaining = [unit for unit in remaining if self._within(unit, parents)]
            return remaining[0] if len(remaining) == 1 else self._by_text(remaining)
        at_home = [unit for unit in remaining if unit.province in self.home]
        if len(at_home) == 1:
            return at_home[0]
        return self._by_text(at_home or remaining)

    def _by_text(self, units: list[Unit]) -> Unit | None:
        inside = [unit for unit in units if unit.district and f"district:{unit.district}" in self.named]
        if len(inside) == 1:
            return inside[0]
        inside = [unit for unit in units if f"province:{unit.province}" in self.named]
        return inside[0] if len(inside) == 1 else None

    def _parents(self, index: int) -> list[list[Unit]]:
        """Units named right after the place, each a list of what the name may stand for."""
        found: list[list[Unit]] = []
        end = self.places[index].end
        for place in self.places[index + 1 : index + 3]:
            if not _CHAIN.fullmatch(self.plain[end : place.start]) or place.level not in ("district", "province"):
                break
            if self._rank(place) <= self._rank(self.places[index]):
                break
            units = self._units(place)
            if units:
                found.append(units)
            end = place.end
        return found

    def _rank(self, place: Found) -> int:
        return {"province": 3, "district": 2, "commune": 1}.get(self._level(place) or "", 0)

    def _within(self, unit: Unit, parents: list[list[Unit]]) -> bool:
        return all(any(unit.code != p.code and p.code in (unit.district, unit.province) for p in ps) for ps in parents)
