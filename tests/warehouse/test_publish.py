"""Publishing is a pure function of the set of observations."""

import datetime as dt
import itertools
import random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.factory import NOON, document, observation, portals, run, table
from warehouse.checks import require
from warehouse.commit import DERIVED
from warehouse.publish import PublishError, publish
from warehouse.schema import RUNS

DAY = dt.timedelta(days=1)
OUTCOMES = ("ok", "ok", "ok", "unchanged", "gone", "gone", "server_error", "not_article", "timeout", "empty")


def runs_table(*rows: dict[str, Any]) -> pa.Table:
    given_rows = rows or (run(),)
    return pa.Table.from_pylist(
        [{"province": "tuyen_quang", "month": str(row["date_from"])[:7], **row} for row in given_rows],
        schema=RUNS.arrow(),
    )


def published(rows: list[dict[str, Any]], *runs: dict[str, Any]) -> dict[str, pa.Table]:
    return dict(publish(table(rows), runs_table(*runs), portals(), "2025-06"))


def seen(day: int, key: object = 1, **values: Any) -> dict[str, Any]:
    """A reading of one article ``day`` days after the first, by a run of its own."""
    return observation(key, run_id=f"run-{day}", fetched_at=NOON + day * DAY, **values)


def article(rows: list[dict[str, Any]]) -> dict[str, Any]:
    articles = published(rows)["articles"].to_pylist()
    assert len(articles) == 1
    return articles[0]


