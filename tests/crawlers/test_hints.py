"""Hints are data that extraction can rely on: they load without Scrapy, select, and name real columns."""

import subprocess
import sys

import pytest
from lxml import html

from crawlers.families import FAMILIES
from crawlers.families.hints import Hints, hints_for
from warehouse.schema import DOCUMENT_FIELDS

FIELDS = {column.name for column in DOCUMENT_FIELDS} | {"published_date", "field"}
EVERY = sorted(FAMILIES)


def selectors(hints: Hints) -> list[str]:
    groups = (
        hints.container, hints.title, hints.date, hints.lead, hints.author, hints.section, hints.drop, hints.caption,
        hints.document.rows, hints.document.files,
    )  # fmt: skip
    return [selector for group in groups for selector in group]


@pytest.mark.parametrize("name", EVERY)
def test_every_selector_is_valid_css(name: str) -> None:
    page = html.document_fromstring("<p>Tin</p>")
    for selector in selectors(hints_for(name)):
        assert page.cssselect(selector) is not None


@pytest.mark.parametrize("name", EVERY)
def test_every_row_label_leads_to_a_column_and_is_written_as_it_is_looked_up(name: str) -> None:
    labels = hints_for(name).document.labels
    assert set(labels.values()) <= FIELDS
    assert all(label == label.lower().strip(" :") for label in labels)


@pytest.mark.parametrize("name", EVERY)
def test_a_family_carries_its_own_hints(name: str) -> None:
    assert FAMILIES[name].hints == hints_for(name)


def test_an_unknown_family_is_named_together_with_those_there_are() -> None:
    with pytest.raises(KeyError, match=r"joomla.*liferay"):
        hints_for("joomla")


def test_the_print_view_of_a_liferay_article_is_known_and_has_none_of_its_own() -> None:
    hints = hints_for("liferay")
    article = "http://so.test/vi/tin/-/view_content/4410275-dam-bao.html"
    view = "http://so.test/vi/tin/-/view_content/pop_up/4410275-dam-bao.html?_101_viewMode=print"
    assert hints.print_url(article) == view
    assert hints.print_url(view) is None
    assert hints_for("newspaper").print_url(article) is None


def test_hints_load_without_scrapy() -> None:
    code = "import sys, crawlers.families.hints; sys.exit('scrapy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
