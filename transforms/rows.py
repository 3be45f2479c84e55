"""From one archived fetch to one row of ``observations``: the page read, its files joined, its text tagged.

A page that cannot be read becomes a row with outcome ``unreadable`` and a reason that names URL and remedy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from crawlers.archive import Archived, ArchiveError, FetchRecord, read
from crawlers.bundles import BUNDLES
from crawlers.families.hints import Hints
from crawlers.portal import Portal
from transforms import tagging
from transforms.article import VERSION, Article, NotArticle, extract
from transforms.dates import ZONE, ParsedDate
from transforms.documents.fields import DocumentFields
from transforms.documents.page import DocumentPage, extract_document, with_file
from transforms.documents.pdf import PdfText
from transforms.documents.sandbox import FileSandbox
from transforms.fields import Evidence
from transforms.links import FileLink
from transforms.profile import Profile
from transforms.slots import Slots
from transforms.text import nfc
from warehouse.schema import Kind, Outcome

Row = dict[str, Any]
PDF = "application/pdf"
GENERIC_FAMILY = "generic"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An attachment in the archive: its fetch and where the record lies."""

    record: FetchRecord
    warc_file: str
    offset: int


@dataclass(slots=True)
class Reader:
    """Everything that one run's rows have in common. Picklable while no PDF has been read."""

    portal: Portal
    root: Path
    run_id: str
    parsed_at: dt.datetime
    hints: Hints
    profile: Profile | None = None
    files: Mapping[str, StoredFile] = field(default_factory=dict)  # by URL
    by_page: Mapping[str, list[str]] = field(default_factory=dict)  # URLs of files by the page that links them
    sandbox: FileSandbox = field(default_factory=FileSandbox)

    def row(self, archived: Archived) -> Row:
        """The observation of one fetch; never raises for what a portal sent."""
        row = _common(self, archived)
        if archived.record.outcome != Outcome.OK:
            return row
        try:
            content = self._content(archived)
            return row | {"month": month_of(archived.record, content.pop("month_day", None))} | content
        except Exception as error:  # one page must not end a run; the row says which and why
            place = f"{archived.warc_file} at {archived.offset}"
            reason = (
                f"{archived.record.url}: {type(error).__name__}: {error}; raw bytes in {place}, reparse after a fix"
            )
            return row | {"outcome": Outcome.UNREADABLE.value, "reason": reason}

    def _content(self, archived: Archived) -> Row:
        record = archived.record
        if record.kind == Kind.DOCUMENT:
            return self._document(archived)
        found = extract(
            archived.body,
            url=record.final_url or record.url,
            encoding=record.encoding,
            hints=self.hints,
            listing=Evidence(record.listing_title, record.listing_date),
            learned=self._slots(record),
            learned_first=self.portal.family == GENERIC_FAMILY or bool(self.profile and self.profile.edited),
        )
        if isinstance(found, NotArticle):
            return _refused(found)
        attachments = self._attachments(record, found.files)
        return _article_row(found) | attachments | self._tags(found.text, found.published_date, found.title)

    def _slots(self, record: FetchRecord) -> Slots | None:
        return self.profile.slots(record.url, fetched_day(record)) if self.profile else None

    def _document(self, archived: Archived) -> Row:
        record = archived.record
        if record.media_type == PDF:
            file: PdfText | None = self.sandbox.read(archived.body)
            found: DocumentPage | NotArticle = _bare_file(record)
        else:
            found = extract_document(
                archived.body,
                url=record.final_url or record.url,
                encoding=record.encoding,
                hints=self.hints,
                listing=Evidence(record.listing_title, record.listing_date),
            )
            file = None if isinstance(found, NotArticle) else self._main_file(record, found)
        if isinstance(found, NotArticle):
            return _refused(found)
        page, origin = with_file(found, file)
        row = _document_row(page, file, origin) | self._attachments(record, page.files)
        return row | self._tags(page.text, page.fields.issued_date, page.title)

    def _linked(self, record: FetchRecord) -> list[StoredFile]:
        urls = [*record.attachments, *self.by_page.get(record.url, ())]
        return [self.files[url] for url in dict.fromkeys(urls) if url in self.files]

    def _main_file(self, record: FetchRecord, page: DocumentPage) -> PdfText | None:
        """The text of the first PDF; the one named by the document's number where there are several."""
        found = [file for file in self._linked(record) if file.record.media_type == PDF]
        digits = (page.fields.number or "?").split("/")[0]
        found.sort(key=lambda file: digits not in file.record.url.rsplit("/", 1)[-1])
        return self._read(found[0], with_text=True) if found else None

    def _read(self, file: StoredFile, with_text: bool) -> PdfText | None:
        try:
            return self.sandbox.read(read(self.root, file.warc_file, file.offset).body, with_text)
        except ArchiveError as error:
            return PdfText("", 0, Outcome.UNREADABLE, str(error))

    def _attachments(self, record: FetchRecord, links: tuple[FileLink, ...]) -> Row:
        names = {link.url: link.name for link in links}
        rows = []
        for file in self._linked(record):
            fetched = file.record
            is_pdf = fetched.media_type == PDF and fetched.outcome == Outcome.OK
            counted = self._read(file, with_text=False) if is_pdf else None
            rows.append(_attachment(fetched, names, counted))
            if fetched.media_type in BUNDLES and fetched.outcome == Outcome.OK:
                rows += self._members(file)
        return {"attachments": rows}

    def _members(self, file: StoredFile) -> list[Row]:
        """The files in an archive, as attachments whose address is the archive's with the member's name behind it."""
        try:
            found = self.sandbox.members(read(self.root, file.warc_file, file.offset).body)
        except ArchiveError:
            found = [{"name": "", "outcome": Outcome.UNREADABLE.value}]
        return [member | {"url": f"{file.record.url}#{quote(member['name'])}"} for member in found]

    def _tags(self, text: str, day: dt.date | None, title: str | None) -> Row:
        context = tagging.Context(self.portal.id, self.portal.province, day, title)
        tags = tagging.tag(text, context)
        names = ("topics", "mentions", "citations", "quantities")
        return {name: [asdict(each) for each in getattr(tags, name)] for name in names} | {
            "tagger_version": tags.version
        }


