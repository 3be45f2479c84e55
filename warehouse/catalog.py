"""What people read before they query, generated from the data model: dictionary, DuckDB views, datapackage.json.

``python -m warehouse.catalog`` writes ``docs/dictionary.md``; ``write_views`` puts ``views.sql`` and ``files.json``
into the warehouse so that plain DuckDB reads it without Python.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from string import Template
from typing import Any

import pyarrow as pa

from warehouse import graph
from warehouse.schema import (
    ALL_TABLES,
    ARTICLE_SEARCH,
    DERIVED,
    EXPORTED,
    INPUTS,
    SCHEMA_VERSION,
    TABLES,
    Column,
    Table,
)
from warehouse.store import Warehouse

DICTIONARY = Path(__file__).parents[1] / "docs" / "dictionary.md"
TAXONOMY = Path(__file__).parents[1] / "transforms" / "data" / "topics.csv"
VIEWS, FILES = "views.sql", "files.json"
DUCKDB = {"string": "VARCHAR", "int64": "BIGINT", "double": "DOUBLE", "bool": "BOOLEAN", "date32[day]": "DATE"}
FRICTIONLESS = {"string": "string", "int64": "integer", "double": "number", "bool": "boolean", "date32[day]": "date"}
FILES_OF = Template(
    """SET VARIABLE ${table}_files = (
    SELECT list(path ORDER BY path) FROM read_json($files) WHERE "table" = '$table'
);
"""
)
VIEW = Template("CREATE OR REPLACE VIEW $table AS SELECT * FROM read_parquet($files, $options)$lacking;\n")
MACROS = """
-- fold(text): lower case without accents (đ is d); words(text): its words; spelled(text): these parted by one blank.
CREATE OR REPLACE MACRO fold(text) AS replace(strip_accents(lower(text)), 'đ', 'd');
CREATE OR REPLACE MACRO words(text) AS regexp_extract_all(fold(text), '[a-z0-9]+');
CREATE OR REPLACE MACRO spelled(text) AS regexp_replace(fold(text), '[^a-z0-9]+', ' ', 'g');
CREATE OR REPLACE MACRO terms(phrase) AS if(len(words(phrase)) < 2, words(phrase), list_distinct(
    list_transform(range(1, len(words(phrase))), lambda i: words(phrase)[i] || ' ' || words(phrase)[i + 1])));
"""
REMEMBER = "SET parquet_metadata_cache = true;  -- files never change: read what they say of themselves once\n"
SEARCH = Template("""
-- FROM search('chuyen doi so'): articles with each two words in a row of the phrase, with or without accents.
-- FROM search_phrase('chuyen doi so') also reads the texts that were found and proves the order.
CREATE OR REPLACE MACRO search(phrase) AS TABLE
    SELECT articles.* EXCLUDE (file_row_number)
    FROM read_parquet($files, hive_partitioning = false, file_row_number = true) AS articles
    JOIN (
        SELECT month, row FROM (
            SELECT month, unnest(rows) AS row FROM article_search WHERE term IN (SELECT unnest(terms(phrase)))
        ) GROUP BY month, row HAVING count(*) = len(terms(phrase))
    ) AS found ON articles.month = found.month AND articles.file_row_number = found.row;
CREATE OR REPLACE MACRO search_phrase(phrase) AS TABLE
    SELECT found.* FROM search(phrase) AS found, (SELECT array_to_string(words(phrase), ' ') AS wanted)
    WHERE contains(' ' || spelled(concat_ws(' . ', title, text)) || ' ', ' ' || wanted || ' ');
""")
PREAMBLE = """# Data dictionary

Generated from `warehouse/schema.py` by `python -m warehouse.catalog`; edit the schema, never this file.

