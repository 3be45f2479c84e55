"""Groups of columns that several tables share: the content of pages, tags, places in the archive."""

from __future__ import annotations

import pyarrow as pa

from warehouse.model import Column

STRING = pa.string()
INT = pa.int64()
FLOAT = pa.float64()
BOOL = pa.bool_()
DATE = pa.date32()
TIMESTAMP = pa.timestamp("us", tz="UTC")
STRINGS = pa.list_(pa.string())


def required(name: str, type_: pa.DataType, description: str, allowed: tuple[str, ...] = ()) -> Column:
    """A column that is never null."""
    return Column(name, type_, description, nullable=False, allowed=allowed)


PARTITION = (
    required(
        "province", STRING, "Slug of the province of the 63-province set that the portal belonged to (tuyen_quang)"
    ),
    required(
        "month",
        STRING,
        "Month YYYY-MM, local, of publication (of issue for documents) as first read; else of first sight",
    ),
)
PORTAL = required("portal", STRING, "Portal id of the registry (baotuyenquang)")
RUN_ID = required("run_id", STRING, "Run that produced the row")

ARCHIVE = (
    Column("warc_file", STRING, "Archive file, relative to the archive root"),
    Column("warc_offset", INT, "Byte offset of the record in that file"),
    Column("warc_length", INT, "Compressed length of the record in bytes"),
    Column("digest", STRING, "sha256 of the response body as received, hex"),
)

FETCHED = required("fetched_at", TIMESTAMP, "When the response that the row was read from was received, UTC")
VERSIONS = (
    Column("extractor_version", STRING, "Version of the extraction"),
    Column("tagger_version", STRING, "Version of taggers and lexicons"),
)
RIGHTS = (
    Column("licence", STRING, "Licence or terms of re-use as the portal states them; null = it states none"),
    required("source_note", STRING, "Whom to name as the source: the portal's name and home page"),
)
PROVENANCE = (RUN_ID, FETCHED, *ARCHIVE, *VERSIONS, *RIGHTS)
ORIGIN = (RUN_ID, FETCHED, *ARCHIVE[:2], *VERSIONS, *RIGHTS)  # of rows below an article or document

CAPTIONS = pa.list_(pa.struct([pa.field("text", STRING), pa.field("credit", STRING)]))
AUTHORS = pa.list_(pa.struct([pa.field("name", STRING), pa.field("kind", STRING)]))
LINKS = pa.list_(pa.struct([pa.field("url", STRING), pa.field("text", STRING), pa.field("rel", STRING)]))
DATA_TABLES = pa.list_(pa.list_(STRINGS))
ATTACHMENT_COLUMNS = (
    required("url", STRING, "URL of the file; of a file in a bundle the bundle's, with #name"),
    Column("name", STRING, "Name that the page or the bundle gives it"),
    Column("media_type", STRING, "Media type by its first bytes"),
    Column("bytes", INT, "Size in bytes"),
    Column("sha256", STRING, "sha256 of its bytes, hex: equal files are one in the archive"),
    Column("pages", INT, "Pages"),
    Column("outcome", STRING, "How fetching and reading it ended"),
)
ATTACHMENTS = pa.list_(pa.struct([pa.field(column.name, column.type) for column in ATTACHMENT_COLUMNS]))

EVIDENCE = pa.list_(pa.struct([pa.field("term", STRING), pa.field("start", INT), pa.field("end", INT)]))

