"""What a portal notices of several crawls at once: one pace, few requests in flight, robots.txt obeyed, an honest name.

Judged by the server's own log.
"""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import signal
import statistics
import subprocess
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.archive import records
from crawlers.budget import FOLDER, Budget, BudgetError, HostBudget, Stopped, Turns, file_name, key
from crawlers.guards import explain
from crawlers.job import EXIT_INTERRUPTED, CrawlJob
from tests.crawlers.harness import crawl, finish, make_job, outcome, start
from tests.crawlers.site import Answer, Route, Site, article, listing, send
from warehouse.schema import Outcome

DELAY, PAUSE, SLOTS = 0.15, 2, 2
TEXT = {"Content-Type": "text/plain"}
CONTACT = "https://thu-vien.test/lien-he"
AGENT = f"tintinh/{metadata.version('tintinh')} (+{CONTACT})"


class LoggedSite(Site):
    """Logs when each request came and when its answer was ready, and who asked."""

    def __init__(self, routes: dict[str, Route], host: str = "http://bao.test") -> None:
        self.spans: list[tuple[float, float, str]] = []
        self.agents: list[str] = []
        super().__init__(routes, host)

    def _handler(site) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(super()._handler()):  # type: ignore[misc]
            def do_GET(self) -> None:  # noqa: N802 - the library's name
                came, asked = time.monotonic(), site.answer(self.path, self.headers)
                site.agents.append(self.headers.get("User-Agent", ""))
                time.sleep(asked.delay)
                site.spans.append((came, time.monotonic(), self.path))
                send(self, replace(asked, delay=0.0))

        return Handler

    def starts(self) -> list[float]:
        return sorted(came for came, _, _ in self.spans)

    def most_in_flight(self) -> int:
        """Most requests at once, each counted until its answer was ready: later the client may already go on."""
        changes = [(came, 1) for came, _, _ in self.spans] + [(ready, -1) for _, ready, _ in self.spans]
        return max(itertools.accumulate(change for _, change in sorted(changes)))


def busy_once(headers: Any, number: int) -> Answer:
    return replace(article("Bận"), delay=0.3) if number > 1 else Answer(b"", 503, {"Retry-After": str(PAUSE)})


def shared_host() -> LoggedSite:
    """A host with two portals; some of its pages are slow, one asks for a pause, one directory is forbidden."""
    robots = Answer(b"User-agent: *\nDisallow: /noi-bo/\nCrawl-delay: %.2f\n" % DELAY, headers=TEXT)
    pages: dict[str, Route] = {f"/tin-{number}": replace(article(f"Tin {number}"), delay=0.3) for number in range(6)}
    pages |= {"/ban": busy_once, "/noi-bo/luong": article("Nội bộ")}
    return LoggedSite({"/robots.txt": robots, "/list": listing(*pages), **pages})


def three_crawls(tmp_path: Path, site: Site) -> list[CrawlJob]:
    """A scheduled run, a backfill of the same portal and a run of another portal of the same host."""
    settings = {"DOWNLOAD_DELAY": DELAY / 3, "CONCURRENT_REQUESTS_PER_DOMAIN": SLOTS}
    daily, backfill, other = (
        make_job(tmp_path, site.proxy, run_id=name, settings=settings, contact=CONTACT, scheduled=name == "hang_ngay")
        for name in ("hang_ngay", "bo_sung", "dai")
    )
    portal = other.portal.model_copy(update={"id": "dai_mau"})
    return [
        daily,
        backfill,
        other.model_copy(update={"portal": portal, "run_dir": other.archive / "dai_mau" / "dai"}),
    ]


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[CrawlJob], LoggedSite]:
    with shared_host() as site:
        jobs = three_crawls(tmp_path_factory.mktemp("together"), site)
        ended = [finish(process, 120) for process in [start(job) for job in jobs]]
    assert [code for code, _ in ended] == [0, 0, 0], ended
    return jobs, site


