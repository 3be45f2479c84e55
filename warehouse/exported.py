"""Tables that need the articles of all provinces: made when a month is exported, so that they agree with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from warehouse import duplicates, search
from warehouse.schema import ARTICLE_DUPLICATES, ARTICLE_SEARCH, EXPORTED, Table

Load = Callable[[], Iterable[pa.Table]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one month of a table is made: from which columns of articles, by what, and the version of that logic.

    ``around``: the month before and the one after are needed too; ``group``: rows in a row group.
    """

    columns: Sequence[str]
    make: Callable[[str, Load], Iterable[pa.Table]]
    logic: int
    around: bool
    group: int


RECIPES: Mapping[str, Recipe] = {
    ARTICLE_DUPLICATES.name: Recipe(
        duplicates.NEEDED, lambda month, load: [duplicates.duplicates(month, load)], duplicates.LOGIC, True, 20_000
    ),
    ARTICLE_SEARCH.name: Recipe(
        search.NEEDED, lambda month, load: search.index(month, load()), search.LOGIC, False, search.GROUP
    ),
}


def sources(table: Table, month: str, articles: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The objects of articles, given by month, of which ``month`` (YYYY-MM) of an exported table is made."""
    year, number = map(int, month.split("-"))
    places = range(-1, 2) if RECIPES[table.name].around else range(1)
    months = [_month(12 * year + number - 1 + place) for place in places]
    return tuple(path for name in months for path in articles.get(name, ()))


def _month(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"


__all__ = ["EXPORTED", "RECIPES", "Recipe", "sources"]
