"""``scrapy portal new``: look at a site, write its fixtures and its entry, say how sure each part is."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from crawlers.portal import Portal
from crawlers.survey.conclude import Finding, Guesses, family_after, family_at_first, findings, portal_from
from crawlers.survey.entry import append_entry, entry_lines, refuse_duplicate
from crawlers.survey.fixtures import VARIABLE, save_fixtures
from crawlers.survey.guess import Guess, guess_id, guess_kind, guess_name, guess_province
from crawlers.survey.look import Look, look_at
from crawlers.survey.report import console, show_findings

DONE, LOOK, NOTHING = 0, 1, 2


@dataclass(frozen=True)
class Options:
    """What was asked for. The entry goes to the first of ``registries``; ids and homes are unique over all.

    ``settings`` are Scrapy's, for the look.
    """

    url: str
    registries: tuple[Path, ...]
    fixtures: Path
    proxy: str | None = None
    id: str | None = None
    province: str | None = None
    kind: str | None = None
    delay: float = 1.0
    settings: tuple[tuple[str, Any], ...] = ()


def run(options: Options) -> int:
    """Looks, writes, reports; the exit code. Raises ValueError or LookError where nothing can be written."""
    out = console()
    base = _base(options)
    refuse_duplicate(options.registries, base.id, options.url)
    with tempfile.TemporaryDirectory(prefix="portal-new-") as folder:
        out.print(f"looking at {options.url}: about {_patience(base)}", highlight=False)
        look = _look(base, options, Path(folder))
        guesses = _guesses(look, options)
        portal = portal_from(look, family_after(look, guesses.kind.value), guesses)
        found = findings(look, portal, guesses)
        path, fixtures = _write(options, look, portal)
    show_findings(out, f"{portal.id}: {portal.home}", found)
    _tell(out.print, path, fixtures, portal)
    return _code(found)


def _base(options: Options) -> Portal:
    """The portal before anything is known; ValueError for an address, id or delay that cannot be."""
    facts = {"id": options.id or guess_id(options.url), "name": "unknown", "home": options.url, "delay": options.delay}
    try:
        return Portal.model_validate(
            {**facts, "kind": options.kind or "government", "province": options.province or ""}
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{first['loc'][0]}: {first['msg']}; for example https://baotuyenquang.com.vn/") from error


def _patience(portal: Portal) -> str:
    return (
        f"{max(1, round(portal.delay * 60 / 60))} to {max(2, round(portal.delay * 3))} minutes"
        if portal.delay
        else "a minute"
    )


def _look(base: Portal, options: Options, folder: Path) -> Look:
    """A look by the family that the home page speaks for, and another where its other pages speak for another one."""
    kind = options.kind or guess_kind(options.url, "").value
    settings = {**dict(options.settings), "SURVEY_KIND": kind}
    look = look_at(base, _sub(folder, "first"), options.proxy, {**settings, "SURVEY_DECIDES": True})
    if not any(page.what == "home" for page in look.pages):
        raise ValueError(_unreached(look))
    family = family_after(look, kind)
    if family == family_at_first(look, kind):
        return look
    return look_at(base.model_copy(update={"family": family}), _sub(folder, "second"), options.proxy, settings)


def _sub(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def _unreached(look: Look) -> str:
    problem = next(iter(look.outcome.problems), None)
    said = f"{problem.message}; {problem.remedy}" if problem else look.outcome.reason or look.log[-500:]
    return f"{look.portal.home} cannot be read, nothing was written: {said}"


def _guesses(look: Look, options: Options) -> Guesses:
    home = next(page for page in look.pages if page.what == "home")
    name = guess_name(home.html, options.url)
    kind = Guess(options.kind, "asked") if options.kind else guess_kind(options.url, name.value)
    asked = Guess(options.province, "asked") if options.province else None
    province = asked or guess_province(options.url, name.value)
    if province is None:
        raise ValueError(
            f"neither {options.url} nor the site's name ({name.value}) tells the province, nothing was written; "
            "say it, for example --province ha_noi"
        )
    return Guesses(look.portal.id, name, kind, province, options.delay)


def _write(options: Options, look: Look, portal: Portal) -> tuple[Path, Path]:
    """Fixtures first, then the entry; without the entry the fixtures go too."""
    refuse_duplicate(options.registries, portal.id, str(portal.home))
    fixtures = save_fixtures(options.fixtures, look.pages, portal)
    try:
        return append_entry(options.registries[0], portal), fixtures
    except Exception:
        shutil.rmtree(fixtures)
        raise


def _tell(tell: Any, path: Path, fixtures: Path, portal: Portal) -> None:
    said = [
        f"written to {path}:",
        *(f"  {line}" for line in entry_lines(portal)),
        f"fixtures: {fixtures} (the pages belong to their publisher: keep them, do not publish them)",
        "next:",
        "  .venv/bin/python -m crawlers.catalogue",
        f"  {VARIABLE}={fixtures.parent} .venv/bin/python -m pytest tests/test_golden.py -k {portal.id}",
        f"  .venv/bin/scrapy portal check {portal.id}",
    ]
    for line in said:
        tell(line, highlight=False, markup=False, soft_wrap=True)


def _code(found: list[Finding]) -> int:
    return LOOK if any(finding.sure == "look" for finding in found) else DONE
