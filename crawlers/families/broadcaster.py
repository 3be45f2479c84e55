"""Provincial broadcasters (ePi style): ``/section/YYYYMM/slug-1234567/``, pages ``?p=N``."""

from __future__ import annotations

from crawlers.families.base import Family, patterns
from crawlers.families.hints import BROADCASTER

FAMILY = Family(
    "broadcaster",
    articles=patterns(r"/20\d{4}/[^/?]+-(?P<key>\d{5,})/?(?:\?|$)", r"/[^/?]+-(?P<key>\d{5,})\.(?:html?|aspx)(?:\?|$)"),
    hints=BROADCASTER,
)
