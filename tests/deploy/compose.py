"""Reading docker-compose.yml and the Dockerfile as the tests need them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "Dockerfile"
VARIABLE = re.compile(r"\$\{(\w+)(:?[?-])?([^}]*)\}")


def compose() -> dict[str, Any]:
    return yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))


def services() -> dict[str, dict[str, Any]]:
    return compose()["services"]


def variables() -> list[tuple[str, str, str]]:
    """Name, operator and message or default of every ${...} outside comments."""
    lines = (line for line in COMPOSE_FILE.read_text(encoding="utf-8").splitlines() if not line.strip().startswith("#"))
    return [match.groups("") for line in lines for match in VARIABLE.finditer(line)]


def settings() -> dict[str, str]:
    """AIRFLOW__... variables of all services."""
    found = {}
    for service in services().values():
        found |= {name: value for name, value in service.get("environment", {}).items() if name.startswith("AIRFLOW__")}
    return found


def command_lines() -> Iterator[tuple[str, list[str]]]:
    """Service and argument list of every command and health check, shell lines split into their commands."""
    for name, service in services().items():
        test = service.get("healthcheck", {}).get("test", [])
        for arguments in (service.get("command", []), test[1:]):
            yield from ((name, part) for part in _split(arguments))


def airflow_commands() -> list[tuple[str, list[str]]]:
    """Service and the arguments after ``airflow`` of every Airflow command that a container runs."""
    return [(name, line[1:]) for name, line in command_lines() if line[:1] == ["airflow"]]


def _split(arguments: list[str]) -> Iterator[list[str]]:
    if arguments[:2] == ["sh", "-c"] or len(arguments) == 1:
        for part in re.split(r"&&|\|\||[{};]", arguments[-1].replace("$$", "$")):
            yield [word for word in shlex.split(part) if word != "exec"]
    elif arguments:
        yield arguments
