"""The grammar of bodies and offices as runs of tokens.

Every method takes the index of a token and answers the index after the run that it recognises, or None.
Each reads a bounded number of tokens, so that a text is read in linear time.
"""

from __future__ import annotations

from transforms.tagging.view import fold_key
from transforms.tagging.words import AREA_LEVELS, CITY_LEVELS, LEVELS, ROMAN, Words

LONGEST_BODY = 22
CONNECTORS = frozenset({"và", "&", "-", "/", "cho"})
PARENTS = frozenset(
    fold_key(word)
    for word in ("sở", "bộ", "cục", "chi cục", "công ty", "tập đoàn", "trường", "viện", "đảng ủy", "trung tâm")
)
FREE_KINDS = frozenset({"school", "firm"})
"""Bodies that may be called after a person or by any capitalised words."""
CLOSING = frozenset({"bộ", "sở", "ubnd", "ngành"})
COMMON_HEADS = frozenset(
    {"công ty", "viện", "trường", "câu lạc bộ", "hiệp hội", "ngân hàng", "trung tâm", "quỹ", "nhà máy", "liên minh"}
)
"""Heads that are common nouns where only one small word follows (Công ty tư vấn, Trung tâm đào tạo)."""
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


def _inside(listed: tuple[int, str] | None) -> bool:
    return listed is not None and listed[1] == "yes"


