"""What stands below a picture is its caption, unless it is the account that posted the page."""

from __future__ import annotations

import pytest

from transforms.article import Article, extract

PAGE = """<html><body><h1>Xã Mường Ảng khởi công đường liên bản</h1><div class="article-content">
<p>Sáng 12/6, xã Mường Ảng khởi công tuyến đường nối hai bản vùng cao, dài 4 km, vốn 6 tỷ đồng.</p>
<p>Bà con hiến hơn hai nghìn mét vuông đất để làm đường và góp ba trăm ngày công.</p>
<p align="center"><img src="/anh/khoi-cong.jpg"></p><p align="{align}"><em>{line}</em></p>
</div></body></html>"""


@pytest.mark.parametrize(
    ("line", "align", "captions"),
    [("Bà con hai bản dự lễ khởi công.", "center", ["Bà con hai bản dự lễ khởi công."]), ("admin admin", "right", [])],
)
def test_the_account_that_posted_a_page_is_no_caption(line: str, align: str, captions: list[str]) -> None:
    found = extract(PAGE.format(line=line, align=align).encode(), url="http://xa.test/tin/1")
    assert isinstance(found, Article)
    assert [caption.text for caption in found.captions] == captions
    assert line not in found.text
