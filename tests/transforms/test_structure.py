"""The structure of official documents: own papers of many kinds, the plan of the laboratory, and any text at all."""

from __future__ import annotations

import datetime as dt
import os
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.documents.structure import Part, Structure, read_structure
from transforms.documents.structure.source import tidy

PAPERS = Path(__file__).parent / "papers"
DATA = Path(os.environ.get("TINTINH_DATA", Path(__file__).parents[3] / "shared" / "data"))
PLAN = DATA / "seeds" / "tuyen_quang_plan_78_kh_ubnd.txt"


def paper(name: str) -> Structure:
    return read_structure((PAPERS / f"{name}.txt").read_text(encoding="utf-8"))


def told(part: Part | None) -> str | None:
    return part.text if part else None


def parts(structure: Structure) -> list[Part]:
    head, tail, signer = structure.head, structure.tail, structure.tail.signer
    single = (head.number, head.place, head.issued, head.type_line, signer.name, signer.office)
    listed = (*head.addressees, *head.bases, *tail.recipients, *tail.copies)
    tasks = [Part(t.start, t.end, t.text) for each in structure.assignments for t in each.tasks]
    titles = [Part(s.title_start, s.title_end, s.title) for s in structure.sections]
    bodies = [Part(s.body_start, s.body_end, s.text) for s in structure.sections]
    return [*(part for part in single if part), *listed, *tasks, *titles, *bodies]