Strings are Unicode NFC. Timestamps are UTC with microseconds; dates are calendar days of Asia/Ho_Chi_Minh. Codes of
provinces, districts and communes are text, since they start with zeros. `province` is the slug of the 63-province set
that a portal belonged to and is never re-keyed; `province_2025` is the province since 2025-07-01."""


def dictionary() -> str:
    """The data dictionary as Markdown, every table and column."""
    contents = "\n".join(f"- [{table.name}](#{table.name}): {table.description}" for table in _in_order())
    shown = [f"## {name} (view)\n\n{meaning}" for name, meaning in graph.DESCRIPTIONS.items()]
    version = f"{PREAMBLE}\n\nSchema version {SCHEMA_VERSION}."
    return "\n\n".join([version, contents, *map(_section, _in_order()), *shown, _taxonomy()]) + "\n"


def _taxonomy() -> str:
    """The fields of government with the codes of the two taxonomies that others use."""
    with TAXONOMY.open(encoding="utf-8", newline="") as file:
        rows = [
            f"| `{row['topic']}` | {row['label_vi']} | {row['label_en']} | `{row['medtop']}` | {row['cap']} |"
            for row in csv.DictReader(file)
        ]
    return "\n".join(
        [
            "## Taxonomy of topics",
            "",
            "The values of `topic`, with the nearest code of the IPTC Media Topics and the major topic of the",
            "Comparative Agendas Project. The crosswalk is ours: a field of government is often wider or narrower than",
            "the foreign topic.",
            "",
            "| topic | Vietnamese | English | IPTC Media Topic | Comparative Agendas |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def datapackage(files: dict[str, list[dict[str, Any]]], version: str) -> dict[str, Any]:
    """A Frictionless Data Package of Parquet files: by table a list of ``path``, ``bytes`` and ``hash``."""
    return {
        "name": "tintinh",
        "title": "Vietnamese provincial news and official documents",
        "version": version,
        "resources": [_resource(ALL_TABLES[name], entries) for name, entries in files.items() if entries],
    }


def views(tables: Iterable[str], files: str, mixed: Collection[str] = ()) -> str:
    """SQL for plain DuckDB: one view a table over the paths that the JSON file ``files`` lists, and macros to search.

    ``search`` needs the tables of one export: it finds articles by their rows in the month files. ``mixed``: tables
    of which some files lack columns that came later, see Warehouse.mixed; there DuckDB looks into every file first.
    """
    filled = set(tables)
    head = f"-- Generated from warehouse/schema.py. In DuckDB: .read {VIEWS}\n{REMEMBER}"
    body = "\n".join(
        FILES_OF.substitute(table=table.name, files=quoted(files))
        + view(table, f"getvariable('{table.name}_files')", table.name in mixed)
        if table.name in filled
        else empty_view(table)
        for table in _in_order()
    )
    return head + body + views_of_views(filled, "getvariable('articles_files')")


def views_of_views(filled: Collection[str], articles: str) -> str:
    """SQL for the views and macros over the views of all tables; ``articles``: the files of that table, as SQL."""
    search = SEARCH.substitute(files=articles) if ARTICLE_SEARCH.name in filled else ""
    return graph.SQL + MACROS + search


def view(table: Table, files: str, mixed: bool = False) -> str:
    """SQL for a view over Parquet files, given as SQL; see ``views``."""
    options = "hive_partitioning = false, union_by_name = true" if mixed else "hive_partitioning = false"
    lacking = f" UNION ALL BY NAME {_no_rows(table)}" if mixed else ""
    return VIEW.substitute(table=table.name, files=files, options=options, lacking=lacking)


def empty_view(table: Table) -> str:
    """SQL for a view without rows that has the columns of ``table``."""
    return f"CREATE OR REPLACE VIEW {table.name} AS {_no_rows(table)};\n"


def quoted_list(paths: Iterable[str]) -> str:
    """A list of texts in SQL."""
    return f"[{', '.join(map(quoted, paths))}]"


def quoted(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def write_views(warehouse: Warehouse) -> dict[str, str]:
    """Write ``files.json`` and ``views.sql`` beside the data for the newest snapshot; where they lie."""
    store = warehouse.store
    number = warehouse.snapshot() or 0
    listed: list[dict[str, Any]] = [
        {"table": table, "path": path, "snapshot": number}
        for table in TABLES
        for path in warehouse.files(table, number)
    ]
    store.replace(FILES, (json.dumps(listed, indent=0) + "\n").encode())
    filled = {entry["table"] for entry in listed}
    mixed = [name for name in filled if warehouse.mixed(name, number)]
    sql = views(filled, store.locate(FILES), mixed)
    store.replace(VIEWS, sql.encode())
    return {name: store.locate(name) for name in (VIEWS, FILES)}


def main(arguments: list[str] | None = None) -> int:
    """Write ``docs/dictionary.md``, or with ``--check`` exit with 1 if it differs from the data model."""
    parser = argparse.ArgumentParser(prog="python -m warehouse.catalog", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 on a difference")
    options = parser.parse_args(arguments)
    if options.check:
        same = DICTIONARY.is_file() and DICTIONARY.read_text(encoding="utf-8") == dictionary()
        if not same:
            print(f"{DICTIONARY} differs from warehouse/schema.py: run python -m warehouse.catalog", file=sys.stderr)
        return 0 if same else 1
    DICTIONARY.parent.mkdir(parents=True, exist_ok=True)
    DICTIONARY.write_text(dictionary(), encoding="utf-8")
    print(DICTIONARY)
    return 0


def _in_order() -> tuple[Table, ...]:
    return (*DERIVED, *EXPORTED, *INPUTS)


def _section(table: Table) -> str:
    where = "province and month" if table.partitioned else "not partitioned"
    facts = f"Key: {', '.join(f'`{name}`' for name in table.key)}. Partitions: {where}."
    rows = "\n".join(_line(column) for column in table.columns)
    header = "| column | type | null | meaning |\n|---|---|---|---|"
    return f"## {table.name}\n\n{table.description}\n\n{facts}\n\n{header}\n{rows}"


def _line(column: Column) -> str:
    allowed = f" One of: {', '.join(f'`{value}`' for value in column.allowed)}." if column.allowed else ""
    meaning = f"{column.description.rstrip('.')}.{allowed}".replace("|", "\\|")
    return f"| `{column.name}` | {_readable(column.type)} | {'yes' if column.nullable else 'no'} | {meaning} |"


def _readable(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_readable(kind.value_type)}"
    if pa.types.is_struct(kind):
        return "{" + ", ".join(f"{field.name}: {_readable(field.type)}" for field in kind) + "}"
    return (
        "timestamp (UTC)"
        if pa.types.is_timestamp(kind)
        else str(kind).removesuffix("[day]").replace("double", "float64")
    )


def _no_rows(table: Table) -> str:
    columns = ", ".join(f'NULL::{_duckdb(column.type)} AS "{column.name}"' for column in table.columns)
    return f"SELECT {columns} WHERE false"


def _duckdb(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"{_duckdb(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        return "STRUCT(" + ", ".join(f'"{field.name}" {_duckdb(field.type)}' for field in kind) + ")"
    return "TIMESTAMPTZ" if pa.types.is_timestamp(kind) else DUCKDB[str(kind)]


def _resource(table: Table, files: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": table.name.replace("_", "-"),
        "description": table.description,
        "path": [entry["path"] for entry in files],
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": sum(entry["bytes"] for entry in files),
        "files": files,
        "schema": {"fields": [_field(column) for column in table.columns], "primaryKey": list(table.key)},
    }


def _field(column: Column) -> dict[str, Any]:
    simple = "array" if pa.types.is_list(column.type) else FRICTIONLESS.get(str(column.type), "datetime")
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    if column.allowed:
        constraints["enum"] = [str(value) for value in column.allowed]
    field = {"name": column.name, "type": simple, "description": column.description}
    return field | ({"constraints": constraints} if constraints else {})


if __name__ == "__main__":
    sys.exit(main())
