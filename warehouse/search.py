"""An index of words for searching without accents with nothing but a Parquet reader.

``article_search`` says for every word, and for every two words in a row, in which rows of the month's file of articles
they stand. A phrase is found by intersecting the rows of its pairs of words, and its order is proven on the few texts
that are left. It is written in parts of PART articles, each sorted by term, so that memory does not grow with the month
and a reader skips nearly all row groups by their statistics. A row group is small, since a reader decodes the lists of
all its terms for one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.parquet import regrouped
from warehouse.schema import ARTICLE_SEARCH
from warehouse.words import word_lists

PART = 20_000  # articles in one part of the index: below 65,536
GROUP = 2_000  # terms in a row group
NEEDED = ("title", "text")
LOGIC = 1  # raise it when the same articles give another index
Numbers = npt.NDArray[np.int64]


def index(month: str, articles: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Parts of ARTICLE_SEARCH for a month's articles (columns NEEDED), given in the order of the month's file."""
    for number, part in enumerate(regrouped((table.select(NEEDED) for table in articles), PART)):
        yield _index(month, part, number)


def _index(month: str, articles: pa.Table, part: int) -> pa.Table:
    words, codes, owners = _coded(articles)
    keys, rows = _postings(codes, owners, len(words) + 1)
    firsts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.empty(0, np.int64)
    counts = np.diff(np.append(firsts, len(keys)))
    offsets = pa.array(np.append(firsts, len(keys)), pa.int32())
    columns = [
        pa.repeat(pa.scalar(month), len(firsts)),
        _terms(words, keys[firsts]),
        pa.repeat(pa.scalar(part, pa.int64()), len(firsts)),
        pa.array(counts, pa.int64()),
        pa.ListArray.from_arrays(offsets, pa.array(rows + part * PART, pa.int64())),
    ]
    return pa.Table.from_arrays(columns, schema=ARTICLE_SEARCH.arrow())


def _coded(articles: pa.Table) -> tuple[pa.Array, Numbers, Numbers]:
    """The sorted vocabulary; for each word its place there, -1 between title and text; and the row that it is of."""
    found = [word_lists(articles[name].combine_chunks()) for name in NEEDED]
    flat = pa.concat_arrays([pc.list_flatten(lists) for lists in found]).dictionary_encode()
    order = pc.sort_indices(flat.dictionary)
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order.to_numpy()] = np.arange(len(order))
    codes = ranks[flat.indices.to_numpy()] if len(order) else np.empty(0, np.int64)
    owners = np.concatenate([np.repeat(np.arange(len(lists)), pc.list_value_length(lists)) for lists in found])
    split = sum(pc.list_value_length(found[0]).to_pylist())
    return flat.dictionary.take(order), np.insert(codes, split, -1), np.insert(owners, split, -1)


def _postings(codes: Numbers, owners: Numbers, base: int) -> tuple[Numbers, Numbers]:
    """Keys of words and of pairs (word x base + next word + 1), sorted, with the rows that have them; each once."""
    paired = (owners[:-1] == owners[1:]) & (owners[:-1] >= 0)
    pairs = codes[:-1][paired] * base + codes[1:][paired] + 1
    single = owners >= 0
    keys = np.concatenate([codes[single] * base, pairs])
    rows = np.concatenate([owners[single], owners[:-1][paired]])
    packed = np.unique((keys << 16) | rows)
    return packed >> 16, packed & 0xFFFF


def _terms(words: pa.Array, keys: Numbers) -> pa.Array:
    base = len(words) + 1
    first, second = words.take(pa.array(keys // base)), keys % base
    following = words.take(pa.array(np.where(second > 0, second - 1, 0)))
    return pc.if_else(pa.array(second > 0), pc.binary_join_element_wise(first, following, " "), first)


__all__ = ["GROUP", "LOGIC", "NEEDED", "index"]
