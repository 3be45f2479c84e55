"""What changed from one text version of an article to the next."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from warehouse.history import Item, Readings
from warehouse.schema import ARTICLE_CONTENT, STRING, STRINGS

TOLD = ("changed", "added", "removed")
COMPARED = [column.name for column in ARTICLE_CONTENT] + ["attachments"]
Difference = tuple[list[str], list[str], list[str]]  # columns, paragraphs added, paragraphs removed


def revisions(observations: Readings, items: Sequence[Item]) -> dict[str, pa.Array]:
    """Of every version of ``items``, in their order: what changed, and the text of those that are not newest."""
    rows = [version.row for item in items if len(item.versions) > 1 for version in item.versions]
    known = dict(zip(rows, _content(observations, rows), strict=True)) if rows else {}
    told: list[Difference | None] = []
    texts: list[str | None] = []
    for item in items:
        older = [known[version.row] for version in item.versions] if len(item.versions) > 1 else []
        told += [None, *itertools.starmap(difference, itertools.pairwise(older))]
        texts += [*(row["text"] for row in older[:-1]), None]
    columns = {name: pa.array([each and each[place] for each in told], STRINGS) for place, name in enumerate(TOLD)}
    return {**columns, "text": pa.array(texts, STRING)}


def difference(before: dict[str, Any], after: dict[str, Any]) -> Difference:
    """Columns that differ, and the paragraphs of the text that came and went, in their order."""
    changed = [name for name in COMPARED if before[name] != after[name]]
    old, new = _paragraphs(before), _paragraphs(after)
    return changed, _beyond(new, old), _beyond(old, new)


def _content(observations: Readings, rows: list[int]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = observations.select(COMPARED).take(pa.array(rows, pa.int64())).to_pylist()
    return found


def _paragraphs(row: dict[str, Any]) -> list[str]:
    return [line for line in (row["text"] or "").splitlines() if line.strip()]


def _beyond(these: Sequence[str], those: Sequence[str]) -> list[str]:
    """The paragraphs of ``these`` that ``those`` do not have, a repeated one as often as it is more frequent."""
    left = Counter(those)
    found = []
    for paragraph in these:
        left[paragraph] -= 1
        found += [paragraph] if left[paragraph] < 0 else []
    return found
