"""ASP.NET web forms: one form around the page, hidden fields that say what was shown, pagers that post back.

The server believes only its own ``__VIEWSTATE``: an event is answered where the page it was issued for had that link.
"""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs

from tests.portals.web import Request, esc, lines

WINDOW = 5  # numbers in a pager; "..." leads to the windows before and after
Event = tuple[str, str]  # target, argument


def asked_page(request: Request, control: str) -> int:
    """The page of a list that a request is for: 1 for GET, else by event and view state; 0 where they do not fit."""
    if request.method != "POST":
        return 1
    fields = {name: values[-1] for name, values in parse_qs(request.body.decode(), keep_blank_values=True).items()}
    try:
        path, number, count = json.loads(base64.b64decode(fields.get("__VIEWSTATE", "")))
    except ValueError:
        return 0
    if path != request.url or fields.get("__EVENTVALIDATION") != _validation(path, number):
        return 0
    asked = (fields.get("__EVENTTARGET", ""), fields.get("__EVENTARGUMENT", ""))
    shown = dict(enumerate(_pages(number, count)))
    return next((page for index, page in shown.items() if asked in _events(control, index, page)), 0)


def form(request: Request, number: int, count: int, main: str) -> str:
    """``main`` in the page's form with the hidden fields of page ``number`` of ``count``."""
    state = base64.b64encode(json.dumps([request.url, number, count]).encode()).decode()
    hidden = {"__EVENTTARGET": "", "__EVENTARGUMENT": "", "__VIEWSTATE": state}
    hidden["__EVENTVALIDATION"] = _validation(request.url, number)
    inputs = lines(f'<input type="hidden" name="{name}" id="{name}" value="{v}">' for name, v in hidden.items())
    query = f"?{esc(request.query)}" if request.query else ""
    action = request.path.rpartition("/")[2] + query
    return f'<form method="post" action="{action}" id="aspnetForm">\n{inputs}\n{main}\n</form>'


def pager(control: str, number: int, count: int, *, arguments: bool = False) -> list[tuple[str, str]]:
    """Text and ``href`` of each link; the current page has '' in place of an address.

    Every link is a control of its own, or with ``arguments`` an argument ``Page$N`` of one control (GridView).
    """
    first, last = _window(number, count)
    shown = []
    for index, page in enumerate(_pages(number, count)):
        target, argument = _events(control, index, page)[arguments]
        event = f"javascript:__doPostBack(&#39;{target}&#39;,&#39;{argument}&#39;)"
        shown.append((str(page) if first <= page <= last else "...", "" if page == number else event))
    return shown


def _events(control: str, index: int, page: int) -> tuple[Event, Event]:
    return (f"{control}$ctl{index:02d}", ""), (control, f"Page${page}")


def _pages(number: int, count: int) -> list[int]:
    """The pages that page ``number`` links, itself among them."""
    first, last = _window(number, count)
    return [page for page in range(first - 1, last + 2) if 1 <= page <= count]


def _window(number: int, count: int) -> tuple[int, int]:
    first = (number - 1) // WINDOW * WINDOW + 1
    return first, min(first + WINDOW - 1, count)


def _validation(url: str, number: int) -> str:
    return base64.b64encode(f"{len(url)}/{number}".encode()).decode()
