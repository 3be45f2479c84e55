"""How well and how fast texts are tagged: ``python -m benchmarks.tagging``.

Quality is measured against hand-annotated gold (``TINTINH_DATA``) with the scorer of ``TINTINH_TOOLS``; without
them only speed is measured, on texts of its own. Prints tables and one JSON line, and fails below the floors of
``floors.json``.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.common import data_folder, finish, peak_megabytes, show, tools_folder
from transforms.numbers import parse_number
from transforms.tagging import Context, Tags, gazetteer, tag, topics

NAMES = ("PER", "ORG", "LOC")
TYPES = (*NAMES, "ROLE", "DOC", "DATE", "QTY")
ARTICLE = 3000  # characters of the article that speeds are given for
HOMES = {"hanoi.gov.vn": "ha_noi", "bacgiang": "bac_giang", "angiang": "an_giang"}
OWN_TEXT = (
    "Ngày 12/4/2023, Phó Chủ tịch UBND tỉnh Lương Bích Hạnh kiểm tra trồng rừng tại xã Tân Thanh, huyện Văn Lãng. "
    "Theo Kế hoạch số 45/KH-UBND ngày 02/3/2023, tỉnh bố trí hơn 1,5 tỷ đồng cho 120 hộ nghèo, đạt 14/21 chỉ tiêu. "
    "Sở Nông nghiệp và Phát triển nông thôn phối hợp với các huyện Bình Gia, Bắc Sơn và Tràng Định triển khai.\n\n"
)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@cache
def _gold(name: str) -> list[dict[str, Any]]:
    folder = data_folder()
    return _rows(folder / name) if folder else []


@cache
def _scorer() -> ModuleType | None:
    tools = tools_folder()
    if tools is None:
        return None
    spec = importlib.util.spec_from_file_location("score_entities", tools / "score_entities.py")
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _context(name: str) -> Context:
    return Context(province=next((slug for host, slug in HOMES.items() if host in name), None))


@cache
def _tagged(name: str) -> list[Tags]:
    return [tag(row["text"], _context(str(row["doc"]))) for row in _gold(f"entities/{name}.jsonl")]


def _f1(name: str, kinds: Iterable[str]) -> float | None:
    scorer = _scorer()
    if scorer is None:
        return None
    sums = [0, 0, 0]
    for kind in kinds:
        for row, tags in zip(_gold(f"entities/{name}.jsonl"), _tagged(name), strict=True):
            predicted = [{"type": m.type, "start": m.start, "end": m.end} for m in tags.mentions]
            counted = scorer.count(row, predicted, kind, True, [])
            sums = [total + part for total, part in zip(sums, counted, strict=True)]
    right, extra, missed = sums
    return 2 * right / (2 * right + extra + missed)


def _offices(name: str) -> float:
    """Share of the people of the gold that hold an office whose office was found."""
    right = wanted = 0
    for row, tags in zip(_gold(f"entities/{name}.jsonl"), _tagged(name), strict=True):
        found = {(m.start, m.end): m.role for m in tags.mentions if m.type == "PER"}
        for entity in row["entities"]:
            role = entity.get("attrs", entity).get("role") if entity["type"] == "PER" else None
            if role:
                wanted += 1
                given = found.get((entity["start"], entity["end"])) or ""
                right += " ".join(role.split("; ")[0].split(", ")[0].split()) in given
    return right / wanted


def _plan_citations() -> float:
    """Share of the keys of the whole plan that are cited, in order of the gold's list."""
    folder = data_folder()
    if folder is None:
        return 0.0
    keys = json.loads((folder / "entities/plan_citations_tail.json").read_text(encoding="utf-8"))["cites"]
    plan = (folder / "seeds/tuyen_quang_plan_78_kh_ubnd.txt").read_text(encoding="utf-8")
    cited = [citation.number for citation in tag(plan, Context()).citations]
    wanted = [number.number for number in map(parse_number, keys) if number]
    return sum(min(cited.count(key), wanted.count(key)) for key in set(wanted)) / len(keys)


def measure_entities() -> dict[str, float | None]:
    """Strict F1 by set and type, links of people to offices, citations of the long plan."""
    if data_folder() is None:
        return {}
    figures: dict[str, float | None] = {}
    for name in ("seeds", "development"):
        figures[f"{name}_names_f1"] = _f1(name, NAMES)
        figures |= {f"{name}_{kind.lower()}_f1": _f1(name, [kind]) for kind in TYPES}
        figures[f"{name}_offices"] = _offices(name)
    return figures | {"plan_citations": _plan_citations()}


