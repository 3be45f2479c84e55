"""From one archived fetch to one row of ``observations``: the page read, its files joined, its text tagged.

A page that cannot be read becomes a row with outcome ``unreadable`` and a reason that names URL and remedy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from crawlers.archive import Archived, ArchiveError, FetchRecord, read
from crawlers.content import HTML
from crawlers.families.hints import Hints
from crawlers.portal import Portal
from transforms import tagging
from transforms.article import VERSION, Article, NotArticle, extract
from transforms.dates import ZONE, ParsedDate
from transforms.documents.fields import DocumentFields
from transforms.documents.filetext import DataTable, FileText, Stamp
from transforms.documents.kinds import BUNDLES, DOCUMENTS, READ
from transforms.documents.page import DocumentPage, extract_document, with_file
from transforms.documents.reading import Wanted
from transforms.documents.relations import related, structure_row
from transforms.documents.sandbox import FileSandbox
from transforms.documents.structure import read_structure
from transforms.fields import Evidence
from transforms.links import FileLink
from transforms.profile import Profile
from transforms.slots import Slots
from transforms.tagging.model import Tags
from transforms.text import nfc
from warehouse.schema import Kind, Outcome

Row = dict[str, Any]
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
        tags = tag_columns(self.portal, found.text, found.published_date, found.title)
        return _article_row(found) | attachments | tags

    def _slots(self, record: FetchRecord) -> Slots | None:
        return self.profile.slots(record.url, fetched_day(record)) if self.profile else None

    def _document(self, archived: Archived) -> Row:
        record = archived.record
        files: dict[str, FileText] = {}
        if record.media_type in READ and record.media_type != HTML:
            files[record.url] = self.sandbox.read(archived.body)
            found: DocumentPage | NotArticle = _bare_file(record)
        else:
            found = extract_document(
                archived.body,
                url=record.final_url or record.url,
                encoding=record.encoding,
                hints=self.hints,
                listing=Evidence(record.listing_title, record.listing_date),
            )
            if not isinstance(found, NotArticle):
                files = self._files(record, found)
        if isinstance(found, NotArticle):
            return _refused(found)
        file = main_text(files)
        page, origin = with_file(found, file)
        row = _document_row(page, file, origin) | self._attachments(record, page.files, files)
        tables = (*page.tables, *(table for each in files.values() for table in _tables(each)))
        row["tables"] = [[list(cells) for cells in table] for table in tables]
        row["file_pages"] = [row for each in files.values() for row in _page_rows(each)]
        tags = document_tags(self.portal, page.text, page.fields.issued_date, page.title, page.fields.number)
        return row | structure_row(read_structure(page.text)) | tags

    def _linked(self, record: FetchRecord) -> list[StoredFile]:
        urls = [*record.attachments, *self.by_page.get(record.url, ())]
        return [self.files[url] for url in dict.fromkeys(urls) if url in self.files]

    def _files(self, record: FetchRecord, page: DocumentPage) -> dict[str, FileText]:
        """The page's files by URL, the main one first: the first that may be a document, named by its number if one is.

        Pictures of pages are recognised in the main file only.
        """
        digits = (page.fields.number or "?").split("/")[0]
        found = [file for file in self._linked(record) if file.record.media_type in READ and _is_stored(file)]
        found.sort(key=lambda file: (_rank(file.record), digits not in file.record.url.rsplit("/", 1)[-1]))
        wanted = [Wanted.RECOGNISED, *[Wanted.TEXT] * len(found)]
        return {file.record.url: self._read(file, each) for file, each in zip(found, wanted, strict=False)}

    def _read(self, file: StoredFile, wanted: Wanted) -> FileText:
        try:
            return self.sandbox.read(read(self.root, file.warc_file, file.offset).body, wanted)
        except ArchiveError as error:
            return FileText(Outcome.UNREADABLE, None, reason=str(error))

    def _attachments(
        self, record: FetchRecord, links: tuple[FileLink, ...], files: Mapping[str, FileText] | None = None
    ) -> Row:
        """The files as rows; ``files`` are those that were read already, of the others only pages are counted."""
        names = {link.url: link.name for link in links}
        rows = []
        for file in self._linked(record):
            fetched, text = file.record, (files or {}).get(file.record.url)
            if text is None and fetched.media_type in READ and _is_stored(file):
                text = self._read(file, Wanted.PAGES)
            rows.append(_attachment(fetched, names, text))
            if text is not None and fetched.media_type in BUNDLES:
                rows += _members(fetched.url, text)
        return {"attachments": rows}


def tag_columns(portal: Portal, text: str, day: dt.date | None, title: str | None) -> Row:
    """The columns of tags of an article's text; ``day`` is that of publication."""
    return _tag_row(tagging.tag(text, tagging.Context(portal.id, portal.province, day, title)))


