"""The vocabulary of the data model: outcomes, states, and what a column and a table are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

import pyarrow as pa

SCHEMA_VERSION = 2


class Kind(StrEnum):
    """What an observation is about."""

    ARTICLE = "article"
    DOCUMENT = "document"


class Outcome(StrEnum):
    """How the reading of one candidate ended; everything but OK, UNCHANGED and NOT_ARTICLE is a failure."""

    OK = "ok"
    UNCHANGED = "unchanged"  # 304, or the container's hash is the stored one
    GONE = "gone"  # 404 or 410
    NOT_ARTICLE = "not_article"  # a listing, a menu, an image-only page
    EMPTY = "empty"  # no text in the container
    SOFT_404 = "soft_404"
    BLOCKED = "blocked"  # WAF, challenge stub, 403, 429 for good
    LOGIN = "login"
    SERVER_ERROR = "server_error"  # 5xx after retries
    NETWORK_ERROR = "network_error"  # DNS, refused, reset
    TIMEOUT = "timeout"
    REDIRECT_LOOP = "redirect_loop"
    OFFSITE = "offsite"  # a host outside the portal's allow-list
    FORBIDDEN_ADDRESS = "forbidden_address"  # private, loopback, link-local
    ROBOTS = "robots"
    OVERSIZED = "oversized"
    BOMB = "bomb"  # decompresses beyond the limit
    TRUNCATED = "truncated"
    WRONG_TYPE = "wrong_type"  # HTML served as PDF and the like
    UNREADABLE = "unreadable"  # no text could be decoded or parsed
    OCR_UNAVAILABLE = "ocr_unavailable"  # pictures of pages, and no text recogniser is installed


class CoverageState(StrEnum):
    """What is known about one portal on one local day."""

    OK = "ok"
    EMPTY_EXPECTED = "empty_expected"
    LATE = "late"
    BLOCKED = "blocked"
    BROKEN = "broken"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Arrow type, whether null is allowed, and what it means (unit and zone included)."""

    name: str
    type: pa.DataType
    description: str
    nullable: bool = True
    allowed: tuple[str, ...] = ()

    def arrow(self) -> pa.Field:
        """The Arrow field, with the description in its metadata."""
        return pa.field(self.name, self.type, nullable=self.nullable, metadata={"description": self.description})


@dataclass(frozen=True, slots=True)
class Table:
    """One table: columns in order, primary key, and whether it is partitioned by province and month."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    partitioned: bool = True
    parent: str | None = field(default=None)

    def arrow(self) -> pa.Schema:
        """The explicit Arrow schema; metadata carries table name, description and schema version."""
        metadata = {"table": self.name, "description": self.description, "schema_version": str(SCHEMA_VERSION)}
        return pa.schema([column.arrow() for column in self.columns], metadata=metadata)

    @property
    def shape(self) -> str:
        """Equal for the same columns: objects of another shape were written before a column came, went or changed."""
        columns = [(column.name, str(column.type), column.nullable) for column in self.columns]
        return hashlib.sha256(repr((self.name, columns)).encode()).hexdigest()[:8]

    def column(self, name: str) -> Column:
        """The column called ``name``; KeyError names the table and what it has."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}; it has {', '.join(c.name for c in self.columns)}")