def month_of(record: FetchRecord, *days: dt.date | None) -> str:
    """Month of the first known day, else of the listing's date, else of the fetch (local)."""
    return next(day for day in (*days, _listed(record), fetched_day(record)) if day).strftime("%Y-%m")


def fetched_day(record: FetchRecord) -> dt.date:
    """The local day of the fetch."""
    return dt.datetime.fromisoformat(record.fetched_at).astimezone(ZONE).date()


def _listed(record: FetchRecord) -> dt.date | None:
    return dt.date.fromisoformat(record.listing_day) if record.listing_day else None


def _common(reader: Reader, archived: Archived) -> Row:
    record = archived.record
    return {
        "province": reader.portal.province,
        "month": month_of(record),
        "portal": reader.portal.id,
        "run_id": reader.run_id,
        "kind": record.kind,
        "id": record.id,
        "url": record.url,
        "canonical_url": record.canonical_url or record.url,
        "portal_key": record.portal_key,
        "outcome": record.outcome,
        "reason": record.reason,
        "http_status": record.http_status,
        "fetched_at": dt.datetime.fromisoformat(record.fetched_at),
        "parsed_at": reader.parsed_at,
        "etag": record.etag,
        "last_modified": record.last_modified,
        "warc_file": archived.warc_file,
        "warc_offset": archived.offset,
        "warc_length": archived.length,
        "digest": record.digest,
        "listing_url": record.listing_url,
        "listing_title": nfc(record.listing_title) if record.listing_title else None,
        "listing_date": nfc(record.listing_date) if record.listing_date else None,
        "listing_day": _listed(record),
        "listing_position": record.listing_position,
        "extractor_version": VERSION,
    }


def _refused(found: NotArticle) -> Row:
    return {"outcome": found.outcome.value, "reason": found.reason}


def _article_row(article: Article) -> Row:
    return {
        "month_day": article.published_date,
        "content_hash": article.content_hash,
        "title": article.title,
        "lead": article.lead,
        "text": article.text,
        "author": article.author,
        "section": article.section,
        "source": article.source,
        "language": article.language,
        "captions": [asdict(caption) for caption in article.captions],
        "authors": [asdict(author) for author in article.authors],
        "updated_at": article.updated.instant if article.updated else None,
        "tables": [[list(row) for row in table] for table in article.tables],
        "tags": list(article.tags),
        "links": [asdict(link) for link in article.links],
        "quality_flags": list(article.flags),
        **_published(article.date),
    }


def _published(date: ParsedDate | None) -> Row:
    return {
        "published_at": date.instant if date else None,
        "published_date": date.day if date else None,
        "published_precision": date.precision if date else "unknown",
        "published_raw": date.raw if date else None,
    }


def _document_row(page: DocumentPage, file: PdfText | None, origin: str) -> Row:
    fields = page.fields
    names = ("number", "number_raw", "doc_type", "issuer", "issued_date", "effective_date", "signer", "subject")
    flags = list(page.flags)
    if file is not None and file.outcome != Outcome.OK:
        flags.append(f"pdf_{file.outcome.value}")
    return {
        **{name: getattr(fields, name) for name in names},
        **_published(fields.published),
        "month_day": fields.issued_date or (fields.published.day if fields.published else None),
        "content_hash": page.content_hash,
        "title": page.title,
        "text": page.text,
        "text_source": origin,
        "pages": file.pages if file else None,
        "quality_flags": flags,
    }


def _bare_file(record: FetchRecord) -> DocumentPage:
    """The page of a candidate that is itself a PDF: all that is known of it stands in the file."""
    return DocumentPage(record.listing_title, DocumentFields(), "", (), record.digest or "", ())


def _attachment(fetched: FetchRecord, names: Mapping[str, str], pdf: PdfText | None) -> Row:
    bad = pdf is not None and pdf.outcome not in (Outcome.OK, Outcome.EMPTY)
    return {
        "url": fetched.url,
        "name": nfc(names.get(fetched.url) or unquote(fetched.url.rsplit("/", 1)[-1])),
        "media_type": fetched.media_type,
        "bytes": fetched.bytes,
        "sha256": fetched.digest,
        "pages": pdf.pages if pdf and pdf.pages else None,
        "outcome": pdf.outcome.value if pdf and bad else fetched.outcome,
    }