def document_tags(portal: Portal, text: str, day: dt.date | None, title: str | None, number: str | None) -> Row:
    """The columns of tags of a document's text, citations with their relation; ``day`` is that of issue."""
    tags = tagging.tag(text, tagging.Context(portal.id, portal.province, day, title))
    return _tag_row(replace(tags, citations=related(tags.citations, read_structure(text), number, text)))


def _tag_row(tags: Tags) -> Row:
    names = ("topics", "mentions", "citations", "quantities")
    return {name: [asdict(each) for each in getattr(tags, name)] for name in names} | {"tagger_version": tags.version}


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


def main_text(files: Mapping[str, FileText]) -> FileText | None:
    """The text of a document's main file; of a bundle the first member that has one."""
    main = next(iter(files.values()), None)
    if main is None or not main.members:
        return main
    return next((member for member in main.members if member.text), main)


def _rank(fetched: FetchRecord) -> int:
    return 0 if fetched.media_type in DOCUMENTS else 1 if fetched.media_type in BUNDLES else 2


def _is_stored(file: StoredFile) -> bool:
    return file.record.outcome == Outcome.OK


def _page_rows(file: FileText) -> list[Row]:
    """How the pages of a file and of its members were read."""
    own = [
        {
            "file": file.sha256,
            "number": page.number,
            "engine": page.engine,
            "engine_version": page.version,
            "confidence": page.confidence,
            "plausibility": page.plausibility,
            "chars": len(page.text),
            "flags": list(page.flags),
        }
        for page in file.pages
    ]
    return own + [row for member in file.members for row in _page_rows(member)]


def _tables(file: FileText) -> list[DataTable]:
    """Data tables of a file and of its members."""
    return [*file.tables, *(table for member in file.members for table in _tables(member))]


def _stamp(stamp: Stamp | None) -> Row:
    return {
        "stamp_signer": stamp.signer if stamp else None,
        "stamp_body": stamp.body if stamp else None,
        "stamp_signed_at": stamp.signed_at if stamp else None,
    }


def _members(url: str, bundle: FileText) -> list[Row]:
    """The files in a bundle, as attachments whose address is the bundle's with the member's name behind it.

    A bundle that cannot be read is one without a name and with the outcome that says why.
    """
    return [
        {
            "url": f"{url}#{quote(member.name or '')}",
            "name": member.name or "",
            "media_type": member.media_type,
            "bytes": member.size,
            "sha256": member.sha256,
            "pages": member.page_count or None,
            "outcome": _file_outcome(member).value,
        }
        for member in bundle.members or (bundle,)
    ]


def _file_outcome(file: FileText) -> Outcome:
    """The outcome of a file as one that can be opened: pictures, and kinds whose text nobody wants, are sound."""
    is_sound = file.outcome in (Outcome.EMPTY, Outcome.OCR_UNAVAILABLE, Outcome.WRONG_TYPE)
    return Outcome.OK if is_sound else file.outcome


def _document_row(page: DocumentPage, file: FileText | None, origin: str) -> Row:
    fields = page.fields
    names = ("number", "number_raw", "doc_type", "issuer", "issued_date", "effective_date", "signer", "subject")
    flags = [*page.flags, *(file.flags if file else ())]
    if file is not None and file.outcome != Outcome.OK:
        flags.append(f"file_{file.outcome.value}")
    return {
        **{name: getattr(fields, name) for name in names},
        **_published(fields.published),
        "month_day": fields.issued_date or (fields.published.day if fields.published else None),
        "content_hash": page.content_hash,
        "title": page.title,
        "text": page.text,
        "text_source": origin,
        "pages": file.page_count if file else None,
        "file": file.sha256 if file and origin not in ("html", "none") else None,
        **_stamp(file.stamp if file else None),
        "quality_flags": list(dict.fromkeys(flags)),
    }


def _bare_file(record: FetchRecord) -> DocumentPage:
    """The page of a candidate that is itself a file: all that is known of it stands in the file."""
    return DocumentPage(record.listing_title, DocumentFields(), "", (), record.digest or "", ())


def _attachment(fetched: FetchRecord, names: Mapping[str, str], file: FileText | None) -> Row:
    outcome = _file_outcome(file) if file is not None and not file.members else Outcome.OK
    if file is not None and file.media_type is not None and file.media_type != fetched.media_type:
        outcome = Outcome.WRONG_TYPE
    return {
        "url": fetched.url,
        "name": nfc(names.get(fetched.url) or unquote(fetched.url.rsplit("/", 1)[-1])),
        "media_type": fetched.media_type,
        "bytes": fetched.bytes,
        "sha256": fetched.digest,
        "pages": file.page_count or None if file else None,
        "outcome": outcome.value if outcome is not Outcome.OK else fetched.outcome,
    }
