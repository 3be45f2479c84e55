"""What came back, judged by bytes: refusals in any dress are found, and pages that mention their words stay pages."""

from __future__ import annotations

import io
import time
import unicodedata
import zipfile
from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crawlers.content import (
    DOC,
    DOCX,
    HTML,
    JPEG,
    JSON,
    PDF,
    PNG,
    PPT,
    RAR,
    RTF,
    SEVENZIP,
    TEXT,
    XLS,
    XLSX,
    XML,
    ZIP,
    is_whole,
    media_type,
)
from crawlers.responses import REMEDIES, Verdict, classify, sent_home
from tests.crawlers import refusals
from tests.crawlers.site import PROSE, article
from warehouse.schema import Outcome

URL = "http://bao.test/tin/1"
MENU = "".join(f'<li><a href="/muc-{number}">Chuyên mục số {number}</a></li>' for number in range(60))


def judge(text: str | bytes, url: str = URL, *, status: int = 200, role: str = "article", **headers: str) -> Verdict:
    raw = text if isinstance(text, bytes) else text.encode()
    return classify(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw, url, role=role)


def page(title: str, main: str, *, chrome: bool = True) -> str:
    menu = f"<ul>{MENU}</ul>" if chrome else ""
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{menu}<h1>{title}</h1>{main}</body></html>"


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, "x" * 100)
    return buffer.getvalue()


DRESSES = [
    (Outcome.BLOCKED, refusals.BLOCKED), (Outcome.BLOCKED, refusals.STUBS), (Outcome.SOFT_404, refusals.SOFT_404S),
    (Outcome.LOGIN, refusals.LOGINS), (Outcome.SERVER_ERROR, refusals.BROKEN), (Outcome.EMPTY, refusals.EMPTIES),
]  # fmt: skip
NAMED = [(outcome, name, text) for outcome, pages in DRESSES for name, text in pages.items()]


@pytest.mark.parametrize(("outcome", "name", "text"), NAMED, ids=[f"{item[0]} {item[1]}" for item in NAMED])
def test_what_is_no_content_is_known_by_its_own_words_wherever_it_comes(outcome: Outcome, name: str, text: str) -> None:
    for role in ("article", "document", "listing", "attachment"):
        verdict = judge(text, role=role, content_type="application/pdf" if role == "attachment" else "text/html")
        expected = Outcome.WRONG_TYPE if role == "attachment" and outcome is Outcome.EMPTY and text.strip() else outcome
        assert verdict.outcome is expected, (role, name, verdict)
        assert verdict.reason
        assert verdict.remedy


@given(
    st.sampled_from(NAMED),
    st.sampled_from(["NFC", "NFD"]),
    st.booleans(),
    st.sampled_from(["", "\ufeff", "<!-- x -->\n"]),
)
def test_no_content_stays_none_in_another_spelling(
    item: tuple[Outcome, str, str], form: Literal["NFC", "NFD"], escaped: bool, before: str
) -> None:
    outcome, _, text = item
    assume("<" in text)
    text = unicodedata.normalize(form, text)
    if escaped:
        text = "".join(f"&#{ord(letter)};" if ord(letter) > 127 else letter for letter in text)
    assert judge(before + text).outcome is outcome


PHRASES = [
    "Truy cập của bạn đã bị từ chối", "Không tìm thấy trang", "Trang bạn đang tìm không tồn tại", "Access Denied",
    "Hệ thống đang được bảo trì", "404 Not Found", "Bạn không có quyền truy cập trang này", "Đăng nhập",
    "Vui lòng bật JavaScript", "Just a moment", "Địa chỉ IP của bạn đã bị chặn", "Internal Server Error",
    "Bài viết không tồn tại hoặc đã bị xóa", "Web Page Blocked", "too many requests",
]  # fmt: skip


@given(
    st.lists(st.sampled_from(PHRASES), min_size=1, max_size=4), st.sampled_from(PHRASES), st.booleans(), st.booleans()
)
def test_an_article_about_such_words_is_an_article(phrases: list[str], title: str, titled: bool, chrome: bool) -> None:
    told = "".join(f"<p>Màn hình hiện dòng chữ “{phrase}” khi người dân mở trang. {PROSE}</p>" for phrase in phrases)
    named = f"{title}: vì sao người dân không vào được cổng dịch vụ công" if titled else "Cổng dịch vụ công quá tải"
    alone = f"<blockquote>{phrases[0]}</blockquote>"
    assert judge(page(named, f"<p>{PROSE}</p>{told}{alone}", chrome=chrome)).outcome is Outcome.OK


