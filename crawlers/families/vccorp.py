"""Papers on VCCorp's CMS (Chính phủ, Người Lao động, Tuổi Trẻ): ``/slug-123456789012345678.htm``.

A section's page names its zone in a hidden field; further pages are fragments at ``/timelinelist/{zone}/{page}.htm``.
"""

from __future__ import annotations

import re
from dataclasses import replace

from crawlers.families.base import Family, patterns
from crawlers.families.gov import MOBILE
from crawlers.families.hints import COMMON_DROP, NEWSPAPER

HINTS = replace(
    NEWSPAPER,
    container=(".detail-content.afcbc-body", ".afcbc-body", ".detail-content", "[itemprop=articleBody]"),
    title=("[data-role=title]", "h1.detail-title", "h1"),
    date=("[data-role=publishdate]", ".detail-time", "[itemprop=datePublished]"),
    lead=("[data-role=sapo]", ".detail-sapo", "h2.sapo"),
    author=("[data-role=author]", ".detail-author", ".author"),
    section=("[data-role=cate-name]", ".detail-cate a", *NEWSPAPER.section),
    caption=("figcaption", ".PhotoCMS_Caption", ".caption"),
    drop=("[data-role=related]", ".detail-related", ".detail-tag", ".detail-tool", *COMMON_DROP),
)

FAMILY = Family(
    "vccorp",
    articles=patterns(r"/[^/?]*-(?P<key>\d{17,18})\.(?:htm|chn)(?:\?|$)"),
    views=(MOBILE, (re.compile(r"/(?:amp|print)/(?=[^/?]+-\d{17,18}\.(?:htm|chn))"), "/")),
    pages="/timelinelist/{zone}/{page}.htm",
    values=(("zone", "hdZoneId"),),
    hints=HINTS,
)
