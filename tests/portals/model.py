"""The gold of the sample portals: what a reader should find on every article and document."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PARAGRAPH, HEADING, CAPTION, ROW, ITEM = "p", "h", "caption", "row", "item"


@dataclass(frozen=True, slots=True)
class Caption:
    """A picture's caption and who took the picture (None = not said)."""

    text: str
    credit: str | None

    @property
    def shown(self) -> str:
        """The caption as the page prints it."""
        return f"{self.text} Ảnh: {self.credit}." if self.credit else self.text


@dataclass(frozen=True, slots=True)
class Attachment:
    """A linked file; ``lines`` is its text, from which the PDF is made at serve time."""

    url: str
    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a body, in reading order: a paragraph, a heading, a caption, a table row or an item of a list."""

    kind: str
    text: str = ""
    caption: Caption | None = None
    cells: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """Its text; a row's cells joined by ' | '."""
        return " | ".join(self.cells) if self.kind == ROW else self.text


@dataclass(frozen=True, slots=True)
class Article:
    """One article. ``urls`` are all addresses that show it, the preferred one first; ``key`` is the portal's own id.

    ``lead`` is without the station's ``dateline`` that some pages print before it; ``author`` names people and units
    separated by '; ', ``byline`` is how the page prints them.
    """

    portal: str
    key: str
    urls: tuple[str, ...]
    title: str
    lead: str | None
    blocks: tuple[Block, ...]
    author: str | None
    section: str
    section_slug: str
    published_at: dt.datetime
    attachments: tuple[Attachment, ...] = ()
    encoding: str = "utf-8"
    form: Literal["NFC", "NFD"] = "NFC"
    also_in: tuple[str, ...] = ()  # further section slugs whose listings show it
    dateline: str = ""
    byline: str = ""
    units: tuple[str, ...] = ()  # offices and web addresses in the byline
    tags: tuple[str, ...] = ()
    source: str | None = None
    updated_at: dt.datetime | None = None

    @property
    def ref(self) -> str:
        """Name across portals: ``portal:key``."""
        return f"{self.portal}:{self.key}"

    @property
    def url(self) -> str:
        """The preferred address."""
        return self.urls[0]

    @property
    def shown_lead(self) -> str:
        """The lead as the page prints it, '' where there is none."""
        return self.dateline + self.lead if self.lead else ""

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Body paragraphs and headings, without lead and captions; a table is one paragraph, and so is a list.

        Items and the rows of a table are lines, the cells of a row joined by ' | '.
        """
        shown = [block for block in self.blocks if block.kind != CAPTION]
        kept = (ROW, ITEM)
        runs = groupby(enumerate(shown), key=lambda item: item[1].kind if item[1].kind in kept else str(item[0]))
        return tuple("\n".join(block.line for _, block in run) for _, run in runs)

    @property
    def tables(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Cells of the rows of each table."""
        runs = groupby(self.blocks, key=lambda block: block.kind)
        return tuple(tuple(block.cells for block in run) for kind, run in runs if kind == ROW)

    @property
    def captions(self) -> tuple[Caption, ...]:
        """Captions in reading order."""
        return tuple(block.caption for block in self.blocks if block.caption)

    @property
    def text(self) -> str:
        """Lead as printed and paragraphs, separated by empty lines."""
        return "\n\n".join(([self.shown_lead] if self.lead else []) + list(self.paragraphs))


@dataclass(frozen=True, slots=True)
class Document:
    """One official document; ``number_shown`` is its number with the slips of the page, ``number`` without."""

    portal: str
    key: str
    urls: tuple[str, ...]
    number: str
    number_shown: str
    doc_type: str
    issuer: str
    issued_date: dt.date
    signer: str
    signer_title: str
    subject: str
    published_at: dt.datetime
    attachments: tuple[Attachment, ...] = ()
    paragraphs: tuple[str, ...] = field(default=())  # full text where the page itself prints it

    @property
    def ref(self) -> str:
        """Name across portals: ``portal:key``."""
        return f"{self.portal}:{self.key}"

    @property
    def url(self) -> str:
        """The preferred address."""
        return self.urls[0]


def slug(text: str, words: int = 14) -> str:
    """Lower-case ASCII words of ``text`` joined by hyphens, as a CMS makes them."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "-".join(re.findall(r"[a-z0-9]+", plain)[:words])
