"""The registry: portals as data, validated and loaded from YAML, one file per province."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, field_validator, model_validator

REGISTRY = Path(__file__).parent / "portals"
PROVINCES_FILE = REGISTRY / "provinces.csv"
REGISTRY_VARIABLE = "TINTINH_PORTALS"  # folders separated by ':'; default: the registry of this package

HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")

PortalKind = Literal["newspaper", "broadcaster", "government", "district", "department", "gazette"]
Cadence = Literal["daily", "hourly"]


class RegistryError(ValueError):
    """A malformed portal file; the message names file, line, key, what was expected and an example."""


@dataclass(frozen=True, slots=True)
class Province:
    """A province of the 63-province set (before 2025-07-01) and the one it belongs to since."""

    code: str  # General Statistics Office code, text
    slug: str
    name: str
    code_2025: str
    slug_2025: str
    name_2025: str


class Expect(BaseModel):
    """Assertions beside the source: what a healthy day of the portal looks like."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    articles_per_day: tuple[int, int] = (0, 1000)  # fewest, most; fewest 0 = a day without news is normal
    title: Annotated[float, Field(ge=0, le=1)] = 0.95
    date: Annotated[float, Field(ge=0, le=1)] = 0.95
    body: Annotated[float, Field(ge=0, le=1)] = 0.6  # video and photo pages have little text


class Portal(BaseModel):
    """One portal: source facts only.

    ``province`` is the slug of the file's province. Paths in ``sections``, ``feeds``, ``sitemaps`` and
    ``documents`` are resolved against ``home``. ``options`` is read by the family alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,40}$")]
    name: Annotated[str, Field(min_length=3)]
    kind: PortalKind
    home: HttpUrl
    family: str = "generic"
    province: str
    since: dt.date = dt.date(2010, 1, 1)
    cadence: Cadence = "daily"
    enabled: bool = False
    verified: dt.date | None = None
    hosts: tuple[str, ...] = ()  # further hosts that may be fetched (files, aliases); subdomains included
    sections: tuple[str, ...] = ()  # listing pages of news
    documents: tuple[str, ...] = ()  # listing pages of documents
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    delay: Annotated[float, Field(ge=0, le=60)] = 1.0  # seconds between requests to one host
    verify_certificate: bool = True  # False: https without proof of who answers, see docs/decisions/0009
    licence: str | None = None
    note: str | None = None
    expect: Expect = Expect()
    options: dict[str, Any] = {}

    @field_validator("id")
    @classmethod
    def _no_reserved_id(cls, value: str) -> str:
        if value == "all":
            raise ValueError("'all' is reserved; choose the site's name, for example baotuyenquang")
        return value

    @field_validator("hosts")
    @classmethod
    def _plain_hosts(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_host, values))

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Hosts that may be fetched: the home's and those of ``hosts``; their subdomains too."""
        home = urlsplit(str(self.home)).hostname or ""
        return (home.removeprefix("www."), *self.hosts)

    def allows(self, host: str) -> bool:
        """Whether ``host`` is one of the allowed hosts or below one."""
        host = _ascii(host.rstrip("."))
        return any(host == allowed or host.endswith("." + allowed) for allowed in self.allowed_hosts)


def _host(value: str) -> str:
    host = _ascii(value)
    if not HOST.fullmatch(host):
        raise ValueError(f"{value!r} is no host name: expected one with a dot and without scheme, port or path")
    return host


def _ascii(host: str) -> str:
    """A host name in lower case and, where it has other letters, in the form that DNS uses."""
    try:
        return host.lower() if host.isascii() else host.encode("idna").decode().lower()
    except UnicodeError:
        return host.lower()


class ProvinceFile(BaseModel):
    """One YAML file: a province and its portals."""

    model_config = ConfigDict(extra="forbid")

    province: Annotated[str, Field(pattern=r"^\d{2}$")]
    portals: list[dict[str, Any]]

    @model_validator(mode="before")
    @classmethod
    def _quoted_code(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("province"), int):
            raise ValueError(f'province must be quoted text: province: "{data["province"]:02d}"')
        return data


@cache
def provinces() -> dict[str, Province]:
    """Every province of the 63-province set by slug."""
    with PROVINCES_FILE.open(encoding="utf-8", newline="") as stream:
        return {row["slug"]: Province(**row) for row in csv.DictReader(stream)}


def identity(portal: str, kind: str, key: str) -> str:
    """Id of an article or document: first 24 hex characters of sha256(portal, kind, portal key or canonical URL).

    Interned: a crawl keeps each id in several sets, as one object.
    """
    return sys.intern(hashlib.sha256("\x1f".join((portal, kind, key)).encode()).hexdigest()[:24])


def registry_folders() -> tuple[Path, ...]:
    """Folders that hold portal files: ``TINTINH_PORTALS`` or this package's own."""
    value = os.environ.get(REGISTRY_VARIABLE, "")
    return tuple(Path(part) for part in value.split(":") if part) or (REGISTRY,)


def load_registry(folders: Iterable[Path] | None = None) -> dict[str, Portal]:
    """Every portal by id, in file order.

    Raises RegistryError for a file that is not valid and for an id that occurs twice.
    """
    portals: dict[str, Portal] = {}
    origin: dict[str, Path] = {}
    for folder in folders or registry_folders():
        for path in sorted(folder.glob("*.yaml")):
            for portal in load_file(path):
                if portal.id in origin:
                    raise RegistryError(f"{path}: id {portal.id!r} is already used in {origin[portal.id]}")
                portals[portal.id], origin[portal.id] = portal, path
    return portals


def load_file(path: Path) -> list[Portal]:
    """The portals of one province file; RegistryError names file, line, key and an example."""
    state = path.stat() if path.exists() else None
    return list(_loaded(path, state and (state.st_mtime_ns, state.st_size)))


