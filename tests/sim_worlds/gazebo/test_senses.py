"""Lidars that are waited for, and readings that do not come."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sim_worlds.gazebo.contacts import ContactLog
from sim_worlds.gazebo.scans import RGB_INT8
from sim_worlds.gazebo.scene import SensorEntry
from sim_worlds.gazebo.senses import MISSED_MAX, Senses

PERIOD_MS = 100
LIDAR = SensorEntry("R01", "base", "lidar", "ray", PERIOD_MS)
CAMERA = SensorEntry("R01", "base", "camera", "camera", PERIOD_MS)
PATIENCE_S = 0.02


class Clockwork:
    """Stands for connection, clock and messages of a Gazebo: a payload is the time of its scan."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.feel: Callable[[bytes], None] = lambda payload: None

    def subscribe(self, topic: str, kind: str, feel: Callable[[bytes], None]) -> None:
        self.feel = feel

    async def live(self, topic: str) -> None:
        return None

    async def barrier(self) -> None:
        return None

    async def within(self, what: str, work: Awaitable[Any]) -> Any:
        async with asyncio.timeout(1.0):
            return await work

    def read(self, name: str, payload: bytes) -> SimpleNamespace:
        time = SimpleNamespace(sec=0, nsec=int(payload) * 1_000_000)
        if name == "ImageStamped":
            pixel = SimpleNamespace(pixel_format=RGB_INT8, data=b"rgb", height=1, width=1, step=3)
            return SimpleNamespace(time=time, image=pixel)
        scan = SimpleNamespace(range_max=10.0, angle_min=0.0, angle_step=0.1, ranges=[1.0])
        return SimpleNamespace(time=time, scan=scan)


def senses_of(gazebo: Clockwork) -> Senses:
    anything = cast(Any, gazebo)
    return Senses(anything, anything, anything, cast(ContactLog, None), patience_s=PATIENCE_S)


async def watched(gazebo: Clockwork) -> Senses:
    senses = senses_of(gazebo)
    await senses.watch_lidar(LIDAR)
    return senses


def at_ms(senses: Senses) -> int:
    scan = senses.scan("R01")
    assert scan is not None
    return scan.at_ms


def test_a_scan_that_is_kept_back_is_not_waited_for_and_the_next_one_is() -> None:
    async def story() -> None:
        gazebo = Clockwork()
        senses = await watched(gazebo)
        gazebo.now_ms = 100
        gazebo.feel(b"100")
        await senses.await_watched()
        assert (at_ms(senses), senses.missed) == (100, 0)
        gazebo.now_ms = 200
        await senses.await_watched()
        assert (at_ms(senses), senses.missed) == (100, 1)
        gazebo.now_ms = 300
        asyncio.get_running_loop().call_soon(gazebo.feel, b"300")
        await senses.await_watched()
        assert (at_ms(senses), senses.missed) == (300, 1)

    asyncio.run(story())


def test_a_lidar_that_tells_nothing_any_more_is_a_failure() -> None:
    async def story() -> None:
        gazebo = Clockwork()
        senses = await watched(gazebo)
        gazebo.feel(b"100")
        gazebo.now_ms = 100 + MISSED_MAX * PERIOD_MS
        await senses.await_watched()
        gazebo.now_ms += PERIOD_MS
        with pytest.raises(TimeoutError):
            await senses.await_watched()

    asyncio.run(story())


def test_the_first_picture_is_waited_for_however_late_it_is() -> None:
    async def story() -> None:
        gazebo = Clockwork()
        senses = senses_of(gazebo)
        await senses.watch_camera(CAMERA)
        gazebo.now_ms = 100
        asyncio.get_running_loop().call_later(3 * PATIENCE_S, gazebo.feel, b"100")
        await senses.await_watched()
        at_ms, picture = senses.picture("R01")
        assert (at_ms, picture.shape) == (100, (1, 1, 3))

    asyncio.run(story())
