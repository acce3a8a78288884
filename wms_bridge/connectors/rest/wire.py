"""HTTP with JSON, and what a failure means: refused, not reached, or nobody knows."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from planner.codec.messages import decode, encode
from planner.warehouse.errors import InvalidMessage
from wms_bridge.ports.store import DeliveryFailed

MAX_ANSWER_BYTES = 64 * 1024 * 1024
SHOWN = 500
"""So much of an error is told; some are tens of kilobytes."""
_KEEP_S = 2.0
"""Idle connections are let go before servers close them (5 s is usual): a request on one that is
being closed is one without an answer."""
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)
_NO_ENTRY = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
)
_UNKNOWN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the WMS said: it did as asked, or (``refused``) it will not."""

    status: int
    body: Any
    text: str = ""

    @property
    def refused(self) -> bool:
        """Whether it said no."""
        return self.status >= HTTPStatus.BAD_REQUEST


class RestWire:
    """Requests below ``base``. ``not_done`` are answers after which nothing was or will be done."""

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str],
        timeout_s: float,
        not_done: tuple[int, ...] = (),
        auth: tuple[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ):
        self._base = base.rstrip("/")
        self._timeout_s = timeout_s
        self._not_done = not_done
        self._client = httpx.AsyncClient(
            headers={"Accept": "application/json", **headers},
            auth=auth,
            timeout=timeout_s,
            # Certificates take a while to load, and are for nothing without TLS.
            verify=base.startswith("https:"),
            limits=httpx.Limits(keepalive_expiry=_KEEP_S),
            transport=transport,
        )

    async def read(self, path: str, query: Mapping[str, str]) -> Answer:
        """Ask for something: nothing is done by that. :class:`DeliveryFailed`, never unknown."""
        return await self._ask("GET", path, query, None, {})

    async def write(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Any,
        headers: Mapping[str, str],
    ) -> Answer:
        """Have something done. :class:`DeliveryFailed`: not reached, or unknown."""
        return await self._ask(method, path, query, body, headers)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _ask(
        self, method: str, path: str, query: Mapping[str, str], body: Any, extra: Mapping[str, str]
    ) -> Answer:
        writes = method != "GET"
        what = f"{method} {path}"
        try:
            # httpx counts each read by itself: a slow drip would last for ever.
            async with asyncio.timeout(self._timeout_s):
                status, raw, whole = await self._exchange(method, path, query, body, extra)
        except _NEVER_SENT as error:
            raise DeliveryFailed(f"{what}: {_said(error)}", refused=False) from error
        except (TimeoutError, httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise DeliveryFailed(
                f"{what}: {_said(error)}", refused=False, unknown=writes
            ) from error
        if not whole:
            said = f"{what}: an answer of more than {MAX_ANSWER_BYTES} bytes"
            raise DeliveryFailed(said, refused=False, unknown=writes)
        return self._understood(what, writes, status, raw)

    async def _exchange(
        self, method: str, path: str, query: Mapping[str, str], body: Any, extra: Mapping[str, str]
    ) -> tuple[int, bytes, bool]:
        headers = dict(extra)
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = encode(body)
        url = self._base + path
        async with self._client.stream(
            method, url, params=query or None, content=content, headers=headers
        ) as answer:
            raw = bytearray()
            async for chunk in answer.aiter_bytes():
                raw += chunk
                if len(raw) > MAX_ANSWER_BYTES:
                    return answer.status_code, b"", False
            return answer.status_code, bytes(raw), True

    def _understood(self, what: str, writes: bool, status: int, raw: bytes) -> Answer:
        text = raw[: 4 * SHOWN].decode(errors="replace")[:SHOWN]
        said = f"{what}: answer {status} {text}".rstrip()
        if status in _NO_ENTRY or status in self._not_done:
            raise DeliveryFailed(said, refused=False)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _UNKNOWN:
            raise DeliveryFailed(said, refused=False, unknown=writes)
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise DeliveryFailed(said, refused=True)
        refused = status >= HTTPStatus.BAD_REQUEST
        if not raw.strip():
            return Answer(status, None, text)
        try:
            return Answer(status, decode(raw), text)
        except InvalidMessage as error:
            if refused:
                return Answer(status, None, text)
            # Somebody else answered: a proxy, a sign-in page. Who knows what came of it.
            raise DeliveryFailed(f"{said}: not JSON", refused=False, unknown=writes) from error


def _said(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()[:SHOWN]
