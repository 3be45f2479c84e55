"""Photo captions: found by the family's hints and by where they stand, taken out of the text, credits apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawlers.families.hints import Hints
from transforms.bylines import is_account, may_credit, split_credit
from transforms.tree import BLOCKS, Page, drop, raw_text, text_of, whole_text

_GENERIC = ("figcaption", ".image_desc", ".image-caption", ".wp-caption-text", ".caption", ".photo-caption")
_LONGEST = 400  # characters of a caption
_SHORTEST_CREDITED = 12  # characters before a credit that make a line a caption and no byline


@dataclass(frozen=True, slots=True)
class Caption:
    """A picture's caption without its credit, and the credit."""

    text: str
    credit: str | None = None


def take_captions(page: Page, hints: Hints, container: HtmlElement) -> tuple[Caption, ...]:
    """The captions below ``container`` in reading order; their elements are removed."""
    found = set(page.select_all((*hints.caption, *_GENERIC), container))
    found |= set(_in_picture_tables(container)) | set(_below_pictures(container))
    if not found:
        return ()
    captions: dict[str, Caption] = {}
    for element in [each for each in container.iter() if each in found]:
        if any(parent in found for parent in element.iterancestors()):
            continue
        text = text_of(element)
        if text and len(text) <= _LONGEST and not is_account(text):
            rest, credit = split_credit(text)
            captions.setdefault(text, Caption(rest or text, credit))
            drop(element)
    return tuple(captions.values())


def _in_picture_tables(container: HtmlElement) -> Iterator[HtmlElement]:
    """Cells of text in tables that hold a picture and little else."""
    for table in container.iter("table"):
        small = len(raw_text(table)) <= _LONGEST and sum(1 for _ in table.iter("td", "th")) <= 6
        if small and table.find(".//img") is not None:
            yield from (cell for cell in table.iter("td", "th") if raw_text(cell) and cell.find(".//table") is None)


def _below_pictures(container: HtmlElement) -> Iterator[HtmlElement]:
    """Short blocks with a photo credit, and short blocks set apart right below a picture."""
    below_picture = False
    credited = may_credit(whole_text(container))
    if not credited and container.find(".//img") is None:
        return
    for element in container.iter():
        if element.tag not in BLOCKS or (
            len(element) and any(each.tag in BLOCKS for each in element.iterdescendants())
        ):
            continue
        looked_at = credited or below_picture
        text = raw_text(element) if looked_at else whole_text(element).strip()
        if looked_at and text and len(text) <= _LONGEST and not is_account(text):
            rest, credit = split_credit(text) if credited else (text, None)
            if (credit and len(rest) >= _SHORTEST_CREDITED) or (below_picture and _is_apart(element, text)):
                yield element
        if text or element.find(".//img") is not None:
            below_picture = not text


def _is_apart(element: HtmlElement, text: str) -> bool:
    style = f"{element.get('align') or ''} {element.get('style') or ''}".replace(" ", "")
    italic = sum(len(raw_text(each)) for each in element.iter("em", "i"))
    return "center" in style or italic >= 0.9 * len(text)
