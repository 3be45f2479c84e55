"""Agencies that a text charges with work: where a run of them begins and ends, and the single ones in it.

Words are compared without case and marks, so that "Sỡ Nội vụ" of a scan is the agency that it is; capitals of the
plain text tell a name from a common word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BODIES = (
    r"so(?! (?:luong|sanh|ket|do|lieu|hoa|bo|huu|voi|tien|hieu|ky|nha|thu|dien|cap|du|vu|dan|y\b(?! te))|\s?\d)"
    r"|bo(?! (?:sung|tri|may|phan|chi so|tieu|mon|mat|cong cu|luat|doi|thu tuc|tai lieu)\b)|cuc(?! bo\b)|chi cuc|tong cuc|vu|vien(?! (?:chuc|phi|tro)\b)|hoc vien"
    r"|ban(?! (?:hanh|than|giao|sao|do|ve|le|an|cam ket|tin|kiem diem|ghi|thoa thuan)\b)|cong an|bo chi huy|bo tu lenh|bao hiem xa hoi"
    r"|trung tam|ngan hang|kho bac|thanh tra(?!,)|van phong|hiep hoi|lien hiep|uy ban|ubnd|ub mttq|ubmttq|mttq|hdnd|bch|bo chqs|bchqs"
    r"|hoi dong|bao(?= (?:va|tuyen|nhan|dien|dan|ha|bac|lang|lao|yen|phu|quang|nghe|thanh|nam|gia|kon|dak|lam|binh|dong|long|tay|ninh|hai|hung|thai|cao|son|dien bien)\b)"
    r"|dai (?:phat thanh|truyen hinh|pt|khi tuong|truyen thanh)|hoi (?:nong dan|lien hiep|cuu|chu thap|khuyen|luat gia|nha bao|dong y|nguoi|van hoc|lam vuon|phu nu|bao tro|lhpn|ccb)"
    r"|tinh doan|thanh doan|huyen doan|doan thanh nien|doan tncs|doan truong|mat tran|lien doan|lien minh|truong (?:dai hoc|cao dang|chinh tri|trung|tieu|mam|thcs|thpt|pho thong)|benh vien"
    r"|to cong tac|to chuc chinh tri|tinh uy|thanh uy|huyen uy|quan uy|thi uy|dang uy|cap uy|ban thuong vu|thuong truc|bo chinh tri|chi bo|vien kiem sat|toa an|cong ty|tong cong ty|tap doan|chi nhanh"
    r"|phong (?!(?:chong|ngua|trao|benh|cach|tuc|ve|phu)\b)|doi(?= (?:quan ly|canh sat|thanh tra|thue))|hat kiem lam|tram|thue (?:tinh|thanh pho|co so|khu vuc)|kiem toan|hai quan|buu dien|dien luc|vien thong"
    r"|quoc hoi|chinh phu|dac khu|nha may|to dan pho|thon"
)
_OFFICES = (
    r"giam doc|thu truong|chu tich|pho chu tich|chanh van phong|chanh thanh tra|truong (?:ban|phong|cac|thon|doan|tieu ban)|cuc truong|chi cuc truong|tong giam doc|bi thu"
    r"|hieu truong|nguoi dung dau|lanh dao|bo truong|thu tuong|vien truong|tong thanh tra|tong kiem toan|chanh an|truong cong an|chi huy truong|cac thanh vien|cac ong|cac dong chi|can bo"
)
_PLURALS = (
    r"cac (?:so|ban|nganh|co quan|don vi|dia phuong|huyen|quan|xa|phuong|thi xa|thanh pho|to chuc|doan the|cap|bo\b|truong|phong|doanh nghiep|hoi|cuc|chi|tinh|chu dau tu|dong chi|thanh vien|uy ban|vien|trung tam|nha thau|chu rung|thon|to\b|khu)"
    r"|co quan|don vi|uy ban nhan dan|chu dau tu|toan the (?:can bo|cac)|moi (?:co quan|don vi)"
)
_HEAD = re.compile(rf"(?:{_PLURALS}|{_OFFICES}|{_BODIES})(?:\b|(?<= ))")
_ORDER = re.compile(r"(?:giao(?: cho)?|de nghi|yeu cau|phan cong|uy quyen cho|moi|kien nghi)\s{1,3}")
_VERB = re.compile(
    r"(?<=[\s,;:])(?:chu tri|phoi hop|chu dong|co trach nhiem|chiu trach nhiem|co nhiem vu|can cu|theo chuc nang|tap trung|tham muu"
    r"|(?<!ban )to chuc (?!chinh tri|xa hoi|doan the|su nghiep)|xay dung (?:ke hoach|chuong|de an|va|phuong|cac|quy)|thuc hien|trien khai|tang cuong|tiep tuc|bao cao|ra soat|huong dan|theo doi|don doc|tong hop|chi dao"
    r"|kiem tra|day manh|bo tri|bao dam|dam bao|nghien cuu|lam (?:co quan|dau moi)|cung cap|tuyen truyen|can tiep|khan truong|nghiem tuc|kip thoi|phat dong|giup|de xuat|hoan thanh"
    r"|cho y kien|co y kien|gui|trinh(?! [A-Z])|len |phai|se |co van ban|thong bao|quan triet|van dong|lap |ban hanh|du hop|duoc giao (?:chu|nhiem|tham)|dua tin|chuan bi|chiu su|quan ly nha nuoc|quy dinh|la (?:co quan|don vi|dau)"
    r"|thuong xuyen|dinh ky|quan tam|tham gia|to chuc thuc hien|to chuc trien khai|cu (?:can bo|dai dien)|danh gia|thi hanh)"
)
_NAMED_AFTER = re.compile(r"(?P<head>(?:cac\s)?(?P<one>so|bo|ban|phong|cuc|chi cuc|vu|huyen|xa|phuong|hoi))\s{0,2}:\s{0,3}")
_BREAK = re.compile(r"(?P<mark>[,;]\s{1,3}(?:va\s{1,3})?|\s{1,3}va\s{1,3}|\s{1,3}cung\s{1,3})")
_SENTENCE = re.compile(r"[.:]\s{1,3}(?=[^\W\d_a-z])|[.:]\s*$")
_CUT = re.compile(r"\s{1,3}(?:va|cung|de|theo|khi|ma|,)$")
LONGEST = 260  # characters of a run of agencies
_TWO_WORDS = ("the thao", "thuong binh", "du lich va", "xa hoi")


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency of a run, at offsets of the string that was read; ``name`` completes "Các Sở: Y tế"."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Run:
    """Agencies that stand together, and where the words after them begin."""

    agencies: tuple[Agency, ...]
    end: int


def opens(bare: str) -> bool:
    """Whether a line (small letters without marks) begins with an agency or an office."""
    return _HEAD.match(bare) is not None


def run(plain: str, bare: str, start: int = 0) -> Run | None:
    """The agencies that begin at ``start`` and end at a colon, a verb or the end of the string; else None."""
    if start >= len(plain) or not _HEAD.match(bare, start):
        return None
    end = _end(plain, bare, start)
    if end - start > LONGEST:
        return None
    listed = _NAMED_AFTER.match(bare, start)
    found = tuple(_listed(plain, bare, listed, end) if listed else _split(plain, bare, start, end))
    return Run(found, end) if found else None


def order(bare: str, start: int = 0) -> int | None:
    """The offset after "Giao", "Đề nghị", "Yêu cầu" where an agency follows; else None."""
    match = _ORDER.match(bare, start)
    return match.end() if match and _HEAD.match(bare, match.end()) else None


def acts(bare: str) -> bool:
    """Whether words (small letters without marks) begin with what an agency is told to do."""
    return _VERB.match(" " + bare[:80], 1) is not None


def partners(plain: str, bare: str) -> tuple[str, ...]:
    """Agencies named after the first "phối hợp với" of a sentence."""
    at = bare.find("phoi hop voi ")
    met = run(plain, bare, at + len("phoi hop voi ")) if at >= 0 else None
    return tuple(each.name for each in met.agencies) if met else ()


def _end(plain: str, bare: str, start: int) -> int:
    """Where the run ends: before the first verb of a task, a sentence's end, or a colon that opens the tasks."""
    limit = min(len(plain), start + LONGEST + 40)
    listed = _NAMED_AFTER.match(bare, start)
    body = listed.end() if listed else start
    ends = [limit]
    for verb in _VERB.finditer(bare, body, limit):
        if plain[verb.start()].islower():
            ends.append(verb.start())
            break
    stop = _SENTENCE.search(bare, body, limit)
    ends += [stop.start()] if stop else []
    colon = plain.find(":", body, limit)
    ends += [colon] if colon >= 0 else []
    end = min(ends)
    while cut := _CUT.search(bare, start, end):
        end = cut.start()
    return start + len(plain[start:end].rstrip(" ,;.-"))


