"""The data model: every table, column, type, unit and description, said once.

Arrow schemas, the data dictionary, ``datapackage.json``, DuckDB views and checks are generated from here.
Strings are NFC. Timestamps are UTC with microseconds; dates are calendar days of Asia/Ho_Chi_Minh.
Codes of provinces, districts and communes are text (General Statistics Office codes start with zeros).
"""

from __future__ import annotations

import pyarrow as pa

from warehouse.measures import MEASURES
from warehouse.model import SCHEMA_VERSION, Column, CoverageState, Kind, Outcome, Table

__all__ = ["SCHEMA_VERSION", "Column", "CoverageState", "Kind", "Outcome", "Table"]

UNPARTITIONED = ("_", "_")

STRING = pa.string()
INT = pa.int64()
FLOAT = pa.float64()
BOOL = pa.bool_()
DATE = pa.date32()
TIMESTAMP = pa.timestamp("us", tz="UTC")
STRINGS = pa.list_(pa.string())


def _required(name: str, type_: pa.DataType, description: str, allowed: tuple[str, ...] = ()) -> Column:
    return Column(name, type_, description, nullable=False, allowed=allowed)


PARTITION = (
    _required(
        "province", STRING, "Slug of the province of the 63-province set that the portal belonged to (tuyen_quang)"
    ),
    _required(
        "month",
        STRING,
        "Month YYYY-MM, local, of publication (of issue for documents) as first read; else of first sight",
    ),
)
PORTAL = _required("portal", STRING, "Portal id of the registry (baotuyenquang)")
RUN_ID = _required("run_id", STRING, "Run that produced the row")

ARCHIVE = (
    Column("warc_file", STRING, "Archive file, relative to the archive root"),
    Column("warc_offset", INT, "Byte offset of the record in that file"),
    Column("warc_length", INT, "Compressed length of the record in bytes"),
    Column("digest", STRING, "sha256 of the response body as received, hex"),
)

CAPTIONS = pa.list_(pa.struct([pa.field("text", STRING), pa.field("credit", STRING)]))
ATTACHMENTS = pa.list_(
    pa.struct(
        [
            pa.field("url", STRING),
            pa.field("name", STRING),
            pa.field("media_type", STRING),
            pa.field("bytes", INT),
            pa.field("sha256", STRING),
            pa.field("pages", INT),
            pa.field("outcome", STRING),
        ]
    )
)

TOPIC_COLUMNS = (
    _required("topic", STRING, "Field of government (taxonomy in transforms/data/topics.csv)"),
    _required("score", FLOAT, "Weight of the evidence, damped by length; comparable within one lexicon version"),
    _required("rank", INT, "1 = primary topic"),
    Column("terms", STRINGS, "Terms of the lexicon that triggered the topic"),
    _required("method", STRING, "How the topic was assigned (lexicon)"),
)
MENTION_COLUMNS = (
    _required(
        "type", STRING, "PER, ROLE, ORG, LOC, DOC, DATE or QTY", ("PER", "ROLE", "ORG", "LOC", "DOC", "DATE", "QTY")
    ),
    _required("start", INT, "Offset of the first character in the article's or document's text"),
    _required("end", INT, "Offset after the last character"),
    _required("text", STRING, "The mention as written"),
    Column("norm", STRING, "Normalised form: name, body, place, document key, ISO date"),
    Column("role", STRING, "PER: the office held, as written"),
    Column("unit", STRING, "ROLE and PER: the body that the office governs"),
    Column("level", STRING, "LOC: province, district, commune, village or other"),
    Column("code", STRING, "LOC: administrative code valid at the date of the text"),
    Column("code_now", STRING, "LOC: administrative code of today's unit"),
    Column("candidates", STRINGS, "LOC: codes that the name may stand for where the text does not decide"),
    Column(
        "credit",
        BOOL,
        "PER: true where the text itself names a writer or photographer (Ảnh: ...); bylines and credits that stand "
        "apart from the text are in author and captions of the article",
    ),
    _required("rule", STRING, "Rule or list that produced the mention"),
)
CITATION_COLUMNS = (
    _required("start", INT, "Offset of the first character in the text"),
    _required("end", INT, "Offset after the last character"),
    _required("raw", STRING, "The citation as written"),
    _required("number", STRING, "Document key: number and symbol, normalised (78/KH-UBND)"),
    Column("doc_type", STRING, "Document type (Kế hoạch)"),
    Column("issuer", STRING, "Issuing body where the symbol or the text tells"),
    Column("issued_date", DATE, "Date of the cited document where the text tells"),
    Column("repair", STRING, "What was repaired in the number (spaces, Đ/Ð, missing separator)"),
)
QUANTITY_COLUMNS = (
    _required("start", INT, "Offset of the first character in the text"),
    _required("end", INT, "Offset after the last character"),
    _required("raw", STRING, "The quantity as written"),
    _required("value", FLOAT, "Value in the unit as written; lower end of a range"),
    Column("value_max", FLOAT, "Upper end of a range"),
    Column("of", FLOAT, "Denominator of a ratio (14/21 chỉ tiêu)"),
    _required("unit", STRING, "Unit or counted thing as written"),
    Column("normal_value", FLOAT, "Value in the normal unit"),
    Column("normal_unit", STRING, "Normal unit: VND, m2, m, kg, percent, person, household, ..."),
    Column("comparison", STRING, "hơn, gần, khoảng, tăng, giảm"),
)


