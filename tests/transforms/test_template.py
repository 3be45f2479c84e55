"""The learned template: what repeats is boilerplate, what varies is content."""

from __future__ import annotations

from transforms.template import learn, signature_of
from transforms.tree import Page, parse, raw_text

VILLAGES = ("Nà Lầu", "Pú Đao", "Sín Chải", "Lũng Pù", "Khâu Vai", "Thào Chư Phìn", "Tả Lủng", "Sủng Là")
CHROME = "<div id='menu'><a href='/'>Trang chủ</a></div><div class='ben-phai'>Đường dây nóng: 0219 3866 000</div>"


def page(village: str, number: int, body_class: str = "noi-dung-tin") -> Page:
    text = "".join(
        f"<p>Ở {village}, tổ công tác số {index + number} đã đến từng nhà vận động bà con làm chuồng trại xa nhà.</p>"
        for index in range(9)
    )
    found = parse(
        f"<html><head><title>{village} làm chuồng trại xa nhà - Cổng</title></head><body>{CHROME}"
        f"<div class='khung'><div class='ten'>{village} làm chuồng trại xa nhà</div>"
        f"<div class='{body_class}' id='tin_{number}'>{text}</div></div>{CHROME}</body></html>"
    )
    assert found is not None
    return found


def test_container_and_title_are_learned_from_a_handful_of_pages() -> None:
    template = learn([page(village, number) for number, village in enumerate(VILLAGES[:5])])
    assert template is not None
    unseen = page(VILLAGES[7], 77)
    container, title = template.container(unseen), template.title(unseen)
    assert container is not None
    assert title is not None
    assert container.get("id") == "tin_77"
    assert raw_text(title) == "Sủng Là làm chuồng trại xa nhà"


def test_two_pages_teach_nothing() -> None:
    assert learn([page(village, 1) for village in VILLAGES[:2]]) is None


def test_pages_without_prose_teach_nothing() -> None:
    empty = [parse(f"<html><body>{CHROME}<p>{number}</p></body></html>") for number in range(5)]
    assert learn([found for found in empty if found]) is None


def test_a_page_of_another_layout_does_not_match() -> None:
    template = learn([page(village, number) for number, village in enumerate(VILLAGES)])
    assert template is not None
    assert template.container(page(VILLAGES[0], 3, body_class="giao-dien-moi")) is None


def test_numbers_in_ids_do_not_make_another_signature() -> None:
    found = parse("<html><body><div class='a'><p id='bai_12'>x</p><p id='bai_9'>y</p></div></body></html>")
    assert found is not None
    first, second = found.root.findall(".//p")
    assert signature_of(first) == signature_of(second)