class Grammar(Words):
    """The grammar of bodies and offices over one text."""

    def body(self, index: int, parent: bool = False, depth: int = 0) -> int | None:
        """A body; ``parent`` also allows a bare "Sở" where an office or another body governs it."""
        found = self.lexicon.bodies.match(self.folded, index)
        if found is None or depth > 3 or not self._one_line(index, found[0]) or self._no_head(index):
            return None
        end, kind = found
        tail = self._tail(index, end, kind, depth)
        if tail:
            return tail
        if kind in ("fixed", "national", "brand"):
            return end if self.capital[index] else None
        if kind == "complete":
            return end if not (end < self.count and self.folded[end] == "viên") else None
        bare = " ".join(self.folded[index:end])
        relative = bare in PARENTS or kind in ("relational", "numbered")
        return end if parent and relative and self.capital[index] else None

    def _no_head(self, index: int) -> bool:
        """Whether the word before makes another word of the head (trụ sở) or a place of it (xã Trường Thành)."""
        if self.capital[index] and (self.listed_area(index, CITY_LEVELS) or self.country(index)):
            return True
        if not index or not self.joined(index):
            return False
        if self.capital[index] and self.folded[index - 1] in self.lexicon.common_surnames and self.capital[index - 1]:
            return len(self.words[index]) > 1 and not self.words[index].isupper()
        before = self.folded[index - 1]
        if not self.capital[index] or (self.words[index].isupper() and self.words[index - 1].isupper()):
            return before in NOT_HEADS.get(self.folded[index], ())
        if len(self.words[index]) == 1 or self.words[index].isupper():
            return False
        typed = self.lexicon.areas.match(self.folded, index - 1)
        return typed is not None and typed[0] == index and not typed[1].startswith("province")

    def _tail(self, index: int, end: int, kind: str, depth: int) -> int | None:
        capital = self.capital[index]
        if end >= self.count or self.glue[end] == "\n" or kind == "fixed":
            return None
        if kind == "complete":
            return self.area(end) if self.folded[end] != "viên" else None
        if kind == "brand":
            return self._branch(end) if capital else None
        if kind in ("relational", "numbered", "national"):
            numbered = self._numbered(end) if kind == "numbered" else None
            return numbered or self._relation(end, depth, capital)
        if not self._named(index, end):
            return None
        tail = self.name_end(end, kind in FREE_KINDS, depth)
        if tail is None or any(self.capital[end:tail]):
            return tail
        common = tail - end <= 2 and " ".join(self.folded[index:end]) in COMMON_HEADS
        return tail if capital and not common else None

    def _branch(self, end: int) -> int | None:
        """ "VNPT Hà Nội", "FPT Software": a brand's branch or daughter."""
        if not self.joined(end):
            return None
        at = end
        while self.joined(at) and at - end < 2 and self.capital[at] and self.foreign(at):
            at += 1
        return (self.area(at) if self.joined(at) and self.capital[at] else None) or (at if at > end else None)

    def _numbered(self, at: int) -> int | None:
        """ "127", "số 2", "5 Hải quân", "3 tỉnh Đồng Tháp" after the head of a numbered body."""
        at += self.folded[at] == "số"
        if not self.ordinal(at):
            return None
        end = at + 1
        arm = self.lexicon.body_words.match(self.folded, end) if self.joined(end) and self.capital[end] else None
        if arm:
            return arm[0]
        typed = self.lexicon.areas.match(self.folded, end) if self.joined(end) else None
        return (self.area(end) if typed and typed[1].split()[0] in LEVELS else None) or end

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
        branch = end + 2 if self.folded[end : end + 2] == ["chi", "nhánh"] else end
        area = self._zone(end) or self.area(branch)
        if area or not capital:
            return area
        named = self.capital[end] and self.lexicon.body_words.match(self.folded, end)
        return self.name_end(end, depth=depth) if named else None

    def name_end(self, index: int, free: bool = False, depth: int = 0) -> int | None:
        """End of a body's own name: capitalised words, listed words of such names, and an area at the end.

        ``depth``: in how many other bodies' names it stands.
        """
        if not free and self.area(index) and not self.lexicon.body_words.match(self.folded, index):
            return None
        at, end, fresh = index, None, True
        while at < self.count and at - index < LONGEST_BODY and (at == index or self.glue[at] != "\n"):
            closing = self._closing(at, depth)
            if closing and not (free and self._continues(closing)):
                return closing
            if closing:
                at, end, fresh = closing, closing, False
                continue
            step = self._name_step(at, at == index, fresh, free)
            if step is None:
                if end is None or not self._connects(at):
                    break
                at, fresh = at + 1, True
                continue
            at, end, fresh = step, step, False
        return end

    def _closing(self, at: int, depth: int) -> int | None:
        """An area, or the parent body, with which a name ends."""
        zone = self._zone(at)
        if zone or self.lexicon.body_words.match(self.folded, at):
            return zone
        area = self.area(at)
        if area and self._typed_area(area):
            return self.area(area)
        if area and self.folded[at] == "trung" and area < self.count and self.glue[area] == " ":
            return self.area(area) or area
        if area is None and self.folded[at] in CLOSING and self.joined(at):
            return self.body(at, depth=max(2, depth + 1)) if self.capital[at] else None
        return area

    def _continues(self, at: int) -> bool:
        """Whether a name goes on behind a hyphen: "Hà Nội - Amsterdam"."""
        if not (self.joined(at) and self.words[at] == "-" and self.joined(at + 1)):
            return False
        return self.capital[at + 1] and not self.likely_person(at + 1)

    def _zone(self, at: int) -> int | None:
        """ "khu vực XVIII", "khu vực Long Thành"."""
        if self.folded[at : at + 2] != ["khu", "vực"] or not self.joined(at + 2):
            return None
        if self.numeral(at + 2):
            return at + 3
        return self.listed_area(at + 2, AREA_LEVELS)

    def _typed_area(self, at: int) -> bool:
        """Whether an area with its type word and name follows at once ("Hà Nội huyện Thanh Trì")."""
        found = self.lexicon.areas.match(self.folded, at) if self.joined(at) else None
        return found is not None and found[1].split()[0] in LEVELS and found[0] < self.count and self.capital[found[0]]

    def _connects(self, at: int) -> bool:
        """A connector with a word of a name after it, not with the head of another body or an office."""
        following = at + 1
        if following >= self.count or self.glue[following] == "\n":
            return False
        if self.words[at] == ";" and self.glue[at] == "" == self.glue[following]:
            return self.folded[at - 1].endswith("amp")
        if self.folded[at] == "của":
            return self.folded[following : following + 2] == ["quốc", "hội"]
        if self.folded[at] not in CONNECTORS:
            return False
        listed = self.lexicon.body_words.match(self.folded, following) is not None
        head = self.lexicon.bodies.match(self.folded, following)
        if head and head[1] in FREE_KINDS and self.capital[following]:
            return False
        if listed or self.words[at] == "&":
            return True
        heads = head or self.lexicon.offices.match(self.folded, following)
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
            return at + 1 if self._number_in_name(at, first) else None
        if not free and (self.likely_person(at) or (not first and self.folded[at] in self.lexicon.no_names)):
            return None
        if free and not first and self.lexicon.offices.match(self.folded, at):
            return None
        beside = not first and self.joined(at) and self.name_word(at - 1)
        return at + 1 if beside or self.foreign(at) else self._with_second_syllable(at + 1)

    def _number_in_name(self, at: int, first: bool) -> bool:
        """ "khu 4" within a name; "Bệnh viện 108", "Cấp cứu 115", "Quân y 103" by their three digits."""
        before = self.folded[at - 1]
        if before in ("viện", "cứu", "y") and len(self.words[at]) == 3:
            return self.numeral(at)
        return not first and self.words[at].isdigit() and before in ("khu", "vùng", "quân", "đoàn", "đạo")

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
        if index and self.folded[index - 1 : index + 1] == ["ban", "giám"]:
            return None
        if end - index == 1 and not self.capital[index] and kind == "headed" and self.folded[index] == "trưởng":
            return None
        at = self._modifier(end)
        unit = self._governed(at)
        shared = self._shared(index, end)
        if shared and shared[1] > (unit or 0):
            return shared[1], *shared
        if unit:
            return unit, at, unit
        if at < self.count and self.joined(at) and self._acronym(at):
            owner = self.body(at + 2, parent=True) if self.folded[at + 1 : at + 2] == ["của"] else None
            return (owner, at + 2, owner) if owner else (at + 1, at, at + 1)
        return (end, None, None) if kind == "alone" else None

    def _shared(self, index: int, end: int) -> tuple[int, int] | None:
        """The unit that begins with the office's last words: "Trưởng Đoàn ĐBQH tỉnh", "Trưởng thôn Na Ca"."""
        for at in range(end - 1, max(index, end - 3), -1):
            unit = self.body(at, depth=1) if self.capital[at] else None
            typed = self.lexicon.areas.match(self.folded, at)
            if unit is None and typed and typed[1].startswith("village") and typed[0] == end:
                unit = self.area_name(end, "village", "name")
            if unit and unit > end:
                return at, unit
        return None

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
        if head == "trưởng" and self.folded[at - 2] in ("bộ", "thứ") and self.capital[at]:
            field = self.lexicon.body_words.match(self.folded, at)
            return self.name_end(at) if field else None
        if head in ("tịch", "thư") and self.folded[at : at + 3] != ["hồ", "chí", "minh"]:
            province = self.listed_area(at, ("province",))
            if province:
                return province
        if head in ("phòng", "ban", "khoa") and not self.likely_person(at) and not self.person(at):
            listed = self.lexicon.body_words.match(self.folded, at)
            return self.name_end(at) if listed or self.capital[at] else None
        return self._state(at)

    def _acronym(self, at: int) -> bool:
        """A body by its letters alone ("Tổng Giám đốc ACV")."""
        word = self.words[at]
        shouted = self.words[at - 1].isupper() and len(self.words[at - 1]) > 1
        return (
            word.isalpha() and word.isupper() and 2 <= len(word) <= 8 and not shouted and self.folded[at] not in ROMAN
        )

    def _state(self, at: int) -> int | None:
        for words in (["nước"], ["quốc", "hội"], ["chính", "phủ"]):
            if self.folded[at : at + len(words)] == words:
                return at + len(words)
        return None
