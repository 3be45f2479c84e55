"""Pages of listings that are no plain links: posted bodies, values of the page, postbacks, chains of SharePoint."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

import pytest

from crawlers.families import family
from crawlers.families.base import Ask
from crawlers.families.chain import Chain, read_chain
from crawlers.families.listing import read_listing
from crawlers.markup import read_html

SO = "http://so.test"
FORM = (("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),)


def chain_of(html: str) -> Chain:
    root = read_html(html)
    assert root is not None
    chain = read_chain(root, SO + "/tin.aspx")
    assert chain is not None
    return chain


def test_a_body_is_posted_to_the_section_with_the_number_that_the_portal_counts_from() -> None:
    posting = family("generic", {"post": "PageIndex={page}", "first_page": 0})
    assert posting.page_ask(SO + "/tin", 3) == Ask(SO + "/tin", "POST", "PageIndex=2", FORM)


def test_a_body_may_be_posted_to_another_address_and_may_be_json() -> None:
    posting = family("generic", {"pages": "/api/tin", "post": '{"page": {page}, "size": 20}'})
    ask = posting.page_ask(SO + "/tin/chinh-tri", 2)
    assert ask is not None
    assert (ask.url, ask.body) == (SO + "/api/tin", '{"page": 2, "size": 20}')
    assert ask.headers == (("Content-Type", "application/json; charset=UTF-8"),)


def test_posted_pages_are_different_requests_and_say_so() -> None:
    posting = family("generic", {"post": "trang={page}"})
    two, three = (posting.page_ask(SO + "/tin", number) for number in (2, 3))
    assert two is not None
    assert three is not None
    assert two != three
    assert (two.url, two.label) == (three.url, SO + "/tin (POST trang=2)")


def test_a_value_of_the_first_page_stands_in_the_address_of_the_others() -> None:
    zoned = family("newspaper", {"pages": "/timelinelist/{zone}/{page}.htm", "values": {"zone": "hdZoneId"}})
    page = read_listing('<input type="hidden" id="hdZoneId" value=" 1981 "><p>Tin</p>', SO + "/tin.htm", zoned)
    assert page.values == {"zone": "1981"}
    assert zoned.page_ask(SO + "/tin.htm", 2, page.values) == Ask(SO + "/timelinelist/1981/2.htm")
    assert zoned.page_ask(SO + "/tin.htm", 2) is None


def test_a_hostile_value_cannot_leave_its_place() -> None:
    zoned = family("newspaper", {"pages": "/tl/{zone}/{page}.htm", "values": {"zone": "z"}})
    page = read_listing('<input id="z" value="../../x?y=1#"><p>Tin</p>', SO + "/tin.htm", zoned)
    assert zoned.page_ask(SO + "/tin.htm", 2, page.values) == Ask(SO + "/tl/..%2F..%2Fx%3Fy%3D1%23/2.htm")


@pytest.mark.parametrize("options", [{"post": "PageIndex="}, {"values": 3}, {"pages": "/tl/{zone}/"}])
def test_templates_without_a_page_are_named(options: Mapping[str, object]) -> None:
    with pytest.raises(ValueError, match=r"family generic: option .* cannot be read"):
        family("generic", options)


GRID = """<form action="tin.aspx?l=1" method="post"><input type="hidden" name="__VIEWSTATE" value="dDw0/=">
<input type="hidden" name="__EVENTVALIDATION" value="x+y"><input name="tu" value="lúa"><input type="submit" name="ok">
<table>{rows}<tr class="pager"><td><span>{current}</span></td>{links}</tr></table></form>"""
CALENDAR = "".join(
    f"<td><a href=\"javascript:__doPostBack('lich','{9300 + day}')\">{day}</a></td>" for day in range(1, 31)
)


def grid(current: int, shown: Mapping[str, str], more: str = "") -> str:
    link = "<td><a href=\"javascript:__doPostBack('ctl00$gr_items','{}')\">{}</a></td>"
    links = "".join(link.format(argument, text) for text, argument in shown.items())
    return GRID.format(rows=more, current=current, links=links)


def test_a_grid_is_turned_by_its_event_with_the_hidden_fields_of_the_page() -> None:
    chain = chain_of(grid(1, {"2": "Page$2", "3": "Page$3"}, CALENDAR))
    step = chain.towards(3, 1)
    assert step is not None
    number, ask = step
    assert (number, ask.url, ask.method) == (3, SO + "/tin.aspx?l=1", "POST")
    assert parse_qs(ask.body) == {
        "__EVENTTARGET": ["ctl00$gr_items"], "__EVENTARGUMENT": ["Page$3"], "__VIEWSTATE": ["dDw0/="],
        "__EVENTVALIDATION": ["x+y"], "tu": ["lúa"],
    }  # fmt: skip


def test_a_page_behind_those_shown_is_reached_over_the_dots() -> None:
    chain = chain_of(grid(1, {**{str(n): f"Page${n}" for n in range(2, 11)}, "...": "Page$11"}))
    step = chain.towards(25, 1)
    assert step is not None
    assert (step[0], parse_qs(step[1].body)["__EVENTARGUMENT"], chain.last) == (11, ["Page$11"], 11)


def test_a_grid_whose_links_are_controls_without_an_argument_is_turned_by_them() -> None:
    link = "<a href=\"javascript:__doPostBack('dnn$ctr1$grid$ctl03$ctl{:02d}','')\"><span>{}</span></a>"
    texts = ["...", *map(str, range(11, 21)), "..."]
    html = f"<form>{''.join(link.format(place, text) for place, text in enumerate(texts))}</form>"
    chain = chain_of(html)
    targets = {}
    for goal in (10, 14, 30):
        step = chain.towards(goal, 12)
        assert step is not None
        targets[step[0]] = parse_qs(step[1].body)["__EVENTTARGET"][0][-5:]
    assert targets == {10: "ctl00", 14: "ctl04", 21: "ctl11"}


def test_a_calendar_of_postbacks_is_no_pager() -> None:
    root = read_html(f"<form>{CALENDAR}</form>")
    assert root is not None
    assert read_chain(root, SO) is None


def test_a_list_of_sharepoint_goes_on_behind_its_last_row() -> None:
    old = "<a href=\"javascript:__doPostBack('ctl00$g','dvt_firstrow={21}')\"><img alt='Next'></a>"
    address = r"/ds.aspx?Paged=TRUE\u0026p_ID=30\u0026PageFirstRow=31"
    new = f"""<a onclick='RefreshPageTo(event, "{address}")' href="#">&gt;</a>"""
    step = chain_of(f"<form>{old}</form>").towards(9, 1)
    assert step is not None
    assert (step[0], parse_qs(step[1].body)["__EVENTARGUMENT"]) == (2, ["dvt_firstrow={21}"])
    assert chain_of(new).towards(9, 4) == (5, Ask(SO + "/ds.aspx?Paged=TRUE&p_ID=30&PageFirstRow=31"))


# Lists of documents without pages of their own


def test_a_list_of_bare_files_gives_documents_with_the_titles_and_days_of_their_rows() -> None:
    row = (
        "<tr><td>{n}/KH-UBND</td><td>Kế hoạch làm đường đợt {n}</td><td>{n:02d}/06/2025</td>"
        '<td><a href="/tep/KH-{n}.pdf" download>Tải về</a> <a href="/tep/KH-{n}.docx">Word</a></td></tr>'
    )
    table = "<table><tr><th>Số</th><th>Trích yếu</th></tr>" + "".join(row.format(n=n) for n in range(1, 9)) + "</table>"
    items = read_listing(table, SO + "/van-ban", family("generic"), "document").items
    assert [item.url for item in items] == [f"{SO}/tep/KH-{n}.pdf" for n in range(1, 9)]
    assert {(item.kind, item.portal_key) for item in items} == {("document", None)}
    assert (items[2].title, str(items[2].date)) == ("Kế hoạch làm đường đợt 3", "2025-06-03")


def test_files_beside_documents_that_have_pages_and_files_in_the_news_are_no_documents() -> None:
    item = '<li><a href="/tin-moi-trong-ngay-{n}.html">Tin mới số {n}</a> <a href="/tep/{n}.pdf">Tệp</a></li>'
    html = "<ul>" + "".join(item.format(n=n) for n in range(10001, 10009)) + "</ul>"
    for listing in ("article", "document"):
        page = read_listing(html, SO + "/tin", family("generic"), listing)  # type: ignore[arg-type]
        assert all("/tep/" not in entry.url for entry in (*page.items, *page.aside))
        assert len(page.items) == 8