@pytest.mark.parametrize("title", PHRASES)
def test_a_short_item_whose_title_goes_on_after_such_words_is_a_page(title: str) -> None:
    item = page(f"{title} là lỗi gì, xử lý ra sao", f"<p>Tin vắn. {PROSE[:140]}</p>")
    assert judge(item).outcome is Outcome.OK


@pytest.mark.parametrize("box", refusals.BOXES)
def test_a_box_below_a_short_article_or_a_documents_table_says_nothing_about_it(box: str) -> None:
    photos = "<p>Sáng nay, lễ hội khai mạc.</p><img src=/1.jpg><p>Ảnh: Nông Văn Mẫu</p>"
    table = "<table><td>Trích yếu<td>Về việc kiện toàn Ban Chỉ đạo phòng, chống thiên tai của huyện năm 2025</table>"
    for name, main in (("Chùm ảnh lễ hội xuống đồng", photos), ("Quyết định 12/QĐ-UBND", table)):
        assert judge(page(name, main + refusals.BOXES[box])).outcome is Outcome.OK


@pytest.mark.parametrize("box", refusals.BOXES)
@pytest.mark.parametrize("before", [True, False])
def test_a_listing_with_headlines_is_one_whatever_its_boxes_say(box: str, before: bool) -> None:
    parts = [refusals.BOXES[box], f"<ul>{refusals.HEADLINES}</ul>"]
    listing = page("Tin tức", "".join(parts if before else reversed(parts)))
    assert judge(listing, "http://bao.test/tin-tuc", role="listing").outcome is Outcome.OK


@pytest.mark.parametrize(
    ("title", "url", "outcome"),
    [("Không tìm thấy trang", "/tin-tuc", "soft_404"), ("Đăng nhập", "/tin-tuc", "login"),
     ("Huyện Sông Mẫu", "/dang-nhap?next=1", "login")],
)  # fmt: skip
def test_a_listing_that_is_refused_by_its_own_name_is_refused_beside_headlines_too(
    title: str, url: str, outcome: str
) -> None:
    form = '<form><input type="password"></form>' if outcome == "login" else ""
    refused = page(title, f"{form}<h3>Tin mới</h3><ul>{refusals.HEADLINES}</ul>")
    assert judge(refused, f"http://bao.test{url}", role="listing").outcome == outcome


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_page_that_ends_within_a_tag_is_truncated(cut: int) -> None:
    whole = page("Tin", f"<p>{PROSE}</p><p>{PROSE}</p><div class='cuoi'")
    assert judge(whole[: whole.index("<div class='cuoi'") + cut + 4]).outcome is Outcome.TRUNCATED
    assert judge(page("Tin", f"<p>{PROSE}</p><p>{PROSE}</p>")).outcome is Outcome.OK


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FILES = {
    PDF: b"%PDF-1.7\n1 0 obj\n%%EOF", RTF: b"{\\rtf1 x}", RAR: b"Rar!\x1a\x07\x01\x00", JPEG: b"\xff\xd8\xff\xe0 x",
    DOC: OLE + "WordDocument".encode("utf-16-le"), XLS: OLE + "Workbook".encode("utf-16-le"), PNG: b"\x89PNG\r\n\x1a\n",
    PPT: OLE + "PowerPoint Document".encode("utf-16-le"), SEVENZIP: b"7z\xbc\xaf\x27\x1c\x00\x04",
}  # fmt: skip


@pytest.mark.parametrize("declared", ["text/html", "application/pdf", "application/octet-stream", "image/png", ""])
@pytest.mark.parametrize("media", [*FILES, DOCX, XLSX, ZIP])
def test_a_file_is_what_its_bytes_say_whatever_header_and_name_say(media: str, declared: str) -> None:
    packed = {DOCX: zipped("word/document.xml"), XLSX: zipped("xl/workbook.xml"), ZIP: zipped("a.txt")}
    raw = {**FILES, **packed}[media]
    verdict = judge(raw, "http://bao.test/tep.html", role="attachment", content_type=declared)
    assert (verdict.outcome, verdict.media_type) == (Outcome.OK, media)
    assert judge(raw, "http://bao.test/tin.html", content_type=declared).outcome is Outcome.WRONG_TYPE


