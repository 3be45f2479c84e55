"""Who is to do what by when: agencies in headings, as subjects of sentences, behind "Giao" and in dashed lists."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import pairwise

from transforms.documents.structure import agencies, deadlines
from transforms.documents.structure.agencies import Run
from transforms.documents.structure.model import Assignment, Section, Task
from transforms.documents.structure.source import SMALLS, Source, tidy
from transforms.documents.structure.vocabulary import CLOSING

_LABELLED = r"(?:[a-zđ]\)|\d{1,2}(?:\.\d{1,2}){0,4}[./)-])\s{1,3}"
_SENTENCE = re.compile(
    rf"(?<=[.;])\s{{1,6}}(?=[\"(+•-]?\s?[^\W\d_{SMALLS}])|\n\s{{0,6}}(?=[-+•]\s|{_LABELLED})|\n\s{{0,6}}\n\s{{0,6}}"
)
_ITEM = re.compile(r"\n\s{0,6}(?=[-+•]\s)")
_DASH = re.compile(r"[-+•]\s{0,3}")
_LABEL = re.compile(_LABELLED)
_LEADS = re.compile(r"[\s:.,;-]{0,6}")
_CLOSES = re.compile("|".join(CLOSING))
_SHORTEST = 15  # characters of a task
_REACH = 500  # characters in which a run of agencies ends


def read_assignments(
    source: Source, sections: tuple[Section, ...], opening: tuple[int, int], issued: dt.date | None
) -> tuple[Assignment, ...]:
    """The orders of the text before the sections (at the offsets ``opening``), then the sections' in order.

    A heading's tasks run to its end, those of charged subsections apart. A deadline without a year is the first such
    day after ``issued``.
    """
    reader = _Reader(source, issued)
    charged = [reader.run(section) for section in sections]
    ends = _owned_ends(sections, charged)
    found: list[Assignment] = list(reader.orders(*opening))
    for section, run, end in zip(sections, charged, ends, strict=True):
        found += reader.headed(section, run, end) if run else reader.sentences(section)
    return tuple(each for each in found if each.tasks)


def _owned_ends(sections: tuple[Section, ...], charged: list[Run | None]) -> list[int]:
    """Where each section's own work ends: at its end, or at the first subsection that charges somebody itself."""
    ends = [0] * len(sections)
    following: int | None = None  # beginning of the nearest charged section below in the text
    for index in range(len(sections) - 1, -1, -1):
        end = sections[index].end
        ends[index] = following if following is not None and following < end else end
        if charged[index] is not None:
            following = sections[index].start
    return ends


