"""Id, kind and province follow from a portal's host and name: measured on the whole registry that ships."""

import pytest

from crawlers.portal import REGISTRY, Portal, load_registry
from crawlers.survey.guess import guess_id, guess_kind, guess_name, guess_province


@pytest.fixture(scope="module")
def portals() -> list[Portal]:
    return list(load_registry([REGISTRY]).values())


def test_ids_are_those_that_people_chose(portals) -> None:
    assert [portal.id for portal in portals if guess_id(str(portal.home)) != portal.id] == []


def test_kind_and_province_are_right_for_nineteen_of_twenty(portals) -> None:
    kinds = [guess_kind(str(portal.home), portal.name).value == portal.kind for portal in portals]
    places = [guess_province(str(portal.home), portal.name) for portal in portals]
    right = [
        place is not None and place.value == portal.province for place, portal in zip(places, portals, strict=True)
    ]
    assert min(sum(kinds), sum(right)) >= 0.95 * len(portals)


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ("<title>Trang chủ - Báo Sông Thao điện tử</title>", "Báo Sông Thao điện tử"),
        ("<title>UBND xã Tân Trào | Trang chủ</title>", "UBND xã Tân Trào"),
        ('<meta property="og:site_name" content="Báo  Kỳ Cùng"><title>Tin mới</title>', "Báo Kỳ Cùng"),
        ("<title>Chuyển đổi số | Sở Y tế tỉnh Xứ Lạng</title>", "Sở Y tế tỉnh Xứ Lạng"),
        ("<title>Home</title>", "bao.test"),
        ("", "bao.test"),
    ],
)
def test_the_name_is_what_names_the_site(html: str, name: str) -> None:
    assert guess_name(html, "http://bao.test/").value == name
