"""A pruned container becomes text: by the heart of trafilatura alone, which is the same as by all of it."""

from __future__ import annotations

import copy

import pytest
from lxml import etree
from lxml.html import Element, HtmlElement, fragment_fromstring
from trafilatura import bare_extraction

from crawlers.families.hints import hints_for
from crawlers.portal import load_registry
from tests.portals.minis import EVERY, REGISTRY, articles
from tests.portals.state import State
from tests.portals.web import Request
from transforms import body as bodies
from transforms.flow import normalise, paragraphs
from transforms.text import decode
from transforms.tree import parse, strip_invisible

SENTENCE = "Xã Nà Hang đã nghiệm thu tuyến đường bê tông dài 1,2 km qua ba thôn vùng cao trong tháng sáu."


def whole(container: HtmlElement) -> list[str]:
    document = Element("html")
    article = etree.SubElement(etree.SubElement(document, "body"), "article", {"class": "post"})
    article.append(copy.deepcopy(container))
    return bodies._paragraphs(bodies._body(bare_extraction(document, options=bodies._PRUNED)))


def container_of(source: bytes, family: str) -> HtmlElement:
    page = parse(decode(source).utf8)
    assert page is not None
    found = page.select(hints_for(family).container)[0]
    strip_invisible(found)
    found.tail, found.tag = None, "div"
    normalise(found)
    return found


@pytest.mark.parametrize("host", sorted(EVERY))
def test_the_main_extractor_alone_reads_what_the_whole_of_trafilatura_reads(host: str) -> None:
    portals = load_registry([REGISTRY, REGISTRY.parents[1] / "registry"])
    read = 0
    for gold in articles(EVERY[host])[:6]:
        path, _, query = gold.url.split("://", 1)[1].partition("?")
        name, _, place = path.partition("/")
        answer = EVERY[host].respond(Request("GET", name, f"/{place}", query, {}), State())
        container = container_of(answer.body, portals[gold.portal].family)
        expected = whole(container)
        assert bodies._paragraphs(bodies._trafilatura(container)) == expected
        read += bool(expected)
    assert read


def test_every_run_of_text_has_a_paragraph_and_none_is_lost() -> None:
    source = (
        f"<div>Nói trước. <b>{SENTENCE}</b><div>Một<br><br>hai<p>ba</p>bốn</div><ul>năm<li>sáu<p>bảy</p></li></ul>"
        "<table><tbody><tr><td>tám</td><td>chín<br>mười</td></tr></tbody></table><h2>đầu<div>đề</div></h2></div>"
    )
    container = fragment_fromstring(source)
    said = "".join(container.text_content().split())
    normalise(container)
    spoken = list(paragraphs(container))
    assert "".join("".join(spoken).split()) == said
    assert spoken[:5] == [f"Nói trước. {SENTENCE}", "Một", "hai", "ba", "bốn"]
    assert "sáu" in spoken
    assert all(len(element) == 0 for element in container.iter("p"))


def test_a_torn_tag_is_no_name_and_its_text_stays() -> None:
    items = "".join(f"<li>Thôn {number} <a<!-- b>đã có đường</a<!--></li>" for number in range(9))
    page = parse(f"<div id='text'><p>{SENTENCE * 6}</p><ul>{items}</ul></div>")
    assert page is not None
    (container,) = page.select(["#text"])
    assert any("<" in element.tag for element in container.iter())
    text = bodies.read(container)[0].text
    assert "Thôn 8 đã có đường" in text
