"""Places (LOC): areas with their type word, listed names alone, and enumerations behind a plural head."""

from __future__ import annotations

from transforms.tagging.grammar import Grammar
from transforms.tagging.spans import Claims, Found
from transforms.tagging.words import CITY_LEVELS

PLURALS = frozenset({"các", "hai", "ba", "bốn", "năm", "sáu", "những", "nhiều", "số"})
LEVEL_OF_TYPE = {"thành phố": "district", "tp": "district"}
HOUSES = frozenset({"số", "tại", "ngụ", "trú", "nhà"})
PREPOSITIONS = frozenset({"tại", "ở", "từ", "đến", "tới", "qua", "về", "đi", "gồm", "là", "(", ":"})
COMMON = frozenset(
    {"đường", "cầu", "hồ", "ga", "cảng", "chợ", "biển", "đê", "mỏ", "bến", "rừng", "đồi", "động", "lăng"}
)


class Places:
    """Finds the places of one text outside what other rules have claimed."""

    def __init__(self, grammar: Grammar, claims: Claims) -> None:
        self.grammar = grammar
        self.claims = claims
        self.tokens = grammar.view.tokens
        self.found: list[Found] = []
        self.seen: dict[tuple[str, ...], str] = {}

    def run(self) -> list[Found]:
        """Every place in order."""
        index, folded, firsts = 0, self.grammar.folded, self.grammar.lexicon.areas.firsts
        while index < self.grammar.count:
            index = (self._typed(index) if folded[index] in firsts else None) or index + 1
        self._repeat()
        for index in range(self.grammar.count):
            if self.grammar.capital[index]:
                self._alone(index)
            elif self.grammar.folded[index] in HOUSES:
                self._street(index)
        self._communes()
        return sorted(self.found, key=lambda place: place.start)

    def _add(self, start: int, end: int, name: int, level: str, rule: str) -> int:
        first, last = self.tokens.starts[start], self.tokens.ends[end - 1]
        if self.claims.claim(first, last):
            plain = self.grammar.view.plain
            norm, known = plain[self.tokens.starts[name] : last], tuple(self.grammar.folded[name:end])
            found = Found("LOC", first, last, rule, norm=norm, level=level, key=known)
            self.found.append(found)
            key = tuple(self.grammar.words[name:end])
            if level in ("district", "commune", "village") and len(key) > 1 and not self._is_province(name, end):
                self.seen.setdefault(key, level)
        return end

    def _is_province(self, name: int, end: int) -> bool:
        return self.grammar.listed_area(name, ("province",)) == end

    def _typed(self, index: int) -> int | None:
        matched = self.grammar.lexicon.areas.match(self.grammar.folded, index)
        if matched is None or not (self._free(index, matched[0]) or self.grammar.folded[index - 1].isdigit()):
            return None
        name, (level, needs) = matched[0], matched[1].split()
        listed = self.grammar.listed_area(index, CITY_LEVELS) if self.grammar.capital[index] else None
        if listed and listed > matched[0]:
            return None
        if needs == "site":
            name = self._site_words(name)
        if not self._fits(index, name, needs):
            return None
        end = self.grammar.area_name(name, level, needs)
        if end is None:
            return self._coordinated(name, level) if self._plural(index) else None
        if self._plural(index) and self._enumerates(end):
            return self._enumeration(name, level, needs)
        self._add(index, end, name, self._level(name, end, level), "typed-place")
        if level in ("commune", "district") and self._enumerates(end):
            return self._further(end, level) or end
        return end

    def _free(self, index: int, end: int) -> bool:
        return self.claims.free(self.tokens.starts[index], self.tokens.ends[end - 1])

    def _further(self, end: int, level: str) -> int | None:
        """ "xã Nậm Lành, Gia Hội": listed names of the same level after the first."""
        last: int | None = None
        while self._enumerates(end):
            following = self.grammar.listed_area(end + 1, (level,))
            if following is None or self.grammar.person(end + 1) or self._is_province(end + 1, following):
                break
            end = last = self._add(end + 1, following, end + 1, level, "enumerated-place")
        return last

    def _site_words(self, name: int) -> int:
        """Small words between the type of a site and its name: "khu di tích quốc gia đặc biệt Tân Trào"."""
        at = name
        while (
            at < self.grammar.count and at - name < 6 and self.grammar.joined(at) and self.grammar.words[at].isalpha()
        ):
            if self.grammar.capital[at]:
                return at
            if self.grammar.folded[at] in self.grammar.lexicon.stops:
                return name
            at += 1
        return name

    def _fits(self, index: int, name: int, needs: str) -> bool:
        """Rules out words that only look like types: "nông thôn", "cơ bản", "đường" before a person."""
        if not self.grammar.is_type(index) or name >= self.grammar.count:
            return False
        if self.grammar.folded[name] == "tết":
            return False
        return needs != "capital" or self.grammar.folded[index] not in COMMON or self.grammar.joined(name)

    def _level(self, name: int, end: int, level: str) -> str:
        """A city is a province or a district, as the gazetteer has the name."""
        if level != "province":
            return level
        if self._is_province(name, end):
            return "province"
        return "district" if self.grammar.listed_area(name, ("district",)) == end else "other"

    def _plural(self, index: int) -> bool:
        before = self.grammar.folded[index - 1] if index else ""
        if before in (",", "và") and index > 1:
            earlier = self.grammar.lexicon.areas.match(self.grammar.folded, index - 2)
            pair = self.grammar.lexicon.areas.match(self.grammar.folded, index - 3) if index > 2 else None
            listed = (earlier and earlier[0] == index - 1) or (pair and pair[0] == index - 1)
            return bool(listed) and not self.grammar.capital[index - 2]
        return before in PLURALS or before.isdigit()

    def _enumerates(self, end: int) -> bool:
        if end + 1 >= self.grammar.count:
            return False
        return self.grammar.words[end] in (",", "và", ";") and self.grammar.capital[end + 1]

    def _coordinated(self, at: int, level: str) -> int | None:
        """ "các huyện, thành phố: A, B": the names after a colon."""
        if at < self.grammar.count and self.grammar.words[at] == ":" and at + 1 < self.grammar.count:
            return self._enumeration(at + 1, level, "name")
        return None

    def _enumeration(self, at: int, level: str, needs: str) -> int | None:
        """ "các xã A, B và C": each name is a place of that type."""
        last: int | None = None
        while at < self.grammar.count:
            end = self._enumerated_name(at, level, needs)
            if end is None:
                break
            self._add(at, end, at, self._level(at, end, level), "enumerated-place")
            last = end
            if not self._enumerates(end):
                break
            at = end + 1
        return last

    def _enumerated_name(self, at: int, level: str, needs: str) -> int | None:
        if not self.grammar.capital[at] or self.grammar.glue[at] == "\n":
            return None
        levels = CITY_LEVELS if needs == "listed" or level in CITY_LEVELS else (level,)
        listed = self.grammar.listed_area(at, levels)
        if listed or needs == "listed" or level == "province":
            return listed
        if self.grammar.lexicon.bodies.match(self.grammar.folded, at):
            return None
        end = at
        while (
            end < self.grammar.count
            and end - at < 3
            and self.grammar.capital[end]
            and self.grammar.words[end].isalpha()
        ):
            if end > at and not self.grammar.joined(end):
                break
            end += 1
        return end if end > at else None

    def _alone(self, index: int) -> int | None:
        if not self.grammar.capital[index] or not self.claims.free(self.tokens.starts[index], self.tokens.ends[index]):
            return None
        end = self.grammar.listed_area(index, CITY_LEVELS)
        if end and self._stands_alone(index, end):
            level = self._level(index, end, "province")
            return self._add(index, end, index, level, "listed-place")
        country = self.grammar.lexicon.countries.match(self.grammar.folded, index)
        if self.grammar.folded[max(0, index - 2) : index] == ["chủ", "nghĩa"]:
            return None  # the name of the state above every document
        if country and self._stands_alone(index, country[0]) and self.grammar.capital[country[0] - 1]:
            return self._add(index, country[0], index, "other", "country")
        return None

    def _street(self, index: int) -> None:
        """The street behind a house number: "số 185 Giảng Võ", "ngụ tại 233/65, Nguyễn Văn Cừ"."""
        grammar, at = self.grammar, index + 1
        while at < grammar.count and at - index < 8 and (grammar.words[at].isdigit() or grammar.words[at] == "/"):
            at += 1
        numbered = at - index > (1 if grammar.folded[index] == "số" else 2)
        at += at < grammar.count and grammar.words[at] == ","
        end = grammar.name_run(at) if numbered and grammar.joined(at) else at
        typed = end - at < 2 or grammar.lexicon.areas.match(grammar.folded, at) or self._known_unit(at)
        if not typed and self._free(at, end):
            self._add(at, end, at, "other", "house-number")

    def _known_unit(self, index: int) -> bool:
        grammar = self.grammar
        heads = grammar.lexicon.bodies.match(grammar.folded, index) or grammar.lexicon.offices.match(
            grammar.folded, index
        )
        return heads is not None or grammar.listed_area(index, CITY_LEVELS) is not None

    def _communes(self) -> None:
        """Communes without their type word, of districts that the text names, behind a word that asks for a place."""
        gazetteer = self.grammar.lexicon.gazetteer
        districts = {
            unit.code
            for place in self.found
            if place.level == "district"
            for unit in gazetteer.by_name.get(place.key, ())
            if unit.level == "district"
        }
        for index in range(1, self.grammar.count if districts else 0):
            if not self.grammar.capital[index] or not self._asks_for_place(index):
                continue
            end = self.grammar.listed_area(index, ("commune",))
            if end is None or end - index < 2 or not self._free(index, end) or not self._stands_alone(index, end):
                continue
            units = gazetteer.by_name[tuple(self.grammar.folded[index:end])]
            if any(unit.level == "commune" and unit.district in districts for unit in units):
                self._add(index, end, index, "commune", "commune-of-named-district")

    def _asks_for_place(self, index: int) -> bool:
        before = self.grammar.folded[index - 1]
        if before in (",", "và", "-"):
            return any(place.end == self.tokens.ends[index - 2] for place in self.found[-40:])
        return before in PREPOSITIONS

    def _stands_alone(self, index: int, end: int) -> bool:
        """Not a part of a longer name: no capitalised word right before or after, except at a sentence's beginning."""
        grammar = self.grammar
        key = tuple(grammar.folded[index:end])
        if end - index == 1 and (not self._known_word(index) or (len(key[0]) > 2 and grammar.words[index].isupper())):
            return False
        longer = end < grammar.count and grammar.joined(end) and grammar.name_word(end)
        if longer and (grammar.folded[index] in grammar.lexicon.surnames or not self._whole(index, end)):
            return False
        if end < grammar.count and grammar.glue[end] == "" and grammar.words[end] in "&":
            return False
        before = grammar.folded[index - 1] if index and grammar.joined(index) else ""
        before_capital = before and grammar.name_word(index - 1) and before not in grammar.lexicon.no_names
        return not (before_capital and (end - index == 1 or before in grammar.lexicon.surnames))

    def _whole(self, index: int, end: int) -> bool:
        """Whether the name is complete even where a capitalised word follows: a province, a country of two words."""
        return self._is_province(index, end) or (end - index > 1 and self.grammar.country(index) == end)

    def _known_word(self, index: int) -> bool:
        """Whether a place of one word is told by it: a foreign one, or one of the few that mean nothing else."""
        if self.grammar.foreign(index) or (self.grammar.folded[index],) in _ONE_WORD_PLACES:
            return True
        return self.grammar.country(index) is not None and self._among_countries(index)

    def _among_countries(self, index: int) -> bool:
        """Whether another country stands beside it: "Lào, Ý và Áo"."""
        grammar = self.grammar
        return any(
            0 <= other < grammar.count and grammar.words[between] in (",", "và") and grammar.country(other)
            for between, other in ((index - 1, index - 2), (index + 1, index + 2))
        )

    def _repeat(self) -> None:
        """Names of areas that the text has introduced with their type, standing alone later."""
        for index, name in self.grammar.occurrences(self.seen):
            end = index + len(name)
            if self._stands_alone(index, end):
                self._add(index, end, index, self.seen[name], "repeated-place")


_ONE_WORD_PLACES = frozenset(
    {("huế",), ("lào",), ("nga",), ("pháp",), ("đức",), ("mỹ",), ("séc",), ("bỉ",), ("úc",), ("nhật",),
     ("campuchia",), ("singapore",), ("malaysia",), ("indonesia",), ("philippines",), ("myanmar",), ("canada",),
     ("australia",), ("ukraine",), ("iran",), ("iraq",), ("israel",), ("syria",), ("brazil",), ("italy",), ("eu",),
     ("tokyo",), ("seoul",), ("bangkok",), ("paris",), ("london",), ("kontum",), ("cuba",), ("mexico",)}
)  # fmt: skip
