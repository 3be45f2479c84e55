"""CMS families: one module each, and what their pages look like inside (``hints``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawlers.families import (
    broadcaster,
    congbao,
    district,
    dotnetnuke,
    drupal,
    generic,
    gov,
    liferay,
    newspaper,
    post,
    sharepoint,
    vccorp,
    vnpt,
    wordpress,
)
from crawlers.families.base import Family

_MODULES = (
    generic,
    liferay,
    drupal,
    newspaper,
    broadcaster,
    district,
    sharepoint,
    dotnetnuke,
    vnpt,
    congbao,
    gov,
    vccorp,
    post,
    wordpress,
)
FAMILIES: Mapping[str, Family] = {module.FAMILY.name: module.FAMILY for module in _MODULES}


def family(name: str, options: Mapping[str, Any] | None = None, home: str = "") -> Family:
    """The family called ``name`` with the options of the portal at ``home``.

    Raises KeyError that names the families there are, ValueError for an unknown option.
    """
    if name not in FAMILIES:
        raise KeyError(f"no family {name!r}; there are {', '.join(FAMILIES)}")
    return FAMILIES[name].of(home, options or {}) if home else FAMILIES[name].with_options(options or {})
