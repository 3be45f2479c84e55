"""Puts the families of rules together: ``tag`` and the version of rules and data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from transforms import numbers
from transforms.tagging import bodies, dates, documents, lexicon, quantities, topics, units, vocabulary
from transforms.tagging.grammar import Grammar
from transforms.tagging.model import Citation, Context, Mention, Quantity, Tags
from transforms.tagging.norms import written_out
from transforms.tagging.people import People
from transforms.tagging.places import Places
from transforms.tagging.resolve import Resolved, Resolver
from transforms.tagging.spans import Claims, Found
from transforms.tagging.view import TextView, fold_key

LONGEST_PIECE = 100_000  # characters; documents of hundreds of pages are read piece by piece
Spanned = TypeVar("Spanned", Mention, Citation, Quantity)
VERSION = f"{vocabulary.CODE_VERSION}+{vocabulary.data_hash()}"


def _issuer(view: TextView, found: documents.Cited, bodies_: Mapping[int, Mention]) -> str | None:
    """The body behind the symbol; the one that the text names where that is the same with more to tell."""
    known = numbers.issuer_name(found.symbol)
    at = documents.issuer_at(view.plain, found.end)
    told = bodies_.get(view.span(at, at + 1)[0]) if at is not None and at < len(view.plain) else None
    if told is None or told.norm is None:
        return known
    return told.norm if known is None or fold_key(told.norm).startswith(fold_key(known)) else known


def _citation(view: TextView, found: documents.Cited, bodies_: Mapping[int, Mention]) -> Citation:
    start, end = view.span(found.start, found.end)
    issuer = _issuer(view, found, bodies_)
    raw = view.source[start:end]
    told = (found.number, found.doc_type, issuer, found.year, found.issued, found.repair, found.conflict)
    return Citation(start, end, raw, *told)


def _quantity(view: TextView, found: quantities.Measured) -> Quantity:
    start, end = view.span(found.start, found.end)
    raw = view.source[start:end]
    values = (found.value, found.value_max, found.of, found.unit, found.normal_value, found.normal_unit)
    return Quantity(start, end, raw, *values, found.comparison, found.compared_with, found.measured)


def _mention(view: TextView, found: Found, known: Resolved | None = None) -> Mention:
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
        level=known.level if known else found.level,
        code=known.code if known else None,
        code_now=known.code_now if known else None,
        candidates=known.candidates if known else None,
        credit=(found.credit if found.type == "PER" else None),
    )


def _claimed(claims: Claims, found: Iterable[Found]) -> list[Found]:
    return [one for one in found if claims.claim(one.start, one.end)]


def _located(grammar: Grammar, bodies_: list[Found], places: list[Found], context: Context) -> Iterator[Mention]:
    """Places with their codes or candidates, bodies and offices with those of the units that they belong to."""
    view = grammar.view
    areas = [units.area_of(grammar, *view.tokens.between(one.start, one.end)) for one in bodies_]
    inner = [area.place for area in areas if area and area.place]
    every = sorted([*places, *inner], key=lambda place: place.start)
    resolver = Resolver(grammar.lexicon.gazetteer, context, view.plain, every)
    known = {id(place): resolver.resolve(i) for i, place in enumerate(every)}
    named = [(place.start, found.unit) for place in every if (found := known[id(place)]).unit]
    homes = units.Homes(resolver, named)
    for one, area in zip(bodies_, areas, strict=True):
        yield _of_unit(view, one, area, known, homes)
    yield from (_mention(view, place, known[id(place)]) for place in places)


def _of_unit(
    view: TextView, one: Found, area: units.Area | None, known: Mapping[int, Resolved], homes: units.Homes
) -> Mention:
    """A body or office with its full norm and the codes of its unit."""
    bare = homes.unit(area.type, one.start) if area and area.type and not area.place else None
    unit = known[id(area.place)].unit if area and area.place else bare
    one.norm = written_out(one.norm or "") + (f" {bare.name}" if bare else "")
    return _mention(view, one, Resolved(unit.level, unit.code, unit.now, None) if unit else None)


def _names(view: TextView, claims: Claims, context: Context) -> list[Mention]:
    """Offices and bodies, then people, then places: each family leaves the next what it has not claimed."""
    grammar = Grammar(view, lexicon.load())
    named = _claimed(claims, bodies.find(grammar))
    people = People(grammar, [one for one in named if one.type == "ROLE"], claims).run()
    places = Places(grammar, claims).run()
    return [*(_mention(view, one) for one in people), *_located(grammar, named, places, context)]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The text in pieces of bounded size, cut at line ends or blanks, with their offsets."""
    start = 0
    while len(text) - start > LONGEST_PIECE:
        limit = start + LONGEST_PIECE
        breaks = (text.rfind("\n", start, limit), text.rfind(" ", start, limit))
        cut = next((at + 1 for at in breaks if at > start), limit)
        yield start, text[start:cut]
        start = cut
    yield start, text[start:]


def _tag_piece(text: str, offset: int, context: Context) -> tuple[list[Mention], list[Citation], list[Quantity]]:
    view = TextView.of(text)
    claims = Claims()
    cited = [one for one in documents.find(view) if claims.claim(one.start, one.end)]
    found = [Found("DOC", one.start, one.end, "document-number", norm=one.number) for one in cited]
    found += _claimed(claims, dates.find(view.plain))
    measured = [one for one in quantities.find(view.plain, view.folded) if claims.claim(one.start, one.end)]
    found += [Found("QTY", one.start, one.end, "quantity", norm=one.norm) for one in measured]
    mentions = [*(_mention(view, one) for one in found), *_names(view, claims, context)]
    mentions.sort(key=lambda mention: (mention.start, mention.end))
    issuers = {mention.start: mention for mention in mentions if mention.type in ("ORG", "ROLE")}
    citations = [_citation(view, one, issuers) for one in cited]
    amounts = [_quantity(view, one) for one in measured]
    return _shifted(mentions, offset), _shifted(citations, offset), _shifted(amounts, offset)


def _shifted(found: list[Spanned], offset: int) -> list[Spanned]:
    if not offset:
        return found
    return [replace(one, start=one.start + offset, end=one.end + offset) for one in found]


def tag(text: str, context: Context) -> Tags:
    """Topics, mentions, citations and quantities of ``text``; offsets are characters of ``text`` as given.

    Pure and thread-safe: the same text, context and version give the same tags. Time grows with the length of the text,
    memory does not beyond ``LONGEST_PIECE`` characters: longer texts are read in pieces.
    """
    mentions: list[Mention] = []
    citations: list[Citation] = []
    amounts: list[Quantity] = []
    for offset, piece in _pieces(text):
        found, cited, measured = _tag_piece(piece, offset, context)
        mentions += found
        citations += cited
        amounts += measured
    subjects = topics.find(text, context.title)
    return Tags(subjects, tuple(mentions), tuple(citations), tuple(amounts), VERSION)
