"""Vietnamese of the time before Unicode: TCVN3 (ABC) and VNI fonts, and UTF-8 that was encoded twice.

Such text arrives as letters of windows-1252 ("Chñ tÞch UBND tØnh", "Uûy ban nhaân daân", "Tá»‰nh"), often in one
paragraph of a page that is sound otherwise. A reading is taken only where nearly all of its words become Vietnamese
syllables that were none before, so that no other language and no sound text is ever touched.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from transforms import capitals

TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
"""Letter by TCVN3 code, shown as in windows-1252. Capitals with a tone have no code: the fonts whose names end in H
(.VnTimeH) draw small letters as capitals; where such a font is not named, the capitals are lost."""

_VNI_PAIRS = {
    "a": ("øùûõïâàáåãäêèéúüë", "àáảãạâầấẩẫậăằắẳẵặ"),
    "e": ("øùûõïâàáåãä", "èéẻẽẹêềếểễệ"),
    "o": ("øùûõïâàáåãä", "òóỏõọôồốổỗộ"),
    "ô": ("øùûõï", "ờớởỡợ"),
    "u": ("øùûõï", "ùúủũụ"),
    "ö": ("øùûõï", "ừứửữự"),
    "y": ("øùûõ", "ỳýỷỹ"),
}
_VNI_SINGLE = dict(zip("ìíæóòôöîñ", "ìíỉĩịơưỵđ", strict=True))


def _vni() -> dict[str, str]:
    small = dict(_VNI_SINGLE)
    for base, (marks, letters) in _VNI_PAIRS.items():
        small |= {base + mark: letter for mark, letter in zip(marks, letters, strict=True)}
    return small | {code.upper(): letter.upper() for code, letter in small.items()}


VNI = _vni()
"""Letter by VNI codes (a base and a mark, or one code), shown as in windows-1252."""

_MIXED = {code[0] + code[1].swapcase(): letter for code, letter in VNI.items() if len(code) == 2}  # "Uû" as typed
_VNI_READ = VNI | _MIXED
_VNI_CODE = re.compile("|".join(sorted(_VNI_READ, key=len, reverse=True)))
_TCVN3_READ = str.maketrans(TCVN3)

_CP1252 = {byte: bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(0x80, 0x100)}
_BYTE = {shown: byte for byte, shown in _CP1252.items()}
_REST = "".join(re.escape(_CP1252[byte]) for byte in range(0x80, 0xC0))
_TWICE = re.compile(f"[Â-ß][{_REST}]|[à-ï][{_REST}]{{2}}|Ã(?= )")  # an editor may make the NBSP of "à" a blank

_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph q r s t th tr v x"
_RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et "
    "ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu o oc oi om on ong op ot oa oac "
    "oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet ooc oong ô ôc ôi ôm ôn ông ôp ôt ơ "
    "ơi ơm ơn ơp ơt u ua uc ui um un ung up ut uan uang uanh uai uac uach uat uay uao uau uăc uăm uăn uăng uăp uăt uân "
    "uâng uât uâu uây ue uen ueo uet uê uên uêch uênh uêt uêu uơ uơn uơt uôc uôi uôm uôn uông uôt uy uya uych uyên "
    "uyêt uynh uyt uyu uyp uit uinh uip ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu ư y yêm yên yêng yêt "
    "yêu"
)
_SYLLABLES = frozenset(
    onset + rhyme for onset in (*_ONSETS.split(), "") for rhyme in _RHYMES.split() if onset != "q" or rhyme[0] == "u"
)
_FLAT, _FALLING, _RISING = ("aăâeêioôơuưy", "àằầèềìòồờùừỳảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹ", "áắấéếíóốớúứýạặậẹệịọộợụựỵ")
_TONELESS = str.maketrans(dict(zip(_FALLING + _RISING, _FLAT * 5, strict=True)))
_NEVER_STOPPED = frozenset(_FALLING)  # a syllable that ends in c, ch, p or t has the tone of á or of ạ
_STOPS = ("c", "ch", "p", "t")

_WORD = re.compile(r"[^\s!-@\[-`{-~\x00-\x1f]+")
_ABBREVIATED = re.compile(r"(?=.?[A-Z])[^a-zAEIOUYà-öø-ÿ]{2,8}")  # HĐND, and N§ before it is read
_QUOTES = "“”‘’„…–—«»•"
_TELLTALES = (
    *"\u00ad®¸µ¹ñøûïöæÑØÛÏÖÆ",
    "á»",
)  # sound Vietnamese has few of these; every legacy text of a few words has some
_LOOKED_AT = 50  # places of a code that are looked at
_ENTITY = re.compile(r"&(?:#\d{1,5}|#[xX][0-9a-fA-F]{1,4}|[A-Za-z]{2,8}[1-4]?);?")
_TELLTALE_ENTITY = re.compile(
    r"&(?:#0*(?:17[34]|18[1457]|2(?:30|39|41|46|48|51));|#[xX]0*(?:[aA][dDeE]|[bB][589bB]|[eE][6fF]|[fF][168bB]);"
    r"|shy|reg|cedil|micro|sup1|ntilde|oslash|ucirc|iuml|ouml|aelig|aacute;&raquo)"
)
_TAG = re.compile(r"<!--|<(script|style)\b[^<>]*>|<[^<>]*>", re.I)
_UNSPOKEN = {end: re.compile(end, re.I) for end in ("-->", "</script", "</style")}
_INLINE = re.compile(r"</?(?:a|abbr|b|em|font|i|ins|label|mark|o:p|s|small|span|strong|sub|sup|u|st1:\w+)\b", re.I)
_SPOKEN = re.compile(r"\b(?:alt|content|title|value)\s*=\s*(?:\"[^\"]*\"|'[^']*')", re.I)
_FONT = re.compile(r"(?:\.Vn[A-Z]\w{2,}|\bVNI[- ][A-Z]\w+)")
_CAPITAL_FONT = re.compile(r"\.Vn[A-Z]\w*H\b")
_VOID = frozenset(("area", "br", "col", "hr", "img", "input", "link", "meta", "wbr", "o:p", ""))
_DEEPEST = 64  # elements in each other of which one names a font
_NAME = re.compile(r"</?([A-Za-z][\w:]*)")
_JUDGED = 20_000  # characters of a paragraph by which it is judged
_FEWEST = 4  # words beyond ASCII with which a text tells by itself
_READ = 0.85  # share of them that a reading must make syllables
_WHOLLY = 0.9  # share of a text's words in certain paragraphs from which words that may be either are read alike
_SOUND = 0.4  # share of them above which the text is sound as it is: "còng", "rõ" are syllables in both readings


@dataclass(frozen=True, slots=True)
class Repaired:
    """A text and the names of the repairs that it took: ``tcvn3``, ``vni``, ``mojibake``."""

    text: str
    repairs: tuple[str, ...] = ()


def from_tcvn3(text: str) -> str:
    """Unicode of a text all of which is TCVN3."""
    return text.translate(_TCVN3_READ)


def from_vni(text: str) -> str:
    """Unicode of a text all of which is VNI; a mark of the other case than its base counts too."""
    return _VNI_CODE.sub(lambda code: _VNI_READ[code[0]], text)


def from_twice(text: str) -> str:
    """Unicode of a text whose UTF-8 was read as windows-1252 and encoded again; what is none is left alone."""
    return _TWICE.sub(_once, text)


_READINGS: dict[str, Callable[[str], str]] = {"mojibake": from_twice, "tcvn3": from_tcvn3, "vni": from_vni}


def toneless(small: str) -> str:
    """Small letters in NFC without their tones; the marks that make other vowels (ă â ê ô ơ ư) stay."""
    return small.translate(_TONELESS)


def is_syllable(word: str) -> bool:
    """Whether a word in NFC may be a Vietnamese syllable."""
    small = word.lower()
    bare = toneless(small)
    return bare in _SYLLABLES and not (bare.endswith(_STOPS) and not _NEVER_STOPPED.isdisjoint(small))


def soundness(text: str) -> tuple[int, int]:
    """(words with letters beyond ASCII, how many of them are Vietnamese syllables); no abbreviation counts."""
    words = [word for found in _WORD.findall(text) if not (word := found.strip(_QUOTES)).isascii()]
    sound = sum(map(is_syllable, words))
    short = sum((len(word) == 1 or _is_abbreviation(word)) and not is_syllable(word) for word in words)
    return len(words) - short, sound


def _is_abbreviation(word: str) -> bool:
    return _ABBREVIATED.fullmatch(word) is not None


def repair(text: str) -> Repaired:
    """Plain text, as of a PDF, with its legacy lines in Unicode; each line is judged by itself and as one of all."""
    if not _is_suspect(text):
        return Repaired(text)
    lines = text.splitlines(keepends=True)
    return _Repair(lines, [[number] for number in range(len(lines))]).run()


def repair_page(source: str) -> Repaired:
    """HTML with its legacy paragraphs in Unicode, also where only one is, or where letters are entities.

    Tags, scripts and styles stay as they are, but texts in attributes are read like others. Quick for a sound page.
    """
    if not _is_suspect(source) and not _TELLTALE_ENTITY.search(source):
        return Repaired(source)
    page = _Pieces(source)
    return _Repair(page.texts, page.paragraphs, page.capital, tuple(_READINGS) if _FONT.search(source) else ()).run()


def repair_runs(texts: list[str], paragraphs: list[list[int]], fonts: list[str | None]) -> tuple[list[str], Repaired]:
    """Runs of a word processor's file, each in one font, with the legacy ones in Unicode; and all of it as one text.

    ``paragraphs`` holds the numbers of the runs of each. Where legacy fonts are named, only runs in them are read so
    beside others, and those in a font of capitals (.VnTimeH) become capitals.
    """
    if not any(map(_is_suspect, texts)):
        return texts, Repaired("".join(texts))
    legacy = {number for number, font in enumerate(fonts) if font and _FONT.match(font)}
    capital = {number for number in legacy if _CAPITAL_FONT.match(fonts[number] or "")}
    parts = [[n for n in part if (n in legacy) is named] for part in paragraphs for named in (True, False)]
    known = tuple(_READINGS) if legacy else ()
    work = _Repair(list(texts), [part for part in parts if part], capital, known)
    done = work.run()
    if "tcvn3" in done.repairs:
        for first in (part[0] for part in paragraphs if part):
            work.texts[first] = capitals.begun(texts[first], work.texts[first])
    return work.texts, done


def repair_like(text: str | None, repairs: tuple[str, ...]) -> str | None:
    """A short text about a page that took ``repairs``, as its title in a listing, in Unicode like the page."""
    if not text or not _is_suspect(text):
        return text
    return _Repair([text], [[0]], known=tuple(name for name in repairs if name in _READINGS)).run().text


def _is_suspect(text: str) -> bool:
    return not text.isascii() and any(code in text and _stands_in_word(text, code) for code in _TELLTALES)


def _stands_in_word(text: str, code: str) -> bool:
    """Whether the code stands beside an ASCII letter; unlike a pattern this is as quick as the few codes are rare."""
    at = text.find(code)
    for _ in range(_LOOKED_AT):
        if at < 0:
            return False
        around = text[max(0, at - 1) : at] + text[at + len(code) : at + len(code) + 1]
        if any(letter.isascii() and letter.isalpha() for letter in around):
            return True
        at = text.find(code, at + 1)
    return True


def _once(found: re.Match[str]) -> str:
    if len(found[0]) == 1:
        return "à"
    try:
        return bytes(_BYTE[letter] for letter in found[0]).decode("utf-8")
    except UnicodeDecodeError:
        return found[0]


class _Pieces:
    """HTML cut into tags and texts: ``paragraphs`` are numbers of texts between two block tags, or one attribute's."""

    def __init__(self, source: str) -> None:
        self.texts: list[str] = []
        self.paragraphs: list[list[int]] = [[]]
        self.capital: set[int] = set()
        self._fonts: list[tuple[str, bool]] = []
        end = 0
        while found := _TAG.search(source, end):
            self._text(source[end : found.start()])
            self._tag(found[0])
            end = found.end()
            if found[0] == "<!--" or found[1]:
                end = self._unspoken(source, end, f"</{found[1].lower()}" if found[1] else "-->")
        self._text(source[end:])

    def _unspoken(self, source: str, start: int, closing: str) -> int:
        """Pass over a comment, script or style; one that is never closed takes the rest."""
        found = _UNSPOKEN[closing].search(source, start)
        end = found.start() if found else len(source)
        self.texts.append(source[start:end])
        return end

    def _text(self, text: str) -> None:
        if text and not text.isspace():
            self.paragraphs[-1].append(len(self.texts))
            if self._fonts and self._fonts[-1][1]:
                self.capital.add(len(self.texts))
        self.texts.append(text)

    def _tag(self, tag: str) -> None:
        if not _INLINE.match(tag):
            self.paragraphs.append([])
        self._font(tag)
        end = 0
        for found in _SPOKEN.finditer(tag):
            self.texts += [tag[end : found.start()], found[0]]
            self.paragraphs.insert(-1, [len(self.texts) - 1])
            end = found.end()
        self.texts.append(tag[end:])

    def _font(self, tag: str) -> None:
        """Note whether what follows is set in a font of capitals; fonts nest as deep as parsers let elements."""
        name = found[1].lower() if (found := _NAME.match(tag)) else ""
        named = _FONT.search(tag) is not None
        if tag.startswith("</"):
            opened = [depth for depth, font in enumerate(self._fonts) if font[0] == name]
            if opened:
                del self._fonts[opened[-1] :]
        elif name not in _VOID and (self._fonts or named) and len(self._fonts) < _DEEPEST:
            inherited = bool(self._fonts) and self._fonts[-1][1]
            self._fonts.append((name, _CAPITAL_FONT.search(tag) is not None if named else inherited))