def _provinces_of(code: str, level: str) -> set[str]:
    units = [u for found in gazetteer.load().by_name.values() for u in found]
    holders = {u.province for u in units if u.code == code and u.level == level}
    return {u.name for u in units if u.level == "province" and u.code in holders}


def measure_places() -> dict[str, float]:
    """Right levels among found places; wrong provinces among resolved ones whose province the text tells."""
    levels = found = wrong = resolved = 0
    for row, tags in zip(_gold("entities/development.jsonl"), _tagged("development"), strict=True):
        mentions = {(m.start, m.end): m for m in tags.mentions if m.type == "LOC"}
        for entity in row["entities"]:
            mention = mentions.get((entity["start"], entity["end"])) if entity["type"] == "LOC" else None
            if mention is None:
                continue
            found += 1
            levels += mention.level == entity["attrs"].get("level")
            province = entity["attrs"].get("province")
            if mention.code and mention.level and province:
                resolved += 1
                names = _provinces_of(mention.code, mention.level)
                wrong += province.replace("Đăk", "Đắk") not in names
    return {"place_levels": levels / found, "wrong_provinces": wrong / max(1, resolved)} if found else {}


def measure_topics() -> dict[str, float]:
    """Primary accuracy and micro F1, rows drawn by keywords ("targeted") apart from the others."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for row in _gold("topics/development.jsonl"):
        found = [topic.topic for topic in topics.find(row["text"], row["title"])]
        gold = [topic for topic in row["topics"] if topic != "none"]
        group = sums["targeted_" if row["sample"].startswith("targeted") else ""]
        primary = (found[0] if found else "none") == row["topics"][0]
        parts = (1, primary, len(set(found) & set(gold)), len(found), len(gold))
        group[:] = [total + part for total, part in zip(group, parts, strict=True)]
    figures = {}
    for prefix, (rows, first, right, given, wanted) in sums.items():
        figures[f"topics_{prefix}primary"] = first / rows
        figures[f"topics_{prefix}micro_f1"] = 2 * right / (given + wanted)
    return figures


def _texts() -> list[str]:
    gold = [*_gold("entities/seeds.jsonl"), *_gold("entities/development.jsonl")]
    return [str(row["text"]) for row in gold] or [OWN_TEXT * 8]


def measure_speed() -> dict[str, float]:
    """Articles of 3,000 characters a second of CPU; how a long text compares with a short one, by character."""
    tag(OWN_TEXT, Context())
    texts = _texts()
    size = sum(map(len, texts))
    best = min(_seconds(texts) for _ in range(5))
    short, long = "".join(texts)[:40_000], ("".join(texts) * 30)[:1_000_000]
    slowdown = (_seconds([long]) / len(long)) / (min(_seconds([short]) for _ in range(3)) / len(short))
    return {"articles_per_second": size / ARTICLE / best, "long_text_slowdown": slowdown, "peak_mb": peak_megabytes()}


def _seconds(texts: Iterable[str]) -> float:
    begin = time.process_time()
    for text in texts:
        tag(text, Context(province="ha_noi"))
    return time.process_time() - begin


def measure_import() -> dict[str, float]:
    """Seconds from a fresh interpreter to the first tags, less the interpreter's own start."""
    program = "import time; t = time.process_time(); from transforms.tagging import Context, tag; "
    program += "tag('x', Context()); print(time.process_time() - t)"
    times = [
        float(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout) for _ in "ab"
    ]
    return {"first_tags_seconds": min(times)}


def _report(figures: Mapping[str, float | None]) -> None:
    rows = [
        [kind, figures.get(f"seeds_{kind.lower()}_f1"), figures.get(f"development_{kind.lower()}_f1")] for kind in TYPES
    ]
    names = ["PER+ORG+LOC", figures.get("seeds_names_f1"), figures.get("development_names_f1")]
    offices = ["person -> office", figures.get("seeds_offices"), figures.get("development_offices")]
    show("Mentions, strict F1", ("type", "seeds", "development"), [names, *rows, offices])
    shown = [(key, value) for key, value in figures.items() if not key.endswith("_f1") or key.startswith("topics")]
    show("Citations, places, topics, speed", ("figure", "value"), shown)


def main() -> int:
    """Measures everything, prints it, and answers the exit code."""
    figures: dict[str, float | None] = {**measure_speed(), **measure_import()}
    figures |= measure_entities()
    figures |= measure_places() | measure_topics()
    _report(figures)
    return finish("tagging", {key: round(value, 4) if value is not None else None for key, value in figures.items()})


if __name__ == "__main__":
    raise SystemExit(main())
