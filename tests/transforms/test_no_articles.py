"""Pages that answer 200 and are no articles: each is told from one, with the family's places and without."""

from __future__ import annotations

import pytest

from crawlers.families.hints import GENERIC, hints_for
from crawlers.portal import load_registry
from tests.portals.minis import MINIS, REGISTRY, articles
from tests.portals.state import State
from tests.portals.web import Request
from transforms.article import NotArticle, extract
from transforms.fields import Evidence
from transforms.profile import learned_types
from transforms.slots import Sampled, Slots
from transforms.text import decode
from transforms.tree import parse
from warehouse.schema import Outcome

PORTALS = load_registry([REGISTRY])
HOSTS = ("baothanhthuy.test", "congchuc.xulang.test", "xatantrao.tuyenquang.test")
DAYS = "".join(f"<td><a href='/lich?ngay={day}'>{day}</a></td>" for day in range(1, 29))
PEOPLE = ("Chủ tịch", "Phó Chủ tịch", "Chánh Văn phòng", "Trưởng phòng Nội vụ", "Trưởng phòng Tài chính")
NOTICE = "Nội dung bạn tìm không tồn tại hoặc đã bị gỡ khỏi hệ thống."

NO_ARTICLES: dict[str, tuple[str, str]] = {
    "search": (
        "Kết quả tìm kiếm",
        "<h1>Kết quả tìm kiếm</h1><p>Tìm thấy 9 kết quả cho từ khóa: kênh mương</p>"
        + "".join(
            f"<div class='kq'><h3><a href='/tin/{n}.html'>Sửa kênh mương thôn {n} trước vụ mùa năm nay</a></h3>"
            f"<span class='date'>{n:02d}/06/2025</span><p>Tuyến kênh dài {n} km đã được nạo vét xong...</p></div>"
            for n in range(1, 10)
        ),
    ),
    "calendar": (
        "Lịch công tác",
        f"<h1>Lịch công tác tháng 6/2025</h1><table class='lich'><tr>{DAYS}</tr></table><p>Tuần trước | Tuần sau</p>",
    ),
    "gallery": (
        "Thư viện ảnh",
        "<h1>Thư viện ảnh</h1>"
        + "".join(
            f"<div class='anh'><a href='/anh/{n}'><img src='/a{n}.jpg'></a><p>Album {n}</p></div>" for n in range(12)
        ),
    ),
    "videos": (
        "Video",
        "<h1>Video</h1><iframe src='https://www.youtube.com/embed/x1'></iframe><ul>"
        + "".join(f"<li><a href='/video/{n}.html'>Thời sự tối ngày {n} tháng 6</a></li>" for n in range(1, 9))
        + "</ul>",
    ),
    "contact": (
        "Liên hệ",
        "<h1>Liên hệ</h1><table>"
        + "".join(f"<tr><td>{who}</td><td>0219 386 60{n:02d}</td></tr>" for n, who in enumerate(PEOPLE))
        + "</table><form><input name='ten'><textarea name='noi-dung'></textarea><button>Gửi</button></form>",
    ),
    "documents": (
        "Văn bản",
        "<h1>Văn bản chỉ đạo điều hành</h1><table><tr><th>Số</th><th>Ngày</th><th>Trích yếu</th></tr>"
        + "".join(
            f"<tr><td>{n}/KH-UBND</td><td>{n:02d}/06/2025</td><td><a href='/vb/{n}'>Kế hoạch phòng chống đuối nước "
            f"đợt {n} trên địa bàn xã</a></td></tr>"
            for n in range(1, 12)
        )
        + "</table>",
    ),
    "login": (
        "Đăng nhập",
        "<h1>Đăng nhập</h1><form><input name='u'><input type='password'><button>Vào</button></form>",
    ),
    "missing": ("Không tìm thấy", f"<h1>Không tìm thấy trang</h1><p>{NOTICE}</p>"),
    "empty": ("Tin tức", "<div class='rong'></div>"),
}


def learned(host: str) -> Slots:
    site, state = MINIS[host], State()
    sample = []
    for gold in articles(site)[:12]:
        path, _, query = gold.url.split("/", 3)[3].partition("?")
        page = parse(decode(site.respond(Request("GET", host, f"/{path}", query, {}), state).body).utf8)
        assert page is not None
        sample.append(Sampled(gold.url, page, Evidence()))
    return learned_types(sample)[0].slots


@pytest.fixture(scope="module")
def profiles() -> dict[str, Slots]:
    return {host: learned(host) for host in HOSTS}


def shown(host: str, name: str) -> bytes:
    title, main = NO_ARTICLES[name]
    return MINIS[host].frame(State(), title, main).encode()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("name", NO_ARTICLES)
@pytest.mark.parametrize("course", ["family", "profile", "profile behind generic", "nothing"])
def test_no_article_is_read_from_it(host: str, name: str, course: str, profiles: dict[str, Slots]) -> None:
    family = hints_for(PORTALS[MINIS[host].portal].family)
    hints = family if course == "family" else GENERIC
    slots = profiles[host] if course.startswith("profile") else None
    url = f"http://{host}/{name}"
    found = extract(shown(host, name), url=url, hints=hints, learned=slots, learned_first=course == "profile")
    assert isinstance(found, NotArticle), found
    assert url in found.reason
    missing = (Outcome.SOFT_404,) if name == "missing" else (Outcome.NOT_ARTICLE, Outcome.EMPTY)
    assert found.outcome in missing
