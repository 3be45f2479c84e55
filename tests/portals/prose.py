"""Articles combined from topic templates by a seeded generator: same portal and number, same article.

``[a|b]`` is a choice; ``{slot}`` a fact of the portal's setting; ``{n:20-400}`` a quantity, ``{p:40-98}`` a percentage,
``{t:2-60}`` billions of dong, ``{r:900-2100}`` a done/total pair, ``{vb:KH}`` a cited document, ``{vbt:CV}`` one of
the last seven days, ``{truoc:9}`` and ``{sau:30}`` a day before or after publication.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.portals.model import CAPTION, PARAGRAPH, Block, Caption
from tests.portals.settings import Setting
from tests.portals.texts import Draft, Topic

CHOICE = re.compile(r"\[([^\[\]]+)\]")
SLOT = re.compile(r"\{(\w+)(?::([^}]+))?\}")
MERGER = dt.date(2025, 7, 1)  # districts end, communes are merged
KINDS = {
    "KH": ("Kế hoạch", "{}/KH-UBND"),
    "QD": ("Quyết định", "{}/QĐ-UBND"),
    "CV": ("Công văn", "{}/UBND-KT"),
    "VX": ("Công văn", "{}/UBND-VX"),
    "CT": ("Chỉ thị", "{}/CT-UBND"),
    "TB": ("Thông báo", "{}/TB-UBND"),
    "BC": ("Báo cáo", "{}/BC-UBND"),
    "NQ": ("Nghị quyết", "{}/NQ-HĐND"),
    "CTTU": ("Chỉ thị", "{}-CT/TU"),
    "NQTU": ("Nghị quyết", "{}-NQ/TU"),
}
HIGHEST = {"CT": 19, "NQ": 88, "CTTU": 58, "NQTU": 42, "KH": 260}


@dataclass(slots=True)
class Writer:
    """Fills the templates of one article."""

    setting: Setting
    day: dt.date
    dice: random.Random
    slots: dict[str, str]

    def text(self, template: str) -> str:
        """``template`` with choices made and slots filled."""
        while CHOICE.search(template):
            template = CHOICE.sub(lambda match: self.dice.choice(match[1].split("|")), template)
        while SLOT.search(template):
            template = SLOT.sub(self._slot, template)
        return template[:1].upper() + template[1:]

    def _slot(self, match: re.Match[str]) -> str:
        name, argument = match[1], match[2] or ""
        if name in MAKERS:
            return MAKERS[name](self, argument)
        return self.slots[name]


def writer(setting: Setting, day: dt.date, dice: random.Random) -> Writer:
    """A writer whose places and people are valid on ``day``."""
    places = setting.before if day < MERGER else setting.after
    communes = dice.sample(places.communes, 3)
    areas = _around(communes[0], dice.sample(places.areas, len(places.areas)))
    leaders = dice.sample(setting.leaders, 2)
    slots = dict(setting.words)
    slots |= {"xa": communes[0], "xa2": communes[1], "xa3": communes[2], "huyen": areas[0], "huyen2": areas[1]}
    slots |= {"lanhdao": leaders[0], "lanhdao2": leaders[1]}
    people = dice.sample(setting.people, 3)
    slots |= {"canbo": people[0], "dan": people[1], "dan2": people[2]}
    slots |= _addressed("ong", "dan", people[1]) | _addressed("anh", "dan", people[1])
    slots |= _addressed("anh", "dan2", people[2]) | {"tenlanhdao": leaders[0].split(",")[0], "tuan": _week(day)}
    slots |= {"ngay": f"ngày {day.day}/{day.month}", "thon": dice.choice(setting.villages)}
    return Writer(setting, day, dice, slots)


def _around(commune: str, areas: list[str]) -> list[str]:
    """``areas`` with the one that holds ``commune`` first, where its name says so: 'xã Kim Bình (Chiêm Hóa)'."""
    district = commune.partition("(")[2].rstrip(")")
    return sorted(areas, key=lambda area: not (district and area.endswith(district)))


def _addressed(kind: str, name: str, person: str) -> dict[str, str]:
    """The person with 'ông' or 'bà', 'anh' or 'chị'; the slot's first letter decides the case."""
    words = {"ong": ("bà", "ông"), "anh": ("chị", "anh")}[kind]
    shown = f"{words[0] if ' Thị ' in person else words[1]} {person}"
    return {kind + name: shown, kind.title() + name: shown[0].upper() + shown[1:]}


