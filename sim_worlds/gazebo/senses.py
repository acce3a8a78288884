"""The sensors that a client hears: all contact sensors, and the lidars and cameras it watches."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from planner.warehouse.errors import NotFound
from sim_worlds.gazebo.contacts import ContactLog
from sim_worlds.gazebo.lockstep import Lockstep
from sim_worlds.gazebo.messages import Messages
from sim_worlds.gazebo.scans import LidarScan, Picture, read_picture, read_scan
from sim_worlds.gazebo.scene import SensorEntry
from sim_worlds.gazebo.transport import Transport

SETTLE_S = 0.05
"""A contact is told by a thread of its own; a few milliseconds after the step it is here."""
PATIENCE_S = 2.0
MISSED_MAX = 3
"""A reading that is not here by then is missed, and the one before it stands: at most so many
missing in a row. Gazebo keeps one in some thousands back until it has more to send."""
TOPICS = {"contact": "contacts", "ray": "scan", "camera": "image"}
"""Last part of the topic of each type of sensor."""

Reading = TypeVar("Reading")


class _Watch(Generic[Reading]):
    """The newest reading of one sensor, and somebody who waits for it."""

    def __init__(self, period_ms: int, read: Callable[[bytes], tuple[int, Reading]]):
        self.period_ms = max(1, period_ms)
        self.newest: tuple[int, Reading] | None = None
        self._read = read
        self._fresh = asyncio.Event()

    def feel(self, payload: bytes) -> None:
        self.newest = self._read(payload)
        self._fresh.set()

    async def due(self, now_ms: int, begun_ms: int, missed: int) -> None:
        """Returns when none, or at most ``missed``, of the readings until now is missing."""
        oldest_ms = self.period_ms * (1 + missed)
        while now_ms - (self.newest[0] if self.newest else begun_ms) >= oldest_ms:
            self._fresh.clear()
            await self._fresh.wait()


class Senses:
    """Subscriptions to sensors."""

    def __init__(
        self,
        transport: Transport,
        lockstep: Lockstep,
        messages: Messages,
        log: ContactLog,
        patience_s: float = PATIENCE_S,
    ):
        self.log = log
        self.missed = 0
        """Times that a reading was not waited for any longer."""
        self._patience_s = patience_s
        self._transport = transport
        self._lockstep = lockstep
        self._messages = messages
        self._lidars: dict[str, _Watch[LidarScan]] = {}
        self._cameras: dict[str, _Watch[Picture]] = {}
        self._begun_ms: dict[str, int] = {}

    async def listen(self, sensors: Iterable[SensorEntry]) -> None:
        """Hears every contact sensor among these."""
        topics = [_topic(sensor) for sensor in sensors if sensor.kind == "contact"]
        for topic in topics:
            self._transport.subscribe(topic, "Contacts", self.log.feel)
        for topic in topics:
            await self._transport.live(topic)
        if topics:
            await self._lockstep.within("contact sensors", self._lockstep.barrier())
            await self.settle()

    async def settle(self) -> None:
        """Waits until the sensors have told what the last step did."""
        await self._lockstep.within("sensors", self._lockstep.barrier())
        await asyncio.sleep(SETTLE_S)

    async def watch_lidar(self, sensor: SensorEntry) -> None:
        """Every later :meth:`await_watched` waits for this lidar."""
        if sensor.model not in self._lidars:
            watch = _Watch(sensor.period_ms, self._read_scan)
            self._lidars[sensor.model] = watch
            await self._watch(sensor, "LaserScanStamped", watch.feel)

    async def watch_camera(self, sensor: SensorEntry) -> None:
        """Every later :meth:`await_watched` waits for this camera."""
        if sensor.model not in self._cameras:
            watch = _Watch(sensor.period_ms, self._read_picture)
            self._cameras[sensor.model] = watch
            await self._watch(sensor, "ImageStamped", watch.feel)

    def scan(self, model: str) -> LidarScan | None:
        """Newest turn; raises :class:`NotFound` for a lidar that is not watched."""
        newest = _watched(self._lidars, model, "lidar").newest
        return newest[1] if newest else None

    def picture(self, model: str) -> tuple[int, Picture]:
        """Newest picture with its time; raises :class:`NotFound` if there is none yet."""
        newest = _watched(self._cameras, model, "camera").newest
        if newest is None:
            raise NotFound(
                "this camera has given no picture yet",
                field=model,
                remedy="Let time pass: step() waits for it.",
            )
        return newest

    def is_watched_camera(self, model: str) -> bool:
        """True if every step waits for the camera of this model."""
        return model in self._cameras

    async def await_watched(self) -> None:
        """Waits for the readings of lidars and cameras that are due by now."""
        if self._lidars or self._cameras:
            await self._lockstep.within("lidars and cameras", self._all_there())

    def forget(self, model: str) -> None:
        """The model is gone; nobody waits for its sensors."""
        self._lidars.pop(model, None)
        self._cameras.pop(model, None)

    async def _all_there(self) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                await self._all_due(0)
        except TimeoutError:
            self.missed += 1
            await self._all_due(MISSED_MAX)

    async def _all_due(self, missed: int) -> None:
        now_ms = self._lockstep.now_ms
        for model, lidar in self._lidars.items():
            await lidar.due(now_ms, self._begun_ms[model], missed)
        for model, camera in self._cameras.items():
            # The first picture is never missed: it is late because textures are being loaded.
            may_miss = missed if camera.newest else 0
            await camera.due(now_ms, self._begun_ms[model], may_miss)

    async def _watch(self, sensor: SensorEntry, kind: str, feel: Callable[[bytes], None]) -> None:
        topic = _topic(sensor)
        self._begun_ms.setdefault(sensor.model, self._lockstep.now_ms)
        self._transport.subscribe(topic, kind, feel)
        await self._transport.live(topic)
        await self.settle()

    def _read_scan(self, payload: bytes) -> tuple[int, LidarScan]:
        scan = read_scan(self._messages, payload)
        return scan.at_ms, scan

    def _read_picture(self, payload: bytes) -> tuple[int, Picture]:
        return read_picture(self._messages, payload)


def _topic(sensor: SensorEntry) -> str:
    return f"~/{sensor.model}/{sensor.link}/{sensor.name}/{TOPICS[sensor.kind]}"


def _watched(watches: dict[str, _Watch[Reading]], model: str, what: str) -> _Watch[Reading]:
    if model not in watches:
        raise NotFound(
            f"the {what} of this model is not watched",
            field="model",
            value=model,
            remedy=f"Call watch_{what}() first.",
        )
    return watches[model]
