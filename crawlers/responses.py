"""What came back: page, document, block page, soft 404, login, stub, empty or truncated answer.

Judged by status, magic bytes and content, never by the Content-Type header alone. Precision first: a page with a main
text is a page, whatever words it mentions; the signatures below count only where there is no main text beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawlers.content import FILES, GZIP, HTML, TEXTUAL, is_whole, media_type
from crawlers.pages import PageText
from warehouse.schema import Outcome

BOM = b"\xef\xbb\xbf"
LISTED = TEXTUAL | {GZIP}  # sitemaps may be gzip files
FILE_SUFFIXES = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".rtf", ".zip", ".rar")

REMEDIES: dict[Outcome, str] = {
    Outcome.OK: "nothing to do",
    Outcome.UNCHANGED: "nothing to do",
    Outcome.NOT_ARTICLE: "narrow the family's article pattern",
    Outcome.GONE: "nothing to do: an article or document that is missing twice is marked as removed",
    Outcome.EMPTY: "open the page in a browser; if it is built by script, the portal needs a family of its own",
    Outcome.SOFT_404: "nothing to do if the portal removed the page; otherwise correct the family's URL pattern",
    Outcome.BLOCKED: "the portal refuses automatic visits: raise its delay or ask its owner for permission",
    Outcome.LOGIN: "the page needs an account and is left out; remove its section from the portal's file",
    Outcome.SERVER_ERROR: "the portal's server failed: clear the task to ask again",
    Outcome.NETWORK_ERROR: "check that the portal's host name is right and reachable, then clear the task",
    Outcome.TIMEOUT: "clear the task to ask again; if it stays slow, raise DOWNLOAD_TIMEOUT in crawlers/settings.py",
    Outcome.REDIRECT_LOOP: "open the URL in a browser; if it loops there too, the portal has to mend it",
    Outcome.OFFSITE: "if the host belongs to the portal, add it to 'hosts' in the portal's file and clear the task",
    Outcome.FORBIDDEN_ADDRESS: "private networks are never contacted; correct the portal's file and clear the task",
    Outcome.ROBOTS: "robots.txt is obeyed; ask the portal's owner for permission, and clear the task when it is given",
    Outcome.OVERSIZED: "if it is wanted, raise PAGE_MAXSIZE or FILE_MAXSIZE in crawlers/settings.py and clear the task",
    Outcome.BOMB: "nothing to do: the answer was thrown away before it was unpacked",
    Outcome.TRUNCATED: "clear the task to fetch the file again; if it stays cut off, the portal stores it so",
    Outcome.WRONG_TYPE: "open the URL in a browser to see what the portal delivers there",
    Outcome.OCR_UNAVAILABLE: "install tesseract with its Vietnamese data (docs/documents.md), then reparse",
    Outcome.UNREADABLE: "clear the task in mode refetch to ask for the page again",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a response is: its outcome, its media type by content and, for a failure, why and what to do."""

    outcome: Outcome
    media_type: str | None = None
    reason: str | None = None
    remedy: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the response is a page or document that can be read further."""
        return self.outcome is Outcome.OK


def failure(outcome: Outcome, reason: str, media: str | None = None) -> Verdict:
    """A verdict with the outcome's usual remedy."""
    return Verdict(outcome, media, reason, REMEDIES[outcome])


def classify(status: int, headers: Mapping[str, str], body: bytes, url: str, *, role: str) -> Verdict:
    """The verdict on a response; ``url`` is the final one, ``headers`` have lower-case names, ``body`` is decoded.

    ``role`` is what was asked for: article, document, attachment, listing or robots.
    """
    media = media_type(body, headers.get("content-type", ""))
    refused = _by_status(status, headers, body, media)
    if refused:
        return refused
    if not body.removeprefix(BOM).strip():
        return failure(Outcome.EMPTY, "the answer has no content")
    expects_file = role == "attachment" or urlsplit(url).path.lower().endswith(FILE_SUFFIXES)
    if media == HTML:
        return _page(PageText.of(body), url, role, expects_file)
    return _file(body, media, role, expects_file)


def _by_status(status: int, headers: Mapping[str, str], body: bytes, media: str | None) -> Verdict | None:
    if status == 304:
        return Verdict(Outcome.UNCHANGED)
    if 200 <= status < 300:
        return None
    pause = headers.get("retry-after")
    answer = f"the portal answers HTTP {status}" + (f" and asks to wait ({pause})" if pause else "")
    if status in (404, 410):
        return failure(Outcome.GONE, answer, media)
    if status in (401, 407):
        return failure(Outcome.LOGIN, f"{answer}: an account is needed", media)
    challenge = PageText.of(body).challenge() if media == HTML else None
    if challenge or status in (403, 405, 406, 418, 429, 451):
        return failure(Outcome.BLOCKED, challenge or answer, media)
    return failure(Outcome.SERVER_ERROR, answer, media)


def _page(page: PageText, url: str, role: str, expects_file: bool) -> Verdict:
    if role == "robots":
        return Verdict(Outcome.OK, HTML)
    for outcome, reason in (
        (Outcome.BLOCKED, page.challenge()),
        (Outcome.LOGIN, page.login(url, listing=role == "listing")),
        (Outcome.SOFT_404, page.not_found(listing=role == "listing")),
        (Outcome.SERVER_ERROR, page.breakdown()),
        (Outcome.TRUNCATED, page.cut_off()),
        (Outcome.WRONG_TYPE, "a web page came where a file was expected" if expects_file else None),
        (Outcome.EMPTY, page.nothing()),
    ):
        if reason:
            return failure(outcome, reason, HTML)
    return Verdict(Outcome.OK, HTML)


def _file(body: bytes, media: str | None, role: str, expects_file: bool) -> Verdict:
    if role == "article" or (role in ("listing", "robots") and media not in LISTED):
        return failure(Outcome.WRONG_TYPE, f"{media or 'unknown bytes'} came where a web page was expected", media)
    if role in ("document", "attachment") and media not in FILES:
        expected = "a file" if expects_file else "a document"
        return failure(Outcome.WRONG_TYPE, f"{media or 'unknown bytes'} came where {expected} was expected", media)
    if not is_whole(body, media):
        return failure(Outcome.TRUNCATED, f"the file ({media}, {len(body)} bytes) is cut off before its end", media)
    return Verdict(Outcome.OK, media)


def sent_home(requested: str, final: str) -> Verdict | None:
    """The verdict on a page that was redirected to the portal's home page: how many portals say that it is gone."""
    if urlsplit(final).path.strip("/") or not urlsplit(requested).path.strip("/"):
        return None
    return failure(Outcome.SOFT_404, "the portal forwards to its home page", HTML)
