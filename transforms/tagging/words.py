"""The grammar of words: names of people and of areas as runs of tokens.

Every method takes the index of a token and answers the index after the run that it recognises, or None.
Each reads a bounded number of tokens, so that a text is read in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from transforms.tagging.lexicon import Lexicon
from transforms.tagging.view import TextView, token_key

LONGEST_NAME = 5
NEVER_GIVEN = frozenset(token_key("chủ phó ban trưởng ủy ông bà"))
MIDDLE_NAMES = frozenset({"thị", "văn"})
"""Second words that make a name of what they follow, whatever the surname."""
NO_GIVEN_AFTER_MIDDLE = frozenset(token_key("xã trấn trường hóa phòng thư bản học nghệ minh miếu"))
LEVELS = {
    "province": ("province",),
    "district": ("district",),
    "commune": ("commune",),
    "village": (),
}
CITY_LEVELS = ("province", "district")
SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?|q[a-z]+", re.ASCII
)
"""A Vietnamese syllable without accents."""
AREA_LEVELS = ("province", "district", "commune")
ROMAN = frozenset({"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv"}) | {
    f"x{tail}" for tail in ("vi", "vii", "viii", "ix", "x")
}


NOT_TYPES = frozenset(
    {
        ("nông", "thôn"), ("cơ", "bản"), ("văn", "bản"), ("xuất", "bản"), ("nhật", "bản"), ("thông", "tỉnh"),
        ("con", "đường"), ("thành", "phố"), ("yêu", "cầu"), ("nhu", "cầu"), ("toàn", "cầu"), ("quả", "cầu"),
        ("bóng", "đá"), ("lao", "động"), ("hoạt", "động"), ("hành", "động"), ("vận", "động"), ("huy", "động"),
        ("tác", "động"), ("chủ", "động"), ("gia", "đình"), ("triều", "đình"), ("chính", "phủ"), ("hồ", "sơ"),
        ("biên", "bản"), ("kịch", "bản"), ("tài", "bản"), ("tư", "bản"), ("phiên", "bản"), ("ấn", "bản"),
        ("thi", "đình"), ("kinh", "đê"), ("liên", "bang"), ("hợp", "xã"),
        ("di", "động"), ("dân", "phố"), ("góc", "phố"), ("hè", "phố"),
        ("hàng", "xóm"), ("lối", "xóm"), ("tình", "làng"), ("tác", "xã"), ("công", "xã"),
    }
)  # fmt: skip


class Words:
    """The words of one text, and the names of people and areas among them."""

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
        """Whether the token may be a word of a person's name: a capital followed by small letters (Hà, H'Yam)."""
        if not self.capital[index]:
            return False
        word = self.words[index]
        if word.isalpha():
            return len(word) == 1 or word[1:].islower()
        return "'" in word and all(part.isalpha() and part[1:] == part[1:].lower() for part in word.split("'"))

    def name_run(self, index: int) -> int:
        """End of the run of capitalised words that begins at ``index``, at most ``LONGEST_NAME`` of them."""
        end = index
        while end < self.count and end - index < LONGEST_NAME and (end == index or self.joined(end)):
            if not self.name_word(end):
                break
            end += 1
        return end

    def foreign(self, index: int) -> bool:
        """Whether a word cannot be a Vietnamese syllable (Telecom, Macron), for all that its letters tell."""
        word = self.folded[index]
        return word.isascii() and word.isalpha() and len(word) > 1 and SYLLABLE.fullmatch(word) is None

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
        """A name with a listed surname, a middle name that tells, or the prefix of a highland name (H'Yam, K'Brèo)."""
        if index >= self.count or not self.name_word(index):
            return None
        if self.folded[index] not in self.lexicon.surnames and not self._tells_name(index):
            return None
        end = min(self.name_run(index), index + 4)
        if end - index < 2 or (end - index == 2 and self.listed_area(index, CITY_LEVELS) == end):
            return None
        if any(word in NEVER_GIVEN for word in self.folded[index + 1 : end]) or self._place_first(index, end):
            return None
        return end

    def _place_first(self, index: int, end: int) -> bool:
        """Whether a place stands before another name (Đồng Nai Võ Văn), or "từ" before a place (Từ Ninh Bình)."""
        area = self.listed_area(index, CITY_LEVELS)
        if area and area < end and self.folded[area] in self.lexicon.common_surnames:
            return True
        return self.folded[index] == "từ" and self.listed_area(index + 1, CITY_LEVELS) == end

    def prefixed(self, index: int) -> bool:
        """Whether the word begins with a prefix that marks a person of the highlands: H'Bia, K'Brèo, N'Đôi."""
        word = self.words[index]
        return len(word) > 3 and word[1] == "'" and word[0].isupper() and word[2].isupper()

    def _tells_name(self, index: int) -> bool:
        if self.prefixed(index):
            return True
        if index + 2 >= self.count or self.folded[index + 1] not in MIDDLE_NAMES or not self.capital[index + 1]:
            return False
        given = self.folded[index + 2]
        return given not in NO_GIVEN_AFTER_MIDDLE and self.folded[index] not in self.lexicon.no_names

    def likely_person(self, index: int) -> int | None:
        """A name that needs no further evidence: a common surname, three or four words, no place of that name."""
        end = self.person(index)
        return end if end and self.likely(index, end) else None

    def likely(self, index: int, end: int) -> bool:
        """Whether the name ``[index, end)`` that :meth:`person` found needs no further evidence."""
        if end - index < 3:
            return False
        if self.folded[index] not in self.lexicon.common_surnames and self.folded[index + 1] != "thị":
            return False
        return tuple(self.folded[index:end]) not in self.lexicon.gazetteer.by_name

    # areas

    def is_type(self, index: int) -> bool:
        """Whether an area's type word at ``index`` is one, and no part of another word (nông thôn, hàng xóm)."""
        return not (self.joined(index) and index and (self.folded[index - 1], self.folded[index]) in NOT_TYPES)

    def listed_area(self, index: int, levels: tuple[str, ...]) -> int | None:
        """The longest name of a unit of these levels, as the gazetteer has it."""
        if index >= self.count:
            return None
        names, lengths = self.lexicon.gazetteer.names(levels)
        for length in lengths.get(self.folded[index], ()):
            end = index + length
            if end <= self.count and tuple(self.folded[index:end]) in names and self._capitalised(index, end):
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
        listed = self.listed_area(index, levels) if levels else None
        if listed:
            person = self.person(index)
            return None if person and person > listed and person - index > 2 else listed
        if needs == "listed" and self._maybe_person(index):
            return None
        if needs == "road":
            return self._road_name(index)
        if needs == "alley":
            return self._alley(index)
        if level in ("district", "commune", "village") and self.words[index].isdigit():
            return index + 1 if len(self.words[index]) < 3 else None
        return self._free_name(index, level)

    def _maybe_person(self, index: int) -> bool:
        """Whether a province's type word may be a bare level before a person ("UBND tỉnh Nguyễn Văn An")."""
        return index >= self.count or self.folded[index] in self.lexicon.surnames or self.name_run(index) - index < 2

    def _free_name(self, index: int, level: str) -> int | None:
        """Capitalised words that are no person; a hyphen may join two of them, a number may end them."""
        person = self.person(index)
        shouted = len(self.words[index]) > 1 and self.words[index].isupper() and self.words[index - 1].isupper()
        if (person and person - index > 2 and level != "other") or shouted:
            return None
        end = self._capital_run(index)
        if end == index:
            return None
        if level == "other" and end < self.count and self.joined(end) and not self.capital[end]:
            field = self.lexicon.body_words.match(self.folded, end - 1)
            if field and field[0] > end:
                return self._field(index, end - 1)
        if level in ("village", "other") and self.numeral(end):
            return end + 1
        if level == "village" and self._letter(end):
            return end + 1
        hyphen = end + 2 < self.count and self.words[end] == "-" and self.capital[end + 1] and self.joined(end)
        if level == "other" and hyphen and self.joined(end + 1) and not self._beside_city(index, end + 1):
            return self._free_name(end + 1, level) or end
        return end

    def _beside_city(self, index: int, at: int) -> bool:
        return self._beside_province(index, at) or self._beside_district(index, at)

    def _beside_province(self, index: int, at: int) -> bool:
        """Whether a province behind a hyphen says where: "Khu CNTT tập trung Cầu Giấy - Hà Nội", no road's end."""
        if self.listed_area(at, ("province",)) is None or self.listed_area(index, ("province",)):
            return False
        return self.listed_area(index, ("district",)) is not None

    def _beside_district(self, index: int, at: int) -> bool:
        """Whether a district behind a hyphen says where a street is ("đường Nguyễn Trãi - Thanh Xuân")."""
        street = self.folded[index - 1] in ("đường", "phố") and self.listed_area(index, CITY_LEVELS) is None
        return street and self.listed_area(at, ("district",)) is not None

    def _field(self, index: int, at: int) -> int | None:
        """A site called after a field and a place ("Công viên Phần mềm Quang Trung"); no name without the place."""
        end = at
        while end < self.count and (field := self.lexicon.body_words.match(self.folded, end)) and self.joined(end):
            end = field[0]
        named = self._capital_run(end) if self.joined(end) else end
        return named if named > end else (at if at > index else None)

    def _capital_run(self, index: int) -> int:
        end = index
        while end < self.count and end - index < 4 and (end == index or self.joined(end)):
            if not (self.capital[end] and (self.words[end].isalpha() or "'" in self.words[end])):
                break
            end += 1
        return end

    def ordinal(self, index: int) -> bool:
        """Whether a number of a unit stands at ``index``: up to three digits, or a Roman one."""
        if not self.joined(index) or len(self.words[index]) > 5:
            return False
        word = self.words[index]
        return (word.isdigit() and len(word) < 4) or (word.isupper() and self.folded[index] in ROMAN)

    def numeral(self, index: int) -> bool:
        """Whether a short number that belongs to the name before it stands at ``index`` (Mỹ Thuận 2, khu vực XVIII)."""
        if not self.ordinal(index):
            return False
        after = index + 1
        if after >= self.count:
            return True
        if self.glue[after] == " ":
            counts = self.words[after][0].islower() and self.folded[after] in self.lexicon.counted
            return not (counts and self.words[index].isdigit())
        return not (self.glue[after] == "" and self.words[after] in "%./,-" and self._digit(after + 1))

    def _digit(self, index: int) -> bool:
        return index < self.count and self.glue[index] == "" and self.words[index].isdigit()

    def _letter(self, index: int) -> bool:
        return self.joined(index) and len(self.words[index]) == 1 and self.capital[index]

    def _road_name(self, index: int) -> int | None:
        word = self.words[index]
        if word[0].isdigit():
            return index + 1
        return self._free_name(index, "other")

    def _alley(self, index: int) -> int | None:
        """ "68", "68/12", "68 Trần Quang Diệu"."""
        end = index
        while end < self.count and self.words[end][0].isdigit() and end - index < 5:
            end += 1
            end += end + 1 < self.count and self.words[end] == "/" and self.words[end + 1][0].isdigit()
        if end == index:
            return self._free_name(index, "other")
        named = self._capital_run(end) if self.joined(end) else end
        return named if named - end > 1 else end

    def area(self, index: int) -> int | None:
        """What may follow a body to say where: "tỉnh Lào Cai", "huyện", "thôn Na Ca", "Hà Nội", "Trung ương"."""
        found = self.lexicon.areas.match(self.folded, index)
        if found and found[1].split()[0] in LEVELS:
            end, payload = found
            level, needs = payload.split()
            return self.area_name(end, level, needs) or (end if self._bare_level(end) else None)
        if self.folded[index : index + 2] == ["trung", "ương"]:
            return index + 2
        return self.listed_area(index, CITY_LEVELS) or self.country(index)

    def _bare_level(self, end: int) -> bool:
        """A type word without name counts as the body's level unless a common noun follows (xã hội, thành phố mới)."""
        return not (end < self.count and self.folded[end] in ("hội", "viên", "lộ", "đội", "trưởng", "nghèo", "vùng"))

    def country(self, index: int) -> int | None:
        """A listed country or foreign city."""
        found = self.lexicon.countries.match(self.folded, index) if self.capital[index] else None
        return found[0] if found else None
