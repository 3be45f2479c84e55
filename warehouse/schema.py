"""The data model: every table, column, type, unit and description, said once.

Arrow schemas, the data dictionary, ``datapackage.json``, DuckDB views and checks are generated from here.
Strings are NFC. Timestamps are UTC with microseconds; dates are calendar days of Asia/Ho_Chi_Minh.
Codes of provinces, districts and communes are text (General Statistics Office codes start with zeros).
"""

from __future__ import annotations

import pyarrow as pa

from warehouse.columns import (
    ARCHIVE,
    ARTICLE_CONTENT,
    ASSIGNMENT_COLUMNS,
    ATTACHMENT_COLUMNS,
    ATTACHMENTS,
    BOOL,
    CITATION_COLUMNS,
    DATA_TABLES,
    DATE,
    DOCUMENT_FIELDS,
    FILE_PAGE_COLUMNS,
    FLOAT,
    INT,
    MENTION_COLUMNS,
    ORIGIN,
    PARTITION,
    PORTAL,
    PROVENANCE,
    QUANTITY_COLUMNS,
    RIGHTS,
    RUN_ID,
    SECTION_COLUMNS,
    STRING,
    STRINGS,
    TIMESTAMP,
    TOPIC_COLUMNS,
    VERSIONS,
    required,
    struct,
)
from warehouse.measures import FLAG, MEASURES, WARNINGS
from warehouse.model import SCHEMA_VERSION, Column, CoverageState, Kind, Outcome, Table

__all__ = [
    "ARCHIVE",
    "ARTICLE_CONTENT",
    "ATTACHMENTS",
    "BOOL",
    "CITATION_COLUMNS",
    "DATE",
    "DOCUMENT_FIELDS",
    "FILE_PAGE_COLUMNS",
    "FLOAT",
    "INT",
    "MENTION_COLUMNS",
    "ORIGIN",
    "PARTITION",
    "PORTAL",
    "QUANTITY_COLUMNS",
    "RIGHTS",
    "RUN_ID",
    "SCHEMA_VERSION",
    "STRING",
    "STRINGS",
    "TIMESTAMP",
    "TOPIC_COLUMNS",
    "Column",
    "CoverageState",
    "Kind",
    "Outcome",
    "Table",
]

