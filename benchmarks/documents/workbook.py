"""A workbook of one sheet (XLSX), written part by part: an annex as agencies publish them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ANNEX: tuple[tuple[str | int | float, ...], ...] = (
    ("STT", "Tên công trình", "Địa điểm", "Kinh phí (triệu đồng)"),
    (1, "Sửa chữa nhà văn hóa thôn Bản Lừa", "Xã Thượng Giang", 1250),
    (2, "Nâng cấp đường liên thôn Nà Mòn - Khuổi Luông", "Xã Na Sầm", 3400.5),
    (3, "Kiên cố hóa kênh mương cánh đồng Pò Mạ", "Xã Thượng Giang", 870),
)
_TYPES = f"""<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType=
"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType=
"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName=
"/xl/worksheets/sheet1.xml" ContentType=
"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"""
_ROOT = f"""<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/officeDocument"
 Target="xl/workbook.xml"/></Relationships>"""
_BOOK = f"""<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="Phụ lục" sheetId="1" r:id="r1"/>
</sheets></workbook>"""
_BOOK_LINKS = f"""<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/worksheet"
 Target="worksheets/sheet1.xml"/></Relationships>"""


def workbook(rows: Sequence[Sequence[str | int | float]] = ANNEX) -> bytes:
    """The XLSX file of these rows."""
    sheet = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _ROOT,
        "xl/workbook.xml": _BOOK,
        "xl/_rels/workbook.xml.rels": _BOOK_LINKS,
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(zipfile.ZipInfo(name), '<?xml version="1.0" encoding="UTF-8"?>' + part)
    return written.getvalue()


def _cell(value: str | int | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"
