"""The floor over a WebSocket: a snapshot, then binary poses and numbered changes."""

import asyncio
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect

from wms_bridge.access.roles import Permission
from wms_bridge.api.context import Context, context_of
from wms_bridge.api.params import MAX_NUMBER
from wms_bridge.api.permitting import needs
from wms_bridge.floor.news import Reader

router = APIRouter()
EVERY_S = 0.05
"""Least time between two parcels: 20 a second."""
BEAT_S = 2.0
_GOING_AWAY, _POLICY_VIOLATION = 1001, 1008
StreamName = Annotated[str | None, Query(max_length=64)]
Seen = Annotated[int | None, Query(ge=0, le=MAX_NUMBER)]


@router.websocket("/v1/floor", dependencies=[needs(Permission.SEE)])
async def floor(socket: WebSocket, stream: StreamName = None, after: Seen = None) -> None:
    """Push the floor. A client that comes back names the ``stream`` it knew and the number of the
    last changes it has taken (``after``), and is told what it missed. The layout stands in
    docs/reference/floor-stream.md. A client has nothing to say here: whoever says something is
    disconnected, with the reason."""
    await socket.accept()
    context = context_of(socket)
    news = context.latest.news
    reader = news.join(stream, after)
    sending = asyncio.create_task(_send(socket, context, reader))
    hearing = asyncio.create_task(_hear(socket))
    try:
        await asyncio.wait((sending, hearing), return_when=asyncio.FIRST_COMPLETED)
        spoke = hearing.done() and not hearing.cancelled() and hearing.result()
    finally:
        news.leave(context.clock())
        for task in (sending, hearing):
            task.cancel()
        await asyncio.gather(sending, hearing, return_exceptions=True)
    # Closing fails when the client has gone already.
    with suppress(RuntimeError, WebSocketDisconnect):
        if spoke:
            await socket.close(_POLICY_VIOLATION, "this stream takes no messages")
        else:
            await socket.close(_GOING_AWAY, "the bridge stops")


async def _send(socket: WebSocket, context: Context, reader: Reader) -> None:
    news, bell, clock = context.latest.news, context.latest.bell, context.clock
    now_s = asyncio.get_running_loop().time
    beat_s = now_s()
    while not bell.closed:
        rung, began_s = bell.listen(), now_s()
        parcel = news.parcel(reader, clock())
        if parcel is not None:
            for text in parcel.texts:
                await socket.send_text(text)
            if parcel.poses is not None:
                await socket.send_bytes(parcel.poses)
        if now_s() >= beat_s:
            await socket.send_text(news.beat(clock()))
            beat_s = now_s() + BEAT_S
        if parcel is None:
            with suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), max(0.0, beat_s - now_s()))
        else:
            await asyncio.sleep(max(0.0, EVERY_S - (now_s() - began_s)))


async def _hear(socket: WebSocket) -> bool:
    # True when the client has said something, false when it has gone.
    message = await socket.receive()
    return bool(message["type"] != "websocket.disconnect")