HEADS = """
quyet_dinh | 1287/QĐ-UBND | Quyết định | ỦY BAN NHÂN DÂN TỈNH LÀO CAI | 2024-06-05 | Lào Cai | Về việc ban hành
cong_van | 1764/SNN-TTBVTV | Công văn | SỞ NÔNG NGHIỆP VÀ PHÁT TRIỂN NÔNG THÔN | 2024-09-18 | Đắk Nông | tăng cường
thong_bao | 214/TB-VPUBND | Thông báo | VĂN PHÒNG | 2023-02-07 | Hậu Giang | Kết luận của Phó Chủ tịch
to_trinh | 58/TTr-UBND | Tờ trình | ỦY BAN NHÂN DÂN HUYỆN NHƯ XUÂN | 2022-07-11 | Như Xuân | Về việc đề nghị
nghi_quyet_hdnd | 09/2023/NQ-HĐND | Nghị quyết | HỘI ĐỒNG NHÂN DÂN TỈNH BẮC KẠN | 2023-07-19 | Bắc Kạn | QUY ĐỊNH
ke_hoach_tinh_uy | 450-KH/TU | Kế hoạch | TỈNH ỦY TUYÊN QUANG | 2024-03-01 | Tuyên Quang | sửa chữa, khắc phục
chi_thi_huyen_uy | 17-CT/HU | Chỉ thị | HUYỆN ỦY TUẦN GIÁO | 2023-08-14 | Tuần Giáo | CỦA BAN THƯỜNG VỤ
giay_moi | 77/GM-UBND | Giấy mời | ỦY BAN NHÂN DÂN QUẬN Ô MÔN | 2024-05-02 | Ô Môn | Dự họp triển khai
quyet_dinh_xa | 36/QĐ-UBND | Quyết định | ỦY BAN NHÂN DÂN XÃ MƯỜNG PHĂNG | 2025-08-04 | Mường Phăng | Về việc kiện
bao_cao | 402/BC-SYT | Báo cáo | SỞ Y TẾ | 2023-12-25 | Trà Vinh | Kết quả công tác
cong_dien | 09/CĐ-CTUBND | Công điện | CHỦ TỊCH ỦY BAN NHÂN DÂN THÀNH PHỐ CẦN THƠ | 2025-10-12 | Cần Thơ | Về việc chủ
ket_luan_dang_uy | 22-KL/ĐU | Kết luận | ĐẢNG ỦY XÃ CHIỀNG SUNG | 2025-09-18 | Chiềng Sung | của Ban Thường vụ
nghi_dinh | 188/2024/NĐ-CP | Nghị định | CHÍNH PHỦ | 2024-08-09 | Hà Nội | Sửa đổi, bổ sung một số điều
ke_hoach_so | 61/KH-SVHTTDL | Kế hoạch | SỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH | 2023-03-06 | Yên Bái | Tổ chức Giải
chuong_trinh_tinh_uy | 38-CTr/TU | Chương trình | TỈNH ỦY NGHỆ AN | 2022-11-07 | Nghệ An | thực hiện Nghị quyết
"""
TAILS = """
quyet_dinh | TM. KT. | ỦY BAN NHÂN DÂN | PHÓ CHỦ TỊCH | Hoàng Quốc Bảo | 4 | VT; KT1; TH2
cong_van | KT. | GIÁM ĐỐC | PHÓ GIÁM ĐỐC | Phạm Tuấn Lâm | 3 | VT; TTBVTV
thong_bao | KT. | CHÁNH VĂN PHÒNG | PHÓ CHÁNH VĂN PHÒNG | Lê Thị Ngọc Diễm | 3 | VT; NCTH. LT
to_trinh | TM. | ỦY BAN NHÂN DÂN | CHỦ TỊCH | Lương Thị Hoa | 1 | VT
nghi_quyet_hdnd | - | - | CHỦ TỊCH | Phương Thị Thanh Hà | 3 | VT; Hs
ke_hoach_tinh_uy | TM. | BAN THƯỜNG VỤ | PHÓ BÍ THƯ THƯỜNG TRỰC | Ma Thế Hồng Quân | 2 | Văn phòng Tỉnh ủy
chi_thi_huyen_uy | TM. | BAN THƯỜNG VỤ | BÍ THƯ | Lò Văn Cương | 2 | VPHU
giay_moi | TL. | CHỦ TỊCH | CHÁNH VĂN PHÒNG | Trần Minh Khôi | 1 | VT
quyet_dinh_xa | KT. | CHỦ TỊCH | PHÓ CHỦ TỊCH | Quàng Văn Ính | 2 | VT
bao_cao | Q. | - | GIÁM ĐỐC | Kiên Sóc Thi | 1 | VT; KHTC
cong_dien | - | - | CHỦ TỊCH | Trương Cảnh Huy | 4 | VT; NN. PTH
ket_luan_dang_uy | TM. | BAN THƯỜNG VỤ | BÍ THƯ | Cầm Văn Đoàn | 2 | VPĐU
nghi_dinh | TM. KT. | CHÍNH PHỦ | PHÓ THỦ TƯỚNG | Đinh Hữu Phước | 2 | VT; TCCV (2b)
ke_hoach_so | - | - | GIÁM ĐỐC | Hoàng Thị Mỹ Linh | 4 | VT; QLTDTT
chuong_trinh_tinh_uy | TM. KT. | TỈNH ỦY | PHÓ BÍ THƯ | Bùi Thế Vinh | 2 | Văn phòng Tỉnh ủy
ke_hoach_lien_tich | KT. | GIÁM ĐỐC | PHÓ GIÁM ĐỐC | Bạch Đăng Khoa | 1 | VT
"""


def cases(table: str) -> list[list[str]]:
    return [line.split(" | ") for line in table.strip().splitlines()]


@pytest.mark.parametrize("case", cases(HEADS), ids=lambda case: case[0])
def test_the_head_is_read_whatever_the_type(case: list[str]) -> None:
    name, number, kind, issuer, day, place, subject = case
    head = paper(name).head
    assert (told(head.number), head.doc_type, told(head.issuer)) == (number, kind, issuer)
    assert (head.issued_date, told(head.place)) == (dt.date.fromisoformat(day), place)
    assert (told(head.subject) or "").startswith(subject)


