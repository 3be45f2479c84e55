"""Mini-portals: one small site per CMS family, in the markup of the family, with gold of its own.

Served by ``SampleServer`` beside the sample portals; their registry lies in ``registry/`` and is no part of a harvest.
To add one: a module with a subclass of :class:`~tests.portals.minis.base.Mini`, its name below, its registry entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.portals.content import ARTICLES, DOCUMENTS
from tests.portals.minis.base import Mini
from tests.portals.minis.congbao import Congbao
from tests.portals.minis.dotnetnuke import Congchuc
from tests.portals.minis.gov import SongNhue
from tests.portals.minis.post import ThanhThuy
from tests.portals.minis.sharepoint import Nongnghiep
from tests.portals.minis.vccorp import KyCung
from tests.portals.minis.vnpt import TanTrao
from tests.portals.minis.vnpt_webforms import MuongAng
from tests.portals.minis.wordpress import SongBang
from tests.portals.model import Article, Document
from tests.portals.sites import SITES
from tests.portals.sites.base import Site

REGISTRY = Path(__file__).parent / "registry"
OWN: tuple[Mini, ...] = (
    Nongnghiep(),
    Congchuc(),
    TanTrao(),
    MuongAng(),
    Congbao(),
    SongNhue(),
    KyCung(),
    ThanhThuy(),
    SongBang(),
)
MINIS: dict[str, Site] = {site.host: site for site in OWN}
EVERY: dict[str, Site] = SITES | MINIS  # the sample portals count as minis too
HOSTS: dict[str, Site] = EVERY | {store: site for site in OWN for store in site.stores}


def articles(site: Site) -> Sequence[Article]:
    """Gold articles of a sample portal or mini-portal."""
    if isinstance(site, Mini):
        return site.articles
    return [article for article in ARTICLES if article.portal == site.portal]


def documents(site: Site) -> Sequence[Document]:
    """Gold documents of a sample portal or mini-portal."""
    if isinstance(site, Mini):
        return site.documents
    return [document for document in DOCUMENTS if document.portal == site.portal]
