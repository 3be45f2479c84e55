"""Pages and articles a second beside news-please and fundus: ``python -m benchmarks.throughput``.

The same pages from the same loopback server in one run with the delay off, ``--concurrency`` at a time, fetched and
read to title, day and text:

- the generated newspaper of :mod:`benchmarks.bulk_portal` (``--articles``), whose gold is exact;
- the sample portals, for quality more than for speed: they are small;
- where ``TINTINH_DATA`` is present, the real archive.

Ours finds the pages in the portal's listings, writes them to WARC (crawl), then reads them (crawl and transforms). The
peers get the list of the articles' URLs and archive nothing. All go through the server's proxy address. news-please
downloads with one thread for each URL of a call of 64 and extracts on every core; fundus gets a parser with the site's
own selectors and one thread for each page at a time. Library imports are not counted. Only news-please and ours have a
phase of fetching alone; fundus reads each page as it comes, so its pages a second are its articles a second.
CPU seconds are those of the crawler's processes, without the server. See benchmarks.growth for memory.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import bulk_portal, growth
from benchmarks.common import data_folder, finish, show, tools_folder
from benchmarks.extraction import token_f1
from benchmarks.peers.environment import NoPeersError, interpreter
from benchmarks.processes import FailedError, run, served
from crawlers.job import CrawlJob
from crawlers.portal import Portal, load_registry
from transforms.text import fold

ROOT = Path(__file__).parents[1]
REAL_PORT = "8798"
GOOD_TEXT = 0.9  # F1 from which a text counts as right
Selectors = dict[str, str]
Figures = dict[str, float | int | str | None]


@dataclass(frozen=True, slots=True)
class Gold:
    """What an article's page should give; any of ``urls`` leads to it."""

    urls: tuple[str, ...]
    title: str
    date: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Course:
    """Portals behind a proxy, the gold of their articles, and what fundus has to be told of each host."""

    name: str
    proxy: str
    portals: tuple[Portal, ...]
    first: dt.date
    last: dt.date
    gold: tuple[Gold, ...]
    selectors: Mapping[str, Selectors]


@dataclass(slots=True)
class Run:
    """One crawler on one course. ``fetch_seconds`` and ``fetch_cpu`` leave the reading out; None: it is mixed in."""

    seconds: float = 0.0
    cpu: float = 0.0
    fetch_seconds: float | None = None
    fetch_cpu: float | None = None
    pages: int = 0
    articles: int = 0
    good: float = 0.0  # share of the gold with title, day and text right
    peak: float = 0.0

    @property
    def pages_rate(self) -> float:
        """Pages a second while fetching."""
        return self.pages / (self.fetch_seconds or self.seconds)

    @property
    def rate(self) -> float:
        """Articles a second, fetched and read."""
        return self.articles / self.seconds

    @property
    def cpu_each(self) -> float:
        """CPU milliseconds for an article, fetched and read."""
        return 1000 * self.cpu / max(1, self.articles)

    def row(self, course: str, name: str) -> list[object]:
        """A line of the table."""
        fetch = 1000 * self.fetch_cpu / self.pages if self.fetch_cpu else None
        return [course, name, self.articles, self.pages_rate, self.rate, fetch, self.cpu_each, self.good, self.peak]


Crawler = Callable[[Course, int, Path], Run]


def main() -> int:
    """Measure every course with every crawler, then memory; 1 when a floor is missed."""
    asked = arguments()
    crawlers: dict[str, Crawler] = {"tintinh": ours, **({} if asked.no_peers else peers())}
    rows: list[Sequence[object]] = []
    figures: Figures = {}
    for name in asked.courses:
        with course_named(name, asked) as course:
            if course is not None:
                figures |= measure(course, crawlers, asked.concurrency, rows)
    columns = ("course", "crawler", "articles", "pages/s", "articles/s", "ms CPU/page", "ms CPU/article", "right", "MB")
    show("Throughput on loopback, delay off", columns, rows)
    if asked.urls:
        figures |= growth.measure(asked.urls, asked.concurrency)
    return finish("throughput", figures)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Throughput beside news-please and fundus, and memory of a long crawl."
    )
    parser.add_argument("--articles", type=int, default=2000, help="articles of the generated newspaper")
    parser.add_argument("--pages", type=int, default=300, help="pages of the real archive that the peers read")
    parser.add_argument("--concurrency", type=int, default=8, help="pages at a time")
    parser.add_argument(
        "--urls", type=int, default=50_000, help="articles of the crawl whose memory is measured; 0: none"
    )
    parser.add_argument("--no-peers", action="store_true", help="ours alone")
    parser.add_argument("--courses", nargs="*", default=["bulk", "sample", "real"], choices=["bulk", "sample", "real"])
    return parser.parse_args()


