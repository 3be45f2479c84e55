"""What stands in and around the articles of the mini-portals: chrome, comments, tables, lists, pictures, old markup.

Every CMS writes the same blocks in its own way; a ``Style`` is that way. ``LEAKS`` are strings of the chrome: none may
reach an extracted text.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Sequence
from itertools import groupby

from tests.portals.model import CAPTION, HEADING, ITEM, PARAGRAPH, ROW, Article, Block, Caption
from tests.portals.settings import Setting
from tests.portals.web import esc, lines

HEADINGS = ("Kết quả bước đầu", "Nhiệm vụ những tháng tới", "Cách làm ở cơ sở")
TASKS = (
    "Rà soát lại danh sách hộ được hỗ trợ, niêm yết tại nhà văn hóa thôn trước ngày 25 hằng tháng",
    "Bố trí cán bộ trực tiếp nhận phản ánh của người dân vào sáng thứ Bảy",
    "Kiểm tra tiến độ từng tuần, không để hồ sơ quá hạn",
    "Gửi kết quả về văn phòng để tổng hợp, báo cáo tại giao ban tháng",
)
ORDERS = ("Đã xong phần móng, chờ lắp điện", "Đang san nền và gom vật liệu", "Chưa khởi công vì vướng mặt bằng")
SOURCES = ("Báo Tây Bắc", "TTXVN", "Báo Nhân Dân")
TAGS = ("nông thôn mới", "cải cách hành chính", "an sinh xã hội", "chuyển đổi số", "phòng chống thiên tai")
COMMENT = "Mong các cấp sớm nhân rộng cách làm này để bà con thôn tôi cũng được hưởng lợi."
LEAKS = (
    "Nhảy đến nội dung",
    "Tin nóng",
    "Website liên kết",
    "In bài viết",
    "Gửi phản hồi",
    "Xem lịch phát sóng",
    "Lượt truy cập",
    "Đang trực tuyến",
    "Thăm dò ý kiến",
    "Giao diện mới của trang có dễ dùng không",
    "Ý kiến bạn đọc",
    COMMENT,
    "Trả lời",
    "Cỡ chữ",
    "Chia sẻ",
    "Các tin khác",
    "Từ khóa",
    "Ghi rõ nguồn",
    "Về đầu trang",
    "Đăng ký nhận tin",
)


def furnished(place: Setting, draft: Sequence[Block], number: int) -> tuple[Block, ...]:
    """The blocks of an article with more among them: every third has a table, every third a heading and a list."""
    dice = random.Random(f"{place.portal}/furniture/{number}")
    more: list[Block] = []
    if number % 3 == 0:
        more = _table(place, dice)
    elif number % 3 == 1:
        more = [Block(HEADING, dice.choice(HEADINGS)), *(Block(ITEM, text) for text in dice.sample(TASKS, 3))]
    after = [index for index, block in enumerate(draft) if block.kind == PARAGRAPH][1] + 1
    return (*draft[:after], *more, *draft[after:])


def _table(place: Setting, dice: random.Random) -> list[Block]:
    rows = [("Đơn vị", "Số hộ", "Kinh phí (triệu đồng)", "Tình hình")]
    for commune in dice.sample(place.after.communes, 3):
        rows.append((commune, str(dice.randint(12, 96)), f"{dice.randint(120, 980)},5", dice.choice(ORDERS)))
    return [Block(ROW, cells=cells) for cells in rows]


class Style:
    """Plain paragraphs, figures, lists and tables, as modern editors write them."""

    def html(self, article: Article) -> str:
        """The article's body."""
        parts: list[str] = []
        for kind, run in groupby(article.blocks, key=lambda block: block.kind):
            parts += self.several(kind, list(run))
        return self.joined(parts)

    def several(self, kind: str, run: list[Block]) -> list[str]:
        """The blocks of one kind that follow each other."""
        if kind == ROW:
            return [self.table(run)]
        if kind == ITEM:
            return [self.items(run)]
        if kind == CAPTION:
            return [self.picture(block.caption) for block in run if block.caption]
        return [self.heading(block.text) if kind == HEADING else self.paragraph(block.text) for block in run]

    def joined(self, parts: list[str]) -> str:
        """The whole body."""
        return lines(parts)

    def paragraph(self, text: str) -> str:
        """One paragraph."""
        return f"<p>{esc(text)}</p>"

    def heading(self, text: str) -> str:
        """A heading inside the text."""
        return f"<h3>{esc(text)}</h3>"

    def picture(self, caption: Caption) -> str:
        """A picture with its caption."""
        return f'<figure><img src="/anh.jpg" alt=""><figcaption>{esc(caption.shown)}</figcaption></figure>'

    def items(self, run: list[Block]) -> str:
        """A list."""
        return f"<ul>{lines(f'<li>{esc(block.text)}</li>' for block in run)}</ul>"

    def table(self, run: list[Block]) -> str:
        """A table of data."""
        return f'<table class="data" border="1"><tbody>{lines(self.row(block) for block in run)}</tbody></table>'

    def row(self, block: Block) -> str:
        """One row."""
        return f"<tr>{''.join(f'<td>{self.cell(cell)}</td>' for cell in block.cells)}</tr>"

    def cell(self, text: str) -> str:
        """What stands in a cell."""
        return esc(text)


