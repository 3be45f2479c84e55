"""The whole of Airflow on this machine: started, used through its API and its UI, and gone afterwards."""

import datetime as dt
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from dags.local import credentials, harvest, runs, stack
from dags.local.api import Airflow
from dags.processes import Process, tree
from warehouse.store import Warehouse

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IMAGES = os.environ.get("TINTINH_SCREENSHOTS")  # folder; unset = no pictures
pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stack.Stack]:
    home = tmp_path_factory.mktemp("stack")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINTINH_HOME", str(home))
        for name in (
            "TINTINH_ARCHIVE",
            "TINTINH_WAREHOUSE",
            "TINTINH_PROXY",
            "TINTINH_PROXY_HOSTS",
            "TINTINH_SCHEDULE",
        ):
            patch.delenv(name, raising=False)
        with stack.running(home) as own:
            own.wait()
            runs.ready(own.api())
            yield own


@pytest.fixture
def api(running: stack.Stack) -> Airflow:
    return running.api()


def eventually(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(1)
    return condition()


def requests(home: Path) -> int:
    return len((home / "logs" / "requests.jsonl").read_text(encoding="utf-8").splitlines())


def loaded(home: Path) -> set[tuple[str, str]]:
    rows = Warehouse.open(home / "warehouse").read("runs").to_pylist()
    return {(row["portal"], str(row["date_from"])) for row in rows if row["state"] == "finished"}


def test_secrets_are_private_and_in_no_log(running: stack.Stack) -> None:
    for name in ("credentials.json", "passwords.json"):
        assert stat.S_IMODE((running.home / name).stat().st_mode) == 0o600
    secret = json.loads((running.home / "credentials.json").read_text())
    assert len(secret["jwt_secret"]) >= 64
    logs = [path.read_text(errors="replace") for path in running.home.rglob("*.log")]
    assert [name for name, value in secret.items() for text in logs if value in text] == []


def test_everything_listens_on_loopback_only(running: stack.Stack) -> None:
    import psutil

    members = {member.pid for child in running.children.values() for member in tree(child.pid)}
    members |= {member.pid for member in tree(running.database.process.pid)} if running.database else set()
    heard = {c.laddr.ip for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.pid in members}
    assert heard == {"127.0.0.1"}


def test_there_are_no_example_dags_and_nobody_gets_in_without_the_password(api: Airflow) -> None:
    names = {dag["dag_id"] for dag in api.get("dags")["dags"]}
    assert names == {"harvest_daily", "harvest_hourly", "curate", "release", "upkeep"}
    assert api.client.get("/api/v2/dags", headers={"Authorization": ""}).status_code == 401


def test_a_second_stack_over_the_same_folder_is_refused_but_found(running: stack.Stack) -> None:
    with pytest.raises(stack.StackError, match=f"already running at {running.url}"):
        stack.create(running.home)
    found = stack.attach(running.home)
    assert found is not None
    assert found.url == running.url


def test_a_backfill_through_the_api_fills_the_warehouse_and_nothing_else_runs(
    running: stack.Stack, api: Airflow
) -> None:
    request = runs.Request(("baosongthao", "congxulang"), dt.date(2025, 6, 26), dt.date(2025, 6, 27))
    since = runs.start(api, request)
    assert eventually(lambda: len(runs.unfinished(api)) == 2, 30)
    console = Console(record=True, width=120)
    assert harvest.finish(api, running.home / "archive", console) == []
    assert "first the 2 runs that are under way" in console.export_text()
    assert [(run.label, run.state) for run in runs.find(api, since)] == [
        ("2025-06-26", "success"),
        ("2025-06-27", "success"),
    ]
    wanted = {(portal, str(day)) for portal in request.portals for day in request.days}
    assert loaded(running.home) == wanted
    runs.settle(api, since, 2)
    assert {run.state for run in runs.find(api, since, runs.FOLLOWER)} == {"success"}
    assert (running.home / "warehouse" / "latest").exists()
    others = [run for dag in ("harvest_daily", "harvest_hourly") for run in _all_runs(api, dag)]
    unasked = [run for run in others if run["run_type"] != "backfill"]
    assert all(run["run_type"] == "scheduled" and _plan_state(api, run) in (None, "skipped") for run in unasked)


def _plan_state(api: Airflow, run: dict[str, Any]) -> str | None:
    path = f"dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances"
    return next((row["state"] for row in api.get(path)["task_instances"] if row["task_id"] == "plan"), None)


def _all_runs(api: Airflow, dag: str) -> list[dict[str, Any]]:
    return list(api.get(f"dags/{dag}/dagRuns", limit=100)["dag_runs"])


def test_a_single_run_with_a_logical_date_of_now_does_its_work(running: stack.Stack, api: Airflow) -> None:
    conf = {"portals": ["huyentienyen_mau"], "from": "2025-06-20", "to": "2025-06-21"}
    now = dt.datetime.now(dt.UTC).isoformat()
    run = api.post("dags/harvest_daily/dagRuns", {"logical_date": now, "conf": conf})
    path = f"dags/harvest_daily/dagRuns/{run['dag_run_id']}"
    assert eventually(lambda: api.get(path)["state"] in ("success", "failed"), 120)
    assert api.get(path)["state"] == "success"
    assert ("huyentienyen_mau", "2025-06-20") in loaded(running.home)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)")
