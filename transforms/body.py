"""From a container to text: chrome out, flow normal form, one pass of trafilatura, and guards over what it did."""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from lxml import etree
from lxml.html import Element, HtmlElement
from trafilatura import bare_extraction
from trafilatura.htmlprocessing import convert_tags, delete_by_link_density, link_density_test_tables, prune_html
from trafilatura.main_extractor import handle_textelem
from trafilatura.settings import MANUALLY_CLEANED, MANUALLY_STRIPPED, TAG_CATALOG, Document, Extractor

from transforms.flow import normalise, paragraphs
from transforms.limits import is_heavy
from transforms.text import clean, fold, fold_line, nfc, squeeze
from transforms.tree import BLOCKS, Page, drop, drop_all, elements_of, link_share, raw_text, short_text, whole_text

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

KEPT_SHARE = 0.8  # of the container's characters: less than this and trafilatura lost text
_PRUNED = Extractor(output_format="txt", fast=True, recall=True, comments=False, tables=True)
_SHORTEST = 400  # characters of a text that trafilatura reads with its means for short ones as well
_CLEANED = (*MANUALLY_CLEANED, *MANUALLY_STRIPPED, "math", "figure")  # tags that it removes before it reads
_KINDS = {*TAG_CATALOG, "table", "td", "th", "tr"}  # tags of its own that it reads
_DONE = "done"  # its mark of an element of which it made another
_NEVER_LAST = ("head", "ref")  # headings without text below
_NAMED = 50  # characters up to which a paragraph may stand twice in a row
_CHROME = re.compile(
    r"(?:in bài viết|in trang(?: này)?|bản in|print|gửi (?:phản hồi|mail|email|bài viết|bình luận|ý kiến)|send e?-?mail"
    r"|(?:số )?lượt (?:xem|đọc|truy cập)\s*:?\s*[\d.,]*|(?:view count|views?|đã xem|lượt xem tin)\s*:?\s*[\d.,]*"
    r"|xem lịch phát sóng|nhảy đến nội dung|chia sẻ(?: bài viết)?|facebook|zalo|twitter|share|thích|like|quay lại"
    r"|về đầu trang|trở lại|cỡ chữ|font size|nghe đọc bài|đăng ký|theo dõi trên google news|lưu bài viết|[|.,\-–•]*"
    r"|(?:hôm nay|hôm qua|tuần này|đang truy cập|đã truy cập|tổng truy cập)\s*:\s*[\d.,]+|thống kê truy cập"
    r"|\d{1,4} (?:giây|phút|giờ|ngày|tuần|tháng|năm) trước"
    r"|(?:các )?(?:tệp|file|tập tin|tài liệu|văn bản)(?: tin)? đính kèm\s*:?)",
    re.I,
)
_RELATED_HEAD = re.compile(
    r"(?:(?:các )?(?:tin|bài)(?: viết| tức)? (?:khác|liên quan|cũ hơn|mới hơn|cùng chuyên mục|nổi bật)|other news|"
    r"related (?:news|articles)|cùng chuyên mục|tin nóng|tin tiêu điểm|xem thêm|đọc thêm"
    r"|website liên kết|liên kết website)"
    r"\s*[:.]?",
    re.I,
)
_PULL_QUOTES = etree.XPath("descendant::*[self::aside or self::blockquote or contains(@class, 'quote')]")
_QUOTES = ' "“”«».…'
_QUOTED = 25  # characters from which a repeated quote is one, and no name
_LABEL = 59  # characters of a block that may be a label of the page's chrome
_LINKED = 0.8  # share of characters in links from which a block is a list of links


_PRUNABLE = BLOCKS | {"a", "span"}

DataTable: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Body:
    """The text with its paragraphs joined by an empty line, and the guards that spoke."""

    text: str
    flags: tuple[str, ...] = ()
    tables: tuple[DataTable, ...] = ()


def prune(container: HtmlElement) -> list[HtmlElement]:
    """Remove chrome that no selector names: counters, print and share labels, quotes of the text itself, other news.

    Returns the lists of other news.
    """
    related: list[HtmlElement] = []
    quotes = set(elements_of(_PULL_QUOTES(container)))
    for element in list(container.iter()):
        if element.tag not in _PRUNABLE or element is container or element.getparent() is None:
            continue
        text = short_text(element, _LABEL) if len(element) < 8 else None
        if text and _CHROME.fullmatch(text):
            drop(element)
        elif text and _RELATED_HEAD.fullmatch(text):
            related += _drop_related(element, container)
        elif element in quotes and _is_repeated(element, container):
            drop(element)
    return related


def read(container: HtmlElement) -> tuple[Body, str]:
    """The text of a pruned container and the key of its content; the container is used up.

    The text is trafilatura's, or the plain tree's where trafilatura keeps less than KEPT_SHARE (``text_restored``).
    The key is the folded text: the same for two copies of one article, whatever surrounds it.
    """
    container.tail, container.tag = None, "div"
    normalise(container)
    spoken = [text for text in paragraphs(container) if not _is_chrome(text)]
    key = fold_line(" ".join(spoken))
    if not spoken:
        return Body(""), key
    has_table = container.find(".//table") is not None
    plain = list(_rows_apart(container)) if has_table else spoken
    tables = tuple(_data_tables(container)) if has_table else ()
    found = _paragraphs(_trafilatura(container))
    if sum(map(len, found)) < KEPT_SHARE * sum(map(len, plain)):
        return Body(nfc("\n\n".join(plain)), ("text_restored",), tables), key
    return Body(nfc("\n\n".join(found)), tables=tables), key


