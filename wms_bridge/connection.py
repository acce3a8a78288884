"""Requests to a bridge over HTTP; its errors are raised as they were there."""

from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from planner.codec.messages import decode, encode
from planner.warehouse.errors import PodherdError, Unavailable
from wms_bridge.problem_codes import kind_of

Param = str | int | float
TIMEOUT_S = 10.0
JSON = "application/json"
CSV = "text/csv"


class Connection:
    """Asks a bridge. Safe to use from several threads. Every request raises the bridge's own errors
    (:mod:`planner.warehouse.errors`), and :class:`Unavailable` when it cannot be reached."""

    def __init__(
        self, url: str, api_key: str | None = None, transport: httpx.BaseTransport | None = None
    ):
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._http = httpx.Client(
            base_url=url, headers=headers, timeout=TIMEOUT_S, transport=transport
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(
        self, path: str, params: Mapping[str, Param] | None = None, timeout_s: float = TIMEOUT_S
    ) -> Any:
        """The JSON found there. A ``wait_s`` asked for is added to the timeout."""
        wait_s = float((params or {}).get("wait_s", 0))
        return json_of(self.ask("GET", path, params=params, timeout_s=timeout_s + wait_s))

    def send(self, method: str, path: str, body: object, key: str | None = None) -> Any:
        """The JSON answered to ``body``, sent as JSON."""
        return json_of(self.ask(method, path, content=encode(body), key=key))

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Param] | None = None,
        content: bytes | Iterable[bytes] | None = None,
        kind: str = JSON,
        key: str | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> httpx.Response:
        """The answer to one request; ``key`` is its Idempotency-Key."""
        headers = {} if content is None else {"Content-Type": kind}
        if key is not None:
            headers["Idempotency-Key"] = key
        try:
            answer = self._http.request(
                method, path, params=params, content=content, headers=headers, timeout=timeout_s
            )
        except httpx.TransportError as error:
            reason = f"{type(error).__name__}: {error}"
            raise Unavailable(reason, field=f"{method} {path}") from error
        if not answer.is_success:
            raise _error_of(answer)
        return answer


def repeated(answer: httpx.Response) -> bool:
    """Whether the bridge had done it before and did nothing now."""
    return str(answer.headers.get("Idempotency-Replayed")) == "true"


def json_of(answer: httpx.Response) -> Any:
    """The JSON in an answer."""
    return decode(answer.content)


def _error_of(answer: httpx.Response) -> PodherdError:
    request = f"{answer.request.method} {answer.request.url.path}"
    try:
        body = decode(answer.content)
        code = body["code"]
    except (PodherdError, KeyError, TypeError):
        return Unavailable(f"answer {answer.status_code} {answer.text[:200]}", field=request)
    kind = kind_of(code)
    if kind is PodherdError and answer.is_server_error:
        return Unavailable(body.get("detail", code), field=request)
    return kind(
        body.get("detail", code),
        field=body.get("field", ""),
        value=body.get("value"),
        remedy=body.get("remedy", ""),
    )
