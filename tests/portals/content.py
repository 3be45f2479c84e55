"""Gold of the sample portals: ``ARTICLES`` and ``DOCUMENTS`` with every expected field, ``LEAKS`` = planted chrome."""

from __future__ import annotations

from tests.portals.addresses import articles
from tests.portals.documents import documents
from tests.portals.model import Article, Attachment, Document
from tests.portals.plan import BATCHES

PORTALS: tuple[str, ...] = tuple(BATCHES)
ARTICLES: list[Article] = [article for portal in PORTALS for article in articles(portal)]
DOCUMENTS: list[Document] = documents()
ITEMS: list[Article | Document] = [*ARTICLES, *DOCUMENTS]
BY_REF: dict[str, Article | Document] = {item.ref: item for item in ITEMS}


def _files() -> dict[str, dict[str, Attachment]]:
    """Attachments by portal and path, as the server is asked for them."""
    files: dict[str, dict[str, Attachment]] = {portal: {} for portal in PORTALS}
    for item in ITEMS:
        for attachment in item.attachments:
            files[item.portal]["/" + attachment.url.split("/", 3)[3]] = attachment
    return files


FILES: dict[str, dict[str, Attachment]] = _files()

# Strings of the pages' chrome. None may reach an extracted text.
LEAKS: tuple[str, ...] = (
    "Gửi phản hồi",
    "In bài viết",
    "Tin nóng",
    "Tin cùng chuyên mục",
    "Lượt truy cập",
    "Đường dây nóng tòa soạn",
    "Xem lịch phát sóng",
    "Nghe lại chương trình",
    "Ý kiến bạn đọc",
    "Nhảy đến nội dung",
    "Quyết tâm xây dựng Lạng Sơn trở thành cực tăng trưởng",
    "Đăng ký nhận bản tin",
    "Liên kết website",
    "Thống kê truy cập",
    "Đã truy cập",
    "Tin nổi bật",
    "Bình chọn giao diện",
    "View count",
    "Các tin khác",
    "Gửi mail",
    "Về đầu trang",
    "Chọn liên kết",
    "Ghi rõ nguồn",
)