class _Reader:
    def __init__(self, source: Source, issued: dt.date | None) -> None:
        self.plain, self.bare, self.source, self.issued = source.plain, source.bare, source, issued

    def run(self, section: Section) -> Run | None:
        """The agencies with which a section begins: its whole title, or the subject of its first words."""
        start, title = section.title_start, self.plain[section.title_start : section.title_end]
        if not title[:1].isupper():
            return None
        whole = agencies.run(title, self.bare[start : section.title_end].replace("\n", " "))
        if whole and whole.end >= len(title.rstrip(" .:;")):
            return whole.moved(start)
        run = self._at(start, section.body_end)
        return run if run and self._works(run.end, section.body_end) else None

    def headed(self, section: Section, run: Run, end: int) -> Iterator[Assignment]:
        """What a section that begins with agencies charges them with, and those of its dashed list."""
        form = "heading" if run.end >= section.title_end - 2 else "sentence"
        dashed = list(self._dashed(run.end, end)) if form == "heading" else []
        yield from self._each(section, run, form, run.end, dashed[0][0] if dashed else end)
        for (_, inner), (after, _) in pairwise([*dashed, (end, run)]):
            yield from self._each(section, inner, "list", inner.end, after)

    def orders(self, start: int, end: int) -> Iterator[Assignment]:
        """ "Giao Sở ...", also behind a comma, before the first section: other sentences there tell of the issuer."""
        for first, last in self._spans(start, end):
            after = agencies.order_within(self.bare[first:last].replace("\n", " "))
            run = self._at(first + after, last) if after else None
            if run is not None:
                yield from self._each(None, run, "order", run.end, last)

    def sentences(self, section: Section) -> Iterator[Assignment]:
        """ "Giao Sở ... chủ trì", "Sở ... chủ trì" and "- Sở ...: ..." in a section of another heading."""
        done = section.title_start
        spans = list(self._spans(section.title_start, section.body_end))
        for at, (start, stop) in enumerate(spans):
            if start < done:
                continue
            dash = _DASH.match(self.plain, start)
            begin = dash.end() if dash else start
            after = agencies.order(self.bare, begin) or self._order_within(begin, stop)
            run = self._at(after or begin, section.body_end)
            if run is None or not (after or self._acts(run.end, section.body_end)):
                continue
            done = max(stop, run.end + 1)
            last = stop if stop > run.end else next((end for _, end in spans[at : at + 40] if end > run.end), stop)
            yield from self._each(section, run, "order" if after else ("list" if dash else "sentence"), run.end, last)
            done = last

    def _order_within(self, start: int, stop: int) -> int | None:
        """An order behind a comma in a sentence that does not begin with the one who is charged."""
        if agencies.opens(self.bare[start : start + 80]):
            return None
        after = agencies.order_within(self.bare[start:stop].replace("\n", " "))
        return start + after if after else None

    def _at(self, start: int, end: int) -> Run | None:
        stop = min(end, start + _REACH)
        if not self.plain[start : start + 1].isalpha():
            return None
        run = agencies.run(self.plain[start:stop], self.bare[start:stop].replace("\n", " "))
        named = run and (self.plain[start].isupper() or self.bare.startswith(("cac ", "co quan ", "don vi "), start))
        return run.moved(start) if run and named else None

    def _works(self, at: int, end: int) -> bool:
        """Whether what follows a run of agencies is work: a colon, or words in small letters."""
        rest = self.plain[at : min(end, at + 40)].lstrip(" ,;\n")
        return bool(rest) and (rest[0] == ":" or rest[0].islower())

    def _acts(self, at: int, end: int) -> bool:
        rest = self.bare[at : min(end, at + 90)].replace("\n", " ").lstrip(" ,")
        return rest[:1] == ":" or agencies.acts(rest)

    def _dashed(self, start: int, end: int) -> Iterator[tuple[int, Run]]:
        """Lines "- agency: tasks", with the offsets where they begin."""
        for match in _ITEM.finditer(self.plain, start, end):
            dash = _DASH.match(self.plain, match.end())
            run = self._at(dash.end() if dash else match.end(), end)
            if run and self.plain[run.end : run.end + 2].lstrip()[:1] == ":":
                yield match.end(), run

    def _each(self, section: Section | None, run: Run, form: str, start: int, end: int) -> Iterator[Assignment]:
        tasks = tuple(self._tasks(start, end))
        first = tasks[0] if tasks else None
        piece = slice(first.start, first.end) if first else slice(0)
        partners = agencies.partners(self.plain[piece], self.bare[piece].replace("\n", " "))
        for agency in run.agencies:
            yield Assignment(
                section.path if section else None, agency.name, agency.start, agency.end, form, tasks, partners
            )

    def _tasks(self, start: int, end: int) -> Iterator[Task]:
        lead = _LEADS.match(self.plain, start)
        for first, last in self._spans(lead.end() if lead else start, end):
            mark = _DASH.match(self.plain, first) or _LABEL.match(self.plain, first)
            part = self.source.part(mark.end() if mark else first, last)
            if len(part.text) < _SHORTEST:
                continue
            bare = self.bare[part.start : part.end].replace("\n", " ")
            if _CLOSES.match(bare):
                return
            due = deadlines.find(bare, self.issued)
            raw = tidy(self.source.text[part.start + due.start : part.start + due.end]) if due else None
            yield Task(part.start, part.end, part.text, due.day if due else None, raw)

    def _spans(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Sentences, items of lists and paragraphs; an empty line before a small letter is but a page's end."""
        begin = start
        for match in _SENTENCE.finditer(self.plain, start, end):
            paged = match[0].count("\n") > 1 and self.plain[match.end() : match.end() + 1].islower()
            if not paged:
                yield begin, match.start()
                begin = match.end()
        if begin < end:
            yield begin, end
