"""What files become as text: error rates beside peers, pages a second of CPU, and what a second core brings."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.common import data_folder, show
from benchmarks.documents import peers, render, scans
from benchmarks.documents.samples import Sample, samples
from benchmarks.documents.scores import error_rate
from transforms.documents.ocr import OcrUnavailable, recogniser
from transforms.documents.reading import Wanted, read_file
from transforms.documents.sandbox import FileSandbox

Figures = dict[str, float | int | str | None]
Gold = list[tuple[str, bytes]]
SCANNED, QUICK = 6, 2  # documents that are recognised: of a whole run, of a quick one
SPEED_PAGES = 400  # pages of text PDFs that are read for speed
OWN = "tintinh"
QUIET = 0.15  # cores that other programs may take while the speed of two cores is measured; more and it says nothing


@dataclass(slots=True)
class Kind:
    """One kind of file: its figure, its gold with the bytes, its peers."""

    figure: str
    files: Gold
    peers: Mapping[str, peers.Peer] = field(default_factory=dict)


def measure(asked: argparse.Namespace) -> Figures:
    """All figures of text; those that need a recogniser or data that are not there are None."""
    figures: Figures = {}
    rows = []
    for kind in (*_own(asked.quick), *_real(asked.gold, asked.quick)):
        rates = {OWN: _rate(kind.files, lambda body: read_file(body).text)}
        rates |= {name: _rate(kind.files, peer) for name, peer in ({} if asked.no_peers else kind.peers).items()}
        figures[kind.figure] = rates[OWN]
        figures |= {f"{kind.figure}_{name}": rate for name, rate in rates.items() if name != OWN}
        rows += [(kind.figure, name, f"{100 * rate:.3f} %") for name, rate in rates.items()]
    show("Character errors (white space folded)", ("kind", "reader", "errors"), rows)
    figures |= _text_speed(QUICK * 20 if asked.quick else SPEED_PAGES)
    figures |= _recognition_speed(asked.quick) if _can_recognise() else {}
    speeds = [(name, value) for name, value in figures.items() if "pages" in name or "ratio" in name]
    show("Speed", ("measure", "value"), speeds)
    return figures


def _rate(files: Gold, read: Callable[[bytes], str]) -> float:
    return round(error_rate([(gold, read(body)) for gold, body in files]), 5)


def _own(quick: bool) -> list[Kind]:
    """Our own documents in every form; scans only where they can be recognised."""
    found = samples(QUICK * 2 if quick else None)
    kinds = [
        Kind("text_pdf", _files(found, render.pdf), peers.pdf_peers()),
        Kind("torn_pdf", _files(found, render.torn_pdf), peers.pdf_peers()),
        Kind("docx", _files(found, render.docx_file), peers.docx_peers()),
        Kind("tcvn3_doc", _files(found, render.doc_file), peers.doc_peers()),
        Kind("tcvn3_rtf", _files(found, render.rtf_file)),
    ]
    if _can_recognise():
        for quality in scans.QUALITIES:
            files = [(each.text, _scan(each, quality)) for each in found[: QUICK if quick else SCANNED]]
            kinds.append(Kind(f"scan_{quality}", files, peers.scan_peers()))
    return kinds


def _files(found: Sequence[Sample], write: Callable[[Sample], bytes]) -> Gold:
    return [(each.text, write(each)) for each in found]


def _scan(sample: Sample, quality: str) -> bytes:
    return scans.scanned(render.pdf(sample, serif=True), quality, sample.name)


def _real(gold: Path | None, quick: bool) -> list[Kind]:
    """Real signed scans with gold of their first pages, one figure each."""
    folder = data_folder()
    gold = gold or (folder / "documents" / "scans_gold.jsonl" if folder else None)
    if gold is None or not gold.is_file() or not _can_recognise():
        return []
    entries = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    return [kind for entry in entries[: 1 if quick else None] for kind in _real_page(entry, gold.parent)]


def _real_page(entry: Mapping[str, str], folder: Path) -> Iterator[Kind]:
    """A page's picture against the gold, and where the file itself has a text layer against that layer."""
    picture, name = (folder / entry["page1_image_pdf"]).read_bytes(), entry["page1_image_pdf"].split(".")[0]
    yield Kind(f"real_{name}", [(entry["page1_text"], picture)], peers.scan_peers())
    source = folder / entry["source_pdf"]
    first = read_file(source.read_bytes(), Wanted.TEXT).pages[0] if source.is_file() else None
    if first is not None and "picture" not in first.flags:
        yield Kind(f"real_{name}_by_layer", [(first.text, picture)])


def _can_recognise() -> bool:
    try:
        recogniser()
    except OcrUnavailable as error:
        print(f"not measured: scans; {error}", file=sys.stderr)
        return False
    return True


def _text_speed(pages: int) -> Figures:
    """Pages a second of CPU of text PDFs, from bytes to FileText through the child process, both sides counted."""
    files = [render.pdf(each) for each in samples()]
    with FileSandbox() as sandbox:
        sandbox.read(files[0])
        done, before = 0, _cpu()
        started = time.process_time()
        while done < pages:
            for body in files:
                done += sandbox.read(body).page_count
        own = time.process_time() - started
    seconds = own + _cpu() - before - _start_seconds(files[0])
    return {"text_pages": done, "text_pages_per_core_second": round(done / seconds, 1)}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _start_seconds(body: bytes) -> float:
    """CPU of a child that starts and reads one file: it starts once and then reads many."""
    before = _cpu()
    with FileSandbox() as sandbox:
        sandbox.read(body)
    return _cpu() - before


def _recognition_speed(quick: bool) -> Figures:
    """Pages a second of CPU, and the wall clock of one process against that of two, where the machine is quiet."""
    sample = max(samples(), key=lambda each: len(each.text))
    body = _many_pages(sample, 4 if quick else 8)
    figures: Figures = {"cores": len(os.sched_getaffinity(0))}
    walls, others = {}, 0.0
    for processes in (1, 2):
        before, busy, started = _cpu(), _machine_busy(), time.perf_counter()
        with FileSandbox(processes=processes) as sandbox:
            found = sandbox.read(body)
        used, walls[processes] = _cpu() - before, time.perf_counter() - started
        others = max(others, (_machine_busy() - busy - used) / walls[processes])
        figures[f"ocr_cpu_seconds_{processes}"] = round(used, 2)
        if processes == 1:
            figures["ocr_pages_per_core_second"] = round(len(found.pages) / used, 3)
    ratio = round(walls[1] / walls[2], 2)
    print(f"two cores: {ratio} times as fast; other programs took {others:.2f} cores meanwhile")
    figures["ocr_two_core_ratio"] = ratio if others < QUIET else None
    return figures


def _machine_busy() -> float:
    """Seconds that all cores have worked since the machine started (Linux)."""
    user, nice, system = Path("/proc/stat").read_text(encoding="ascii").split(maxsplit=4)[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


def _many_pages(sample: Sample, pages: int) -> bytes:
    """A scan of so many full pages."""
    longer = Sample(
        sample.name, sample.head, sample.title, sample.paragraphs * pages, sample.foot, sample.annex * pages
    )
    return scans.scanned(render.pdf(longer, serif=True), "scan", sample.name, most=pages)
