"""A reader on a socket: :class:`.reader.SimulatedReader` behind TCP, with a clock.

One client at a time: a second one is told so and hung up on, and the first is told of it (LLRP
1.0.1, clause 13.1.7.10). On a :class:`StepClock` time passes only while a ROSpec runs, as fast as
reads can be made and taken; two runs with one seed then give the same messages.

    python -m vision.rfid.llrp.simulator --port 5084     # a small rack, a robot that drives past
"""

import argparse
import asyncio
import contextlib
import time
from typing import Protocol

from planner.warehouse.errors import InvalidFrame
from vision.rfid.llrp.answers import error, event
from vision.rfid.llrp.client import PORT
from vision.rfid.llrp.codec import decode, encode
from vision.rfid.llrp.framing import FrameBuffer, read_header
from vision.rfid.llrp.racks import rack_tags
from vision.rfid.llrp.reader import SimulatedReader
from vision.rfid.llrp.reader_facts import Facts
from vision.rfid.llrp.scene import AntennaMount, RobotPose, Scene, along
from vision.rfid.llrp.tree import Message, parameter

_CHUNK_BYTES = 1 << 16
_US_PER_S = 1e6


class Clock(Protocol):
    """The time of a reader, microseconds UTC."""

    @property
    def stepped(self) -> bool:
        """Whether time stands still unless somebody waits."""

    def now_us(self) -> int:
        """The time."""

    def seconds_until(self, at_us: int) -> float:
        """How long to sleep until a time."""


class WallClock:
    """Real time, or ``speed`` times faster from now on."""

    stepped = False

    def __init__(self, speed: float = 1.0):
        self._speed = speed
        self._begin_us = time.time_ns() // 1000
        self._begin_s = time.monotonic()

    def now_us(self) -> int:
        return self._begin_us + int((time.monotonic() - self._begin_s) * self._speed * _US_PER_S)

    def seconds_until(self, at_us: int) -> float:
        return max(0.0, (at_us - self.now_us()) / _US_PER_S / self._speed)


class StepClock:
    """Jumps to whatever is waited for."""

    stepped = True

    def __init__(self, begin_us: int = 1_700_000_000_000_000):
        self._now_us = begin_us

    def now_us(self) -> int:
        return self._now_us

    def seconds_until(self, at_us: int) -> float:
        self._now_us = max(self._now_us, at_us)
        return 0.0


class ReaderServer:
    """Serves a reader until it is closed."""

    def __init__(self, reader: SimulatedReader, clock: Clock):
        self._reader = reader
        self._clock = clock
        self._woken = asyncio.Event()
        self._sending = asyncio.Lock()
        self._client: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self._ticking: asyncio.Task[None] | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listens; the answer is the port (0 takes any that is free)."""
        self._server = await asyncio.start_server(self._serve, host, port)
        self._ticking = asyncio.create_task(self._tick())
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Ends it, and hangs up on its client."""
        if self._server is None or self._ticking is None:
            return
        self._server.close()
        self._ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._ticking
        if self._client is not None:
            self._client.close()
        await self._server.wait_closed()

    async def __aenter__(self) -> "ReaderServer":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _serve(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        if self._client is not None:
            await self._turn_away(outgoing)
            return
        self._client = outgoing
        try:
            await self._send(self._reader.greet(self._clock.now_us()))
            await self._listen(incoming)
        except (OSError, InvalidFrame):
            pass  # a client that hangs up, or speaks no LLRP: the next one may
        finally:
            self._reader.lost(self._clock.now_us())
            self._client = None
            outgoing.close()

    async def _turn_away(self, outgoing: asyncio.StreamWriter) -> None:
        now_us = self._clock.now_us()
        with contextlib.suppress(OSError):
            outgoing.write(encode(self._reader.refuse(now_us)))
            await outgoing.drain()
            outgoing.close()
            what = parameter("ConnectionAttemptEvent", Status="Another_Connection_Attempted")
            await self._send([event(0, now_us, what)])

    async def _listen(self, incoming: asyncio.StreamReader) -> None:
        frames = FrameBuffer()
        while data := await incoming.read(_CHUNK_BYTES):
            for frame in frames.feed(data):
                answer, last = self._answer(frame)
                await self._send(answer)
                self._woken.set()
                if last:
                    return
            if frames.broken is not None:
                raise frames.broken

    def _answer(self, frame: bytes) -> tuple[list[Message], bool]:
        """Answers to a frame, and whether the connection ends with them."""
        try:
            asked = decode(frame)
        except InvalidFrame as fault:
            return [error(read_header(frame).id, "M_ParameterError", str(fault))], False
        said = self._reader.received(asked, self._clock.now_us())
        return said, isinstance(asked, Message) and asked.name == "CLOSE_CONNECTION"

    async def _send(self, messages: list[Message]) -> None:
        if not messages:
            return
        async with self._sending:
            client = self._client
            if client is not None:
                client.writelines([encode(each) for each in messages])
                await client.drain()

    async def _tick(self) -> None:
        """Lets the reader do what is due, when it is due or when it has been told something."""
        while True:
            due_us = self._reader.due_us()
            if due_us is None or (self._clock.stepped and not self._reader.busy):
                await self._woken.wait()
            elif (left_s := self._clock.seconds_until(due_us)) > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), left_s)
            else:
                await asyncio.sleep(0)
            self._woken.clear()
            with contextlib.suppress(OSError):
                await self._send(self._reader.advance(self._clock.now_us()))


def reader_in(scene: Scene, clock: Clock) -> SimulatedReader:
    """A reader with the antennas of a scene that begins now."""
    facts = Facts(tuple(sorted(scene.antennas)), round(scene.radio.frequency_hz / 1000))
    return SimulatedReader(scene.sightings, facts, clock.now_us())


def small_rack(seed: int, speed_m_s: float = 0.3) -> Scene:
    """Eight bays of four levels with three tags a bin; a robot with antennas at 0.5 and 1.6 m
    drives along them, and back, for a day."""
    mounts = (AntennaMount(1, 0.0, 0.0, 0.5), AntennaMount(2, 0.0, 0.0, 1.6))
    ride_s = 8.0 / speed_m_s
    ends = (RobotPose(0.0, 0.0, 0.0), RobotPose(8.0, 0.0, 0.0))
    stops = [(ride_s * leg, ends[leg % 2]) for leg in range(round(86_400 / ride_s))]
    return Scene(rack_tags(8, (0.3, 0.8, 1.3, 1.8), 3, seed), mounts, along(stops), seed)


async def _main(host: str, port: int, seed: int, speed: float) -> None:
    clock = WallClock(speed)
    async with ReaderServer(reader_in(small_rack(seed), clock), clock) as server:
        await server.start(host, port)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="An LLRP reader with a small rack of tags.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0, help="times real time")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(given.host, given.port, given.seed, given.speed))
