"""What the portals show at a moment: the clock, and articles edited, removed or published late."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

from tests.portals import content
from tests.portals.model import PARAGRAPH, ZONE, Article, Block, Document

DEFAULT_NOW = dt.datetime(2025, 8, 1, tzinfo=ZONE)
EDIT = "Tòa soạn cập nhật: số liệu trong bài đã được đính chính theo báo cáo bổ sung của cơ quan chuyên môn."


class State:
    """The portals' content as of ``now``; articles dated later do not exist yet."""

    def __init__(self, now: dt.datetime | None = None) -> None:
        self.now = now or DEFAULT_NOW
        self.edited: dict[str, tuple[Article, dt.datetime]] = {}
        self.removed: dict[str, int] = {}
        self.late: dict[str, dt.datetime] = {}
        self._visits = itertools.count(5_708_289)

    def visit(self) -> int:
        """The visitor counter, one higher at each call."""
        return next(self._visits)

    def articles(self, portal: str, section: str | None = None) -> list[Article]:
        """Visible articles, newest first; of one section where given."""
        shown = [self._current(article) for article in content.ARTICLES if article.portal == portal]
        shown = [article for article in shown if self._visible(article)]
        if section is not None:
            shown = [article for article in shown if section in (article.section_slug, *article.also_in)]
        return sorted(shown, key=lambda article: (article.published_at, article.key), reverse=True)

    def article(self, portal: str, key: str) -> Article | int:
        """The article, or the status (404, 410) that answers in its place."""
        ref = f"{portal}:{key}"
        if ref in self.removed:
            return self.removed[ref]
        article = content.BY_REF.get(ref)
        if not isinstance(article, Article) or not self._visible(article):
            return 404
        return self._current(article)

    def documents(self, portal: str) -> list[Document]:
        """Visible documents, newest first."""
        shown = [item for item in content.DOCUMENTS if item.portal == portal and item.published_at <= self.now]
        return sorted(shown, key=lambda item: (item.published_at, item.key), reverse=True)

    def document(self, portal: str, key: str) -> Document | None:
        """The document, None where it is unknown or not published yet."""
        item = content.BY_REF.get(f"{portal}:{key}")
        return item if isinstance(item, Document) and item.published_at <= self.now else None

    def modified(self, article: Article) -> dt.datetime:
        """When the article was last changed."""
        return self.edited[article.ref][1] if article.ref in self.edited else article.published_at

    def edit(self, ref: str, text: str = EDIT) -> Article:
        """Change the last paragraph and add one; returns the article as it is shown from now on."""
        article = self._known(ref)
        blocks = (*article.blocks, Block(PARAGRAPH, text))
        edited = replace(article, blocks=blocks)
        self.edited[ref] = (edited, self.now)
        return edited

    def remove(self, ref: str, status: int = 404) -> None:
        """Answer ``status`` for the article and drop it from every listing."""
        self._known(ref)
        self.removed[ref] = status

    def publish_late(self, ref: str, appears: dt.datetime) -> None:
        """Keep the article hidden until ``appears`` although it bears its old date."""
        self._known(ref)
        self.late[ref] = appears

    def reset(self) -> None:
        """Forget edits, removals and delays."""
        self.edited.clear()
        self.removed.clear()
        self.late.clear()

    def _known(self, ref: str) -> Article:
        article = content.BY_REF.get(ref)
        if not isinstance(article, Article):
            raise KeyError(f"no sample article {ref!r}; refs look like 'baosongthao:1a2b3c4'")
        return self._current(article)

    def _current(self, article: Article) -> Article:
        return self.edited[article.ref][0] if article.ref in self.edited else article

    def _visible(self, article: Article) -> bool:
        appears = self.late.get(article.ref, article.published_at)
        return max(appears, article.published_at) <= self.now and article.ref not in self.removed
