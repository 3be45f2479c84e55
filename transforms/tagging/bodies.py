"""Bodies (ORG) and offices (ROLE): one walk over the tokens."""

from __future__ import annotations

from collections.abc import Iterator

from transforms.tagging.grammar import Grammar
from transforms.tagging.spans import Found

LOWER_HEADS = frozenset(
    {"đảng bộ", "vụ", "hội", "khoa", "thuế", "quỹ", "hạt", "thanh tra", "văn phòng", "báo", "đội", "vùng"}
)


def _text(grammar: Grammar, start: int, end: int) -> str:
    tokens = grammar.view.tokens
    return grammar.view.plain[tokens.starts[start] : tokens.ends[end - 1]]


def _office(grammar: Grammar, index: int) -> tuple[Found, int] | None:
    parsed = grammar.office(index)
    if parsed is None:
        return None
    end, unit_start, unit_end = parsed
    tokens = grammar.view.tokens
    unit = _text(grammar, unit_start, unit_end) if unit_start is not None and unit_end is not None else None
    found = Found("ROLE", tokens.starts[index], tokens.ends[end - 1], "office", unit=unit)
    found.norm = _text(grammar, index, end)
    return found, end


def _body(grammar: Grammar, index: int) -> tuple[Found, int] | None:
    end = grammar.body(index)
    if end is None or (not grammar.capital[index] and grammar.folded[index] in LOWER_HEADS):
        return None
    tokens = grammar.view.tokens
    return Found("ORG", tokens.starts[index], tokens.ends[end - 1], "body", norm=_text(grammar, index, end)), end


def find(grammar: Grammar) -> Iterator[Found]:
    """Offices and bodies from left to right; an office takes the body that it governs along."""
    index, folded, heads = 0, grammar.folded, grammar.lexicon.heads
    offices, named = grammar.lexicon.offices.firsts, grammar.lexicon.bodies.firsts
    while index < grammar.count:
        word = folded[index]
        if word not in heads:
            index += 1
            continue
        parsed = _office(grammar, index) if word in offices else None
        parsed = parsed or (_body(grammar, index) if word in named else None)
        if parsed is None:
            index += 1
            continue
        found, index = parsed
        yield found
