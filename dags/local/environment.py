"""What the components of a local stack find in their environment: every setting that differs from Airflow's default."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from crawlers.portal import load_registry
from dags.local.credentials import ADMIN, Credentials, passwords_file

DAGS = Path(__file__).resolve().parents[1]
ROOT = DAGS.parent
SAMPLES = ROOT / "tests" / "portals" / "registry"
REGISTRY = ROOT / "crawlers" / "portals"
PARALLELISM = 8  # tasks at a time on one machine
CRAWLS = 6  # of them crawls, the slots of pool "crawl": a load must not wait for every crawl


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports on 127.0.0.1."""

    api: int
    database: int
    portals: int


def airflow(folder: Path, ports: Ports, credentials: Credentials, database: str) -> dict[str, str]:
    """Settings of Airflow for the state folder ``folder``: loopback only, secrets of its own, no example DAGs."""
    base = f"http://127.0.0.1:{ports.api}"
    core = {
        "DAGS_FOLDER": str(DAGS),
        "LOAD_EXAMPLES": "False",
        "DAGS_ARE_PAUSED_AT_CREATION": "False",
        "EXECUTOR": "LocalExecutor",
        "PARALLELISM": str(PARALLELISM),
        "MAX_ACTIVE_TASKS_PER_DAG": str(PARALLELISM),
        "FERNET_KEY": credentials.fernet_key,
        "SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
        "SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords_file(folder, credentials)),
        "EXECUTION_API_SERVER_URL": f"{base}/execution/",
    }
    api = {
        "HOST": "127.0.0.1",
        "PORT": str(ports.api),
        "BASE_URL": base,
        "SECRET_KEY": credentials.api_secret,
        "WORKERS": "1",
        "INSTANCE_NAME": "tintinh",
    }
    return {
        "AIRFLOW_HOME": str(folder / "airflow"),
        **{f"AIRFLOW__CORE__{name}": value for name, value in core.items()},
        **{f"AIRFLOW__API__{name}": value for name, value in api.items()},
        "AIRFLOW__API_AUTH__JWT_SECRET": credentials.jwt_secret,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",  # tasks cut off by Ctrl-C go on soon; default 300
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "90",  # the same for those without a scheduler; 300
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "15",  # seconds until a new file shows; default 300
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(folder / "airflow" / "logs"),
        "PYTHONWARNINGS": "ignore",  # Airflow's own deprecation notes at each start
    }


def registry() -> str:
    """The registry's folders: the real portals and, in a checkout, the sample portals."""
    return f"{REGISTRY}:{SAMPLES}" if SAMPLES.is_dir() else str(REGISTRY)


def serves_samples() -> bool:
    """Whether the stack serves the sample portals itself: in a checkout, unless another proxy is asked for."""
    return (SAMPLES.parent / "__main__.py").exists() and not os.environ.get("TINTINH_PROXY")


def enables_real_portals() -> bool:
    """Whether somebody has switched a portal of the registry on; the samples do not count."""
    return any(portal.enabled for portal in load_registry([REGISTRY]).values())


def project(folder: Path, portals: int, schedule: str) -> dict[str, str]:
    """Settings of the project where the caller's environment does not say otherwise.

    The sample portals are reached through the proxy on port ``portals``, real ones directly. ``schedule`` is
    ``on`` or ``off``.
    """
    defaults = {
        "TINTINH_HOME": str(folder),
        "TINTINH_PORTALS": registry(),
        "TINTINH_SCHEDULE": schedule,
        "TINTINH_RETRY_DELAY": "120" if schedule == "on" else "15",  # somebody may be watching
    }
    if serves_samples():
        defaults |= {"TINTINH_PROXY": f"http://127.0.0.1:{portals}", "TINTINH_PROXY_HOSTS": ".test"}
    given = {name: value for name, value in os.environ.items() if name.startswith("TINTINH_") and value}
    return {**defaults, **given, "TINTINH_HOME": str(folder)}


def inherited() -> dict[str, str]:
    """The caller's environment without settings of another Airflow."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW") and name != "PYTHONPATH"
    }
