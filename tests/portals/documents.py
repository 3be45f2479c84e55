"""The portals' official documents and files, laid out as Decree 30/2020 asks."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

import yaml

from tests.portals.model import ZONE, Attachment, Document, slug
from tests.portals.prose import Writer, writer
from tests.portals.settings import setting
from tests.portals.texts import TEXTS, topic

HOSTS = {
    "sotttt_mau": "http://sotttt.thudo.test",
    "congxulang": "http://xulang.gov.test",
    "huyentienyen_mau": "http://tienhai.quangninh.test",
}
PLACES = {"sotttt_mau": "Hà Nội", "congxulang": "Lạng Sơn"}
PORTLET = "4_WAR_portalvbpqportlet"
NEW_LAW = dt.date(2025, 6, 16)
ROMAN = ("I. MỤC ĐÍCH, YÊU CẦU", "II. NỘI DUNG, NHIỆM VỤ", "III. TỔ CHỨC THỰC HIỆN")


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((TEXTS / "documents.yaml").read_text(encoding="utf-8"))
    return data


def documents() -> list[Document]:
    """Every document of every portal, in order of issue."""
    return [
        _document(portal, [part.strip() for part in line.split("|")], index)
        for portal in PLACES
        for index, line in enumerate(_data()[portal])
    ]


def attachments(portal: str, key: str, title: str) -> tuple[Attachment, ...]:
    """The files of the article called ``title``."""
    text = _data()["articles"].get(title)
    if not text:
        return ()
    name = f"{slug(title, 5)}.pdf"
    return (Attachment(_file_url(portal, key, name), name, tuple(text)),)


def _document(portal: str, parts: list[str], index: int) -> Document:
    number, shown, doc_type, issuer, issued, signer, capacity, subject, files = parts
    day = dt.date.fromisoformat(issued)
    key = str((75_100 if portal == "sotttt_mau" else 20_300) + 17 * index)
    paragraphs = _paragraphs(portal, doc_type, day, f"{portal}/{number}")
    layout = _layout(portal, number, doc_type, issuer, day, (signer, capacity), subject, paragraphs)
    moment = dt.datetime.combine(day, dt.time(8 + index % 9, 7 * index % 60), ZONE)
    return Document(
        portal=portal,
        key=key,
        urls=_urls(portal, key, number, subject),
        number=number,
        number_shown=shown or number,
        doc_type=doc_type,
        issuer=issuer,
        issued_date=day,
        signer=signer,
        signer_title=capacity,
        subject=subject,
        published_at=moment,
        attachments=tuple(_files(portal, key, number, day, layout, int(files))),
        paragraphs=tuple(paragraphs) if portal == "congxulang" else (),
    )


def _urls(portal: str, key: str, number: str, subject: str) -> tuple[str, ...]:
    if portal == "congxulang":
        return (f"{HOSTS[portal]}/vi/van-ban/{slug(number + ' ' + subject, 9)}",)
    query = {"p_p_id": PORTLET, "p_p_lifecycle": "0", "p_p_state": "normal", "p_p_mode": "view"}
    query |= {"p_p_col_id": "column-1", f"_{PORTLET}_id": key}
    query |= {f"_{PORTLET}_mvcPath": "/html/portlet/list/view_detail.jsp"}
    return tuple(f"{HOSTS[portal]}/{language}/van-ban-phap-quy?{urlencode(query)}" for language in ("vi", "en"))


def _files(portal: str, key: str, number: str, day: dt.date, layout: list[str], count: int) -> Iterator[Attachment]:
    """The signed document and, as the second file, its annex."""
    annex = ["= PHỤ LỤC", f"= (Kèm theo văn bản số {number} ngày {day:%d/%m/%Y})"]
    annex += [f"{row}. Nội dung công việc đợt {row}: hoàn thành trong tháng {row + 6}/2025." for row in range(1, 6)]
    for index, text in enumerate((layout, annex)[:count]):
        name = f"{day:%Y%m%d}{key}_{slug(number).replace('-', '_')}{'_phuluc' if index else ''}.pdf"
        yield Attachment(_file_url(portal, key, name), name, tuple(text))


def _file_url(portal: str, key: str, name: str) -> str:
    if portal == "sotttt_mau":
        return f"{HOSTS[portal]}/documents/554897/{key}/{name}/{name}"
    return (
        f"{HOSTS[portal]}/sites/default/files/2025/{name}"
        if portal == "congxulang"
        else f"{HOSTS[portal]}/upload/{name}"
    )


def _paragraphs(portal: str, doc_type: str, day: dt.date, seed: str) -> list[str]:
    """Legal bases, the order or the plan's parts, tasks with deadlines."""
    dice = random.Random(seed)
    pen = writer(setting(portal), day, dice)
    source = topic("vanban")
    tasks = [pen.text(line) for line in dice.sample(source.body, dice.randint(4, len(source.body)))]
    opening, closing = pen.text(source.leads[0]), pen.text(source.closings[0])
    if doc_type in ("Quyết định", "Nghị quyết"):
        return [*_bases(pen), f"{doc_type.upper()}:", *_articles(tasks), closing]
    if doc_type == "Kế hoạch":
        numbered = [f"{index}. {task}" for index, task in enumerate(tasks, 1)]
        half = len(numbered) // 2
        return [*_bases(pen), ROMAN[0], opening, ROMAN[1], *numbered[:half], ROMAN[2], *numbered[half:], closing]
    return [opening, *(f"{index}. {task}" for index, task in enumerate(tasks, 1)), closing]


