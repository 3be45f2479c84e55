"""Liferay 6 and 7: asset publisher URLs with an asset id, portlet lists of documents (văn bản)."""

from __future__ import annotations

import re

from crawlers.families.base import Family, patterns
from crawlers.families.hints import LIFERAY

FAMILY = Family(
    "liferay",
    articles=patterns(
        r"/-/view_content/(?:pop_up/)?(?P<key>\d+)(?=[-/?.]|$)",
        r"/-/asset_publisher/[^/]+/(?:view_)?content/id/(?P<key>\d+)",
        r"/-/asset_publisher/[^/]+/(?:view_)?content/(?:pop_up/)?(?P<key>\d+)(?=[-/?.]|$)",
        r"/-/asset_publisher/[^/]+/(?:view_)?content/[^/?]+",
        r"[?&]_101_(?:INSTANCE_\w+_)?assetEntryId=(?P<key>\d+)",
    ),
    documents=patterns(
        r"[?&]_\d*_?(?:[\w.]*(?:vbpq|vanban|legal)[\w.]*)_(?:id|docId|documentId|vanBanId)=(?P<key>\d+)"
    ),
    views=((re.compile(r"/pop_up/"), "/"),),
    noise=patterns(
        r"_viewMode$", r"^p_p_auth$", r"(?:^|_)redirect$", r"^inheritRedirect$", r"_backURL$", r"^doAsUserId$"
    ),
    items=(".asset-abstract", ".asset-item"),
    dates=(".assetPublishDate", ".asset-publish-date", ".metadata-publish-date", ".vbpq-ngaybanhanh"),
    hints=LIFERAY,
)
