"""The gold of a mini-portal: articles from the prose generator, documents from subjects with the same slots."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from tests.portals.minis.furniture import SOURCES, TAGS, furnished
from tests.portals.model import ZONE, Article, Attachment, Document, slug
from tests.portals.plan import Batch
from tests.portals.prose import combine, writer
from tests.portals.settings import setting
from tests.portals.texts import Draft, topic

Address: TypeAlias = tuple[str, tuple[str, ...]]  # key, paths
FIRST, LAST = dt.date(2025, 5, 29), dt.date(2025, 7, 30)  # two months, with the change of 2025-07-01 in them

TYPES = {
    "Quyết định": "QĐ-UBND",
    "Kế hoạch": "KH-UBND",
    "Công văn": "UBND-VX",
    "Thông báo": "TB-UBND",
    "Chỉ thị": "CT-UBND",
    "Báo cáo": "BC-UBND",
    "Nghị quyết": "NQ-HĐND",
}
SUBJECTS = (
    "Phê duyệt danh mục công trình sửa chữa kênh mương tại {xa}",
    "Triển khai tháng cao điểm phòng chống sốt xuất huyết trên địa bàn {dv}",
    "Tăng cường phòng, chống đuối nước cho trẻ em trong dịp hè tại {xa}",
    "Lịch cắt nước sinh hoạt để đấu nối đường ống tại {xa2}",
    "Đẩy mạnh thu hoạch lúa vụ xuân và chuẩn bị giống vụ mùa ở {huyen}",
    "Kết quả rà soát {n:120-900} hộ có nhà ở không bảo đảm an toàn trước mùa mưa bão",
    "Phân bổ {t:3-40} bổ sung cho chương trình nông thôn mới",
    "Tổ chức lấy ý kiến người dân về đồ án quy hoạch chung {xa}",
    "Kiểm tra an toàn thực phẩm tại bếp ăn tập thể của {n:12-60} trường học",
    "Bố trí điểm tiếp nhận hồ sơ lưu động tại {thon}, {xa}",
    "Hướng dẫn tiêm vắc xin cho {n:3000-20000} con gia súc đợt hai",
    "Thành lập tổ công tác tháo gỡ vướng mắc giải phóng mặt bằng ở {huyen}",
    "Số hóa {n:4000-30000} hồ sơ hộ tịch còn lưu bằng giấy",
    "Công bố đường dây nóng tiếp nhận phản ánh về vệ sinh môi trường",
)


class Named(Protocol):
    """A mini-portal, as far as its gold needs to know it."""

    portal: str
    host: str
    like: str


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A document before it belongs to a portal's address space."""

    number: str
    doc_type: str
    subject: str
    issuer: str
    signer: str
    signer_title: str
    published_at: dt.datetime

    @property
    def slug(self) -> str:
        """Words of number and subject joined by hyphens."""
        return slug(f"{self.number} {self.subject}", 12)


def combined(portal: str, like: str, plan: tuple[Batch, ...]) -> list[Draft]:
    """Articles of ``plan`` with the places and people of the sample portal ``like``, no title twice."""
    taken: set[str] = set()
    made = []
    for batch in plan:
        dice = random.Random(f"{portal}/{batch.section}")
        for index, moment in enumerate(batch.moments(dice)):
            subject = topic(batch.topics[index % len(batch.topics)])
            seed = f"{portal}/{batch.section}/{index}"
            made.append(combine(setting(like), subject, batch.section, moment, seed, taken))
    return made


def document_drafts(portal: str, like: str, types: tuple[str, ...], count: int) -> list[DocumentDraft]:
    """``count`` documents of some ``TYPES`` from ``FIRST`` to ``LAST``, oldest first."""
    span = (LAST - FIRST).days
    days = [FIRST + dt.timedelta(days=round(span * index / max(1, count - 1))) for index in range(count)]
    return [_document_draft(portal, like, types, index, day) for index, day in enumerate(days)]


def _document_draft(portal: str, like: str, types: tuple[str, ...], index: int, day: dt.date) -> DocumentDraft:
    dice = random.Random(f"{portal}/document/{index}")
    pen = writer(setting(like), day, dice)
    doc_type = dice.choice(types)
    signer, _, office = dice.choice(setting(like).leaders).partition(", ")
    return DocumentDraft(
        number=f"{310 + 7 * index}/{TYPES[doc_type]}",
        doc_type=doc_type,
        subject=pen.text(SUBJECTS[index % len(SUBJECTS)]),
        issuer=pen.text("{hd} {Ten}" if doc_type == "Nghị quyết" else "{ub} {Ten}"),
        signer=signer,
        signer_title=office,
        published_at=dt.datetime.combine(day, dt.time(8 + index % 9, 7 * index % 60), ZONE),
    )


def article(mini: Named, section: str, draft: Draft, address: Address, number: int) -> Article:
    """The article that ``draft`` becomes at ``address`` of a portal; ``number`` decides its furniture."""
    key, paths = address
    units = (mini.host.upper(),) if draft.author and number % 5 == 2 else ()
    return Article(
        portal=mini.portal,
        key=key,
        urls=tuple(f"http://{mini.host}{path}" for path in paths),
        title=draft.title,
        lead=draft.lead,
        blocks=furnished(setting(mini.like), draft.blocks, number),
        author=draft.author,
        section=section,
        section_slug=draft.section,
        published_at=draft.published_at,
        byline=f"{draft.author or ''}{''.join(f'/{unit}' for unit in units)}",
        units=units,
        tags=tuple(TAGS[(number + step) % len(TAGS)] for step in range(number % 4)),
        source=SOURCES[number % len(SOURCES)] if number % 5 == 4 else None,
        updated_at=draft.published_at + dt.timedelta(hours=26) if number % 4 == 2 else None,
    )


def document(portal: str, host: str, draft: DocumentDraft, address: Address, file: str) -> Document:
    """The document that ``draft`` becomes, with one PDF at the path ``file``."""
    key, paths = address
    day = draft.published_at.date()
    text = (f"| {draft.issuer.upper()} | Số: {draft.number}", f"= {draft.doc_type.upper()}", f"= {draft.subject}")
    return Document(
        portal=portal,
        key=key,
        urls=tuple(f"http://{host}{path}" for path in paths),
        number=draft.number,
        number_shown=draft.number,
        doc_type=draft.doc_type,
        issuer=draft.issuer,
        issued_date=day,
        signer=draft.signer,
        signer_title=draft.signer_title,
        subject=draft.subject,
        published_at=draft.published_at,
        attachments=(Attachment(f"http://{host}{file}", file.rpartition("/")[2], text),),
    )
