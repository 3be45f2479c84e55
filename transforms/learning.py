"""Profiles from the archive: a sample of a run's pages tells whether the portal's profile fits, or teaches a new one.

The profile lies in ``<archive>/<portal>/state/profile.json``. It is derived: when it is lost the next run learns it
again. Where one run has too few pages, those of the runs before it are learned from as well.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from crawlers.archive import Archived, records
from crawlers.families.hints import Hints
from crawlers.portal import Portal
from transforms.fields import Evidence
from transforms.limits import excess
from transforms.profile import Profile, ProfileError, dumps, loads, pattern_of, renewed
from transforms.rows import GENERIC_FAMILY, fetched_day
from transforms.slots import Sampled
from transforms.template import SAMPLE
from transforms.text import decode
from transforms.tree import parse
from warehouse.schema import Kind, Outcome

logger = logging.getLogger(__name__)

PROFILE = Path("state") / "profile.json"
MOST = 3 * SAMPLE  # pages of a sample, SAMPLE of each shape of address
ENOUGH = SAMPLE // 2  # pages with which a first profile is learned; fewer are made up from earlier runs
MOST_RUNS = 5  # earlier runs that are looked into
LARGEST = 1 << 20  # bytes of a page that may be learned from
HEAVIEST = 20 << 20  # bytes of a sample


@dataclass(slots=True)
class Sample:
    """Pages to learn from, taken as an archive is read: some of every shape of address."""

    taken: list[Archived] = field(default_factory=list)
    _shapes: Counter[str] = field(default_factory=Counter)
    _bytes: int = 0

    @property
    def is_full(self) -> bool:
        """Whether no further page would be taken."""
        return len(self.taken) >= MOST or self._bytes >= HEAVIEST

    def offer(self, archived: Archived) -> None:
        """Take the page if it is an article's and its shape is not yet well represented."""
        record = archived.record
        is_article = record.role == Kind.ARTICLE and record.outcome == Outcome.OK and len(archived.body) < LARGEST
        if self.is_full or not is_article or self._shapes[shape := pattern_of(record.url)] >= SAMPLE:
            return
        self._shapes[shape] += 1
        self._bytes += len(archived.body)
        self.taken.append(archived)


def profile_for(run_dir: Path, root: Path, portal: Portal, hints: Hints, sample: Sample) -> Profile | None:
    """The portal's profile after a look at the run's ``sample``, kept in its file where it changed.

    A family whose own selectors fit is not learned. Whatever goes wrong is logged and leaves the profile as it was.
    """
    file = root / portal.id / PROFILE
    profile = load(file)
    try:
        pages = list(_parsed(sample.taken))
        if profile is None and len(pages) < ENOUGH and _is_unknown(portal, hints, pages):
            pages += list(islice(_parsed(_earlier(run_dir, root)), ENOUGH - len(pages)))
        if not pages or not _is_unknown(portal, hints, pages):
            return profile
        found = renewed(profile, pages, max(fetched_day(each.record) for each in sample.taken))
        if found is not None and found != profile:
            save(file, found)
            logger.info("%s: profile version of %s learned", portal.id, found.versions[-1].learned_on)
        return found
    except Exception:  # pages that nothing can be learned from must not end a run: each is read without a profile
        logger.exception("%s: no profile learned from %d pages", portal.id, len(sample.taken))
        return profile


def load(file: Path) -> Profile | None:
    """The profile in a file; None, with a warning that names the file, where it cannot be used."""
    try:
        return loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError, ProfileError) as error:
        logger.warning("%s is not used: %s", file, error)
        return None


def save(file: Path, profile: Profile) -> None:
    """Replace the file in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    temporary.write_text(dumps(profile), encoding="utf-8")
    temporary.replace(file)


def _is_unknown(portal: Portal, hints: Hints, pages: list[Sampled]) -> bool:
    """Whether the family knows no container for most of the pages; the generic family knows none that is certain."""
    if portal.family == GENERIC_FAMILY or not pages:
        return True
    return 2 * sum(not each.page.select(hints.container) for each in pages) > len(pages)


def _parsed(archived: Iterator[Archived] | list[Archived]) -> Iterator[Sampled]:
    for each in archived:
        page = parse(decode(each.body, each.record.encoding).utf8) if not excess(each.body) else None
        if page is not None:
            record = each.record
            yield Sampled(record.url, page, Evidence(record.listing_title, record.listing_date))


def _earlier(run_dir: Path, root: Path) -> Iterator[Archived]:
    """Pages of the portal's runs before this one, the latest run first."""
    others = [folder for folder in run_dir.parent.iterdir() if folder.is_dir() and folder.name != run_dir.name]
    for folder in sorted(others, key=lambda each: each.stat().st_mtime, reverse=True)[:MOST_RUNS]:
        sample = Sample()
        for archived in records(folder, root, report=lambda _: None):
            sample.offer(archived)
            if sample.is_full:
                break
        yield from sample.taken