def _struct(columns: tuple[Column, ...]) -> pa.DataType:
    return pa.list_(pa.struct([pa.field(column.name, column.type) for column in columns]))


CONTENT = (
    Column("title", STRING, "Title of the page; agrees with the listing's anchor where there is one"),
    Column("lead", STRING, "Lead (sapo), without the agency's place line"),
    Column(
        "text",
        STRING,
        "Main text: lead, paragraphs, headings, table rows (cells joined by ' | '); captions have their own column",
    ),
    Column("author", STRING, "Byline as people and units, separated by '; '"),
    Column("section", STRING, "Section of the portal"),
    Column("source", STRING, "Source named by the page (Theo TTXVN)"),
    Column("published_at", TIMESTAMP, "Publication time, UTC"),
    Column("published_date", DATE, "Publication day, Asia/Ho_Chi_Minh"),
    Column(
        "published_precision", STRING, "minute, day or unknown", nullable=True, allowed=("minute", "day", "unknown")
    ),
    Column("published_raw", STRING, "The date as written on the page"),
)

DOCUMENT_FIELDS = (
    Column("number", STRING, "Number and symbol, normalised (78/KH-UBND)"),
    Column("number_raw", STRING, "Number and symbol as written"),
    Column("doc_type", STRING, "Document type (Kế hoạch, Quyết định, ...)"),
    Column("issuer", STRING, "Issuing body"),
    Column("issued_date", DATE, "Date of issue"),
    Column("effective_date", DATE, "Date of effect"),
    Column("signer", STRING, "Signer's name"),
    Column("subject", STRING, "Subject (trích yếu)"),
    Column("text_source", STRING, "Where the text came from: html, pdf or none"),
    Column("pages", INT, "Pages of the main file"),
)

OBSERVATIONS = Table(
    "observations",
    "What one run saw of one candidate: the append-only input from which every other table is derived.",
    (
        *PARTITION,
        PORTAL,
        RUN_ID,
        _required("kind", STRING, "article or document", tuple(Kind)),
        _required("id", STRING, "Article or document id: 24 hex characters, see crawlers.portal.identity"),
        _required("url", STRING, "URL as requested"),
        _required("canonical_url", STRING, "URL without tracking, session and view parameters"),
        Column("portal_key", STRING, "The portal's own id of the page, where its URLs carry one"),
        _required("outcome", STRING, "How the reading ended", tuple(Outcome)),
        Column("reason", STRING, "For a failure: what happened and the remedy"),
        Column("http_status", INT, "HTTP status of the final response"),
        _required("fetched_at", TIMESTAMP, "When the response was received, UTC"),
        _required("parsed_at", TIMESTAMP, "When the row was made from the archive, UTC"),
        Column("etag", STRING, "ETag header"),
        Column("last_modified", STRING, "Last-Modified header"),
        *ARCHIVE,
        Column("content_hash", STRING, "sha256 of the extracted container's folded text, hex; equal hash = unchanged"),
        Column("listing_url", STRING, "Listing, feed or sitemap where the candidate was found"),
        Column("listing_title", STRING, "Anchor text of the candidate there"),
        Column("listing_date", STRING, "Date text beside it"),
        Column("listing_day", DATE, "The local day that this text names"),
        Column("listing_position", INT, "Position on that listing, from 0"),
        *CONTENT,
        Column("language", STRING, "ISO 639-1 code"),
        Column("captions", CAPTIONS, "Photo captions with their credits"),
        Column("attachments", ATTACHMENTS, "Files that the page links, as far as they were fetched"),
        *DOCUMENT_FIELDS,
        Column("topics", _struct(TOPIC_COLUMNS), "Topics"),
        Column("mentions", _struct(MENTION_COLUMNS), "Mentions"),
        Column("citations", _struct(CITATION_COLUMNS), "Citations of documents"),
        Column("quantities", _struct(QUANTITY_COLUMNS), "Quantities"),
        Column("quality_flags", STRINGS, "Guards that spoke during extraction"),
        Column("extractor_version", STRING, "Version of the extraction"),
        Column("tagger_version", STRING, "Version of taggers and lexicons"),
    ),
    key=("run_id", "portal", "kind", "id"),
)

