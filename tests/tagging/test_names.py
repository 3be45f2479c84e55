"""People, offices, bodies and places: the traps of Vietnamese public-affairs text."""

from __future__ import annotations

from datetime import date

import pyarrow.parquet as pq
import pytest

from transforms.tagging import Context, tag, vocabulary

HOME = Context(province="lang_son", published=date(2023, 5, 4))


def texts(sentence, kind, context=HOME):
    return [mention.text for mention in tag(sentence, context).mentions if mention.type == kind]


def people(sentence, context=HOME):
    return {m.text: m.role for m in tag(sentence, context).mentions if m.type == "PER"}


def places(sentence, context=HOME):
    return {m.text: m for m in tag(sentence, context).mentions if m.type == "LOC"}


def test_a_person_after_a_province_committee_is_no_province():
    sentence = "Phó Chủ tịch UBND tỉnh Hoàng Minh Khôi chủ trì cuộc họp."
    assert people(sentence) == {"Hoàng Minh Khôi": "Phó Chủ tịch UBND tỉnh"}
    assert texts(sentence, "LOC") == []


def test_a_province_after_a_committee_belongs_to_the_body():
    assert texts("Lãnh đạo UBND tỉnh Cao Bằng tiếp đoàn.", "ORG") == ["UBND tỉnh Cao Bằng"]


def test_offices_before_names_belong_to_the_name_that_follows():
    sentence = "Dự lễ có Bí thư Huyện ủy Nông Văn Tú, Chủ tịch UBND huyện Bế Thị Hảo."
    assert people(sentence) == {"Nông Văn Tú": "Bí thư Huyện ủy", "Bế Thị Hảo": "Chủ tịch UBND huyện"}


def test_offices_after_names_belong_to_the_name_before():
    sentence = "Các đồng chí: Lương Đức Thịnh - TUV, Bí thư Huyện ủy; Tạ Thu Hiền, Giám đốc Sở Nội vụ cùng dự."
    assert people(sentence) == {"Lương Đức Thịnh": "TUV; Bí thư Huyện ủy", "Tạ Thu Hiền": "Giám đốc Sở Nội vụ"}


def test_a_military_rank_stands_between_office_and_name():
    assert people("Giám đốc Công an tỉnh, Đại tá Trần Hữu Bách phát biểu.") == {
        "Trần Hữu Bách": "Giám đốc Công an tỉnh"
    }


@pytest.mark.parametrize("name", ["Vừ A Páo", "Chảo Láo Tả", "Cứ Thị Mỷ", "Giàng Seo Lử", "Lò Văn Ín"])
def test_names_of_minorities_are_names(name):
    assert name in people(f"Ông {name} là người có uy tín của bản.")


def test_the_governed_body_is_kept_apart():
    (person,) = (m for m in tag("Bà Lê Thu Cúc, Giám đốc Sở Y tế, trả lời.", HOME).mentions if m.type == "PER")
    assert (person.role, person.unit) == ("Giám đốc Sở Y tế", "Sở Y tế")


def test_a_title_is_no_part_of_the_name():
    assert list(people("Ông Đặng Quốc Vinh và bà Mai Thị Lựu cùng ký.")) == ["Đặng Quốc Vinh", "Mai Thị Lựu"]


def test_photo_credits_are_people_of_another_kind():
    tags = tag("Đoàn công tác khảo sát tuyến đường.\n\nBài và ảnh: Thu Hằng", HOME)
    (person,) = (m for m in tags.mentions if m.type == "PER")
    assert (person.text, person.credit, person.role) == ("Thu Hằng", True, None)


def test_names_that_look_like_phrases_are_left_alone():
    sentence = "Chương trình Mục tiêu Quốc gia, Dự án Xây dựng Nông thôn mới và Nghị quyết Đại hội Đảng bộ."
    assert people(sentence) == {}


