"""The one way for the rest of Podherd to a running Gazebo.

::

    client = await GazeboClient.connect(11500)
    client.drive("R01", 0.5, 0.0)
    await client.step(100)
    client.poses["R01"], client.contacts()
"""

import asyncio
import math
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from planner.warehouse.robot import Pose
from sim_worlds.gazebo.changes import Changes
from sim_worlds.gazebo.contacts import FLOOR, Contact, ContactLog
from sim_worlds.gazebo.drives import Drives
from sim_worlds.gazebo.failure import GazeboFailed
from sim_worlds.gazebo.lockstep import Lockstep
from sim_worlds.gazebo.messages import Messages, load_messages
from sim_worlds.gazebo.prefix import Gazebo, find_gazebo
from sim_worlds.gazebo.scans import LidarScan, Picture
from sim_worlds.gazebo.scene import Scene
from sim_worlds.gazebo.senses import Senses
from sim_worlds.gazebo.tempo import Tempo
from sim_worlds.gazebo.transport import Transport

WORLD = "podherd"
TIMEOUT_S = 60.0
FIRST_PATIENCE_S = 2.0


class GazeboClient:
    """A world in lock-step: nothing moves but in :meth:`step`. Make it with :meth:`connect`.

    Any number of clients may come and go while the server runs; only one at a time may step. A
    client that comes later knows the world as it is, but not the speeds it was left with: tell
    every robot its speed before the first step.
    """

    def __init__(
        self,
        transport: Transport,
        lockstep: Lockstep,
        scene: Scene,
        senses: Senses,
        changes: Changes,
        tempo: Tempo,
    ):
        self._transport = transport
        self._lockstep = lockstep
        self._scene = scene
        self._senses = senses
        self._drives = Drives(transport)
        self._changes = changes
        self._tempo = tempo

    @classmethod
    async def connect(
        cls,
        port: int,
        world: str = WORLD,
        *,
        gazebo: Gazebo | None = None,
        log: Path | None = None,
        floors: Iterable[str] = (FLOOR,),
        timeout_s: float = TIMEOUT_S,
    ) -> "GazeboClient":
        """Connects to the server on ``port`` of this machine and learns the world by heart.

        ``log`` is the server's log, whose end goes into error messages. Contacts with the models
        ``floors`` are left out. Raises :class:`GazeboFailed` if nothing has answered after
        ``timeout_s``.
        """
        messages = load_messages((gazebo or find_gazebo()).messages)
        transport, lockstep = await _reach_world(messages, port, world, timeout_s, log)
        try:
            scene = Scene(messages)
            scene.take(await lockstep.ask("scene_info", ""))
            lockstep.reader.poses |= scene.poses()
            lockstep.reader.read()
            senses = Senses(transport, lockstep, messages, ContactLog(messages, floors))
            await senses.listen(scene.sensors())
        except BaseException:
            await transport.close()
            raise
        changes = Changes(transport, lockstep, scene, messages)
        tempo = Tempo(transport, messages, lockstep.rounds_hz)
        return cls(transport, lockstep, scene, senses, changes, tempo)

    @property
    def now_ms(self) -> int:
        """Simulation time."""
        return self._lockstep.now_ms

    @property
    def poses(self) -> Mapping[str, Pose]:
        """Where every model truly is at :attr:`now_ms`, in the world's frame."""
        self._lockstep.reader.read()
        return MappingProxyType(self._lockstep.reader.poses)

    @property
    def step_ms(self) -> int:
        """Length of one step of physics."""
        return self._lockstep.step_ms

    def drive(self, model: str, forward_mps: float, turn_radps: float) -> None:
        """The speed of a model with a differential drive, kept until replaced.

        It is sent before the next step; turns are counter-clockwise.
        """
        if not (math.isfinite(forward_mps) and math.isfinite(turn_radps)):
            raise GazeboFailed(
                "a speed must be a number",
                field=model,
                value=(forward_mps, turn_radps),
                remedy="Send 0 to stop.",
            )
        self._drives.set(model, forward_mps, turn_radps)

    async def tell_speeds(self) -> None:
        """Sends the speeds now: for a client that leaves the steps to another one."""
        await self._drives.send()

    async def step(self, ms: int) -> None:
        """Sends the speeds, lets ``ms`` of simulation time pass and waits for its end: poses, and
        the turns of watched lidars and pictures of watched cameras that fall into it."""
        await self._tempo.wake()
        await self._drives.send()
        await self._lockstep.step(ms)
        await self._senses.await_watched()

    async def barrier(self) -> None:
        """Returns when what was sent before has been taken, as far as anybody can tell; every
        step begins with it."""
        await self._lockstep.within("a barrier", self._lockstep.barrier())

    def contacts(self) -> tuple[Contact, ...]:
        """What has touched since the last call, but for the floor.

        The sensors tell a contact a moment after the step; :meth:`settle` waits for the last ones.
        """
        return self._senses.log.take()

    async def settle(self) -> None:
        """Waits until the sensors have told what happened in the last step. A contact sensor with
        an update rate tells it at its next turn: let that time pass first."""
        await self._senses.settle()

    async def watch_lidar(self, model: str) -> None:
        """From now on every step waits for this lidar; each costs time."""
        await self._senses.watch_lidar(self._scene.sensor(model, "ray"))

    def scan(self, model: str) -> LidarScan | None:
        """Newest turn of a watched lidar; ``None`` before the first."""
        return self._senses.scan(model)

    async def watch_camera(self, model: str) -> None:
        """From now on every step waits for this camera; the server must be rendering."""
        await self._senses.watch_camera(self._scene.sensor(model, "camera"))

    async def image(self, model: str) -> Picture:
        """Newest picture (height, width, red-green-blue) of a camera.

        A camera that is not watched yet is from now on, and 100 ms of time pass.
        """
        if not self._senses.is_watched_camera(model):
            await self.watch_camera(model)
            await self.step(100)
        return self._senses.picture(model)[1]

    def image_at_ms(self, model: str) -> int:
        """Simulation time of what :meth:`image` gives."""
        return self._senses.picture(model)[0]

    async def place(
        self, moves: Mapping[str, Pose | None], shells: Mapping[str, bool] | None = None
    ) -> None:
        """Puts models elsewhere and switches the shells of carried pods on or off, at once.

        ``None`` puts a model off the map. Time stands; Gazebo takes such a batch every 0.2 s of
        wall time, so fewer and larger batches are faster.
        """
        await self._changes.place(moves, shells or {})

    async def spawn(self, sdf: str) -> None:
        """Adds a model, given as SDF text."""
        name = await self._changes.spawn(sdf)
        await self._senses.listen(self._scene.sensors(name))

    async def remove(self, name: str) -> None:
        """Takes a model away."""
        await self._changes.remove(name)
        self._drives.forget(name)
        self._senses.forget(name)

    async def push(self, model: str, force_n: tuple[float, float], ms: int) -> None:
        """A push at the middle of the chassis, in the world's frame, as strong as ``force_n``
        acting for ``ms``: given as one jerk in the next step."""
        await self._changes.push(model, force_n, ms)

    async def set_friction(self, model: str, link: str, mu: float) -> None:
        """Coefficient of friction of all collisions of a link, from now on."""
        await self._changes.set_friction(model, link, mu)

    async def close(self) -> None:
        """Ends the connection; the server runs on, and time stands."""
        await self._tempo.doze()
        await self._transport.close()
        await asyncio.sleep(0)


async def _reach_world(
    messages: Messages, port: int, world: str, timeout_s: float, log: Path | None
) -> tuple[Transport, Lockstep]:
    """A connection on which the world answers.

    While a server starts, one connection in fifty is half deaf: Gazebo's threads lose an
    announcement. A new connection, under another port, is heard.
    """
    deadline_s = time.monotonic() + timeout_s
    patience_s = FIRST_PATIENCE_S
    while True:
        left_s = deadline_s - time.monotonic()
        transport = await Transport.connect(messages, port, world, max(left_s, 0.0))
        lockstep = Lockstep(transport, messages, timeout_s, log)
        transport.on_lost = lockstep.lose
        try:
            await lockstep.start(min(patience_s, left_s))
        except GazeboFailed:
            await transport.close()
            if transport.is_lost or patience_s >= left_s:
                raise
            patience_s *= 2
        except BaseException:
            await transport.close()
            raise
        else:
            return transport, lockstep
