"""Extraction measured in one run: ``python -m benchmarks.extraction [--gold G.jsonl --pages P.warc.gz]``.

Corpora: the real archive under ``TINTINH_DATA`` (``real``), and our own sites, at least one of each CMS family
(``own``). On each page ours runs with the rules of its family; with the family unknown and the portal's profile learned
from the corpus; and alone, as where a site has one page only. Plain trafilatura runs beside it in the same process, the
other extractors in an environment of their own. Then: our CPU time by stage, and memory over many pages.

``--gold`` and ``--pages`` measure other pages instead (``given``): JSON lines ``{"urls": [...], "title", "date":
"YYYY-MM-DD", "text"}``, where title, date, ``lead`` and ``captions`` may be missing, and a WARC file. ``--articles``
takes a folder as article-extraction-benchmark has it, ``--passages`` trafilatura's evaluation data; their pages are
read alone. ``--gate`` compares with, and raises, the figures of ``benchmarks/reached.json``.

Times are CPU seconds of one core. Leaks: strings of the pages' chrome in the text; wrong dates: given, and not the
gold's; long: articles of 300 words and more with an F1 below .80; unread: pages without any text.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.common import data_folder, finish, show
from benchmarks.extraction import gate, memory, peers, samples, stages
from benchmarks.extraction.readers import MODES, PLAIN, Mode, Reader, measure, ours, variants
from benchmarks.extraction.samples import GoldError, Sample
from benchmarks.extraction.scores import COLUMNS, Score, row
from benchmarks.gate import add_arguments, check_arguments, run
from transforms.rows import GENERIC_FAMILY

Figures = dict[str, float | int | str | None]
ALL: tuple[Mode, ...] = ("family", "generic", "alone")
STAGED = 150  # pages of the second pass
WORST = 8  # pages that are named


@dataclass(frozen=True, slots=True)
class Corpus:
    """Pages, and in which of our modes they are read; ``language`` chooses the stop words of extractors with any."""

    name: str
    title: str
    pages: Sequence[Sample]
    modes: tuple[Mode, ...]
    language: str = "vi"


def main() -> int:
    """Measure, print a table for each corpus and the JSON line; 1 when a floor is missed, 2 for unusable arguments."""
    asked = arguments()
    if asked.gate:
        return _gate(asked.reason)
    figures: Figures = {}
    measured: list[Corpus] = []
    try:
        for corpus in corpora(asked):
            figures |= _measured(corpus, asked.limit, with_peers=not asked.no_peers)
            measured.append(corpus)
    except GoldError as error:
        print(error, file=sys.stderr)
        return 2
    if measured and asked.pages_memory:
        figures |= _memory(measured[0], asked.pages_memory)
    return finish("extraction", figures)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Benchmark of the extraction.")
    parser.add_argument("--courses", nargs="*", choices=["real", "own"], help="default: both, or none with other pages")
    parser.add_argument("--gold", type=Path, help="JSON lines with urls, title, date, text")
    parser.add_argument("--pages", type=Path, help="WARC file with the pages")
    parser.add_argument("--family", default="liferay", help="family whose rules apply to --pages; generic: none")
    parser.add_argument("--articles", type=Path, help="folder with ground-truth.json and html/*.html.gz")
    parser.add_argument("--passages", type=Path, help="folder with evaldata.json and cache/ or eval/")
    parser.add_argument("--limit", type=int, help="most pages of each corpus")
    parser.add_argument("--no-peers", action="store_true", help="ours and trafilatura alone")
    parser.add_argument("--pages-memory", type=int, default=20_000, help="pages over which memory is watched; 0: none")
    add_arguments(parser)
    asked = parser.parse_args()
    if (asked.gold is None) != (asked.pages is None):
        parser.error("--gold and --pages belong together")
    check_arguments(parser, asked)
    return asked


def corpora(asked: argparse.Namespace) -> Iterator[Corpus]:
    """What the command line asks for; a corpus that is not here is told on standard error."""
    others = asked.gold or asked.articles or asked.passages
    courses = asked.courses if asked.courses is not None else [] if others else ["real", "own"]
    folder = data_folder()
    if "real" in courses and folder is not None and (folder / "hanoi" / "portal.warc.gz").is_file():
        yield Corpus("real", "the real archive", samples.real(folder / "hanoi"), ALL)
    elif "real" in courses:
        print("not measured: the real archive; set TINTINH_DATA to the folder with it", file=sys.stderr)
    if "own" in courses:
        yield Corpus("own", "our own sites", samples.own_sites(), ALL)
    if asked.gold:
        modes = ALL[1:] if asked.family == GENERIC_FAMILY else ALL
        given = samples.archived(asked.gold, asked.pages, asked.family)
        yield Corpus("given", asked.pages.name, given, modes)
    if asked.articles:
        pages = samples.article_collection(asked.articles)
        yield Corpus("articles", asked.articles.name, pages, ("alone",), "en")
    if asked.passages:
        pages = samples.passage_collection(asked.passages)
        yield Corpus("passages", asked.passages.name, pages, ("alone",), "en")


def _measured(corpus: Corpus, limit: int | None, with_peers: bool) -> Figures:
    readers: dict[str, Reader] = {mode: ours(mode, corpus.pages) for mode in corpus.modes}
    pages = samples.spread(corpus.pages, limit)
    scores = measure(pages, {**readers, **variants()})
    others = peers.measure(pages, corpus.language) if with_peers else {}
    rows = [row(MODES[mode], scores[mode]) for mode in corpus.modes]
    rows += [row(name, score) for name, score in {**scores, **others}.items() if name not in corpus.modes]
    show(f"{len(pages)} pages: {corpus.title}", COLUMNS, rows, width=150)
    for mode in corpus.modes:
        _tell(f"{corpus.name}, {MODES[mode]}", scores[mode])
    first = corpus.modes[0]
    _show_stages(corpus, stages.split(samples.spread(pages, STAGED), readers[first]))
    return _figures(corpus, scores, others)


def _tell(name: str, score: Score) -> None:
    """Name the worst pages, and every silent error."""
    worst = [f"{f1:.3f} {url}" for f1, url in sorted(score.worst)[:WORST] if f1 < 0.95]
    for line in [*worst, *score.notes[:WORST]]:
        print(f"{name}: {line}", file=sys.stderr)


def _show_stages(corpus: Corpus, found: Mapping[str, float]) -> None:
    total = sum(found.values())
    rows = [[stage, milliseconds, milliseconds / total] for stage, milliseconds in found.items()]
    show(f"{corpus.title}, {MODES[corpus.modes[0]]}: where the time goes", ("stage", "ms a page", "share"), rows)


def _figures(corpus: Corpus, scores: Mapping[str, Score], others: Mapping[str, Score]) -> Figures:
    plain = scores[PLAIN]
    figures: Figures = {f"{corpus.name}_pages": plain.pages}
    for mode in corpus.modes:
        figures |= {f"{corpus.name}_{mode}_{name}": value for name, value in scores[mode].figures().items()}
        figures[f"{corpus.name}_{mode}_pages_per_s"] = round(scores[mode].rate, 1)
        figures[f"{corpus.name}_{mode}_ratio"] = round(scores[mode].rate / plain.rate, 2)
    figures[f"{corpus.name}_trafilatura_pages_per_s"] = round(plain.rate, 1)
    figures[f"{corpus.name}_alone_over_trafilatura"] = round(scores["alone"].f1 - plain.f1, 4)
    for name, score in {**scores, **others}.items():
        if name not in corpus.modes:
            label = name.replace(" ", "_").replace("-", "_")
            figures |= {f"{corpus.name}_{label}_f1": score.f1, f"{corpus.name}_{label}_leaks": score.leaking_pages}
    return figures


def _memory(corpus: Corpus, pages: int) -> Figures:
    found = memory.measure(corpus.pages, pages)
    rows = [[f"{mark:,}" if mark else "peak", found[mark]] for mark in (*sorted(filter(None, found)), 0)]
    show(f"{corpus.title}: resident memory of one process", ("pages read", "MB"), rows)
    return {**memory.figures(found)}


def _gate(reason: str | None) -> int:
    courses = {"own": gate.own_course()}
    folder = data_folder()
    if folder is not None and (folder / "hanoi" / "portal.warc.gz").is_file():
        courses["real"] = gate.real_course(folder / "hanoi")
    return run(courses, reason)


if __name__ == "__main__":
    sys.exit(main())