@pytest.mark.parametrize("url", ["http://bao.test/ke-hoach.pdf", "http://bao.test/download?id=7"])
def test_a_page_served_as_a_file_is_never_a_file(url: str) -> None:
    verdict = judge(article("Tin").body, url, role="attachment", content_type="application/pdf")
    assert (verdict.outcome, verdict.media_type) == (Outcome.WRONG_TYPE, HTML)


@pytest.mark.parametrize("title", ["Đăng nhập", "Đăng nhập hệ thống | Sở Mẫu", "Login"])
def test_a_login_form_is_no_page(title: str) -> None:
    form = '<form action="/j_spring"><input name="u"><input type="password" name="p"></form>'
    assert judge(page(title, form)).outcome is Outcome.LOGIN
    assert judge(page("Sở Mẫu", form), "http://bao.test/c/portal/login?next=1").outcome is Outcome.LOGIN


@pytest.mark.parametrize(
    ("title", "main"),
    [
        ("Hướng dẫn đăng nhập dịch vụ công", f"<p>{PROSE}</p><p>{PROSE}</p><input type=password>"),
        ("Lỗi 404 là gì và vì sao trang không tồn tại", f"<p>{PROSE}</p><p>Trang không tồn tại.</p><p>{PROSE}</p>"),
        ("404 hộ dân được cấp nước sạch", f"<p>{PROSE}</p>"),
        ("Access Denied: phần mềm tống tiền", f"<p>{PROSE}</p><p>{PROSE}</p>"),
        ("Không tìm thấy trang thiết bị sau lũ", f"<p>{PROSE}</p>"),
        ("Bắt giữ đối tượng trộm cắp", "<p>Tin vắn: công an xã đã bàn giao đối tượng.</p>"),
        ("Bảng chỉ số", "<p>Hôm nay:</p><b>404</b>"),
        ("Chùm ảnh lễ hội", "<p><img src=/1.jpg></p>"),
        ("Truy cập của người dân vào cổng dịch vụ công tăng", "<p>Ngắn gọn.</p>"),
    ],
)
def test_an_article_that_mentions_such_words_is_a_page(title: str, main: str) -> None:
    assert judge(page(title, main)).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(304, "unchanged"), (401, "login"), (403, "blocked"), (404, "gone"), (410, "gone"), (418, "blocked"),
     (429, "blocked"), (500, "server_error"), (503, "server_error"), (400, "server_error"), (302, "server_error")],
)  # fmt: skip
def test_the_status_speaks_first(status: int, outcome: str) -> None:
    assert judge(article("Tin").body, status=status).outcome == outcome


def test_a_challenge_with_status_503_is_a_refusal_and_no_breakdown() -> None:
    assert judge(refusals.BLOCKED["cloudflare challenge"], status=503).outcome is Outcome.BLOCKED


def test_an_answer_without_content_is_empty() -> None:
    assert judge(b"").outcome is Outcome.EMPTY
    assert judge(b" \r\n\t").outcome is Outcome.EMPTY
    assert (
        judge('<html><head><script src="/app.js"></script></head><body><div id="app"></div></body></html>').outcome
        == "empty"
    )


