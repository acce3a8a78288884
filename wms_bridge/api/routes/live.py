"""The live picture for pages."""

import asyncio
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from wms_bridge.access.roles import Permission
from wms_bridge.api.context import context_of
from wms_bridge.api.latest import LatestView
from wms_bridge.api.permitting import needs

router = APIRouter()


@router.websocket("/v1/live", dependencies=[needs(Permission.SEE)])
async def live(socket: WebSocket) -> None:
    """Push the newest ``FloorView``, now and whenever there is a newer one. A page that is slow
    misses frames; nothing queues up for it."""
    await socket.accept()
    tasks = (
        asyncio.create_task(_send(socket, context_of(socket).latest)),
        asyncio.create_task(_listen(socket)),
    )
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    # Closing fails when the page has gone already.
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.close()


async def _send(socket: WebSocket, latest: LatestView) -> None:
    seen = 0
    while (newest := await latest.after(seen)) is not None:
        seen, frame = newest
        await socket.send_text(frame)


async def _listen(socket: WebSocket) -> None:
    # A page says nothing; this ends when it goes.
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
