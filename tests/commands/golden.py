"""``python -m tests.commands.golden [HOST ...]``: write the fixtures of the sample portals and mini-portals again.

With ``--read``, only their golden files, from the pages that they hold: after a change of families that is meant.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from crawlers.survey.fixtures import GOLDEN, dump, load_golden, portal_of
from crawlers.survey.new import Options, run
from crawlers.survey.pages import read_pages
from crawlers.survey.reading import read_look
from tests.portals.minis import EVERY
from tests.portals.server import SampleServer

FOLDER = Path(__file__).parents[1] / "golden"
PROVINCE = "tuyen_quang"
FAST = (("RETRY_BACKOFF", 0),)


def main(arguments: list[str]) -> None:
    """Write what is asked for."""
    if arguments == ["--read"]:
        for folder in sorted(path.parent for path in FOLDER.glob(f"*/{GOLDEN}")):
            read_again(folder)
        return
    with SampleServer() as server:
        for host in arguments or EVERY:
            write(host, server.proxy)


def write(host: str, proxy: str) -> None:
    """One portal's fixtures, by the command; its entry goes to a folder that is thrown away."""
    shutil.rmtree(FOLDER / EVERY[host].portal, ignore_errors=True)
    with tempfile.TemporaryDirectory() as registry:
        run(options(host, proxy, Path(registry), FOLDER))


def options(host: str, proxy: str, registry: Path, fixtures: Path) -> Options:
    """What a person would ask for, with the portal's known id."""
    return Options(
        url=f"http://{host}/", registries=(registry,), fixtures=fixtures, proxy=proxy, id=EVERY[host].portal,
        province=PROVINCE, delay=0, settings=FAST,
    )  # fmt: skip


def read_again(folder: Path) -> None:
    """The golden file of a folder as its pages are read now."""
    golden = load_golden(folder)
    assert golden is not None
    (folder / GOLDEN).write_text(dump(read_look(read_pages(folder), portal_of(golden))), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
