"""URLs as identities: tracking, session and view parameters cut, crawl traps recognised."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

NOISE = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|zalo\w*|_ga|ref|referer|share|print|amp|"
    r"jsessionid|phpsessid|session_?id|aspsessionid\w*|_afrloop|_adf\.ctrl-state|timestamp|ts|random|rand)$",
    re.IGNORECASE,
)
SESSION_PATH = re.compile(r";(?:jsessionid|sid)=[^/?#]*|/\(S\([a-z0-9]+\)\)", re.IGNORECASE)
CALENDAR = re.compile(
    r"(?:calendar|lich-cong-tac|lich-lam-viec)(?:/|\?|$).*\d|[?&](?:month|thang|day|week|tuan)=", re.IGNORECASE
)
FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|rtf|zip|rar|7z|pptx?|odt)(?:$|[/?#])", re.IGNORECASE)
ASSET = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|ico|css|js|mp[34]|woff2?|ttf|avi|flv|wmv)(?:$|[?#])", re.IGNORECASE)
ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
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
        parts = urlsplit(urljoin(base, href.strip()))
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


def is_asset(url: str) -> bool:
    """Whether ``url`` names an image, style, script, font or video."""
    return ASSET.search(url) is not None


def is_trap(url: str) -> bool:
    """Whether ``url`` looks like an endless space: repeated path segments, calendars, absurd depth or length."""
    parts = urlsplit(url)
    segments = [segment for segment in unquote(parts.path).split("/") if segment]
    repeated = any(count > 2 for segment, count in Counter(segments).items() if len(segment) > 1)
    return repeated or len(segments) > MAX_DEPTH or len(url) > MAX_LENGTH or CALENDAR.search(url) is not None