OBSERVATIONS = Table(
    "observations",
    "What one run saw of one candidate: the append-only input from which every other table is derived.",
    (
        *PARTITION,
        PORTAL,
        RUN_ID,
        required("kind", STRING, "article or document", tuple(Kind)),
        required("id", STRING, "Article or document id: 24 hex characters, see crawlers.portal.identity"),
        required("url", STRING, "URL as requested"),
        required("canonical_url", STRING, "URL without tracking, session and view parameters"),
        Column("portal_key", STRING, "The portal's own id of the page, where its URLs carry one"),
        required("outcome", STRING, "How the reading ended", tuple(Outcome)),
        Column("reason", STRING, "For a failure: what happened and the remedy"),
        Column("http_status", INT, "HTTP status of the final response"),
        required("fetched_at", TIMESTAMP, "When the response was received, UTC"),
        required("parsed_at", TIMESTAMP, "When the row was made from the archive, UTC"),
        Column("etag", STRING, "ETag header"),
        Column("last_modified", STRING, "Last-Modified header"),
        *ARCHIVE,
        Column("content_hash", STRING, "sha256 of the extracted container's folded text, hex; equal hash = unchanged"),
        Column("listing_url", STRING, "Listing, feed or sitemap where the candidate was found"),
        Column("listing_title", STRING, "Anchor text of the candidate there"),
        Column("listing_date", STRING, "Date text beside it"),
        Column("listing_day", DATE, "The local day that this text names"),
        Column("listing_position", INT, "Position on that listing, from 0"),
        *ARTICLE_CONTENT,
        Column("attachments", ATTACHMENTS, "Files that the page links, as far as they were fetched"),
        *DOCUMENT_FIELDS,
        Column("sections", struct(SECTION_COLUMNS), "Sections of a document"),
        Column("assignments", struct(ASSIGNMENT_COLUMNS), "Assignments of a document"),
        Column("topics", struct(TOPIC_COLUMNS), "Topics"),
        Column("mentions", struct(MENTION_COLUMNS), "Mentions"),
        Column("citations", struct(CITATION_COLUMNS), "Citations of documents"),
        Column("quantities", struct(QUANTITY_COLUMNS), "Quantities"),
        Column("file_pages", struct(FILE_PAGE_COLUMNS), "Pages of the document's files and how they were read"),
        Column("quality_flags", STRINGS, "Guards that spoke during extraction"),
        *VERSIONS,
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
        required("mode", STRING, "refetch, reparse or retag", ("refetch", "reparse", "retag")),
        required("date_from", DATE, "First local day asked for"),
        required("date_to", DATE, "Last local day asked for"),
        required(
            "state",
            STRING,
            "finished, interrupted, blocked or failed",
            ("finished", "interrupted", "blocked", "failed"),
        ),
        Column(
            "reason",
            STRING,
            "What happened and the remedy: for anything but finished, and where pages of listings were lost",
        ),
        required("started_at", TIMESTAMP, "Start of the crawl, UTC"),
        required("finished_at", TIMESTAMP, "End of the load, UTC"),
        required("requests", INT, "HTTP requests made, robots.txt and retries included"),
        required("listing_requests", INT, "Requests for feeds, sitemaps and listings"),
        required("bytes", INT, "Bytes received"),
        required("candidates", INT, "Articles and documents found by discovery in the asked days"),
        required("articles", INT, "Observations of articles with outcome ok"),
        required("documents", INT, "Observations of documents with outcome ok"),
        required("unchanged", INT, "Candidates that had not changed"),
        required("errors", INT, "Observations with a failure outcome"),
        Column("natural_end", BOOL, "Whether every listing was read as far as it could matter; null for reparse"),
        Column("listings_failed", INT, "Pages of listings, feeds and sitemaps that exist and could not be read"),
        Column("expect_min", INT, "Fewest articles a day that the registry expects"),
        Column("expect_max", INT, "Most articles a day that the registry expects"),
        *MEASURES,
        Column("quarantined", INT, "Rows that broke the data model and were set apart"),
        Column("warnings", WARNINGS, "What is unusual about rows that were let in, with how many rows"),
        Column("code_version", STRING, "Version of the pipeline"),
    ),
    key=("run_id", "portal"),
)


def _child(name: str, description: str, columns: tuple[Column, ...], key: tuple[str, ...]) -> Table:
    owner = (
        required("kind", STRING, "article or document", tuple(Kind)),
        required("id", STRING, "The article or document that the row belongs to"),
        Column("published_date", DATE, "Publication day of the article, issue day of the document"),
    )
    return Table(
        name, description, (*PARTITION, PORTAL, *owner, *columns, *ORIGIN), ("kind", "id", *key), parent="articles"
    )


ARTICLES = Table(
    "articles",
    "One row an article: its latest version that is still on the portal, or its last one before it went away.",
    (
        *PARTITION,
        required("province_2025", STRING, "Slug of the province since 2025-07-01"),
        PORTAL,
        required("portal_kind", STRING, "newspaper, broadcaster, government, district, department or gazette"),
        required("article_id", STRING, "Article id: 24 hex characters"),
        required("url", STRING, "Canonical URL"),
        *ARTICLE_CONTENT,
        Column("attachments", ATTACHMENTS, "Files that the page links"),
        required("n_chars", INT, "Characters of text"),
        required("content_hash", STRING, "sha256 of the extracted container's folded text, hex"),
        required("version", INT, "Number of the text version, from 1"),
        required("first_seen_at", TIMESTAMP, "First time a run read it, UTC"),
        required("last_seen_at", TIMESTAMP, "Last time a run found it on the portal, UTC"),
        Column("gone_at", TIMESTAMP, "When it was found removed for the second time, UTC"),
        Column("quality_flags", STRINGS, "Guards that spoke during extraction"),
        *PROVENANCE,
    ),
    key=("article_id",),
)

