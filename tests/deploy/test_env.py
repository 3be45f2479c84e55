"""make env writes secrets that nobody else can read, once, and Airflow accepts the login it makes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager
from cryptography.fernet import Fernet

from dags.local.env import ADMIN, SecretsExistError, main, variables, write, write_passwords

ROOT = Path(__file__).parents[2]


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_file_is_readable_by_its_owner_only(tmp_path) -> None:
    write(tmp_path / ".env")
    assert mode(tmp_path / ".env") == 0o600


def test_an_existing_file_is_never_replaced(tmp_path) -> None:
    path = tmp_path / ".env"
    path.write_text("POSTGRES_PASSWORD=old\n", encoding="utf-8")
    with pytest.raises(SecretsExistError, match=r"\.env exists"):
        write(path)
    assert path.read_text(encoding="utf-8") == "POSTGRES_PASSWORD=old\n"


def test_two_files_share_no_secret(tmp_path) -> None:
    first, second = variables(), variables()
    assert [name for name in first if first[name] == second[name]] == ["AIRFLOW_UID"]
    assert len(set(first.values())) == len(first)


def test_every_value_survives_dotenv_url_and_yaml_unquoted() -> None:
    for name, value in variables().items():
        assert yaml.safe_load(f"x: {value}#")["x"] == f"{value}#", name
        assert not set(value) & set(" \t\"'$#@/:?&%\\"), name


def test_secrets_are_long_enough_for_what_they_protect() -> None:
    values = variables()
    assert len(values["JWT_SECRET"]) >= 64
    assert min(len(value) for name, value in values.items() if name != "AIRFLOW_UID") >= 20
    box = Fernet(values["FERNET_KEY"])
    assert box.decrypt(box.encrypt(b"x")) == b"x"


def test_the_containers_never_run_as_root(monkeypatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 0)
    assert variables()["AIRFLOW_UID"] == "50000"
    monkeypatch.setattr("os.getuid", lambda: 1234)
    assert variables()["AIRFLOW_UID"] == "1234"


def test_airflow_reads_the_login_that_is_written(tmp_path, monkeypatch) -> None:
    path = tmp_path / "passwords.json"
    write_passwords(path, 'with "quotes" and ửơ')
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE", str(path))
    assert SimpleAuthManager.get_passwords() == {ADMIN: 'with "quotes" and ửơ'}


def test_a_login_file_with_loose_rights_is_tightened(tmp_path) -> None:
    path = tmp_path / "passwords.json"
    path.write_text("{}", encoding="utf-8")
    path.chmod(0o644)
    write_passwords(path, "x")
    assert mode(path) == 0o600


def test_the_command_writes_once_and_says_so(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([]) == 0
    secret = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())["ADMIN_PASSWORD"]
    assert secret not in capsys.readouterr().out
    assert main([]) == 1
    assert "is kept" in capsys.readouterr().err


def test_the_login_command_needs_a_password(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.delenv("ADMIN_PASSWORD", raising=False)
    assert main(["passwords", str(tmp_path / "p.json")]) == 1
    assert "make env" in capsys.readouterr().err
    assert not (tmp_path / "p.json").exists()


def test_the_module_runs_as_the_container_runs_it(tmp_path) -> None:
    target = tmp_path / "p.json"
    done = subprocess.run(
        [sys.executable, "-m", "dags.local.env", "passwords", target],
        cwd=ROOT,
        env={**os.environ, "ADMIN_PASSWORD": "secret"},
        capture_output=True,
    )
    assert (done.returncode, done.stdout) == (0, b"")
    assert json.loads(target.read_text()) == {"admin": "secret"}


def test_an_unknown_argument_is_refused(capsys) -> None:
    assert main(["--force"]) == 1
    assert "usage" in capsys.readouterr().err


def test_git_ignores_the_secrets() -> None:
    assert subprocess.run(["git", "check-ignore", "-q", ".env"], cwd=ROOT).returncode == 0


def test_secrets_can_be_made_before_anything_is_installed(tmp_path) -> None:
    bare = [
        sys.executable,
        "-S",
        "-c",
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import dags.local.env as env; env.main([])",
    ]
    done = subprocess.run(bare, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / ".env").exists()