TOPIC_COLUMNS = (
    required("topic", STRING, "Field of government (taxonomy in transforms/data/topics.csv)"),
    required("score", FLOAT, "Weight of the evidence, damped by length; comparable within one lexicon version"),
    required("rank", INT, "1 = primary topic"),
    Column("terms", STRINGS, "Terms of the lexicon that triggered the topic"),
    Column("evidence", EVIDENCE, "Where these terms first stand in the text, by characters; a title's are not listed"),
    required("method", STRING, "How the topic was assigned (lexicon)"),
    Column("lexicon_version", STRING, "Version of taxonomy and lexicon: first 12 hex digits of their sha256"),
)
MENTION_COLUMNS = (
    required(
        "type", STRING, "PER, ROLE, ORG, LOC, DOC, DATE or QTY", ("PER", "ROLE", "ORG", "LOC", "DOC", "DATE", "QTY")
    ),
    required("start", INT, "Offset of the first character in the article's or document's text"),
    required("end", INT, "Offset after the last character"),
    required("text", STRING, "The mention as written"),
    Column("norm", STRING, "Normalised form: name, body, place, document key, ISO date"),
    Column("role", STRING, "PER: the office held, as written"),
    Column("unit", STRING, "ROLE and PER: the body that the office governs"),
    Column(
        "level", STRING, "LOC: province, district, commune, village or other; ORG and ROLE: that of the body's unit"
    ),
    Column("code", STRING, "LOC: administrative code valid at the date of the text; ORG and ROLE: of the body's unit"),
    Column("code_now", STRING, "The same for today's unit"),
    Column("candidates", STRINGS, "LOC: codes that the name may stand for where the text does not decide"),
    Column(
        "credit",
        BOOL,
        "PER: true where the text itself names a writer or photographer (Ảnh: ...); bylines and credits that stand "
        "apart from the text are in author and captions of the article",
    ),
    required("rule", STRING, "Rule or list that produced the mention"),
)
CITATION_COLUMNS = (
    required("start", INT, "Offset of the first character in the text"),
    required("end", INT, "Offset after the last character"),
    required("raw", STRING, "The citation as written"),
    required("number", STRING, "Document key: number and symbol, normalised (78/KH-UBND)"),
    Column("doc_type", STRING, "Document type (Kế hoạch)"),
    Column("issuer", STRING, "Issuing body where the symbol or the text tells"),
    Column("year", INT, "Year of the cited document where its number or the text tells"),
    Column("issued_date", DATE, "Date of the cited document where the text tells"),
    Column("repair", STRING, "What was repaired in the number (spaces, Đ/Ð, missing separator)"),
    Column("conflict", STRING, "Type word of the text where the number's symbol says another type"),
    Column(
        "relation",
        STRING,
        "In a document, what is cited to it: self = the document itself, subject = named in its subject, basis = what "
        "it rests on (Căn cứ, Thực hiện), replaces, amends, mention = any other; null in an article",
        allowed=("self", "subject", "basis", "replaces", "amends", "mention"),
    ),
)
QUANTITY_COLUMNS = (
    required("start", INT, "Offset of the first character in the text"),
    required("end", INT, "Offset after the last character"),
    required("raw", STRING, "The quantity as written"),
    required("value", FLOAT, "Value in the unit as written; lower end of a range"),
    Column("value_max", FLOAT, "Upper end of a range"),
    Column("of", FLOAT, "Denominator of a ratio (14/21 chỉ tiêu)"),
    required("unit", STRING, "Unit or counted thing as written"),
    Column("normal_value", FLOAT, "Value in the normal unit"),
    Column("normal_unit", STRING, "Normal unit: VND, m2, m, kg, percent, person, household, ..."),
    Column("comparison", STRING, "hơn, gần, khoảng, tăng, giảm"),
    Column("compared_with", STRING, "What the value is compared with (so với ...), as written"),
    Column("measured", STRING, "What is measured or counted, as the sentence says it (hộ nghèo, tỷ lệ đúng hạn)"),
)
FILE_PAGE_COLUMNS = (
    required("file", STRING, "sha256 of the file, hex: the one of an attachment, or of the document itself"),
    required("number", INT, "Page of the file, from 1"),
    required("engine", STRING, "What read the page: pypdfium2, pdfplumber, tesseract, docx, doc, rtf, xlsx, html"),
    required("engine_version", STRING, "Its version, with the language model's where it recognises"),
    Column("confidence", FLOAT, "Mean confidence of the recognised words, 0 to 1; null for a text layer"),
    Column("plausibility", FLOAT, "Share of words that may be Vietnamese, 0 to 1; null for a page without words"),
    required("chars", INT, "Characters of the page's text"),
    Column("flags", STRINGS, "What was noticed and done: garbled_layer, ocr_unavailable, deskewed, encoding_tcvn3"),
)


def struct(columns: tuple[Column, ...]) -> pa.DataType:
    """A list of structs with these columns as fields."""
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
    Column("authors", AUTHORS, "The same apart: name and kind (person or unit), with the units' web addresses"),
    Column("section", STRING, "Section of the portal"),
    Column("source", STRING, "Source named by the page (Theo TTXVN)"),
    Column("published_at", TIMESTAMP, "Publication time, UTC"),
    Column("published_date", DATE, "Publication day, Asia/Ho_Chi_Minh"),
    Column(
        "published_precision", STRING, "minute, day or unknown", nullable=True, allowed=("minute", "day", "unknown")
    ),
    Column("published_raw", STRING, "The date as written on the page"),
)
ARTICLE_CONTENT = (
    *CONTENT,
    Column("updated_at", TIMESTAMP, "Time of the last change that the page names (Cập nhật: ...), UTC"),
    Column("language", STRING, "ISO 639-1 code"),
    Column("captions", CAPTIONS, "Photo captions with their credits"),
    Column("tables", DATA_TABLES, "Data tables of the text: rows of cells, in reading order"),
    Column("tags", STRINGS, "Keywords that the page lists (Từ khóa)"),
    Column("links", LINKS, "Links of the article: url, text and rel (related, inline, source or video)"),
)

