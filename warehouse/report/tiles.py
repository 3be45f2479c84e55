"""A map of squares: where each of the 63 provinces stands, as (column, row) from the north-west."""

from __future__ import annotations

TILES = """
    . . . ha_giang cao_bang . . .
    . lai_chau lao_cai tuyen_quang bac_kan lang_son . .
    dien_bien son_la yen_bai phu_tho thai_nguyen bac_giang quang_ninh .
    . . hoa_binh vinh_phuc ha_noi bac_ninh hai_duong hai_phong
    . . . . ha_nam hung_yen thai_binh .
    . . . thanh_hoa ninh_binh nam_dinh . .
    . . . nghe_an . . . .
    . . . ha_tinh quang_binh . . .
    . . . . quang_tri thua_thien_hue . .
    . . . . . quang_nam da_nang .
    . . . . kon_tum quang_ngai . .
    . . . . gia_lai binh_dinh . .
    . . . . dak_lak phu_yen . .
    . . . dak_nong lam_dong khanh_hoa . .
    . tay_ninh binh_phuoc dong_nai binh_thuan ninh_thuan . .
    an_giang dong_thap long_an binh_duong ho_chi_minh ba_ria_vung_tau . .
    kien_giang can_tho vinh_long tien_giang ben_tre . . .
    . hau_giang soc_trang tra_vinh . . . .
    ca_mau bac_lieu . . . . . .
"""
PLACES: dict[str, tuple[int, int]] = {
    slug: (column, row)
    for row, line in enumerate(TILES.strip().splitlines())
    for column, slug in enumerate(line.split())
    if slug != "."
}
COLUMNS, ROWS = 8, 1 + max(row for _, row in PLACES.values())
SHORT = {"ho_chi_minh": "TP HCM", "ba_ria_vung_tau": "BR-VT", "thua_thien_hue": "Huế"}


def short(slug: str, name: str) -> str:
    """A province's name for a small square: ``Q.Ninh`` for Quảng Ninh."""
    first, _, last = name.partition(" ")
    return SHORT.get(slug) or (f"{first[:1]}.{last.split()[-1]}" if last else first)
