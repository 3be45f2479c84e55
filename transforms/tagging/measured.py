"""What a quantity measures and what it is compared with, as far as its own sentence says so."""

from __future__ import annotations

import re

LONGEST = 90  # characters looked at on either side
MOST_WORDS = 8
_LINK = re.compile(
    r"(?<!\w)(?:ước đạt|đạt được|đạt|là|chiếm|ước|bằng|còn|ở mức|lên đến|lên tới|lên|tăng lên|tăng thêm|tăng|giảm xuống"
    r"|giảm còn|giảm|vượt|trị giá|ước tính|hơn|gần|khoảng|trên|dưới|tối thiểu|tối đa|ít nhất|không quá|chừng|xấp xỉ"
    r"|thêm|xuống|được|trung bình|bình quân|mới|khá|:)\s?$",
    re.I,
)
_VERBS = frozenset({"đạt", "là", "chiếm", "ước", "bằng", "còn", "tăng", "giảm", "vượt", "lên", "xuống", ":", "được"})
_HEADS = re.compile(
    r"(?<!\w)(?:tổng (?:số|vốn|mức|diện tích|kinh phí|giá trị|thu|chi|sản lượng|chiều dài|doanh thu)|tỷ lệ|tỉ lệ"
    r"|diện tích|sản lượng|năng suất|doanh thu|lợi nhuận|kinh phí|vốn đầu tư|vốn|giá trị|giá|chiều dài|chiều cao"
    r"|chiều rộng|dân số|thu nhập|thu ngân sách|chi ngân sách|kim ngạch|mật độ|công suất|mực nước|lượng mưa|nhiệt độ"
    r"|lãi suất|tốc độ|chỉ số|số lượng|số tiền|mức|trữ lượng|dung tích|trọng tải|học phí|lương|quỹ)(?!\w)",
    re.I,
)
_EDGE = re.compile(
    r"[.;,!?()\n\"|]|(?<!\w)(?:và|nhưng|có|đã|sẽ|cho|biết|nói|rằng|thì|do|với|để|nên|khi|nếu|mà|vì|theo|phấn đấu"
    r"|dự kiến|hiện|nay|đang|cùng|như|góp phần|giúp|nhằm|từ|đến)(?!\w)",
    re.I,
)
_TAIL = re.compile(r" (?P<words>[^\W\d_]+(?:[ ][^\W\d_]+){0,3})")
_STOPS = frozenset(
    {
        "và",
        "hoặc",
        "cho",
        "của",
        "tại",
        "ở",
        "trong",
        "trên",
        "dưới",
        "để",
        "với",
        "do",
        "bị",
        "được",
        "đã",
        "sẽ",
        "đang",
        "là",
        "có",
        "không",
        "từ",
        "đến",
        "tới",
        "theo",
        "khi",
        "nếu",
        "mà",
        "thì",
        "này",
        "đó",
        "kia",
        "ấy",
        "trở",
        "bằng",
        "so",
        "cùng",
        "như",
        "về",
        "vào",
        "ra",
        "lên",
        "xuống",
        "đi",
        "các",
        "những",
        "mỗi",
        "một",
        "hai",
        "ba",
        "đạt",
        "tăng",
        "giảm",
        "vượt",
        "thuộc",
        "nằm",
        "tham",
        "gia",
        "nhằm",
        "gồm",
        "trước",
        "sau",
        "còn",
        "nữa",
        "đầu",
        "vay",
        "mua",
        "bán",
        "nuôi",
        "trồng",
        "hỗ",
        "trợ",
        "bao",
    }
)
_BASE = re.compile(r"[^.;\n]{0,25}?(?<!\w)so (?:với )?(?P<base>[^.,;:()\n]{3,60})", re.I)


def base(plain: str, end: int) -> str | None:
    """What the value is compared with: "tăng 6,5% so với cùng kỳ" -> "cùng kỳ"."""
    match = _BASE.match(plain, end, end + LONGEST)
    return match["base"].strip() if match else None


def phrase(plain: str, start: int, unit: int, end: int, counted: bool) -> str | None:
    """What the quantity at ``[start, end)`` with its unit at ``unit`` measures.

    ``counted``: the unit is itself the noun that is counted, and words behind it may narrow it (120 hộ nghèo). Else
    the subject before the number (tỷ lệ đúng hạn đạt 99 %) or the words behind the unit (1,5 ha hành tím).
    """
    behind = _behind(plain, end)
    if counted:
        return f"{plain[unit:end]} {behind}" if behind else plain[unit:end]
    return _before(plain, start) or behind


def _behind(plain: str, end: int) -> str | None:
    match = _TAIL.match(plain, end, end + LONGEST)
    if match is None:
        return None
    kept: list[str] = []
    for word in match["words"].split(" "):
        if word.lower() in _STOPS or word[0].isupper():
            break
        kept.append(word)
    return " ".join(kept) or None


def _before(plain: str, start: int) -> str | None:
    """The subject of a linking verb before the number, or a noun of measure right before it."""
    window = plain[max(0, start - LONGEST) : start]
    linked, text = False, window
    for _ in range(4):
        link = _LINK.search(text)
        if link is None:
            break
        linked = linked or link.group().strip().lower().split(" ")[0] in _VERBS
        text = text[: link.start()].rstrip()
    edges = [edge.end() for edge in _EDGE.finditer(text)]
    clause = text[edges[-1] if edges else 0 :].strip()
    head = _HEADS.search(clause)
    if head:
        return _limited(clause[head.start() :])
    return _limited(clause) if linked and clause and (edges or start <= LONGEST) else None


def _limited(words: str) -> str | None:
    found = words.split()
    return " ".join(found) if 0 < len(found) <= MOST_WORDS else None
