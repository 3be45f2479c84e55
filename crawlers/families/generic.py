"""Any portal: articles told from sections by the shape of their URLs, no selector."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from crawlers.families.base import Family, target
from crawlers.families.hints import GENERIC

ID_TAIL = re.compile(r"(?:^|[-_/.])(?:post|p|n|d|a|c|id)?(?P<key>\d{5,})(?:\.(?:html?|aspx|php|chn|vnp|tpo))?/?$", re.I)
HEX_TAIL = re.compile(r"-(?P<key>(?=[0-9a-f]*\d)[0-9a-f]{7,})/?$", re.I)
ID_HEAD = re.compile(r"/(?!20\d{6}-)(?P<key>\d{6,})-[^/]*$")  # Liferay and its like; eight digits may be a day
QUERY_ID = re.compile(
    r"[?&](?:id|itemid|nid|newsid|idnews|articleid|contentid|postid|idtin|tinid|id_tin|idbaiviet|baivietid)=(?P<key>\d{2,})(?:&|$)",
    re.I,
)
PATH_ID = re.compile(r"/(?:node|itemid|id|newsid|articleid|detailview)/(?P<key>\d{2,})(?:/|$)", re.I)
DATED_PATH = re.compile(r"/20\d{2}(?:/?\d{2}){1,2}/")
SECTION_WORDS = re.compile(
    r"/(?:tag|tags|tim-kiem|search|chuyen-muc|danh-muc|category|the-loai|login|dang-nhap|lien-he|rss|sitemap)(?:[/.?]|$)",
    re.I,
)
STANDING = re.compile(  # pages that are no news, though some have names as long as headlines
    r"/(?:gioi-thieu(?:-chung)?|about(?:-us)?|co-cau-to-chuc|bo-may-to-chuc|chuc-nang-nhiem-vu|thu-tuc-hanh-chinh|"
    r"dich-vu-cong|hoi-dap|lich-cong-tac|lich-lam-viec|so-do-(?:cong|trang|website)|(?:chinh-sach|dieu-khoan)-"
    r"(?:bao-mat|(?:quyen-)?rieng-tu|su-dung)(?:-thong-tin|-du-lieu|-dich-vu|-website)*)(?:[/.]|$)",
    re.I,
)
# Sections that the decrees on portals prescribe, with names as long as headlines.
_NAMES = """
    van-ban-chi-dao-dieu-hanh he-thong-van-ban-chi-dao-dieu-hanh van-ban-quy-pham-phap-luat
    he-thong-van-ban-quy-pham-phap-luat he-thong-van-ban-phap-luat van-ban-phap-luat-moi van-ban-phap-luat-moi-ban-hanh
    thong-tin-chi-dao-dieu-hanh tin-chi-dao-dieu-hanh hoat-dong-chi-dao-dieu-hanh thong-tin-bao-cao-thong-ke
    lay-y-kien-du-thao-van-ban lay-y-kien-gop-y-du-thao gop-y-du-thao-van-ban y-kien-gop-y-du-thao
    lay-y-kien-nhan-dan-ve-du-thao-van-ban tiep-nhan-phan-anh-kien-nghi tiep-nhan-va-tra-loi-phan-anh-kien-nghi
    pho-bien-giao-duc-phap-luat tuyen-truyen-pho-bien-giao-duc-phap-luat cai-cach-hanh-chinh-chuyen-doi-so
    chien-luoc-quy-hoach-ke-hoach quy-hoach-ke-hoach-phat-trien chien-luoc-dinh-huong-quy-hoach-ke-hoach
    chien-luoc-dinh-huong-quy-hoach-ke-hoach-phat-trien du-an-dau-tu-mua-sam-cong du-an-dau-tu-dau-thau-mua-sam-cong
    du-an-hang-muc-dau-tu-dau-thau-mua-sam-cong thong-tin-dau-thau-mua-sam-cong chuong-trinh-de-tai-khoa-hoc
    cong-khai-ngan-sach-nha-nuoc cong-khai-du-toan-ngan-sach-nha-nuoc du-toan-ngan-sach-nha-nuoc
    hoc-tap-va-lam-theo-loi-bac hoc-tap-va-lam-theo-tam-guong-dao-duc-ho-chi-minh bao-ve-nen-tang-tu-tuong-cua-dang
    hoc-tap-va-lam-theo-tu-tuong-dao-duc-phong-cach-ho-chi-minh xay-dung-dang-va-he-thong-chinh-tri
    khoa-hoc-cong-nghe-va-chuyen-doi-so dua-nghi-quyet-vao-cuoc-song
"""
PRESCRIBED = frozenset(_NAMES.split())
EXTENSION = re.compile(r"\.(?:html?|aspx|php)$", re.I)
HOME_SCRIPTS = frozenset({"", "default", "index"})
LANGUAGE = re.compile(r"^/(?:vi|en)(?=/)", re.I)
FEWEST_WORDS = 5  # hyphenated words of a slug without id or date: sections are shorter


@dataclass(frozen=True)
class GenericFamily(Family):
    """Judges by URL shape: an id in its usual places, a dated path, or a slug as long as a headline."""

    def is_article(self, url: str) -> bool:
        """Whether ``url`` bears an id, a date or a headline's slug and is no section."""
        if self.articles:
            return super().is_article(url)
        path = unquote(urlsplit(url).path)
        if path in ("", "/") or SECTION_WORDS.search(path) or _is_prescribed(path) or self.is_document(url):
            return False
        if self.article_key(url) or DATED_PATH.search(path):
            return True
        return _slug_words(path) >= FEWEST_WORDS and STANDING.search(path) is None

    def article_key(self, url: str) -> str | None:
        """The id in a place of the path named so, or at an end of a slug; the id in a parameter together with the path
        that it belongs to, as sections count their own; None where there is none."""
        if self.articles or self.is_document(url):
            return super().article_key(url)
        path = unquote(urlsplit(url).path)
        if match := QUERY_ID.search(target(url)):
            return _numbered(path, match.group("key"))
        match = PATH_ID.search(path)
        if match is None and _slug_words(path) >= 2:
            match = ID_TAIL.search(path) or HEX_TAIL.search(path) or ID_HEAD.search(path)
        return match.group("key") if match else None


def _is_prescribed(path: str) -> bool:
    return EXTENSION.sub("", path.rstrip("/").rpartition("/")[2]).lower() in PRESCRIBED


def _numbered(path: str, number: str) -> str:
    """A number and the script that it belongs to, by path without language, headline and ending; the number alone
    where the home page hands out all articles (``/Default.aspx?newsid=7``)."""
    segments = EXTENSION.sub("", LANGUAGE.sub("", path.lower()).rstrip("/")).split("/")[1:]
    script = "/".join(segment for segment in segments if _slug_words(segment) < FEWEST_WORDS)
    return number if script in HOME_SCRIPTS else f"/{script}:{number}"


def _slug_words(path: str) -> int:
    return max((segment.count("-") + 1 for segment in path.split("/") if segment), default=0)


FAMILY = GenericFamily("generic", hints=GENERIC)
