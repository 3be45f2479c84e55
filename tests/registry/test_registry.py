"""The registry that ships: every file loads, says what it must and no more."""

from collections import Counter
from urllib.parse import urlsplit

import pytest

from crawlers.catalogue import PAGE, main, missing, page
from crawlers.families import FAMILIES
from crawlers.families.hints import hints_for
from crawlers.portal import REGISTRY, Portal, load_file, load_registry, portal_lines, provinces
from crawlers.verified import complaints

FILES = sorted(REGISTRY.glob("*.yaml"))


@pytest.fixture(scope="module")
def portals() -> list[Portal]:
    return list(load_registry([REGISTRY]).values())


def test_the_provinces_are_the_sixty_three_and_merge_into_thirty_four() -> None:
    known = provinces()
    assert len(known) == 63
    assert len({province.code for province in known.values()}) == 63
    assert len({province.code_2025 for province in known.values()}) == 34
    assert all(len(province.code) == len(province.code_2025) == 2 for province in known.values())
    assert known["yen_bai"].slug_2025 == "lao_cai"
    assert known["binh_thuan"].name_2025 == "Lâm Đồng"


def test_a_province_keeps_one_name_and_code_wherever_it_is_a_target() -> None:
    targets = {(p.code_2025, p.slug_2025, p.name_2025) for p in provinces().values()}
    assert len({code for code, _, _ in targets}) == len({slug for _, slug, _ in targets}) == len(targets)


def test_every_province_has_one_file() -> None:
    assert [path.stem for path in FILES] == sorted(provinces())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_loads_and_writes_its_code_as_text(path) -> None:
    assert load_file(path)
    code = next(p.code for p in provinces().values() if p.slug == path.stem)
    assert path.read_text(encoding="utf-8").startswith(f'province: "{code}"\n')


def test_every_province_has_a_newspaper_and_a_government_portal(portals) -> None:
    kinds = Counter((portal.province, portal.kind) for portal in portals)
    assert [slug for slug in provinces() if not kinds[slug, "newspaper"]] == []
    assert [slug for slug in provinces() if not kinds[slug, "government"]] == []


def test_no_two_portals_share_an_id_or_a_host(portals) -> None:
    hosts = Counter(host for portal in portals for host in portal.allowed_hosts)
    assert [host for host, count in hosts.items() if count > 1] == []
    assert len({portal.id for portal in portals}) == len(portals)


def test_no_portal_may_fetch_the_home_of_another(portals) -> None:
    homes = {portal.id: urlsplit(str(portal.home)).hostname or "" for portal in portals}
    crossing = [(a.id, b) for a in portals for b, host in homes.items() if a.id != b and a.allows(host)]
    assert crossing == []


def test_a_host_is_allowed_however_it_is_written() -> None:
    portal = Portal(
        id="bao_mau", name="Báo Mẫu", kind="newspaper", home="https://www.báo.test/", province="tuyen_quang",
        hosts=("CDN.Bao.test", "tệp.test"),
    )  # fmt: skip
    for host in ("báo.test", "xn--bo-mia.test", "cdn.bao.test", "ảnh.cdn.bao.test", "tệp.test", "TỆP.test."):
        assert portal.allows(host), host
    for host in ("bao.test", "xbáo.test", "test", "", "cdn.bao.test.khac.vn"):
        assert not portal.allows(host), host


def test_nothing_is_on_and_no_date_of_a_check_was_written_by_hand(portals) -> None:
    assert [portal.id for portal in portals if portal.enabled] == []
    assert list(complaints(REGISTRY)) == []


def test_a_portal_takes_at_most_twelve_lines() -> None:
    counts = {portal: lines for path in FILES for portal, lines in portal_lines(path)}
    assert {portal: lines for portal, lines in counts.items() if lines > 12} == {}
    assert len(counts) == len(load_registry([REGISTRY]))


def test_nine_of_ten_portals_need_no_options(portals) -> None:
    plain = [portal for portal in portals if not portal.options]
    assert len(plain) >= 0.9 * len(portals)


def test_every_family_exists(portals) -> None:
    assert {portal.family for portal in portals} <= set(FAMILIES)
    assert all(hints_for(portal.family) for portal in portals)


def test_ids_are_lowercase_letters_and_digits(portals) -> None:
    assert [portal.id for portal in portals if not portal.id.isalnum() or portal.id != portal.id.lower()] == []


def test_homes_are_vietnamese_addresses_and_governments_are_gov_vn(portals) -> None:
    assert [p.id for p in portals if not (p.home.host or "").endswith(".vn")] == []
    assert [p.id for p in portals if p.kind == "government" and not (p.home.host or "").endswith(".gov.vn")] == []


def test_a_paper_of_a_merged_province_says_so(portals) -> None:
    sizes = Counter(p.slug_2025 for p in provinces().values())
    gone = {slug for slug, p in provinces().items() if slug != p.slug_2025 and sizes[p.slug_2025] > 1}
    assert len(gone) == 29
    assert [p.id for p in portals if p.province in gone and not p.note] == []


def test_the_catalogue_page_is_current(portals) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(portals)
    assert main(["--check"]) == 0


def test_the_catalogue_lists_every_portal_and_every_gap(portals) -> None:
    text = page(portals)
    assert [portal.id for portal in portals if f"| `{portal.id}` |" not in text] == []
    gaps = [f"- {province.name}: no {kind}" for province, kind in missing(portals)]
    assert gaps
    assert all(gap in text for gap in gaps)


def test_a_stale_catalogue_page_is_noticed(tmp_path, monkeypatch, capsys) -> None:
    stale = tmp_path / "portals.md"
    stale.write_text("old", encoding="utf-8")
    monkeypatch.setattr("crawlers.catalogue.PAGE", stale)
    assert main(["--check"]) == 1
    assert "python -m crawlers.catalogue" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_a_malformed_file_is_reported_without_a_traceback(tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "ha_noi.yaml").write_text('province: "01"\nportals: [{id: X}]\n', encoding="utf-8")
    monkeypatch.setattr("crawlers.catalogue.REGISTRY", tmp_path)
    assert main(["--check"]) == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path}/ha_noi.yaml:2: id: ")
