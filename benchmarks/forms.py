"""Forms that are filled in anew each week: nearly every word is the same, and no two of them are the same news."""

from __future__ import annotations

import random
import re

# {d} day, {m} month, {n} number, {x} commune, {v} village, {p} person, {h} hour, {q} amount, {w} week, {c} thing
FORMS: dict[str, str] = {
    "Lịch công tác tuần {w} của Thường trực Ủy ban nhân dân xã {x}": """
Thứ Hai, ngày {d}/{m}: Buổi sáng, họp giao ban Thường trực Ủy ban nhân dân xã; thành phần: Chủ tịch, các Phó Chủ tịch.
Buổi chiều, đồng chí {p} kiểm tra tiến độ tuyến đường thôn {v}.
Thứ Ba, ngày {d}/{m}: Buổi sáng, đồng chí {p} dự hội nghị trực tuyến tại hội trường xã.
Buổi chiều, làm việc với thôn {v} về công tác giải phóng mặt bằng.
Thứ Tư, ngày {d}/{m}: Tiếp công dân định kỳ tại trụ sở; đồng chí {p} chủ trì.
Thứ Năm, ngày {d}/{m}: Kiểm tra công tác phòng cháy, chữa cháy rừng tại thôn {v}.
Thứ Sáu, ngày {d}/{m}: Họp chi bộ; buổi chiều đồng chí {p} dự sinh hoạt tại thôn {v}.
Lịch này thay cho giấy mời; các thành phần dự họp chuẩn bị tài liệu và có mặt đúng giờ.""",
    "Thông báo tạm ngừng cung cấp điện trên địa bàn xã {x}": """
Điện lực khu vực thông báo kế hoạch tạm ngừng cung cấp điện để sửa chữa, bảo dưỡng lưới điện như sau.
Thời gian: từ {h} giờ 00 đến {h} giờ 30 ngày {d}/{m}. Khu vực mất điện: thôn {v}, thôn {v} và một phần xã {x}.
Lý do: thay {n} vị trí cột, bổ sung sứ và phát quang hành lang tuyến trung áp.
Điện lực rất mong khách hàng thông cảm và chủ động bố trí sản xuất, sinh hoạt trong thời gian mất điện.
Mọi thắc mắc xin liên hệ tổng đài chăm sóc khách hàng để được giải đáp.""",
    "Dự báo thời tiết ngày {d}/{m}": """
Trung tâm khí tượng thủy văn cho biết, ngày và đêm {d}/{m}, khu vực tỉnh có mưa rào và dông rải rác.
Nhiệt độ thấp nhất từ {n} đến {n} độ C, vùng núi cao dưới {n} độ C. Nhiệt độ cao nhất từ {n} đến {n} độ C.
Gió nhẹ, độ ẩm trung bình {n} phần trăm. Lượng mưa phổ biến từ {n} đến {n} mm, có nơi trên {n} mm.
Trong mưa dông có khả năng xảy ra lốc, sét, mưa đá và gió giật mạnh.
Đề phòng lũ quét, sạt lở đất tại xã {x} và các xã vùng cao. Bà con cần chủ động che chắn chuồng trại, hoa màu.""",
    "Giá nông sản tại chợ {x} ngày {d}/{m}": """
Khảo sát tại chợ trung tâm xã {x} sáng {d}/{m} cho thấy giá nhiều mặt hàng nông sản biến động nhẹ so với phiên trước.
Gạo tẻ thơm {q} đồng một ki-lô-gam; gạo nếp nương {q} đồng một ki-lô-gam; ngô hạt {q} đồng một ki-lô-gam.
Thịt lợn hơi {q} đồng một ki-lô-gam; gà thả đồi {q} đồng một ki-lô-gam; cá chép ao {q} đồng một ki-lô-gam.
Rau cải mèo {q} đồng một bó; măng tươi {q} đồng một ki-lô-gam; cam sành {q} đồng một ki-lô-gam.
Theo các tiểu thương, nguồn hàng dồi dào, sức mua ổn định, giá dự kiến ít thay đổi trong phiên tới.""",
    "Tin buồn": """
Ban Chấp hành Đảng bộ, Hội đồng nhân dân, Ủy ban nhân dân, Ủy ban Mặt trận Tổ quốc xã {x} và gia đình vô cùng thương
tiếc báo tin: đồng chí {p}, sinh ngày {d} tháng {m} năm 19{n}, quê quán thôn {v}, xã {x};
nguyên cán bộ xã, Huy hiệu {n} năm tuổi Đảng, đã từ trần hồi {h} giờ ngày {d} tháng {m} tại nhà riêng.
Lễ viếng tổ chức từ {h} giờ ngày {d} tháng {m} tại nhà văn hóa thôn {v}.
Lễ truy điệu và đưa tang hồi {h} giờ cùng ngày, an táng tại nghĩa trang nhân dân thôn {v}.
Ban Tổ chức lễ tang trân trọng thông báo để các cơ quan, đoàn thể và bà con biết, đến viếng và chia buồn.""",
    "Thông báo lịch tiếp công dân tháng {m} của lãnh đạo xã {x}": """
Căn cứ Luật Tiếp công dân, Ủy ban nhân dân xã {x} thông báo lịch tiếp công dân định kỳ của lãnh đạo như sau.
Ngày {d}/{m}: đồng chí {p}, Chủ tịch Ủy ban nhân dân xã. Ngày {d}/{m}: đồng chí {p}, Phó Chủ tịch Ủy ban nhân dân xã.
Thời gian: buổi sáng từ {h} giờ 30; buổi chiều từ 13 giờ 30. Địa điểm: phòng tiếp công dân, trụ sở xã.
Công dân đến phản ánh, kiến nghị mang theo giấy tờ tùy thân và tài liệu có liên quan.
Các ban, ngành, đoàn thể và trưởng thôn thông báo rộng rãi để nhân dân biết, thực hiện.""",
    "Mời chào giá cung cấp {c}": """
Bệnh viện đa khoa khu vực {x} có nhu cầu tiếp nhận báo giá để tham khảo, xây dựng giá gói thầu mua sắm {c}.
Thông tin liên hệ của người chịu trách nhiệm tiếp nhận báo giá: {p}, Phòng Vật tư, điện thoại nội bộ {n}.
Cách thức tiếp nhận: trực tiếp hoặc qua bưu điện.
Thời hạn tiếp nhận: từ 08 giờ ngày {d}/{m} đến trước 17 giờ ngày {d}/{m}.
Thời hạn có hiệu lực của báo giá: tối thiểu {n} ngày. Nội dung yêu cầu báo giá: {c}, số lượng {n}.
Báo giá phải gồm toàn bộ chi phí cung cấp, vận chuyển, lắp đặt, thuế và phí; có chữ ký và đóng dấu của nhà cung cấp.""",
    "Ủy ban nhân dân xã {x} thông báo đấu giá quyền sử dụng đất": """
Ủy ban nhân dân xã {x} thông báo đấu giá quyền sử dụng {n} thửa đất ở tại thôn {v}, tổng diện tích {q} m2.
Giá khởi điểm từ {q} đồng đến {q} đồng một mét vuông; tiền đặt trước bằng 20 phần trăm giá khởi điểm.
Thời gian bán hồ sơ: từ ngày {d}/{m} đến ngày {d}/{m}, trong giờ hành chính, tại trụ sở xã.
Buổi công bố giá tổ chức hồi {h} giờ ngày {d}/{m} tại nhà văn hóa thôn {v}, đấu giá bằng bỏ phiếu trực tiếp.
Người có nhu cầu liên hệ đồng chí {p}, công chức địa chính, để được hướng dẫn và xem đất thực địa.""",
    "Đại hội Chi bộ thôn {v}, nhiệm kỳ mới": """
Chi bộ thôn {v}, xã {x} vừa tổ chức đại hội nhiệm kỳ mới với sự tham dự của {n} đảng viên.
Nhiệm kỳ qua, chi bộ đã lãnh đạo nhân dân phát triển kinh tế, xây dựng nông thôn mới, giữ vững an ninh trật tự.
Thu nhập bình quân đạt {q} nghìn đồng; tỷ lệ hộ nghèo còn {n} phần trăm; kết nạp {n} đảng viên.
Đại hội đề ra phương hướng, nhiệm vụ và các giải pháp chủ yếu của nhiệm kỳ tới, thảo luận dân chủ, trách nhiệm.
Đại hội bầu chi ủy gồm 3 đồng chí; đồng chí {p} được bầu giữ chức Bí thư Chi bộ.""",
    "Kết quả trực cấp cứu và tiêm chủng tuần {w}": """
Trạm y tế xã {x} báo cáo kết quả công tác tuần {w}: khám bệnh cho {n} lượt người, chuyển tuyến {n} ca.
Tiêm chủng đầy đủ cho {n} trẻ; tư vấn cho {n} phụ nữ mang thai; cấp thuốc cho {n} người cao tuổi.
Không có ca mắc sốt xuất huyết, không có ngộ độc thực phẩm; phun khử khuẩn {n} hộ tại thôn {v}.
Trạm phân công trực đủ 24 giờ, bảo đảm cơ số thuốc và phương tiện cấp cứu.
Tuần tới, trạm tiếp tục tuyên truyền phòng dịch và khám sức khỏe học sinh tại điểm trường thôn {v}.""",
}
COMMUNES = "Sông Thao|Nà Lươn|Bản Khoang|Tiên Yên|Mường Lạn|Xuân Quang|Thượng Lâm|Yên Hoa|Phúc Sơn|Kim Bình|Hòa An"
VILLAGES = "Nà Cào|Bản Cuống|Khau Slôm|Pác Củng|Nà Mèo|Đồng Vang|Khuổi Trang|Bó Củng|Phiêng Ngàm|Tân Hợp|Làng Chùa"
PERSONS = "Lò Thị Mẩy|Nông Văn Thức|Hoàng Minh Tú|Ma Thị Duyên|Vàng A Páo|Trần Quốc Khải|Bùi Văn Tiệp|Lý Thị Sao"
THINGS = "hóa chất xét nghiệm|vật tư tiêu hao|máy siêu âm|khí ô-xy y tế|trang phục y tế|vị thuốc cổ truyền|máy in nhãn"


def fill(title: str, choice: random.Random) -> tuple[str, str]:
    """Title and text of a form, its blanks filled in at random; a title's blanks differ from those of the text."""
    return _filled(title, choice), _filled(FORMS[title].strip(), choice)


def _filled(form: str, choice: random.Random) -> str:
    fresh = {
        letter: values.split("|") for letter, values in zip("xvpc", (COMMUNES, VILLAGES, PERSONS, THINGS), strict=True)
    }
    commune, thing = choice.choice(fresh["x"]), choice.choice(fresh["c"])
    ranges = {"d": (1, 28), "m": (1, 12), "n": (11, 89), "h": (7, 10), "q": (12, 99), "w": (1, 52)}

    def value(match: re.Match[str]) -> str:
        letter = match[1]
        if letter in ranges:
            number = choice.randint(*ranges[letter])
            return f"{number}.{choice.randint(0, 9)}00" if letter == "q" else f"{number}"
        return {"x": commune, "c": thing}.get(letter) or choice.choice(fresh[letter])

    return re.sub(r"\{(\w)\}", value, form)
