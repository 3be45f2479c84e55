"""Puts the families of rules together: ``tag`` and the version of rules and data."""

from __future__ import annotations

from collections.abc import Iterable

from transforms import numbers
from transforms.tagging import bodies, dates, documents, lexicon, quantities, vocabulary
from transforms.tagging.grammar import Grammar
from transforms.tagging.model import Citation, Context, Mention, Quantity, Tags
from transforms.tagging.people import People
from transforms.tagging.places import Places
from transforms.tagging.spans import Claims, Found
from transforms.tagging.view import TextView

VERSION = f"{vocabulary.CODE_VERSION}+{vocabulary.data_hash()}"


def _citation(view: TextView, found: documents.Cited) -> Citation:
    start, end = view.span(found.start, found.end)
    issuer = numbers.issuer_name(found.symbol)
    raw = view.source[start:end]
    return Citation(start, end, raw, found.number, found.doc_type, issuer, found.issued, found.repair)


def _quantity(view: TextView, found: quantities.Measured) -> Quantity:
    start, end = view.span(found.start, found.end)
    raw = view.source[start:end]
    values = (found.value, found.value_max, found.of, found.unit, found.normal_value, found.normal_unit)
    return Quantity(start, end, raw, *values, found.comparison)


def _mention(view: TextView, found: Found) -> Mention:
    start, end = view.span(found.start, found.end)
    text = view.source[start:end]
    role = found.roles[0] if found.roles else None
    unit = role.unit if role else found.unit
    return Mention(
        found.type,
        start,
        end,
        text,
        found.rule,
        norm=found.norm,
        role="; ".join(view.plain[office.start : office.end] for office in found.roles) or None,
        unit=unit,
        level=found.level,
        credit=(found.credit if found.type == "PER" else None),
    )


def _claimed(claims: Claims, found: Iterable[Found]) -> list[Found]:
    return [one for one in found if claims.claim(one.start, one.end)]


def tag(text: str, context: Context) -> Tags:
    """Topics, mentions, citations and quantities of ``text``; offsets are characters of ``text`` as given."""
    view = TextView.of(text)
    claims = Claims()
    cited = [one for one in documents.find(view) if claims.claim(one.start, one.end)]
    found = [Found("DOC", c.start, c.end, "document-number", norm=c.number) for c in cited]
    found += _claimed(claims, dates.find(view.plain))
    measured = [one for one in quantities.find(view.plain, view.folded) if claims.claim(one.start, one.end)]
    found += [Found("QTY", one.start, one.end, "quantity") for one in measured]
    grammar = Grammar(view, lexicon.load())
    named = _claimed(claims, bodies.find(grammar))
    people = People(grammar, [one for one in named if one.type == "ROLE"], claims).run()
    places = Places(grammar, claims).run()
    found += [*named, *people, *places]
    mentions = sorted((_mention(view, one) for one in found), key=lambda m: (m.start, m.end))
    citations = tuple(_citation(view, one) for one in cited)
    return Tags((), tuple(mentions), citations, tuple(_quantity(view, one) for one in measured), VERSION)