def read_page(page: Page) -> Body:
    """The text of a page whose container nobody knows: plain trafilatura in favour of precision, and flagged."""
    if is_heavy(page.root):
        return Body("", ("no_container",))
    document = bare_extraction(page.source, favor_precision=True, include_comments=False)
    return Body(nfc("\n\n".join(_paragraphs(_body(document)))), ("no_container",))


def _is_chrome(text: str) -> bool:
    return len(text) <= _LABEL and _CHROME.fullmatch(text) is not None


def _is_repeated(quote: HtmlElement, container: HtmlElement) -> bool:
    """Whether the quote's words stand in the text a second time."""
    words = fold(raw_text(quote)).strip(_QUOTES)
    return len(words) >= _QUOTED and fold(raw_text(container)).count(words) > 1


def _drop_related(heading: HtmlElement, container: HtmlElement) -> list[HtmlElement]:
    """Drop a heading of other news with the lists of links after it; keep it where no list follows."""
    place: HtmlElement | None = heading
    while place is not None and place is not container:
        following = _links_after(place)
        if following:
            for element in [*following, heading]:
                drop(element)
            return following
        place = place.getparent() if place.getnext() is None else None
    return []


def _links_after(element: HtmlElement) -> list[HtmlElement]:
    found = []
    for sibling in element.itersiblings():
        if raw_text(sibling) and link_share(sibling) < _LINKED:
            break
        found.append(sibling)
    return found if any(raw_text(sibling) for sibling in found) else []


def _trafilatura(container: HtmlElement) -> HtmlElement | None:
    """Trafilatura's tree of a container in flow normal form.

    Its handlers of elements and its measures of link density, without the steps around them that choose by class and
    id, which are gone, and by tags that are not there, and without those for short texts: a quarter of the time, the
    same text (a test compares).
    """
    if is_heavy(container):
        return None
    document = Element("html")
    article = etree.SubElement(etree.SubElement(document, "body"), "article", {"class": "post"})
    article.append(container)
    if len(whole_text(container)) < _SHORTEST or next(container.iter(*_CLEANED), None) is not None:
        return _body(bare_extraction(document, options=_PRUNED))
    convert_tags(prune_html(document, _PRUNED.focus), _PRUNED)
    _drop_link_blocks(article)
    return _handled(article)


def _drop_link_blocks(tree: HtmlElement) -> None:
    """Take out what is mostly links, and the links' tags from what is left."""
    if next(tree.iter("ref"), None) is None:
        return
    for name in ("div", "list", "p") * 2:
        delete_by_link_density(tree, name, backtracking=name == "div")
    drop_all([table for table in tree.iter("table") if link_density_test_tables(table)])
    etree.strip_tags(tree, "ref")


def _handled(tree: HtmlElement) -> HtmlElement:
    """A body of what trafilatura makes of each element below ``tree``, which is used up."""
    body: HtmlElement = Element("body")
    moved: set[HtmlElement] = set()
    for element in list(tree.iterdescendants()):
        found = None if element in moved else handle_textelem(element, _KINDS, _PRUNED)
        if found is None:
            continue
        if found is element:
            moved.update(element.iterdescendants())
        else:
            element.tag = _DONE
        body.append(found)
    while len(body) and body[-1].tag in _NEVER_LAST:
        del body[-1]
    etree.strip_elements(body, _DONE)
    return body


def _body(document: Document | dict[str, Any] | None) -> HtmlElement | None:
    return document.body if isinstance(document, Document) else None


def _paragraphs(body: HtmlElement | None) -> list[str]:
    """Paragraphs of trafilatura's tree: one an element; list items and table rows are lines of one paragraph."""
    if body is None:
        return []
    texts = ["\n".join(_lines(element)) for element in body]
    told = [text for text in texts if text and not _is_chrome(text)]
    return [text for before, text in pairwise(("", *told)) if text != before or len(text) <= _NAMED]


def _lines(element: HtmlElement) -> Iterator[str]:
    if element.tag == "table":
        yield from _rows(element, "row", ("cell",))
    elif element.tag == "list":
        yield from (text for item in element.iter("item") if (text := _item_text(item)))
    elif any(child.tag in ("p", "list", "table", "head", "quote") for child in element):
        yield from (text for child in element if (text := "\n".join(_lines(child))))
    else:
        yield squeeze(whole_text(element))


def _item_text(item: HtmlElement) -> str:
    own = [item.text or ""]
    for child in item:
        own.append("" if child.tag == "list" else " ".join(child.itertext()))
        own.append(child.tail or "")
    return squeeze(" ".join(own))


def _rows(table: HtmlElement, row: str, cells: tuple[str, ...]) -> Iterator[str]:
    return (" | ".join(texts) for texts in _cells(table, row, cells))


def _cells(table: HtmlElement, row: str, cells: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for line in table.iter(row):
        texts = tuple(clean(" ".join(cell.itertext())) for cell in line if cell.tag in cells)
        if any(texts):
            yield texts


def _data_tables(container: HtmlElement) -> Iterator[DataTable]:
    """The tables of a normalised container, which are all data."""
    for table in container.iter("table"):
        rows = tuple(_cells(table, "tr", ("td", "th")))
        if rows:
            yield rows


def _rows_apart(container: HtmlElement) -> Iterator[str]:
    """Paragraphs of a normalised container without trafilatura; rows of tables are lines."""
    flat = copy.deepcopy(container)
    for table in list(flat.iter("table")):
        rows = list(_rows(table, "tr", ("td", "th")))
        tail = table.tail
        table.clear()
        table.tag, table.tail = "div", tail
        for text in rows:
            etree.SubElement(table, "p").text = text
    yield from (text for text in paragraphs(flat) if not _is_chrome(text))
