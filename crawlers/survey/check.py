"""``scrapy portal check``: look at a portal of the registry again and say what has drifted since its fixtures."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawlers.listing_dates import ZONE
from crawlers.portal import Portal, load_file
from crawlers.survey.drift import Row, compare
from crawlers.survey.fixtures import fixtures_digest, load_golden, save_fixtures
from crawlers.survey.look import Look, look_at
from crawlers.survey.pages import read_pages
from crawlers.survey.reading import read_look
from crawlers.survey.report import console, show_rows
from crawlers.verified import record_of, write_verified

CODES = {"ok": 0, "drifted": 1, "broken": 2}
NO_FIXTURES = "add --renew to keep today's pages as fixtures"


@dataclass(frozen=True)
class Options:
    """What was asked for; ``settings`` are Scrapy's, for the look."""

    id: str
    registries: tuple[Path, ...]
    fixtures: Path
    proxy: str | None = None
    write: bool = False
    renew: bool = False
    settings: tuple[tuple[str, Any], ...] = ()


def run(options: Options) -> int:
    """Looks, compares, reports; 0 all is well, 1 something has drifted, 2 something is broken.

    Raises ValueError for a portal that is not in the registry.
    """
    out = console()
    folder, portal = _find(options)
    rows = _rows(options, portal)
    show_rows(out, f"{portal.id}: {portal.home}", rows)
    code = max(CODES[row.state] for row in rows)
    if options.write and code == 0:
        record = record_of(portal, dt.datetime.now(ZONE).date(), fixtures_digest(options.fixtures / portal.id))
        out.print(f"verified: {record['date']}, written to {write_verified(folder, portal, record)}", highlight=False)
    elif options.write:
        out.print("not everything is ok: verified is not written")
    return code


def _find(options: Options) -> tuple[Path, Portal]:
    for folder in options.registries:
        for path in sorted(folder.glob("*.yaml")):
            for portal in load_file(path):
                if portal.id == options.id:
                    return folder, portal
    where = ", ".join(map(str, options.registries))
    raise ValueError(f"no portal {options.id!r} in {where}; add it with 'scrapy portal new URL'")


def _rows(options: Options, portal: Portal) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="portal-check-") as folder:
        look = look_at(portal, Path(folder), options.proxy, dict(options.settings))
        kept = options.fixtures / portal.id
        golden = load_golden(kept)
        if golden is None or options.renew:
            return _against_itself(look, options, renewed=options.renew)
        return compare(look, golden, read_pages(kept))


def _against_itself(look: Look, options: Options, *, renewed: bool) -> list[Row]:
    """The rows where there is nothing to compare with: what is broken is seen all the same."""
    rows = compare(look, read_look(look.pages, look.portal), look.pages)
    if any(row.state == "broken" for row in rows):
        said, state = "not written: something is broken", "broken" if renewed else "drifted"
        return [*rows, Row("fixtures", state, said, NO_FIXTURES)]  # type: ignore[arg-type]
    if not renewed:
        return [*rows, Row("fixtures", "drifted", "there are none to compare with", NO_FIXTURES)]
    return [*rows, Row("fixtures", "ok", f"written to {save_fixtures(options.fixtures, look.pages, look.portal)}")]
