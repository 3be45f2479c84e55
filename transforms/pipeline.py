"""A crawl's archive becomes batches of observations: two passes, constant memory, several processes on demand.

The first pass notes where attachments lie and looks whether the portal's profile still fits its pages;
the second makes one row per article and document. ``python -m transforms.pipeline RUN_DIR`` prints a summary.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from crawlers.archive import Archived, ArchiveError, FetchRecord, read, records
from crawlers.families.hints import GENERIC, Hints, hints_for
from crawlers.portal import Portal, load_registry
from transforms.documents.sandbox import FileSandbox, cores
from transforms.learning import Sample, profile_for
from transforms.rows import Reader, Row, StoredFile
from warehouse.schema import ARCHIVE, OBSERVATIONS, Kind, Outcome

logger = logging.getLogger(__name__)

SCHEMA = OBSERVATIONS.arrow()
BATCH = 200  # rows of a batch
SHARE = 16  # pages in memory for each worker process
_NAMES = [column.name for column in OBSERVATIONS.columns]
_REQUIRED = [column.name for column in OBSERVATIONS.columns if not column.nullable]
_PLACE = [column.name for column in ARCHIVE]
_IDENTITY = _NAMES[: _NAMES.index("title")]  # what is known of a candidate before its content
_PAGES = (Kind.ARTICLE.value, Kind.DOCUMENT.value)


def observe(
    run_dir: Path,
    root: Path,
    portal: Portal,
    run_id: str,
    parsed_at: dt.datetime,
    known: Mapping[str, str] | None = None,
    workers: int = 1,
) -> Iterator[pa.RecordBatch]:
    """Observations of everything that the crawl in ``run_dir`` fetched or failed to fetch.

    ``root`` is the archive's root, ``parsed_at`` the zone-aware time of this parse. ``known`` maps ids to stored
    content hashes: a page whose hash is stored is ``unchanged`` and its row carries no content.
    """
    reader = _prepare(run_dir, root, portal, run_id, parsed_at, workers)
    pages = (archived for archived in records(run_dir, root) if _is_page(archived.record))
    for rows in _rows(reader, pages, workers):
        yield _batch([_compared(row, known or {}) for row in rows])


def reobserve(
    pointers: Iterable[Mapping[str, Any]],
    root: Path,
    portal: Portal,
    run_id: str,
    parsed_at: dt.datetime,
    workers: int = 1,
) -> Iterator[pa.RecordBatch]:
    """Observations made anew from archived records, without a request.

    A pointer has ``id``, ``kind``, ``url``, ``canonical_url``, ``fetched_at``, ``warc_file`` and ``warc_offset``;
    pointers of one archive file should follow each other. A record that cannot be read becomes a row that says so.
    """
    for folder, group in _by_folder(pointers):
        reader = _prepare(root / folder, root, portal, run_id, parsed_at, workers)
        lost: list[Row] = []
        for rows in _rows(reader, _pointed(group, reader, lost), workers):
            yield _batch(rows)
        if lost:
            yield _batch(lost)


def summary(batches: Iterable[pa.RecordBatch]) -> dict[str, Any]:
    """Rows by kind and outcome, quality flags, and the first reasons of failures."""
    outcomes: Counter[str] = Counter()
    flags: Counter[str] = Counter()
    reasons: list[str] = []
    for batch in batches:
        for row in batch.select(["kind", "outcome", "quality_flags", "reason"]).to_pylist():
            outcomes[f"{row['kind']} {row['outcome']}"] += 1
            flags.update(row["quality_flags"] or ())
            if row["reason"] and len(reasons) < 10:
                reasons.append(row["reason"])
    return {"rows": sum(outcomes.values()), "outcomes": dict(outcomes), "flags": dict(flags), "reasons": reasons}


def _prepare(run_dir: Path, root: Path, portal: Portal, run_id: str, parsed_at: dt.datetime, workers: int) -> Reader:
    files: dict[str, StoredFile] = {}
    by_page: defaultdict[str, list[str]] = defaultdict(list)
    sample = Sample()
    for archived in records(run_dir, root, report=_already_told):
        record = archived.record
        if record.role == "attachment":
            files[record.url] = StoredFile(record, archived.warc_file, archived.offset)
            if record.parent_url:
                by_page[record.parent_url].append(record.url)
        else:
            sample.offer(archived)
    hints = _hints(portal)
    profile = profile_for(run_dir, root, portal, hints, sample)
    sandbox = FileSandbox(processes=max(1, cores() // max(1, workers)))
    return Reader(portal, root, run_id, parsed_at, hints, profile, files, dict(by_page), sandbox)


def _already_told(problem: object) -> None:
    """Damage is reported by the second pass, once."""
    logger.debug("%s", problem)


def _hints(portal: Portal) -> Hints:
    try:
        return hints_for(portal.family)
    except KeyError:
        return GENERIC


def _is_page(record: FetchRecord) -> bool:
    return record.role in _PAGES and record.kind in _PAGES and record.id is not None


def _rows(reader: Reader, pages: Iterable[Archived], workers: int) -> Iterator[list[Row]]:
    rows = map(reader.row, pages) if workers <= 1 else _shared(reader, pages, workers)
    with closing(reader.sandbox):
        while chunk := list(islice(rows, BATCH)):
            yield chunk


def _shared(reader: Reader, pages: Iterable[Archived], workers: int) -> Iterator[Row]:
    """Rows in order, made by several processes; only a few pages for each lie in memory at once."""
    source = iter(pages)
    with ProcessPoolExecutor(workers, initializer=_start, initargs=(reader,)) as pool:
        while chunk := list(islice(source, SHARE * workers)):
            yield from pool.map(_row, chunk, chunksize=SHARE // 4)


_READER: list[Reader] = []  # the one of this worker process


def _start(reader: Reader) -> None:
    _READER[:] = [reader]


def _row(archived: Archived) -> Row:
    return _READER[0].row(archived)


def _compared(row: Row, known: Mapping[str, str]) -> Row:
    stored = known.get(row["id"])
    if row["outcome"] != Outcome.OK or stored is None or row.get("content_hash") != stored:
        return row
    return {name: row[name] for name in _IDENTITY if name in row} | {"outcome": Outcome.UNCHANGED.value}


def _batch(rows: Sequence[Row]) -> pa.RecordBatch:
    try:
        return pa.RecordBatch.from_pylist(list(rows), schema=SCHEMA)
    except (pa.ArrowException, ValueError, TypeError, OverflowError):
        return pa.RecordBatch.from_pylist([_storable(row) for row in rows], schema=SCHEMA)


def _storable(row: Row) -> Row:
    """The row, or where a value of it fits no column, an ``unreadable`` row that says so."""
    try:
        pa.RecordBatch.from_pylist([row], schema=SCHEMA)
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        reason = f"{row['url']}: {type(error).__name__}: {error}; reparse after a fix"
        known = {name: row.get(name) for name in _REQUIRED} | {name: row.get(name) for name in _PLACE}
        return known | {"outcome": Outcome.UNREADABLE.value, "reason": reason.encode(errors="replace").decode()}
    return row


def _by_folder(pointers: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    groups: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for pointer in pointers:
        groups[str(Path(pointer["warc_file"]).parent)].append(pointer)
    yield from groups.items()


def _pointed(group: list[Mapping[str, Any]], reader: Reader, lost: list[Row]) -> Iterator[Archived]:
    for pointer in group:
        try:
            yield read(reader.root, pointer["warc_file"], pointer["warc_offset"])
        except ArchiveError as error:
            lost.append(_lost_row(pointer, reader, str(error)))


def _lost_row(pointer: Mapping[str, Any], reader: Reader, why: str) -> Row:
    record = FetchRecord(
        role=pointer["kind"],
        url=pointer["url"],
        outcome=Outcome.UNREADABLE.value,
        fetched_at=pointer["fetched_at"].isoformat(),
        canonical_url=pointer.get("canonical_url"),
        kind=pointer["kind"],
        id=pointer["id"],
        portal_key=pointer.get("portal_key"),
        reason=f"{pointer['url']}: {why}; restore the archive file or fetch the page again",
    )
    return reader.row(Archived(record, b"", {}, pointer["warc_file"], pointer["warc_offset"], 0))


def main() -> None:
    """Read one run's archive and print what it gives."""
    parser = argparse.ArgumentParser(description="Summarise the observations that a crawl's archive gives.")
    parser.add_argument("run_dir", type=Path, help="folder of one crawl, <archive>/<portal>/<run>")
    parser.add_argument("--portal", help="portal id; default: the name of the folder above")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    asked = parser.parse_args()
    run_dir = asked.run_dir.resolve()
    portal = load_registry()[asked.portal or run_dir.parent.name]
    started = time.perf_counter()
    batches = observe(run_dir, run_dir.parents[1], portal, run_dir.name, dt.datetime.now(dt.UTC), workers=asked.workers)
    result = summary(batches)
    seconds = round(time.perf_counter() - started, 2)
    print(json.dumps({**result, "seconds": seconds}, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
