"""What documents say as structure: a real plan in every form of file beside a plain outline, own papers, real numbers.

``python -m benchmarks.documents.structure [--quick] [--plan TEXT] [--numbers documents_gold.jsonl]`` measures it alone.
The plan's gold are facts counted by hand (plan_78.json); its text and the numbers come from TINTINH_DATA.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import eq
from pathlib import Path
from typing import Any

from benchmarks.common import data_folder, finish, show
from benchmarks.documents import render, scans
from benchmarks.documents.samples import Sample
from transforms.documents.fields import compatible, numbered
from transforms.documents.layout import read_layout
from transforms.documents.ocr import OcrUnavailable, recogniser
from transforms.documents.reading import read_file
from transforms.documents.structure import Structure, read_structure
from transforms.documents.structure.source import bare
from transforms.tagging import Context, tag

Figures = dict[str, float | int | str | None]
Gold = Mapping[str, Any]
GOLD = Path(__file__).parent / "plan_78.json"
PRINTED = (60, 75, 88, 100)  # characters of a line
_PLAIN = re.compile(r"^(?:(?P<roman>[IVX]+)|(?P<decimal>\d+(?:\.\d+)*))\.\s", re.M)
_SPEED_SECONDS = 2.0


def measure(asked: argparse.Namespace) -> Figures:
    """All figures of structure; those whose data or recogniser are not there are absent."""
    gold: Gold = json.loads(GOLD.read_text(encoding="utf-8"))
    plan = _given(asked, "plan", "seeds/tuyen_quang_plan_78_kh_ubnd.txt")
    figures: Figures = {}
    if plan:
        text = plan.read_text(encoding="utf-8").replace("*", "")
        rows = []
        for form, read in _forms(text, asked.quick):
            found = _score(gold, read)
            rows.append((form, *found.values()))
            figures |= {f"plan_{form}_{name}": value for name, value in found.items()}
        names = ("form of the plan", "headings", "wrong", "plain outline", "agencies", "citations", "head", "tail")
        show(f"A plan of {_wanted(gold)}", names, rows)
        figures["characters_per_core_second"] = _speed(text)
    scans_gold = None if asked.quick else _given(asked, "gold", "documents/scans_gold.jsonl")
    return figures | _real(scans_gold) | _numbers(_given(asked, "numbers", "hanoi/documents_gold.jsonl"))


def _given(asked: argparse.Namespace, name: str, default: str) -> Path | None:
    folder = data_folder()
    path: Path | None = getattr(asked, name, None) or (folder / default if folder else None)
    return path if path and path.is_file() else None


def _wanted(gold: Gold) -> str:
    counts = (len(gold["headings"].split()), len(gold["agencies"]), len(gold["citations"]))
    return "{} headings, {} agencies and {} numbers".format(*counts)


def _forms(text: str, quick: bool) -> Iterator[tuple[str, str]]:
    """The plan as paragraphs, as printed lines, and read back from files."""
    yield "text", text
    for width in PRINTED:
        yield f"printed_{width}", printed(text, width)
    sample = _sample(text)
    yield "pdf", read_file(render.pdf(sample)).text
    yield "torn_pdf", read_file(render.torn_pdf(sample)).text
    yield "docx", read_file(render.docx_file(sample)).text
    if not quick and _can_recognise():
        for quality in scans.QUALITIES:
            yield quality, read_file(scans.scanned(render.pdf(sample, serif=True), quality, "plan")).text


def printed(text: str, width: int) -> str:
    """Lines of ``width`` without empty ones, as a page prints them, its number below each 42."""
    lines = [line for paragraph in text.split("\n") for line in textwrap.wrap(paragraph, width)]
    pages = [lines[at : at + 42] for at in range(0, len(lines), 42)]
    return "\n".join("\n".join((*page, str(number))) for number, page in enumerate(pages, 1))


def _sample(text: str) -> Sample:
    """The plan laid out anew: its source lacks the names above the number."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    signed = next(at for at, line in enumerate(lines) if line.startswith("TM. "))
    motto = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
    head = ((("ỦY BAN NHÂN DÂN", "TỈNH TUYÊN QUANG"), motto), ((lines[0],), (lines[1],)))
    foot = (tuple(lines[signed + 2 : -1]), (*lines[signed : signed + 2], lines[-1]))
    return Sample("plan", head, tuple(lines[2:4]), tuple(lines[4:signed]), foot, ())


def _score(gold: Gold, text: str) -> dict[str, float]:
    """Shares of what is found; ``wrong``: headings that are none; agencies compare without accents, as do names."""
    found = read_structure(text)
    paths = [section.path for section in found.sections]
    named = [bare(f"{each.section} {each.agency}") for each in found.assignments]
    headings = gold["headings"].split()
    return {
        "headings": _share(headings, paths),
        "headings_wrong": len(paths) - _met(headings, paths),
        "headings_plain": _share(headings, list(_plain_outline(text))),
        "agencies": _met([bare(each) for each in gold["agencies"]], named),
        "citations": _met(gold["citations"], [each.number for each in tag(text, Context()).citations]),
        "head": _head(gold, text),
        "tail": _tail(gold, found),
    }


