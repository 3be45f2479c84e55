"""Pages that are no content: challenges, refusals, soft 404s, logins, stubs, recognised by generic signatures."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

READ = 1 << 19  # bytes of a page that are looked at
SMALL = 800  # characters of visible text below which a page has nothing but a message
STUB = 200  # the same for a page that only forwards
LONG = 150  # a text node from here on is prose
PROSE = 300  # characters of prose that make a main text
HEADINGS = 20  # the first ones; a message stands among them
START = 300  # a message stands at the start of a small page

# Every pattern is linear on hostile markup: none may scan from each "<" to the end of the page.
_HIDING = re.compile(r"<!--|<(script|style|template|svg|head)\b", re.IGNORECASE)
_ENDS = {name: re.compile(rf"</{name}[^>]*>", re.IGNORECASE) for name in ("script", "style", "template", "svg", "head")}
_ENDS[""] = re.compile("-->")
_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")
_TITLE = re.compile(r"<title\b[^<>]*>([^<]{0,500})", re.IGNORECASE)
_HEADING = re.compile(r"<h[12]\b[^<>]*>(.{0,500}?)</h[12]", re.DOTALL | re.IGNORECASE)
_PASSWORD = re.compile(r"<input\b[^<>]*type\s?=\s?[\"']?password", re.IGNORECASE)
_FORWARD = re.compile(
    r"(?<![\w.])(?:(?:window|document|self|top|parent)\.)?location(?:\.href)?\s*=[^=]|location\.(?:reload|replace|assign)\s*\("
    r"|http-equiv\s*=\s*[\"']?refresh",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"<(?:img|iframe|frame|embed|object|video|canvas)\b", re.IGNORECASE)
_SEGMENTS = re.compile(r"\s*[|»·]\s*|\s+[-–—]\s+|:\s+")

_CHALLENGE = re.compile(
    r"just a moment|attention required|access denied|access to this page has been denied|request rejected|"
    r"the requested url was rejected|support id|checking your browser|ddos protection by|sucuri website firewall|"
    r"incapsula incident|pardon our interruption|verify (?:that )?you are (?:a )?human|are you a robot|"
    r"enable javascript and cookies to continue|web application firewall|mod_?security|"
    r"(?:403|error 403).{0,20}forbidden|^forbidden\b|"
    r"you don't have permission to access|truy cập (?:của bạn )?(?:đã )?bị (?:chặn|từ chối)|"
    r"yêu cầu (?:của bạn )?(?:đã )?bị (?:chặn|từ chối)|"
    r"xác (?:minh|nhận|thực) (?:rằng )?bạn (?:là con người|không phải (?:là )?(?:robot|người máy))",
    re.IGNORECASE,
)
_CHALLENGE_MARKUP = re.compile(
    r"/cdn-cgi/challenge-platform/|cf-chl-|_Incapsula_Resource|g-recaptcha|h-captcha|cf-turnstile"
)
_COOKIE_SCRIPT = re.compile(r"document\.cookie\s*=", re.IGNORECASE)

_THING = r"(?:trang web|trang|nội dung|bài viết|tin bài|tin tức|bản tin|văn bản|tài liệu|dữ liệu|liên kết|địa chỉ)"
_WHICH = r"(?:(?: này| bạn| quý vị| mà| đang| cần| muốn| yêu cầu| truy cập| tìm| tìm kiếm| xem)*)"
_MISSING = r"(?:không (?:còn )?tồn tại|không (?:được )?tìm thấy|không có sẵn|(?:đã )?bị (?:xóa|xoá|gỡ bỏ|gỡ|di chuyển))"
_PHRASE = (
    r"(?:(?:the )?(?:page |file |resource )?(?:was |cannot be )?not found|page (?:can't|cannot) be found|"
    rf"(?:rất tiếc|xin lỗi)?\W*{_THING}{_WHICH} {_MISSING}(?:(?:,| hoặc| hay) .{{0,60}})?|"
    rf"(?:rất tiếc|xin lỗi)?\W*không tìm thấy {_THING}{_WHICH})"
)
_NUMBER = r"(?:lỗi |error |http |mã lỗi )?404(?: error| lỗi)?"
_NOT_FOUND = re.compile(rf"\W*(?:{_NUMBER}\W+)?{_PHRASE}\W*", re.IGNORECASE)
_NOT_FOUND_TITLE = re.compile(rf"{_NOT_FOUND.pattern}|\W*{_NUMBER}\W*", re.IGNORECASE)
_LOGIN = re.compile(
    r"(?:vui lòng |bạn (?:cần|phải) |hệ thống )?(?:đăng nhập|log ?in|sign ?in|login page)"
    r"(?: (?:hệ thống|tài khoản|quản trị|thành viên|để tiếp tục|để xem.{0,40}))?\W*",
    re.IGNORECASE,
)
_LOGIN_PATH = re.compile(r"/(?:log-?in|sign-?in|dang-?nhap|account/login|sso|cas)(?:[/.?;]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page shows: title and headings, visible text, its text nodes, and the first ``READ`` bytes of markup."""

    titles: tuple[str, ...]
    text: str
    nodes: tuple[str, ...]
    markup: str

    @classmethod
    def of(cls, body: bytes) -> PageText:
        """Reads a page leniently; the charset matters only for Vietnamese signatures, so UTF-8 is assumed."""
        codec = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
        markup = body[:READ].decode(codec, "replace")
        visible = _visible(markup)
        nodes = tuple(node for part in _TAG.split(visible) if (node := _clean(part)))
        titles = [_clean(title) for title in _TITLE.findall(markup)[:1]]
        titles += [_clean(_TAG.sub(" ", title)) for title in _HEADING.findall(visible)[:HEADINGS]]
        return cls(tuple(titles), " ".join(nodes), nodes, markup)

    @property
    def has_prose(self) -> bool:
        """Whether there is a main text: then the page is a page, whatever it mentions."""
        return sum(len(node) for node in self.nodes if len(node) >= LONG) >= PROSE

    @property
    def message(self) -> str:
        """Titles and the start of the text, where a page that has only a message says it."""
        return " \n".join((*self.titles, self.text[:START]))

    def challenge(self) -> str | None:
        """Why the page is a refusal or a challenge of a firewall, None if it is not."""
        if len(self.text) < STUB and _FORWARD.search(self.markup):
            cookie = "sets a cookie and " if _COOKIE_SCRIPT.search(self.markup) else ""
            return f"a stub that {cookie}forwards by script came in place of the page"
        if len(self.text) >= SMALL:
            return None
        phrase = _CHALLENGE.search(self.message)
        if phrase:
            return f'a firewall page came in place of the page ("{phrase[0]}")'
        if _CHALLENGE_MARKUP.search(self.markup) and len(self.text) < STUB:
            return "a challenge for browsers came in place of the page"
        return None

    def login(self, url: str) -> str | None:
        """Why the page is a login form, None if it is not."""
        if self.has_prose or not _PASSWORD.search(self.markup):
            return None
        if _LOGIN_PATH.search(urlsplit(url).path) or self._titled(_LOGIN):
            return "a login form came in place of the page"
        return None

    def not_found(self) -> str | None:
        """Why the page says that there is no such page although its status is 200, None if it does not."""
        if self.has_prose:
            return None
        named = self._titled(_NOT_FOUND_TITLE) or next(
            (node for node in self.nodes if _NOT_FOUND.fullmatch(node)), None
        )
        return f'the page says "{named}" with status 200' if named else None

    def nothing(self) -> str | None:
        """Why the page has no content at all, None if it has."""
        if len(self.text) >= STUB // 10 or _PICTURE.search(self.markup):
            return None
        return "the page has no text"

    def _titled(self, pattern: re.Pattern[str]) -> str | None:
        """The segment of a title or heading that is the pattern as a whole."""
        segments = (segment for title in self.titles for segment in (title, *_SEGMENTS.split(title)))
        return next((segment for segment in segments if pattern.fullmatch(segment)), None)


def _visible(markup: str) -> str:
    """Markup without comments, scripts, styles and head; what is not closed hides the rest."""
    shown, position = [], 0
    while hiding := _HIDING.search(markup, position):
        shown.append(markup[position : hiding.start()])
        end = _ENDS[(hiding[1] or "").lower()].search(markup, hiding.end())
        position = end.end() if end else len(markup)
    return " ".join((*shown, markup[position:]))


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", _SPACE.sub(" ", html.unescape(text))).strip()
