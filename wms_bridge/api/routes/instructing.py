"""Instructions of a station: once, or pushed over a WebSocket whenever they change."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from planner.codec.messages import encode
from planner.warehouse.errors import NotFound
from planner.warehouse.ids import StationId
from wms_bridge.access.roles import Permission
from wms_bridge.api.bell import Bell
from wms_bridge.api.context import Context, InContext, context_of
from wms_bridge.api.permitting import needs
from wms_bridge.instructing.answers import Language, StationPanel
from wms_bridge.instructing.panel import Seen

router = APIRouter(prefix="/v1", tags=["picks"])
EVERY_S = 0.1
"""Least time between two looks at the books: 10 a second."""
BEAT_S = 2.0
_GOING_AWAY, _POLICY_VIOLATION = 1001, 1008
Spoken = Annotated[Language, Query(description="Language of what is spoken.")]


@router.get("/stations/{station}/instruction", dependencies=[needs(Permission.SEE_STATION)])
def instruction(station: str, context: InContext, language: Spoken = Language.EN) -> StationPanel:
    """What whoever works at a station is told: what to pick, put or count, where on the face of the
    pod (metres) and into which place of the put wall, with the lights to switch on and the words to
    speak; the next pods; and what was picked in the last hour."""
    return _panel(context, StationId(station), language)


@router.websocket("/stations/{station}/live", dependencies=[needs(Permission.SEE_STATION)])
async def live(socket: WebSocket, station: str, language: Spoken = Language.EN) -> None:
    """Push the same as JSON: at once, whenever something of it changes, and every 2 s."""
    await socket.accept()
    context, where = context_of(socket), StationId(station)
    sending = asyncio.create_task(_send(socket, context, lambda: _panel(context, where, language)))
    hearing = asyncio.create_task(_hear(socket))
    try:
        await asyncio.wait((sending, hearing), return_when=asyncio.FIRST_COMPLETED)
        unknown = sending.done() and isinstance(sending.exception(), NotFound)
    finally:
        for task in (sending, hearing):
            task.cancel()
        await asyncio.gather(sending, hearing, return_exceptions=True)
    # Closing fails when the client has gone already.
    with suppress(RuntimeError, WebSocketDisconnect):
        if unknown:
            await socket.close(_POLICY_VIOLATION, "the site has no such station")
        else:
            await socket.close(_GOING_AWAY, "the bridge stops")


def _panel(context: Context, station: StationId, language: Language) -> StationPanel:
    now_ms, view = context.clock(), context.latest.view
    age_ms = context.latest.age_ms(now_ms)
    seen = None if view is None or age_ms is None else Seen(view, age_ms)
    return context.bridge.instructing.panel(station, language, seen, now_ms)


def _bells(context: Context) -> tuple[Bell, ...]:
    """Those that may tell of news of a station: the feed tells of stations closed and opened."""
    return context.picks, context.puts, context.counts, context.feed


async def _send(socket: WebSocket, context: Context, read: Callable[[], StationPanel]) -> None:
    now_s = asyncio.get_running_loop().time
    told: StationPanel | None = None
    beat_s = now_s()
    while not context.picks.closed:
        rung, began_s = [bell.listen() for bell in _bells(context)], now_s()
        panel = await run_in_threadpool(read)
        if began_s >= beat_s or _lasting(panel) != told:
            await socket.send_text(encode(panel).decode())
            told, beat_s = _lasting(panel), began_s + BEAT_S
        await asyncio.sleep(max(0.0, EVERY_S - (now_s() - began_s)))
        await _any_of(rung, max(0.0, beat_s - now_s()))


def _lasting(panel: StationPanel) -> StationPanel:
    """What is news when it changes."""
    return replace(panel, at_ms=0, pods=(), view_age_ms=None)


async def _any_of(rung: list[asyncio.Event], wait_s: float) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in rung]
    try:
        await asyncio.wait(waits, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def _hear(socket: WebSocket) -> None:
    # A station says nothing here; this ends when it goes.
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