def test_a_backfill_from_the_ui_loads_the_days_and_a_reparse_makes_no_request(
    running: stack.Stack, api: Airflow
) -> None:
    from playwright.sync_api import sync_playwright

    portals = ("truyenhinhmuongthanh", "huyentienyen_mau")
    wanted = {(portal, f"2025-06-{day}") for portal in portals for day in (26, 27, 28)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 1400}, locale="en-US")
        log_in(page, running)
        since = backfill(page, running, portals, "refetch")
        assert eventually(lambda: wanted <= loaded(running.home), 180)
        assert eventually(lambda: all(run.ended for run in runs.find(api, since)), 60)
        picture(page, f"{running.url}/dags/{runs.DAG}/backfills", "backfills")
        picture(page, f"{running.url}/dags/{runs.DAG}", "grid")
        asked = requests(running.home)
        since = backfill(page, running, portals, "reparse")
        assert eventually(lambda: len([r for r in runs.find(api, since) if r.ended]) == 3, 180)
        assert {run.state for run in runs.find(api, since)} == {"success"}
        assert requests(running.home) == asked
        browser.close()


def log_in(page: Any, running: stack.Stack) -> None:
    page.goto(running.url)
    page.locator("input[name=username]").fill(credentials.ADMIN)
    page.locator("input[name=password]").fill(running.secrets.admin_password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "login" not in url)


def _backfills(api: Airflow) -> list[dict[str, Any]]:
    return list(api.get("backfills", dag_id=runs.DAG)["backfills"])


def backfill(page: Any, running: stack.Stack, portals: tuple[str, ...], mode: str) -> dt.datetime:
    """Start a backfill by hand, once Airflow has noticed the end of the one before."""
    assert eventually(lambda: all(b["completed_at"] for b in _backfills(running.api())), 120)
    page.goto(f"{running.url}/dags/{runs.DAG}")
    page.get_by_role("button", name="Trigger").first.click()
    dialog = page.get_by_role("dialog").first
    dialog.get_by_text("Backfill", exact=True).first.click()
    for number, day in enumerate(("2025/06/26", "2025/06/28")):
        pick_day(page, dialog, number, day)
    dialog.get_by_text("All Runs").click()
    dialog.locator("input[name=max_active_runs]").fill("3")
    dialog.get_by_text("Override parameters on existing runs").click()  # else the dialog sends no parameters at all
    choose(page, portals, mode)
    dialog.get_by_text("3 runs will be triggered").wait_for(timeout=20_000)
    picture(page, None, f"backfill-{mode}")
    since = dt.datetime.now(dt.UTC)
    dialog.get_by_role("button", name="Run Backfill").click()
    dialog.wait_for(state="hidden", timeout=20_000)
    return since


def pick_day(page: Any, dialog: Any, number: int, day: str) -> None:
    page.locator("[data-testid=datetime-input]").nth(number).click()
    field = page.get_by_placeholder("YYYY/MM/DD").last
    field.fill(day)
    field.press("Enter")
    dialog.get_by_text("Date Range").click()


def choose(page: Any, portals: tuple[str, ...], mode: str) -> None:
    """In the form: remove every portal that is not wanted, set the mode."""
    chips = page.locator("#element_portals [aria-label^=Remove]")
    for label in [chip.get_attribute("aria-label") for chip in chips.all()]:
        if not label.endswith(tuple(f"({portal})" for portal in portals)):
            page.get_by_label(label, exact=True).get_by_role("button").click()
    assert chips.count() == len(portals)
    field = page.locator("#element_mode input").first
    field.fill(mode)
    field.press("Enter")


def picture(page: Any, url: str | None, name: str) -> None:
    if url and IMAGES:
        page.goto(url)
        page.wait_for_timeout(3000)
    if IMAGES:
        page.screenshot(path=f"{IMAGES}/{name}.png")


def test_killing_the_supervisor_ends_everything_it_started(tmp_path: Path) -> None:
    """Last, since it needs a stack of its own: SIGKILL cannot be handled, the guard and the kernel do it."""
    env = {**stack.environment.inherited(), "TINTINH_HOME": str(tmp_path)}
    own = subprocess.Popen([sys.executable, "-m", "dags.local.stack"], env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert eventually(lambda: stack.attach(tmp_path) is not None, 180)
        members: list[Process] = [member for member in tree(own.pid) if member.pid != own.pid]
        assert len(members) >= 12
        own.send_signal(signal.SIGKILL)
        own.wait()
        assert eventually(lambda: not any(member.alive() for member in members), 60)
        assert stack.attach(tmp_path) is None
    finally:
        own.kill()
        own.communicate()
