"""What kills cost: ``python -m benchmarks.kills [--kills 100] [--seed 1]``.

Crawls of the sample portals are terminated, killed, left without memory or cut off with the power at random moments,
once or twice each, and taken up again until they finish: articles lost, doubled or torn, and fetches of one page.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.common import finish, show
from crawlers.job import EXIT_FINISHED, CrawlJob
from crawlers.portal import load_registry
from tests.crawlers.kills import ROOT, WAYS, Contents, Launcher, Result, contents, disturbed
from tests.portals.server import SampleServer

PORTALS = {
    "sotttt_mau": (dt.date(2025, 6, 1), dt.date(2025, 7, 31)),
    "baosongthao": (dt.date(2025, 6, 26), dt.date(2025, 6, 29)),
}
FAST = {"RETRY_BACKOFF": 0, "DOWNLOAD_TIMEOUT": 5, "PROGRESS_EVERY": 0.1, "LOCK_WAIT": 5}


def main() -> int:
    """Kill so many crawls, print the table and the JSON line; 1 when a floor is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100, help="crawls to end before they finish")
    parser.add_argument("--seed", type=int, default=1, help="first seed; each run takes the next")
    asked = parser.parse_args()
    results: list[Result] = []
    with SampleServer() as server, Launcher() as launcher:
        wholes = {portal: undisturbed(portal, server, launcher) for portal in PORTALS}
        seed = asked.seed
        while sum(len(result.ways) for result in results) < asked.kills:
            portal = sorted(PORTALS)[seed % len(PORTALS)]
            results.append(trial(seed, portal, server, launcher, *wholes[portal]))
            seed += 1
    return report(results)


def undisturbed(portal: str, server: SampleServer, launcher: Launcher) -> tuple[Contents, float]:
    """What a portal's crawl brings when nothing ends it, and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        job = make_job(portal, server, Path(folder))
        began = time.monotonic()
        if launcher.crawl(job) != EXIT_FINISHED:
            raise RuntimeError(f"{portal}: the undisturbed crawl did not finish")
        return contents(job)[0], time.monotonic() - began


def trial(seed: int, portal: str, server: SampleServer, launcher: Launcher, whole: Contents, lasts: float) -> Result:
    """One run that is ended once or twice."""
    chance = random.Random(seed)
    ways = [chance.choice(WAYS) for _ in range(chance.randint(1, 2))]
    with tempfile.TemporaryDirectory() as folder:
        job = make_job(portal, server, Path(folder))
        result = disturbed(seed, ways, job, launcher, server, whole, lasts)
        if result.harmed:
            log = (Path(folder) / "run.job.log").read_text(encoding="utf-8")
            print(f"harmed: {portal} {ways} {result}\n{log[-2000:]}", file=sys.stderr)
    return result


def make_job(portal: str, server: SampleServer, folder: Path) -> CrawlJob:
    """A crawl of some days of a sample portal."""
    first, last = PORTALS[portal]
    registry = load_registry([ROOT / "tests/portals/registry"])
    return CrawlJob(
        portal=registry[portal],
        run_id="run",
        date_from=first,
        date_to=last,
        archive=folder / "archive",
        run_dir=folder / "archive" / portal / "run",
        proxy=server.proxy,
        settings=FAST,
    )


def report(results: list[Result]) -> int:
    """Table, JSON line and exit code."""
    ways = Counter(way for result in results for way in result.ways)
    choked = [result for result in results if "out of memory" in result.ways]  # asks again by itself before it dies
    once = [result for result in results if len(result.ways) <= 1 and result not in choked]
    twice = [result for result in results if len(result.ways) == 2 and result not in choked]
    figures = {
        "kills": ways.total(),
        "lost": sum(result.lost for result in results),
        "doubled": sum(result.doubled for result in results),
        "torn_read": sum(result.torn for result in results),
        "unfinished": sum(result.codes[-1] != EXIT_FINISHED for result in results),
        "most_fetches_after_one_kill": max((result.most_fetches for result in once), default=0),
        "most_fetches_after_two_kills": max((result.most_fetches for result in twice), default=0),
        "most_fetches_out_of_memory": max((result.most_fetches for result in choked), default=0),
        "tries_per_run": round(sum(result.tries for result in results) / len(results), 2),
    }
    show("Crawls that were ended", ("way", "times"), [*ways.items(), ("runs", len(results)), ("twice", len(twice))])
    show("What came of them", ("figure", "value"), list(figures.items()))
    return finish("kills", figures)


if __name__ == "__main__":
    sys.exit(main())