def _week(day: dt.date) -> str:
    """'ngày 23/6 đến ngày 29/6/2025': Monday to Sunday."""
    monday = day - dt.timedelta(days=day.weekday())
    sunday = monday + dt.timedelta(days=6)
    return f"ngày {monday.day}/{monday.month} đến ngày {sunday.day}/{sunday.month}/{sunday.year}"


def combine(setting: Setting, topic: Topic, section: str, moment: dt.datetime, seed: str, taken: set[str]) -> Draft:
    """An article of ``topic`` whose title is not in ``taken``; the title is added there."""
    for attempt in range(50):
        dice = random.Random(f"{seed}/{attempt}")
        pen = writer(setting, moment.date(), dice)
        title = pen.text(dice.choice(topic.titles))
        if title not in taken:
            taken.add(title)
            return _write(pen, topic, section, moment, title)
    raise ValueError(f"topic {topic.name} has too few titles for {setting.portal}")


def _write(pen: Writer, topic: Topic, section: str, moment: dt.datetime, title: str) -> Draft:
    dice = pen.dice
    author = dice.choice(pen.setting.authors) if pen.setting.authors else None
    count = min(len(topic.body), max(4, dice.randint(4, 7) + len(topic.body) // 4 - 2))
    chosen = sorted(dice.sample(range(len(topic.body)), count))
    body = [topic.body[index] for index in chosen] + [dice.choice(topic.closings)]
    blocks = [Block(PARAGRAPH, pen.text(line)) for line in body]
    for line in dice.sample(topic.captions, dice.randint(0, min(2, len(topic.captions)))):
        credit = dice.choice(pen.setting.credits) if pen.setting.credits else None
        blocks.insert(dice.randint(0, len(blocks) - 1), Block(CAPTION, caption=Caption(pen.text(line), credit)))
    return Draft(moment, section, author, title, pen.text(dice.choice(topic.leads)), blocks)


def _bounds(argument: str) -> tuple[int, int]:
    low, _, high = argument.partition("-")
    return int(low), int(high)


def dotted(number: int) -> str:
    """1832 -> '1.832'."""
    return f"{number:,}".replace(",", ".")


def _number(pen: Writer, argument: str) -> str:
    return dotted(pen.dice.randint(*_bounds(argument)))


def _percent(pen: Writer, argument: str) -> str:
    low, high = _bounds(argument)
    return f"{pen.dice.randint(low * 10, high * 10 - 1) / 10:g}".replace(".", ",") + "%"


def _money(pen: Writer, argument: str) -> str:
    low, high = _bounds(argument)
    return f"{pen.dice.randint(low * 10, high * 10) / 10:g}".replace(".", ",") + " tỷ đồng"


def _ratio(pen: Writer, argument: str) -> str:
    total = pen.dice.randint(*_bounds(argument))
    return f"{dotted(int(total * pen.dice.uniform(0.62, 0.98)))}/{dotted(total)}"


def long_date(day: dt.date) -> str:
    """'ngày 05/5/2025': a one-digit day has a zero, a one-digit month from March has none."""
    return f"ngày {day.day:02d}/{day.month}/{day.year}" if day.month > 2 else f"ngày {day:%d/%m/%Y}"


def _cited(pen: Writer, argument: str, since: tuple[int, int] = (4, 90)) -> str:
    name, pattern = KINDS[argument]
    number = pen.dice.randint(3, HIGHEST.get(argument, 2400))
    if pen.setting.local:
        pattern, number = pattern.replace("/TU", "/HU"), number // 2 + 2
    day = pen.day - dt.timedelta(days=pen.dice.randint(*since))
    return f"{name} số {pattern.format(f'{number:02d}')} {long_date(day)}"


def _cited_this_week(pen: Writer, argument: str) -> str:
    return _cited(pen, argument, (0, 6))


def _before(pen: Writer, argument: str) -> str:
    return long_date(pen.day - dt.timedelta(days=pen.dice.randint(1, int(argument))))


def _after(pen: Writer, argument: str) -> str:
    return long_date(pen.day + dt.timedelta(days=pen.dice.randint(5, int(argument))))


def _office(pen: Writer, argument: str) -> str:
    return f"{'Phòng' if pen.setting.local else 'Sở'} {argument}"


MAKERS: dict[str, Callable[[Writer, str], str]] = {
    "n": _number,
    "p": _percent,
    "t": _money,
    "r": _ratio,
    "vb": _cited,
    "vbt": _cited_this_week,
    "truoc": _before,
    "sau": _after,
    "co": _office,
}