def test_three_crawls_of_a_host_at_once_all_arrive(together: tuple[list[CrawlJob], LoggedSite]) -> None:
    jobs, _ = together
    assert [outcome(job).articles for job in jobs] == [7, 7, 7]
    assert [outcome(job).errors for job in jobs] == [{"robots": 1}] * 3


def test_together_they_have_no_more_requests_in_flight_than_one_crawl_may(
    together: tuple[list[CrawlJob], LoggedSite],
) -> None:
    assert together[1].most_in_flight() <= SLOTS


def test_together_they_keep_the_delay_of_one_crawl(together: tuple[list[CrawlJob], LoggedSite]) -> None:
    _, site = together
    learned = min(came for came, _, path in site.spans if path.endswith("/list"))  # robots.txt is read before
    starts = [came for came in site.starts() if came >= learned]
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert len(gaps) >= 3 * 8 - 1
    assert statistics.median(gaps) >= DELAY - 0.02  # a request that the machine holds up shortens the gap behind it
    assert starts[-1] - starts[0] >= len(gaps) * DELAY + PAUSE - 0.5


def test_a_pause_that_one_of_them_is_asked_for_is_kept_by_all(together: tuple[list[CrawlJob], LoggedSite]) -> None:
    _, site = together
    refused = min(ready for _, ready, path in site.spans if path.endswith("/ban"))
    starts = [came for came in site.starts() if came >= refused]
    assert max(later - earlier for earlier, later in itertools.pairwise([refused, *starts])) >= PAUSE - DELAY - 0.1


def test_what_robots_forbid_is_asked_for_by_none(together: tuple[list[CrawlJob], LoggedSite]) -> None:
    _, site = together
    assert site.asked("/noi-bo/luong") == []
    assert len(site.asked("/robots.txt")) == 3  # once a crawl


def test_every_request_says_who_asks_and_whom_to_write_to(together: tuple[list[CrawlJob], LoggedSite]) -> None:
    assert set(together[1].agents) == {AGENT}


def test_robots_are_archived_with_their_date_by_each_crawl(together: tuple[list[CrawlJob], LoggedSite]) -> None:
    jobs, _ = together
    for job in jobs:
        [robots] = [item for item in records(job.run_dir, job.archive) if item.record.role == "robots"]
        assert b"Crawl-delay" in robots.body
        assert robots.record.fetched_at.endswith("Z")


