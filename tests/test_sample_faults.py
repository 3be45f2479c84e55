"""The sample portals break on demand, where a fault is switched on and nowhere else."""

from __future__ import annotations

import datetime as dt
import gzip
import html
import re
import unicodedata
import zlib

import httpx
import pytest

from tests.portals.browser import newest, of, shown, words
from tests.portals.content import DOCUMENTS
from tests.portals.model import ZONE
from tests.portals.server import SampleServer

NEWS = "http://baosongthao.test"


def test_a_500_with_retry_after_passes_after_n_requests(server: SampleServer, client: httpx.Client) -> None:
    url = newest().url
    server.set(re.escape(url), "error", times=2, retry_after=3)
    answers = [client.get(url) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [500, 500, 200]
    assert answers[0].headers["retry-after"] == "3"


@pytest.mark.parametrize(
    ("kind", "options", "status", "needle"),
    [
        ("status", {"status": 404}, 404, "404"),
        ("status", {"status": 410}, 410, "410"),
        ("waf", {}, 200, "Your support ID is"),
        ("soft_404", {}, 200, "Không tìm thấy"),
        ("login", {}, 200, "Mật khẩu"),
        ("broken", {}, 200, "Error while processing template"),
    ],
)
def test_a_fault_replaces_the_page_of_the_matching_address_alone(
    kind: str, options: dict[str, int], status: int, needle: str, server: SampleServer, client: httpx.Client
) -> None:
    one, other = of("baosongthao")[:2]
    server.set(re.escape(one.url), kind, **options)
    answer = client.get(one.url)
    assert (answer.status_code, needle in answer.text) == (status, True)
    assert one.title not in answer.text
    assert client.get(other.url).status_code == 200
    server.reset()
    assert one.title in shown(client.get(one.url))


def test_a_slow_page_is_late_but_whole(server: SampleServer, client: httpx.Client) -> None:
    article = newest()
    server.set(re.escape(article.url), "slow", seconds=0.5)
    answer = client.get(article.url)
    assert answer.elapsed.total_seconds() >= 0.5
    assert article.title in shown(answer)


def test_a_pdf_may_be_html_or_cut(server: SampleServer, client: httpx.Client) -> None:
    file = DOCUMENTS[0].attachments[0]
    whole = client.get(file.url).content
    server.set(re.escape(file.url), "html_as_pdf", times=1)
    answer = client.get(file.url)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"<!DOCTYPE html>")
    server.set(re.escape(file.url), "truncated", times=1)
    assert client.get(file.url).content == whole[: len(whole) // 2]
    server.set(re.escape(file.url), "truncated", times=1, wire=True)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(file.url)


def test_removed_and_late_articles(server: SampleServer, client: httpx.Client) -> None:
    gone, late = of("baosongthao")[-2:]
    server.state.remove(gone.ref, 410)
    server.state.publish_late(late.ref, server.clock + dt.timedelta(days=1))
    assert [client.get(item.url).status_code for item in (gone, late)] == [410, 404]
    server.set_now(server.clock + dt.timedelta(days=2))
    assert late.url in client.get(f"{NEWS}/{late.section_slug}/").text
    assert f"{late.published_at:%d/%m/%Y}" in client.get(late.url).text


def test_redirects_to_another_host_and_in_a_circle(server: SampleServer, client: httpx.Client) -> None:
    one, other = of("baosongthao")[:2]
    server.set(re.escape(one.url), "redirect", location="http://evil.test/x")
    assert client.get(one.url).headers["location"] == "http://evil.test/x"
    server.set(re.escape(other.url), "loop")
    with pytest.raises(httpx.TooManyRedirects):
        client.get(other.url, follow_redirects=True)


def test_a_huge_body_is_streamed(server: SampleServer, client: httpx.Client) -> None:
    url = newest().url
    server.set(re.escape(url), "huge")
    with client.stream("GET", url) as answer:
        assert int(answer.headers["content-length"]) == 200 * 1024 * 1024
        assert len(next(answer.iter_raw(100_000))) == 100_000


def test_a_gzip_bomb_is_small_on_the_wire(server: SampleServer, client: httpx.Client) -> None:
    url = newest().url
    server.set(re.escape(url), "bomb")
    with client.stream("GET", url) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert len(raw) < 1_000_000
    unpacker = zlib.decompressobj(31)
    size = len(unpacker.decompress(raw, 80_000_000))
    assert size == 80_000_000
    assert gzip.compress(b"")[:2] == raw[:2]


@pytest.mark.parametrize("declared", [True, False])
def test_any_page_can_be_sent_in_windows_1258(declared: bool, server: SampleServer, client: httpx.Client) -> None:
    article = newest()
    server.set(re.escape(article.url), "encoding", declared=declared)
    answer = client.get(article.url)
    assert ("windows-1258" in answer.headers["content-type"]) is declared
    assert (b"charset" in answer.content) is declared
    assert words(article.title) in words(html.unescape(answer.content.decode("cp1258")))


def test_any_page_can_be_sent_decomposed(server: SampleServer, client: httpx.Client) -> None:
    article = newest()
    server.set(re.escape(article.url), "nfd")
    text = html.unescape(client.get(article.url).text)
    assert unicodedata.normalize("NFD", article.title) in text


def test_another_process_controls_the_server_over_http(server: SampleServer, client: httpx.Client) -> None:
    article = newest()
    control = "http://control.test"
    client.post(f"{control}/faults", json={"pattern": re.escape(article.url), "kind": "status", "status": 403})
    assert client.get(article.url).status_code == 403
    assert client.get(f"{control}/requests").json()[-1]["status"] == 403
    client.delete(f"{control}/faults")
    assert client.post(f"{control}/remove", json={"ref": article.ref}).json() == {"removed": article.ref}
    assert client.get(article.url).status_code == 404
    client.post(f"{control}/clock", json={"now": "2025-06-01T00:00:00+07:00"})
    assert server.clock == dt.datetime(2025, 6, 1, tzinfo=ZONE)
    refused = client.post(f"{control}/faults", json={"pattern": "x", "kind": "magic"})
    assert refused.status_code == 400
    assert "unknown fault 'magic'; known: bomb" in refused.json()["error"]