@pytest.mark.parametrize("case", cases(TAILS), ids=lambda case: case[0])
def test_signer_capacity_recipients_and_copies_are_read(case: list[str]) -> None:
    tail = paper(case[0]).tail
    signer = tail.signer
    read = (signer.capacity, told(signer.signed_for), told(signer.office), told(signer.name))
    counts = (str(len(tail.recipients)), "; ".join(part.text for part in tail.copies))
    assert [case[0], *(value or "-" for value in read), *counts] == case


def test_articles_of_a_decision_and_of_the_regulation_behind_it_keep_apart() -> None:
    found = paper("quyet_dinh")
    paths = [section.path for section in found.sections]
    assert paths[:4] == ["Điều 1", "Điều 2", "Điều 3", "PL1"]
    assert "PL1.Chương II.Mục 2" in paths
    point = next(section for section in found.sections if section.path == "PL1.Điều 1.2.b")
    assert (point.kind, point.parent, point.level) == ("letter", "PL1.Điều 1.2", 5)
    assert point.title == "Ủy ban nhân dân cấp huyện, cấp xã nơi có chợ phiên;"
    assert len(paths) == len(set(paths)) == 19


def test_numbering_of_a_report_restarts_below_each_roman_numeral() -> None:
    paths = [section.path for section in paper("bao_cao").sections]
    assert " ".join(paths) == "A A.I A.I.1 A.I.2 A.I.2.1 A.I.2.2 A.II A.II.1 B B.I B.II B.II.1 B.II.2"


def test_the_party_numbers_with_hyphens() -> None:
    paths = [section.path for section in paper("ke_hoach_tinh_uy").sections]
    assert paths == ["I", "I.1", "I.2", "II", "II.1", "II.1.1", "II.1.2", "II.2", "III", "III.1", "III.2"]


def test_articles_that_are_put_into_another_document_are_no_sections() -> None:
    paths = [section.path for section in paper("nghi_dinh").sections]
    assert paths == ["Điều 1", "Điều 1.1", "Điều 1.2", "Điều 2", "Điều 2.1", "Điều 2.2"]


def test_annexes_are_numbered_anew() -> None:
    paths = [section.path for section in paper("ke_hoach_so").sections]
    assert paths[-5:] == ["PL1", "PL2", "PL2.I", "PL2.I.1", "PL2.I.2"]


def test_parts_hold_roman_numerals_and_duties_name_their_agency() -> None:
    found = paper("ke_hoach_lien_tich")
    assert [section.path for section in found.sections][-2:] == ["Phần II.II.1.2", "Phần II.II.2"]
    assert [each.agency for each in found.assignments] == ["Sở Y tế", "Sở Giáo dục và Đào tạo"]


def test_agencies_get_their_tasks_deadlines_and_partners() -> None:
    given = {(each.section, each.agency): each for each in paper("cong_van").assignments}
    assert given["1", "Ủy ban nhân dân các huyện, thành phố Gia Nghĩa"].deadline == dt.date(2024, 9, 30)
    branch = given["2", "Chi cục Phát triển nông nghiệp"]
    assert (branch.form, branch.partners) == ("order", ("Trung tâm Khuyến nông tỉnh",))
    assert (branch.deadline, branch.tasks[0].deadline_raw) == (dt.date(2024, 10, 31), "hoàn thành trong tháng 10/2024")


def test_a_letter_without_sections_charges_agencies_too() -> None:
    found = read_structure(
        "Số: 885/CT-CS\nV/v thuế\nKính gửi: Chi cục Thuế khu vực XV.\nCục Thuế có ý kiến như sau:\n"
        "Căn cứ quy định nêu trên, đề nghị Chi cục Thuế khu vực XV hướng dẫn người nộp thuế thực hiện.\n"
        "Giao các Bộ: Công an, Tài chính có ý kiến trước ngày 10 tháng 5 năm 2026.\nNơi nhận:\n- Như trên;"
    )
    named = [(each.section, each.agency) for each in found.assignments]
    assert named == [(None, "Chi cục Thuế khu vực XV"), (None, "Bộ Công an"), (None, "Bộ Tài chính")]
    assert found.assignments[1].deadline == dt.date(2026, 5, 10)