class LayoutTables(Style):
    """SharePoint: the text in a layout table of a layout table, its first paragraph a naked run of spans."""

    def joined(self, parts: list[str]) -> str:
        """Everything in one cell beside an empty one."""
        inner = f'<table width="100%" cellpadding="0"><tbody><tr><td>{lines(parts)}</td></tr></tbody></table>'
        return f'<table role="presentation"><tbody><tr><td>{inner}</td><td width="4">&nbsp;</td></tr></tbody></table>'

    def paragraph(self, text: str) -> str:
        """A naked run, cut in two spans."""
        words = text.split(" ")
        half = len(words) // 2
        first, second = " ".join(words[:half]), " ".join(words[half:])
        return f'<span class="ms-rteThemeFontFace-1">{esc(first)}</span> <em>{esc(second)}</em><br><br>'

    def heading(self, text: str) -> str:
        """A bold line."""
        return f'<div><strong class="ms-rteElement-B">{esc(text)}</strong></div>'

    def picture(self, caption: Caption) -> str:
        """A table of two rows."""
        return (
            '<table class="ms-rteTable-0" align="center"><tr><td><img src="/anh.jpg"></td></tr>'
            f"<tr><td><em>{esc(caption.shown)}</em></td></tr></table>"
        )

    def cell(self, text: str) -> str:
        """A list where the cell says two things."""
        first, comma, second = text.partition(", ")
        return f"<ul><li>{esc(first + comma.strip())}</li><li>{esc(second)}</li></ul>" if comma else esc(text)


class Word(Style):
    """DotNetNuke: pasted out of Word, nested tables, MsoNormal and o:p everywhere."""

    def joined(self, parts: list[str]) -> str:
        """Two tables around the text."""
        cell = f'<td class="Normal" valign="top">{lines(parts)}<o:p></o:p></td>'
        return f'<table><tr><td><table class="MsoNormalTable" border="0"><tr>{cell}</tr></table></td></tr></table>'

    def paragraph(self, text: str) -> str:
        """A Word paragraph."""
        span = f'<span style="font-size:14pt;font-family:&quot;Times New Roman&quot;">{esc(text)}<o:p></o:p></span>'
        return f'<p class="MsoNormal" style="text-align:justify">{span}</p>'

    def heading(self, text: str) -> str:
        """Bold."""
        return f'<p class="MsoNormal"><b><span style="font-size:14pt">{esc(text)}<o:p></o:p></span></b></p>'

    def picture(self, caption: Caption) -> str:
        """Centred, the caption in italics below."""
        centred = '<p class="MsoNormal" align="center" style="text-align:center">'
        below = f"{centred}<i>{esc(caption.shown)}<o:p></o:p></i></p>"
        return f'{centred}<img src="/Portals/0/anh.jpg"><o:p></o:p></p>{below}'

    def items(self, run: list[Block]) -> str:
        """List paragraphs of Word."""
        return f"<ol>{lines(f'<li class=MsoListParagraph><span>{esc(block.text)}</span></li>' for block in run)}</ol>"

    def cell(self, text: str) -> str:
        """A paragraph."""
        return f'<p class="MsoNormal" align="center"><span>{esc(text)}<o:p></o:p></span></p>'


class Breaks(Style):
    """VNPT: one block, paragraphs parted by line breaks, captions below pictures."""

    def paragraph(self, text: str) -> str:
        """Text and two breaks."""
        return f"{esc(text)}<br><br>"

    def heading(self, text: str) -> str:
        """Bold and two breaks."""
        return f"<strong>{esc(text)}</strong><br><br>"

    def picture(self, caption: Caption) -> str:
        """A div around picture and caption."""
        return (
            f'<div style="text-align: center"><img src="/anh.jpg"></div>'
            f'<div style="text-align: center"><em>{esc(caption.shown)}</em></div>'
        )


class Fonts(Style):
    """Old editors: font tags in divs, the first paragraph naked."""

    def paragraph(self, text: str) -> str:
        """A div and a font."""
        return f'<div align="justify"><font face="Times New Roman" size="3">{esc(text)}</font></div>'

    def heading(self, text: str) -> str:
        """A bold font."""
        return f'<div><font face="Times New Roman"><b>{esc(text)}</b></font></div>'

    def picture(self, caption: Caption) -> str:
        """A table with a class of its own."""
        return (
            '<table class="image" align="center"><tbody><tr><td><img src="/anh.jpg"></td></tr>'
            f'<tr><td class="image_desc">{esc(caption.shown)}</td></tr></tbody></table>'
        )


