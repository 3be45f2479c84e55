"""Millions of articles without a crawl: an export folder with articles, tags, documents and the search index.

Syllables are built from Vietnamese onsets, rimes and tones and drawn by Zipf's law, with some phrases in between; so
vocabulary, pairs of words and compression are like those of news, only less repetitive than real prose. Every DISTINCT
months the texts begin again, with other ids and days: each month is a file of its own, so nothing gets smaller by it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse import search
from warehouse.catalog import views
from warehouse.parquet import LIVE_LEVEL, encode_all
from warehouse.release import group_rows
from warehouse.schema import ALL_TABLES, ARTICLE_SEARCH

MONTHS = [f"{2024 + n // 12}-{n % 12 + 1:02}" for n in range(24)]
PROVINCES = ["tuyen_quang", *(f"tinh_{n:02}" for n in range(1, 63))]
TOPICS = [f"lĩnh vực {n}" for n in range(1, 25)]
NAMES = """
    Nguyễn Trần Lê Phạm Hoàng Vũ Đặng Bùi Lò Ma Nông Hà
    Văn Thị Đức Minh Thu Hữu
    An Bình Chi Dũng Giang Hải Hùng Khánh Lan Long Mai Nam Nga Phúc Quân Sơn Tâm Thảo Tuấn Vân Yến
