"""The graph of citations as DuckDB views over the tables: who cites which document, and on what a document rests.

A number alone names no document: every People's Committee begins anew with 01 each year. A citation is therefore
resolved by number, day of issue where the text gives it, province where the symbol is a local one, and order in time.
"""

from __future__ import annotations

from string import Template

CITATIONS, LINEAGE = "citations", "document_lineage"
SOURCES = ("article_citations", "documents")  # tables that the views read
DESCRIPTIONS = {
    CITATIONS: "Edges article -> document and document -> document. `state`: resolved = `target_id` is the document; "
    "conflict = a document of that number exists where it should, with another day of issue or another type; "
    "ambiguous = several fit; dangling = the warehouse holds none.",
    LINEAGE: "What a document rests on, over up to eight steps: one row for each document and number of steps in which "
    "it is reached through bases and subjects, with `depth` and `path` (78/KH-UBND > 450-KH/TU > 21-KL/TW). Filter by "
    "`number` to ask what a document implements, by `cited_number` to ask who rests on it.",
}
_MINISTRIES = (
    "BCA|BQP|BNG|BNV|BTP|BTC|BKHĐT|BCT|BNN|BNNPTNT|BNNMT|BTNMT|BGTVT|BXD|BLĐTBXH|BVHTTDL|BTTTT|BKHCN|BGDĐT|BYT|BDTTG"
    "|UBDT|NHNN|TTCP|KTNN|VPCP|VPQH|VPTW|BHXH|TANDTC|VKSNDTC"
)
_NATIONAL = f"(-CP|TTg|QH[0-9]+|TW|UBTVQH[0-9]*|[-/]({_MINISTRIES}))($|[-/])"
_STEPS = 8  # documents on a path
SQL = Template("""
CREATE OR REPLACE VIEW citations AS
WITH held AS (
    SELECT document_id, number, doc_type, province, issued_date, regexp_extract(number, '^[0-9]+[a-z]?') AS count
    FROM documents WHERE number IS NOT NULL
), cited AS (
    SELECT c.*, d.number AS source_number, regexp_matches(c.number, '$national') AS national,
        regexp_matches(c.number, '[-/]') AS signed
    FROM article_citations AS c LEFT JOIN documents AS d ON c.kind = 'document' AND d.document_id = c.id
    WHERE coalesce(c.relation, 'mention') <> 'self'
), pairs AS (
    SELECT c.kind, c.id, c.start, h.* FROM cited AS c JOIN held AS h ON h.number = c.number WHERE c.signed
    UNION ALL
    SELECT c.kind, c.id, c.start, h.* FROM cited AS c JOIN held AS h
        ON h.count = c.number AND lower(h.doc_type) = lower(c.doc_type) AND h.province = c.province
    WHERE NOT c.signed
), judged AS (
    SELECT c.kind, c.id, c.start, p.document_id, p.number, p.issued_date,
        p.issued_date = c.issued_date AS same_day,
        p.issued_date <> c.issued_date OR p.doc_type <> c.doc_type AND c.signed AND NOT (
            starts_with(lower(p.doc_type), lower(c.doc_type)) OR starts_with(lower(c.doc_type), lower(p.doc_type))
        ) AS contradicts,
        p.province = c.province AS same_province
    FROM pairs AS p JOIN cited AS c ON c.kind = p.kind AND c.id = p.id AND c.start = p.start
    WHERE NOT (c.kind = 'document' AND c.id = p.document_id)
        AND (c.national OR p.province = c.province)
        AND coalesce(p.issued_date <= c.published_date, true)
        AND (c.issued_date IS NOT NULL OR c.signed AND regexp_matches(c.number, '/[0-9]{4}/') OR c.national
            OR coalesce(p.issued_date >= c.published_date - INTERVAL 400 DAY, true))
), ranked AS (
    SELECT *, count(DISTINCT issued_date) FILTER (NOT coalesce(contradicts, false)) OVER place AS fitting,
        row_number() OVER (
            PARTITION BY kind, id, start ORDER BY coalesce(contradicts, false), coalesce(same_day, false) DESC,
                same_province DESC, issued_date DESC NULLS LAST, document_id
        ) AS place_among
    FROM judged WINDOW place AS (PARTITION BY kind, id, start)
), best AS (
    SELECT * FROM ranked WHERE place_among = 1
)
SELECT c.kind AS source_kind, c.id AS source_id, c.source_number, c.province, c.portal, c.published_date, c.start,
    c."end", c.raw, c.number, c.doc_type, c.issuer, c.issued_date, coalesce(c.relation, 'mention') AS relation,
    CASE WHEN b.document_id IS NULL THEN 'dangling' WHEN b.contradicts THEN 'conflict'
        WHEN b.fitting > 1 AND NOT coalesce(b.same_day, false) THEN 'ambiguous' ELSE 'resolved' END AS state,
    CASE WHEN state = 'resolved' THEN b.document_id END AS target_id,
    b.number AS target_number, b.issued_date AS target_issued_date
FROM cited AS c LEFT JOIN best AS b ON b.kind = c.kind AND b.id = c.id AND b.start = c.start;

CREATE OR REPLACE VIEW document_lineage AS
WITH RECURSIVE rests AS (
    SELECT DISTINCT source_id, source_number, coalesce(target_number, number) AS number, target_id
    FROM citations WHERE source_kind = 'document' AND relation IN ('basis', 'subject') AND source_number IS NOT NULL
), steps AS (
    SELECT source_id AS document_id, source_number AS number, number AS cited_number, target_id AS cited_id,
        1 AS depth, [source_number, number] AS passed
    FROM rests
    UNION ALL
    SELECT s.document_id, s.number, r.number, r.target_id, s.depth + 1, list_append(s.passed, r.number)
    FROM steps AS s JOIN rests AS r ON r.source_id = s.cited_id
    WHERE s.depth < $steps AND NOT list_contains(s.passed, r.number)
)
SELECT document_id, number, cited_number, any_value(cited_id) AS cited_id, depth,
    array_to_string(min(passed), ' > ') AS path
FROM steps GROUP BY document_id, number, cited_number, depth;
""").substitute(national=_NATIONAL, steps=_STEPS)
