"""The gold of the sample portals: what a reader should find on every article and document."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PARAGRAPH, HEADING, CAPTION, ROW = "p", "h", "caption", "row"


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
    """One piece of a body, in reading order: a paragraph, a heading, a caption or a table row."""

    kind: str
    text: str = ""
    caption: Caption | None = None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One article. ``urls`` are all addresses that show it, the preferred one first; ``key`` is the portal's own id."""

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

    @property
    def ref(self) -> str:
        """Name across portals: ``portal:key``."""
        return f"{self.portal}:{self.key}"

    @property
    def url(self) -> str:
        """The preferred address."""
        return self.urls[0]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Body paragraphs, headings and table rows (cells joined by ' | '), without lead and captions."""
        return tuple(
            " | ".join(block.cells) if block.kind == ROW else block.text
            for block in self.blocks
            if block.kind != CAPTION
        )

    @property
    def captions(self) -> tuple[Caption, ...]:
        """Captions in reading order."""
        return tuple(block.caption for block in self.blocks if block.caption)

    @property
    def text(self) -> str:
        """Lead and paragraphs, separated by empty lines."""
        return "\n\n".join(([self.lead] if self.lead else []) + list(self.paragraphs))


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
