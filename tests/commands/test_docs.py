"""The commands that CONTRIBUTING.md and README.md show for adding a portal do what they say, in their order."""

import os
import re
import subprocess
import sys
from pathlib import Path

from crawlers.portal import load_registry
from tests.commands.conftest import Desk

ROOT = Path(__file__).parents[2]
SITE, SAMPLE, ID = "https://baosongthao.vn/", "http://baosongthao.test/", "baosongthao"


def commands(page: str, heading: str) -> list[str]:
    """The lines of the shell blocks below a heading, without comments."""
    text = (ROOT / page).read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
    lines = (line.partition("  #")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if line]


def run(command: str, desk: Desk) -> subprocess.CompletedProcess[str]:
    """A command, with the sample portal in place of the site and folders of the test in place of the project's."""
    words = command.replace(SITE, SAMPLE).replace(".tintinh/fixtures", str(desk.fixtures)).split()
    environment = dict(os.environ)
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    if words[0] == ".venv/bin/scrapy":
        words += ["--registry", str(desk.registry), "--fixtures", str(desk.fixtures), "--proxy", desk.server.proxy]
        words += ["--delay", "0"] if "new" in words else []
    words[0] = words[0].replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    if "crawlers.catalogue" in words:
        words.append("--check")  # without it, the project's own page would be written
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


def test_a_portal_is_added_by_the_shown_commands(desk: Desk) -> None:
    shown = commands("CONTRIBUTING.md", "Add a portal in five minutes")
    for command in shown:
        done = run(command, desk)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    portal = load_registry([desk.registry])[ID]
    assert (portal.family, portal.enabled) == ("newspaper", False)
    assert portal.verified is not None
    assert commands("README.md", "Add a portal") == shown[:1]
