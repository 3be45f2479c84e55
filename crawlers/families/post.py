"""Papers with ``/slug-post123456.html`` (``.tpo``, ``.vnp``): stories in ``article.story``, further ones by "xem thêm".

A story has one number, whichever of its views is linked: plain, ``/amp/``, ``.amp``, mobile. Stories from before a
paper moved to this CMS keep the addresses of other newspapers.
"""

from __future__ import annotations

import re
from dataclasses import replace

from crawlers.families.base import Family, patterns
from crawlers.families.gov import MOBILE
from crawlers.families.hints import COMMON_DROP, NEWSPAPER
from crawlers.families.newspaper import FAMILY as OTHER

HINTS = replace(
    NEWSPAPER,
    container=(".article__body", "[itemprop=articleBody]", ".article-content", ".cms-body"),
    title=("h1.article__title", ".article__title", "[itemprop=headline]", "h1"),
    date=(".article__meta time", "[itemprop=datePublished]", "time[datetime]", "time"),
    lead=(".article__sapo", ".article__sapo.cms-desc", "[itemprop=description]"),
    author=(".article__author", "[itemprop=author]", ".author"),
    drop=(".article__related", ".article__tag", ".article__social", ".story", ".cms-relate", *COMMON_DROP),
)

FAMILY = Family(
    "post",
    articles=(*patterns(r"/[^/?]*-post(?P<key>\d{3,})\.\w{2,5}(?:\?|$)"), *OTHER.articles),
    views=(MOBILE, (re.compile(r"/(?:amp|print)/(?=[^/?]*-post\d+\.)"), "/")),
    items=("article.story",),
    dates=("time", ".story__time", ".story__meta"),
    hints=HINTS,
)
