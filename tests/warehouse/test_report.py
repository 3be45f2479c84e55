"""The report page: what it says, that nothing is fetched for it, and that it fits a phone."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.factory import batch, document, observation, portals, run
from warehouse.release import export_latest
from warehouse.report import REPORT, write_report
from warehouse.report.tiles import PLACES
from warehouse.store import Warehouse

NAMES = {"tuyen_quang": "Tuyên Quang", "thủy lợi": "Thủy lợi & <kênh>"}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Three months of one portal, a broken day, a blocked one."""
    wh = Warehouse.open(tmp_path_factory.mktemp("report"))
    rows = [observation(n, f"2025-0{5 + n % 3}-1{n % 9}", title="<b>Tin</b>") for n in range(30)]
    wh.commit([wh.stage([batch([*rows, document()])], run(first="2025-05-01", last="2025-07-20"))], portals())
    broken = run("run-2", "2025-07-21", expect_min=3)
    blocked = run("run-3", "2025-07-22", state="blocked", reason="403 <firewall>; remedy: ask")
    wh.commit([wh.stage([], broken), wh.stage([], blocked)], portals())
    export_latest(wh)
    return wh


def written(warehouse: Warehouse) -> str:
    assert write_report(warehouse, NAMES)
    return warehouse.store.get(REPORT).decode()


def test_the_page_tells_numbers_trouble_topics_and_provinces(filled: Warehouse) -> None:
    html = written(filled)
    assert "<b>30</b>" in html
    assert html.count('class="s-broken"') >= 1
    assert "bị chặn. 403 &lt;firewall&gt;; remedy: ask" in html
    assert "Thủy lợi &amp; &lt;kênh&gt;" in html
    assert re.search(r'title="Tuyên Quang: 30 bài, 1 văn bản">T\.Quang<b>31</b>', html)
    assert "78/KH-UBND" in html


def test_topics_and_provinces_have_their_vietnamese_names(filled: Warehouse) -> None:
    write_report(filled)
    html = filled.store.get(REPORT).decode()
    assert 'title="Cao Bằng: chưa có">C.Bằng<' in html
    assert "Tuyên Quang: 30 bài" in html


def test_the_page_needs_no_network_and_no_script(filled: Warehouse) -> None:
    html = written(filled)
    assert not re.search(r"<script|<link|<img|url\(|@import|https?://", html)
    assert "prefers-color-scheme: dark" in html


def test_the_same_export_gives_the_same_page(filled: Warehouse) -> None:
    assert written(filled) == written(filled)


def test_an_empty_warehouse_has_no_page(wh: Warehouse) -> None:
    assert write_report(wh) is None


def test_portals_that_have_nothing_yet_give_a_page_that_says_so(wh: Warehouse) -> None:
    wh.commit([wh.stage([], run())], portals())
    export_latest(wh)
    assert "nothing yet" in written(wh)


def test_the_map_has_every_province_once_and_no_two_in_one_place() -> None:
    from crawlers.portal import provinces

    assert set(PLACES) == {province.slug for province in provinces().values()}
    assert len(set(PLACES.values())) == 63


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_can_be_read(
    filled: Warehouse, browser: Any, width: int, scheme: str, tmp_path: Path
) -> None:
    written(filled)
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, offline=True)
    shown = context.new_page()
    shown.goto(f"file://{filled.store.root}/{REPORT}")
    assert shown.evaluate("document.documentElement.scrollWidth") == width
    assert shown.evaluate(CUT_OFF) == []
    assert shown.evaluate(CONTRAST) >= 4.5
    assert len(shown.screenshot(path=tmp_path / "report.png", full_page=True)) > 20_000
    context.close()


# Boxes whose right end lies outside of the window, and tables that need scrolling.
CUT_OFF = """[...document.querySelectorAll('section, table, .heat, .map, h1, h2, p')]
    .filter(box => box.getBoundingClientRect().right > window.innerWidth + 1 || (box.closest('.scroll')
        && box.closest('.scroll').scrollWidth > box.closest('.scroll').clientWidth + 1))
    .map(box => box.tagName + ' ' + box.className)"""
# WCAG 2.2 contrast of soft text on a card.
CONTRAST = """(() => {
    const channels = (el, key) => getComputedStyle(el)[key].match(/[0-9.]+/g).slice(0, 3)
        .map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const light = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
    const [a, b] = [light(channels(document.querySelector('.note'), 'color')),
        light(channels(document.querySelector('section'), 'backgroundColor'))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
})()"""
