"""The report as HTML: no script, no font and no picture from elsewhere; Vietnamese first, English beside it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from warehouse.days import DayClass, day_class
from warehouse.report import tiles
from warehouse.report.figures import Figures, Row

CSS = Path(__file__).with_name("report.css")
STATES = {
    "ok": ("có tin", "ok", ""),
    "empty_expected": ("không có tin, đúng như dự kiến", "empty as expected", ""),
    "late": ("chậm", "late", "…"),
    "blocked": ("bị chặn", "blocked", "⊘"),
    "broken": ("hỏng", "broken", "×"),
    "not_run": ("chưa chạy", "not run", "–"),
}
LOW = 0.95  # share below which a figure of quality is marked
ALARMS = 5  # portals whose trouble is said in words
Names = Mapping[str, str]


def page(figures: Figures, names: Names) -> str:
    """The whole page; the same figures give the same text."""
    sections = (
        _volumes(figures),
        _health(figures),
        f'<div class="column">{_topics(figures, names)}{_cited(figures)}</div>',
        _provinces(figures, names),
        _quality(figures),
        _first(figures),
    )
    head = (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Kho tin tỉnh, bản {figures.snapshot}</title><style>{CSS.read_text(encoding='utf-8')}</style></head>"
    )
    body = f'<main>{_header(figures)}<div class="grid">{"".join(sections)}</div>{_footer(figures)}</main>'
    return f"{head}<body>{body}</body></html>\n"


def _header(figures: Figures) -> str:
    totals = figures.totals
    span = f"{_day(totals['first_day'])} – {_day(totals['last_day'])}" if totals["first_day"] else "chưa có bài"
    counted = (
        ("articles", "bài báo", "articles"),
        ("documents", "văn bản", "documents"),
        ("portals", "cổng", "portals"),
        ("provinces", "tỉnh, thành", "provinces"),
        ("citations", "lượt dẫn văn bản", "citations"),
        ("copies", "bài đăng lại", "copies"),
    )
    tiles_ = "".join(
        f'<li><b>{_number(totals[key])}</b><span>{vi}<span class="en"> · {en}</span></span></li>'
        for key, vi, en in counted
    )
    return (
        "<header><h1>Kho tin tức và văn bản các tỉnh</h1>"
        f'<p>{span} <span class="en">· News and documents of the provinces · snapshot {figures.snapshot}</span></p>'
        f'<ul class="tiles">{tiles_}</ul></header>'
    )


def _footer(figures: Figures) -> str:
    at = dt.datetime.fromisoformat(figures.at).astimezone(dt.timezone(dt.timedelta(hours=7)))
    return (
        f"<footer>Bản {figures.snapshot}, ghi lúc {at:%H:%M} ngày {_day(at.date())} (giờ Việt Nam). Ý nghĩa bảng và "
        "cột / meaning of tables and columns: <code>docs/dictionary.md</code>; cách truy vấn / how to query: "
        "<code>docs/querying.md</code>.</footer>"
    )


def _section(title: str, english: str, note: str, body: str, size: str = "") -> str:
    kind = f' class="{size}"' if size else ""
    heading = f'<h2>{title} <span class="en">· {english}</span></h2><p class="note">{note}</p>'
    return f"<section{kind}>{heading}{body or NOTHING}</section>"


NOTHING = '<p class="none">Chưa có dữ liệu · nothing yet</p>'


def _volumes(figures: Figures) -> str:
    months = figures.months
    top = max((row["articles"] + row["documents"] for row in months), default=0)
    bars = "".join(_bar(row, top) for row in months)
    step = max(1, math.ceil(len(months) / 8))
    under = "".join(f"<span>{_month(row['month']) if n % step == 0 else ''}</span>" for n, row in enumerate(months))
    body = (
        _legend([("c-articles", "bài báo · articles"), ("c-documents", "văn bản · documents")])
        + f'<div class="bars" data-top="{_number(top)}">{bars}</div><div class="under">{under}</div>'
    )
    note = "Theo tháng xuất bản hoặc ban hành · by month of publication or issue"
    return _section("Khối lượng theo tháng", "volume by month", note, body if top else "")


def _bar(row: Row, top: int) -> str:
    title = f"{row['month']}: {_number(row['articles'])} bài, {_number(row['documents'])} văn bản"
    parts = (("d", row["documents"]), ("a", row["articles"]))
    inner = "".join(f'<div class="{kind}" style="height:{100 * n / top:.2f}%"></div>' for kind, n in parts if n)
    return f'<div title="{title}">{inner}</div>'


def _health(figures: Figures) -> str:
    if not figures.health:
        return _section("Thu thập từng ngày", "freshness", "", "")
    legend = _legend(
        [(f"s-{state}", f"{vi} · {en}") for state, (vi, en, _) in STATES.items() if figures.states.get(state)]
    )
    rows = "".join(_portal_days(row, figures.days) for row in figures.health)
    grid = f'<div class="heat" style="--days:{len(figures.days)}">{_day_heads(figures.days)}{rows}</div>'
    note = f"{len(figures.days)} ngày đến {_day(figures.days[-1])}; cổng có vấn đề xếp trước · worst first"
    return _section("Thu thập từng ngày", "freshness", note, _alarms(figures.health) + legend + grid)


def _alarms(health: Sequence[Row]) -> str:
    """What is wrong now, in words."""
    bad = [row for row in health if row["newest"] in ("broken", "blocked")][:ALARMS]
    said = ((row["name"], STATES[row["newest"]][0], row["days"][-1]["reason"] or "") for row in bad)
    return "".join(
        f'<p class="alarm"><b>{escape(name)}</b>: {state}. {escape(reason)}</p>' for name, state, reason in said
    )


def _day_heads(days: Sequence[dt.date]) -> str:
    return "<b></b>" + "".join(_day_head(day, day.weekday() == 0, day.isocalendar().week % 2 == 0) for day in days)


def _day_head(day: dt.date, named: bool, skip: bool) -> str:
    """Mondays carry their date (on a phone every other one), quiet days a shade."""
    kind = f"{'' if day_class(day) is DayClass.WORKDAY else 'off'} {'skip' if skip else ''}".strip()
    text = f"{day.day}/{day.month}" if named else "&nbsp;"
    return f'<span class="{kind}" title="{_day(day)}, {day_class(day)}">{text}</span>'


def _portal_days(row: Row, days: Sequence[dt.date]) -> str:
    known = {entry["day"]: entry for entry in row["days"]}
    cells = "".join(_day_cell(day, known.get(day)) for day in days)
    return f'<b title="{escape(row["name"])}">{escape(_short(row["name"]))}</b>{cells}'


def _short(name: str) -> str:
    """A portal's name for a narrow column, its province in sight."""
    for long, short in (("Đài Phát thanh và Truyền hình", "Đài"), ("Cổng thông tin điện tử", "Cổng"), ("tỉnh ", "")):
        name = name.replace(long, short)
    return name


