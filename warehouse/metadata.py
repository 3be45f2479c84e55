"""What describes a release to machines and people: Croissant, citation, card, a DuckDB file of views; all generated."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.catalog import empty_view, quoted, quoted_list, view, views_of_views
from warehouse.schema import ALL_TABLES, ARTICLES, DERIVED, RUNS, SCHEMA_VERSION, Column, Table

TITLE = "Vietnamese provincial news and official documents"
ABOUT = (
    "News articles and official documents (văn bản) that the portals of Viet Nam's provinces published: texts with "
    "their versions, topics, mentions, citations and quantities, the coverage of each portal and day, and for every "
    "row the place in the archive that it was read from."
)
AUTHORS = "tintinh contributors"
DATABASE = "warehouse.duckdb"
CROISSANT_TYPES = {"int64": "sc:Integer", "double": "sc:Float", "bool": "sc:Boolean", "date32[day]": "sc:Date"}
# The context of Croissant 1.0, http://mlcommons.org/croissant/1.0, as its specification prints it.
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "samplingRate": "cr:samplingRate",
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
PERSONAL = (
    "Names are those of office holders and of writers as the pages print them; names on the takedown list are blotted "
    "out."
)


def citation(name: str, day: str) -> str:
    """How to cite release ``name`` of the day YYYY-MM-DD, in one line."""
    return f"{AUTHORS} ({day[:4]}). {TITLE}, release {name}, {day}."


def citation_file(name: str, day: str) -> str:
    """The same as CITATION.cff (Citation File Format 1.2.0)."""
    return (
        "cff-version: 1.2.0\n"
        "message: Please cite the release that you used, and name the source_note of the rows that you show.\n"
        f"title: {TITLE}\ntype: dataset\nversion: '{name}'\ndate-released: {day}\nauthors:\n  - name: {AUTHORS}\n"
    )


def croissant(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Croissant 1.0 metadata of a release: every file with its checksum, a file set and a record set a table."""
    tables = [ALL_TABLES[name] for name in manifest["tables"]]
    files = [_file_object(file) for told in manifest["tables"].values() for file in told["files"]]
    sets = [_file_set(table, manifest["tables"][table.name]["files"]) for table in tables]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": "tintinh",
        "description": ABOUT,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "version": f"{manifest['schema_version']}.{manifest['snapshot']}.0",
        "datePublished": manifest["at"][:10],
        "citeAs": citation(manifest["release"], manifest["at"][:10]),
        "creator": {"@type": "Organization", "name": AUTHORS},
        "license": "https://schema.org/CreativeWork",
        "url": "./README.md",
        "personalSensitiveInformation": PERSONAL,
        "distribution": [*files, *sets],
        "recordSet": [_record_set(table) for table in tables],
    }


def card(manifest: Mapping[str, Any]) -> str:
    """README.md of a release: what is in it, how to read it, how to cite it."""
    rows = "\n".join(
        f"| {name} | {told['rows']:,} | {len(told['files'])} | {told['bytes'] / 1e6:,.1f} | "
        f"{ALL_TABLES[name].description.split(':')[0].split('. ')[0]} |"
        for name, told in manifest["tables"].items()
    )
    head = f"# {TITLE}, release {manifest['release']}\n\n{ABOUT}\n\nState of {manifest['at'][:19]} UTC (snapshot "
    return (
        f"{head}{manifest['snapshot']}, schema version {SCHEMA_VERSION}). Nothing in this folder ever changes.\n\n"
        f"| table | rows | files | MB | what |\n|---|---:|---:|---:|---|\n{rows}\n\n## Read it\n\n"
        "Each table is a folder of Parquet files, one a month, sorted by province:\n\n"
        "```python\npandas.read_parquet('articles')\n```\n```sql\nSELECT count(*) FROM 'articles/*.parquet';\n```\n\n"
        f"`{DATABASE}` has a view a table (open it in this folder); `dictionary.md` explains every column; "
        "`datapackage.json` and `croissant.json` say the same to machines; `manifest.json` counts the rows of each "
        "province and month; `sha256sum -c SHA256SUMS` proves that all is whole.\n\n## Cite it\n\n"
        f"> {citation(manifest['release'], manifest['at'][:10])}\n\n"
        "The texts belong to their publishers: `licence` and `source_note` of each row say what the portal states and "
        f"whom to name. {PERSONAL}\n"
    )


def plain_views(files: Mapping[str, Sequence[str]]) -> str:
    """SQL for DuckDB: one view a table over these paths, with the descriptions of tables and columns, the views of
    citations and the macros that search."""
    filled = {name: paths for name, paths in files.items() if paths}
    empty = "".join(empty_view(table) for table in (*DERIVED, RUNS) if table.name not in filled)
    own = "".join(_plain_view(ALL_TABLES[name], paths) for name, paths in filled.items())
    return own + empty + views_of_views(filled, quoted_list(filled.get(ARTICLES.name, ())))


def database(sql: str, folder: str) -> bytes:
    """A DuckDB file with nothing but the views and macros of ``sql``, whose paths are absolute or below ``folder``."""
    import duckdb

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / DATABASE
        with duckdb.connect(str(path)) as connection:
            connection.execute("SET file_search_path = ?", [folder])
            connection.execute(sql)
        return path.read_bytes()


def _plain_view(table: Table, paths: Sequence[str]) -> str:
    made = view(table, quoted_list(paths))
    comments = [f"COMMENT ON VIEW {table.name} IS {quoted(table.description)};\n"]
    comments += [
        f'COMMENT ON COLUMN {table.name}."{column.name}" IS {quoted(column.description)};\n' for column in table.columns
    ]
    return made + "".join(comments)


def _file_object(file: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file["path"],
        "name": file["path"],
        "contentUrl": file["path"],
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": "application/x-parquet",
        "sha256": file["sha256"],
    }


def _file_set(table: Table, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{table.name}-files",
        "name": f"{table.name}-files",
        "description": f"Parquet files of {table.name}, one a month.",
        "containedIn": [{"@id": file["path"]} for file in files],
        "encodingFormat": "application/x-parquet",
        "includes": "*.parquet",
    }


def _record_set(table: Table) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.description,
        "key": [{"@id": f"{table.name}/{name}"} for name in table.key],
        "field": [_record_field(table, column) for column in table.columns],
    }


def _record_field(table: Table, column: Column) -> dict[str, Any]:
    repeated = pa.types.is_list(column.type)
    inner = column.type.value_type if repeated else column.type
    timed = "sc:DateTime" if pa.types.is_timestamp(inner) else "sc:Text"
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": column.description,
        "dataType": CROISSANT_TYPES.get(str(inner), timed),
        **({"repeated": True} if repeated else {}),
        "source": {"fileSet": {"@id": f"{table.name}-files"}, "extract": {"column": column.name}},
    }
