"""How good an answer is: words found, fields right and silently wrong, chrome leaked, pieces kept."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.extraction.samples import Sample
from transforms.text import fold

LONG = 300  # words of a long article
GOOD = 0.8  # F1 below which a long article counts as damaged
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an extractor made of a page; ``date`` is an ISO day or begins with one."""

    title: str | None = None
    date: str | None = None
    text: str = ""
    captions: tuple[str, ...] = ()


@dataclass(slots=True)
class Share:
    """``hits`` of ``total``."""

    hits: int = 0
    total: int = 0

    def add(self, hit: bool) -> None:
        """Count one more."""
        self.hits += hit
        self.total += 1

    @property
    def value(self) -> float | None:
        """The share, None where nothing was judged."""
        return round(self.hits / self.total, 4) if self.total else None


@dataclass(slots=True)
class Score:
    """Sums over the pages of a corpus for one extractor. ``worst`` holds (F1, address) of every page.

    ``judges_titles`` is False for a reader that was told the title.
    """

    judges_titles: bool = True
    seconds: float = 0.0
    pages: int = 0
    f1_sum: float = 0.0
    precision_sum: float = 0.0
    recall_sum: float = 0.0
    long_below: int = 0
    unread: int = 0
    wrong_dates: int = 0
    leaking_pages: int = 0
    leaked: int = 0
    passages: list[int] = field(default_factory=lambda: [0, 0, 0])  # found, found though unwanted, missed
    titles: Share = field(default_factory=Share)
    dates: Share = field(default_factory=Share)
    leads: Share = field(default_factory=Share)
    captions: Share = field(default_factory=Share)
    cells: Share = field(default_factory=Share)
    worst: list[tuple[float, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, sample: Sample, answer: Answer) -> None:
        """Compare one answer with the gold."""
        self.pages += 1
        self.unread += not answer.text.strip() and bool(sample.text.strip() or sample.wanted)
        if sample.wanted:
            self._add_passages(sample, answer.text)
        else:
            self._add_text(sample, answer.text)
        self._add_fields(sample, answer)
        self._add_leaks(sample, answer)
        self._add_pieces(sample, answer)

    def _add_text(self, sample: Sample, text: str) -> None:
        precision, recall, f1 = overlap(sample.text, text)
        if sample.captions:  # extractors that leave captions in the text are not punished for it
            whole = "\n".join((sample.text, *sample.captions))
            precision, recall, f1 = max((precision, recall, f1), overlap(whole, text), key=lambda each: each[2])
        self.f1_sum, self.precision_sum = self.f1_sum + f1, self.precision_sum + precision
        self.recall_sum += recall
        self.long_below += f1 < GOOD and len(_WORD.findall(sample.text)) >= LONG
        self.worst.append((round(f1, 3), sample.url))

    def _add_passages(self, sample: Sample, text: str) -> None:
        shown = " ".join(text.split())
        found = sum(" ".join(each.split()) in shown for each in sample.wanted)
        unwanted = sum(" ".join(each.split()) in shown for each in sample.unwanted)
        for index, value in enumerate((found, unwanted, len(sample.wanted) - found)):
            self.passages[index] += value
        self.worst.append((round(found / len(sample.wanted), 3), sample.url))

    def _add_fields(self, sample: Sample, answer: Answer) -> None:
        if sample.title is not None and self.judges_titles:
            self.titles.add(fold(answer.title or "") == fold(sample.title))
        if sample.date is not None:
            day = (answer.date or "")[:10]
            self.dates.add(day == sample.date)
            if day and day != sample.date:
                self.wrong_dates += 1
                self.notes.append(f"date {day} for {sample.date}: {sample.url}")

    def _add_leaks(self, sample: Sample, answer: Answer) -> None:
        shown = fold("\n".join((answer.text, *answer.captions)))
        gold = fold("\n".join((sample.title or "", sample.text, *sample.captions)))
        leaks = [leak for leak in sample.chrome if fold(leak) in shown and fold(leak) not in gold]
        self.leaked += len(leaks)
        self.leaking_pages += bool(leaks)
        self.notes += [f"leaks {leaks}: {sample.url}"] if leaks else []

    def _add_pieces(self, sample: Sample, answer: Answer) -> None:
        if not (sample.lead or sample.captions or sample.rows):
            return
        text = words(answer.text)
        everything = text + words("\n".join(answer.captions))
        if sample.lead:
            self.leads.add(words(sample.lead) in text)
        for caption in sample.captions:
            self.captions.add(words(caption) in everything)
        for row in sample.rows:
            place = 0
            for cell in filter(str.strip, map(words, row)):
                found = text.find(cell, place)  # cells of a row follow each other: a lone digit stands anywhere
                self.cells.add(found >= 0)
                place = max(place, found)

    @property
    def f1(self) -> float:
        """Mean F1 of the pages' words, or F1 over all passages where the gold is passages."""
        found, unwanted, missed = self.passages
        if found + missed:
            return round(2 * found / (2 * found + unwanted + missed), 4)
        return round(self.f1_sum / self.pages, 4)

    @property
    def rate(self) -> float:
        """Pages a CPU second."""
        return self.pages / self.seconds if self.seconds else 0.0

    def figures(self) -> dict[str, float | int | None]:
        """What is compared with floors; None: nothing of it was in the gold."""
        by_words = self.pages and not sum(self.passages)
        return {
            "f1": self.f1,
            "precision": round(self.precision_sum / self.pages, 4) if by_words else None,
            "recall": round(self.recall_sum / self.pages, 4) if by_words else None,
            "long_below": self.long_below if by_words else None,
            "title": self.titles.value,
            "date": self.dates.value,
            "wrong_dates": self.wrong_dates if self.dates.total else None,
            "leaking_pages": self.leaking_pages,
            "leaked_strings": self.leaked,
            "leads": self.leads.value,
            "captions": self.captions.value,
            "cells": self.cells.value,
            "unread": self.unread,
        }


COLUMNS = (
    *("extractor", "pages/s", "F1", "P", "R", f"long<{GOOD:.2f}".replace("0.", "."), "title", "date"),
    *("wrong dates", "leaks", "leads", "captions", "cells", "unread"),
)


def row(name: str, score: Score) -> list[object]:
    """A line of the table under ``COLUMNS``."""
    found = score.figures()
    shown = ("f1", "precision", "recall", "long_below", "title", "date", "wrong_dates")
    rest = ("leaking_pages", "leads", "captions", "cells", "unread")
    rate = score.rate if score.seconds else None
    return [name, rate, *(found[each] for each in shown), *(found[each] for each in rest)]


def words(text: str) -> str:
    """The folded words, one blank around each: a piece with the same words in the same order is a substring."""
    return f" {' '.join(_WORD.findall(fold(text)))} "


def overlap(gold: str, predicted: str) -> tuple[float, float, float]:
    """(precision, recall, F1) of the multisets of folded words; two empty texts are equal."""
    wanted, found = (Counter(_WORD.findall(fold(text))) for text in (gold, predicted))
    common, wants, finds = sum((wanted & found).values()), sum(wanted.values()), sum(found.values())
    if not wants + finds:
        return 1.0, 1.0, 1.0
    return common / finds if finds else 0.0, common / wants if wants else 0.0, 2 * common / (wants + finds)


def token_f1(gold: str, predicted: str) -> float:
    """F1 of the multisets of folded words."""
    return overlap(gold, predicted)[2]
