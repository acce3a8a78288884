"""News over a WebSocket: movements of the books, messages for the WMS and changes of alarms, in
order and without gaps. What a client has seen it says itself, so that it goes on where it
stopped."""

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
from wms_bridge.api.routes.interventions import told
from wms_bridge.records.alarms import ChangeQuery

router = APIRouter()
BEAT_S = 2.0
PAGE = 100
"""Items read together: a slow client makes the bridge read less, not keep more."""
Seen = Annotated[int | None, Query(ge=0, le=MAX_NUMBER)]
Beat = Annotated[bool, Query(description="Tell every 2 s that the bridge is there.")]
Item = Mapping[str, object]
Read = Callable[[int], tuple[tuple[int, Item], ...]]


@router.websocket("/v1/events", dependencies=[needs(Permission.SEE)])
async def events(
    socket: WebSocket,
    movements: Seen = None,
    messages: Seen = None,
    alarms: Seen = None,
    interventions: Seen = None,
    beat: Beat = False,
) -> None:
    """Push news of the streams asked for, above the numbers given: ``?movements=0&messages=17``.
    Each text frame is ``{"stream": "movements", "number": 1, "movement": {...}}``; of ``messages``
    it has a ``message``, of ``alarms`` a ``change``, of
    ``interventions`` an ``intervention`` as it is by then, instead. With ``beat`` there is a frame
    ``{"stream": "beat", "at_ms": 1750000000000}`` (the bridge's clock) at once and every 2 s: who
    hears nothing for longer has lost the link."""
    await socket.accept()
    context = context_of(socket)
    readers = _readers(context)
    wanted = {"movements": movements, "messages": messages, "alarms": alarms}
    wanted["interventions"] = interventions
    asked = {name: seen for name, seen in wanted.items() if seen is not None}
    if not asked:
        await socket.close(1008, f"ask for ?{'=, ?'.join(wanted)}=<number>")
        return
    tasks = [
        asyncio.create_task(_push(socket, name, readers[name], seen, _bells(context, name)))
        for name, seen in asked.items()
    ]
    tasks.append(asyncio.create_task(_listen(socket)))
    if beat:
        tasks.append(asyncio.create_task(_beat(socket, context)))
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

    def alarms(after: int) -> tuple[tuple[int, Item], ...]:
        query = ChangeQuery(after=after, oldest_first=True, limit=PAGE)
        found = context.bridge.alarms.changes(query)
        return tuple((change.number, {"change": change}) for change in found)

    def interventions(after: int) -> tuple[tuple[int, Item], ...]:
        found, now_ms = context.bridge.interventions.changed_since(after, PAGE), context.clock()
        return tuple((o.change, {"intervention": told(o, now_ms).model_dump()}) for o in found)

    return {
        "movements": movements,
        "messages": messages,
        "alarms": alarms,
        "interventions": interventions,
    }


def _bells(context: Context, stream: str) -> tuple[Bell, Bell]:
    """Those that may tell of news of a stream."""
    if stream == "interventions":
        return context.interventions, context.interventions
    if stream == "alarms":
        return context.alarms, context.alarms
    return context.feed, context.outbox


async def _push(
    socket: WebSocket, name: str, read: Read, seen: int, bells: tuple[Bell, Bell]
) -> None:
    bell, other = bells
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


async def _beat(socket: WebSocket, context: Context) -> None:
    while True:
        await socket.send_text(encode({"stream": "beat", "at_ms": context.clock()}).decode())
        await asyncio.sleep(BEAT_S)


async def _listen(socket: WebSocket) -> None:
    # A client says nothing; this ends when it goes.
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
