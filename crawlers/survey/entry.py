"""A portal's entry in the registry: as few lines as say it, appended to its province's file in one step."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from crawlers.portal import Portal, RegistryError, load_file, portal_lines, provinces

MOST_LINES = 12
SPARE = ("feeds", "sitemaps")  # left out first where the lines do not suffice: listings show the same
LISTS = ("sections", "documents", "feeds", "sitemaps", "hosts")
ENTRY = re.compile(r"^(\s*)- (?=\S)", re.MULTILINE)


class EntryError(ValueError):
    """An entry that must not be written; the message names file, reason and remedy."""


def entry_lines(portal: Portal) -> list[str]:
    """The entry as YAML lines without indentation: what differs from the defaults, and that nobody has checked it."""
    facts: dict[str, Any] = {name: getattr(portal, name) for name in ("id", "name", "kind")}
    facts["home"] = str(portal.home)
    default = Portal.model_fields
    for name in ("family", *LISTS, "delay", "options"):
        value = getattr(portal, name)
        if value not in (default[name].default, ()):
            facts[name] = list(value) if isinstance(value, tuple) else value
    facts |= {"enabled": False, "verified": None}
    for name in SPARE:
        if len(facts) > MOST_LINES:
            facts.pop(name, None)
    return [
        f"{'- ' if not index else '  '}{name}: {_scalar(value)}" for index, (name, value) in enumerate(facts.items())
    ]


def relative(home: str, url: str) -> str:
    """``url`` as the registry writes it: a path where it is on the home's host."""
    here, there = urlsplit(home), urlsplit(url)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        return url
    return (there.path or "/") + (f"?{there.query}" if there.query else "")


def refuse_duplicate(folders: Iterable[Path], id_: str, home: str) -> None:
    """Raises EntryError where a registry has the id or a portal of the same host."""
    host = _host(home)
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            for portal in load_file(path):
                if portal.id == id_ or _host(str(portal.home)) == host:
                    same = f"the id {id_}" if portal.id == id_ else f"the home {portal.home}"
                    raise EntryError(
                        f"{path}: portal {portal.id} has {same} already; look at it again with "
                        f"'scrapy portal check {portal.id}', or choose another id with --id"
                    )


def append_entry(folder: Path, portal: Portal) -> Path:
    """Appends the entry to the file of its province, which is made where it is missing; returns the file.

    The new file is loaded and compared before it takes the old one's place, in one step: comments and other entries
    stay as they are. Raises EntryError where that fails.
    """
    path = folder / f"{portal.province}.yaml"
    province = provinces()[portal.province]
    text = path.read_text(encoding="utf-8") if path.exists() else f'province: "{province.code}"\nportals:\n'
    indent = next((match[1] for match in ENTRY.finditer(text)), "  ")
    entry = "".join(f"{indent}{line}\n" for line in entry_lines(portal))
    before = load_file(path) if path.exists() else []
    _replace(path, text + ("" if text.endswith("\n") else "\n") + entry, [portal.id for portal in (*before, portal)])
    return path


def _replace(path: Path, text: str, expected: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".new-") as folder:
        new = Path(folder) / path.name
        new.write_text(text, encoding="utf-8")
        try:
            found = [portal.id for portal in load_file(new)]
            longest = max(lines for _, lines in portal_lines(new))
        except RegistryError as error:
            raise EntryError(f"{path}: the entry cannot be appended ({error}); write it by hand at its end") from error
        if found != list(expected) or longest > MOST_LINES:
            raise EntryError(f"{path}: the entry would change others; end the file with its list of portals")
        with new.open("rb") as stream:
            os.fsync(stream.fileno())
        new.replace(path)


def _scalar(value: object) -> str:
    """A value on one line of YAML."""
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6)
    return text.removesuffix("\n").removesuffix("\n...")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
