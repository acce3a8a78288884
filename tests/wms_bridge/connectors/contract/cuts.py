"""Connections to a WMS that end at a request of one's choice."""

import json
from enum import Enum
from typing import Any

import httpx


class Cut(Enum):
    """When a connection ends."""

    BEFORE = "before the request is sent"
    AFTER = "before the answer is read"


class CuttingTransport(httpx.AsyncBaseTransport):
    """Cuts one request: the ``at``-th from 0, since it was armed."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self.at: int | None = None
        self.how = Cut.AFTER
        self.calls: list[dict[str, Any]] = []

    def arm(self, at: int | None, how: Cut = Cut.AFTER) -> None:
        """Count from here."""
        self.at, self.how, self.calls = at, how, []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        number = len(self.calls)
        self.calls.append(json.loads(request.content))
        if number == self.at and self.how is Cut.BEFORE:
            raise httpx.ConnectError("cut", request=request)
        answer = await self._inner.handle_async_request(request)
        if number == self.at:
            await answer.aread()
            raise httpx.ReadError("cut", request=request)
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()
