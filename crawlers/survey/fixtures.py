"""The fixtures of a portal: a folder with the pages of one look and ``golden.json``, what was read from them."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crawlers.portal import Portal
from crawlers.survey.pages import Page, read_pages, replace_folder, write_pages
from crawlers.survey.reading import Golden, read_look

GOLDEN = "golden.json"
DEFAULT = Path(".tintinh/fixtures")
VARIABLE = "TINTINH_FIXTURES"  # further folders of fixtures for the golden test, separated by ':'


def save_fixtures(folder: Path, pages: Sequence[Page], portal: Portal) -> Path:
    """Writes or replaces the portal's fixtures in ``folder`` in one step; returns their own folder."""
    final, new = folder / portal.id, folder / f".{portal.id}.{os.getpid()}.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        write_pages(new, pages, f"fixtures of {portal.id} ({portal.home}); the pages belong to their publisher")
        (new / GOLDEN).write_text(dump(read_look(read_pages(new), portal)), encoding="utf-8")
        replace_folder(new, final)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return final


def load_golden(folder: Path) -> Golden | None:
    """What was read when the fixtures in ``folder`` were written; None where there are none."""
    path = folder / GOLDEN
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def portal_of(golden: Golden) -> Portal:
    """The portal as the fixtures were read."""
    return Portal.model_validate({"name": "fixtures", **golden["portal"]})


def differences(folder: Path) -> list[str]:
    """How the fixtures in ``folder`` are read otherwise today than their golden file says: lines of a unified diff."""
    golden = load_golden(folder)
    if golden is None:
        return [f"{folder}: {GOLDEN} is missing; write the fixtures again with 'scrapy portal new'"]
    today = read_look(read_pages(folder), portal_of(golden))
    names = (f"{folder.name}: golden", f"{folder.name}: read today")
    return list(difflib.unified_diff(dump(golden).splitlines(), dump(today).splitlines(), *names, lineterm="", n=2))


def fixtures_digest(folder: Path) -> str:
    """Digest over the bodies of a portal's fixtures."""
    said = "\n".join(sorted(f"{page.record.url} {page.record.digest}" for page in read_pages(folder)))
    return hashlib.sha256(said.encode()).hexdigest()


def dump(data: Any) -> str:
    """JSON for people: one fact a line, letters as they are."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
