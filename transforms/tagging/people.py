"""People (PER) with the offices that the same clause gives them, and bylines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from transforms.tagging.grammar import Grammar
from transforms.tagging.spans import Claims, Found
from transforms.tagging.words import CITY_LEVELS

_CREDIT = re.compile(
    r"(?<!\w)(?:Ảnh|Tin|Bài|Tin,? ảnh|Bài,? ảnh|Bài và ảnh|Tin bài|Thực hiện|Tác giả|Phóng viên|PV|Clip|Video"
    r"|Nguồn ảnh)(?: và ảnh)?\s?[:/]\s?"
)
_AGE = re.compile(
    r"\s?\(\s?(?:\d{1,3}(?:-\d{1,3})? tuổi|quốc tịch|sinh năm|SN|tên thật|bí danh)"
    r"|,\s(?:\d{1,3} tuổi|quốc tịch|sinh năm|SN|ngụ|trú|quê)"
)
FARTHEST_OFFICE = 14
MOST_OFFICES = 6
PAPERS = frozenset({"báo", "đài", "tạp"})
GIVING = frozenset({"chức", "vụ", "làm", "là"})
_BESIDE = frozenset({",", "-", ":", "và"})


class People:
    """Finds the people of one text, given its offices and what other rules have claimed."""

    def __init__(self, grammar: Grammar, offices: list[Found], claims: Claims) -> None:
        self.grammar = grammar
        self.claims = claims
        self.tokens = grammar.view.tokens
        self.offices_by_end = {office.end: office for office in offices}
        self.offices_by_start = {office.start: office for office in offices}
        self.found: dict[int, Found] = {}
        self.seen: set[tuple[str, ...]] = set()
        self.taken: set[int] = set()
        self.person_ends: set[int] = set()
        self.title_ends = self._title_ends()
        self.ages = {match.start() for match in _AGE.finditer(grammar.view.plain)}
        """Offsets at which an age, a nationality or a home follows."""

    def _title_ends(self) -> set[int]:
        """Indices of tokens that follow a title ("ông", "Thượng tá", "TS.")."""
        ends: set[int] = set()
        folded, titles = self.grammar.folded, self.grammar.lexicon.titles
        firsts = titles.firsts
        for index in [i for i, word in enumerate(folded) if word in firsts]:
            found = titles.match(folded, index)
            if found:
                end = found[0]
                if end < self.grammar.count and self.grammar.words[end] in ".:":
                    end += 1
                ends.add(end)
                country = self.grammar.country(end) if end < self.grammar.count else None
                if country:
                    ends.add(country)
        return ends

    def run(self) -> list[Found]:
        """Every person, in order; a name found once is found everywhere in the text."""
        for index in range(self.grammar.count):
            if self.grammar.capital[index]:
                self._consider(index)
        self._credits()
        self._bylines()
        self._repeat()
        return sorted(self.found.values(), key=lambda person: person.start)

    def _consider(self, index: int) -> None:
        start = self.tokens.starts[index]
        if not self.claims.free(start, start + 1) or (index + 1 in self.title_ends and self._titled(index)):
            return
        evidence = self._evidence(index)
        if evidence:
            end, rule = evidence
            self._add(index, end, rule)

    def _titled(self, index: int) -> bool:
        """Whether the word is a title before a name of its own ("Ông Lê Văn An")."""
        found = self.grammar.lexicon.titles.match(self.grammar.folded, index)
        return found is not None and found[0] == index + 1 and self.grammar.person(index + 1) is not None

    def _evidence(self, index: int) -> tuple[int, str] | None:
        """(end of the name, rule) at ``index``: an office or a title before it, an office or an age after it."""
        found = self._told(index)
        inside = found and index and (self.grammar.listed_area(index - 1, CITY_LEVELS) or 0) > index
        return None if inside else found

    def _told(self, index: int) -> tuple[int, str] | None:
        listed = self.grammar.person(index)
        left = self._office_before(index)
        if left or (index in self.title_ends and not self._placed(index, shortest=3)):
            end = listed or self._strong_name(index)
            return (end, "office-before" if left else "title") if end else None
        if listed and self.grammar.likely(index, listed) and not self._placed(index) and not self._water(index, listed):
            return listed, "surname"
        if listed and (self._office_after(listed) or self._listed_beside(index, listed) or self._aged(listed)):
            return listed, "beside"
        titled = self.grammar.lexicon.titles.match(self.grammar.folded, index)
        strong = self._strong_name(index) if self.ages and not titled else None
        return (strong, "beside") if strong and self._aged(strong) else None

    def _water(self, index: int, end: int) -> bool:
        """Whether the text also writes the surname small: "Hồ Kẻ Gỗ" at the beginning, "hồ Kẻ Gỗ" elsewhere."""
        if self.grammar.lexicon.areas.match(self.grammar.folded, index) is None:
            return False
        name = self.grammar.view.plain[self.tokens.starts[index] : self.tokens.ends[end - 1]]
        return name[:1].lower() + name[1:] in self.grammar.view.plain

    def _strong_name(self, index: int) -> int | None:
        """A name with an unlisted surname: two to four capitalised words none of which opens a common phrase."""
        end = min(self.grammar.name_run(index), index + 4)
        if end - index < 2 and not self.grammar.prefixed(index):
            return None
        if self.grammar.folded[index] in self.grammar.lexicon.no_names:
            return None
        key = tuple(self.grammar.folded[index:end])
        if (
            self.grammar.lexicon.offices.match(self.grammar.folded, index)
            or key in self.grammar.lexicon.gazetteer.by_name
        ):
            return None
        return None if self.grammar.lexicon.countries.match(self.grammar.folded, index) else end

    def _office_before(self, index: int) -> Found | None:
        """The office that ends right before ``index``, military ranks and a comma or colon between allowed."""
        at = index
        for _ in range(4):
            if at == 0:
                return None
            office = self.offices_by_end.get(self.tokens.ends[at - 1])
            if office:
                return office if at == index or office.start not in self.taken else None
            if not (self.grammar.words[at - 1] in (":", ",") or at in self.title_ends):
                return None
            at -= 1 if self.grammar.words[at - 1] in ".:," else self._title_length(at)
        return None

    def _title_length(self, at: int) -> int:
        for length in (4, 3, 2, 1):
            found = self.grammar.lexicon.titles.match(self.grammar.folded, at - length) if at >= length else None
            if found and found[0] == at:
                return length
        return 1

    def _office_after(self, end: int) -> bool:
        """ ", ROLE" or " - ROLE" after the name."""
        if end + 1 >= self.grammar.count or self.grammar.words[end] not in (",", "-", "(", "/"):
            return False
        return self.tokens.starts[end + 1] in self.offices_by_start

    def _aged(self, end: int) -> bool:
        return self.tokens.ends[end - 1] in self.ages

    def _listed_beside(self, index: int, end: int) -> bool:
        """Beside a person in an enumeration: "Lê A, Trần B và Phạm C"."""
        if index < 2 or self.grammar.words[index - 1] not in (",", "-", "và", ";"):
            return False
        before = self.tokens.ends[index - 2]
        return before in self.person_ends and end - index >= 2

    def _placed(self, index: int, shortest: int = 1) -> bool:
        """Whether a type word of an area, a body or a road stands before the name, of so many syllables at least."""
        for length in range(shortest, 5):
            if index >= length:
                found = self.grammar.lexicon.areas.match(self.grammar.folded, index - length)
                if found and found[0] == index and self.grammar.is_type(index - length):
                    in_province = found[1].startswith("province")
                    return not in_province or self.grammar.listed_area(index, ("province",)) is not None
        return False

    def _add(self, index: int, end: int, rule: str, credit: bool = False) -> None:
        start, stop = self.tokens.starts[index], self.tokens.ends[end - 1]
        if not self.claims.claim(start, stop):
            return
        name = self.grammar.view.plain[start:stop]
        person = Found("PER", start, stop, rule, norm=name, credit=credit)
        person.roles = [] if credit else self._roles(index, end)
        self.taken.update(office.start for office in person.roles)
        self.found[start] = person
        self.person_ends.add(stop)
        self.seen.add(tuple(self.grammar.words[index:end]))

    def _roles(self, index: int, end: int) -> list[Found]:
        left = self._office_before(index)
        if left and self.grammar.words[index - 1] != ",":
            return self._offices_before(left)
        return self._roles_after(end) or ([left] if left else self._given(end))

    def _given(self, end: int) -> list[Found]:
        """The office of "X được bổ nhiệm giữ chức Y", "X là Y", within the clause."""
        for at in range(end, min(end + FARTHEST_OFFICE, self.grammar.count)):
            if (
                self.grammar.words[at] in ".;:"
                or self.grammar.glue[at] == "\n"
                or (at in self.title_ends and at > end + 1)
            ):
                return []
            office = self.offices_by_start.get(self.tokens.starts[at])
            if office:
                given = self.grammar.folded[at - 1] in GIVING and "thôi" not in self.grammar.folded[end:at]
                return [office] if given else []
        return []

    def _offices_before(self, last: Found) -> list[Found]:
        """The offices of "ROLE, ROLE NAME" that no other person has."""
        offices = [last]
        plain = self.grammar.view.plain
        while len(offices) < MOST_OFFICES:
            start = offices[0].start
            earlier = self.offices_by_end.get(start - 2) if plain[max(0, start - 2) : start] == ", " else None
            if earlier is None or earlier.start in self.taken:
                break
            offices.insert(0, earlier)
        return offices

    def _roles_after(self, end: int) -> list[Found]:
        """The offices of ", ROLE, ROLE" or " - ROLE, ROLE"."""
        roles: list[Found] = []
        at = end
        while at + 1 < self.grammar.count and self.grammar.words[at] in (",", "-", "(", "/", ";"):
            following = at + 1
            if self.grammar.folded[following] in ("nguyên", "cựu", "hiện", "là"):
                following += 1
            office = (
                self.offices_by_start.get(self.tokens.starts[following]) if following < self.grammar.count else None
            )
            if office is None or (roles and self._leads_to_name(office)):
                break
            roles.append(office)
            at = self._index_after(office.end)
        return roles

    def _index_after(self, offset: int) -> int:
        at = offset
        plain = self.grammar.view.plain
        while at < len(plain) and plain[at].isspace():
            at += 1
        return self._or_end(self.tokens.starting(at))

    def _or_end(self, index: int | None) -> int:
        return self.grammar.count if index is None else index

    def _leads_to_name(self, office: Found) -> bool:
        """Whether the office belongs to the next person: "A, Bí thư X, Chủ tịch Y Trần B"."""
        following = self._index_after(office.end)
        return following < self.grammar.count and self.grammar.person(following) is not None

    def _credits(self) -> None:
        for match in _CREDIT.finditer(self.grammar.view.plain):
            index = self._behind_agency(self.tokens.starting(match.end()))
            while index is not None:
                index = self._credited(index)

    def _behind_agency(self, index: int | None) -> int | None:
        """The name behind an agency's letters: "Ảnh: BGP/Trâm Anh"."""
        if index is None or index + 2 >= self.grammar.count or self.grammar.words[index + 1] != "/":
            return index
        return index + 2 if self.grammar.words[index].isupper() and len(self.grammar.words[index]) > 1 else index

    def _credited(self, index: int) -> int | None:
        """Marks the name at ``index`` as a credit; answers the index of a further name beside it."""
        end = self.grammar.name_run(index)
        if end - index < 2 or end - index > 4 or self.grammar.folded[index] in PAPERS:
            return None
        start = self.tokens.starts[index]
        if start in self.found:
            self.found[start].credit = True
        else:
            self._add(index, end, "credit", credit=True)
        beside = end + 1 < self.grammar.count and self.grammar.words[end] in _BESIDE and self.grammar.glue[end] != "\n"
        return end + 1 if beside else None

    def _bylines(self) -> None:
        """Lines near the end that are nothing but names: "Lê An - Trần Bình"."""
        plain = self.grammar.view.plain
        for start, line in _lines(plain, max(0, len(plain) - 600)):
            index = self.tokens.starting(start)
            if index is None or len(line) > 60 or start == 0:
                continue
            if _is_byline(line) and self._byline_like(index, line):
                next_index: int | None = index
                while next_index is not None:
                    next_index = self._credited(next_index)

    def _byline_like(self, index: int, line: str) -> bool:
        end = self.grammar.name_run(index)
        if self.grammar.folded[index] in self.grammar.lexicon.no_names:
            return False
        if self.grammar.listed_area(index, ("province",)) == end:
            return False
        whole = self.tokens.ends[end - 1] >= self.tokens.starts[index] + len(line)
        return not whole or self.grammar.folded[index] in self.grammar.lexicon.surnames or end - index in (2, 3)

    def _repeat(self) -> None:
        """Names that were found are found again wherever they stand."""
        for index, name in self.grammar.occurrences(sorted(self.seen, key=lambda name: (-len(name), name))):
            if not self._placed(index):
                self._add(index, index + len(name), "repeated")


def _lines(text: str, begin: int) -> Iterator[tuple[int, str]]:
    start = text.find("\n", begin) + 1
    while 0 < start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, text[start:end].rstrip(" .")
        start = end + 1


def _is_byline(line: str) -> bool:
    """Names alone, or a name before a slash and its unit ("Bình Minh/Trung tâm TT&VH")."""
    parts = re.split(r"\s?[-,]\s|\s-", line.split("/")[0])
    return all(_is_name(part) for part in parts)


def _is_name(part: str) -> bool:
    words = part.split()
    return 2 <= len(words) <= 4 and all(word[0].isupper() and word[1:].islower() and word.isalpha() for word in words)
