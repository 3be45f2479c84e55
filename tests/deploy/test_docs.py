"""What the documents promise exists: links, targets, variables, examples."""

import re
from pathlib import Path

import pytest
import yaml

from crawlers.portal import Portal
from dags.local.env import variables as made
from tests.deploy.compose import ROOT, services
from tests.deploy.compose import variables as asked
from tests.test_architecture import ALLOWED

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)\)")
WRITTEN_BY_BROWSER_TEST = "docs/images/"


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [*PAGES, *DECISIONS], ids=lambda page: page.name)
def test_every_link_into_the_project_leads_somewhere(page: Path) -> None:
    inside = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    missing = [link for link in inside if not (page.parent / link).exists()]
    assert [link for link in missing if not link.startswith(WRITTEN_BY_BROWSER_TEST)] == []


def test_every_make_target_of_the_documents_exists() -> None:
    commands = re.compile(r"(?:^|`)make ([a-z][a-z-]*)", re.M)
    named = {target for page in PAGES for target in commands.findall(page.read_text(encoding="utf-8"))}
    assert {"harvest", "test", "check", "env", "airflow"} <= named
    assert {target for target in named if not re.search(rf"^{target}\b.*:", text("Makefile"), re.M)} == set()


def test_the_deployment_page_lists_exactly_the_variables_and_services() -> None:
    page = text("docs/deploy.md")
    table = page.split("## Variables")[1].split("## ")[0]
    listed = set(re.findall(r"^\| (`.*?) \|", table, re.M))
    assert {name.strip("`") for cell in listed for name in cell.split(", ")} == set(made())
    assert all(f"`{name}`" in table for name, _, _ in asked())
    assert all(f"`{name}`" in page for name in services())


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_the_example_of_a_portal_is_a_portal(name) -> None:
    block = re.search(r"```yaml\n(.*?)```", text(name), re.S)
    assert block
    (entry,) = yaml.safe_load(block[1])
    assert Portal.model_validate({**entry, "province": "tuyen_quang"}).id == "baosongthao"
    assert len(block[1].strip().splitlines()) <= 7


def test_the_table_of_keys_names_real_keys_and_defaults() -> None:
    table = text("CONTRIBUTING.md").split("| key |")[1].split("Twelve lines")[0]
    keys = {key.strip("` ") for row in re.findall(r"^\s*\| (`.*?) \|", table, re.M) for key in row.split(",")}
    assert keys <= set(Portal.model_fields)
    assert Portal.model_fields["delay"].default == 1.0
    assert "| seconds between two requests | 1 |" in table


def test_the_rules_of_import_are_those_that_are_enforced() -> None:
    page = text("CONTRIBUTING.md")
    for room in ("transforms", "crawlers"):
        row = re.search(rf"^\| `{room}` \| (.*) \|$", page, re.M)
        assert row
        assert set(re.findall(r"`([\w.]+)`", row[1])) == ALLOWED[room]


def test_every_decision_says_what_why_how_and_what_it_costs() -> None:
    assert DECISIONS
    assert [page.name[:5] for page in DECISIONS] == [f"{number:04d}-" for number in range(1, len(DECISIONS) + 1)]
    for page in DECISIONS:
        words = page.read_text(encoding="utf-8")
        assert words.startswith("# "), page.name
        assert "**Decided.**" in words, page.name
        headings = re.findall(r"^## (.*)$", words, re.M)
        assert headings == ["Why", "How", "What it costs", "When to think again"], page.name
        assert len(words.splitlines()) <= 60, page.name


def test_the_hooks_run_what_is_installed_on_files_that_exist() -> None:
    hooks = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    assert {hook["id"] for hook in hooks} == {"ruff-format", "ruff", "mypy", "registry"}
    pattern = re.compile(next(hook["files"] for hook in hooks if hook["id"] == "registry"))
    touched = ["crawlers/portals/ha_noi.yaml", "crawlers/portal.py", "crawlers/catalogue.py", "docs/portals.md"]
    assert all(pattern.search(name) and (ROOT / name).exists() for name in touched)
    assert all(hook["entry"].startswith(".venv/bin/") for hook in hooks)
