"""One module per sample portal: routes and markup."""

from __future__ import annotations

from tests.portals.sites.baosongthao import Baosongthao
from tests.portals.sites.base import Site
from tests.portals.sites.congxulang import Congxulang
from tests.portals.sites.huyentienyen_mau import Huyentienyen
from tests.portals.sites.sotttt_mau import Sotttt
from tests.portals.sites.truyenhinhmuongthanh import Muongthanh

SITES: dict[str, Site] = {
    site.host: site for site in (Baosongthao(), Muongthanh(), Congxulang(), Huyentienyen(), Sotttt())
}
