"""News over a WebSocket: movements of the books and messages for the WMS, in order and without
gaps. What a client has seen it says itself, so that it goes on where it stopped."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from planner.codec.messages import decode, encode
from wms_bridge.access.roles import Permission
from wms_bridge.api.bell import Bell
from wms_bridge.api.context import Context, context_of
from wms_bridge.api.params import MAX_NUMBER
from wms_bridge.api.permitting import needs

router = APIRouter()
PAGE = 100
"""Items read together: a slow client makes the bridge read less, not keep more."""
Seen = Annotated[int | None, Query(ge=0, le=MAX_NUMBER)]
Item = Mapping[str, object]
Read = Callable[[int], tuple[tuple[int, Item], ...]]


@router.websocket("/v1/events", dependencies=[needs(Permission.SEE)])
async def events(socket: WebSocket, movements: Seen = None, messages: Seen = None) -> None:
    """Push news of the streams asked for, above the numbers given: ``?movements=0&messages=17``.
    Each text frame is ``{"stream": "movements", "number": 1, "movement": {...}}`` or ``{"stream":
    "messages", "number": 1, "message": {...}}``."""
    await socket.accept()
    context = context_of(socket)
    readers = _readers(context)
    wanted = {"movements": movements, "messages": messages}
    asked = {name: seen for name, seen in wanted.items() if seen is not None}
    if not asked:
        await socket.close(1008, "ask for ?movements=<number> or ?messages=<number>")
        return
    bell = context.feed
    tasks = [
        asyncio.create_task(_push(socket, name, readers[name], seen, bell, context.outbox))
        for name, seen in asked.items()
    ]
    tasks.append(asyncio.create_task(_listen(socket)))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    # Closing fails when the client has gone already.
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.close()


def _readers(context: Context) -> dict[str, Read]:
    promises = context.bridge.promises

    def movements(after: int) -> tuple[tuple[int, Item], ...]:
        found = promises.entries(after, PAGE)
        return tuple((entry.number, {"movement": entry.movement}) for entry in found)

    def messages(after: int) -> tuple[tuple[int, Item], ...]:
        found = promises.messages(after, PAGE)
        return tuple((one.number, {"message": decode(one.body.encode())}) for one in found)

    return {"movements": movements, "messages": messages}


async def _push(
    socket: WebSocket, name: str, read: Read, seen: int, bell: Bell, other: Bell
) -> None:
    while not bell.closed:
        rung, also = bell.listen(), other.listen()
        found = await run_in_threadpool(read, seen)
        for number, item in found:
            frame = encode({"stream": name, "number": number, **item})
            await socket.send_text(frame.decode())
            seen = number
        if not found:
            waits = [asyncio.ensure_future(rung.wait()), asyncio.ensure_future(also.wait())]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()


async def _listen(socket: WebSocket) -> None:
    # A client says nothing; this ends when it goes.
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