def _day_cell(day: dt.date, entry: Row | None) -> str:
    if entry is None:
        return "<i></i>"
    vi, en, sign = STATES[entry["state"]]
    counts = f"{entry['articles']} bài, {entry['documents']} văn bản"
    title = escape(f"{_day(day)}: {vi} ({en}), {counts}. {entry['reason'] or ''}".strip())
    return f'<i class="s-{entry["state"]}" title="{title}">{sign}</i>'


def _topics(figures: Figures, names: Names) -> str:
    months = [row["month"] for row in figures.months]
    body = "".join(_topic(row, months, names) for row in figures.topics)
    note = f"Lĩnh vực chính của bài, {_month(months[0])} – {_month(months[-1])} · main topic by month" if months else ""
    return _section("Chủ đề theo thời gian", "topics over time", note, body)


def _topic(row: Row, months: Sequence[str], names: Names) -> str:
    counts = {entry["month"]: entry["texts"] for entry in row["months"]}
    top = max(counts.values())
    values = ((month, counts.get(month, 0)) for month in months)
    bars = "".join(f'<i style="height:{100 * n / top:.1f}%" title="{month}: {_number(n)}"></i>' for month, n in values)
    name = escape(_named(row["topic"], names))
    return f'<div class="topic"><b>{name}</b><span>{_number(row["total"])}</span><div class="spark">{bars}</div></div>'


def _provinces(figures: Figures, names: Names) -> str:
    counts = {row["province"]: row for row in figures.provinces}
    top = max((row["articles"] + row["documents"] for row in figures.provinces), default=0)
    squares = "".join(_tile(slug, counts.get(slug), top, names) for slug in tiles.PLACES)
    note = "63 tỉnh, thành như trước ngày 1/7/2025: bài và văn bản · articles and documents, the 63-province set"
    return _section("Theo tỉnh", "by province", note, f'<div class="map">{squares}</div>' if top else "", "third")


def _tile(slug: str, row: Row | None, top: int, names: Names) -> str:
    column, line = tiles.PLACES[slug]
    name = _named(slug, names)
    total = row["articles"] + row["documents"] if row else 0
    strength = round(15 + 85 * math.log1p(total) / math.log1p(top)) if total else 0
    kind = "nothing" if not total else "strong" if strength > 60 else ""
    said = f"{_number(row['articles'])} bài, {_number(row['documents'])} văn bản" if row else "chưa có"
    place = f"grid-column:{column + 1};grid-row:{line + 1};--v:{strength}"
    shown = f"<b>{_compact(total)}</b>" if total else ""
    label = escape(tiles.short(slug, name))
    return f'<div class="{kind}" style="{place}" title="{escape(name)}: {said}">{label}{shown}</div>'


