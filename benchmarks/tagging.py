"""How well and how fast texts are tagged: ``python -m benchmarks.tagging``.

Quality is measured on our own gold (``tests/tagging/gold``), on the hand-annotated gold of the measuring data
(``TINTINH_DATA``), and on any other file in its form: ``--gold FILE.jsonl``. Prints tables with underthesea measured in
the same run and one JSON line, and fails below the floors of ``floors.json``. ``--gate`` compares with, and raises, the
figures of ``reached.json``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks import gate, gold, tagging_peer
from benchmarks.common import data_folder, finish, peak_megabytes, show
from benchmarks.gold import GoldText
from transforms.numbers import parse_number
from transforms.tagging import Context, Tags, gazetteer, tag, topics

Figures = dict[str, float | int | None]
NAMES = ("PER", "ORG", "LOC")
SETS = ("seeds", "development")
ARTICLE = 3000  # characters of the article that speeds are given for
SHORT, LONG = 100_000, 10_000_000  # characters of the texts whose costs by character are compared
HOMES = {"hanoi.gov.vn": "ha_noi", "bacgiang": "bac_giang", "angiang": "an_giang"}
ODD = ("A", "Sở và ", "các huyện A, ", "1.", "12/3/", "- ", "\n \n", "UBND TỈNH ", "e\u0301", "\u0007", "中文 và ")


@cache
def texts(name: str) -> list[GoldText]:
    """The gold of one set: ``own``, ``seeds``, ``development`` or the path of a file; empty where it is absent."""
    if name == "own":
        return gold.own()
    folder = data_folder()
    path = Path(name) if name.endswith(".jsonl") else folder and folder / "entities" / f"{name}.jsonl"
    return gold.rows(path, HOMES) if path and path.is_file() else []


@cache
def _tagged(name: str) -> list[Tags]:
    return [each.tags() for each in texts(name)]


def measure_names(name: str, label: str | None = None) -> Figures:
    """Strict F1 by type and links of people to offices of one set, by ``<label>_<figure>``; empty without it."""
    if not texts(name):
        return {}
    label, every, tags = label or name, texts(name), _tagged(name)
    figures: Figures = {f"{label}_names_f1": gold.count(every, tags, NAMES).f1}
    figures |= {f"{label}_{kind.lower()}_f1": gold.count(every, tags, [kind]).f1 for kind in gold.TYPES}
    return figures | {f"{label}_offices": gold.offices(every, tags)}


def measure_citations() -> Figures:
    """Share of the keys of the whole plan that are cited, in order of the gold's list."""
    folder = data_folder()
    if folder is None:
        return {}
    keys = json.loads((folder / "entities/plan_citations_tail.json").read_text(encoding="utf-8"))["cites"]
    plan = (folder / "seeds/tuyen_quang_plan_78_kh_ubnd.txt").read_text(encoding="utf-8")
    cited = [citation.number for citation in tag(plan, Context()).citations]
    wanted = [number.number for number in map(parse_number, keys) if number]
    return {"plan_citations": sum(min(cited.count(key), wanted.count(key)) for key in set(wanted)) / len(keys)}


def _provinces_of(code: str, level: str) -> set[str]:
    known = gazetteer.load()
    holders = {unit.province for unit in known.units(code) if unit.level == level}
    return {unit.name for holder in holders for unit in known.units(holder) if unit.level == "province"}


def measure_places(name: str) -> Figures:
    """Right levels among found places; wrong provinces among resolved ones whose province the text tells."""
    levels = found = wrong = resolved = 0
    for each, tags in zip(texts(name), _tagged(name), strict=True):
        mentions = {(m.start, m.end): m for m in tags.mentions if m.type == "LOC"}
        for mark in each.marks:
            mention = mentions.get((mark.start, mark.end)) if mark.type == "LOC" else None
            if mention is None:
                continue
            found += 1
            levels += mention.level == mark.level
            if mention.code and mention.level and mark.province:
                resolved += 1
                wrong += mark.province.replace("Đăk", "Đắk") not in _provinces_of(mention.code, mention.level)
    return {"place_levels": levels / found, "wrong_provinces": wrong / max(1, resolved)} if found else {}


def measure_topics() -> Figures:
    """Primary accuracy and micro F1, rows drawn by keywords ("targeted") apart from the others."""
    folder = data_folder()
    lines = (folder / "topics/development.jsonl").read_text(encoding="utf-8").splitlines() if folder else []
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for row in map(json.loads, lines):
        found = [topic.topic for topic in topics.find(row["text"], row["title"])]
        wanted = [topic for topic in row["topics"] if topic != "none"]
        group = sums["targeted_" if row["sample"].startswith("targeted") else ""]
        primary = (found[0] if found else "none") == row["topics"][0]
        parts = (1, primary, len(set(found) & set(wanted)), len(found), len(wanted))
        group[:] = [total + part for total, part in zip(group, parts, strict=True)]
    figures: Figures = {}
    for prefix, (rows, first, right, given, wanted_) in sums.items():
        figures[f"topics_{prefix}primary"] = first / rows
        figures[f"topics_{prefix}micro_f1"] = 2 * right / (given + wanted_)
    return figures


def _measured() -> list[GoldText]:
    """Texts as portals publish them; our own gold, in which names stand closer together, where these are absent."""
    return [*texts("seeds"), *texts("development")] or texts("own")


