"""Words with which agencies and their work begin, as patterns over small letters without marks.

A body is one of the state, the Party or the mass organisations at any level; an office stands for the body it heads;
plurals name many at once. What may follow a short head tells it from a common word ("Sở Y tế", not "Số liệu").
"""

from __future__ import annotations

BODIES = (
    r"so(?! (?:luong|sanh|ket|do|lieu|hoa|bo|huu|voi|tien|hieu|ky|nha|thu|dien|cap|du|vu|dan)\b|\s?\d)",
    r"bo(?! (?:sung|tri|may|phan|chi so|tieu|mon|mat|cong cu|luat|doi|thu tuc|tai lieu)\b)",
    r"cuc(?! bo\b)|chi cuc|tong cuc|vu(?! viec| an\b| mua)|vien(?! (?:chuc|phi|tro)\b)|hoc vien",
    r"ban(?! (?:hanh|than|giao|sao|do|ve|le|an|cam ket|tin|kiem diem|ghi|thoa thuan|tay|dau)\b)",
    r"cong an|bo chi huy|bo tu lenh|bao hiem xa hoi|trung tam|ngan hang|kho bac|thanh tra(?!,)|van phong",
    r"hiep hoi|lien hiep|uy ban|ubnd|ub mttq|ubmttq|mttq|hdnd|hoi dong|bch|bo chqs|bchqs",
    r"bao(?= (?:va|tuyen|nhan|dien bien|ha|bac|lang|lao|yen|phu|quang|nghe|thanh|nam|gia lai|kon|dak|lam|binh|dong"
    r"|long|tay|ninh|hai|hung|thai|cao bang|son la|hoa binh|vinh|an giang|ca mau|can tho|soc trang|tra vinh|ben)\b)",
    r"dai (?:phat thanh|truyen hinh|pt|khi tuong|truyen thanh)",
    r"hoi (?:nong dan|lien hiep|cuu|chu thap|khuyen|luat gia|nha bao|dong y|nguoi|van hoc|lam vuon|phu nu|bao tro)",
    r"hoi (?:lhpn|ccb|nd)\b|tinh doan|thanh doan|huyen doan|doan (?:thanh nien|tncs|truong|xa|phuong)",
    r"mat tran|lien doan|lien minh|benh vien|to cong tac|to chuc chinh tri",
    r"truong (?:dai hoc|cao dang|chinh tri|trung|tieu|mam|thcs|thpt|pho thong)",
    r"tinh uy|thanh uy|huyen uy|quan uy|thi uy|dang uy|cap uy|ban thuong vu|thuong truc|bo chinh tri|chi bo|dang bo",
    r"dang doan|ban can su dang|vien kiem sat|toa an|cong ty|tong cong ty|tap doan|chi nhanh|nha may",
    r"phong (?!(?:chong|ngua|trao|benh|cach|tuc|ve|phu|chay)\b)|doi(?= (?:quan ly|canh sat|thanh tra|thue))",
    r"hat kiem lam|tram(?= )|thue (?:tinh|thanh pho|co so|khu vuc)|kiem toan|hai quan|buu dien|dien luc|vien thong",
    r"quoc hoi|chinh phu|dac khu|to dan pho|thon\b",
)
OFFICES = (
    r"giam doc|tong giam doc|thu truong|chu tich|pho chu tich|chanh van phong|chanh thanh tra|chanh an|bi thu",
    r"truong (?:ban|phong|cac|thon|doan|tieu ban|cong an)|cuc truong|chi cuc truong|vien truong|chi huy truong",
    r"hieu truong|nguoi dung dau|lanh dao|bo truong|thu tuong|tong thanh tra|tong kiem toan",
    r"cac thanh vien|cac ong|cac dong chi",
)
PLURALS = (
    r"cac (?:so|ban|nganh|co quan|don vi|dia phuong|huyen|quan|xa|phuong|thi xa|thanh pho|to chuc|doan the|cap uy)\b",
    r"cac (?:bo|truong|phong|doanh nghiep|hoi|cuc|chi|tinh|thanh uy|chu dau tu|dong chi|thanh vien|uy ban|vien)\b",
    r"cac (?:trung tam|nha thau|chu rung|thon|to|khu|cong ty|hop tac xa|ngan hang|dang bo)\b",
    r"co quan|don vi|chu dau tu|toan the (?:can bo|cac)|moi (?:co quan|don vi)",
)
VERBS = (
    r"chu tri|phoi hop|chu dong|co trach nhiem|chiu trach nhiem|co nhiem vu|can cu|theo chuc nang|theo nhiem vu",
    r"tap trung|tham muu|(?<!ban )to chuc (?!chinh tri|xa hoi|doan the|su nghiep|co |ca nhan|lien quan|khac|dang)",
    r"(?<!dau tu )xay dung|thuc hien|trien khai|tang (?:cuong|thoi)|tiep tuc|(?<!can bo )bao cao|ra soat|huong dan",
    r"don doc|tong hop|chi dao|kiem tra|giam sat|day manh|bo tri|bao dam|dam bao|nghien cuu|lam (?:co quan|dau moi)",
    r"cung cap(?= (?:thong tin|so lieu|dich vu|ho so|tai lieu|du lieu|day du|cac))",
    r"(?<!cong tac )tuyen truyen|can (?:tiep|tap|co|phai)|khan truong|nghiem tuc|kip thoi|phat dong",
    r"theo doi|giup|de xuat|hoan thanh|rut kinh nghiem|nhanh chong",
    r"cho y kien|co y kien|gui|(?<!cong )(?<!quy )(?<!chuong )(?<!lo )trinh|len |phai|se |co van ban|thong bao",
    r"quan triet|van dong|lap |ban hanh|duoc giao (?:chu tri|nhiem|tham)|dua tin|chuan bi|chiu su|quan ly nha nuoc",
    r"quy dinh|la (?:co quan|don vi|dau)|thuong xuyen|trong viec|trong qua trinh|de (?!tai|an\b|xuat)|nham |dinh ky",
    r"quan tam|tham gia|cu (?:can bo|dai dien)|danh gia|thi hanh|(?<![,;] )(?<!va )lanh dao ",
    r"tap huan|boi duong|nang cao|duy tri|phat huy|mo rong|ho tro|tiep nhan|cong khai",
)
CLOSING = (
    r"tren day la|trong qua trinh (?:trien khai |to chuc )?thuc hien,? neu|kinh de nghi|tran trong|nhan duoc",
    r"(?:ke hoach|chi thi|quyet dinh|nghi quyet|ket luan|thong bao|huong dan) nay (?:pho bien|co hieu luc|da duoc)",
    r"(?:[^.;\n]{3,80} )?thong bao (?:den|de) (?:cac|don vi|co quan)",
)