@pytest.mark.parametrize(
    ("raw", "media"),
    [
        (b"%PDF-1.7\n%%EOF", PDF), (b"\xef\xbb\xbf\n%PDF-1.4", PDF), (b"{\\rtf1 x}", RTF), (b"Rar!\x1a\x07\x00", RAR),
        (zipped("word/document.xml"), DOCX), (zipped("xl/workbook.xml"), XLSX), (zipped("a.txt"), "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), DOC),
        (b"<?xml version='1.0'?><rss/>", XML),
        (b"<?xml version='1.0'?><!DOCTYPE html><html>", HTML), (b"\xef\xbb\xbf<!DOCTYPE HTML><html>", HTML),
        ("<html><p>xã</p></html>".encode("utf-16"), HTML), (b'{"a": 1}', JSON), (b"xin", TEXT), (b"\x00\x01\x02", None),
    ],
)  # fmt: skip
def test_media_types_come_from_bytes(raw: bytes, media: str | None) -> None:
    assert media_type(raw, "application/x-lie") == media


@pytest.mark.parametrize("raw", [b"%PDF-1.7\nstartxref\n9\n%%EOF\n", zipped("word/document.xml"), b"{\\rtf1 x}\r\n"])
def test_a_file_without_its_end_is_truncated(raw: bytes) -> None:
    file = raw[:8] + b" " * 3000 + raw[8:]
    assert judge(file, "http://bao.test/x", role="attachment").outcome is Outcome.OK
    assert judge(file[:-40], "http://bao.test/x", role="attachment").outcome is Outcome.TRUNCATED


def test_a_page_in_place_of_a_file_is_the_wrong_type_unless_it_says_more() -> None:
    assert judge(article("Tin").body, "http://bao.test/x.pdf", role="document").outcome is Outcome.WRONG_TYPE
    assert judge(article("Tin").body, role="attachment").outcome is Outcome.WRONG_TYPE
    assert judge(refusals.BLOCKED["f5"], "http://bao.test/x.pdf", role="attachment").outcome is Outcome.BLOCKED
    assert judge(page("404", ""), "http://bao.test/x.pdf", role="attachment").outcome is Outcome.SOFT_404


def test_a_document_may_be_a_page_or_a_file_and_an_article_only_a_page() -> None:
    pdf = b"%PDF-1.7\n%%EOF"
    assert judge(article("Kế hoạch").body, role="document").outcome is Outcome.OK
    assert judge(pdf, role="document").outcome is Outcome.OK
    assert judge(pdf, role="article").outcome is Outcome.WRONG_TYPE


def test_listings_may_be_pages_feeds_or_packed_sitemaps() -> None:
    for raw in (article("Tin").body, b"<?xml version='1.0'?><urlset/>", b'[{"id": 1}]', b"\x1f\x8b\x08xx"):
        assert judge(raw, role="listing").outcome is Outcome.OK
    assert judge(b"%PDF-1.4 %%EOF", role="listing").outcome is Outcome.WRONG_TYPE


def test_a_page_forwarded_to_the_home_page_is_gone_softly() -> None:
    verdict = sent_home(URL, "http://bao.test/")
    assert verdict is not None
    assert verdict.outcome is Outcome.SOFT_404
    assert sent_home(URL, URL) is None
    assert sent_home("http://bao.test/", "http://bao.test/") is None


def test_every_outcome_has_a_remedy() -> None:
    assert set(REMEDIES) == set(Outcome)


@pytest.mark.parametrize(
    "piece",
    ["<", "<!--", "<script ", "<script>", "<title>", "<h1>", "<input ", "<svg></", "http-equiv = ", "404 ",
     "trang này ", "<script></script", "window.location", "&#", "<p>Trang không tồn tại hoặc ", "</script", "<a ",
     "<a href=/x>", "<h2>404</h2><a>404</a>", "</style", "<p>...", "<input type ", "location ", "đăng nhập ",
     "<h2>Không tìm thấy "],
)  # fmt: skip
@pytest.mark.parametrize("start", ["<html>", "<html><script>"])
@pytest.mark.parametrize("role", ["article", "listing"])
def test_hostile_markup_is_judged_in_linear_time(piece: str, start: str, role: str) -> None:
    hostile = start + piece * ((1 << 19) // len(piece))
    began = time.process_time()
    judge(hostile, role=role)
    assert time.process_time() - began < 5


def test_a_body_that_begins_with_many_comments_is_typed_at_once() -> None:
    began = time.process_time()
    assert media_type(b"<!---->" * 140 + b"xin") == TEXT
    assert time.process_time() - began < 5  # each comment doubled the time: 24 of them took seconds


def test_a_page_with_a_nul_near_its_start_is_a_page() -> None:
    raw = page("Tin vùng cao", f"<p>{PROSE}</p><p>{PROSE}</p>").replace("</title>", "\0</title>").encode()
    assert (judge(raw).outcome, judge(raw).media_type) == (Outcome.OK, HTML)


def test_a_page_without_a_head_is_a_page() -> None:
    assert judge(f"<html><body><h1>Tin</h1><p>{PROSE}</p></body></html>").outcome is Outcome.OK


def test_a_page_whose_script_never_ends_shows_nothing_behind_it() -> None:
    assert judge(f"<html><body><script>var a = 1; <p>{PROSE}</p>").outcome is Outcome.EMPTY


@given(st.binary(max_size=3000), st.sampled_from(["article", "document", "attachment", "listing", "robots"]))
def test_any_bytes_get_a_verdict(raw: bytes, role: str) -> None:
    verdict = judge(raw, role=role)
    assert verdict.outcome in Outcome
    assert verdict.ok or (verdict.reason and verdict.remedy)
    assert is_whole(raw, verdict.media_type) in (True, False)
