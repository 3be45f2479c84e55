"""Control over HTTP at http://control.test/, so that another process can switch faults and move the clock."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.portals.web import Request, Response

if TYPE_CHECKING:
    from tests.portals.server import SampleServer

Action = Callable[["SampleServer", dict[str, Any]], Any]


def respond(server: SampleServer, request: Request) -> Response:
    """Run the action of ``METHOD /path`` with its JSON body; 400 with the reason when it is refused."""
    action = ACTIONS.get((request.method, request.path))
    if action is None:
        return _json({"error": f"no {request.method} {request.path}", "known": sorted(map(" ".join, ACTIONS))}, 404)
    try:
        return _json(action(server, json.loads(request.body or b"{}")))
    except (KeyError, ValueError, TypeError) as error:
        return _json({"error": str(error)}, 400)


def _json(data: Any, status: int = 200) -> Response:
    body = json.dumps(data, ensure_ascii=False).encode()
    return Response(status, body, {"Content-Type": "application/json; charset=utf-8"})


def _set_fault(server: SampleServer, data: dict[str, Any]) -> Any:
    fault = server.set(**data)
    return {"pattern": fault.pattern, "kind": fault.kind}


def _reset(server: SampleServer, data: dict[str, Any]) -> Any:
    server.reset()
    return {"reset": True}


def _clock(server: SampleServer, data: dict[str, Any]) -> Any:
    if "now" in data:
        server.set_now(_aware(data["now"]))
    return {"now": server.clock.isoformat()}


def _aware(text: str) -> dt.datetime:
    value = dt.datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"{text!r} has no zone; for example 2025-08-01T00:00:00+07:00")
    return value


def _edit(server: SampleServer, data: dict[str, Any]) -> Any:
    return {"text": server.state.edit(**data).text}


def _remove(server: SampleServer, data: dict[str, Any]) -> Any:
    server.state.remove(**data)
    return {"removed": data["ref"]}


def _late(server: SampleServer, data: dict[str, Any]) -> Any:
    server.state.publish_late(data["ref"], _aware(data["appears"]))
    return {"late": data["ref"]}


def _requests(server: SampleServer, data: dict[str, Any]) -> Any:
    return list(server.requests)


ACTIONS: dict[tuple[str, str], Action] = {
    ("GET", "/requests"): _requests,
    ("GET", "/clock"): _clock,
    ("POST", "/clock"): _clock,
    ("POST", "/faults"): _set_fault,
    ("DELETE", "/faults"): _reset,
    ("POST", "/edit"): _edit,
    ("POST", "/remove"): _remove,
    ("POST", "/late"): _late,
}
