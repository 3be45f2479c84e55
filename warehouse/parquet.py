"""Tables to Parquet bytes and back: explicit schema, the same bytes for the same rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.schema import Table

# Repeated values: a dictionary pays, in bytes and in what a reader must decode (names in a quarter of the time).
# Elsewhere (texts, hashes, URLs) it costs both.
DICTIONARY_COLUMNS = """
    province month province_2025 portal portal_kind run_id kind outcome reason language section source author
    published_precision doc_type issuer signer text_source extractor_version tagger_version listing_url state mode
    topic method type role unit level rule normal_unit comparison number media_type warc_file last_outcome norm
    terms.list.element evidence.list.element.term
"""
DICTIONARY = frozenset(DICTIONARY_COLUMNS.split())
MANY = "article_mentions"  # dozens an article, one after the other: as a dictionary, ids are joined in half the time
KEYS = frozenset({"id", "article_id", "document_id", "norm", "term", "number"})
ENCODINGS = {"rows.list.element": "DELTA_BINARY_PACKED", "term": "DELTA_BYTE_ARRAY"}  # ascending: half the bytes
OFFSETS = frozenset({"start", "end"})  # small numbers, whatever list they lie in
LIVE_LEVEL = 7
LIGHT_LEVEL = 6  # of what is no prose: a load is quicker, and an article grows by seven bytes in a thousand
PROSE = frozenset({"text", "lead", "title", "sentence", "subject", "task"})
RELEASE_LEVEL = 9


@dataclass(frozen=True, slots=True)
class File:
    """One Parquet object as a manifest names it: key, rows, bytes and sha256 of its content."""

    path: str
    rows: int
    bytes: int
    sha256: str

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready fields."""
        return asdict(self)


def encode(rows: pa.Table, level: int = LIVE_LEVEL, group: int = 20_000) -> bytes:
    """Parquet bytes of ``rows``: zstd, page checksums and index, ``group`` rows in a row group; deterministic."""
    return encode_all([rows], rows.schema, level, group)


def encode_all(tables: Iterable[pa.Table], schema: pa.Schema, level: int, group: int) -> bytes:
    """The same for tables that come one after the other, each in row groups of its own."""
    sink = pa.BufferOutputStream()
    options: dict[str, Any] = {"compression": "zstd"}
    options |= {"write_page_checksum": True, "write_page_index": True}
    options["write_statistics"] = [field.name for field in schema if _is_asked_for(field)]
    leaves = _leaves(schema)
    options["compression_level"] = {
        path: level if path.rpartition(".")[2] in PROSE else min(level, LIGHT_LEVEL) for path in leaves
    }
    repeated = DICTIONARY | {"id"} if (schema.metadata or {}).get(b"table", b"").decode() == MANY else DICTIONARY
    dictionary = [path for path in leaves if not repeated.isdisjoint((path, path.rpartition(".")[2]))]
    options["column_encoding"] = {path: code for path in leaves if (code := _encoding(path))} or None
    with pq.ParquetWriter(sink, schema, use_dictionary=dictionary, **options) as writer:
        for rows in tables:
            writer.write_table(rows, row_group_size=group)
    return bytes(sink.getvalue())


def regrouped(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The same rows in tables of ``rows`` rows; the last one may be shorter."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        while sum(part.num_rows for part in waiting) >= rows:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, rows)
            waiting = [whole.slice(rows)]
    rest = pa.concat_tables(waiting) if waiting else None
    if rest is not None and rest.num_rows:
        yield rest


def decode(data: bytes, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of Parquet bytes, checksums verified; only ``columns`` where given."""
    return read(opened(data), columns)


def opened(data: bytes) -> pq.ParquetFile:
    """Parquet bytes of which columns can be read again and again."""
    return pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)


def read(file: pq.ParquetFile, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of an opened file; only ``columns`` where given."""
    return file.read(columns=list(columns) if columns is not None else None, use_threads=False)


def conform(rows: pa.Table, table: Table) -> pa.Table:
    """``rows`` with exactly the columns, order, types and metadata of ``table``; see fit."""
    return fit(rows, table.arrow())


def fit(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """``rows`` in another schema; columns that were added since they were written are null.

    KeyError for a missing column that must not be null.
    """
    return pa.Table.from_arrays([_column(rows, field) for field in schema], schema=schema)


def named(folder: str, name: str, rows: int, data: bytes) -> File:
    """The manifest entry of ``data``: its key carries the first 16 hex characters of its sha256."""
    digest = hashlib.sha256(data).hexdigest()
    return File(f"{folder}/{name}-{digest[:16]}.parquet", rows, len(data), digest)


def partition_folder(table: str, province: str, month: str) -> str:
    """Folder of one table's partition below the root of the warehouse."""
    return f"data/{table}/province={province}/month={month}"


def _column(rows: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    if field.nullable and field.name not in rows.column_names:
        return pa.chunked_array([pa.nulls(rows.num_rows, field.type)])
    return _typed(rows[field.name], field)


def _typed(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    return column if column.type.equals(field.type) else column.cast(field.type)


def is_wide(field: pa.Field) -> bool:
    """Whether a column takes much memory: prose and lists."""
    return field.name in PROSE or pa.types.is_nested(field.type)


def _is_asked_for(field: pa.Field) -> bool:
    """Whether readers skip row groups by the least and greatest value of a column; of texts these are whole texts."""
    if pa.types.is_nested(field.type):
        return False
    return not pa.types.is_string(field.type) or field.name in DICTIONARY or field.name in KEYS


def _encoding(path: str) -> str | None:
    """How a leaf that needs no dictionary is written, where the usual way costs more."""
    return "DELTA_BINARY_PACKED" if path.rpartition(".")[2] in OFFSETS else ENCODINGS.get(path)


def _leaves(schema: pa.Schema) -> list[str]:
    return [path for field in schema for path in _paths(field.name, field.type)]


def _paths(path: str, kind: pa.DataType) -> list[str]:
    if pa.types.is_struct(kind):
        return [leaf for field in kind for leaf in _paths(f"{path}.{field.name}", field.type)]
    if pa.types.is_list(kind):
        return _paths(f"{path}.list.element", kind.value_type)
    return [path]
