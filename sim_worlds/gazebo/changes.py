"""Changes of the world from outside: models put elsewhere, added, taken away, pushed.

Gazebo takes such changes in batches, every 0.2 s of wall time, also while time stands; in each
batch it answers questions about models first and then changes them. So when a question asked after
the change has been answered, the change is made before the next step.
"""

import asyncio
import math
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from typing import Any

from planner.warehouse.robot import Pose
from sim_worlds.gazebo.failure import GazeboFailed
from sim_worlds.gazebo.lockstep import Lockstep
from sim_worlds.gazebo.messages import Messages
from sim_worlds.gazebo.poses import pose_of
from sim_worlds.gazebo.scene import Scene
from sim_worlds.gazebo.transport import Transport

AWAY_X_M = 500.0
"""Models that are off the map stand here in a row, each at a place of its own."""
AWAY_PITCH_M = 3.0
TRIES = 3
LOOKS = 20
LOOK_S = 0.002
EXACT = 1e-6
"""Metres and radians: how near a model that was placed must be."""
CHASSIS = "chassis"
SHELL = "shell"
EVERYTHING = 0xFFFF
"""A collision with this bit mask touches everything; with 0 nothing."""


class Changes:
    """Makes changes, one batch at a time."""

    def __init__(self, transport: Transport, lockstep: Lockstep, scene: Scene, messages: Messages):
        self._transport = transport
        self._lockstep = lockstep
        self._scene = scene
        self._messages = messages

    async def place(self, moves: Mapping[str, Pose | None], shells: Mapping[str, bool]) -> None:
        """See :meth:`GazeboClient.place`."""
        targets = {name: self._away(name) if at is None else at for name, at in moves.items()}
        names = (*sorted({*shells} - {*moves}), *sorted(moves))
        orders = {name: self._order(name) for name in names}
        for name, target in targets.items():
            self._move(orders[name], target)
        for name, is_on in shells.items():
            self._surfaces(orders[name], name, CHASSIS, [SHELL], collide_bitmask=_mask(is_on))
        for _ in range(TRIES):
            await self._modify(orders.values())
            if not moves or await self._stands(max(moves), targets[max(moves)]):
                self._lockstep.reader.poses |= targets
                return
        raise GazeboFailed("Gazebo did not take the change", field="place", value=sorted(orders))

    async def _stands(self, name: str, target: Pose) -> bool:
        """True if the model is there. The orders of a batch are taken in the order they were sent,
        so it is asked of the last one only; mostly the poses that come by themselves tell."""
        reader = self._lockstep.reader
        for _ in range(LOOKS):
            reader.read()
            if _is_at(reader.poses[name], target):
                return True
            await asyncio.sleep(LOOK_S)
        answer = await self._lockstep.ask("entity_info", name)
        return _is_at(pose_of(self._messages.read("Model", answer).pose), target)

    async def set_friction(self, model: str, link: str, mu: float) -> None:
        """See :meth:`GazeboClient.set_friction`."""
        if not (math.isfinite(mu) and mu >= 0):
            raise GazeboFailed("friction must be 0 or more", field=f"{model}::{link}", value=mu)
        order = self._order(model)
        names = self._scene.link(model, link).collisions
        self._surfaces(order, model, link, names, friction={"mu": mu, "mu2": mu})
        await self._modify([order])

    async def spawn(self, sdf: str) -> str:
        """Adds a model; returns its name."""
        name = _name_in(sdf)
        if self._scene.has(name):
            raise GazeboFailed("a model of this name is in the world", field="name", value=name)
        factory = self._transport.advertise("~/factory", "Factory")
        await factory.heard()
        factory.send(self._messages.make("Factory", sdf=sdf).SerializeToString())
        await self._lockstep.within(f"the new model {name}", self._arrived(name))
        self._scene.add(await self._lockstep.ask("entity_info", name))
        self._lockstep.reader.poses[name] = self._scene.model(name).pose
        return name

    async def remove(self, name: str) -> None:
        """Takes a model away."""
        self._scene.model(name)
        await self._lockstep.order("entity_delete", name)
        await self._lockstep.within(f"the end of model {name}", self._gone(name))
        self._scene.drop(name)
        self._lockstep.reader.forget(name)

    async def push(self, model: str, force_n: tuple[float, float], ms: int) -> None:
        """See :meth:`GazeboClient.push`."""
        self._scene.link(model, CHASSIS)
        wrench = self._transport.advertise(f"~/{model}/{CHASSIS}/wrench", "Wrench")
        await wrench.heard()
        share = ms / self._lockstep.step_ms
        force = {"x": force_n[0] * share, "y": force_n[1] * share, "z": 0.0}
        nothing = {"x": 0.0, "y": 0.0, "z": 0.0}
        wrench.send(self._messages.make("Wrench", force=force, torque=nothing).SerializeToString())
        await self._lockstep.within("a push", self._lockstep.barrier())

    async def _arrived(self, name: str) -> None:
        while name not in await self._names():
            pass

    async def _gone(self, name: str) -> None:
        while name in await self._names():
            pass

    async def _names(self) -> set[str]:
        answer = await self._lockstep.ask("entity_list", "")
        return {model.name for model in self._messages.read("Model_V", answer).models}

    async def _modify(self, orders: Iterable[Any]) -> None:
        publisher = self._transport.advertise("~/model/modify", "Model")
        await publisher.heard()
        last = ""
        for order in orders:
            publisher.send(order.SerializeToString())
            last = order.name
        if last:
            await self._lockstep.within("changes of models", self._lockstep.barrier())
            await self._lockstep.ask("entity_info", last)

    def _order(self, name: str) -> Any:
        return self._messages.make("Model", name=name, id=self._scene.model(name).id)

    def _away(self, name: str) -> Pose:
        return Pose(AWAY_X_M, AWAY_PITCH_M * self._scene.place_of(name), 0.0)

    def _move(self, order: Any, pose: Pose) -> None:
        if not all(map(math.isfinite, (pose.x_m, pose.y_m, pose.theta_rad))):
            raise GazeboFailed("a pose must be of numbers", field=order.name, value=pose)
        half = pose.theta_rad / 2
        order.pose.name = order.name
        order.pose.position.x = pose.x_m
        order.pose.position.y = pose.y_m
        order.pose.position.z = 0.0
        order.pose.orientation.x = 0.0
        order.pose.orientation.y = 0.0
        order.pose.orientation.z = math.sin(half)
        order.pose.orientation.w = math.cos(half)

    def _surfaces(
        self, order: Any, model: str, link: str, collisions: Iterable[str], **surface: object
    ) -> None:
        entry = self._scene.link(model, link)
        part = order.link.add(id=entry.id, name=link)
        for name in collisions:
            if name not in entry.collisions:
                raise GazeboFailed(
                    "the link has no such collision", field=f"{model}::{link}", value=name
                )
            part.collision.add(id=entry.collisions[name], name=name, surface=surface)


def _is_at(pose: Pose, target: Pose) -> bool:
    turned_rad = math.remainder(pose.theta_rad - target.theta_rad, math.tau)
    away_m = math.hypot(pose.x_m - target.x_m, pose.y_m - target.y_m)
    return away_m < EXACT and abs(turned_rad) < EXACT


def _mask(is_on: bool) -> int:
    return EVERYTHING if is_on else 0


def _name_in(sdf: str) -> str:
    """The name of the one model in an SDF text."""
    try:
        root = ET.fromstring(sdf)
    except ET.ParseError as error:
        raise GazeboFailed(f"not well-formed SDF: {error}", field="sdf") from error
    model = root.find("model")
    name = None if model is None else model.get("name")
    if root.tag != "sdf" or not name:
        raise GazeboFailed(
            "there is no model in it",
            field="sdf",
            value=sdf[:80],
            remedy="It must be <sdf version='1.7'><model name='...'>...",
        )
    return name