class Boxes(Style):
    """News CMSs: figures, boxes of other news and players in the middle of the text, quotes of it at its side."""

    def __init__(self, related: str) -> None:
        self.related = related  # class of the box

    def html(self, article: Article) -> str:
        """The body with a quotation of its first sentence and a box of other news after the first paragraph."""
        first = next(block.text for block in article.blocks if block.kind == PARAGRAPH)
        sentence = first.split(". ")[0]
        parts: list[str] = []
        for kind, run in groupby(article.blocks, key=lambda block: block.kind):
            parts += self.several(kind, list(run))
            if kind == PARAGRAPH and sentence:
                parts += [f'<aside class="pull-quote">“{esc(sentence)}”</aside>', self.box(article), self.player()]
                sentence = ""
        return self.joined(parts)

    def box(self, article: Article) -> str:
        """Other news in the text."""
        url = article.url.rpartition("/")[0] + "/"
        link = f'<a href="{esc(url)}">Bản tin đáng chú ý trong tuần của chuyên mục {esc(article.section)}</a>'
        return f'<div class="{self.related}"><b>Xem thêm</b><ul><li>{link}</li></ul></div>'

    def player(self) -> str:
        """A film."""
        return '<iframe src="https://www.youtube.com/embed/a1b2c3d4e5f" title="Phóng sự"></iframe>'

    def picture(self, caption: Caption) -> str:
        """A figure whose caption has a paragraph."""
        return (
            '<figure class="VCSortableInPreviewMode"><div><img src="/anh.jpg" alt=""></div>'
            f'<figcaption class="PhotoCMS_Caption"><p>{esc(caption.shown)}</p></figcaption></figure>'
        )


class Blocks(Boxes):
    """WordPress: blocks with captions of its own."""

    def picture(self, caption: Caption) -> str:
        """A captioned picture."""
        return (
            '<div class="wp-caption aligncenter"><img src="/wp-content/uploads/anh.jpg" alt="">'
            f'<p class="wp-caption-text">{esc(caption.shown)}</p></div>'
        )

    def heading(self, text: str) -> str:
        """A heading block."""
        return f'<h2 class="wp-block-heading">{esc(text)}</h2>'


def tools(article: Article) -> str:
    """Buttons below an article, its keywords and source, and what readers wrote."""
    tags = lines(f'<a href="javascript:;">{esc(tag)}</a>' for tag in article.tags)
    keywords = f'<div class="tags"><span>Từ khóa:</span> {tags}</div>' if tags else ""
    source = (
        f'<div class="nguon">Nguồn: <a href="{SOURCE_URL}">{esc(article.source)}</a></div>' if article.source else ""
    )
    return f"""{source}{keywords}<div class="cong-cu"><a href="javascript:print()">In bài viết</a>
<a href="#phan-hoi">Gửi phản hồi</a> <span>Cỡ chữ</span> <a href="#">Chia sẻ</a></div>
<div class="binh-luan" id="phan-hoi"><h3>Ý kiến bạn đọc (1)</h3><div class="comment"><b>Nguyễn Văn Thuận</b>
<span class="time">02/08/2025 08:15</span><p>{COMMENT}</p><a href="#">Trả lời</a></div>
<form action="#"><textarea name="y-kien"></textarea><button>Gửi phản hồi</button></form></div>"""


SOURCE_URL = "http://baotaybac.test/tin/2025/nguon-tin.html"


def changed(article: Article) -> str:
    """The note of a later change behind the date, '' where there was none."""
    return f" | Cập nhật: {article.updated_at:%d/%m/%Y %H:%M}" if article.updated_at else ""


def skip_link() -> str:
    """The first line of a page."""
    return '<a class="skip" href="#noi-dung">Nhảy đến nội dung</a>'


def sidebar(visits: int) -> str:
    """Boxes that no page is without: broadcasts, a poll, the web sites of others, visitors."""
    return f"""<div class="lich"><a href="#">Xem lịch phát sóng</a></div>
<div class="tham-do"><h3>Thăm dò ý kiến</h3><p>Giao diện mới của trang có dễ dùng không?</p>
<label><input type="radio"> Rất dễ dùng</label><label><input type="radio"> Khó dùng</label></div>
<div class="lien-ket"><h3>Website liên kết</h3><select><option>Cổng dịch vụ công</option></select></div>
<div class="dang-ky"><h3>Đăng ký nhận tin</h3><form action="#"><input name="email"></form></div>
<div class="counter"><table><tr><td>Đang trực tuyến</td><td>{visits % 37 + 1}</td></tr>
<tr><td>Lượt truy cập</td><td>{visits}</td></tr></table></div>"""


def view_state(page: str) -> str:
    """The hidden field of a web form: 30 kB that say nothing to a reader."""
    seed = random.Random(page).randbytes(22_500)
    return f'<input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="{base64.b64encode(seed).decode()}">'
