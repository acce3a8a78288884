"""The fake REST WMS as badly behaved as real ones at their worst, all of it seeded:
``python -m wms_bridge.fakes.hostile --port 8711 --seed 7 --rate 0.2``.

Only what systems ask under ``/api`` meets it; people at ``/desk`` are left in peace.
``PUT /hostility`` turns it up and down, ``GET /hostility`` tells what it has done.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, Field

from wms_bridge.fakes.hostile_answers import SPOILED, spoil
from wms_bridge.fakes.rest_wms import create_rest_wms

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

ACTS = ("lost-answer", "late-effect", "storm", "html", "drip")
"""What it does about a request, beside the ways of spoiling an answer."""
NAMES = (*ACTS, *SPOILED)
_ONLY_WRITES = frozenset({"late-effect"})
_LONGEST_STORM = 4
_DRIPS = 12


class Hostility(BaseModel):
    """Which of ``names`` happen, each request with a chance of ``rate``; what is late comes within
    ``late_s``; drips take ``drip_s`` in all."""

    names: list[str] = []
    rate: Annotated[float, Field(ge=0, le=1)] = 0.0
    late_s: Annotated[float, Field(ge=0, le=3600)] = 0.2
    drip_s: Annotated[float, Field(ge=0, le=3600)] = 0.1


@dataclass
class Answered:
    """What the application behind has answered."""

    status: int = 500
    body: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


class Hostile:
    """Stands before an ASGI application."""

    def __init__(self, app: App, seed: int, hostility: Hostility):
        self.hostility = hostility
        self.done: Counter[str] = Counter()
        self._app = app
        self._dice = random.Random(f"hostile/{seed}")
        self._storm = 0
        self._late: set[asyncio.Task[Answered]] = set()
        self._before: dict[str, Any] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        body = await _whole(receive)
        act = self._act(scope["method"])
        if act is not None:
            self.done[act] += 1
        if act == "storm":
            await _answer(send, 503, _json({"code": "busy", "message": "could not obtain lock"}))
        elif act == "late-effect":
            delay_s = self._dice.uniform(0, self.hostility.late_s)
            late = asyncio.create_task(self._later(scope, body, delay_s))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
            await _answer(send, 504, b"<html>Gateway Time-out</html>", b"text/html")
        else:
            await self._spoiled(act, scope, await self._behind(scope, body), send)

    def _act(self, method: str) -> str | None:
        if self._storm > 0:
            self._storm -= 1
            return "storm"
        names = [
            name
            for name in self.hostility.names
            if not (name in _ONLY_WRITES and method == "GET")
            and not (name in SPOILED and method != "GET" and name != "big-error")
        ]
        if not names or self._dice.random() >= self.hostility.rate:
            return None
        act = self._dice.choice(names)
        if act == "storm":
            self._storm = self._dice.randint(0, _LONGEST_STORM - 1)
        return act

    async def _later(self, scope: Message, body: bytes, delay_s: float) -> Answered:
        await asyncio.sleep(delay_s)
        return await self._behind(scope, body)

    async def _behind(self, scope: Message, body: bytes) -> Answered:
        answered = Answered()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered.status = message["status"]
            else:
                answered.body += message.get("body", b"")

        await self._app(dict(scope), receive, send)
        return answered

    async def _spoiled(
        self, act: str | None, scope: Message, answered: Answered, send: Send
    ) -> None:
        body = answered.body
        if act == "lost-answer":
            await _cut(send, body)
        elif act == "html":
            await _answer(send, 200, b"<html><body>Please sign in</body></html>", b"text/html")
        elif act == "drip":
            await self._drip(send, answered)
        elif act in SPOILED:
            asked = scope["query_string"].decode()
            known = self._before.get(scope["path"])
            told, kind, status = spoil(act, asked, answered.status, body, known, self._dice)
            await _answer(send, status, told, kind)
        else:
            await _answer(send, answered.status, body)
        if scope["method"] == "GET" and answered.status == 200:
            self._before[scope["path"]] = json.loads(body)

    async def _drip(self, send: Send, answered: Answered) -> None:
        body = answered.body
        await _start(send, answered.status, len(body))
        size = max(1, -(-len(body) // _DRIPS))
        for start in range(0, len(body), size):
            await asyncio.sleep(self.hostility.drip_s / _DRIPS)
            await _body(send, body[start : start + size], more=True)
        await _body(send, b"")


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body += part
        if not message.get("more_body"):
            return body


async def _start(send: Send, status: int, length: int, kind: bytes = b"application/json") -> None:
    headers = [(b"content-type", kind), (b"content-length", str(length).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _body(send: Send, body: bytes, *, more: bool = False) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def _answer(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    await _start(send, status, len(body), kind)
    await _body(send, body)


async def _cut(send: Send, body: bytes) -> None:
    """Half an answer, then nothing: the server closes the connection."""
    await _start(send, 200, len(body) + 100)
    await _body(send, body[: len(body) // 2], more=True)


def _json(data: object) -> bytes:
    return json.dumps(data).encode()


def create_hostile_wms(
    seed: int = 0, hostility: Hostility | None = None, file: Path | None = None
) -> FastAPI:
    """The fake REST WMS behind :class:`Hostile`."""
    behind = create_rest_wms(file)
    hostile = Hostile(behind, seed, hostility or Hostility())
    app = FastAPI(title="Hostile REST WMS", openapi_url=None)
    app.state.books = behind.state.books
    app.state.hostile = hostile

    @app.get("/hostility")
    async def told() -> dict[str, int]:
        return dict(hostile.done)

    @app.put("/hostility")
    async def turn(body: Hostility) -> Hostility:
        hostile.hostility = body
        return body

    app.mount("/", hostile)
    return app


def _run(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8711,
    file: Annotated[Path | None, typer.Option(help="SQLite file; in memory if not given.")] = None,
    seed: Annotated[int, typer.Option(help="What it does depends on this.")] = 0,
    rate: Annotated[float, typer.Option(min=0, max=1, help="Share of bad answers.")] = 0.1,
    late_s: Annotated[float, typer.Option(min=0, help="How late things are done.")] = 5.0,
) -> None:
    """Run a hostile WMS with a REST API."""
    hostility = Hostility(names=list(NAMES), rate=rate, late_s=late_s)
    app = create_hostile_wms(seed, hostility, file)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical")


if __name__ == "__main__":
    typer.run(_run)
