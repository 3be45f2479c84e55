"""Who is to do what by when: agencies in headings, as subjects of sentences, behind "Giao" and in dashed lists."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import pairwise

from transforms.documents.structure import agencies, deadlines
from transforms.documents.structure.agencies import Run
from transforms.documents.structure.model import Assignment, Section, Task
from transforms.documents.structure.source import Source, tidy

_SENTENCE = re.compile(r"(?<=[.;])\s{1,6}(?=[\"“(+•-]?\s?[^\W\d_a-zà-ỹđ])|\n\s{0,6}(?=[-+•]\s)|\n\s{0,6}\n\s{0,6}")
_DASH = re.compile(r"[-+•]\s{0,3}")
_SHORTEST = 15  # characters of a task
_LEADS = re.compile(r"\s{0,3}[:.,;-]?\s{0,3}")
_COLLECTIVE = re.compile(r"(?:theo chuc nang|can cu|tren co so)")


def read_assignments(source: Source, sections: tuple[Section, ...], issued: dt.date | None) -> tuple[Assignment, ...]:
    """The assignments of the sections in order; a heading's tasks run to its end, those of charged subsections apart."""
    reader = _Reader(source, issued)
    found: list[Assignment] = []
    for index, section in enumerate(sections):
        found += reader.section(section, _owned_end(sections, index, reader))
    return tuple(found)


def _owned_end(sections: tuple[Section, ...], index: int, reader: _Reader) -> int:
    """Where the section's own work ends: at the first subsection that charges somebody itself."""
    section = sections[index]
    at = index + 1
    while at < len(sections) and sections[at].start < section.end:
        if reader.charged(sections[at]):
            return sections[at].start
        at += 1
    return section.end