def test_names_behind_a_colon_are_departments() -> None:
    named = [each.agency for each in paper("thong_bao").assignments if each.section == "3"]
    assert named == ["Sở Tài nguyên và Môi trường", "Sở Tài chính", "Sở Xây dựng"]


def test_a_deadline_that_returns_every_year_has_no_day() -> None:
    task = next(each for each in paper("quyet_dinh").assignments if each.section == "Điều 2").tasks[0]
    assert (task.deadline, task.deadline_raw) == (None, "trước ngày 30 tháng 11 hằng năm")


def test_those_who_carry_out_a_decision_are_charged_with_it() -> None:
    named = [each.agency for each in paper("quyet_dinh_xa").assignments if each.section == "Điều 3"]
    assert named[0] == "Chánh Văn phòng Hội đồng nhân dân và Ủy ban nhân dân xã"
    assert named[1:3] == ["Trưởng phòng Kinh tế", "Trưởng Công an xã"]


CELLS = """UBND TỈNH LÀO CAI SỞ Y TẾ ------- | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc ----
Số: 12/QĐ-SYT | Lào Cai, ngày 05 tháng 01 năm 2024

QUYẾT ĐỊNH

Về việc giao chỉ tiêu khám sức khỏe

Điều 1. Giao chỉ tiêu khám sức khỏe năm 2024 cho các đơn vị./.

Nơi nhận: - Như Điều 1; - Bộ Y tế; - Lưu: VT, NVY. | TM. BAN GIÁM ĐỐC KT. GIÁM ĐỐC PHÓ GIÁM ĐỐC Hoàng Quốc Bảo"""


def test_cells_of_a_table_that_share_a_line_are_told_apart() -> None:
    found = read_structure(CELLS)
    assert (told(found.head.superior), told(found.head.issuer)) == ("UBND TỈNH LÀO CAI", "SỞ Y TẾ")
    assert (told(found.head.place), found.head.issued_date) == ("Lào Cai", dt.date(2024, 1, 5))
    signer = found.tail.signer
    assert (signer.capacity, told(signer.signed_for), told(signer.office)) == (
        "TM. KT.",
        "BAN GIÁM ĐỐC",
        "PHÓ GIÁM ĐỐC",
    )
    assert told(signer.name) == "Hoàng Quốc Bảo"
    assert [part.text for part in (*found.tail.recipients, *found.tail.copies)] == [
        "Như Điều 1",
        "Bộ Y tế",
        "VT",
        "NVY",
    ]


def test_legal_bases_and_addressees_are_lists() -> None:
    assert [len(paper(name).head.bases) for name in ("quyet_dinh", "to_trinh", "ke_hoach_tinh_uy")] == [3, 2, 1]
    assert len(paper("cong_van").head.addressees) == 3
    assert [part.text for part in paper("to_trinh").head.addressees] == ["Hội đồng nhân dân huyện Như Xuân"]


def test_a_number_that_is_left_blank_is_its_symbol() -> None:
    head = read_structure("Số:       /KH-UBND\nHà Nội, ngày    tháng    năm 2026\nKẾ HOẠCH\nTổ chức lễ hội").head
    assert (told(head.number), head.issued_date, head.doc_type) == ("/KH-UBND", None, "Kế hoạch")


def printed(text: str, width: int) -> str:
    """The text as pages print it: lines of ``width``, no empty ones, a number at each page's end."""
    lines = [line for paragraph in text.replace("*", "").split("\n") for line in textwrap.wrap(paragraph, width)]
    pages = [lines[at : at + 42] for at in range(0, len(lines), 42)]
    return "\n".join("\n".join((*page, str(number))) for number, page in enumerate(pages, 1))