"""
PERSONS = [" ".join(parts) for parts in product(*map(str.split, NAMES.strip().splitlines()))]
ONSETS = "b c ch d đ g gi h kh l m n ng nh ph qu r s t th tr v x"
RIMES = "a an ang anh ao âm ân âu e em ên i iêm iên in inh o oan ong ô ông ơ ơi u uân ung ư ương ươi y"
TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
PHRASES = [phrase.split() for phrase in ("chuyển đổi số", "đầu tư công", "nông thôn mới", "cải cách hành chính")]
PHRASE_SHARE = 0.02  # of articles that hold a given phrase
DIRECTIVE = "1/CT-TTg"
MENTIONS, CITED, WORDS = 8, 2, 560  # in an article
DOCUMENTS = 4_000  # a month at most
BATCH = 20_000
DISTINCT = 4  # months with texts of their own
Numbers = npt.NDArray[np.int64]


def make(folder: Path, articles: int) -> None:
    """Write an export of so many articles (rounded up to whole months) into ``folder``, unless one lies there."""
    if (folder / "files.json").is_file():
        return
    choice = np.random.default_rng(20250601)
    per_month = -(-articles // len(MONTHS))
    for place, month in enumerate(MONTHS):
        _write_month(folder, month, per_month, place * per_month, choice)
    listed = [{"table": path.parent.name, "path": str(path)} for path in sorted(folder.glob("*/*.parquet"))]
    (folder / "views.sql").write_text(views({entry["table"] for entry in listed}, str(folder / "files.json")))
    (folder / "files.json").write_text(json.dumps(listed))


def _write_month(folder: Path, month: str, number: int, start: int, choice: np.random.Generator) -> None:
    parts = [np.arange(at, min(at + BATCH, number)) for at in range(0, number, BATCH)]
    earlier = MONTHS[MONTHS.index(month) % DISTINCT]
    if earlier == month:
        provinces = np.sort(choice.integers(0, len(PROVINCES), number))
        made = [_articles(month, start + part, provinces[part], choice) for part in parts]
    else:
        old = pq.read_table(folder / "articles" / f"articles-{earlier}.parquet", partitioning=None)
        made = [_identified(old.slice(part[0], len(part)), month, start + part, choice) for part in parts]
    _write(folder, "articles", month, made)
    _write(folder, "article_topics", month, (_topics(part, choice) for part in made))
    _write(folder, "article_mentions", month, (_mentions(part, choice) for part in made))
    documents = _documents(month, choice, min(DOCUMENTS, max(number // 20, 10)))
    _write(folder, "documents", month, [documents])
    cited = [_citations(documents, "document", "document_id", choice)]
    cited += [_citations(part, "article", "article_id", choice) for part in made]
    _write(folder, "article_citations", month, cited)
    terms = search.index(month, made) if earlier == month else _index(folder, earlier, month)
    _write(folder, ARTICLE_SEARCH.name, month, terms)


def _write(folder: Path, name: str, month: str, tables: Iterable[pa.Table]) -> None:
    schema = ALL_TABLES[name].arrow()
    group = group_rows(ALL_TABLES[name])
    path = folder / name / f"{name}-{month}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_all((_filled(table, schema) for table in tables), schema, LIVE_LEVEL, group))


def _filled(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """``table`` with the columns of ``schema``; what it lacks is null, or an empty word where null is forbidden."""
    have = set(table.column_names)
    return pa.Table.from_arrays(
        [table[f.name] if f.name in have else _nothing(f, len(table)) for f in schema], schema=schema
    )


def _nothing(field: pa.Field, length: int) -> pa.Array:
    if field.nullable:
        return pa.nulls(length, field.type)
    blank = dt.datetime(2025, 1, 1, tzinfo=dt.UTC) if pa.types.is_timestamp(field.type) else 0
    return pa.repeat(pa.scalar("" if pa.types.is_string(field.type) else blank, field.type), length)


def _articles(month: str, numbers: Numbers, provinces: Numbers, choice: np.random.Generator) -> pa.Table:
    lengths = choice.poisson(WORDS, len(numbers))
    codes = choice.choice(len(SYLLABLES), lengths.sum(), p=FREQUENCY).astype(np.int32)
    starts = np.cumsum(lengths) - lengths
    for phrase in PHRASES:
        lucky = starts[choice.random(len(numbers)) < PHRASE_SHARE] + choice.integers(20, 400)
        for place, word in enumerate(phrase):
            codes[lucky + place] = PLACE[word]
    text = _joined(codes, np.append(starts, lengths.sum()))
    heads = (starts[:, None] + np.arange(12)).ravel()
    columns = {
        "province": pa.array(PROVINCES).take(pa.array(provinces)),
        "title": _joined(codes[heads], np.arange(0, 12 * len(numbers) + 1, 12)),
        "text": text,
        "n_chars": pc.cast(pc.utf8_length(text), pa.int64()),
    }
    return _identified(pa.table(columns), month, numbers, choice)


def _identified(texts: pa.Table, month: str, numbers: Numbers, choice: np.random.Generator) -> pa.Table:
    """These texts as the articles of these numbers, on days of ``month``."""
    days = choice.integers(1, 29, len(texts))
    own = {
        "month": pa.repeat(pa.scalar(month), len(texts)),
        "article_id": pa.array([hashlib.sha256(str(n).encode()).hexdigest()[:24] for n in numbers[: len(texts)]]),
        "portal": pa.array([f"bao{n % 3}_{p}" for n, p in enumerate(texts["province"].to_pylist())]),
        "published_date": pa.array([dt.date.fromisoformat(f"{month}-{day:02}") for day in days]),
    }
    kept = {name: texts[name] for name in ("province", "title", "text", "n_chars")}
    return pa.table({**kept, **own})


def _index(folder: Path, earlier: str, month: str) -> Iterator[pa.Table]:
    """The search index of a month whose texts are those of an earlier one."""
    file = pq.ParquetFile(folder / ARTICLE_SEARCH.name / f"{ARTICLE_SEARCH.name}-{earlier}.parquet")
    for group in range(file.num_row_groups):
        rows = file.read_row_group(group)
        yield rows.set_column(0, "month", pa.repeat(pa.scalar(month), len(rows)))


def _joined(codes: npt.NDArray[np.int32], offsets: Numbers) -> pa.Array:
    words = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(SYLLABLES)).dictionary_decode()
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), words), " ")


def _owners(rows: pa.Table, kind: str, key: str, times: int) -> dict[str, pa.Array]:
    repeated = rows.take(pa.array(np.repeat(np.arange(len(rows)), times)))
    same = {name: repeated[name] for name in ("province", "month", "portal", "published_date")}
    return {**same, "kind": pa.repeat(pa.scalar(kind), len(repeated)), "id": repeated[key]}


def _topics(rows: pa.Table, choice: np.random.Generator) -> pa.Table:
    ranks = pa.array(np.tile([1, 2], len(rows)))
    topics = pa.array(TOPICS).take(pa.array(np.minimum(choice.geometric(0.15, 2 * len(rows)), len(TOPICS)) - 1))
    return pa.table({**_owners(rows, "article", "article_id", 2), "topic": topics, "rank": ranks})


def _mentions(rows: pa.Table, choice: np.random.Generator) -> pa.Table:
    number = MENTIONS * len(rows)
    ranks = np.minimum(choice.zipf(1.2, number), len(PERSONS)) - 1
    types = pa.array(["PER", "ORG"]).take(pa.array((choice.random(number) < 0.3).astype(np.int64)))
    names = pa.array(PERSONS).take(pa.array(ranks))
    start = pa.array(np.sort(choice.integers(0, 2000, (len(rows), MENTIONS)), axis=1).ravel())
    owners = _owners(rows, "article", "article_id", MENTIONS)
    return pa.table({**owners, "type": types, "start": start, "end": pc.add(start, 9), "text": names, "norm": names})


def _documents(month: str, choice: np.random.Generator, number: int) -> pa.Table:
    """One month's documents, numbered through; the first of all is the directive."""
    first = MONTHS.index(month) * number
    numbers = [DIRECTIVE if n == 0 else f"{n}/KH-UBND" for n in range(first, first + number)]
    provinces = np.sort(choice.integers(0, len(PROVINCES), number))
    return pa.table(
        {
            "province": pa.array(PROVINCES).take(pa.array(provinces)),
            "month": pa.repeat(pa.scalar(month), number),
            "portal": pa.array([f"cong_{p}" for p in provinces]),
            "document_id": pa.array([hashlib.sha256(f"vb{text}".encode()).hexdigest()[:24] for text in numbers]),
            "number": pa.array(numbers),
            "published_date": pa.repeat(pa.scalar(dt.date.fromisoformat(f"{month}-15")), number),
            "place": pa.array(np.arange(first, first + number)),
        }
    )


