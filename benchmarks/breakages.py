"""A provincial newspaper with years of news, and ten ways in which portals broke in the field."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from tests.portals import content
from tests.portals.addresses import ADDRESSES, HOSTS, SECTIONS
from tests.portals.model import ZONE, Article
from tests.portals.plan import BATCHES
from tests.portals.prose import combine
from tests.portals.settings import setting
from tests.portals.texts import Draft, topic
from warehouse.days import DayClass, day_class

PORTAL = "baosongthao"
HOST = f"http://{HOSTS[PORTAL]}"
ARTICLE = r"test/[a-z-]+/\d{6}/"
LISTING = r"test/(?:thoi-su|kinh-te|van-hoa-xa-hoi)/(?:\?|$)"
USUAL = {DayClass.WORKDAY: 6, DayClass.SATURDAY: 3, DayClass.SUNDAY: 1, DayClass.HOLIDAY: 0}  # articles a day
REGISTRY: dict[str, Any] = {
    "id": PORTAL,
    "name": "Báo Sông Thao (mẫu)",
    "kind": "newspaper",
    "home": f"{HOST}/",
    "family": "newspaper",
    "since": "2015-01-01",
    "enabled": True,
    "sections": [f"/{slug}/" for slug in SECTIONS[PORTAL]],
    "feeds": ["/rss/home.rss"],
    "delay": 0,
    "expect": {"articles_per_day": [1, 40], "title": 0.99, "date": 0.99},
}


@dataclass(frozen=True)
class Breakage:
    """One way to break: the faults of the sample server (pattern, kind, options)."""

    name: str
    faults: tuple[tuple[str, str, dict[str, Any]], ...] = field(default=())


def _rewrite(pattern: str, *edits: tuple[str, str]) -> tuple[str, str, dict[str, Any]]:
    return pattern, "rewrite", {"edits": edits}


BREAKAGES = (
    # The new theme sends the text as data and lets a script build the page.
    Breakage(
        "renamed class",
        (
            _rewrite(
                ARTICLE,
                (r'<h1 class="title">(.*?)</h1>', r'<div class="vue-title" data-text="\1"></div>'),
                (r'<div class="Summary">.*?<div class="tags">', '<div class="vue-content"></div><div class="tags">'),
            ),
        ),
    ),
    Breakage(
        "changed URL shape", (_rewrite(r"test/", (r'(href="[^"]*?)/[a-z-]+/\d{6}/([^"/]*)-[0-9a-f]{7}/', r"\1/\2")),)
    ),
    Breakage("moved listing", ((LISTING, "status", {"status": 404}),)),
    Breakage("block page", ((r"test/", "waf", {}),)),
    Breakage("empty feed", (_rewrite(r"rss", (r"<item>.*</item>", "")),)),
    Breakage(
        "date format change",
        (
            _rewrite(
                r"test/",
                (r"\d{2}/\d{2}/\d{4} \d{2}:\d{2}", "mới đăng"),
                (r"<pubDate>.*?</pubDate>", "<pubDate>mới đăng</pubDate>"),
            ),
        ),
    ),
    Breakage(
        "pagination cut short",
        (_rewrite(LISTING, (r'<div class="paging">.*?</div>', "")), (r"\?page=", "status", {"status": 404})),
    ),
    Breakage("encoding change", ((ARTICLE, "mojibake", {}),)),
    Breakage("redirect to home", ((rf"{ARTICLE}|{LISTING}", "redirect", {"location": f"{HOST}/"}),)),
    Breakage("half the sections gone", ((r"test/(?:kinh-te|van-hoa-xa-hoi)/(?:\?|$)", "status", {"status": 404}),)),
)


def registry_yaml() -> str:
    """The portal's file."""
    return yaml.safe_dump({"province": "08", "portals": [REGISTRY]}, allow_unicode=True)


def publish_news(first: dt.date, last: dt.date) -> list[Article]:
    """Give the sample server's newspaper, in this process, articles for every day; returns them, oldest first."""
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    taken: set[str] = set()
    news = [article for day in days for article in _day(day, taken)]
    content.ARTICLES[:] = news
    content.BY_REF.update({article.ref: article for article in news})
    return news


def _day(day: dt.date, taken: set[str]) -> list[Article]:
    dice = random.Random(f"{PORTAL}/{day}")
    usual = USUAL[day_class(day)]
    return [_article(day, number, dice, taken) for number in range(usual + dice.randint(-(usual // 3), usual // 3))]


def _article(day: dt.date, number: int, dice: random.Random, taken: set[str]) -> Article:
    batch = BATCHES[PORTAL][number % len(BATCHES[PORTAL])]
    moment = dt.datetime.combine(day, dt.time(dice.randint(6, 21), dice.randint(0, 59)), ZONE)
    seed = f"{PORTAL}/{day}/{number}"
    draft = _titled(
        combine(setting(PORTAL), topic(dice.choice(batch.topics)), batch.section, moment, seed, set()), taken
    )
    key, urls = ADDRESSES[PORTAL](draft, number)
    return Article(
        portal=PORTAL,
        key=key,
        urls=tuple(f"{HOST}{url}" for url in urls),
        title=draft.title,
        lead=draft.lead,
        blocks=tuple(draft.blocks),
        author=draft.author,
        section=SECTIONS[PORTAL][draft.section],
        section_slug=draft.section,
        published_at=moment,
        byline=draft.author or "",
    )


def _titled(draft: Draft, taken: set[str]) -> Draft:
    """The draft with a title of its own: half a year needs more than the templates give."""
    title, number = draft.title, 1
    while title in taken:
        number += 1
        title = f"{draft.title} (bài {number})"
    taken.add(title)
    return replace(draft, title=title)
