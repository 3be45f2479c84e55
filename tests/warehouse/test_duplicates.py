"""The same text on several portals: found when it was edited, never confused with a form that was filled in anew."""

import datetime as dt
import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import duplicates as benchmark
from benchmarks import forms
from tests.warehouse.factory import batch, observation, portals, run
from warehouse.likeness import Text, compare
from warehouse.release import export_latest
from warehouse.store import Warehouse

NEWS = """Sáng 12/6, Ủy ban nhân dân xã Sông Thao khởi công tuyến kênh dẫn nước dài 2,4 km vào cánh đồng Nà Lươn.
Tuyến kênh có tổng vốn đầu tư 4,5 tỷ đồng từ nguồn vốn đầu tư công, dự kiến hoàn thành trước ngày 30/9.
Chủ tịch Ủy ban nhân dân xã, đồng chí Nông Văn Thức, đề nghị đơn vị thi công bảo đảm chất lượng và an toàn lao động.
Trưởng thôn Nà Lươn cho biết, bà con đã góp hơn 200 ngày công và hiến 1.500 m2 đất để mở rộng lòng kênh.
Khi hoàn thành, công trình sẽ chủ động tưới cho 85 ha lúa hai vụ của ba thôn ven sông.
Dịp này, đoàn thanh niên xã trồng thêm 300 cây lát hoa dọc hai bờ kênh và thu gom rác thải."""
TITLE = "Sông Thao khởi công tuyến kênh Nà Lươn"


def same(title: str, text: str) -> bool:
    return compare(Text(TITLE, NEWS), Text(title, text)).same


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (TITLE, NEWS.upper()),
        ("Thêm nước cho cánh đồng", NEWS),
        ("Thêm nước cho cánh đồng", "\n".join(NEWS.splitlines()[:4]) + "\nTin, ảnh: Lò Thị Mẩy"),
        ("Khởi công kênh", "(Sông Thao) - " + NEWS.replace("Ủy ban nhân dân", "UBND").replace("đồng chí", "ông")),
        (f"{TITLE}: bà con góp sức", "\n".join(NEWS.splitlines()[1::2])),
    ],
    ids=["capitals", "retitled", "cut and signed", "abbreviated", "half of it"],
)
def test_an_edited_copy_is_the_same(title: str, text: str) -> None:
    assert same(title, text)


@pytest.mark.parametrize(
    "text",
    [
        NEWS.replace("12/6", "19/6").replace("2,4 km", "3,1 km").replace("30/9", "15/10"),
        NEWS.replace("Sông Thao", "Tiên Yên").replace("Nà Lươn", "Bản Khoang").replace("Nông Văn Thức", "Lý A Sử"),
        NEWS.splitlines()[0],
        "\n".join(f"Mục {n}: thôn {n} báo cáo {n * 7} hộ đã ký cam kết và {n * 3} hộ vay vốn." for n in range(20))
        + NEWS,
    ],
    ids=["other figures", "other places", "one sentence of it", "an item of a digest"],
)
def test_the_same_words_with_other_facts_are_other_news(text: str) -> None:
    assert not same("Khởi công công trình", text)


@given(st.sampled_from(sorted(forms.FORMS)), st.integers(0, 10_000))
def test_no_form_is_a_copy_of_itself_filled_in_anew(title: str, seed: int) -> None:
    choice = random.Random(seed)
    one, other = Text(*forms.fill(title, choice)), Text(*forms.fill(title, choice))
    assert not compare(one, other).same
    assert compare(one, one).same


def test_likeness_does_not_depend_on_the_order() -> None:
    choice = random.Random(3)
    for _ in range(20):
        one, other = Text(TITLE, NEWS), Text(*benchmark.edited(TITLE, NEWS, choice))
        assert compare(one, other).same == compare(other, one).same


def test_the_labelled_sample_keeps_the_floors() -> None:
    figures = benchmark.measure(benchmark.pieces(None, 6, 40))
    assert figures["wrong_merges"] <= 0.01
    assert figures["copies_found"] >= 0.9
    assert figures["peer_wrong_merges"] > figures["wrong_merges"]


def at(hour: int, day: int = 27) -> dict[str, dt.datetime]:
    return {"published_at": dt.datetime(2025, 6, day, hour, tzinfo=dt.UTC)}


def test_an_export_tells_who_published_first_and_how_much_later_the_others_did(wh: Warehouse) -> None:
    copy = NEWS + "\nTheo Báo Sông Thao"
    rows = [
        observation("a", text=NEWS, title=TITLE, **at(1)),
        observation("b", portal="baoxulang", province="lang_son", text=copy, title="Nước về đồng", **at(4)),
        observation("c", portal="congxulang", province="lang_son", text=NEWS, title=TITLE, **at(1, 28)),
        observation(
            "d", portal="congxulang", province="lang_son", text=NEWS.replace("12/6", "3/5").replace("85", "60")
        ),
    ]
    for number, row in enumerate(rows):
        row["run_id"] = f"run-{number}"
        registry = portals(row["portal"], province=row["province"])
        wh.commit([wh.stage([batch([row])], run(row["run_id"], portal=row["portal"]))], registry)
    export_latest(wh)
    found = pq.read_table(Path(wh.store.root) / "latest" / "article_duplicates", partitioning=None).to_pylist()
    by_portal = {row["portal"]: row for row in found}
    assert [row["position"] for row in sorted(found, key=lambda row: row["lag_hours"])] == [1, 2, 3]
    assert {row["first_portal"] for row in found} == {"baosongthao"}
    assert by_portal["baoxulang"]["lag_hours"] == by_portal["baosongthao"]["lead_hours"] == 3.0
    assert (by_portal["congxulang"]["lag_hours"], by_portal["congxulang"]["exact"]) == (24.0, True)
    assert {(row["copies"], row["portals"]) for row in found} == {(3, 3)}


def test_a_copy_of_the_month_before_is_known(wh: Warehouse) -> None:
    rows = [
        observation("a", "2025-05-31", text=NEWS),
        observation("b", "2025-06-02", text=NEWS),
        observation("c", "2025-06-25", text=NEWS),
    ]
    wh.commit([wh.stage([batch(rows)], run(first="2025-05-01", last="2025-06-30"))], portals())
    export_latest(wh)
    found = pq.read_table(Path(wh.store.root) / "latest" / "article_duplicates", partitioning=None).to_pylist()
    assert [(row["month"], row["position"], row["copies"]) for row in found] == [("2025-05", 1, 2), ("2025-06", 2, 2)]
