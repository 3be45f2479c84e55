"""What every mini-portal shares: its gold, made from a plan and an address rule, and the answers that show it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import ClassVar

from tests.portals import pdf
from tests.portals.minis import furniture
from tests.portals.minis.gold import Address, DocumentDraft, article, combined, document, document_drafts
from tests.portals.model import Article, Attachment, Document
from tests.portals.plan import Batch
from tests.portals.sites.base import FILES_CHANGED, Site
from tests.portals.state import State
from tests.portals.texts import Draft
from tests.portals.web import Request, Response, clock, esc, lines, page, validators

# Pages that never change and are no news, though some have addresses as long as headlines.
STATIC = {
    "/gioi-thieu/dieu-kien-tu-nhien-va-dan-so": "Điều kiện tự nhiên và dân số",
    "/gioi-thieu/lich-su-hinh-thanh-va-phat-trien.html": "Lịch sử hình thành và phát triển",
    "/thu-tuc-hanh-chinh/danh-muc-thu-tuc-cap-xa": "Danh mục thủ tục cấp xã",
    "/chinh-sach-bao-mat-thong-tin": "Chính sách bảo mật thông tin",
    "/lich-cong-tac/tuan-27": "Lịch công tác",
}
ELSEWHERE = "http://lienket.test/tin-tuc/hoi-nghi-tong-ket-phong-trao-thi-dua-20250627.html"


class Mini(Site):
    """One mini-portal. ``like`` is the sample portal whose places and people its prose names; ``plan`` says how many
    articles of which topics each section has; ``document_count`` documents are spread over the same weeks."""

    title: ClassVar[str]
    style: ClassVar[furniture.Style] = furniture.Style()
    like: ClassVar[str]
    plan: ClassVar[tuple[Batch, ...]]
    document_count: ClassVar[int] = 0
    stores: ClassVar[tuple[str, ...]] = ()  # further hosts, of files
    document_types: ClassVar[tuple[str, ...]] = ("Quyết định", "Kế hoạch", "Công văn", "Thông báo", "Chỉ thị")

    @abstractmethod
    def address(self, draft: Draft, index: int) -> Address:
        """The portal's own key and every path that shows the article, the preferred one first."""

    def document_address(self, draft: DocumentDraft, index: int) -> Address:
        """The same for a document."""
        raise NotImplementedError(f"{self.portal} has documents and no address for them")

    def file_path(self, draft: DocumentDraft, key: str) -> str:
        """Path of a document's PDF."""
        return f"/files/{key}/{draft.slug}.pdf"

    @cached_property
    def articles(self) -> tuple[Article, ...]:
        """Every article, in the order of the plan."""
        drafts = combined(self.portal, self.like, self.plan)
        return tuple(
            article(self, self.sections[draft.section], draft, self.address(draft, index), index)
            for index, draft in enumerate(drafts)
        )

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Every document, oldest first."""
        made = []
        drafts = document_drafts(self.portal, self.like, self.document_types, self.document_count)
        for index, draft in enumerate(drafts):
            address = self.document_address(draft, index)
            made.append(document(self.portal, self.host, draft, address, self.file_path(draft, address[0])))
        return tuple(made)

    @cached_property
    def files(self) -> dict[str, Attachment]:
        """Attachments by path."""
        items: list[Article | Document] = [*self.articles, *self.documents]
        return {"/" + file.url.split("/", 3)[3]: file for item in items for file in item.attachments}

    def respond(self, request: Request, state: State) -> Response:
        """An attachment, or what the routes answer."""
        if request.path in self.files:
            body = pdf.render(self.files[request.path])
            return Response(200, body, {"Content-Type": "application/pdf", **validators(body.hex(), FILES_CHANGED)})
        if request.path in STATIC:
            name = STATIC[request.path]
            return page(self.frame(state, name, f"<h1>{name}</h1><p>Đang cập nhật.</p>"))
        return super().respond(request, state)

    def shown(self, state: State, section: str | None = None) -> list[Article]:
        """Articles visible now, newest first; of one section where given."""
        chosen = [item for item in self.articles if item.published_at <= state.now]
        if section is not None:
            chosen = [item for item in chosen if section in (item.section_slug, *item.also_in)]
        return sorted(chosen, key=lambda item: (item.published_at, item.key), reverse=True)

    def shown_documents(self, state: State) -> list[Document]:
        """Documents visible now, newest first."""
        chosen = [item for item in self.documents if item.published_at <= state.now]
        return sorted(chosen, key=lambda item: (item.published_at, item.key), reverse=True)

    def article_answer(self, state: State, key: str, render: Callable[[Article], str]) -> Response:
        """The page of the article with ``key``, with validators; 404 where it is unknown or not published yet."""
        found = [item for item in self.shown(state) if item.key == key]
        if not found:
            return self.missing()
        response = page(render(found[0]))
        response.headers |= validators(found[0].title + found[0].text, found[0].published_at)
        return response

    def document_answer(self, state: State, key: str, render: Callable[[Document], str]) -> Response:
        """The same for a document."""
        found = [item for item in self.shown_documents(state) if item.key == key]
        if not found:
            return self.missing()
        response = page(render(found[0]))
        response.headers |= validators(found[0].number + found[0].subject, found[0].published_at)
        return response

    def menu(self) -> str:
        """List items of the main menu; a site overrides it where its menu is more than its sections."""
        return lines(f'<li><a href="/{slug}">{name}</a></li>' for slug, name in self.sections.items())

    def hot(self, state: State, count: int = 4) -> str:
        """The box of hot news: list items that link the newest articles."""
        return lines(f'<li><a href="{esc(a.url)}">{esc(a.title)}</a></li>' for a in self.shown(state)[:count])

    def footer(self) -> str:
        """Links to pages that are no news, and to another portal."""
        own = [f'<a href="{path}">{text}</a>' for path, text in STATIC.items()]
        return lines([*own, f'<a href="{ELSEWHERE}">Liên kết website</a>'])

    def frame(self, state: State, title: str, main: str, head: str = "") -> str:
        """A whole page: header with clock, menu, ``main``, a box of hot news, a visitor counter."""
        return f"""<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>{esc(title)} - {esc(self.title)}</title>{head}</head>
<body>{furniture.skip_link()}<div class="header"><h2 class="site-name">{esc(self.title)}</h2>
<span class="clock">{clock(state.now)} {state.now:%H:%M:%S}</span></div>
<div class="menu-top"><ul>
<li><a href="/">Trang chủ</a></li>
{self.menu()}
<li><a href="/lien-he">Liên hệ</a></li>
</ul></div>
<div class="wrap"><div class="main-col">
{main}
</div><div class="right-col"><h3>Tin nóng</h3><ul class="hot">
{self.hot(state)}
</ul>{furniture.sidebar(state.visit())}</div></div>
<div class="footer">{self.footer()}
Cơ quan chủ quản: {esc(self.title)}. Ghi rõ nguồn khi phát lại thông tin.
<a href="#">Về đầu trang</a></div>
</body></html>"""


def properties(document: Document) -> list[tuple[str, str]]:
    """Labels and escaped values of a document's page."""
    return [
        ("Số ký hiệu", esc(document.number_shown)),
        ("Ngày ban hành", f"{document.issued_date:%d/%m/%Y}"),
        ("Loại văn bản", document.doc_type),
        ("Cơ quan ban hành", esc(document.issuer)),
        ("Người ký", document.signer),
        ("Trích yếu", esc(document.subject)),
    ]


def files(document: Document) -> str:
    """Links to a document's files."""
    return lines(f'<a href="{file.url}">{esc(file.name)}</a>' for file in document.attachments)
