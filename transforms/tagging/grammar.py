"""The grammar of names: people, areas, bodies and offices as runs of tokens.

Every method takes the index of a token and answers the index after the run that it recognises, or None.
Each reads a bounded number of tokens, so that a text is read in linear time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transforms.tagging.lexicon import Lexicon
from transforms.tagging.view import TextView

LONGEST_NAME = 5
LONGEST_BODY = 22
LONGEST_AREA = 6
CONNECTORS = frozenset({"và", "&", "-", "/", "cho"})
NEVER_GIVEN = frozenset({"chủ", "phó", "ban", "trưởng", "ủy", "ông", "bà"})
PARENTS = frozenset({"sở", "bộ", "cục", "chi cục", "công ty", "tập đoàn", "trường", "viện", "đảng ủy", "trung tâm"})
FREE_KINDS = frozenset({"school", "firm"})
"""Bodies that may be called after a person or by any capitalised words."""
CLOSING = frozenset({"bộ", "sở", "ubnd", "ngành"})
STRICT_HEADS = frozenset({"bộ", "sở"})
"""Heads of bodies whose names are all made of listed words."""
ABBREVIATED = frozenset({"THPT", "THCS", "ĐH", "BV", "BVĐK", "HTX", "NXB", "BQL", "CTCP", "CLB"})
NOT_HEADS = {
    "sở": frozenset({"trụ", "cơ"}),
    "bộ": frozenset({"chi", "cán", "đảng", "toàn", "nội", "tiến", "đồng", "liên", "bắc", "nam", "trung", "cục", "đi"}),
    "hội": frozenset({"xã", "quốc", "đại", "hiệp", "lễ", "cơ", "chi", "giáo", "mạng", "dạ", "tổng"}),
    "viện": frozenset({"bệnh", "thư", "học", "nhập", "xuất", "nằm", "nghị"}),
    "trường": frozenset({"môi", "thị", "hiện", "quảng", "hội", "chủ", "lập", "công", "nông", "lâm", "chiến", "thương"}),
    "phòng": frozenset({"văn", "quốc", "đề", "dự", "hải", "biên", "căn", "phó", "trưởng"}),
    "đài": frozenset({"tượng", "lâu", "diễn"}),
    "vụ": frozenset({"nhiệm", "phục", "dịch", "nội", "nghĩa", "thường", "mùa", "đảng", "ngoại"}),
    "cục": frozenset({"tổng", "chi", "bố"}),
    "ban": frozenset({"phó", "trưởng"}),
    "trạm": frozenset(),
    "hạt": frozenset({"các", "từng"}),
    "đảng": frozenset({"của", "trong"}),
}
LEVELS = {"province": ("province",), "district": ("district",), "commune": ("commune",)}
CITY_LEVELS = ("province", "district")


def _inside(listed: tuple[int, str] | None) -> bool:
    return listed is not None and listed[1] == "yes"


class Grammar:
    """The grammar over one text."""

    def __init__(self, view: TextView, lexicon: Lexicon) -> None:
        self.view = view
        self.lexicon = lexicon
        tokens = view.tokens
        self.count = len(tokens)
        self.words, self.folded, self.capital, self.glue = tokens.words, tokens.folded, tokens.capital, tokens.glue

    def joined(self, index: int) -> bool:
        """Whether the token stands one blank after the one before it."""
        return index < self.count and self.glue[index] == " "

    # people

    def name_word(self, index: int) -> bool:
        """Whether the token may be a word of a person's name: a capital followed by small letters."""
        word = self.words[index]
        return self.capital[index] and word.isalpha() and (len(word) == 1 or word[1:].islower())

    def name_run(self, index: int) -> int:
        """End of the run of capitalised words that begins at ``index``, at most ``LONGEST_NAME`` of them."""
        end = index
        while end < self.count and end - index < LONGEST_NAME and (end == index or self.joined(end)):
            if not self.name_word(end):
                break
            end += 1
        return end

    def occurrences(self, names: Iterable[tuple[str, ...]]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """First token and name wherever one of ``names`` stands; at one place in the order of ``names``."""
        firsts: dict[str, list[tuple[str, ...]]] = {}
        for name in names:
            firsts.setdefault(name[0], []).append(name)
        for index in range(self.count if firsts else 0):
            for name in firsts.get(self.words[index], ()):
                if tuple(self.words[index : index + len(name)]) == name:
                    yield index, name

    def person(self, index: int) -> int | None:
        """A name with a listed surname: two to four capitalised words."""
        if index >= self.count or self.folded[index] not in self.lexicon.surnames or not self.name_word(index):
            return None
        end = min(self.name_run(index), index + 4)
        if end - index < 2 or (end - index == 2 and self.listed_area(index, CITY_LEVELS) == end):
            return None
        return None if any(word in NEVER_GIVEN for word in self.folded[index + 1 : end]) else end

    def likely_person(self, index: int) -> int | None:
        """A name that needs no further evidence: a common surname, three or four words, no place of that name."""
        end = self.person(index)
        if end is None or self.folded[index] not in self.lexicon.common_surnames or end - index < 3:
            return None
        return None if tuple(self.folded[index:end]) in self.lexicon.gazetteer.by_name else end

    # areas

    def listed_area(self, index: int, levels: tuple[str, ...]) -> int | None:
        """The longest name of a unit of these levels, as the gazetteer has it."""
        if index >= self.count or not (self.capital[index] or self.words[index].isdigit()):
            return None
        names = [self.lexicon.gazetteer.by_level.get(level, frozenset()) for level in levels]
        for end in range(min(index + LONGEST_AREA, self.count), index, -1):
            key = tuple(self.folded[index:end])
            if any(key in known for known in names) and self._capitalised(index, end):
                return end
        return None

    def _capitalised(self, index: int, end: int) -> bool:
        return all(self.capital[i] or not self.words[i].isalpha() for i in range(index, end)) and all(
            self.glue[i] != "\n" for i in range(index + 1, end)
        )

    def area_name(self, index: int, level: str, needs: str) -> int | None:
        """The name after an area's type word; unlisted names only where the type word asks for no list."""
        if not self.joined(index) and not (index < self.count and self.glue[index] == "" and needs != "capital"):
            return None
        levels = CITY_LEVELS if needs == "listed" else LEVELS.get(level, ())
        listed, person = self.listed_area(index, levels), self.person(index)
        if listed and person and person > listed and person - index > 2:
            return None
        if listed or (needs == "listed" and self._maybe_person(index)):
            return listed
        if needs == "road":
            return self._road_name(index)
        if level in ("district", "commune", "village") and self.words[index].isdigit():
            return index + 1 if len(self.words[index]) < 3 else None
        return self._free_name(index, level)

    def _maybe_person(self, index: int) -> bool:
        """Whether a province's type word may be a bare level before a person ("UBND tỉnh Nguyễn Văn An")."""
        return index >= self.count or self.folded[index] in self.lexicon.surnames or self.name_run(index) - index < 2

    def _free_name(self, index: int, level: str) -> int | None:
        """Capitalised words that are no person; a hyphen may join two of them."""
        person = self.person(index)
        shouted = len(self.words[index]) > 1 and self.words[index].isupper() and self.words[index - 1].isupper()
        if (person and person - index > 2 and level != "other") or shouted:
            return None
        end = index
        while end < self.count and end - index < 4 and (end == index or self.joined(end)):
            if not (self.capital[end] and self.words[end].isalpha()):
                break
            end += 1
        if level == "village" and end > index and self.joined(end) and self.words[end].isdigit():
            return end + 1
        hyphen = end + 2 < self.count and self.words[end] == "-" and self.capital[end + 1] and self.joined(end)
        if level == "other" and end > index and hyphen and self.joined(end + 1):
            return self._free_name(end + 1, level) or end
        return end if end > index else None

    def _road_name(self, index: int) -> int | None:
        word = self.words[index]
        if word[0].isdigit():
            return index + 1
        return self._free_name(index, "other")

    def area(self, index: int) -> int | None:
        """What may follow a body to say where: "tỉnh Lào Cai", "huyện", "Hà Nội", "Trung ương"."""
        found = self.lexicon.areas.match(self.folded, index)
        if found and found[1].split()[0] in LEVELS:
            end, payload = found
            level, needs = payload.split()
            return self.area_name(end, level, needs) or (end if self._bare_level(end) else None)
        if self.folded[index : index + 2] == ["trung", "ương"]:
            return index + 2
        return self.listed_area(index, CITY_LEVELS) or self._country(index)

    def _bare_level(self, end: int) -> bool:
        """A type word without name counts as the body's level unless a common noun follows (xã hội, thành phố mới)."""
        return not (end < self.count and self.folded[end] in ("hội", "viên", "lộ", "đội", "trưởng", "nghèo", "vùng"))

    def _country(self, index: int) -> int | None:
        found = self.lexicon.countries.match(self.folded, index) if self.capital[index] else None
        return found[0] if found else None

    # bodies

    def body(self, index: int, parent: bool = False, depth: int = 0) -> int | None:
        """A body; ``parent`` also allows a bare "Sở" where an office or another body governs it."""
        found = self.lexicon.bodies.match(self.folded, index)
        if found is None or depth > 3 or not self._one_line(index, found[0]) or self._no_head(index):
            return None
        end, kind = found
        tail = self._tail(index, end, kind, depth)
        if tail:
            return tail
        if kind == "fixed":
            return end if self.capital[index] else None
        if kind == "complete":
            return end if not (end < self.count and self.folded[end] == "viên") else None
        bare = " ".join(self.folded[index:end])
        return end if parent and (bare in PARENTS or kind == "relational") and self.capital[index] else None

    def _no_head(self, index: int) -> bool:
        """Whether the word before makes another word of the head (trụ sở) or a place of it (xã Trường Thành)."""
        if self.capital[index] and (self.listed_area(index, CITY_LEVELS) or self._country(index)):
            return True
        if not index or not self.joined(index):
            return False
        if self.capital[index] and self.folded[index - 1] in self.lexicon.common_surnames and self.capital[index - 1]:
            return len(self.words[index]) > 1 and not self.words[index].isupper()
        before = self.folded[index - 1]
        if not self.capital[index] or (self.words[index].isupper() and self.words[index - 1].isupper()):
            return before in NOT_HEADS.get(self.folded[index], ())
        return (
            before in ("xã", "phường", "huyện", "quận", "thôn", "ấp")
            and len(self.words[index]) > 1
            and not (self.words[index].isupper())
        )

    def _tail(self, index: int, end: int, kind: str, depth: int) -> int | None:
        capital = self.capital[index]
        if end >= self.count or self.glue[end] == "\n" or kind == "fixed":
            return None
        if kind == "complete":
            return self.area(end) if self.folded[end] != "viên" else None
        if kind == "relational":
            return self._relation(end, depth, capital)
        if not self._named(index, end):
            return None
        tail = self.name_end(end, free=kind in FREE_KINDS)
        return tail if tail and (capital or any(self.capital[end:tail])) else None

    def _named(self, index: int, end: int) -> bool:
        """Whether a name may begin at ``end``; small words after one-word heads and shouting are suspicious."""
        listed = self.lexicon.body_words.match(self.folded, end)
        shouted = self.words[index].isupper() and len(self.words[index]) > 1 and self.words[end].isupper()
        strict = self.folded[index] in STRICT_HEADS and end - index == 1
        if strict and not self.words[end][:2].isupper() and listed is None:
            return False
        if not self.capital[index] and end - index == 1 and self.words[end].isupper():
            named = self.lexicon.bodies.match(self.folded, end)
            return named is None and self.folded[index] in ("phòng", "sở", "bộ", "trường", "viện")
        if shouted and end - index < 3 and len(self.words[end]) > 1 and self.words[index] not in ABBREVIATED:
            return listed is not None
        return self.capital[end] or end - index > 1 or (self.capital[index] and (not strict or _inside(listed)))

    def _relation(self, end: int, depth: int, capital: bool) -> int | None:
        parent = self.body(end, parent=True, depth=depth + 1)
        if parent:
            return parent
        area = self.area(end)
        if area or not capital:
            return area
        return self.name_end(end) if self.lexicon.body_words.match(self.folded, end) and self.capital[end] else None

    def name_end(self, index: int, free: bool = False) -> int | None:
        """End of a body's own name: capitalised words, listed words of such names, and an area at the end."""
        if not free and self.area(index) and not self.lexicon.body_words.match(self.folded, index):
            return None
        at, end, fresh = index, None, True
        while at < self.count and at - index < LONGEST_BODY and (at == index or self.glue[at] != "\n"):
            closing = self._closing(at)
            if closing:
                return closing
            step = self._name_step(at, at == index, fresh, free)
            if step is None:
                if end is None or not self._connects(at):
                    break
                at, fresh = at + 1, True
                continue
            at, end, fresh = step, step, False
        return end

    def _closing(self, at: int) -> int | None:
        """An area, or the parent body, with which a name ends."""
        if self.lexicon.body_words.match(self.folded, at):
            return None
        area = self.area(at)
        if area and self.folded[at] == "trung" and area < self.count and self.glue[area] == " ":
            return self.area(area) or area
        if area is None and self.folded[at] in CLOSING and self.joined(at):
            return self.body(at, depth=2) if self.capital[at] else None
        return area

    def _connects(self, at: int) -> bool:
        """A connector with a word of a name after it, not with the head of another body or an office."""
        following = at + 1
        if following >= self.count or self.glue[following] == "\n":
            return False
        if self.words[at] == ";" and self.glue[at] == "" == self.glue[following]:
            return self.folded[at - 1].endswith("amp")
        if self.folded[at] not in CONNECTORS:
            return False
        listed = self.lexicon.body_words.match(self.folded, following) is not None
        if listed or self.words[at] == "&":
            return True
        heads = self.lexicon.bodies.match(self.folded, following) or self.lexicon.offices.match(self.folded, following)
        return self.capital[following] and heads is None and not self.likely_person(following)

    def _name_step(self, at: int, first: bool, fresh: bool, free: bool) -> int | None:
        compound = self.lexicon.body_words.match(self.folded, at)
        if compound and (self.capital[at] or compound[1] == "yes" or (fresh and compound[1] == "start")):
            return compound[0]
        if (
            self.folded[at] == "số"
            and (free or not first)
            and self.words[at + 1 : at + 2]
            and self.words[at + 1].isdigit()
        ):
            return at + 2
        if not (self.capital[at] and self.words[at][0].isalpha()):
            return at + 1 if not first and self._number_in_name(at) else None
        if not free and (self.likely_person(at) or (not first and self.folded[at] in self.lexicon.no_names)):
            return None
        if free and not first and self.lexicon.offices.match(self.folded, at):
            return None
        return self._with_second_syllable(at + 1)

    def _number_in_name(self, at: int) -> bool:
        return self.words[at].isdigit() and self.folded[at - 1] in ("khu", "vùng", "quân", "đoàn", "đạo")

    def _with_second_syllable(self, at: int) -> int:
        """A capitalised word takes the small word after it along, unless that opens a new phrase."""
        acronym = self.words[at - 1].isupper() and len(self.words[at - 1]) > 1
        if acronym or not self.joined(at) or self.capital[at] or not self.words[at].isalpha():
            return at
        if self.folded[at] in self.lexicon.stops or self.lexicon.areas.match(self.folded, at):
            return at
        compound = self.lexicon.body_words.match(self.folded, at)
        return at if compound and compound[0] - at > 1 else at + 1

    def _one_line(self, index: int, end: int) -> bool:
        return all(self.glue[i] != "\n" for i in range(index + 1, end))

    # offices

    def office(self, index: int) -> tuple[int, int | None, int | None] | None:
        """(end of the office, beginning and end of the body it governs); None where the words are no office."""
        found = self.lexicon.offices.match(self.folded, index)
        if found is None or not self._one_line(index, found[0]):
            return None
        end, kind = found
        if end - index == 1 and not self.capital[index] and kind == "headed" and self.folded[index] == "trưởng":
            return None
        at = self._modifier(end)
        unit = self._governed(at)
        if unit:
            return unit, at, unit
        return (end, None, None) if kind == "alone" else None

    def _modifier(self, end: int) -> int:
        if self.folded[end : end + 2] in (["thường", "trực"], ["phụ", "trách"], ["chuyên", "trách"]):
            following = end + 2
            if following < self.count and self.joined(following) and self.words[following] not in ",.;:":
                return following
        return end

    def _governed(self, at: int) -> int | None:
        if not self.joined(at):
            return None
        body = self.body(at, parent=True)
        if body:
            return body
        head = self.folded[at - 1]
        typed = head in ("tịch", "thư", "trực") and self.lexicon.areas.match(self.folded, at)
        area = self.area(at) if typed and typed[1].split()[0] in LEVELS else None
        if area and (area > at + 1 or self.folded[at] in ("tỉnh", "huyện", "xã")):
            return area
        if head in ("phòng", "ban", "khoa") and not self.likely_person(at) and not self.person(at):
            listed = self.lexicon.body_words.match(self.folded, at)
            return self.name_end(at) if listed or self.capital[at] else None
        return self._state(at)

    def _state(self, at: int) -> int | None:
        for words in (["nước"], ["quốc", "hội"], ["chính", "phủ"]):
            if self.folded[at : at + len(words)] == words:
                return at + len(words)
        return None
