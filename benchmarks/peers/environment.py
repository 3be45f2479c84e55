"""The peers' own virtual environment, made once below the cache folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PINNED = ("news-please==1.6.16", "fundus==0.5.7", "curl-cffi==0.15.0")  # fundus 0.5.7 fails to import with 0.16
ROOT = Path(__file__).parents[2]


class NoPeersError(RuntimeError):
    """The peers cannot be installed here; the message says why."""


def interpreter(pinned: Sequence[str] = PINNED) -> Path:
    """The Python of an environment with these packages, made where it is missing; NoPeersError where that fails."""
    folder = cache_folder() / "peers" / "-".join(name.replace("==", "-") for name in pinned)
    python, ready = folder / "bin/python", folder / ".ready"
    if not ready.is_file():
        for command in ([*_venv(folder)], [*_install(python), *pinned]):
            _run(command)
        ready.touch()
    return python


def cache_folder() -> Path:
    """``tintinh`` below XDG_CACHE_HOME, else ``.tintinh`` of the project."""
    home = os.environ.get("XDG_CACHE_HOME")
    return Path(home) / "tintinh" if home else ROOT / ".tintinh"


def _uv() -> str | None:
    own = ROOT / ".uv/bin/uv"
    return str(own) if own.is_file() else shutil.which("uv")


def _venv(folder: Path) -> list[str]:
    uv = _uv()
    if uv:
        return [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)]
    return [sys.executable, "-m", "venv", "--clear", str(folder)]


def _install(python: Path) -> list[str]:
    uv = _uv()
    return [uv, "pip", "install", "--quiet", "--python", str(python)] if uv else [str(python), "-m", "pip", "install"]


def _run(command: list[str]) -> None:
    try:
        subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=900, env={"UV_SYSTEM_CERTS": "1", **os.environ}
        )
    except subprocess.CalledProcessError as error:
        last = (error.stderr or error.stdout or "").strip().splitlines()[-1:] or ["no message"]
        raise NoPeersError(f"{' '.join(command[:3])} failed: {last[0]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoPeersError(f"{' '.join(command[:3])}: {error}") from error
