"""Pictures of pages become text in reading order where tesseract is installed, and say so where it is not."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from benchmarks.documents import render, scans
from benchmarks.documents.samples import Sample, samples
from benchmarks.documents.scores import error_rate
from transforms.documents import columns, images, ocr
from transforms.documents.form import mend, mend_parts
from transforms.documents.noise import without_noise
from transforms.documents.ocr import OcrUnavailable, recogniser
from transforms.documents.reading import Wanted, read_file
from transforms.documents.tones import mend_tones
from transforms.documents.words import Segment, Word, as_lines, segments
from transforms.text import fold, nfc
from warehouse.schema import Outcome

PLAN = samples(1)[0]
SCAN = scans.scanned(render.pdf(PLAN), "scan", "test", most=1)


def installed() -> str | None:
    try:
        recogniser()
    except OcrUnavailable as error:
        return str(error)
    return None


needs_tesseract = pytest.mark.skipif(installed() is not None, reason=f"{installed()}")


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TINTINH_TESSERACT", "no-such-program")
    recogniser.cache_clear()
    yield
    recogniser.cache_clear()


@needs_tesseract
def test_a_scan_gives_its_text_with_engine_confidence_and_plausibility() -> None:
    found = read_file(SCAN)
    page = found.pages[0]
    gold = "\n".join(line for row in PLAN.head for cell in row for line in cell)
    assert found.outcome is Outcome.OK
    assert error_rate([(gold, found.text[: len(gold)])]) < 0.05
    assert (page.engine, page.version.endswith(" vie"), "deskewed" in page.flags) == ("tesseract", True, True)
    assert (page.confidence or 0) > 0.8
    assert (page.plausibility or 0) > 0.95


@needs_tesseract
def test_head_and_end_of_a_scan_do_not_interleave() -> None:
    short = Sample(PLAN.name, PLAN.head, PLAN.title, PLAN.paragraphs[:4], PLAN.foot, ())
    lines = read_file(scans.scanned(render.pdf(short), "clean", "test")).text.splitlines()
    assert lines[:3] == [*PLAN.head[0][0], *PLAN.head[0][1]]
    assert lines[-3:] == list(PLAN.foot[1])


@needs_tesseract
def test_text_pages_and_pictures_of_one_file_are_each_read_their_way() -> None:
    mixed = pdfium.PdfDocument.new()
    mixed.import_pages(pdfium.PdfDocument(render.pdf(PLAN)), [0])
    mixed.import_pages(pdfium.PdfDocument(SCAN), [0])
    written = io.BytesIO()
    mixed.save(written)
    assert [page.engine for page in read_file(written.getvalue()).pages] == ["pypdfium2", "tesseract"]


@pytest.mark.usefixtures("bare_machine")
def test_without_a_recogniser_a_scan_says_so_and_the_text_pages_are_read() -> None:
    found = read_file(SCAN)
    assert found.outcome is Outcome.OCR_UNAVAILABLE
    assert "apt-get install tesseract-ocr" in (found.reason or "")
    assert found.flags == ("ocr_unavailable",)
    assert read_file(render.pdf(PLAN)).outcome is Outcome.OK


def test_pictures_that_nobody_wants_recognised_are_empty() -> None:
    found = read_file(SCAN, Wanted.TEXT)
    assert (found.outcome, found.flags) == (Outcome.EMPTY, ("picture",))


def test_a_page_askew_is_turned_back() -> None:
    page = pdfium.PdfDocument(render.pdf(PLAN))[0]
    picture = images.render(page, 100)
    turned = picture.rotate(1.3, fillcolor=255, resample=Image.Resampling.BICUBIC)
    assert abs(images.skew(turned) - 1.3) < 0.15
    assert abs(images.skew(images.upright(turned)[0])) < 0.15


def test_a_red_stamp_and_the_scanners_lid_become_paper() -> None:
    page = Image.new("RGB", (400, 400), "white")
    page.paste((220, 20, 30), (100, 100, 200, 200))
    document = io.BytesIO()
    page.save(document, "PDF", resolution=100)
    grey = images.render(pdfium.PdfDocument(document.getvalue())[0], 100)
    assert min(grey.crop((110, 110, 190, 190)).tobytes()) > 180
    lid = Image.new("L", (400, 400), 255)
    lid.paste(0, (0, 390, 400, 400))
    assert min(images.clean_edges(lid).tobytes()) == 255


def line(text: str, left: float, top: float, confidence: float = 0.95) -> Segment:
    words, at = [], left
    for part in text.split():
        words.append(Word(part, at, top, at + 12 * len(part), top + 30, confidence))
        at += 12 * len(part) + 12
    return Segment(tuple(words))


HEAD = [
    line("UBND XÃ NA SẦM", 200, 100),
    line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 700, 102),
    line("Độc lập - Tự do - Hạnh phúc", 780, 150),
    line("Số: 12/UBND-VX", 220, 210),
    line("Na Sầm, ngày 4 tháng 5 năm 2025", 760, 212),
    line("V/v sửa chữa nhà ở", 210, 250),
    line("Kính gửi: Các thôn", 500, 330),
    line("Ủy ban nhân dân xã yêu cầu các thôn rà soát số hộ có nhà ở hư hỏng để sửa chữa", 150, 400),
]
END = [
    line("TM. ỦY BAN NHÂN DÂN", 800, 1500),
    line("Nơi nhận:", 150, 1530),
    line("CHỦ TỊCH", 900, 1540),
    line("- Như trên;", 150, 1570),
    line("- Lưu: VT.", 150, 1610),
    line("Lý Văn Páo", 890, 1750),
]


def test_columns_are_read_one_after_the_other() -> None:
    rows, parted = columns.read_in_order([*HEAD, *END], 2300)
    assert parted
    assert [row[0].text for row in rows] == [
        *(HEAD[index].text for index in (0, 1, 2, 3, 5, 4, 6, 7)),
        *(END[index].text for index in (1, 3, 4, 0, 2, 5)),
    ]


def test_the_incoming_stamp_and_specks_are_left_out_and_list_marks_are_kept() -> None:
    stamp = [line("VĂN PHÒNG HUYỆN", 1200, 280), line("ĐẾN", 1200, 320), line("Ngày:.....4/5.....", 1210, 360)]
    specks = [line("|", 50, 900), line("ƒ;", 60, 1000, 0.1)]
    item = line("- Các thôn", 150, 800)
    kept, stamped = without_noise([*HEAD, *stamp, *specks, item], 1650, 2300)
    assert stamped
    assert kept == [*HEAD, item]


def test_a_line_under_the_incoming_stamp_is_read_up_to_the_stamp() -> None:
    stamp = [line("ĐẾN", 1200, 300), line("Ngày:.....4/5.....", 1210, 360)]
    words = line("Hà Nội, ngày thrệng nỡm 2O2S", 1000, 310).words
    sure = [Word(w.text, w.left, w.top, w.right, w.bottom, 0.9 if w.right < 1200 else 0.05) for w in words]
    kept, stamped = without_noise([Segment(tuple(sure)), *stamp], 1650, 2300)
    assert stamped
    assert [each.text for each in kept] == ["Hà Nội, ngày"]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("sửa đôi, bỗ sung Nghị định sô 8", "sửa đổi, bổ sung Nghị định số 8"),
        ("TRIÊN KHAI THỰC HIỆN", "TRIỂN KHAI THỰC HIỆN"),
        ("Thâm quyền; kê từ ngày", "Thẩm quyền; kể từ ngày"),
        ("đôi bạn, bộ phim, sô diễn", "đôi bạn, bộ phim, sô diễn"),
        ("đường Tôn Thất Thuyết", "đường Tôn Thất Thuyết"),
        ("văn hoá, văn hóa", "văn hoá, văn hóa"),
    ],
)
def test_lost_tones_of_known_words_come_back_and_nothing_else_is_touched(read: str, meant: str) -> None:
    assert mend_tones(read) == meant


@given(st.text("aâấầêểôốbđnt hH,.1\u0301", max_size=40))
def test_mending_tones_keeps_everything_but_tones_and_is_done_at_once(line_: str) -> None:
    mended = mend_tones(nfc(line_))
    assert fold(mended, accents=False) == fold(line_, accents=False)
    assert mend_tones(mended) == mended


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("QUYÉT ĐỊNH:", "QUYẾT ĐỊNH:"),
        ("KÉ HOACH", "KẾ HOẠCH"),
        ("L. MỤC ĐÍCH, YÊU CÀU", "I. MỤC ĐÍCH, YÊU CẦU"),
        ("Só: 12 /UBND-VX", "Số: 12/UBND-VX"),
        ("V/V sửa chữa", "V/v sửa chữa"),
        ("Điều l. Ban hành", "Điều 1. Ban hành"),
        ("ÔN GTƯ", "THÔNG TƯ"),
        ("YẾT ĐỊNH", "QUYẾT ĐỊNH"),
        ("ĐỊNH", "ĐỊNH"),
        ("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM", "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("Quyết định này có hiệu lực", "Quyết định này có hiệu lực"),
    ],
)
def test_fixed_phrases_get_their_accents_back_and_nothing_else_is_touched(read: str, meant: str) -> None:
    assert mend(read) == meant


def test_the_parts_of_a_scan_are_numbered_as_they_follow_each_other() -> None:
    pages = [
        "I. MỤC ĐÍCH\n1. Nâng cao",
        "IL NỘI DUNG, NHIỆM VỤ\nII TỔ CHỨC THỰC HIỆN\nIV, KINH PHÍ",
        "I. PHỤ LỤC\nIX xã",
    ]
    assert mend_parts(pages) == [
        "I. MỤC ĐÍCH\n1. Nâng cao",
        "II. NỘI DUNG, NHIỆM VỤ\nIII. TỔ CHỨC THỰC HIỆN\nIV. KINH PHÍ",
        "I. PHỤ LỤC\nIX xã",
    ]


@given(
    st.lists(
        st.tuples(st.text("abđ ", min_size=1), *[st.floats(0, 2000)] * 2, st.floats(1, 300), st.floats(1, 60)),
        max_size=20,
    )
)
def test_every_word_is_read_once_wherever_it_stands(
    boxes: list[tuple[str, float, float, float, float]],
) -> None:
    words = [Word(text.strip() or "a", x, y, x + w, y + h) for text, x, y, w, h in boxes]
    rows, _parted = columns.read_in_order(segments(as_lines(words)), 2000)
    read = [word for row in rows for segment in row for word in segment.words]
    assert sorted(map(id, read)) == sorted(map(id, words))


def test_tesseracts_table_becomes_words_with_places() -> None:
    table = "level\tx\n5\t1\t1\t1\t1\t1\t10\t20\t30\t12\t91.5\tSố:\n5\t1\t1\t1\t1\t2\t50\t20\t30\t12\t-1\t \n"
    assert ocr.read_tsv(table) == [[Word("Số:", 10, 20, 40, 32, 0.915)]]
