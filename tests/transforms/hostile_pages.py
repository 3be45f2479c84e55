"""Pages that a hostile or broken portal may send: each a function of a size, so that growth can be measured."""

from __future__ import annotations

from collections.abc import Callable

PROSE = "Chiều qua, Hội Nông dân xã trao bốn mươi con bò giống cho các hộ nghèo ở năm bản vùng cao của huyện. "
TITLE = "Xã vùng cao trao bò giống cho hộ nghèo"
Page = Callable[[int], bytes]


def article(inside: str = "", before: str = "", attributes: str = "") -> bytes:
    """An article with something hostile in its text, before its title or in its tags."""
    head = f"<html><head><title>{TITLE}</title></head><body>{before}<div class='detail'><h1{attributes}>{TITLE}</h1>"
    body = f"<div class='date'>26/06/2025 08:30</div><article class='content'>{inside}<p>{PROSE * 3}</p></article>"
    return (head + body + "</div></body></html>").encode("utf-8", "replace")


def attributes(size: int) -> bytes:
    """One tag with many different attributes."""
    return article(attributes=" " + " ".join(f"a{number}=1" for number in range(size)))


def entity_bomb(size: int) -> bytes:
    """XHTML whose entities would unfold to 10 to the 9."""
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    return (f'<?xml version="1.0"?><!DOCTYPE html [{lines}]>' + article("&e9;" * size).decode()).encode()


def word_soup(size: int) -> str:
    """Bold, italic and links opened in one order and closed in another."""
    return "<b><i><a href=x><p>hộ</b></i></a></p>" * size


GROWING: dict[str, Page] = {
    "depth": lambda n: article("<div>" * n + PROSE),
    "depth of spans": lambda n: article("<span>" * n + PROSE),
    "lists in lists": lambda n: article("<ul><li>" * n + PROSE),
    "tables in tables": lambda n: article("<table><tr><td>hộ" * n + PROSE),
    "one tag": lambda n: article("<b>" * n),
    "paragraphs": lambda n: article(f"<p>{PROSE}</p>" * (n // 4)),
    "short paragraphs": lambda n: article("<p>hộ nghèo</p>" * n),
    "empty blocks": lambda n: article("<div></div>" * n),
    "line breaks": lambda n: article("hộ nghèo<br>" * n),
    "links": lambda n: article("<a href='/a.pdf'>hộ</a>" * n),
    "links before the text": lambda n: article(before="<a href='/tin'>hộ nghèo</a>" * n),
    "blocks before the text": lambda n: article(before="<div class='x'>hộ nghèo</div>" * n),
    "titles": lambda n: article(before=f"<h1>{TITLE}</h1>" * n),
    "dates": lambda n: article(before="<span class='date'>26/06/2025</span>" * n),
    "dates in the text": lambda n: article("<p class='date'>26/06/2025</p>" * n),
    "bylines": lambda n: article("<p class='author'>Theo Nguyễn Văn An</p>" * n),
    "captions": lambda n: article("<figure><img src=x><figcaption>Ảnh: Văn An</figcaption></figure>" * n),
    "pictures": lambda n: article("<p><img src=x></p><p align=center>Bò giống</p>" * n),
    "related heads": lambda n: article("<p>Tin liên quan</p><ul><li><a href=x>hộ</a></li></ul>" * n),
    "cells": lambda n: article(f"<table>{('<tr>' + '<td>hộ</td>' * 10 + '</tr>') * (n // 10)}</table>"),
    "a row of cells": lambda n: article(f"<table><tr>{'<td>hộ</td>' * n}</tr></table>"),
    "tables": lambda n: article("<table><tr><td>hộ</td><td>nghèo</td></tr></table>" * n),
    "definition rows": lambda n: article("<dl><dt>Số ký hiệu:</dt><dd>12/QĐ-UBND</dd></dl>" * n),
    "broken nesting": lambda n: article(word_soup(n)),
    "forms": lambda n: article("<form><input><select><option>hộ</select>" * n),
    "unclosed quotes": lambda n: article("<a href='x" * n),
    "less-than signs": lambda n: article("<" * n),
    "comments": lambda n: article("<!--" * n),
    "scripts never closed": lambda n: article("<script" * n),
    "classes": lambda n: article("".join(f"<p class='c{k} d{k}'>hộ</p>" for k in range(n))),
    "words in a class": lambda n: article(attributes=f" class='{'c ' * n}'"),
    "different words in a class": lambda n: article(attributes=f" class='{' '.join(map(str, range(n)))}'"),
    "a script with tags": lambda n: article(f"<script>{'x = 1; </p> ' * n}</script>"),
    "JSON dates": lambda n: article(f'<script>{chr(34)}datePublished{chr(34)}:{" " * n}</script>' * 3),
    "entities beyond Unicode": lambda n: article("&#x110000;&#xD800;&#xFFFE;&#99999999999;" * n),
    "combining marks": lambda n: article("a" + "\u0301" * n),
    "marks as entities": lambda n: article("a" + "&#769;" * n),
    "directions": lambda n: article("\u202ehộ\u202c\u2066nghèo\u2069" * n),
    "legacy and sound in turn": lambda n: article("<p>Chñ tÞch UBND tØnh yªu cÇu</p><p>hộ nghèo <b>®·</b></p>" * n),
    "legacy fonts": lambda n: article("<font face='.VnTimeH'>®·</b>" * n),
    "null bytes": lambda n: article("h\0ộ " * n),
    "one word": lambda n: article("a" * n * 10),
    "blanks": lambda n: article("a" + " " * n * 10 + "b"),
    "blank lines": lambda n: article("<pre>" + "a\n\n" * n + "</pre>"),
    "digits": lambda n: article("1" * n * 10),
    "grouped digits": lambda n: article("1.000." * n),
    "dots and slashes": lambda n: article("././." * n),
    "dashes": lambda n: article("-" * n * 10),
    "days": lambda n: article("ngày " * n * 4),
    "months": lambda n: article("tháng 1 " * n * 4),
    "clocks": lambda n: article("10:10:" * n * 2),
    "names": lambda n: article("Nguyễn Văn An, " * n),
    "names without end": lambda n: article("Nguyễn " * n * 2),
    "credits": lambda n: article("Ảnh: " * n * 2),
    "brackets": lambda n: article("(" * n * 10),
    "numbers of documents": lambda n: article("12/QĐ-UBND " * n),
    "numbers without end": lambda n: article("Số: 1/" + "QĐ-" * n * 3),
    "offices": lambda n: article("Chủ tịch UBND tỉnh " * n),
    "places": lambda n: article("xã Hồng Thái, huyện Na Hang, " * n),
    "quantities": lambda n: article("1.000 - 2.000 triệu đồng/năm " * n),
    "quotes": lambda n: article("“" * n * 10),
    "ellipses": lambda n: article("..." * n * 4),
    "title without end": lambda n: article(before=f"<h2>{' - ' * n * 4}</h2>").replace(TITLE.encode(), b"a | " * n, 1),
}  # fmt: skip