def _bases(pen: Writer) -> list[str]:
    cited = pen.text("Căn cứ {vb:NQ} và {vb:KH} của {ub};")
    law = "72/2025/QH15 ngày 16/6/2025" if pen.day > NEW_LAW else "65/2025/QH15 ngày 19/02/2025"
    return [f"Căn cứ Luật Tổ chức chính quyền địa phương số {law};", cited]


def _articles(tasks: list[str]) -> list[str]:
    return [f"Điều {index}. {task}" for index, task in enumerate(tasks, 1)]


def _layout(
    portal: str,
    number: str,
    doc_type: str,
    issuer: str,
    day: dt.date,
    signature: tuple[str, str],
    subject: str,
    paragraphs: list[str],
) -> list[str]:
    """Lines for ``pdf.render``: head, title, body, recipients and signature."""
    head, motto = ("ĐẢNG CỘNG SẢN VIỆT NAM", "*") if "/TU" in number else _state_head()
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    date = f"{PLACES[portal]}, ngày {day.day:02d} tháng {month} năm {day.year}"
    top = [f"| {_full(issuer).upper()} | {head}", f"> {motto}", f"| Số: {number} | {date}", " "]
    if doc_type == "Công văn":
        title = [f"V/v {subject[0].lower()}{subject[1:]}", " ", "= Kính gửi: Các sở, ban, ngành; UBND các xã, phường"]
    else:
        title = [f"= {doc_type.upper()}", f"= {subject}", " "]
    signer, capacity = signature
    roles = [part.strip() for part in capacity.split(",")]
    left = ["Nơi nhận:", "- Như trên;", "- Lưu: VT."]
    rows = [f"| {a} | {b}" for a, b in zip(left, [*roles, "", "", ""], strict=False)]
    return [*top, *title, *paragraphs, " ", *rows, " ", " ", f"> {signer}", *_enclosed(portal, number, day, subject)]


def _enclosed(portal: str, number: str, day: dt.date, subject: str) -> list[str]:
    """The rules that a decision 'ban hành' or a resolution 'quy định' encloses, from a new page on."""
    if not subject.startswith(("Ban hành", "Quy định")):
        return []
    pen = writer(setting(portal), day, random.Random(f"rules/{number}"))
    rules = [pen.text(line) for line in (topic("vanban").body * 2)[:14]]
    return ["---", "= QUY CHẾ", f"= (Kèm theo văn bản số {number})", *_articles(rules)]


def _state_head() -> tuple[str, str]:
    return "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"


def _full(issuer: str) -> str:
    return issuer.replace("UBND", "Ủy ban nhân dân").replace("HĐND", "Hội đồng nhân dân")
