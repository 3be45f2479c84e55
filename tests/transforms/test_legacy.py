"""Text from before Unicode becomes Unicode, wherever it stands, and nothing else is ever touched."""

import html
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from tests.portals.content import ARTICLES
from transforms.article import Article, extract
from transforms.fields import Evidence
from transforms.legacy import TCVN3, VNI, from_tcvn3, from_twice, from_vni, is_syllable, repair, repair_page
from transforms.text import decode

LETTERS = (
    "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
    "AÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬEÈẺẼÉẸÊỀỂỄẾỆIÌỈĨÍỊOÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢUÙỦŨÚỤƯỪỬỮỨỰYỲỶỸÝỴĐ"
)
BEYOND_ASCII = [letter for letter in LETTERS if not letter.isascii()]
SYLLABLES = str.split(
    "Chủ tịch tỉnh Ủy ban nhân dân xã huyện Quyết định về việc thực hiện kế hoạch xây dựng nông thôn mới "
    "đường giao thông đồng bào dân tộc vùng cao trường học hộ nghèo cây quế rừng trồng được thưởng"
)
SENTENCE = "Chủ tịch UBND tỉnh yêu cầu các sở, ngành rà soát lại số hộ nghèo ở những xã vùng cao trước ngày 15 tháng 6."
TITLE = "Chủ tịch UBND tỉnh làm việc với huyện vùng cao về giảm nghèo"
ENGLISH = (
    "The café’s façade, a naïve résumé and the señor’s piñata: Zoë coöperates; 20 °C, 5 µm, Microsoft® Windows™ © 2005."
)
FRENCH = (
    "Le préfet a visité l’hôpital où l’on reçoit les élèves âgés ; « c’était déjà prêt à Noël », a-t-il répété, "
    "naïf, près de la forêt brûlée. Ça coûte 5 µg à l’été, dû à la crème fraîche du garçon."
)
OTHERS = (
    "Der größte Schüler übt täglich schöne Lieder für Jörg Müller. Søren og Bjørn spiser blåbær på en ø ved Ærø. "
    "El niño español soñó con la cigüeña de Logroño. Ação, coração, não, também, irmã. Þórður á Íslandi æfir söng."
)
_TCVN3_CODE = {letter: code for code, letter in TCVN3.items()}
_VNI_CODE = {letter: code for code, letter in VNI.items()}


def to_tcvn3(text: str) -> str:
    return "".join(_TCVN3_CODE.get(letter) or _TCVN3_CODE.get(letter.lower()) or letter for letter in text)


def to_vni(text: str) -> str:
    return "".join(_VNI_CODE.get(letter, letter) for letter in text)


def to_twice(text: str) -> str:
    """What a program stores that takes UTF-8 for windows-1252."""
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())


WRITERS = {"tcvn3": to_tcvn3, "vni": to_vni, "mojibake": to_twice}
READERS = {"tcvn3": from_tcvn3, "vni": from_vni, "mojibake": from_twice}
WORDS = st.lists(st.sampled_from(SYLLABLES), min_size=12, max_size=40).map(" ".join)


@pytest.mark.parametrize("kind", ["vni", "mojibake"])
def test_each_of_the_134_letters_survives_the_way_there_and_back(kind: str) -> None:
    assert [letter for letter in BEYOND_ASCII if READERS[kind](WRITERS[kind](letter)) != letter] == []


def test_each_letter_of_tcvn3_comes_back_and_capitals_with_a_tone_come_back_small() -> None:
    expected = [letter if letter in TCVN3.values() else letter.lower() for letter in BEYOND_ASCII]
    assert [from_tcvn3(to_tcvn3(letter)) for letter in BEYOND_ASCII] == expected


def test_the_alphabet_is_whole() -> None:
    assert len(LETTERS) == 146
    assert len(VNI) == 134 == len(set(VNI.values())) == len(BEYOND_ASCII)
    assert {letter.lower() for letter in TCVN3.values()} == {letter.lower() for letter in BEYOND_ASCII}


@given(st.text(alphabet=LETTERS + " ,.-", max_size=80))
def test_vni_has_one_reading(text: str) -> None:
    assert from_vni(to_vni(text)) == text


