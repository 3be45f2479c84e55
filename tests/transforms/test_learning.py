"""Profiles out of the archive: no person needed, across runs, and kept beside the portal's state."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from crawlers.archive import ArchiveWriter, FetchRecord
from crawlers.portal import Portal, identity
from tests.transforms.test_profile import html
from transforms.learning import PROFILE
from transforms.pipeline import observe
from transforms.profile import loads
from transforms.template import block_key

NOW = dt.datetime(2025, 6, 9, 3, 0, tzinfo=dt.UTC)
PORTAL = Portal(id="nuicao", name="Báo Núi Cao", kind="newspaper", home="http://nuicao.test/", province="ha_giang")


NOTICE = "Mời bạn đọc gửi ý kiến về tòa soạn theo địa chỉ ghi ở cuối trang."


def archive(
    root: Path, run: str, numbers: range, box: str = "noi-dung-tin", day: str = "2025-06-02", notice: str = ""
) -> Path:
    folder = root / PORTAL.id / run
    writer = ArchiveWriter(folder, root)
    for number in numbers:
        url = f"http://nuicao.test/thoi-su/bai-so-{number}-nuoi-trau-{number}.html"
        known = {"role": "article", "kind": "article", "id": identity(PORTAL.id, "article", url), "canonical_url": url}
        record = FetchRecord(url=url, outcome="ok", fetched_at=f"{day}T03:00:00.000000+00:00", http_status=200, **known)
        body = html(number, box).replace("</table>", f"</table><p>{notice}</p>").encode()
        writer.write(record, (200, [("Content-Type", "text/html; charset=utf-8")], body))
    writer.close()
    return folder


def rows(folder: Path, portal: Portal = PORTAL) -> list[dict[str, Any]]:
    batches = observe(folder, folder.parents[1], portal, folder.name, NOW)
    return [row for batch in batches for row in batch.to_pylist()]


def test_a_portal_that_nobody_described_is_read_from_its_first_run_on(tmp_path: Path) -> None:
    found = rows(archive(tmp_path, "dau", range(12)))
    assert [row["outcome"] for row in found] == ["ok"] * 12
    assert all("learned_template" in row["quality_flags"] for row in found)
    assert found[5]["published_date"] == dt.date(2025, 4, 16)
    assert loads((tmp_path / PORTAL.id / PROFILE).read_text(encoding="utf-8")).versions[0].learned_on.month == 6


def test_runs_of_three_articles_learn_from_each_other(tmp_path: Path) -> None:
    first = rows(archive(tmp_path, "r1", range(2)))
    assert all("learned_template" not in (row["quality_flags"] or ()) for row in first)
    for number in range(2, 5):
        archive(tmp_path, f"r{number}", range(3 * number, 3 * number + 3))
    later = rows(archive(tmp_path, "r9", range(30, 33)))
    assert all("learned_template" in row["quality_flags"] for row in later)


def test_a_lost_profile_is_learned_again_and_gives_the_same_rows(tmp_path: Path) -> None:
    folder = archive(tmp_path, "dau", range(12))
    healthy = rows(folder)
    (tmp_path / PORTAL.id / PROFILE).write_text("{", encoding="utf-8")
    assert rows(folder) == healthy


def test_after_a_redesign_new_pages_are_read_and_old_ones_reparse_as_before(tmp_path: Path) -> None:
    old = archive(tmp_path, "cu", range(12))
    before = rows(old)
    new = rows(archive(tmp_path, "moi", range(20, 32), box="than-bai", day="2025-06-08"))
    assert [row["outcome"] for row in new] == ["ok"] * 12
    assert all(row["text"] and "learned_template" in row["quality_flags"] for row in new)
    assert rows(old) == before


def test_selectors_that_a_person_corrected_win(tmp_path: Path) -> None:
    folder = archive(tmp_path, "dau", range(12))
    rows(folder)
    file = tmp_path / PORTAL.id / PROFILE
    text = file.read_text(encoding="utf-8").replace('"edited": false', '"edited": true')
    file.write_text(text.replace('"div.ten"', '"span.dong-ho"'), encoding="utf-8")
    assert {row["title"] for row in rows(folder)} == {"Thứ Hai, 02/06/2025"}
    assert '"span.dong-ho"' in file.read_text(encoding="utf-8")


def test_a_family_whose_own_selectors_fit_learns_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    portal = PORTAL.model_copy(update={"family": "newspaper"})
    rows(archive(tmp_path, "dau", range(12), box="news_detail"), portal)
    assert not (tmp_path / PORTAL.id / PROFILE).exists()
    assert not caplog.records


def test_what_every_page_repeats_in_its_container_is_written_down(tmp_path: Path) -> None:
    rows(archive(tmp_path, "dau", range(12), notice=NOTICE))
    types = loads((tmp_path / PORTAL.id / PROFILE).read_text(encoding="utf-8")).versions[0].types
    assert block_key(NOTICE) in types[0].slots.repeated
