"""``scrapy portal new URL`` looks at a site and writes its registry entry; ``scrapy portal check ID`` looks again."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawlers.portal import PortalKind, RegistryError, provinces, registry_folders
from crawlers.survey import check, new
from crawlers.survey.fixtures import DEFAULT
from crawlers.survey.look import LookError

REFUSED = 2


class Command(ScrapyCommand):
    """Scrapy's command ``portal``."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Usage."""
        return "new URL [options] | check ID [options]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Look at a site and add it to the registry, or check a portal of the registry"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "new URL looks at a site, politely and as any harvest does, writes its entry into the registry and keeps "
            "a few of its pages as fixtures; exit code 0: done, 1: done, but a person should look at something, 2: "
            "nothing was written. check ID looks at a portal again and compares; exit code 0: all is well, 1: "
            "something has drifted, 2: something is broken."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Options of both."""
        super().add_options(parser)
        both = parser.add_argument_group("Options of new and check")
        both.add_argument("--registry", type=Path, help="folder of portal files (default: the project's own)")
        both.add_argument("--fixtures", type=Path, default=DEFAULT, help=f"folder of fixtures (default: {DEFAULT})")
        both.add_argument("--proxy", help="proxy for plain http addresses")
        added = parser.add_argument_group("Options of new")
        added.add_argument("--id", help="id of the portal (default: from its host)")
        added.add_argument("--province", choices=sorted(provinces()), metavar="SLUG", help="province, as ha_noi")
        added.add_argument("--kind", choices=get_args(PortalKind), help="kind of portal")
        added.add_argument("--delay", type=float, default=1.0, help="seconds between two requests (default: 1)")
        checked = parser.add_argument_group("Options of check")
        checked.add_argument("--write", action="store_true", help="if all is well, write today's date as verified")
        checked.add_argument("--renew", action="store_true", help="keep today's pages as the new fixtures")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Runs one of the two."""
        match args:
            case ["new", url]:
                self.exitcode = self._guarded(new.run, self._new_options(url, opts))
            case ["check", id_]:
                self.exitcode = self._guarded(check.run, self._check_options(id_, opts))
            case _:
                raise UsageError("expected: new URL, or check ID; for example: scrapy portal new https://example.vn/")

    def _guarded(self, action: object, options: object) -> int:
        try:
            return int(action(options))  # type: ignore[operator]
        except (RegistryError, ValueError, OSError, LookError) as error:
            print(error)
            return REFUSED

    def _new_options(self, url: str, opts: argparse.Namespace) -> new.Options:
        return new.Options(
            url=url,
            registries=_registries(opts.registry),
            fixtures=opts.fixtures,
            proxy=opts.proxy,
            id=opts.id,
            province=opts.province,
            kind=opts.kind,
            delay=opts.delay,
        )

    def _check_options(self, id_: str, opts: argparse.Namespace) -> check.Options:
        return check.Options(
            id=id_,
            registries=_registries(opts.registry),
            fixtures=opts.fixtures,
            proxy=opts.proxy,
            write=opts.write,
            renew=opts.renew,
        )


def _registries(folder: Path | None) -> tuple[Path, ...]:
    if folder is None:
        return registry_folders()
    if not folder.is_dir():
        raise UsageError(f"--registry {folder}: there is no such folder")
    return (folder,)
