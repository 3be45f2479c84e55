"""Crawls in child processes that begin with everything imported: a second of CPU less for each."""

import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["crawlers.run", "crawlers.survey.spider", "scrapy.crawler", "scrapy.downloadermiddlewares"]
)


def crawl(job: Path) -> tuple[int, str]:
    """Exit code and log of ``python -m crawlers.run JOB``."""
    with tempfile.NamedTemporaryFile("r", suffix=".log") as log:
        child = CONTEXT.Process(target=_child, args=(str(job), log.name))
        child.start()
        child.join(240)
        assert child.exitcode is not None, "the crawl did not end"
        return child.exitcode, log.read()


def look(job: Path) -> str:
    """In place of ``crawlers.survey.look._run``."""
    return crawl(job)[1]


def _child(job: str, log: str) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    from crawlers.run import main

    code = main([job])
    sys.stdout.flush()
    os._exit(code)
