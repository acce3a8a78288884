"""How often a paused server goes round, and how a client leaves it without harm.

A server that is paused tells the time in every round, some thousand times a second. A publisher of
Gazebo sends nothing more until every listener has taken what it sent last, and a listener whose
connection breaks just then is never waited for to its end: the topic is dumb from then on, for
everybody. So who has driven the server slows it down before the connections go; whoever drives it
next makes it fast again. If the client is killed, its keeper does that
(:mod:`sim_worlds.gazebo.keeper`).
"""

import asyncio

from sim_worlds.gazebo.messages import Messages
from sim_worlds.gazebo.transport import Transport

FAST_HZ = 5_000.0
"""Of a server that somebody drives, unless its world says otherwise."""
DOZE_HZ = 50.0
"""So slow that connections hardly ever break in the middle of a message."""
_SETTLE_S = 0.1
"""Some rounds: what was under way has arrived."""


class Tempo:
    """Of one server, by the client that drives it. ``found_hz`` is what the server said."""

    def __init__(self, transport: Transport, messages: Messages, found_hz: float):
        self._transport = transport
        self._messages = messages
        self._fast_hz = found_hz if found_hz > DOZE_HZ else FAST_HZ
        self._physics = transport.advertise("~/physics", "Physics")
        self._is_awake = False

    async def wake(self) -> None:
        """Before the first step."""
        if self._is_awake:
            return
        self._is_awake = True
        await self._physics.heard()
        self._physics.send(self._rate(self._fast_hz))
        self._transport.at_death(self._physics, self._rate(DOZE_HZ))

    async def doze(self) -> None:
        """Before the connections are closed."""
        if not self._is_awake or self._transport.is_lost:
            return
        self._physics.send(self._rate(DOZE_HZ))
        await asyncio.sleep(_SETTLE_S)

    def _rate(self, per_s: float) -> bytes:
        message = self._messages.make("Physics", real_time_update_rate=per_s)
        payload: bytes = message.SerializeToString()
        return payload