def measure(course: Course, crawlers: Mapping[str, Crawler], concurrency: int, rows: list[Sequence[object]]) -> Figures:
    """Every crawler on one course; appends the rows, gives the figures with ratios to ours."""
    runs: dict[str, Run] = {}
    for name, crawler in crawlers.items():
        with tempfile.TemporaryDirectory() as folder:
            try:
                runs[name] = crawler(course, concurrency, Path(folder))
            except FailedError as error:
                print(f"{name} on {course.name}: not measured, {error}", file=sys.stderr)
                continue
        rows.append(runs[name].row(course.name, name))
    return _figures(course.name, runs)


def _figures(course: str, runs: Mapping[str, Run]) -> Figures:
    figures: Figures = {}
    own = runs.get("tintinh")
    for name, done in runs.items():
        figures[f"{course}_{name}_pages_per_s"] = round(done.pages_rate, 1)
        figures[f"{course}_{name}_articles_per_s"] = round(done.rate, 1)
        figures[f"{course}_{name}_cpu_ms_per_article"] = round(done.cpu_each, 2)
        figures[f"{course}_{name}_right"] = round(done.good, 4)
        figures[f"{course}_{name}_peak_mb"] = round(done.peak)
        if own and done is not own and done.articles:
            figures[f"{course}_pages_ratio_{name}"] = round(own.pages_rate / done.pages_rate, 2)
            figures[f"{course}_articles_ratio_{name}"] = round(own.rate / done.rate, 2)
            figures[f"{course}_cpu_ratio_{name}"] = round(done.cpu_each / own.cpu_each, 2)
    if own and own.fetch_cpu:
        figures[f"{course}_crawl_cpu_ms_per_page"] = round(1000 * own.fetch_cpu / own.pages, 2)
    return figures


# Crawlers


