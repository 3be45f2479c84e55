"""Files of a page are found however the portal hands them out, fetched once, kept once and tied to their page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.archive import parts
from crawlers.attachments import MOST_FILES, find_files, is_handler, viewed
from crawlers.families.hints import GENERIC
from tests.crawlers.harness import archived, crawl, make_job, outcome
from tests.crawlers.site import PROSE, Answer, Route, Site

HOST = "http://so.test"
PAGE = "http://so.test/van-ban/chi-tiet/12"
PDF = b"%PDF-1.4\n" + b"n\xe1\xbb\x99i dung " * 4000 + b"\n%%EOF\n"


def found(markup: str) -> list[str]:
    page = f"<html><body><div class='trang'><p>{PROSE}</p>{markup}</div></body></html>"
    return [url.removeprefix(HOST) for url in find_files(page, PAGE, GENERIC, lambda host: host == "so.test")]


@pytest.mark.parametrize(
    ("markup", "file"),
    [
        *((f'<a href="/tep/ke-hoach.{end}">Tệp</a>', f"/tep/ke-hoach.{end}")
          for end in ("pdf", "doc", "docx", "xls", "xlsx", "rtf", "odt", "ppt", "pptx", "zip", "rar", "7z")),
        ('<a href="/tep/KE-HOACH.PDF?v=2">Tệp</a>', "/tep/KE-HOACH.PDF?v=2"),
        ('<a href="/documents/10182/20193/quyet-dinh/3f2a-77">Tệp</a>', "/documents/10182/20193/quyet-dinh/3f2a-77"),
        ('<a href="/DownloadFile.ashx?id=7">Tải về</a>', "/DownloadFile.ashx?id=7"),
        ('<a href="/Handlers/Download.ashx?path=a%2Fb">Tải về</a>', "/Handlers/Download.ashx?path=a%2Fb"),
        ('<a href="/van-ban/download?id=7">Tải về</a>', "/van-ban/download?id=7"),
        ('<a href="/tai-ve.aspx?tep=19">Tải về</a>', "/tai-ve.aspx?tep=19"),
        ('<a href="/GetFile.aspx?FileId=19">Tải về</a>', "/GetFile.aspx?FileId=19"),
        ("""<a href="javascript:downloadfile('VanBanGoc_12.doc','/FileData/TW/12/VanBanGoc_12.doc')">Tải</a>""",
         "/FileData/TW/12/VanBanGoc_12.doc"),
        ("""<a href="#" onclick="window.open('/upload/cv-12.pdf','_blank');return 0">Xem</a>""", "/upload/cv-12.pdf"),
        ("""<button onclick="location.href='/upload/cv-12.docx'">Tải</button>""", "/upload/cv-12.docx"),
        ("""<span onclick='viewFile("/upload/cv-12.xls")'>Xem</span>""", "/upload/cv-12.xls"),
        ('<iframe src="/upload/cv-12.pdf#page=1"></iframe>', "/upload/cv-12.pdf"),
        ('<embed src="/upload/cv-12.pdf" type="application/pdf">', "/upload/cv-12.pdf"),
        ('<object data="/upload/cv-12.pdf"></object>', "/upload/cv-12.pdf"),
        ('<iframe src="/pdfjs/web/viewer.html?file=%2Fupload%2Fcv-12.pdf"></iframe>', "/upload/cv-12.pdf"),
        ('<iframe src="https://docs.google.com/viewer?url=http%3A%2F%2Fso.test%2Fupload%2Fcv-12.doc&embedded=true">'
         "</iframe>", "/upload/cv-12.doc"),
        ('<iframe src="https://view.officeapps.live.com/op/embed.aspx?src=http://so.test/upload/b.xlsx"></iframe>',
         "/upload/b.xlsx"),
    ],
)  # fmt: skip
def test_a_file_is_found_however_it_is_handed_out(markup: str, file: str) -> None:
    assert found(markup) == [file]


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="/tin/ke-hoach-tai-ve-dich">Bài viết</a>', '<a href="/download">Trang tải về</a>',
        '<a href="/anh.jpg">Ảnh</a>', '<a href="http://noi-khac.test/a.pdf">Nơi khác</a>',
        '<iframe src="https://www.youtube.com/embed/x"></iframe>', "<a onclick=\"share('facebook')\">Chia sẻ</a>",
        '<iframe src="https://docs.google.com/viewer?url=http://noi-khac.test/a.pdf"></iframe>',
        '<a href="javascript:void(0)">Mở</a>', '<nav><a href="/noi-quy.pdf">Nội quy</a></nav>',
        '<a href="/tai-lieu-hop/ky-hop-thu-5">Tài liệu họp</a>', '<a href="/documents/12/tin-tuc">Tin</a>',
        '<a href="mailto:vanthu@so.test?subject=a.pdf">Thư</a>',
    ],
)  # fmt: skip
def test_what_is_no_file_is_not_asked_for(markup: str) -> None:
    assert found(markup) == []


def test_a_page_makes_the_crawl_ask_for_so_many_files_and_each_once() -> None:
    links = "".join(
        f'<a href="/{number % 30}.pdf">Tệp</a><a onclick="tai(\'/{number}.pdf\')">x</a>' for number in range(60)
    )
    assert len(found(links)) == len(set(found(links))) == MOST_FILES


def test_files_beyond_the_limit_of_a_page_are_a_problem_that_names_the_page(tmp_path: Path) -> None:
    links = "".join(f'<a href="/{number}.pdf">Tệp</a>' for number in range(MOST_FILES + 2))
    pdf = Answer(PDF, headers={"Content-Type": "application/pdf"})
    routes = {f"/{number}.pdf": pdf for number in range(MOST_FILES)}
    page = Answer(f"<html><body><h1>Công khai ngân sách</h1><p>{PROSE}</p><p>{PROSE}</p>{links}</body></html>".encode())
    path = "/thoi-su/cong-khai-ngan-sach-cua-xa-12345.html"
    section = Answer(f'<ul><li><a href="{path}">Công khai ngân sách</a> <i>27/06/2025</i></li></ul>'.encode())
    with Site({**routes, path: page, "/muc/": section}) as site:
        job = make_job(
            tmp_path, site.proxy, portal={"sections": ("/muc/",)},
            settings={"SPIDER": "crawlers.spider.PortalSpider"},
        )  # fmt: skip
        code, log = crawl(job)
    [problem] = outcome(job).problems
    assert (code, problem.url) == (0, f"http://bao.test{path}"), log
    assert f"links {MOST_FILES + 2} files" in problem.message
    assert len(site.requests) == len(set(site.requests)) == MOST_FILES + 3  # with robots.txt


@given(st.text(max_size=300), st.sampled_from(["href", "onclick", "src"]))
def test_any_attribute_is_read_without_harm(value: str, name: str) -> None:
    value = value.replace('"', "&quot;").replace("<", "&lt;")
    assert all(url.startswith("/") for url in found(f'<a {name}="{value}">x</a><iframe src="{value}"></iframe>'))


@given(st.text(max_size=100))
def test_any_address_gets_an_answer(text: str) -> None:
    assert is_handler(f"{HOST}/{text.replace('[', '').replace(']', '')}") in (True, False)
    assert viewed(f"{HOST}/x", text) is None


def page_with(*links: str) -> Answer:
    anchors = "".join(f'<a href="{link}">Tệp</a>' for link in links)
    return Answer(f"<html><h1>Tin</h1><p>{PROSE}</p><p>{PROSE}</p>{anchors}</html>".encode())


def real_job(folder: Path, site: Site, **changes: Any) -> Any:
    portal = {"sections": ["/tin/"], "options": {"article": [r"/tin/(\d+)$"]}}
    settings = {"SPIDER": "crawlers.spider.PortalSpider"}
    return make_job(folder, site.proxy, portal=portal, settings=settings, **changes)


def listed(*paths: str) -> Answer:
    items = "".join(
        f'<li><a href="{path}">Hội nghị sơ kết công tác {path}</a> <i>27/06/2025</i></li>' for path in paths
    )
    return Answer(f"<html><body><h1>Tin mới</h1><ul>{items}</ul></body></html>".encode())


def test_files_are_stored_once_and_tied_to_every_page_that_links_them(tmp_path: Path) -> None:
    routes: dict[str, Route] = {
        "/tin/": listed("/tin/1", "/tin/2"),
        "/tin/1": page_with("/a.pdf", "/download?id=7"), "/tin/2": page_with("/a.pdf"),
        "/a.pdf": Answer(PDF), "/download?id=7": Answer(PDF, headers={"Content-Type": "text/html"}),
    }  # fmt: skip
    with Site(routes) as site:
        first, second = (real_job(tmp_path, site, run_id=run) for run in ("r1", "r2"))
        assert [crawl(job)[0] for job in (first, second)] == [0, 0], outcome(first)
        assert len(site.asked("/a.pdf")) == 2
    for job in (first, second):
        items = archived(job)
        assert {path for path in items if items[path].record.role == "attachment"} == {"/a.pdf", "/download?id=7"}
        assert all(items[path].body == PDF for path in ("/a.pdf", "/download?id=7"))
        assert items["/download?id=7"].record.media_type == "application/pdf"
        assert items["/tin/2"].record.attachments == ("http://bao.test/a.pdf",)
    stored = [item for job in (first, second) for item in archived(job).values() if item.record.role == "attachment"]
    assert sum(not item.is_revisit for item in stored) == 1
    assert parts(second.run_dir)[0].stat().st_size < 10_000


def test_only_the_missing_file_of_a_page_is_asked_for_when_the_run_goes_on(tmp_path: Path) -> None:
    routes: dict[str, Route] = {
        "/tin/": listed("/tin/1"), "/tin/1": page_with("/a.pdf", "/b.pdf"), "/a.pdf": Answer(PDF),
        "/b.pdf": Answer(b"", 500),
    }  # fmt: skip
    with Site(routes) as site:
        job = real_job(tmp_path, site)
        crawl(job)
        assert outcome(job).errors == {"server_error": 1}
        site.set("/b.pdf", Answer(PDF))
        assert crawl(job)[0] == 0
        assert (len(site.asked("/tin/1")), len(site.asked("/a.pdf"))) == (1, 1)
    assert outcome(job).errors == {}
    assert archived(job)["/b.pdf"].body == PDF