def _quality(figures: Figures) -> str:
    heads = (
        ("Cổng · portal", ""),
        ("Bài<br>articles", ""),
        ("Có ngày<br>dated", ""),
        ("Có giờ<br>timed", "wide"),
        ("Có tiêu đề<br>titled", "wide"),
        ("Ký tự, trung vị<br>median chars", "wide"),
        ("Đã sửa<br>edited", "wide"),
        ("Cờ báo<br>flagged", "wide"),
        ("Đăng lại<br>copies", "wide"),
        ("Lỗi<br>failures", ""),
        ("Trễ<br>lag", ""),
    )
    rows = (
        (
            (escape(_short(row["name"])), ""),
            (_number(row["articles"]), ""),
            _share(row["dated"]),
            (_percent(row["timed"]), "wide"),
            _share(row["titled"], "wide"),
            (_number(row["chars"]), "wide"),
            (_percent(row["edited"]), "wide"),
            (_percent(row["flagged"]), "wide"),
            (_number(row["copies"]), "wide"),
            (_number(row["errors"]), "low" if row["errors"] else ""),
            (_wait(row["lag"]), ""),
        )
        for row in figures.quality
    )
    note = (
        f"25 cổng kém nhất; lỗi và độ trễ trong {len(figures.days)} ngày gần nhất · the 25 worst; failures, newest days"
    )
    return _section("Chất lượng dữ liệu", "data quality", note, _table(heads, rows) if figures.quality else "")


def _cited(figures: Figures) -> str:
    heads = (
        ("Số, ký hiệu · number", ""),
        ("Bài, văn bản<br>texts", ""),
        ("Cổng<br>portals", ""),
        ("Tỉnh<br>provinces", "wide"),
    )
    rows = (
        (
            (escape(row["number"]), ""),
            (_number(row["texts"]), ""),
            (_number(row["portals"]), ""),
            (_number(row["provinces"]), "wide"),
        )
        for row in figures.cited
    )
    note = "Văn bản được nhiều bài và văn bản khác nhắc đến nhất · documents that most texts name"
    return _section(
        "Văn bản được dẫn nhiều nhất", "most cited", note, _table(heads, rows) if figures.cited else "", "half"
    )


def _first(figures: Figures) -> str:
    heads = (("Cổng · portal", ""), ("Bài<br>texts", ""), ("Lượt đăng lại<br>copies", ""), ("Sau<br>lag", ""))
    rows = (
        (
            (escape(row["name"]), ""),
            (_number(row["texts"]), ""),
            (_number(row["copies"]), ""),
            (_wait(row["lag"]), ""),
        )
        for row in figures.first
    )
    note = "Bài mà cổng khác đăng lại, kể cả khi cắt bớt, đổi tiêu đề · texts that other portals took over"
    return _section("Ai đăng trước", "first publishers", note, _table(heads, rows) if figures.first else "")


def _table(heads: Iterable[tuple[str, str]], rows: Iterable[Iterable[tuple[str, str]]]) -> str:
    """``heads`` and the cells of ``rows`` are HTML with a class."""
    head = "".join(f'<th class="{kind}">{text}</th>' for text, kind in heads)
    body = "".join(f"<tr>{''.join(_cells(row))}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cells(row: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f'<td class="{kind}">{text}</td>' for text, kind in row)


def _share(value: float, kind: str = "") -> tuple[str, str]:
    meter = f'<span class="meter"><i style="--p:{100 * value:.0f}"></i></span>'
    return f"{_percent(value)}{meter}", f"{kind} {'low' if value < LOW else ''}".strip()


def _legend(entries: Iterable[tuple[str, str]]) -> str:
    return f'<ul class="legend">{"".join(f"<li><i class={kind!r}></i>{text}</li>" for kind, text in entries)}</ul>'


def _named(code: str, names: Names) -> str:
    return names.get(code) or code.replace("_", " ").capitalize()


def _number(value: Any) -> str:
    return "" if value is None else f"{round(value):,}".replace(",", ".")


def _compact(value: int) -> str:
    return _number(value) if value < 10_000 else f"{_number(value / 1000)}k"


def _wait(hours: float | None) -> str:
    """Hours, from three days on days."""
    if hours is None:
        return ""
    return f"{hours:.1f} giờ".replace(".", ",") if hours < 72 else f"{_number(hours / 24)} ngày"


def _percent(value: float) -> str:
    """Never rounded up to 100 %: one undated article of a thousand shows."""
    return f"{math.floor(1000 * value) / 10:g}%".replace(".", ",")


def _day(day: dt.date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _month(month: str) -> str:
    return f"{int(month[5:])}/{month[2:4]}"
