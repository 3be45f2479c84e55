"""Words without case and accents: what searching and comparing texts share.

The key of a word is its letters in lower case without tone and vowel marks, đ as d (``Chuyển đổi số`` = ``chuyen doi
so``), so that hòa and hoà, and a reader who types no accents, all meet. In DuckDB the same is
``regexp_extract_all(replace(strip_accents(lower(text)), 'đ', 'd'), '[a-z0-9]+')``.
"""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

_MARKS = re.compile("[\u0300-\u036f]")


def fold(text: str) -> str:
    """``text`` in lower case without accents; everything that is no letter or digit stays."""
    return _MARKS.sub("", unicodedata.normalize("NFD", text.lower())).replace("đ", "d")


def word_lists(texts: pa.Array) -> pa.ListArray:
    """The folded words of each text, in order; an empty list for null and for texts without a word."""
    plain = pc.utf8_normalize(pc.utf8_lower(pc.fill_null(texts, "")), "NFD")
    plain = pc.replace_substring(pc.replace_substring_regex(plain, r"\p{Mn}+", ""), "đ", "d")
    spaced = pc.utf8_trim(pc.replace_substring_regex(plain, "[^a-z0-9]+", " "), " ")
    words = pc.split_pattern(spaced, " ")
    return pc.if_else(pc.equal(spaced, ""), pa.scalar([], words.type), words)
