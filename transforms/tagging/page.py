"""A tagged text as one HTML page that a person can read: no script, no address of any other file."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from transforms.tagging.model import Mention, Tags

NEWLINE = "\n"
COLOURS = {
    "PER": ("#f3d9fa", "person"),
    "ROLE": ("#ffdeeb", "office"),
    "ORG": ("#d0ebff", "body"),
    "LOC": ("#d3f9d8", "place"),
    "DOC": ("#ffec99", "document"),
    "DATE": ("#c5f6fa", "date"),
    "QTY": ("#ffe8cc", "quantity"),
}
_STYLE = """body{font:17px/1.7 Georgia,serif;max-width:46em;margin:2em auto;padding:0 1em;color:#222}
p{margin:0 0 .8em}mark{border-radius:.25em;padding:.05em .2em}mark.credit{outline:1px dashed #868e96}
table{border-collapse:collapse;font:13px/1.4 sans-serif;margin:1em 0;width:100%}
td,th{border-bottom:1px solid #dee2e6;padding:.25em .5em;text-align:left;vertical-align:top}
small,.legend{font:13px/1.6 sans-serif;color:#555}"""


def page(text: str, tags: Tags, title: str | None = None) -> str:
    """The text with its mentions coloured and explained on hover, then topics, citations and quantities as tables."""
    head = escape(title or "Tagged text")
    parts = [
        f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>{head}</title><style>{_STYLE}</style>',
        f"<h1>{head}</h1>" if title else "",
        f'<p class="legend">{" ".join(_legend())}</p>',
        *(f"<p>{paragraph}</p>" for paragraph in "".join(_marked(text, tags)).split("\n") if paragraph.strip()),
        _table("Topics", ("topic", "score", "terms"), _topics(tags)),
        _table("Citations", ("key", "type", "issuer", "date", "repair", "conflict"), _citations(tags)),
        _table("Quantities", ("as written", "measured", "normal value", "comparison"), _quantities(tags)),
        f"<small>version {escape(tags.version)}</small></html>",
    ]
    return "\n".join(part for part in parts if part)


def _legend() -> Iterator[str]:
    for kind, (colour, name) in COLOURS.items():
        yield f'<mark style="background:{colour}">{kind} {name}</mark>'


def _marked(text: str, tags: Tags) -> Iterator[str]:
    done = 0
    for mention in tags.mentions:
        yield escape(text[done : mention.start])
        kind = ' class="credit"' if mention.credit else ""
        style = f'style="background:{COLOURS[mention.type][0]}" title="{escape(_hover(mention))}"'
        yield f"<mark{kind} {style}>{escape(text[mention.start : mention.end].replace(NEWLINE, ' '))}</mark>"
        done = mention.end
    yield escape(text[done:])


def _hover(mention: Mention) -> str:
    known = {
        "": mention.type,
        "norm": mention.norm,
        "office": mention.role,
        "level": mention.level,
        "code": mention.code,
        "today": mention.code_now,
        "candidates": " ".join(mention.candidates or ()),
        "rule": mention.rule,
    }
    return " · ".join(f"{name} {value}".strip() for name, value in known.items() if value)


def _topics(tags: Tags) -> list[tuple[object, ...]]:
    return [(topic.topic, topic.score, ", ".join(topic.terms)) for topic in tags.topics]


def _citations(tags: Tags) -> list[tuple[object, ...]]:
    return [(c.number, c.doc_type, c.issuer, c.issued_date or c.year, c.repair, c.conflict) for c in tags.citations]


def _quantities(tags: Tags) -> list[tuple[object, ...]]:
    return [
        (
            q.raw,
            q.measured,
            f"{q.normal_value:.15g} {q.normal_unit}" if q.normal_value is not None else "",
            q.comparison,
        )
        for q in tags.quantities
    ]


def _table(title: str, names: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(value if value is not None else ''))}</td>" for value in row) + "</tr>"
        for row in rows
    )
    return f"<h2>{title}</h2><table><tr>{head}</tr>{body}</table>"