def wait_for(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()


def ended(process: subprocess.Popen[str]) -> int:
    return finish(process, 60)[0]


def test_the_slots_of_a_killed_crawl_are_free_at_once_and_a_stopped_one_does_not_wait(tmp_path: Path) -> None:
    hanging = Answer(article("Treo").body, delay=20)
    routes = {"/list": listing("/treo-1", "/treo-2"), "/treo-1": hanging, "/treo-2": hanging}
    with Site(routes) as site:
        first = start(make_job(tmp_path, site.proxy, run_id="mot", settings={"DOWNLOAD_TIMEOUT": 60}))
        wait_for(lambda: site.asked("/treo-1") and site.asked("/treo-2"))
        waiting = start(make_job(tmp_path, site.proxy, run_id="hai"))
        wait_for((tmp_path / "archive/bao_mau/hai/progress.json").exists)
        time.sleep(1)
        assert len(site.asked("/robots.txt")) == 1  # no slot is free
        waiting.send_signal(signal.SIGTERM)
        assert ended(waiting) == EXIT_INTERRUPTED
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        site.set("/list", listing("/moi"))
        site.set("/moi", article("Mới"))
        assert crawl(make_job(tmp_path, site.proxy, run_id="ba"))[0] == 0
        assert len(site.asked("/moi")) == 1


@pytest.mark.parametrize("status", [503, 429])
def test_where_robots_cannot_be_read_nothing_is_asked_for_until_the_next_run(tmp_path: Path, status: int) -> None:
    with Site({"/robots.txt": Answer(b"", status), "/list": listing("/a"), "/a": article("Tin")}) as site:
        job = make_job(tmp_path, site.proxy)
        assert crawl(job)[0] != 0
        [problem] = outcome(job).problems
        assert problem.outcome == "server_error"
        assert f"robots.txt of bao.test cannot be read (the portal answers HTTP {status})" in problem.message
        assert "clear the task" in problem.remedy
        assert {url for _, url in site.requests} == {"http://bao.test/robots.txt"}
        site.set("/robots.txt", Answer(b"", 403))  # refused is not unreadable: no rules
        assert crawl(job)[0] == 0
        assert outcome(job).articles == 1


def test_a_huge_robots_txt_is_read_to_its_limit_and_obeyed(tmp_path: Path) -> None:
    rules = b"User-agent: *\nDisallow:\n\nUser-agent: tintinh\nDisallow: /cam/\n"
    robots = Answer(rules + b"# xin chao\n" * 600_000, headers=TEXT)
    with Site({"/robots.txt": robots, "/list": listing("/cam/a", "/b"), "/b": article("Tin")}) as site:
        job = make_job(tmp_path, site.proxy)
        assert crawl(job)[0] == 0
    assert outcome(job).errors == {"robots": 1}
    assert site.asked("/cam/a") == []
    [kept] = [item for item in records(job.run_dir, job.archive) if item.record.role == "robots"]
    assert 500 << 10 <= len(kept.body) < 1 << 20


def sent_on(target: str) -> Answer:
    return Answer(b"", 301, {"Location": target})


def test_a_robots_txt_that_lies_on_another_host_is_obeyed(tmp_path: Path) -> None:
    rules = "http://luat.test/robots.txt"
    routes: dict[str, Route] = {
        "/robots.txt": sent_on("http://www.bao.test/robots.txt"), "http://www.bao.test/robots.txt": sent_on(rules),
        rules: Answer(b"User-agent: *\nDisallow: /cam/\n", headers=TEXT), "/list": listing("/cam/a", "/b", "/di"),
        "/b": article("Tin"), "/di": sent_on("http://luat.test/tin"),
    }  # fmt: skip
    with Site(routes) as site:
        job = make_job(tmp_path, site.proxy)
        assert crawl(job)[0] == 0
    assert outcome(job).errors == {"robots": 1, "offsite": 1}  # pages are not followed to where the rules lie
    assert (site.asked("/cam/a"), site.asked("http://luat.test/tin"), len(site.asked(rules))) == ([], [], 1)


@pytest.mark.parametrize(
    ("target", "kind"), [("http://10.0.0.8/robots.txt", "forbidden_address"), ("ftp://bao.test/robots.txt", "offsite")]
)
def test_a_robots_txt_that_leads_where_nothing_is_asked_forbids_everything(
    tmp_path: Path, target: str, kind: str
) -> None:
    with Site({"/robots.txt": sent_on(target), "/list": listing("/a"), "/a": article("Tin")}) as site:
        job = make_job(tmp_path, site.proxy)
        assert crawl(job)[0] != 0
    [problem] = outcome(job).problems
    assert (problem.outcome, {url for _, url in site.requests}) == (kind, {"http://bao.test/robots.txt"})
    assert "robots.txt of bao.test cannot be read" in problem.message


# The budget itself


def budget(folder: Path, **changes: Any) -> Budget:
    return Budget(folder, **{"slots": 2, "delay": 0.0, "longest": 60.0, **changes})


def test_a_crawl_that_came_later_does_not_wait_until_the_first_has_nothing_left(tmp_path: Path) -> None:
    served: list[str] = []

    async def ask(mine: Budget, name: str, times: int) -> None:
        for _ in range(times):
            async with mine.turn("bao.test"):
                served.append(name)
                await asyncio.sleep(0.01)

    async def both() -> None:
        greedy, modest = (budget(tmp_path, slots=1) for _ in range(2))
        await asyncio.gather(*(ask(greedy, "tham", 20) for _ in range(4)), ask(modest, "vừa", 10))

    asyncio.run(both())
    assert served[:60].count("vừa") == 10  # of five who take turns it is every fifth


def test_a_stopping_crawl_leaves_the_queue(tmp_path: Path) -> None:
    stopping = False
    leaving, staying = budget(tmp_path, slots=1, stopping=lambda: stopping), budget(tmp_path, slots=1)

    async def leave() -> None:
        with pytest.raises(Stopped):
            async with leaving.turn("bao.test"):
                pass

    async def run() -> None:
        nonlocal stopping
        async with staying.turn("bao.test"):
            task = asyncio.create_task(leave())
            await asyncio.sleep(0.1)
            stopping = True
            await task
        async with asyncio.timeout(1), staying.turn("bao.test"):
            pass

    asyncio.run(run())


def test_what_one_learns_holds_for_the_other_and_a_clock_that_was_set_back_stops_nobody(tmp_path: Path) -> None:
    one, other = budget(tmp_path), HostBudget(tmp_path, "bao.test", 2)

    async def learn() -> None:
        await one.slow("www.bao.test", 0.5)
        await one.pause("bao.test", 30)

    asyncio.run(learn())
    seen: list[Turns] = []
    assert other.change(seen.append)
    now = time.time()
    assert 29 < seen[0].rest(0.1, 60, now) <= 30
    assert seen[0].rest(0.1, 5, now - 86_400) == 5
    seen[0].last, seen[0].until = now, 0
    assert seen[0].rest(0.1, 60, now) == 0.5
    assert seen[0].rest(0.7, 60, now) == 0.7


def test_after_a_jump_back_of_the_clock_the_host_rests_for_one_delay_and_one_pause_at_most() -> None:
    now, turns = 1_800_000_000.0, Turns(last=1_800_003_600.0, until=1_800_003_600.0)
    assert turns.rest(1.0, 120, now) == 120
    assert turns.rest(1.0, 120, now + 119) == 1
    assert turns.rest(1.0, 120, now + 121) == 0
    turns = Turns(last=now + 3600)
    assert [turns.rest(1.0, 120, now + passed) for passed in (0, 0.75, 1)] == [1, 0.25, 0]


def test_a_budget_that_cannot_be_written_gives_its_slot_back_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = HostBudget(tmp_path, "bao.test", 1)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "pwrite", full)
        for _ in range(3):
            with pytest.raises(BudgetError, match=r"bao\.test\.turns, cannot be written .*No space left") as told:
                host.take("vé", 0.0, 60.0)
    assert explain(told.value) == (Outcome.NETWORK_ERROR, str(told.value), BudgetError.remedy)
    assert host.take("vé", 0.0, 60.0)[0] is not None


@pytest.mark.parametrize(
    "line", ['{"waiting": null}', '{"last": "x"}', '{"until": NaN}', '{"waiting": {"a": []}}', "[]", '{"delay": 1e999}']
)
def test_turns_of_another_shape_are_begun_again(tmp_path: Path, line: str) -> None:
    (tmp_path / "bao.test.turns").write_text(line + "\n", encoding="utf-8")
    assert HostBudget(tmp_path, "bao.test", 1).take("vé", 0.0, 60.0)[0] is not None


@given(st.binary(max_size=200))
def test_a_torn_file_of_turns_is_begun_again(content: bytes) -> None:
    handle = os.memfd_create("turns")
    try:
        os.write(handle, content)
        Turns.read(handle)
        Turns(last=5.0).write(handle)
        assert Turns.read(handle).last == 5.0
    finally:
        os.close(handle)


@given(st.text(max_size=300))
def test_no_host_becomes_a_path(host: str) -> None:
    name = file_name(key(host))
    assert Path(FOLDER, f"{name}.turns").parent == Path(FOLDER)
    assert name.isascii()
    assert len(name) <= 100
    assert name not in (".", "..")
