"""Secrets of one local stack: generated once, kept in files that only their owner may read, never logged."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

ADMIN = "admin"


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Everything secret about a stack; has no readable repr on purpose."""

    admin_password: str
    database_password: str
    fernet_key: str
    jwt_secret: str
    api_secret: str


def generate() -> Credentials:
    """New random secrets: 256 bits for keys, 512 bits for the token signature."""
    return Credentials(
        admin_password=secrets.token_urlsafe(12),
        database_password=secrets.token_urlsafe(24),
        fernet_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        jwt_secret=secrets.token_urlsafe(64),
        api_secret=secrets.token_urlsafe(32),
    )


def load(folder: Path) -> Credentials:
    """The secrets in ``folder``, generated the first time (mode 600)."""
    path = folder / "credentials.json"
    if not path.exists():
        write_private(path, json.dumps(asdict(generate())))
    return Credentials(**json.loads(path.read_text(encoding="utf-8")))


def passwords_file(folder: Path, credentials: Credentials) -> Path:
    """The file from which Airflow's simple auth manager reads the admin's password (mode 600)."""
    path = folder / "passwords.json"
    write_private(path, json.dumps({ADMIN: credentials.admin_password}))
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    temporary.replace(path)