@cache
def _loaded(path: Path, state: tuple[int, int] | None) -> tuple[Portal, ...]:  # noqa: ARG001 - the cache's key
    """Kept while the file stays as it is: Airflow asks for the registry several times in every task's process."""
    data, lines = _parse(path)
    try:
        file = ProvinceFile.model_validate(data)
    except ValidationError as error:
        raise _readable(path, error, lines) from error
    by_code = {province.code: province for province in provinces().values()}
    province = by_code.get(file.province)
    if province is None:
        raise RegistryError(f'{path}:1: province "{file.province}" is not a code of the 63 provinces, for example "08"')
    if path.stem != province.slug:
        raise RegistryError(f"{path}: the file of province {file.province} is called {province.slug}.yaml")
    return tuple(
        _portal(path, entry, province.slug, lines.get(("portals", index), {}))
        for index, entry in enumerate(file.portals)
    )


def portal_lines(path: Path) -> Iterator[tuple[str, int]]:
    """Portal id and the number of YAML lines that it takes, for the registry's own check."""
    _, lines = _parse(path)
    text = path.read_text(encoding="utf-8").splitlines()
    starts = sorted(keys[""] for position, keys in lines.items() if position[:1] == ("portals",))
    for portal, start, end in zip(load_file(path), starts, [*starts[1:], len(text) + 1], strict=True):
        yield (
            portal.id,
            sum(1 for line in text[start - 1 : end - 1] if line.strip() and not line.lstrip().startswith("#")),
        )


def _portal(path: Path, entry: dict[str, Any], province: str, lines: dict[str, int]) -> Portal:
    try:
        return Portal.model_validate({**entry, "province": province})
    except ValidationError as error:
        raise _readable(path, error, {(): lines}) from error


EXAMPLES = {
    "id": "id: baotuyenquang",
    "name": "name: Báo Tuyên Quang",
    "kind": "kind: newspaper",
    "home": "home: https://baotuyenquang.com.vn/",
    "family": "family: generic",
    "since": "since: 2015-01-01",
    "cadence": "cadence: daily",
    "enabled": "enabled: false",
    "verified": "verified: null",
    "hosts": "hosts: [cdn.baotuyenquang.com.vn]",
    "sections": "sections: [/chinh-tri/]",
    "documents": "documents: [/van-ban/]",
    "feeds": "feeds: [/rss/home.rss]",
    "sitemaps": "sitemaps: [/sitemap.xml]",
    "province": 'province: "08"',
    "portals": "portals: [{id: baotuyenquang, name: Báo Tuyên Quang, kind: newspaper, home: https://...}]",
    "expect": "expect: {articles_per_day: [5, 200], title: 0.99, date: 0.98}",
    "delay": "delay: 2.0",
    "verify_certificate": "verify_certificate: false",
    "licence": "licence: CC-BY-4.0",
    "note": "note: Closed on 2025-07-01",
    "options": "options: {list: .news-item}",
}


def _readable(path: Path, error: ValidationError, lines: dict[tuple[Any, ...], dict[str, int]]) -> RegistryError:
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else "province"
    known = lines.get((), {})
    line = known.get(key, known.get("", 1))
    where = f"{path}:{line}: {'.'.join(map(str, first['loc'])) or 'file'}"
    if first["type"] == "extra_forbidden":
        return RegistryError(f"{where}: not a key here; expected one of {_keys_beside(first['loc'])}")
    return RegistryError(f"{where}: {first['msg']}; for example {EXAMPLES.get(key, EXAMPLES['province'])}")


def _keys_beside(location: tuple[int | str, ...]) -> str:
    inside = {"expect": Expect}.get(str(location[0])) if len(location) > 1 else None
    names = inside.model_fields if inside else EXAMPLES
    return ", ".join(sorted(names))


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # libyaml where PyYAML has it
    """YAML without its dates: a date stays text, so that 2025-13-01 is reported with its key and line."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _parse(path: Path) -> tuple[Any, dict[tuple[Any, ...], dict[str, int]]]:
    """YAML data and, for the file and each portal, the line (from 1) of every key; '' is the entry's first line."""
    try:
        text = path.read_text(encoding="utf-8")
        loader = _Loader(text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, ArithmeticError, AttributeError, LookupError, RecursionError, ValueError) as error:
        # An explicit tag such as !!int raises whatever its constructor raises.
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or error
        raise RegistryError(
            f"{path}:{mark.line + 1 if mark else 1}: not valid YAML: {problem}; "
            f"expected lines like {EXAMPLES['province']}"
        ) from error
    if not isinstance(node, yaml.MappingNode):
        raise RegistryError(
            f"{path}:1: expected a mapping with 'province' and 'portals'; for example {EXAMPLES['province']}"
        )
    return data, _lines(path, node)


def _lines(path: Path, node: yaml.MappingNode) -> dict[tuple[Any, ...], dict[str, int]]:
    lines: dict[tuple[Any, ...], dict[str, int]] = {(): _key_lines(path, node)}
    for key, value in node.value:
        if key.value == "portals" and isinstance(value, yaml.SequenceNode):
            for index, item in enumerate(value.value):
                lines["portals", index] = _key_lines(path, item)
    return lines


def _key_lines(path: Path, node: yaml.Node) -> dict[str, int]:
    keys = {"": node.start_mark.line + 1}
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        line = key.start_mark.line + 1
        if key.value in keys and key.value:
            raise RegistryError(
                f"{path}:{line}: {key.value}: the key occurs twice, expected once per portal; "
                f"a new portal starts with a dash, for example - {EXAMPLES['id']}"
            )
        keys[str(key.value)] = line
    return keys