def _plain_outline(text: str) -> Iterator[str]:
    """What a pattern over the lines gives: the peer of the outline."""
    above = ""
    for match in _PLAIN.finditer(text):
        above = match["roman"] or above
        yield match["roman"] or f"{above}.{match['decimal']}"


def _met(gold: Sequence[str], found: Sequence[str]) -> int:
    return sum((Counter(gold) & Counter(found)).values())


def _share(gold: Sequence[str], found: Sequence[str]) -> float:
    return _met(gold, found) / len(gold)


def _head(gold: Gold, text: str) -> float:
    fields = read_layout(text)
    place = read_structure(text).head.place
    read = (fields.number, fields.doc_type, str(fields.issued_date), place.text if place else None)
    wanted = (gold["number"], gold["doc_type"], gold["issued_date"], gold["place"])
    return float(sum(map(eq, read, wanted)) / len(wanted))


def _tail(gold: Gold, found: Structure) -> float:
    """Signer, capacity, office, both deadlines, and each recipient."""
    signer = found.tail.signer
    pairs = ((signer.name, gold["signer"]), (signer.office, gold["signer_office"]))
    right = sum(part is not None and bare(part.text) == bare(name) for part, name in pairs)
    right += signer.capacity == gold["signer_capacity"]
    due = {str(task.deadline) for each in found.assignments for task in each.tasks if task.deadline}
    right += len(due & set(gold["deadlines"])) - len(due - set(gold["deadlines"]))
    right += _met([bare(each) for each in gold["recipients"]], [bare(part.text) for part in found.tail.recipients])
    return float(right / (5 + len(gold["recipients"])))


def _speed(text: str) -> float:
    """Characters that one core reads in a second."""
    read, done, started = read_structure.__wrapped__, 0, time.process_time()
    while (spent := time.process_time() - started) < _SPEED_SECONDS:
        read(text)
        done += len(text)
    return round(done / spent)


def _real(path: Path | None) -> Figures:
    """Fields of real scans' first pages, recognised, beside those of the same pages' gold text."""
    if path is None or not _can_recognise():
        return {}
    rows = []
    for entry in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        wanted = _fields(entry["page1_text"])
        read = _fields(read_file((path.parent / entry["page1_image_pdf"]).read_bytes()).text)
        wrong = [name for name, value in wanted.items() if value and bare(read[name]) != bare(value)]
        rows.append((entry["title"], sum(map(bool, wanted.values())), len(wrong), ", ".join(wrong)))
    show("Fields of real scans' first pages", ("document", "fields", "wrong", "which"), rows)
    return {"real_fields": sum(row[1] for row in rows), "real_fields_wrong": sum(row[2] for row in rows)}


def _fields(text: str) -> dict[str, str]:
    fields, structure = read_layout(text), read_structure(text)
    names = ("number", "doc_type", "issuer", "issued_date", "signer")
    lists = {"bases": structure.head.bases, "recipients": structure.tail.recipients, "sections": structure.sections}
    told = {name: str(getattr(fields, name) or "") for name in names}
    counted = {name: str(len(found)) if found else "" for name, found in lists.items()}
    return told | counted | {"capacity": structure.tail.signer.capacity or ""}


def _numbers(path: Path | None) -> Figures:
    """Numbers as a portal's list gives them: how many are read, and how many contradict the type beside them."""
    if path is None:
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    fields = [numbered(row["so_ky_hieu"]) for row in rows]
    conflicts = sum(
        bool(each.doc_type and row["loai"]) and not compatible(row["loai"], each.doc_type or "")
        for each, row in zip(fields, rows, strict=True)
    )
    read = sum(each.number is not None for each in fields)
    show("Numbers of a portal's list", ("rows", "read", "contradict the type"), [(len(rows), read, conflicts)])
    return {"numbers_unread": len(rows) - read, "numbers_read": read, "numbers_conflicts": conflicts}


def _can_recognise() -> bool:
    try:
        recogniser()
    except OcrUnavailable:
        return False
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure structure alone, print the tables and the JSON line, judge by the floors."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.documents.structure", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="no scans: seconds")
    parser.add_argument("--plan", type=Path, help="text of the plan; default: that of TINTINH_DATA")
    parser.add_argument("--numbers", type=Path, help="documents_gold.jsonl; default: that of TINTINH_DATA")
    return finish("documents", measure(parser.parse_args(arguments)))


if __name__ == "__main__":
    sys.exit(main())