@pytest.mark.parametrize(
    ("sentence", "bodies"),
    [
        ("Sở Thông tin và Truyền thông tổ chức tập huấn.", ["Sở Thông tin và Truyền thông"]),
        ("Sở Tài chính và UBND huyện Bình Gia phối hợp.", ["Sở Tài chính", "UBND huyện Bình Gia"]),
        ("Sở Văn hóa, Thể thao và Du lịch báo cáo.", ["Sở Văn hóa, Thể thao và Du lịch"]),
        ("Học sinh trường THPT chuyên Chu Văn An dự thi.", ["trường THPT chuyên Chu Văn An"]),
        ("Ban Quản lý các khu công nghiệp tỉnh đề xuất.", ["Ban Quản lý các khu công nghiệp tỉnh"]),
        ("Thường trực Tỉnh ủy cho ý kiến.", ["Thường trực Tỉnh ủy"]),
        ("Trụ sở mới, cơ sở vật chất, môi trường đầu tư, cán bộ xã hội.", []),
        ("Công ty TNHH Thương mại Hoàng Gia đã nộp hồ sơ.", ["Công ty TNHH Thương mại Hoàng Gia"]),
        ("Bộ Tài chính đã trình Chính phủ.", ["Bộ Tài chính", "Chính phủ"]),
    ],
)
def test_bodies_end_where_their_name_ends(sentence, bodies):
    assert texts(sentence, "ORG") == bodies


def test_a_broken_line_does_not_break_a_name():
    assert texts("Theo Sở Thông tin và Truyền\n thông, việc này đã xong.", "ORG") == ["Sở Thông tin và Truyền\n thông"]


def test_tone_placement_never_matters():
    assert places("Đoàn đến tỉnh Hoà Bình.")["tỉnh Hoà Bình"].code == "17"
    assert places("Đoàn đến tỉnh Hòa Bình.")["tỉnh Hòa Bình"].code == "17"


def test_a_bare_level_is_completed_by_the_province_of_the_portal():
    (body,) = (m for m in tag("UBND tỉnh ban hành kế hoạch.", HOME).mentions if m.type == "ORG")
    assert body.norm == "Ủy ban nhân dân tỉnh Lạng Sơn"


def test_enumerations_share_their_head():
    found = places("Mưa lớn tại các huyện Bình Gia, Bắc Sơn và Tràng Định.")
    assert [(m.text, m.level) for m in found.values()] == [
        ("Bình Gia", "district"),
        ("Bắc Sơn", "district"),
        ("Tràng Định", "district"),
    ]


@pytest.mark.parametrize("sentence", ["Xây dựng nông thôn Tiên tiến.", "Văn bản Mới của đơn vị.", "Khu phi thuế quan."])
def test_words_that_only_look_like_places_are_none(sentence):
    assert places(sentence) == {}


def test_the_president_is_a_person_and_his_city_a_place():
    sentence = "Học tập Chủ tịch Hồ Chí Minh, đoàn vào thành phố Hồ Chí Minh."
    assert list(people(sentence)) == ["Hồ Chí Minh"]
    assert [(m.text, m.code) for m in places(sentence).values()] == [("thành phố Hồ Chí Minh", "79")]


def test_a_place_is_the_unit_of_its_day_and_knows_the_unit_of_today():
    before = places("Đoàn thăm tỉnh Hà Giang.", Context(published=date(2024, 1, 1)))["tỉnh Hà Giang"]
    assert (before.code, before.code_now) == ("02", "08")
    after = places("Đoàn thăm tỉnh Tuyên Quang.", Context(published=date(2025, 8, 1)))["tỉnh Tuyên Quang"]
    assert (after.code, after.code_now) == ("08", "08")


def test_a_code_that_was_reused_is_read_by_the_date():
    before = places("tỉnh Bắc Ninh", Context(published=date(2025, 6, 30)))["tỉnh Bắc Ninh"]
    after = places("tỉnh Bắc Ninh", Context(published=date(2025, 7, 1)))["tỉnh Bắc Ninh"]
    assert (before.code, before.code_now, after.code) == ("27", "24", "24")


