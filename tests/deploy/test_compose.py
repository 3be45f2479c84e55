"""docker-compose.yml is sound as far as that can be seen without an engine."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from airflow.cli.cli_parser import get_parser
from airflow.configuration import conf

from dags.local.env import variables as made
from tests.deploy.compose import COMPOSE_FILE, ROOT, airflow_commands, command_lines, compose, services, settings
from tests.deploy.compose import variables as asked

# The Celery provider is an extra and not installed beside the tests: read from this version of it.
CELERY_PROVIDER = "3.26.0"
CELERY_OPTIONS = {
    ("celery", "broker_url"),
    ("celery", "result_backend"),
    ("celery", "worker_concurrency"),
    ("celery_broker_transport_options", "visibility_timeout"),
}
CELERY_WORKER_FLAGS = {"--pid", "--concurrency", "--queues"}


def test_the_file_is_a_compose_file() -> None:
    tool = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [tool, "--builtin-schema", "vendor.compose-spec", COMPOSE_FILE], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_services_of_a_production_set_up_are_all_there() -> None:
    parts = {
        "postgres",
        "redis",
        "seaweedfs",
        "init",
        "api-server",
        "scheduler",
        "dag-processor",
        "triggerer",
        "worker",
    }
    assert set(services()) == parts


def test_every_variable_without_a_default_is_made_by_make_env_and_none_is_made_in_vain() -> None:
    required = {name for name, operator, _ in asked() if operator != ":-"}
    assert required == set(made())


def test_a_missing_variable_stops_the_start_with_the_remedy() -> None:
    wrong = [name for name, operator, text in asked() if operator not in (":?", ":-")]
    assert wrong == []
    assert {text for _, operator, text in asked() if operator == ":?"} == {"run make env"}


def test_no_variable_with_a_default_is_a_secret() -> None:
    defaults = {name: text for name, operator, text in asked() if operator == ":-"}
    assert defaults == {"TINTINH_CONTACT": ""}


def test_no_secret_is_written_into_the_file() -> None:
    word = re.compile(r"(PASSWORD|SECRET|_KEY|FERNET|TOKEN)", re.I)
    plain = {
        f"{name}.{key}": value
        for name, service in services().items()
        for key, value in service.get("environment", {}).items()
        if word.search(key)
        and not key.endswith("PASSWORDS_FILE")
        and not re.fullmatch(r"\$\{\w+:\?run make env\}", value)
    }
    assert plain == {}


def test_addresses_carry_their_password_as_a_variable() -> None:
    text = COMPOSE_FILE.read_text(encoding="utf-8")
    passwords = re.findall(r"://[^\s/@]*:((?:\$\{[^}]*\})|[^@\s{}$]+)@", text)
    assert len(passwords) == 3
    assert all(password.startswith("${") for password in passwords)


def test_nothing_listens_beyond_loopback() -> None:
    ports = [port for service in services().values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not str(port).startswith("127.0.0.1:")] == []
    assert [name for name, service in services().items() if service.get("network_mode")] == []


def test_every_image_is_pinned_to_a_full_version() -> None:
    images = {name: service["image"] for name, service in services().items()}
    assert {name: image for name, image in images.items() if not re.search(r":\d+\.\d+(\.\d+)?(-\w+)?$", image)} == {}


def test_our_image_has_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = {service["image"] for service in services().values() if "build" in service}
    assert ours == {f"tintinh:{project['version']}"}


def test_every_reference_to_a_volume_network_or_service_exists() -> None:
    whole = compose()
    for name, service in services().items():
        mounts = {mount.split(":")[0] for mount in service.get("volumes", [])}
        assert mounts <= set(whole["volumes"]), name
        assert set(service["networks"]) <= set(whole["networks"]), name
        assert set(service.get("depends_on", {})) <= set(services()), name
        assert set(service.get("secrets", [])) <= set(whole.get("secrets", {})), name


def test_every_volume_is_used() -> None:
    used = {mount.split(":")[0] for service in services().values() for mount in service.get("volumes", [])}
    assert used == set(compose()["volumes"])


def test_what_must_be_healthy_has_a_health_check_and_what_must_finish_does_not_restart() -> None:
    for service in services().values():
        for needed, how in service.get("depends_on", {}).items():
            other = services()[needed]
            if how["condition"] == "service_healthy":
                assert other["healthcheck"]["test"]
            else:
                assert how["condition"] == "service_completed_successfully"
                assert other["restart"] == "no"


def test_every_lasting_service_has_a_health_check_and_restarts() -> None:
    lasting = {name: service for name, service in services().items() if name != "init"}
    assert [name for name, service in lasting.items() if "test" not in service.get("healthcheck", {})] == []
    assert {service["restart"] for service in lasting.values()} == {"unless-stopped"}


def test_every_service_is_limited_and_reads_only() -> None:
    for name, service in services().items():
        limits = service["deploy"]["resources"]["limits"]
        assert float(limits["cpus"]) > 0, name
        assert limits["memory"], name
        assert service["read_only"] is True, name
        assert "no-new-privileges:true" in service["security_opt"], name


def test_a_worker_gets_minutes_to_finish_its_crawls() -> None:
    assert services()["worker"]["stop_grace_period"] == "10m"


@pytest.mark.parametrize(("service", "arguments"), airflow_commands(), ids=lambda value: str(value))
def test_every_airflow_command_exists_in_the_installed_version(service, arguments) -> None:
    if arguments[:2] == ["celery", "worker"]:
        assert {word for word in arguments if word.startswith("--")} <= CELERY_WORKER_FLAGS
    else:
        assert callable(get_parser().parse_args(arguments).func), service


def test_an_unknown_airflow_command_would_be_noticed(capsys) -> None:
    with pytest.raises(SystemExit):
        get_parser().parse_args(["webserver"])
    assert "webserver" in capsys.readouterr().err


def test_each_airflow_service_runs_one_component() -> None:
    components = {name: line[0] for name, line in airflow_commands() if line[0] not in ("jobs", "pools")}
    assert components == {
        "init": "db",
        "api-server": "api-server",
        "scheduler": "scheduler",
        "dag-processor": "dag-processor",
        "triggerer": "triggerer",
        "worker": "celery",
    }


@pytest.mark.parametrize("name", sorted(settings()))
def test_every_airflow_setting_is_an_option_of_the_installed_version(name) -> None:
    section, option = (part.lower() for part in name.removeprefix("AIRFLOW__").split("__"))
    known = conf.configuration_description.get(section, {}).get("options", {})
    assert option in known or (section, option) in CELERY_OPTIONS


def test_an_outdated_airflow_setting_would_be_noticed() -> None:
    assert "webserver" not in conf.configuration_description


def test_the_celery_facts_were_read_from_the_locked_provider() -> None:
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    versions = {package["name"]: package.get("version") for package in packages}
    assert versions["apache-airflow-providers-celery"] == CELERY_PROVIDER


def test_the_pools_that_tasks_ask_for_are_created_with_fewer_slots_than_a_worker() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "dags").glob("*.py"))
    asked_for = {pool for source in sources for pool in re.findall(r"\bpool=\"(\w+)\"", source)}
    made_here = {line[2]: int(line[3]) for name, line in airflow_commands() if line[:2] == ["pools", "set"]}
    assert set(made_here) == asked_for
    assert all(slots < int(settings()["AIRFLOW__CELERY__WORKER_CONCURRENCY"]) for slots in made_here.values())


def test_the_login_file_is_written_where_airflow_reads_it() -> None:
    writers = [line for name, line in command_lines() if name == "api-server" and "dags.local.env" in line]
    assert [line[-2:] for line in writers] == [
        ["passwords", settings()["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]]
    ]


def test_the_bucket_of_the_warehouse_is_the_one_that_is_created() -> None:
    worker = services()["worker"]["environment"]
    bucket = worker["TINTINH_WAREHOUSE"].removeprefix("s3://").split("/")[0]
    assert f"-bucket={bucket}" in services()["seaweedfs"]["command"]
    assert "-s3.port=8333" in services()["seaweedfs"]["command"]
    assert worker["AWS_ENDPOINT_URL"] == "http://seaweedfs:8333"


def test_every_airflow_service_sees_the_same_archive_and_warehouse() -> None:
    ours = [service for service in services().values() if "build" in service]
    assert len(ours) == 6
    assert len({service["environment"]["TINTINH_WAREHOUSE"] for service in ours}) == 1
    assert all("archive:/var/lib/tintinh" in service["volumes"] for service in ours)
    assert all(service["environment"]["TINTINH_ARCHIVE"].startswith("/var/lib/tintinh/") for service in ours)
