"""Ours, in its three modes, and plain trafilatura: page in, :class:`~benchmarks.extraction.scores.Answer` out."""

from __future__ import annotations

import datetime as dt
import logging
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import HttpUrl
from trafilatura import bare_extraction

from benchmarks.extraction.samples import Sample, spread
from benchmarks.extraction.scores import Answer, Score
from crawlers.archive import Archived, FetchRecord
from crawlers.families.hints import Hints, hints_for
from crawlers.portal import Portal
from transforms import learning
from transforms.article import Article, extract
from transforms.fields import Evidence
from transforms.profile import Profile
from transforms.rows import GENERIC_FAMILY
from transforms.text import decode
from transforms.tree import parse

Mode = Literal["family", "generic", "alone"]
MODES: Mapping[Mode, str] = {
    "family": "tintinh, family rules",
    "generic": "tintinh, generic, learned",
    "alone": "tintinh, page alone",
}
Reader = Callable[[Sample], Answer]
_SITE_NAME = re.compile(r"\s[-|–—»·]\s")
FETCHED = dt.datetime(2025, 8, 1, 5, tzinfo=dt.UTC)
PLAIN = "trafilatura"
WARMING = 20  # pages that are read before the clock runs
SLOW = 0.5  # CPU seconds of one page from which something else than the page may have taken them


def ours(mode: Mode, corpus: Sequence[Sample]) -> Reader:
    """Our full record as the pipeline makes it.

    ``family``: with the rules of the page's family. ``generic``: the portals' families are unknown, their profiles are
    learned from the corpus as a run's first pass learns them. ``alone``: the family is unknown and no page has a
    neighbour; all that is known is the title under which some listing led to it (the gold's, else the page's own).
    """
    profiles = {} if mode == "alone" else learned(mode, corpus)
    titles = {each.url: each.title or own_title(each) for each in corpus} if mode == "alone" else {}
    day = FETCHED.date()

    def read(sample: Sample) -> Answer:
        profile = profiles.get(sample.site)
        found = extract(
            sample.body,
            url=sample.url,
            encoding=sample.encoding,
            hints=_hints(mode, sample.family),
            listing=Evidence(title=titles.get(sample.url)),
            learned=profile.slots(sample.url, day) if profile else None,
            learned_first=_family(mode, sample.family) == GENERIC_FAMILY,
        )
        return answer_of(found) if isinstance(found, Article) else Answer()

    return read


def answer_of(found: Article) -> Answer:
    """The fields that are judged."""
    day = found.published_date.isoformat() if found.published_date else None
    return Answer(found.title, day, found.text, tuple(caption.text for caption in found.captions))


def own_title(sample: Sample) -> str | None:
    """The title that a page names in its head, for machines or else for the window, without the name of the site."""
    page = parse(decode(sample.body, sample.encoding).utf8)
    found = page.root.xpath("//meta[@property='og:title']/@content | //head/title/text()") if page is not None else []
    return max(_SITE_NAME.split(str(found[0])), key=len) if isinstance(found, list) and found else None


def plain(fast: bool = False, favor_precision: bool = False) -> Reader:
    """Trafilatura's own record of the whole page."""

    def read(sample: Sample) -> Answer:
        found: Any = bare_extraction(
            sample.body,
            url=sample.url,
            with_metadata=True,
            include_comments=False,
            fast=fast,
            favor_precision=favor_precision,
        )
        return Answer(found.title, found.date, found.text or "") if found else Answer()

    return read


def variants() -> dict[str, Reader]:
    """Trafilatura as it comes, and with its two switches for speed and for precision."""
    return {
        PLAIN: plain(),
        "trafilatura fast": plain(fast=True),
        "trafilatura precision": plain(favor_precision=True),
    }


def measure(corpus: Sequence[Sample], readers: Mapping[str, Reader], warming: int = WARMING) -> dict[str, Score]:
    """Every reader on every page, page by page in turn, after ``warming`` pages; seconds are CPU of this process."""
    scores = {name: Score(judges_titles=name != "alone") for name in readers}
    for sample in spread(corpus, warming):
        for read in readers.values():
            read(sample)
    for number, sample in enumerate(corpus):
        names = list(readers)
        for name in names if number % 2 else reversed(names):  # no one always finds the page in the cache
            answer, seconds = timed(readers[name], sample)
            scores[name].seconds += seconds
            scores[name].add(sample, answer)
    return scores


def timed(read: Reader, sample: Sample) -> tuple[Answer, float]:
    """The answer and its CPU seconds; a slow page is read twice and the second time counts.

    Some page makes trafilatura load its date languages, for more than two seconds once in a process: over a hundred
    pages that alone would make each look half as fast as it is.
    """
    started = time.process_time()
    answer = read(sample)
    seconds = time.process_time() - started
    if seconds > SLOW:
        started = time.process_time()
        read(sample)
        seconds = time.process_time() - started
    return answer, seconds


def learned(mode: Mode, corpus: Iterable[Sample]) -> dict[str, Profile]:
    """Each site's profile, learned by the pipeline's own first pass over its pages; sites without one are absent."""
    sites: defaultdict[str, list[Sample]] = defaultdict(list)
    for sample in corpus:
        sites[sample.site].append(sample)
    found = {site: _profile(mode, pages) for site, pages in sites.items()}
    return {site: profile for site, profile in found.items() if profile is not None}


def _profile(mode: Mode, pages: Sequence[Sample]) -> Profile | None:
    portal = _portal(_family(mode, pages[0].family), pages[0].url)
    taken = learning.Sample()
    for number, page in enumerate(pages):
        taken.offer(_fetched(page, number))
    logging.getLogger("transforms.learning").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        run_dir = Path(folder) / portal.id / "run"
        run_dir.mkdir(parents=True)
        return learning.profile_for(run_dir, Path(folder), portal, _hints(mode, pages[0].family), taken)


def _fetched(page: Sample, number: int) -> Archived:
    record = FetchRecord(
        role="article",
        kind="article",
        id=str(number),
        url=page.url,
        outcome="ok",
        fetched_at=FETCHED.isoformat(timespec="microseconds"),
        encoding=page.encoding,
    )
    return Archived(record, page.body, {}, "part-000.warc.gz", number, 1)


def _portal(family: str, url: str) -> Portal:
    host = urlsplit(url).netloc
    return Portal(
        id="measured", name=host, kind="department", home=HttpUrl(f"http://{host}/"), family=family, province="ha-noi"
    )


def _family(mode: Mode, family: str) -> str:
    return family if mode == "family" else GENERIC_FAMILY


def _hints(mode: Mode, family: str) -> Hints:
    return hints_for(_family(mode, family))