@pytest.mark.parametrize(
    ("legacy", "sound"),
    [
        ("Chñ tÞch UBND tØnh NguyÔn V¨n An ký quyÕt ®Þnh", "Chủ tịch UBND tỉnh Nguyễn Văn An ký quyết định"),
        ("Uûy ban nhaân daân tænh vöøa ban haønh keá hoaïch", "Ủy ban nhân dân tỉnh vừa ban hành kế hoạch"),
        ("Tá»‰nh Ä‘á»™i tá»• chá»©c lá»… ra quÃ¢n", "Tỉnh đội tổ chức lễ ra quân"),
        ("UÛY BAN NHAÂN DAÂN TÆNH QUAÛNG NINH", "ỦY BAN NHÂN DÂN TỈNH QUẢNG NINH"),
    ],
)
def test_known_lines_are_read(legacy: str, sound: str) -> None:
    assert repair(legacy).text == sound


@pytest.mark.parametrize("kind", WRITERS)
@given(words=WORDS)
def test_a_line_of_syllables_is_recognised(kind: str, words: str) -> None:
    text = f"{SENTENCE}\n{words}"
    found = repair(WRITERS[kind](text))
    assert found.repairs == (kind,)
    assert found.text == from_tcvn3(to_tcvn3(text)) if kind == "tcvn3" else text


@given(WORDS)
def test_sound_vietnamese_is_left_alone(words: str) -> None:
    assert repair(words).repairs == ()
    assert repair_page(f"<p>{words}</p><p>© ® ­ µm ñ</p>").repairs == ()


@pytest.mark.parametrize("text", [ENGLISH, FRENCH, OTHERS])
def test_other_languages_are_left_alone(text: str) -> None:
    for each in (text, *text.split("."), *text.split()):
        assert repair(each).text == each
        assert repair_page(f"<div>{SENTENCE}</div><p>{each}</p>").repairs == ()
        assert repair_page(f"<p>{html.escape(each).encode('ascii', 'xmlcharrefreplace').decode()}</p>").repairs == ()


def test_a_foreign_sentence_on_a_page_in_a_legacy_encoding_stays_as_it_is() -> None:
    page = f"<p>{to_tcvn3(SENTENCE)}</p><p>{FRENCH}</p><p>{to_tcvn3(TITLE)}</p>"
    found = repair_page(page)
    assert FRENCH in found.text
    assert TITLE in found.text


@pytest.mark.parametrize("kind", WRITERS)
def test_every_text_of_the_sample_portals_is_left_alone_when_sound_and_restored_when_not(kind: str) -> None:
    for article in ARTICLES[::7]:
        text = "\n".join(article.paragraphs)
        assert repair(text).repairs == ()
        restored = repair(WRITERS[kind](text))
        assert restored.repairs == (kind,)
        expected = from_tcvn3(to_tcvn3(text)) if kind == "tcvn3" else text
        wrong = [
            pair
            for pair in zip(restored.text.split(), expected.split(), strict=False)
            if pair[0] != pair[1] and is_syllable(pair[1].strip(",.;:"))
        ]
        assert len(wrong) <= 0.01 * len(expected.split())


@pytest.mark.parametrize("kind", WRITERS)
def test_one_pasted_paragraph_of_a_page_in_unicode_is_read(kind: str) -> None:
    page = f"<body><h1>{TITLE}</h1><p>{SENTENCE}</p><p>{WRITERS[kind](SENTENCE)}</p><p>{SENTENCE}</p></body>"
    found = repair_page(page)
    assert (found.text.count(SENTENCE), found.repairs) == (3, (kind,))


def test_a_pasted_run_inside_a_sound_paragraph_is_read() -> None:
    pasted = to_tcvn3("theo quyết định của tỉnh về giảm nghèo bền vững")
    found = repair_page(f'<p>{SENTENCE * 2} <font face=".VnTime">{pasted}</font> {SENTENCE}</p>')
    assert "theo quyết định của tỉnh về giảm nghèo bền vững" in found.text
    assert found.text.count(SENTENCE) == 3