def _split(plain: str, bare: str, start: int, end: int) -> Iterator[Agency]:
    """Single agencies: the run is cut before a capitalised one, and before "các ..." and "lãnh đạo ..."."""
    begin = start
    for mark in _BREAK.finditer(bare, start, end):
        after = mark.end()
        if mark.start() < begin or not _HEAD.match(bare, after):
            continue
        if plain[after].isupper() or bare.startswith(("lanh dao", "uy ban nhan dan", "cac so", "cac co quan"), after) and mark["mark"].strip() != ",":
            yield _agency(plain, begin, mark.start())
            begin = after
    yield _agency(plain, begin, end)


def _listed(plain: str, bare: str, head: re.Match[str], end: int) -> Iterator[Agency]:
    """"Các Sở: Nội vụ, Tài chính; Công an tỉnh": names after a colon; a small letter goes on with the name."""
    word = plain[head.start("one") : head.end("one")].capitalize()
    begin = head.end()
    cuts = [mark for mark in _BREAK.finditer(bare, begin, end) if _begins_name(plain, bare, mark)]
    for mark in cuts:
        yield _named(plain, bare, word, begin, mark.start())
        begin = mark.end()
    yield _named(plain, bare, word, begin, end)


def _begins_name(plain: str, bare: str, mark: re.Match[str]) -> bool:
    after = mark.end()
    if after >= len(plain) or bare.startswith(_TWO_WORDS, after):
        return False
    if mark["mark"].strip() == "va":
        return _HEAD.match(bare, after) is not None
    return plain[after].isupper() or _HEAD.match(bare, after) is not None


def _named(plain: str, bare: str, word: str, start: int, end: int) -> Agency:
    found = _agency(plain, start, end)
    if _HEAD.match(bare, start) and not bare.startswith("cong an", start):
        return found
    return Agency(found.start, found.end, f"{word} {found.name}")


def _agency(plain: str, start: int, end: int) -> Agency:
    kept = plain[start:end].rstrip(" ,;.-")
    return Agency(start, start + len(kept), " ".join(kept.split()))