RUNS = Table(
    "runs",
    "One row a run and portal: what was asked, what came back, what it cost.",
    (
        *PARTITION,
        PORTAL,
        RUN_ID,
        _required("mode", STRING, "refetch, reparse or retag", ("refetch", "reparse", "retag")),
        _required("date_from", DATE, "First local day asked for"),
        _required("date_to", DATE, "Last local day asked for"),
        _required(
            "state",
            STRING,
            "finished, interrupted, blocked or failed",
            ("finished", "interrupted", "blocked", "failed"),
        ),
        Column("reason", STRING, "For anything but finished: what happened and the remedy"),
        _required("started_at", TIMESTAMP, "Start of the crawl, UTC"),
        _required("finished_at", TIMESTAMP, "End of the load, UTC"),
        _required("requests", INT, "HTTP requests made, robots.txt and retries included"),
        _required("listing_requests", INT, "Requests for feeds, sitemaps and listings"),
        _required("bytes", INT, "Bytes received"),
        _required("candidates", INT, "Articles and documents found by discovery in the asked days"),
        _required("articles", INT, "Observations of articles with outcome ok"),
        _required("documents", INT, "Observations of documents with outcome ok"),
        _required("unchanged", INT, "Candidates that had not changed"),
        _required("errors", INT, "Observations with a failure outcome"),
        Column("expect_min", INT, "Fewest articles a day that the registry expects"),
        Column("expect_max", INT, "Most articles a day that the registry expects"),
        *MEASURES,
        Column("code_version", STRING, "Version of the pipeline"),
    ),
    key=("run_id", "portal"),
)


def _child(name: str, description: str, columns: tuple[Column, ...], key: tuple[str, ...]) -> Table:
    owner = (
        _required("kind", STRING, "article or document", tuple(Kind)),
        _required("id", STRING, "The article or document that the row belongs to"),
        Column("published_date", DATE, "Publication day of the article, issue day of the document"),
    )
    return Table(name, description, (*PARTITION, PORTAL, *owner, *columns), ("kind", "id", *key), parent="articles")


ARTICLES = Table(
    "articles",
    "One row an article: its latest version that is still on the portal, or its last one before it went away.",
    (
        *PARTITION,
        _required("province_2025", STRING, "Slug of the province since 2025-07-01"),
        PORTAL,
        _required("portal_kind", STRING, "newspaper, broadcaster, government, district, department or gazette"),
        _required("article_id", STRING, "Article id: 24 hex characters"),
        _required("url", STRING, "Canonical URL"),
        *CONTENT,
        Column("language", STRING, "ISO 639-1 code"),
        Column("captions", CAPTIONS, "Photo captions with their credits"),
        Column("attachments", ATTACHMENTS, "Files that the page links"),
        _required("n_chars", INT, "Characters of text"),
        _required("content_hash", STRING, "sha256 of the extracted container's folded text, hex"),
        _required("version", INT, "Number of the text version, from 1"),
        _required("first_seen_at", TIMESTAMP, "First time a run read it, UTC"),
        _required("last_seen_at", TIMESTAMP, "Last time a run found it on the portal, UTC"),
        Column("gone_at", TIMESTAMP, "When it was found removed for the second time, UTC"),
        Column("quality_flags", STRINGS, "Guards that spoke during extraction"),
        RUN_ID,
        *ARCHIVE,
        Column("extractor_version", STRING, "Version of the extraction"),
        Column("tagger_version", STRING, "Version of taggers and lexicons"),
    ),
    key=("article_id",),
)

ARTICLE_VERSIONS = Table(
    "article_versions",
    "Every text version of an article, with the time from which and until which it was seen.",
    (
        *PARTITION,
        PORTAL,
        _required("article_id", STRING, "The article"),
        _required("version", INT, "Number of the version, from 1"),
        _required("valid_from", TIMESTAMP, "First time this version was read, UTC"),
        Column("valid_to", TIMESTAMP, "First time another version, or its removal, was seen, UTC; null = current"),
        Column("title", STRING, "Title of this version"),
        Column("text", STRING, "Text of this version"),
        _required("content_hash", STRING, "sha256 of the container's folded text, hex"),
        RUN_ID,
        *ARCHIVE,
    ),
    key=("article_id", "version"),
)

