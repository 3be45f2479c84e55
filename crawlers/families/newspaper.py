"""Provincial newspapers: ``/section/YYYYMM/slug-hex/`` or ``/slug-123456.html``, feeds, sections with pages."""

from __future__ import annotations

from crawlers.families.base import Family, patterns
from crawlers.families.hints import NEWSPAPER

FAMILY = Family(
    "newspaper",
    articles=patterns(
        r"/20\d{4}/[^/?]+-(?P<key>[0-9a-f]{7,})/?(?:\?|$)",
        r"/[^/?]*-(?:post|p|d|a)?(?P<key>\d{5,})\.(?:html?|tpo|aspx|vnp)(?:\?|$)",
        r"/[^/?]+-(?P<key>\d{6,})/?(?:\?|$)",
    ),
    hints=NEWSPAPER,
)
