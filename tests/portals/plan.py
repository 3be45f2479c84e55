"""How many articles each portal publishes when, in which section and on which topics."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.portals.model import ZONE
from tests.portals.prose import combine
from tests.portals.settings import setting
from tests.portals.texts import Draft, topic, written

FIRST, LAST = dt.date(2025, 5, 1), dt.date(2025, 7, 31)


@dataclass(frozen=True, slots=True)
class Batch:
    """``count`` combined articles of one section, evenly spread over ``first``..``last``."""

    section: str
    topics: tuple[str, ...]
    count: int
    first: dt.date = FIRST
    last: dt.date = LAST

    def moments(self, dice: random.Random) -> Iterator[dt.datetime]:
        """Publication times, local; office hours and evenings."""
        span = (self.last - self.first).days
        for index in range(self.count):
            day = self.first + dt.timedelta(days=round(span * index / max(1, self.count - 1)))
            time = dt.time(dice.randint(6, 21), dice.randint(0, 59))
            yield dt.datetime.combine(day, time, ZONE)


BATCHES: dict[str, tuple[Batch, ...]] = {
    "baosongthao": (
        Batch("thoi-su", ("cchc", "dautucong", "thientai", "chuyendoiso", "anninh", "giaothong"), 58),
        Batch("kinh-te", ("nongnghiep", "moitruong", "dautucong"), 10),
        Batch("van-hoa-xa-hoi", ("giaoduc", "yte", "dulich", "giamngheo"), 10),
    ),
    "truyenhinhmuongthanh": (
        Batch("chinh-tri", ("cchc", "dautucong", "giamngheo"), 12),
        Batch("xa-hoi", ("yte", "giaoduc", "thientai", "dulich", "nongnghiep"), 14),
    ),
    "congxulang": (
        Batch("tin-tuc-su-kien", ("nongnghiep", "giaothong", "chuyendoiso", "yte", "moitruong"), 14),
        Batch("chi-dao-dieu-hanh", ("tuan",), 13, dt.date(2025, 5, 4), dt.date(2025, 7, 27)),
    ),
    "huyentienyen_mau": (
        Batch("tin-trong-huyen", ("giamngheo", "nongnghiep", "moitruong", "giaoduc"), 13, FIRST, dt.date(2025, 6, 30)),
        Batch("thong-bao", ("cchc", "yte", "anninh"), 7, FIRST, dt.date(2025, 6, 28)),
    ),
    "sotttt_mau": (
        Batch("chuyen-doi-so", ("chuyendoiso", "cchc"), 12),
        Batch("buu-chinh-vien-thong", ("vienthong", "antoanthongtin"), 12),
    ),
}


def drafts(portal: str) -> list[Draft]:
    """Every article of ``portal``: the hand-written ones first, then the combined ones."""
    result = written(portal)
    taken = {draft.title for draft in result}
    for batch in BATCHES[portal]:
        dice = random.Random(f"{portal}/{batch.section}")
        for index, moment in enumerate(batch.moments(dice)):
            subject = topic(batch.topics[index % len(batch.topics)])
            seed = f"{portal}/{batch.section}/{index}"
            result.append(combine(setting(portal), subject, batch.section, moment, seed, taken))
    return result
