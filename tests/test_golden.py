"""What families and the listing reader find on kept pages: they must find it tomorrow too.

Every folder below tests/golden is the fixture of one sample portal, written by ``scrapy portal new``. Fixtures of real
portals lie elsewhere, as their pages belong to their publishers: TINTINH_FIXTURES names their folders, separated by
':'. Where a change of the reading is meant, look at the difference, then write the golden files again:
``python -m tests.commands.golden``.
"""

import os
from pathlib import Path

import pytest

from crawlers.survey.fixtures import GOLDEN, VARIABLE, differences

ROOT = Path(__file__).parent / "golden"
FOLDERS = [ROOT, *(Path(part) for part in os.environ.get(VARIABLE, "").split(":") if part)]
FIXTURES = sorted({golden.parent.resolve() for folder in FOLDERS for golden in folder.glob(f"*/{GOLDEN}")})


@pytest.mark.parametrize("folder", FIXTURES, ids=lambda folder: folder.name)
def test_the_pages_are_read_as_they_were(folder: Path) -> None:
    changed = differences(folder)
    assert not changed, "\n".join(["read differently than the golden file says:", *changed[:120]])
