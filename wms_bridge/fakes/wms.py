"""A WMS that takes confirmations: ``python -m wms_bridge.fakes.wms --port 8700 --log wms.jsonl``.

It keeps each message once, by its ``Idempotency-Key``, as a line of JSON, and knows after a
restart what it has. ``PUT /mode`` makes it misbehave the way real ones do.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI, Header, Request, Response
from pydantic import BaseModel, Field, JsonValue


class Mode(StrEnum):
    """How the WMS behaves."""

    UP = "up"
    DOWN = "down"
    """Answers 503 and keeps nothing."""
    SLOW = "slow"
    """Keeps the message and answers after ``delay_s``."""
    LOSES_ANSWERS = "loses_answers"
    """Keeps the message and answers 503 all the same."""
    REFUSES = "refuses"
    """Answers 422 and keeps nothing."""


class ModeIn(BaseModel):
    """The new behaviour."""

    mode: Mode
    delay_s: float = Field(0.0, ge=0, le=60)


class Received(BaseModel):
    """A message, and how often it came."""

    key: str
    body: JsonValue
    times: int = 1


class FakeWms:
    """What the WMS has been told."""

    def __init__(self, log: Path | None):
        self.behaviour = ModeIn(mode=Mode.UP, delay_s=0)
        self._log = log
        self._received: dict[str, Received] = {}
        if log is not None and log.exists():
            for line in log.read_text().splitlines():
                received = Received.model_validate_json(line)
                self._received[received.key] = received

    @property
    def received(self) -> tuple[Received, ...]:
        """All messages, in the order they first came."""
        return tuple(self._received.values())

    def keep(self, key: str, body: JsonValue) -> None:
        """Keep a message, once."""
        if key in self._received:
            self._received[key].times += 1
            return
        self._received[key] = Received(key=key, body=body)
        if self._log is not None:
            with self._log.open("a") as file:
                file.write(json.dumps({"key": key, "body": body}) + "\n")


def create_fake_wms(log: Path | None = None) -> FastAPI:
    """The web application of a fake WMS that writes to ``log`` (JSON lines)."""
    app = FastAPI(title="Fake WMS")
    wms = FakeWms(log)
    app.state.wms = wms
    app.post("/confirmations")(_confirmations(wms))

    @app.get("/confirmations")
    async def received() -> list[Received]:
        return list(wms.received)

    @app.put("/mode")
    async def set_mode(body: ModeIn) -> ModeIn:
        wms.behaviour = body
        return body

    return app


def _confirmations(wms: FakeWms) -> Callable[..., Awaitable[Response]]:
    async def confirm(
        request: Request, key: Annotated[str, Header(alias="Idempotency-Key")]
    ) -> Response:
        behaviour = wms.behaviour
        if behaviour.mode is Mode.DOWN:
            return Response("down for maintenance", HTTPStatus.SERVICE_UNAVAILABLE)
        if behaviour.mode is Mode.REFUSES:
            return Response("no such order", HTTPStatus.UNPROCESSABLE_ENTITY)
        wms.keep(key, await request.json())
        if behaviour.mode is Mode.SLOW:
            await asyncio.sleep(behaviour.delay_s)
        if behaviour.mode is Mode.LOSES_ANSWERS:
            return Response("gateway timeout", HTTPStatus.SERVICE_UNAVAILABLE)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return confirm


def _run(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8700,
    log: Annotated[Path | None, typer.Option(help="File of JSON lines to add to.")] = None,
) -> None:
    """Run a fake WMS."""
    uvicorn.run(create_fake_wms(log), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    typer.run(_run)