def test_districts_have_no_unit_today():
    district = places("Lễ hội huyện Bắc Sơn khai mạc.")["huyện Bắc Sơn"]
    assert (district.level, district.code, district.code_now) == ("district", "185", None)


def test_a_commune_is_resolved_by_the_areas_behind_it():
    found = places("Tại xã Hồng Thái, huyện Na Hang, tỉnh Tuyên Quang.", Context(published=date(2023, 1, 1)))
    assert found["xã Hồng Thái"].code == "02254"


def test_a_commune_without_context_stays_open_with_candidates():
    found = places("Tại xã Hồng Thái có mưa.", Context(published=date(2023, 1, 1)))["xã Hồng Thái"]
    assert found.code is None
    assert len(found.candidates) > 3


def test_a_commune_dissolved_long_ago_is_still_known():
    found = places("UBND giao đất tại xã Quang Lang.", Context(province="lang_son", published=date(2019, 3, 1)))
    assert (found["xã Quang Lang"].code_now, found["xã Quang Lang"].level) == ("06463", "commune")


def test_spellings_of_the_press_are_resolved():
    assert places("huyện Mù Cang Chải", Context(published=date(2022, 1, 1)))["huyện Mù Cang Chải"].code == "137"


def test_a_provincial_town_of_the_province_s_name_is_a_district():
    found = places("Tại thành phố Lạng Sơn, tỉnh Lạng Sơn.")
    assert (found["thành phố Lạng Sơn"].level, found["tỉnh Lạng Sơn"].level) == ("district", "province")


def test_numbered_roads_and_villages_are_places():
    found = places("Sạt lở trên Quốc lộ 4B, thôn Khòn Pát và tỉnh lộ 226.")
    assert [(m.text, m.level) for m in found.values()] == [
        ("Quốc lộ 4B", "other"),
        ("thôn Khòn Pát", "village"),
        ("tỉnh lộ 226", "other"),
    ]


def test_an_office_that_is_given_later_in_the_clause_belongs_to_the_name():
    sentence = "Ông Triệu Đức Lâm được bổ nhiệm giữ chức Phó Giám đốc Sở Xây dựng."
    assert people(sentence) == {"Triệu Đức Lâm": "Phó Giám đốc Sở Xây dựng"}


def test_an_office_that_is_laid_down_does_not_belong_to_the_name():
    assert people("Ông Triệu Đức Lâm thôi giữ chức Phó Giám đốc Sở Xây dựng.") == {"Triệu Đức Lâm": None}


def test_the_office_of_one_person_does_not_pass_to_the_next():
    sentence = "Có đồng chí Lý Thu Nga, Bí thư Huyện ủy, đồng chí Phan Đình Tuệ, Giám đốc Sở Y tế."
    assert people(sentence) == {"Lý Thu Nga": "Bí thư Huyện ủy", "Phan Đình Tuệ": "Giám đốc Sở Y tế"}


def test_a_type_word_inside_a_line_in_capitals_opens_no_place():
    assert list(places("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")) == []


@pytest.mark.parametrize("sentence", ["Ông Nguyễn Trường Giang phát biểu.", "Đoàn đến Trường Sa."])
def test_a_head_word_inside_a_name_opens_no_body(sentence):
    assert texts(sentence, "ORG") == []


def test_names_of_the_same_commune_in_several_districts_are_told_by_the_portal():
    sentence = "Đoàn kiểm tra tại xã Hồng Thái."
    assert places(sentence, Context(province="tuyen_quang", published=date(2025, 9, 1)))["xã Hồng Thái"].code == "02260"