@st.composite
def stories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Readings of a few articles and documents, each run reading an item at most once."""
    count = draw(st.integers(1, 25))
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for _ in range(count):
        day, key = draw(st.integers(0, 6)), draw(st.integers(0, 3))
        outcome = draw(st.sampled_from(OUTCOMES))
        extra = {"text": draw(st.sampled_from(["Bản một.", "Bản hai.", "Bản ba."]))} if outcome == "ok" else {}
        make = document if key == 3 else observation
        rows[day, key] = make(
            key, run_id=f"run-{day}", fetched_at=NOON + draw(st.integers(0, 4)) * DAY, outcome=outcome, **extra
        )
    return list(rows.values())


@settings(max_examples=60, deadline=None)
@given(stories(), st.integers(0, 2**32))
def test_the_order_of_arrival_never_matters(rows: list[dict[str, Any]], seed: int) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    first, second = published(rows), published(shuffled)
    assert all(first[name].equals(second[name]) for name in first)


@settings(max_examples=60, deadline=None)
@given(stories())
def test_every_derived_table_keeps_the_data_model_and_its_key(rows: list[dict[str, Any]]) -> None:
    for name, rows_out in published(rows).items():
        require(rows_out, DERIVED[name])


@settings(max_examples=60, deadline=None)
@given(stories(), st.sampled_from(["server_error", "timeout", "blocked", "unreadable", "soft_404", "empty"]))
def test_a_later_failure_never_erases_or_changes_a_good_row(rows: list[dict[str, Any]], outcome: str) -> None:
    before = published(rows)
    failures = [seen(9, key, outcome=outcome) for key in range(3)]
    after = published(rows + failures)
    for name in ("articles", "documents", "article_versions", "article_mentions"):
        assert after[name].equals(before[name])


@settings(max_examples=60, deadline=None)
@given(stories())
def test_versions_of_an_article_follow_each_other_without_overlap(rows: list[dict[str, Any]]) -> None:
    tables = published(rows)
    versions: dict[str, list[dict[str, Any]]] = {}
    for row in tables["article_versions"].to_pylist():
        versions.setdefault(row["article_id"], []).append(row)
    assert sorted(versions) == sorted(tables["articles"]["article_id"].to_pylist())
    for chain in versions.values():
        assert [row["version"] for row in chain] == list(range(1, len(chain) + 1))
        assert all(a["valid_to"] == b["valid_from"] for a, b in itertools.pairwise(chain))


def test_an_edit_adds_a_version_and_the_article_shows_the_newest() -> None:
    rows = [seen(0, text="Bản đầu."), seen(1, text="Bản sửa.")]
    newest = article(rows)
    assert (newest["version"], newest["text"], newest["run_id"]) == (2, "Bản sửa.", "run-1")
    assert newest["first_seen_at"] == NOON
    versions = published(rows)["article_versions"].to_pylist()
    assert [(v["text"], v["valid_from"], v["valid_to"]) for v in versions] == [
        ("Bản đầu.", NOON, NOON + DAY),
        (None, NOON + DAY, None),
    ]


def test_a_version_tells_what_changed_since_the_one_before() -> None:
    first = seen(0, text="Đoạn mở.\nĐoạn cũ.\nĐoạn cuối.")
    second = seen(1, text="Đoạn mở.\nĐoạn mới.\nĐoạn cuối.\nĐoạn mở.", title="Tít mới", author="Lò Thị Mẩy")
    told = [{name: v[name] for name in ("changed", "added", "removed")} for v in _versions(first, second)]
    assert told == [
        {"changed": None, "added": None, "removed": None},
        {"changed": ["title", "text", "author"], "added": ["Đoạn mới.", "Đoạn mở."], "removed": ["Đoạn cũ."]},
    ]


def _versions(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return published(list(rows))["article_versions"].to_pylist()


def test_every_row_tells_where_it_comes_from_and_whom_to_name() -> None:
    rows = [observation(1), document(), seen(1, text="Bản sửa.", tagger_version="9")]
    for name, found in published(rows).items():
        if name in ("coverage", "inventory"):
            continue
        assert found.num_rows or name == "document_pages"
        for row in found.to_pylist():
            assert (row["source_note"], row["warc_offset"]) == ("Báo Sông Thao, http://baosongthao.test/", 1000)
            assert row["warc_file"] == f"baosongthao/{row['run_id']}/part-000.warc.gz"
            assert row["fetched_at"] == NOON + (row["run_id"] == "run-1" and row["tagger_version"] == "9") * DAY


def test_an_unchanged_reading_moves_only_the_time_of_last_sight() -> None:
    row = article([seen(0), seen(3, outcome="unchanged")])
    assert (row["version"], row["first_seen_at"], row["last_seen_at"]) == (1, NOON, NOON + 3 * DAY)


def test_parsing_the_same_fetch_again_replaces_and_never_adds_a_version() -> None:
    again = observation(1, run_id="reparse", text="Đọc lại cho đúng.", parsed_at=NOON + 5 * DAY)
    row = article([seen(0, text="Đọc sai."), again])
    assert (row["version"], row["text"], row["run_id"]) == (1, "Đọc lại cho đúng.", "reparse")


def test_a_parse_that_fails_does_not_take_back_what_an_earlier_parse_read() -> None:
    again = observation(1, run_id="reparse", outcome="unreadable", parsed_at=NOON + 5 * DAY)
    assert article([seen(0), again])["run_id"] == "run-0"


def test_a_parse_that_knows_better_removes_what_never_was_an_article() -> None:
    again = observation(1, run_id="reparse", outcome="not_article", parsed_at=NOON + 5 * DAY)
    assert published([seen(0), again])["articles"].num_rows == 0


def test_the_same_bytes_read_by_a_newer_extractor_are_no_edit() -> None:
    rows = [seen(0, text="Cũ.", digest="d" * 64), seen(1, text="Mới.", digest="d" * 64)]
    assert article(rows)["version"] == 1


def test_one_404_is_not_believed_two_are() -> None:
    assert article([seen(0), seen(1, outcome="gone")])["gone_at"] is None
    rows = [seen(0), seen(1, outcome="gone"), seen(2, outcome="gone")]
    row = article(rows)
    assert (row["gone_at"], row["last_seen_at"]) == (NOON + 2 * DAY, NOON)
    assert published(rows)["article_versions"].to_pylist()[-1]["valid_to"] == NOON + DAY


def test_an_article_that_comes_back_is_not_gone() -> None:
    rows = [seen(0), seen(1, outcome="gone"), seen(2, outcome="gone"), seen(3, outcome="unchanged")]
    assert article(rows)["gone_at"] is None


def test_404s_with_a_sight_between_them_are_not_two_in_a_row() -> None:
    rows = [seen(0), seen(1, outcome="gone"), seen(2, outcome="unchanged"), seen(3, outcome="gone")]
    assert article(rows)["gone_at"] is None


def test_children_are_those_of_the_newest_version_alone() -> None:
    first = seen(0, text="Một.", topics=[{"topic": "y tế", "score": 1.0, "rank": 1, "method": "lexicon"}])
    second = seen(1, text="Hai.", topics=[{"topic": "giáo dục", "score": 1.0, "rank": 1, "method": "lexicon"}])
    assert published([first, second])["article_topics"]["topic"].to_pylist() == ["giáo dục"]


def test_children_carry_article_or_document_and_its_day() -> None:
    rows = [observation(1), document("vb9", issued="2025-06-20", published_date=dt.date(2025, 6, 23))]
    mentions = published(rows)["article_mentions"].to_pylist()
    days = {(row["kind"], row["published_date"]) for row in mentions}
    assert days == {("article", dt.date(2025, 6, 27)), ("document", dt.date(2025, 6, 20))}


def test_a_tag_said_twice_is_kept_once() -> None:
    topic = {"topic": "y tế", "score": 1.0, "rank": 1, "method": "lexicon"}
    assert published([observation(1, topics=[topic, topic])])["article_topics"].num_rows == 1


def test_documents_are_rows_of_their_own_with_the_province_of_today() -> None:
    tables = published([observation(1), document("vb9")])
    assert tables["documents"].select(["number", "province_2025"]).to_pylist() == [
        {"number": "vb9/QĐ-UBND", "province_2025": "tuyen_quang"}
    ]
    assert tables["articles"].num_rows == 1


def test_a_portal_outside_the_registry_stops_the_publication_by_name() -> None:
    with pytest.raises(PublishError, match="baosongthao"):
        dict(publish(table([observation(1)]), runs_table(), portals("mot_bao_khac"), "2025-06"))


def test_observations_of_two_provinces_are_not_one_partition() -> None:
    with pytest.raises(PublishError, match="one province"):
        published([observation(1), observation(2, province="lang_son")])


def test_a_month_without_observations_still_says_that_somebody_looked() -> None:
    tables = published([], run("sweep", "2025-05-01", "2025-07-31", expect_min=0))
    assert tables["coverage"].num_rows == 30
    assert set(tables["coverage"]["state"].to_pylist()) == {"empty_expected"}
    assert tables["articles"].num_rows == 0
