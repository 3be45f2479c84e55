"""Secrets of the containers: ``python -m dags.local.env`` writes .env, ``... passwords FILE`` the login file.

The SimpleAuthManager of Airflow opens its password file for reading *and writing*, so a read-only secret mount does not
do; the api-server therefore writes the file itself, from ``ADMIN_PASSWORD``, before it starts.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from pathlib import Path

ENV_FILE = Path(".env")
ADMIN = "admin"
OWNER_ONLY = 0o600


class SecretsExistError(RuntimeError):
    """The .env file exists; its secrets protect existing data and are never replaced."""


def variables() -> dict[str, str]:
    """Fresh values for every variable of docker-compose.yml; only characters that need no quoting in URLs or YAML."""
    return {
        "POSTGRES_PASSWORD": secrets.token_hex(24),
        "REDIS_PASSWORD": secrets.token_hex(24),
        "FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "JWT_SECRET": secrets.token_hex(48),
        "API_SECRET_KEY": secrets.token_hex(32),
        "S3_ACCESS_KEY": secrets.token_hex(10),
        "S3_SECRET_KEY": secrets.token_hex(24),
        "ADMIN_PASSWORD": secrets.token_urlsafe(18),
        "AIRFLOW_UID": str(os.getuid() or 50000),
    }


def write(path: Path) -> dict[str, str]:
    """Write a new .env that only its owner can read and return its variables.

    Raises SecretsExistError when the file exists.
    """
    values = variables()
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError as error:
        message = f"{path} exists and is kept: the database and the bucket were made with its passwords"
        raise SecretsExistError(message) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    return values


def write_passwords(path: Path, password: str) -> None:
    """Write the password file of Airflow's SimpleAuthManager, readable by its owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    os.fchmod(descriptor, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump({ADMIN: password}, stream)


def main(arguments: list[str]) -> int:
    """Run from the command line; 1 with a sentence on standard error when nothing could be written."""
    if arguments[:1] == ["passwords"] and len(arguments) == 2:
        return _passwords(Path(arguments[1]))
    if arguments:
        return _refuse("usage: python -m dags.local.env [passwords FILE]")
    try:
        values = write(ENV_FILE)
    except SecretsExistError as error:
        return _refuse(str(error))
    print(f"Wrote {ENV_FILE} ({len(values)} variables). Log in as {ADMIN} with ADMIN_PASSWORD from it.")
    return 0


def _passwords(path: Path) -> int:
    password = os.environ.get("ADMIN_PASSWORD", "")
    if not password:
        return _refuse("ADMIN_PASSWORD is not set; make .env with: make env")
    write_passwords(path, password)
    return 0


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
