"""What a tagger is told and what it answers; fields equal the struct columns of ``warehouse.schema``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Context:
    """Where a text comes from: portal id, province slug of the 63-province set, local day of publication, title."""

    portal: str | None = None
    province: str | None = None
    published: date | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place where a term of the lexicon stands in the text."""

    term: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A field of government with its score, rank (1 = primary), the terms that triggered it and where they stand."""

    topic: str
    score: float
    rank: int
    terms: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    method: str
    lexicon_version: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A person, office, body, place, document, date or quantity at ``[start, end)`` of the text."""

    type: str
    start: int
    end: int
    text: str
    rule: str
    norm: str | None = None
    role: str | None = None
    unit: str | None = None
    level: str | None = None
    code: str | None = None
    code_now: str | None = None
    candidates: tuple[str, ...] | None = None
    credit: bool | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered document that the text cites; ``relation`` is known for a document's own text only."""

    start: int
    end: int
    raw: str
    number: str
    doc_type: str | None
    issuer: str | None
    year: int | None
    issued_date: date | None
    repair: str | None
    conflict: str | None
    relation: str | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit; ``value_max`` closes a range, ``of`` is the denominator of a ratio."""

    start: int
    end: int
    raw: str
    value: float
    value_max: float | None
    of: float | None
    unit: str
    normal_value: float | None
    normal_unit: str | None
    comparison: str | None
    compared_with: str | None
    measured: str | None


@dataclass(frozen=True, slots=True)
class Tags:
    """Everything that was found in one text, in order of position, and the version of rules and data."""

    topics: tuple[Topic, ...]
    mentions: tuple[Mention, ...]
    citations: tuple[Citation, ...]
    quantities: tuple[Quantity, ...]
    version: str
