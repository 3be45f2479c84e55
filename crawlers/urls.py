"""URLs as identities: tracking, session and view parameters cut, crawl traps recognised."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

NOISE = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|zalo\w*|_ga|ref|referer|share|print|amp|"
    r"jsessionid|phpsessid|session_?id|aspsessionid\w*|_afrloop|_adf\.ctrl-state|timestamp|ts|random|rand|"
    r"sort(?:_?by|_?dir|_?order)?|order(?:_?by)?|sord|sidx)$",
    re.IGNORECASE,
)
SESSION_PATH = re.compile(r";(?:jsessionid|sid)=[^/?#]*|/\(S\([a-z0-9]+\)\)", re.IGNORECASE)
CALENDAR = re.compile(
    r"(?:calendar|lich-cong-tac|lich-lam-viec)(?:/|\?|$).*\d|[?&](?:month|thang|day|week|tuan)=", re.IGNORECASE
)
SESSION = re.compile(
    r"[?&;](?:jsessionid|phpsessid|session_?id|aspsessionid\w*)=|;sid=|/\(S\([a-z0-9]+\)\)", re.IGNORECASE
)
SORTED = re.compile(
    r"[?&](?:sort(?:_?by|_?dir|_?order)?|order(?:_?by)?|sord|sidx|facets?|filters?|f|loc)(?:\[\w*\]|%5B\w*%5D)*=",
    re.IGNORECASE,
)
LANGUAGE = re.compile(r"vi|en|vn|vi-vn|en-us|fr|zh|lo", re.IGNORECASE)
FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|rtf|zip|rar|7z|pptx?|odt)(?:$|[/?#])", re.IGNORECASE)
ASSET = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|ico|css|js|mp[34]|woff2?|ttf|avi|flv|wmv)(?:$|[?#])", re.IGNORECASE)
ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
BLANKS = "".join(map(chr, range(33)))  # around an address: blanks and control characters, as browsers cut them
PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 2000
MAX_DEPTH = 12


def absolute(base: str, href: str | None) -> str | None:
    """``href`` of the page ``base`` as an absolute http(s) URL without fragment and user; None for anything else.

    Escaped as Scrapy requests it, so that one address has one spelling wherever it is noted.
    """
    if not href or len(href) > MAX_LENGTH:
        return None
    try:
        parts = urlsplit(urljoin(base, href.strip(BLANKS)))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not host:
        return None
    host = f"[{host}]" if ":" in host else host
    netloc = host if port in (None, PORTS[parts.scheme]) else f"{host}:{port}"
    url = safe_url_string(urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, "")))
    return ESCAPE.sub(lambda match: match[0].upper(), url)


def canonical(url: str, noise: Iterable[re.Pattern[str]] = ()) -> str:
    """``url`` without fragment, session ids and parameters that only say how or from where it is viewed.

    Further parameter names to cut are those that a pattern of ``noise`` matches. What remains keeps its order and
    spelling, so that it can be requested.
    """
    parts = urlsplit(url)
    patterns = (NOISE, *noise)
    kept = [pair for pair in parts.query.split("&") if pair and not _is_noise(pair, patterns)]
    path = SESSION_PATH.sub("", parts.path) or "/"
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, "&".join(kept), ""))


def _is_noise(pair: str, patterns: Iterable[re.Pattern[str]]) -> bool:
    name = unquote(pair.partition("=")[0])
    return any(pattern.search(name) for pattern in patterns)


def with_origin(url: str, origin: str) -> str:
    """``url`` with scheme and host of ``origin`` where both name the same host, ``www.`` aside.

    Portals link themselves with either scheme and either host.
    """
    parts, home = urlsplit(url), urlsplit(origin)
    if not home.netloc or parts.netloc.removeprefix("www.") != home.netloc.removeprefix("www."):
        return url
    return urlunsplit((home.scheme, home.netloc, parts.path, parts.query, parts.fragment))


def is_file(url: str) -> bool:
    """Whether ``url`` names a document file (PDF, Word, Excel, archive)."""
    return FILE.search(urlsplit(url).path) is not None


def is_pdf(url: str) -> bool:
    """Whether ``url`` names a PDF file."""
    return urlsplit(url).path.lower().endswith(".pdf")


def is_asset(url: str) -> bool:
    """Whether ``url`` names an image, style, script, font or video."""
    return ASSET.search(url) is not None


def is_trap(url: str) -> bool:
    """Whether ``url`` looks like an endless space: repeated path segments, calendars, absurd depth or length."""
    return _endless(url) is not None


def trap(url: str) -> str | None:
    """Why ``url`` is not followed as it is: an endless space, or one more view of a page; None for any other.

    A view (session id, sort order, filter) is the same page under :func:`canonical`, so an article is not lost by it.
    """
    if reason := _endless(url):
        return reason
    if SESSION.search(url):
        return "session id"
    return "sort order or filter" if SORTED.search(url) else None


def _endless(url: str) -> str | None:
    parts = urlsplit(url)
    segments = [segment for segment in unquote(parts.path).split("/") if segment]
    if len(url) > MAX_LENGTH or len(segments) > MAX_DEPTH:
        return "endless address"
    if _repeats(segments):
        return "repeated path"
    return "calendar" if CALENDAR.search(url) else None


def _repeats(segments: list[str]) -> bool:
    """A segment thrice, a pair of segments twice in a row, or two languages: links relative to a wrong base."""
    if any(count > 2 for segment, count in Counter(segments).items() if len(segment) > 1):
        return True
    pairs = (segments[index : index + 2] for index in range(len(segments) - 3))
    if any(pair == segments[index + 2 : index + 4] for index, pair in enumerate(pairs)):
        return True
    return len(segments) > 1 and all(LANGUAGE.fullmatch(segment) for segment in segments[:2])
