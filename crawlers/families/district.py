"""District and commune portals (VNPT style): ``/tin-bai/slug?type=NEWS&id=N``, pages ``?trang=N``."""

from __future__ import annotations

from crawlers.families.base import Family, patterns
from crawlers.families.hints import DISTRICT

FAMILY = Family(
    "district",
    articles=patterns(
        r"\?(?=(?:.*&)?type=NEWS)(?:.*&)?id=(?P<key>\d+)",
        r"/tin-bai/[^/?]+\?(?!(?:.*&)?type=)(?:.*&)?id=(?P<key>\d+)",
        r"/DetailView/(?P<key>\d+)/",
    ),
    documents=patterns(r"\?(?=(?:.*&)?type=(?:DOCUMENT|DOC|VANBAN|LEGAL))(?:.*&)?id=(?P<key>\d+)"),
    hints=DISTRICT,
)