def test_several_offices_before_a_name_are_all_kept():
    sentence = "Ủy viên Trung ương Đảng, Bí thư Tỉnh ủy Mã Quang Dực tiếp khách."
    assert people(sentence) == {"Mã Quang Dực": "Ủy viên Trung ương Đảng; Bí thư Tỉnh ủy"}


def test_a_numbered_school_keeps_number_and_commune():
    assert texts("Trường Tiểu học số 2 xã Tân Lang khai giảng.", "ORG") == ["Trường Tiểu học số 2 xã Tân Lang"]


def bodies(sentence, context=HOME):
    return {m.text: m for m in tag(sentence, context).mentions if m.type in ("ORG", "ROLE")}


def test_a_body_of_a_bare_level_belongs_to_the_unit_that_the_text_names():
    found = bodies("Huyện ủy giao Công an huyện tuần tra tại huyện Văn Lãng; Tỉnh ủy theo dõi.")
    assert [(m.norm, m.level, m.code) for m in found.values()] == [
        ("Huyện ủy Văn Lãng", "district", "182"),
        ("Công an huyện Văn Lãng", "district", "182"),
        ("Tỉnh ủy Lạng Sơn", "province", "20"),
    ]


def test_a_bare_level_with_two_units_in_the_text_is_told_by_its_paragraph_or_left_open():
    found = bodies("Đoàn đến huyện Văn Lãng.\nĐoàn đến huyện Cao Lộc, Huyện ủy báo cáo.\nUBND huyện ghi nhận.")
    assert [(m.norm, m.code) for m in found.values()] == [("Huyện ủy Cao Lộc", "183"), ("Ủy ban nhân dân huyện", None)]


def test_an_office_is_written_out_with_its_unit():
    found = bodies("Chủ tịch UBND tỉnh Lò Văn Ín phát biểu.")["Chủ tịch UBND tỉnh"]
    assert (found.norm, found.code, found.code_now) == ("Chủ tịch Ủy ban nhân dân tỉnh Lạng Sơn", "20", "20")


@pytest.mark.parametrize("name", ["H'Yam Bkrông", "Y Sen Êban", "Siu H’Bia", "Điểu N'Đôi", "Đàng Thị Mỹ Hương"])
def test_names_with_prefixes_and_rare_surnames_are_names(name):
    assert list(people(f"Bà {name}, Bí thư Đảng ủy xã, phát biểu.")) == [name]


def test_a_foreigner_is_known_by_the_office_and_country_before_the_name():
    assert list(people("Tổng thống Pháp Emmanuel Macron điện đàm.")) == ["Emmanuel Macron"]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Lữ đoàn 127 và Bộ Tư lệnh Quân khu 2 lên đường.", ["Lữ đoàn 127", "Bộ Tư lệnh Quân khu 2"]),
        ("Kho bạc Nhà nước khu vực XVIII chi trả.", ["Kho bạc Nhà nước khu vực XVIII"]),
        ("HTX Nông nghiệp Quyết Thắng liên kết sản xuất.", ["HTX Nông nghiệp Quyết Thắng"]),
        ("VNPT Lạng Sơn và FPT Software tài trợ.", ["VNPT Lạng Sơn", "FPT Software"]),
        ("Ban Giám đốc Sở Y tế họp.", ["Sở Y tế"]),
    ],
)
def test_units_with_numbers_zones_and_branches_are_whole(sentence, found):
    assert texts(sentence, "ORG") == found


def test_a_village_office_takes_its_village_along():
    assert people("Ông Lý A Sa, Trưởng thôn Na Ca, kể lại.") == {"Lý A Sa": "Trưởng thôn Na Ca"}


def test_a_commune_without_type_word_is_known_by_its_district():
    found = places("Đường từ Tân Thanh đi huyện Văn Lãng dài 9 km.", Context(published=date(2023, 1, 1)))
    assert (found["Tân Thanh"].level, found["Tân Thanh"].rule) == ("commune", "commune-of-named-district")


