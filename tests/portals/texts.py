"""Reading of the hand-written texts under ``texts/``: whole articles and topic templates.

Articles: ``@@ date time | section | author | vice`` starts one; ``# `` title, ``> `` lead, ``! text | credit`` caption,
``## `` heading, ``|| a | b`` table row, other lines paragraphs. Topics: ``# `` titles, ``> `` leads, ``! `` captions,
``. `` closings, other lines body paragraphs in reading order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.portals.model import CAPTION, HEADING, PARAGRAPH, ROW, ZONE, Block, Caption

TEXTS = Path(__file__).parent / "texts"


@dataclass(slots=True)
class Draft:
    """An article before it belongs to a portal's address space."""

    published_at: dt.datetime
    section: str
    author: str | None
    title: str = ""
    lead: str | None = None
    blocks: list[Block] = field(default_factory=list)
    vice: str = ""  # 'windows-1258' or 'NFD': how the page is written


@dataclass(slots=True)
class Topic:
    """Templates of one subject; see ``prose`` for their slots."""

    name: str
    titles: list[str] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    closings: list[str] = field(default_factory=list)


def written(portal: str) -> list[Draft]:
    """The wholly hand-written articles of ``portal``."""
    drafts: list[Draft] = []
    for line in _lines(TEXTS / f"{portal}.txt"):
        if line.startswith("@@ "):
            drafts.append(_head(line[3:]))
        else:
            _add(drafts[-1], line)
    return drafts


def topic(name: str) -> Topic:
    """The topic file ``texts/topics/<name>.txt``."""
    result = Topic(name)
    lists = {"# ": result.titles, "> ": result.leads, "! ": result.captions, ". ": result.closings}
    for line in _lines(TEXTS / "topics" / f"{name}.txt"):
        target = lists.get(line[:2])
        (result.body if target is None else target).append(line if target is None else line[2:])
    return result


def _lines(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield line.strip()


def _head(line: str) -> Draft:
    moment, section, author, vice = (part.strip() for part in f"{line} | | ".split("|")[:4])
    return Draft(dt.datetime.fromisoformat(moment).replace(tzinfo=ZONE), section, author or None, vice=vice)


def _add(draft: Draft, line: str) -> None:
    if line.startswith("# "):
        draft.title = line[2:]
    elif line.startswith("> "):
        draft.lead = line[2:]
    else:
        draft.blocks.append(_block(line))


def _block(line: str) -> Block:
    if line.startswith("! "):
        text, _, credit = line[2:].partition(" | ")
        return Block(CAPTION, caption=Caption(text.strip(), credit.strip() or None))
    if line.startswith("## "):
        return Block(HEADING, line[3:])
    if line.startswith("|| "):
        return Block(ROW, cells=tuple(cell.strip() for cell in line[3:].split("|")))
    return Block(PARAGRAPH, line)
