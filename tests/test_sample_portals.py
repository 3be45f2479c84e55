"""The sample portals serve what their gold says."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import unicodedata
from pathlib import Path

import httpx
import pypdfium2
import pytest

from crawlers.portal import load_registry, portal_lines
from tests.portals import pdf
from tests.portals.browser import newest, of, shown, words
from tests.portals.content import ARTICLES, BY_REF, DOCUMENTS, ITEMS, LEAKS, PORTALS
from tests.portals.server import SampleServer
from tests.portals.web import encode

REGISTRY = Path(__file__).parent / "portals" / "registry"
NEWS = "http://baosongthao.test"
DISTRICT_END = dt.date(2025, 6, 30)


# --- content ---------------------------------------------------------------------------------------------------


def test_there_are_enough_articles_over_three_months_and_enough_documents() -> None:
    assert len(ARTICLES) >= 160
    assert len(DOCUMENTS) >= 24
    days = {article.published_at.date() for article in ARTICLES}
    assert min(days) == dt.date(2025, 5, 1)
    assert max(days) == dt.date(2025, 7, 31)
    assert all(article.published_at.tzinfo for article in ARTICLES)


def test_no_two_articles_share_a_title_a_key_or_an_address() -> None:
    assert len({article.title for article in ARTICLES}) == len(ARTICLES)
    assert len(BY_REF) == len(ARTICLES) + len(DOCUMENTS)
    urls = [url for item in ITEMS for url in item.urls]
    assert len(set(urls)) == len(urls)


@pytest.mark.parametrize("portal", PORTALS)
def test_every_portal_has_articles_on_the_default_harvest_days(portal: str) -> None:
    first, last = dt.date(2025, 6, 26), dt.date(2025, 6, 29)
    assert sum(first <= article.published_at.date() <= last for article in of(portal)) >= 2


def test_the_district_portal_ends_with_the_districts() -> None:
    assert max(article.published_at.date() for article in of("huyentienyen_mau")) <= DISTRICT_END


def test_articles_have_a_lead_and_five_to_a_dozen_paragraphs_with_every_slot_filled() -> None:
    for article in ARTICLES:
        assert article.lead, article.ref
        assert 5 <= len(article.paragraphs) <= 13, article.ref
        assert not re.search(r"[{}\[\]|]", "".join([article.title, article.text]).replace(" | ", "")), article.ref


def test_gold_holds_no_chrome() -> None:
    for article in ARTICLES:
        captions = " ".join(caption.shown for caption in article.captions)
        assert not [leak for leak in LEAKS if leak in f"{article.title} {article.text} {captions}"], article.ref


def test_some_document_numbers_are_shown_with_slips() -> None:
    slips = [item.number_shown for item in DOCUMENTS if item.number_shown != item.number]
    assert "69  / KH -UBND" in slips
    assert any("Ð" in number for number in slips)  # U+00D0 in place of U+0110
    assert any(item.number.endswith("-CT/TU") for item in DOCUMENTS)


def test_a_pdf_is_the_same_bytes_each_time() -> None:
    file = DOCUMENTS[0].attachments[0]
    pdf.render.cache_clear()
    first = pdf.render(file)
    pdf.render.cache_clear()
    assert pdf.render(file) == first


def test_pdfs_hold_the_vietnamese_text_on_one_to_three_pages() -> None:
    counts = set()
    for document in DOCUMENTS:
        for file in document.attachments:
            opened = pypdfium2.PdfDocument(pdf.render(file))
            text = words("".join(page.get_textpage().get_text_range() for page in opened))
            counts.add(len(opened))
            assert document.number in text
    assert counts == {1, 2, 3}


def test_the_registry_is_valid_and_short() -> None:
    portals = load_registry([REGISTRY])
    assert sorted(portals) == sorted(PORTALS)
    assert all(portal.enabled and portal.delay == 0 for portal in portals.values())
    assert all(lines <= 12 for path in REGISTRY.glob("*.yaml") for _, lines in portal_lines(path))
    for item in ITEMS:
        assert portals[item.portal].allows(httpx.URL(item.url).host)


# --- pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("portal", PORTALS)
def test_every_address_of_every_article_shows_its_gold(portal: str, client: httpx.Client) -> None:
    for article in of(portal):
        for url in article.urls:
            response = client.get(url, follow_redirects=True)
            assert response.status_code == 200, url
            text = shown(response)
            captions = [caption.shown for caption in article.captions]
            for expected in [article.title, *article.text.split("\n\n"), *captions, article.byline]:
                assert all(words(part) in text for part in re.split(r" \| |\n", expected)), (url, expected)


def test_every_document_page_shows_its_fields_and_serves_its_files(client: httpx.Client) -> None:
    for document in DOCUMENTS:
        for url in document.urls:
            text = shown(client.get(url))
            fields = (document.number_shown, document.signer, document.subject, document.issuer, document.doc_type)
            for expected in (*fields, f"{document.issued_date:%d/%m/%Y}", *document.paragraphs):
                assert words(expected) in text, (url, expected)
        for file in document.attachments:
            answer = client.get(file.url)
            assert answer.headers["content-type"] == "application/pdf"
            assert answer.content.startswith(b"%PDF-"), file.url


LISTINGS = {
    "baosongthao": ("/{}/?page={}", 1, ("thoi-su", "kinh-te", "van-hoa-xa-hoi")),
    "truyenhinhmuongthanh": ("/{}/?p={}", 1, ("chinh-tri", "xa-hoi")),
    "congxulang": ("/vi/{}?page={}", 0, ("tin-tuc-su-kien", "chi-dao-dieu-hanh")),
    "huyentienyen_mau": ("/danh-muc/{}?page={}", 1, ("tin-trong-huyen", "thong-bao")),
    "sotttt_mau": ("/vi/{}?_101_cur={}", 1, ("chuyen-doi-so", "buu-chinh-vien-thong")),
}


def pages(client: httpx.Client, portal: str, section: str) -> list[set[str]]:
    """Articles linked in the list proper of each page of a section, until a page lists none."""
    pattern, first, _ = LISTINGS[portal]
    home = str(httpx.URL(of(portal)[0].url).copy_with(raw_path=b"/")).rstrip("/")
    known = {url for article in of(portal) for url in article.urls}
    frame = linked(client.get(home + pattern.format(section, 999)).text) & known
    found: list[set[str]] = []
    while not found or found[-1]:
        text = client.get(home + pattern.format(section, first + len(found))).text
        found.append((linked(text) & known) - (frame if len(found) else set()))
    return found[:-1]


def linked(text: str) -> set[str]:
    return {html.unescape(url) for url in re.findall(r'href="([^"]+)"', text)}


@pytest.mark.parametrize("portal", PORTALS)
def test_pagination_reaches_every_article_and_ends(portal: str, client: httpx.Client) -> None:
    reached = {url for section in LISTINGS[portal][2] for page in pages(client, portal, section) for url in page}
    assert [article.ref for article in of(portal) if not reached & set(article.urls)] == []


def test_one_section_of_the_newspaper_is_deep(client: httpx.Client) -> None:
    assert len(pages(client, "baosongthao", "thoi-su")) >= 12


def test_feed_and_sitemap_exist_where_they_should_and_nowhere_else(client: httpx.Client) -> None:
    feed = client.get(f"{NEWS}/rss/home.rss").text
    assert feed.count("<item>") == 20
    assert newest().url in feed
    index = client.get("http://xulang.gov.test/sitemap.xml").text
    parts = re.findall("<loc>([^<]+)", index)
    listed = {url for part in parts for url in re.findall("<loc>([^<]+)", client.get(part).text)}
    assert len(parts) == 2
    assert listed == {item.url for item in ITEMS if item.portal == "congxulang"}
    for host in ("muongthanhtv.test", "tienhai.quangninh.test"):
        assert client.get(f"http://{host}/sitemap.xml").status_code == 404
        assert "rss" not in client.get(f"http://{host}/").text


def test_the_document_lists_reach_every_document(client: httpx.Client) -> None:
    lists = {
        "congxulang": "http://xulang.gov.test/vi/van-ban?page={}",
        "sotttt_mau": "http://sotttt.thudo.test/vi/van-ban-phap-quy?_4_WAR_portalvbpqportlet_cur={}",
    }
    reached = {
        url for pattern in lists.values() for n in range(5) for url in linked(client.get(pattern.format(n)).text)
    }
    assert [item.ref for item in DOCUMENTS if item.url not in reached] == []


def test_the_visitor_counter_changes_at_each_request(client: httpx.Client) -> None:
    url = newest("huyentienyen_mau").url
    assert client.get(url).text != client.get(url).text


def test_every_portal_has_a_robots_file_and_other_hosts_are_refused(client: httpx.Client, server: SampleServer) -> None:
    for portal in load_registry([REGISTRY]).values():
        assert "Disallow" in client.get(f"{portal.home}robots.txt").text
    assert client.get("http://elsewhere.test/").status_code == 502
    assert {"t", "url", "status", "host"} == set(server.requests[0])
    assert server.requests[-1]["status"] == 502


def test_unchanged_articles_answer_304_and_edited_ones_do_not(client: httpx.Client, server: SampleServer) -> None:
    article = newest()
    first = client.get(article.url)
    known = {"If-None-Match": first.headers["etag"]}
    since = {"If-Modified-Since": first.headers["last-modified"]}
    assert client.get(article.url, headers=known).status_code == 304
    assert client.get(article.url, headers=since).status_code == 304
    edited = server.state.edit(article.ref)
    again = client.get(article.url, headers=known)
    assert again.status_code == 200
    assert edited.paragraphs[-1] in shown(again)
    assert client.get(article.url, headers=since).status_code == 200


def test_articles_after_the_virtual_clock_do_not_exist(server: SampleServer, client: httpx.Client) -> None:
    article = newest()
    server.set_now(article.published_at - dt.timedelta(minutes=1))
    assert client.get(article.url).status_code == 404
    assert article.url not in client.get(f"{NEWS}/rss/home.rss").text
    server.set_now(article.published_at)
    assert client.get(article.url).status_code == 200
    assert article.url in client.get(f"{NEWS}/rss/home.rss").text


def test_default_vices_are_one_windows_1258_page_and_one_decomposed_page(client: httpx.Client) -> None:
    odd = {article.encoding: article for article in of("huyentienyen_mau") if article.encoding != "utf-8"}
    page = client.get(odd["windows-1258"].url)
    assert page.headers["content-type"] == "text/html; charset=windows-1258"
    assert words(odd["windows-1258"].title) in words(page.content.decode("cp1258"))
    decomposed = next(article for article in of("huyentienyen_mau") if article.form == "NFD")
    text = client.get(decomposed.url).text
    assert decomposed.title not in text
    assert unicodedata.normalize("NFD", decomposed.title) in text


@pytest.mark.parametrize(
    "text", ["Tiếng Việt: Đồng Rui giữ rừng ngập mặn", "ẤẦẨẪẬ ỨỪỬỮỰ ỹỵỷ ộ ợ", "10°, “ngán” – 5 m²"]
)
def test_windows_1258_survives_the_round_trip(text: str) -> None:
    decoded = html.unescape(encode(text, "windows-1258").decode("cp1258"))
    assert unicodedata.normalize("NFC", decoded) == text


def test_the_request_log_can_be_a_file(tmp_path: Path) -> None:
    with SampleServer(log=tmp_path / "log.jsonl") as running, httpx.Client(proxy=running.proxy) as client:
        client.get(f"{NEWS}/robots.txt")
    [entry] = map(json.loads, (tmp_path / "log.jsonl").read_text().splitlines())
    assert (entry["url"], entry["status"], entry["host"]) == (f"{NEWS}/robots.txt", 200, "baosongthao.test")