ARTICLE_VERSIONS = Table(
    "article_versions",
    "Every text version of an article, with the time from which and until which it was seen.",
    (
        *PARTITION,
        PORTAL,
        required("article_id", STRING, "The article"),
        required("version", INT, "Number of the version, from 1"),
        required("valid_from", TIMESTAMP, "First time this version was read, UTC"),
        Column("valid_to", TIMESTAMP, "First time another version, or its removal, was seen, UTC; null = current"),
        Column("title", STRING, "Title of this version"),
        Column("text", STRING, "Text of this version; null for the newest one, whose text is in articles"),
        required("content_hash", STRING, "sha256 of the container's folded text, hex"),
        Column("changed", STRINGS, "Columns of articles that differ from the version before; null for the first"),
        Column("added", STRINGS, "Paragraphs that the version before does not have; null for the first"),
        Column("removed", STRINGS, "Paragraphs of the version before that this one does not have; null for the first"),
        *ORIGIN,
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
DOCUMENT_PAGES = _child(
    "document_pages",
    "How each page of a document's files became text: what read it, how sure it is, how plausible the result.",
    FILE_PAGE_COLUMNS,
    ("file", "number"),
)

DOCUMENT_SECTIONS = _child(
    "document_sections",
    "Numbered sections of documents as a tree with stable paths and offsets (Decree 30/2020/NĐ-CP, the Party's rules).",
    SECTION_COLUMNS,
    ("path",),
)
ASSIGNMENTS = _child(
    "assignments",
    "Which agency a document charges with which tasks by when.",
    ASSIGNMENT_COLUMNS,
    ("start", "end", "section"),
)
ATTACHMENT_FILES = _child("attachments", "Files of articles and documents.", ATTACHMENT_COLUMNS, ("url",))

DOCUMENTS = Table(
    "documents",
    "One row a document (văn bản) that a portal publishes: number, type, dates, signer, subject, text.",
    (
        *PARTITION,
        required("province_2025", STRING, "Slug of the province since 2025-07-01"),
        PORTAL,
        required("document_id", STRING, "Document id: 24 hex characters"),
        required("url", STRING, "Canonical URL of the document's page"),
        *DOCUMENT_FIELDS,
        Column("title", STRING, "Title of the page"),
        Column("text", STRING, "Text of the document"),
        Column("tables", DATA_TABLES, "Tables of the document and its annexes: rows of cells, in reading order"),
        Column("published_date", DATE, "Day of publication on the portal"),
        Column("attachments", ATTACHMENTS, "Files of the document"),
        required("first_seen_at", TIMESTAMP, "First time a run read it, UTC"),
        required("last_seen_at", TIMESTAMP, "Last time a run found it on the portal, UTC"),
        Column("gone_at", TIMESTAMP, "When it was found removed for the second time, UTC"),
        Column("quality_flags", STRINGS, "Guards that spoke during extraction, conflicts between fields"),
        *PROVENANCE,
    ),
    key=("document_id",),
)

COVERAGE = Table(
    "coverage",
    "Portal by local day: whether silence means no news or a broken crawl.",
    (
        *PARTITION,
        PORTAL,
        required("day", DATE, "Local day"),
        required(
            "state",
            STRING,
            "What is known about the day: ok = as many articles as expected; empty_expected = none, and none need be "
            "(a holiday, an office's Sunday); late = fewer than expected, or pages of its listings could not be read, "
            "but the day was not over or two days had not passed since; blocked = the portal refused; broken = none "
            "or too few articles, more failures than readings, a failed run, or titles, dates, texts, listings or "
            "pages that fell below what is usual; not_run = no run asked for it",
            tuple(CoverageState),
        ),
        Column(
            "day_kind",
            STRING,
            "workday, Saturday, Sunday, or holiday: a public holiday, a day in lieu, or the days around Tết",
            allowed=("workday", "Saturday", "Sunday", "holiday"),
        ),
        Column("expected", INT, "Fewest articles of such a day that the registry expects; null for not_run"),
        required("articles", INT, "Articles published that day that the warehouse holds"),
        required("documents", INT, "Documents issued that day (else published) that the warehouse holds"),
        required("errors", INT, "Candidates of that day whose last reading failed"),
        Column("guards", pa.list_(FLAG), "Guards of the extraction that spoke on the day's items, with how many each"),
        Column("lag_hours", FLOAT, "Hours from the end of the day to the first finished run that covered it"),
        Column("reason", STRING, "Why the state is not ok: measure, value, expectation and remedy, joined by ' | '"),
        Column("run_id", STRING, "Last run that covered the day; null for not_run"),
    ),
    key=("portal", "day"),
)

ARTICLE_DUPLICATES = Table(
    "article_duplicates",
    "Articles that several portals, or one portal twice, published: the same text, cut, retitled or signed anew. Forms "
    "that are filled in anew (schedules, notices) are not the same. In exports and releases only.",
    (
        *PARTITION,
        PORTAL,
        required("article_id", STRING, "The article"),
        Column("published_date", DATE, "Publication day, Asia/Ho_Chi_Minh"),
        required("cluster_id", STRING, "article_id of the first publication"),
        required("first_portal", STRING, "Portal of the first publication among those that the warehouse holds"),
        required("position", INT, "Place in the order of publication, from 1"),
        required("copies", INT, "Articles of the cluster, the first one included"),
        required("portals", INT, "Portals of the cluster"),
        required("exact", BOOL, "Same words in the same order as the first publication"),
        required("shared", FLOAT, "Share of the shorter text's words that it has in common with the first publication"),
        required(
            "lag_hours",
            FLOAT,
            "Lag: hours after the first publication; whole days times 24 where a page tells no time of day",
        ),
        Column("lead_hours", FLOAT, "Lead: of a first publication, hours until another portal had it; else null"),
        required("order_known", BOOL, "False where the pages' dates do not tell whether the first one was earlier"),
    ),
    key=("article_id",),
)

ARTICLE_SEARCH = Table(
    "article_search",
    "Where words and pairs of words stand in titles and texts, without case and accents; see docs/querying.md. In "
    "exports and releases only.",
    (
        PARTITION[1],
        required("term", STRING, "One word or two words in a row, lower case, without accents: chuyen, chuyen doi"),
        required("part", INT, "Part of the month: 20,000 articles each, from 0"),
        required("articles", INT, "Articles of the part that have it"),
        required("rows", pa.list_(INT), "Their rows in the month's file of articles, from 0, ascending"),
    ),
    key=("month", "term", "part"),
)

PORTALS = Table(
    "portals",
    "The registry as it was at the last load: one row a portal.",
    (
        PORTAL,
        required("name", STRING, "Name of the portal"),
        required("kind", STRING, "newspaper, broadcaster, government, district, department or gazette"),
        required("province", STRING, "Slug of the province of the 63-province set"),
        required("province_code", STRING, "General Statistics Office code of that province"),
        required("province_2025", STRING, "Slug of the province since 2025-07-01"),
        required("home", STRING, "Home page"),
        required("family", STRING, "CMS family"),
        Column("since", DATE, "How far back a backfill may reach"),
        required("cadence", STRING, "daily or hourly"),
        required("enabled", BOOL, "Whether scheduled runs include it"),
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
    DOCUMENT_PAGES,
    DOCUMENT_SECTIONS,
    ASSIGNMENTS,
    ATTACHMENT_FILES,
    COVERAGE,
    PORTALS,
)
EXPORTED = (ARTICLE_DUPLICATES, ARTICLE_SEARCH)  # made of all provinces: only exports and releases have them
TABLES: dict[str, Table] = {table.name: table for table in (*INPUTS, *DERIVED)}
ALL_TABLES: dict[str, Table] = {**TABLES, **{table.name: table for table in EXPORTED}}