def measure_speed() -> Figures:
    """Articles of 3,000 characters a second of CPU, everything on, and the memory of this process after them."""
    every = [each.text for each in _measured()]
    _seconds(every)
    best = min(_seconds(every) for _ in range(7))
    return {"articles_per_second": sum(map(len, every)) / ARTICLE / best, "peak_mb": peak_megabytes()}


def measure_length(long: int) -> Figures:
    """Cost by character of a text of ``long`` characters, and of odd ones of a tenth, as shares of a short one's."""
    plain = "".join(each.text for each in _measured())
    figures: Figures = {"long_characters": long, "long_slowdown": _slowdown(plain, long)}
    figures["odd_slowdown"] = max(_slowdown(piece, long // 10) for piece in ODD)
    figures["long_slowdown_nfd"] = _slowdown(unicodedata.normalize("NFD", plain), long // 10)
    return figures | {"long_peak_mb": peak_megabytes()}


def _slowdown(piece: str, long: int) -> float:
    short_text, long_text = (piece * (size // len(piece) + 1) for size in (SHORT, long))
    short = min(_seconds([short_text[:SHORT]]) for _ in range(3)) / SHORT
    return _seconds([long_text[:long]]) / long / short


def _seconds(texts_: Iterable[str]) -> float:
    begin = time.process_time()
    for text in texts_:
        tag(text, Context(province="ha_noi"))
    return time.process_time() - begin


def measure_import() -> Figures:
    """Seconds of CPU from a fresh interpreter to the first tags, less the interpreter's own start, and its memory."""
    program = "import time; t = time.process_time(); from transforms.tagging import Context, tag; "
    program += "tag('x', Context()); print(time.process_time() - t); "
    program += "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    command = [sys.executable, "-c", program]
    runs = [subprocess.run(command, capture_output=True, check=True, text=True).stdout.split() for _ in "abc"]
    return {"first_tags_seconds": min(float(run[0]) for run in runs), "first_tags_mb": max(float(r[1]) for r in runs)}


def measure_peer() -> Figures:
    """underthesea on the gold of the measuring data (our own where that is absent): F1, and our speed over its."""
    every = _measured()
    found = tagging_peer.measure(every, NAMES)
    if not found:
        return {}
    ours = min(_seconds([each.text for each in every]) for _ in range(3))
    return {"peer_names_f1": found["peer_names_f1"], "speed_over_peer": found["peer_seconds"] / ours}


def courses_of_own() -> dict[str, gate.Course]:
    """What the gate keeps of our own gold."""
    return {"tagging_own": _course(texts("own"), measure_names("own"))}


def courses_of_data() -> dict[str, gate.Course]:
    """What the gate keeps of the measuring data; empty where it is absent."""
    if data_folder() is None:
        return {}
    figures = measure_names("seeds") | measure_names("development") | measure_citations()
    figures |= measure_places("development") | measure_topics()
    return {"tagging_data": _course([*texts("seeds"), *texts("development")], figures)}


def _course(every: Sequence[GoldText], figures: Figures) -> gate.Course:
    return gate.Course(gold.digest(every), len(every), _rounded(figures), "benchmarks.tagging")


def _rounded(figures: Mapping[str, float | int | None]) -> Figures:
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}


def _report(figures: Mapping[str, Any], names: Sequence[str]) -> None:
    labels = [("PER+ORG+LOC", "names_f1"), *((kind, f"{kind.lower()}_f1") for kind in gold.TYPES)]
    rows = [[label, *(figures.get(f"{name}_{key}") for name in names)] for label, key in labels]
    rows.append(["person -> office", *(figures.get(f"{name}_offices") for name in names)])
    show("Mentions, strict F1", ("type", *names), rows)
    rest = [[key, value] for key, value in figures.items() if not key.startswith(tuple(f"{name}_" for name in names))]
    show("Citations, places, topics, speed", ("figure", "value"), rest)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tagging", description=__doc__)
    parser.add_argument("--gold", type=Path, nargs="*", default=[], help="further gold, JSON lines as in the data")
    parser.add_argument("--errors", action="store_true", help="list every wrong mention of the sets")
    parser.add_argument("--quick", action="store_true", help="no peer, and long texts of 1,000,000 characters")
    gate.add_arguments(parser)
    asked = parser.parse_args()
    gate.check_arguments(parser, asked)
    return asked


def main() -> int:
    """Measures everything, prints it, and answers the exit code."""
    asked = _arguments()
    if asked.gate:
        return gate.run(courses_of_own() | courses_of_data(), asked.reason)
    figures = measure_speed() | measure_import()
    names = {"own": "own", **{name: name for name in SETS}, **{path.stem: str(path) for path in asked.gold}}
    for label, name in names.items():
        figures |= measure_names(name, label)
    figures |= measure_citations() | measure_places("development") | measure_topics()
    figures |= {} if asked.quick else measure_peer()
    figures |= measure_length(LONG // 10 if asked.quick else LONG)
    _report(figures, list(names))
    for name in names.values() if asked.errors else ():
        print("\n".join(gold.count(texts(name), _tagged(name), gold.TYPES).errors))
    return finish("tagging", _rounded(figures))


if __name__ == "__main__":
    raise SystemExit(main())
