"""DotNetNuke: tabs by number, articles and documents as controls of a module, ids ``dnn_ctrN_...``."""

from __future__ import annotations

import re
from dataclasses import replace

from crawlers.families.base import Family, patterns
from crawlers.families.hints import COMMON_DROP, GENERIC, DocumentHints

ID = r"(?:ItemID|ID|NewsID|ArticleID)"

HINTS = replace(
    GENERIC,
    container=("[id$=_lblContent]", "[id$=_divContent]", "[id$=_lblBody]", ".NewsContent", ".DNN_HTMLContent"),
    title=("[id$=_lblTitle]", "[id$=_lblHeadline]", ".NewsTitle", "h1"),
    date=("[id$=_lblDate]", "[id$=_lblPublishDate]", ".NewsDate", ".date"),
    lead=("[id$=_lblSummary]", "[id$=_lblSapo]", ".NewsSummary", ".sapo"),
    author=("[id$=_lblAuthor]", ".NewsAuthor", ".author"),
    drop=(".OtherNews", ".CommandButton", ".Language", *COMMON_DROP),
    document=DocumentHints(rows=("[id$=_divthuoctinh] tr", "table tr"), files=("[id$=_divtaive] a",)),
)

FAMILY = Family(
    "dotnetnuke",
    articles=patterns(
        rf"/tabid/\d+/(?:[^?]*/)?{ID}/(?P<key>\d+)(?:[/?]|$)",
        rf"/Default\.aspx\?(?=(?:.*&)?tabid=\d)(?:.*&)?{ID}=(?P<key>\d+)",
        rf"/tabid/\d+/(?:[^?]*/)?Default\.aspx\?(?:.*&)?{ID}=(?P<key>\d+)",
    ),
    documents=patterns(
        rf"/ctl/\w*(?:Law|VanBan|Legal|Document)\w*/(?:[^?]*/)?{ID}/(?P<key>\d+)(?:[/?]|$)",
        rf"\?(?=(?:.*&)?ctl=\w*(?:Law|VanBan|Legal|Document))(?:.*&)?{ID}=(?P<key>\d+)",
    ),
    views=((re.compile(r"/language/[a-z]{2}-[A-Z]{2}(?=/)", re.I), ""),),
    noise=patterns(r"^(?:dnnprintmode|SkinSrc|ContainerSrc|language|popUp|returnurl)$"),
    hints=HINTS,
)
