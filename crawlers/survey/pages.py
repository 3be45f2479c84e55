"""The pages of a look at a site, and the fixtures that keep them: a small WARC folder as the archive writes it."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scrapy.http import HtmlResponse

from crawlers.archive import FetchRecord, records
from crawlers.warc import fetch_bytes, sha256, warcinfo_bytes

DISCOVERY = ("home", "section", "documents", "feed", "sitemap")
FILE = "part-001.warc.gz"  # as a run of the archive names it
REWRITTEN = ("content-length", "x-crawler-content-length")  # by each writing
HEAD = 32 << 10  # bytes of a feed or sitemap that a fixture keeps
MOST_FILE = 16 << 10  # bytes of a file that a fixture keeps


@dataclass(frozen=True)
class Page:
    """One answer of the site. ``what`` is one of ``DISCOVERY``, article, document, attachment or robots."""

    record: FetchRecord
    headers: Mapping[str, str]  # lower-case names
    body: bytes

    @property
    def what(self) -> str:
        """What the page was asked for as."""
        return (self.record.listing_title or "section") if self.record.role == "listing" else self.record.role

    @property
    def url(self) -> str:
        """Final URL."""
        return self.record.final_url or self.record.url

    @property
    def section(self) -> str:
        """A listing's own URL, whichever page of it this is."""
        return self.record.listing_url or self.record.url

    @property
    def number(self) -> int:
        """Number of a listing's page, from 1."""
        return self.record.listing_position or 1

    @property
    def is_whole(self) -> bool:
        """Whether there is something to read."""
        return self.record.outcome == "ok"

    @cached_property
    def html(self) -> str:
        """The body decoded as Scrapy does it."""
        return self._response.text

    @cached_property
    def encoding(self) -> str:
        """The encoding that Scrapy finds."""
        return self._response.encoding

    @cached_property
    def _response(self) -> HtmlResponse:
        return HtmlResponse(self.url, headers=dict(self.headers), body=self.body)


def read_pages(folder: Path) -> list[Page]:
    """Every page of a look or of fixtures, in the order of fetching; damaged ones are reported and left out."""
    return [Page(item.record, item.headers, item.body) for item in records(folder, folder)]


def write_pages(folder: Path, pages: Iterable[Page], note: str) -> None:
    """Writes fixtures into the new folder ``folder``."""
    with (folder / FILE).open("xb") as stream:
        stream.write(warcinfo_bytes(FILE, {"description": note}))
        for page in _kept(pages):
            headers = [(name, value) for name, value in page.headers.items() if name not in REWRITTEN]
            response = (page.record.http_status or 200, headers, page.body)
            stream.write(fetch_bytes(page.record.url, page.record.fetched_at, page.record.to_json(), response))
        stream.flush()
        os.fsync(stream.fileno())


def replace_folder(new: Path, final: Path) -> None:
    """Puts a folder in the place of another; a reader sees the old one, none for an instant, or the new one."""
    old = final.with_name(f".{final.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if final.exists():
        final.rename(old)
    new.rename(final)
    shutil.rmtree(old, ignore_errors=True)


def _kept(pages: Iterable[Page]) -> Iterator[Page]:
    for page in pages:
        if page.what in ("feed", "sitemap") and len(page.body) > HEAD:
            yield _head(page)
        elif page.is_whole and (page.what != "attachment" or len(page.body) <= MOST_FILE):
            yield page


def _head(page: Page) -> Page:
    body = page.body[:HEAD]
    record = dataclasses.replace(page.record, digest=sha256(body), bytes=len(body), reason=f"first {HEAD} bytes")
    return Page(record, page.headers, body)
