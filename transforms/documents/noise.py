"""What recognition makes of a page that is no text: rules, specks, pens, and the box stamped on incoming documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from transforms.documents.columns import is_motto, is_number, plain
from transforms.documents.form import is_type
from transforms.documents.words import Segment, Word

_LEAST = 0.3  # confidence below which a word without a neighbour is a speck
_SURE = 0.6  # confidence of a line that is kept whatever it says
_TOP = 0.45  # share of the page within which incoming documents are stamped
_RULE = re.compile(r"^[\W_]{1,40}$")
_BULLET = re.compile(r"^[-+*•–./;:,()\"“”]+$")
_MARK = re.compile(r"^(?:[-+*–]|[\d§]{1,2}[.)]|[IVX]{1,4}[.,]|[a-zđ]\))$")  # what a list's item begins with
_FIELD = re.compile(r"^\W*(?:gio|ngay|kinh chuyen|chuyen|so|luu ho so)\b.{0,3}[.…]{2,}|[.…_]{6,}")
_INCOMING = re.compile(r"^\W*(?:cong van )?den\b|\bden\W*$")


def without_noise(found: Sequence[Segment], width: float, height: float) -> tuple[list[Segment], bool]:
    """The segments without specks, rules and the incoming stamp, and whether there was such a stamp."""
    stamp = _stamp([each for each in found if each.top < _TOP * height], width)
    lines = [_beside(each, stamp) if stamp else each for each in found if each not in stamp]
    rest = (each for line in lines if (each := _trimmed(line)) is not None)
    return [each for each in rest if not _is_speck(each)], bool(stamp)


def _beside(segment: Segment, stamp: Sequence[Segment]) -> Segment:
    """The line without what the stamp above it makes unreadable: of "Hà Nội, ngày 5 tháng 6" the beginning is left."""
    edge, height = min(each.left for each in stamp), segment.height
    top, bottom = min(each.top for each in stamp) - 4 * height, max(each.bottom for each in stamp)
    words = tuple(word for word in segment.words if word.right <= edge)
    is_covered = top < segment.middle < bottom and segment.right > edge and segment.confidence < _SURE
    return Segment(words) if words and is_covered else segment


def _trimmed(segment: Segment) -> Segment | None:
    """The segment without rules and specks at its ends; None where nothing is left."""
    words = list(segment.words)
    while words and _is_dirt(words[0]) and not (len(words) > 1 and _MARK.match(words[0].text)):
        del words[0]
    while words and _is_dirt(words[-1]):
        del words[-1]
    return Segment(tuple(words)) if words else None


def _is_dirt(word: Word) -> bool:
    if _RULE.match(word.text):
        return not _BULLET.match(word.text) or word.confidence < _LEAST
    return word.confidence < _LEAST and len(word.text) <= 2


def _is_speck(segment: Segment) -> bool:
    """Whether a short line is one that no recogniser is sure of: a pen, a picture, a seal."""
    letters = sum(character.isalnum() for character in segment.text)
    if letters == 0:
        return True
    return segment.confidence < (_LEAST if letters > 12 else _SURE if letters < 4 and len(segment.words) < 2 else 0.4)


def _stamp(upper: Sequence[Segment], width: float) -> list[Segment]:
    """Lines of the incoming stamp: dotted fields, the word ĐẾN, and the owner's name in the same box."""
    marks = [each for each in upper if _FIELD.search(plain(each)) or _is_arrival(each)]
    if not marks:
        return []
    left, right = min(each.left for each in marks), max(each.right for each in marks)
    if right - left > 0.4 * width:
        return marks
    top, height = min(each.top for each in marks), median(each.height for each in upper)
    owners = [
        each
        for each in upper
        if each.left < right + height
        and left - 3 * height < each.right
        and top - 4 * height < each.top
        and each.bottom <= top + height
        and _is_loud(each)
        and not (is_motto(each) or is_number(each) or is_type(each.text))
    ]
    return [*marks, *(each for each in owners if each not in marks)]


def _is_arrival(segment: Segment) -> bool:
    """The stamp's large word: ĐẾN, CÔNG VĂN ĐẾN."""
    return len(segment.words) <= 5 and _is_loud(segment) and bool(_INCOMING.search(plain(segment)))


def _is_loud(segment: Segment) -> bool:
    letters = [character for character in segment.text if character.isalpha()]
    return sum(map(str.isupper, letters)) > 0.6 * len(letters)
