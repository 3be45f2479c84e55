"""The part of Airflow's REST API that the command line needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from dags.local.credentials import ADMIN


class ApiError(RuntimeError):
    """Airflow refused a request; the message holds its answer."""


@dataclass(slots=True)
class Airflow:
    """A client that logs in by itself; ``url`` is the server's base address."""

    url: str
    password: str = field(repr=False)
    client: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Open the connection pool; proxies of the environment are not meant for loopback."""
        self.client = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def healthy(self, *components: str) -> bool:
        """Whether the API answers and every named component has sent a heartbeat lately."""
        try:
            state = self.client.get("/api/v2/monitor/health", timeout=5).json()
        except (httpx.HTTPError, ValueError):
            return False
        return all(state.get(name, {}).get("status") == "healthy" for name in ("metadatabase", *components))

    def login(self) -> None:
        """Fetch a token for the admin user."""
        answer = self.client.post("/auth/token", json={"username": ADMIN, "password": self.password})
        self.client.headers["Authorization"] = f"Bearer {_checked(answer)['access_token']}"

    def get(self, path: str, **parameters: Any) -> Any:
        """GET below /api/v2."""
        return self._call("GET", path, params=parameters)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """POST below /api/v2."""
        return self._call("POST", path, json=body)

    def put(self, path: str) -> Any:
        """PUT below /api/v2, without a body."""
        return self._call("PUT", path)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """PATCH below /api/v2."""
        return self._call("PATCH", path, json=body)

    def exists(self, path: str) -> bool:
        """Whether something lies at this path."""
        return self._send("GET", path).status_code == 200

    def _call(self, method: str, path: str, **options: Any) -> Any:
        return _checked(self._send(method, path, **options))

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        if "Authorization" not in self.client.headers:
            self.login()
        answer = self.client.request(method, f"/api/v2/{path}", **options)
        if answer.status_code == 401:  # a token lives for a day
            self.login()
            answer = self.client.request(method, f"/api/v2/{path}", **options)
        return answer


def _checked(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise ApiError(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:500]}")
    return answer.json() if answer.content else None
