"""A file of any kind to text: the kind by its bytes, never by its name, and one reader for each kind.

Runs in the child process of :mod:`transforms.documents.sandbox`: a file that crashes a library ends that process only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias

from transforms.documents.filetext import FileText, PageText
from transforms.documents.kinds import BUNDLES, kind_of
from warehouse.schema import Outcome

if TYPE_CHECKING:
    from crawlers.bundles import Member

Progress: TypeAlias = Callable[[PageText | None], None]


class Wanted(IntEnum):
    """What is read of a file: its pages' number, its text layers, or these with recognised pictures."""

    PAGES = 0
    TEXT = 1
    RECOGNISED = 2


def silent(_page: PageText | None) -> None:
    """Progress that nobody follows."""


def read_file(
    body: bytes, wanted: Wanted = Wanted.RECOGNISED, progress: Progress = silent, processes: int = 1
) -> FileText:
    """Read a file. Never raises for bad bytes, but a library may end the process or take very long.

    ``progress`` is called with each page that is done and with None for other signs of life; ``processes`` is how
    many recognise text at a time.
    """
    kind, media = kind_of(body)
    if not body:
        return FileText(Outcome.EMPTY, None, reason="the file has no bytes; fetch it again", size=0)
    if media in BUNDLES:
        found = _read_bundle(body, kind or "", wanted, progress)
    elif kind == "pdf":
        from transforms.documents.pdf import Effort, read_pdf

        found = read_pdf(body, Effort(wanted is not Wanted.PAGES, wanted is Wanted.RECOGNISED, processes), progress)
    elif kind in _READERS and wanted is not Wanted.PAGES:
        found = _READERS[kind](body)
        for page in found.pages:
            progress(page)
    elif kind in _READERS:
        found = FileText(Outcome.OK, kind)
    else:
        found = FileText(Outcome.WRONG_TYPE, kind or media, reason=f"{media or 'unknown bytes'}: no kind with a text")
    return replace(found, media_type=media, size=len(body), sha256=hashlib.sha256(body).hexdigest())


def _docx(body: bytes) -> FileText:
    from transforms.documents.docx import read_docx

    return read_docx(body)


def _doc(body: bytes) -> FileText:
    from transforms.documents.doc import read_doc

    return read_doc(body)


def _rtf(body: bytes) -> FileText:
    from transforms.documents.rtf import read_rtf

    return read_rtf(body)


def _xls(body: bytes) -> FileText:
    from transforms.documents.sheets import read_sheets

    return read_sheets(body, "xls")


def _xlsx(body: bytes) -> FileText:
    from transforms.documents.sheets import read_sheets

    return read_sheets(body, "xlsx")


def _html(body: bytes) -> FileText:
    from transforms.documents.web import read_html

    return read_html(body)


def _text(body: bytes) -> FileText:
    from transforms.documents.web import read_text

    return read_text(body)


_READERS: dict[str | None, Callable[[bytes], FileText]] = {  # each imported when first needed: a child starts sooner
    "docx": _docx,
    "doc": _doc,
    "ole": _doc,
    "rtf": _rtf,
    "xls": _xls,
    "xlsx": _xlsx,
    "html": _html,
    "text": _text,
}


def _read_bundle(body: bytes, kind: str, wanted: Wanted, progress: Progress) -> FileText:
    from crawlers.bundles import read_bundle  # few files are bundles, and every child starts sooner without it

    bundle = read_bundle(body, "")
    members = [_read_member(member, wanted, progress) for member in bundle.members]
    members += [
        FileText(Outcome(each.outcome), None, name=each.url.lstrip("/"), reason=each.message)
        for each in bundle.problems
    ]
    return FileText(Outcome.OK, kind, members=tuple(members))


def _read_member(member: Member, wanted: Wanted, progress: Progress) -> FileText:
    progress(None)
    found = read_file(member.body, wanted, lambda _page: progress(None))
    return replace(found, name=member.name.lstrip("/"))
