"""Where the bytes of each stored file lie, by digest, so that a portal's archive holds every file once.

The index is a hint and never believed: what it names is read and compared before anything refers to it. Lost or
damaged, it costs nothing but space.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

from crawlers.warc import Original

logger = logging.getLogger(__name__)

Check = Callable[[Original], object]  # raises OSError or ValueError where the bytes are not there


class Originals:
    """The files of one portal's archive: those of earlier runs, read when first needed, and those of this process."""

    def __init__(self, root: Path, index: Path) -> None:
        self.root, self.index = root, index
        self._earlier: dict[str, Original] | None = None
        self._own: dict[str, Original] = {}
        self._unsaved: list[str] = []

    def find(self, digest: str, check: Check) -> Original | None:
        """Where a body with this sha256 lies; None where the archive has none that ``check`` accepts."""
        if digest in self._own:
            return self._own[digest]
        place = self._known().get(digest)
        try:
            if place is not None:
                check(place)
        except (OSError, ValueError):
            return None
        return place

    def add(self, digest: str, place: Original) -> None:
        """Notes a file; it counts for other processes from :meth:`save` on."""
        self._own[digest] = place
        if digest not in self._known():
            self._unsaved.append(digest)

    def save(self) -> None:
        """Appends what is new to the index, in one write. Call it when the parts that hold the files are published."""
        if self._unsaved:
            lines = (json.dumps([digest, *astuple(self._own[digest])]) for digest in dict.fromkeys(self._unsaved))
            try:
                with self.index.open("ab", buffering=0) as stream:
                    stream.write(("\n" + "\n".join(lines) + "\n").encode())
            except OSError as error:
                logger.warning("%s cannot be written (%s): these files may be stored again", self.index, error)
            self._unsaved = []

    def _known(self) -> dict[str, Original]:
        if self._earlier is None:
            try:
                lines = self.index.read_bytes().splitlines()
            except OSError:
                lines = []
            self._earlier = dict(entry for line in lines if (entry := _entry(line)))
        return self._earlier


def _entry(line: bytes) -> tuple[str, Original] | None:
    try:
        digest, warc_file, offset, url, fetched_at = json.loads(line)
        return str(digest), Original(str(warc_file), int(offset), str(url), str(fetched_at))
    except (ValueError, TypeError, RecursionError):
        return None