class _Repair:
    """One text in pieces, of which some may be legacy; what is certain in one paragraph helps to judge the others."""

    def __init__(
        self,
        texts: list[str],
        paragraphs: list[list[int]],
        capital: set[int] | None = None,
        known: tuple[str, ...] = (),
    ) -> None:
        self._texts, self._paragraphs, self._capital = texts, paragraphs, capital or set()
        self._known = dict.fromkeys(known)
        self._done: dict[str, None] = {}
        self._wholly = False
        self._tally: Counter[str] = Counter()

    def run(self) -> Repaired:
        """Paragraphs that tell by themselves, then those that are like them, then pieces of mixed ones."""
        touched = [part for part in self._paragraphs if part and self._is_touched(part)]
        words = {part[0]: self._words(part) for part in touched}
        for part in touched:
            self._tally.update(self._fitting(part))
        rest = [part for part in touched if not self._convert(part, self._judge(part))]
        open_ = sum(words[part[0]] for part in rest)
        together = self._judge([number for part in rest if words[part[0]] < _FEWEST for number in part])
        self._known |= dict.fromkeys([*self._done, *([together] if together else [])])
        self._wholly = len(self._done) == 1 and open_ <= (1 - _WHOLLY) * sum(words.values())
        for part in rest:
            if not self._convert(part, self._judge(part, weak=True)) and len(part) > 1:
                for number in part:
                    self._convert([number], self._judge([number]) or self._judge([number], weak=True))
        return Repaired("".join(self._texts), tuple(self._done))

    @property
    def texts(self) -> list[str]:
        """The pieces as they are now."""
        return self._texts

    def _spoken(self, part: list[int]) -> str:
        return _ENTITY.sub(_letter, "".join(self._texts[number] for number in part)[:_JUDGED])

    def _is_touched(self, part: list[int]) -> bool:
        return any(not (text := self._texts[number]).isascii() or "&" in text for number in part)

    def _words(self, part: list[int]) -> int:
        return soundness(self._spoken(part))[0]

    def _judge(self, part: list[int], weak: bool = False) -> str | None:
        """The reading that makes the texts Vietnamese; of several the one that fits most of all paragraphs."""
        found = self._fitting(part, weak)
        return max(found, key=lambda name: (self._tally[name], found[name]), default=None)

    def _fitting(self, part: list[int], weak: bool = False) -> dict[str, int]:
        """Readings and how many syllables they make; ``weak`` = only those known here, however few words there are."""
        text = self._spoken(part)
        words, sound = soundness(text)
        if weak and not words:  # capitals without a vowel of ASCII look like abbreviations: CHØ THÞ
            words = sum(not word.isascii() for word in _WORD.findall(text))
        limit = words - (not self._wholly) if weak else _SOUND * words
        if words < (1 if weak else _FEWEST) or sound > limit:
            return {}
        found = {}
        for name in self._known if weak else _READINGS:
            read, good = soundness(_READINGS[name](text))
            if read and good >= (read if weak else max(_FEWEST / 2, _READ * read)):
                found[name] = good
        return found

    def _convert(self, part: list[int], name: str | None) -> bool:
        if name is None:
            return False
        for number in part:
            text = _READINGS[name](_ENTITY.sub(_letter, self._texts[number]))
            if name == "tcvn3":
                text = text.upper() if number in self._capital else capitals.raised(self._texts[number], text)
            self._texts[number] = text
        self._done[name] = None
        return True


def _letter(entity: re.Match[str]) -> str:
    """The letter of an entity that may be a legacy code; others, as those of markup and blanks, stay entities."""
    letter = html.unescape(entity[0])
    return letter if letter in _BYTE and letter != "\xa0" else entity[0]