ARTICLE_TOPICS = _child(
    "article_topics",
    "Topics of articles and documents with the terms that triggered them.",
    TOPIC_COLUMNS,
    ("topic", "method"),
)
ARTICLE_MENTIONS = _child(
    "article_mentions",
    "People, offices, bodies, places, documents, dates and quantities named in a text.",
    MENTION_COLUMNS,
    ("type", "start", "end"),
)
ARTICLE_CITATIONS = _child(
    "article_citations", "Documents cited in a text, with their normalised keys.", CITATION_COLUMNS, ("start", "end")
)
ARTICLE_QUANTITIES = _child("article_quantities", "Quantities said in a text.", QUANTITY_COLUMNS, ("start", "end"))

DOCUMENTS = Table(
    "documents",
    "One row a document (văn bản) that a portal publishes: number, type, dates, signer, subject, text.",
    (
        *PARTITION,
        _required("province_2025", STRING, "Slug of the province since 2025-07-01"),
        PORTAL,
        _required("document_id", STRING, "Document id: 24 hex characters"),
        _required("url", STRING, "Canonical URL of the document's page"),
        *DOCUMENT_FIELDS,
        Column("title", STRING, "Title of the page"),
        Column("text", STRING, "Text of the document"),
        Column("published_date", DATE, "Day of publication on the portal"),
        Column("attachments", ATTACHMENTS, "Files of the document"),
        _required("first_seen_at", TIMESTAMP, "First time a run read it, UTC"),
        _required("last_seen_at", TIMESTAMP, "Last time a run found it on the portal, UTC"),
        Column("gone_at", TIMESTAMP, "When it was found removed for the second time, UTC"),
        Column("quality_flags", STRINGS, "Guards that spoke during extraction, conflicts between fields"),
        RUN_ID,
        *ARCHIVE,
        Column("extractor_version", STRING, "Version of the extraction"),
        Column("tagger_version", STRING, "Version of taggers and lexicons"),
    ),
    key=("document_id",),
)

COVERAGE = Table(
    "coverage",
    "Portal by local day: whether silence means no news or a broken crawl.",
    (
        *PARTITION,
        PORTAL,
        _required("day", DATE, "Local day"),
        _required(
            "state",
            STRING,
            "What is known about the day: ok = as many articles as expected; empty_expected = none, and none need be "
            "(a holiday, an office's Sunday); late = fewer than expected, but the day was not over or two days had not "
            "passed since; blocked = the portal refused; broken = none or too few articles, more failures than "
            "readings, a failed run, or titles, dates, texts, listings or pages that fell below what is usual; "
            "not_run = no run asked for it",
            tuple(CoverageState),
        ),
        _required("articles", INT, "Articles published that day that the warehouse holds"),
        _required("documents", INT, "Documents issued that day (else published) that the warehouse holds"),
        _required("errors", INT, "Candidates of that day whose last reading failed"),
        Column("lag_hours", FLOAT, "Hours from the end of the day to the first finished run that covered it"),
        Column("reason", STRING, "Why the state is not ok: measure, value, expectation and remedy, joined by ' | '"),
        Column("run_id", STRING, "Last run that covered the day; null for not_run"),
    ),
    key=("portal", "day"),
)

PORTALS = Table(
    "portals",
    "The registry as it was at the last load: one row a portal.",
    (
        PORTAL,
        _required("name", STRING, "Name of the portal"),
        _required("kind", STRING, "newspaper, broadcaster, government, district, department or gazette"),
        _required("province", STRING, "Slug of the province of the 63-province set"),
        _required("province_code", STRING, "General Statistics Office code of that province"),
        _required("province_2025", STRING, "Slug of the province since 2025-07-01"),
        _required("home", STRING, "Home page"),
        _required("family", STRING, "CMS family"),
        Column("since", DATE, "How far back a backfill may reach"),
        _required("cadence", STRING, "daily or hourly"),
        _required("enabled", BOOL, "Whether scheduled runs include it"),
        Column("verified", DATE, "Day on which the portal was last checked against the live site"),
        Column("licence", STRING, "Licence or terms of re-use as the portal states them"),
    ),
    key=("portal",),
    partitioned=False,
)

INPUTS = (OBSERVATIONS, RUNS)
DERIVED = (
    ARTICLES,
    ARTICLE_VERSIONS,
    ARTICLE_TOPICS,
    ARTICLE_MENTIONS,
    ARTICLE_CITATIONS,
    ARTICLE_QUANTITIES,
    DOCUMENTS,
    COVERAGE,
    PORTALS,
)
TABLES: dict[str, Table] = {table.name: table for table in (*INPUTS, *DERIVED)}