class _Reader:
    def __init__(self, source: Source, issued: dt.date | None) -> None:
        self.source, self.issued = source, issued
        self._known: dict[int, Run | None] = {}

    def charged(self, section: Section) -> bool:
        """Whether the section begins with agencies."""
        return self._run(section) is not None

    def section(self, section: Section, end: int) -> Iterator[Assignment]:
        """The assignments that a section makes in its own words."""
        run = self._run(section)
        if run is not None:
            yield from self._made(section, run, end)
            return
        for start, stop in self._sentences(section.title_start, section.body_end):
            yield from self._sentence(section, start, stop)

    def _run(self, section: Section) -> Run | None:
        if section.start not in self._known:
            self._known[section.start] = self._agencies(section)
        return self._known[section.start]

    def _agencies(self, section: Section) -> Run | None:
        """The agencies with which a section begins, where its words go on with work or stop."""
        start, limit = section.title_start, max(section.title_end, min(section.body_end, section.title_start + 400))
        plain, bare = self.source.plain[start:limit].replace("\n", " "), self.source.bare[start:limit].replace("\n", " ")
        if not plain or not (plain[0].isupper() or plain[0] == '"'):
            return None
        run = agencies.run(plain[: section.title_end - start], bare[: section.title_end - start])
        if run and run.end >= len(plain[: section.title_end - start].rstrip(" .:;")):
            return _moved(run, start)
        longer = agencies.run(plain, bare)
        return _moved(longer, start) if longer and self._works(plain, bare, longer.end) else None

    def _works(self, plain: str, bare: str, end: int) -> bool:
        """Whether what follows a run of agencies is work: a colon, or words in small letters."""
        rest = plain[end:].lstrip(" ,;")
        return bool(rest) and (rest[0] == ":" or rest[0].islower())

    def _made(self, section: Section, run: Run, end: int) -> Iterator[Assignment]:
        form = "heading" if run.end >= section.title_end - 2 else "sentence"
        dashed = list(self._dashed(run.end, end)) if form == "heading" else []
        stop = dashed[0][0] if dashed else end
        tasks = tuple(self._tasks(run.end, stop))
        yield from self._each(section, run, form, tasks)
        for (start, inner), (after, _) in pairwise([*dashed, (end, None)]):
            if inner is not None:
                yield from self._each(section, inner, "list", tuple(self._tasks(inner.end, after)))

    def _dashed(self, start: int, end: int) -> Iterator[tuple[int, Run | None]]:
        """Lines "- agency: tasks", with the offsets where they begin."""
        for match in re.finditer(r"\n\s{0,6}(?=[-+•]\s)", self.source.plain[start:end]):
            at = start + match.end()
            dash = _DASH.match(self.source.plain, at)
            run = self._at(dash.end() if dash else at, end)
            if run and self.source.plain[run.end : run.end + 2].lstrip()[:1] == ":":
                yield at, run

    def _at(self, start: int, end: int) -> Run | None:
        stop = min(end, start + 400)
        plain, bare = self.source.plain[start:stop].replace("\n", " "), self.source.bare[start:stop].replace("\n", " ")
        run = agencies.run(plain, bare) if plain[:1].isupper() else None
        return _moved(run, start) if run else None

    def _sentence(self, section: Section, start: int, stop: int) -> Iterator[Assignment]:
        """"Giao Sở ... chủ trì", "Sở ... chủ trì" and "- Sở ...: ..." inside a section of another heading."""
        dash = _DASH.match(self.source.plain, start)
        begin = dash.end() if dash else start
        after = agencies.order(self.source.bare, begin)
        run = self._at_order(after, stop) if after else self._at(begin, stop)
        if run is None or (not after and not self._is_subject(run, stop)):
            return
        form = "order" if after else ("list" if dash else "sentence")
        yield from self._each(section, run, form, tuple(self._tasks(run.end, stop)))

    def _at_order(self, start: int, end: int) -> Run | None:
        stop = min(end, start + 400)
        run = agencies.run(self.source.plain[start:stop].replace("\n", " "), self.source.bare[start:stop].replace("\n", " "))
        return _moved(run, start) if run else None

    def _is_subject(self, run: Run, stop: int) -> bool:
        after = self.source.plain[run.end : stop].lstrip()
        return after[:1] == ":" or agencies.acts(self.source.bare[run.end : stop].lstrip())

    def _each(self, section: Section, run: Run, form: str, tasks: tuple[Task, ...]) -> Iterator[Assignment]:
        first = tasks[0] if tasks else None
        partners = agencies.partners(first.text, self.source.bare[first.start : first.end]) if first else ()
        for agency in run.agencies:
            name = tidy(agency.name)
            yield Assignment(section.path, name, agency.start, agency.end, form, tasks, partners)

    def _tasks(self, start: int, end: int) -> Iterator[Task]:
        lead = _LEADS.match(self.source.plain, start)
        for first, last in self._sentences(lead.end() if lead else start, end):
            dash = _DASH.match(self.source.plain, first)
            part = self.source.part(dash.end() if dash else first, last)
            if len(part.text) < _SHORTEST:
                continue
            bare = self.source.bare[part.start : part.end].replace("\n", " ")
            due = deadlines.find(bare, self.issued)
            raw = tidy(self.source.text[part.start + due.start : part.start + due.end]) if due else None
            yield Task(part.start, part.end, part.text, due.day if due else None, raw)

    def _sentences(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        begin = start
        for match in _SENTENCE.finditer(self.source.plain, start, end):
            if self._cut_by_page(match, end):
                continue
            yield begin, match.start()
            begin = match.end()
        yield begin, end

    def _cut_by_page(self, match: re.Match[str], end: int) -> bool:
        """An empty line before a small letter is a page break inside a sentence."""
        following = self.source.plain[match.end() : match.end() + 1]
        return match[0].count("\n") > 1 and following.islower() and match.end() < end


def _moved(run: Run, by: int) -> Run:
    moved = tuple(agencies.Agency(each.start + by, each.end + by, each.name) for each in run.agencies)
    return Run(moved, run.end + by)
