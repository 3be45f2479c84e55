"""Puts the families of rules together: ``tag`` and the version of rules and data."""

from __future__ import annotations

from transforms import numbers
from transforms.tagging import documents, vocabulary
from transforms.tagging.model import Citation, Context, Mention, Tags
from transforms.tagging.view import TextView

VERSION = f"{vocabulary.CODE_VERSION}+{vocabulary.data_hash()}"


def _citation(view: TextView, found: documents.Cited) -> Citation:
    start, end = view.span(found.start, found.end)
    issuer = numbers.issuer_name(found.symbol)
    raw = view.source[start:end]
    return Citation(start, end, raw, found.number, found.doc_type, issuer, found.issued, found.repair)


def tag(text: str, context: Context) -> Tags:
    """Topics, mentions, citations and quantities of ``text``; offsets are characters of ``text`` as given."""
    view = TextView.of(text)
    cited = documents.find(view)
    citations = tuple(_citation(view, found) for found in cited)
    mentions = tuple(Mention("DOC", c.start, c.end, c.raw, "document-number", norm=c.number) for c in citations)
    return Tags((), mentions, citations, (), VERSION)