def ours(course: Course, concurrency: int, folder: Path) -> Run:
    """Our crawl and transforms, one process a portal, one after another."""
    total, found = Run(fetch_seconds=0.0, fetch_cpu=0.0), []
    for portal in course.portals:
        job = own_job(course, portal, concurrency, folder)
        job.run_dir.mkdir(parents=True)
        file, answer = folder / f"{portal.id}.job.json", folder / f"{portal.id}.answer.json"
        file.write_text(job.model_dump_json(), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.own_run", str(file), str(answer)]
        total.peak = max(total.peak, run(command, folder / f"{portal.id}.log"))
        said = json.loads(answer.read_text(encoding="utf-8"))
        total.seconds, total.cpu = total.seconds + said["seconds"], total.cpu + said["cpu"]
        total.fetch_seconds = (total.fetch_seconds or 0) + said["fetch_seconds"]
        total.fetch_cpu = (total.fetch_cpu or 0) + said["fetch_cpu"]
        total.pages += said["requests"]
        found += said["articles"]
    total.articles, total.good = len(found), share_right(course.gold, found)
    return total


def own_job(course: Course, portal: Portal, concurrency: int, folder: Path) -> CrawlJob:
    """A crawl of every article of the course."""
    names = ("CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN")
    return CrawlJob(
        portal=portal,
        run_id="throughput",
        date_from=course.first,
        date_to=course.last,
        archive=folder,
        run_dir=folder / portal.id / "throughput",
        proxy=course.proxy,
        settings=dict.fromkeys(names, concurrency),
    )


def peers() -> dict[str, Crawler]:
    """The peers, or none with the reason on standard error."""
    try:
        python = interpreter()
    except NoPeersError as error:
        print(f"news-please and fundus are not measured: {error}", file=sys.stderr)
        return {}
    return {"newsplease": _peer(python, "run_newsplease.py"), "fundus": _peer(python, "run_fundus.py")}


def _peer(python: Path, script: str) -> Crawler:
    def crawl(course: Course, concurrency: int, folder: Path) -> Run:
        task, answer = folder / "task.json", folder / "answer.json"
        urls = [gold.urls[0] for gold in course.gold]
        asked = {"urls": urls, "concurrency": concurrency, "selectors": dict(course.selectors)}
        task.write_text(json.dumps(asked), encoding="utf-8")
        env = {**os.environ, "http_proxy": course.proxy, "HTTP_PROXY": course.proxy, "no_proxy": "", "NO_PROXY": ""}
        command = [str(python), str(ROOT / "benchmarks/peers" / script), str(task), str(answer)]
        peak = run(command, folder / "log", env)
        said: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        found = [row for row in said.pop("articles") if row["text"]]
        right = share_right(course.gold, found)
        return Run(**said, pages=len(urls), articles=len(found), good=right, peak=peak)

    return crawl


def share_right(gold: Sequence[Gold], found: Sequence[Mapping[str, Any]]) -> float:
    """Share of the gold whose title, day and text (F1 of words) are right."""
    by_url = {row["url"]: row for row in found}
    return sum(_is_right(each, by_url) for each in gold) / len(gold)


def _is_right(gold: Gold, by_url: Mapping[str, Mapping[str, Any]]) -> bool:
    row = next((by_url[url] for url in gold.urls if url in by_url), None)
    if row is None or fold(row["title"] or "") != fold(gold.title) or row["date"] != gold.date:
        return False
    return token_f1(gold.text, row["text"] or "") >= GOOD_TEXT


# Courses


def course_named(name: str, asked: argparse.Namespace) -> AbstractContextManager[Course | None]:
    """A course of the command line."""
    if name == "bulk":
        return bulk(asked.articles)
    return sample() if name == "sample" else real(asked.pages)


@contextmanager
def bulk(articles: int) -> Iterator[Course]:
    """The generated newspaper, with 300 links of menus around each article."""
    stories = map(bulk_portal.story, range(articles))
    gold = tuple(Gold((each.url,), each.title, each.day.isoformat(), each.text) for each in stories)
    with served("-m benchmarks.bulk_portal", "--articles", str(articles), "--chrome", "300") as proxy:
        yield Course(
            "bulk",
            proxy,
            (growth.portal(),),
            dt.date(2000, 1, 1),
            bulk_portal.NEWEST,
            gold,
            {bulk_portal.HOST: {"title": "article h1", "date": "article time", "text": ".article-body p"}},
        )


SAMPLE_SELECTORS: Mapping[str, Selectors] = {
    "baosongthao": {"title": "h1.title", "date": ".date_up", "text": ".Summary, #content > p:not(.author)"},
    "congxulang": {
        "title": "h1.page-title",
        "date": "time",
        "text": ".field--name-field-tom-tat, .field--name-body > p",
    },
    "huyentienyen_mau": {"title": "h2.tieu-de", "date": ".ngay-dang", "text": ".tom-tat, .noi-dung p:not(.tac-gia)"},
    "sotttt_mau": {
        "title": ".asset-full-content-title",
        "date": ".assetPublishDate",
        "text": ".sapo, .journal-content-article p:not(.asset-author)",
    },
    "truyenhinhmuongthanh": {"title": "h1.title", "date": ".detail > .date", "text": ".lead, #content > p"},
}


@contextmanager
def sample() -> Iterator[Course]:
    """The sample portals, three months."""
    from tests.portals.addresses import HOSTS
    from tests.portals.content import ARTICLES
    from tests.portals.server import SampleServer

    portals = tuple(load_registry([ROOT / "tests/portals/registry"]).values())
    gold = tuple(Gold(each.urls, each.title, each.published_at.date().isoformat(), each.text) for each in ARTICLES)
    selectors = {HOSTS[portal]: SAMPLE_SELECTORS[portal] for portal in SAMPLE_SELECTORS}
    with SampleServer() as server:
        first, last = dt.date(2025, 5, 1), dt.date(2025, 7, 31)
        yield Course("sample", server.proxy, portals, first, last, gold, selectors)


@contextmanager
def real(pages: int) -> Iterator[Course | None]:
    """The real archive, fifteen years, ``pages`` of its gold spread over them; None where it is absent."""
    data, tools = data_folder(), tools_folder()
    if data is None or tools is None:
        yield None
        return
    lines = (data / "hanoi/articles_gold.jsonl").read_text(encoding="utf-8").splitlines()
    every = max(1, len(lines) // pages)
    gold = tuple(_real_gold(json.loads(line)) for line in lines[::every][:pages])
    portals = tuple(load_registry([ROOT / "tests/real/registry"]).values())
    host = portals[0].home.host or ""
    selectors = {
        host: {
            "title": ".asset-full-content-title, .header-title",
            "date": ".assetPublishDate",
            "text": ".sapo, .journal-content-article p",
        }
    }
    command = (str(tools / "replay_proxy.py"), str(data / "hanoi/portal.warc.gz"), "--port", REAL_PORT)
    with served(command[0], *command[1:], ready="pages on"):
        first, last = dt.date(2008, 1, 1), dt.date(2022, 12, 31)
        yield Course("real", f"http://127.0.0.1:{REAL_PORT}", portals, first, last, gold, selectors)


def _real_gold(row: Mapping[str, Any]) -> Gold:
    return Gold(tuple(row["urls"]), row["title"], row["date"], row["text"])


if __name__ == "__main__":
    sys.exit(main())