@pytest.mark.skipif(not PLAN.is_file(), reason=f"the laboratory's plan is not at {PLAN}")
@pytest.mark.parametrize("width", [None, 60, 75, 88, 100])
def test_the_plan_gives_all_its_parts_in_paragraphs_and_as_printed(width: int | None) -> None:
    text = PLAN.read_text(encoding="utf-8")
    found = read_structure(printed(text, width) if width else text)
    head, tail = found.head, found.tail
    assert (told(head.number), told(head.place), head.doc_type) == ("78/KH-UBND", "Tuyên Quang", "Kế hoạch")
    assert head.issued_date == dt.date(2024, 4, 23)
    assert (told(head.subject) or "").endswith("của Ban Chấp hành Trung ương Đảng khóa XIII")
    assert len(found.sections) == 69
    assert "II.3.1.4" in {section.path for section in found.sections}
    assert len(found.assignments) == 63
    due = {task.deadline_raw for each in found.assignments for task in each.tasks if task.deadline_raw}
    assert due == {"trước ngày 10/12/2024", "trước ngày 15/12/2024"}
    assert (tail.signer.capacity, told(tail.signer.name)) == ("TM.", "Nguyễn Văn Sơn")
    assert (len(tail.recipients), tail.copies[0].text) == (7, "VT")


WORDS = (
    "Số: 12/QĐ-UBND|QUYẾT ĐỊNH|Kính gửi: Sở Y tế|Căn cứ Luật Đất đai;|Điều 1. Giao Sở Nội vụ chủ trì|I. MỤC TIÊU"
    "|1. Sở Tài chính|1.1.1. Công an tỉnh|a) Rà soát|- Ủy ban nhân dân xã: Thống kê|Nơi nhận:|- Lưu: VT."
    "|TM. ỦY BAN NHÂN DÂN|KT. CHỦ TỊCH|Nguyễn Văn An|PHỤ LỤC|Chương I|2|trước ngày 31/12/2024|phối hợp với Sở Y tế"
    "|\n| |*|:|;|.|\u00a0|\u0301|İ|ß"
)
PIECES = st.sampled_from(WORDS.split("|"))


@example(["PHỤ LỤC", "Nơi nhận:", "Điều 1. Giao Sở Nội vụ chủ trì"], "\n")
@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=40), st.sampled_from(["\n", " ", "\n\n", ""]))
def test_any_text_is_read_and_every_part_is_where_it_says(pieces: list[str], joint: str) -> None:
    text = joint.join(pieces)
    found = read_structure(text)
    for part in parts(found):
        assert 0 <= part.start <= part.end <= len(text)
        assert part.text == tidy(text[part.start : part.end])
    paths = [section.path for section in found.sections]
    assert len(paths) == len(set(paths))
    by_path = {section.path: section for section in found.sections}
    for section in found.sections:
        above = by_path[section.parent] if section.parent else None
        assert above is None or above.start <= section.start <= section.end <= above.end


PATTERNS = (
    *("Nơi nhận:\n", "TM. ỦY BAN NHÂN DÂN\n", '"Điều 1. a\n', "PHỤ LỤC\nI. ABC\n", "Căn cứ Luật;\n", "Sở Y tế, "),
    *("a    ", "- Ủy ban nhân dân xã: Thống kê số liệu hộ nghèo\n", "Số: ", "a | ", "Giao Sở Y tế, ", "1. A\na) B\n"),
    *("I. ABC\nII. DEF\n", "QUYẾT ĐỊNH\n", "1.1.1.1.1.1 ", "phối hợp với Sở Y tế ", "ngày 1 tháng 1 năm 2024 "),
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_time_grows_with_length_and_no_faster(pattern: str) -> None:
    def seconds(times: int) -> float:
        started = time.process_time()
        read_structure(pattern * times)
        return time.process_time() - started

    ratios = (seconds(4000) / max(seconds(500), 0.004) for _ in range(3))  # another program may slow one of them
    assert any(ratio < 25 for ratio in ratios)
