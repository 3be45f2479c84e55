"""What gives a CMS family away from outside, pure data: generator, markup, headers, URLs.

A new family adds an entry here and is recognised; nothing else needs to know it. Expressions are searched,
case-insensitively: ``generator`` in the generator meta, ``markup`` in the HTML of any page, ``headers`` in lines
``name: value`` of the answers, ``links`` in path and query of the links of any page. ``kinds`` are the kinds of portal
that mostly use the family: they decide between families whose URLs look alike. The URL shapes of the family itself
(``Family.articles``) are evidence too and need no entry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Expressions = tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one family; see the module."""

    generator: Expressions = ()
    markup: Expressions = ()
    headers: Expressions = ()
    links: Expressions = ()
    kinds: tuple[str, ...] = ()


def _any(*expressions: str) -> Expressions:
    return tuple(re.compile(expression, re.IGNORECASE) for expression in expressions)


MARKS: Mapping[str, Marks] = MappingProxyType(
    {
        "liferay": Marks(
            generator=_any(r"liferay"),
            markup=_any(
                r"Liferay\.(?:currentURL|ThemeDisplay|Portlet|Util)", r"\bportlet-(?:content|boundary|layout)\b"
            ),
            headers=_any(r"^liferay-portal:", r"GUEST_LANGUAGE_ID="),
            links=_any(r"/-/view_content/", r"/-/asset_publisher/", r"[?&]p_p_id="),
        ),
        "drupal": Marks(
            generator=_any(r"drupal"),
            markup=_any(r"drupal(?:Settings|\.settings)|data-drupal-", r"\bfield--name-", r"\bviews-row\b"),
            headers=_any(r"^x-generator: drupal", r"^x-drupal-"),
            links=_any(r"^/node/\d+", r"/sites/default/files/"),
        ),
        "newspaper": Marks(markup=_any(r"itemprop=[\"']?articleBody"), kinds=("newspaper",)),
        "broadcaster": Marks(links=_any(r"/20\d{4}/[^/?]+-\d{7}/"), kinds=("broadcaster",)),
        "district": Marks(links=_any(r"[?&]type=NEWS(?:&|$)", r"/tin-bai/"), kinds=("district",)),
        "vnpt": Marks(
            markup=_any(
                r"\b(?:ArticleOfCat|ArticleCat|ArticleInMenu)\b", r"class=[\"'][^\"']*\bArticleList\b", r"vnpt"
            ),
            links=_any(r"[?&]type=NEWS(?:&|$)", r"/tin-bai/", r"/DetailView/\d+/", r"/Default\.aspx\?sname="),
        ),
        "sharepoint": Marks(
            generator=_any(r"sharepoint"),
            markup=_any(
                r"/_layouts/(?:15/)?",
                r"\b_spPageContextInfo\b",
                r"\bms-(?:webpart|rtestate)[\w-]*",
                r"\bctl00_ctl\d+_g_[0-9a-f]{8}_",
            ),
            headers=_any(r"^microsoftsharepointteamservices:", r"^sprequestguid:"),
            links=_any(r"/Pages/[^/?]+\.aspx", r"/_layouts/", r"/vn/chuyen-muc/\d+/"),
        ),
        "dotnetnuke": Marks(
            generator=_any(r"dotnetnuke|\bdnn\b"),
            markup=_any(r"\bdnn_ctr\d+_", r"\bDnnModule\b", r"__dnnVariable|/js/dnn\.js"),
            headers=_any(r"dotnetnukeanonymous|\.DOTNETNUKE"),
            links=_any(r"/Default\.aspx\?tabid=\d+", r"/tabid/\d+/"),
        ),
        "gov": Marks(
            markup=_any(
                r"class=[\"']news-item[\"'][^>]*data-id=", r"\bUIDocumentList_\w+", r"\bctrl_\d+_\d+_gr_items\b"
            ),
            links=_any(r"-\d{16}\.htm"),
            kinds=("government", "department", "district"),
        ),
        "vccorp": Marks(
            markup=_any(r"\bhdZoneId\b", r"\bafcbc-body\b", r"data-role=[\"']?sapo\b", r"/timelinelist/"),
            links=_any(r"-\d{17,18}\.(?:htm|chn)"),
            kinds=("newspaper",),
        ),
        "post": Marks(
            markup=_any(
                r"<article class=[\"']story\b", r"\barticle__(?:sapo|body|meta)\b", r"\bcms-(?:desc|body|title)\b"
            ),
            links=_any(r"-post\d{4,}\.(?:html|tpo|vnp)"),
            kinds=("newspaper",),
        ),
        "wordpress": Marks(
            generator=_any(r"wordpress"),
            markup=_any(r"/wp-(?:content|includes|json)/", r"\bclass=[\"'][^\"']*\b(?:hentry|wp-block-\w+)\b"),
            headers=_any(r"^link: .*rel=\"?https://api\.w\.org/", r"^x-pingback:"),
            links=_any(r"^/category/", r"^/\?p=\d+"),
        ),
        "congbao": Marks(links=_any(r"/van-ban/the-loai/", r"/(?:so-)?cong-bao/"), kinds=("gazette",)),
    }
)
NO_MARKS = Marks()


def marks_of(family: str) -> Marks:
    """The marks of ``family``; empty ones where it has none and its URL shapes have to do."""
    return MARKS.get(family, NO_MARKS)
