"""The proof behind ``verified:`` in a portal's file: ``verified.json`` beside it, written by ``portal check`` alone.

A record holds the day, digests of the portal's facts and of the fixtures it was compared with, and a seal over all of
them. A date without its record, or whose portal has changed since, is refused by ``python -m crawlers.catalogue
--check``. The seal is a checksum, not a secret: it stops a date written by hand, not a forger.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from crawlers.portal import Portal, load_file

RECORDS = "verified.json"
FACTS = (
    *("id", "kind", "home", "family", "province", "hosts", "sections", "documents", "feeds", "sitemaps"),
    *("verify_certificate", "options"),
)
REMEDY = "run 'scrapy portal check {id} --write', or write verified: null"
Record = dict[str, str]


def facts_digest(portal: Portal) -> str:
    """Digest of what a check has proved: a portal that is changed has to be checked again."""
    return _digest(portal.model_dump(mode="json", include=set(FACTS)))


def record_of(portal: Portal, day: dt.date, fixtures: str) -> Record:
    """The record of a check that passed on ``day`` against fixtures with the digest ``fixtures``."""
    record = {"date": day.isoformat(), "facts": facts_digest(portal), "fixtures": fixtures}
    return {**record, "seal": _digest([portal.id, record])}


def complaints(folder: Path) -> Iterator[str]:
    """What is wrong with the dates of the registry in ``folder``: file, line, reason and remedy of each."""
    known = _read(folder)
    for path in sorted(folder.glob("*.yaml")):
        for index, portal in enumerate(load_file(path)):
            reason = _reason(portal, known.get(portal.id))
            if reason:
                line = _place(path, index, "verified") or 1
                yield f"{path}:{line}: verified: {portal.verified}: {reason}; {REMEDY.format(id=portal.id)}"


def write_verified(folder: Path, portal: Portal, record: Record) -> Path:
    """Writes the record, then the date into the portal's file; each file is replaced in one step.

    Several checks at once wait for each other, so that none takes back what another wrote.
    """
    with _locked(folder):
        return _write(folder, portal, record)


def _write(folder: Path, portal: Portal, record: Record) -> Path:
    path = folder / f"{portal.province}.yaml"
    known = {**_read(folder), portal.id: record}
    _replace(folder / RECORDS, json.dumps(known, indent=1, sort_keys=True) + "\n")
    index = [other.id for other in load_file(path)].index(portal.id)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place, home = _place(path, index, "verified"), _place(path, index, "home")
    if place:
        lines[place - 1] = _redated(lines[place - 1], record["date"])
    elif home:
        indent = " " * (len(lines[home - 1]) - len(lines[home - 1].lstrip(" -")))
        lines.insert(home, f"{indent}verified: {record['date']}\n")
    _replace(path, "".join(lines))
    return path


def _reason(portal: Portal, record: Record | None) -> str | None:
    if portal.verified is None:
        return None
    if record is None:
        return f"{RECORDS} has no record of such a check; only the check may write the date"
    if record != record_of(portal, portal.verified, record.get("fixtures", "")):
        if record.get("facts") != facts_digest(portal):
            return "the portal was changed after that check"
        return f"the date is not the one in {RECORDS}, or the record was edited"
    return None


def _redated(line: str, date: str) -> str:
    """The line with another date; its comment stays."""
    key, _, rest = line.partition("verified:")
    comment = rest.partition("#")[2].rstrip("\n")
    return f"{key}verified: {date}" + (f"  #{comment}" if comment else "") + "\n"


def _read(folder: Path) -> dict[str, Record]:
    path = folder / RECORDS
    if not path.exists():
        return {}
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        return {str(id_): dict(record) for id_, record in known.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # then every date is without its record, and says so


def _place(path: Path, index: int, key: str) -> int | None:
    """Line (from 1) of a key of the portal with an index; None where it has none."""
    root: Any = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    entries = next(value for name, value in root.value if name.value == "portals").value
    return next((name.start_mark.line + 1 for name, _ in entries[index].value if name.value == key), None)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Locks the folder itself: a registry needs no file for it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