@pytest.mark.parametrize(
    ("written", "day", "level", "code", "now"),
    [
        ("tỉnh Hà Tây", date(2005, 1, 1), "province", "28", "01"),
        ("huyện Từ Liêm", date(2012, 1, 1), "district", "019", None),
        ("huyện Yên Hưng", date(2010, 1, 1), "district", "206", None),
        ("tỉnh Thừa Thiên Huế", date(2024, 1, 1), "province", "46", "46"),
        ("thành phố Huế", date(2024, 1, 1), "district", "474", None),
        ("thành phố Huế", date(2025, 2, 1), "province", "46", "46"),
        ("thành phố Đồng Nai", date(2026, 5, 1), "province", "75", "75"),
    ],
)
def test_units_are_known_through_time(written, day, level, code, now):
    found = places(f"Đoàn đến {written}.", Context(published=day))[written]
    assert (found.level, found.code, found.code_now) == (level, code, now)


def test_every_unit_that_began_with_the_reform_names_its_predecessors_and_decree():
    rows = pq.read_table(vocabulary.DATA / "gazetteer.parquet").to_pylist()
    new = [row for row in rows if row["valid_from"] == date(2025, 7, 1)]
    assert len(new) > 3300
    assert all(row["decree"] for row in new)
    assert sum(not row["predecessors"] for row in new) <= 10  # islands that had no commune
    phu_tho = next(row for row in new if row["name"] == "Phú Thọ" and row["level"] == "province")
    assert phu_tho["predecessors"] == ["17", "25", "26"]


def test_an_office_that_shares_words_with_its_body_governs_the_whole_body():
    (office,) = (m for m in tag("Chánh Văn phòng HĐND và UBND huyện ký.", HOME).mentions if m.type == "ROLE")
    assert (office.text, office.unit) == ("Chánh Văn phòng HĐND và UBND huyện", "Văn phòng HĐND và UBND huyện")


def test_a_street_is_known_by_the_house_number_before_it():
    assert list(places("Hội nghị tại số 185 Giảng Võ, quận Ba Đình.")) == ["Giảng Võ", "quận Ba Đình"]


def test_a_cemetery_of_the_fallen_is_a_place_and_no_person():
    sentence = "Đoàn viếng Nghĩa trang liệt sĩ Ba Dốc."
    assert (list(places(sentence)), people(sentence)) == (["Nghĩa trang liệt sĩ Ba Dốc"], {})


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Tại Công viên Phần mềm Quang Trung có mưa.", ["Công viên Phần mềm Quang Trung"]),
        ("Kẹt xe trên đường Nguyễn Trãi - Thanh Xuân.", ["đường Nguyễn Trãi", "Thanh Xuân"]),
        ("Cao tốc Vĩnh Hảo - Phan Thiết thông xe.", ["Cao tốc Vĩnh Hảo - Phan Thiết"]),
        ("Xuất khẩu sang Lào, Ý và Áo tăng.", ["Lào", "Ý", "Áo"]),
        ("Sở hữu thuê bao di động Beeline.", []),
    ],
)
def test_names_of_sites_and_streets_end_where_they_end(sentence, found):
    assert list(places(sentence)) == found


def test_a_common_noun_is_no_body():
    assert texts("Công ty tư vấn, Trung tâm đào tạo và Viện nghiên cứu cùng dự.", "ORG") == []


def test_a_place_before_a_name_is_no_part_of_it():
    assert people("Chủ tịch UBND tỉnh Đồng Nai Võ Văn Lành phát biểu.") == {
        "Võ Văn Lành": "Chủ tịch UBND tỉnh Đồng Nai"
    }
    assert people("Từ Ninh Bình, đoàn đi Nam Định.") == {}


def test_a_lake_at_the_beginning_of_a_sentence_is_no_person():
    assert people("Hồ Kẻ Gỗ xả lũ. Nước hồ Kẻ Gỗ dâng cao.") == {}
