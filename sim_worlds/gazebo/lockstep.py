"""Steps a paused Gazebo: commands first, then so many steps of physics, then the poses.

Messages on different topics travel on different sockets and are handed over by a pool of threads,
so a command written before a step may be taken after it. A **barrier** is a question that the
physics engine answers at once; each one that comes back makes it the likelier that everything
written before has been taken. One is not enough; with four, runs repeat bit for bit (measured:
every one of 14 runs, two of them on a crowded machine).
"""

import asyncio
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import TypeVar

from sim_worlds.gazebo.failure import GazeboFailed, told
from sim_worlds.gazebo.messages import Messages
from sim_worlds.gazebo.poses import PoseReader, pose_of
from sim_worlds.gazebo.transport import Transport

BARRIERS = 4
SETTLE_S = 0.1
AGAIN_S = 0.02
POSES = "~/pose/local/info"
"""Told after every step, without the limit of 60 per second that ``~/pose/info`` has."""

T = TypeVar("T")


class Lockstep:
    """Owns the time of one world, its poses, and the questions put to it."""

    def __init__(
        self, transport: Transport, messages: Messages, timeout_s: float, log: Path | None
    ):
        self.reader = PoseReader()
        self.step_ms = 0
        """Length of one step of physics."""
        self.rounds_hz = 0.0
        """Rounds of the server in a second of wall time, as it was when it first answered."""
        self.lost_answers = 0
        """Questions of barriers that had to be put again."""
        self._transport = transport
        self._messages = messages
        self._timeout_s = timeout_s
        self._log = log
        self._control = transport.advertise("~/world_control", "WorldControl")
        self._requests = transport.advertise("~/request", "Request")
        self._target_ms = 0
        self._arrival: asyncio.Future[None] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._question = 0
        self._movers: tuple[str, ...] = ()
        self._answers: dict[int, asyncio.Future[bytes]] = {}

    async def start(self, timeout_s: float) -> None:
        """Waits until the world tells its time and answers questions."""
        self._transport.subscribe(POSES, "PosesStamped", self._on_poses)
        self._transport.subscribe("~/response", "Response", self._on_response)
        self._starting = asyncio.ensure_future(self._first_contact())
        world = self._transport.whole_name("~/")
        try:
            await self.within(f"the first pose of {world}", self._starting, timeout_s)
        finally:
            self._starting.cancel()

    async def _first_contact(self) -> None:
        await self._control.heard()
        await self._requests.heard()
        await self._transport.live(POSES)
        await self._transport.live("~/response")
        while self.reader.at_ms < 0:
            await asyncio.sleep(0.01)
        physics = self._messages.read("Physics", await self._first_answer())
        self.step_ms = round(physics.max_step_size * 1000)
        self.rounds_hz = physics.real_time_update_rate
        if self.step_ms < 1 or abs(physics.max_step_size * 1000 - self.step_ms) > 1e-6:
            raise GazeboFailed(
                "the world's step must be a whole number of milliseconds",
                field="max_step_size",
                value=physics.max_step_size,
                remedy="Set it to 0.01 in the world file.",
            )

    async def _first_answer(self) -> bytes:
        """The answer's way is not there at once: asks until one comes."""
        while True:
            question = self._ask("physics_info", "")
            try:
                return await asyncio.wait_for(question, SETTLE_S)
            except TimeoutError:
                continue

    @property
    def now_ms(self) -> int:
        """Simulation time."""
        return self.reader.at_ms

    async def barrier(self) -> None:
        """Returns when what was written before has been taken, as far as anybody can tell."""
        for _ in range(BARRIERS):
            await self._sure_answer()

    async def _sure_answer(self) -> None:
        """Gazebo keeps one answer in some thousands back until it has something else to send: the
        question is put again."""
        while True:
            try:
                async with asyncio.timeout(AGAIN_S):
                    await self._ask("physics_info", "")
            except TimeoutError:
                self.lost_answers += 1
            else:
                return

    async def ask(self, request: str, data: str) -> bytes:
        """Answer to a question; those about models are answered every 0.2 s of wall time."""
        return await self.within(f"the answer to {request} {data!r}", self._ask(request, data))

    async def order(self, request: str, data: str) -> None:
        """A request that is not answered."""
        self._send(request, data)
        await self.within(f"{request} {data!r}", self.barrier())

    async def step(self, ms: int) -> None:
        """Lets ``ms`` of simulation time pass; returns when the poses of its end are known."""
        steps, rest = divmod(ms, self.step_ms)
        if rest or steps < 1:
            raise GazeboFailed(
                f"time passes in steps of {self.step_ms} ms",
                field="ms",
                value=ms,
                remedy="Ask for a multiple of it.",
            )
        await self.within(f"the end of a step of {ms} ms", self._step(steps, self.now_ms + ms))

    async def _step(self, steps: int, target_ms: int) -> None:
        await self.barrier()
        self._target_ms = target_ms
        self._arrival = asyncio.get_running_loop().create_future()
        order = self._messages.make("WorldControl", multi_step=steps)
        self._control.send(order.SerializeToString())
        await self._arrival
        self._arrival = None
        self.reader.read()
        if self.reader.told_ms < target_ms:
            movers = {*self._movers, *self.reader.moving} & self.reader.poses.keys()
            await self._ask_for_poses(sorted(movers))
        self._movers = self.reader.moving

    async def _ask_for_poses(self, names: Sequence[str]) -> None:
        """On a crowded machine Gazebo drops the last poses of a step: asks for them."""
        answers = await asyncio.gather(*(self._ask("entity_info", name) for name in names))
        for name, answer in zip(names, answers, strict=True):
            self.reader.poses[name] = pose_of(self._messages.read("Model", answer).pose)

    async def within(self, what: str, work: Awaitable[T], timeout_s: float | None = None) -> T:
        """The work's result; :class:`GazeboFailed` if it takes too long or Gazebo is gone."""
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                return await work
        except TimeoutError:
            reason = f"Gazebo did not answer in {timeout_s:.3g} s"
        except (ConnectionError, asyncio.CancelledError):
            if not self._transport.is_lost:
                raise
            reason = "Gazebo has closed the connection"
        raise GazeboFailed(reason, field=f"waiting for {what}", remedy=told(self._log))

    def lose(self) -> None:
        """Gazebo is gone: everybody who waits is told."""
        if self._starting is not None:
            self._starting.cancel()
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_exception(ConnectionError("closed"))
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("closed"))

    def _ask(self, request: str, data: str) -> asyncio.Future[bytes]:
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._answers[self._send(request, data)] = answer
        return answer

    def _send(self, request: str, data: str) -> int:
        if self._transport.is_lost:
            raise ConnectionError("closed")
        self._question += 1
        message = self._messages.make("Request", id=self._question, request=request, data=data)
        self._requests.send(message.SerializeToString())
        return self._question

    def _on_response(self, payload: bytes) -> None:
        response = self._messages.read("Response", payload)
        answer = self._answers.pop(response.id, None)
        if answer is not None and not answer.done():
            answer.set_result(response.serialized_data)

    def _on_poses(self, payload: bytes) -> None:
        if (
            self.reader.feel(payload) >= self._target_ms
            and self._arrival is not None
            and not self._arrival.done()
        ):
            self._arrival.set_result(None)