def test_a_named_font_lets_short_pieces_be_read_and_gives_capitals_back() -> None:
    heading = to_tcvn3("ủy ban nhân dân tỉnh")
    page = f'<p><span style="font-family:.VnTimeH">{heading}</span></p><td><font face=".VnTime">t¹i ®©y</font></td>'
    found = repair_page(page)
    assert "ỦY BAN NHÂN DÂN TỈNH" in found.text
    assert "tại đây" in found.text


def test_letters_as_entities_are_read_and_markup_entities_stay() -> None:
    entities = "".join(f"&#{ord(letter)};" if ord(letter) > 127 else letter for letter in to_tcvn3(SENTENCE))
    named = to_vni(SENTENCE).encode("ascii", "xmlcharrefreplace").decode().replace("&#241;", "&ntilde;")
    found = repair_page(f"<p>{entities} &lt;b&gt;&nbsp;&amp;</p><p>{named}</p>")
    assert found.text == f"<p>{SENTENCE} &lt;b&gt;&nbsp;&amp;</p><p>{SENTENCE}</p>"


def test_titles_in_attributes_are_read_and_scripts_and_addresses_are_not() -> None:
    script = f"<script>var t = '{to_tcvn3(SENTENCE)}';</script><a href='/{to_tcvn3('tỉnh')}'>x</a>"
    page = f'<meta property="og:title" content="{to_tcvn3(TITLE)}">{script}<p>{to_tcvn3(SENTENCE)}</p>'
    found = repair_page(page)
    assert f'content="{TITLE}"' in found.text
    assert script in found.text


@pytest.mark.parametrize("kind", ["tcvn3", "vni"])
@pytest.mark.parametrize("declared", [None, "utf-8", "windows-1252", "windows-1258", "iso-8859-1"])
def test_legacy_bytes_are_read_whatever_is_declared(kind: str, declared: str | None) -> None:
    meta = f'<meta charset="{declared}">' if declared else ""
    page = f"<html><head>{meta}</head><body><h1>{TITLE}</h1>{f'<p>{SENTENCE}</p>' * 4}</body></html>"
    decoded = decode(WRITERS[kind](page).encode("latin-1"), declared)
    assert decoded.text == page
    assert f"encoding_{kind}" in decoded.flags


@pytest.mark.parametrize("kind", WRITERS)
def test_an_article_in_a_legacy_encoding_has_sound_fields_and_says_what_was_repaired(kind: str) -> None:
    write = WRITERS[kind]
    body = f"<h1>{write(TITLE)}</h1><div class='date'>26/06/2025</div>" + f"<p>{write(SENTENCE)}</p>" * 6
    page = f"<html><head><title>{write(TITLE)}</title></head><body><article>{body}</article></body></html>"
    listed = Evidence(write(TITLE), "26/06/2025")
    found = extract(page.encode(), url="https://bao.test/tin/1.html", listing=listed)
    assert isinstance(found, Article)
    assert "title_differs_from_listing" not in found.flags
    assert (found.title, found.language) == (TITLE, "vi")
    assert found.text.count(SENTENCE) == 6
    assert {"encoding_repaired", f"encoding_{kind}"} <= set(found.flags)


@given(st.text(alphabet=st.sampled_from("<>/\"'&;#=!- ®ñ­á»‰ÃThtñµ¸script style font face.VnTimeH"), max_size=300))
def test_no_markup_makes_the_repair_fail_and_sound_text_is_never_cut(source: str) -> None:
    repair_page(source)
    assert len(repair(source).text) <= len(source) or repair(source).repairs


def test_no_page_of_the_real_archive_is_touched() -> None:
    file = Path(os.environ.get("TINTINH_DATA", "../shared/data")) / "hanoi" / "portal.warc.gz"
    if not file.is_file():
        pytest.skip("the real archive is absent")
    with file.open("rb") as stream:
        bodies = [record.content_stream().read() for record in ArchiveIterator(stream) if record.rec_type == "response"]
    pages = [body for body in bodies if b"<html" in body[:2000].lower()]
    assert len(pages) > 600
    assert [decoded.repairs for body in pages[::3] if (decoded := decode(body, "utf-8")).repairs] == []
