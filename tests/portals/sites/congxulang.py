"""Cổng thông tin điện tử Xứ Lạng: a provincial portal on Drupal with a sitemap and documents as HTML pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.portals.addresses import HOSTS, SECTIONS
from tests.portals.model import CAPTION, HEADING, Article, Block, Document
from tests.portals.sites.base import Handler, Site, files_html, links, window
from tests.portals.state import State
from tests.portals.web import Request, Response, clock, esc, fill, lines, page, redirect, validators

XML = {"Content-Type": "application/xml; charset=utf-8"}
SITEMAP_PARTS = 2


class Congxulang(Site):
    """Alias `/vi/{section}/{slug}` or `/vi/node/N`, views pager `?page=0..`, sitemap index of two parts."""

    portal = "congxulang"
    host = HOSTS[portal]
    sections = SECTIONS[portal]
    page_size = 6
    robots = f"User-agent: *\nDisallow: /admin/\nDisallow: /search/\nSitemap: http://{host}/sitemap.xml\n"

    def routes(self) -> Sequence[tuple[str, Handler]]:
        """Home, sitemap, sections, documents, nodes and aliases."""
        return (
            (r"/(?:vi)?/?", self.home),
            (r"/sitemap\.xml", self.sitemap),
            (rf"/vi/({'|'.join(self.sections)})", self.listing),
            (r"/vi/van-ban", self.document_list),
            (r"/vi/node/(\d+)", self.node),
            (r"/vi/van-ban/([a-z0-9-]+)", self.document),
            (rf"/vi/(?:{'|'.join(self.sections)})/([a-z0-9-]+)", self.alias),
        )

    def home(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """Newest articles."""
        if request.path == "/":
            return redirect(f"http://{self.host}/vi", 302)
        return page(self._frame(state, "Trang chủ", lines(map(_row, state.articles(self.portal)[:6]))))

    def sitemap(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The index, or with `?page=N` one of its parts: address and lastmod of articles, then documents."""
        entries = [(item.url, state.modified(item)) for item in state.articles(self.portal)]
        entries += [(item.url, item.published_at) for item in state.documents(self.portal)]
        number = request.number("page", 0)
        if not number:
            parts = [f"<sitemap><loc>http://{self.host}/sitemap.xml?page={n + 1}</loc></sitemap>" for n in range(2)]
            return Response(200, fill("congxulang_sitemapindex", items=lines(parts)).encode(), XML)
        shown, _ = window(entries, number, -(-len(entries) // SITEMAP_PARTS))
        urls = [
            f"<url><loc>{url}</loc><lastmod>{changed.isoformat(timespec='minutes')}</lastmod></url>"
            for url, changed in shown
        ]
        return Response(200, fill("congxulang_sitemap", items=lines(urls)).encode(), XML)

    def listing(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of a section; the first is `?page=0`."""
        number = request.number("page", 0)
        shown, count = window(state.articles(self.portal, match[1]), number + 1, self.page_size)
        body = f'<div class="view-content">{lines(map(_row, shown))}</div>{_pager(number, count)}'
        return page(self._frame(state, self.sections[match[1]], body))

    def document_list(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """One page of the table of documents."""
        number = request.number("page", 0)
        shown, count = window(state.documents(self.portal), number + 1, self.page_size)
        table = fill("congxulang_documents", rows=lines(map(_document_row, shown)))
        return page(self._frame(state, "Văn bản", table + _pager(number, count)))

    def node(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The article where it has no alias, else a redirect to the alias."""
        found = state.article(self.portal, match[1])
        if isinstance(found, Article) and not found.url.endswith(request.path):
            return redirect(found.url)
        return self.article_page(state, match[1], lambda article: self._article(state, article))

    def alias(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """The article behind an alias; a removed one answers with its status."""
        from tests.portals.content import ARTICLES

        address = f"http://{self.host}{request.path}"
        keys = [article.key for article in ARTICLES if article.portal == self.portal and article.url == address]
        if not keys:
            return self.missing()
        return self.article_page(state, keys[0], lambda article: self._article(state, article))

    def document(self, request: Request, state: State, match: re.Match[str]) -> Response:
        """A document's page: metadata table, full text, files."""
        found = [item for item in state.documents(self.portal) if item.url.endswith(request.path)]
        if not found:
            return self.missing()
        text = self._document(state, found[0])
        response = page(text)
        response.headers |= validators(found[0].subject + "".join(found[0].paragraphs), found[0].published_at)
        return response

    def _article(self, state: State, article: Article) -> str:
        body = fill(
            "congxulang_article",
            node=article.key,
            title=esc(article.title),
            date=f"{article.published_at:%H:%M | %d/%m/%Y}",
            iso=article.published_at.isoformat(),
            section=article.section,
            lead=esc(article.shown_lead),
            body=lines(map(_piece, article.blocks)),
            files=files_html(article),
            related=links(state.articles(self.portal, article.section_slug), article, 5),
        )
        return self._frame(state, article.title, body, f'<link rel="canonical" href="{article.url}">')

    def _document(self, state: State, document: Document) -> str:
        body = fill(
            "congxulang_document",
            number=esc(document.number_shown),
            issued=f"{document.issued_date:%d/%m/%Y}",
            doc_type=document.doc_type,
            issuer=document.issuer,
            signer=document.signer,
            signer_title=document.signer_title,
            subject=esc(document.subject),
            body=lines(f"<p>{esc(text)}</p>" for text in document.paragraphs),
            files=files_html(document),
        )
        return self._frame(state, f"{document.doc_type} {document.number_shown}", body)

    def _frame(self, state: State, title: str, main: str, head: str = "") -> str:
        return fill(
            "congxulang_page",
            head=head,
            title=esc(title),
            clock=clock(state.now),
            menu=lines(f'<li><a href="/vi/{slug}">{name}</a></li>' for slug, name in self.sections.items()),
            hot=links(state.articles(self.portal), None, 3),
            visits=str(state.visit()),
            main=main,
        )


def _piece(block: Block) -> str:
    if block.kind == CAPTION and block.caption:
        return (
            '<figure class="image"><img src="/sites/default/files/2025-06/anh.jpg" alt="">'
            f"<figcaption>{esc(block.caption.shown)}</figcaption></figure>"
        )
    tag = "h3" if block.kind == HEADING else "p"
    return f'<{tag} style="text-align:justify">{esc(block.text)}</{tag}>'


def _row(article: Article) -> str:
    return (
        f'<div class="views-row"><h3 class="field-content"><a href="{article.url}">{esc(article.title)}</a></h3>'
        f'<span class="views-field-created">{article.published_at:%d/%m/%Y - %H:%M}</span>'
        f'<div class="views-field-body">{esc(article.shown_lead[:160])}...</div></div>'
    )


def _document_row(document: Document) -> str:
    return (
        f'<tr><td><a href="{document.url}">{esc(document.number_shown)}</a></td>'
        f"<td>{document.issued_date:%d/%m/%Y}</td><td>{esc(document.subject)}</td><td>{document.issuer}</td></tr>"
    )


def _pager(number: int, count: int) -> str:
    links = [f'<li class="pager__item"><a href="?page={n}">{n + 1}</a></li>' for n in range(count)]
    if number + 1 < count:
        links.append(f'<li class="pager__item--next"><a rel="next" href="?page={number + 1}">Trang sau ››</a></li>')
        links.append(f'<li class="pager__item--last"><a href="?page={count - 1}">Cuối »</a></li>')
    return f'<nav class="pager"><ul class="pager__items">{"".join(links)}</ul></nav>'