PARTS = pa.list_(pa.struct([pa.field("part", STRING), pa.field("start", INT), pa.field("end", INT)]))
LAYOUT_COLUMNS = (
    Column("superior", STRING, "Body above the issuing one, as the head names it"),
    Column("place", STRING, "Place of issue (địa danh)"),
    Column("addressees", STRINGS, "To whom it is sent (Kính gửi) or who is invited"),
    Column("bases", STRINGS, "What it rests on (Căn cứ, Thực hiện, Theo đề nghị), a paragraph each"),
    Column("signer_capacity", STRING, "TM., KT., Q., TL. or TUQ., several in order (TM. KT.); null = own office"),
    Column("signed_for", STRING, "Body or office for which is signed (TM. ỦY BAN NHÂN DÂN)"),
    Column("signer_office", STRING, "Office of the signer"),
    Column("recipients", STRINGS, "Recipients (Nơi nhận) without the line of copies"),
    Column("copies", STRINGS, "Where copies are kept (Lưu)"),
    Column("parts", PARTS, "Where these parts stand in the text: name, first offset, offset after the last"),
)
SECTION_COLUMNS = (
    required("path", STRING, "What a citation would say: II.3.1.4, Điều 5.2.a, Chương II.Mục 1, PL1.I; unique"),
    Column("parent", STRING, "Path of the section above; null at the top"),
    required(
        "section_kind",
        STRING,
        "What numbers it",
        ("annex", "part", "chapter", "division", "subdivision", "upper", "roman", "article", "number", "letter"),
    ),
    required("label", STRING, "Number as written"),
    required("level", INT, "Depth in the tree, 1 at the top"),
    required("start", INT, "Offset of its first character in the document's text"),
    required("end", INT, "Offset after its last character, subsections included"),
    required("title_start", INT, "Offset of its title"),
    required("title_end", INT, "Offset after its title"),
    required("title", STRING, "Title, or its first paragraph (sentence) where it has none; on one line"),
    required("body_start", INT, "Offset of its own text"),
    required("body_end", INT, "Offset after its own text: where the first subsection begins"),
    required("section_text", STRING, "Its own text on one line"),
    Column("label_repair", STRING, "What was misread in the label (l for I)"),
)
TASKS = pa.list_(
    pa.struct(
        [
            pa.field("start", INT),
            pa.field("end", INT),
            pa.field("text", STRING),
            pa.field("deadline", DATE),
            pa.field("deadline_raw", STRING),
        ]
    )
)
ASSIGNMENT_COLUMNS = (
    Column("section", STRING, "Path of the section that charges the agency"),
    required("agency", STRING, "Agency, body or office as written, on one line; names behind a colon are completed"),
    Column("body", STRING, "The same in one spelling: UBND = Ủy ban nhân dân, Uỷ = Ủy"),
    required("start", INT, "Offset of the agency in the document's text"),
    required("end", INT, "Offset after it"),
    required(
        "form",
        STRING,
        "How the text says it: heading = the agency is the title, sentence = its subject, order = Giao Sở ..., "
        "list = - Sở ...: ...",
        ("heading", "sentence", "order", "list"),
    ),
    Column("deadline", DATE, "First day by which one of the tasks is due"),
    Column("partners", STRINGS, "Agencies with which to work (phối hợp với)"),
    Column("tasks", TASKS, "Sentences of what is to be done: offsets, text, deadline as a day and as written"),
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
    Column(
        "text_source",
        STRING,
        "Where the text came from: html for the page itself, else the kind of the file (pdf, docx, doc, ...), or none",
    ),
    Column("pages", INT, "Pages of the main file"),
    Column("file", STRING, "sha256 of the file that the text is from, hex; null for the page's own"),
    Column("stamp_signer", STRING, "Who signed that file electronically: a person where one did, else a body"),
    Column("stamp_body", STRING, "The body that the signer's certificate or the visible stamp names"),
    Column("stamp_signed_at", TIMESTAMP, "When it was signed, UTC"),
    *LAYOUT_COLUMNS,
)