def _citations(rows: pa.Table, kind: str, key: str, choice: np.random.Generator) -> pa.Table:
    """Each cites documents before it, and every fiftieth document the directive."""
    number = CITED * len(rows)
    last = rows["place"].to_numpy() if kind == "document" else np.full(len(rows), DOCUMENTS)
    cited = (np.repeat(last, CITED) * choice.random(number)).astype(np.int64)
    cited[choice.random(number) < 0.02] = 0
    text = pa.array([DIRECTIVE if n == 0 else f"{n}/KH-UBND" for n in cited])
    start = pa.array(np.tile(np.arange(CITED) * 100, len(rows)))
    return pa.table({**_owners(rows, kind, key, CITED), "start": start, "raw": text, "number": text})


def _syllables() -> list[str]:
    parts = product(ONSETS.split(), RIMES.split(), TONES)
    every = [unicodedata.normalize("NFC", _toned(onset + rime, tone)) for onset, rime, tone in parts]
    wanted = [word for phrase in PHRASES for word in phrase]
    mixed = sorted(dict.fromkeys(every), key=lambda word: hashlib.sha256(word.encode()).digest())
    return list(dict.fromkeys([*mixed[:30], *wanted, *mixed]))


def _toned(syllable: str, tone: str) -> str:
    place = max(n for n, letter in enumerate(syllable) if letter in "aâeêioôơuưy")
    return syllable[: place + 1] + tone + syllable[place + 1 :]


SYLLABLES = _syllables()
PLACE = {word: place for place, word in enumerate(SYLLABLES)}
FREQUENCY = 1 / (np.arange(len(SYLLABLES)) + 20.0)
FREQUENCY /= FREQUENCY.sum()
