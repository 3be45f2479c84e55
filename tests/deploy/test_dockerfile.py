"""The Dockerfile copies what exists, pins what it starts from and drops root."""

import os
import re
import shlex
import subprocess
import sys
import tomllib

import pytest
from packaging.specifiers import SpecifierSet

from tests.deploy.compose import DOCKERFILE, ROOT

TEXT = DOCKERFILE.read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COPIED = [
    source
    for line in TEXT.splitlines()
    if line.startswith("COPY ") and "--from" not in line
    for source in shlex.split(line)[1:-1]
]


@pytest.mark.parametrize("path", COPIED)
def test_what_is_copied_exists_and_is_let_through_by_dockerignore(path) -> None:
    assert (ROOT / path).exists()
    assert f"!{path}" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def test_every_package_of_the_project_is_copied() -> None:
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= set(COPIED)


def test_the_build_context_lets_nothing_else_through() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "*"
    assert ".env" not in {line.removeprefix("!") for line in lines}


def test_the_base_is_one_pinned_python_that_the_project_supports() -> None:
    bases = set(re.findall(r"^FROM (\S+)", TEXT, re.M))
    (base,) = bases
    version = re.fullmatch(r"python:(\d+\.\d+\.\d+)-slim-bookworm", base)
    assert version
    assert version[1] in SpecifierSet(PROJECT["project"]["requires-python"])


def test_dependencies_come_frozen_from_the_lock_with_bytecode() -> None:
    syncs = re.findall(r"^RUN uv sync (.*)$", TEXT, re.M)
    assert len(syncs) == 2
    assert all("--frozen" in sync and "--no-dev" in sync and "--extra celery" in sync for sync in syncs)
    assert "UV_COMPILE_BYTECODE=1" in TEXT
    assert "celery" in PROJECT["project"]["optional-dependencies"]
    assert re.search(r"pip install .*uv==\d+\.\d+\.\d+$", TEXT, re.M)


def test_the_image_does_not_run_as_root() -> None:
    assert re.findall(r"^USER (\S+)", TEXT, re.M) == ["50000:0"]
    assert TEXT.index("USER 50000:0") < TEXT.index("CMD")


def test_the_dags_folder_is_the_installed_package_of_this_python() -> None:
    minor = re.search(r"python:(\d+\.\d+)\.", TEXT)
    assert minor
    assert f"DAGS_FOLDER=/opt/venv/lib/python{minor[1]}/site-packages/dags" in TEXT


def test_a_user_id_without_an_account_still_has_a_name() -> None:
    settings = re.findall(r"^(?:ENV)?\s+(\w+)=(\S+)", TEXT, re.M)
    assert {"HOME": "/opt/airflow", "USER": "airflow", "AIRFLOW_HOME": "/opt/airflow"}.items() <= dict(settings).items()


def test_airflow_finds_its_configuration_in_place_and_writes_none(tmp_path) -> None:
    assert "touch /opt/airflow/airflow.cfg" in TEXT
    (tmp_path / "airflow.cfg").touch()
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-m", "airflow", "version"], env=environment, check=True, capture_output=True)
    assert (tmp_path / "airflow.cfg").read_bytes() == b""
