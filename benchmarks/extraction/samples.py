"""Pages with their gold: the real archive, our own sites, pages of the command line, and public collections."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from warcio.archiveiterator import ArchiveIterator

from transforms.text import fold

# Strings of the pages' chrome; one in a text that the gold text has not is a leak.
CHROME = (
    "view count",
    "lượt xem:",
    "other news",
    "các tin khác",
    "tin liên quan",
    "tin cùng chuyên mục",
    "send email",
    "gửi mail",
    "in bài viết",
    "gửi phản hồi",
    "thống kê truy cập",
    "đã truy cập",
    "xem lịch phát sóng",
    "nhảy đến nội dung",
    "liên kết website",
    "tin nóng",
    "admin admin",
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)


@dataclass(frozen=True, slots=True)
class Sample:
    """One page with its gold. Pages of one ``site`` share a learned profile; ``date`` is an ISO day.

    What is None or empty in the gold is not judged. ``wanted`` and ``unwanted`` replace ``text`` where a collection
    names only passages that must, and must not, be in it.
    """

    site: str
    url: str
    body: bytes
    encoding: str | None
    family: str
    text: str
    title: str | None = None
    date: str | None = None
    lead: str | None = None
    captions: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    chrome: tuple[str, ...] = CHROME
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


class GoldError(ValueError):
    """Gold or pages that cannot be read; the message names the file, what was expected and what to do."""


def real(folder: Path) -> list[Sample]:
    """The articles of the real archive."""
    return archived(folder / "articles_gold.jsonl", folder / "portal.warc.gz", "liferay")


def archived(gold: Path, pages: Path, family: str) -> list[Sample]:
    """Gold rows (JSON lines), each with the first of its ``urls`` that the WARC file holds.

    A row has ``urls`` and ``text``; ``title``, ``date``, ``lead`` and ``captions`` (a list) are judged where given.
    GoldError where the files cannot be read or have nothing in common.
    """
    rows = _rows(gold)
    wanted = {url: index for index, row in enumerate(rows) for url in row["urls"]}
    found: dict[int, Sample] = {}
    try:
        with pages.open("rb") as stream:
            for record in ArchiveIterator(stream):
                url = record.rec_headers.get_header("WARC-Target-URI")
                index = wanted.get(url)
                if record.rec_type != "response" or index is None or index in found:
                    continue
                header = record.http_headers.get_header("Content-Type") if record.http_headers else None
                found[index] = _judged(rows[index], url, record.content_stream().read(), charset(header), family)
    except OSError as error:
        raise GoldError(f"{pages}: {error}; give a WARC file with the pages that the gold names") from error
    if not found:
        raise GoldError(f"{pages} has no page of {gold}; expected response records with the addresses in its 'urls'")
    return [found[index] for index in sorted(found)]


def own_sites() -> list[Sample]:
    """Every article of the sample portals and mini-portals, as their pages look on the day after the last one."""
    from crawlers.portal import load_registry
    from tests.portals.content import LEAKS
    from tests.portals.minis import EVERY, REGISTRY, articles
    from tests.portals.model import ROW, Article
    from tests.portals.state import State
    from tests.portals.web import Request

    portals = load_registry([REGISTRY, REGISTRY.parents[1] / "registry"])
    chrome = tuple(dict.fromkeys(map(fold, (*CHROME, *LEAKS))))

    def sample(host: str, gold: Article, state: State) -> Sample:
        place = urlsplit(gold.url)
        answer = EVERY[host].respond(Request("GET", place.netloc, unquote(place.path), place.query, {}), state)
        return Sample(
            site=gold.portal,
            url=gold.url,
            body=answer.body,
            encoding=charset(answer.headers["Content-Type"]),
            family=portals[gold.portal].family,
            title=gold.title,
            date=gold.published_at.date().isoformat(),
            text=gold.text,
            lead=gold.lead,
            captions=tuple(caption.text for caption in gold.captions),
            rows=tuple(block.cells for block in gold.blocks if block.kind == ROW),
            chrome=chrome,
        )

    shown = [(host, gold) for host, site in EVERY.items() for gold in articles(site)]
    states = {host: State() for host in EVERY}
    return [sample(host, gold, states[host]) for host, gold in shown]


def article_collection(folder: Path) -> list[Sample]:
    """Pages of a folder with ``ground-truth.json`` and ``html/<id>.html.gz``, as article-extraction-benchmark has."""
    truth = folder / "ground-truth.json"
    rows = _document(truth)
    samples = []
    for name, row in sorted(rows.items()):
        try:
            body = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
            samples.append(_alone(name, row.get("url") or f"http://{name}.invalid/", body, text=row["articleBody"]))
        except (OSError, EOFError, KeyError, TypeError, AttributeError) as error:
            raise GoldError(
                f"{truth}: entry {name}: {type(error).__name__}: {error}; expected articleBody and html/{name}.html.gz"
            ) from error
    return samples


def passage_collection(folder: Path) -> list[Sample]:
    """Pages of trafilatura's evaluation data: ``evaldata.json`` with passages, and the pages below cache or eval.

    Pages that the folder lacks are left out.
    """
    truth = folder / "evaldata.json"
    samples = []
    for url, row in sorted(_document(truth).items()):
        try:
            page = next((place for name in ("cache", "eval") if (place := folder / name / row["file"]).is_file()), None)
            if page is not None:
                found = _alone(row["file"], url, page.read_bytes())
                samples.append(replace(found, wanted=tuple(row["with"]), unwanted=tuple(row["without"])))
        except (OSError, KeyError, TypeError) as error:
            raise GoldError(f"{truth}: {url}: {error!r}; expected file, with and without") from error
    if not samples:
        raise GoldError(f"{truth}: none of its pages lies below {folder}/cache or {folder}/eval")
    return samples


def spread(every: Sequence[Sample], limit: int | None) -> Sequence[Sample]:
    """``limit`` of the pages at even distances, all of them for None."""
    if limit is None or limit >= len(every):
        return every
    return [every[index * len(every) // limit] for index in range(limit)]


def digest(samples: Sequence[Sample]) -> str:
    """A name for pages and gold: it changes when any of them does."""
    total = hashlib.sha256()
    for each in samples:
        gold = (each.url, each.title, each.date, each.text, each.lead, each.captions, each.rows, each.chrome)
        total.update(each.body)
        total.update(repr(gold).encode())
    return total.hexdigest()[:16]


def charset(content_type: str | None) -> str | None:
    """The charset that a Content-Type names."""
    named = _CHARSET.search(content_type or "")
    return named[1] if named else None


def _judged(row: Mapping[str, Any], url: str, body: bytes, encoding: str | None, family: str) -> Sample:
    return Sample(
        site=urlsplit(url).netloc,
        url=url,
        body=body,
        encoding=encoding,
        family=family,
        title=row.get("title"),
        date=row.get("date"),
        text=row.get("text") or "",
        lead=row.get("lead"),
        captions=tuple(row.get("captions") or ()),
    )


def _alone(site: str, url: str, body: bytes, text: str = "") -> Sample:
    return Sample(site=site, url=url, body=body, encoding=None, family="generic", text=text)


def _rows(gold: Path) -> list[dict[str, Any]]:
    rows = []
    try:
        lines = gold.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise GoldError(f"{gold}: {error}; give a file of JSON lines with urls, title, date and text") from error
    for number, line in enumerate(filter(str.strip, lines), 1):
        try:
            row = json.loads(line)
            rows.append({**row, "urls": [*row["urls"]]})
        except (ValueError, KeyError, TypeError) as error:
            raise GoldError(
                f"{gold}, row {number}: {error!r}; expected JSON with 'urls' (a list) and 'text'"
            ) from error
    return rows


def _document(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GoldError(f"{file}: {error}; give the folder that holds it") from error
    if not isinstance(found, dict) or not found:
        raise GoldError(f"{file}: expected a JSON object with one entry a page")
    return found
